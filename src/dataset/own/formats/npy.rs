//! One array of NumPy as a file holds it.

use npyz::{DType, NpyHeader, Order, TypeChar};

use crate::dataset::own::array::{Kind, Number};

/// An array as a file holds it.
pub struct Stored<'a> {
    /// Sizes of the axes, as NumPy prints them.
    pub shape: Vec<usize>,
    /// Whether the first axis is the one whose values lie side by side.
    pub fortran: bool,
    pub kind: StoredKind,
    /// The bytes of its values.
    pub bytes: &'a [u8],
}

/// What the values of an array are.
pub enum StoredKind {
    /// Numbers or truth values, by how they are stored.
    Numbers(Number),
    /// Texts of so many bytes each.
    Bytes(usize),
    /// Texts of so many bytes each, four a letter.
    Letters(usize, Number),
    /// Python objects, which are code.
    Pickled,
    /// Such as dates, records and complex numbers, which are neither pixels nor labels.
    Other,
}

impl<'a> Stored<'a> {
    /// The sides of the array in a file that begins with these bytes.
    pub fn shape(mut start: &[u8]) -> Option<Vec<usize>> {
        let header = NpyHeader::from_reader(&mut start).ok()?;
        Some(header.shape().iter().map(|n| *n as usize).collect())
    }

    /// The array in a file with these bytes.
    pub fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let mut rest = bytes;
        let header =
            NpyHeader::from_reader(&mut rest).map_err(|e| format!("has no header of NumPy that can be read ({e})"))?;
        let shape: Vec<usize> = header.shape().iter().map(|n| *n as usize).collect();
        let fortran = header.order() == Order::Fortran;
        let DType::Plain(kind) = header.dtype() else {
            return Ok(Self { shape, fortran, kind: StoredKind::Other, bytes: rest });
        };
        if kind.uses_pickled_array() {
            return Ok(Self { shape, fortran, kind: StoredKind::Pickled, bytes: rest });
        }
        let big_endian = kind.endianness() == npyz::Endianness::Big;
        let width = kind.num_bytes().unwrap_or(0);
        let wanted = shape.iter().try_fold(width, |n, side| n.checked_mul(*side));
        let wanted = wanted.ok_or_else(|| format!("has a shape that no array can have ({shape:?})"))?;
        if rest.len() < wanted {
            return Err(format!("is cut short: it has {} of {wanted} bytes behind its header", rest.len()));
        }
        let number = |kind| StoredKind::Numbers(Number { kind, width, big_endian });
        let kind = match kind.type_char() {
            TypeChar::Bool => number(Kind::Bool),
            TypeChar::Uint => number(Kind::Unsigned),
            TypeChar::Int => number(Kind::Signed),
            TypeChar::Float if width <= 8 => number(Kind::Float),
            TypeChar::ByteStr => StoredKind::Bytes(width),
            TypeChar::UnicodeStr => StoredKind::Letters(width, Number { kind: Kind::Unsigned, width: 4, big_endian }),
            _ => StoredKind::Other,
        };
        Ok(Self { shape, fortran, kind, bytes: &rest[..wanted] })
    }
}
