//! Tables beside images whose columns may be misread: which names the images, which has the labels and which the splits,
//! and whether they are about classes at all.

use super::super::row::Given::File;
use super::super::row::{Given, Row, refuses, text, works};
use super::{ALL_GOOD, DATA, GOOD, good, numbered};

pub fn rows() -> Vec<Row> {
    let mut rows = files();
    rows.extend(labels());
    rows.extend(classes());
    rows.extend(pixels());
    rows
}

/// Images in one folder, with a table beside it.
pub fn with(folder: &str, table: &str) -> Vec<Given> {
    let images = (0..GOOD).map(|i| File(format!("d/{folder}/{i}.png").leak(), numbered(i)));
    images.chain([text("d/labels.csv", table)]).collect()
}

pub fn lines(line: impl Fn(usize) -> String) -> String {
    (0..GOOD).map(line).collect()
}

pub fn class(image: usize) -> &'static str {
    ["cat", "dog"][image % 2]
}

/// The number of another image, of each row another.
fn other(row: usize) -> usize {
    (row * 7 + 5) % GOOD
}

pub const TEST: &str = "\"name\": \"test\",\n      \"count\": 6,\n      \"given\": true";

fn files() -> Vec<Row> {
    let here = |header: &str, line: &dyn Fn(usize) -> String| with("images", &format!("{header}{}", lines(line)));
    let image = |i: usize| format!("{}.png,{}", other(i), class(other(i)));
    let sites = |site: &str, from: usize| lines(|i| format!("{site}/{i}.png,{}\n", class(i + from)));
    vec![
        works(
            "own: a table with an index",
            here(",file,label\n", &|i| format!("{i},{}\n", image(i))),
            DATA,
            [ALL_GOOD, "files in `file`, labels in `label`"],
        ),
        refuses(
            "own: two tables, of which either may have the labels",
            with("images", &format!("file,breed\n{}", lines(|i| format!("{i}.png,{}\n", class(i))))).into_iter().chain(
                [text("d/exif.csv", format!("file,camera\n{}", lines(|i| format!("{i}.png,{}\n", class(i / 2)))))],
            ),
            DATA,
            ["has labels in `camera` of exif.csv or in `breed` of labels.csv; call the right column `label`"],
        ),
        works(
            "own: a table with ids and numbers that are images by chance",
            here("id,age,label\n", &|i| format!("{i},{},{}\n", 3 + i * 7 % 30, class(i))),
            DATA,
            [ALL_GOOD, "files in `id`, labels in `label`"],
        ),
        works(
            "own: a table with ids that are names of other images",
            here("id,filename,label\n", &|i| format!("{i},{}\n", image(i))),
            DATA,
            [ALL_GOOD, "files in `filename`, labels in `label`"],
        ),
        works(
            "own: a table with an index and without a header",
            here("", &|i| format!("{i},{}\n", image(i))),
            DATA,
            [ALL_GOOD, "files in column 2, labels in column 3"],
        ),
        works(
            "own: a table with scores that are names of other images",
            here("score,image,label\n", &|i| format!("{},{i},{}\n", other(i), class(i))),
            DATA,
            [ALL_GOOD, "files in `image`, labels in `label`"],
        ),
        refuses(
            "own: a table with two columns of files",
            here("first,second,label\n", &|i| format!("{i}.png,{}\n", image(i))),
            DATA,
            ["labels.csv: names other images in `first` than in `second`; call the right one `file`"],
        ),
        works(
            "own: a table of more files than there are",
            with(
                "images",
                &format!("file,label\n{}{}", lines(|i| format!("gone{i}.png,cat\n")).repeat(3), {
                    lines(|i| format!("{i}.png,{}\n", class(i)))
                }),
            ),
            DATA,
            [ALL_GOOD, "gone0.png", "is in labels.csv and not among the images"],
        ),
        works(
            "own: rows of a folder that is not there",
            with("siteB", &format!("file,label\n{}{}", sites("siteA", 1), sites("siteB", 0))),
            DATA,
            [ALL_GOOD, "siteA/0.png", "is in labels.csv and not among the images", "\"count\": 12"],
        )
        .never(["two rows"]),
        works(
            "own: a table of a folder that is not there",
            with("siteB", &format!("file,label\n{}", sites("siteA", 1))),
            DATA,
            [ALL_GOOD, "of none of the images that are here", "`siteA/0.png`", "\"classes\": []"],
        ),
        works(
            "own: a table a split, of the same names in two folders",
            {
                let (split, number) = (|i: usize| ["train", "test"][usize::from(i >= 18)], |i: usize| i % 18);
                let images = (0..GOOD).map(|i| File(format!("d/{}/{}.png", split(i), number(i)).leak(), numbered(i)));
                let table = |name: &str| {
                    let rows = (0..GOOD).filter(|i| split(*i) == name);
                    let rows: String = rows.map(|i| format!("{}.png,{}\n", number(i), class(i))).collect();
                    text(format!("d/{name}.csv").leak(), format!("file,label\n{rows}"))
                };
                images.chain([table("train"), table("test")]).collect::<Vec<_>>()
            },
            DATA,
            [ALL_GOOD, "\"count\": 12", TEST],
        ),
    ]
}

fn labels() -> Vec<Row> {
    let here = |header: &str, line: &dyn Fn(usize) -> String| with("images", &format!("{header}{}", lines(line)));
    let split = |i: usize| ["train", "test"][usize::from(i >= 18)];
    vec![
        refuses(
            "own: a table of which two columns may be the labels",
            here("file,annotator,verdict\n", &|i| format!("{i}.png,{},{}\n", ["ann", "bob"][i / 3 % 2], i % 2)),
            DATA,
            ["labels.csv: does not say which column has the labels (`annotator`, `verdict`); name it `label`"],
        ),
        refuses(
            "own: a table of which two columns may be the labels, without a header",
            here("", &|i| format!("{i}.png,{},{}\n", ["ann", "bob"][i / 3 % 2], i % 2)),
            DATA,
            ["labels.csv: does not say which of its columns has the labels; give it a first line"],
        ),
        refuses(
            "own: a table of findings with a point beside the sex",
            here("Path,Sex,Age,Pneumonia\n", &|i| {
                format!("{i}.png,{},{},{}\n", ["Male", "Female"][i % 2], 40 + i, ["1.0", "0.0", "-1.0", ""][i / 2 % 4])
            }),
            DATA,
            ["labels.csv: does not say which column has the labels (`Sex`, `Age`, `Pneumonia`); name it `label`"],
        ),
        refuses(
            "own: a table of grades from 2 beside the view",
            here("file,view,grade\n", &|i| format!("{i}.png,{},{}\n", ["CC", "MLO"][i % 2], 2 + i / 2 % 4)),
            DATA,
            ["labels.csv: does not say which column has the labels (`view`, `grade`); name it `label`"],
        ),
        works(
            "own: a table of breeds and ages with a point",
            here("file,breed,age\n", &|i| format!("{i}.png,{},{}.0\n", class(i), 30 + i / 3)),
            DATA,
            [ALL_GOOD, "labels in `breed`"],
        ),
        refuses(
            "own: a table of patients",
            here("file,patient_id\n", &|i| format!("{i}.png,p{}\n", i / 3)),
            DATA,
            ["labels.csv: does not say which column has the labels (`patient_id`); name it `label`"],
        ),
        works(
            "own: a table of patients and breeds",
            here("file,patient,breed\n", &|i| format!("{i}.png,p{},{}\n", i / 3, class(i))),
            DATA,
            [ALL_GOOD, "labels in `breed`"],
        ),
        works(
            "own: labels of several names",
            here("Image Index,Finding Labels,Patient ID,Patient Gender\n", &|i| {
                let finding = ["No Finding", "Effusion", "Mass", "Effusion|Mass"][i % 4];
                format!("{i}.png,{finding},{},{}\n", i / 4, ["M", "F"][i / 2 % 2])
            }),
            DATA,
            [ALL_GOOD, "labels in `Finding Labels`", "are classes of their own (1 of them)"],
        ),
        works(
            "own: a table of diagnoses",
            here("lesion_id,image_id,dx,sex\n", &|i| {
                format!("L{},{i},{},{}\n", i / 2, ["nv", "mel"][i % 2], ["m", "f"][i / 2 % 2])
            }),
            DATA,
            [ALL_GOOD, "files in `image_id`, labels in `dx`"],
        ),
        works(
            "own: a table with a column a class, with one word before each",
            here("file,label_cat,label_dog\n", &|i| format!("{i}.png,{},{}\n", 1 - i % 2, i % 2)),
            DATA,
            [ALL_GOOD, "\"name\": \"cat\",\n      \"count\": 12", "the column with the 1, of 2"],
        ),
        works(
            "own: names of classes beside their numbers",
            {
                let mut given = here("file,label\n", &|i| format!("{i}.png,{}\n", 1 + i % 2));
                given.push(text("d/classes.txt", "2 dog\n1 cat\n3 bird\n"));
                given
            },
            DATA,
            [ALL_GOOD, "\"name\": \"cat\",\n      \"count\": 12", "\"name\": \"bird\",\n      \"count\": 0"],
        )
        .never(["are wrong by one"]),
        works(
            "own: names of classes without numbers and labels from 1",
            {
                let mut given = here("file,label\n", &|i| format!("{i}.png,{}\n", 1 + i % 2));
                given.push(text("d/classes.txt", "cat\ndog\nbird\n"));
                given
            },
            DATA,
            [ALL_GOOD, "if `cat` is meant to be label 1, all names are wrong by one"],
        ),
        works(
            "own: as many names of classes as labels from 1",
            {
                let mut given = here("file,label\n", &|i| format!("{i}.png,{}\n", 1 + i % 2));
                given.push(text("d/classes.txt", "cat\ndog\n"));
                given
            },
            DATA,
            [
                ALL_GOOD,
                "\"name\": \"cat\",\n      \"count\": 12",
                "the 2 names of classes are those of the labels from 1 to 2",
            ],
        ),
        works(
            "own: splits that are numbers",
            here("file,label,split\n", &|i| format!("{i}.png,{},{}\n", class(i), usize::from(i >= 18))),
            DATA,
            [ALL_GOOD, "the column `split` is not read", "`0` (18), `1` (6)"],
        ),
        works(
            "own: splits without a header",
            here("", &|i| format!("{i}.png,{},{}\n", class(i), split(i))),
            DATA,
            [ALL_GOOD, "labels in column 2, splits in column 3", TEST],
        ),
        works(
            "own: a table of splits beside a table of labels",
            {
                let mut given = here("file,label\n", &|i| format!("{i}.png,{}\n", class(i)));
                given.push(text("d/a.csv", format!("file,split\n{}", lines(|i| format!("{i}.png,{}\n", split(i))))));
                given
            },
            DATA,
            [ALL_GOOD, "a.csv: files in `file`, without labels, splits in `split`", TEST],
        ),
        works(
            "own: a table of other things beside a table of labels",
            {
                let mut given = here("file,label\n", &|i| format!("{i}.png,{}\n", class(i)));
                let camera = |i: usize| format!("{i}.png,{}\n", ["Canon", "Nikon"][i / 3 % 2]);
                given.push(text("d/a.csv", format!("file,camera\n{}", lines(camera))));
                given
            },
            DATA,
            [ALL_GOOD, "\"name\": \"cat\"", "a.csv has no labels in a column that is called so"],
        )
        .never(["two rows"]),
    ]
}

/// Tables beside folders of classes.
fn classes() -> Vec<Row> {
    let image = |i: usize| format!("{}/{i}.png", ["a", "b"][i % 2]);
    let and = |name: &'static str, header: &str, line: &dyn Fn(usize) -> String| {
        good([text(name, format!("{header}\n{}", lines(line)))])
    };
    let folders = "names images, but has no labels in a column that is called so; the classes are the folders";
    let twelve = "\"name\": \"a\",\n      \"count\": 12";
    vec![
        works(
            "own: a table of other things beside folders of classes",
            and("d/metadata.csv", "file,camera", &|i| format!("{},{}\n", image(i), ["Canon", "Nikon"][i / 3 % 2])),
            DATA,
            [ALL_GOOD, twelve, folders],
        ),
        works(
            "own: a table of sizes beside folders of classes",
            and("d/metadata.csv", "file,width,height", &|i| format!("{},{},28\n", image(i), 28 + i % 3)),
            DATA,
            [ALL_GOOD, twelve, folders],
        ),
        works(
            "own: a table of some images beside folders of classes",
            good([text("d/reviewed.csv", "file,reviewer\na/0.png,ann\nb/1.png,ann\na/2.png,bob\n")]),
            DATA,
            [ALL_GOOD, twelve, folders],
        ),
        works(
            "own: a table of results beside folders of classes",
            and("d/results.csv", "epoch,loss,stage", &|i| format!("{i},0.{i},{}\n", ["warmup", "main"][i / 12])),
            DATA,
            [ALL_GOOD, twelve, "left aside: results.csv"],
        ),
        works(
            "own: a table of splits beside folders of classes",
            and("d/split.csv", "file,split", &|i| {
                format!("{},{}\n", image(i), ["train", "test"][usize::from(i >= 18)])
            }),
            DATA,
            [ALL_GOOD, twelve, "split.csv: files in `file`, without labels, splits in `split`", TEST],
        )
        .never(["left aside"]),
        works(
            "own: a table of labels beside folders of classes",
            and("d/labels.csv", "file,label", &|i| format!("{},{}\n", image(i), class(i / 2))),
            DATA,
            [ALL_GOOD, "\"name\": \"cat\",\n      \"count\": 12", "the folders of the images are no classes"],
        ),
        works(
            "own: a table of labels that are the folders of classes",
            and("d/labels.csv", "file,label", &|i| format!("{},{}\n", image(i), ["a", "b"][i % 2])),
            DATA,
            [ALL_GOOD, twelve, "the labels are those of the table; they say the same"],
        ),
    ]
}

fn pixels() -> Vec<Row> {
    let mut order: Vec<usize> = (0..16).collect();
    order.sort_by_key(usize::to_string);
    let header: String = order.iter().map(|p| format!("pixel{p},")).collect();
    let row = |i: usize| order.iter().map(|p| format!("{},", (i * 31 + p * p * 7) % 256)).collect::<String>();
    let csv = |more: &str, line: &dyn Fn(usize) -> String| {
        [text("d.csv", format!("{header}{more}\n{}", lines(|i| format!("{}{}\n", row(i), line(i)))))]
    };
    let read = "data d.csv --json";
    vec![
        works(
            "own: columns of pixels that are sorted as texts",
            csv("label", &|i| (i % 3).to_string()),
            read,
            [ALL_GOOD, "\"count\": 8", "the columns of pixels are put in the order of the numbers in their names"],
        ),
        refuses(
            "own: pixels beside two columns that may be the labels",
            csv("breed,colour", &|i| format!("{},{}", class(i), ["red", "green", "blue"][i % 3])),
            read,
            ["d.csv: does not say which column has the labels (`breed`, `colour`); name it `label`"],
        ),
        works(
            "own: pixels beside a label and a measurement",
            csv("breed,weight", &|i| format!("{},{i}.5", class(i))),
            read,
            [ALL_GOOD, "the label is column 17 (`breed`)", "column 18 (`weight`) is no pixel by its name"],
        ),
        works(
            "own: pixels beside a column a class",
            csv("label_cat,label_dog", &|i| format!("{},{}", 1 - i % 2, i % 2)),
            read,
            [ALL_GOOD, "\"name\": \"cat\",\n      \"count\": 12", "the label is the column with the 1, of 2"],
        ),
        works(
            "own: pixels with a separator at the end of each line",
            [text("d.csv", lines(|i| format!("{},{}\n", i % 3, row(i))))],
            read,
            [
                ALL_GOOD,
                "\"count\": 8",
                "column 18 is empty and is left aside",
                "taken from column 1, which has no name",
            ],
        ),
        works(
            "own: pixels with a separator at the end of each line and a header",
            [text("d.csv", format!("label,{header}\n{}", lines(|i| format!("{},{}\n", i % 3, row(i)))))],
            read,
            [ALL_GOOD, "\"count\": 8", "column 18 is empty and is left aside", "the label is column 1 (`label`)"],
        ),
        works(
            "own: pixels of which the first row lacks one",
            {
                let whole = lines(|i| format!("{},{}\n", i % 3, row(i).trim_end_matches(',')));
                [text("d.csv", whole.replacen("0,0,", "0,,", 1))]
            },
            read,
            ["\"images\": 23", "d.csv, row 1", "is empty, not a number", "taken from column 1, which has no name"],
        ),
        works(
            "own: pixels in the order of their classes, of which the first has more rows than are looked at first",
            {
                let pixel = |i: usize, p: usize| (i * 31 + p * p * 7) % 256;
                let row = |i: usize| {
                    let pixels: String = (0..15).map(|p| format!(",{}", pixel(i, p))).collect();
                    format!("{}{pixels},{}\n", i / 1100, if i.is_multiple_of(7) { 1 + i % 3 } else { 0 })
                };
                [text("d.csv", (0..1500).map(row).collect::<String>())]
            },
            read,
            ["\"images\": 1500", "\"count\": 1100", "taken from column 1, which has no name"],
        ),
        works(
            "own: EMNIST as CSV of pixels",
            [
                text("d/emnist-letters-test.csv", lines(|i| format!("{},{}\n", i % 2, row(i).trim_end_matches(',')))),
                text("d/emnist-digits-mapping.txt", "0 48\n1 49\n"),
                text("d/emnist-letters-mapping.txt", "0 65\n1 66\n"),
            ],
            DATA,
            [
                ALL_GOOD,
                "\"name\": \"A\",\n      \"count\": 12",
                "emnist-letters-test.csv: rows and columns are exchanged, as EMNIST's images are stored transposed",
            ],
        ),
        refuses(
            "own: columns of coordinates",
            {
                let names: String = (1..9).map(|p| format!(",x{p},y{p}")).collect();
                let points = |i: usize| (0..16).map(|p| format!(",{}", (i * 7 + p) % 28)).collect::<String>();
                [text("d.csv", format!("label{names}\n{}", lines(|i| format!("{}{}\n", i % 3, points(i)))))]
            },
            read,
            ["d.csv: has columns of coordinates (`x1`, `y1`), and no pixels"],
        ),
        works(
            "own: pixels with a split of another name",
            csv("label,split", &|i| format!("{},{}", i % 3, ["train", "TEST", "train", "held"][i % 4])),
            read,
            [ALL_GOOD, "are in train: `held` (6)"],
        ),
        works(
            "own: pixels with splits that are numbers",
            csv("label,split", &|i| format!("{},{}", i % 3, i % 2)),
            read,
            [ALL_GOOD, "the column `split` is not read", "`0` (12), `1` (12)"],
        ),
    ]
}
