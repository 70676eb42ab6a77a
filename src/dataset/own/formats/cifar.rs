//! The binary files of CIFAR-10 and CIFAR-100: one or two bytes of label, then three planes of 32 x 32.

use std::sync::Arc;

use crate::dataset::DataError;
use crate::dataset::own::array::{Array, Arrays, Number};
use crate::dataset::own::format::{Format, with_labels};
use crate::dataset::own::labels::{RawLabel, classes_of};
use crate::dataset::own::listing::{Item, Listing, Part};
use crate::dataset::own::names::{Names, names_in};
use crate::dataset::own::tree::{Entry, Tree};
use crate::dataset::packed::GZIP;

pub struct Cifar;

const SIDE: usize = 32;
const PIXELS: usize = 3 * SIDE * SIDE;
/// Files with the names of the classes.
const NAMES: [&str; 2] = ["batches.meta.txt", "fine_label_names.txt"];
/// Records that are looked at to tell the files from others of the same size.
const LOOKED_AT: usize = 50;

impl Format for Cifar {
    fn name(&self) -> &'static str {
        "CIFAR, binary"
    }

    fn claims(&self, tree: &Tree) -> usize {
        tree.files.iter().filter(|f| label_bytes(tree, f).is_some()).count()
    }

    fn list(&self, tree: Arc<Tree>) -> Result<Listing, DataError> {
        let (mut items, mut raw, mut arrays, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut label = None;
        for file in &tree.files {
            let Some(found) = label_bytes(&tree, file) else { continue };
            let fault = |e: String| tree.fault(Some(file), e);
            if *label.get_or_insert(found) != found {
                return Err(fault("is CIFAR-100, and other files in its folder are CIFAR-10; separate them".into()));
            }
            let bytes = tree.read_unpacked(file).map_err(fault)?;
            let record = found + PIXELS;
            if !bytes.len().is_multiple_of(record) {
                let (whole, rest) = (bytes.len() / record, bytes.len() % record);
                return Err(fault(format!(
                    "is cut short: {whole} images of {record} bytes and {rest} bytes of another"
                )));
            }
            let part = Part::within(file.file_name()).unwrap_or(Part::Train);
            let count = bytes.len() / record;
            items.extend((0..count).map(|i| Item {
                name: format!("{}[{i}]", file.name()),
                part: Some(part),
                label: None,
            }));
            // Of CIFAR-100 the second, which is the fine one.
            raw.extend(bytes.chunks_exact(record).map(|r| RawLabel::Number(f64::from(r[found - 1]))));
            let values = bytes.chunks_exact(record).flat_map(|r| &r[found..]).copied().collect();
            arrays.push(Array::in_order(Number::BYTE, values, [count, SIDE, SIDE, 3], true));
        }
        let hundred = label == Some(2);
        notes.extend(hundred.then(|| "of CIFAR-100's two labels the fine one is read".into()));
        let names = NAMES.iter().find_map(|name| tree.find(name)).and_then(|f| tree.read_unpacked(f).ok());
        let lines = |bytes: Vec<u8>| {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let names = names.map(lines).map(Names::in_order).or_else(|| names_in(&tree));
        let found = classes_of(&raw, names, &|i| items[i].name.clone()).map_err(|e| tree.fault(None, e))?;
        notes.extend(found.notes);
        let arrays = Arrays::new(arrays);
        notes.extend(arrays.notes());
        let mut unreadable = Vec::new();
        let (items, images) = with_labels(items, found.labels, &found.classes, &mut unreadable, Box::new(arrays));
        let format = if hundred { "CIFAR-100, binary" } else { "CIFAR-10, binary" };
        Ok(Listing {
            format: format.into(),
            items,
            classes: found.classes,
            images,
            unreadable,
            notes,
            warnings: found.warnings,
            unclear: None,
        })
    }
}

/// Bytes of label before each image, if a file is of CIFAR by its name, its size and its labels.
fn label_bytes(tree: &Tree, file: &Entry) -> Option<usize> {
    let name = file.file_name().to_lowercase();
    if file.extension() != "bin" {
        return None;
    }
    let usual =
        name.starts_with("data_batch") || name.starts_with("test_batch") || name == "train.bin" || name == "test.bin";
    let mut start = tree.start(file, LOOKED_AT * (PIXELS + 2));
    let mut bytes = file.bytes as usize;
    if start.starts_with(&GZIP) {
        start = tree.read_unpacked(file).ok()?;
        bytes = start.len();
        start.truncate(LOOKED_AT * (PIXELS + 2));
    }
    let whole = |labels: usize| bytes > 0 && bytes.is_multiple_of(labels + PIXELS);
    let fits = |labels: usize, most: [u8; 2]| {
        start.chunks_exact(labels + PIXELS).all(|r| r[..labels].iter().zip(&most[2 - labels..]).all(|(l, m)| l < m))
    };
    match () {
        () if whole(1) && fits(1, [0, 10]) => Some(1),
        () if whole(2) && fits(2, [20, 100]) => Some(2),
        // One that is cut short is named.
        () if usual && bytes > PIXELS => Some(if name.contains("batch") { 1 } else { 2 }),
        () => None,
    }
}
