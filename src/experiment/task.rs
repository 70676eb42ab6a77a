//! What a target learns, and all that is data about it.

/// What a target learns of an image. Callers ask what it has, not which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// One of several classes; judged by accuracy.
    Classes,
    /// One value a pixel; judged by the mean square error.
    Maps,
}

/// What is data about a task.
struct Row {
    measure: &'static str,
    unit: &'static str,
    difference_unit: &'static str,
    loss_unit: &'static str,
    loss_step: f32,
    best: f64,
}

impl Task {
    fn row(self) -> &'static Row {
        match self {
            Self::Classes => &Row {
                measure: "Accuracy",
                unit: "%",
                difference_unit: "points",
                loss_unit: "nats",
                loss_step: 1.0,
                best: 100.0,
            },
            Self::Maps => &Row {
                measure: "Mean square error",
                unit: "kPa\u{b2}",
                difference_unit: "kPa\u{b2}",
                loss_unit: "kPa\u{b2}",
                loss_step: 100.0,
                best: 0.0,
            },
        }
    }

    /// Labels are classes: there are probabilities, predictions, a confusion matrix and accuracies.
    pub fn has_classes(self) -> bool {
        self == Self::Classes
    }

    /// Labels are maps, one value a pixel: there are stresses, and regions of them.
    pub fn has_maps(self) -> bool {
        self == Self::Maps
    }

    /// What a target is judged by.
    pub fn measure(self) -> &'static str {
        self.row().measure
    }

    /// The unit of the measure.
    pub fn unit(self) -> &'static str {
        self.row().unit
    }

    /// The unit of the difference of two measures.
    pub fn difference_unit(self) -> &'static str {
        self.row().difference_unit
    }

    /// The unit of losses.
    pub fn loss_unit(self) -> &'static str {
        self.row().loss_unit
    }

    /// A loss of this much is shown as 1 nat is: of maps, a middling error of a half-trained target.
    pub fn loss_step(self) -> f32 {
        self.row().loss_step
    }

    /// The best value of the measure.
    pub fn best(self) -> f64 {
        self.row().best
    }

    /// A smaller value of the measure is a better target.
    pub fn lower_is_better(self) -> bool {
        self.row().best == 0.0
    }
}
