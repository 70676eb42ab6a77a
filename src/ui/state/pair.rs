//! Two runs side by side: their names, the records by which they are compared, and the difference of their picks and
//! predictions.

use std::sync::Arc;

use super::run::RunState;
use super::run_list::RunKey;
use crate::dataset::{Class, Split};
use crate::engine::planned::RunId;
use crate::experiment::{Field, Part, Strategy, Variant};
use crate::history::{Header, History, RoundRecord};
use crate::ui::kit::words;

/// Identifies one run that can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunRef {
    /// A run of this window.
    Live(RunId),
    /// A run of a former session, or an opened one.
    Kept(RunKey),
}

/// A run, live or opened.
#[derive(Clone, Copy)]
pub enum Side<'a> {
    Live(&'a RunState, &'a Header),
    Opened(&'a History),
}

impl<'a> Side<'a> {
    /// The origin of the run, which both kinds of side have.
    pub fn header(&self) -> &'a Header {
        match self {
            Self::Live(_, header) => header,
            Self::Opened(history) => &history.header,
        }
    }

    /// The strategy from the latest round on.
    pub fn strategy(self) -> Strategy {
        self.header().experiment.strategy
    }

    /// Completed rounds, then the one in progress.
    pub fn records(&self) -> Vec<&'a RoundRecord> {
        match self {
            Self::Live(run, _) => run.records().map(Arc::as_ref).collect(),
            Self::Opened(history) => history.rounds.iter().map(Arc::as_ref).collect(),
        }
    }

    /// The last round with a record, in progress or not; 0 without any.
    pub fn latest_round(&self) -> usize {
        self.records().last().map_or(0, |r| r.round)
    }

    /// The run's name: strategy, own fields and step length, seed, and fork round.
    pub fn name(&self) -> String {
        let Header { experiment, own, forked, .. } = self.header();
        let shown = |f: &Field| own.contains(f) || f.part == Some(Part::Step);
        let name = format!("{}, seed {}", Variant::of(experiment, shown).label(), experiment.seed);
        match forked {
            Some(fork) => format!("{name}, forked after round {}", fork.round),
            None => name,
        }
    }

    /// The round in which each of `samples` train samples was labelled, by the end of `round`; 0 if it was not.
    pub fn bought_in(&self, samples: usize, round: usize) -> Vec<u16> {
        let mut bought = vec![0; samples];
        for record in self.records().into_iter().filter(|r| r.round <= round) {
            for sample in record.proposals.iter().filter_map(|p| p.train_sample()) {
                if let Some(b) = bought.get_mut(sample as usize).filter(|b| **b == 0) {
                    *b = record.round as u16;
                }
            }
        }
        bought
    }

    /// The completed rounds.
    pub fn ended(&self) -> &'a [Arc<RoundRecord>] {
        match self {
            Self::Live(run, _) => &run.rounds,
            Self::Opened(history) => &history.rounds,
        }
    }
}

/// The records by which two runs are compared: those of one round, which both have ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    pub round: usize,
    /// Each side's record of that round, with its result.
    records: [(Arc<RoundRecord>, f32); 2],
    /// Why it is an earlier round than the playhead's, if it is.
    earlier: Option<String>,
}

impl Match {
    /// The last round up to `until` that both runs have ended with a result; `None` if there is none.
    pub fn of(sides: [Side<'_>; 2], until: usize) -> Option<Self> {
        let result = |side: Side<'_>, round: usize| {
            let record = side.ended().iter().find(|r| r.round == round)?;
            Some((Arc::clone(record), record.final_value()?))
        };
        let [a, b] = sides;
        let (round, records) = (1..=until).rev().find_map(|r| Some((r, [result(a, r)?, result(b, r)?])))?;
        let leads = |side: Side<'_>| (round + 1..=until).any(|r| result(side, r).is_some());
        let lagging = [("A", a, b), ("B", b, a)].into_iter().find(|(_, _, other)| leads(*other));
        let earlier = lagging.map(|(name, side, _)| match side.ended().iter().find(|r| r.diverged) {
            Some(record) => format!("{name} diverged in round {}", record.round),
            None => format!("{name} has ended {round}"),
        });
        Some(Self { round, records, earlier })
    }

    /// The records of the round, A's first.
    pub fn records(&self) -> [&RoundRecord; 2] {
        self.records.each_ref().map(|(record, _)| &**record)
    }

    /// The result of each side: accuracy in percent, or error in kPa^2.
    pub fn values(&self) -> [f32; 2] {
        self.records.each_ref().map(|(_, value)| *value)
    }

    /// The two records, if their differences mean something: both runs had equally many labels.
    pub fn even(&self) -> Option<[&RoundRecord; 2]> {
        let [a, b] = self.records();
        (a.labels == b.labels).then_some([a, b])
    }

    /// Which records they are: the round, why it is no later one, and the labels.
    pub fn described(&self) -> String {
        let [a, b] = self.records().map(|r| words::thousands(r.labels));
        let labels = if self.even().is_some() { format!("{a} labels each") } else { format!("A {a} labels, B {b}") };
        let earlier = self.earlier.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
        format!("both after round {}{earlier}, {labels}", self.round)
    }
}

/// For which of two runs something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Neither,
    A,
    Both,
    B,
}

impl Whose {
    fn of(a: bool, b: bool) -> Self {
        match (a, b) {
            (false, false) => Self::Neither,
            (true, false) => Self::A,
            (true, true) => Self::Both,
            (false, true) => Self::B,
        }
    }
}

/// Which run labelled each train sample.
pub fn picks(a: &[u16], b: &[u16]) -> Vec<Whose> {
    a.iter().zip(b).map(|(a, b)| Whose::of(*a > 0, *b > 0)).collect()
}

/// Which run predicts each evaluation image right; `None` if either has no predictions of single images.
pub fn right(a: &[Class], b: &[Class], split: &Split) -> Option<Vec<Whose>> {
    if a.len() != split.len() || b.len() != split.len() || split.is_empty() {
        return None;
    }
    let labels = split.labels().iter();
    Some(labels.zip(a.iter().zip(b)).map(|(label, (a, b))| Whose::of(a == label, b == label)).collect())
}

/// The number of each part: A only, both, B only, neither.
pub fn count(parts: impl Iterator<Item = Whose>) -> [usize; 4] {
    let mut counts = [0; 4];
    for part in parts {
        counts[match part {
            Whose::A => 0,
            Whose::Both => 1,
            Whose::B => 2,
            Whose::Neither => 3,
        }] += 1;
    }
    counts
}

/// B's recall of each class minus A's, percentage points, from their confusions; `None` if one has none.
pub fn gain_by_class(a: &[u32], b: &[u32]) -> Option<Vec<f32>> {
    let classes = (a.len() as f32).sqrt().round() as usize;
    if a.len() != b.len() || a.is_empty() || classes * classes != a.len() {
        return None;
    }
    let recall = |confusion: &[u32], class: usize| {
        let row = &confusion[class * classes..(class + 1) * classes];
        100.0 * row[class] as f32 / row.iter().sum::<u32>().max(1) as f32
    };
    Some((0..classes).map(|class| recall(b, class) - recall(a, class)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::ImageShape;
    use crate::device::DeviceKind;
    use crate::experiment::{Experiment, setups};
    use crate::history::{Evaluation, Metric, Proposal};
    use crate::ui::state::AppState;

    fn history(strategy: Strategy, generator: &str, bought: &[&[u32]]) -> History {
        let header = Header {
            generator_digest: generator.into(),
            ..Header::made_up(Experiment { strategy, ..Experiment::default() })
        };
        let proposal = |&sample: &u32| Proposal { sample, label: 0, score: None, step: None, made: None };
        let rounds = bought.iter().enumerate().map(|(i, samples)| RoundRecord {
            proposals: samples.iter().map(proposal).collect(),
            ..RoundRecord::empty(i + 1)
        });
        History { rounds: rounds.map(Arc::new).collect(), header }
    }

    #[test]
    fn picks_fall_into_four_parts_by_round() {
        let a = history(Strategy::Random, "g", &[&[0, 1], &[2]]);
        let b = history(Strategy::Snn, "g", &[&[0, 1], &[3, 3], &[2]]);
        let counts = |round| {
            let [a, b] = [&a, &b].map(|h| Side::Opened(h).bought_in(5, round));
            count(picks(&a, &b).into_iter())
        };
        for (round, expected) in [(0, [0, 0, 0, 5]), (1, [0, 2, 0, 3]), (2, [1, 2, 1, 1]), (3, [0, 3, 1, 1])] {
            assert_eq!(counts(round), expected, "round {round}");
        }
        assert_eq!(Side::Opened(&b).bought_in(5, 3), [1, 1, 3, 2, 0]);
        assert_eq!((Side::Opened(&a).latest_round(), Side::Opened(&b).latest_round()), (2, 3));
    }

    /// Two runs are compared after the last round that both have ended, never after the playhead's, and nothing is
    /// subtracted at unequal labels.
    #[test]
    fn both_sides_are_compared_after_the_same_round() {
        /// A run with these labels and results; a round without a result diverged.
        fn of(rounds: &[(usize, Option<f32>)]) -> History {
            let record = |(i, &(labels, value)): (usize, &(usize, Option<f32>))| {
                let metric = Metric::Accuracy;
                let end = |value| Evaluation { metric, labels, minibatches: 0, value, round_end: true };
                let evaluations = value.map(end).into_iter().collect();
                Arc::new(RoundRecord { labels, evaluations, diverged: value.is_none(), ..RoundRecord::empty(i + 1) })
            };
            let rounds = rounds.iter().enumerate().map(record).collect();
            History { rounds, ..history(Strategy::Snn, "g", &[]) }
        }
        let three = [(500, Some(90.0)), (1_000, Some(95.0)), (1_500, Some(96.0))];
        let other = [(500, Some(90.0)), (1_000, Some(94.0)), (1_400, Some(97.0))];
        let lost = [(500, Some(90.0)), (1_000, None)];
        for (what, a, b, until, values, even, described) in [
            ("level", &three[..], &three[..], 3, [96.0, 96.0], true, "both after round 3, 1,500 labels each"),
            ("playhead", &three, &other, 2, [95.0, 94.0], true, "both after round 2, 1,000 labels each"),
            (
                "A lags",
                &other[..1],
                &three,
                3,
                [90.0, 90.0],
                true,
                "both after round 1 (A has ended 1), 500 labels each",
            ),
            (
                "B lags",
                &three,
                &other[..2],
                3,
                [95.0, 94.0],
                true,
                "both after round 2 (B has ended 2), 1,000 labels each",
            ),
            ("labels", &three, &other, 3, [96.0, 97.0], false, "both after round 3, A 1,500 labels, B 1,400"),
            (
                "diverged",
                &lost,
                &three,
                3,
                [90.0, 90.0],
                true,
                "both after round 1 (A diverged in round 2), 500 labels each",
            ),
            ("before", &lost, &three, 1, [90.0, 90.0], true, "both after round 1, 500 labels each"),
            ("beyond", &three, &three, 9, [96.0, 96.0], true, "both after round 3, 1,500 labels each"),
        ] {
            let (a, b) = (of(a), of(b));
            let found = Match::of([&a, &b].map(Side::Opened), until).unwrap();
            assert_eq!(found.values(), values, "{what}");
            assert_eq!((found.even().is_some(), found.described().as_str()), (even, described), "{what}");
        }
        let (none, some) = (of(&[]), of(&three));
        assert_eq!(Match::of([&none, &some].map(Side::Opened), 3), None);
        assert_eq!(Match::of([&some, &some].map(Side::Opened), 0), None);
    }

    #[test]
    fn predictions_fall_into_four_parts() {
        let shape = ImageShape { channels: 1, height: 1, width: 1 };
        let split = Split::new(shape, vec![0; 4], vec![5, 6, 7, 8]).unwrap();
        let parts = right(&[5, 6, 0, 0], &[5, 0, 7, 0], &split).unwrap();
        assert_eq!(parts, [Whose::Both, Whose::A, Whose::B, Whose::Neither]);
        assert_eq!(right(&[5, 6], &[5, 0, 7, 0], &split), None);
    }

    #[test]
    fn gains_are_differences_of_recalls() {
        let gains = gain_by_class(&[8, 2, 5, 5], &[9, 1, 4, 6]).unwrap();
        assert!(gains.iter().zip([10.0, 10.0]).all(|(g, e)| (g - e).abs() < 1e-4), "{gains:?}");
        assert_eq!(gain_by_class(&[1, 2, 3], &[1, 2, 3]), None);
        assert_eq!(gain_by_class(&[], &[]), None);
    }

    /// An opened history can only be paired with a run in the same latent space.
    #[test]
    fn sides_share_one_embedding() {
        let mut s = AppState::new(
            Experiment::default(),
            setups(&Experiment::default(), &[Strategy::Snn.into()]).unwrap(),
            DeviceKind::Cpu,
        );
        let opened = vec![history(Strategy::Random, "g", &[&[0]]), history(Strategy::Snn, "another", &[&[0]])];
        s.list.open(opened, "runs".into());
        assert!(s.sides().is_empty());
        let header = Box::new(history(Strategy::Snn, "g", &[]).header);
        s.apply(crate::engine::protocol::Event::RunStarted { run: RunId::nth(0), header });
        let refs: Vec<_> = s.sides().iter().map(|(r, _)| *r).collect();
        let (key, _) = s.list.kept_shown().next().unwrap();
        assert_eq!(refs, [RunRef::Live(RunId::nth(0)), RunRef::Kept(key)]);
    }
}
