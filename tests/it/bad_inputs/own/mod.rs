//! Own images that are wrong, odd, or look wrong and are not, for `ridgewalk data` and `ridgewalk run --data`.

mod files;
mod tables;
mod arrays;
mod layouts;
mod columns;
mod numbered;
mod sets;

use std::io::{Cursor, Write as _};

use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use ridgewalk::labelling::npy::NpyImage;

use super::row::Given::{File, Folder, Link, Pipe};
use super::row::{Given, Row, refuses, text, works};

const DATA: &str = "data d --json";
/// Images of a good set, half of them in each class.
const GOOD: usize = 24;
const ALL_GOOD: &str = "\"images\": 24";

pub fn rows() -> Vec<Row> {
    let mut rows = files::rows();
    rows.extend(folders());
    rows.extend(archives());
    rows.extend(tables::rows());
    rows.extend(arrays::rows());
    rows.extend(layouts::rows());
    rows.extend(columns::rows());
    rows.extend(numbered::rows());
    rows.extend(sets::rows());
    rows.extend(runs());
    rows.extend(codes());
    rows
}

fn folders() -> Vec<Row> {
    let one = |name: &'static str, grey: u8| File(name, grey_png(8, 8, |x, _| grey + x as u8 * 9));
    let same: Vec<Given> =
        (0..GOOD).map(|i| File(format!("d/{}/{i}.png", i % 2).leak(), grey_png(8, 8, |x, _| x as u8 * 9))).collect();
    let flat: Vec<Given> = (0..GOOD).map(|i| File(format!("d/{i}.png").leak(), numbered(i))).collect();
    let more_test: Vec<Given> = (0..GOOD)
        .map(|i| {
            let split = if i < 6 { "train" } else { "test" };
            File(format!("d/{split}/{}/{i}.png", i % 2).leak(), numbered(i))
        })
        .collect();
    let many: Vec<Given> = (0..1001).map(|i| File(format!("d/{i}/0.png").leak(), numbered(i % 200))).collect();
    vec![
        works("own: two classes", good([]), DATA, [ALL_GOOD, "\"name\": \"a\"", "\"count\": 12"]),
        works("own: a folder above all others", good_below("d/outer"), DATA, [ALL_GOOD, "\"name\": \"a\""]),
        works("own: an empty class folder", good([Folder("d/c")]), DATA, [ALL_GOOD, "c is empty, so it is no class"]),
        works(
            "own: one class only",
            [one("d/a/0.png", 1), one("d/a/1.png", 2), text("d/labels.csv", "file,label\n0.png,a\n1.png,a\n")],
            DATA,
            ["one class only"],
        ),
        works(
            "own: one folder around all images",
            [one("d/wrap/images/0.png", 1), one("d/wrap/images/1.png", 2)],
            DATA,
            ["\"classes\": []", "there are no labels"],
        ),
        works(
            "own: labels in a file that is not read",
            [one("d/images/0.png", 1), one("d/images/1.png", 2), text("d/labels.jsonl", "{}")],
            DATA,
            ["there are no labels", "labels.jsonl is not read", "save it as CSV with columns file and label"],
        ),
        works("own: all images the same", same, DATA, ["all images are the same", "\"duplicates\": 23"]),
        works(
            "own: images of one colour",
            good([File("d/a/flat.png", grey_png(9, 9, |_, _| 7))]),
            DATA,
            ["nearly of one colour: 1 image, a/flat.png"],
        ),
        works(
            "own: a copy",
            good([File("d/b/copy.png", numbered(0))]),
            DATA,
            ["\"duplicates\": 1", "with another label: 1 image"],
        ),
        works("own: without labels", flat, DATA, [ALL_GOOD, "there are no labels"]),
        works("own: more test than train", more_test, DATA, ["more test images (18) than train images (6)"]),
        refuses("own: more than 1,000 class folders", many, DATA, ["1001 folders of images"]),
        works(
            "own: a link that leads round in a circle",
            good([Link("d/a/round", "..")]),
            DATA,
            [ALL_GOOD, "a link to a folder that it lies in"],
        ),
        works("own: a link to nothing", good([Link("d/a/gone.png", "nowhere")]), DATA, [ALL_GOOD, "a link to nothing"]),
        works("own: a pipe among the images", good([Pipe("d/a/pipe.png")]), DATA, [ALL_GOOD, "a pipe or a device"]),
        works(
            "own: results among the images",
            good([
                text("d/runs/experiment.toml", "name = \"x\"\n"),
                text("d/runs/histories/random-01.rwh", "x"),
                text("d/runs/curves.csv", "strategy,round\nrandom,1\nrandom,2\n"),
                text("d/figures/README.txt", "Figures and tables, drawn by ridgewalk 0.1.0.\n"),
                File("d/figures/curves.png", numbered(1)),
            ]),
            DATA,
            [
                ALL_GOOD,
                "runs has the results of runs and is left aside",
                "figures has tables or figures of this program",
            ],
        ),
        works(
            "own: a table of numbers that are names of several images each",
            good([
                File("d/b/0.png", numbered(90)),
                File("d/a/1.png", numbered(91)),
                text("d/rounds.csv", "round,value\n0,x\n1,y\n0,y\n"),
            ]),
            DATA,
            ["\"images\": 26", "files that are no images are left aside: rounds.csv"],
        ),
        refuses(
            "own: results into the folder of the images",
            good([]),
            "run --data d --rounds 1 --out d",
            ["--out d: is the folder of the images"],
        ),
        refuses(
            "own: a field that no image is read by",
            good([]),
            "data d --set alpha=3",
            ["--set alpha=3: the images are read by image_side, image_colour"],
        ),
        refuses("own: nothing there", [], DATA, ["d: cannot be read"]),
        refuses("own: an empty folder", [Folder("d")], DATA, ["is empty; expected are images"]),
        refuses(
            "own: a folder of texts",
            [text("d/a.txt", "x"), text("d/b.md", "y")],
            DATA,
            ["no images that are known"],
        ),
        refuses(
            "own: a folder of broken images",
            [text("d/a/1.png", "x"), text("d/b/1.png", "y")],
            "run --data d --rounds 1 --out o",
            ["no image can be read"],
        ),
        refuses(
            "own: a folder of broken images, looked at",
            [text("d/a/1.png", "x"), text("d/b/1.png", "y")],
            DATA,
            ["d: no image can be read: a/1.png is a text"],
        ),
        works(
            "own: more broken images than good ones",
            good((0..40).map(|i| text(format!("d/{}/bad{i}.png", ["a", "b"][i % 2]).leak(), "x")).collect::<Vec<_>>()),
            DATA,
            [ALL_GOOD, "after them 15 of 17 train images are labelled", "of 4 test images"],
        ),
        refuses(
            "own: a folder of several archives",
            [File("d/a.zip", zipped(&[])), File("d/b.zip", zipped(&[]))],
            DATA,
            ["holds archives, such as a.zip; unpack them into one folder"],
        ),
        refuses(
            "own: a table without its images",
            [text("d.csv", "file,label\n1.png,cat\n2.png,dog\n")],
            "data d.csv --json",
            ["is a table that names image files", "give the folder that has the table and the images"],
        ),
        refuses(
            "own: a folder of archives",
            [File("d/x.zip", zipped(&[]))],
            DATA,
            ["holds an archive; give that: x.zip"],
        ),
        refuses("own: an empty file", [File("d", vec![])], DATA, ["d: is empty"]),
        refuses("own: a text", [text("d", "hello")], DATA, ["in no format of images that is known"]),
        refuses("own: a pipe", [Pipe("d")], DATA, ["a pipe or a device"]),
    ]
}

fn archives() -> Vec<Row> {
    let images: Vec<(String, Vec<u8>)> = (0..GOOD).map(|i| (format!("x/{}/{i}.png", i % 2), numbered(i))).collect();
    let with = |name: &str, bytes: Vec<u8>| {
        let all: Vec<_> = images.iter().cloned().chain([(name.to_owned(), bytes)]).collect();
        vec![File("d", zipped(&all))]
    };
    let zip = zipped(&images);
    let mut bomb = zipped(&[("x/0/bomb.png".to_owned(), vec![0; 2000])]);
    let central = bomb.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    bomb[central + 24..central + 28].copy_from_slice(&0xf000_0000_u32.to_le_bytes());
    let tar = tarred(&images);
    let more = |name: &str| images.iter().cloned().chain([(name.to_owned(), numbered(3))]).collect::<Vec<_>>();
    let (mut twice, [other, same]) = (zipped(&more("x/0/Z.png")), [b"x/0/Z.png", b"x/0/0.png"]);
    while let Some(at) = twice.windows(other.len()).position(|bytes| bytes == other) {
        twice[at..at + same.len()].copy_from_slice(same);
    }
    let again = tarred(&more("x/0/0.png"));
    vec![
        works("own: a zip archive", [File("d", zip.clone())], DATA, [ALL_GOOD, "in a zip archive"]),
        works("own: a zip archive named .png", [File("d.png", zip.clone())], "data d.png --json", [ALL_GOOD]),
        works("own: a tar archive", [File("d", tar.clone())], DATA, [ALL_GOOD, "in a tar archive"]),
        works(
            "own: a path that leads out of a zip",
            with("../../evil.png", numbered(3)),
            DATA,
            [ALL_GOOD, "leads out of the archive"],
        ),
        works(
            "own: an absolute path in a zip",
            with("/etc/evil.png", numbered(3)),
            DATA,
            ["leads out of|\"images\": 25"],
        ),
        works("own: what a Mac leaves in a zip", with("__MACOSX/x/0/._0.png", vec![1]), DATA, [ALL_GOOD, "hidden"]),
        works(
            "own: a name twice in a zip",
            [File("d", twice)],
            DATA,
            [ALL_GOOD, "of its 25 files, 1 with the name of a later"],
        ),
        works(
            "own: a name twice in a tar",
            [File("d", again)],
            DATA,
            [ALL_GOOD, "is in the archive twice, and the last"],
        ),
        refuses("own: a zip bomb", [File("d", bomb)], DATA, ["as traps for programs do"]),
        refuses("own: a zip cut short", [File("d", zip[..zip.len() - 40].to_vec())], DATA, ["cut short or damaged"]),
        refuses("own: a tar cut short", [File("d.tar", tar[..tar.len() / 2].to_vec())], "data d.tar", ["cut short"]),
        refuses(
            "own: an xz archive",
            [File("d", b"\xfd7zXZ\0 and so on".to_vec())],
            DATA,
            ["is an xz archive; unpack it"],
        ),
        refuses("own: an empty zip", [File("d", zipped(&[]))], DATA, ["is empty"]),
    ]
}

/// What `ridgewalk run` says before anything is trained, and that it runs.
fn runs() -> Vec<Row> {
    let quick =
        "--set generator_epochs=1 --set minibatches_per_round=2 --set walks=0 --strategies random --rounds 2 --out o";
    let run = |more: &str| format!("run --data d {quick} {more}");
    let flat: Vec<Given> = (0..GOOD).map(|i| File(format!("d/{i}.png").leak(), numbered(i))).collect();
    let labels = (0..GOOD).map(|i| format!("{i}.png,a\n")).collect::<String>();
    let one: Vec<Given> = (0..GOOD)
        .map(|i| File(format!("d/a/{i}.png").leak(), numbered(i)))
        .chain([text("d/labels.csv", format!("file,label\n{labels}"))])
        .collect();
    vec![
        works(
            "own: a run",
            good([text("d/a/bad.png", "x")]),
            &run(""),
            ["own images: image files, a folder a class", "1 left out"],
        ),
        works(
            "own: a run with the settings that suit the images that can be read",
            good((0..40).map(|i| text(format!("d/{}/bad{i}.png", ["a", "b"][i % 2]).leak(), "x")).collect::<Vec<_>>()),
            "run --data d --set generator=pca --set walks=0 --set minibatches_per_round=2 --strategies random --out o",
            ["own images: image files, a folder a class", "40 left out"],
        ),
        works(
            "own: a run of an archive in colour",
            [File("d", zipped(&(0..GOOD).map(|i| (format!("{}/{i}.png", i % 2), numbered(i))).collect::<Vec<_>>()))],
            &run("--set image_colour=rgb --set image_side=32"),
            ["32 x 32 rgb"],
        ),
        works(
            "own: VGG-16 and a convolutional VAE at 48 pixels",
            good([]),
            &run(
                "--set image_side=48 --set target=vgg16 --set target_width=2 --set generator=conv-vae --set generator_width=4",
            ),
            ["48 x 48 grey"],
        ),
        works(
            "own: VGG-16 in colour at 28 pixels, with principal components",
            good([]),
            &run(
                "--set image_side=28 --set image_colour=rgb --set target=vgg16 --set target_width=2 --set generator=pca",
            ),
            ["28 x 28 rgb"],
        ),
        works(
            "own: a residual network in colour at 64 pixels",
            good([]),
            &run(
                "--set image_side=64 --set image_colour=rgb --set target=resnet --set target_width=2 --set latent_dim=8",
            ),
            ["64 x 64 rgb"],
        ),
        works(
            "own: a run on some of the images",
            good([]),
            &run("--set train_size=12 --set test_size=2"),
            ["10 train"],
        ),
        refuses(
            "own: a run on more images than there are",
            good([]),
            &run("--set train_size=100"),
            ["field `train_size`: 100 images were requested, but own has 20"],
        ),
        refuses("own: a run without labels", flat, &run(""), ["has no labels, so there is nothing to learn"]),
        refuses("own: a run of one class", one, &run(""), ["has one class only, a"]),
        refuses("own: a side that is not offered", good([]), &run("--set image_side=33"), ["field `image_side`: `33`"]),
        refuses(
            "own: an experiment without its images",
            [text("e.toml", "dataset = \"own\"\n")],
            "run --experiment e.toml --out o",
            ["field `data`: is empty"],
        ),
    ]
}

/// What `ridgewalk run` says to codes of one's own.
fn codes() -> Vec<Row> {
    let run = |more: &str| {
        let quick = "--set minibatches_per_round=2 --rounds 2 --out o --set generator=codes";
        format!("run --data d {quick} {more}")
    };
    let file = |rows: usize, columns: usize, odd: Option<f32>| {
        let mut values: Vec<f32> = (0..rows * columns).map(|i| (i * 7 % 31) as f32).collect();
        odd.into_iter().for_each(|odd| values[3] = odd);
        good([File("c.npy", NpyImage { rows, columns, values }.to_bytes())])
    };
    let two = "--set codes=c.npy --set latent_dim=2 --set walks=0 --strategies random";
    vec![
        works(
            "codes: a run",
            file(GOOD, 2, None),
            &run(&format!("{two},entropy,core-set-latent")),
            ["random", "entropy"],
        ),
        refuses(
            "codes: fewer rows",
            file(GOOD - 1, 2, None),
            &run(two),
            ["c.npy: has 23 rows of codes, but 24 images"],
        ),
        refuses("codes: not a number", file(GOOD, 2, Some(f32::NAN)), &run(two), ["c.npy: has NaN in row 1, column 1"]),
        refuses("codes: more columns", file(GOOD, 5, None), &run(two), ["field `latent_dim`: `2`, but", "give 5"]),
        refuses("codes: no array", good([text("c.npy", "x")]), &run(two), ["field `codes`:", "c.npy: not an NPY file"]),
        refuses("codes: not there", good([]), &run(two), ["field `codes`:", "cannot read"]),
        refuses("codes: none given", good([]), &run("--set walks=0"), ["field `codes`: is empty"]),
        refuses(
            "codes: SNN",
            file(GOOD, 2, None),
            &run(&format!("{two},snn")),
            ["field `strategy`: `snn` needs a decoder"],
        ),
        refuses(
            "codes: walks",
            file(GOOD, 2, None),
            &run("--set codes=c.npy --set latent_dim=2 --strategies random"),
            ["field `walks`: `6` need a decoder"],
        ),
        refuses(
            "codes: of digits",
            [File("c.npy", Vec::new())],
            "run --set generator=codes --set codes=c.npy --strategies random --out o",
            ["field `generator`: `codes` are of your own images"],
        ),
        refuses(
            "codes: to look at as a generator",
            file(GOOD, 2, None),
            "generator --data d --set generator=codes --set codes=c.npy --out o",
            ["field `generator`: `codes` are no generator"],
        ),
    ]
}

/// A set of two classes, with something beside it.
fn good(more: impl IntoIterator<Item = Given>) -> Vec<Given> {
    good_below("d").into_iter().chain(more).collect()
}

fn good_below(folder: &str) -> Vec<Given> {
    (0..GOOD).map(|i| File(format!("{folder}/{}/{i}.png", ["a", "b"][i % 2]).leak(), numbered(i))).collect()
}

/// An image that no other number has.
fn numbered(number: usize) -> Vec<u8> {
    grey_png(8, 8, |x, y| (number * 10 % 251) as u8 ^ (x * 17 + y * 29) as u8)
}

fn grey_png(width: u32, height: u32, grey: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    saved(&GrayImage::from_fn(width, height, |x, y| Luma([grey(x, y)])).into(), ImageFormat::Png)
}

fn saved(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn tarred(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, bytes) in files {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        header[156] = b'0';
        header[257..262].copy_from_slice(b"ustar");
        out.extend(header);
        out.extend(bytes);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}
