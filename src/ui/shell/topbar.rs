//! The top bar: workspaces, the buttons that run, and switches. What does not fit is in the menu at its end.

use egui::{Align, CornerRadius, Id, Layout, Popup, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::action::{Action, Page};
use super::tool::Tool;
use super::{run_buttons, toasts};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{self, Theme, size, space};
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::panel::Cx;
use crate::ui::panels::WORKSPACES;
use crate::ui::state::AppState;

pub const BAR_HEIGHT: f32 = 46.0;
/// Space between two things in the bar, and between its groups.
const GAP: f32 = 6.0;
const GROUP_GAP: f32 = space::M;
/// Side of the logo.
const MARK: f32 = 24.0;
/// Width of the field with the number of optimiser steps for each press of Step.
const STEPS_WIDTH: f32 = 34.0;
/// Width of the menu that takes the place of the workspaces' tabs.
const WORKSPACE_MENU: f32 = 108.0;
const NAME: &str = "Ridgewalk";
/// What the menu has at any width.
const MENU: [Action; 14] = [
    Action::Palette,
    Action::Open,
    Action::SaveShared,
    Action::OpenRuns,
    Action::SaveRuns,
    Action::SaveFilm,
    Action::CopyMethods,
    Action::ToggleColumn,
    Action::Maximise,
    Action::ResetLayout,
    Action::Larger,
    Action::Smaller,
    Action::UsualSize,
    Action::Help(Page::About),
];

/// How much of the bar there is room for; each leaves out what the ones before it do, and something more.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum Room {
    Everything,
    NoTexts,
    NoName,
    NoDevice,
    SwitchesInMenu,
    TabsInMenu,
    ButtonsInMenu,
}

impl Room {
    const ALL: [Self; 7] = [
        Self::Everything,
        Self::NoTexts,
        Self::NoName,
        Self::NoDevice,
        Self::SwitchesInMenu,
        Self::TabsInMenu,
        Self::ButtonsInMenu,
    ];
}

/// Everything in the bar, of which `room` says how much is shown.
struct Bar<'a> {
    buttons: Vec<Tool>,
    switches: Vec<Tool>,
    device: &'static str,
    theme: &'a Theme,
    room: Room,
}

pub fn bar(ui: &mut Ui, cx: &mut Cx<'_>, workspace: usize) -> Option<Action> {
    let device = cx.state.device.label();
    let (buttons, switches) = (run_buttons::all(cx.state), switches(cx.theme));
    let mut bar = Bar { buttons, switches, device, theme: cx.theme, room: Room::Everything };
    let available = ui.available_width();
    for room in Room::ALL {
        bar.room = room;
        if bar.width(ui) <= available {
            break;
        }
    }
    let mut action = None;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        action = bar.brand(ui);
        action = bar.workspaces(ui, workspace).or(action);
        ui.add_space(GROUP_GAP - GAP);
        action = bar.run_buttons(ui, &mut cx.state.step_size).or(action);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            action = bar.right(ui, cx.state).or(action);
        });
    });
    action
}

/// The switches at the right, from right to left.
fn switches(theme: &Theme) -> Vec<Tool> {
    let (icon, tip) =
        if theme.dark { (Icon::Sun, "Switch to the light theme") } else { (Icon::Moon, "Switch to the dark theme") };
    vec![
        Tool::new(
            IconButton::new(Icon::Keys, "Keys and symbols", "The keys, what the symbols mean, and about the program"),
            Action::Help(Page::Keys),
        ),
        Tool::new(IconButton::new(icon, "Dark or light", tip), Action::ToggleTheme),
    ]
}

impl Bar<'_> {
    /// The width that is needed, points.
    fn width(&self, ui: &Ui) -> f32 {
        let icon = IconButton::new(Icon::More, "", "").width(ui);
        let button = |tool: &Tool| IconButton { text: self.text(tool), ..tool.button }.width(ui) + GAP;
        let mut width = MARK + GAP;
        if self.room < Room::NoName {
            width += self.name(ui).size().x + GAP + GROUP_GAP;
        }
        width += match self.room < Room::TabsInMenu {
            true => widgets::segmented_width(ui, WORKSPACES.iter().map(|w| w.name)),
            false => WORKSPACE_MENU + GAP,
        };
        width += GROUP_GAP + self.shown_buttons().map(button).sum::<f32>();
        if self.room < Room::NoTexts {
            width += STEPS_WIDTH + GAP;
        }
        if self.room < Room::NoDevice {
            width += self.chip(ui).size().x + 2.0 * CHIP_PADDING.x + GAP;
        }
        if self.room < Room::SwitchesInMenu {
            width += self.switches.iter().map(button).sum::<f32>();
        }
        // The bell, the menu, and the gap before them.
        width + 2.0 * (icon + GAP) + GROUP_GAP
    }

    fn text(&self, tool: &Tool) -> &'static str {
        if self.room < Room::NoTexts || tool.keeps_text { tool.button.text } else { "" }
    }

    /// The run buttons that are in the bar itself.
    fn shown_buttons(&self) -> impl Iterator<Item = &Tool> {
        let few = self.room >= Room::ButtonsInMenu;
        self.buttons.iter().filter(move |tool| !few || tool.keeps_text)
    }

    fn name(&self, ui: &Ui) -> std::sync::Arc<egui::Galley> {
        ui.painter().layout_no_wrap(NAME.to_owned(), theme::bold_font(size::HEADING), self.theme.text)
    }

    fn chip(&self, ui: &Ui) -> std::sync::Arc<egui::Galley> {
        ui.painter().layout_no_wrap(self.device.to_owned(), theme::bold_font(size::CAPTION), self.theme.weak)
    }

    /// The logo and the name: a button that leads to the start page.
    fn brand(&self, ui: &mut Ui) -> Option<Action> {
        let name = (self.room < Room::NoName).then(|| self.name(ui));
        let width = MARK + name.as_ref().map_or(0.0, |galley| GAP + galley.size().x);
        let (rect, response) = ui.allocate_exact_size(vec2(width, MARK), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Start page"));
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect.expand(4.0), CornerRadius::same(theme::RADIUS), self.theme.field);
        }
        mark(ui.painter(), Rect::from_min_size(rect.min, vec2(MARK, MARK)), self.theme);
        if let Some(galley) = name {
            let at = pos2(rect.left() + MARK + GAP, rect.center().y - galley.size().y / 2.0);
            ui.painter().galley(at, galley, self.theme.text);
            ui.add_space(GROUP_GAP);
        }
        let tip = "Examples and presets, each with a sentence";
        response.on_hover_text(tip).clicked().then_some(Action::ToggleStart)
    }

    fn workspaces(&self, ui: &mut Ui, workspace: usize) -> Option<Action> {
        let mut shown = workspace;
        if self.room < Room::TabsInMenu {
            let choices: Vec<_> = WORKSPACES.iter().enumerate().map(|(i, w)| (i, w.name, w.tip)).collect();
            widgets::segmented(ui, "Workspace", &mut shown, &choices);
        } else {
            let combo = egui::ComboBox::new("workspaces", "").width(WORKSPACE_MENU).height(f32::INFINITY);
            let response = combo.selected_text(WORKSPACES[workspace].name).show_ui(ui, |ui| {
                for (i, w) in WORKSPACES.iter().enumerate() {
                    let response = ui.selectable_value(&mut shown, i, w.name).on_hover_text(w.tip);
                    response.accessible_name(format!("Workspace: {}", w.name));
                }
            });
            response.response.on_hover_text("Choose the workspace (E)").accessible_name("Workspace");
        }
        (shown != workspace).then_some(Action::Show(shown))
    }

    fn run_buttons(&self, ui: &mut Ui, steps: &mut usize) -> Option<Action> {
        let mut action = None;
        for tool in self.shown_buttons() {
            if tool.show(ui, self.text(tool)).clicked() {
                action = Some(tool.action);
            }
            if tool.action == Action::StepMinibatches && self.room < Room::NoTexts {
                steps_field(ui, steps);
            }
        }
        action
    }

    /// The right end, from right to left: the menu, the bell, the switches and the device.
    fn right(&self, ui: &mut Ui, state: &mut AppState) -> Option<Action> {
        let mut action = None;
        let more = IconButton::new(Icon::More, "More", "Panels, and what the bar has no room for").show(ui);
        Popup::menu(&more).id(Id::unique("bar menu")).show(|ui| {
            // In a low window the menu scrolls.
            let height = ui.ctx().content_rect().height() - BAR_HEIGHT - 2.0 * space::L;
            egui::ScrollArea::vertical().max_height(height).show(ui, |ui| action = self.menu(ui, state));
        });
        self.bell(ui, state);
        if self.room < Room::SwitchesInMenu {
            for tool in &self.switches {
                if tool.show(ui, "").clicked() {
                    action = Some(tool.action);
                }
            }
        }
        if self.room < Room::NoDevice {
            let galley = self.chip(ui);
            let (rect, response) = ui.allocate_exact_size(galley.size() + 2.0 * CHIP_PADDING, Sense::hover());
            let stroke = Stroke::new(1.0, self.theme.line);
            ui.painter().rect_stroke(rect, CornerRadius::same(4), stroke, egui::StrokeKind::Inside);
            ui.painter().galley(rect.center() - galley.size() / 2.0, galley, self.theme.weak);
            response.on_hover_text(self.device_text(state));
        }
        action
    }

    /// The menu: the panels, and what there is no room for.
    fn menu(&self, ui: &mut Ui, state: &mut AppState) -> Option<Action> {
        let mut action = None;
        let mut row = |ui: &mut Ui, text: &str, tip: &str, does: Action, enabled: bool| {
            let button = egui::Button::new(text).shortcut_text(does.key());
            if ui.add_enabled(enabled, button).on_hover_text(tip).on_disabled_hover_text(tip).clicked() {
                action = Some(does);
            }
        };
        let mut tools = |ui: &mut Ui, tools: &[Tool]| {
            for Tool { button, action, .. } in tools {
                row(ui, button.name, button.tip, *action, button.enabled);
            }
        };
        if self.room >= Room::ButtonsInMenu {
            tools(ui, &self.buttons);
        }
        if self.room >= Room::SwitchesInMenu {
            tools(ui, &self.switches);
        }
        for of in MENU.iter().filter_map(|action| action.row()) {
            row(ui, of.name, of.help, of.action, of.action.refused(state).is_none());
        }
        if self.room >= Room::NoTexts {
            ui.horizontal(|ui| {
                steps_field(ui, &mut state.step_size);
                ui.label("minibatches for each Step");
            });
        }
        if self.room >= Room::NoDevice {
            ui.label(self.device_text(state));
        }
        action
    }

    /// The bell with the list of messages; a dot if there are warnings or errors that were not looked at.
    fn bell(&self, ui: &mut Ui, state: &mut AppState) {
        let bell = IconButton::new(Icon::Bell, "Messages", "The messages so far").show(ui);
        if let Some(level) = state.messages.unseen() {
            let (color, _) = toasts::look(level, self.theme);
            ui.painter().circle_filled(bell.rect.right_top() + vec2(-7.0, 7.0), 3.0, color);
        }
        let menu =
            Popup::menu(&bell).id(Id::unique("bell")).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
        menu.show(|ui| toasts::list(ui, &mut state.messages));
    }

    fn device_text(&self, state: &AppState) -> String {
        match state.device_name.is_empty() {
            true => format!("Computing on the {}", self.device),
            false => format!("Computing on: {}", state.device_name),
        }
    }
}

/// Space between the device's name and its border.
const CHIP_PADDING: egui::Vec2 = vec2(7.0, 3.0);

fn steps_field(ui: &mut Ui, steps: &mut usize) -> Response {
    let drag = egui::DragValue::new(steps).range(1..=10_000).speed(0.2).max_decimals(0);
    let name = "Optimiser steps (minibatches) per Step";
    let response = ui.add_sized([STEPS_WIDTH, theme::CONTROL_HEIGHT], drag).on_hover_text(name);
    response.clone().accessible_name(name);
    response
}

/// The logo: a ridge, and a walk along it.
pub fn mark(painter: &egui::Painter, rect: Rect, theme: &Theme) {
    let at = |x: f32, y: f32| rect.min + vec2(x * rect.width(), y * rect.height());
    let ridge = [(0.02, 0.82), (0.3, 0.34), (0.46, 0.56), (0.68, 0.16), (0.98, 0.82)].map(|(x, y)| at(x, y));
    painter.add(egui::Shape::line(ridge.to_vec(), Stroke::new(2.0, theme.weak)));
    for (k, i) in [0, 1, 2, 3].into_iter().enumerate() {
        painter.circle_filled(ridge[i], 1.8 + 0.5 * k as f32, theme.accent);
    }
}
