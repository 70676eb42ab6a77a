//! Principal components by subspace iteration (Halko, Martinsson and Tropp 2011, section 4.5): passes over all images, each
//! of which multiplies a few more directions than are wanted by the covariance of the pixels, so that images of any size
//! and number need no covariance matrix. The first directions are drawn from `generator_seed`, and all sums are in one order:
//! the same bits on any number of threads.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::eigen::eigen;
use super::net::PcaNet;
use crate::dataset::Split;
use crate::device::ComputeDevice;
use crate::experiment::Experiment;
use crate::generator::auto_encoder::AutoEncoder;
use crate::generator::state::TrainingState;
use crate::generator::weights::{self, NamedTensor};
use crate::generator::{Generator, GeneratorError, GeneratorLosses, GeneratorTraining, TrainingStep};
use crate::kernels::{Matrix, product};
use crate::rng::Streams;

/// Passes that multiply the directions: after them the components that are wanted agree with the exact ones in about six
/// digits of the variance that they keep (tested).
const MULTIPLIED: usize = 10;
/// Passes in all: for the mean, for the multiplications, and for the variances.
pub const PASSES: usize = MULTIPLIED + 2;
/// Directions beside those that are wanted; twice as many and some more let them settle in few passes.
const MORE: usize = 16;
/// Values of the images of a unit of work, and the most images.
const VALUES_PER_UNIT: usize = 2 << 20;
const IMAGES_PER_UNIT: usize = 2_048;
/// A direction with less than this share of the largest deviation is none: there are fewer than were wanted.
const NOTHING: f64 = 1e-6;

/// Principal components on the way, one part of the images at a time.
pub struct PcaTraining {
    progress: Progress,
    images: usize,
    image_len: usize,
    latent_dim: usize,
    device: ComputeDevice,
    /// The maps at the end; before, they are those of a code that says nothing.
    net: PcaNet,
}

/// All that the parts to come depend on.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Progress {
    /// Parts of the images done, in all passes.
    steps: usize,
    mean: Vec<f32>,
    /// Orthonormal directions, `[k, image_len]`.
    directions: Vec<f32>,
    /// What this pass sums: images, directions times the covariance, or the covariance along the directions.
    sums: Vec<f64>,
    /// The sum of the squares of all values less the mean, and that along the wanted directions, in this pass.
    squares: [f64; 2],
}

impl PcaTraining {
    /// Nothing is computed before the first step; the seed of the first directions is `experiment.generator_seed`.
    pub fn new(experiment: &Experiment, train: &Split, device: &ComputeDevice) -> Self {
        let (len, dim) = (train.shape().len(), experiment.latent_dim);
        let count = (2 * dim + MORE).min(len);
        let mut directions = Streams::new(experiment.generator_seed).get("generator-weights", 0).normals(count * len);
        orthonormalise(&mut directions, len);
        let progress = Progress { steps: 0, mean: vec![0.0; len], directions, sums: vec![0.0; len], squares: [0.0; 2] };
        let mut training = Self {
            progress,
            images: train.len(),
            image_len: len,
            latent_dim: dim,
            device: device.clone(),
            net: PcaNet::new(len, dim, &device.autodiff),
        };
        training.set_maps(&vec![0.0; dim]);
        training
    }

    fn images_per_unit(&self) -> usize {
        (VALUES_PER_UNIT / self.image_len).clamp(1, IMAGES_PER_UNIT)
    }

    fn steps_per_pass(&self) -> usize {
        self.images.div_ceil(self.images_per_unit())
    }

    /// The present maps, for the deviations along the first directions.
    fn set_maps(&mut self, deviations: &[f64]) {
        let (len, dim) = (self.image_len, self.latent_dim);
        let largest = deviations.iter().copied().fold(0.0, f64::max);
        let (mut encoder, mut decoder) = (vec![0.0; len * dim], vec![0.0; dim * len]);
        let mut offset = vec![0.0; dim];
        for (axis, (direction, &deviation)) in self.progress.directions.chunks_exact(len).zip(deviations).enumerate() {
            let inverse = if deviation > NOTHING * largest { 1.0 / deviation } else { 0.0 };
            let mut along = 0.0;
            for (i, (d, mean)) in direction.iter().zip(&self.progress.mean).enumerate() {
                along += f64::from(*d) * f64::from(*mean);
                encoder[i * dim + axis] = (f64::from(*d) * inverse) as f32;
                decoder[axis * len + i] = (f64::from(*d) * deviation) as f32;
            }
            offset[axis] = (-along * inverse) as f32;
        }
        let tensor =
            |name: &str, shape: &[usize], values| NamedTensor { name: name.into(), shape: shape.into(), values };
        let tensors = vec![
            tensor("encoder.weight", &[len, dim], encoder),
            tensor("encoder.bias", &[dim], offset),
            tensor("decoder.weight", &[dim, len], decoder),
            tensor("decoder.bias", &[len], self.progress.mean.clone()),
        ];
        let net = weights::loaded(PcaNet::new(len, dim, &self.device.autodiff), tensors);
        debug_assert!(net.is_ok(), "{net:?}");
        self.net = net.unwrap_or_else(|_| self.net.clone());
    }

    /// Adds a part of the images to the sums of this pass; its codes along the first directions, in deviations.
    fn add(&mut self, pass: usize, mut images: Vec<f32>) -> Vec<f32> {
        let Progress { mean, directions, sums, squares, .. } = &mut self.progress;
        let (len, dim) = (self.image_len, self.latent_dim);
        let n = images.len() / len;
        if pass == 0 {
            for image in images.chunks_exact(len) {
                sums.iter_mut().zip(image).for_each(|(sum, v)| *sum += f64::from(*v));
            }
            return vec![0.0; n * dim];
        }
        for image in images.chunks_exact_mut(len) {
            image.iter_mut().zip(&*mean).for_each(|(v, mean)| *v -= mean);
        }
        let count = directions.len() / len;
        let images = Matrix::new(&images, n, len);
        let along = product(images, Matrix::new(directions, count, len).transposed()); // [n, k]
        let of_along = Matrix::new(&along, n, count);
        let added = match pass <= MULTIPLIED {
            true => product(of_along.transposed(), images),    // [k, image_len]
            false => product(of_along.transposed(), of_along), // [k, k]
        };
        sums.iter_mut().zip(&added).for_each(|(sum, v)| *sum += f64::from(*v));
        let square = |v: &f32| f64::from(*v) * f64::from(*v);
        squares[0] += images.values.iter().map(square).sum::<f64>();
        squares[1] += along.chunks_exact(count).flat_map(|row| &row[..dim.min(count)]).map(square).sum::<f64>();
        let mut codes = vec![0.0; n * dim];
        for axis in 0..dim.min(count) {
            let along = || along.iter().skip(axis).step_by(count);
            let deviation = (along().map(square).sum::<f64>() / n as f64).sqrt().max(f64::MIN_POSITIVE);
            let codes = codes.iter_mut().skip(axis).step_by(dim);
            codes.zip(along()).for_each(|(code, v)| *code = (f64::from(*v) / deviation) as f32);
        }
        codes
    }

    /// Percentage of the variance along the wanted directions, in this pass so far.
    fn kept(&self) -> f32 {
        let [all, kept] = self.progress.squares;
        if all > 0.0 { (100.0 * kept / all) as f32 } else { 0.0 }
    }

    /// What follows from the sums of a whole pass.
    fn end(&mut self, pass: usize) {
        let len = self.image_len;
        let images = self.images as f64;
        let progress = &mut self.progress;
        let count = progress.directions.len() / len;
        let sums = std::mem::take(&mut progress.sums);
        match pass {
            0 => {
                progress.mean = sums.iter().map(|sum| (sum / images) as f32).collect();
                self.set_maps(&vec![0.0; self.latent_dim]);
            }
            1..=MULTIPLIED => {
                let largest = sums.iter().fold(0.0, |most: f64, v| most.max(v.abs())).max(f64::MIN_POSITIVE);
                progress.directions = sums.iter().map(|v| (v / largest) as f32).collect();
                orthonormalise(&mut progress.directions, len);
            }
            _ => {
                let (values, turns) = eigen(sums, count);
                progress.directions = turned(&progress.directions, &turns, len);
                let deviations = values.iter().map(|v| (v.max(0.0) / images).sqrt());
                let deviations: Vec<f64> = deviations.chain(std::iter::repeat(0.0)).take(self.latent_dim).collect();
                progress.squares[1] = values.iter().take(self.latent_dim).sum();
                self.set_maps(&deviations);
                return;
            }
        }
        self.progress.squares = [0.0; 2];
        self.progress.sums = vec![0.0; if pass < MULTIPLIED { count * len } else { count * count }];
    }
}

/// Directions of the rows of `turns`, each with its largest value above zero.
fn turned(directions: &[f32], turns: &[f64], len: usize) -> Vec<f32> {
    let count = directions.len() / len;
    let turned = turns.chunks_exact(count).flat_map(|turn| {
        let mut sum = vec![0.0_f64; len];
        for (share, direction) in turn.iter().zip(directions.chunks_exact(len)) {
            sum.iter_mut().zip(direction).for_each(|(sum, d)| *sum += share * f64::from(*d));
        }
        let largest = sum.iter().fold(0.0_f64, |most, v| if v.abs() > most.abs() { *v } else { most });
        sum.into_iter().map(move |v| (v * largest.signum()) as f32)
    });
    turned.collect()
}

/// Makes rows of `len` values orthogonal and of length 1, in their order; rows that are sums of earlier ones become zero.
fn orthonormalise(rows: &mut [f32], len: usize) {
    let mut done: Vec<Vec<f64>> = Vec::new();
    for row in rows.chunks_exact_mut(len) {
        let mut values: Vec<f64> = row.iter().copied().map(f64::from).collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let before = dot(&values, &values).sqrt();
        // Twice, because once loses digits.
        for _ in 0..2 {
            for earlier in &done {
                let share = dot(&values, earlier);
                values.iter_mut().zip(earlier).for_each(|(v, e)| *v -= share * e);
            }
        }
        let length = dot(&values, &values).sqrt();
        let factor = if length > NOTHING * before { 1.0 / length } else { 0.0 };
        values.iter_mut().for_each(|v| *v *= factor);
        row.iter_mut().zip(&values).for_each(|(row, v)| *row = *v as f32);
        done.push(values);
    }
}

impl GeneratorTraining for PcaTraining {
    fn total_steps(&self) -> usize {
        PASSES * self.steps_per_pass()
    }

    fn steps_done(&self) -> usize {
        self.progress.steps
    }

    fn epoch(&self) -> f32 {
        self.progress.steps as f32 / self.steps_per_pass() as f32
    }

    fn advance(&mut self, train: &Split) -> Result<TrainingStep, GeneratorError> {
        let (step, per_pass) = (self.progress.steps, self.steps_per_pass());
        let (pass, part) = (step / per_pass, step % per_pass);
        let from = part * self.images_per_unit();
        let samples: Vec<u32> = (from as u32..(from + self.images_per_unit()).min(self.images) as u32).collect();
        let codes = self.add(pass, train.gather(&samples));
        let mut kept = self.kept();
        self.progress.steps += 1;
        if part + 1 == per_pass {
            self.end(pass);
        }
        if self.is_done() {
            kept = self.kept();
        }
        let losses = GeneratorLosses { kept: Some(kept), ..GeneratorLosses::default() };
        Ok(TrainingStep { losses, samples, codes })
    }

    fn state(&self) -> Result<TrainingState, GeneratorError> {
        let bytes = rmp_serde::to_vec_named(&self.progress).map_err(|e| GeneratorError::Weights(e.to_string()))?;
        Ok(TrainingState::of_bytes(self.progress.steps, bytes))
    }

    fn resume(&mut self, state: TrainingState) -> Result<(), GeneratorError> {
        let unfit = |e: &dyn std::fmt::Display| GeneratorError::Weights(e.to_string());
        let progress: Progress = rmp_serde::from_slice(state.bytes()).map_err(|e| unfit(&e))?;
        if progress.mean.len() != self.image_len || progress.directions.len() != self.progress.directions.len() {
            return Err(unfit(&"it is of images of another size"));
        }
        self.progress = progress;
        self.set_maps(&vec![0.0; self.latent_dim]);
        Ok(())
    }

    fn generator(&self) -> Arc<dyn Generator> {
        Arc::new(AutoEncoder::new(&self.net, self.latent_dim, self.image_len, &self.device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{ImageShape, Split};

    /// Images whose pixels depend on each other, and the variances of their principal components by the whole covariance
    /// matrix.
    fn images(count: usize) -> (Split, Vec<f64>) {
        let shape = ImageShape { channels: 1, height: 6, width: 6 };
        let len = shape.len();
        let mut rng = Streams::new(9).get("images", 0);
        let mixing = rng.normals(len * len);
        let pixels: Vec<u8> = (0..count)
            .flat_map(|_| {
                let hidden = rng.normals(len);
                let of = |i: usize| {
                    let parts = (0..len).map(|j| hidden[j] * mixing[i * len + j] / (1.0 + j as f32));
                    (128.0 + 25.0 * parts.sum::<f32>()) as u8
                };
                (0..len).map(of).collect::<Vec<_>>()
            })
            .collect();
        let mean: Vec<f64> = (0..len)
            .map(|i| pixels.iter().skip(i).step_by(len).map(|v| f64::from(*v)).sum::<f64>() / count as f64)
            .collect();
        let mut covariance = vec![0.0; len * len];
        for image in pixels.chunks_exact(len) {
            for i in 0..len {
                for j in 0..len {
                    let [a, b] = [i, j].map(|k| (f64::from(image[k]) - mean[k]) / 255.0);
                    covariance[i * len + j] += a * b / count as f64;
                }
            }
        }
        (Split::new(shape, pixels, vec![0; count]).unwrap(), eigen(covariance, len).0)
    }

    fn trained(experiment: &Experiment, train: &Split) -> (Arc<dyn Generator>, f32) {
        let mut training = PcaTraining::new(experiment, train, &ComputeDevice::cpu());
        let mut kept = None;
        while !training.is_done() {
            kept = training.advance(train).unwrap().losses.kept;
        }
        (training.generator(), kept.unwrap())
    }

    #[test]
    fn components_keep_the_variance_of_the_exact_ones_and_codes_have_the_deviation_one() {
        let (train, exact) = images(700);
        let all: Vec<u32> = (0..700).collect();
        let pixels = train.gather(&all);
        for dim in [1, 3, 8] {
            let (generator, kept) = trained(&Experiment { latent_dim: dim, ..Experiment::default() }, &train);
            let expected = 100.0 * exact[..dim].iter().sum::<f64>() / exact.iter().sum::<f64>();
            assert!((f64::from(kept) - expected).abs() < 1e-3, "{dim}: {kept} {expected}");
            let codes = generator.encode(&pixels);
            for axis in 0..dim {
                let square: f64 = codes.iter().skip(axis).step_by(dim).map(|v| f64::from(*v).powi(2)).sum();
                assert!((square / 700.0 - 1.0).abs() < 1e-3, "{dim}, axis {axis}: {}", square / 700.0);
            }
            // What is lost is the variance of the components that are left out, but for values cut to [0, 1].
            let lost: f64 = exact[dim..].iter().sum();
            let error: f64 =
                pixels.iter().zip(generator.decode(&codes)).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>() / 700.0;
            assert!(error <= 1.0001 * lost && error > 0.9 * lost, "{dim}: {error} {lost}");
        }
    }

    #[test]
    fn fewer_images_than_dimensions_have_codes_of_zero_on_the_rest() {
        let (train, _) = images(3);
        let (generator, kept) = trained(&Experiment { latent_dim: 5, ..Experiment::default() }, &train);
        assert!((kept - 100.0).abs() < 1e-2, "{kept}");
        let codes = generator.encode(&train.gather(&[0, 1, 2]));
        assert!(codes.iter().all(|v| v.is_finite() && v.abs() < 2.0), "{codes:?}");
        assert!(codes.chunks_exact(5).all(|code| code[2..] == [0.0; 3]), "{codes:?}");
    }
}
