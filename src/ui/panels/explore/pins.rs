//! The pinned points: the decoded image of each, and a small curve of every run's prediction over training.

use egui::{Align2, CornerRadius, Response, RichText, Sense, Stroke, Ui, Vec2, pos2, vec2};

use crate::engine::planned::PlannedRun;
use crate::ui::kit::charts::{self, Sparkline};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::images;
use crate::ui::kit::looks;
use crate::ui::kit::theme::{self, bold, size, space};
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::kit::words;
use crate::ui::panel::Cx;
use crate::ui::state::{Pin, PinCurve};

const SIDE: f32 = 40.0;
const VALUE_WIDTH: f32 = 62.0;
const CLOSE_WIDTH: f32 = 30.0;
/// Top of the loss curve, nats: that of a guess among ten classes.
const LOSS_TOP: f32 = 2.3;

/// The list of pins; empty without pins.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.state.pins.pins.is_empty() {
        return;
    }
    ui.add_space(space::S);
    ui.horizontal(|ui| {
        ui.label(bold("Pinned points"));
        let choices = [
            (PinCurve::Probability, "probability", "The probability of the label in the prediction F(G(p))"),
            (PinCurve::Loss, "loss", "The loss of the prediction F(G(p)) with the label, nats"),
        ];
        widgets::segmented(ui, "Curves of the pins", &mut cx.state.pins.curve, &choices);
    });
    let text = "The label is that of the nearest sample. One curve per run, over its training.";
    ui.add(egui::Label::new(RichText::new(text).size(size::CAPTION).color(cx.theme.weak)).wrap());
    let pins = cx.state.pins.pins.clone();
    let mut removed = None;
    for pin in &pins {
        if row(ui, pin, cx) {
            removed = Some(pin.id);
        }
    }
    if let Some(id) = removed {
        let command = cx.state.pins.remove(id);
        cx.commands.push(command);
    }
}

/// One pin; returns true if its Unpin button was pressed.
fn row(ui: &mut Ui, pin: &Pin, cx: &mut Cx<'_>) -> bool {
    let Some(dataset) = cx.state.dataset.clone() else { return false };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let texture = cx.images.get(ui, ("pin", pin.id), 0, dataset.shape(), &pin.decoded);
        let (square, response) = ui.allocate_exact_size(Vec2::splat(SIDE), Sense::click());
        let name = format!("Go to pin {}", pin.id);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
        images::paint(ui, &texture, square);
        widgets::number_badge(ui.painter(), square.left_top() + vec2(6.0, 6.0), pin.id, cx.theme);
        let tip = format!("Pin {}, label {}. Click to move the probe there.", pin.id, cx.state.class_name(pin.label));
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip).clicked()
            && cx.state.probing.is_some()
        {
            cx.state.probing = Some(pin.code.clone());
        }
        let width = (ui.available_width() - VALUE_WIDTH - CLOSE_WIDTH - 2.0 * space::S).max(SIDE);
        let (_, response) = ui.allocate_exact_size(vec2(width, SIDE), Sense::hover());
        let said = format!("Curve of pin {}: {} values", pin.id, pin.series(cx.state.focus.run).count());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &said));
        curves(ui, &response, pin, cx);
        value(ui, pin, cx);
        let tip = "Remove this pin";
        IconButton::new(Icon::Close, &format!("Unpin {}", pin.id), tip).show(ui).clicked()
    })
    .inner
}

/// One curve per run, the shown run's on top.
fn curves(ui: &Ui, response: &Response, pin: &Pin, cx: &Cx<'_>) {
    let rect = response.rect;
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, CornerRadius::same(4), cx.theme.field.gamma_multiply(0.5));
    let steps = |p: &PlannedRun| pin.series(p.id).map(|(m, _)| m).max().unwrap_or(0);
    let most = cx.state.planned.iter().map(steps).max().unwrap_or(0).max(1) as f32;
    let chart = Sparkline { rect: rect.shrink(3.0), end: [most, 1.0] };
    let value = |loss: f32| match cx.state.pins.curve {
        PinCurve::Probability => (-loss).exp(),
        PinCurve::Loss => (loss / LOSS_TOP).clamp(0.0, 1.0),
    };
    let (shown, others): (Vec<_>, Vec<_>) = cx.state.planned.iter().partition(|p| p.id == cx.state.focus.run);
    for run in others.into_iter().chain(shown) {
        let style = cx.state.style_of(run.id);
        let (color, width) = match run.id == cx.state.focus.run {
            true => (cx.theme.ink(style.ink), 1.8),
            false => (cx.theme.ink(style.ink).gamma_multiply(0.55), 1.2),
        };
        let values = pin.series(run.id).map(|(minibatches, v)| [minibatches as f32, value(v.loss)]);
        let points = chart.points(values);
        if let [one] = points[..] {
            painter.circle_filled(one, 2.0, color);
        }
        painter.extend(looks::line(&points, style, Stroke::new(width, color)));
    }
    if let Some(minibatches) = cx.state.playhead_minibatches() {
        let x = chart.at([minibatches as f32, 0.0]).x;
        painter.vline(x, rect.y_range(), Stroke::new(1.0, cx.theme.faint));
    }
    let places = cx.state.planned.iter().flat_map(|run| {
        pin.series(run.id)
            .map(|(minibatches, v)| ((run.id, minibatches, v), chart.at([minibatches as f32, value(v.loss)])))
    });
    charts::read_at(ui, response, places, |(run, minibatches, v)| {
        let (name, class) = (cx.state.name_of(*run), cx.state.class_name(v.class));
        format!(
            "{name}, after {} minibatches: {:.1} % for the label, loss {} nats; predicted {class}",
            words::thousands(*minibatches),
            100.0 * (-v.loss).exp(),
            words::fixed(v.loss, 3)
        )
    });
}

/// The shown run's value at the playhead.
fn value(ui: &mut Ui, pin: &Pin, cx: &Cx<'_>) {
    let (rect, _) = ui.allocate_exact_size(vec2(VALUE_WIDTH, SIDE), Sense::hover());
    let until = cx.state.playhead_minibatches();
    let series = pin.series(cx.state.focus.run).filter(|(m, _)| until.is_none_or(|u| *m <= u));
    let Some((_, value)) = series.last() else { return };
    let painter = ui.painter();
    let color = theme::class_color(value.class);
    painter.circle_filled(pos2(rect.left() + 5.0, rect.top() + 12.0), 4.0, color);
    let wrong = value.class != pin.label;
    let ink = if wrong { cx.theme.error } else { cx.theme.text };
    let class = cx.state.class_name(value.class);
    painter.text(
        pos2(rect.left() + 13.0, rect.top() + 12.0),
        Align2::LEFT_CENTER,
        class,
        theme::bold_font(size::CAPTION),
        ink,
    );
    let text = match cx.state.pins.curve {
        PinCurve::Probability => format!("{:.1} %", 100.0 * (-value.loss).exp()),
        PinCurve::Loss => format!("{} nats", words::fixed(value.loss, 2)),
    };
    let at = pos2(rect.left(), rect.bottom() - 11.0);
    painter.text(at, Align2::LEFT_CENTER, text, theme::font(size::CAPTION), cx.theme.weak);
}
