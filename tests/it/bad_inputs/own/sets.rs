//! Folders of images as published sets have them: splits without classes, folders of images, masks, and patients.

use super::super::row::Given::File;
use super::super::row::{Given, Row, text, works};
use super::{ALL_GOOD, DATA, GOOD, numbered};

pub fn rows() -> Vec<Row> {
    let mut rows = splits();
    rows.extend(masks());
    rows.extend(leaks());
    rows
}

/// Images at these places.
fn at(place: &dyn Fn(usize) -> String) -> Vec<Given> {
    (0..GOOD).map(|i| File(format!("d/{}.png", place(i)).leak(), numbered(i))).collect()
}

/// An image more.
fn and(mut given: Vec<Given>, name: &'static str) -> Vec<Given> {
    given.push(File(name, numbered(99)));
    given
}

fn class(i: usize) -> &'static str {
    ["a", "b"][i % 2]
}

/// The first or the second of two names, for most images and for the last six.
fn split(i: usize, names: [&str; 2]) -> &str {
    names[usize::from(i >= 18)]
}

const EIGHTEEN: &str = "\"name\": \"train\",\n      \"count\": 18,\n      \"given\": true";
const TWELVE: &str = "\"name\": \"a\",\n      \"count\": 12";
const NO_CLASSES: &str = "\"classes\": []";

fn splits() -> Vec<Row> {
    vec![
        works(
            "own: splits of images without classes",
            at(&|i| format!("{}/{i}", split(i, ["train", "test1"]))),
            DATA,
            [ALL_GOOD, NO_CLASSES, EIGHTEEN],
        ),
        works(
            "own: splits with a year",
            at(&|i| format!("{}/{i}", ["train2017", "val2017"][i % 2])),
            DATA,
            [ALL_GOOD, NO_CLASSES, "\"name\": \"validation\",\n      \"count\": 12,\n      \"given\": true"],
        ),
        works(
            "own: a split called evaluation",
            at(&|i| format!("{}/{}/{i}", split(i, ["training", "evaluation"]), class(i))),
            DATA,
            [ALL_GOOD, TWELVE, EIGHTEEN],
        ),
        works(
            "own: splits beside other folders, all without classes",
            at(&|i| format!("{}/{i}", ["box_train", "box_test", "query"][i % 3])),
            DATA,
            [ALL_GOOD, "`box_train` and `box_test` are read as classes, and are called as splits"],
        ),
        works(
            "own: a folder of images in each split",
            at(&|i| format!("{}/images/{}/{i}", split(i, ["train", "test"]), class(i))),
            DATA,
            [ALL_GOOD, TWELVE, EIGHTEEN],
        ),
        works(
            "own: a folder of images in splits without classes",
            at(&|i| match split(i, ["train", "test"]) {
                "train" => format!("train/{}/images/{i}", class(i)),
                test => format!("{test}/images/{i}"),
            }),
            DATA,
            ["\"images\": 18", "\"count\": 9", "\"file\": \"test/images/18.png\"", "lies in no folder of a class"],
        ),
        works(
            "own: an image beside the splits of a class",
            and(at(&|i| format!("{}/{}/{i}", class(i), split(i, ["train", "test"]))), "d/a/cover.png"),
            DATA,
            [ALL_GOOD, TWELVE, EIGHTEEN, "\"file\": \"a/cover.png\"", "lies in no folder of a split"],
        ),
        works(
            "own: folders of the same names in folders",
            at(&|i| format!("{}/{}/{i}", ["grey", "colour"][i / 2 % 2], class(i))),
            DATA,
            [ALL_GOOD, "colour, grey are read as classes", "give one of the outer folders alone"],
        ),
        works(
            "own: folders in the classes of splits",
            at(&|i| format!("{}/{}/{}/{i}", split(i, ["train", "valid"]), class(i), ["x", "y"][i / 2 % 2])),
            DATA,
            [ALL_GOOD, TWELVE, "are read as part of the class: 4, such as a/x; if they are the classes"],
        )
        .never(["hold folders of the same names"]),
    ]
}

fn masks() -> Vec<Row> {
    let left = "12 images in masks are called as other images, and left aside as their masks";
    let pair = |i: usize| format!("{}/{}", ["images", "masks"][i / 12], i % 12);
    let labels: String = (0..12).map(|i| format!("{i},{}\n", ["cat", "dog"][i % 2])).collect();
    let mut with_table = at(&pair);
    with_table.push(text("d/labels.csv", format!("image,label\n{labels}")));
    let mut of_masks = at(&pair);
    let rows: String = (0..12).map(|i| format!("images/{i}.png,masks/{i}.png\n")).collect();
    of_masks.push(text("d/train.csv", format!("image_path,label_path\n{rows}")));
    vec![
        works("own: a folder of masks", at(&pair), DATA, ["\"images\": 12", NO_CLASSES, left]),
        works(
            "own: a folder of masks and a table",
            with_table,
            DATA,
            ["\"images\": 12", "\"name\": \"cat\",\n      \"count\": 6", left],
        ),
        works("own: a table of images and masks", of_masks, DATA, ["\"images\": 12", NO_CLASSES, left]),
        works(
            "own: masks beside their images",
            at(&|i| format!("{}/{}{}", class(i), i / 4, ["", "_mask"][i / 2 % 2])),
            DATA,
            [
                "\"images\": 12",
                "\"count\": 6",
                "masks of those beside them, which are left aside: 12, such as a/0_mask.png",
            ],
        ),
        works(
            "own: classes with files of the same names",
            at(&|i| format!("{}/{}", class(i), i / 2)),
            DATA,
            [ALL_GOOD, TWELVE],
        )
        .never(["mask"]),
        works(
            "own: faces with a mask and without",
            at(&|i| format!("{}/{}", ["mask", "no_mask"][i % 2], i / 2)),
            DATA,
            [ALL_GOOD, "\"name\": \"mask\",\n      \"count\": 12"],
        )
        .never(["left aside"]),
    ]
}

/// Several images of one patient or film, and a test split that is drawn.
fn leaks() -> Vec<Row> {
    let with = |rows: &dyn Fn(usize) -> String, header: &str| {
        let mut given = at(&|i| format!("images/{i}"));
        given.push(text("d/labels.csv", format!("{header}\n{}", (0..GOOD).map(rows).collect::<String>())));
        given
    };
    let row = |i: usize| format!("{i}.png,p{},{}", i / 4, class(i));
    vec![
        works(
            "own: a table of patients beside a test that is drawn",
            with(&|i| row(i) + "\n", "file,patient_id,label"),
            DATA,
            [ALL_GOOD, "images of one `patient_id` may be both in train and in test"],
        ),
        works(
            "own: a table of patients with splits",
            with(&|i| format!("{},{}\n", row(i), split(i, ["train", "test"])), "file,patient_id,label,split"),
            DATA,
            [ALL_GOOD, EIGHTEEN],
        )
        .never(["may be both in train"]),
        works(
            "own: folders of patients in classes",
            at(&|i| format!("{}/patient{}/{i}", class(i), i / 4)),
            DATA,
            [ALL_GOOD, TWELVE, "such as patient0, may be both in train and in test"],
        ),
        works(
            "own: frames of films",
            at(&|i| format!("{}/film{}_frame{i:03}", class(i), i / 6)),
            DATA,
            [ALL_GOOD, TWELVE, "such as those of `film0`, may be both in train and in test"],
        ),
    ]
}
