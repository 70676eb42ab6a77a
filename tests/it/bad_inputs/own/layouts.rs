//! Folders, tables, arrays and files as users have them, which are to be read as they are meant.

use super::super::row::Given::File;
use super::super::row::{Given, Row, refuses, works};
use super::arrays::{npy, npz};
use super::{ALL_GOOD, DATA, GOOD, good, good_below, numbered};

pub fn rows() -> Vec<Row> {
    let mut rows = folders();
    rows.extend(tables());
    rows.extend(pixels());
    rows.extend(arrays());
    rows
}

/// Images of two classes in folders; `at` is the folder of an image.
fn laid(at: &dyn Fn(usize) -> String) -> Vec<Given> {
    (0..GOOD).map(|i| File(format!("d/{}/{i}.png", at(i)).leak(), numbered(i))).collect()
}

fn and(mut given: Vec<Given>, name: &'static str, bytes: Vec<u8>) -> Vec<Given> {
    given.push(File(name, bytes));
    given
}

fn folders() -> Vec<Row> {
    let class = |i: usize| ["a", "b"][i % 2];
    let split = |i: usize, names: [&'static str; 2]| names[usize::from(i >= 18)];
    let splits = |names: [&'static str; 2]| laid(&|i| format!("{}/{}", split(i, names), class(i)));
    let eighteen = "\"name\": \"train\",\n      \"count\": 18,\n      \"given\": true";
    let twelve = "\"name\": \"a\",\n      \"count\": 12";
    vec![
        works("own: splits with other names", splits(["Train", "testing"]), DATA, [ALL_GOOD, eighteen, twelve]),
        refuses(
            "own: classes beside a split that has them too",
            laid(&|i| if i < 12 { class(i).into() } else { format!("train/{}", class(i)) }),
            DATA,
            ["the folder `a` and another one in `train`", "classes and splits lie beside each other"],
        ),
        works("own: splits with names of two words", splits(["training_set", "test_set"]), DATA, [eighteen, twelve]),
        works(
            "own: splits in folders of their own name",
            laid(&|i| {
                let split = split(i, ["seg_train", "seg_test"]);
                format!("{split}/{split}/{}", class(i))
            }),
            DATA,
            [ALL_GOOD, eighteen, twelve],
        ),
        works(
            "own: splits below the classes",
            laid(&|i| format!("{}/{}", class(i), split(i, ["train", "test"]))),
            DATA,
            [ALL_GOOD, eighteen, twelve],
        ),
        works(
            "own: an image beside the splits",
            and(splits(["train", "test"]), "d/preview.png", numbered(3)),
            DATA,
            [ALL_GOOD, eighteen, "lies in no folder of a split"],
        ),
        works(
            "own: a folder beside the splits",
            and(splits(["train", "test"]), "d/pred/1.png", numbered(3)),
            DATA,
            [ALL_GOOD, eighteen, "lies in no folder of a split"],
        ),
        works(
            "own: a class without train images",
            and(splits(["train", "test"]), "d/test/c/1.png", numbered(3)),
            DATA,
            ["\"images\": 25", "classes without a train image, which no run can learn: c"],
        ),
        works(
            "own: a class called train",
            laid(&|i| ["train", "plane"][i % 2].to_owned()),
            DATA,
            [ALL_GOOD, "\"name\": \"train\",\n      \"count\": 12"],
        ),
        works(
            "own: a readme beside the folder above all others",
            and(good_below("d/shapes"), "d/README.md", b"x".to_vec()),
            DATA,
            [ALL_GOOD, twelve],
        ),
        works(
            "own: an image in a format that is not read",
            good([File("d/a/photo.heic", b"\0\0\0\x18ftypheic and so on".to_vec())]),
            DATA,
            [ALL_GOOD, "is HEIC, AVIF or a film"],
        ),
        refuses(
            "own: pickled objects",
            [File("d/data_batch_1", b"\x80\x02}q\x01".to_vec())],
            DATA,
            ["pickled Python objects", "binary version of CIFAR"],
        ),
    ]
}

/// Tables of files and labels.
fn tables() -> Vec<Row> {
    let with = |table: String| {
        let images = (0..GOOD).map(|i| File(format!("d/images/{i:02}.png").leak(), numbered(i)));
        images.chain([File("d/labels.csv", table.into_bytes())]).collect::<Vec<_>>()
    };
    let lines = |line: &dyn Fn(usize) -> String| (0..GOOD).map(line).collect::<String>();
    let class = |i: usize| ["cat", "dog"][i % 2];
    let cats = "\"name\": \"cat\",\n      \"count\": 12";
    let two = |table: String| {
        let mut given = laid(&|i| ["x", "y"][i / 12].to_owned());
        given.push(File("d/labels.csv", table.into_bytes()));
        given
    };
    vec![
        works(
            "own: a table whose paths begin elsewhere",
            with(format!("file,label\n{}", lines(&|i| format!("/data/all/images/{i:02}.png,{}\n", class(i))))),
            DATA,
            [ALL_GOOD, cats],
        ),
        works(
            "own: a table with names in other capitals",
            with(format!("file,label\n{}", lines(&|i| format!("{i:02}.PNG,{}\n", class(i))))),
            DATA,
            [ALL_GOOD, cats],
        ),
        works(
            "own: a table with more columns",
            with(format!("id,width,breed,note\n{}", lines(&|i| format!("{i:02},{},{},n{i}\n", 90 + i % 5, class(i))))),
            DATA,
            [ALL_GOOD, cats, "labels in `breed`"],
        ),
        refuses(
            "own: a table that does not say where the labels are",
            with(format!("id,width,height\n{}", lines(&|i| format!("{i:02},{},{}\n", 90 + i % 5, i % 3)))),
            DATA,
            ["labels.csv: does not say which column has the labels (`width`, `height`); name it `label`"],
        ),
        works(
            "own: a table with a column a class",
            with(format!("id,cat,dog\n{}", lines(&|i| format!("{i:02},{},{}\n", 1 - i % 2, i % 2)))),
            DATA,
            [ALL_GOOD, cats, "the column with the 1"],
        ),
        works(
            "own: a table with paths to two folders",
            two(format!("file,label\n{}", lines(&|i| format!("all/{}/{i}.png,{}\n", ["x", "y"][i / 12], class(i))))),
            DATA,
            [ALL_GOOD, cats],
        ),
        works(
            "own: a table with a name that two images have",
            {
                let mut given = two(format!("file,label\n1.png,cat\n{}", lines(&|i| format!("{i},{}\n", class(i)))));
                given.push(File("d/y/1.png", numbered(99)));
                given
            },
            DATA,
            ["may be one of several images", "\"images\": 23"],
        ),
        works(
            "own: a text of files and labels",
            {
                let mut given = laid(&|_| "images".to_owned());
                let table = lines(&|i| format!("images/{i}.png {}\n", class(i)));
                given.push(File("d/labels.txt", table.into_bytes()));
                given
            },
            DATA,
            [ALL_GOOD, cats],
        ),
        works(
            "own: a form for answers",
            {
                let mut given = with(format!("id,label\n{}", lines(&|i| format!("{i:02},{}\n", class(i)))));
                given.push(File("d/sample_submission.csv", b"id,label\n00,x\n01,x\n".to_vec()));
                given
            },
            DATA,
            [ALL_GOOD, cats, "sample_submission.csv is a form for answers"],
        ),
        works(
            "own: a table of images in folders of splits",
            {
                let at = |i: usize| ["train", "test"][usize::from(i >= 18)];
                let mut given = laid(&|i| at(i).to_owned());
                let table = lines(&|i| format!("{}/{i}.png,{}\n", at(i), class(i)));
                given.push(File("d/labels.csv", table.into_bytes()));
                given
            },
            DATA,
            [ALL_GOOD, cats, "\"name\": \"test\",\n      \"count\": 6,\n      \"given\": true"],
        ),
    ]
}

/// Tables of pixels.
fn pixels() -> Vec<Row> {
    let pixel = |i: usize, p: usize| (i * 31 + p * p * 7) % 256;
    let row = |i: usize, between: &str| (0..16).map(|p| pixel(i, p).to_string()).collect::<Vec<_>>().join(between);
    let lines = |line: &dyn Fn(usize) -> String| (0..GOOD).map(line).collect::<String>();
    let header = |between: &str| (0..16).map(|p| format!("pixel{p}")).collect::<Vec<_>>().join(between);
    let read = "data d.csv --json";
    let csv = |text: String| [File("d.csv", text.into_bytes())];
    let eight = "\"count\": 8";
    vec![
        works(
            "own: pixels in one cell",
            csv(format!(
                "emotion,pixels,Usage\n{}",
                lines(&|i| format!("{},{},{}\n", i % 3, row(i, " "), ["Training", "PublicTest"][usize::from(i >= 18)]))
            )),
            read,
            [ALL_GOOD, eight, "`emotion`", "\"name\": \"test\",\n      \"count\": 6,\n      \"given\": true"],
        ),
        works(
            "own: pixels with a column of splits",
            csv(format!(
                "{},label,split\n{}",
                header(","),
                lines(&|i| format!("{},{},{}\n", row(i, ","), i % 3, ["train", "test"][usize::from(i >= 18)]))
            )),
            read,
            [ALL_GOOD, eight, "\"given\": true"],
        ),
        works(
            "own: pixels with decimal commas",
            csv(format!(
                "{};label\n{}",
                header(";"),
                lines(&|i| {
                    let values: Vec<String> = (0..16).map(|p| format!("0,{:03}", pixel(i, p))).collect();
                    format!("{};{}\n", values.join(";"), i % 3)
                })
            )),
            read,
            [ALL_GOOD, eight, "decimal points"],
        ),
        works(
            "own: pixels with spaces between",
            csv(lines(&|i| format!("{} {}\n", row(i, " "), i % 3))),
            read,
            [ALL_GOOD, eight, "column 17"],
        ),
        works(
            "own: pixels with the label first and a corner of few values",
            csv(lines(&|i| {
                let corner = usize::from(i == 7);
                format!("{},{},{corner}\n", i % 3, row(i, ",").rsplit_once(',').unwrap().0)
            })),
            read,
            [ALL_GOOD, eight, "taken from column 1, which has no name"],
        ),
        refuses(
            "own: pixels with the label here first and there last",
            [
                File("d/train.csv", lines(&|i| format!("{},{}\n", i % 3, row(i, ","))).into_bytes()),
                File("d/test.csv", lines(&|i| format!("{},{}\n", row(i, ","), i % 3)).into_bytes()),
            ],
            DATA,
            ["seems to have its labels in column", "name the columns"],
        ),
        works(
            "own: pixels below a comment",
            csv(format!(
                "# from a camera\n{},label\n{}",
                header(","),
                lines(&|i| format!("{},{}\n", row(i, ","), i % 3))
            )),
            read,
            [ALL_GOOD, eight, "begins with #"],
        ),
        works(
            "own: pixels with numbered rows and no header",
            csv(lines(&|i| format!("{i},{}\n", row(i, ",")))),
            read,
            [ALL_GOOD, "numbers the rows", "there are no labels"],
        ),
        works(
            "own: pixels with a column of names",
            csv(format!(
                "name,label,{}\n{}",
                header(","),
                lines(&|i| format!("image {i},{},{}\n", i % 3, row(i, ",")))
            )),
            read,
            [ALL_GOOD, eight, "column 1 has words"],
        ),
        works(
            "own: pixels whose first row was taken for names",
            csv(format!(
                "3,{}\n{}",
                (0..16).map(|p| if p == 0 { "0".to_owned() } else { format!("0.{p}") }).collect::<Vec<_>>().join(","),
                lines(&|i| format!("{},{}\n", i % 3, row(i, ",")))
            )),
            read,
            [ALL_GOOD, eight, "pandas has numbered its values"],
        ),
    ]
}

fn arrays() -> Vec<Row> {
    let body: Vec<u8> = (0..GOOD * 16).map(|v| (v * 37 % 256) as u8).collect();
    let labels: Vec<u8> = (0..GOOD).map(|i| (i % 3) as u8).collect();
    let names: Vec<u8> = vec![0, 1, 2];
    let record = |label: u8| [vec![label], (0..3072).map(|p| (p % 251) as u8 ^ label).collect()].concat();
    let batch: Vec<u8> = (0..GOOD as u8).flat_map(|i| record(i % 10)).collect();
    let gz = |bytes: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, bytes).unwrap();
        packed.finish().unwrap()
    };
    let planes = [&[0, 0, 8, 4][..], &[0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 4], &body].concat();
    vec![
        works(
            "own: an NPZ as scikit-learn's digits",
            [File(
                "d.npz",
                npz(&[
                    ("data", npy("|u1", "24, 16", &body)),
                    ("feature_names", npy("|S1", "16", &[b'p'; 16])),
                    ("target_names", npy("|u1", "3", &names)),
                    ("a_target", npy("|u1", "24", &labels)),
                ]),
            )],
            "data d.npz --json",
            [ALL_GOOD, "\"count\": 8", "labels in a_target"],
        ),
        works(
            "own: labels in one row",
            [File("d.npz", npz(&[("x", npy("|u1", "24, 16", &body)), ("y", npy("|u1", "1, 24", &labels))]))],
            "data d.npz --json",
            [ALL_GOOD, "\"count\": 8"],
        ),
        refuses(
            "own: labels that are too large",
            [File("d.npz", npz(&[("x", npy("|u1", "24, 16", &body)), ("y", npy("<u8", "24", &[0xf0; 24 * 8]))]))],
            "data d.npz --json",
            ["too large a number to be told from the next"],
        ),
        works(
            "own: IDX with names as of arrays",
            [
                File("d/x_train.idx", [&[0, 0, 8, 3][..], &[0, 0, 0, 24, 0, 0, 0, 4, 0, 0, 0, 4], &body].concat()),
                File("d/y_train.idx", [&[0, 0, 8, 1][..], &[0, 0, 0, 24], &labels].concat()),
            ],
            DATA,
            [ALL_GOOD, "\"count\": 8"],
        ),
        works(
            "own: CIFAR-10's files in gzip",
            [File("d/data_batch_1.bin.gz", gz(&batch))],
            DATA,
            [ALL_GOOD, "CIFAR-10"],
        ),
        works(
            "own: a gzip file with zeros behind it",
            [File("d/data_batch_1.bin.gz", [gz(&batch), vec![0; 300]].concat())],
            DATA,
            [ALL_GOOD, "CIFAR-10"],
        ),
        works("own: IDX with channels first", [File("d/images-idx4-ubyte", planes)], DATA, ["\"images\": 8", "3\n  ]"]),
    ]
}
