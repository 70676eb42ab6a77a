//! Images that are called by numbers beside tables of numbers, and lists of the files of a split.

use super::super::row::Given::File;
use super::super::row::{Row, text, works};
use super::columns::{TEST, class, lines, with};
use super::{ALL_GOOD, DATA, GOOD, good, numbered};

pub fn rows() -> Vec<Row> {
    let mut rows = numbers();
    rows.extend(lists());
    rows
}

/// Tables of plain numbers beside images that are numbered.
fn numbers() -> Vec<Row> {
    let folders = "\"name\": \"a\",\n      \"count\": 12";
    let and = |name: &'static str, header: &str, line: &dyn Fn(usize) -> String| {
        good([text(name, format!("{header}\n{}", lines(line)))])
    };
    let list = || text("d/classes.csv", "id,label\n0,cat\n1,dog\n");
    let a_list = "no label is read from classes.csv, which has another label in each row, as a list of classes has";
    let plain = "which names images by plain numbers, which may mean other things; name them with folder and ending";
    let twice = |dogs: std::ops::Range<usize>| {
        let cats = (0..12).map(|i| File(format!("d/cat/{i}.png").leak(), numbered(i)));
        let all = cats.chain(dogs.map(|i| File(format!("d/dog/{i}.png").leak(), numbered(i + 30))));
        let row = |i: usize| format!("{i}.png,{}\n", if i < 12 { "cat" } else { "dog" });
        all.chain([text("d/t.csv", format!("file,label\n{}", (0..20).map(row).collect::<String>()))])
            .collect::<Vec<_>>()
    };
    vec![
        works(
            "own: a list of classes beside folders of numbered images",
            good([list()]),
            DATA,
            [ALL_GOOD, folders, a_list],
        ),
        works(
            "own: a list of classes beside numbered images and their table",
            {
                let mut given = with("images", &format!("file,label\n{}", lines(|i| format!("{i}.png,{}\n", i % 2))));
                given.push(list());
                given
            },
            DATA,
            [ALL_GOOD, "\"name\": \"0\",\n      \"count\": 12", a_list],
        )
        .never(["two rows"]),
        works(
            "own: a list of classes beside numbered images",
            (0..GOOD).map(|i| File(format!("d/images/{i}.png").leak(), numbered(i))).chain([list()]),
            DATA,
            [ALL_GOOD, "\"classes\": []", a_list],
        ),
        works(
            "own: a log of training beside folders of numbered images",
            and("d/log.csv", "epoch,label", &|i| format!("{i},{}", ["warm\n", "main\n"][i % 2])),
            DATA,
            [ALL_GOOD, folders, "left aside: log.csv"],
        ),
        works(
            "own: a table of counts beside folders of numbered images",
            and("d/t.csv", "nr,label", &|i| format!("{i},{}\n", class(i / 2))),
            DATA,
            [ALL_GOOD, folders, plain],
        ),
        works(
            "own: a table of a few numbers beside folders of numbered images",
            good([text("d/t.csv", "id,label\n0,cat\n1,cat\n2,dog\n3,dog\n")]),
            DATA,
            [ALL_GOOD, folders, plain],
        ),
        works(
            "own: a table of ids beside folders of numbered images",
            and("d/t.csv", "id,label", &|i| format!("{i},{}\n", class(i / 2))),
            DATA,
            [ALL_GOOD, "\"name\": \"cat\",\n      \"count\": 12", "the folders of the images are no classes"],
        ),
        works(
            "own: a table of ids of many of the images in folders of parts",
            {
                let more = (100..160).map(|i| File(format!("d/c/{i}.png").leak(), numbered(i)));
                let table = text("d/t.csv", format!("id,label\n{}", lines(|i| format!("{i},{}\n", class(i)))));
                good(more.chain([table]))
            },
            DATA,
            [
                ALL_GOOD,
                "\"name\": \"cat\",\n      \"count\": 12",
                "images in no row of a table, which are left aside: 60",
                "all images of a folder have one label",
            ],
        ),
        works(
            "own: a table of names that are in two folders each",
            twice(0..12),
            DATA,
            [ALL_GOOD, "no label is read from t.csv, which names images by names that several of them have"],
        ),
        works(
            "own: a table of names of which some are in two folders",
            twice(6..20),
            DATA,
            ["\"images\": 14", "may be one of several images of that name", "\"name\": \"cat\",\n      \"count\": 6"],
        ),
    ]
}

/// Lists of the files of a split.
fn lists() -> Vec<Row> {
    let twelve = "\"name\": \"a\",\n      \"count\": 12";
    let image = |i: usize| format!("{}/{i}.png\n", ["a", "b"][i % 2]);
    let of = |from: usize, to: usize| (from..to).map(image).collect::<String>();
    let two = |train: usize| [text("d/train.txt", of(0, train)), text("d/test.txt", of(18, GOOD))];
    vec![
        works(
            "own: lists of files beside folders of classes",
            good(two(18)),
            DATA,
            [ALL_GOOD, twelve, TEST, "train.txt: files in column 1, without labels, in train by its name"],
        )
        .never(["left aside", "whose split no table says"]),
        works(
            "own: an image in two lists",
            good(two(19)),
            DATA,
            [ALL_GOOD, twelve, TEST, "a/18.png has two rows with different splits; the first is used"],
        ),
        works(
            "own: a list of names without endings in a folder beside",
            good([text("d/meta/test.txt", of(18, GOOD).replace(".png", ""))]),
            DATA,
            [ALL_GOOD, twelve, TEST, "images whose split no table says are in train: 18"],
        ),
        works(
            "own: a list of names with spaces",
            good([
                File("d/a/my best one.png", numbered(40)),
                text("d/test.txt", format!("a/my best one.png\n{}", of(19, GOOD))),
            ]),
            DATA,
            ["\"images\": 25", TEST],
        ),
        works(
            "own: lists of files beside a table of labels",
            {
                let mut given =
                    with("images", &format!("file,label\n{}", lines(|i| format!("{i}.png,{}\n", class(i)))));
                let of = |from: usize, to: usize| (from..to).map(|i| format!("{i}.png\n")).collect::<String>();
                given.extend([text("d/train.txt", of(0, 18)), text("d/test.txt", of(18, GOOD))]);
                given
            },
            DATA,
            [ALL_GOOD, "\"name\": \"cat\",\n      \"count\": 12", TEST],
        ),
        works(
            "own: lists of train and validation together and of test beside a table of labels",
            {
                let images = (0..GOOD).map(|i| File(format!("d/images_{}/{i}.png", i / 12).leak(), numbered(i)));
                let of = |from: usize, to: usize| (from..to).map(|i| format!("{i}.png\n")).collect::<String>();
                images.chain([
                    text("d/labels.csv", format!("file,label\n{}", lines(|i| format!("{i}.png,{}\n", class(i))))),
                    text("d/train_val_list.txt", of(0, 18)),
                    text("d/test_list.txt", of(18, GOOD)),
                    text("d/boxes.json", "{}"),
                ])
            },
            DATA,
            [
                ALL_GOOD,
                "\"name\": \"cat\",\n      \"count\": 12",
                TEST,
                "train_val_list.txt: files in column 1, without labels, in train by its name",
                "files that are no images are left aside: boxes.json",
            ],
        )
        .never(["another class"]),
        works(
            "own: a list of train and validation together beside one of each",
            good([
                text("d/trainval_list.txt", of(0, 18)),
                text("d/train_val.txt", of(0, 18)),
                text("d/train.txt", of(0, 12)),
                text("d/val.txt", of(12, 18)),
                text("d/test.txt", of(18, GOOD)),
            ]),
            DATA,
            [ALL_GOOD, TEST, "\"name\": \"validation\",\n      \"count\": 6,\n      \"given\": true"],
        )
        .never(["two rows"]),
        works(
            "own: a list of files that is read before the table of labels, with names of no image",
            {
                let mut given =
                    with("images", &format!("file,breed\n{}", lines(|i| format!("{i}.png,{}\n", class(i)))));
                let test = (18..GOOD).map(|i| format!("{i}.png\n")).collect::<String>();
                given.push(text("d/meta/test.txt", format!("{test}99.png\n")));
                given
            },
            DATA,
            [ALL_GOOD, "\"name\": \"cat\",\n      \"count\": 12", TEST, "names in meta/test.txt that no image has: 1"],
        )
        .never(["two rows", "has no label"]),
        works(
            "own: a list of names with commas",
            good([
                File("d/a/one, two.png", numbered(40)),
                text("d/test.txt", format!("a/one, two.png\n{}", of(19, GOOD))),
            ]),
            DATA,
            ["\"images\": 25", TEST],
        ),
        works(
            "own: a text of files and labels with a line that has none",
            {
                let images = (0..GOOD).map(|i| File(format!("d/images/{i}.png").leak(), numbered(i)));
                let line = |i: usize| if i == 3 { "3.png\n".into() } else { format!("{i}.png {}\n", class(i)) };
                images.chain([text("d/images.txt", lines(line))])
            },
            DATA,
            ["\"images\": 23", "\"name\": \"cat\"", "3.png"],
        ),
    ]
}
