//! The generated vessels' own parameters as latent space: a generator without error, and without networks.
//!
//! A code holds the 26 numbers of N(0, 1) that determine a vessel (`PlaqueRanges::borders`); decoding draws it.

use std::collections::HashMap;
use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};

use super::weights::NamedTensor;
use super::{Generator, host};
use crate::dataset::vessels::plaques::PlaqueRanges;
use crate::dataset::vessels::plaques_of;
use crate::dataset::{DataError, ImageShape};
use crate::device::ComputeDevice;
use crate::experiment::Experiment;
use crate::kernels::given;

/// The vessels' ranges, and the codes of the vessels there are.
pub struct PlaqueParameters {
    ranges: PlaqueRanges,
    /// The pixels of each mask of the data, as bits, with its place in `codes`.
    known: HashMap<Vec<bool>, usize>,
    /// `[vessels, latent_dim]`.
    codes: Vec<f32>,
    device: ComputeDevice,
}

impl PlaqueParameters {
    /// The parameters of an experiment's generated vessels.
    pub fn of(experiment: &Experiment, device: &ComputeDevice) -> Result<Self, DataError> {
        let (ranges, plaques) = (PlaqueRanges::default(), plaques_of(experiment)?);
        let codes = plaques.iter().flat_map(|plaque| ranges.to_normals(plaque)).map(|v| v as f32).collect();
        let known = plaques.iter().enumerate().map(|(i, plaque)| (plaque.mask.wall().to_vec(), i)).collect();
        Ok(Self { ranges, known, codes, device: device.clone() })
    }

    /// Those of a file, which must be of the same ranges.
    pub fn from_tensors(
        tensors: &[NamedTensor],
        experiment: &Experiment,
        shape: ImageShape,
        device: &ComputeDevice,
    ) -> Result<Arc<Self>, String> {
        let plaques = Self::of(experiment, device).map_err(|e| e.to_string())?;
        let fits =
            plaques.image_len() == shape.len() && NamedTensor::hash(tensors) == NamedTensor::hash(&plaques.tensors());
        fits.then(|| Arc::new(plaques)).ok_or_else(|| "its vessels have other ranges".to_owned())
    }

    fn normals<'a>(&self, codes: &'a [f32]) -> impl Iterator<Item = Vec<f64>> + use<'a> {
        codes.chunks_exact(self.latent_dim()).map(|code| code.iter().map(|v| f64::from(*v)).collect())
    }

    /// The vessel of these pixels, or the one that differs in the fewest.
    fn find(&self, wall: &[bool]) -> usize {
        let differ = |other: &[bool]| wall.iter().zip(other).filter(|(a, b)| a != b).count();
        let nearest = || self.known.iter().min_by_key(|(other, at)| (differ(other), **at)).map_or(0, |(_, at)| *at);
        self.known.get(wall).copied().unwrap_or_else(nearest)
    }
}

impl Generator for PlaqueParameters {
    fn latent_dim(&self) -> usize {
        self.ranges.parameters()
    }

    fn image_len(&self) -> usize {
        self.ranges.size * self.ranges.size
    }

    fn device(&self) -> &ComputeDevice {
        &self.device
    }

    /// The vessels' masks; no wall where a code describes no possible vessel. The gradient is that of differences.
    fn decode_tensor(&self, codes: Tensor<2>) -> Tensor<2> {
        let values = host(codes.clone());
        let images: Vec<f32> = self.normals(&values).flat_map(|normals| self.ranges.soft_mask(&normals)).collect();
        if !codes.is_autodiff() {
            let shape = [codes.dims()[0], self.image_len()];
            return Tensor::from_data(TensorData::new(images, shape), &codes.device());
        }
        let slopes = self.normals(&values).flat_map(|normals| self.ranges.slopes(&normals)).collect();
        given(codes, images, slopes, self.image_len())
    }

    /// The codes of the data's vessels, which are known; any other mask has the code of the vessel nearest to it in pixels.
    fn encode(&self, images: &[f32]) -> Vec<f32> {
        let dim = self.latent_dim();
        let code = |image: &[f32]| {
            let at = self.find(&image.iter().map(|v| *v > 0.5).collect::<Vec<_>>());
            self.codes[at * dim..(at + 1) * dim].to_vec()
        };
        images.chunks_exact(self.image_len()).flat_map(code).collect()
    }

    fn tensors(&self) -> Vec<NamedTensor> {
        let PlaqueRanges { size, pixel_mm, outer_radius, burden, lumen_roughness, outer_roughness, .. } = self.ranges;
        let PlaqueRanges { harmonics, least_wall, least_lumen_area, .. } = self.ranges;
        let spreads = [outer_radius, burden].map(|s| [s.mean, s.deviation, s.least, s.most]);
        let others =
            [pixel_mm, lumen_roughness, outer_roughness, least_wall, least_lumen_area, size as f64, harmonics as f64];
        let values: Vec<f32> = spreads.into_iter().flatten().chain(others).map(|v| v as f32).collect();
        vec![NamedTensor { name: "ranges".into(), shape: vec![values.len()], values }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset;
    use crate::experiment::{GeneratorKind, PLAQUE_NUMBERS};

    fn parameters() -> (Experiment, PlaqueParameters) {
        let mut experiment = Experiment::preset("ivus-tiny").unwrap();
        (experiment.generator, experiment.latent_dim) = (GeneratorKind::Plaque, PLAQUE_NUMBERS);
        let device = ComputeDevice::cpu();
        let plaques = PlaqueParameters::of(&experiment, &device).unwrap();
        (experiment, plaques)
    }

    #[test]
    fn every_mask_of_the_data_is_decoded_as_it_is() {
        let (experiment, plaques) = parameters();
        let data = dataset::load(&experiment, 1, None).unwrap();
        for split in [&data.train, &data.validation, &data.test] {
            let images = split.gather(&(0..split.len() as u32).collect::<Vec<_>>());
            let decoded = plaques.decode(&plaques.encode(&images));
            assert!(decoded.iter().zip(&images).all(|(soft, image)| (*soft > 0.5) == (*image > 0.5)));
        }
    }

    #[test]
    fn a_mask_that_is_not_of_the_data_has_the_code_of_the_nearest() {
        let (experiment, plaques) = parameters();
        let data = dataset::load(&experiment, 1, None).unwrap();
        let mut image = data.train.gather(&[7]);
        let code = plaques.encode(&image);
        let wall = image.iter().position(|v| *v > 0.5).unwrap();
        image[wall] = 0.0;
        assert_eq!(plaques.encode(&image), code);
    }

    #[test]
    fn gradients_are_those_of_wider_differences() {
        let (_, plaques) = parameters();
        let (dim, len) = (plaques.latent_dim(), plaques.image_len());
        let code = plaques.codes[..dim].to_vec();
        // A smooth sum over the image: the area of the wall and its place.
        let weights: Vec<f32> =
            (0..len).map(|i| ((i % 64) as f32 / 64.0 - 0.3) * ((i / 64) as f32 / 64.0 + 0.2)).collect();
        let sum = |image: &[f32]| image.iter().zip(&weights).map(|(v, w)| f64::from(v * w)).sum::<f64>();
        let device = &plaques.device().autodiff;
        let point = Tensor::<2>::from_data(TensorData::new(code.clone(), [1, dim]), device).require_grad();
        let image = plaques.decode_tensor(point.clone());
        let weighted = image * Tensor::from_data(TensorData::new(weights.clone(), [1, len]), device);
        let mut gradients = weighted.sum().backward();
        let gradient = host(point.grad_remove(&mut gradients).unwrap());
        let wide = |i: usize| {
            let [above, below] = [0.02, -0.02].map(|step| {
                let mut moved = code.clone();
                moved[i] += step;
                sum(&plaques.decode(&moved))
            });
            ((above - below) / 0.04) as f32
        };
        let wide: Vec<f32> = (0..dim).map(wide).collect();
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let norms = [&gradient, &wide].map(|v| dot(v, v).sqrt());
        let cosine = dot(&gradient, &wide) / (norms[0] * norms[1]);
        assert!(cosine > 0.999 && (norms[0] / norms[1] - 1.0).abs() < 0.02, "{cosine} {norms:?}");
    }

    #[test]
    fn what_describes_no_vessel_has_no_wall() {
        let (_, plaques) = parameters();
        let (dim, len) = (plaques.latent_dim(), plaques.image_len());
        // The lumen as far out as it may be, and rough: thinner than the thinnest wall.
        let mut thin = vec![0.0; dim];
        thin[4] = 8.0;
        thin[16..].fill(2.0);
        for code in [thin, vec![f32::NAN; dim]] {
            assert_eq!(plaques.decode(&code), vec![0.0; len], "{code:?}");
        }
    }
}
