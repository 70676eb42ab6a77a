//! The parameters of networks: initial ones from a random stream of the run, and all of them by name, for hashes and
//! files.
//!
//! Burn initialises parameters lazily from a random generator that is global to the process; here each parameter is
//! overwritten in the order of the module's fields, with PyTorch's default: U(-1/sqrt(fan_in), 1/sqrt(fan_in)). Of a
//! transposed convolution the fan-in counts the channels that come in, where PyTorch counts those that go out.

use std::collections::{BTreeMap, HashMap};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use safetensors::SafeTensorError;
use safetensors::tensor::{Dtype, TensorView};
use sha2::{Digest as _, Sha256};

use crate::disk;
use crate::rng::Rng;

/// The module with all weights and biases of its linear and convolution layers drawn from `rng`.
pub fn fresh<M: Module>(module: M, rng: &mut Rng) -> M {
    module.map(&mut FreshWeights { rng, layers: Vec::new(), bound: 0.0 })
}

/// Updates the running statistics of all normalisations, which burn collects for each thread until they are read.
/// Called after every optimiser step, so that they depend neither on threads nor on the time of reading.
pub fn settle<M: Module>(module: &M) {
    // `valid` updates them in the module that it is called on; the copy that it returns is not needed.
    let _ = module.valid();
}

struct FreshWeights<'a> {
    rng: &'a mut Rng,
    layers: Vec<String>,
    /// Bound of the last weight; a layer's bias follows its weight and has the same fan-in.
    bound: f32,
}

impl ModuleMapper for FreshWeights<'_> {
    fn enter_module(&mut self, _name: &str, container_type: &str) {
        self.layers.push(container_type.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.layers.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let shape = param.lazy_shape();
        let fan_in = match (D, self.layers.iter().any(|l| l.contains("BatchNorm"))) {
            // Scales and shifts of a normalisation keep their initial values one and zero.
            (_, true) | (0, _) => return param,
            (1, _) => None,
            // Linear: [in, out].
            (2, _) => Some(shape[0]),
            // Convolution: [out, in, kernel...]; transposed: [in, out, kernel...].
            _ => {
                let inputs = if self.layers.iter().any(|l| l.contains("Transpose")) { shape[0] } else { shape[1] };
                Some(inputs * shape.iter().skip(2).product::<usize>())
            }
        };
        if let Some(fan_in) = fan_in {
            self.bound = 1.0 / (fan_in.max(1) as f32).sqrt();
        }
        let values: Vec<f32> = (0..shape.num_elements()).map(|_| self.rng.between(-self.bound, self.bound)).collect();
        param.map(|old| {
            let device = old.device();
            Tensor::<D>::from_data(TensorData::new(values, shape), &device).require_grad()
        })
    }
}

/// One parameter of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedTensor {
    /// The names of the fields that lead to it, joined by points.
    pub name: String,
    /// Sizes of its axes, as burn has them: of a linear layer `[in, out]`.
    pub shape: Vec<usize>,
    /// Its values, row by row.
    pub values: Vec<f32>,
}

impl NamedTensor {
    /// All parameters and running statistics of a module, by name.
    pub fn all<M: Module>(module: &M) -> Vec<Self> {
        let mut collector = Collector::default();
        module.visit(&mut collector);
        collector.found.sort_by(|a, b| a.name.cmp(&b.name));
        collector.found
    }

    /// The parameters as a safetensors file.
    pub fn to_safetensors(
        tensors: &[Self],
        metadata: Option<HashMap<String, String>>,
    ) -> Result<Vec<u8>, SafeTensorError> {
        let bytes: Vec<Vec<u8>> =
            tensors.iter().map(|t| t.values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
        let view = |(t, bytes)| -> Result<_, SafeTensorError> {
            let Self { name, shape, .. }: &Self = t;
            Ok((name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes)?))
        };
        let views = tensors.iter().zip(bytes.iter().map(Vec::as_slice)).map(view).collect::<Result<Vec<_>, _>>()?;
        safetensors::serialize(views, metadata).map(ordered)
    }

    /// SHA-256 of names, shapes and values (little endian) of parameters in the order of their names, in hex.
    pub fn hash(tensors: &[Self]) -> String {
        let mut hash = Sha256::new();
        for Self { name, shape, values } in tensors {
            hash.update(format!("{name} {shape:?}\n"));
            hash.update(values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
        }
        disk::hex(hash.finalize())
    }
}

/// A safetensors file with the entries of its header in the order of their names, so that equal weights are equal files.
fn ordered(mut file: Vec<u8>) -> Vec<u8> {
    let Some((size, rest)) = file.split_first_chunk_mut() else { return file };
    let size = usize::try_from(u64::from_le_bytes(*size)).unwrap_or(usize::MAX);
    let Some(header) = rest.get_mut(..size) else { return file };
    let entries = serde_json::from_slice::<BTreeMap<String, BTreeMap<String, serde_json::Value>>>(header);
    let Some(text) = entries.ok().and_then(|entries| serde_json::to_vec(&entries).ok()) else { return file };
    if text.len() <= header.len() {
        header.fill(b' ');
        header[..text.len()].copy_from_slice(&text);
    }
    file
}

/// The module with all parameters replaced by those of the same names; an error names one that is missing, not known or
/// of another shape.
pub fn loaded<M: Module>(module: M, tensors: Vec<NamedTensor>) -> Result<M, String> {
    let tensors = tensors.into_iter().map(|t| (t.name.clone(), t)).collect();
    let mut loader = Loader { path: Vec::new(), tensors, fault: None };
    let module = module.map(&mut loader);
    let left = loader.tensors.into_keys().min().map(|name| format!("its tensor `{name}` belongs to no layer"));
    loader.fault.or(left).map_or(Ok(module), Err)
}

struct Loader {
    path: Vec<String>,
    tensors: HashMap<String, NamedTensor>,
    /// What is wrong, the first only.
    fault: Option<String>,
}

impl ModuleMapper for Loader {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (name, shape) = (self.path.join("."), param.lazy_shape().to_vec());
        let fault = match self.tensors.remove(&name) {
            Some(found) if found.shape == shape => {
                let data = TensorData::new(found.values, shape);
                let (tensor, id) = (Tensor::from_data(data, &param.lazy_device()), param.id);
                return param.transform_for_load(tensor, id);
            }
            Some(found) => format!("its tensor `{name}` has the shape {:?}, not {shape:?}", found.shape),
            None => format!("it has no tensor `{name}`"),
        };
        self.fault.get_or_insert(fault);
        param
    }
}

#[derive(Default)]
struct Collector {
    path: Vec<String>,
    found: Vec<NamedTensor>,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        // As it is saved: some layers keep a weight transposed.
        let data = param.transform_for_save().val().into_data();
        let shape = data.shape().to_vec();
        let values = data.convert::<f32>().try_into_vec().unwrap_or_default();
        self.found.push(NamedTensor { name: self.path.join("."), shape, values });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_are_equal_files() {
        let tensors: Vec<NamedTensor> =
            ["a", "b"].map(|name| NamedTensor { name: name.into(), shape: vec![2], values: vec![0.5, -1.0] }).to_vec();
        let file = || {
            let metadata = (0..20).map(|i| (format!("key {i}"), format!("\"{i}\""))).collect();
            NamedTensor::to_safetensors(&tensors, Some(metadata)).unwrap()
        };
        assert!((0..5).all(|_| file() == file()));
        let file = file();
        let read = safetensors::SafeTensors::deserialize(&file).unwrap();
        assert_eq!(read.tensor("b").unwrap().data(), [0.5_f32.to_le_bytes(), (-1.0_f32).to_le_bytes()].concat());
    }
}
