//! Parquet with a column of image files and a column of labels, as Hugging Face writes it; or with pixels as numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::Value;

use super::cells::{in_order_of_numbers, in_train, is_of_splits, says_no_class};
use super::fields::{
    class_names, features, flat, is_number_of_row, label_in, label_of, label_of_folder, names_row, number, said,
};
use super::file_column::suits;
use crate::dataset::DataError;
use crate::dataset::own::array::{Array, Arrays, Kind, Number, of_rows};
use crate::dataset::own::format::{Format, with_labels};
use crate::dataset::own::labels::{self, RawLabel, classes_of};
use crate::dataset::own::listing::{Images, Item, Listing, Part, SEVERAL_LABELS, Unreadable};
use crate::dataset::own::names::{Names, names_in};
use crate::dataset::own::picture::{self, Picture};
use crate::dataset::own::tree::{Entry, Tree};

pub struct Parquet;

/// First bytes of a Parquet file.
const MAGIC: &[u8] = b"PAR1";
/// Values are kept with 32 bits: pixels have no more digits.
const FLOAT: Number = Number { kind: Kind::Float, width: 4, big_endian: false };
/// Fewer numbers are no image.
const FEWEST: usize = 9;
/// Rows that are looked at to find one with an image.
const LOOKED_AT: usize = 1_000;

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
        // Images with more than one label, and how many.
        let mut several: Vec<(usize, usize)> = Vec::new();
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
            let mut columns = found.map_err(fault)?;
            let said = said(&reader, &columns.others).map_err(broken)?;
            columns.without_splits(&said.columns);
            let in_folder = label_of_folder(file).filter(|_| columns.label.is_none());
            notes.push(columns.note(file, in_folder.is_some(), &said.columns));
            notes.extend(said.unread.map(|told| format!("{}: {told}", file.name())));
            let mut no_splits: BTreeMap<String, usize> = BTreeMap::new();
            named.push((raw.len(), class_names(&features, columns.label.as_deref())));
            let part = Part::within(file.file_name()).or_else(|| file.folders().iter().find_map(|p| Part::of(p)));
            let (mut values, mut count) = (Vec::new(), 0);
            for (place, row) in reader.get_row_iter(None).map_err(broken)?.enumerate() {
                let Cells { image, label, labels, name } = columns.read(row.map_err(broken)?);
                let name = name.unwrap_or_else(|| format!("{}[{place}]", file.name()));
                let told = match said.rows.get(place) {
                    Some(Ok(told)) => Some(*told),
                    Some(Err(cell)) if part.is_none() => {
                        *no_splits.entry(cell.clone()).or_default() += 1;
                        None
                    }
                    _ => part,
                };
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
                several.extend((labels > 1).then_some((items.len(), labels)));
                items.push(Item { name, part: told, label: None });
                raw.push(in_folder.clone().unwrap_or(label));
            }
            notes.extend(in_train(&no_splits).map(|told| format!("{}: {told}", file.name())));
            if let ImagesIn::Numbers { sides: [h, w, c], first, .. } = columns.images {
                arrays.push(Array::in_order(FLOAT, values, [count, h, w, c], first).in_likely_order(&mut notes));
            }
        }
        if !packed.is_empty() && !arrays.is_empty() {
            return Err(tree.fault(None, "holds image files and pixels as numbers; give one kind of them"));
        }
        let warnings = labels::joined_by_name(&mut raw, &mut named);
        let names = named.into_iter().find_map(|(_, names)| names);
        let mut found =
            classes_of(&raw, names.map(Names::in_order).or_else(|| names_in(&tree)), &|i| items[i].name.clone())
                .map_err(|e| tree.fault(None, e))?;
        several.into_iter().for_each(|(image, n)| found.labels[image] = Err(format!("has {n} {SEVERAL_LABELS}")));
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
            warnings: warnings.into_iter().chain(found.warnings).collect(),
            unclear: None,
        })
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
    images: ImagesIn,
    label: Option<String>,
    /// All columns that are neither.
    others: Vec<String>,
}

/// What a row holds.
struct Cells {
    image: Result<Stored, String>,
    label: RawLabel,
    /// How many labels it has.
    labels: usize,
    name: Option<String>,
}

/// Where the images of a file stand.
enum ImagesIn {
    /// Image files, as bytes or in a struct with `bytes`.
    Files(String),
    /// Numbers: a list in one column, or a column a pixel.
    Numbers {
        columns: Vec<String>,
        /// The places of the columns in the order of the numbers in their names, if they stand in another.
        order: Option<Vec<usize>>,
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
        // Of images and their masks the column that is called so.
        let of_files = fields.iter().filter(|(_, field)| is_image(field)).map(|(name, _)| *name);
        let of_file = of_files.min_by_key(|name| suits(name).unwrap_or(usize::MAX));
        let of_file = of_file.map(|name| ImagesIn::Files(name.clone()));
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
        let others = names.into_iter().filter(|name| label.as_ref() != Some(name) && !images.has(name)).collect();
        Ok(Self { label, images, others })
    }

    /// Takes for the label the only column that is left beside the images and the splits.
    fn without_splits(&mut self, splits: &[String]) {
        self.others.retain(|name| !splits.contains(name) && !is_of_splits(name) && !names_row(name));
        if let (None, [only]) = (&self.label, &self.others[..])
            && !says_no_class(only)
        {
            self.label = self.others.pop();
        }
    }

    fn note(&self, file: &Entry, in_folder: bool, splits: &[String]) -> String {
        let quoted = |names: &[String], and: &str| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(and);
        let label = match &self.label {
            Some(label) => format!("labels in `{label}`"),
            None if in_folder => "the label in the name of its folder".into(),
            None if self.others.is_empty() => "without labels".into(),
            None => format!("without labels (not read: {})", quoted(&self.others, ", ")),
        };
        let images = match &self.images {
            ImagesIn::Files(column) => format!("images in `{column}`"),
            ImagesIn::Numbers { columns, words, .. } if columns.len() == 1 => format!("{words} in `{}`", columns[0]),
            ImagesIn::Numbers { columns, words, .. } => format!("{words}, {} of them", columns.len()),
        };
        let split = if splits.is_empty() { String::new() } else { format!(", splits in {}", quoted(splits, " and ")) };
        let ordered = match &self.images {
            ImagesIn::Numbers { order: Some(_), .. } => ", in the order of the numbers in their names",
            _ => "",
        };
        format!("{}: {images}{ordered}, {label}{split}", file.name())
    }

    /// The image of a row, its label, and its name if it has one.
    fn read(&self, row: Row) -> Cells {
        let (mut image, mut label, mut name) = (Err("is missing".to_owned()), RawLabel::Missing, None);
        let (mut numbers, mut labels) = (Vec::new(), 1);
        for (column, field) in row.into_columns() {
            if Some(&column) == self.label.as_ref() {
                labels = if let Field::ListInternal(list) = &field { list.len() } else { 1 };
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
        if let ImagesIn::Numbers { sides, order, .. } = &self.images {
            let wanted: usize = sides.iter().product();
            image = match (numbers.len(), order) {
                (found, Some(order)) if found == wanted => {
                    Ok(Stored::Numbers(order.iter().map(|p| numbers[*p]).collect()))
                }
                (found, None) if found == wanted => Ok(Stored::Numbers(numbers)),
                (found, _) => Err(format!("has {found} pixels instead of {wanted}")),
            };
        }
        Cells { image, label, labels, name }
    }
}

impl ImagesIn {
    /// Whether a column has images.
    fn has(&self, name: &String) -> bool {
        match self {
            Self::Files(column) => column == name,
            Self::Numbers { columns, .. } => columns.contains(name),
        }
    }
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
    let columns = vec![name.to_owned()];
    Some(ImagesIn::Numbers { columns, order: None, sides, first, words: "lists of pixels" })
}

/// The images whose pixels are columns.
fn of_columns(fields: &[(&String, &Field)], label: Option<&str>) -> Option<ImagesIn> {
    let is_pixel = |name: &str, field: &Field| {
        Some(name) != label && !is_number_of_row(name) && !is_of_splits(name) && number(field).is_some()
    };
    let columns: Vec<String> =
        fields.iter().filter(|(name, field)| is_pixel(name, field)).map(|(name, _)| (*name).clone()).collect();
    let sides = of_rows(columns.len()).filter(|_| columns.len() >= FEWEST)?;
    let order = in_order_of_numbers(columns.iter().map(String::as_str));
    Some(ImagesIn::Numbers { columns, order, sides, first: sides[2] == 3, words: "columns of pixels" })
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
    use crate::dataset::own::formats::fields::FEATURES;
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
        let wide = |places: &[usize]| places.iter().map(|p| format!("required int32 p{p}; ")).collect::<String>();
        let order = [0, 8, 1, 2, 3, 4, 5, 6, 7];
        let turned: Vec<&dyn Fn(&mut SerializedColumnWriter<'_>)> = order.iter().map(|p| pixels[*p]).collect();
        for (bytes, count, left) in [
            (numbers(list, &[&lists]), 2, 1),
            (numbers(&wide(&[0, 1, 2, 3, 4, 5, 6, 7, 8]), &pixels), 3, 0),
            (numbers(&wide(&order), &turned), 3, 0),
        ] {
            let path = root.path().join("numbers.parquet");
            disk::write_aside(&path, &bytes).unwrap();
            let listing = find(&path).unwrap().listing;
            assert_eq!((listing.items.len(), listing.unreadable.len()), (count, left));
            assert_eq!((listing.classes.join(" "), listing.items[1].label), ("7 8".to_owned(), Some(1)));
            let second: Vec<u8> = values[9..18].iter().map(|v| *v as u8).collect();
            assert_eq!(listing.images.picture(1).unwrap().values, second);
        }
    }

    #[test]
    fn a_column_of_splits_is_read_and_what_says_none_is_told() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("all.parquet");
        let lists = |column: &mut SerializedColumnWriter<'_>| {
            let repeated: Vec<i16> = (0..27).map(|i| i16::from(i % 9 > 0)).collect();
            column.typed::<Int32Type>().write_batch(&[7; 27], Some(&[2; 27]), Some(&repeated)).unwrap();
        };
        let said = |column: &mut SerializedColumnWriter<'_>| {
            let words = ["train", "held", "test"].map(ByteArray::from);
            column.typed::<ByteArrayType>().write_batch(&words, None, None).unwrap();
        };
        let schema = "optional group image (LIST) { repeated group list { required int32 element; } }
            required binary split (UTF8);";
        disk::write_aside(&path, &numbers(schema, &[&lists, &said])).unwrap();
        let listing = find(&path).unwrap().listing;
        let parts: Vec<Option<Part>> = listing.items.iter().map(|item| item.part).collect();
        assert_eq!(parts, [Some(Part::Train), None, Some(Part::Test)]);
        assert!(listing.notes[0].ends_with("labels in `label`, splits in `split`"), "{:?}", listing.notes);
        assert!(listing.notes[1].ends_with("are in train: `held` (1)"), "{:?}", listing.notes);
    }
}
