//! Networks that can be a target: one row each with what it predicts. Their layers are in `target`.

use super::choices::choices;
use super::datasets::DatasetKind;
use super::task::Task;

/// What is data about a network.
struct Row {
    task: Task,
}

impl Row {
    const PLAIN: Self = Self { task: Task::Classes };
}

choices! {
    /// Networks that can be a target.
    TargetKind as Row {
        /// Table S7.
        LeNet = "lenet", "LeNet";
        /// Table S8; digits are padded to 32 x 32.
        Vgg16 = "vgg16", "VGG-16";
        /// Table S6: from a mask to its stress map.
        StressNet = "stress-net", "Stress network", task: Task::Maps;
    }
}

impl TargetKind {
    /// What it predicts.
    pub fn task(self) -> Task {
        self.row().task
    }

    /// The networks for a task; the first is its default.
    pub fn of(task: Task) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |k| k.task() == task)
    }

    /// Why it cannot learn this data; `None` if it can. On maps a classifier's name means the default network, as in
    /// experiments from before there was a choice.
    pub fn objection(self, dataset: DatasetKind) -> Option<String> {
        let wrong = dataset.task().has_classes() && !self.task().has_classes();
        wrong.then(|| {
            let known: Vec<_> = Self::of(Task::Classes).map(Self::name).collect();
            format!("`{self}` predicts no classes, as {} has; choose {}", dataset.label(), known.join(" or "))
        })
    }
}
