//! The sheet of selections that have a name: kept, shown again, added, subtracted, intersected, inverted.

use egui::{Align2, Button, Context, Id, Panel, RichText, TextEdit, Ui, Window, vec2};

use crate::engine::protocol::Level;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{Theme, bold, size, space};
use crate::ui::kit::widgets::IconButton;
use crate::ui::kit::words::thousands;
use crate::ui::panel::Cx;
use crate::ui::state::{Combine, Named};

const WIDTH: f32 = 330.0;
const NAME_WIDTH: f32 = 170.0;
/// Height below a narrow table.
const BELOW: f32 = 150.0;

/// The button that opens the sheet, and closes it.
pub fn button(ui: &mut Ui, cx: &mut Cx<'_>) {
    let button = ui.add(Button::new(RichText::new("Selections").size(size::CAPTION)).small());
    let tip = "Selections by name: keep the present one, show, add, subtract, intersect, invert";
    if button.on_hover_text(tip).clicked() {
        cx.state.brush.sheet ^= true;
    }
}

/// The sheet, while it is open: it stays beside the views, which show what it does.
pub fn sheet(ctx: &Context, cx: &mut Cx<'_>) {
    let mut open = cx.state.brush.sheet;
    let window = Window::new("Selections by name").open(&mut open).collapsible(false).resizable(false);
    window.anchor(Align2::RIGHT_BOTTOM, vec2(-space::L, -space::L)).show(ctx, |ui| content(ui, cx));
    cx.state.brush.sheet &= open;
}

/// The sheet, while it is open, at the right of a table that is wide enough, or else below it, so that it covers no row.
pub fn beside(ui: &mut Ui, cx: &mut Cx<'_>) {
    if !cx.state.brush.sheet {
        return;
    }
    let mut open = true;
    let frame = egui::Frame::new().inner_margin(egui::Margin::same(space::S as i8));
    let panel = if ui.available_width() < 2.0 * WIDTH {
        Panel::bottom("selections by name, below").exact_size(BELOW.min(ui.available_height() / 2.0))
    } else {
        Panel::right("selections by name").exact_size(WIDTH + 2.0 * space::S)
    };
    panel.resizable(false).frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(bold("Selections by name"));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let close =
                    IconButton::new(Icon::Close, "Close the selections", "Closes this list; it keeps what it has");
                open = !close.show(ui).clicked();
            });
        });
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| content(ui, cx));
    });
    cx.state.brush.sheet &= open;
}

/// Why a region is not kept or combined yet.
const NOT_YET: &str = "The images that accuracy is measured on are being embedded: it is not known yet which of them lie in \
                       the region";

/// Selects what is not selected.
pub fn invert(cx: &mut Cx<'_>) {
    let Some(dataset) = cx.state.dataset.clone() else { return };
    if !cx.knows_evaluation() {
        cx.want_evaluation_codes();
        return cx.state.say(Level::Info, format!("{NOT_YET}."));
    }
    let members = cx.evaluation_members();
    let split = dataset.evaluation(cx.state.experiment.evaluate_on).len();
    cx.state.brush.invert(dataset.train.len(), split, &members);
}

fn content(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.set_width(WIDTH);
    let some = cx.state.brush.selection.is_some();
    let known = cx.knows_evaluation();
    if !known {
        cx.want_evaluation_codes();
    }
    ui.horizontal(|ui| {
        let id = Id::unique("name of a selection");
        let mut name = ui.data_mut(|data| data.get_temp::<String>(id).unwrap_or_default());
        let field = TextEdit::singleline(&mut name).desired_width(NAME_WIDTH).hint_text("Name of the selection");
        let typed = ui.add_enabled(some, field);
        typed.clone().accessible_name("Name of the selection");
        let entered = typed.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let can = some && known && !name.trim().is_empty();
        let tip = "Keeps the present selection under this name";
        let keep = ui.add_enabled(can, Button::new("Keep")).on_hover_text(tip);
        let keep = keep.on_disabled_hover_text(if known { tip } else { NOT_YET });
        if can && (keep.clicked() || entered) {
            let members = cx.evaluation_members();
            cx.state.brush.keep(&name, &members);
            name.clear();
        }
        ui.data_mut(|data| data.insert_temp(id, name));
        let tip = "Selects what is not selected";
        let button = ui.add_enabled(some && known, Button::new("Invert")).on_hover_text(tip);
        if button.on_disabled_hover_text(if known { tip } else { NOT_YET }).clicked() {
            invert(cx);
        }
    });
    let theme = Theme::of(ui.visuals());
    let named = cx.state.brush.named.clone();
    if named.is_empty() {
        let text = "A lasso, a class, a cell of the confusion matrix or the rows of a query: select, type a name, Keep. Kept \
                    selections stay with the session.";
        ui.add(egui::Label::new(RichText::new(text).size(size::CAPTION).color(theme.weak)).wrap());
    }
    for one in &named {
        row(ui, one, some, known, cx);
    }
}

fn row(ui: &mut Ui, one: &Named, some: bool, known: bool, cx: &mut Cx<'_>) {
    let theme = Theme::of(ui.visuals());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let mut count = thousands(one.samples.len() + one.evaluation.len());
        count += " images";
        let tip = format!("{} train and {} {} images", one.samples.len(), one.evaluation.len(), cx.evaluation_name());
        let name = Button::new(bold(&one.name)).truncate().min_size(vec2(NAME_WIDTH - 60.0, 0.0)).frame(false);
        let shown = ui.add_sized([NAME_WIDTH - 60.0, 22.0], name).on_hover_text(format!("Shows it: {tip}"));
        shown.clone().accessible_name(format!("Show the selection {}", one.name));
        ui.label(RichText::new(count).size(size::CAPTION).color(theme.weak));
        let mut how = shown.clicked().then_some(Combine::Show);
        let signs = [
            ("+", Combine::Add, "Add", "Adds it to the present selection"),
            ("−", Combine::Subtract, "Subtract", "Takes it out of the present selection"),
            ("and", Combine::Intersect, "Intersect", "Leaves what is in both"),
        ];
        for (sign, of, name, tip) in signs {
            let button = ui.add_enabled(some && known, Button::new(sign).small()).on_hover_text(tip);
            let button = button.on_disabled_hover_text(if known { tip } else { NOT_YET });
            button.clone().accessible_name(format!("{name} the selection {}", one.name));
            if button.clicked() {
                how = Some(of);
            }
        }
        if let Some(how) = how {
            let members = cx.evaluation_members();
            cx.state.brush.combine(how, &one.name, &members);
        }
        let forget = ui.add(Button::new("×").small()).on_hover_text("Forgets it; the present selection stays (Ctrl Z)");
        forget.clone().accessible_name(format!("Forget the selection {}", one.name));
        if forget.clicked() {
            cx.state.brush.named.retain(|n| n.name != one.name);
        }
    });
}
