//! Figure 4: on the left the embedding with some walks, on the right a row of images for each walk.

use crate::figures::figure::{
    Anchor, Axis, Block, Cloud, Columns, Figure, Image, Item, LegendPlace, Line, Note, Panel, Tag, Ticks,
};
use crate::figures::kinds::walks::started_by_hand;
use crate::figures::look::style::{Dash, Ink, Mark, Stroke};
use crate::figures::many;
use crate::history::{History, WalkStep};
use crate::trajectory::{Album, Embedding, Judged, JudgedWalk, Verdict, WalkImages, walk_name, walks_of};

/// How many walks of each kind are shown, as in the paper.
const BOUNDARY_WALKERS: usize = 4;
const OUTWARD_DRIFTERS: usize = 2;

/// Share of the walks of a kind that may be shown: those that reach furthest in the plane of the figure, and of these
/// those with the clearest numbers.
const FURTHEST: f64 = 0.5;
const CLEAREST: f64 = 0.5;

/// Images in a row, at most.
const COLUMNS: usize = 11;

/// Heights of the parts of a row, in images.
const STRIP: f64 = 0.38;
const ROW: f64 = 2.0 + STRIP + 0.26;
const HEAD: f64 = 0.6;
/// Room for the letter before a row.
const LETTER: f64 = 0.9;
/// Between the longest row and the texts at its right; and the share of the width that these take, which the longest of
/// them fits into in a text column.
const BESIDE: f64 = 0.3;
const TEXTS: f64 = 0.25;
/// Half the space between two images.
const GAP: f64 = 0.04;

/// A point of the cloud.
const DOT: f64 = 0.42;
const DOT_OPACITY: f64 = 0.5;
/// Widths of a walk's line, and of the pale line below it that separates it from the cloud.
const WALK_WIDTH: f64 = 0.9;
const CASING_WIDTH: f64 = 2.0;

/// Share of the embedding on each side that the left half may cut off.
const STRAYS: f64 = 0.001;
/// Margin around points and walks, as a share of their extent.
const PAD: f64 = 0.03;

/// Figure 4 of one run. It shows up to four boundary walkers and two outward drifters: of each kind the half that reaches
/// furthest, of these the clearest half, and of these those whose starts are furthest apart.
pub fn figure4(history: &History, embedding: &Embedding, album: &Album, judged: &Judged) -> Figure {
    let steps = walks_of(history);
    let reaches: Vec<(usize, f64)> = steps.iter().map(|(walk, steps)| (*walk, reach(&path(steps)))).collect();
    let reach = |w: &JudgedWalk| reaches.iter().find(|(walk, _)| *walk == w.walk).map_or(0.0, |(_, reach)| *reach);
    let mut shown = chosen(embedding, judged, Verdict::Boundary, BOUNDARY_WALKERS, &reach);
    shown.extend(chosen(embedding, judged, Verdict::Outward, OUTWARD_DRIFTERS, &reach));
    let walks: Vec<Shown<'_>> = shown
        .into_iter()
        .filter_map(|judged| {
            let steps = &steps.iter().find(|(walk, _)| *walk == judged.walk)?.1;
            let images = album.walks.iter().find(|w| w.walk == judged.walk)?;
            Some(Shown { letters: walk_name(judged.walk), judged, steps, images })
        })
        .collect();
    let classes = &history.header.classes;
    // Of many classes those that the walks visit most.
    let mut visits = vec![0; classes.len()];
    for step in walks.iter().flat_map(|w| w.steps) {
        visits.get_mut(usize::from(step.label)).into_iter().for_each(|count| *count += 1);
    }
    let e = &history.header.experiment;
    let of = |v: Verdict| judged.walks.iter().filter(|w| w.judgement.verdict == v).count();
    let plane = if embedding.dim > 2 { ", first two axes" } else { "" };
    Figure {
        name: "figure4".into(),
        title: "Walks in latent space".into(),
        caption: format!(
            "Left: the {}-dimensional embedding of {} by class{plane}, with walks of {} steps laid over it (alpha = {}, \
             re-selection: {}). Right: for each walk the decoded point p\u{2032} of each step, below it the real neighbour \
             that was chosen and its class. Chosen by verdict out of {} walks, {} of them boundary walkers and {} outward \
             drifters: of each kind the half that reaches furthest in the plane, of these the clearest half, and of these \
             those that start furthest apart. Letters and start samples are those of walks.csv.{}",
            embedding.dim,
            e.dataset.label(),
            steps.iter().map(|(_, steps)| steps.len()).max().unwrap_or(0),
            e.alpha,
            e.walk_reselection.label(),
            judged.walks.len(),
            of(Verdict::Boundary),
            of(Verdict::Outward),
            started_by_hand(history, judged),
        ),
        panels: vec![map(embedding, &walks), rows(&walks, album, classes)],
        columns: Columns { narrow: 1, wide: 2 },
        legend: LegendPlace::None,
        keys: many::keys(classes, &many::named(&visits)),
        shared_axes: false,
        tallest: Figure::TALLEST,
    }
}

/// A walk in the figure.
struct Shown<'a> {
    /// Its name in the window and in `walks.csv`.
    letters: String,
    judged: &'a JudgedWalk,
    steps: &'a [&'a WalkStep],
    images: &'a WalkImages,
}

/// The positions of a walk from its start on, with a gap (NaN) at each restart.
fn path(steps: &[&WalkStep]) -> Vec<[f64; 2]> {
    let mut path = Vec::new();
    let mut at = None;
    for step in steps {
        if at != Some(step.step.parent) {
            if at.is_some() {
                path.push([f64::NAN; 2]);
            }
            path.push(plane(&step.step.from));
        }
        path.push(plane(&step.step.neighbour));
        at = Some(step.sample);
    }
    path
}

/// The largest distance between two positions of a path without a gap between them.
fn reach(path: &[[f64; 2]]) -> f64 {
    let far = |part: &[[f64; 2]]| {
        let pairs = part.iter().enumerate().flat_map(|(i, a)| part[..i].iter().map(move |b| (a, b)));
        pairs.map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).fold(0.0, f64::max)
    };
    path.split(|p| p[0].is_nan()).map(far).fold(0.0, f64::max)
}

/// The first two coordinates; in one dimension the second is 0.
fn plane(code: &[f32]) -> [f64; 2] {
    [0, 1].map(|axis| code.get(axis).copied().map_or(0.0, f64::from))
}

/// `count` walks with this verdict: of those with the longest `reach` the clearest, and of these those whose starts are
/// furthest apart.
fn chosen<'a>(
    embedding: &Embedding,
    judged: &'a Judged,
    verdict: Verdict,
    count: usize,
    reach: &dyn Fn(&JudgedWalk) -> f64,
) -> Vec<&'a JudgedWalk> {
    let mut kind: Vec<&JudgedWalk> = judged.walks.iter().filter(|w| w.judgement.verdict == verdict).collect();
    let clarity = |w: &JudgedWalk| match verdict {
        Verdict::Outward => w.judgement.drift_ratio,
        _ => w.judgement.boundary_share,
    };
    let part = |all: usize, share: f64| ((all as f64 * share).ceil() as usize).max(count).min(all);
    kind.sort_by(|a, b| reach(b).total_cmp(&reach(a)).then(a.walk.cmp(&b.walk)));
    kind.truncate(part(kind.len(), FURTHEST));
    kind.sort_by(|a, b| {
        let more = |x: &JudgedWalk| x.judgement.distinct_samples;
        clarity(b).total_cmp(&clarity(a)).then(more(b).cmp(&more(a))).then(a.walk.cmp(&b.walk))
    });
    kind.truncate(part(kind.len(), CLEAREST));
    let start = |w: &JudgedWalk| embedding.code(w.start).map_or([0.0; 2], plane);
    let mut taken: Vec<&JudgedWalk> = Vec::new();
    while taken.len() < count && !kind.is_empty() {
        let distance = |w: &JudgedWalk| {
            let [x, y] = start(w);
            let to = |t: &&JudgedWalk| (start(t)[0] - x).hypot(start(t)[1] - y);
            taken.iter().map(to).fold(f64::INFINITY, f64::min)
        };
        // The first of equals; the first walk taken is the clearest.
        let best = (1..kind.len()).fold(0, |best, i| if distance(kind[i]) > distance(kind[best]) { i } else { best });
        taken.push(kind.remove(best));
    }
    taken
}

/// Radius and opacity of the points of a whole embedding: those of a small one are larger and denser, so that they are seen.
pub(super) fn ground((radius, opacity): (f64, f64), samples: usize) -> (f64, f64) {
    const FEW: f64 = 500.0;
    const MOST: f64 = 3.0;
    let factor = (FEW / samples.max(1) as f64).sqrt().clamp(1.0, MOST);
    (radius * factor, (opacity * factor).min(0.8_f64.max(opacity)))
}

/// The left half: the embedding with the walks over it.
fn map(embedding: &Embedding, walks: &[Shown<'_>]) -> Panel {
    let points: Vec<[f64; 2]> = embedding.codes.chunks_exact(embedding.dim.max(1)).map(plane).collect();
    let paths: Vec<Vec<[f64; 2]>> = walks.iter().map(|walk| path(walk.steps)).collect();
    let [x, y] = square_range(&points, &paths);
    let (radius, opacity) = ground((DOT, DOT_OPACITY), embedding.labels.len());
    let mut items = vec![Item::Cloud(Cloud { points, classes: embedding.labels.clone(), ink: None, radius, opacity })];
    let line = |series: &str, points: &[[f64; 2]], ink: Ink, width: f64, mark: Option<(Mark, Ink)>| Line {
        series: series.to_owned(),
        in_legend: false,
        points: points.to_vec(),
        stroke: Some(Stroke { ink, width, dash: Dash::Solid, opacity: 1.0 }),
        mark,
        steps: false,
    };
    let paper = Ink::Ramp(0, 0.0);
    for (walk, path) in walks.iter().zip(&paths) {
        items.push(Item::Line(line(&format!("{} casing", walk.letters), path, paper, CASING_WIDTH, None)));
        items.push(Item::Line(line(&walk.letters, path, Ink::Text, WALK_WIDTH, None)));
        let start = &path[..path.len().min(1)];
        items.push(Item::Line(line(
            &format!("{} start", walk.letters),
            start,
            Ink::Text,
            WALK_WIDTH,
            Some((Mark::Circle, Ink::Text)),
        )));
    }
    for (walk, path) in walks.iter().zip(&paths) {
        items.push(Item::Tag(Tag { at: beside_start(path, y[1] - y[0]), text: walk.letters.clone() }));
    }
    Panel {
        title: String::new(),
        x: Axis::linear("First latent axis").range(x[0], x[1]),
        y: Axis::linear("Second latent axis").range(y[0], y[1]),
        aspect: 1.0,
        items,
    }
}

/// Position of a walk's letter: before its start, opposite to its direction.
fn beside_start(path: &[[f64; 2]], side: f64) -> [f64; 2] {
    /// Distance from the start, as a share of the panel.
    const DISTANCE: f64 = 0.035;
    let Some(&start) = path.first() else { return [f64::NAN; 2] };
    let later: Vec<&[f64; 2]> = path.iter().skip(1).filter(|p| p[0].is_finite()).take(3).collect();
    let n = later.len().max(1) as f64;
    let [dx, dy] = [0, 1].map(|a| later.iter().map(|p| p[a] - start[a]).sum::<f64>() / n);
    let length = dx.hypot(dy);
    let (dx, dy) = if length > 0.0 { (dx / length, dy / length) } else { (0.0, -1.0) };
    [start[0] - dx * DISTANCE * side, start[1] - dy * DISTANCE * side]
}

/// Ranges of equal length with every walk and all samples but a few outliers.
fn square_range(points: &[[f64; 2]], paths: &[Vec<[f64; 2]>]) -> [[f64; 2]; 2] {
    let core = [0, 1].map(|axis| {
        let mut values: Vec<f64> = points.iter().map(|p| p[axis]).collect();
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values.get(((values.len() as f64 - 1.0) * share) as usize).copied().unwrap_or(0.0);
        let walked = paths.iter().flatten().map(|p| p[axis]).filter(|v| v.is_finite());
        walked.fold([at(STRAYS), at(1.0 - STRAYS)], |[low, high], v| [low.min(v), high.max(v)])
    });
    let side = core.iter().map(|[low, high]| high - low).fold(0.0, f64::max).max(f64::MIN_POSITIVE) * (1.0 + 2.0 * PAD);
    core.map(|[low, high]| {
        let middle = (low + high) / 2.0;
        [middle - side / 2.0, middle + side / 2.0]
    })
}

/// The right half: x counts images to the right, y images upwards from the top.
fn rows(walks: &[Shown<'_>], album: &Album, classes: &[String]) -> Panel {
    let most = walks.iter().map(|w| w.images.real.len()).max().unwrap_or(0);
    let stride = most.div_ceil(COLUMNS).max(1);
    // All texts stand behind the longest row.
    let texts = most.div_ceil(stride) as f64 + BESIDE;
    let wide = (LETTER + texts) / (1.0 - TEXTS);
    let side = (HEAD + ROW * walks.len() as f64).max(LETTER + COLUMNS as f64).max(wide);
    let (left, right) = (-LETTER, side - LETTER);
    let mut items = Vec::new();
    let note = |x: f64, y: f64, text: String, anchor: Anchor| {
        Item::Note(Note { at: [(x - left) / (right - left), 1.0 + y / side], text, anchor })
    };
    for (column, point) in (0..most).step_by(stride).enumerate() {
        items.push(note(column as f64 + 0.5, -HEAD / 2.0, point.to_string(), Anchor::Middle));
    }
    for (row, walk) in walks.iter().enumerate() {
        let top = -HEAD - ROW * row as f64;
        items.push(Item::Tag(Tag { at: [-LETTER / 2.0, top - 1.0], text: walk.letters.clone() }));
        let points = walk.images.real.len();
        let mut strip = Vec::new();
        for (column, point) in (0..points).step_by(stride).enumerate() {
            let x = [column as f64 + GAP, (column + 1) as f64 - GAP];
            let image = |planes: &[u8], top: f64, what: &str| {
                Item::Image(Image {
                    x,
                    y: [top - 1.0 + GAP, top - GAP],
                    width: album.shape.width,
                    height: album.shape.height,
                    planes: planes.to_vec(),
                    text: format!("{} {point} {what}", walk.letters),
                })
            };
            items.push(image(&walk.images.decoded[point], top, "decoded"));
            items.push(image(&walk.images.real[point], top - 1.0, "real"));
            let class = match point.checked_sub(1) {
                Some(k) => walk.steps.get(k).map(|s| s.label),
                None => walk.steps.first().map(|s| s.step.parent_label),
            };
            let class = usize::from(class.unwrap_or_default());
            strip.push(Block {
                series: format!("{} class", walk.letters),
                x,
                y: [top - 2.0 - STRIP, top - 2.0],
                value: Some(class as f64),
                ink: Ink::Class(class),
                text: classes.get(class).cloned().unwrap_or_default(),
            });
        }
        items.push(Item::Blocks(strip));
        let j = &walk.judged.judgement;
        for (line, text) in [
            j.verdict.label().to_owned(),
            format!("boundary {:.0} %", 100.0 * j.boundary_share),
            format!("r\u{2081}\u{2080}/q\u{2089}\u{2089} {:.2}", j.drift_ratio),
            format!("start {}", walk.judged.start),
        ]
        .into_iter()
        .enumerate()
        {
            items.push(note(texts, top - 0.5 - 0.62 * line as f64, text, Anchor::Start));
        }
    }
    if walks.is_empty() {
        let text = "no boundary walker and no outward drifter".into();
        items.push(Item::Note(Note { at: [0.5, 0.5], text, anchor: Anchor::Middle }));
    }
    let bare = |low: f64, high: f64| Axis::linear("").range(low, high).ticks(Ticks::Named(Vec::new()));
    Panel { title: String::new(), x: bare(left, right), y: bare(-side, 0.0), aspect: 1.0, items }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::ImageShape;
    use crate::figures::drawing::layout::{TICK_SIZE, layout};
    use crate::figures::drawing::text::width;
    use crate::trajectory::Judgement;

    /// Nothing is cut off at the frame: a 100 % without its last digit is another number.
    #[test]
    fn the_texts_beside_the_rows_fit_in_a_column_and_on_a_page() {
        let judgement = Judgement {
            verdict: Verdict::Boundary,
            steps: 10,
            boundary_share: 1.0,
            drift_ratio: 10.55,
            visits: 11,
            distinct_samples: 11,
            final_snap_distance: 0.1,
            lost_steps: 0,
            reselections: 0,
        };
        let judged = JudgedWalk { walk: 0, start: 49_999, judgement };
        let shape = ImageShape { channels: 1, height: 1, width: 1 };
        let album = Album {
            data_digest: String::new(),
            generator_digest: String::new(),
            of: None,
            rounds: 1,
            shape,
            walks: Vec::new(),
        };
        let axis = || Axis::linear("Latent axis").range(-7.5, 7.5);
        let map = Panel { title: String::new(), x: axis(), y: axis(), aspect: 1.0, items: Vec::new() };
        for (walks, points) in [(1, 2), (6, 9), (4, 11), (1, 11), (5, 11), (6, 11), (2, 40)] {
            let images = |n: usize| WalkImages { walk: 0, decoded: vec![vec![0]; n], real: vec![vec![0]; n] };
            // One walk is shorter than the others.
            let images: Vec<WalkImages> = (0..walks).map(|walk| images(points - usize::from(walk == 1))).collect();
            let shown = |images| Shown { letters: "A".into(), judged: &judged, steps: &[], images };
            let panel = rows(&images.iter().map(shown).collect::<Vec<_>>(), &album, &[]);
            let mut figure = Figure::single("figure4", "", String::new(), map.clone());
            figure.panels.push(panel);
            (figure.columns, figure.legend) = (Columns { narrow: 1, wide: 2 }, LegendPlace::None);
            for inches in [3.5, 7.2] {
                let plot = layout(&figure, inches * 72.0).frames[1].plot;
                let texts: Vec<&Note> = figure.panels[1]
                    .items
                    .iter()
                    .filter_map(|item| match item {
                        Item::Note(note) if note.anchor == Anchor::Start => Some(note),
                        _ => None,
                    })
                    .collect();
                assert_eq!(texts.len(), 4 * walks);
                for note in texts {
                    let room = (1.0 - note.at[0]) * plot.width;
                    let wide = width(&note.text, TICK_SIZE);
                    assert!(wide <= room, "{}: {wide} in {room} of {}, {walks} walks", note.text, plot.width);
                }
            }
        }
    }

    #[test]
    fn the_reach_of_a_path_is_its_widest_extent_between_restarts() {
        let gap = [f64::NAN; 2];
        assert_eq!(reach(&[]), 0.0);
        assert_eq!(reach(&[[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]]), 5.0);
        // Back and forth is no reach, nor is the leap of a restart.
        assert_eq!(reach(&[[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [1.0, 0.0], gap, [9.0, 0.0], [9.0, 2.0]]), 2.0);
    }
}
