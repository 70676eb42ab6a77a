//! A selected region as CSV: one row per image, with its index in its split, its prediction, and whose run it is of.

use std::fmt::Write as _;

use crate::dataset::{Class, Dataset};
use crate::engine::protocol::NOT_SCORED;
use crate::figures;
use crate::ui::panel::Cx;
use crate::ui::state::Selection;

/// Columns before the coordinates of the code.
const HEADER: &str =
    "split,index,label,class,labelled_in_round,predicted,predicted_after_round,strategy,seed,round,experiment";

/// The contents of the CSV file.
pub struct Rows {
    dim: usize,
    classes: Vec<String>,
    /// The last columns, the same in each row: strategy, seed, the round up to which labels count, and the experiment.
    run: [String; 4],
    rows: Vec<Row>,
}

struct Row {
    split: &'static str,
    index: u32,
    label: Class,
    labelled_in: Option<u16>,
    /// The predicted class, and the round whose target predicted it.
    predicted: Option<(Class, String)>,
    code: Vec<f32>,
}

impl Rows {
    /// The train samples of a selection, with the predictions that are known of the target at the playhead; then the
    /// evaluation images in its region, with those at the end of the shown round.
    pub fn of(selection: &Selection, members: &[u32], dataset: &Dataset, cx: &Cx<'_>) -> Self {
        let dim = cx.snapshot.latent_dim;
        let code = |codes: Option<&[f32]>, i: u32| {
            codes.and_then(|c| c.get(i as usize * dim..(i as usize + 1) * dim)).unwrap_or_default().to_vec()
        };
        let scores = cx.shown_snapshot().and_then(|r| r.scores.as_ref());
        let by = target(cx);
        let scored = |i: u32| {
            let class = scores?.predicted.get(i as usize).copied().filter(|class| *class != NOT_SCORED)?;
            Some((class, by.clone()))
        };
        let train = selection.samples.iter().map(|&index| Row {
            split: "train",
            index,
            label: dataset.train.label(index as usize),
            labelled_in: cx.labelled_in(index),
            predicted: scored(index),
            code: code(cx.snapshot.codes.as_ref().map(|c| c.as_slice()), index),
        });
        let split = dataset.evaluation(cx.state.experiment.evaluate_on);
        let (ended, predicted) = cx.state.shown_predictions().unwrap_or_default();
        let evaluation = members.iter().map(|&index| Row {
            split: cx.evaluation_name(),
            index,
            label: split.label(index as usize),
            labelled_in: None,
            predicted: predicted.get(index as usize).map(|class| (*class, ended.to_string())),
            code: code(cx.snapshot.evaluation_codes.as_ref().map(|c| c.as_slice()), index),
        });
        let rows = train.chain(evaluation).collect();
        let experiment = cx.state.shown_experiment();
        let own = cx.state.shown_run().and_then(|r| r.header.as_deref()).map(|h| h.own.variant(experiment));
        let strategy = own.unwrap_or_else(|| experiment.strategy.into()).to_string();
        let (seed, round) = (experiment.seed.to_string(), cx.state.shown_round().to_string());
        let run = [strategy, seed, round, experiment.name.clone()];
        Self { dim, classes: dataset.classes.clone(), run, rows }
    }

    /// The proposed name of the file: of which experiment, strategy, seed and round it is.
    pub fn file_name(cx: &Cx<'_>) -> String {
        let experiment = cx.state.shown_experiment();
        let (strategy, seed) = (experiment.strategy, experiment.seed);
        format!("{}-region-{strategy}-seed-{seed}-round-{}.csv", experiment.name, cx.state.shown_round())
    }

    /// The number of train images that have no prediction yet.
    pub fn unpredicted(&self) -> usize {
        self.rows.iter().filter(|row| row.split == "train" && row.predicted.is_none()).count()
    }
}

/// The round whose target predicts train images at the playhead.
fn target(cx: &Cx<'_>) -> String {
    let running = cx.state.shown_run().and_then(|run| run.current.as_ref());
    match (cx.state.weights_round(), running) {
        (Some(round), _) => round.to_string(),
        (None, Some(record)) => format!("during {}", record.round),
        (None, None) => cx.state.ended_round().to_string(),
    }
}

/// The text of the CSV file.
pub fn text(rows: &Rows) -> String {
    let mut out = HEADER.to_owned();
    (0..rows.dim).for_each(|axis| {
        let _ = write!(out, ",z_{axis}");
    });
    out.push('\n');
    let cell = |value: Option<String>| value.unwrap_or_default();
    let run = rows.run.each_ref().map(|text| figures::csv_field(text)).join(",");
    for row in &rows.rows {
        let class = rows.classes.get(usize::from(row.label)).map_or(String::new(), |name| figures::csv_field(name));
        let round = cell(row.labelled_in.map(|r| r.to_string()));
        let predicted = row.predicted.as_ref().map_or(",".into(), |(class, after)| format!("{class},{after}"));
        let _ = write!(out, "{},{},{},{class},{round},{predicted},{run}", row.split, row.index, row.label);
        for axis in 0..rows.dim {
            let _ = write!(out, ",{}", cell(row.code.get(axis).map(f32::to_string)));
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_image_is_a_row_with_its_index() {
        let row = |split, index, label, labelled_in, predicted| Row {
            split,
            index,
            label,
            labelled_in,
            predicted,
            code: vec![0.5, -1.25],
        };
        let rows = Rows {
            dim: 2,
            classes: vec!["zero".into(), "a, \"b\"".into()],
            run: ["snn alpha=0.5", "1", "3", "tiny"].map(str::to_owned),
            rows: vec![
                row("train", 7, 0, Some(2), Some((1, "during 4".to_owned()))),
                row("train", 8, 0, None, None),
                row("test", 3, 1, None, Some((0, "3".to_owned()))),
            ],
        };
        let expected = "split,index,label,class,labelled_in_round,predicted,predicted_after_round,strategy,seed,round,\
                        experiment,z_0,z_1\n\
                        train,7,0,zero,2,1,during 4,snn alpha=0.5,1,3,tiny,0.5,-1.25\n\
                        train,8,0,zero,,,,snn alpha=0.5,1,3,tiny,0.5,-1.25\n\
                        test,3,1,\"a, \"\"b\"\"\",,0,3,snn alpha=0.5,1,3,tiny,0.5,-1.25\n";
        assert_eq!(text(&rows), expected);
        assert_eq!(rows.unpredicted(), 1);
    }
}
