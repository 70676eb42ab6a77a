//! "Limited by labels or by the network?": a larger target, trained over again on the rounds of a project, beside the present
//! one on the same test images; advice, never a verdict.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::ProjectError;
use super::store::Project;
use super::words::counted;
use crate::archive::{self, Whole};
use crate::experiment::{Experiment, Field};
use crate::statistics::{Gain, Proportion};

const FILE: &str = "larger.rwl";
const MAGIC: &str = "ridgewalk larger networks";
/// The level of all intervals.
const LEVEL: f64 = 0.95;
/// A larger network helps if it takes away so much of the present one's errors, or so many points of accuracy at least.
const SHARE_OF_ERRORS: f64 = 0.25;
const LEAST_GAIN: f64 = 0.02;

/// How a larger network fares, in percent and points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Larger {
    /// The round whose labels both networks were trained on.
    pub round: usize,
    /// Labels that both were trained on.
    pub labels: usize,
    /// The present network in words.
    pub present: String,
    /// The larger network in words.
    pub larger: String,
    /// Test images that both were asked about.
    pub test_images: usize,
    /// Percent, with its Wilson interval.
    pub present_accuracy: Share,
    /// Percent, with its Wilson interval.
    pub larger_accuracy: Share,
    /// Accuracy of the larger network minus that of the present one, on the same images, in percentage points.
    pub gain: Share,
    pub advice: Advice,
    /// Time that the larger network took, trained over again on all rounds.
    pub seconds: f32,
}

/// A number with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// What limits the accuracy, as far as that can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    /// A larger network helps little: even the upper end of its gain is below a quarter of the errors, or two points.
    Labels,
    /// A larger network helps: the interval of its gain is above zero.
    Network,
    /// The test images are too few to tell.
    Unknown,
}

impl Whole for Larger {}

/// The settings with a larger target: twice the width, or the next network of its kind; `None` if there is none.
pub fn with_larger(experiment: &Experiment) -> Option<Experiment> {
    let network = experiment.network();
    if let Some(target) = network.larger() {
        return Some(Experiment { target, ..experiment.clone() });
    }
    let wider = Experiment { target_width: 2 * experiment.target_width, ..experiment.clone() };
    network.has_width().then_some(wider)?.validated().ok()
}

/// A target in words.
fn named(experiment: &Experiment) -> String {
    let has_width = Field::named("target_width").is_some_and(|field| field.applies(experiment));
    let width = if has_width { format!(" of width {}", experiment.target_width) } else { String::new() };
    format!("{}{width}", experiment.network().label())
}

/// Whether each test image is told rightly, by the present network and by the larger one.
pub(super) struct Results<'a> {
    pub right: &'a [(bool, bool)],
    pub round: usize,
    pub labels: usize,
    pub seconds: f32,
}

impl Larger {
    /// `None` without a test image.
    pub(super) fn of(present: &Experiment, larger: &Experiment, results: &Results<'_>) -> Option<Self> {
        let Results { right, round, labels, seconds } = *results;
        let all = right.len();
        let count = |is: fn(&(bool, bool)) -> bool| right.iter().filter(|one| is(one)).count();
        let of = |correct| {
            let found = Proportion::wilson(correct, all, LEVEL)?;
            Some(Share::percent(found.share, found.low, found.high))
        };
        let gain = Gain::paired(count(|r| !r.0 && r.1), count(|r| r.0 && !r.1), all, LEVEL)?;
        let present_accuracy = of(count(|r| r.0))?;
        let helps = (SHARE_OF_ERRORS * (1.0 - present_accuracy.value / 100.0)).max(LEAST_GAIN);
        let advice = match () {
            () if gain.low > 0.0 => Advice::Network,
            () if gain.high < helps => Advice::Labels,
            () => Advice::Unknown,
        };
        Some(Self {
            round,
            labels,
            present: named(present),
            larger: named(larger),
            test_images: all,
            present_accuracy,
            larger_accuracy: of(count(|r| r.1))?,
            gain: Share::percent(gain.gain, gain.low, gain.high),
            advice,
            seconds,
        })
    }

    /// What was found, a sentence each: the numbers, and the advice.
    pub fn sentences(&self) -> [String; 2] {
        let told = |name: &str, s: &Share| format!("{name} {:.1} % ({:.1} to {:.1} %)", s.value, s.low, s.high);
        let numbers = format!(
            "{}, {} on the same {}, both trained on the {} of round {}",
            told(&self.present, &self.present_accuracy),
            told(&self.larger, &self.larger_accuracy),
            counted(self.test_images, "test image"),
            counted(self.labels, "label"),
            self.round
        );
        let range = format!("{:+.1} to {:+.1} points", self.gain.low, self.gain.high);
        let advice = match self.advice {
            Advice::Labels => format!("A larger network helps little, if at all ({range}): more labels would more"),
            Advice::Network => {
                format!("A larger network helps ({range}): the network is the limit, more than the labels")
            }
            Advice::Unknown => format!(
                "Whether a larger network helps cannot be told ({range} on {} test images): more test images would tell",
                self.test_images
            ),
        };
        [numbers, advice]
    }

    /// What was found last for a round; none if there are other rounds by now.
    pub(super) fn read(project: &Project, rounds: usize) -> Result<Option<Self>, ProjectError> {
        let path = project.folder().join(FILE);
        // A damaged one is none: it can be found again.
        Ok(archive::read(&path, MAGIC).ok().filter(|found: &Self| found.round == rounds))
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), ProjectError> {
        Ok(archive::write(&folder.join(FILE), MAGIC, self)?)
    }
}

impl Share {
    fn percent(value: f64, low: f64, high: f64) -> Self {
        Self { value: 100.0 * value, low: 100.0 * low, high: 100.0 * high }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::TargetKind;

    #[test]
    fn the_advice_follows_from_the_images_that_only_one_network_is_right_on() {
        let present = Experiment::default();
        let larger = with_larger(&present).unwrap();
        for (both, only_larger, only_present, expected, says) in [
            (180, 15, 0, Advice::Network, "helps (+"),
            (395, 2, 2, Advice::Labels, "helps little, if at all (-"),
            (150, 2, 2, Advice::Labels, "more labels would more"),
            (40, 2, 2, Advice::Unknown, "cannot be told (-"),
            (180, 0, 15, Advice::Labels, "helps little"),
        ] {
            let one = |right, n| std::iter::repeat_n(right, n);
            let wrong = one((false, false), if both == 150 { 46 } else { 1 });
            let right: Vec<(bool, bool)> = one((true, true), both)
                .chain(one((false, true), only_larger))
                .chain(one((true, false), only_present))
                .chain(wrong)
                .collect();
            let results = Results { right: &right, round: 3, labels: 60, seconds: 1.0 };
            let found = Larger::of(&present, &larger, &results).unwrap();
            let [numbers, advice] = found.sentences();
            assert!(found.advice == expected && advice.contains(says), "{advice}");
            assert!(numbers.contains("LeNet, twice as wide") && numbers.contains("60 labels of round 3"), "{numbers}");
        }
        let results = Results { right: &[], round: 3, labels: 60, seconds: 1.0 };
        assert_eq!(Larger::of(&present, &larger, &results), None);
    }

    #[test]
    fn a_larger_network_is_the_next_of_its_kind_or_has_twice_the_width() {
        let of = |target, target_width| {
            let found = with_larger(&Experiment { target, target_width, ..Experiment::default() });
            found.map(|e| (e.target, e.target_width))
        };
        assert_eq!(of(TargetKind::LeNet, 64), Some((TargetKind::WideLeNet, 64)));
        assert_eq!(of(TargetKind::ResNet, 16), Some((TargetKind::ResNet, 32)));
        assert_eq!(of(TargetKind::Vgg16, 512), None);
        assert_eq!(of(TargetKind::WideLeNet, 64), None);
    }
}
