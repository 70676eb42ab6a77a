//! The difference of a pair in numbers: picks of one run or of both, and gains in accuracy.

use egui::{Align2, Color32, CornerRadius, Rect, RichText, ScrollArea, Sense, Stroke, Ui, pos2, vec2};

use super::difference::{Pair, UNEQUAL};
use crate::dataset::Class;
use crate::experiment::Task;
use crate::ui::kit::facts::heading;
use crate::ui::kit::theme::{self, bold, size};
use crate::ui::kit::words;
use crate::ui::panel::Cx;
use crate::ui::state::{Match, Whose, count_parts, gain_by_class};

const ROW: f32 = 17.0;
const BAR: f32 = 14.0;
/// Least width of the names of classes, points, and their largest share of the width.
const NAMES: f32 = 72.0;
const NAMES_SHARE: f32 = 0.3;
/// From how many classes on they are sorted by their gain.
const MANY_CLASSES: usize = 12;

/// All numbers; `members` are the evaluation images in the selected region.
pub fn ui(ui: &mut Ui, cx: &Cx<'_>, colors: [Color32; 3], pair: &Pair, members: &[u32]) {
    ScrollArea::vertical().auto_shrink(false).id_salt("pair numbers").show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let Some(at) = &pair.at else {
            let text = "The runs are compared when both have ended a round, up to the one that is shown.";
            ui.label(RichText::new(text).size(size::CAPTION).color(cx.theme.weak));
            return;
        };
        ui.add(egui::Label::new(bold(words::capital(&at.described())).size(size::CAPTION)).wrap());
        picks(ui, cx, pair, colors);
        accuracy(ui, cx, at, pair, members, colors);
        classes(ui, cx, at, colors);
    });
}

/// Counts of labelled samples so far and in the compared round.
fn picks(ui: &mut Ui, cx: &Cx<'_>, pair: &Pair, colors: [Color32; 3]) {
    heading(ui, "Picks").on_hover_text("Train samples labelled only by A, by both, or only by B");
    let all = count_parts(pair.picks.iter().copied());
    bar(ui, cx, &format!("by round {}", pair.key.round), [all[0], all[1], all[2]], colors);
    let now = count_parts(pair.picks_now.iter().copied());
    bar(ui, cx, &format!("in round {}", pair.key.round), [now[0], now[1], now[2]], colors);
}

/// The results over the whole evaluation split and in the region.
fn accuracy(ui: &mut Ui, cx: &Cx<'_>, at: &Match, pair: &Pair, members: &[u32], colors: [Color32; 3]) {
    let task = cx.state.experiment.dataset.task();
    let tip = format!("At the end of round {}, the last one up to the playhead that both runs have ended", at.round);
    heading(ui, task.measure()).on_hover_text(tip);
    let unit = task.unit();
    let [of_a, _, of_b] = colors;
    // A decrease of the error is a gain.
    let color = |gain: f32| if (gain < 0.0) == (task == Task::Classes) { of_a } else { of_b };
    let line = |ui: &mut Ui, name: &str, [a, b]: [f32; 2]| {
        let gain = at.even().map(|_| (b - a, color(b - a)));
        line(ui, cx, name, &format!("A {a:.1}   B {b:.1} {unit}"), gain);
    };
    line(ui, "all images", at.values());
    let Some(right) = &pair.right else {
        if let Some(why) = pair.why_not().filter(|why| task == Task::Classes || *why == UNEQUAL) {
            ui.add(egui::Label::new(RichText::new(why).size(size::CAPTION).color(cx.theme.weak)).wrap());
        }
        return;
    };
    if !members.is_empty() {
        let [only_a, both, only_b, _] = count_parts(members.iter().filter_map(|&m| right.get(m as usize).copied()));
        let percent = |n: usize| 100.0 * n as f32 / members.len() as f32;
        let name = format!("{} selected", words::thousands(members.len()));
        line(ui, &name, [percent(only_a + both), percent(only_b + both)]);
    }
    let [only_a, both, only_b, neither] = count_parts(right.iter().copied());
    bar(ui, cx, "right", [only_a, both, only_b], colors);
    let text = format!("{} predicted right by neither", words::thousands(neither));
    ui.label(RichText::new(text).size(size::CAPTION).color(cx.theme.weak));
}

/// B's gain over A in the recall of each class; none at unequal labels.
fn classes(ui: &mut Ui, cx: &Cx<'_>, at: &Match, [color_a, _, color_b]: [Color32; 3]) {
    let Some([a, b]) = at.even() else { return };
    let Some(gains) = gain_by_class(&a.confusion, &b.confusion) else { return };
    heading(ui, "Gain by class").on_hover_text("B's recall of each class minus A's, in percentage points");
    let most = gains.iter().fold(1.0f32, |m, g| m.max(g.abs()));
    let wide = |class: usize| {
        let name = cx.state.class_name(class as Class);
        ui.painter().layout_no_wrap(name, theme::font(size::CAPTION), Color32::PLACEHOLDER).size().x
    };
    let widest = (0..gains.len()).map(wide).fold(0.0, f32::max) + 20.0;
    let names = widest.clamp(NAMES, NAMES.max(NAMES_SHARE * ui.available_width()));
    let mut order: Vec<usize> = (0..gains.len()).collect();
    if gains.len() > MANY_CLASSES {
        let text = "the largest difference first";
        ui.label(RichText::new(text).size(size::CAPTION).color(cx.theme.weak));
        order.sort_by(|a, b| gains[*b].abs().total_cmp(&gains[*a].abs()));
    }
    for (class, gain) in order.into_iter().map(|class| (class, gains[class])) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW - 2.0), Sense::hover());
        if !ui.is_rect_visible(rect) {
            continue;
        }
        let said = format!(
            "{}: B finds {} percentage points more of its images than A",
            cx.state.class_name(class as Class),
            words::signed(gain, 1)
        );
        response.on_hover_text(said);
        let y = rect.center().y;
        let painter = ui.painter();
        painter.circle_filled(pos2(rect.left() + 4.0, y), 4.0, theme::class_color(class as Class));
        let name = cx.state.class_name(class as Class);
        let name_font = theme::font(size::CAPTION);
        let at = pos2(rect.left() + 12.0, y);
        let named = ui.painter_at(rect.with_max_x(rect.left() + names - 4.0));
        named.text(at, Align2::LEFT_CENTER, name, name_font.clone(), cx.theme.text);
        let field = Rect::from_min_max(pos2(rect.left() + names, y - 5.0), pos2(rect.right() - 46.0, y + 5.0));
        let middle = field.center().x;
        let tip = middle + gain / most * field.width() / 2.0;
        let filled = Rect::from_two_pos(pos2(middle, field.top()), pos2(tip, field.bottom()));
        painter.rect_filled(field, CornerRadius::same(2), cx.theme.field.gamma_multiply(0.5));
        painter.rect_filled(filled, CornerRadius::same(2), if gain < 0.0 { color_a } else { color_b });
        painter.vline(middle, field.y_range(), Stroke::new(1.0, cx.theme.faint));
        let text = words::signed(gain, 1);
        painter.text(pos2(rect.right(), y), Align2::RIGHT_CENTER, text, name_font, cx.theme.weak);
    }
}

/// A fact with B's gain in its colour, if there is one.
fn line(ui: &mut Ui, cx: &Cx<'_>, name: &str, value: &str, gain: Option<(f32, Color32)>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = ROW;
        ui.label(RichText::new(name).size(size::CAPTION).color(cx.theme.weak));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if let Some((gain, color)) = gain {
                ui.label(bold(words::signed(gain, 2)).size(size::CAPTION).color(color));
            }
            ui.label(RichText::new(value).size(size::CAPTION));
        });
    });
}

/// A bar of three counts, with lengths in proportion.
fn bar(ui: &mut Ui, cx: &Cx<'_>, name: &str, counts: [usize; 3], colors: [Color32; 3]) {
    const NAME: f32 = 72.0;
    let [a, both, b] = counts.map(words::thousands);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let said = format!("{name}: only A {a}, both {both}, only B {b}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &said));
    let font = theme::font(size::CAPTION);
    let painter = ui.painter();
    painter.text(pos2(rect.left(), rect.center().y), Align2::LEFT_CENTER, name, font.clone(), cx.theme.weak);
    let total = counts.iter().sum::<usize>().max(1) as f32;
    let field = Rect::from_min_max(
        pos2(rect.left() + NAME, rect.center().y - BAR / 2.0),
        pos2(rect.right(), rect.center().y + BAR / 2.0),
    );
    painter.rect_filled(field, CornerRadius::same(3), cx.theme.field);
    let mut x = field.left();
    for (count, color) in counts.into_iter().zip(colors) {
        let width = field.width() * count as f32 / total;
        let part = Rect::from_min_size(pos2(x, field.top()), vec2(width, BAR));
        painter.rect_filled(part, CornerRadius::same(2), color);
        let ink = cx.theme.text_on(color);
        let galley = painter.layout_no_wrap(words::thousands(count), font.clone(), ink);
        if galley.size().x + 6.0 < width {
            painter.galley(part.center() - galley.size() / 2.0, galley, ink);
        }
        x += width;
    }
    response.on_hover_text(said);
}

/// The counts in the views' titles.
pub fn title_counts(parts: &[Whose]) -> [usize; 4] {
    count_parts(parts.iter().copied())
}
