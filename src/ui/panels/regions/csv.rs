//! A selected region as CSV: one row per image, with its index in its split.

use std::fmt::Write as _;

use crate::dataset::Dataset;
use crate::ui::panel::Cx;
use crate::ui::state::Selection;

/// Columns before the coordinates of the code.
const HEADER: &str = "split,index,label,class,labelled_in_round,predicted";

/// The contents of the CSV file.
pub struct Rows {
    dim: usize,
    classes: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    split: &'static str,
    index: u32,
    label: u8,
    labelled_in: Option<u16>,
    predicted: Option<u8>,
    code: Vec<f32>,
}

impl Rows {
    /// The train samples of a selection, then the evaluation images in its region; predictions of the
    /// latter are those at the end of the shown round.
    pub fn of(selection: &Selection, members: &[u32], dataset: &Dataset, cx: &Cx<'_>) -> Self {
        let dim = cx.snapshot.latent_dim;
        let code = |codes: Option<&[f32]>, i: u32| {
            codes.and_then(|c| c.get(i as usize * dim..(i as usize + 1) * dim)).unwrap_or_default().to_vec()
        };
        let train = selection.samples.iter().map(|&index| Row {
            split: "train",
            index,
            label: dataset.train.label(index as usize),
            labelled_in: cx.labelled_in(index),
            predicted: None,
            code: code(cx.snapshot.codes.as_ref().map(|c| c.as_slice()), index),
        });
        let split = dataset.evaluation(cx.state.experiment.evaluate_on);
        let predicted = cx.state.shown_predictions().map(|(_, p)| p).unwrap_or_default();
        let evaluation = members.iter().map(|&index| Row {
            split: cx.evaluation_name(),
            index,
            label: split.label(index as usize),
            labelled_in: None,
            predicted: predicted.get(index as usize).copied(),
            code: code(cx.snapshot.evaluation_codes.as_ref().map(|c| c.as_slice()), index),
        });
        Self { dim, classes: dataset.classes.clone(), rows: train.chain(evaluation).collect() }
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
    for row in &rows.rows {
        let class = rows.classes.get(usize::from(row.label)).map_or(String::new(), |name| quoted(name));
        let (round, predicted) =
            (cell(row.labelled_in.map(|r| r.to_string())), cell(row.predicted.map(|p| p.to_string())));
        let _ = write!(out, "{},{},{},{class},{round},{predicted}", row.split, row.index, row.label);
        for axis in 0..rows.dim {
            let _ = write!(out, ",{}", cell(row.code.get(axis).map(f32::to_string)));
        }
        out.push('\n');
    }
    out
}

/// Quotes a name that contains a comma or a quote (RFC 4180).
fn quoted(name: &str) -> String {
    if name.contains([',', '"', '\n']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
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
            rows: vec![row("train", 7, 0, Some(2), None), row("test", 3, 1, None, Some(0))],
        };
        let expected = "split,index,label,class,labelled_in_round,predicted,z_0,z_1\n\
                        train,7,0,zero,2,,0.5,-1.25\n\
                        test,3,1,\"a, \"\"b\"\"\",,0,0.5,-1.25\n";
        assert_eq!(text(&rows), expected);
    }
}
