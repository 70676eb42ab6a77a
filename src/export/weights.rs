//! Weights of a network as safetensors.

use std::collections::BTreeMap;

use burn::tensor::{Bytes, DType};
use safetensors::tensor::{Dtype, TensorView};

use super::error::ExportError;
use crate::generator::weights::NamedTensor;

/// A safetensors file with these tensors; `what` is named if it cannot be made.
pub fn to_safetensors(tensors: &[NamedTensor], what: &str) -> Result<Vec<u8>, ExportError> {
    let bytes: Vec<Vec<u8>> = tensors.iter().map(|t| t.values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let views: Result<BTreeMap<_, _>, _> = tensors
        .iter()
        .zip(&bytes)
        .map(|(t, b)| Ok((&t.name, TensorView::new(Dtype::F32, t.shape.clone(), b)?)))
        .collect();
    let views = views.map_err(|e: safetensors::SafeTensorError| ExportError::weights(what, e))?;
    safetensors::serialize(views, None).map_err(|e| ExportError::weights(what, e))
}

/// The tensors of the weights that a checkpoint holds. The matrix of a linear layer is `[in, out]`.
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
    Ok(found)
}
