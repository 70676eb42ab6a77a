//! Convolutions with kernels of 3 x 3 by Winograd's F(2 x 2, 3 x 3): sixteen products for four pixels instead of thirty-six
//! (Lavin and Gray 2016).
//!
//! A result is cut into tiles of 2 x 2 pixels, each of which sees 4 x 4 pixels of the image. Tile and kernel are transformed
//! to 4 x 4 values each, multiplied value by value and summed over the channels, which are sixteen products of matrices, and
//! the sums are transformed to 2 x 2 pixels. The transforms are sums and differences of long rows: over several images
//! (`forward`) or over the channels (`weight_gradient`), so that small images are not slower than large ones.

use std::array::from_fn;

use fearless_simd::Simd;
use rayon::prelude::*;

use super::activation::{After, Finish};
use super::products::{Matrix, multiply};
use super::scratch::{sized, with_scratch};
use super::tiles::{
    POINTS, Place, Rows, gradient_rows, join_rows, kernel_gradients, kernel_row, result_rows, split_rows, tile_row,
};
use super::wide::widest;

/// What keeps the sixteen parts of a matrix from falling on the same lines of a cache.
const APART: usize = 16;
/// The fewest tiles of a row that is transformed at once.
const ROW: usize = 16;
/// Tiles of a product.
const TILES: usize = 256;
/// The fewest channels with which the transforms cost less than the products that they save.
const FEWEST: usize = 32;

/// Kernels `[outputs, inputs, 3, 3]` of a convolution, or those that are turned by half a turn of its adjoint.
#[derive(Debug, Clone, Copy)]
struct Kernels<'a> {
    weights: &'a [f32],
    turned: bool,
}

/// A convolution of images `[n, inputs, height, width]` to `[n, outputs, ..]` with kernels of 3 x 3 and stride 1.
#[derive(Debug, Clone, Copy)]
pub struct Winograd {
    pub inputs: usize,
    pub outputs: usize,
    pub height: usize,
    pub width: usize,
    /// Rows of zeros above and below, and columns left and right.
    pub padding: [usize; 2],
}

impl Winograd {
    /// Whether it is defined here and faster than the product over patches.
    pub fn pays(&self) -> bool {
        self.inputs.min(self.outputs) >= FEWEST && self.padding.iter().all(|padding| *padding <= 2)
    }

    /// The convolution with weights `[outputs, inputs, 3, 3]`.
    pub fn forward(&self, images: &[f32], weights: &[f32], after: After<'_>) -> Vec<f32> {
        self.convolution(images, Kernels { weights, turned: false }, after)
    }

    /// The adjoint of `forward`, from results to images: the convolution with turned kernels.
    pub fn adjoint(&self, results: &[f32], weights: &[f32], after: After<'_>) -> Vec<f32> {
        let [height, width] = self.result();
        let turned = Self {
            inputs: self.outputs,
            outputs: self.inputs,
            height,
            width,
            padding: self.padding.map(|padding| 2 - padding),
        };
        turned.convolution(results, Kernels { weights, turned: true }, after)
    }

    fn convolution(&self, images: &[f32], kernels: Kernels<'_>, after: After<'_>) -> Vec<f32> {
        let (image, result) = (self.inputs * self.height * self.width, self.outputs * self.places());
        let mut results = vec![0.0; images.len() / image * result];
        let group = self.together();
        with_scratch(|[kernel]| {
            let kernel = &self.transformed_kernels(kernels, kernel);
            results.par_chunks_mut(group * result).zip(images.par_chunks(group * image)).for_each(
                |(results, images)| {
                    with_scratch(|scratch| self.group(images, kernel, scratch, results, after));
                },
            );
        });
        results
    }

    /// The convolution of a group of images.
    fn group(
        &self,
        images: &[f32],
        kernels: &[Matrix<'_>; POINTS],
        [tiles, sums]: [&mut Vec<f32>; 2],
        results: &mut [f32],
        after: After<'_>,
    ) {
        let plane = self.height * self.width;
        let n = images.len() / (self.inputs * plane);
        let columns = n * self.tiles_len();
        let tiles = sized(tiles, POINTS * (self.inputs * columns + APART));
        parts(tiles, self.inputs, columns).into_par_iter().enumerate().for_each(|(channel, mut points)| {
            with_scratch(|[frame]| {
                widest!(simd => for first in (0..n).step_by(self.lanes()) {
                    let lanes = self.lanes().min(n - first);
                    let planes = &images[(first * self.inputs + channel) * plane..];
                    let frame = self.frame(planes, lanes, self.inputs * plane, frame);
                    self.transformed_tiles(simd, frame, lanes, &mut points, first * self.tiles_len());
                });
            });
        });
        let apart = self.outputs * columns + APART;
        let sums = sized(sums, POINTS * apart);
        sums.par_chunks_exact_mut(apart).enumerate().for_each(|(point, sums)| {
            let tiles = &tiles[point * (self.inputs * columns + APART)..];
            multiply(kernels[point], Matrix::new(tiles, self.inputs, columns), sums, columns, false);
        });
        let block = self.lanes() * self.outputs * self.places();
        results.par_chunks_mut(block).enumerate().for_each(|(i, results)| {
            let first = i * self.lanes() * self.tiles_len();
            let lanes = results.len() / (self.outputs * self.places());
            with_scratch(|[rows]| {
                let rows = sized(rows, 4 * self.tiles()[1] * lanes);
                widest!(simd => for channel in 0..self.outputs {
                    let mut points = [&[][..]; POINTS];
                    for (point, sums) in points.iter_mut().zip(sums.chunks_exact(apart)) {
                        *point = &sums[channel * columns + first..];
                    }
                    let results = &mut results[channel * self.places()..];
                    self.results(simd, points, rows, lanes, results, after.of(channel));
                });
            });
        });
    }

    /// The gradient with respect to the weights, `[outputs, inputs, 3, 3]`, from images and the gradient of the results.
    pub fn weight_gradient(&self, images: &[f32], gradient: &[f32]) -> Vec<f32> {
        let (image, result) = (self.inputs * self.height * self.width, self.outputs * self.places());
        let group = self.together();
        let mut weights = vec![0.0; self.outputs * self.inputs * 9];
        with_scratch(|[sums]| {
            let apart = self.outputs * self.inputs + APART;
            let sums = sized(sums, POINTS * apart);
            let groups = images.chunks(group * image).zip(gradient.chunks(group * result));
            for (i, (images, gradient)) in groups.enumerate() {
                with_scratch(|scratch| self.add_products(images, gradient, scratch, sums, i > 0));
            }
            weights.par_chunks_mut(self.inputs * 9).enumerate().for_each(|(output, weights)| {
                let points = from_fn(|point| &sums[point * apart + output * self.inputs..][..self.inputs]);
                widest!(simd => kernel_gradients(simd, points, weights));
            });
        });
        weights
    }

    /// Adds a group's products of gradients and tiles; the first group sets them.
    fn add_products(
        &self,
        images: &[f32],
        gradient: &[f32],
        [tiles, gradients]: [&mut Vec<f32>; 2],
        sums: &mut [f32],
        add: bool,
    ) {
        let (image, result) = (self.inputs * self.height * self.width, self.outputs * self.places());
        let n = images.len() / image;
        let rows = n * self.tiles_len();
        let tiles = sized(tiles, POINTS * (self.inputs * rows + APART));
        let gradients = sized(gradients, POINTS * (self.outputs * rows + APART));
        let places = parts(tiles, n, self.tiles_len() * self.inputs);
        places.into_par_iter().zip(images.par_chunks(image)).for_each(|(mut points, image)| {
            with_scratch(|[frame]| {
                widest!(simd => {
                    let frame = self.frame(image, self.inputs, self.height * self.width, frame);
                    self.transformed_tiles(simd, frame, self.inputs, &mut points, 0);
                });
            });
        });
        let of_results = self.of_results();
        let places = parts(gradients, n, self.tiles_len() * self.outputs);
        places.into_par_iter().zip(gradient.par_chunks(result)).for_each(|(mut points, gradient)| {
            with_scratch(|[frame]| {
                widest!(simd => {
                    let frame = of_results.frame(gradient, self.outputs, self.places(), frame);
                    self.transformed_gradients(simd, frame, &mut points);
                });
            });
        });
        sums.par_chunks_exact_mut(self.outputs * self.inputs + APART).enumerate().for_each(|(point, sums)| {
            let tiles = Matrix::new(&tiles[point * (self.inputs * rows + APART)..], rows, self.inputs);
            let gradients = Matrix::new(&gradients[point * (self.outputs * rows + APART)..], rows, self.outputs);
            multiply(gradients.transposed(), tiles, sums, self.inputs, add);
        });
    }

    /// Height and width of the result.
    fn result(&self) -> [usize; 2] {
        [self.height + 2 * self.padding[0] - 2, self.width + 2 * self.padding[1] - 2]
    }

    fn places(&self) -> usize {
        self.result().iter().product()
    }

    /// Rows and columns of tiles.
    fn tiles(&self) -> [usize; 2] {
        self.result().map(|side| side.div_ceil(2))
    }

    fn tiles_len(&self) -> usize {
        self.tiles().iter().product()
    }

    /// Images of one product, at least one; independent of the number of images and of threads.
    fn together(&self) -> usize {
        (TILES / self.tiles_len()).max(1)
    }

    /// Images whose rows are transformed as one.
    fn lanes(&self) -> usize {
        (ROW / self.tiles()[1].next_power_of_two()).max(1).min(self.together())
    }

    /// The results seen as images without padding, of as many tiles.
    fn of_results(&self) -> Self {
        let [height, width] = self.result();
        Self { inputs: self.outputs, height, width, padding: [0, 0], ..*self }
    }

    /// Planes that begin `apart` from each other as `[row, 2, column / 2, plane]` with zeros around them: of each row first the
    /// even columns, then the odd ones.
    #[inline(always)]
    fn frame<'a>(&self, planes: &[f32], lanes: usize, apart: usize, scratch: &'a mut Vec<f32>) -> &'a [f32] {
        // One row and column of tiles more than there are, for the last tile sees two pixels beyond its own.
        let ([rows, columns], [above, left]) = (self.frame_tiles(), self.padding);
        let half = columns * lanes;
        let frame = sized(scratch, rows * 2 * 2 * half);
        let starts = [left / 2 * lanes, left.div_ceil(2) * lanes];
        for (y, row) in frame.chunks_exact_mut(2 * half).enumerate() {
            let Some(y) = y.checked_sub(above).filter(|y| *y < self.height) else {
                row.fill(0.0);
                continue;
            };
            let (even, odd) = row.split_at_mut(half);
            let halves = if left % 2 == 0 { [even, odd] } else { [odd, even] };
            let [first, second] = halves;
            let to = [(first, starts[0], self.width.div_ceil(2)), (second, starts[1], self.width / 2)];
            let to = to.map(|(half, start, pixels)| {
                let (before, values) = half.split_at_mut(start);
                before.fill(0.0);
                values[pixels * lanes..].fill(0.0);
                values
            });
            split_rows(Rows { apart, width: self.width, count: lanes }, &planes[y * self.width..], to);
        }
        frame
    }

    fn frame_tiles(&self) -> [usize; 2] {
        [(self.height + 2 * self.padding[0]).div_ceil(2), (self.width + 2 * self.padding[1]).div_ceil(2)]
    }

    /// B' d B of the tiles of a frame, written from `at` on for each of the sixteen points, `[tile row, tile column, lane]`.
    #[inline(always)]
    fn transformed_tiles<S: Simd>(
        &self,
        simd: S,
        frame: &[f32],
        lanes: usize,
        points: &mut [&mut [f32]; POINTS],
        at: usize,
    ) {
        let [rows, columns] = self.tiles();
        let (half, len) = (self.frame_tiles()[1] * lanes, columns * lanes);
        for i in 0..rows {
            let (above, below) = frame[4 * i * half..][..8 * half].split_at(4 * half);
            let ((a, b), (c, d)) = (above.split_at(2 * half), below.split_at(2 * half));
            tile_row(simd, [a, b, c, d], Place { half, step: lanes, at: at + i * len, len }, points);
        }
    }

    /// A g A' of the tiles of a frame of gradients.
    #[inline(always)]
    fn transformed_gradients<S: Simd>(&self, simd: S, frame: &[f32], points: &mut [&mut [f32]; POINTS]) {
        let len = self.tiles()[1] * self.outputs;
        for (i, pixels) in frame.chunks_exact(4 * len).enumerate() {
            gradient_rows(simd, pixels, points, i * len);
        }
    }

    /// A' m A of a channel's tiles of `lanes` images, with what follows, to its planes in the results.
    #[inline(always)]
    fn results<S: Simd>(
        &self,
        simd: S,
        points: [&[f32]; POINTS],
        rows: &mut [f32],
        lanes: usize,
        results: &mut [f32],
        finish: Finish,
    ) {
        let [height, width] = self.result();
        let len = self.tiles()[1] * lanes;
        for y in (0..height).step_by(2) {
            result_rows(simd, points, y / 2 * len, rows, finish);
            let (above, below) = rows.split_at(2 * len);
            for (y, row) in [(y, above), (y + 1, below)].into_iter().take(height - y) {
                let size = Rows { apart: self.outputs * self.places(), width, count: lanes };
                join_rows(size, row.split_at(len).into(), &mut results[y * width..]);
            }
        }
    }

    /// G g G' of all kernels, for each of the sixteen points `[outputs, inputs]`.
    fn transformed_kernels<'a>(&self, kernels: Kernels<'_>, scratch: &'a mut Vec<f32>) -> [Matrix<'a>; POINTS] {
        // In the order of the weights, of which those of the adjoint are by inputs.
        let [rows, columns] = if kernels.turned { [self.inputs, self.outputs] } else { [self.outputs, self.inputs] };
        let apart = rows * columns + APART;
        let all = sized(scratch, POINTS * apart);
        let weights = kernels.weights.par_chunks_exact(columns * 9);
        parts(all, rows, columns).into_par_iter().zip(weights).for_each(|(mut points, weights)| {
            widest!(simd => kernel_row(simd, weights, kernels.turned, &mut points));
        });
        from_fn(|point| {
            let matrix = Matrix::new(&all[point * apart..], rows, columns);
            if kernels.turned { matrix.transposed() } else { matrix }
        })
    }
}

/// The sixteen parts of a matrix `[point, unit, len]`, for each unit.
fn parts(values: &mut [f32], units: usize, len: usize) -> Vec<[&mut [f32]; POINTS]> {
    let mut parts: Vec<_> =
        values.chunks_exact_mut(units * len + APART).map(|part| part.chunks_exact_mut(len)).collect();
    (0..units).map(|_| from_fn(|point| parts[point].next().unwrap_or_default())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::activation::Activation;
    use super::*;
    use crate::rng::Streams;

    fn normals(name: &str, count: usize) -> Vec<f32> {
        Streams::new(5).get(name, 0).normals(count)
    }

    /// Odd and even sizes, one tile and many groups, channels that fill no row of lanes.
    const SIZES: [(Winograd, usize); 4] = [
        (Winograd { inputs: 5, outputs: 19, height: 7, width: 9, padding: [1, 1] }, 20),
        (Winograd { inputs: 17, outputs: 3, height: 2, width: 2, padding: [1, 1] }, 300),
        (Winograd { inputs: 2, outputs: 16, height: 33, width: 40, padding: [0, 2] }, 2),
        (Winograd { inputs: 1, outputs: 1, height: 3, width: 3, padding: [0, 0] }, 3),
    ];

    /// The same sums one by one, in f64.
    fn plain(way: &Winograd, images: &[f32], weights: &[f32], n: usize) -> Vec<f64> {
        let [height, width] = way.result();
        let mut results = vec![0.0; n * way.outputs * height * width];
        for (at, value) in results.iter_mut().enumerate() {
            let (x, y) = (at % width, at / width % height);
            let (output, image) = (at / (height * width) % way.outputs, at / (height * width) / way.outputs);
            for (i, weight) in weights[output * way.inputs * 9..][..way.inputs * 9].iter().enumerate() {
                let (from_y, from_x) = (y + i % 9 / 3, x + i % 3);
                let inside = (way.padding[0]..way.padding[0] + way.height).contains(&from_y)
                    && (way.padding[1]..way.padding[1] + way.width).contains(&from_x);
                if inside {
                    let row = (image * way.inputs + i / 9) * way.height + from_y - way.padding[0];
                    *value += f64::from(images[row * way.width + from_x - way.padding[1]]) * f64::from(*weight);
                }
            }
        }
        results
    }

    fn dot(a: &[f32], b: &[f32]) -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    }

    /// The convolution against plain sums, and both gradients as its adjoints: <conv(x, w), g> is <x, adjoint(g, w)> and
    /// <w, gradient(x, g)>.
    #[test]
    fn agrees_with_plain_sums_and_its_adjoints() {
        for (way, n) in SIZES {
            let images = normals("images", n * way.inputs * way.height * way.width);
            let weights = normals("weights", way.outputs * way.inputs * 9);
            let bias = normals("bias", way.outputs);
            let ours = way.forward(&images, &weights, After { bias: &bias, activation: Activation::NONE });
            let expected = plain(&way, &images, &weights, n);
            assert_eq!(ours.len(), expected.len());
            for (i, (ours, expected)) in ours.iter().zip(expected).enumerate() {
                let expected = expected + f64::from(bias[i / way.places() % way.outputs]);
                assert!((f64::from(*ours) - expected).abs() < 2e-5, "{way:?}[{i}]: {ours} against {expected}");
            }
            let gradient = normals("gradient", ours.len());
            let results = way.forward(&images, &weights, After::NOTHING);
            let scale = (dot(&results, &results) * dot(&gradient, &gradient)).sqrt();
            let expected = dot(&results, &gradient);
            let of_images = dot(&images, &way.adjoint(&gradient, &weights, After::NOTHING));
            let of_weights = dot(&weights, &way.weight_gradient(&images, &gradient));
            assert!((of_images - expected).abs() < 1e-6 * scale, "{way:?}: {of_images} against {expected}");
            assert!((of_weights - expected).abs() < 1e-6 * scale, "{way:?}: {of_weights} against {expected}");
        }
    }

    #[test]
    fn bits_do_not_depend_on_threads() {
        for (way, n) in SIZES {
            let images = normals("images", n * way.inputs * way.height * way.width);
            let weights = normals("weights", way.outputs * way.inputs * 9);
            let gradient = normals("gradient", n * way.outputs * way.places());
            let all = || {
                let forward = way.forward(&images, &weights, After::NOTHING);
                let adjoint = way.adjoint(&gradient, &weights, After::NOTHING);
                let all = [forward, adjoint, way.weight_gradient(&images, &gradient)].concat();
                all.into_iter().map(f32::to_bits).collect::<Vec<_>>()
            };
            let of = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(all);
            assert_eq!(of(1), of(2));
            assert_eq!(of(1), of(5));
        }
    }

    /// The pixel that is no number makes its neighbours none, and reaches both gradients.
    #[test]
    fn a_nan_passes_through() {
        let (way, n) = SIZES[0];
        let mut images = normals("images", n * way.inputs * way.height * way.width);
        images[10] = f32::NAN;
        let weights = normals("weights", way.outputs * way.inputs * 9);
        let results = way.forward(&images, &weights, After { bias: &[], activation: Activation::RELU });
        assert!(results[10].is_nan());
        assert!(way.adjoint(&results, &weights, After::NOTHING)[10].is_nan());
        assert!(way.weight_gradient(&images, &results).iter().all(|v| v.is_nan()));
    }
}
