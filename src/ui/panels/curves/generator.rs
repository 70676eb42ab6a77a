//! While the generator trains: its losses, signs of collapse, and samples decoded from the same few codes.

use egui::{Color32, RichText, Ui, vec2};
use egui_plot::{Line, PlotPoints};

use crate::generator::{self, Adversarial, GeneratorLosses};
use crate::ui::kit::charts::{plot, read};
use crate::ui::kit::images;
use crate::ui::kit::theme::{bold, size, space};
use crate::ui::panel::Cx;

/// Share of the epochs at the start that does not scale the y axis, as the loss falls steeply there.
const STEEP: f32 = 0.02;
/// Least height of a plot, height of a caption with its gaps, and vertical spacing.
const MIN_PLOT: f32 = 44.0;
const CAPTION: f32 = 24.0;
const LINE_GAP: f32 = 2.0;
/// Panels higher than this show all rows of samples, lower ones the first row.
const ROOMY: f32 = 440.0;
/// Images in a row of samples, and the largest side of one.
const COLUMNS: usize = 8;
const MAX_SIDE: f32 = 56.0;

/// The value of a curve.
type Value = fn(&GeneratorLosses) -> f32;

/// One plot: its title, tooltip, unit and curves.
struct Plot {
    id: &'static str,
    title: &'static str,
    tip: &'static str,
    unit: &'static str,
    curves: Vec<(Color32, Value)>,
    decimals: usize,
}

/// The panel.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.spacing_mut().item_spacing.y = LINE_GAP;
    let rows = if ui.available_height() > ROOMY { usize::MAX } else { 1 };
    let (accent, second) = (cx.theme.accent, cx.theme.second);
    let last = cx.state.generator.losses.last().copied().unwrap_or_default();
    let of = generator::epochs(&cx.state.experiment);
    ui.label(RichText::new(format!("Training the generator: epoch {:.1} of {of}", last.0)).color(cx.theme.weak));
    let parts = match (last.1.adversarial, last.1.kept) {
        (None, Some(_)) => vec![part(
            "kept",
            "variance of the images that the codes keep, %",
            "How much of the differences between the images the codes have, of 100 %: higher is better",
            "%",
            1,
            vec![(accent, |l| l.kept.unwrap_or(f32::NAN))],
        )],
        (None, None) => vec![
            part(
                "reconstruction",
                "error of reconstructions, nats an image",
                "How badly the generator makes images from their own codes: the reconstruction loss of the VAE. Lower is \
                 better. Nats are the unit of information with natural logarithms",
                "nats",
                1,
                vec![(accent, |l| l.reconstruction)],
            ),
            part(
                "kl",
                "information in the codes, nats an image",
                "How much a code says about its image: the distance (KL) of the codes from the normal distribution N(0, I). \
                 At 0 every image has the same code",
                "nats",
                1,
                vec![(second, |l| l.code)],
            ),
        ],
        (Some(_), _) => vec![
            part(
                "error",
                "mean absolute error of a pixel, 0 to 1",
                "How far reconstructions G(E(x)) are from their images x: lower is better",
                "error",
                3,
                vec![(accent, |l| l.reconstruction)],
            ),
            part(
                "right",
                "discriminators right on images and codes, %; 50 is chance",
                "How often they tell real images from generated ones, and N(0, I) from codes of images",
                "%",
                0,
                vec![
                    (accent, |l| of_adversarial(l, |a| a.image_accuracy)),
                    (second, |l| of_adversarial(l, |a| a.code_accuracy)),
                ],
            ),
            part(
                "diversity",
                "diversity of samples: 1 as in the data, 0 collapse",
                "Spread of generated images relative to that of the data: near 0 they all look alike",
                "",
                2,
                vec![(accent, |l| of_adversarial(l, |a| a.diversity))],
            ),
        ],
    };
    let grid = grid_height(ui, cx, rows);
    let each = (ui.available_height() - grid) / parts.len() as f32 - CAPTION;
    for part in &parts {
        draw(ui, cx, part, each.max(MIN_PLOT));
    }
    if grid > 0.0 {
        samples(ui, cx, rows);
    }
}

fn part(
    id: &'static str,
    title: &'static str,
    tip: &'static str,
    unit: &'static str,
    decimals: usize,
    curves: Vec<(Color32, Value)>,
) -> Plot {
    Plot { id, title, tip, unit, curves, decimals }
}

fn of_adversarial(losses: &GeneratorLosses, value: fn(&Adversarial) -> f32) -> f32 {
    losses.adversarial.as_ref().map_or(f32::NAN, value)
}

fn draw(ui: &mut Ui, cx: &Cx<'_>, part: &Plot, height: f32) {
    let losses = &cx.state.generator.losses;
    let of = generator::epochs(&cx.state.experiment) as f32;
    ui.horizontal(|ui| {
        for (color, value) in &part.curves {
            let latest = losses.last().map_or(f32::NAN, |(_, l)| value(l));
            ui.label(bold(format!("{latest:.*}", part.decimals)).color(*color));
        }
        let title = RichText::new(part.title).size(size::CAPTION).color(cx.theme.weak);
        ui.add(egui::Label::new(title).truncate()).on_hover_text(format!("{}\n{}", part.title, part.tip));
    });
    let values = |from: f32| {
        let late = losses.iter().filter(move |(epoch, _)| *epoch > from);
        late.flat_map(|(_, l)| part.curves.iter().map(|(_, value)| f64::from(value(l)))).collect::<Vec<_>>()
    };
    let late = values(STEEP * of);
    let (low, high) = span(&if late.is_empty() { values(0.0) } else { late });
    let points = |value: &Value| -> Vec<[f64; 2]> {
        losses.iter().map(|(epoch, l)| [f64::from(*epoch), f64::from(value(l))]).collect()
    };
    let response = plot(part.id, height, cx.theme).show(ui, |plot_ui| {
        plot_ui.set_plot_bounds_x(0.0..=f64::from(of));
        plot_ui.set_plot_bounds_y(low..=high);
        for (color, value) in &part.curves {
            plot_ui.line(Line::new("", PlotPoints::from(points(value))).color(*color).width(1.8).allow_hover(false));
        }
    });
    let all = part.curves.iter().flat_map(|(_, value)| points(value)).map(|at| ((), at));
    read(ui, &response, all, |(), [epoch, value]| {
        format!("epoch {epoch:.1}: {value:.*} {}\n{}", part.decimals.max(2), part.unit, part.title)
    });
}

/// Height of the samples; 0 before there are any.
fn grid_height(ui: &Ui, cx: &Cx<'_>, most: usize) -> f32 {
    let (Some(images), Some(dataset)) = (&cx.state.generator.samples, &cx.state.dataset) else { return 0.0 };
    let rows = (images.len() / dataset.shape().len()).div_ceil(COLUMNS).min(most);
    rows as f32 * (side(ui) + space::XS) + CAPTION
}

fn side(ui: &Ui) -> f32 {
    ((ui.available_width() - COLUMNS as f32 * space::XS) / COLUMNS as f32).min(MAX_SIDE)
}

fn samples(ui: &mut Ui, cx: &mut Cx<'_>, rows: usize) {
    let (Some(pixels), Some(dataset)) = (cx.state.generator.samples.clone(), cx.state.dataset.clone()) else { return };
    let title = RichText::new("Images from random codes: samples G(z)").size(size::CAPTION).color(cx.theme.weak);
    let tip = "What the generator makes of the same few codes z, drawn from the normal distribution N(0, I)";
    ui.add(egui::Label::new(title).truncate()).on_hover_text(tip);
    let side = side(ui);
    ui.spacing_mut().item_spacing = vec2(space::XS, space::XS);
    let version = cx.state.generator.samples_version;
    for row in pixels.chunks(COLUMNS * dataset.shape().len()).take(rows).enumerate() {
        ui.horizontal(|ui| {
            for (i, image) in row.1.chunks_exact(dataset.shape().len()).enumerate() {
                let place = row.0 * COLUMNS + i;
                let texture = cx.images.get(ui, ("sample of the generator", place), version, dataset.shape(), image);
                images::show(ui, &texture, side, &format!("sample {}", place + 1));
            }
        });
    }
}

/// Range of the finite values with a margin; 0 to 1 if there are none.
fn span(values: &[f64]) -> (f64, f64) {
    let finite = values.iter().copied().filter(|v| v.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if low > high {
        return (0.0, 1.0);
    }
    let air = 0.08 * (high - low).max(LEAST_RANGE);
    (low - air, high + air)
}

/// Least range of the axis, so that a flat curve is not magnified.
const LEAST_RANGE: f64 = 0.1;
