//! NumPy's NPY files for images: two-dimensional, written as float32, read from the plain number types.

use std::path::Path;

use crate::{disk, paths};

/// A two-dimensional array, row by row.
///
/// Invariant: values.len() == rows * columns.
#[derive(Debug, Clone, PartialEq)]
pub struct NpyImage {
    pub rows: usize,
    pub columns: usize,
    /// Row by row.
    pub values: Vec<f32>,
}

/// Why a file is not an NPY image.
#[derive(Debug, thiserror::Error)]
pub enum NpyError {
    #[error("cannot read {path}: {source}")]
    Io { path: String, source: std::io::Error },
    #[error("not an NPY file, or cut short")]
    Malformed,
    #[error("NPY data of type {0} are not supported: use float32, float64, uint8 or bool")]
    Type(String),
    /// Its axes, as the file's header has them.
    #[error("it must have two dimensions, but the shape is ({0})")]
    Shape(String),
}

impl NpyImage {
    /// Reads a file of two dimensions; errors name it only where it cannot be opened.
    pub fn read(path: &Path) -> Result<Self, NpyError> {
        Self::from_bytes(
            &paths::read(path).map_err(|source| NpyError::Io { path: path.display().to_string(), source })?,
        )
    }

    /// Reads versions 1 to 3; little-endian numbers; C or Fortran order.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NpyError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(NpyError::Malformed)?;
        let (length, rest) = match rest {
            [1, _, a, b, rest @ ..] => (usize::from(u16::from_le_bytes([*a, *b])), rest),
            [2 | 3, _, a, b, c, d, rest @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, rest),
            _ => return Err(NpyError::Malformed),
        };
        let (header, data) = rest.split_at_checked(length).ok_or(NpyError::Malformed)?;
        let header = String::from_utf8_lossy(header);
        let kind = field(&header, "'descr':").ok_or(NpyError::Malformed)?.trim_matches(['\'', '"']).to_owned();
        let fortran = field(&header, "'fortran_order':").ok_or(NpyError::Malformed)? == "True";
        let shape = header.split_once("'shape':").and_then(|(_, tail)| tail.split_once('(')?.1.split_once(')'));
        let shape = shape.ok_or(NpyError::Malformed)?.0;
        let sizes: Vec<usize> = shape.split(',').filter_map(|s| s.trim().parse().ok()).collect();
        let [rows, columns] = sizes[..] else { return Err(NpyError::Shape(shape.to_owned())) };
        let count = rows.checked_mul(columns).ok_or(NpyError::Malformed)?;

        let stored = numbers(&kind, data, count)?;
        let values =
            if fortran { (0..count).map(|i| stored[(i % columns) * rows + i / columns]).collect() } else { stored };
        Ok(Self { rows, columns, values })
    }

    /// Writes a file aside and renames it; a reader never sees a part of it.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        disk::write_aside(path, &self.to_bytes())
    }

    /// Writes version 1, float32, C order, with data aligned to 64 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = header("<f4", &[self.rows, self.columns]);
        bytes.extend(self.values.iter().flat_map(|v| v.to_le_bytes()));
        bytes
    }
}

/// The start of an NPY file (version 1) of numbers of type `descr` in C order; the data follow, aligned to 64 bytes.
pub fn header(descr: &str, shape: &[usize]) -> Vec<u8> {
    // A tuple of one has a comma.
    let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
    let sizes = if shape.len() == 1 { sizes.trim_end() } else { sizes.trim_end_matches(", ") };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sizes}), }}");
    let unpadded = MAGIC.len() + 4 + header.len() + 1;
    header.extend(std::iter::repeat_n(' ', unpadded.next_multiple_of(ALIGNMENT) - unpadded));
    header.push('\n');
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes
}

const MAGIC: &[u8] = b"\x93NUMPY";
const ALIGNMENT: usize = 64;

/// The value after a key of the header, up to the comma.
fn field<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    Some(header.split_once(key)?.1.split_once(',')?.0.trim())
}

fn numbers(kind: &str, data: &[u8], count: usize) -> Result<Vec<f32>, NpyError> {
    let size = match kind {
        "<f4" => 4,
        "<f8" => 8,
        "|u1" | "|b1" => 1,
        other => return Err(NpyError::Type(other.to_owned())),
    };
    let data = count.checked_mul(size).and_then(|length| data.get(..length)).ok_or(NpyError::Malformed)?;
    let number = |bytes: &[u8]| match *bytes {
        [a] => f32::from(a),
        [a, b, c, d] => f32::from_le_bytes([a, b, c, d]),
        [a, b, c, d, e, f, g, h] => f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32,
        _ => f32::NAN,
    };
    Ok(data.chunks_exact(size).map(number).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn written_arrays_are_read_back() {
        let image = NpyImage { rows: 2, columns: 3, values: vec![0.0, -1.5, 2.0, 3.25, f32::MAX, 1e-9] };
        let bytes = image.to_bytes();
        assert_eq!(NpyImage::from_bytes(&bytes).expect("valid"), image);
        assert_eq!((bytes.len() - 24) % ALIGNMENT, 0, "the data are aligned");
    }

    #[test]
    fn other_types_and_orders_are_read() {
        let doubles: Vec<u8> = [1.0_f64, 2.0, 3.0, 4.0, 5.0, 6.0].iter().flat_map(|v| v.to_le_bytes()).collect();
        let table = [
            (file("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }", &[1, 2, 3, 4, 5, 6]), [1.0, 2.0, 3.0]),
            (file("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", &doubles), [1.0, 2.0, 3.0]),
            (file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", &[1, 2, 3, 4, 5, 6]), [1.0, 3.0, 5.0]),
        ];
        for (bytes, first_row) in table {
            let image = NpyImage::from_bytes(&bytes).expect("valid");
            assert_eq!((image.rows, image.columns), (2, 3));
            assert_eq!(image.values[..3], first_row);
        }
    }

    #[test]
    fn faults_have_their_own_errors() {
        let short = file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", &[0; 20]);
        let flat = file("{'descr': '|u1', 'fortran_order': False, 'shape': (6,), }", &[0; 6]);
        let complex = file("{'descr': '<c8', 'fortran_order': False, 'shape': (1, 1), }", &[0; 8]);
        let huge = file(&format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({0}, 2), }}", usize::MAX), &[]);
        assert!(matches!(NpyImage::from_bytes(&short), Err(NpyError::Malformed)));
        assert!(matches!(NpyImage::from_bytes(&huge), Err(NpyError::Malformed)));
        assert!(matches!(NpyImage::from_bytes(b"PNG"), Err(NpyError::Malformed)));
        assert!(matches!(NpyImage::from_bytes(&flat), Err(NpyError::Shape(s)) if s == "6,"));
        assert!(matches!(NpyImage::from_bytes(&complex), Err(NpyError::Type(t)) if t == "<c8"));
    }
}
