//! What a target network predicts, classes or maps, and its properties. Callers ask for properties, not for the task.

/// What a target network predicts for an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// One of several classes; measured by accuracy.
    Classes,
    /// One value per pixel; measured by the mean square error.
    Maps,
}

impl Task {
    fn of<T>(self, classes: T, maps: T) -> T {
        match self {
            Self::Classes => classes,
            Self::Maps => maps,
        }
    }

    /// Whether there are class probabilities, predicted classes and a confusion matrix.
    pub fn has_classes(self) -> bool {
        self.of(true, false)
    }

    /// Whether there are stress maps and errors of their regions.
    pub fn has_maps(self) -> bool {
        self.of(false, true)
    }

    /// The name of the metric.
    pub fn measure(self) -> &'static str {
        self.of("Accuracy", "Mean square error")
    }

    /// The unit of the metric.
    pub fn unit(self) -> &'static str {
        self.of("%", "kPa\u{b2}")
    }

    /// The unit of losses.
    pub fn loss_unit(self) -> &'static str {
        self.of("nats", "kPa\u{b2}")
    }

    /// The loss that is shown like 1 nat: for maps, a typical error of a half-trained network.
    pub fn loss_step(self) -> f32 {
        self.of(1.0, 100.0)
    }

    /// Whether a smaller value of the metric is better.
    pub fn lower_is_better(self) -> bool {
        self.of(false, true)
    }
}
