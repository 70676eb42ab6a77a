//! The latent view's toolbar: colours, layers, shown run, shown round, drag tool, field.

use egui::{Popup, PopupCloseBehavior, Sense, Ui, vec2};

use super::axes;
use super::field::{FieldLayer, FieldOptions, SLICES};
use super::fork_sheet;
use super::options::ViewOptions;
use super::scene::{Coloring, Layers};
use crate::experiment::Task;
use crate::ui::kit::flow::{Flow, Place};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{self, space};
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::panel::Cx;
use crate::ui::panels::runs::choice;
use crate::ui::state::{BrushTool, DRAWN, Intent};

/// A control of the toolbar, or a group of them that stays together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    Colour,
    Layers,
    Run,
    Round,
    Fork,
    Brush,
    Field,
    Names,
    Images,
    Density,
    ByRound,
    Axes,
}

/// Least width at which colours and layers are laid out instead of listed.
const WIDE: f32 = 528.0;
/// Below this width the controls take three rows instead of two.
const SLIM: f32 = 300.0;

/// The toolbar; what has no room is in its menu.
pub fn ui(ui: &mut Ui, flow: &mut Flow<Control>, options: &mut ViewOptions, cx: &mut Cx<'_>) {
    ui.spacing_mut().item_spacing = vec2(space::S, 4.0);
    let task = cx.state.experiment.dataset.task();
    let (wide, slim) = (ui.available_width() > WIDE, ui.available_width() < SLIM);
    let mut parts = match slim {
        false => vec![Control::Colour, Control::Layers, Control::Run, Control::Round, Control::Fork, Control::Brush],
        // The rounds fill a row of their own.
        true => vec![Control::Colour, Control::Layers, Control::Round, Control::Run, Control::Fork, Control::Brush],
    };
    let rows = if slim { 3 } else { 2 };
    parts.retain(|part| *part != Control::Run || cx.state.planned.len() > 1);
    if cx.snapshot.latent_dim > DRAWN {
        parts.push(Control::Axes);
    }
    if task == Task::Classes {
        parts.push(Control::Field);
    }
    if task.has_classes() {
        parts.push(Control::Names);
    }
    parts.extend([Control::Images, Control::Density, Control::ByRound]);
    flow.show(ui, "More of the view", rows, &parts, |ui, part, place| match part {
        Control::Colour => colour_choice(ui, options, task, wide || place == Place::Menu),
        Control::Layers if wide || place == Place::Menu => layer_toggles(ui, &mut options.layers, cx.walks_shown),
        Control::Layers => {
            let tip = "What is drawn over the points: labelled samples, proposals, walks";
            let button = IconButton::new(Icon::Unfolded, "Layers", tip).text("Layers").show(ui);
            let sheet = Popup::from_toggle_button_response(&button);
            let sheet = sheet.close_behavior(PopupCloseBehavior::CloseOnClickOutside);
            sheet.show(|ui| ui.vertical(|ui| layer_toggles(ui, &mut options.layers, cx.walks_shown)));
        }
        Control::Run => choice::ui(ui, cx),
        Control::Round => round_stepper(ui, cx),
        Control::Fork => fork_sheet::button(ui, cx),
        Control::Brush => brush_choice(ui, cx),
        Control::Field if place == Place::Row => field_choice(ui, &mut options.field, cx.snapshot.latent_dim),
        Control::Field => {
            ui.separator();
            ui.label("Field under the points");
            field_list(ui, &mut options.field, cx.snapshot.latent_dim);
            ui.separator();
        }
        Control::Names => {
            let tip = "Write the name of each class where most of its samples are, unless it is too crowded there";
            widgets::toggle(ui, &mut options.names, "Names", tip);
        }
        Control::Images => {
            let tip = "Show images in place of points where you zoom in far enough, in two dimensions";
            widgets::toggle(ui, &mut options.images, "Images", tip);
        }
        Control::Density => density_toggle(ui, &mut options.density),
        Control::Axes => axes::ui(ui, &mut options.along, cx.snapshot.latent_dim, place),
        Control::ByRound => {
            let tip =
                "Show rounds 1, 2, 4 and so on of the shown run side by side: what each had labelled, and its accuracy";
            widgets::toggle(ui, &mut options.by_round, "Side by side", tip);
        }
    });
}

/// The choice of colours, laid out or as a list; rounds side by side have those of the classes.
fn colour_choice(ui: &mut Ui, options: &mut ViewOptions, task: Task, laid_out: bool) {
    let fixed = options.by_round;
    let mut coloring = options.seen_coloring();
    if laid_out {
        let mut choices = Coloring::choices(task);
        for (.., tip) in choices.iter_mut().filter(|_| fixed) {
            *tip = "Rounds side by side are coloured by class";
        }
        widgets::segmented_where(ui, "Colour by", &mut coloring, &choices, |_| !fixed);
    } else {
        ui.add_enabled_ui(!fixed, |ui| colour_list(ui, &mut coloring, task));
    }
    if !fixed {
        options.coloring = coloring;
    }
}

fn colour_list(ui: &mut Ui, coloring: &mut Coloring, task: Task) {
    let choices = Coloring::choices(task);
    let name = choices.iter().find(|(c, ..)| c == coloring).map_or("", |(_, name, _)| name);
    let response = egui::ComboBox::new("colour by", "").width(88.0).selected_text(name).show_ui(ui, |ui| {
        for (choice, name, tip) in choices {
            ui.selectable_value(coloring, choice, name).on_hover_text(tip);
        }
    });
    response.response.accessible_name("Colour by");
}

fn layer_toggles(ui: &mut Ui, layers: &mut Layers, walks: bool) {
    ui.spacing_mut().item_spacing.x = 0.0;
    let tip = "Mark the samples labelled by the end of the shown round with rings, the shown round's most (L)";
    widgets::toggle(ui, &mut layers.labelled, "Labelled", tip);
    let tip = "The shown round's steps: p to p' as arrows, p' to its neighbour dashed (A)";
    widgets::toggle(ui, &mut layers.proposals, "Proposals", tip);
    ui.add_enabled_ui(walks, |ui| {
        let tip = match walks {
            true => "Walks without re-selection, as in Figure 4 (W)",
            false => "Walks are drawn in Run, Explore and Walks",
        };
        widgets::toggle(ui, &mut layers.walks, "Walks", tip)
    });
}

/// Points or their density.
pub fn density_toggle(ui: &mut Ui, density: &mut bool) {
    let tip = "Show how many images lie where, in the mean of their colours, in place of a point for each that is not \
               labelled (D)";
    widgets::toggle(ui, density, "Density", tip);
}

/// The drag tool: move the view, or select.
pub fn brush_choice(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_enabled_ui(cx.state.generator.ready, |ui| {
            let tools = [
                (BrushTool::Box, Icon::Box, "Select by box", "Drag a box to select the samples in it (S)"),
                (BrushTool::Lasso, Icon::Lasso, "Select by lasso", "Draw a line round the samples to select (S)"),
            ];
            for (tool, icon, name, tip) in tools {
                let on = cx.state.brush.tool == tool;
                if IconButton::new(icon, name, tip).on(on).show(ui).clicked() {
                    cx.state.brush.tool = if on { BrushTool::Off } else { tool };
                }
            }
        });
    });
}

/// The field under the points and its options.
pub fn field_choice(ui: &mut Ui, field: &mut FieldOptions, dim: usize) {
    /// High enough to show the whole list.
    const FIELD_LIST: f32 = 420.0;
    let name = FieldLayer::CHOICES.iter().find(|(c, ..)| *c == field.layer).map_or("", |(_, name, _)| name);
    let name = if field.layer == FieldLayer::None { "Field: none" } else { name };
    // As wide with any field, so that the choice of one moves no other control.
    let combo = egui::ComboBox::new("field", "").width(112.0).truncate().height(FIELD_LIST).selected_text(name);
    let combo = combo.close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    combo.show_ui(ui, |ui| field_list(ui, field, dim)).response.accessible_name("Field");
}

fn field_list(ui: &mut Ui, field: &mut FieldOptions, dim: usize) {
    const FLAT: usize = 2;
    for (layer, name, tip) in FieldLayer::CHOICES {
        ui.selectable_value(&mut field.layer, layer, name).on_hover_text(tip);
    }
    ui.separator();
    ui.checkbox(&mut field.arrows, "gradient arrows")
        .on_hover_text("dL/dp of the loss with the nearest sample's label");
    ui.checkbox(&mut field.trust, "fade far from the data")
        .on_hover_text("Fades the field far from the data, where decoded images are unreliable");
    ui.checkbox(&mut field.agreement, "fade where F disagrees").on_hover_text(
        "Fades the field where predictions for the nearest sample and its reconstruction differ: F(x) and F(G(E(x)))",
    );
    if dim > FLAT {
        let slice = egui::DragValue::new(&mut field.slice).speed(0.02).range(SLICES).suffix(" σ");
        ui.horizontal(|ui| {
            ui.label("plane at");
            let tip = "The plane of axes 1 and 2, this far from the middle of the data along axis 3; its handle in the \
                       view moves it too";
            ui.add(slice).on_hover_text(tip);
        });
    }
}

/// Buttons to step through the rounds; at the last one the view follows the run.
pub fn round_stepper(ui: &mut Ui, cx: &mut Cx<'_>) {
    let latest = cx.state.last_round();
    let shown = cx.state.shown_round();
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let previous =
            IconButton::new(Icon::Previous, "Previous round", "Show the previous round ([)").enabled(shown > 1);
        if previous.show(ui).clicked() {
            cx.state.look_at_round(shown.saturating_sub(1));
        }
        let text = if latest == 0 {
            "No round yet".to_owned()
        } else {
            match cx.state.shown_stop() {
                Some((_, stop)) => format!("Round {shown}, step {:.0}", stop.minibatches),
                None => format!("Round {shown} of {}", cx.state.experiment.rounds),
            }
        };
        let live = cx.state.focus.round.is_none() && latest > 0 && cx.state.intent != Intent::Idle;
        let galley = ui.painter().layout_no_wrap(text, theme::font(theme::size::BODY), cx.theme.text);
        let (rect, _) =
            ui.allocate_exact_size(vec2(galley.size().x.max(92.0), theme::CONTROL_HEIGHT - 2.0), Sense::hover());
        let ink = if live { cx.theme.accent } else { cx.theme.text };
        ui.painter().galley(rect.center() - galley.size() / 2.0, galley.clone(), ink);
        let playing = cx.state.playhead.playing;
        let (icon, name) = if playing { (Icon::Pause, "Pause the playback") } else { (Icon::Play, "Play the rounds") };
        let play = IconButton::new(
            icon,
            name,
            "Play the rounds back in view, walks and curves (P); inside a round ({ and }), its evaluations too",
        );
        if play.enabled(latest > 1).show(ui).clicked() {
            cx.state.toggle_playhead(cx.now);
        }
        let next = IconButton::new(Icon::Next, "Next round", "Show the next round (])");
        // From inside a round, the next round is the end of that round.
        let next_round = cx.state.round_over() + 1;
        if next.enabled(next_round <= latest).show(ui).clicked() {
            cx.state.look_at_round(next_round);
        }
    });
}
