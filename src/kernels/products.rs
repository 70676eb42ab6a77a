//! Matrix products on slices, and the fully connected layer.

use std::ops::Range;

use ndarray::{ArrayView2, ArrayViewMut2, Axis, ShapeBuilder, linalg::general_mat_mul};
use rayon::prelude::*;

use super::activation::Activation;
use super::layer::{Layer, Wanted};
use super::wide::{self, Formula, Values};

/// The fewest and the most rows or columns of a product that a thread computes at once.
const LEAST: usize = 64;
const MOST: usize = 2_048;

/// A matrix in a slice: rows, columns, and the steps from row to row and from column to column.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    pub values: &'a [f32],
    /// Rows and columns.
    pub size: [usize; 2],
    /// Values from one row to the next, and from one column to the next.
    pub steps: [usize; 2],
}

impl<'a> Matrix<'a> {
    /// Row-major values.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self { values, size: [rows, columns], steps: [columns, 1] }
    }

    /// Rows of this many values that begin `apart` from each other.
    pub fn apart(values: &'a [f32], rows: usize, columns: usize, apart: usize) -> Self {
        Self { values, size: [rows, columns], steps: [apart, 1] }
    }

    /// Rows and columns exchanged; no value is moved.
    pub fn transposed(self) -> Self {
        let ([rows, columns], [down, across]) = (self.size, self.steps);
        Self { size: [columns, rows], steps: [across, down], ..self }
    }

    /// These rows.
    fn rows(self, rows: Range<usize>) -> Self {
        let start = (rows.start * self.steps[0]).min(self.values.len());
        Self { values: &self.values[start..], size: [rows.len(), self.size[1]], ..self }
    }

    /// These columns.
    fn columns(self, columns: Range<usize>) -> Self {
        self.transposed().rows(columns).transposed()
    }

    fn view(&self) -> Option<ArrayView2<'a, f32>> {
        let ([rows, columns], [down, across]) = (self.size, self.steps);
        ArrayView2::from_shape((rows, columns).strides((down, across)), self.values).ok()
    }
}

/// `result += a b`, or `result = a b` without `add`; the rows of the result begin `apart` from each other.
pub fn multiply(a: Matrix<'_>, b: Matrix<'_>, result: &mut [f32], apart: usize, add: bool) {
    let ([rows, _], [_, columns]) = (a.size, b.size);
    match ArrayViewMut2::from_shape((rows, columns).strides((apart, 1)), result) {
        Ok(result) => multiply_into(a, b, result, add),
        Err(_) => debug_assert!(false, "a result that does not fit its values"),
    }
}

fn multiply_into(a: Matrix<'_>, b: Matrix<'_>, mut result: ArrayViewMut2<'_, f32>, add: bool) {
    if result.ncols() > result.nrows() {
        // The same sums, transposed: the kernel is faster with the longer side first.
        return multiply_into(b.transposed(), a.transposed(), result.reversed_axes(), add);
    }
    if let (Some(a), Some(b)) = (a.view(), b.view()) {
        general_mat_mul(1.0, &a, &b, if add { 1.0 } else { 0.0 }, &mut result);
    } else {
        debug_assert!(false, "a matrix that does not fit its values");
    }
}

/// `a b`, its rows or its columns, whichever are more, divided among threads. That changes no bit: each value is a sum of its
/// own.
pub fn product(a: Matrix<'_>, b: Matrix<'_>) -> Vec<f32> {
    let ([rows, _], [_, columns]) = (a.size, b.size);
    // Added to, because a sum that is too small for a number would else have the sign of the kernel's choice.
    let mut result = vec![0.0; rows * columns];
    let share = |len: usize| len.div_ceil(rayon::current_num_threads()).clamp(LEAST, MOST);
    let Ok(mut view) = ArrayViewMut2::from_shape((rows, columns), &mut result) else { return result };
    if rows >= columns {
        let share = share(rows);
        let parts: Vec<_> = view.axis_chunks_iter_mut(Axis(0), share).collect();
        parts.into_par_iter().enumerate().for_each(|(i, part)| {
            multiply_into(a.rows(i * share..i * share + part.nrows()), b, part, true);
        });
    } else {
        let share = share(columns);
        let parts: Vec<_> = view.axis_chunks_iter_mut(Axis(1), share).collect();
        parts.into_par_iter().enumerate().for_each(|(i, part)| {
            multiply_into(a, b.columns(i * share..i * share + part.ncols()), part, true);
        });
    }
    result
}

/// A fully connected layer: of rows `[n, in]`, weights `[in, out]` and bias `[out]`, rows `[n, out]`.
#[derive(Debug, Clone, Copy)]
pub struct Linear {
    pub inputs: usize,
    pub outputs: usize,
    pub activation: Activation,
}

/// A sum with its bias, then a rectifier.
#[derive(Clone, Copy)]
struct Biased(Activation);

impl Formula<2> for Biased {
    #[inline(always)]
    fn of<V: Values>(self, [sum, bias]: [V; 2]) -> V {
        self.0.apply(sum + bias)
    }
}

impl Layer<3> for Linear {
    fn shape(&self, rows: &[usize]) -> Vec<usize> {
        vec![rows[0], self.outputs]
    }

    fn forward(&self, [rows, weights, bias]: [&[f32]; 3]) -> (Vec<f32>, Vec<f32>) {
        let rows = Matrix::new(rows, rows.len() / self.inputs, self.inputs);
        let mut result = product(rows, Matrix::new(weights, self.inputs, self.outputs));
        wide::change_rows(Biased(self.activation), &mut result, bias);
        (result, Vec::new())
    }

    fn backward(
        &self,
        [rows, weights, _]: [&[f32]; 3],
        output: &[f32],
        _: &[f32],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> Wanted<3> {
        let n = rows.len() / self.inputs;
        let gradient = self.activation.gradients(gradient, output);
        let rows = Matrix::new(rows, n, self.inputs);
        let d = Matrix::new(&gradient, n, self.outputs);
        let sums = || {
            let mut sums = vec![0.0; self.outputs];
            for row in gradient.chunks_exact(self.outputs) {
                sums.iter_mut().zip(row).for_each(|(sum, v)| *sum += v);
            }
            sums
        };
        [
            wanted[0].then(|| product(d, Matrix::new(weights, self.inputs, self.outputs).transposed())),
            wanted[1].then(|| product(rows.transposed(), d)),
            wanted[2].then(sums),
        ]
    }
}
