//! Parquet with a column of image files and a column of labels, as Hugging Face writes it; or with pixels as numbers.

use std::sync::Arc;

use bytes::Bytes;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::Value;

use super::cells::is_index;
use crate::dataset::DataError;
use crate::dataset::own::array::{Array, Arrays, Kind, Number, of_rows};
use crate::dataset::own::format::{Format, with_labels};
use crate::dataset::own::labels::{self, RawLabel, classes_of};
use crate::dataset::own::listing::{Images, Item, Listing, Part, Unreadable};
use crate::dataset::own::picture::{self, Picture};
use crate::dataset::own::tree::{Entry, Tree};

pub struct Parquet;

/// First bytes of a Parquet file.
const MAGIC: &[u8] = b"PAR1";
/// Names of the column with the label, the first that is there.
const LABELS: [&str; 10] =
    ["label", "labels", "fine_label", "class", "target", "category", "digit", "character", "coarse_label", "y"];
/// Values are kept with 32 bits: pixels have no more digits.
const FLOAT: Number = Number { kind: Kind::Float, width: 4, big_endian: false };
/// Fewer numbers are no image.
const FEWEST: usize = 9;
/// Rows that are looked at to find one with an image.
const LOOKED_AT: usize = 1_000;
/// The entry of a file's metadata that Hugging Face writes.
const FEATURES: &str = "huggingface";

impl Format for Parquet {
    fn name(&self) -> &'static str {
        "Parquet"
    }

    fn claims(&self, tree: &Tree) -> usize {
        tree.files.iter().filter(|f| is_parquet(tree, f)).count()
    }

    fn list(&self, tree: Arc<Tree>) -> Result<Listing, DataError> {
        let (mut items, mut raw, mut unreadable, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut packed, mut arrays) = (Vec::new(), Vec::new());
        // The names of the classes that each file has, and where its labels begin.
        let mut named: Vec<(usize, Option<Vec<String>>)> = Vec::new();
        for file in tree.files.iter().filter(|f| is_parquet(&tree, f)) {
            let fault = |e: String| tree.fault(Some(file), e);
            let broken = |e: parquet::errors::ParquetError| {
                fault(format!("is damaged, or packed in a way that is not read ({e})"))
            };
            let bytes = Bytes::from(tree.read(file).map_err(fault)?);
            let reader = SerializedFileReader::new(bytes).map_err(broken)?;
            let features = features(reader.metadata().file_metadata().key_value_metadata());
            // The first rows may have no image.
            let mut found = Err("has no rows".to_owned());
            for row in reader.get_row_iter(None).map_err(broken)?.take(LOOKED_AT) {
                found = Columns::of(&row.map_err(broken)?, &features);
                if found.is_ok() {
                    break;
                }
            }
            let columns = found.map_err(fault)?;
            let in_folder = label_of_folder(file).filter(|_| columns.label.is_none());
            notes.push(columns.note(file, in_folder.is_some()));
            named.push((raw.len(), class_names(&features, columns.label.as_deref())));
            let part = Part::within(file.file_name()).or_else(|| file.folders().iter().find_map(|p| Part::of(p)));
            let (mut values, mut count) = (Vec::new(), 0);
            for (place, row) in reader.get_row_iter(None).map_err(broken)?.enumerate() {
                let (image, label, name) = columns.read(row.map_err(broken)?);
                let name = name.unwrap_or_else(|| format!("{}[{place}]", file.name()));
                match image {
                    Ok(Stored::File(bytes)) => packed.push(Ok(bytes)),
                    Ok(Stored::Numbers(numbers)) => {
                        values.extend(numbers.into_iter().flat_map(f32::to_le_bytes));
                        count += 1;
                    }
                    Err(reason) => {
                        unreadable.push(Unreadable::new(name, reason));
                        continue;
                    }
                }
                items.push(Item { name, part, label: None });
                raw.push(in_folder.clone().unwrap_or(label));
            }
            if let ImagesIn::Numbers { sides: [h, w, c], first, .. } = columns.images {
                arrays.push(Array::in_order(FLOAT, values, [count, h, w, c], first));
            }
        }
        if !packed.is_empty() && !arrays.is_empty() {
            return Err(tree.fault(None, "holds image files and pixels as numbers; give one kind of them"));
        }
        let warnings = labels::joined_by_name(&mut raw, &mut named);
        let names = named.into_iter().find_map(|(_, names)| names);
        let found = classes_of(&raw, names.or_else(|| labels::names_in(&tree)), &|i| items[i].name.clone())
            .map_err(|e| tree.fault(None, e))?;
        notes.extend(found.notes);
        let images: Box<dyn Images> = match arrays.is_empty() {
            true => Box::new(Packed(packed)),
            false => {
                let arrays = Arrays::new(arrays);
                notes.extend(arrays.notes());
                Box::new(arrays)
            }
        };
        let (items, images) = with_labels(items, found.labels, &found.classes, &mut unreadable, images);
        Ok(Listing {
            format: self.name().into(),
            items,
            classes: found.classes,
            images,
            unreadable,
            notes,
            warnings: warnings.into_iter().collect(),
        })
    }
}

/// The label that a folder of a file has in its name, as in `label=cat`: so a table is written in parts.
fn label_of_folder(file: &Entry) -> Option<RawLabel> {
    file.folders().iter().find_map(|folder| {
        let (column, value) = folder.split_once('=')?;
        LABELS.contains(&column.to_lowercase().as_str()).then(|| RawLabel::of_text(value))
    })
}

fn is_parquet(tree: &Tree, file: &Entry) -> bool {
    ["parquet", "pq", ""].contains(&file.extension().as_str()) && tree.start(file, 4) == MAGIC
}

/// Image files in memory.
struct Packed(Vec<Result<Vec<u8>, String>>);

impl Images for Packed {
    fn picture(&self, item: usize) -> Result<Picture, String> {
        picture::decode(self.0[item].as_ref().map_err(Clone::clone)?)
    }

    fn held(&self) -> u64 {
        self.0.iter().flatten().map(|bytes| bytes.len() as u64).sum()
    }

    fn are_files(&self) -> bool {
        true
    }
}

/// The columns that are read.
struct Columns {
    images: ImagesIn,
    label: Option<String>,
}

/// Where the images of a file stand.
enum ImagesIn {
    /// Image files, as bytes or in a struct with `bytes`.
    Files(String),
    /// Numbers: a list in one column, or a column a pixel.
    Numbers {
        columns: Vec<String>,
        /// Height, width and channels, and whether these come first.
        sides: [usize; 3],
        first: bool,
        words: &'static str,
    },
}

/// An image as a row holds it.
enum Stored {
    File(Vec<u8>),
    Numbers(Vec<f32>),
}

impl Columns {
    fn of(row: &Row, features: &Value) -> Result<Self, String> {
        let fields: Vec<(&String, &Field)> = row.get_column_iter().collect();
        let is_image = |field: &Field| match field {
            Field::Group(group) => {
                group.get_column_iter().any(|(name, field)| name == "bytes" && matches!(field, Field::Bytes(_)))
            }
            Field::Bytes(bytes) => picture::is_image(bytes.data()),
            _ => false,
        };
        let names: Vec<String> = fields.iter().map(|(name, _)| (*name).clone()).collect();
        let of_file =
            fields.iter().find(|(_, field)| is_image(field)).map(|(name, _)| ImagesIn::Files((*name).clone()));
        let of_list = || fields.iter().find_map(|(name, field)| of_list(name, field));
        let label = label_in(&fields, features);
        let has_path = |field: &Field| match field {
            Field::Group(group) => {
                group.get_column_iter().any(|(name, field)| name == "path" && matches!(field, Field::Str(_)))
            }
            _ => false,
        };
        let images = of_file.or_else(of_list).or_else(|| of_columns(&fields, label.as_deref())).ok_or_else(|| {
            if let Some((name, _)) = fields.iter().find(|(_, field)| has_path(field)) {
                return format!(
                    "`{name}` has paths of images, but not the images (its `bytes` are empty); write them into it"
                );
            }
            format!(
                "has no column of images (a struct with `bytes`, image files as bytes, lists of pixels, or a column a \
                 pixel); its columns are {}",
                names.join(", ")
            )
        })?;
        Ok(Self { label: label.or_else(|| images.only_other(&names)), images })
    }

    fn note(&self, file: &Entry, in_folder: bool) -> String {
        let label = match &self.label {
            Some(label) => format!("labels in `{label}`"),
            None if in_folder => "the label in the name of its folder".into(),
            None => "without labels".into(),
        };
        let images = match &self.images {
            ImagesIn::Files(column) => format!("images in `{column}`"),
            ImagesIn::Numbers { columns, words, .. } if columns.len() == 1 => format!("{words} in `{}`", columns[0]),
            ImagesIn::Numbers { columns, words, .. } => format!("{words}, {} of them", columns.len()),
        };
        format!("{}: {images}, {label}", file.name())
    }

    /// The image of a row, its label, and its name if it has one.
    fn read(&self, row: Row) -> (Result<Stored, String>, RawLabel, Option<String>) {
        let (mut image, mut label, mut name) = (Err("is missing".to_owned()), RawLabel::Missing, None);
        let mut numbers = Vec::new();
        for (column, field) in row.into_columns() {
            if Some(&column) == self.label.as_ref() {
                label = label_of(field);
                continue;
            }
            match &self.images {
                ImagesIn::Files(of) if *of == column => match field {
                    Field::Bytes(bytes) => image = Ok(Stored::File(bytes.data().to_vec())),
                    Field::Group(group) => {
                        for (inner, field) in group.into_columns() {
                            match (inner.as_str(), field) {
                                ("bytes", Field::Bytes(bytes)) => image = Ok(Stored::File(bytes.data().to_vec())),
                                ("path", Field::Str(path)) => name = Some(path),
                                _ => {}
                            }
                        }
                    }
                    _ => {}
                },
                ImagesIn::Numbers { columns, .. } if columns.contains(&column) => drop(flat(&field, &mut numbers)),
                _ => {}
            }
        }
        if let ImagesIn::Numbers { sides, .. } = &self.images {
            let wanted: usize = sides.iter().product();
            image = match numbers.len() {
                found if found == wanted => Ok(Stored::Numbers(numbers)),
                found => Err(format!("has {found} pixels instead of {wanted}")),
            };
        }
        (image, label, name)
    }
}

impl ImagesIn {
    /// The only column beside the images, if there is just one.
    fn only_other(&self, names: &[String]) -> Option<String> {
        let is_image = |name: &String| match self {
            Self::Files(column) => column == name,
            Self::Numbers { columns, .. } => columns.contains(name),
        };
        let is_name = |name: &str| ["path", "file", "filename", "file_name"].contains(&name.to_lowercase().as_str());
        match names.iter().filter(|n| !is_image(n) && !is_name(n) && !is_number_of_row(n)).collect::<Vec<_>>()[..] {
            [only] => Some(only.clone()),
            _ => None,
        }
    }
}

/// Whether a column numbers the rows, as pandas writes it or by its name.
fn is_number_of_row(name: &str) -> bool {
    name.starts_with("__index_level") || is_index(name)
}

/// The column of the label by its name, or as Hugging Face declares it.
fn label_in(fields: &[(&String, &Field)], features: &Value) -> Option<String> {
    let is_class = |name: &&String| features[name.as_str()]["_type"] == "ClassLabel";
    let columns = || fields.iter().map(|(name, _)| *name);
    let named = || LABELS.iter().find_map(|l| columns().find(|c| c.eq_ignore_ascii_case(l)));
    // Of two class labels, as CIFAR-100 has, the one of the usual name.
    let declared: Vec<&String> = columns().filter(is_class).collect();
    named().filter(|n| declared.is_empty() || declared.contains(n)).or(declared.first().copied()).cloned()
}

/// The images in a column of lists of numbers, which may be nested.
fn of_list(name: &str, field: &Field) -> Option<ImagesIn> {
    let Field::ListInternal(_) = field else { return None };
    let (sides, first) = match flat(field, &mut Vec::new())?[..] {
        [d] if d >= FEWEST => of_rows(d).map(|sides| (sides, sides[2] == 3))?,
        [h, w] => ([h, w, 1], false),
        [h, w, c @ (1 | 3 | 4)] => ([h, w, c], false),
        [c @ (1 | 3 | 4), h, w] => ([h, w, c], true),
        _ => return None,
    };
    Some(ImagesIn::Numbers { columns: vec![name.to_owned()], sides, first, words: "lists of pixels" })
}

/// The images whose pixels are columns.
fn of_columns(fields: &[(&String, &Field)], label: Option<&str>) -> Option<ImagesIn> {
    let is_pixel =
        |name: &str, field: &Field| Some(name) != label && !is_number_of_row(name) && number(field).is_some();
    let columns: Vec<String> =
        fields.iter().filter(|(name, field)| is_pixel(name, field)).map(|(name, _)| (*name).clone()).collect();
    let sides = of_rows(columns.len()).filter(|_| columns.len() >= FEWEST)?;
    Some(ImagesIn::Numbers { columns, sides, first: sides[2] == 3, words: "columns of pixels" })
}

/// Adds the numbers of a list, also of lists in it, and says its sides; `None` if they differ or something is no number.
fn flat(field: &Field, into: &mut Vec<f32>) -> Option<Vec<usize>> {
    let Field::ListInternal(list) = field else {
        into.push(number(field)? as f32);
        return Some(Vec::new());
    };
    let mut sides: Option<Vec<usize>> = None;
    for element in list.elements() {
        let found = flat(element, into)?;
        if sides.as_ref().is_some_and(|sides| *sides != found) {
            return None;
        }
        sides = Some(found);
    }
    let mut all = vec![list.len()];
    all.extend(sides.unwrap_or_default());
    Some(all)
}

/// A field that is a number; a missing one is none.
fn number(field: &Field) -> Option<f64> {
    match (label_of(field.clone()), field) {
        (RawLabel::Number(number), _) => Some(number),
        (_, Field::Null) => Some(f64::NAN),
        _ => None,
    }
}

fn label_of(field: Field) -> RawLabel {
    match field {
        Field::Bool(v) => RawLabel::Number(f64::from(u8::from(v))),
        Field::Byte(v) => RawLabel::Number(v.into()),
        Field::Short(v) => RawLabel::Number(v.into()),
        Field::Int(v) => RawLabel::Number(v.into()),
        Field::Long(v) => RawLabel::Number(v as f64),
        Field::UByte(v) => RawLabel::Number(v.into()),
        Field::UShort(v) => RawLabel::Number(v.into()),
        Field::UInt(v) => RawLabel::Number(v.into()),
        Field::ULong(v) => RawLabel::Number(v as f64),
        Field::Float(v) => RawLabel::Number(v.into()),
        Field::Double(v) => RawLabel::Number(v),
        Field::Float16(v) => RawLabel::Number(f32::from(v).into()),
        Field::Str(text) if !text.is_empty() => RawLabel::Name(text),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).map_or(RawLabel::Missing, RawLabel::of_text),
        Field::ListInternal(list) if list.len() == 1 => label_of(list.elements()[0].clone()),
        _ => RawLabel::Missing,
    }
}

/// The features that Hugging Face describes in a file's metadata, by the names of their columns.
fn features(metadata: Option<&Vec<parquet::file::metadata::KeyValue>>) -> Value {
    let entry = metadata.into_iter().flatten().find(|entry| entry.key == FEATURES);
    let parsed: Option<Value> = entry.and_then(|e| serde_json::from_str(e.value.as_deref()?).ok());
    parsed.map_or(Value::Null, |mut parsed| parsed["info"]["features"].take())
}

/// The names of a label's classes.
fn class_names(features: &Value, label: Option<&str>) -> Option<Vec<String>> {
    let names = features[label?]["names"].as_array()?;
    names.iter().map(|name| name.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use parquet::basic::{Compression, GzipLevel, ZstdLevel};
    use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
    use parquet::schema::parser::parse_message_type;

    use super::*;
    use crate::dataset::own::formats::find;
    use crate::disk;

    const SCHEMA: &str = "message images {
        required group image { required binary bytes; required binary path (UTF8); }
        required int64 label;
    }";
    const INFO: &str = r#"{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"]}}}}"#;

    /// As Hugging Face writes it: four images of one grey value each, in turn of two classes.
    fn file(compression: Compression) -> Vec<u8> {
        let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
        let info = vec![KeyValue::new(FEATURES.to_owned(), INFO.to_owned())];
        let properties =
            WriterProperties::builder().set_compression(compression).set_key_value_metadata(Some(info)).build();
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
        let image = |grey: u8| {
            let mut png = Cursor::new(Vec::new());
            image::GrayImage::from_pixel(3, 3, image::Luma([grey]))
                .write_to(&mut png, image::ImageFormat::Png)
                .unwrap();
            ByteArray::from(png.into_inner())
        };
        let images: Vec<ByteArray> = (0..4).map(|i| image(i * 10)).collect();
        let names: Vec<ByteArray> = (0..4).map(|i| ByteArray::from(format!("{i}.png").into_bytes())).collect();
        let mut group = writer.next_row_group().unwrap();
        for values in [&images, &names] {
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(values, None, None).unwrap();
            column.close().unwrap();
        }
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&[0, 1, 0, 1], None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.into_inner().unwrap()
    }

    #[test]
    fn images_and_their_classes_are_read_however_the_file_is_packed() {
        let root = tempfile::tempdir().unwrap();
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(GzipLevel::default()),
            Compression::LZ4_RAW,
            Compression::ZSTD(ZstdLevel::default()),
        ] {
            let path = root.path().join("train.parquet");
            disk::write_aside(&path, &file(compression)).unwrap();
            let listing = find(&path).unwrap().listing;
            assert_eq!(listing.classes, ["cat", "dog"], "{compression:?}");
            let labels: Vec<_> = listing.items.iter().map(|i| (i.name.as_str(), i.part, i.label)).collect();
            let train = Some(Part::Train);
            let expected = [("0.png", train, Some(0)), ("1.png", train, Some(1)), ("2.png", train, Some(0))];
            assert_eq!(labels[..3], expected, "{compression:?}");
            assert_eq!(listing.images.picture(3).unwrap().values, [30; 9], "{compression:?}");
        }
    }

    /// A file with a column of labels and these columns of 32-bit numbers.
    fn numbers(schema: &str, columns: &[&dyn Fn(&mut SerializedColumnWriter<'_>)]) -> Vec<u8> {
        let schema = Arc::new(parse_message_type(&format!("message m {{ {schema} required int64 label; }}")).unwrap());
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
        let mut group = writer.next_row_group().unwrap();
        for write in columns {
            let mut column = group.next_column().unwrap().unwrap();
            write(&mut column);
            column.close().unwrap();
        }
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&[7, 8, 7], None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.into_inner().unwrap()
    }

    #[test]
    fn pixels_are_numbers_in_lists_or_columns() {
        let root = tempfile::tempdir().unwrap();
        // Three rows of 3 x 3 numbers; in lists the last has one fewer and is left out.
        let values: Vec<i32> = (0..27).map(|v| v * 9).collect();
        let lists = |column: &mut SerializedColumnWriter<'_>| {
            let repeated: Vec<i16> = (0..26).map(|i| i16::from(i % 9 > 0)).collect();
            column.typed::<Int32Type>().write_batch(&values[..26], Some(&[2; 26]), Some(&repeated)).unwrap();
        };
        let list = "optional group image (LIST) { repeated group list { required int32 element; } }";
        let pixel = |p: usize| {
            let of: Vec<i32> = (0..3).map(|row| values[row * 9 + p]).collect();
            move |column: &mut SerializedColumnWriter<'_>| {
                column.typed::<Int32Type>().write_batch(&of, None, None).unwrap();
            }
        };
        let pixels: Vec<_> = (0..9).map(pixel).collect();
        let pixels: Vec<&dyn Fn(&mut SerializedColumnWriter<'_>)> = pixels.iter().map(|p| p as _).collect();
        let wide: String = (0..9).map(|p| format!("required int32 p{p}; ")).collect();
        for (bytes, count, left) in [(numbers(list, &[&lists]), 2, 1), (numbers(&wide, &pixels), 3, 0)] {
            let path = root.path().join("numbers.parquet");
            disk::write_aside(&path, &bytes).unwrap();
            let listing = find(&path).unwrap().listing;
            assert_eq!((listing.items.len(), listing.unreadable.len()), (count, left));
            assert_eq!((listing.classes.join(" "), listing.items[1].label), ("7 8".to_owned(), Some(1)));
            let second: Vec<u8> = values[9..18].iter().map(|v| *v as u8).collect();
            assert_eq!(listing.images.picture(1).unwrap().values, second);
        }
    }
}
