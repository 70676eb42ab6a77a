//! Errors of the view.

/// Why the view cannot draw or answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    #[error("this graphics device cannot draw the latent view: {0}")]
    Unsupported(String),
    #[error("{what}: {bytes} bytes exceed the {limit} bytes that this graphics device can bind")]
    TooLarge { what: &'static str, bytes: u64, limit: u64 },
    #[error("{what}: {got} values for {points} points; there must be one for each")]
    LengthMismatch { what: &'static str, points: usize, got: usize },
    #[error("a field image of {width} x {height} pixels cannot have {bytes} bytes")]
    BadImage { width: u32, height: u32, bytes: usize },
    #[error("the image could not be read back from the graphics device: {0}")]
    Readback(String),
}
