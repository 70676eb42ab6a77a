//! Points in a Parquet file: columns of numbers, or one column of lists of numbers.

use bytes::Bytes;
use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::column::{Column, Texts};
use super::coordinates::{self, Coordinates};
use super::table::Table;

/// Rows that are decoded at once.
const AT_ONCE: usize = 65_536;

/// A column as it is decoded.
enum Found {
    Numbers(Vec<f64>),
    Texts(Texts),
    /// A list a row: all values, and how many each row has.
    Lists(Vec<f32>, Vec<usize>),
}

/// The points in a Parquet file.
pub fn points(bytes: Vec<u8>, notes: &mut Vec<String>) -> Result<Table, String> {
    let broken = |e: ParquetError| format!("is damaged, or packed in a way that is not read ({e})");
    let reader = SerializedFileReader::new(Bytes::from(bytes)).map_err(broken)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let mut columns: Vec<(String, Found)> = Vec::new();
    let mut aside = Vec::new();
    for (leaf, column) in schema.columns().iter().enumerate() {
        let root = schema.get_column_root(leaf).name();
        let name = if column.max_rep_level() > 0 { root.to_owned() } else { column.path().string() };
        match kind(column) {
            None => aside.push(format!("`{name}`")),
            Some(mut found) => {
                for group in 0..reader.num_row_groups() {
                    let pages = reader.get_row_group(group).and_then(|g| g.get_column_reader(leaf)).map_err(broken)?;
                    found.read(pages, column).map_err(broken)?;
                }
                columns.push((name, found));
            }
        }
    }
    if !aside.is_empty() {
        notes.push(format!("columns that are neither numbers nor texts are left aside: {}", aside.join(", ")));
    }
    let lists = columns.iter().filter(|(_, found)| matches!(found, Found::Lists(..))).count();
    if lists > 0 { of_lists(columns, notes) } else { of_numbers(columns, notes) }
}

/// The first column of lists is the coordinates.
fn of_lists(columns: Vec<(String, Found)>, notes: &mut Vec<String>) -> Result<Table, String> {
    let (mut coordinates, mut others) = (None, Vec::new());
    for (name, found) in columns {
        match found {
            Found::Lists(..) if coordinates.is_some() => {
                notes.push(format!("`{name}` holds lists too and is left aside; the first column of lists is read"));
            }
            Found::Lists(values, lengths) => coordinates = Some(rows_of(&name, values, &lengths, notes)?),
            Found::Numbers(numbers) => others.push(Column::of_numbers(name, numbers)),
            Found::Texts(texts) => others.push(Column::of(name, texts)),
        }
    }
    let coordinates = coordinates.ok_or("has no coordinates")?;
    Ok(Table { coordinates, columns: others })
}

/// Rows of equal length; those that are missing or of another length than most become rows without a number.
fn rows_of(name: &str, values: Vec<f32>, lengths: &[usize], notes: &mut Vec<String>) -> Result<Coordinates, String> {
    let mut counts = std::collections::BTreeMap::new();
    lengths.iter().for_each(|length| *counts.entry(*length).or_insert(0_usize) += 1);
    let (dim, rows) = counts.into_iter().max_by_key(|(_, count)| *count).unwrap_or((0, 0));
    if dim < 2 {
        return Err(format!("`{name}` has lists of {dim} numbers; points have at least two coordinates"));
    }
    notes.push(format!("coordinates are the lists in `{name}`"));
    if rows == lengths.len() {
        return Ok(Coordinates::unnamed(values, dim));
    }
    notes.push(format!("{} lists in `{name}` have not {dim} numbers, as most have", lengths.len() - rows));
    let mut whole = Vec::with_capacity(lengths.len() * dim);
    let mut at = 0;
    for length in lengths {
        match length == &dim {
            true => whole.extend_from_slice(&values[at..at + dim]),
            false => whole.extend(std::iter::repeat_n(f32::NAN, dim)),
        }
        at += length;
    }
    Ok(Coordinates::unnamed(whole, dim))
}

fn of_numbers(columns: Vec<(String, Found)>, notes: &mut Vec<String>) -> Result<Table, String> {
    let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
    let is_numbers = |c: &usize| matches!(columns[*c].1, Found::Numbers(_));
    let numbers: Vec<usize> = (0..columns.len()).filter(is_numbers).collect();
    let axes = coordinates::choose(Some(&names), &numbers)?;
    let axis_names: Vec<String> = axes.iter().map(|c| names[*c].clone()).collect();
    notes.push(format!("coordinates are {}", coordinates::short(&axis_names)));
    let (mut chosen, mut others) = (Vec::new(), Vec::new());
    for (place, (name, found)) in columns.into_iter().enumerate() {
        match found {
            Found::Numbers(numbers) if axes.contains(&place) => chosen.push(numbers),
            Found::Numbers(numbers) => others.push(Column::of_numbers(name, numbers)),
            Found::Texts(texts) => others.push(Column::of(name, texts)),
            Found::Lists(..) => {}
        }
    }
    let rows = chosen.first().map_or(0, Vec::len);
    let values = (0..rows).flat_map(|row| chosen.iter().map(move |axis| axis[row] as f32)).collect();
    Ok(Table { coordinates: Coordinates::new(values, axis_names), columns: others })
}

/// What a column is decoded to; nothing if it is neither numbers nor texts, nor a list of numbers.
fn kind(column: &ColumnDescriptor) -> Option<Found> {
    let is_text = matches!(column.logical_type_ref(), Some(LogicalType::String | LogicalType::Enum))
        || matches!(column.converted_type(), ConvertedType::UTF8 | ConvertedType::ENUM);
    match (column.physical_type(), column.max_rep_level()) {
        (Type::BOOLEAN, 0) => Some(Found::Texts(Texts::default())),
        (Type::INT32 | Type::INT64 | Type::FLOAT | Type::DOUBLE, 0) => Some(Found::Numbers(Vec::new())),
        (Type::INT32 | Type::INT64 | Type::FLOAT | Type::DOUBLE, 1) => Some(Found::Lists(Vec::new(), Vec::new())),
        (Type::BYTE_ARRAY, 0) if is_text => Some(Found::Texts(Texts::default())),
        _ => None,
    }
}

impl Found {
    /// Adds the rows of a row group.
    fn read(&mut self, pages: ColumnReader, column: &ColumnDescriptor) -> Result<(), ParquetError> {
        match pages {
            ColumnReader::BoolColumnReader(r) => {
                entries(r, column, |e| self.text(e.value.map_or("", |v| if v { "true" } else { "false" })))
            }
            ColumnReader::Int32ColumnReader(r) => entries(r, column, |e| self.number(e.map(f64::from))),
            ColumnReader::Int64ColumnReader(r) => {
                let is_time = matches!(column.logical_type_ref(), Some(LogicalType::Timestamp { .. }));
                entries(r, column, |e| self.whole(e, is_time))
            }
            ColumnReader::FloatColumnReader(r) => entries(r, column, |e| self.number(e.map(f64::from))),
            ColumnReader::DoubleColumnReader(r) => entries(r, column, |e| self.number(e)),
            ColumnReader::ByteArrayColumnReader(r) => entries(r, column, |e| {
                self.text(&e.value.as_ref().map_or("".into(), |v| String::from_utf8_lossy(v.data())));
            }),
            _ => Ok(()),
        }
    }

    fn text(&mut self, text: &str) {
        if let Self::Texts(texts) = self {
            texts.push(text);
        }
    }

    /// A whole number; a column with one that is not told from the next as a number, and is no time, becomes one of texts.
    fn whole(&mut self, entry: Entry<i64>, is_time: bool) {
        if let (Self::Numbers(numbers), Some(value), false) = (&*self, entry.value, is_time)
            && value.unsigned_abs() >= 1 << 53
        {
            let mut texts = Texts::default();
            let printed = numbers.iter().map(|v| if v.is_nan() { String::new() } else { v.to_string() });
            printed.for_each(|text| texts.push(&text));
            *self = Self::Texts(texts);
        }
        match self {
            Self::Texts(texts) => texts.push(&entry.value.map_or_else(String::new, |v| v.to_string())),
            _ => self.number(entry.map(|v| v as f64)),
        }
    }

    fn number(&mut self, entry: Entry<f64>) {
        match self {
            Self::Numbers(numbers) => numbers.push(entry.value.unwrap_or(f64::NAN)),
            Self::Lists(values, lengths) => {
                if entry.begins {
                    lengths.push(0);
                }
                if entry.is_there
                    && let Some(length) = lengths.last_mut()
                {
                    *length += 1;
                    values.push(entry.value.map_or(f32::NAN, |v| v as f32));
                }
            }
            Self::Texts(_) => {}
        }
    }
}

/// A value of a column, or that there is none.
struct Entry<V> {
    value: Option<V>,
    /// Whether it begins a row.
    begins: bool,
    /// Whether it is an element of a list, missing or not, and no list without elements.
    is_there: bool,
}

impl<V> Entry<V> {
    fn map<W>(self, f: impl FnOnce(V) -> W) -> Entry<W> {
        Entry { value: self.value.map(f), begins: self.begins, is_there: self.is_there }
    }
}

fn entries<T: DataType>(
    mut pages: ColumnReaderImpl<T>,
    column: &ColumnDescriptor,
    mut each: impl FnMut(Entry<T::T>),
) -> Result<(), ParquetError> {
    let whole = column.max_def_level();
    let may_be_missing = i16::from(column.self_type().is_optional());
    loop {
        let (mut defined, mut repeated, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let (_, _, levels) = pages.read_records(AT_ONCE, Some(&mut defined), Some(&mut repeated), &mut values)?;
        if levels == 0 {
            return Ok(());
        }
        let mut values = values.into_iter();
        for level in 0..levels {
            let defined = defined.get(level).copied().unwrap_or(whole);
            each(Entry {
                value: if defined == whole { values.next() } else { None },
                begins: repeated.get(level).is_none_or(|r| *r == 0),
                is_there: defined >= whole - may_be_missing,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, FloatType, Int64Type};
    use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
    use parquet::schema::parser::parse_message_type;

    use super::*;

    type Write<'a> = &'a dyn Fn(&mut SerializedColumnWriter<'_>);

    /// A file with these columns, in two row groups of the same rows.
    fn file(schema: &str, columns: &[Write<'_>]) -> Vec<u8> {
        let schema = Arc::new(parse_message_type(&format!("message points {{ {schema} }}")).unwrap());
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
        for _ in 0..2 {
            let mut group = writer.next_row_group().unwrap();
            for write in columns {
                let mut column = group.next_column().unwrap().unwrap();
                write(&mut column);
                column.close().unwrap();
            }
            group.close().unwrap();
        }
        writer.into_inner().unwrap()
    }

    #[test]
    fn coordinates_are_columns_of_numbers_or_one_of_lists() {
        let words: Vec<ByteArray> = ["a", "b"].map(ByteArray::from).to_vec();
        let text = |c: &mut SerializedColumnWriter<'_>| {
            c.typed::<ByteArrayType>().write_batch(&words, Some(&[1, 0, 1]), None).unwrap();
        };
        let x = |c: &mut SerializedColumnWriter<'_>| {
            c.typed::<DoubleType>().write_batch(&[1.0, 2.0, 3.0], None, None).unwrap();
        };
        let y = |c: &mut SerializedColumnWriter<'_>| {
            c.typed::<FloatType>().write_batch(&[4.0, 6.0], Some(&[1, 0, 1]), None).unwrap();
        };
        let label = |c: &mut SerializedColumnWriter<'_>| {
            c.typed::<Int64Type>().write_batch(&[7, 8, 7], None, None).unwrap();
        };
        let schema = "required double x; optional float y; required int64 label; optional binary word (STRING);";
        let table = points(file(schema, &[&x, &y, &label, &text]), &mut Vec::new()).unwrap();
        let values = &table.coordinates.values;
        assert_eq!((table.coordinates.dim, values[0], values[1], values[4]), (2, 1.0, 4.0, 3.0));
        assert!(values[3].is_nan() && values.len() == 12, "{values:?}");
        let cells: Vec<_> = table.columns.iter().map(|c| (c.name.as_str(), c.kind(), c.cell(2).into_owned())).collect();
        assert_eq!(cells, [("label", "classes", "7".to_owned()), ("word", "classes", "b".to_owned())]);
        assert_eq!(table.columns[1].cell(1), "");
        // Numbers that are not told from each other as such are names, and times are numbers all the same.
        let whole = |c: &mut SerializedColumnWriter<'_>| {
            c.typed::<Int64Type>().write_batch(&[3, (1 << 53) + 1, 1 << 53], Some(&[1, 1, 1]), None).unwrap();
        };
        let schema =
            "required double x; optional double y; optional int64 id; optional int64 t (TIMESTAMP(NANOS,true));";
        let both = |c: &mut SerializedColumnWriter<'_>| {
            c.typed::<DoubleType>().write_batch(&[1.0, 2.0, 3.0], Some(&[1, 1, 1]), None).unwrap();
        };
        let table = points(file(schema, &[&x, &both, &whole, &whole]), &mut Vec::new()).unwrap();
        let kinds: Vec<_> = table.columns.iter().map(|c| (c.name.as_str(), c.kind())).collect();
        assert_eq!(kinds, [("id", "classes"), ("t", "numbers")]);
        let cells = [0, 1, 2].map(|row| table.columns[0].cell(row).into_owned());
        assert_eq!(cells, ["3", "9007199254740993", "9007199254740992"]);

        // Lists of two numbers; one has a number missing, one is missing as a whole, one is shorter.
        let lists = |c: &mut SerializedColumnWriter<'_>| {
            let (defined, repeated) = ([3, 3, 3, 2, 0, 3], [0, 1, 0, 1, 0, 0]);
            c.typed::<FloatType>().write_batch(&[1.0, 2.0, 3.0, 9.0], Some(&defined), Some(&repeated)).unwrap();
        };
        let schema = "optional group codes (LIST) { repeated group list { optional float element; } }";
        let mut notes = Vec::new();
        let table = points(file(schema, &[&lists]), &mut notes).unwrap();
        let values = &table.coordinates.values;
        assert_eq!((table.coordinates.dim, table.coordinates.rows(), &values[..3]), (2, 8, &[1.0, 2.0, 3.0][..]));
        assert!(values[3..8].iter().all(|v| v.is_nan()), "{values:?}");
        assert!(notes.iter().any(|n| n.contains("4 lists in `codes` have not 2 numbers")), "{notes:?}");
        assert!(points(b"PAR1".to_vec(), &mut Vec::new()).is_err());
    }
}
