//! Target networks (F): one row each with what it predicts. Their layers are in `target`.

use super::choices::choices;
use super::datasets::DatasetKind;
use super::task::Task;

/// The properties of a network.
struct Row {
    task: Task,
    /// Whether the channels of its first stage are chosen.
    has_width: bool,
    /// A larger network of its kind, where it is not another width.
    larger: Option<TargetKind>,
}

impl Row {
    const PLAIN: Self = Self { task: Task::Classes, has_width: false, larger: None };
}

choices! {
    /// Target networks (F).
    TargetKind as Row {
        /// Table S7.
        LeNet = "lenet", "LeNet", larger: Some(TargetKind::WideLeNet);
        /// Table S8; digits are padded to 32 x 32.
        Vgg16 = "vgg16", "VGG-16", has_width: true;
        /// A small residual network for colour images; not in the paper.
        ResNet = "resnet", "Residual network", has_width: true;
        /// LeNet with twice the channels and features; not in the paper.
        WideLeNet = "wide-lenet", "LeNet, twice as wide";
        /// Table S6: from a mask to its stress map.
        StressNet = "stress-net", "Stress network", task: Task::Maps;
    }
}

impl TargetKind {
    /// What the network predicts.
    pub fn task(self) -> Task {
        self.row().task
    }

    /// The networks for a task; the first is its default.
    pub fn of(task: Task) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |k| k.task() == task)
    }

    /// Whether the channels of its first stage are chosen.
    pub fn has_width(self) -> bool {
        self.row().has_width
    }

    /// A larger network of its kind, where it is not another width.
    pub fn larger(self) -> Option<Self> {
        self.row().larger
    }

    /// Why the network cannot learn this data set; `None` if it can. For maps, a classifier's name means the default
    /// network, as in experiments of earlier versions.
    pub fn objection(self, dataset: DatasetKind) -> Option<String> {
        let wrong = dataset.task().has_classes() && !self.task().has_classes();
        wrong.then(|| {
            let known: Vec<_> = Self::of(Task::Classes).map(Self::name).collect();
            format!(
                "`{self}` predicts maps, and the labels of {} are classes; choose {}",
                dataset.label(),
                known.join(" or ")
            )
        })
    }
}
