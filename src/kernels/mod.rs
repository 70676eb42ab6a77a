//! Layers on the CPU at the speed of its matrix products: convolutions, normalisation, pooling and fully connected layers,
//! forward and backward, as operations of burn.
//!
//! The products are those of `matrixmultiply`, which cuts its sums at constant lengths: the result has the same bits on
//! every x86-64 processor with FMA, whatever its caches, and for any number of threads. On a GPU the layers are burn's own.

mod scratch;
mod wide;
mod planes;
mod activation;
mod layer;
mod products;
mod tiles;
mod winograd;
mod direct;
mod convolution;
mod normalisation;
mod pooling;
mod losses;
mod given;
mod moments;
mod operation;
mod layers;
mod adam;

pub use activation::Activation;
pub use adam::{Adam, restored};
pub use layers::{
    average_pooled, convolved, convolved_transposed, doubled, given, linear, log_softmax, max_pooled, mean, normalised,
    row_means, scaled_sum,
};
pub use products::{Matrix, product};

#[cfg(test)]
mod tests;
