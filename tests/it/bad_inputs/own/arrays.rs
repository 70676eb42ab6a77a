//! Arrays of images: NumPy, IDX, CIFAR.

use super::super::row::Given::File;
use super::super::row::{Row, refuses, works};
use super::{ALL_GOOD, DATA, GOOD, good, saved, zipped};

pub fn rows() -> Vec<Row> {
    let mut rows = arrays();
    rows.extend(idx_and_cifar());
    rows.extend(bits());
    rows
}

fn bits() -> Vec<Row> {
    let deep = |i: u16| {
        let value = |x: u32, y: u32| image::Luma([i * 90 + x as u16 * 37 + y as u16 * 400]);
        saved(&image::ImageBuffer::from_fn(8, 8, value).into(), image::ImageFormat::Png)
    };
    vec![works(
        "own: images of 12 bits in 16 beside images of 8",
        good((0..6).map(|i| File(format!("d/a/deep{i}.png").leak(), deep(i))).collect::<Vec<_>>()),
        DATA,
        ["\"images\": 30", "6 images of 16 bits are dark beside 24 of 8"],
    )]
}

fn arrays() -> Vec<Row> {
    let x: Vec<u8> = (0..GOOD * 16).map(|v| (v * 37 % 256) as u8).collect();
    let images = || ("x", npy("|u1", "24, 4, 4", &x));
    let labelled =
        |descr: &str, shape: &str, bytes: &[u8]| vec![File("d.npz", npz(&[images(), ("y", npy(descr, shape, bytes))]))];
    let read = "data d.npz --json";
    let longs = |value: &dyn Fn(usize) -> i64| (0..GOOD).flat_map(|i| value(i).to_le_bytes()).collect::<Vec<u8>>();
    let doubles = |value: &dyn Fn(usize) -> f64| (0..GOOD).flat_map(|i| value(i).to_le_bytes()).collect::<Vec<u8>>();
    let (classes, ages) = (longs(&|i| (i % 3) as i64), longs(&|i| (i % 7) as i64 + 20));
    let words: Vec<u8> = (0..GOOD)
        .flat_map(|i| ["cat", "dog"][i % 2].chars().flat_map(|c| (c as u32).to_le_bytes()).collect::<Vec<u8>>())
        .collect();
    let hot: Vec<u8> = (0..GOOD).flat_map(|i| (0..3).map(move |c| u8::from(c == i % 3))).collect();
    let floats: Vec<u8> = (0..GOOD * 16).flat_map(|v| (v as f32 / 400.0).to_le_bytes()).collect();
    let mut holed = floats.clone();
    holed[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    let big: Vec<u8> = (0..GOOD * 16).flat_map(|v| (v as u16 * 100).to_be_bytes()).collect();
    let y = || ("y", npy("<i8", "24", &classes));
    let file = |arrays: &[(&str, Vec<u8>)]| vec![File("d.npz", npz(arrays))];
    let pickled = |name| (name, npy("|O", "24", b"\x80\x04cposix\nsystem\n"));
    let mut cut = npy("|u1", "24, 4, 4", &x);
    cut.truncate(300);
    vec![
        works("own: an NPZ", labelled("<i8", "24", &classes), read, [ALL_GOOD, "\"count\": 8"]),
        refuses(
            "own: an NPZ of which two arrays may have the labels",
            file(&[images(), ("age", npy("<i8", "24", &ages)), ("sex", npy("<i8", "24", &classes))]),
            read,
            ["d.npz: does not say which array has the labels (`age`, `sex`); call it `labels`"],
        ),
        works(
            "own: an NPZ with an array that is of no classes",
            file(&[images(), ("age", npy("<i8", "24", &ages))]),
            read,
            [ALL_GOOD, "there are no labels", "not read: age (24); call the one with the labels `labels`"],
        ),
        refuses(
            "own: an NPZ with two arrays of labels",
            file(&[images(), ("coarse_labels", npy("<i8", "24", &ages)), ("fine_labels", npy("<i8", "24", &classes))]),
            read,
            ["does not say which array has the labels (`coarse_labels`, `fine_labels`); call the right one `labels`"],
        ),
        works(
            "own: an NPZ with predicted labels",
            file(&[images(), ("y_pred", npy("<i8", "24", &ages)), ("y_true", npy("<i8", "24", &classes))]),
            read,
            [ALL_GOOD, "\"count\": 8", "labels in y_true"],
        ),
        works(
            "own: an NPZ of arrays without names",
            file(&[("arr_0", npy("|u1", "24, 4, 4", &x)), ("arr_1", npy("<i8", "24", &classes))]),
            read,
            [ALL_GOOD, "\"count\": 8", "labels in arr_1"],
        ),
        works(
            "own: an NPZ of three arrays without names",
            file(&[
                ("arr_0", npy("|u1", "24, 4, 4", &x)),
                ("arr_1", npy("<i8", "24", &longs(&|i| i as i64 * 3))),
                ("arr_2", npy("<i8", "24", &classes)),
            ]),
            read,
            [ALL_GOOD, "\"count\": 8", "labels in arr_2"],
        ),
        refuses(
            "own: two NPZ with images of one split",
            {
                let set = |from: usize| {
                    let bytes: Vec<u8> = (0..GOOD * 16).map(|v| ((v + from) * 37 % 256) as u8).collect();
                    npz(&[
                        ("train_images", npy("|u1", "24, 4, 4", &bytes)),
                        ("train_labels", npy("<i8", "24", &classes)),
                    ])
                };
                [File("d/one.npz", set(0)), File("d/two.npz", set(1))]
            },
            DATA,
            ["has images of one split in two files: one.npz/train_images and two.npz/train_images"],
        ),
        works(
            "own: an NPZ a split",
            {
                let set = |from: usize| {
                    let bytes: Vec<u8> = (0..GOOD * 16).map(|v| ((v + from) * 37 % 256) as u8).collect();
                    npz(&[("x", npy("|u1", "24, 4, 4", &bytes)), ("y", npy("<i8", "24", &classes))])
                };
                [File("d/train.npz", set(0)), File("d/test.npz", set(1))]
            },
            DATA,
            ["\"images\": 48", "labels in train.npz/y", "labels in test.npz/y"],
        ),
        refuses(
            "own: an NPY an image",
            (0..GOOD).map(|i| {
                File(format!("d/{}/{i}.npy", ["cat", "dog"][i % 2]).leak(), npy("|u1", "4, 4", &x[i * 16..][..16]))
            }),
            DATA,
            ["has several files that may be the images: cat/0 (4 x 4), cat/10 (4 x 4) and 22 more", "called `labels`"],
        ),
        refuses(
            "own: an NPY a class",
            ["d/cat.npy", "d/dog.npy"].map(|name| File(name, npy("|u1", "24, 16", &x))),
            DATA,
            ["has several files that may be the images: cat (24 x 16), dog (24 x 16); expected"],
        ),
        works(
            "own: rows with red, green and blue of each pixel",
            {
                let value = |i: usize, p: usize, c: usize| [p % 8 * 9, p / 8 * 9, 200 - p % 8 * 5 - i][c] as u8;
                let row = |i: usize| (0..64).flat_map(move |p| (0..3).map(move |c| value(i, p, c)));
                file(&[("x", npy("|u1", "24, 192", &(0..GOOD).flat_map(row).collect::<Vec<u8>>())), y()])
            },
            read,
            [
                ALL_GOOD,
                "8,\n    8,\n    3",
                "red, green and blue are read pixel by pixel, which was found from the pixels",
            ],
        ),
        works(
            "own: an NPY beside a text with the label of each image",
            [
                File("d/images.npy", npy("|u1", "24, 4, 4", &x)),
                File("d/labels.txt", (0..GOOD).flat_map(|i| ["cat\n", "dog\n"][i % 2].bytes()).collect()),
            ],
            DATA,
            [ALL_GOOD, "\"name\": \"cat\",\n      \"count\": 12", "labels in labels.txt, one a line"],
        ),
        refuses(
            "own: an NPY beside a text with too few labels",
            [
                File("d/images.npy", npy("|u1", "24, 4, 4", &x)),
                File("d/labels.txt", (0..20).flat_map(|i| ["0\n", "1\n"][i % 2].bytes()).collect()),
            ],
            DATA,
            ["d: has labels.txt with 20 lines, of which some are the same, for 24 images"],
        ),
        works("own: labels that are texts", labelled("<U3", "24", &words), read, [ALL_GOOD, "\"name\": \"cat\""]),
        works(
            "own: a test split alone",
            file(&[("x_test", npy("|u1", "24, 4, 4", &x)), ("y_test", npy("<i8", "24", &classes))]),
            read,
            [ALL_GOOD, "\"given\": false", "all images are given as test"],
        ),
        works(
            "own: splits of two ranges",
            file(&[
                ("x_train", npy("|u1", "24, 4, 4", &x)),
                ("y_train", npy("<i8", "24", &classes)),
                ("x_test", npy("<f4", "12, 4, 4", &floats[..768])),
                ("y_test", npy("<i8", "12", &classes[..96])),
            ]),
            read,
            ["both are brought to pixels alike"],
        ),
        works("own: one-hot labels", labelled("|u1", "24, 3", &hot), read, [ALL_GOOD, "the column with the 1"]),
        works("own: labels as floats", labelled("<f8", "24", &doubles(&|i| (i % 3) as f64)), read, [ALL_GOOD]),
        works(
            "own: labels of -1 and 1",
            labelled("<i8", "24", &longs(&|i| (i % 2) as i64 * 2 - 1)),
            read,
            [ALL_GOOD, "the negative label -1 is taken as a class"],
        ),
        works(
            "own: labels of which -1 are missing",
            labelled("<i8", "24", &longs(&|i| (i % 3) as i64 - 1)),
            read,
            ["\"images\": 16", "has the label -1"],
        ),
        works(
            "own: labels that are NaN",
            labelled("<f8", "24", &doubles(&|i| if i == 0 { f64::NAN } else { 1.0 })),
            read,
            ["\"images\": 23", "has no label"],
        ),
        refuses(
            "own: labels between whole numbers",
            labelled("<f8", "24", &doubles(&|i| i as f64 / 7.0)),
            read,
            ["no whole number"],
        ),
        refuses(
            "own: fewer labels than images",
            labelled("<i8", "23", &classes[..23 * 8]),
            read,
            ["23 labels for 24 images"],
        ),
        works("own: big-endian images", file(&[("x", npy(">u2", "24, 4, 4", &big)), y()]), read, [ALL_GOOD, "38300"]),
        works("own: Fortran order", file(&[("x", npy_of("|u1", true, "24, 4, 4", &x)), y()]), read, [ALL_GOOD]),
        works("own: floats of any range", file(&[("x", npy("<f4", "24, 4, 4", &floats)), y()]), read, [ALL_GOOD]),
        works(
            "own: an image with NaN",
            file(&[("x", npy("<f4", "24, 4, 4", &holed)), y()]),
            read,
            ["\"images\": 23", "is no number (NaN)"],
        ),
        refuses(
            "own: images that all have an infinity",
            {
                let mut infinite = floats.clone();
                for image in infinite.chunks_exact_mut(16 * 4) {
                    image[..4].copy_from_slice(&f32::INFINITY.to_le_bytes());
                }
                file(&[("x", npy("<f4", "24, 4, 4", &infinite)), y()])
            },
            read,
            ["d.npz: no image can be read: x[0]", "and 19 more"],
        ),
        works(
            "own: channels first",
            file(&[("x", npy("|u1", "8, 3, 4, 4", &x)), ("y", npy("<i8", "8", &classes[..64]))]),
            read,
            ["channels first", "\"images\": 8"],
        ),
        refuses(
            "own: pickled images",
            file(&[pickled("x"), y()]),
            read,
            ["pickled Python objects, which are programs"],
        ),
        refuses(
            "own: pickled labels",
            file(&[images(), pickled("y")]),
            read,
            ["pickled Python objects, which are programs"],
        ),
        works(
            "own: a pickled array that is not needed",
            file(&[images(), y(), pickled("meta")]),
            read,
            [ALL_GOOD, "arrays that are not read: meta"],
        ),
        refuses("own: an array cut short", file(&[("x", cut), y()]), read, ["x: is cut short|cut short"]),
        refuses(
            "own: rows that make no square",
            file(&[("x", npy("|u1", "8, 47", &x[..376])), y()]),
            read,
            ["x (8 x 47) is no array of images"],
        ),
        refuses("own: an NPZ of labels alone", file(&[y()]), read, ["has no array of images"]),
        refuses(
            "own: an array without images",
            file(&[("x", npy("|u1", "0, 4, 4", &[])), ("y", npy("<i8", "0", &[]))]),
            read,
            ["x (0 x 4 x 4) is empty"],
        ),
        refuses(
            "own: more than 1,000 labels",
            {
                let many: Vec<u8> = (0..1001_i64).flat_map(i64::to_le_bytes).collect();
                file(&[("x", npy("|u1", "1001, 2, 2", &[7; 4004])), ("y", npy("<i8", "1001", &many))])
            },
            read,
            ["1001 different labels"],
        ),
        refuses(
            "own: a header of NumPy that is none",
            vec![File("d.npy", b"\x93NUMPY\x01\0\x04\0{'x}".to_vec())],
            "data d.npy",
            ["no header of NumPy"],
        ),
        refuses(
            "own: a Parquet file cut short",
            vec![File("d.parquet", b"PAR1 and then nothing".to_vec())],
            "data d.parquet",
            ["damaged|built without"],
        ),
    ]
}

fn idx_and_cifar() -> Vec<Row> {
    let body: Vec<u8> = (0..GOOD * 16).map(|v| (v * 37 % 256) as u8).collect();
    let labels: Vec<u8> = (0..GOOD).map(|i| (i % 30) as u8).collect();
    let images = || File("d/letters-train-images-idx3-ubyte", idx(8, &[24, 4, 4], &body));
    let name = "d/letters-train-labels-idx1-ubyte";
    let record = |label: u8| [vec![label], (0..3072).map(|p| (p % 251) as u8 ^ label).collect()].concat();
    let batch: Vec<u8> = (0..GOOD as u8).flat_map(|i| record(i % 10)).collect();
    vec![
        works(
            "own: IDX of 24 classes",
            [images(), File(name, idx(8, &[24], &labels))],
            DATA,
            [ALL_GOOD, "\"name\": \"23\""],
        ),
        works(
            "own: IDX with copies, packed or in a folder",
            {
                let packed = |bytes: &[u8]| {
                    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                    std::io::Write::write_all(&mut packed, bytes).unwrap();
                    packed.finish().unwrap()
                };
                [
                    images(),
                    File("d/letters-train-images-idx3-ubyte.gz", packed(&idx(8, &[24, 4, 4], &body))),
                    File("d/copy/letters-train-images.idx3-ubyte", idx(8, &[24, 4, 4], &body)),
                    File(name, idx(8, &[24], &labels)),
                    File("d/copy/letters-train-labels.idx1-ubyte", idx(8, &[24], &labels)),
                ]
            },
            DATA,
            [
                ALL_GOOD,
                "letters-train-images-idx3-ubyte.gz is left aside: it has the content of letters-train-images-idx3-ubyte",
                "copy/letters-train-images.idx3-ubyte is left aside",
                "copy/letters-train-labels.idx1-ubyte is left aside",
            ],
        ),
        refuses(
            "own: IDX with two files of images of one split",
            [images(), File("d/letters-train-images.idx3-ubyte", idx(8, &[23, 4, 4], &body[16..]))],
            DATA,
            ["is one of two files of images of one split; the other is"],
        ),
        refuses(
            "own: IDX with fewer labels",
            [images(), File(name, idx(8, &[23], &labels[..23]))],
            DATA,
            ["23 labels"],
        ),
        refuses(
            "own: IDX cut short",
            [File("d/train-images-idx3-ubyte", idx(8, &[25, 4, 4], &body))],
            DATA,
            ["cut short: 384"],
        ),
        refuses("own: IDX labels alone", [File(name, idx(8, &[24], &labels))], DATA, ["no file of images"]),
        refuses(
            "own: two data sets in IDX",
            [images(), File("d/digits-train-images-idx3-ubyte", idx(8, &[24, 4, 4], &body))],
            DATA,
            ["several data sets (digits, letters)"],
        ),
        works(
            "own: CIFAR-10's files",
            [File("d/data_batch_1.bin", batch.clone())],
            DATA,
            [ALL_GOOD, "CIFAR-10, binary"],
        ),
        refuses(
            "own: CIFAR-10 cut short",
            [File("d/data_batch_1.bin", batch[..70_000].to_vec())],
            DATA,
            ["cut short: 22 images"],
        ),
    ]
}

pub fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    zipped(&arrays.iter().map(|(name, bytes)| (format!("{name}.npy"), bytes.clone())).collect::<Vec<_>>())
}

pub fn npy(descr: &str, shape: &str, values: &[u8]) -> Vec<u8> {
    npy_of(descr, false, shape, values)
}

fn npy_of(descr: &str, fortran: bool, shape: &str, values: &[u8]) -> Vec<u8> {
    let fortran = if fortran { "True" } else { "False" };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': ({shape},), }}");
    header += &" ".repeat((64 - (10 + header.len() + 1) % 64) % 64);
    header.push('\n');
    [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), values].concat()
}

fn idx(kind: u8, sizes: &[u32], body: &[u8]) -> Vec<u8> {
    let words = sizes.iter().flat_map(|s| s.to_be_bytes());
    [0, 0, kind, sizes.len() as u8].into_iter().chain(words).chain(body.iter().copied()).collect()
}
