//! What is known of each image, by columns of numbers; a name is a number with its text.

use std::sync::Arc;

use crate::dataset::{Class, Dataset, Split};
use crate::engine::protocol::{NOT_SCORED, Scores};
use crate::experiment::{EvaluationSplit, Strategy};
use crate::history::RoundRecord;
use crate::trajectory::Verdict;
use crate::ui::kit::words;

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    Index,
    Class,
    Predicted,
    Wrong,
    Loss,
    Margin,
    Round,
    Strategy,
    Snap,
    Verdict,
    Flips,
    Learned,
    Forgotten,
}

impl Column {
    pub const ALL: [Self; 13] = [
        Self::Index,
        Self::Class,
        Self::Predicted,
        Self::Wrong,
        Self::Loss,
        Self::Margin,
        Self::Round,
        Self::Strategy,
        Self::Snap,
        Self::Verdict,
        Self::Flips,
        Self::Learned,
        Self::Forgotten,
    ];

    /// Its name in queries and in the CSV.
    pub fn name(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Class => "class",
            Self::Predicted => "predicted",
            Self::Wrong => "wrong",
            Self::Loss => "loss",
            Self::Margin => "margin",
            Self::Round => "round",
            Self::Strategy => "strategy",
            Self::Snap => "snap",
            Self::Verdict => "verdict",
            Self::Flips => "flips",
            Self::Learned => "learned",
            Self::Forgotten => "forgotten",
        }
    }

    /// What it holds: its tooltip.
    pub fn help(self) -> &'static str {
        match self {
            Self::Index => "The place of the image in its split, from 0",
            Self::Class => "Its true class",
            Self::Predicted => "The class that the shown run's target predicts at the playhead",
            Self::Wrong => "Whether the prediction is wrong",
            Self::Loss => "Cross entropy with the true class (nats), or the error of the map (kPa²), at the playhead",
            Self::Margin => "Probability of the most probable class less that of the second: small at a border",
            Self::Round => "The round in which the shown run paid for its label; empty if it has not",
            Self::Strategy => "What proposed it: the first set at random, or the strategy of that round",
            Self::Snap => {
                "Distance from the end of the step, p′, to this image, which is the nearest one, in latent space"
            }
            Self::Verdict => "What became of the walk that starts at it",
            Self::Flips => "How often its prediction changed from the end of one round to the next",
            Self::Learned => "The first round at whose end it was predicted right",
            Self::Forgotten => "The last round that made it wrong after it was right, if it is wrong now",
        }
    }

    /// Whether its numbers stand for names.
    pub fn is_named(self) -> bool {
        matches!(self, Self::Class | Self::Predicted | Self::Strategy | Self::Verdict | Self::Wrong)
    }
}

/// A split and what is known of its images.
#[derive(Debug, Clone, Default)]
pub struct Table {
    columns: Vec<(Column, Vec<f32>)>,
    classes: Vec<String>,
    strategies: Vec<String>,
    len: usize,
}

/// What the table is made of: all of it shared, nothing copied.
#[derive(Clone)]
pub struct Source {
    pub dataset: Arc<Dataset>,
    /// The evaluation split in place of the train split.
    pub evaluation: Option<EvaluationSplit>,
    pub has_classes: bool,
    /// The shown run's rounds up to the playhead, and the strategy of each.
    pub rounds: Vec<(Arc<RoundRecord>, Strategy)>,
    pub scores: Option<Arc<Scores>>,
    /// The walks' starts with their verdicts.
    pub walks: Vec<(u32, Verdict)>,
}

/// The name of what the first round's samples were proposed by.
const FIRST: &str = "first set";

impl Table {
    pub fn of(source: &Source) -> Self {
        match source.evaluation {
            Some(split) => Self::of_evaluation(source, source.dataset.evaluation(split)),
            None => Self::of_train(source),
        }
    }

    fn of_train(source: &Source) -> Self {
        let train = &source.dataset.train;
        let n = train.len();
        let unknown = || vec![f32::NAN; n];
        let (mut round, mut strategy, mut snap, mut verdict) = (unknown(), unknown(), unknown(), unknown());
        let mut strategies: Vec<String> = vec![FIRST.into()];
        for (record, by) in &source.rounds {
            let name = if record.round == 1 { FIRST } else { by.label() };
            let at = strategies.iter().position(|s| s == name).unwrap_or_else(|| {
                strategies.push(name.into());
                strategies.len() - 1
            });
            for proposal in &record.proposals {
                let Some(sample) = proposal.train_sample().map(|s| s as usize).filter(|s| *s < n) else { continue };
                round[sample] = record.round as f32;
                strategy[sample] = at as f32;
                snap[sample] = proposal.step.as_ref().map_or(f32::NAN, |step| step.snap_distance);
            }
        }
        for (start, what) in &source.walks {
            let place = Verdict::ALL.iter().position(|v| v == what);
            if let (Some(cell), Some(place)) = (verdict.get_mut(*start as usize), place) {
                *cell = place as f32;
            }
        }
        let scores = source.scores.as_ref().filter(|s| s.loss.len() == n);
        let (loss, margin) = scores.map_or_else(|| (unknown(), unknown()), |s| (s.loss.clone(), s.margin.clone()));
        let mut columns = vec![(Column::Index, (0..n).map(|i| i as f32).collect())];
        if source.has_classes {
            let known = |class: &Class| if *class == NOT_SCORED { f32::NAN } else { f32::from(*class) };
            let predicted = scores.map_or_else(unknown, |s| s.predicted.iter().map(known).collect());
            columns.extend(predictions(train, predicted));
        }
        columns.push((Column::Loss, loss));
        if source.has_classes {
            columns.push((Column::Margin, margin));
        }
        columns.extend([
            (Column::Round, round),
            (Column::Strategy, strategy),
            (Column::Snap, snap),
            (Column::Verdict, verdict),
        ]);
        Self { columns, classes: source.dataset.classes.clone(), strategies, len: n }
    }

    fn of_evaluation(source: &Source, split: &Split) -> Self {
        let n = split.len();
        let rounds = source.rounds.iter().map(|(record, _)| record).filter(|r| r.predicted.len() == n);
        let mut predicted = vec![f32::NAN; n];
        let (mut flips, mut learned, mut forgotten) = (vec![f32::NAN; n], vec![f32::NAN; n], vec![f32::NAN; n]);
        let mut before: Option<&[Class]> = None;
        for record in rounds {
            for (i, &now) in record.predicted.iter().enumerate() {
                let was = before.map(|b| b[i]);
                flips[i] = flips[i].max(0.0) + f32::from(u8::from(was.is_some_and(|was| was != now)));
                let truth = split.label(i);
                match (was.is_some_and(|was| was == truth), now == truth) {
                    (_, true) => {
                        forgotten[i] = f32::NAN;
                        // `min` leaves out what is unknown.
                        learned[i] = learned[i].min(record.round as f32);
                    }
                    (true, false) => forgotten[i] = record.round as f32,
                    (false, false) => {}
                }
                predicted[i] = f32::from(now);
            }
            before = Some(&record.predicted);
        }
        let mut columns = vec![(Column::Index, (0..n).map(|i| i as f32).collect())];
        if source.has_classes {
            columns.extend(predictions(split, predicted));
            columns.extend([(Column::Flips, flips), (Column::Learned, learned), (Column::Forgotten, forgotten)]);
        }
        Self { columns, classes: source.dataset.classes.clone(), strategies: Vec::new(), len: n }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// How many of its images have a known prediction.
    pub fn predicted(&self) -> usize {
        let values = self.values(Column::Predicted).or_else(|| self.values(Column::Loss));
        values.map_or(self.len, |values| values.iter().filter(|v| !v.is_nan()).count())
    }

    /// Its columns, from left to right.
    pub fn columns(&self) -> impl Iterator<Item = Column> {
        self.columns.iter().map(|(column, _)| *column)
    }

    /// All values of a column; NaN is unknown.
    pub fn values(&self, column: Column) -> Option<&[f32]> {
        self.columns.iter().find(|(c, _)| *c == column).map(|(_, values)| values.as_slice())
    }

    pub fn value(&self, column: Column, row: usize) -> Option<f32> {
        self.values(column)?.get(row).copied().filter(|v| !v.is_nan())
    }

    /// The name that a number of a column stands for.
    fn name(&self, column: Column, place: usize) -> Option<&str> {
        match column {
            Column::Class | Column::Predicted => self.classes.get(place).map(String::as_str),
            Column::Strategy => self.strategies.get(place).map(String::as_str),
            Column::Verdict => Verdict::ALL.get(place).map(|v| v.label()),
            Column::Wrong => ["no", "yes"].get(place).copied(),
            _ => None,
        }
    }

    /// All names that the numbers of a column stand for.
    pub fn names(&self, column: Column) -> Vec<&str> {
        (0..).map_while(|place| self.name(column, place)).collect()
    }

    /// A cell as it is shown; empty if it is unknown.
    pub fn text(&self, column: Column, row: usize) -> String {
        let Some(value) = self.value(column, row) else { return String::new() };
        match column {
            // As many digits as the column has room for: the error of a map has thousands.
            Column::Loss | Column::Snap => words::fixed(value, if value < 100.0 { 3 } else { 0 }),
            Column::Margin => format!("{:.1} %", 100.0 * value),
            c if c.is_named() => self.name(c, value as usize).unwrap_or_default().to_owned(),
            _ => format!("{value}"),
        }
    }

    /// These rows as CSV, with the columns' names in the first line; numbers in full.
    pub fn csv(&self, rows: &[u32]) -> Result<Vec<u8>, String> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let said = |e: csv::Error| format!("The table cannot be written: {e}");
        out.write_record(self.columns().map(Column::name)).map_err(said)?;
        for &row in rows {
            let cell = |column: Column| match self.value(column, row as usize) {
                Some(value) if !column.is_named() => value.to_string(),
                _ => self.text(column, row as usize),
            };
            out.write_record(self.columns().map(cell)).map_err(said)?;
        }
        out.into_inner().map_err(|e| format!("The table cannot be written: {e}"))
    }
}

/// The columns of classes: the true one, the predicted one, and whether they differ.
fn predictions(split: &Split, predicted: Vec<f32>) -> [(Column, Vec<f32>); 3] {
    let class: Vec<f32> = split.labels().iter().map(|c| f32::from(*c)).collect();
    let differs = |(p, c): (&f32, &f32)| if p.is_nan() { f32::NAN } else { f32::from(u8::from(p != c)) };
    let wrong = predicted.iter().zip(&class).map(differs).collect();
    [(Column::Class, class), (Column::Predicted, predicted), (Column::Wrong, wrong)]
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::dataset::ImageShape;
    use crate::history::{LatentStep, Proposal};

    fn dataset(labels: &[Class]) -> Arc<Dataset> {
        let shape = ImageShape { channels: 1, height: 1, width: 1 };
        let split = Split::new(shape, vec![0; labels.len()], labels.to_vec()).unwrap();
        let classes = vec!["zero".into(), "one, or so".into()];
        let none = Split::new(shape, Vec::new(), Vec::new()).unwrap();
        Arc::new(Dataset::new("made", String::new(), classes, split.clone(), none, split).unwrap())
    }

    fn source(rounds: Vec<RoundRecord>, evaluation: Option<EvaluationSplit>) -> Source {
        let strategy = |r: &RoundRecord| if r.round < 3 { Strategy::Snn } else { Strategy::Entropy };
        Source {
            dataset: dataset(&[0, 1, 1]),
            evaluation,
            has_classes: true,
            rounds: rounds.into_iter().map(|r| (Arc::new(r.clone()), strategy(&r))).collect(),
            scores: None,
            walks: vec![(1, Verdict::Crossing)],
        }
    }

    #[test]
    fn flips_and_what_was_learned_and_forgotten_follow_the_rounds() {
        let record =
            |round, predicted: &[Class]| RoundRecord { predicted: predicted.into(), ..RoundRecord::empty(round) };
        // Labels are 0, 1, 1: the first flips twice, the second is forgotten, the third was never right.
        let rounds = vec![record(1, &[0, 1, 0]), record(2, &[1, 1, 0]), record(3, &[0, 0, 0])];
        let table = Table::of(&source(rounds, Some(EvaluationSplit::Test)));
        for (column, expected) in [
            (Column::Flips, ["2", "1", "0"]),
            (Column::Learned, ["1", "1", ""]),
            (Column::Forgotten, ["", "3", ""]),
            (Column::Wrong, ["no", "yes", "yes"]),
            (Column::Predicted, ["zero", "zero", "zero"]),
        ] {
            assert_eq!([0, 1, 2].map(|row| table.text(column, row)), expected, "{column:?}");
        }
        assert!(table.values(Column::Loss).is_none());
    }

    /// Three train samples: the first bought in round 3 by Entropy, the last in the first set, the second the start of a walk.
    pub fn small() -> Table {
        let bought = |sample, snap: Option<f32>| {
            let [from, gradient, to, neighbour] = [0.0, 1.0, 0.3, 0.25].map(|v| vec![v]);
            let step = snap.map(|snap_distance| LatentStep {
                parent: 2,
                parent_label: 0,
                loss: 0.1,
                from,
                gradient,
                to,
                neighbour,
                snap_distance,
            });
            Proposal { sample, label: 0, score: None, step, made: None }
        };
        let record = |round, proposals| RoundRecord { proposals, ..RoundRecord::empty(round) };
        let rounds = vec![record(1, vec![bought(2, None)]), record(3, vec![bought(0, Some(0.25)), bought(9, None)])];
        Table::of(&source(rounds, None))
    }

    #[test]
    fn a_sample_has_the_round_and_the_strategy_that_bought_it() {
        let table = small();
        for (column, expected) in [
            (Column::Round, ["3", "", "1"]),
            (Column::Strategy, [Strategy::Entropy.label(), "", "first set"]),
            (Column::Snap, ["0.250", "", ""]),
            (Column::Verdict, ["", Verdict::Crossing.label(), ""]),
            (Column::Loss, ["", "", ""]),
        ] {
            assert_eq!([0, 1, 2].map(|row| table.text(column, row)), expected, "{column:?}");
        }
        let csv = String::from_utf8(table.csv(&[1, 0]).unwrap()).unwrap();
        let expected =
            "index,class,predicted,wrong,loss,margin,round,strategy,snap,verdict\n1,\"one, or so\",,,,,,,,crossing\n";
        assert!(csv.starts_with(expected), "{csv}");
    }
}
