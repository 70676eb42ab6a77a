//! Valid convolutions on the CPU, channels last: matrix products over patches, a few images at a time.
//!
//! The patches of these few images stay in the core's cache, in the layout that the matrix product packs them into: a
//! row for each element of the kernel to apply the kernel, a row for each place to sum its gradient.

use ndarray::{Array2, ArrayView2, Axis, linalg::general_mat_mul};

/// Size of the patches computed at once, in values: half a megabyte, half of a usual core's own cache.
const PATCH_VALUES: usize = 128 * 1024;

/// The places of a square kernel over an image of this height, width and number of channels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    pub image: [usize; 3],
    pub kernel: usize,
}

impl Geometry {
    /// Height and width of the result.
    pub fn result(&self) -> [usize; 2] {
        let [height, width, _] = self.image;
        [height + 1 - self.kernel, width + 1 - self.kernel]
    }

    /// The patch at each position times the kernel `[kernel * kernel * in, out]`: `[n * places, out]`.
    pub fn convolve(&self, images: &[f32], kernel: &Array2<f32>) -> Array2<f32> {
        let mut result = Array2::zeros((self.images(images) * self.places(), kernel.ncols()));
        let rows = result.axis_chunks_iter_mut(Axis(0), self.group() * self.places());
        for (images, mut rows) in images.chunks(self.group() * self.image_len()).zip(rows) {
            let patches = self.patches_by_element(images);
            if let Ok(patches) = ArrayView2::from_shape((kernel.nrows(), rows.nrows()), &patches) {
                general_mat_mul(1.0, &patches.t(), kernel, 0.0, &mut rows);
            }
        }
        result
    }

    /// The gradient of the kernel, `[kernel * kernel * in, out]`, from that of the result, `[n * places, out]`.
    pub fn kernel_gradient(&self, images: &[f32], d_result: &Array2<f32>) -> Array2<f32> {
        let mut gradient = Array2::zeros((self.patch_len(), d_result.ncols()));
        let rows = d_result.axis_chunks_iter(Axis(0), self.group() * self.places());
        for (images, rows) in images.chunks(self.group() * self.image_len()).zip(rows) {
            let patches = matrix(self.patches_by_place(images), rows.nrows());
            general_mat_mul(1.0, &patches.t(), &rows, 1.0, &mut gradient);
        }
        gradient
    }

    /// The adjoint of `convolve`, a transposed convolution: images `[n, height, width, in]` from `[n * places, out]`.
    pub fn spread(&self, result: &Array2<f32>, kernel: &Array2<f32>) -> Vec<f32> {
        let mut images = vec![0.0; result.nrows() / self.places() * self.image_len()];
        let rows = result.axis_chunks_iter(Axis(0), self.group() * self.places());
        for (images, rows) in images.chunks_mut(self.group() * self.image_len()).zip(rows) {
            self.overlap_add(&values(rows.dot(&kernel.t())), images);
        }
        images
    }

    fn images(&self, images: &[f32]) -> usize {
        images.len() / self.image_len()
    }

    fn image_len(&self) -> usize {
        self.image.iter().product()
    }

    fn places(&self) -> usize {
        self.result().iter().product()
    }

    fn patch_len(&self) -> usize {
        self.kernel * self.kernel * self.image[2]
    }

    /// Images at once: a power of two, so that sums over places are split at the same points for most sizes.
    fn group(&self) -> usize {
        let most = (PATCH_VALUES / (self.places() * self.patch_len())).max(1);
        1 << most.ilog2()
    }

    /// The patches as `[kernel * kernel * in, n * places]`.
    fn patches_by_element(&self, images: &[f32]) -> Vec<f32> {
        let [height, width, channels] = self.image;
        let [rows, columns] = self.result();
        let planes = transposed(images, height * width, channels); // [n, in, height, width]
        let mut patches = Vec::with_capacity(self.images(images) * self.places() * self.patch_len());
        for element in 0..self.patch_len() {
            let (y, x, channel) =
                (element / channels / self.kernel, element / channels % self.kernel, element % channels);
            for plane in planes.chunks_exact(height * width).skip(channel).step_by(channels) {
                for row in plane[y * width..].chunks(width).take(rows) {
                    patches.extend_from_slice(&row[x..x + columns]);
                }
            }
        }
        patches
    }

    /// The patches as `[n * places, kernel * kernel * in]`.
    fn patches_by_place(&self, images: &[f32]) -> Vec<f32> {
        let mut patches = vec![0.0; self.images(images) * self.places() * self.patch_len()];
        let run = self.kernel * self.image[2];
        for (place, patch) in patches.chunks_exact_mut(self.patch_len()).enumerate() {
            for (line, start) in patch.chunks_exact_mut(run).zip(self.line_starts(place)) {
                line.copy_from_slice(&images[start..start + run]);
            }
        }
        patches
    }

    /// Adds each patch, `[n * places, kernel * kernel * in]`, to the images at its place.
    fn overlap_add(&self, patches: &[f32], images: &mut [f32]) {
        let run = self.kernel * self.image[2];
        for (place, patch) in patches.chunks_exact(self.patch_len()).enumerate() {
            for (line, start) in patch.chunks_exact(run).zip(self.line_starts(place)) {
                images[start..start + run].iter_mut().zip(line).for_each(|(s, v)| *s += v);
            }
        }
    }

    /// The start of each line of the patch at `place`.
    fn line_starts(&self, place: usize) -> impl Iterator<Item = usize> {
        let [height, width, channels] = self.image;
        let [rows, columns] = self.result();
        let (image, y, x) = (place / (rows * columns), place / columns % rows, place % columns);
        (0..self.kernel).map(move |k| ((image * height + y + k) * width + x) * channels)
    }
}

/// The maximum of each 2 x 2 block plus bias, negative values set to zero.
pub(super) struct Pooled {
    /// `[n, height, width, channels]`
    pub values: Vec<f32>,
    /// Which value of the block was the largest; `CUT` if no gradient flows back.
    winners: Vec<u8>,
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    /// Size of the input.
    rows: usize,
    columns: usize,
}

/// Marks a maximum below zero: the rectifier blocks its gradient.
const CUT: u8 = u8::MAX;

impl Pooled {
    /// Pools `[n, rows, columns, bias.len()]`; an odd last row or column is dropped, as the sizes in the table require.
    pub fn new(convolved: &[f32], bias: &[f32], rows: usize, columns: usize) -> Self {
        let channels = bias.len();
        let (height, width) = (rows / 2, columns / 2);
        let n = convolved.len() / (rows * columns * channels);
        let mut values = vec![0.0; n * height * width * channels];
        let mut winners = vec![CUT; values.len()];
        let cells = values.chunks_exact_mut(channels).zip(winners.chunks_exact_mut(channels)).enumerate();
        for (cell, (values, winners)) in cells {
            let (image, y, x) = (cell / (height * width), cell / width % height, cell % width);
            let at = ((image * rows + 2 * y) * columns + 2 * x) * channels;
            let below = at + columns * channels;
            let four = [at, at + channels, below, below + channels].map(|start| &convolved[start..start + channels]);
            for c in 0..channels {
                let (mut best, mut winner) = (four[0][c], 0);
                for (k, row) in four.iter().enumerate().skip(1) {
                    if row[c] > best {
                        (best, winner) = (row[c], k as u8);
                    }
                }
                let value = best + bias[c];
                // Written so that NaN is passed on: a diverged model must not look healthy.
                if value <= 0.0 {
                    continue;
                }
                values[c] = value;
                winners[c] = winner;
            }
        }
        Self { values, winners, height, width, channels, rows, columns }
    }

    /// The gradient of the input, `[n * rows * columns, channels]`.
    pub fn backward(&self, gradient: &[f32]) -> Array2<f32> {
        let Self { height, width, channels, rows, columns, .. } = *self;
        let images = self.values.len() / (height * width * channels);
        let mut result = vec![0.0; images * rows * columns * channels];
        let cells = gradient.chunks_exact(channels).zip(self.winners.chunks_exact(channels)).enumerate();
        for (cell, (gradient, winners)) in cells {
            let (image, y, x) = (cell / (height * width), cell / width % height, cell % width);
            let at = (image * rows + 2 * y) * columns + 2 * x;
            for (c, (&g, &winner)) in gradient.iter().zip(winners).enumerate() {
                if winner != CUT {
                    let position = at + usize::from(winner / 2) * columns + usize::from(winner % 2);
                    result[position * channels + c] = g;
                }
            }
        }
        matrix(result, images * rows * columns)
    }
}

/// Each `[rows, columns]` of `values` transposed.
pub(super) fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    if rows == 1 || columns == 1 {
        return values.to_vec();
    }
    let mut result = vec![0.0; values.len()];
    for (from, to) in values.chunks_exact(rows * columns).zip(result.chunks_exact_mut(rows * columns)) {
        for (i, row) in from.chunks_exact(columns).enumerate() {
            for (j, v) in row.iter().enumerate() {
                to[j * rows + i] = *v;
            }
        }
    }
    result
}

pub(super) fn column_sums(rows: &Array2<f32>) -> Vec<f32> {
    let mut sums = vec![0.0; rows.ncols()];
    // Slices, because an iterator for each row would cost more than its few channels.
    if let Some(values) = rows.as_standard_layout().as_slice() {
        for row in values.chunks_exact(rows.ncols().max(1)) {
            sums.iter_mut().zip(row).for_each(|(sum, v)| *sum += v);
        }
    }
    sums
}

/// Row-major values as a matrix with this many rows.
pub(super) fn matrix(values: Vec<f32>, rows: usize) -> Array2<f32> {
    let columns = values.len() / rows.max(1);
    Array2::from_shape_vec((rows, columns), values).unwrap_or_default()
}

/// The values of a matrix, row-major.
pub(super) fn values(matrix: Array2<f32>) -> Vec<f32> {
    if matrix.is_standard_layout() { matrix.into_raw_vec_and_offset().0 } else { matrix.iter().copied().collect() }
}
