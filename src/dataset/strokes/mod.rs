//! The built-in digits: 28 x 28 grey images drawn from stroke skeletons, so that a first run needs no download.

mod skeleton;
mod raster;
mod hand;

use std::path::Path;

use rayon::prelude::*;

use super::source::{Origin, Source, sizes_or};
use super::{Class, DataError, Dataset, ImageShape, Split};
use crate::experiment::Experiment;
use crate::rng::Streams;
use skeleton::{CLASSES, Skeletons};

/// Sizes of the default splits.
const TRAIN: usize = 20_000;
const TEST: usize = 4_000;
const SHAPE: ImageShape = ImageShape { channels: 1, height: raster::SIDE, width: raster::SIDE };

/// The built-in digits as a source. With the same seed, a larger data set begins with the images of a smaller one.
pub struct Digits;

impl Source for Digits {
    fn origin(&self) -> Origin<'_> {
        Origin::Generated
    }

    fn train_images(&self) -> Option<usize> {
        Some(TRAIN)
    }

    fn shape(&self, _: &Experiment) -> ImageShape {
        SHAPE
    }

    fn read(&self, experiment: &Experiment, _: Option<&Path>) -> Result<Dataset, DataError> {
        let [train, test] = sizes_or(experiment, [TRAIN, TEST]);
        digits(experiment.data_seed, train, test)
    }
}

/// Generates the built-in digits; a seed gives the same images on every machine with the same floating point.
pub fn digits(seed: u64, train: usize, test: usize) -> Result<Dataset, DataError> {
    let skeletons = Skeletons::built_in()?;
    let streams = Streams::new(seed);
    let train = split(&skeletons, streams, "digits/train", train)?;
    let test = split(&skeletons, streams, "digits/test", test)?;
    let validation = Split::new(train.shape(), Vec::new(), Vec::new())?;
    let classes = (0..CLASSES).map(|d| d.to_string()).collect();
    Dataset::new("digits", format!("built-in digits, seed {seed}"), classes, train, validation, test)
}

/// Uses one random stream for each image, so that neither order nor threads can change it.
fn split(skeletons: &Skeletons, streams: Streams, name: &str, count: usize) -> Result<Split, DataError> {
    let one = |index: usize| {
        let mut rng = streams.get(name, index as u64);
        let digit = rng.below(CLASSES);
        (digit as Class, hand::write(skeletons, digit, &mut rng))
    };
    let written: Vec<(Class, Vec<u8>)> = (0..count).into_par_iter().map(one).collect();
    let mut pixels = Vec::with_capacity(count * SHAPE.len());
    let mut labels = Vec::with_capacity(count);
    for (label, image) in written {
        labels.push(label);
        pixels.extend_from_slice(&image);
    }
    Split::new(SHAPE, pixels, labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Squared distance between two images.
    fn distance(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
    }

    fn accuracy(test: &Split, guess: impl Fn(&[f32]) -> Class + Sync) -> f32 {
        let right =
            (0..test.len()).into_par_iter().filter(|&i| guess(&test.gather(&[i as u32])) == test.label(i)).count();
        right as f32 / test.len() as f32
    }

    #[test]
    fn same_seed_same_images_whatever_the_number_requested_and_the_threads() {
        let one = digits(5, 300, 60).unwrap();
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(one.digest(), alone.install(|| digits(5, 300, 60)).unwrap().digest());
        let more = digits(5, 350, 70).unwrap();
        let first: Vec<u32> = (0..300).collect();
        assert_eq!(more.train.subset(&first), one.train);
        assert_eq!(more.test.subset(&first[..60]), one.test);
        assert_ne!(digits(6, 300, 60).unwrap().digest(), one.digest());
    }

    #[test]
    fn all_digits_occur_about_equally_often_and_no_image_twice() {
        let train = digits(1, 5_000, 1).unwrap().train;
        for digit in 0..CLASSES {
            let count = train.labels().iter().filter(|&&l| usize::from(l) == digit).count();
            assert!((400..600).contains(&count), "{digit}: {count}");
        }
        let images: std::collections::HashSet<&[u8]> = (0..train.len()).map(|i| train.image(i)).collect();
        assert_eq!(images.len(), train.len());
    }

    #[test]
    fn images_are_normalised_as_those_of_mnist() {
        let train = digits(2, 2_000, 1).unwrap().train;
        // Ink to the edge of the box, its rim, its blur and half a pixel of displacement.
        let longest = 20 + 4;
        for i in 0..train.len() {
            let image = train.image(i);
            let (mut mass, mut mx, mut my) = (0.0, 0.0, 0.0);
            let (mut xs, mut ys) = ((usize::MAX, 0), (usize::MAX, 0));
            for (at, &v) in image.iter().enumerate() {
                let (x, y) = (at % raster::SIDE, at / raster::SIDE);
                mass += f32::from(v);
                mx += f32::from(v) * (x as f32 + 0.5);
                my += f32::from(v) * (y as f32 + 0.5);
                if v > 0 {
                    xs = (xs.0.min(x), xs.1.max(x));
                    ys = (ys.0.min(y), ys.1.max(y));
                }
            }
            let middle = 0.5 * raster::SIDE as f32;
            assert!(
                (mx / mass - middle).abs() < 0.5 && (my / mass - middle).abs() < 0.5,
                "{i}: {} {}",
                mx / mass,
                my / mass
            );
            let longer = (xs.1 - xs.0).max(ys.1 - ys.0) + 1;
            assert!((18..=longest).contains(&longer), "{i}: {longer}");
            assert!(image.iter().any(|&v| v > 180), "{i} is too faint");
        }
    }

    /// Checks the difficulty: the nearest mean image classifies most digits, but far from all. On MNIST it gets 82 %.
    #[test]
    fn the_nearest_mean_image_tells_most_digits_and_far_from_all() {
        let data = digits(3, 2_000, 1_000).unwrap();
        let mut means = vec![vec![0.0_f32; data.shape().len()]; CLASSES];
        for (digit, mean) in means.iter_mut().enumerate() {
            let own: Vec<u32> =
                (0..data.train.len() as u32).filter(|&i| usize::from(data.train.label(i as usize)) == digit).collect();
            for image in data.train.gather(&own).chunks(data.shape().len()) {
                mean.iter_mut().zip(image).for_each(|(m, v)| *m += v / own.len() as f32);
            }
        }
        let nearest = |image: &[f32]| {
            (0..CLASSES).min_by(|&a, &b| distance(image, &means[a]).total_cmp(&distance(image, &means[b])))
        };
        let share = accuracy(&data.test, |image| nearest(image).map_or(Class::MAX, |d| d as Class));
        assert!((0.60..0.95).contains(&share), "{share}");
    }

    /// Similar digits must overlap in image space: some images of one have their nearest image in the other.
    #[test]
    fn neighbouring_digits_touch() {
        let data = digits(4, 2_500, 1_000).unwrap();
        let all: Vec<Vec<f32>> = (0..data.train.len()).map(|i| data.train.gather(&[i as u32])).collect();
        let nearest = |i: usize| {
            let image = data.test.gather(&[i as u32]);
            let best = (0..all.len()).min_by(|&a, &b| distance(&image, &all[a]).total_cmp(&distance(&image, &all[b])));
            best.map_or(Class::MAX, |b| data.train.label(b))
        };
        let pairs: Vec<(Class, Class)> =
            (0..data.test.len()).into_par_iter().map(|i| (data.test.label(i), nearest(i))).collect();
        for (a, b) in [(4, 9), (3, 8), (1, 7), (5, 6)] {
            assert!(pairs.iter().any(|&p| p == (a, b) || p == (b, a)), "{a} and {b} do not touch");
        }
        let right = pairs.iter().filter(|(a, b)| a == b).count();
        assert!(right * 10 > pairs.len() * 8, "{right}");
    }
}
