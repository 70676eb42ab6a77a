//! Variational auto-encoders: the paper's fully connected one, and a convolutional one.

mod posterior;
mod dense;
mod convolutional;
mod training;

pub use convolutional::{CONVOLUTIONAL_SIZE, ConvolutionalNet, SIDE_MULTIPLE};
pub use dense::DenseNet;
pub use posterior::Posterior;
pub use training::VaeTraining;
