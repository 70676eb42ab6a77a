//! Parquet with a column of image files and a column of labels, as Hugging Face writes it.

use std::sync::Arc;

use bytes::Bytes;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::Value;

use crate::dataset::DataError;
use crate::dataset::own::format::{Format, with_labels};
use crate::dataset::own::labels::{self, RawLabel, classes_of};
use crate::dataset::own::listing::{Images, Item, Listing, Part};
use crate::dataset::own::picture::{self, Picture};
use crate::dataset::own::tree::{Entry, Tree};

pub struct Parquet;

/// First bytes of a Parquet file.
const MAGIC: &[u8] = b"PAR1";
/// Names of the column with the label, the first that is there.
const LABELS: [&str; 10] =
    ["label", "labels", "fine_label", "class", "target", "category", "digit", "character", "coarse_label", "y"];
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
        let (mut items, mut raw, mut images, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut names = None;
        for file in tree.files.iter().filter(|f| is_parquet(&tree, f)) {
            let fault = |e: String| tree.fault(Some(file), e);
            let broken = |e: parquet::errors::ParquetError| {
                fault(format!("is damaged, or packed in a way that is not read ({e})"))
            };
            let bytes = Bytes::from(tree.read(file).map_err(fault)?);
            let reader = SerializedFileReader::new(bytes).map_err(broken)?;
            let metadata = reader.metadata().file_metadata();
            let columns: Vec<String> = metadata.schema().get_fields().iter().map(|f| f.name().to_owned()).collect();
            let features = features(metadata.key_value_metadata());
            let mut found: Option<Columns> = None;
            let part = Part::within(file.file_name()).or_else(|| file.parts.iter().find_map(|p| Part::of(p)));
            for (place, row) in reader.get_row_iter(None).map_err(broken)?.enumerate() {
                let row = row.map_err(broken)?;
                let columns = match &found {
                    Some(found) => found,
                    None => {
                        let columns = Columns::of(&row, &columns, &features).map_err(fault)?;
                        notes.push(columns.note(file));
                        names = names.or_else(|| class_names(&features, columns.label.as_deref()));
                        found.insert(columns)
                    }
                };
                let (image, label, name) = columns.read(row);
                items.push(Item {
                    name: name.unwrap_or_else(|| format!("{}[{place}]", file.name())),
                    part,
                    label: None,
                });
                images.push(image);
                raw.push(label);
            }
        }
        let found = classes_of(&raw, names.or_else(|| labels::names_in(&tree))).map_err(|e| tree.fault(None, e))?;
        notes.extend(found.notes);
        let mut unreadable = Vec::new();
        let (items, images) =
            with_labels(items, found.labels, &found.classes, &mut unreadable, Box::new(Packed(images)));
        Ok(Listing { format: self.name().into(), items, classes: found.classes, images, unreadable, notes })
    }
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
    image: String,
    label: Option<String>,
}

impl Columns {
    fn of(row: &Row, columns: &[String], features: &Value) -> Result<Self, String> {
        let is_image = |field: &Field| match field {
            Field::Group(group) => group.get_column_iter().any(|(name, _)| name == "bytes"),
            Field::Bytes(bytes) => picture::is_image(bytes.data()),
            _ => false,
        };
        let Some((image, _)) = row.get_column_iter().find(|(_, field)| is_image(field)) else {
            return Err(format!(
                "has no column of images (a struct with `bytes`, or image files as bytes); its columns are {}",
                columns.join(", ")
            ));
        };
        let is_class = |name: &&String| features[name.as_str()]["_type"] == "ClassLabel";
        let named = || LABELS.iter().find_map(|l| columns.iter().find(|c| c.eq_ignore_ascii_case(l)));
        // Of two class labels, as CIFAR-100 has, the one of the usual name.
        let declared: Vec<&String> = columns.iter().filter(is_class).collect();
        let label = named().filter(|n| declared.is_empty() || declared.contains(n)).or(declared.first().copied());
        Ok(Self { image: image.clone(), label: label.cloned() })
    }

    fn note(&self, file: &Entry) -> String {
        let label = self.label.as_ref().map_or("without labels".into(), |l| format!("labels in `{l}`"));
        format!("{}: images in `{}`, {label}", file.name(), self.image)
    }

    /// The image file of a row, its label, and its name if it has one.
    fn read(&self, row: Row) -> (Result<Vec<u8>, String>, RawLabel, Option<String>) {
        let (mut image, mut label, mut name) = (Err("is missing".to_owned()), RawLabel::Missing, None);
        for (column, field) in row.into_columns() {
            if column == self.image {
                match field {
                    Field::Bytes(bytes) => image = Ok(bytes.data().to_vec()),
                    Field::Group(group) => {
                        for (inner, field) in group.into_columns() {
                            match (inner.as_str(), field) {
                                ("bytes", Field::Bytes(bytes)) => image = Ok(bytes.data().to_vec()),
                                ("path", Field::Str(path)) => name = Some(path),
                                _ => {}
                            }
                        }
                    }
                    _ => {}
                }
            } else if Some(&column) == self.label.as_ref() {
                label = label_of(field);
            }
        }
        (image, label, name)
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
        Field::Str(text) if !text.is_empty() => RawLabel::Name(text),
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
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
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
}
