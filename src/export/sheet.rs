//! A table written row by row, as comma-separated text or as NumPy arrays, in little memory however long it is.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, Write};
use std::path::{Path, PathBuf};

use super::cells::{Cell, Column, Kind};
#[cfg(feature = "parquet")]
use super::columnar::Columnar;
use super::error::ExportError;
use crate::disk;
use crate::figures::csv_field;
use crate::labelling::npy;

/// The files of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One CSV file a table; images in an NPY file beside it.
    #[default]
    Csv,
    /// One NPZ file a table, with an array for each column.
    Npz,
    /// One Parquet file a table.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Format {
    /// Every format with its name, as far as the program was built with it.
    pub const ALL: &[(&str, Self)] = &[
        ("csv", Self::Csv),
        ("npz", Self::Npz),
        #[cfg(feature = "parquet")]
        ("parquet", Self::Parquet),
    ];
}

/// A table in the making: each row goes to a file at once.
pub struct Sheet<'a> {
    columns: &'a [Column],
    /// The rows as text, in a temporary file until the last.
    text: Option<BufWriter<File>>,
    /// For each column its values, if they become an array.
    arrays: Vec<Option<Array>>,
    /// The rows as Parquet, instead of both.
    #[cfg(feature = "parquet")]
    columnar: Option<Columnar>,
    rows: usize,
}

impl<'a> Sheet<'a> {
    fn new(columns: &'a [Column], format: Format) -> io::Result<Self> {
        let becomes_array = |column: &Column| match format {
            Format::Csv => column.kind == Kind::Image,
            Format::Npz => true,
            #[cfg(feature = "parquet")]
            Format::Parquet => false,
        };
        let array = |column: &Column| becomes_array(column).then(|| Array::new(column.kind)).transpose();
        let arrays = columns.iter().map(array).collect::<io::Result<_>>()?;
        let text = (format == Format::Csv).then(tempfile::tempfile).transpose()?;
        let mut sheet = Self {
            columns,
            text: text.map(BufWriter::new),
            arrays,
            #[cfg(feature = "parquet")]
            columnar: (format == Format::Parquet).then(|| Columnar::new(columns)).transpose()?,
            rows: 0,
        };
        if let Some(text) = &mut sheet.text {
            let mut names = Vec::new();
            for column in columns {
                match column.kind {
                    Kind::Singles(width) => names.extend((0..width).map(|i| format!("{}_{i}", column.name))),
                    Kind::Image => {}
                    _ => names.push(column.name.to_owned()),
                }
            }
            writeln!(text, "{}", names.join(","))?;
        }
        Ok(sheet)
    }

    /// Adds a row with a value for each column.
    pub fn row<'c>(&mut self, cells: impl IntoIterator<Item = Cell<'c>>) -> io::Result<()> {
        #[cfg(feature = "parquet")]
        if let Some(columnar) = &mut self.columnar {
            self.rows += 1;
            return columnar.row(self.columns, cells);
        }
        let mut line = String::new();
        let mut given = 0;
        for ((cell, column), array) in cells.into_iter().zip(self.columns).zip(&mut self.arrays) {
            given += 1;
            match array {
                Some(array) => array.push(cell)?,
                None => add(&mut line, column.kind, cell),
            }
        }
        if given != self.columns.len() {
            return Err(io::Error::other(format!("{given} values for {} columns", self.columns.len())));
        }
        if let Some(text) = &mut self.text {
            line.pop();
            writeln!(text, "{line}")?;
        }
        self.rows += 1;
        Ok(())
    }
}

/// Adds a cell of CSV with a comma behind it.
fn add(line: &mut String, kind: Kind, cell: Cell<'_>) {
    use std::fmt::Write as _;
    // Writing to a String cannot fail.
    let _ = match (cell, kind) {
        (Cell::Singles(values), _) => values.iter().try_for_each(|v| write!(line, "{v},")),
        (_, Kind::Singles(width)) => (0..width).try_for_each(|_| write!(line, ",")),
        (Cell::Missing | Cell::Image(_), _) => write!(line, ","),
        (Cell::Text(text), _) => write!(line, "{},", csv_field(text)),
        (Cell::Whole(value), _) => write!(line, "{value},"),
        (Cell::Seed(value), _) => write!(line, "{value},"),
        (Cell::Single(value), _) => write!(line, "{value},"),
        (Cell::Double(value), _) => write!(line, "{value},"),
    };
}

/// Writes the table that `fill` gives the rows of, as `STEM.csv` (images in `STEM_COLUMN.npy`), `STEM.npz` or
/// `STEM.parquet`; nothing if there is no row. Returns the number of rows and the files.
pub fn write(
    folder: &Path,
    stem: &str,
    columns: &[Column],
    format: Format,
    fill: impl FnOnce(&mut Sheet<'_>) -> Result<(), ExportError>,
) -> Result<(usize, Vec<PathBuf>), ExportError> {
    let at = |name: String| folder.join(name);
    let extension = Format::ALL.iter().find(|(_, other)| *other == format).map_or("", |(name, _)| name);
    let path = at(format!("{stem}.{extension}"));
    let mut sheet = Sheet::new(columns, format)?;
    fill(&mut sheet).map_err(|e| e.at(&path))?;
    if sheet.rows == 0 {
        return Ok((0, Vec::new()));
    }
    #[cfg(feature = "parquet")]
    if let Some(columnar) = sheet.columnar.take() {
        let mut whole = columnar.finish().map_err(|e| ExportError::Row(e).at(&path))?;
        whole.rewind()?;
        put(&path, |file| io::copy(&mut whole, file).map(drop))?;
        return Ok((sheet.rows, vec![path]));
    }
    let Sheet { text, arrays, rows, .. } = sheet;
    let arrays = columns.iter().zip(arrays).filter_map(|(column, array)| Some((column.name, array?)));
    let mut files = vec![path.clone()];
    let Some(text) = text else {
        let mut packed = zip::ZipWriter::new(tempfile::tempfile()?);
        let options = zip::write::SimpleFileOptions::default().large_file(true);
        let options = options.compression_method(zip::CompressionMethod::Stored);
        let mut pack = |name: &str, array: Array| {
            packed.start_file(format!("{name}.npy"), options)?;
            array.write(rows, &mut packed)
        };
        for (name, array) in arrays {
            pack(name, array).map_err(|e| ExportError::Row(e).at(&path))?;
        }
        let mut packed = packed.finish().map_err(io::Error::from)?;
        packed.rewind()?;
        put(&path, |file| io::copy(&mut packed, file).map(drop))?;
        return Ok((rows, files));
    };
    let mut text = rewound(text)?;
    put(&path, |file| io::copy(&mut text, file).map(drop))?;
    for (name, array) in arrays {
        let path = at(format!("{stem}_{name}.npy"));
        put(&path, |file| array.write(rows, file))?;
        files.push(path);
    }
    Ok((rows, files))
}

fn put(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), ExportError> {
    disk::write_aside_with(path, write).map_err(|e| ExportError::Row(e).at(path))
}

/// A temporary file from its start.
fn rewound(file: BufWriter<File>) -> io::Result<File> {
    let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(file)
}

/// The values of a column, in a temporary file until their number is known.
struct Array {
    kind: Kind,
    values: BufWriter<File>,
    /// Pixels of an image, once there is one.
    pixels: usize,
    /// Texts by their numbers, and the number of each.
    texts: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Array {
    fn new(kind: Kind) -> io::Result<Self> {
        let values = BufWriter::new(tempfile::tempfile()?);
        Ok(Self { kind, values, pixels: 0, texts: Vec::new(), numbers: HashMap::new() })
    }

    fn push(&mut self, cell: Cell<'_>) -> io::Result<()> {
        let missing = matches!(cell, Cell::Missing);
        let mut put = |bytes: &[u8]| self.values.write_all(bytes);
        match (self.kind, cell) {
            (Kind::Text, Cell::Text(_) | Cell::Missing) => {
                let text = if let Cell::Text(text) = cell { text } else { "" };
                let number = self.numbers.get(text).copied().unwrap_or_else(|| {
                    let number = self.texts.len() as u32;
                    self.texts.push(text.to_owned());
                    self.numbers.insert(text.to_owned(), number);
                    number
                });
                put(&number.to_le_bytes())
            }
            (Kind::Whole, Cell::Whole(value)) => put(&value.to_le_bytes()),
            (Kind::Whole, _) if missing => put(&(-1_i64).to_le_bytes()),
            (Kind::Seed, Cell::Seed(value)) => put(&value.to_le_bytes()),
            (Kind::Single, Cell::Single(value)) => put(&value.to_le_bytes()),
            (Kind::Single, _) if missing => put(&f32::NAN.to_le_bytes()),
            (Kind::Double, Cell::Double(value)) => put(&value.to_le_bytes()),
            (Kind::Double, _) if missing => put(&f64::NAN.to_le_bytes()),
            (Kind::Singles(width), Cell::Singles(values)) if values.len() == width => {
                values.iter().try_for_each(|value| put(&value.to_le_bytes()))
            }
            (Kind::Singles(width), _) if missing => (0..width).try_for_each(|_| put(&f32::NAN.to_le_bytes())),
            (Kind::Image, Cell::Image(pixels)) if [0, pixels.len()].contains(&self.pixels) => {
                self.pixels = pixels.len();
                put(pixels)
            }
            (kind, cell) => Err(io::Error::other(format!("a value of {kind:?} was expected, not {cell:?}"))),
        }
    }

    /// Writes the column as an NPY file of so many rows.
    fn write(self, rows: usize, to: &mut dyn Write) -> io::Result<()> {
        let mut values = rewound(self.values)?;
        let longest = self.texts.iter().map(|t| t.chars().count()).max().unwrap_or(0).max(1);
        let (descr, shape) = match self.kind {
            Kind::Text => (format!("<U{longest}"), vec![rows]),
            Kind::Whole => ("<i8".into(), vec![rows]),
            Kind::Seed => ("<u8".into(), vec![rows]),
            Kind::Single => ("<f4".into(), vec![rows]),
            Kind::Double => ("<f8".into(), vec![rows]),
            Kind::Singles(width) => ("<f4".into(), vec![rows, width]),
            Kind::Image => ("|u1".into(), vec![rows, self.pixels]),
        };
        to.write_all(&npy::header(&descr, &shape))?;
        if self.kind != Kind::Text {
            return io::copy(&mut values, to).map(|_| ());
        }
        // UTF-32, each text padded with zeros to the longest.
        let padded = |text: &String| -> Vec<u8> {
            let letters = text.chars().map(u32::from).chain(std::iter::repeat(0)).take(longest);
            letters.flat_map(u32::to_le_bytes).collect()
        };
        let texts: Vec<Vec<u8>> = self.texts.iter().map(padded).collect();
        let mut numbers = BufReader::new(values);
        let mut number = [0; 4];
        for _ in 0..rows {
            numbers.read_exact(&mut number)?;
            to.write_all(&texts[u32::from_le_bytes(number) as usize])?;
        }
        Ok(())
    }
}
