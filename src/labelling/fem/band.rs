//! Symmetric positive definite band matrices: Cholesky's factorisation and the two triangular solves.

/// The lower half of a symmetric band matrix, column by column: `column(j)[i]` is the entry (j + i, j).
#[derive(Debug, Clone)]
pub struct BandMatrix {
    size: usize,
    /// Sub-diagonals stored.
    width: usize,
    /// Entries from one column to the next: the diagonal, the band, and zeros for the reach of a panel.
    stride: usize,
    /// Invariant: entries.len() == size * stride; entries below the band and below the last row are zero.
    entries: Vec<f64>,
}

/// The matrix is not positive definite: the pivot of this row is not positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotPositiveDefinite {
    /// From 0; of the pivots before it all are positive.
    pub row: usize,
}

/// Columns factorised together.
const PANEL: usize = 4;

impl BandMatrix {
    /// A matrix of `size` rows that are all zero, with `width` diagonals below the main one.
    pub fn zeros(size: usize, width: usize) -> Self {
        let stride = width + PANEL;
        Self { size, width, stride, entries: vec![0.0; size * stride] }
    }

    /// Sets every entry to zero, so that the matrix can be filled again.
    pub fn clear(&mut self) {
        self.entries.fill(0.0);
    }

    /// Adds to the entry (row, column) of the symmetric matrix; entries of the upper half are ignored.
    pub fn add(&mut self, row: usize, column: usize, value: f64) {
        if row >= column {
            self.entries[column * self.stride + row - column] += value;
        }
    }

    /// Adds weight * v v' to a matrix whose band is full.
    pub fn add_square(&mut self, weight: f64, v: &[f64]) {
        for (j, column) in self.entries.chunks_exact_mut(self.stride).enumerate() {
            let factor = weight * v[j];
            for (entry, value) in column.iter_mut().zip(&v[j..]) {
                *entry += factor * value;
            }
        }
    }

    /// Replaces a row and its column by those of the identity: the unknown is then zero for a zero right-hand side.
    pub fn pin(&mut self, index: usize) {
        let stride = self.stride;
        self.entries[index * stride..(index + 1) * stride].fill(0.0);
        for column in index.saturating_sub(self.width)..index {
            self.entries[column * stride + index - column] = 0.0;
        }
        self.entries[index * stride] = 1.0;
    }

    /// Replaces the matrix by its Cholesky factor L, with 1 / L(j, j) stored on the diagonal.
    ///
    /// Works on four columns at a time: each later column is then read and written once for four updates.
    pub fn factorise(&mut self) -> Result<(), NotPositiveDefinite> {
        let stride = self.stride;
        for first in (0..self.size).step_by(PANEL) {
            let count = PANEL.min(self.size - first);
            let (head, tail) = self.entries.split_at_mut((first + count) * stride);
            let panel = &mut head[first * stride..];
            for p in 0..count {
                let (done, rest) = panel.split_at_mut((p + 1) * stride);
                let column = &mut done[p * stride..];
                let pivot = column[0];
                if !(pivot > 0.0 && pivot.is_finite()) {
                    return Err(NotPositiveDefinite { row: first + p });
                }
                let inverse = pivot.sqrt().recip();
                column.iter_mut().for_each(|entry| *entry *= inverse);
                column[0] = inverse;
                for (k, target) in (1..).zip(rest.chunks_exact_mut(stride)) {
                    let factor = column[k];
                    target.iter_mut().zip(&column[k..]).for_each(|(t, s)| *t -= factor * s);
                }
            }
            let [a, b, c, d] =
                std::array::from_fn(|p| if p < count { &panel[p * stride..(p + 1) * stride] } else { &[] });
            if count < PANEL {
                return Ok(()); // no columns follow
            }
            for (k, target) in (PANEL..stride).zip(tail.chunks_exact_mut(stride)) {
                let [fa, fb, fc, fd] = [a[k], b[k - 1], c[k - 2], d[k - 3]];
                let sources = a[k..].iter().zip(&b[k - 1..]).zip(&c[k - 2..]).zip(&d[k - 3..]);
                for (t, (((sa, sb), sc), sd)) in target.iter_mut().zip(sources) {
                    *t -= fa * sa + fb * sb + fc * sc + fd * sd;
                }
            }
        }
        Ok(())
    }

    /// Solves L L' x = b in place; call after `factorise`.
    pub fn solve(&self, b: &mut [f64]) {
        let stride = self.stride;
        for j in 0..self.size {
            let column = &self.entries[j * stride..(j + 1) * stride];
            let reach = self.width.min(self.size - 1 - j);
            b[j] *= column[0];
            let value = b[j];
            for (x, l) in b[j + 1..=j + reach].iter_mut().zip(&column[1..]) {
                *x -= l * value;
            }
        }
        for j in (0..self.size).rev() {
            let column = &self.entries[j * stride..(j + 1) * stride];
            let reach = self.width.min(self.size - 1 - j);
            let known: f64 = b[j + 1..=j + reach].iter().zip(&column[1..]).map(|(x, l)| x * l).sum();
            b[j] = (b[j] - known) * column[0];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dense copy of a diagonally dominant band matrix with entries from a small congruential sequence.
    fn example(size: usize, width: usize) -> (BandMatrix, Vec<Vec<f64>>) {
        let mut band = BandMatrix::zeros(size, width);
        let mut dense = vec![vec![0.0; size]; size];
        let mut state = 12_345_u64;
        let places = (0..size).flat_map(|i| (i.saturating_sub(width)..=i).map(move |j| (i, j)));
        for (i, j) in places {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let noise = (state >> 40) as f64 / (1_u64 << 24) as f64 - 0.5;
            let value = if i == j { width as f64 + 1.0 } else { noise };
            band.add(i, j, value);
            dense[i][j] = value;
            dense[j][i] = value;
        }
        (band, dense)
    }

    #[test]
    fn solution_satisfies_the_dense_system() {
        for (size, width) in [(1, 0), (5, 1), (12, 11), (60, 7), (97, 20)] {
            let (mut band, dense) = example(size, width);
            let truth: Vec<f64> = (0..size).map(|i| (i as f64 * 0.37).sin()).collect();
            let mut x: Vec<f64> = dense.iter().map(|row| row.iter().zip(&truth).map(|(a, t)| a * t).sum()).collect();
            band.factorise().expect("positive definite");
            band.solve(&mut x);
            for (found, wanted) in x.iter().zip(&truth) {
                assert!((found - wanted).abs() < 1e-12, "{size} {width}");
            }
        }
    }

    #[test]
    fn a_pinned_unknown_is_zero_and_leaves_the_others_alone() {
        let (mut band, dense) = example(10, 3);
        band.pin(4);
        let mut x = vec![1.0; 10];
        x[4] = 0.0;
        band.factorise().expect("positive definite");
        band.solve(&mut x);
        assert_eq!(x[4], 0.0);
        for i in (0..10).filter(|i| *i != 4) {
            let sum: f64 = (0..10).map(|j| dense[i][j] * x[j]).sum();
            assert!((sum - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn an_indefinite_matrix_is_named_by_its_row() {
        let mut band = BandMatrix::zeros(3, 1);
        for (i, value) in [1.0, -2.0, 1.0].into_iter().enumerate() {
            band.add(i, i, value);
        }
        assert_eq!(band.factorise(), Err(NotPositiveDefinite { row: 1 }));
    }
}
