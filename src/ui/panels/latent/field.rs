//! The field as an image under the points: its layers, colours, borders and arrows.

use std::sync::Arc;

use egui::Color32;

use super::scene::rgba;
use crate::engine::protocol::Snapshot;
use crate::field::{Field, FieldRequest, Plane};
use crate::ui::kit::theme::{self, Theme};
use crate::ui::state::{AppState, Axes};
use crate::view::{Filter, Line};

/// The quantity that the field's colour shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum FieldLayer {
    #[default]
    None,
    Regions,
    Confidence,
    Entropy,
    Loss,
    Disagreement,
}

impl FieldLayer {
    /// Choice, name and tooltip, in display order.
    pub const CHOICES: [(Self, &'static str, &'static str); 6] = [
        (Self::None, "none", "No field under the points"),
        (Self::Regions, "regions", "The class that the target predicts for the decoded point, F(G(p))"),
        (Self::Confidence, "confidence", "The probability of that class"),
        (Self::Entropy, "entropy", "Entropy of the class probabilities: how uncertain the target is, without a label"),
        (Self::Loss, "loss", "Loss with the label of the nearest sample: the quantity that steps increase"),
        (
            Self::Disagreement,
            "disagreement",
            "How much F(x) and F(G(E(x))) differ for the nearest sample x. Where they differ, decoded images are unreliable",
        ),
    ];

    pub fn next(self) -> Self {
        let at = Self::CHOICES.iter().position(|(c, ..)| *c == self).unwrap_or(0);
        Self::CHOICES[(at + 1) % Self::CHOICES.len()].0
    }
}

/// Display options of the field; saved between starts.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FieldOptions {
    pub layer: FieldLayer,
    /// Show the gradient as arrows.
    pub arrows: bool,
    /// Fade the field far from the data, where decoded images are unreliable.
    pub trust: bool,
    /// Fade the field where the predictions for a sample and its reconstruction differ.
    #[serde(default)]
    pub agreement: bool,
    /// Distance of the plane from the middle of the data along axis 3, if there is one, in standard deviations.
    pub slice: f32,
}

impl Default for FieldOptions {
    fn default() -> Self {
        Self { layer: FieldLayer::None, arrows: false, trust: true, agreement: false, slice: 0.0 }
    }
}

/// How far the plane may be moved along axis 3, standard deviations.
pub const SLICES: std::ops::RangeInclusive<f32> = -4.0..=4.0;
/// Margin of the plane on each side, as a share of the data's extent.
const MARGIN: f32 = 0.12;
/// Opacity of the field, so that points stand out on it.
const OPACITY: f32 = 0.5;
/// In units of the edge, a quantile of r10: full trust up to the first value, none from the second on.
const TRUST: [f32; 2] = [1.0, 4.0];
/// The quantile of r10 that is the edge of the data.
const TRUST_QUANTILE: f32 = 0.99;
/// Entropy and loss at the end of the colour ramp, nats.
const ENTROPY_TOP: f32 = 1.5;
const LOSS_TOP: f32 = 5.0;
/// Widths of borders and arrows, logical pixels; length of the longest arrow, coarse cells.
const BORDER_PX: f32 = 1.4;
const ARROW_PX: f32 = 1.2;
const ARROW_CELLS: f32 = 0.8;

/// The request to the engine; `None` if no field is shown.
pub fn request(options: FieldOptions, snapshot: &Snapshot, scale: f32) -> Option<FieldRequest> {
    let dim = snapshot.latent_dim;
    let codes = snapshot.codes.as_ref().filter(|_| !snapshot.forming && dim >= 2)?;
    if options.layer == FieldLayer::None || snapshot.runs.is_empty() {
        return None;
    }
    let extent = |axis: usize| {
        let values = || codes.iter().skip(axis).step_by(dim).copied();
        let (low, high) = values().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let margin = MARGIN * (high - low);
        [low - margin, high + margin]
    };
    let [x, y] = [extent(0), extent(1)];
    // The plane goes through the middle of the data, because the data need not be centred at zero.
    let middle = |axis: usize| {
        let sum: f64 = codes.iter().skip(axis).step_by(dim).map(|v| f64::from(*v)).sum();
        (sum / (codes.len() / dim).max(1) as f64) as f32
    };
    let mut origin: Vec<f32> = [x[0], y[0]].into_iter().chain((2..dim).map(middle)).collect();
    if let Some(z) = origin.get_mut(2) {
        *z += options.slice * scale;
    }
    let edge = |axis: usize, length: f32| (0..dim).map(|a| if a == axis { length } else { 0.0 }).collect();
    let plane = Plane { origin, edge_u: edge(0, x[1] - x[0]), edge_v: edge(1, y[1] - y[0]) };
    let disagreement = options.agreement || options.layer == FieldLayer::Disagreement;
    Some(FieldRequest { plane, label: None, disagreement })
}

/// An image of the field.
pub struct Painted {
    pub side: u32,
    pub rgba: Vec<u8>,
    pub filter: Filter,
}

/// The colours of the chosen layer.
pub fn paint(field: &Field, options: FieldOptions, state: &AppState, theme: &Theme) -> Painted {
    let outer = outer(options, state);
    let color = |i: usize| -> Color32 {
        match options.layer {
            FieldLayer::None => Color32::TRANSPARENT,
            FieldLayer::Regions => theme::class_color(field.class[i]),
            FieldLayer::Confidence => theme.ramp(1.0 - field.confidence[i]),
            FieldLayer::Entropy => theme.ramp(field.entropy[i] / ENTROPY_TOP),
            FieldLayer::Disagreement => theme.ramp(field.disagreement.get(i).copied().unwrap_or(0.0)),
            FieldLayer::Loss => theme.ramp((1.0 + field.loss[i]).ln() / (1.0 + LOSS_TOP).ln()),
        }
    };
    let pixel = |i: usize| {
        let trust = trust_at(field, options, outer, i);
        let [r, g, b, _] = rgba(color(i));
        [r, g, b, (OPACITY * trust * f32::from(u8::MAX)) as u8]
    };
    let filter = if options.layer == FieldLayer::Regions { Filter::Nearest } else { Filter::Linear };
    Painted { side: field.side as u32, rgba: (0..field.class.len()).flat_map(pixel).collect(), filter }
}

/// Opacity of a cell after fading by each chosen kind of trust, 0 to 1.
fn trust_at(field: &Field, options: FieldOptions, outer: Option<f32>, cell: usize) -> f32 {
    let near = outer.map_or(1.0, |outer| field.sparsity.get(cell).map_or(0.0, |&r| trust(r, outer)));
    let agreed = field.disagreement.get(cell).filter(|_| options.agreement).map_or(1.0, |d| 1.0 - d.clamp(0.0, 1.0));
    near * agreed
}

/// The r10 at the edge of the data; `None` if nothing fades.
fn outer(options: FieldOptions, state: &AppState) -> Option<f32> {
    state.lab.sparsity.as_ref().map(|s| s.quantile(TRUST_QUANTILE)).filter(|_| options.trust)
}

/// Trust in decoded images at this r10, from 1 to 0.
fn trust(sparsity: f32, outer: f32) -> f32 {
    let [full, none] = TRUST;
    let ratio = sparsity / outer.max(f32::MIN_POSITIVE);
    if ratio.is_finite() { ((none - ratio) / (none - full)).clamp(0.0, 1.0) } else { 0.0 }
}

/// The borders between classes, and the gradient arrows if chosen.
pub fn lines(field: &Field, options: FieldOptions, state: &AppState, theme: &Theme) -> Vec<Line> {
    let outer = outer(options, state);
    let mut lines = Vec::new();
    if options.layer == FieldLayer::None {
        return lines;
    }
    let side = field.side;
    let plane = &field.request.plane;
    let corner = |x: usize, y: usize| {
        let at = |axis: usize| {
            let along = |edge: &[f32], i: usize| edge.get(axis).copied().unwrap_or(0.0) * i as f32 / side as f32;
            plane.origin.get(axis).copied().unwrap_or(0.0) + along(&plane.edge_u, x) + along(&plane.edge_v, y)
        };
        [at(0), at(1), at(2)]
    };
    let ink = |trust: f32| rgba(theme.text.gamma_multiply(0.7 * trust));
    for y in 0..side {
        for x in 0..side {
            let cell = y * side + x;
            let (class, ink) = (field.class[cell], ink(trust_at(field, options, outer, cell)));
            if ink[3] == 0 {
                continue;
            }
            if x + 1 < side && field.class[y * side + x + 1] != class {
                lines.push(Line::new(corner(x + 1, y), corner(x + 1, y + 1), BORDER_PX, ink));
            }
            if y + 1 < side && field.class[(y + 1) * side + x] != class {
                lines.push(Line::new(corner(x, y + 1), corner(x + 1, y + 1), BORDER_PX, ink));
            }
        }
    }
    if options.arrows {
        lines.extend(arrows(field, options, outer, &state.axes, theme));
    }
    lines
}

/// Arrows along dL/dp, with lengths by the logarithm of the gradient length, which spans many decades.
fn arrows(field: &Field, options: FieldOptions, outer: Option<f32>, axes: &Axes, theme: &Theme) -> Vec<Line> {
    let norm = |g: &[f32]| g.iter().map(|v| v * v).sum::<f32>().sqrt();
    let norms: Vec<f32> = field.quiver.iter().map(|a| norm(&a.gradient)).collect();
    let top = norms.iter().copied().filter(|n| n.is_finite()).fold(0.0, f32::max);
    let cells = (field.quiver.len() as f32).sqrt().max(1.0);
    let cell = field.request.plane.edge_u.iter().map(|v| v * v).sum::<f32>().sqrt() / cells;
    const DECADES: f32 = 4.0;
    let length = |n: f32| (1.0 + (n / top).log10() / DECADES).clamp(0.0, 1.0) * ARROW_CELLS * cell;
    // The image cell of an arrow.
    let coarse = cells as usize;
    let within = |i: usize| (2 * i + 1) * field.side / (2 * coarse);
    let draw = |(i, (arrow, &n)): (usize, (&crate::field::Arrow, &f32))| {
        let cell = within(i / coarse) * field.side + within(i % coarse);
        let trust = trust_at(field, options, outer, cell);
        if !(n.is_finite() && n > 0.0 && length(n) > 0.0 && trust > 0.0) {
            return None;
        }
        let tip: Vec<f32> = arrow.at.iter().zip(&arrow.gradient).map(|(p, g)| p + g / n * length(n)).collect();
        let ink = rgba(theme.text.gamma_multiply(trust));
        Some(Line::new(axes.place(&arrow.at), axes.place(&tip), ARROW_PX, ink).arrow())
    };
    field.quiver.iter().zip(&norms).enumerate().filter_map(draw).collect()
}

/// Identifies an image of the field.
pub fn key(field: Option<&Arc<Field>>) -> usize {
    field.map_or(0, |f| Arc::as_ptr(f) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Class;
    use crate::device::DeviceKind;
    use crate::engine::planned::RunId;
    use crate::experiment::Experiment;

    #[test]
    fn trust_is_whole_inside_the_cloud_and_gone_far_outside() {
        for (sparsity, expected) in [(0.1, 1.0), (1.0, 1.0), (2.5, 0.5), (4.0, 0.0), (90.0, 0.0), (f32::INFINITY, 0.0)]
        {
            assert_eq!(trust(sparsity, 1.0), expected, "{sparsity}");
        }
    }

    #[test]
    fn the_plane_lies_through_the_middle_of_the_data_and_the_slice_moves_it() {
        let codes = vec![0.0, 0.0, 2.0, 7.0, 2.0, 4.0, 4.0, 9.0];
        let run = crate::engine::protocol::RunSnapshot {
            run: RunId::default(),
            labelled_in: Arc::default(),
            scores: None,
            kept: Vec::new(),
        };
        let snapshot = Snapshot { latent_dim: 4, codes: Some(Arc::new(codes)), runs: vec![run], ..Snapshot::default() };
        for (slice, z) in [(0.0, 3.0), (1.5, 6.0), (-1.0, 1.0)] {
            let options = FieldOptions { layer: FieldLayer::Regions, slice, ..FieldOptions::default() };
            let plane = request(options, &snapshot, 2.0).unwrap().plane;
            assert_eq!(plane.origin[2..], [z, 8.0], "{slice}");
        }
    }

    #[test]
    fn borders_stand_between_cells_of_different_class_and_nowhere_else() {
        let plane = Plane { origin: vec![0.0; 2], edge_u: vec![2.0, 0.0], edge_v: vec![0.0, 2.0] };
        let field = |class: Vec<Class>| Field {
            request: FieldRequest { plane: plane.clone(), label: None, disagreement: false },
            side: 2,
            confidence: vec![1.0; 4],
            entropy: vec![0.0; 4],
            loss: vec![0.0; 4],
            sparsity: vec![0.0; 4],
            disagreement: Vec::new(),
            quiver: Arc::default(),
            minibatches: 0,
            class,
        };
        let options = FieldOptions { layer: FieldLayer::Regions, ..FieldOptions::default() };
        for (class, expected) in [(vec![1, 1, 1, 1], 0), (vec![1, 2, 1, 2], 2), (vec![1, 2, 2, 1], 4)] {
            let state = AppState::new(Experiment::default(), Vec::new(), DeviceKind::Cpu);
            let drawn = lines(&field(class.clone()), options, &state, &crate::ui::kit::theme::DARK);
            assert_eq!(drawn.len(), expected, "{class:?}");
        }
    }
}
