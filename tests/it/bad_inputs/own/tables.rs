//! Tables of files and tables of pixels.

use super::super::row::Given::File;
use super::super::row::{Given, Row, refuses, text, works};
use super::columns::{TEST, class, lines, with};
use super::{ALL_GOOD, DATA, GOOD, good, numbered};

pub fn rows() -> Vec<Row> {
    let mut rows = tables();
    rows.extend(splits());
    rows.extend(several());
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

const CAT: &str = "\"name\": \"cat\",\n      \"count\": 12";

/// Names of columns with measurements.
const FEATURES: &str = "f0,f1,f2,f3,f4,f5,f6,f7,f8,f9";

/// Where tables of labels say the splits.
fn splits() -> Vec<Row> {
    let split = |i: usize| usize::from(i >= 18);
    // Images in two folders, with a table that names them with these.
    let here = |folders: [&'static str; 2], name: &'static str| {
        let path = move |i: usize| format!("{}/{i}.png", folders[split(i)]);
        let images = (0..GOOD).map(move |i| File(format!("d/{}", path(i)).leak(), numbered(i)));
        let rows = lines(|i| format!("{},{}\n", path(i), class(i)));
        images.chain([text(name, format!("path,label\n{rows}"))]).collect::<Vec<_>>()
    };
    let columns = |header: &str, line: &dyn Fn(usize) -> String| {
        with("images", &format!("file,{header}\n{}", lines(|i| format!("{i}.png,{}\n", line(i)))))
    };
    vec![
        works(
            "own: a table called after two splits, of images in folders of splits",
            here(["train", "test"], "d/train_test_labels.csv"),
            DATA,
            [ALL_GOOD, CAT, TEST],
        )
        .never(["by its name"]),
        works(
            "own: a table called after training, of images in folders of splits",
            here(["train", "test"], "d/labels_for_training.csv"),
            DATA,
            [ALL_GOOD, CAT, TEST],
        )
        .never(["by its name"]),
        works(
            "own: a table of images in folders with a split in their names",
            here(["train_images", "test_images"], "d/labels.csv"),
            DATA,
            [ALL_GOOD, CAT, TEST],
        ),
        works(
            "own: a table of all images beside one a split",
            {
                let row = |i: usize| format!("{i}.png,{}\n", class(i));
                let of = |from: usize, to: usize| format!("file,label\n{}", (from..to).map(row).collect::<String>());
                let mut given = with("images", &of(0, GOOD));
                given.extend([text("d/train.csv", of(0, 18)), text("d/test.csv", of(18, GOOD))]);
                given
            },
            DATA,
            [ALL_GOOD, CAT, TEST],
        )
        .never(["two rows"]),
        works(
            "own: a column that says whether an image is for testing",
            columns("label,is_test", &|i| format!("{},{}", class(i), ["False", "True"][split(i)])),
            DATA,
            [ALL_GOOD, CAT, TEST, "labels in `label`, splits in `is_test`"],
        ),
        works(
            "own: a column that says whether an image is for training",
            columns("label,is_training_image", &|i| format!("{},{}", class(i), 1 - split(i))),
            DATA,
            [ALL_GOOD, CAT, TEST],
        ),
        works(
            "own: a table of splits without labels",
            columns("is_test", &|i| split(i).to_string()),
            DATA,
            [ALL_GOOD, "\"classes\": []", TEST, "without labels, splits in `is_test`"],
        ),
        works(
            "own: two columns that say whether an image is for validation",
            columns("label,is_validation,is_final_validation", &|i| {
                format!("{},{},{}", class(i), usize::from(i == 3), split(i))
            }),
            DATA,
            [ALL_GOOD, CAT, "the column `is_validation` is not read", "the column `is_final_validation` is not read"],
        ),
        works(
            "own: splits of other words",
            columns("label,dataset", &|i| {
                format!("{},{}", class(i), if i < 3 { "unused" } else { ["trn", "tst"][split(i)] })
            }),
            DATA,
            [ALL_GOOD, CAT, TEST, "splits in `dataset`", "are in train: `unused` (3)"],
        ),
        works(
            "own: splits and unassigned rows, as Google writes them",
            with(
                "images",
                &lines(|i| format!("{},{i}.png,{}\n", ["TRAIN", "UNASSIGNED", "TEST"][i / 6 % 4 % 3], class(i))),
            ),
            DATA,
            [ALL_GOOD, CAT, TEST, "are in train: `UNASSIGNED` (6)"],
        ),
        refuses(
            "own: a table of parts of a cross-validation",
            columns("kfold", &|i| (i % 5).to_string()),
            DATA,
            ["labels.csv: does not say which column has the labels (`kfold`)"],
        ),
        works(
            "own: a form for answers in small letters",
            {
                let mut given = columns("label", &|i| class(i).to_owned());
                let row = |i: usize| format!("{i}.png,cat\n");
                given.push(text("d/a_samplesubmission.csv", format!("file,label\n{}", lines(row))));
                given
            },
            DATA,
            [ALL_GOOD, CAT, "a_samplesubmission.csv is a form for answers by its name"],
        )
        .never(["two rows"]),
    ]
}

/// Tables of which each says something else, and names that several images have.
fn several() -> Vec<Row> {
    let twice = |folders: [&'static str; 2], header: &str, line: &dyn Fn(usize) -> String| {
        let images = (0..GOOD).map(move |i| File(format!("d/{}/{}.png", folders[i / 12], i % 12).leak(), numbered(i)));
        images.chain([text("d/labels.csv", format!("{header}\n{}", lines(line)))]).collect::<Vec<_>>()
    };
    let path = |i: usize| format!("{}/{i}.png", ["a", "b"][i % 2]);
    let beside = |line: &dyn Fn(usize) -> String| {
        good([text("d/labels.csv", format!("file,label\n{}", lines(|i| format!("{},{}\n", path(i), line(i)))))])
    };
    vec![
        refuses(
            "own: labels of images that others have the names of",
            twice(["photos", "small"], "file,label", &|i| format!("{}.png,{}\n", i % 12, class(i))),
            DATA,
            ["labels.csv: names images by names that several of them have; name them with their folders"],
        ),
        works(
            "own: labels of images whose folder is in another column",
            twice(["site1", "site2"], "folder,filename,label", &|i| {
                format!("site{},{}.png,{}\n", 1 + i / 12, i % 12, class(i))
            }),
            DATA,
            [ALL_GOOD, CAT, "the files in `filename` are those in the folders in `folder`"],
        )
        .never(["another class"]),
        works(
            "own: a table of other things without clear labels beside a column a class",
            {
                let bits = |i: usize| format!("{i}.png,{},{}\n", 1 - i % 2, i % 2);
                let mut given = with("images", &format!("file,cat,dog\n{}", lines(bits)));
                let meta = |i: usize| format!("{i}.png,{},{}\n", ["arm", "leg"][i / 2 % 2], ["f", "m"][i / 3 % 2]);
                given.push(text("d/a.csv", format!("file,site,sex\n{}", lines(meta))));
                given
            },
            DATA,
            [ALL_GOOD, CAT, "does not say which column has the labels (`site`, `sex`)", "another table has labels"],
        )
        .never(["two rows"]),
        refuses(
            "own: two tables, one with numbers for classes and one with names",
            {
                let mut given = with(
                    "images",
                    &format!("file,label\n{}", (0..18).map(|i| format!("{i}.png,{}\n", class(i))).collect::<String>()),
                );
                let rows: String = (18..GOOD).map(|i| format!("{i}.png,{}\n", i % 2)).collect();
                given.push(text("d/val.csv", format!("file,label\n{rows}")));
                given
            },
            DATA,
            ["has numbers for classes in val.csv (`0`) and names in labels.csv (`cat`); write one or the other"],
        ),
        works(
            "own: two tables with labels of other kinds",
            {
                let mut given =
                    with("images", &format!("file,label\n{}", lines(|i| format!("{i}.png,{}\n", class(i)))));
                let row = |i: usize| format!("{i}.png,{}\n", ["good", "bad"][i / 2 % 2]);
                given.push(text("d/quality.csv", format!("file,label\n{}", lines(row))));
                given
            },
            DATA,
            [
                ALL_GOOD,
                CAT,
                "images/0.png and 23 more have two rows with different labels, in labels.csv and quality.csv",
            ],
        ),
        works(
            "own: three rows an image, of which two contradict the first",
            with(
                "images",
                &format!(
                    "file,label\n{}",
                    lines(|i| {
                        let row = |label: &str| format!("{i}.png,{label}\n");
                        row(class(i)) + &row(class(i + 1)).repeat(2)
                    })
                ),
            ),
            DATA,
            [ALL_GOOD, CAT, "images/0.png and 23 more have two rows with different labels; the first is used"],
        ),
        works(
            "own: rows that say what an image is not",
            with(
                "images",
                &format!("file,label,Confidence\n{}", lines(|i| format!("{i}.png,owl,0\n{i}.png,{},1\n", class(i)))),
            ),
            DATA,
            [ALL_GOOD, CAT, "rows with a 0 in `Confidence` say what an image is not: 24 are passed over"],
        )
        .never(["two rows", "owl"]),
        works(
            "own: a table of measurements beside numbered images",
            with(
                "images",
                &format!("id,species,{}\n{}", FEATURES, lines(|i| format!("{i},{}{}\n", class(i), ",0.5".repeat(10)))),
            ),
            DATA,
            [ALL_GOOD, "\"classes\": []", "no label is read from labels.csv, which has many columns of numbers"],
        ),
        works(
            "own: a text of names and more than a label",
            {
                let mut given = with("images", "");
                given.pop();
                given.extend([text("d/list.txt", lines(|i| format!("{i}.png great {}\n", class(i))))]);
                given
            },
            DATA,
            [ALL_GOOD, "\"classes\": []", "list.txt has names of images with more than a label behind them"],
        ),
        works(
            "own: a table of names without labels",
            with("images", &format!("file\n{}", lines(|i| format!("{i}.png\n")))),
            DATA,
            [ALL_GOOD, "\"classes\": []", "labels.csv names images, and has no labels; give it a column `label`"],
        ),
        works(
            "own: labels that are numbers beside folders of classes with names",
            beside(&|i| (i % 2).to_string()),
            DATA,
            [ALL_GOOD, "\"name\": \"1\",\n      \"count\": 12", "all images of a folder have one label"],
        )
        .never(["another class"]),
        works(
            "own: a label that is another than those of its folder",
            beside(&|i| usize::from(i % 2 == 1 && i != 5).to_string()),
            DATA,
            [ALL_GOOD, "1 of 24 images have another label than most of their folder"],
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
