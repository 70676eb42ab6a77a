//! Coordinates in arrays: NumPy's NPY of N x n numbers, and the raw numbers of a tensor whose shape is told elsewhere.

use rayon::prelude::*;

use super::coordinates::Coordinates;
use crate::dataset::own::array::{Kind, Number, of_rows};
use crate::dataset::own::formats::npy::{Stored, StoredKind};

/// First bytes of an NPY file.
pub const NPY: &[u8] = b"\x93NUMPY";

/// The coordinates in an NPY file, and what was done to them.
pub fn npy(bytes: &[u8], notes: &mut Vec<String>) -> Result<Coordinates, String> {
    let stored = Stored::read(bytes)?;
    let number = match stored.kind {
        StoredKind::Numbers(number) => number,
        StoredKind::Pickled => {
            return Err(
                "holds pickled Python objects, which are programs and are never run; save an array of numbers, \
                 such as `x.astype(\"float32\")`"
                    .into(),
            );
        }
        _ => return Err("holds no real numbers; save an array of numbers".into()),
    };
    let [rows, dim] = stored.shape[..] else {
        let sides: Vec<String> = stored.shape.iter().map(ToString::to_string).collect();
        let shape = if sides.is_empty() { "one value".into() } else { sides.join(" x ") };
        return Err(format!("is an array of {shape}; points are rows of an array with two axes, N x n"));
    };
    if rows == 0 {
        return Err("is empty: it has no row".into());
    }
    if dim < 2 {
        return Err(format!("has {dim} column; points have at least two coordinates"));
    }
    notes.extend(told(number));
    let values = match stored.fortran {
        false => floats(number, stored.bytes),
        true => {
            let columns = floats(number, stored.bytes);
            let mut values = vec![0.0; rows * dim];
            let row = |(row, point): (usize, &mut [f32])| {
                point.iter_mut().enumerate().for_each(|(axis, v)| *v = columns[axis * rows + row]);
            };
            values.par_chunks_exact_mut(dim).enumerate().for_each(row);
            values
        }
    };
    Ok(Coordinates::unnamed(values, dim))
}

/// Whether an NPY file that begins so has two axes, and rows that are no images with the sides of a digit or more.
pub fn is_of_points(start: &[u8]) -> bool {
    const LEAST_IMAGE: usize = 64;
    let shape = Stored::shape(start).unwrap_or_default();
    matches!(shape[..], [_, dim] if dim > 1 && (dim < LEAST_IMAGE || of_rows(dim).is_none()))
}

/// The coordinates in a file of little-endian 32-bit numbers.
pub fn raw(bytes: &[u8], [rows, dim]: [usize; 2]) -> Result<Coordinates, String> {
    let wanted = rows.checked_mul(dim).and_then(|n| n.checked_mul(4));
    if wanted != Some(bytes.len()) {
        let wanted = wanted.map_or("more bytes than there are anywhere".into(), |w| format!("{w} bytes"));
        return Err(format!(
            "has {} bytes, but its `tensorShape` {rows} x {dim} of 32-bit numbers needs {wanted}",
            bytes.len()
        ));
    }
    let number = Number { kind: Kind::Float, width: 4, big_endian: false };
    Ok(Coordinates::unnamed(floats(number, bytes), dim))
}

fn floats(number: Number, bytes: &[u8]) -> Vec<f32> {
    let is_float = number == Number { kind: Kind::Float, width: 4, big_endian: false };
    let float = |b: &[u8]| match *b {
        [a, b, c, d] if is_float => f32::from_le_bytes([a, b, c, d]),
        _ => number.value(b) as f32,
    };
    bytes.par_chunks_exact(number.width.max(1)).map(float).collect()
}

fn told(number: Number) -> Option<String> {
    (number.width == 8).then(|| "numbers of 64 bits are kept with 32, about 7 digits".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(descr: &str, fortran: &str, shape: &str) -> Vec<u8> {
        let mut text = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}");
        let padding = 64 - (10 + text.len() + 1) % 64;
        text += &" ".repeat(padding);
        text.push('\n');
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.bytes());
        bytes
    }

    #[test]
    fn arrays_of_any_numbers_and_order_are_read_and_others_refused() {
        let rows = [1.0_f64, 2.0, 3.0, 4.0, 5.0, 6.0];
        let columns = [1.0_f64, 3.0, 5.0, 2.0, 4.0, 6.0];
        let little = |v: [f64; 6]| v.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>();
        let big: Vec<u8> = rows.iter().flat_map(|v| (*v as f32).to_be_bytes()).collect();
        let float: Vec<u8> = rows.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect();
        for (descr, fortran, values) in [
            ("<f8", "False", little(rows)),
            ("<f8", "True", little(columns)),
            (">f4", "False", big),
            ("<f4", "False", float),
            ("|u1", "False", vec![1, 2, 3, 4, 5, 6]),
        ] {
            let mut notes = Vec::new();
            let found = npy(&[header(descr, fortran, "(3, 2)"), values].concat(), &mut notes).unwrap();
            assert_eq!((found.values, found.dim), (vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2), "{descr}");
            assert_eq!(notes.len(), usize::from(descr == "<f8"));
        }
        for (bytes, says) in [
            (header("<f4", "False", "(0, 2)"), "no row"),
            ([header("<f4", "False", "(6,)"), vec![0; 24]].concat(), "array of 6"),
            ([header("<f4", "False", "(6, 1)"), vec![0; 24]].concat(), "at least two coordinates"),
            ([header("<f4", "False", "(3, 1, 2)"), vec![0; 24]].concat(), "3 x 1 x 2"),
            ([header("<f4", "False", "(3, 2)"), vec![0; 20]].concat(), "cut short"),
            ([header("|O", "False", "(3, 2)"), vec![0; 20]].concat(), "never run"),
            ([header("<c8", "False", "(3, 2)"), vec![0; 48]].concat(), "no real numbers"),
        ] {
            let error = npy(&bytes, &mut Vec::new()).unwrap_err();
            assert!(error.contains(says), "{says}: {error}");
        }
        for (shape, is_points) in [
            ("(9, 3)", true),
            ("(9, 16)", true),
            ("(9, 512)", true),
            ("(9, 784)", false),
            ("(9, 3072)", false),
            ("(9,)", false),
            ("(9, 28, 28)", false),
        ] {
            assert_eq!(is_of_points(&header("<f4", "False", shape)), is_points, "{shape}");
        }
        assert_eq!(raw(&1.5_f32.to_le_bytes().repeat(4), [2, 2]).unwrap().values, [1.5; 4]);
        assert!(raw(&[0; 12], [2, 2]).unwrap_err().contains("needs 16 bytes"));
    }
}
