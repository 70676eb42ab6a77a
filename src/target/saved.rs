//! The tensors of saved weights, without the network that they belong to.

use burn::tensor::{Bytes, DType};

use super::model::WeightsError;
use crate::generator::weights::NamedTensor;

/// The parameters that a checkpoint holds, by name, from the container that burn saves them in. The matrix of a linear
/// layer is `[in, out]`.
pub fn saved_tensors(weights: Vec<u8>) -> Result<Vec<NamedTensor>, WeightsError> {
    let reader = burn_pack::Reader::from_bytes(Bytes::from_bytes_vec(weights));
    let tensors = reader.and_then(burn_pack::Reader::into_tensors).map_err(WeightsError::new)?;
    let mut found = Vec::new();
    for tensor in tensors {
        let (name, kind, shape, _, bytes) = tensor.into_parts().map_err(WeightsError::new)?;
        if kind != DType::F32 {
            return Err(WeightsError::new(format!("{name} is of type {kind:?}, not F32")));
        }
        let values = bytes.as_chunks().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect();
        found.push(NamedTensor { name, shape: shape.to_vec(), values });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}
