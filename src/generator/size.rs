//! The size of a network, for the memory that its training needs.

/// How large a network is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NetSize {
    /// Trained weights.
    pub weights: f64,
    /// Values between its layers for one image.
    pub values: f64,
}

impl NetSize {
    /// The channels of the first layer that sizes are given for: those of the tables.
    const WIDTH: f64 = 64.0;

    /// The size with another number of channels in all layers.
    pub fn with_width(self, width: usize) -> Self {
        let share = width as f64 / Self::WIDTH;
        Self { weights: self.weights * share.powi(2), values: self.values * share }
    }
}
