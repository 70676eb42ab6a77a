//! The latent space at several rounds of a run side by side: what was labelled by then, on the cloud of all samples.

use super::figure4::ground;
use super::film::{Camera, axes, bare, cloud, labelled, placed};
use crate::figures::captions::data_sentence;
use crate::figures::drawing::ticks::number;
use crate::figures::figure::{Columns, Figure, Item, LegendPlace, Panel};
use crate::figures::look::style::Ink;
use crate::figures::many;
use crate::history::History;
use crate::trajectory::Embedding;

/// Points, each with its opacity: of all samples, of those labelled before the round, and of those that it labelled.
const ALL: (f64, f64) = (0.6, 0.22);
const LABELLED: (f64, f64) = (1.0, 0.9);
const NEW: (f64, f64) = (1.7, 1.0);

/// Rounds 1, 2, 4 and so on of a run, and its last one, in its embedding turned by `turn` (radians) about its second
/// axis; `aspect` is the height of a panel over its width.
pub fn rounds(shown: &History, embedding: &Embedding, turn: f64, aspect: f64) -> Figure {
    let camera = Camera::new(embedding, turn, aspect);
    let last = shown.rounds.len();
    let mut chosen: Vec<usize> = std::iter::successors(Some(1), |r| Some(2 * r)).take_while(|r| *r < last).collect();
    chosen.extend((last > 0).then_some(last));
    let caption = format!(
        "{} The latent space of {} at the end of rounds: grey, all samples; in colour, those labelled by then, larger \
         those of the round itself.",
        data_sentence(std::slice::from_ref(shown)),
        shown.label()
    );
    let classes = &shown.header.classes;
    let panels: Vec<Panel> =
        chosen.iter().map(|round| panel(shown, embedding, &camera, *round, (turn, aspect))).collect();
    Figure {
        name: "rounds".into(),
        title: format!("{}, round by round", shown.label()),
        caption,
        columns: Columns { narrow: 2, wide: panels.len().clamp(1, 3) },
        panels,
        legend: LegendPlace::None,
        keys: many::keys(classes, &many::named(&labelled(shown, classes.len()))),
        shared_axes: false,
        tallest: Figure::TALLEST,
    }
}

/// The end of a round, from 1.
fn panel(shown: &History, embedding: &Embedding, camera: &Camera, round: usize, (turn, aspect): (f64, f64)) -> Panel {
    let codes = embedding.codes.chunks_exact(embedding.dim.max(1));
    let look = ground(ALL, embedding.labels.len());
    let mut all = cloud(codes.map(|c| camera.place(c)).collect(), embedding.labels.clone(), look);
    if let Item::Cloud(all) = &mut all {
        all.ink = Some(Ink::Muted);
    }
    let of = |from: usize, to: usize| placed(&shown.rounds[from..to], embedding, camera);
    let ((before, old), (points, new)) = (of(0, round - 1), of(round - 1, round));
    let record = &shown.rounds[round - 1];
    let value = match record.final_value() {
        Some(value) => format!("{value:.1} {}", shown.task().unit()),
        None => "diverged".to_owned(),
    };
    let [across, up] = axes(embedding.dim, turn != 0.0);
    Panel {
        title: format!("Round {round}, {} labels: {value}", number(record.labels as f64, 0)),
        x: bare(camera.ranges[0], across),
        y: bare(camera.ranges[1], up),
        aspect,
        items: vec![all, cloud(before, old, LABELLED), cloud(points, new, NEW)],
    }
}
