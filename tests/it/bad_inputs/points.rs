//! Points of an embedding that are wrong, odd, or look wrong and are not, for `ridgewalk points`.

use image::{GrayImage, ImageFormat, Luma};

use super::row::Given::{File, Folder, Pipe};
use super::row::{Given, Row, refuses, text, works};

const CONFIG: &str = r#"{"embeddings": [{"tensorName": "a", "tensorShape": [4, 2], "tensorPath": "t.bytes",
    "metadataPath": "m.tsv", "sprite": {"imagePath": "s.png", "singleImageDim": [2, 2]}}]}"#;

pub fn rows() -> Vec<Row> {
    let mut rows = files();
    rows.extend(arrays());
    rows.extend(metadata());
    rows.extend(projector());
    rows
}

fn files() -> Vec<Row> {
    let one = |name: &'static str, content: &str| [text(name, content)];
    vec![
        works("points: a TSV", one("p.tsv", "1\t2\n3\t4\n"), "points p.tsv", ["2 in 2 dimensions"]),
        works(
            "points: a CSV with classes and measurements",
            one("p.csv", "x,y,z,label,age\n1,2,3,a,1.5\n4,5,6,b,2\n7,8,9,a,2.5\n"),
            "points p.csv --json",
            ["\"dimensions\": 3", "\"kind\": \"classes\"", "\"kind\": \"numbers\"", "coordinates are x, y, z"],
        ),
        works(
            "points: numbers with spaces between",
            one("p.txt", "1.0e+00 2.0e+00\n3 4\n"),
            "points p.txt",
            ["2 in 2 dimensions"],
        ),
        works(
            "points: rows that are counted, without a header",
            one("p.csv", "0,1.5,2\n1,3,4\n2,5,6.5\n"),
            "points p.csv --json",
            ["\"dimensions\": 2", "column 1 counts the rows and is no coordinate"],
        ),
        works(
            "points: a TSV with quotes round its cells",
            one("p.tsv", "\"x\"\t\"y\"\t\"k\"\n\"1\"\t\"2\"\t\"a\"\n\"3\"\t\"4\"\t\"b\"\n"),
            "points p.tsv --json",
            ["\"points\": 2", "\"dimensions\": 2", "\"x\"", "\"k\""],
        ),
        works(
            "points: a byte order mark, CRLF and semicolons",
            one("p.csv", "\u{feff}x;y\r\n1;2\r\n3;4\r\n"),
            "points p.csv --json",
            ["\"points\": 2", "\"x\""],
        ),
        works(
            "points: rows that are no numbers",
            one("p.csv", "x,y\n1,2\nnan,3\n4,inf\n5,\nsix,7\n8,9\n"),
            "points p.csv",
            ["2 in 2 dimensions", "row 1: x is no number", "row 2: y is infinite", "4 rows of 6"],
        ),
        works(
            "points: a class of which only a row without coordinates is",
            one("p.csv", "x,y,kind\n1,2,a\n3,4,b\nnan,5,c\n6,7,a\n8,9,b\n"),
            "points p.csv --json",
            ["\"points\": 4", "\"classes\": 2"],
        ),
        works(
            "points: a number that is too large for 32 bits",
            one("p.csv", "x,y\n1,2\n1e300,4\n5,6\n"),
            "points p.csv",
            ["2 in 2 dimensions", "row 1: x is infinite, or too large for a number of 32 bits"],
        ),
        works(
            "points: a ragged row",
            one("p.csv", "x,y\n1,2\n3\n4,5\n"),
            "points p.csv",
            ["row 1: y is no number", "row 1, counted from 0, has 1 cells instead of 2", "1 row of 3"],
        ),
        works(
            "points: all at one place",
            one("p.csv", "x,y\n1,2\n1,2\n"),
            "points p.csv",
            ["all points lie at one place"],
        ),
        refuses("points: nothing there", [], "points p.npy", ["p.npy: cannot be read"]),
        refuses("points: an empty file", one("p.tsv", ""), "points p.tsv", ["is empty"]),
        refuses("points: a folder", [Folder("p")], "points p", ["is a folder; give the file itself"]),
        refuses("points: a pipe", [Pipe("p")], "points p", ["a pipe or a device"]),
        refuses(
            "points: one column",
            one("p.csv", "x\n1\n2\n"),
            "points p.csv",
            ["one column of numbers", "at least two"],
        ),
        refuses("points: a text", one("p.csv", "a,b\nc,d\ne,f\n"), "points p.csv", ["no column of numbers"]),
        refuses(
            "points: no row that is a point",
            one("p.csv", "x,y\nnan,1\n2,nan\n"),
            "points p.csv",
            ["none of which is a point: in the first, x is no number|no column of numbers"],
        ),
        refuses("points: UTF-16", [File("p.csv", vec![0xff, 0xfe, 49, 0, 44, 0])], "points p.csv", ["UTF-16"]),
        refuses(
            "points: raw numbers without their shape",
            [File("p.bytes", vec![0; 64])],
            "points p.bytes",
            ["need the Projector's config"],
        ),
        refuses("points: an image", [File("p.png", png(4, 4))], "points p.png", ["is an image"]),
        refuses(
            "points: a Parquet file cut short",
            [File("p.parquet", b"PAR1abc".to_vec())],
            "points p.parquet",
            ["is damaged"],
        ),
    ]
}

fn arrays() -> Vec<Row> {
    let floats = |n: usize| (0..n).flat_map(|v| (v as f32).to_le_bytes()).collect::<Vec<u8>>();
    let given = |descr: &str, shape: &str, values: Vec<u8>| [File("p.npy", npy(descr, shape, &values))];
    vec![
        works("points: an NPY", given("<f4", "6, 3", floats(18)), "points p.npy", ["6 in 3 dimensions"]),
        works(
            "points: an NPY of 64 bits, NaN in a row",
            given("<f8", "3, 2", [1.0, 2.0, f64::NAN, 4.0, 5.0, 6.0].iter().flat_map(|v| v.to_le_bytes()).collect()),
            "points p.npy",
            ["2 in 2 dimensions", "row 1: axis 1 is no number", "kept with 32"],
        ),
        refuses("points: an array of one axis", given("<f4", "6,", floats(6)), "points p.npy", ["two axes, N x n"]),
        refuses("points: an array of three axes", given("<f4", "2, 3, 1", floats(6)), "points p.npy", ["2 x 3 x 1"]),
        refuses(
            "points: an array of one coordinate",
            given("<f4", "6, 1", floats(6)),
            "points p.npy",
            ["at least two"],
        ),
        refuses("points: an array without rows", given("<f4", "0, 3", floats(0)), "points p.npy", ["has no row"]),
        refuses("points: an NPY cut short", given("<f4", "6, 3", floats(7)), "points p.npy", ["is cut short"]),
        refuses("points: a pickled array", given("|O", "6, 3", floats(7)), "points p.npy", ["never run"]),
        refuses("points: complex numbers", given("<c8", "2, 2", floats(8)), "points p.npy", ["no real numbers"]),
        refuses("points: texts in an NPY", given("|S4", "2, 2", floats(4)), "points p.npy", ["no real numbers"]),
    ]
}

fn metadata() -> Vec<Row> {
    let with = |content: &str| [text("p.tsv", "1\t2\n3\t4\n5\t6\n"), text("m.tsv", content)];
    const COMMAND: &str = "points p.tsv --metadata m.tsv --json";
    vec![
        works("points: metadata with a header", with("word\tn\na\t1.5\n\"\t2\nc\t3\n"), COMMAND, ["\"word\"", "\"n\""]),
        works("points: metadata without a header", with("a\nb\nc\n"), COMMAND, ["\"column 1\""]),
        works("points: two columns of one name", with("a\ta\n1\t2\n1\t2\n3\t4\n"), COMMAND, ["\"a (2)\""]),
        works("points: a ragged row of metadata", with("a\tb\n1\n1\t2\n3\t4\n"), COMMAND, ["1 row has another number"]),
        refuses(
            "points: fewer metadata than points",
            with("a\nb\n"),
            COMMAND,
            ["m.tsv: has 2 rows (1 without a header), but there are 3 points"],
        ),
        refuses("points: more metadata than points", with("a\nb\nc\nd\ne\n"), COMMAND, ["5 rows (4 without a header)"]),
        refuses(
            "points: metadata that are no table",
            [text("p.tsv", "1\t2\n"), File("m.tsv", png(2, 2))],
            COMMAND,
            ["m.tsv: is no text"],
        ),
        works(
            "points: a folder of images",
            [text("p.tsv", "1\t2\n3\t4\n"), File("i/a.png", png(2, 2)), File("i/b.png", png(2, 2))],
            "points p.tsv --images i",
            ["a folder, 2 images", "in the order of their names"],
        ),
        works(
            "points: images that a column names, beside one that counts the rows",
            [
                text("p.tsv", "1\t2\n3\t4\n5\t6\n"),
                text("m.csv", ",kind,file\n0,1,2.png\n1,1,0.png\n2,0,1.png\n"),
                File("i/0.png", png(2, 2)),
                File("i/1.png", png(2, 2)),
                File("i/2.png", png(2, 2)),
            ],
            "points p.tsv --metadata m.csv --images i",
            ["images are those that the column `file` names"],
        ),
        refuses(
            "points: metadata with a header and a row too few",
            [text("p.tsv", "1\t2\n3\t4\n5\t6\n"), text("m.csv", "label\na\nb\n")],
            "points p.tsv --metadata m.csv",
            ["m.csv: has as many rows as there are points, 3", "begins with `label`"],
        ),
        works(
            "points: metadata without a header, with its first value",
            [text("p.tsv", "1\t2\n3\t4\n5\t6\n"), text("m.csv", "a\nb\na\n")],
            "points p.tsv --metadata m.csv",
            ["m.csv: as many rows as points, so there is no header; the first value is `a`", "2 classes"],
        ),
        refuses(
            "points: fewer images than points",
            [text("p.tsv", "1\t2\n3\t4\n"), File("i/a.png", png(2, 2))],
            "points p.tsv --images i",
            ["has 1 images, but there are 2 points"],
        ),
        refuses(
            "points: a sprite that is too small",
            [text("p.csv", "1,2\n3,4\n5,6\n7,8\n9,1\n"), File("s.png", png(4, 4))],
            "points p.csv --images s.png",
            ["singleImageDim"],
        ),
        refuses(
            "points: a sprite that is no image",
            [text("p.csv", "1,2\n3,4\n"), text("s.png", "x")],
            "points p.csv --images s.png",
            ["s.png: is a text, not an image"],
        ),
    ]
}

fn projector() -> Vec<Row> {
    let tensor = |bytes: usize| File("t.bytes", vec![0; bytes]);
    let all = |bytes: usize, metadata: &str, sprite: u32| -> Vec<Given> {
        vec![text("c.json", CONFIG), tensor(bytes), text("m.tsv", metadata), File("s.png", png(sprite, sprite))]
    };
    let only = |config: &str| [text("c.json", config), text("t.tsv", "1\t2\n3\t4\n")];
    const COMMAND: &str = "points c.json";
    vec![
        works(
            "points: a config of the Projector",
            all(32, "a\nb\nc\nd\n", 4),
            COMMAND,
            ["4 in 2 dimensions", "a sprite, 2 x 2 each"],
        ),
        refuses(
            "points: a tensor of another size",
            all(28, "a\nb\nc\nd\n", 4),
            COMMAND,
            ["t.bytes: has 28 bytes, but its `tensorShape` 4 x 2"],
        ),
        refuses("points: a config whose metadata do not agree", all(32, "a\nb\n", 4), COMMAND, ["m.tsv: has 2 rows"]),
        refuses(
            "points: a config whose sprite is too small",
            all(32, "a\nb\nc\nd\n", 2),
            COMMAND,
            ["s.png: is a sprite of 2 x 2 pixels, which has room for 1 images"],
        ),
        refuses("points: a config without its tensor", [text("c.json", CONFIG)], COMMAND, ["t.bytes: cannot be read"]),
        refuses(
            "points: JSON that is no config",
            only("{\"a\": 1}"),
            COMMAND,
            ["no config of the Embedding Projector"],
        ),
        refuses("points: a config without embeddings", only("{\"embeddings\": []}"), COMMAND, ["has no `embeddings`"]),
        refuses(
            "points: a tensor on the web",
            only("{\"embeddings\": [{\"tensorPath\": \"https://a.b/t.tsv\"}]}"),
            COMMAND,
            ["on the web"],
        ),
        refuses(
            "points: a TSV of another shape than its config says",
            only("{\"embeddings\": [{\"tensorPath\": \"t.tsv\", \"tensorShape\": [3, 2]}]}"),
            COMMAND,
            ["has 2 x 2 numbers, but its `tensorShape` says 3 x 2"],
        ),
        works(
            "points: two embeddings in a config",
            only("{\"embeddings\": [{\"tensorName\": \"a\", \"tensorPath\": \"t.tsv\"}, {\"tensorName\": \"b\"}]}"),
            COMMAND,
            ["the others are not: b"],
        ),
    ]
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = GrayImage::from_fn(width, height, |x, y| Luma([(x * 40 + y * 9) as u8]));
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn npy(descr: &str, shape: &str, values: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    header += &" ".repeat((64 - (10 + header.len() + 1) % 64) % 64);
    header.push('\n');
    [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), values].concat()
}
