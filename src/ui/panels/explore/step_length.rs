//! How long a step should be: a round's snap distances compared with alpha, and other alphas at the probe.

use egui::{Align2, CornerRadius, Rect, RichText, Sense, Stroke, Ui, pos2, vec2};

use crate::engine::questions::probe::Probe;
use crate::engine::questions::ray::NeighbourChange;
use crate::ui::kit::charts::Histogram;
use crate::ui::kit::facts::heading;
use crate::ui::kit::images;
use crate::ui::kit::theme::{self, size, space};
use crate::ui::kit::words;
use crate::ui::panel::Cx;

const SIDE: f32 = 40.0;
const STRIP_HEIGHT: f32 = 14.0;
/// Height of the numbers below the strip.
const AXIS_HEIGHT: f32 = 14.0;

/// A step should be this many times as long as its snap for at least half of the points. In three, eight and
/// sixteen dimensions alpha 0.3, 1 and 2 were the best on validation, with median snaps of 0.08, 0.8 and 1.2.
const STEP_PER_SNAP: f32 = 1.3;
/// The best alpha where snaps are short.
const LEAST_ALPHA: f32 = 0.3;

/// Snap distances of one round in units of the embedding's mean standard deviation, ascending, without NaN.
#[derive(Debug, Clone, PartialEq)]
struct Snaps {
    round: usize,
    sorted: Vec<f32>,
}

impl Snaps {
    fn new(round: usize, distances: impl Iterator<Item = f32>) -> Option<Self> {
        let mut sorted: Vec<f32> = distances.filter(|d| d.is_finite()).collect();
        sorted.sort_by(f32::total_cmp);
        (!sorted.is_empty()).then_some(Self { round, sorted })
    }

    /// The snaps of the shown run's last round with steps, up to the shown round.
    fn shown(cx: &Cx<'_>) -> Option<Self> {
        let unit = cx.state.generator.latent_scale;
        let shown = cx.state.shown_round();
        let records: Vec<_> = cx.state.shown_run()?.records().filter(|r| r.round <= shown).collect();
        records.iter().rev().find_map(|record| {
            let steps = record.proposals.iter().filter_map(|p| p.step.as_ref());
            Self::new(record.round, steps.map(|s| s.snap_distance / unit))
        })
    }

    fn median(&self) -> f32 {
        self.sorted[self.sorted.len() / 2]
    }

    /// The share of snaps shorter than a step of `alpha`.
    fn shorter(&self, alpha: f32) -> f32 {
        self.sorted.partition_point(|d| *d < alpha) as f32 / self.sorted.len() as f32
    }

    /// An alpha long enough for the step to decide which sample is its neighbour, to two digits.
    fn sensible_alpha(&self) -> f32 {
        let alpha = (STEP_PER_SNAP * self.median()).max(LEAST_ALPHA);
        let digits = 10f32.powi(1 - alpha.log10().floor() as i32);
        (alpha * digits).round() / digits
    }
}

impl Snaps {
    /// Why that alpha is sensible.
    fn why(&self) -> String {
        match STEP_PER_SNAP * self.median() > LEAST_ALPHA {
            true => format!(
                "{STEP_PER_SNAP} times the median snap of {:.2} σ, so that the step decides which sample is next",
                self.median()
            ),
            false => format!(
                "the snaps are short (median {:.2} σ); for MNIST in three dimensions {LEAST_ALPHA} was best on validation, which \
                 says little of other data",
                self.median()
            ),
        }
    }
}

/// The histogram of snap distances with the present alpha, and the suggested alpha.
pub fn snaps(ui: &mut Ui, cx: &Cx<'_>) {
    heading(ui, "Snap distances");
    let Some(snaps) = Snaps::shown(cx) else {
        let text = "A snap is the distance from p' to the neighbour that is labelled. The shown run has taken none yet; random sampling takes none.";
        ui.label(RichText::new(text).color(cx.theme.weak));
        return;
    };
    let alpha = cx.state.shown_experiment().alpha;
    let mark = (alpha, "α");
    Histogram { name: "Histogram of snap distances", sorted: &snaps.sorted, unit: "σ", mark }.show(ui, cx.theme);
    let percent = 100.0 * snaps.shorter(alpha);
    let text = format!(
        "{} snaps of round {}, median {:.2} σ. The step, α = {alpha} σ, is longer than {percent:.0} % of them.",
        words::thousands(snaps.sorted.len()),
        snaps.round,
        snaps.median()
    );
    ui.label(RichText::new(text).size(size::CAPTION).color(cx.theme.weak));
    let sensible = snaps.sensible_alpha();
    let short = alpha < 0.8 * sensible;
    let ink = if short { cx.theme.warning } else { cx.theme.text };
    let first = if short { "The step is short compared with the snaps. " } else { "" };
    let text = format!("{first}A sensible α is about {sensible}: {}.", snaps.why());
    let tip = "If snaps are longer than steps, the neighbour of p' is also near p, and the gradient decides nothing. In three, \
               eight and sixteen dimensions 0.3, 1 and 2 were best on validation";
    ui.label(RichText::new(text).color(ink)).on_hover_text(tip);
}

/// Decoded p + αd for several α above the nearest samples; then each α at which the nearest sample changes.
pub fn ray(ui: &mut Ui, cx: &mut Cx<'_>, probe: &Probe) {
    let Some(dataset) = cx.state.dataset.clone() else { return };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        for (i, point) in probe.fan.iter().enumerate() {
            let texture =
                cx.images.get(ui, ("fan", i), cx.state.answers.probe.version, dataset.shape(), &point.decoded);
            let neighbour = cx.images.sample(ui, &dataset, point.neighbour);
            ui.vertical(|ui| {
                ui.set_width(SIDE);
                ui.spacing_mut().item_spacing.y = 2.0;
                images::show(ui, &texture, SIDE, &format!("Decoded at alpha {}", point.alpha));
                if let Some(neighbour) = neighbour {
                    let shown = images::show(ui, &neighbour, SIDE, &format!("Neighbour at alpha {}", point.alpha));
                    shown.on_hover_text(format!(
                        "nearest sample {}, {:.4} away",
                        words::thousands(point.neighbour as usize),
                        point.snap_distance
                    ));
                }
                let own = (point.alpha - cx.state.shown_experiment().alpha).abs() < f32::EPSILON;
                let ink = if own { cx.theme.accent } else { cx.theme.weak };
                ui.label(RichText::new(format!("α {}", point.alpha)).size(size::CAPTION).color(ink));
            });
        }
    });
    let end = probe.fan.last().map_or(0.0, |p| p.alpha);
    if let [_, changes @ ..] = probe.changes.as_slice() {
        ui.add_space(space::XS);
        let times = match changes.len() {
            0 => format!("As α grows to {end}, the nearest sample stays the same."),
            1 => format!("As α grows to {end}, the nearest sample changes once, at {:.3}.", changes[0].alpha),
            n => {
                format!("As α grows to {end}, the nearest sample changes {n} times, first at {:.3}.", changes[0].alpha)
            }
        };
        ui.label(RichText::new(times).size(size::CAPTION).color(cx.theme.weak));
        strip(ui, cx, &probe.changes, end);
    }
}

/// A strip from α = 0 to `end` with its axis, and a stretch for each nearest sample in the colour of its class.
fn strip(ui: &mut Ui, cx: &mut Cx<'_>, changes: &[NeighbourChange], end: f32) {
    let Some(dataset) = cx.state.dataset.clone() else { return };
    let extent = vec2(ui.available_width(), STRIP_HEIGHT + 6.0 + AXIS_HEIGHT);
    let (all, response) = ui.allocate_exact_size(extent, Sense::hover());
    let rect = all.with_max_y(all.max.y - AXIS_HEIGHT);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "Neighbours along the step"));
    let x = |alpha: f32| rect.left() + rect.width() * (alpha / end.max(f32::EPSILON)).clamp(0.0, 1.0);
    let band = Rect::from_min_size(rect.min + vec2(0.0, 3.0), vec2(rect.width(), STRIP_HEIGHT));
    let until = |i: usize| changes.get(i + 1).map_or(end, |next| next.alpha);
    let class = |change: &NeighbourChange| dataset.train.label(change.neighbour as usize);
    for (i, change) in changes.iter().enumerate() {
        let part = Rect::from_x_y_ranges(x(change.alpha)..=x(until(i)), band.y_range());
        ui.painter().rect_filled(part, CornerRadius::ZERO, theme::class_color(class(change)).gamma_multiply(0.8));
        ui.painter().vline(part.left(), band.y_range(), Stroke::new(1.0, cx.theme.background));
    }
    for (share, align) in [(0.0, Align2::LEFT_TOP), (0.5, Align2::CENTER_TOP), (1.0, Align2::RIGHT_TOP)] {
        let at = pos2(rect.left() + rect.width() * share, rect.bottom() + 1.0);
        let text = format!("{}{} σ", if share == 0.0 { "α = " } else { "" }, end * share);
        ui.painter().text(at, align, text, theme::font(size::CAPTION - 1.0), cx.theme.faint);
    }
    let alpha = cx.state.shown_experiment().alpha;
    if alpha <= end {
        ui.painter().vline(x(alpha), rect.y_range(), Stroke::new(2.0, cx.theme.accent));
    }
    let Some(pointer) = response.hover_pos() else { return };
    let Some(i) = changes.iter().rposition(|c| x(c.alpha) <= pointer.x) else { return };
    let text = format!(
        "α {:.3} to {:.3}: sample {}, a {}",
        changes[i].alpha,
        until(i),
        words::thousands(changes[i].neighbour as usize),
        cx.state.class_name(class(&changes[i]))
    );
    response.on_hover_text_at_pointer(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(longest: f32) -> Snaps {
        Snaps::new(3, (0..=100).map(|i| longest * i as f32 / 100.0).chain([f32::NAN])).unwrap()
    }

    #[test]
    fn a_sensible_step_is_longer_than_most_snaps_and_never_below_the_chosen_one() {
        for (longest, expected) in [(0.1, 0.3), (1.6, 1.0), (2.4, 1.6), (40.0, 26.0)] {
            assert_eq!(even(longest).sensible_alpha(), expected, "{longest}");
        }
        assert_eq!((even(2.0).median(), even(2.0).shorter(1.0), even(2.0).shorter(9.0)), (1.0, 50.0 / 101.0, 1.0));
        assert!(Snaps::new(1, [f32::NAN].into_iter()).is_none());
    }
}
