//! LaTeX: tables with booktabs' rules, figure environments with their captions, and escapes.

use std::fmt::Write as _;

use crate::figures::figure::Figure;
use crate::figures::table::Table;

/// More columns than this are scaled to the width of the text.
const MOST_COLUMNS: usize = 8;

/// The table in a `table` environment; needs `\usepackage{booktabs}`, and `graphicx` if it is scaled.
pub fn latex_table(table: &Table) -> String {
    let columns: String = (0..table.header.len()).map(|i| if i < table.words { 'l' } else { 'r' }).collect();
    let line = |row: &[String]| row.iter().map(|c| escape(c)).collect::<Vec<_>>().join(" & ") + " \\\\\n";
    let scaled = table.header.len() > MOST_COLUMNS;
    let (packages, open, close) =
        if scaled { ("booktabs,graphicx", "\\resizebox{\\textwidth}{!}{%\n", "}") } else { ("booktabs", "", "") };
    let mut out = format!("% needs \\usepackage{{{packages}}}\n\\begin{{table}}[t]\n\\centering\\small\n");
    let _ = writeln!(out, "\\caption{{{}}}\n\\label{{tab:{}}}", escape(&table.caption), table.name);
    let _ =
        write!(out, "{open}\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n\\toprule\n{}\\midrule\n", line(&table.header));
    for (i, row) in table.rows.iter().enumerate() {
        if table.rules.contains(&i) {
            out += "\\midrule\n";
        }
        out += &line(row);
    }
    let _ = writeln!(out, "\\bottomrule\n\\end{{tabular}}{close}");
    for note in &table.notes {
        let _ = writeln!(out, "\n\\smallskip{{\\footnotesize {}\\par}}", escape(note));
    }
    out + "\\end{table}\n"
}

/// The figure's file in a `figure` environment with its caption, no wider than the line; needs `\usepackage{graphicx}`.
pub fn latex_figure(figure: &Figure, width_in: f64) -> String {
    let (name, caption) = (&figure.name, escape(&figure.caption));
    format!(
        "\\begin{{figure}}[t]\n\\centering\n\\includegraphics[width=\\ifdim {width_in}in>\\linewidth \\linewidth\\else {width_in}in\\fi]{{{name}.pdf}}\n\
         \\caption{{{caption}}}\n\\label{{fig:{name}}}\n\\end{{figure}}\n"
    )
}

/// Text with LaTeX's special characters escaped, and signs without a glyph set in maths mode.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '<' => out.push_str("$<$"),
            '>' => out.push_str("$>$"),
            '\u{2212}' => out.push_str("$-$"),
            '\u{b1}' => out.push_str("$\\pm$"),
            '\u{d7}' => out.push_str("$\\times$"),
            '\u{2032}' => out.push_str("$'$"),
            '\u{2264}' => out.push_str("$\\le$"),
            '\u{2265}' => out.push_str("$\\ge$"),
            '\u{3b1}' => out.push_str("$\\alpha$"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_an_instruction() {
        for (text, expect) in [
            ("95 % & more", "95 \\% \\& more"),
            ("a_b^c~d", "a\\_b\\textasciicircum{}c\\textasciitilde{}d"),
            ("\\input{x} #1 $", "\\textbackslash{}input\\{x\\} \\#1 \\$"),
            ("\u{2212}0.3 \u{b1} 0.1, p < 0.05", "$-$0.3 $\\pm$ 0.1, p $<$ 0.05"),
        ] {
            assert_eq!(escape(text), expect);
        }
    }
}
