//! The codes of a data set's train images, some of them at a time.

use crate::dataset::Dataset;
use crate::generator::Generator;

/// A generator that encodes at least this many images in one unit of work embeds the whole train split before training.
const MANY_IMAGES: usize = 1_024;

/// The codes of a unit of work's images from this one on.
pub fn encode_chunk(generator: &dyn Generator, dataset: &Dataset, from: usize) -> Vec<f32> {
    let to = (from + generator.images_per_unit()).min(dataset.train.len());
    let samples: Vec<u32> = (from as u32..to as u32).collect();
    generator.encode(&dataset.train.gather(&samples))
}

/// Codes of the images before training, `[train.len(), latent_dim]`: embedded if that is fast, else all zero until an
/// image's first minibatch.
pub fn first_codes(generator: &dyn Generator, dataset: &Dataset) -> Vec<f32> {
    let (images, unit) = (dataset.train.len(), generator.images_per_unit());
    if unit >= MANY_IMAGES {
        return (0..images).step_by(unit).flat_map(|from| encode_chunk(generator, dataset, from)).collect();
    }
    vec![0.0; images * generator.latent_dim()]
}
