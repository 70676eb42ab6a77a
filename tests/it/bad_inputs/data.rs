//! Published data sets in the folders, under the names, and with the damage that people have them in.

use std::io::{Read as _, Write as _};

use super::row::Given::{Field, File, Folder, Link};
use super::row::{Given, Row, refuses, text, works};

const IDX: [&str; 4] =
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];
/// The generator alone: the data are read, and little is trained.
const MNIST: &str =
    "generator --experiment e.toml --set dataset=mnist --set train_size=100 --set test_size=0 --data-dir d --out out";
const CIFAR: &str = "generator --experiment e.toml --set dataset=cifar10 --set train_size=40 --set validation_size=0 --data-dir d --out out";

pub fn rows() -> Vec<Row> {
    let mut rows = mnist();
    rows.extend(cifar());
    rows
}

fn mnist() -> Vec<Row> {
    let with = |given: Vec<Given>| [vec![Field("toml/good.toml", "e.toml")], given].concat_given();
    let good = |given: Vec<Given>| with([vec![Field("idx/good", "d")], given].concat_given());
    let named = |name: &'static str, bytes: Vec<u8>| good(vec![File(name, bytes)]);
    let raw = || IDX.into_iter().map(|name| File(leak(format!("d/{name}.gz")), unpacked(name))).collect();
    let mut rows = vec![
        works("MNIST: other images under its names", good(vec![]), MNIST, ["not the published files", "quality.md"]),
        works("MNIST: below `MNIST/raw`", with(vec![Field("idx/torchvision", "d")]), MNIST, ["quality.md"]),
        works(
            "MNIST: zeros behind the packed data",
            with(vec![Field("idx/gz-trailing-zeros", "d")]),
            MNIST,
            ["quality.md"],
        ),
        works(
            "MNIST: a stray file beside the folder",
            with(vec![Field("idx/shadowed", "d")]),
            MNIST,
            ["quality.md", "train-labels-idx1-ubyte.gz"],
        ),
        works(
            "MNIST: labels of 32 bits",
            named("d/train-labels-idx1-ubyte.gz", packed(&int32(&unpacked(IDX[1])))),
            MNIST,
            ["quality.md"],
        ),
        works("MNIST: not packed, but named so", with(raw()), MNIST, ["quality.md"]),
        works(
            "info: MNIST below `MNIST/raw`",
            with(vec![Field("idx/torchvision", "d")]),
            "info --data-dir d",
            ["d/MNIST/raw", "not the published files"],
        ),
    ];
    let images = "d/train-images-idx3-ubyte.gz";
    let labels = "d/train-labels-idx1-ubyte.gz";
    let (i, l) = (unpacked(IDX[0]), unpacked(IDX[1]));
    for (what, name, bytes, says) in [
        ("IDX: an empty file", images, vec![], "empty|cut short"),
        ("IDX: packed data cut off", images, packed(&i)[..500].to_vec(), "cut short"),
        ("IDX: packed data with a flipped bit", images, flipped(packed(&i)), "damaged|more than|cut short"),
        (
            "IDX: letters behind the packed data",
            images,
            [packed(&i), b"hello".to_vec()].concat(),
            "behind|after|trailing",
        ),
        ("IDX: images cut off", images, packed(&i[..1000]), "cut short"),
        ("IDX: more images than it says", images, packed(&[i.clone(), vec![0; 9]].concat()), "more than"),
        ("IDX: only the header", images, packed(&i[..16]), "cut short"),
        ("IDX: half a header", images, packed(&i[..6]), "cut short"),
        ("IDX: labels for images", images, packed(&l), "labels"),
        ("IDX: images for labels", labels, packed(&i), "images"),
        ("IDX: no images", images, packed(&with_sizes(&i, [0, 28, 28])), "zero|no images"),
        ("IDX: images without pixels", images, packed(&with_sizes(&i, [120, 0, 28])), "zero"),
        ("IDX: more images than any disk has", images, packed(&with_sizes(&i, [u32::MAX; 3])), "promise|damaged"),
        ("IDX: images of another shape than the test's", images, packed(&with_sizes(&i, [120, 14, 56])), "14 x 56"),
        ("IDX: labels for fewer images", labels, packed(&[&[0, 0, 8, 1, 0, 0, 0, 3], &l[8..11]].concat()), "3 labels"),
        ("IDX: a label above nine", labels, packed(&[&l[..8], &[11][..], &l[9..]].concat()), "label 11"),
        (
            "IDX: labels of 32 bits in the other order",
            labels,
            packed(&[&[0, 0, 12, 1, 0, 0, 0, 2], &[3, 0, 0, 0, 1, 0, 0, 0][..]].concat()),
            "little-endian",
        ),
        ("IDX: a web page", images, b"<!DOCTYPE html>".to_vec(), "begins with"),
        ("IDX: a NumPy file", images, b"\x93NUMPY\x01\0".to_vec(), "begins with"),
        (
            "IDX: a Git LFS pointer",
            images,
            b"version https://git-lfs.github.com/spec/v1\n".to_vec(),
            "Git LFS|begins with",
        ),
    ] {
        let name_said = name.trim_start_matches("d/");
        rows.push(refuses(what, named(name, bytes), MNIST, [name_said, says]).never(["generator, epoch"]));
    }
    let others = || IDX[..3].iter().map(|n| File(leak(format!("d/{n}")), unpacked(n)));
    let partial = |given: Vec<Given>| with(others().chain(given).collect());
    rows.extend([
        refuses("MNIST: nowhere", with(vec![Folder("d")]), MNIST, ["mnist", "d", "ridgewalk fetch mnist"]),
        refuses("MNIST: no such folder", with(vec![]), MNIST, ["mnist", "ridgewalk fetch mnist"]),
        refuses("MNIST: a file is missing", partial(vec![]), MNIST, ["t10k-labels-idx1-ubyte", "missing"]),
        refuses(
            "MNIST: a folder by the name of a file",
            partial(vec![Folder("d/t10k-labels-idx1-ubyte")]),
            MNIST,
            ["t10k-labels-idx1-ubyte", "missing"],
        ),
        refuses(
            "MNIST: names that a browser gave",
            with(IDX.iter().map(|n| text(leak(format!("d/{n} (1).gz")), "x")).collect()),
            MNIST,
            ["not found", "seen there: t10k-images-idx3-ubyte (1).gz"],
        ),
        refuses(
            "MNIST: each split in a folder of its own",
            with(IDX.iter().map(|n| File(leak(format!("d/{}/{n}", &n[..4])), unpacked(n))).collect()),
            MNIST,
            ["missing", "put them into one folder"],
        ),
        works(
            "MNIST: an empty packed file beside the whole one",
            with([raw(), vec![text("d/train-images-idx3-ubyte", "")]].concat_given()),
            MNIST,
            ["quality.md"],
        ),
        refuses("MNIST: the data folder is a file", with(vec![text("d", "mine")]), MNIST, ["mnist"]),
    ]);
    if cfg!(unix) {
        let link = Link("d/t10k-labels-idx1-ubyte", "away");
        rows.push(refuses(
            "MNIST: a link to nothing",
            partial(vec![link]),
            MNIST,
            ["t10k-labels-idx1-ubyte", "missing|link"],
        ));
    }
    rows
}

fn cifar() -> Vec<Row> {
    let with = |given: Vec<Given>| [vec![Field("toml/good.toml", "e.toml")], given].concat_given();
    let read = |name: &str| {
        let path = format!("{}/tests/it/data/field/cifar/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).unwrap()
    };
    let gunzip = |bytes: Vec<u8>| {
        let mut out = Vec::new();
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut out).unwrap();
        out
    };
    let batch = gunzip(read("good/data_batch_1.bin.gz"));
    let archive = read("tar-gnu-long-names/cifar-10-binary.tar.gz");
    let good = |given: Vec<Given>| with([vec![Field("cifar/good", "d")], given].concat_given());
    let loose = |bytes: Vec<u8>| good(vec![File("d/data_batch_1.bin", bytes)]);
    let packed_as = |bytes: Vec<u8>| with(vec![File("d/cifar-10-binary.tar.gz", bytes)]);
    let batch_alone = || with(vec![File("d/data_batch_1.bin", batch.clone())]);
    vec![
        works(
            "CIFAR-10: an archive with GNU's long names",
            with(vec![Field("cifar/tar-gnu-long-names", "d")]),
            CIFAR,
            ["quality.md"],
        ),
        works("CIFAR-10: one batch of five", good(vec![]), CIFAR, ["1 of 5 train batches", "quality.md"]),
        refuses("CIFAR-10: it is CIFAR-100", with(vec![Field("cifar/cifar-100-names", "d")]), CIFAR, ["CIFAR-100"]),
        refuses("CIFAR-10: nowhere", with(vec![Folder("d")]), CIFAR, ["cifar10", "ridgewalk fetch cifar10"]),
        refuses(
            "CIFAR-10: the edition for Python",
            with(vec![text("d/cifar-10-python.tar.gz", "x")]),
            CIFAR,
            ["Python", "ridgewalk fetch cifar10"],
        ),
        refuses("CIFAR-10: no test images", batch_alone(), CIFAR, ["test_batch.bin", "missing"]),
        refuses("CIFAR-10: a batch cut off", loose(batch[..5000].to_vec()), CIFAR, ["data_batch_1.bin", "cut short"]),
        refuses("CIFAR-10: an empty batch", loose(vec![]), CIFAR, ["data_batch_1.bin", "empty"]),
        refuses(
            "CIFAR-10: a label above nine",
            loose([&[77], &batch[1..]].concat()),
            CIFAR,
            ["data_batch_1.bin", "label 77"],
        ),
        refuses(
            "CIFAR-10: names of nine classes",
            good(vec![text("d/batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\n")]),
            CIFAR,
            ["batches.meta.txt", "9 classes"],
        ),
        refuses(
            "CIFAR-10: an archive cut off",
            packed_as(archive[..archive.len() / 2].to_vec()),
            CIFAR,
            ["cifar-10-binary.tar.gz", "cut short"],
        ),
        refuses(
            "CIFAR-10: an archive with a flipped bit",
            packed_as(flipped(archive.clone())),
            CIFAR,
            ["cifar-10-binary.tar.gz", "damaged|not a tar"],
        ),
        refuses(
            "CIFAR-10: a web page for an archive",
            packed_as(b"<!DOCTYPE html>".repeat(99)),
            CIFAR,
            ["cifar-10-binary.tar.gz", "not a tar archive|HTML"],
        ),
        refuses(
            "CIFAR-10: a short web page for an archive",
            packed_as(b"<html>".to_vec()),
            CIFAR,
            ["cifar-10-binary.tar.gz", "a web page"],
        ),
        refuses(
            "CIFAR-10: a zip archive",
            with(vec![text("d/cifar-10-binary.zip", "x")]),
            CIFAR,
            ["not found", "seen there: cifar-10-binary.zip"],
        ),
        refuses(
            "CIFAR-10: a batch cut off beside the archive",
            good(vec![
                File("d/data_batch_1.bin", batch[..5000].to_vec()),
                File("d/cifar-10-binary.tar.gz", archive.clone()),
            ]),
            CIFAR,
            ["data_batch_1.bin", "the archive beside them would be read"],
        ),
        refuses(
            "CIFAR-10: an archive of nothing",
            packed_as(packed(&[0; 1024])),
            CIFAR,
            ["data_batch_1.bin", "missing"],
        ),
        refuses(
            "CIFAR-10: an archive with a member of 8 TiB",
            packed_as(packed(&endless())),
            CIFAR,
            ["cifar-10-binary.tar.gz", "size|cut short"],
        ),
    ]
}

/// A header of a tar archive whose member is larger than any file.
fn endless() -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..16].copy_from_slice(b"data_batch_1.bin");
    header[124..135].copy_from_slice(b"77777777777");
    header[156] = b'0';
    header
}

/// A file of `idx/good`, unpacked.
fn unpacked(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/it/data/field/idx/good/{name}.gz", env!("CARGO_MANIFEST_DIR"));
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// A bit in the middle of packed data, far from its header and its checksum.
fn flipped(mut bytes: Vec<u8>) -> Vec<u8> {
    let at = bytes.len() / 2;
    bytes[at] ^= 0x10;
    bytes
}

fn with_sizes(images: &[u8], sizes: [u32; 3]) -> Vec<u8> {
    [&images[..4], &sizes.map(u32::to_be_bytes).concat(), &images[16..]].concat()
}

/// Labels of bytes as labels of big-endian words.
fn int32(labels: &[u8]) -> Vec<u8> {
    let words = labels[8..].iter().flat_map(|&l| u32::from(l).to_be_bytes());
    [0, 0, 0x0c, 1].into_iter().chain(labels[4..8].iter().copied()).chain(words).collect()
}

fn leak(text: String) -> &'static str {
    text.leak()
}

/// Lists of what is given, one after the other.
trait Concat {
    fn concat_given(self) -> Vec<Given>;
}

impl Concat for [Vec<Given>; 2] {
    fn concat_given(self) -> Vec<Given> {
        self.into_iter().flatten().collect()
    }
}
