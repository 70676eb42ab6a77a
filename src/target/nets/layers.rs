//! The layers of a network as other programs build them: one after the other, with the names of their tensors.

use serde::Serialize;

/// A layer; `of` is what the names of its tensors begin with.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "layer", rename_all = "snake_case")]
pub enum Layer {
    /// `weight` `[out, in, height, width]` and `bias`.
    Convolution {
        of: String,
        /// Pixels of zeros on each side.
        padding: usize,
        /// Pixels from one window to the next, the same in both directions.
        #[serde(skip_serializing_if = "is_one")]
        stride: usize,
    },
    /// `weight` `[in, out, height, width]` and `bias`.
    TransposedConvolution { of: String },
    /// `gamma`, `beta`, `running_mean`, `running_var`.
    BatchNormalisation {
        of: String,
        /// Added to the variance before the root.
        epsilon: f64,
    },
    /// Negative values become 0.
    Rectifier,
    /// The largest value of each 2 x 2 block; an odd last row or column is left out.
    MaxPooling,
    /// Each pixel 2 x 2 times.
    Doubling,
    /// All values of an image in one row.
    Flattening,
    /// The sum of what two rows of layers make of the same values; no layers leave them as they are.
    Sum {
        body: Vec<Self>,
        /// Empty where the values themselves are added.
        skip: Vec<Self>,
    },
    /// The mean of each channel.
    Means,
    /// `weight` `[in, out]`, the transpose of PyTorch's, and `bias`.
    Linear { of: String },
    /// 1 / (1 + exp(-v)) of each value.
    Sigmoid,
}

impl Layer {
    /// A convolution with stride 1; the kernel's size is that of its tensor.
    pub fn convolution(of: impl Into<String>, padding: usize) -> Self {
        Self::Convolution { of: of.into(), padding, stride: 1 }
    }

    /// A batch normalisation with burn's epsilon, 1e-5.
    pub fn normalisation(of: impl Into<String>) -> Self {
        Self::BatchNormalisation { of: of.into(), epsilon: EPSILON }
    }

    /// A fully connected layer.
    pub fn linear(of: impl Into<String>) -> Self {
        Self::Linear { of: of.into() }
    }

    /// The layer with the name of its network before those of its tensors.
    pub(super) fn in_network(mut self, network: &str) -> Self {
        match &mut self {
            Self::Convolution { of, .. }
            | Self::TransposedConvolution { of }
            | Self::BatchNormalisation { of, .. }
            | Self::Linear { of } => *of = format!("{network}.{of}"),
            Self::Sum { body, skip } => {
                for layers in [body, skip] {
                    *layers = std::mem::take(layers).into_iter().map(|layer| layer.in_network(network)).collect();
                }
            }
            Self::Rectifier | Self::MaxPooling | Self::Doubling | Self::Means | Self::Flattening | Self::Sigmoid => {}
        }
        self
    }

    /// The names of its tensors.
    pub fn tensors(&self) -> Vec<String> {
        let (of, names): (&String, &[&str]) = match self {
            Self::Convolution { of, .. } | Self::TransposedConvolution { of } | Self::Linear { of } => {
                (of, &["bias", "weight"])
            }
            Self::BatchNormalisation { of, .. } => (of, &["beta", "gamma", "running_mean", "running_var"]),
            Self::Sum { body, skip } => return body.iter().chain(skip).flat_map(Self::tensors).collect(),
            Self::Rectifier | Self::MaxPooling | Self::Doubling | Self::Means | Self::Flattening | Self::Sigmoid => {
                return Vec::new();
            }
        };
        names.iter().map(|name| format!("{of}.{name}")).collect()
    }
}

fn is_one(stride: &usize) -> bool {
    *stride == 1
}

/// Of burn's batch normalisation, which no network here changes.
const EPSILON: f64 = 1e-5;
