//! Codes of one's own for own images, from a NumPy file with a row for each image: a latent space without networks.

use burn::tensor::Tensor;

use super::Generator;
use super::weights::NamedTensor;
use crate::dataset::{DataError, Split};
use crate::device::ComputeDevice;
use crate::experiment::Experiment;
use crate::labelling::npy::NpyImage;
use crate::paths;

/// Codes of all images, and nothing that makes them or images from them.
///
/// Invariant: every code is finite.
pub struct OwnCodes {
    /// A row for each image that was read.
    rows: Vec<f32>,
    latent_dim: usize,
    image_len: usize,
    device: ComputeDevice,
}

impl OwnCodes {
    /// Reads the experiment's file: a row for each image that was read, in the order of reading. An error names the file, or the field that does not fit it.
    pub fn read(experiment: &Experiment, train: &Split, device: &ComputeDevice) -> Result<Self, DataError> {
        let path = paths::expanded(&experiment.codes);
        let of = |what: String, detail: String| DataError::Mismatch { what, detail };
        let refused = |detail: String| of(path.display().to_string(), detail);
        let array =
            NpyImage::read(&path).map_err(|e| of("field `codes`".into(), format!("{}: {e}", path.display())))?;
        let (images, dim) = (train.files(), experiment.latent_dim);
        if array.rows != images {
            return Err(refused(format!(
                "has {} rows of codes, but {images} images were read; give a row for each image, in the order in which \
                 they are read",
                array.rows
            )));
        }
        if array.columns != dim {
            let detail =
                format!("`{dim}`, but the codes in {} have {1} numbers each; give {1}", path.display(), array.columns);
            return Err(of("field `latent_dim`".into(), detail));
        }
        if let Some(at) = array.values.iter().position(|v| !v.is_finite()) {
            let (row, column) = (at / dim, at % dim);
            return Err(refused(format!(
                "has {} in row {row}, column {column}; codes are finite numbers",
                array.values[at]
            )));
        }
        Ok(Self { rows: array.values, latent_dim: dim, image_len: train.shape().len(), device: device.clone() })
    }

    /// The codes of a split's images, `[split.len(), latent_dim]`.
    pub fn codes(&self, split: &Split) -> Vec<f32> {
        let row = |sample| &self.rows[split.file(sample) * self.latent_dim..][..self.latent_dim];
        (0..split.len()).flat_map(row).copied().collect()
    }
}

impl Generator for OwnCodes {
    fn latent_dim(&self) -> usize {
        self.latent_dim
    }

    fn image_len(&self) -> usize {
        self.image_len
    }

    fn device(&self) -> &ComputeDevice {
        &self.device
    }

    fn has_networks(&self) -> bool {
        false
    }

    /// Black images: nobody asks a generator without networks.
    fn decode_tensor(&self, codes: Tensor<2>) -> Tensor<2> {
        Tensor::zeros([codes.dims()[0], self.image_len], &codes.device())
    }

    /// Zeros: nobody asks a generator without networks.
    fn encode(&self, images: &[f32]) -> Vec<f32> {
        vec![0.0; images.len() / self.image_len * self.latent_dim]
    }

    fn known_codes(&self, split: &Split) -> Option<Vec<f32>> {
        Some(self.codes(split))
    }

    fn tensors(&self) -> Vec<NamedTensor> {
        let shape = vec![self.rows.len() / self.latent_dim, self.latent_dim];
        vec![NamedTensor { name: "codes".into(), shape, values: self.rows.clone() }]
    }
}
