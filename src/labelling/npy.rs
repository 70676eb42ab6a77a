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
    #[error("not an NPY file, or its header is damaged or cut short")]
    Malformed,
    #[error("NPY data of type {0} are not supported: use float32, float64 (both little-endian), uint8 or bool")]
    Type(String),
    /// Its axes, as the file's header has them.
    #[error("it must have two dimensions, but the shape is ({0})")]
    Shape(String),
    #[error("the shape ({0}) is of more numbers than any file has")]
    TooMany(String),
    #[error("cut short: it has {there} of {wanted} bytes behind its header")]
    Short { there: usize, wanted: usize },
    #[error("it has {0} bytes behind its last number; write one array into a file")]
    Longer(usize),
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
        let fortran = match field(&header, "'fortran_order':") {
            Some("True") => true,
            Some("False") => false,
            _ => return Err(NpyError::Malformed),
        };
        let shape = header.split_once("'shape':").and_then(|(_, tail)| tail.split_once('(')?.1.split_once(')'));
        let shape = shape.ok_or(NpyError::Malformed)?.0;
        let sizes = shape.trim().trim_end_matches(',').split(',').map(|size| size.trim().parse::<usize>());
        let sizes: Vec<usize> = sizes.collect::<Result<_, _>>().map_err(|_| NpyError::Shape(shape.to_owned()))?;
        let [rows, columns] = sizes[..] else { return Err(NpyError::Shape(shape.to_owned())) };
        let count = rows.checked_mul(columns).ok_or_else(|| NpyError::TooMany(shape.to_owned()))?;

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

/// The value after a key of the header, up to the comma; the last one may have none.
fn field<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    Some(header.split_once(key)?.1.split_once([',', '}'])?.0.trim())
}

fn numbers(kind: &str, data: &[u8], count: usize) -> Result<Vec<f32>, NpyError> {
    let size = match kind {
        "<f4" => 4,
        "<f8" => 8,
        "|u1" | "|b1" => 1,
        other => return Err(NpyError::Type(other.to_owned())),
    };
    let (there, wanted) = (data.len(), count.saturating_mul(size));
    match there.checked_sub(wanted) {
        None => return Err(NpyError::Short { there, wanted }),
        Some(0) => {}
        Some(more) => return Err(NpyError::Longer(more)),
    }
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
    fn the_order_of_the_header_is_free() {
        let bytes = file("{'shape': (1, 2), 'descr': '|u1', 'fortran_order': False}", &[5, 6]);
        assert_eq!(NpyImage::from_bytes(&bytes).expect("valid").values, [5.0, 6.0]);
    }

    #[test]
    fn faults_have_their_own_errors() {
        let of = |descr: &str, order: &str, shape: &str, data: &[u8]| {
            file(&format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({shape}), }}"), data)
        };
        let most = usize::MAX;
        let mut long_header = b"\x93NUMPY\x02\x00".to_vec();
        long_header.extend(u32::MAX.to_le_bytes());
        long_header.extend(b"{'descr': '|u1', ");
        for (bytes, says) in [
            (b"PNG".to_vec(), "not an NPY file"),
            (long_header, "header is damaged or cut short"),
            (b"\x93NUMPY\x09\x00\x00\x00".to_vec(), "header is damaged or cut short"),
            (of("|u1", "Yes", "2, 3", &[0; 6]), "header is damaged or cut short"),
            (of("<f4", "False", "2, 3", &[0; 20]), "cut short: it has 20 of 24 bytes"),
            (of("<f4", "True", "2, 3", &[0; 26]), "it has 2 bytes behind its last number"),
            (of("|u1", "False", "6,", &[0; 6]), "two dimensions, but the shape is (6,)"),
            (of("|u1", "False", "", &[0]), "two dimensions, but the shape is ()"),
            (of("|u1", "False", "1, 2, 3", &[0; 6]), "two dimensions, but the shape is (1, 2, 3)"),
            (of("|u1", "False", "-2, 3, 2", &[0; 6]), "the shape is (-2, 3, 2)"),
            (of("|u1", "False", "99999999999999999999, 3, 2", &[0; 6]), "the shape is (99999999999999999999, 3, 2)"),
            (of("<f8", "False", &format!("{most}, 2"), &[]), "more numbers than any file has"),
            (of("<f8", "False", &format!("{most}, 1"), &[]), "cut short: it has 0 of"),
            (of("<c8", "False", "1, 1", &[0; 8]), "of type <c8 are not supported"),
            (of(">f4", "False", "1, 1", &[0; 4]), "of type >f4 are not supported: use float32, float64 (both little"),
        ] {
            let error = NpyImage::from_bytes(&bytes).expect_err(says).to_string();
            assert!(error.contains(says), "{says}: {error}");
        }
    }
}
