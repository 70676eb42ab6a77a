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
    let mut out = String::from("\\begin{table}[t]\n\\centering\\small\n");
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
    out += "\\end{table}\n";
    latex_file(packages, &out)
}

/// A file that says in its first line what it needs: the packages, and an encoding if a name in it is not plain ASCII.
pub fn latex_file(packages: &str, content: &str) -> String {
    let encoding =
        if content.is_ascii() { "" } else { "; UTF-8 (\\usepackage[utf8]{inputenc} with a LaTeX older than 2018)" };
    format!("% needs \\usepackage{{{packages}}}{encoding}\n{content}")
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
            '\u{3b2}' => out.push_str("$\\beta$"),
            '\u{3b5}' => out.push_str("$\\varepsilon$"),
            '\u{3bb}' => out.push_str("$\\lambda$"),
            '\u{3c3}' => out.push_str("$\\sigma$"),
            '\u{3c7}' => out.push_str("$\\chi$"),
            '\u{b2}' => out.push_str("\\textsuperscript{2}"),
            '\u{b3}' => out.push_str("\\textsuperscript{3}"),
            '\u{2026}' => out.push_str("\\ldots{}"),
            '\u{2013}' => out.push_str("--"),
            '\u{2014}' => out.push_str("---"),
            '\u{2018}' => out.push('`'),
            '\u{2019}' => out.push('\''),
            '\u{201c}' => out.push_str("``"),
            '\u{201d}' => out.push_str("''"),
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
            ("\u{3c7}\u{b2} = 9.8, \u{201c}Title\u{201d}", "$\\chi$\\textsuperscript{2} = 9.8, ``Title''"),
        ] {
            assert_eq!(escape(text), expect);
        }
    }

    /// Only what has no command, such as an accent in a class's name, needs the encoding.
    #[test]
    fn the_first_line_says_what_the_file_needs() {
        assert_eq!(
            latex_file("booktabs", &escape("\u{3c7}\u{b2}\n")),
            "% needs \\usepackage{booktabs}\n$\\chi$\\textsuperscript{2}\n"
        );
        let named = latex_file("booktabs", &escape("Gr\u{fc}n"));
        assert!(named.starts_with("% needs \\usepackage{booktabs}; UTF-8") && named.ends_with("Gr\u{fc}n"));
    }
}
