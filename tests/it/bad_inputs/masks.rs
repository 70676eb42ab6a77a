//! Masks of vessel walls, for `label` and for `run --masks`.

use super::row::Given::{Field, File, Folder, Link, Pipe};
use super::row::{Given, Row, refuses, text, works};
use crate::common::{ring, save_png};

/// The values of the one shape that most masks of `tests/it/data/field` show.
const SHAPE: [&str; 4] = ["≈lumen 4.691 1.5", "≈burden 71.9 1.5", "≈mean 18.99 1.5", "1 solved, 0 rejected"];
const LABEL: &str = "label mask.png --out out";

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    // One shape, however it was painted.
    for (what, file, also) in [
        ("mask: the good one", "a00-good", &[][..]),
        ("mask: values 0 and 1", "a01-values-0-1", &[]),
        ("mask: class numbers, one of them calcium", "a04-labels-0-1-2-3", &["wall"]),
        ("mask: calcium of another grey in the wall", "a06-greys-0-64calcium-128wall-255lumen", &["64", "wall"]),
        ("mask: a guide wire in the lumen", "a07-documented-three-levels-guide-wire-0", &["lumen"]),
        ("mask: two levels, anti-aliased", "b01-two-levels-antialiased", &[]),
        ("mask: three levels, anti-aliased", "b03-three-levels-antialiased-wall255-lumen128", &[]),
        ("mask: three levels, the seam passes the lumen's", "b04-three-levels-antialiased-wall255-lumen100", &[]),
        ("mask: inverted", "c01-inverted", &[]),
        ("mask: red paint in a palette", "c03-palette-wall-red", &[]),
        ("mask: all else transparent", "c05-palette-wall-white-transparent-rest", &[]),
        ("mask: only in the transparency", "c08-rgba-all-white-mask-in-alpha", &[]),
        ("mask: 16 bits of 0, 1 and 2", "d03-16bit-0-1-2", &[]),
        ("mask: a mark in the corner", "f13-three-levels-mark-in-corner", &[]),
    ] {
        let file: &'static str = format!("masks/{file}.png").leak();
        rows.push(works(what, [Field(file, "mask.png")], LABEL, SHAPE.into_iter().chain(also.iter().copied())));
    }
    // Shapes that are no vessel.
    rows.push(refuses(
        "mask: a disc without a lumen",
        [Field("masks/f05-disc-no-lumen.png", "mask.png")],
        LABEL,
        ["mask.png: rejected", "lumen|hole", "0 solved, 1 rejected"],
    ));
    rows.push(
        refuses(
            "mask: a lumen that leaks",
            [Field("masks/f12-three-levels-lumen-leaks.png", "mask.png")],
            LABEL,
            ["mask.png: rejected", "lumen|leak|thin|outside", "0 solved, 1 rejected"],
        )
        .never(["empty"]),
    );
    let shapes: [(_, &dyn Fn(f64, f64) -> u8, _); 8] = [
        ("mask: all black", &|_, _| 0, "empty|one level|only one"),
        ("mask: all white", &|_, _| 255, "border|one level|only one|empty"),
        ("mask: two vessels", &|x, y| ring(4.0, 4.0)(x - 16.0, y).max(ring(4.0, 4.0)(x + 16.0, y)), "2"),
        ("mask: half of the image", &|x, _| if x < 32.0 { 255 } else { 0 }, "border|outside|ring"),
        (
            "mask: a chess board",
            &|x, y| if (x as u32 + y as u32).is_multiple_of(2) { 255 } else { 0 },
            "border|pieces|ring|holes",
        ),
        ("mask: a ramp", &|x, y| (2.0 * (x + y)) as u8, "levels|border|lumen|hole|wall"),
        ("mask: a wall of one pixel", &ring(14.0, 1.0), "thin"),
        ("mask: a lumen of three pixels", &ring(1.2, 12.0), "lumen"),
    ];
    for (what, grey, says) in shapes {
        rows.push(refuses(
            what,
            [drawn("mask.png", grey)],
            LABEL,
            ["mask.png: rejected", says, "0 solved, 1 rejected"],
        ));
    }
    rows.push(works("mask: as large as a camera's image", [scaled("mask.png", 1024)], LABEL, ["1 solved"]));
    // Files that are no PNG.
    for (what, given, says) in [
        ("mask: a JPEG", Field("masks/h04-jpeg-by-another-name.png", "mask.png"), "JPEG"),
        ("mask: a Git LFS pointer", Field("masks/h06-lfs-pointer.png", "mask.png"), "Git LFS|git lfs"),
        ("mask: nothing in the file", text("mask.png", ""), "empty"),
        ("mask: a web page", text("mask.png", "<!DOCTYPE html>\n<html><body>404</body></html>"), "HTML|web page"),
        ("mask: a GIF", File("mask.png", b"GIF89a\x40\0\x40\0\x80\0\0".to_vec()), "GIF"),
        ("mask: a TIFF", File("mask.png", b"II*\0\x08\0\0\0\0\0".to_vec()), "TIFF"),
        ("mask: a BMP", File("mask.png", b"BM\x36\x10\0\0\0\0\0\0\x36\0\0\0".to_vec()), "BMP"),
        ("mask: a ZIP", File("mask.png", b"PK\x03\x04\x14\0\0\0\x08\0".to_vec()), "ZIP|zip"),
        ("mask: a gzipped file", File("mask.png", b"\x1f\x8b\x08\0\0\0\0\0".to_vec()), "gzip"),
        ("mask: a bzip2 file", File("mask.png", b"BZh91AY&SY".to_vec()), "bzip2"),
        ("mask: an xz file", File("mask.png", b"\xfd7zXZ\0\0\x04".to_vec()), "xz"),
        ("mask: a MetaImage", text("mask.png", "ObjectType = Image\nNDims = 2\n"), "MetaImage"),
        ("mask: a chunk of no known name", File("mask.png", renamed(good())), "damaged"),
        ("mask: a PDF", text("mask.png", "%PDF-1.7\n"), "PDF"),
        ("mask: a DICOM file", File("mask.png", [vec![0; 128], b"DICM\x02\0\0\0".to_vec()].concat()), "DICOM"),
        ("mask: a text", text("mask.png", "0 0 1 1 0 0\n"), "PNG|text"),
        ("mask: zeros", File("mask.png", vec![0; 4096]), "PNG"),
        ("mask: a PNG cut off in its pixels", File("mask.png", good()[..150].to_vec()), "cut|end|damaged"),
        ("mask: a PNG cut off in its header", File("mask.png", good()[..20].to_vec()), "cut|end|damaged"),
        ("mask: a PNG with a flipped bit", File("mask.png", flipped(good(), 120)), "damaged|CRC|corrupt"),
        (
            "mask: a PNG that claims 60,000 x 60,000 pixels",
            File("mask.png", claiming(60_000)),
            "60000|60,000|large|limit",
        ),
        ("mask: a PNG without pixels", File("mask.png", claiming(0)), "PNG|0 x 0|damaged|pixels"),
        ("mask: an animated PNG", File("mask.png", animated()), "an animated PNG of 2 images"),
        ("mask: a folder by that name", Folder("mask.png"), "no PNG|folder"),
    ] {
        rows.push(refuses(what, [given], LABEL, ["mask.png", says]));
    }
    #[cfg(unix)]
    rows.push(refuses("mask: a link to nothing", [Link("mask.png", "away.png")], LABEL, ["mask.png", "link|No such"]));
    #[cfg(unix)]
    rows.push(refuses(
        "mask: a link to itself",
        [Link("mask.png", "mask.png")],
        LABEL,
        ["mask.png", "a link to mask.png, which cannot be followed"],
    ));
    #[cfg(unix)]
    rows.push(refuses("own masks: a pipe", [Pipe("in/a.png")], "run --masks in --out out", ["a.png", "pipe"]));
    #[cfg(unix)]
    rows.push(works(
        "mask: a line's end in its name",
        [Field("masks/a00-good.png", "in/a\nb.png")],
        "label in --out out",
        ["in/a?b.png: mean"],
    ));
    rows.push(refuses("mask: not there", [], LABEL, ["mask.png", "No such|not there|not found"]));
    // Several at once: what can be solved is solved, and told.
    let both = || [Field("masks/a00-good.png", "in/a.png"), text("in/b.png", "no image")];
    rows.push(refuses(
        "masks: a good one beside a bad one",
        both(),
        "label in --out out",
        ["lumen 4.691", "b.png: rejected", "1 solved, 1 rejected"],
    ));
    rows.push(refuses(
        "masks: the same, as JSON",
        both(),
        "label in --out out --json",
        ["\"lumen_area_mm2\"", "\"refused\"", "a.png"],
    ));
    rows.push(works(
        "masks: what others leave in a folder",
        [
            Field("masks/a00-good.png", "in/a.png"),
            text("in/._a.png", "Mac OS X"),
            text("in/.DS_Store", "x"),
            text("in/Thumbs.db", "x"),
        ],
        "label in --out out",
        ["1 solved", "._a.png"],
    ));
    rows.push(works(
        "masks: one name in two folders",
        [Field("masks/a00-good.png", "x/a.png"), Field("masks/a01-values-0-1.png", "y/a.png")],
        "label x y --out out",
        ["x/a.png", "y/a.png", "2 solved"],
    ));
    rows.push(refuses(
        "masks: a folder of other things",
        [text("in/a.txt", "x")],
        "label in --out out",
        ["in", "no PNG"],
    ));
    // Pairs.
    let disc = |radius: f64| move |x: f64, y: f64| if (x - 32.0).hypot(y - 32.0) < radius { 255 } else { 0 };
    let stray = |x: f64, y: f64| if x < 4.0 && y < 3.0 && x > 2.0 { 255 } else { disc(9.0)(x, y) };
    rows.push(works(
        "pair: inner and outer",
        [drawn("in/a-inner.png", &disc(9.0)), drawn("in/a-outer.png", &disc(20.0))],
        "label in --out out",
        ["≈lumen 2.545 3", "1 solved"],
    ));
    rows.push(refuses(
        "pair: both files equal",
        [drawn("in/a-lumen.png", &disc(9.0)), drawn("in/a-vessel.png", &disc(9.0))],
        "label in --out out",
        ["the shapes of lumen and vessel are equal"],
    ));
    rows.push(refuses(
        "pair: a stray piece",
        [drawn("in/a-lumen.png", &stray), drawn("in/a-vessel.png", &disc(20.0))],
        "label in --out out",
        ["a-lumen.png", "in 2 pieces", "6 pixels, the first at column 2, row 0"],
    ));
    rows.push(refuses(
        "pair: names that do not say so",
        [drawn("in/hlumen.png", &disc(9.0)), drawn("in/hvessel.png", &disc(20.0))],
        "label in --out out",
        ["name them x-lumen.png and x-vessel.png"],
    ));
    // As a data set: too few, so nothing is trained.
    let set = || [Field("set", "set"), Field("masks/e02-512-thin-on-the-right.png", "set/w1.png")];
    rows.push(refuses(
        "own masks: too few of them",
        set(),
        "run --masks set --out out",
        ["at least 24", "w1.png|3 of 4|4 of 4"],
    ));
    rows.push(refuses(
        "own masks: a wall of four pixels, too thin for the grid of the models",
        [Field("set", "set"), Field("masks/e09-512-eccentric-4-pixels-thin.png", "set/w1.png")],
        "run --masks set --out out",
        ["w1.png", "grid", "at least 24"],
    ));
    #[cfg(unix)]
    rows.push(refuses(
        "own masks: links to nothing",
        set().into_iter().chain([Link("set/x.png", "away.png"), Link("set/y.png", "gone/y.png")]),
        "run --masks set --out out",
        ["x.png", "y.png"],
    ));
    rows.push(refuses("own masks: no such folder", [], "run --masks nowhere --out out", ["nowhere", "cannot be read"]));
    rows.push(refuses(
        "own masks: a file",
        [Field("masks/a00-good.png", "a.png")],
        "run --masks a.png --out out",
        ["a.png: it is a file; give the folder"],
    ));
    rows.push(refuses("own masks: an empty folder", [Folder("in")], "run --masks in --out out", ["in", "no PNG"]));
    rows.push(
        refuses(
            "own masks: results into their folder",
            [Field("masks/a00-good.png", "in/a.png")],
            "run --masks in --out in",
            ["--out in: is the folder of the masks"],
        )
        .keeps(["in"]),
    );
    rows.push(refuses(
        "own masks: under a preset of digits",
        [Folder("in")],
        "run --masks in --preset tiny --out out",
        ["--masks", "stress maps"],
    ));
    // Options.
    for (what, options, says) in [
        ("label: pixels of no size", "--pixel-mm 0", "millimetres, 0.000001 to 1000"),
        ("label: pixels of negative size", "--pixel-mm=-0.1", "millimetres, 0.000001 to 1000"),
        ("label: pixels of no number", "--pixel-mm nan", "millimetres, 0.000001 to 1000"),
        ("label: pixels of infinite size", "--pixel-mm inf", "millimetres, 0.000001 to 1000"),
        ("label: pixels beyond all numbers", "--pixel-mm 1e300", "millimetres, 0.000001 to 1000"),
        ("label: a pressure of nothing", "--pressure-mmhg 0", "in mmHg, 0.1 to 10000"),
        ("label: a pressure of next to nothing", "--pressure-mmhg 1e-6", "in mmHg, 0.1 to 10000"),
        ("label: a pressure that no wall bears", "--pressure-mmhg 1e7", "pressure|load fraction"),
        ("label: another stress", "--stress shear", "max-principal"),
        ("label: levels without a comma", "--levels wall=1␣lumen=2", "commas between them"),
        ("label: half a colour", "--levels wall=#ff,lumen=0", "`wall=#ff` is no level"),
    ] {
        rows.push(refuses(what, [Field("masks/a00-good.png", "mask.png")], &format!("{LABEL} {options}"), [says]));
    }
    rows.push(
        refuses(
            "label: the output is a file",
            [Field("masks/a00-good.png", "mask.png"), text("out", "mine")],
            LABEL,
            ["out", "--out"],
        )
        .keeps(["out"]),
    );
    rows.push(
        works(
            "label: the output has results of before",
            [Field("masks/a00-good.png", "mask.png"), text("out/mine.txt", "mine")],
            LABEL,
            SHAPE,
        )
        .keeps(["out/mine.txt"]),
    );
    rows
}

/// The bytes of the good mask.
fn good() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/data/field/masks/a00-good.png")).unwrap()
}

fn flipped(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    bytes[at] ^= 0x10;
    bytes
}

/// With a chunk of another name, whose checksum is wrong too.
fn renamed(mut bytes: Vec<u8>) -> Vec<u8> {
    let at = bytes.windows(4).position(|w| w == b"IDAT").unwrap();
    bytes[at + 3] = b'U';
    bytes
}

/// The good mask with another size in its header, whose checksum is right.
fn claiming(side: u32) -> Vec<u8> {
    let mut bytes = good();
    let side = side.to_be_bytes();
    bytes[16..24].copy_from_slice(&[side, side].concat());
    let mut crc = flate2::Crc::new();
    crc.update(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    bytes
}

/// Two images of four pixels, shown one after the other.
fn animated() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2, 2);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    (0..2).for_each(|image| writer.write_image_data(&[image; 12]).unwrap());
    writer.finish().unwrap();
    bytes
}

/// A mask of 64 x 64 pixels drawn by a function.
fn drawn(name: &'static str, grey: &dyn Fn(f64, f64) -> u8) -> Given {
    of_png(name, |path| save_png(path, 64, grey))
}

/// A ring in a square image of any size.
fn scaled(name: &'static str, side: u32) -> Given {
    let scale = f64::from(side) / 64.0;
    of_png(name, |path| save_png(path, side, |x, y| ring(10.0, 8.0)(x / scale, y / scale)))
}

fn of_png(name: &'static str, save: impl FnOnce(&std::path::Path)) -> Given {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drawn.png");
    save(&path);
    File(name, std::fs::read(path).unwrap())
}
