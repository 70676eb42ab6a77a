//! The append-only record of a run: proposals with their reasons, measurements, and the steps of every walk.
//!
//! Host data only: no tensors, and no pixels except those of generated images. Everything that is drawn, exported or
//! compared is a function of it.

mod header;
mod metric;
mod proposing;
mod record;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::experiment::{Own, Strategy, Task, Variant};
pub use header::{FORMAT_VERSION, Fork, Header};
pub use metric::{Evaluation, Metric};
pub use proposing::{Coverage, Kernel, Price};
pub use record::{LatentStep, Made, Proposal, Refused, RoundRecord, WalkStep};

/// One run of one strategy with one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct History {
    pub header: Header,
    /// Completed rounds, t = 1, 2, ...; copies of a history share them.
    pub rounds: Vec<Arc<RoundRecord>>,
}

impl History {
    /// A history without a round yet.
    pub fn new(header: Header) -> Self {
        Self { header, rounds: Vec::new() }
    }

    /// The history as it was at the end of `round`; before a fork, that of its parent.
    pub fn up_to(&self, round: usize) -> Self {
        let mut header = self.header.clone();
        while let Some(fork) = header.forked.take_if(|f| f.round >= round) {
            header.experiment = fork.experiment;
            header.forked = fork.parent;
        }
        header.origins.retain(|o| o.from_round <= round);
        Self { header, rounds: self.rounds.iter().take(round).cloned().collect() }
    }

    /// The strategy of its latest rounds; before a fork it may be another.
    pub fn strategy(&self) -> Strategy {
        self.header.experiment.strategy
    }

    /// The run's name in its grid.
    pub fn variant(&self) -> Variant {
        self.header.own.variant(&self.header.experiment)
    }

    /// Whether it is a fork: it shares rounds with its parent and is not an independent repeat.
    pub fn is_fork(&self) -> bool {
        self.header.forked.is_some()
    }

    /// The name on the screen: the strategy with the fields set for this run; of a fork, also its changes and its
    /// round.
    pub fn label(&self) -> String {
        let Some(fork) = self.header.forked.as_deref() else { return self.variant().label() };
        let (own, now, then) = (&self.header.own, &self.header.experiment, &fork.experiment);
        let mut label = own.and(&Own::between(now, then)).variant(now).label();
        if now.seed != then.seed {
            label += &format!(", seed {}", now.seed);
        }
        label += &format!(", forked after round {} of {}", fork.round, own.variant(then).label());
        if fork.parent.is_some() {
            label += ", itself a fork";
        }
        if self.header.repeat > 1 {
            label += &format!(", repeat {}", self.header.repeat);
        }
        label
    }

    /// Every strategy it used: its own, and those of the runs it was forked from.
    pub fn strategies(&self) -> Vec<Strategy> {
        let mut all = vec![self.strategy()];
        let mut fork = self.header.forked.as_deref();
        while let Some(f) = fork {
            all.push(f.experiment.strategy);
            fork = f.parent.as_deref();
        }
        all
    }

    /// The task of the target network.
    pub fn task(&self) -> Task {
        self.header.experiment.dataset.task()
    }

    /// The root of all random streams of its latest rounds; repeats are paired by it.
    pub fn seed(&self) -> u64 {
        self.header.experiment.seed
    }

    /// Every evaluation in order, with its round.
    pub fn evaluations(&self) -> impl Iterator<Item = (usize, &Evaluation)> {
        self.rounds.iter().flat_map(|r| r.evaluations.iter().map(move |e| (r.round, e)))
    }

    /// The main metric at the end of each round: accuracy in percent, or the error of maps in kPa^2.
    pub fn final_values(&self) -> Vec<f32> {
        self.rounds.iter().filter_map(|r| r.final_value()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

    /// A history as it was before copies shared their rounds.
    #[derive(Serialize)]
    struct Unshared {
        header: Header,
        rounds: Vec<RoundRecord>,
    }

    #[test]
    fn sharing_rounds_changes_no_byte_of_a_file() {
        let header = Header { classes: vec!["0".into()], ..Header::made_up(Experiment::default()) };
        let rounds = vec![RoundRecord::empty(1), RoundRecord { predicted: vec![1, 2], ..RoundRecord::empty(2) }];
        let before = rmp_serde::to_vec_named(&Unshared { header: header.clone(), rounds: rounds.clone() }).unwrap();
        let mut history = History { header, rounds: rounds.into_iter().map(Arc::new).collect() };
        assert_eq!(rmp_serde::to_vec_named(&history).unwrap(), before);
        assert_eq!(rmp_serde::from_slice::<History>(&before).unwrap(), history);
        // Rounds that are shared twice in memory are written twice.
        history.rounds[1] = Arc::clone(&history.rounds[0]);
        let twice = rmp_serde::from_slice::<History>(&rmp_serde::to_vec_named(&history).unwrap()).unwrap();
        assert_eq!(twice, history);
    }
}
