//! What a target learns, and all that is data about it. Callers ask what a task has, not which it is.

/// What a target learns of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// One of several classes; judged by accuracy.
    Classes,
    /// One value a pixel; judged by the mean square error.
    Maps,
}

impl Task {
    fn of<T>(self, classes: T, maps: T) -> T {
        match self {
            Self::Classes => classes,
            Self::Maps => maps,
        }
    }

    /// There are probabilities of classes, predictions, and a confusion of them.
    pub fn has_classes(self) -> bool {
        self.of(true, false)
    }

    /// There are maps of stress, and errors of their regions.
    pub fn has_maps(self) -> bool {
        self.of(false, true)
    }

    /// What a target is judged by.
    pub fn measure(self) -> &'static str {
        self.of("Accuracy", "Mean square error")
    }

    /// The unit of the measure.
    pub fn unit(self) -> &'static str {
        self.of("%", "kPa\u{b2}")
    }

    /// The unit of losses.
    pub fn loss_unit(self) -> &'static str {
        self.of("nats", "kPa\u{b2}")
    }

    /// A loss of this much is shown as 1 nat is: of maps, a middling error of a half-trained target.
    pub fn loss_step(self) -> f32 {
        self.of(1.0, 100.0)
    }

    /// A smaller value of the measure is a better target.
    pub fn lower_is_better(self) -> bool {
        self.of(false, true)
    }
}
