//! The cells of Parquet as numbers, labels, lists and splits, which column has the labels, and what Hugging Face says of
//! it.

use bytes::Bytes;
use parquet::basic::{ConvertedType, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::Type;
use serde_json::Value;

use super::cells::{is_index, unread_split};
use super::split_columns::Splits;
use crate::dataset::own::labels::RawLabel;
use crate::dataset::own::listing::Part;
use crate::dataset::own::tree::Entry;

/// Names of the column with the label, the first that is there.
const LABELS: [&str; 18] = [
    "label",
    "labels",
    "fine_label",
    "class",
    "target",
    "category",
    "digit",
    "character",
    "coarse_label",
    "y",
    "species",
    "emotion",
    "diagnosis",
    "classes",
    "targets",
    "letter",
    "finding",
    "dx",
];
/// The entry of a file's metadata that Hugging Face writes.
pub const FEATURES: &str = "huggingface";

/// Adds the numbers of a list, also of lists in it, and says its sides; `None` if they differ or something is no number.
pub fn flat(field: &Field, into: &mut Vec<f32>) -> Option<Vec<usize>> {
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
pub fn number(field: &Field) -> Option<f64> {
    match (label_of(field.clone()), field) {
        (RawLabel::Number(number), _) => Some(number),
        (_, Field::Null) => Some(f64::NAN),
        _ => None,
    }
}

pub fn label_of(field: Field) -> RawLabel {
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
pub fn features(metadata: Option<&Vec<parquet::file::metadata::KeyValue>>) -> Value {
    let entry = metadata.into_iter().flatten().find(|entry| entry.key == FEATURES);
    let parsed: Option<Value> = entry.and_then(|e| serde_json::from_str(e.value.as_deref()?).ok());
    parsed.map_or(Value::Null, |mut parsed| parsed["info"]["features"].take())
}

/// What the rows of a file say of their splits.
pub struct Said {
    /// The columns in which they do.
    pub columns: Vec<String>,
    /// The split of each row, or what its cells say instead; empty without such columns.
    pub rows: Vec<Result<Part, String>>,
    /// What is told of columns that are called so and say none.
    pub unread: Option<String>,
}

/// What some columns of a file say of the splits of its rows.
pub fn said(reader: &SerializedFileReader<Bytes>, names: &[String]) -> Result<Said, ParquetError> {
    let root = reader.metadata().file_metadata().schema_descr().root_schema();
    let is_asked = |name: &str| names.iter().any(|asked| asked == name);
    let is_text = |f: &Type| f.get_basic_info().converted_type() == ConvertedType::UTF8;
    let is_cell = |f: &Type| f.is_primitive() && (f.get_physical_type() != PhysicalType::BYTE_ARRAY || is_text(f));
    let fields: Vec<_> = root.get_fields().iter().filter(|f| is_cell(f) && is_asked(f.name())).cloned().collect();
    let header: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
    let mut cells: Vec<Vec<String>> = Vec::new();
    if !fields.is_empty() {
        let schema = Type::group_type_builder(root.name()).with_fields(fields).build()?;
        for row in reader.get_row_iter(Some(schema))? {
            cells.push(row?.into_columns().into_iter().map(|(_, field)| text_of(field)).collect());
        }
    }
    let splits = Splits::find(&header, &cells);
    let unread = unread_split(&header, &cells, &splits.columns());
    let columns = splits.columns().into_iter().map(|column| header[column].clone()).collect();
    let rows = cells.iter().filter_map(|row| splits.of(row)).collect();
    Ok(Said { columns, rows, unread })
}

/// A cell as a table of text would have it; nothing for bytes and lists.
fn text_of(field: Field) -> String {
    match field {
        Field::Str(text) => text,
        Field::Null | Field::Bytes(_) | Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => {
            String::new()
        }
        other => other.to_string(),
    }
}

/// Whether a column numbers the rows, as pandas writes it or by its name.
pub fn is_number_of_row(name: &str) -> bool {
    name.starts_with("__index_level") || is_index(name)
}

/// Whether a column has the names of the rows or their numbers.
pub fn names_row(name: &str) -> bool {
    let is_name = ["path", "file", "filename", "file_name"].contains(&name.to_lowercase().as_str());
    is_name || is_number_of_row(name)
}

/// The names of a label's classes, of which a row may have a list.
pub fn class_names(features: &Value, label: Option<&str>) -> Option<Vec<String>> {
    let feature = &features[label?];
    let names = feature["names"].as_array().or_else(|| feature["feature"]["names"].as_array())?;
    names.iter().map(|name| name.as_str().map(str::to_owned)).collect()
}

/// The column of the label by its name, or as Hugging Face declares it.
pub fn label_in(fields: &[(&String, &Field)], features: &Value) -> Option<String> {
    let is_class = |name: &&String| features[name.as_str()]["_type"] == "ClassLabel";
    let columns = || fields.iter().map(|(name, _)| *name);
    let named = || LABELS.iter().find_map(|l| columns().find(|c| c.eq_ignore_ascii_case(l)));
    // Of two class labels, as CIFAR-100 has, the one of the usual name.
    let declared: Vec<&String> = columns().filter(is_class).collect();
    named().filter(|n| declared.is_empty() || declared.contains(n)).or(declared.first().copied()).cloned()
}

/// The label that a folder of a file has in its name, as in `label=cat`: so a table is written in parts.
pub fn label_of_folder(file: &Entry) -> Option<RawLabel> {
    file.folders().iter().find_map(|folder| {
        let (column, value) = folder.split_once('=')?;
        LABELS.contains(&column.to_lowercase().as_str()).then(|| RawLabel::of_text(value))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int32Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    #[test]
    fn of_several_columns_of_splits_those_that_say_them_are_read() {
        let schema = "message m { required int32 fold; required binary phase (UTF8); required boolean is_test; }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int32Type>().write_batch(&[0, 1, 2], None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column
            .typed::<ByteArrayType>()
            .write_batch(&["train", "val", "test"].map(ByteArray::from), None, None)
            .unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<BoolType>().write_batch(&[false, false, true], None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        let reader = SerializedFileReader::new(Bytes::from(writer.into_inner().unwrap())).unwrap();
        let (train, validation, test) = (Ok(Part::Train), Ok(Part::Validation), Ok(Part::Test));
        for (names, columns, rows, unread) in [
            ("fold phase", "phase", vec![train.clone(), validation, test.clone()], true),
            ("fold is_test", "is_test", vec![train.clone(), train, test], true),
            ("fold", "", Vec::new(), true),
            ("image", "", Vec::new(), false),
        ] {
            let names: Vec<String> = names.split(' ').map(str::to_owned).collect();
            let found = said(&reader, &names).unwrap();
            assert_eq!((found.columns.join(" "), found.rows), (columns.to_owned(), rows), "{names:?}");
            assert_eq!(found.unread.is_some(), unread, "{names:?}: {:?}", found.unread);
        }
    }

    #[test]
    fn classes_have_names_in_lists_of_labels_too() {
        let features = serde_json::json!({
            "label": {"names": ["cat", "dog"], "_type": "ClassLabel"},
            "labels": {"feature": {"names": ["owl"], "_type": "ClassLabel"}, "_type": "Sequence"},
        });
        let names = ["label", "labels", "other"].map(|label| class_names(&features, Some(label)));
        let expected = [Some(vec!["cat", "dog"]), Some(vec!["owl"]), None];
        assert_eq!(names, expected.map(|names| names.map(|names| names.into_iter().map(str::to_owned).collect())));
    }
}
