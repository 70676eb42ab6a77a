//! Comma-separated text: the evaluations and proposals of histories, and the numbers behind any figure.

use std::fmt::Write as _;

use crate::figures::figure::{Figure, Item};
use crate::figures::table::{cell, field};
use crate::history::History;
use crate::statistics::group_names;

/// Columns of `curves.csv`.
const CURVES_HEADER: &str = "strategy,repeat,seed,round,labels,minibatches,split,metric,value,round_end";

/// Columns of `proposals.csv` before the coordinates.
const PROPOSALS_HEADER: &str = "strategy,repeat,seed,round,parent,parent_label,loss,sample,label,snap_distance,score";

/// Columns of the CSV of a figure.
const FIGURE_HEADER: &str = "panel,series,kind,x,y,low,high,text";

/// Prefixes of the coordinates of p (the anchor), the gradient dL/dp, p' and the neighbour.
const COORDINATES: [&str; 4] = ["p", "gradient", "q", "n"];

/// `curves.csv`: one row for each evaluation; accuracies in percent.
pub fn curves_csv(histories: &[History]) -> String {
    let mut out = format!("{CURVES_HEADER}\n");
    for (history, name) in histories.iter().zip(group_names(histories)) {
        let (strategy, repeat, seed) = (field(&name), history.header.repeat, history.seed());
        for (round, e) in history.evaluations() {
            let split = e.metric.split(history.header.experiment.evaluate_on);
            let (metric, end) = (e.metric.name(), u8::from(e.round_end));
            let (labels, minibatches, value) = (e.labels, e.minibatches, e.value);
            let _ = writeln!(
                out,
                "{strategy},{repeat},{seed},{round},{labels},{minibatches},{split},{metric},{value},{end}"
            );
        }
    }
    out
}

/// `proposals.csv`: one row for each labelled sample; without a step, the cells of the step are empty.
///
/// `p_*` is the anchor's code p, `gradient_*` dL/dp, `q_*` the moved point p', `n_*` the neighbour's code (Eq. 2).
pub fn proposals_csv(histories: &[History]) -> String {
    let dims = histories.iter().map(|h| h.header.experiment.latent_dim).max().unwrap_or(0);
    let mut out = PROPOSALS_HEADER.to_owned();
    for prefix in COORDINATES {
        for axis in 0..dims {
            let _ = write!(out, ",{prefix}_{axis}");
        }
    }
    out.push('\n');
    for (history, name) in histories.iter().zip(group_names(histories)) {
        let (strategy, repeat, seed) = (field(&name), history.header.repeat, history.seed());
        for (round, proposal) in history.rounds.iter().flat_map(|r| r.proposals.iter().map(|p| (r.round, p))) {
            let step = proposal.step.as_ref();
            let parent = cell(step.map(|s| s.parent));
            let (parent_label, loss) = (cell(step.map(|s| s.parent_label)), cell(step.map(|s| s.loss)));
            let snap = cell(step.map(|s| s.snap_distance));
            let (sample, label, score) = (proposal.sample, proposal.label, cell(proposal.score));
            let _ = write!(out, "{strategy},{repeat},{seed},{round},{parent},{parent_label},{loss}");
            let _ = write!(out, ",{sample},{label},{snap},{score}");
            let codes = step.map(|s| [&s.from, &s.gradient, &s.to, &s.neighbour]);
            for i in 0..COORDINATES.len() {
                for axis in 0..dims {
                    let _ = write!(out, ",{}", cell(codes.and_then(|c| c[i].get(axis))));
                }
            }
            out.push('\n');
        }
    }
    out
}

/// The numbers of a figure in long form: one row for each point, bound or block.
pub fn figure_csv(figure: &Figure) -> String {
    let mut out = format!("{FIGURE_HEADER}\n");
    for (i, panel) in figure.panels.iter().enumerate() {
        let panel_name = if panel.title.is_empty() { (i + 1).to_string() } else { panel.title.clone() };
        let mut row = |series: &str, kind: &str, numbers: [Option<f64>; 4], text: &str| {
            let [x, y, low, high] = numbers.map(cell);
            let (panel, series, text) = (field(&panel_name), field(series), field(text));
            let _ = writeln!(out, "{panel},{series},{kind},{x},{y},{low},{high},{text}");
        };
        for item in &panel.items {
            match item {
                Item::Line(l) => {
                    l.points.iter().for_each(|p| row(&l.series, l.kind(), [Some(p[0]), Some(p[1]), None, None], ""));
                }
                Item::Band(b) => {
                    let bounds = |p: &[f64; 3]| [Some(p[0]), None, Some(p[1]), Some(p[2])];
                    b.points.iter().for_each(|p| row(&b.series, "band", bounds(p), ""));
                }
                Item::Blocks(blocks) => {
                    for b in blocks {
                        let middle = (b.x[0] + b.x[1]) / 2.0;
                        row(&b.series, "block", [Some(middle), b.value, Some(b.y[0]), Some(b.y[1])], &b.text);
                    }
                }
                Item::Image(i) => {
                    let middle = |[a, b]: [f64; 2]| Some((a + b) / 2.0);
                    row("", "image", [middle(i.x), middle(i.y), None, None], &i.text);
                }
                Item::Cloud(c) => {
                    let points = c.points.iter().zip(&c.classes);
                    points.for_each(|(p, class)| {
                        row(&class.to_string(), "cloud", [Some(p[0]), Some(p[1]), None, None], "");
                    });
                }
                Item::Tag(t) => row("", "tag", [Some(t.at[0]), Some(t.at[1]), None, None], &t.text),
                Item::Rule(_) | Item::Note(_) => {}
            }
        }
    }
    out
}
