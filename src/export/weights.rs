//! The target's weights from the container that burn saves them in.

use burn::tensor::{Bytes, DType};

use super::error::ExportError;
use crate::generator::weights::NamedTensor;

/// The tensors of the weights that a checkpoint holds; `what` is named if they cannot be read. The matrix of a linear
/// layer is `[in, out]`.
pub fn saved_tensors(weights: Vec<u8>, what: &str) -> Result<Vec<NamedTensor>, ExportError> {
    let reader = burn_pack::Reader::from_bytes(Bytes::from_bytes_vec(weights));
    let tensors = reader.and_then(burn_pack::Reader::into_tensors).map_err(|e| ExportError::weights(what, e))?;
    let mut found = Vec::new();
    for tensor in tensors {
        let (name, kind, shape, _, bytes) = tensor.into_parts().map_err(|e| ExportError::weights(what, e))?;
        if kind != DType::F32 {
            return Err(ExportError::weights(what, format!("{name} is of type {kind:?}, not of 32-bit numbers")));
        }
        let values = bytes.as_chunks().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect();
        found.push(NamedTensor { name, shape: shape.to_vec(), values });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}
