//! Tables of files and tables of pixels.

use super::super::row::Given::File;
use super::super::row::{Given, Row, refuses, works};
use super::{ALL_GOOD, DATA, GOOD, numbered};

pub fn rows() -> Vec<Row> {
    let mut rows = tables();
    rows.extend(pixels());
    rows
}

/// Tables of files and labels.
fn tables() -> Vec<Row> {
    let with = |table: &[u8], name: &'static str| {
        let images = (0..GOOD).map(|i| File(format!("d/images/{i}.png").leak(), numbered(i)));
        images.chain([File(name, table.to_vec())]).collect::<Vec<_>>()
    };
    let lines = |line: &dyn Fn(usize) -> String| (0..GOOD).map(line).collect::<String>();
    let plain = lines(&|i| format!("images/{i}.png,{}\n", ["cat", "dog"][i % 2]));
    let csv = |text: &str| with(text.as_bytes(), "d/labels.csv");
    vec![
        works(
            "own: a table with a header",
            csv(&format!("file,label\n{plain}")),
            DATA,
            [ALL_GOOD, "\"name\": \"cat\""],
        ),
        works("own: a table without a header", csv(&plain), DATA, [ALL_GOOD, "\"count\": 12"]),
        works("own: a table with a byte order mark", csv(&format!("\u{feff}file,label\n{plain}")), DATA, [ALL_GOOD]),
        works("own: a table with CRLF", csv(&format!("file,label\n{plain}").replace('\n', "\r\n")), DATA, [ALL_GOOD]),
        works(
            "own: a table in quotes",
            csv(&lines(&|i| format!("\"images/{i}.png\",\"a, {}\"\n", i % 2))),
            DATA,
            [ALL_GOOD, "a, 1"],
        ),
        works("own: a table with semicolons", csv(&plain.replace(',', ";")), DATA, [ALL_GOOD]),
        works(
            "own: labels with decimal commas",
            csv(&format!("file;label\n{plain}").replace(',', ";").replace("cat", "3,0").replace("dog", "5,0")),
            DATA,
            [ALL_GOOD, "\"name\": \"5\""],
        ),
        works(
            "own: a table whose first line names the separator",
            csv(&format!("sep=;\r\nfile;label\r\n{}", plain.replace(',', ";").replace('\n', "\r\n"))),
            DATA,
            [ALL_GOOD, "files in `file`, labels in `label`", "\"name\": \"cat\""],
        ),
        works(
            "own: a table below a comment",
            csv(&format!("# labelled in May, by two of us\nfile,label\n{plain}")),
            DATA,
            [ALL_GOOD, "labels.csv: 1 line before the table", "\"name\": \"cat\",\n      \"count\": 12"],
        ),
        refuses(
            "own: labels that are not UTF-8",
            with(
                &[
                    b"file,label\n".as_slice(),
                    &plain.replace("cat", "th#").bytes().map(|b| if b == b'#' { 0xe9 } else { b }).collect::<Vec<u8>>(),
                ]
                .concat(),
                "d/labels.csv",
            ),
            DATA,
            ["row 2 of labels.csv has a label with letters that are not UTF-8"],
        ),
        works(
            "own: a table in UTF-16",
            with(&[0xff, 0xfe, b'f', 0, b',', 0], "d/labels.csv"),
            DATA,
            [ALL_GOOD, "UTF-16", "no label is read from it"],
        ),
        works("own: a TSV", with(plain.replace(',', "\t").as_bytes(), "d/labels.tsv"), DATA, [ALL_GOOD]),
        works("own: a table of names without endings", csv(&lines(&|i| format!("{i},{}\n", i % 2))), DATA, [ALL_GOOD]),
        works(
            "own: a row for a file that is missing",
            csv(&format!("file,label\n{plain}gone.png,cat\n")),
            DATA,
            [ALL_GOOD, "gone.png", "not among the images"],
        ),
        works(
            "own: a first row for a file that is missing, without a header",
            csv(&format!("gone.png,cat\n{plain}")),
            DATA,
            [ALL_GOOD, "files in column 1, labels in column 2", "gone.png", "not among the images"],
        ),
        works(
            "own: a table of which no name is there",
            csv(&format!("id,label\n{}", lines(&|i| format!("00{i},{}\n", ["cat", "dog"][i % 2])))),
            DATA,
            [ALL_GOOD, "of none of the images", "`000`"],
        ),
        works(
            "own: a split of another name",
            csv(&format!(
                "file,label,split\n{}",
                lines(&|i| format!(
                    "images/{i}.png,{},{}\n",
                    ["cat", "dog"][i % 2],
                    ["train", "TEST", "train", "held"][i % 4]
                ))
            )),
            DATA,
            [ALL_GOOD, "are in train: `held` (6)"],
        ),
        works(
            "own: an image in no row",
            csv(&plain.replacen("images/0.png,cat\n", "", 1)),
            DATA,
            ["\"images\": 23", "left aside: 1"],
        ),
        works(
            "own: a row without a label",
            csv(&plain.replacen("1.png,dog", "1.png,", 1)),
            DATA,
            ["\"images\": 23", "has no label"],
        ),
        works(
            "own: a first row without a label",
            csv(&format!("file,label\n{}", plain.replacen("0.png,cat", "0.png", 1))),
            DATA,
            ["\"images\": 23", "images/0.png", "has no label", "\"name\": \"cat\",\n      \"count\": 11"],
        ),
        works(
            "own: a first row without a label and without a header",
            csv(&plain.replacen("0.png,cat", "0.png", 1).replace(',', ";")),
            DATA,
            ["\"images\": 23", "images/0.png", "has no label", "\"name\": \"cat\",\n      \"count\": 11"],
        ),
        works(
            "own: a first row that is no row",
            csv(&format!("file,label\n#c\n{plain}")),
            DATA,
            [ALL_GOOD, "#c", "is in labels.csv and not among the images", "\"name\": \"cat\""],
        ),
        works(
            "own: words for a missing label",
            csv(&format!("file,label\n{}", plain.replacen(",dog", ",NA", 2))),
            DATA,
            ["\"images\": 22", "because of a word that says so: `NA` (2)", "has the label `NA`"],
        ),
        works(
            "own: two rows that contradict",
            csv(&format!("{plain}images/0.png,dog\n")),
            DATA,
            [ALL_GOOD, "two rows with different labels"],
        ),
        works(
            "own: an image in two splits",
            csv(&format!("file,label,split\n{}images/0.png,cat,test\n", plain.replace('\n', ",train\n"))),
            DATA,
            [ALL_GOOD, "two rows with different splits"],
        ),
        refuses(
            "own: a row with a cell too many",
            csv(&format!("file,label\n{}", plain.replacen("cat", "cat, grey", 1))),
            DATA,
            ["labels.csv: row 2 has 3 cells for the 2 columns of the first line"],
        ),
        refuses(
            "own: a row with a cell too many, without a header",
            csv(&plain.replacen("dog", "dog, grey", 1)),
            DATA,
            ["labels.csv: row 2 has 3 cells for the 2 columns that most rows have"],
        ),
        refuses(
            "own: labels whose quotes are not closed",
            csv(&format!("file,label\n{}", plain.replace(",cat", ",\"cat").replace(",dog", ",\"dog"))),
            DATA,
            ["labels.csv: row 2: a quote is closed in the middle of a cell"],
        ),
        refuses(
            "own: a label whose quote is not closed",
            csv(&format!("file,label\n{}", plain.replacen(",dog", ",\"dog", 1))),
            DATA,
            ["labels.csv: row 3: a quote is not closed"],
        ),
        refuses(
            "own: a label of two lines",
            csv(&format!("file,label\n{}", plain.replacen("dog\n", "\"dog\n\"\n", 1).replacen("\n\"", "\nand\"", 1))),
            DATA,
            ["labels.csv: row 3 has a name or a class that goes on in the next line"],
        ),
        refuses(
            "own: a column that is there twice",
            csv(&format!("file,label,label\n{}", plain.replace('\n', ",owl\n"))),
            DATA,
            ["labels.csv: has the column `label` twice"],
        ),
        refuses(
            "own: labels that are measurements",
            csv(&lines(&|i| format!("images/{i}.png,{}.37\n", i))),
            DATA,
            ["row 1 of labels.csv has the label 0.37, no whole number: labels must be classes"],
        ),
    ]
}

/// Tables of pixels.
fn pixels() -> Vec<Row> {
    let row = |i: usize| (0..16).map(|p| ((i * 31 + p * p * 7) % 256).to_string()).collect::<Vec<_>>().join(",");
    let lines = |line: &dyn Fn(usize) -> String| (0..GOOD).map(line).collect::<String>();
    let header = (0..16).map(|p| format!("pixel{p}")).collect::<Vec<_>>().join(",");
    let last = format!("{header},label\n{}", lines(&|i| format!("{},{}\n", row(i), i % 3)));
    let read = "data d.csv --json";
    let csv = |text: String| [text_file("d.csv", text)];
    vec![
        works("own: pixels with the label last", csv(last.clone()), read, [ALL_GOOD, "`label`", "\"count\": 8"]),
        works(
            "own: pixels with the label first",
            csv(lines(&|i| format!("{},{}\n", i % 3, row(i)))),
            read,
            [ALL_GOOD, "taken from column 1, which has no name"],
        ),
        works("own: pixels without labels", csv(lines(&|i| format!("{}\n", row(i)))), read, [ALL_GOOD, "no labels"]),
        works(
            "own: pixels with numbered rows",
            csv(format!(",{header},label\n{}", lines(&|i| format!("{i},{},{}\n", row(i), i % 3)))),
            read,
            [ALL_GOOD, "numbers the rows"],
        ),
        works(
            "own: pixels with a ragged row",
            csv(format!("{last}1,2,3\n")),
            read,
            [ALL_GOOD, "has 3 cells instead of 17"],
        ),
        works(
            "own: pixels with a ragged row first",
            csv(format!("1,2,3\n{}", lines(&|i| format!("{},{}\n", i % 3, row(i))))),
            read,
            [ALL_GOOD, "has 3 cells instead of 17", "taken from column 1"],
        ),
        works(
            "own: pixels with a word",
            csv(format!("{last}{},1\n", row(0).replacen("0,", "x,", 1))),
            read,
            [ALL_GOOD, "is `x`, not a number"],
        ),
        works(
            "own: pixels that are NaN",
            csv(format!("{last}{},1\n", row(0).replacen("0,", "nan,", 1))),
            read,
            [ALL_GOOD, "is no number (NaN)"],
        ),
        refuses(
            "own: pixels that make no square",
            csv(lines(&|i| format!("{},1,2,3,{}\n", row(i), i % 3))),
            read,
            ["make no square image|neither the first nor the last"],
        ),
        works(
            "own: pixels with decimal commas between tabs",
            vec![File("d.tsv", lines(&|i| format!("{}\t{}\n", row(i).replace(',', ",5\t"), i % 3)).into_bytes())],
            "data d.tsv --json",
            [ALL_GOOD, "decimal points"],
        ),
        works(
            "own: pixels with decimal commas in quotes",
            csv(lines(&|i| format!("\"{}\",{}\n", row(i).replace(',', ",5\",\""), i % 3))),
            read,
            [ALL_GOOD, "decimal points"],
        ),
        refuses("own: pixels in UTF-16", [File("d.csv", vec![0xff, 0xfe, b'1', 0])], read, ["UTF-16"]),
    ]
}

fn text_file(name: &'static str, text: String) -> Given {
    File(name, text.into_bytes())
}
