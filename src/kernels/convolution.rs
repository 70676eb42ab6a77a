//! Convolutions on the CPU: matrix products over the patches of one or several images, both gradients, and the transposed
//! convolution as the adjoint. Kernels of 3 x 3 with many channels go another way, `winograd`, and wide rows forward need no
//! patches, `direct`.

use std::ops::Range;

use rayon::prelude::*;

use super::activation::{Activation, After};
use super::direct::{Direct, Sizes};
use super::layer::{Layer, Wanted};
use super::planes;
use super::products::{Matrix, multiply};
use super::scratch::{sized, with_scratch};
use super::wide::widest;
use super::winograd::Winograd;

/// Columns of a product: the places of one or several images. Fewer cost speed in deep layers, more gain nothing.
const COLUMNS: usize = 1_024;
/// The same of layers with few weights and long patches, whose patches then stay in the second-level cache; packing such
/// weights again costs little.
const COLUMNS_OF_FEW: usize = 512;
const FEW_WEIGHTS: usize = 32_768;
const LONG_PATCH: usize = 256;

/// Memory for padded images, patches and products.
type Scratch<'a> = [&'a mut Vec<f32>; 3];

/// The sizes of a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Channels, height and width of an image.
    pub image: [usize; 3],
    /// Channels of the result.
    pub out: usize,
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    /// Rows of zeros above and below, and columns left and right.
    pub padding: [usize; 2],
}

/// A convolution of images `[n, in, height, width]` with weights `[out, in, kernel, kernel]` and bias `[out]`; or transposed,
/// the adjoint: of its results `[n, out, ..]`, images, with the same weights and bias `[in]`.
#[derive(Debug, Clone, Copy)]
pub struct Convolution {
    pub geometry: Geometry,
    pub transposed: bool,
    pub activation: Activation,
}

impl Layer<3> for Convolution {
    fn shape(&self, input: &[usize]) -> Vec<usize> {
        let [channels, height, width] = self.output();
        vec![input[0], channels, height, width]
    }

    fn forward(&self, [x, weights, bias]: [&[f32]; 3]) -> (Vec<f32>, Vec<f32>) {
        let after = After { bias, activation: self.activation };
        let y = if self.transposed {
            self.geometry.adjoint(x, weights, after)
        } else {
            self.geometry.forward(x, weights, after)
        };
        (y, Vec::new())
    }

    fn backward(
        &self,
        [x, weights, bias]: [&[f32]; 3],
        y: &[f32],
        _: &[f32],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> Wanted<3> {
        let gradient = self.activation.gradients(gradient, y);
        let [_, height, width] = self.output();
        let opposite = || match self.transposed {
            true => self.geometry.forward(&gradient, weights, After::NOTHING),
            false => self.geometry.adjoint(&gradient, weights, After::NOTHING),
        };
        let (images, results) = if self.transposed { (&*gradient, x) } else { (x, &*gradient) };
        [
            wanted[0].then(opposite),
            wanted[1].then(|| self.geometry.weight_gradient(images, results)),
            wanted[2].then(|| planes::channel_sums(&gradient, bias.len(), height * width)),
        ]
    }
}

impl Convolution {
    /// Channels, height and width of the output.
    fn output(&self) -> [usize; 3] {
        let [height, width] = self.geometry.result();
        if self.transposed { self.geometry.image } else { [self.geometry.out, height, width] }
    }
}

impl Geometry {
    /// Height and width of the result.
    pub fn result(&self) -> [usize; 2] {
        [0, 1].map(|d| (self.image[d + 1] + 2 * self.padding[d] - self.kernel[d]) / self.stride[d] + 1)
    }

    fn places(&self) -> usize {
        self.result().iter().product()
    }

    /// Values of one image.
    fn image_len(&self) -> usize {
        self.image.iter().product()
    }

    /// Values of one result.
    fn result_len(&self) -> usize {
        self.out * self.places()
    }

    /// Values of the patch at one place.
    fn patch_len(&self) -> usize {
        self.image[0] * self.kernel[0] * self.kernel[1]
    }

    /// Images of one product, at least one; independent of the number of images and of threads. Of the gradient of the weights
    /// it decides the order of the sums.
    fn together(&self) -> usize {
        (COLUMNS / self.places()).max(1)
    }

    /// Images of one product whose sums are over one image each, so that it changes no bit.
    fn together_apart(&self) -> usize {
        let patch = self.patch_len();
        let columns = if patch >= LONG_PATCH && self.out * patch <= FEW_WEIGHTS { COLUMNS_OF_FEW } else { COLUMNS };
        (columns / self.places()).max(1)
    }

    /// Rows of results of one product, if an image alone has too many places.
    fn rows(&self) -> usize {
        let [height, width] = self.result();
        (COLUMNS / width).clamp(1, height)
    }

    /// Whether a patch is the pixel itself.
    fn is_pointwise(&self) -> bool {
        self.kernel == [1, 1] && self.stride == [1, 1] && self.padding == [0, 0]
    }

    /// The faster way for kernels of 3 x 3, if it pays.
    fn winograd(&self) -> Option<Winograd> {
        let [inputs, height, width] = self.image;
        let way = Winograd { inputs, outputs: self.out, height, width, padding: self.padding };
        (self.kernel == [3, 3] && self.stride == [1, 1] && way.pays()).then_some(way)
    }

    /// The way without patches, forward, if it pays.
    fn direct(&self) -> Option<Sizes> {
        let sizes = Sizes { inputs: self.image[0], outputs: self.out, kernel: self.kernel, padded: self.padded() };
        (self.stride == [1, 1] && sizes.pays()).then_some(sizes)
    }

    /// The convolution of images `[n, in, height, width]` with weights `[out, in, kernel, kernel]`:
    /// `[n, out, height, width]`.
    fn forward(&self, images: &[f32], weights: &[f32], after: After<'_>) -> Vec<f32> {
        if let Some(way) = self.winograd() {
            return way.forward(images, weights, after);
        }
        let n = images.len() / self.image_len();
        let mut result = vec![0.0; n * self.result_len()];
        let group = self.together_apart();
        let pairs = images.par_chunks(group * self.image_len()).zip(result.par_chunks_mut(group * self.result_len()));
        if let Some(sizes) = self.direct() {
            let direct = Direct::new(sizes, weights, after);
            pairs.for_each(|(images, result)| {
                with_scratch(|[padded]| direct.forward(self.pad(images, padded), result));
            });
            return result;
        }
        let weights = Matrix::new(weights, self.out, self.patch_len());
        pairs.for_each(|(images, result)| {
            with_scratch(|scratch| self.forward_group(images, weights, result, scratch));
            after.apply(result, self.out, self.places());
        });
        result
    }

    fn forward_group(&self, images: &[f32], weights: Matrix<'_>, result: &mut [f32], scratch: Scratch<'_>) {
        let [padded, patches, product] = scratch;
        let n = images.len() / self.image_len();
        let places = self.places();
        let images = self.pad(images, padded);
        for rows in self.row_tiles() {
            let columns = n * rows.len() * self.result()[1];
            let patches = self.patches(images, rows.clone(), patches);
            let patches = Matrix::new(patches, self.patch_len(), columns);
            if n == 1 {
                multiply(weights, patches, &mut result[rows.start * self.result()[1]..], places, false);
            } else {
                let product = sized(product, self.out * columns);
                multiply(weights, patches, product, columns, false);
                swap_outer(product, self.out, n, places, result);
            }
        }
    }

    /// The gradient with respect to the images, from that of the result: the adjoint of `forward`, which is also a
    /// transposed convolution.
    fn adjoint(&self, result: &[f32], weights: &[f32], after: After<'_>) -> Vec<f32> {
        if let Some(way) = self.winograd() {
            return way.adjoint(result, weights, after);
        }
        let n = result.len() / self.result_len();
        let mut images = vec![0.0; n * self.image_len()];
        let group = self.together_apart();
        let weights = Matrix::new(weights, self.out, self.patch_len());
        let pairs = images.par_chunks_mut(group * self.image_len()).zip(result.par_chunks(group * self.result_len()));
        pairs.for_each(|(images, result)| {
            with_scratch(|scratch| self.adjoint_group(images, weights, result, scratch));
            after.apply(images, self.image[0], self.image[1] * self.image[2]);
        });
        images
    }

    fn adjoint_group(&self, images: &mut [f32], weights: Matrix<'_>, result: &[f32], scratch: Scratch<'_>) {
        let n = images.len() / self.image_len();
        let [padded, patches, product] = scratch;
        let pads = self.padding != [0, 0];
        let padded = sized(padded, if pads { n * self.image[0] * self.padded().iter().product::<usize>() } else { 0 });
        padded.fill(0.0);
        for rows in self.row_tiles() {
            let columns = n * rows.len() * self.result()[1];
            let patches = sized(patches, self.patch_len() * columns);
            let gathered = self.gathered(result, rows.clone(), product);
            multiply(weights.transposed(), gathered, patches, columns, false);
            self.add_patches(patches, rows, if pads { &mut *padded } else { &mut *images });
        }
        if pads {
            self.unpad(padded, images);
        }
    }

    /// The gradient with respect to the weights, `[out, in, kernel, kernel]`, from images and the gradient of the result.
    fn weight_gradient(&self, images: &[f32], result: &[f32]) -> Vec<f32> {
        if let Some(way) = self.winograd() {
            return way.weight_gradient(images, result);
        }
        let group = self.together();
        let pairs = images.par_chunks(group * self.image_len()).zip(result.par_chunks(group * self.result_len()));
        // The groups' sums are added in their order, whichever thread computed them.
        let sums: Vec<Vec<f32>> = pairs
            .map(|(images, result)| with_scratch(|scratch| self.weight_gradient_group(images, result, scratch)))
            .collect();
        let mut sums = sums.into_iter();
        let mut total = sums.next().unwrap_or_default();
        for sum in sums {
            total.iter_mut().zip(&sum).for_each(|(t, s)| *t += s);
        }
        total
    }

    fn weight_gradient_group(
        &self,
        images: &[f32],
        result: &[f32],
        [padded, patches, product]: Scratch<'_>,
    ) -> Vec<f32> {
        let n = images.len() / self.image_len();
        let mut sum = vec![0.0; self.out * self.patch_len()];
        let images = self.pad(images, padded);
        for rows in self.row_tiles() {
            let columns = n * rows.len() * self.result()[1];
            let patches = Matrix::new(self.patches(images, rows.clone(), patches), self.patch_len(), columns);
            let gathered = self.gathered(result, rows, product);
            multiply(gathered, patches.transposed(), &mut sum, self.patch_len(), true);
        }
        sum
    }

    fn row_tiles(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (height, step) = (self.result()[0], self.rows());
        (0..height).step_by(step).map(move |start| start..(start + step).min(height))
    }

    /// Height and width of an image with its padding.
    fn padded(&self) -> [usize; 2] {
        [0, 1].map(|d| self.image[d + 1] + 2 * self.padding[d])
    }

    /// Images with their padding.
    fn pad<'a>(&self, images: &'a [f32], scratch: &'a mut Vec<f32>) -> &'a [f32] {
        if self.padding == [0, 0] {
            return images;
        }
        let [_, height, width] = self.image;
        let [padded_height, padded_width] = self.padded();
        let planes = images.len() / (height * width);
        let padded = sized(scratch, planes * padded_height * padded_width);
        padded.fill(0.0);
        for (plane, padded) in
            images.chunks_exact(height * width).zip(padded.chunks_exact_mut(padded_height * padded_width))
        {
            let rows = padded.chunks_exact_mut(padded_width).skip(self.padding[0]);
            for (row, padded) in plane.chunks_exact(width).zip(rows) {
                padded[self.padding[1]..][..width].copy_from_slice(row);
            }
        }
        padded
    }

    /// The patches of these rows of the results, `[in * kernel * kernel, n * rows * width]`, of padded images.
    fn patches<'a>(&self, images: &'a [f32], rows: Range<usize>, scratch: &'a mut Vec<f32>) -> &'a [f32] {
        let [height, width] = self.padded();
        let result_width = self.result()[1];
        let n = images.len() / (self.image[0] * height * width);
        if self.is_pointwise() && n == 1 && rows.len() == height {
            return images;
        }
        let block = rows.len() * result_width;
        let patches = sized(scratch, self.patch_len() * n * block);
        widest!(for (block, plane) in patches.chunks_exact_mut(block).zip(self.windows(n, rows.start)) {
            copy_rows(block, &images[plane..], result_width, self.stride[0] * width, self.stride[1]);
        });
        patches
    }

    /// Adds patches of these rows, `[in * kernel * kernel, n * rows * width]`, to padded images at their places.
    fn add_patches(&self, patches: &[f32], rows: Range<usize>, images: &mut [f32]) {
        let [height, width] = self.padded();
        let result_width = self.result()[1];
        let n = images.len() / (self.image[0] * height * width);
        let block = rows.len() * result_width;
        widest!(for (block, plane) in patches.chunks_exact(block).zip(self.windows(n, rows.start)) {
            add_rows(&mut images[plane..], block, result_width, self.stride[0] * width, self.stride[1]);
        });
    }

    /// Where the values of each block of `[in, kernel, kernel, n]` begin in padded images, from row `row` of results on.
    fn windows(&self, n: usize, row: usize) -> impl Iterator<Item = usize> + use<> {
        let ([height, width], [rows, columns], channels) = (self.padded(), self.kernel, self.image[0]);
        let first = row * self.stride[0] * width;
        let elements = (0..channels)
            .flat_map(move |c| (0..rows).flat_map(move |y| (0..columns).map(move |x| (c * height + y) * width + x)));
        elements.flat_map(move |at| (0..n).map(move |image| image * channels * height * width + at + first))
    }

    /// Adds the inside of padded images to images.
    fn unpad(&self, padded: &[f32], images: &mut [f32]) {
        let [_, height, width] = self.image;
        let [padded_height, padded_width] = self.padded();
        for (plane, padded) in
            images.chunks_exact_mut(height * width).zip(padded.chunks_exact(padded_height * padded_width))
        {
            let rows = padded.chunks_exact(padded_width).skip(self.padding[0]);
            for (row, padded) in plane.chunks_exact_mut(width).zip(rows) {
                row.copy_from_slice(&padded[self.padding[1]..][..width]);
            }
        }
    }

    /// These rows of results `[n, out, height, width]` as `[out, n * rows * width]`.
    fn gathered<'a>(&self, result: &'a [f32], rows: Range<usize>, scratch: &'a mut Vec<f32>) -> Matrix<'a> {
        let places = self.places();
        let n = result.len() / self.result_len();
        let width = self.result()[1];
        if n == 1 {
            let columns = rows.len() * width;
            let values = &result[rows.start * width..];
            return Matrix::apart(values, self.out, columns, places);
        }
        let gathered = sized(scratch, result.len());
        swap_outer(result, n, self.out, places, gathered);
        Matrix::new(gathered, self.out, n * places)
    }
}

/// `[a, b, rest]` to `[b, a, rest]`.
fn swap_outer(from: &[f32], a: usize, b: usize, rest: usize, to: &mut [f32]) {
    for i in 0..a {
        for j in 0..b {
            to[(j * a + i) * rest..][..rest].copy_from_slice(&from[(i * b + j) * rest..][..rest]);
        }
    }
}

/// Copies rows of `width` values that lie `apart` in `from`, their values `stride` apart.
#[inline(always)]
fn copy_rows(to: &mut [f32], from: &[f32], width: usize, apart: usize, stride: usize) {
    match (stride, width) {
        (1, 2) => copy_rows_of::<2>(to, from, apart),
        (1, 4) => copy_rows_of::<4>(to, from, apart),
        (1, 8) => copy_rows_of::<8>(to, from, apart),
        (1, 16) => copy_rows_of::<16>(to, from, apart),
        (1, 24) => copy_rows_of::<24>(to, from, apart),
        (1, 32) => copy_rows_of::<32>(to, from, apart),
        _ => {
            for (to, from) in to.chunks_exact_mut(width).zip(from.chunks(apart)) {
                to.iter_mut().zip(from.iter().step_by(stride)).for_each(|(t, f)| *t = *f);
            }
        }
    }
}

/// Rows of a length that the compiler knows, which saves a call for each.
#[inline(always)]
fn copy_rows_of<const WIDTH: usize>(to: &mut [f32], from: &[f32], apart: usize) {
    let (to, _) = to.as_chunks_mut::<WIDTH>();
    for (to, from) in to.iter_mut().zip(from.chunks(apart)) {
        if let Some(from) = from.first_chunk::<WIDTH>() {
            *to = *from;
        }
    }
}

/// Adds rows of `width` values to those that lie `apart` in `to`, their values `stride` apart.
#[inline(always)]
fn add_rows(to: &mut [f32], from: &[f32], width: usize, apart: usize, stride: usize) {
    match (stride, width) {
        (1, 2) => add_rows_of::<2>(to, from, apart),
        (1, 4) => add_rows_of::<4>(to, from, apart),
        (1, 8) => add_rows_of::<8>(to, from, apart),
        (1, 16) => add_rows_of::<16>(to, from, apart),
        (1, 24) => add_rows_of::<24>(to, from, apart),
        (1, 32) => add_rows_of::<32>(to, from, apart),
        _ => {
            for (from, to) in from.chunks_exact(width).zip(to.chunks_mut(apart)) {
                to.iter_mut().step_by(stride).zip(from).for_each(|(t, f)| *t += f);
            }
        }
    }
}

#[inline(always)]
fn add_rows_of<const WIDTH: usize>(to: &mut [f32], from: &[f32], apart: usize) {
    let (from, _) = from.as_chunks::<WIDTH>();
    for (from, to) in from.iter().zip(to.chunks_mut(apart)) {
        if let Some(to) = to.first_chunk_mut::<WIDTH>() {
            for (t, f) in to.iter_mut().zip(from) {
                *t += f;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    /// Sums without patches have the bits of the products over them, also where a product is cut within a row of a kernel.
    #[test]
    fn without_patches_the_bits_are_those_of_products_over_patches() {
        for (image, out, kernel, padding) in [
            ([1, 28, 28], 20, [5, 5], [0, 0]),
            ([20, 12, 12], 50, [5, 5], [0, 0]),
            ([3, 32, 32], 64, [3, 3], [1, 1]),
            ([7, 19, 21], 9, [3, 5], [2, 1]),
            ([60, 3, 15], 5, [3, 3], [0, 2]),
        ] {
            let geometry = Geometry { image, out, kernel, stride: [1, 1], padding };
            let sizes = geometry.direct().expect("a size that goes this way");
            let mut rng = Streams::new(6).get("direct", out as u64);
            let n = 3;
            let images = rng.normals(n * geometry.image_len());
            let (weights, bias) = (rng.normals(out * geometry.patch_len()), rng.normals(out));
            let after = After { bias: &bias, activation: Activation::leaky(0.2) };
            let (mut ours, mut expected) = (vec![0.0; n * geometry.result_len()], vec![0.0; n * geometry.result_len()]);
            let direct = Direct::new(sizes, &weights, after);
            with_scratch(|[padded]| direct.forward(geometry.pad(&images, padded), &mut ours));
            let weights = Matrix::new(&weights, out, geometry.patch_len());
            with_scratch(|scratch| geometry.forward_group(&images, weights, &mut expected, scratch));
            after.apply(&mut expected, out, geometry.places());
            let differ = ours.iter().zip(&expected).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
            assert_eq!(differ, 0, "{geometry:?}");
        }
    }
}
