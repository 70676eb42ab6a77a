//! Measures of a trained generator's quality and collapse, comparable between generators on the same data.

use super::{Generator, prior_samples};
use crate::dataset::{Class, Split};
use crate::latent::LatentSpace;

/// Number of samples from N(0, I) for the diversity.
const SAMPLES: usize = 256;

/// Quality of a generator on images that it was not trained on.
#[derive(Debug, Clone, PartialEq)]
pub struct Quality {
    /// Number of images.
    pub images: usize,
    /// Mean absolute error of G(E(x)), for values in [0, 1].
    pub absolute_error: f32,
    /// Mean square error of G(E(x)), for values in [0, 1].
    pub square_error: f32,
    /// Mean square error of the mean image, that of a latent space without dimensions.
    pub square_error_of_mean: f32,
    /// Percentage of images whose nearest train code has the same class.
    pub neighbour_agreement: f32,
    /// Root of the mean variance of samples G(z) over that of the images: 1 is as diverse as the data, 0 is collapse.
    /// `None` if all images are equal.
    pub diversity: Option<f32>,
    /// Standard deviation of the codes on each axis; the prior's is 1.
    pub deviations: Vec<f32>,
    /// Percentage of images that the generator's discriminator takes for real, if it has one.
    pub images_judged_real: Option<f32>,
    /// Percentage of samples G(z) that the generator's discriminator takes for real, if it has one.
    pub samples_judged_real: Option<f32>,
}

impl Quality {
    /// Measures on `images`, and on samples drawn with `seed`; `latent` holds the codes of `train`.
    pub fn measure(generator: &dyn Generator, latent: &LatentSpace, train: &Split, images: &Split, seed: u64) -> Self {
        let all: Vec<u32> = (0..images.len() as u32).collect();
        let pixels = images.gather(&all);
        let codes = generator.encode(&pixels);
        let rebuilt = generator.decode(&codes);
        let samples: Vec<f32> =
            prior_samples(generator, seed, SAMPLES).into_iter().map(|v| f32::from(v) / 255.0).collect();
        let len = images.shape().len();
        let (mean, variance) = spread(&pixels, len);
        let to_mean: Vec<f32> = pixels.chunks_exact(len).flat_map(|_| mean.iter().copied()).collect();
        let dim = latent.dim();
        let agree = |(code, label): (&[f32], &Class)| {
            latent.index().nearest(code, |_| false).is_some_and(|n| train.label(n.sample as usize) == *label)
        };
        let agreeing = codes.chunks_exact(dim).zip(images.labels()).filter(|&pair| agree(pair)).count();
        Self {
            images: images.len(),
            absolute_error: mean_of(&pixels, &rebuilt, f32::abs),
            square_error: mean_of(&pixels, &rebuilt, |d| d * d),
            square_error_of_mean: mean_of(&pixels, &to_mean, |d| d * d),
            neighbour_agreement: 100.0 * agreeing as f32 / images.len().max(1) as f32,
            diversity: (variance > LEAST_VARIANCE).then(|| (spread(&samples, len).1 / variance).sqrt()),
            deviations: deviations(&codes, dim),
            images_judged_real: generator.judged_real(&pixels),
            samples_judged_real: generator.judged_real(&samples),
        }
    }

    /// Percentage of the images' variance that G(E(x)) preserves; `None` if all images are equal.
    pub fn explained(&self) -> Option<f32> {
        let of = self.square_error_of_mean;
        (of > LEAST_VARIANCE).then(|| 100.0 * (1.0 - self.square_error / of))
    }

    /// A table for display and for a file.
    pub fn markdown(&self) -> String {
        let deviations: Vec<String> = self.deviations.iter().map(|d| format!("{d:.2}")).collect();
        let if_known = |value: Option<String>| value.unwrap_or_else(|| "unknown: all images are equal".into());
        let mut rows = vec![
            ("images, from the test split".to_owned(), self.images.to_string()),
            ("mean absolute error of a value in [0, 1]".to_owned(), format!("{:.4}", self.absolute_error)),
            ("mean square error".to_owned(), format!("{:.5}", self.square_error)),
            ("mean square error of the mean image".to_owned(), format!("{:.5}", self.square_error_of_mean)),
            ("variance kept, %".to_owned(), if_known(self.explained().map(|e| format!("{e:.1}")))),
            ("nearest train code is of the same class, %".to_owned(), format!("{:.1}", self.neighbour_agreement)),
            (
                "diversity of samples (1 as the data, 0 collapse)".to_owned(),
                if_known(self.diversity.map(|d| format!("{d:.2}"))),
            ),
            ("standard deviation of the codes (prior: 1)".to_owned(), deviations.join(", ")),
        ];
        for (what, share) in [("images", self.images_judged_real), ("samples", self.samples_judged_real)] {
            if let Some(share) = share {
                rows.push((format!("{what} judged real by the discriminator, %"), format!("{share:.0}")));
            }
        }
        let rows: Vec<String> = rows.into_iter().map(|(what, value)| format!("| {what} | {value} |")).collect();
        format!("| measure | value |\n|---|---|\n{}\n", rows.join("\n"))
    }
}

/// What rounding leaves of the variance of equal values in [0, 1].
const LEAST_VARIANCE: f32 = 1e-20;

fn mean_of(a: &[f32], b: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from(of(a - b))).sum();
    (sum / a.len().max(1) as f64) as f32
}

/// The mean of each of `len` columns over all rows, and the mean of the columns' variances.
fn spread(rows: &[f32], len: usize) -> (Vec<f32>, f32) {
    let n = (rows.len() / len).max(1) as f64;
    let mut mean = vec![0.0_f64; len];
    for row in rows.chunks_exact(len) {
        mean.iter_mut().zip(row).for_each(|(sum, v)| *sum += f64::from(*v));
    }
    mean.iter_mut().for_each(|sum| *sum /= n);
    let squares = |row: &[f32]| row.iter().zip(&mean).map(|(v, m)| (f64::from(*v) - m).powi(2)).sum::<f64>();
    let variance = rows.chunks_exact(len).map(squares).sum::<f64>() / n;
    (mean.iter().map(|m| *m as f32).collect(), (variance / len as f64) as f32)
}

fn deviations(codes: &[f32], dim: usize) -> Vec<f32> {
    (0..dim)
        .map(|axis| spread(&codes.iter().skip(axis).step_by(dim).copied().collect::<Vec<_>>(), 1).1.sqrt())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_are_means_and_variances() {
        // Columns 1, 3 and 10, 10: means 2 and 10, variances 1 and 0.
        assert_eq!(spread(&[1.0, 10.0, 3.0, 10.0], 2), (vec![2.0, 10.0], 0.5));
        assert_eq!(deviations(&[-1.0, 3.0, 1.0, -3.0], 2), [1.0, 3.0]);
        // Far from 0, and all equal.
        assert_eq!(spread(&[1e6, 1e6 + 2.0], 1), (vec![1e6 + 1.0], 1.0));
        assert!(spread(&[0.1, 0.1, 0.1], 1).1 < LEAST_VARIANCE);
        assert_eq!(mean_of(&[1.0, 2.0], &[2.0, 4.0], f32::abs), 1.5);
    }
}
