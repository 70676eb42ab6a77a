//! What the view says when it cannot draw.

/// Why the view could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    #[error("this graphics device cannot draw the latent view: {0}")]
    Unsupported(String),
    #[error("{what}: {bytes} bytes are more than the {limit} this graphics device can bind")]
    TooLarge { what: &'static str, bytes: u64, limit: u64 },
    #[error("{what}: {got} values for {points} points")]
    LengthMismatch { what: &'static str, points: usize, got: usize },
    #[error("a field image of {width} x {height} pixels with {bytes} bytes")]
    BadImage { width: u32, height: u32, bytes: usize },
    #[error("reading the picture back failed: {0}")]
    Readback(String),
}
