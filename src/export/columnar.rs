//! A table as Parquet, written in groups of rows, so that it needs little memory however long it is.

use std::fs::File;
use std::io;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::cells::{Cell, Column, Kind};

/// A group of rows ends with this many, or with so many bytes of texts and images.
const ROWS: usize = 1 << 16;
const BYTES: usize = 1 << 25;

/// The file in the making.
pub struct Columnar {
    writer: SerializedFileWriter<File>,
    columns: Vec<Values>,
    rows: usize,
    bytes: usize,
}

/// Values of a column that are not written yet, and for each row 1 if it has one.
struct Values {
    of: Of,
    present: Vec<i16>,
}

enum Of {
    Bytes(Vec<ByteArray>),
    Whole(Vec<i64>),
    Single(Vec<f32>),
    Double(Vec<f64>),
}

impl Columnar {
    /// Begins a file with these columns; so many numbers a row are columns NAME_0, NAME_1, ..., as in CSV.
    pub fn new(columns: &[Column]) -> io::Result<Self> {
        let mut fields = Vec::new();
        let mut values = Vec::new();
        for column in columns {
            let names = match column.kind {
                Kind::Singles(width) => (0..width).map(|i| format!("{}_{i}", column.name)).collect(),
                _ => vec![column.name.to_owned()],
            };
            for name in names {
                let (physical, logical, of) = match column.kind {
                    Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String), Of::Bytes(Vec::new())),
                    Kind::Image => (Physical::BYTE_ARRAY, None, Of::Bytes(Vec::new())),
                    Kind::Whole => (Physical::INT64, None, Of::Whole(Vec::new())),
                    Kind::Seed => (Physical::INT64, Some(LogicalType::integer(64, false)), Of::Whole(Vec::new())),
                    Kind::Single | Kind::Singles(_) => (Physical::FLOAT, None, Of::Single(Vec::new())),
                    Kind::Double => (Physical::DOUBLE, None, Of::Double(Vec::new())),
                };
                let field = Type::primitive_type_builder(&name, physical).with_logical_type(logical);
                let field = field.with_repetition(Repetition::OPTIONAL).build().map_err(other)?;
                fields.push(Arc::new(field));
                values.push(Values { of, present: Vec::new() });
            }
        }
        let schema = Type::group_type_builder("table").with_fields(fields).build().map_err(other)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = tempfile::tempfile()?;
        let writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).map_err(other)?;
        Ok(Self { writer, columns: values, rows: 0, bytes: 0 })
    }

    /// Adds a row with a value for each column of the table.
    pub fn row<'c>(&mut self, columns: &[Column], cells: impl IntoIterator<Item = Cell<'c>>) -> io::Result<()> {
        let mut at = 0;
        for (column, cell) in columns.iter().zip(cells) {
            let width = if let Kind::Singles(width) = column.kind { width } else { 1 };
            for (i, values) in self.columns[at..at + width].iter_mut().enumerate() {
                self.bytes += values.push(part(cell, i))?;
            }
            at += width;
        }
        if at != self.columns.len() {
            return Err(io::Error::other(format!("a row fills {at} of {} columns", self.columns.len())));
        }
        self.rows += 1;
        if self.rows >= ROWS || self.bytes >= BYTES {
            self.end_group()?;
        }
        Ok(())
    }

    /// Writes the rows that are held.
    fn end_group(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group().map_err(other)?;
        for values in &mut self.columns {
            let Some(mut column) = group.next_column().map_err(other)? else { break };
            let present = Some(&values.present[..]);
            let written = match (column.untyped(), &values.of) {
                (ColumnWriter::ByteArrayColumnWriter(to), Of::Bytes(all)) => to.write_batch(all, present, None),
                (ColumnWriter::Int64ColumnWriter(to), Of::Whole(all)) => to.write_batch(all, present, None),
                (ColumnWriter::FloatColumnWriter(to), Of::Single(all)) => to.write_batch(all, present, None),
                (ColumnWriter::DoubleColumnWriter(to), Of::Double(all)) => to.write_batch(all, present, None),
                _ => Err(ParquetError::General("a column has values of another type".into())),
            };
            written.and_then(|_| column.close()).map_err(other)?;
            values.clear();
        }
        group.close().map_err(other)?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }

    /// The whole file.
    pub fn finish(mut self) -> io::Result<File> {
        self.end_group()?;
        self.writer.into_inner().map_err(other)
    }
}

impl Values {
    /// Adds a value, or that there is none; returns the bytes that it takes besides numbers.
    fn push(&mut self, cell: Cell<'_>) -> io::Result<usize> {
        self.present.push(i16::from(cell != Cell::Missing));
        let mut length = 0;
        let mut bytes = |bytes: &[u8]| {
            length = bytes.len();
            ByteArray::from(bytes.to_vec())
        };
        match (&mut self.of, cell) {
            (_, Cell::Missing) => {}
            (Of::Bytes(all), Cell::Text(text)) => all.push(bytes(text.as_bytes())),
            (Of::Bytes(all), Cell::Image(pixels)) => all.push(bytes(pixels)),
            (Of::Whole(all), Cell::Whole(value)) => all.push(value),
            // The same 64 bits; the column says that they have no sign.
            (Of::Whole(all), Cell::Seed(value)) => all.push(value.cast_signed()),
            (Of::Single(all), Cell::Single(value)) => all.push(value),
            (Of::Double(all), Cell::Double(value)) => all.push(value),
            (_, cell) => return Err(io::Error::other(format!("{cell:?} is not of the type of its column"))),
        }
        Ok(length)
    }

    fn clear(&mut self) {
        self.present.clear();
        match &mut self.of {
            Of::Bytes(all) => all.clear(),
            Of::Whole(all) => all.clear(),
            Of::Single(all) => all.clear(),
            Of::Double(all) => all.clear(),
        }
    }
}

/// The value of a cell in one of the columns that it fills.
fn part(cell: Cell<'_>, at: usize) -> Cell<'_> {
    match cell {
        Cell::Singles(values) => values.get(at).map_or(Cell::Missing, |value| Cell::Single(*value)),
        cell => cell,
    }
}

fn other(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
mod tests {
    use std::io::Seek as _;

    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    use super::*;

    #[test]
    fn every_kind_of_value_is_read_back_over_groups_and_a_missing_one_is_none() {
        let column = |name, kind| Column { name, kind };
        let columns = [
            column("name", Kind::Text),
            column("count", Kind::Whole),
            column("seed", Kind::Seed),
            column("loss", Kind::Single),
            column("share", Kind::Double),
            column("code", Kind::Singles(2)),
            column("pixels", Kind::Image),
        ];
        let mut table = Columnar::new(&columns).unwrap();
        let rows: [[Cell<'_>; 7]; 2] = [
            [
                Cell::Text("a, \"b\""),
                Cell::Whole(-3),
                Cell::Seed(u64::MAX),
                Cell::Single(0.1),
                Cell::Double(1e-300),
                Cell::Singles(&[1.5, -2.0]),
                Cell::Image(&[0, 255]),
            ],
            [Cell::Missing; 7],
        ];
        for row in rows {
            table.row(&columns, row).unwrap();
            table.end_group().unwrap();
        }
        assert!(table.row(&columns, [Cell::Missing; 2]).is_err());
        assert!(table.row(&columns, [Cell::Whole(1); 7]).is_err());
        let mut table = Columnar::new(&columns).unwrap();
        for row in rows {
            table.row(&columns, row).unwrap();
            table.end_group().unwrap();
        }
        let mut file = table.finish().unwrap();
        file.rewind().unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let read: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        assert_eq!(
            read,
            [
                "{name: \"a, \"b\"\", count: -3, seed: 18446744073709551615, loss: 0.1, share: 1E-300, code_0: 1.5, code_1: \
                 -2E0, pixels: [0, 255]}",
                "{name: null, count: null, seed: null, loss: null, share: null, code_0: null, code_1: null, pixels: null}",
            ]
        );
    }
}
