//! What is measured, and one measured value.

use serde::{Deserialize, Serialize};

use crate::experiment::{EvaluationSplit, Task};

/// A measured quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Metric {
    /// Percent correct on the whole evaluation split.
    Accuracy,
    /// Percent correct on the fixed, class-stratified part of the evaluation split.
    AccuracyPart,
    /// Mean training loss since the last evaluation (nats, or kPa^2 if labels are maps).
    TrainLoss,
    /// Percent correct on the validation split; measured only for the stop criterion.
    ValidationAccuracy,
    /// Mean square error over all pixels of the whole evaluation split, zero outside the wall (kPa^2).
    MapError,
    /// Mean square error over all pixels of the fixed part of the evaluation split (kPa^2).
    MapErrorPart,
    /// Mean square error over the wall's pixels of the whole evaluation split (kPa^2).
    WallError,
    /// Percent of the wall's pixels of the evaluation split whose stress is above the constant that maps are divided
    /// by.
    AboveScale,
}

impl Metric {
    /// The main metric of each task, over the whole evaluation split.
    pub const WHOLE: [Self; 2] = [Self::Accuracy, Self::MapError];

    /// The metrics that need predicted classes; each evaluation has one of them.
    pub const PREDICTED: [Self; 2] = [Self::AccuracyPart, Self::Accuracy];

    /// The main metric of a task, over the whole evaluation split.
    pub fn whole(task: Task) -> Self {
        match task {
            Task::Classes => Self::Accuracy,
            Task::Maps => Self::MapError,
        }
    }

    /// The main metric of a task, over the fixed part of the evaluation split.
    pub fn part(task: Task) -> Self {
        match task {
            Task::Classes => Self::AccuracyPart,
            Task::Maps => Self::MapErrorPart,
        }
    }

    /// The split that it is measured on, in a run whose accuracies or errors are of `evaluated`.
    pub fn split(self, evaluated: EvaluationSplit) -> &'static str {
        match self {
            Self::TrainLoss => "train",
            Self::ValidationAccuracy => EvaluationSplit::Validation.name(),
            _ => evaluated.name(),
        }
    }

    /// Whether it is a share in percent.
    pub fn is_percent(self) -> bool {
        match self {
            Self::Accuracy | Self::AccuracyPart | Self::ValidationAccuracy | Self::AboveScale => true,
            Self::TrainLoss | Self::MapError | Self::MapErrorPart | Self::WallError => false,
        }
    }

    /// The name in `curves.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::AccuracyPart => "accuracy_part",
            Self::TrainLoss => "train_loss",
            Self::ValidationAccuracy => "accuracy_validation",
            Self::MapError => "map_error_kpa2",
            Self::MapErrorPart => "map_error_part_kpa2",
            Self::WallError => "wall_error_kpa2",
            Self::AboveScale => "above_scale_percent",
        }
    }
}

/// One measured value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    pub metric: Metric,
    /// Distinct samples labelled so far.
    pub labels: usize,
    /// Optimiser steps since the run began.
    pub minibatches: usize,
    /// Percent for accuracies and shares, nats for losses, kPa^2 for errors of maps.
    pub value: f32,
    /// Whether it was measured after the last minibatch of its round; else it is one inside.
    pub round_end: bool,
}
