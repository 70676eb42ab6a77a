//! The columns of a table and the values of its rows.

use crate::dataset::Class;

/// The type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Missing: empty.
    Text,
    /// A whole number; missing in an array: -1.
    Whole,
    /// A seed, of the whole range of 64 bits.
    Seed,
    /// A number; missing in an array: NaN. CSV has the fewest digits that give the same number back.
    Single,
    /// As `Single`, in double precision.
    Double,
    /// So many single numbers a row: columns NAME_0, NAME_1, ... of CSV, one array of two dimensions.
    Singles(usize),
    /// The pixels of an image, 0..=255; never in CSV, but in an array beside it.
    Image,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
}

/// One value of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// As the column's kind says: nothing in CSV.
    Missing,
    Text(&'a str),
    Whole(i64),
    Seed(u64),
    Single(f32),
    Double(f64),
    Singles(&'a [f32]),
    /// `[channels, height, width]`, 0..=255.
    Image(&'a [u8]),
}

macro_rules! cells {
    ($($from:ty => |$value:ident| $cell:expr,)+) => {
        $(impl<'a> From<$from> for Cell<'a> {
            fn from($value: $from) -> Self {
                $cell
            }
        })+
    };
}

cells! {
    &'a str => |v| Self::Text(v),
    &'a String => |v| Self::Text(v),
    bool => |v| Self::Whole(v.into()),
    Class => |v| Self::Whole(v.into()),
    u32 => |v| Self::Whole(v.into()),
    usize => |v| Self::Whole(v as i64),
    u64 => |v| Self::Seed(v),
    f32 => |v| Self::Single(v),
    f64 => |v| Self::Double(v),
    &'a [f32] => |v| Self::Singles(v),
    &'a Vec<f32> => |v| Self::Singles(v),
    &'a [u8] => |v| Self::Image(v),
}

impl<'a, T: Into<Self>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}
