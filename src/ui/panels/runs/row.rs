//! A run's row in the list: its eye, mark, name, last metric, seed and rounds, and its menu.

use std::fmt::Debug;
use std::hash::Hash;

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align2, CornerRadius, Key, Popup, Rect, Response, Role, Sense, Stroke, TextEdit, Ui, WidgetInfo, pos2, vec2,
};

use crate::ui::kit::icons::Icon;
use crate::ui::kit::looks;
use crate::ui::kit::theme::{self, RADIUS, Theme, size, space};
use crate::ui::panel::Cx;
use crate::ui::state::{Listed, RunKey};

/// Height of a row, and widths of its parts, points.
pub const ROW: f32 = 38.0;
pub const BUTTON: f32 = 22.0;
const MARK: f32 = 16.0;
const ICON: f32 = 5.5;

/// What the user chose in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowAction {
    /// Show this run in every view; of a kept run, in curves and figures.
    Select,
    Show(bool),
    Rename,
    /// Show only this run and the one that the views show, in the comparison.
    Compare,
    OnlyThis,
    Save,
    Export,
    Remove,
}

/// The text field in which a run is renamed.
pub struct Renaming {
    pub key: RunKey,
    pub text: String,
    /// It takes the keyboard focus in its first frame.
    fresh: bool,
    /// Once it was left: whether the name was taken.
    pub done: Option<bool>,
}

impl Renaming {
    pub fn new(key: RunKey, text: String) -> Self {
        Self { key, text, fresh: true, done: None }
    }
}

/// The row of a run; its name is edited if it is the one of `renaming`.
pub fn ui(ui: &mut Ui, run: Listed<'_>, renaming: &mut Option<Renaming>, cx: &Cx<'_>) -> Option<RowAction> {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let name = run.entry.name().to_owned();
    let is_focus = run.entry.live() == Some(cx.state.focus.run);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_focus, format!("Run {name}")));
    if is_focus || response.hovered() {
        let fill = if is_focus { theme.accent_wash } else { theme.field };
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), fill);
    }
    let mut action = None;
    let middle = rect.center().y;
    let eye = Rect::from_center_size(pos2(rect.left() + BUTTON / 2.0, middle), vec2(BUTTON, BUTTON));
    let menu = Rect::from_center_size(pos2(rect.right() - BUTTON / 2.0, middle), vec2(BUTTON, BUTTON));
    let (icon, verb) = if run.entry.shown { (Icon::Eye, "Hide") } else { (Icon::EyeClosed, "Show") };
    let tip = format!("{verb} this run in curves, figures, tables and tests");
    if small_button(ui, eye, ("eye", run.entry.key), icon, &format!("{verb} {name}"), &tip).clicked() {
        action = Some(RowAction::Show(!run.entry.shown));
    }
    let ink = if run.entry.shown { theme.text } else { theme.faint };
    looks::mark(ui.painter(), pos2(eye.right() + MARK / 2.0, rect.top() + 11.0), run.style, theme);
    let left = eye.right() + MARK + 2.0;
    let value = run.last_value().map(|(_, v)| format!("{v:.1} {}", run.experiment.dataset.task().unit()));
    let value = value.unwrap_or_default();
    let value = ui.painter().layout_no_wrap(value, theme::bold_font(size::CAPTION + 0.5), ink);
    let right = menu.left() - 2.0;
    ui.painter().galley(pos2(right - value.size().x, rect.top() + 4.0), value.clone(), ink);
    let room = right - value.size().x - space::XS - left;
    let name_rect = Rect::from_min_size(pos2(left, rect.top() + 2.0), vec2(room, 18.0));
    match renaming.as_mut().filter(|r| r.key == run.entry.key) {
        Some(renaming) => edit(ui, name_rect, renaming),
        None => line(ui, name_rect.left_center(), room, &name, theme::font(size::BODY), ink),
    }
    let facts = facts(run, cx);
    let below = pos2(left, rect.bottom() - 10.0);
    line(ui, below, right - left, &facts, theme::font(size::CAPTION), theme.weak);
    let (more, tip) = (format!("More for {name}"), "What can be done with this run");
    let menu = small_button(ui, menu, ("more", run.entry.key), Icon::More, &more, tip);
    Popup::menu(&menu).show(|ui| action = choices(ui, run, is_focus).or(action));
    Popup::context_menu(&response).show(|ui| action = choices(ui, run, is_focus).or(action));
    if response.double_clicked() {
        action = Some(RowAction::Rename);
    } else if response.clicked() {
        action = action.or(Some(RowAction::Select));
    }
    response.on_hover_text(about(run, &facts));
    action
}

/// The choices of a row's menu.
fn choices(ui: &mut Ui, run: Listed<'_>, is_focus: bool) -> Option<RowAction> {
    let mut action = None;
    let mut choice = |ui: &mut Ui, on: bool, text: &str, tip: &str, what: RowAction| {
        if ui.add_enabled(on, egui::Button::new(text)).on_hover_text(tip).on_disabled_hover_text(tip).clicked() {
            action = Some(what);
        }
    };
    let begun = !run.rounds.is_empty();
    let live = run.entry.live().is_some();
    choice(
        ui,
        live && !is_focus,
        "Show in every view",
        "The latent space, walks and target of this run",
        RowAction::Select,
    );
    choice(ui, true, "Rename…", "Gives this run a name of your own", RowAction::Rename);
    choice(ui, begun, "Compare with the shown run", "Opens Compare with these two runs only", RowAction::Compare);
    choice(ui, true, "Show only this run", "Hides all others in curves, figures and tests", RowAction::OnlyThis);
    choice(
        ui,
        begun,
        "Save…",
        "Writes this run, and no other, into a folder of yours, which the command line reads too",
        RowAction::Save,
    );
    choice(ui, begun, "Export…", "Writes the figures and tables of this run to files", RowAction::Export);
    ui.separator();
    choice(
        ui,
        true,
        "Remove from the list",
        "Takes it off this list, until you undo that (Ctrl Z); its files stay",
        RowAction::Remove,
    );
    action
}

/// Seed, rounds and state in one line.
fn facts(run: Listed<'_>, cx: &Cx<'_>) -> String {
    let seed = format!("seed {}", run.experiment.seed);
    let mut facts: Vec<String> = Some(seed).filter(|seed| !run.entry.name().contains(seed)).into_iter().collect();
    facts.push(match run.rounds.len() {
        0 => "no round yet".into(),
        done if run.has_ended() && done < run.experiment.rounds => format!("ended after round {done}"),
        done if run.has_ended() => format!("{done} rounds"),
        done => format!("{done} of {} rounds", run.experiment.rounds),
    });
    let at_work = cx.state.progress.run.is_some_and(|at| run.entry.live() == Some(at));
    if at_work && cx.state.progress.phase.is_busy() {
        facts.push("running".into());
    }
    if run.entry.saved.is_some() {
        facts.push("saved".into());
    }
    facts.join(" · ")
}

/// The tooltip: what the row has no room for.
fn about(run: Listed<'_>, facts: &str) -> String {
    let mut lines = vec![format!("{}: {facts}", run.entry.name())];
    if let Some((round, value)) = run.last_value() {
        lines.push(format!("{value:.2} {} after round {round}", run.experiment.dataset.task().unit()));
    }
    for (path, how) in [(&run.entry.saved, "Saved"), (&run.entry.autosaved, "Saved by itself")] {
        lines.extend(path.as_ref().map(|p| format!("{how}: {}", p.display())));
    }
    lines.push("Click to show it, double click to rename it".into());
    lines.join("\n")
}

fn edit(ui: &mut Ui, rect: Rect, renaming: &mut Renaming) {
    let field = TextEdit::singleline(&mut renaming.text).margin(vec2(2.0, 0.0));
    let response = ui.put(rect, field).on_hover_text("Enter takes the name, Esc leaves it");
    if std::mem::take(&mut renaming.fresh) {
        response.request_focus();
    } else if response.lost_focus() {
        renaming.done = Some(!ui.input(|i| i.key_pressed(Key::Escape)));
    }
    response.accessible_name("Name of the run");
}

/// A line of text, cut off with an ellipsis at `room`.
fn line(ui: &Ui, left_center: egui::Pos2, room: f32, text: &str, font: egui::FontId, ink: egui::Color32) {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, ink);
    job.wrap = TextWrapping::truncate_at_width(room.max(0.0));
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(Align2::LEFT_CENTER.anchor_size(left_center, galley.size()).min, galley, ink);
}

/// A small button with an icon; `salt` tells it from others of the same name.
pub fn small_button(ui: &mut Ui, rect: Rect, salt: impl Hash + Debug, icon: Icon, name: &str, tip: &str) -> Response {
    let theme = Theme::of(ui.visuals());
    let response = ui.interact(rect, ui.scope_id().with(salt), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let hot = response.hovered() || response.has_focus();
    if hot {
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), theme.field_hover);
    }
    if response.has_focus() {
        let stroke = Stroke::new(1.0, theme.accent);
        ui.painter().rect_stroke(rect, CornerRadius::same(RADIUS), stroke, egui::StrokeKind::Inside);
    }
    icon.paint(ui.painter(), rect.center(), ICON, if hot { theme.text } else { theme.weak });
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip)
}
