//! Arrays of numbers as files hold them, one image after another, and the range that their values are brought from.

use super::picture::{Changes, Picture};
use crate::dataset::own::listing::Images;

/// Bytes of a whole set of images that are not dark go beyond this.
const MOST_OF_DARK: f64 = 127.0;

/// Images that are looked at to find the order of their colours.
const LOOKED_AT: usize = 50;
/// Neighbours that differ by less than this part of what they do in another order are clearly more alike.
const CLEARLY: f64 = 2.0 / 3.0;

/// How the values of an array are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// How the bytes of a value are read.
    pub kind: Kind,
    /// Bytes of a value.
    pub width: usize,
    pub big_endian: bool,
}

/// What the bytes of a number mean, by NumPy's kinds of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// True where any bit is set.
    Bool,
    Unsigned,
    Signed,
    /// IEEE 754 in 2, 4 or 8 bytes.
    Float,
}

impl Number {
    pub(super) const BYTE: Self = Self { kind: Kind::Unsigned, width: 1, big_endian: false };

    /// The value whose bytes these are.
    pub fn value(self, bytes: &[u8]) -> f64 {
        let mut word = [0; 8];
        let width = self.width.min(8);
        for (i, byte) in bytes.iter().take(width).enumerate() {
            word[if self.big_endian { width - 1 - i } else { i }] = *byte;
        }
        let unsigned = u64::from_le_bytes(word);
        match (self.kind, width) {
            (Kind::Bool, _) => f64::from(u8::from(unsigned != 0)),
            (Kind::Unsigned, _) => unsigned as f64,
            (Kind::Signed, _) => {
                let unused = 64 - 8 * width as u32;
                (((unsigned << unused) as i64) >> unused) as f64
            }
            (Kind::Float, 2) => f64::from(half(unsigned as u16)),
            (Kind::Float, 4) => f64::from(f32::from_bits(unsigned as u32)),
            (Kind::Float, _) => f64::from_bits(unsigned),
        }
    }
}

/// A floating-point number of 16 bits.
fn half(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (bits >> 15, (bits >> 10) & 0x1f, f32::from(bits & 0x3ff) / 1024.0);
    let size = match exponent {
        0 => fraction * 2.0_f32.powi(-14),
        0x1f if fraction == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        e => (1.0 + fraction) * 2.0_f32.powi(i32::from(e) - 15),
    };
    if sign == 1 { -size } else { size }
}

/// Images in one array.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// How each value is stored.
    pub number: Number,
    /// All values, also those of a fourth channel.
    pub bytes: Vec<u8>,
    pub images: usize,
    pub height: usize,
    pub width: usize,
    /// 1 or 3, or 4 of which the last is not read.
    pub channels: usize,
    /// Values between two images, rows, columns and channels.
    pub steps: [usize; 4],
}

impl Array {
    /// Images one after another, row by row, with the channels last or first.
    pub fn in_order(
        number: Number,
        bytes: Vec<u8>,
        [images, height, width, channels]: [usize; 4],
        first: bool,
    ) -> Self {
        let steps = match first {
            true => [channels * height * width, width, 1, height * width],
            false => [channels * height * width, width * channels, channels, 1],
        };
        Self { number, bytes, images, height, width, channels, steps }
    }

    /// With rows and columns exchanged.
    pub(super) fn transposed(mut self) -> Self {
        std::mem::swap(&mut self.height, &mut self.width);
        self.steps.swap(1, 2);
        self
    }

    /// Of images that are rows with three squares of numbers: read as red, green and blue planes, or pixel by pixel where
    /// neighbours are clearly more alike so; what was found is noted.
    pub(super) fn in_likely_order(mut self, notes: &mut Vec<String>) -> Self {
        let [image, _, next, plane] = self.steps;
        if self.channels != 3 || plane < next {
            return self;
        }
        let differ = self.neighbours_differ();
        let planes = std::mem::replace(&mut self.steps, [image, 3 * self.width * next, 3 * next, next]);
        let is_by_pixels = self.neighbours_differ() < CLEARLY * differ;
        let order = if is_by_pixels { "pixel by pixel" } else { "as planes, one after another" };
        let told = format!("red, green and blue are read {order}, which was found from the pixels");
        if !notes.contains(&told) {
            notes.push(told);
        }
        if is_by_pixels { self } else { Self { steps: planes, ..self } }
    }

    /// How much values differ from those at their right and below them, in the mean over some of the images.
    fn neighbours_differ(&self) -> f64 {
        let (mut sum, mut count) = (0.0, 0_usize);
        for image in (0..self.images).step_by(self.images.div_ceil(LOOKED_AT).max(1)) {
            for (y, x) in (1..self.height).flat_map(|y| (1..self.width).map(move |x| (y, x))) {
                for channel in 0..self.channels {
                    let corner = self.value(image, y - 1, x - 1, channel);
                    let next = [self.value(image, y - 1, x, channel), self.value(image, y, x - 1, channel)];
                    let apart = next.map(|value| (value - corner).abs());
                    for apart in apart.into_iter().filter(|apart| apart.is_finite()) {
                        sum += apart;
                        count += 1;
                    }
                }
            }
        }
        sum / count.max(1) as f64
    }

    fn value(&self, image: usize, y: usize, x: usize, channel: usize) -> f64 {
        let [i, r, c, k] = self.steps;
        let at = (image * i + y * r + x * c + channel * k) * self.number.width;
        self.number.value(&self.bytes[at..at + self.number.width])
    }

    /// Smallest and largest of the finite values.
    fn range(&self) -> [f64; 2] {
        let values = self.bytes.chunks_exact(self.number.width).map(|b| self.number.value(b)).filter(|v| v.is_finite());
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)])
    }
}

/// The values that become black and white.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The stored value that becomes 0; smaller ones do, too.
    pub black: f64,
    /// The stored value that becomes 255; larger ones do, too.
    pub white: f64,
}

impl Scale {
    const BYTES: Self = Self { black: 0.0, white: 255.0 };

    /// Of values in this range: those from 0 to 1 and those from 0 to 255 as they are meant, others by their range.
    pub fn of([low, high]: [f64; 2]) -> Self {
        match () {
            () if !low.is_finite() || !high.is_finite() => Self::BYTES,
            () if low >= 0.0 && high <= 1.0 => Self { black: 0.0, white: 1.0 },
            () if low >= 0.0 && high > MOST_OF_DARK && high <= 255.0 => Self::BYTES,
            () if low >= 0.0 => Self { black: 0.0, white: high },
            () => Self { black: low, white: if high > low { high } else { low + 1.0 } },
        }
    }

    /// What is done to the values, if they are not bytes already.
    pub fn note(self) -> Option<String> {
        let Self { black, white } = self;
        (self != Self::BYTES).then(|| format!("values from {black} to {white} are brought to 0 to 255"))
    }

    fn byte(self, value: f64) -> u8 {
        ((value - self.black) / (self.white - self.black) * 255.0).round().clamp(0.0, 255.0) as u8
    }
}

/// Images in arrays, one array after another, with one scale for all.
pub struct Arrays {
    arrays: Vec<Array>,
    scale: Scale,
    /// Smallest and largest finite value of all arrays, as stored.
    pub range: [f64; 2],
}

impl Arrays {
    pub(super) fn new(arrays: Vec<Array>) -> Self {
        let wider = |[a, b]: [f64; 2], [c, d]: [f64; 2]| [a.min(c), b.max(d)];
        let range = arrays.iter().map(Array::range).fold([f64::INFINITY, f64::NEG_INFINITY], wider);
        Self { arrays, scale: Scale::of(range), range }
    }

    /// What is done to the values, as sentences.
    pub fn notes(&self) -> Vec<String> {
        let four = self.arrays.iter().any(|a| a.channels == 4);
        let four = four.then(|| "the fourth channel is left out".to_owned());
        self.scale.note().into_iter().chain(four).collect()
    }

    /// What may be wrong with the values, as sentences.
    pub fn warnings(&self) -> Vec<String> {
        let ranges = || self.arrays.iter().map(Array::range).filter(|[low, high]| *low >= 0.0 && high > low);
        let of_shares = ranges().find(|[_, high]| *high <= 1.0);
        let of_bytes = ranges().find(|[_, high]| *high > MOST_OF_DARK);
        let told = of_shares.zip(of_bytes).map(|([_, share], [_, byte])| {
            format!(
                "one array has values up to {share} and another up to {byte}, and both are brought to pixels alike, so the \
                 images of the first are nearly black; give both one range"
            )
        });
        told.into_iter().collect()
    }
}

impl Images for Arrays {
    fn picture(&self, item: usize) -> Result<Picture, String> {
        let mut image = item;
        let Some(array) = self.arrays.iter().find(|a| {
            let here = image < a.images;
            image -= if here { 0 } else { a.images };
            here
        }) else {
            return Err("is not in its array".into());
        };
        let Array { height, width, .. } = *array;
        let channels = if array.channels >= 3 { 3 } else { 1 };
        let mut values = Vec::with_capacity(height * width * channels);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for y in 0..height {
            for x in 0..width {
                for channel in 0..channels {
                    let value = array.value(image, y, x, channel);
                    if !value.is_finite() {
                        let what = if value.is_nan() { "no number (NaN)" } else { "infinite" };
                        return Err(format!("its value in row {y}, column {x} is {what}"));
                    }
                    (low, high) = (low.min(value), high.max(value));
                    values.push(self.scale.byte(value));
                }
            }
        }
        let picture = Picture { width, height, channels, values, range: [low, high], changes: Changes::default() };
        Ok(if picture.is_grey() { picture.to_grey() } else { picture })
    }

    fn held(&self) -> u64 {
        self.arrays.iter().map(|a| a.bytes.len() as u64).sum()
    }
}

/// Height, width and channels of images that are rows of `values` numbers: a square, or three squares one after another.
pub fn of_rows(values: usize) -> Option<[usize; 3]> {
    let side = |n: usize| (1..=n.isqrt()).last().filter(|s| s * s == n);
    match side(values) {
        Some(side) => Some([side, side, 1]),
        None if values.is_multiple_of(3) => side(values / 3).map(|side| [side, side, 3]),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_kind_are_read_in_both_orders() {
        for (kind, width, value, little) in [
            (Kind::Unsigned, 1, 200.0, vec![200]),
            (Kind::Signed, 1, -56.0, vec![200]),
            (Kind::Bool, 1, 1.0, vec![7]),
            (Kind::Unsigned, 2, 513.0, vec![1, 2]),
            (Kind::Signed, 2, -2.0, vec![0xfe, 0xff]),
            (Kind::Signed, 8, -3.0, vec![0xfd, 255, 255, 255, 255, 255, 255, 255]),
            (Kind::Float, 2, -1.5, vec![0x00, 0xbe]),
            (Kind::Float, 4, 0.25, 0.25_f32.to_le_bytes().to_vec()),
            (Kind::Float, 8, -0.1, (-0.1_f64).to_le_bytes().to_vec()),
        ] {
            let mut big = little.clone();
            big.reverse();
            for (bytes, big_endian) in [(little, false), (big, true)] {
                assert_eq!(Number { kind, width, big_endian }.value(&bytes), value, "{kind:?} {width}");
            }
        }
    }

    #[test]
    fn values_are_bytes_shares_or_scaled_by_their_range() {
        for (range, scale, is_told) in [
            ([0.0, 255.0], [0.0, 255.0], false),
            ([3.0, 200.0], [0.0, 255.0], false),
            ([0.0, 1.0], [0.0, 1.0], true),
            ([0.0, 16.0], [0.0, 16.0], true),
            ([0.0, 65_535.0], [0.0, 65_535.0], true),
            ([-1.0, 1.0], [-1.0, 1.0], true),
            ([-5.0, -5.0], [-5.0, -4.0], true),
            ([f64::INFINITY, f64::NEG_INFINITY], [0.0, 255.0], false),
        ] {
            let found = Scale::of(range);
            assert_eq!(([found.black, found.white], found.note().is_some()), (scale, is_told), "{range:?}");
        }
        assert_eq!(Scale::of([0.0, 16.0]).byte(8.0), 128);
    }

    #[test]
    fn arrays_of_bytes_beside_arrays_of_shares_are_told() {
        let array = |values: Vec<u8>| Array::in_order(Number::BYTE, values, [1, 1, 2, 1], true);
        for (first, second, is_told) in
            [([0, 255], [0, 1], true), ([0, 1], [0, 200], true), ([0, 255], [0, 90], false), ([0, 255], [0, 0], false)]
        {
            let found = Arrays::new(vec![array(first.to_vec()), array(second.to_vec())]).warnings();
            assert_eq!(found.len(), usize::from(is_told), "{first:?}, {second:?}: {found:?}");
        }
    }

    #[test]
    fn the_order_of_colours_in_rows_is_that_in_which_neighbours_are_alike() {
        type Value = fn(usize, usize, usize) -> u8;
        let side = 8;
        let smooth = |y: usize, x: usize, channel: usize| [x * 9, y * 9, 200 - x * 5 - y * 4][channel] as u8;
        let grey = |y: usize, x: usize, channel: usize| ((x * 25 + y * 9) % 256 + channel) as u8;
        let noise = |y: usize, x: usize, channel: usize| ((x * 83 + y * 131 + channel * 57 + x * y * 29) % 256) as u8;
        let one = |_: usize, _: usize, _: usize| 7;
        let images: [(&str, Value, bool); 4] =
            [("smooth", smooth, true), ("grey", grey, true), ("noise", noise, false), ("one", one, false)];
        for (name, value, is_told_apart) in images {
            let mut planes = Vec::new();
            (0..3).for_each(|c| (0..side * side).for_each(|p| planes.push(value(p / side, p % side, c))));
            let pixels: Vec<u8> =
                (0..side * side).flat_map(|p| (0..3).map(move |c| value(p / side, p % side, c))).collect();
            for (bytes, is_by_pixels) in [(planes, false), (pixels, true)] {
                let mut notes = Vec::new();
                let array = Array::in_order(Number::BYTE, bytes, [1, side, side, 3], true).in_likely_order(&mut notes);
                let is_found = array.steps[2] == 3;
                assert_eq!(is_found, is_by_pixels && is_told_apart, "{name}: {notes:?}");
                assert_eq!(notes.len(), 1, "{name}");
                assert_eq!(notes[0].contains("pixel by pixel"), is_found, "{notes:?}");
            }
        }
        let mut notes = Vec::new();
        let grey = Array::in_order(Number::BYTE, vec![0; 4], [1, 2, 2, 1], true);
        assert_eq!(grey.clone().in_likely_order(&mut notes), grey);
        assert!(notes.is_empty());
    }

    #[test]
    fn channels_may_come_first_or_last_and_a_row_is_a_square() {
        let planes = Array::in_order(Number::BYTE, vec![1, 2, 3, 4, 5, 200], [1, 1, 2, 3], true);
        let pixels = Array::in_order(Number::BYTE, vec![1, 3, 5, 2, 4, 200], [1, 1, 2, 3], false);
        for array in [planes, pixels] {
            let found = Arrays::new(vec![array]).picture(0).unwrap();
            assert_eq!((found.values, found.range), (vec![1, 3, 5, 2, 4, 200], [1.0, 200.0]));
        }
        for (values, shape) in [(784, Some([28, 28, 1])), (3072, Some([32, 32, 3])), (783, None), (1, Some([1, 1, 1]))]
        {
            assert_eq!(of_rows(values), shape, "{values}");
        }
    }
}
