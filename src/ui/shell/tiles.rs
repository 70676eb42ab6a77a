//! The panels in their tiles: title bars with tools, which go into a menu where they do not fit, and their look.

use std::collections::BTreeMap;

use egui::{Color32, Popup, PopupCloseBehavior, Response, Stroke, Ui, Visuals, WidgetText};
use egui_tiles::{Behavior, SimplificationOptions, TabState, Tabs, TileId, Tiles, Tree, UiResponse};

use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{self, Theme, bold, size};
use crate::ui::kit::widgets::IconButton;
use crate::ui::panel::Cx;
use crate::ui::panels::Panels;

/// What is known of the panels' title bars from one frame to the next.
#[derive(Default)]
pub struct Titles {
    /// Whether the workspace has more than one panel, so that one can be maximised.
    pub several: bool,
    pub maximised: bool,
    /// The panel that the pointer is over.
    pub under_pointer: Option<String>,
    /// The last width of each panel's tools side by side, points.
    tools: BTreeMap<String, f32>,
}

/// Shows the tiles; returns the panel that is to be maximised, or to end that.
pub fn show(
    tree: &mut Tree<String>,
    ui: &mut Ui,
    panels: &mut Panels,
    cx: &mut Cx<'_>,
    titles: &mut Titles,
) -> Option<String> {
    titles.under_pointer = None;
    let mut shower = Shower { panels, cx, titles, toggled: None };
    tree.ui(&mut shower, ui);
    shower.toggled
}

/// The tiles' behaviour: draws the panels.
struct Shower<'a, 'b> {
    panels: &'a mut Panels,
    cx: &'a mut Cx<'b>,
    titles: &'a mut Titles,
    toggled: Option<String>,
}

const TITLE_HEIGHT: f32 = 28.0;
const GAP: f32 = 6.0;
/// Least width and height of a tile: a title and a button.
const MIN_TILE: f32 = 156.0;
/// Size of a title's text, and the space at its sides.
const TITLE_SIZE: f32 = size::CAPTION + 0.5;
const TITLE_SPACING: f32 = 10.0;
/// Space between tools, and at the end of the title bar.
const MARGIN: f32 = 6.0;

impl Shower<'_, '_> {
    fn title(&self, key: &str) -> &'static str {
        self.panels.iter().find(|(k, _)| *k == key).map_or("", |(_, panel)| panel.title())
    }

    fn tools(&mut self, ui: &mut Ui, key: &str) {
        if let Some((_, panel)) = self.panels.iter_mut().find(|(k, _)| *k == key) {
            panel.tools(ui, self.cx);
        }
    }

    /// The button that gives the panel the whole workspace, or ends that.
    fn maximise(&mut self, ui: &mut Ui, key: &str, text: &str) {
        if !self.titles.several {
            return;
        }
        let (icon, does, tip) = match self.titles.maximised {
            true => {
                (Icon::Restore, "Restore", "Back to all panels of the workspace (M, or a double click on the title)")
            }
            false => {
                (Icon::Maximise, "Maximise", "Give this panel the whole workspace (M, or a double click on the title)")
            }
        };
        let name = format!("{does}: {}", self.title(key));
        if IconButton::new(icon, &name, tip).text(text).on(self.titles.maximised).show(ui).clicked() {
            self.toggled = Some(key.to_owned());
        }
    }

    fn title_width(&self, ui: &Ui, key: &str) -> f32 {
        let font = theme::bold_font(TITLE_SIZE);
        let galley = ui.painter().layout_no_wrap(self.title(key).to_owned(), font, Color32::PLACEHOLDER);
        galley.size().x + 2.0 * TITLE_SPACING
    }
}

impl Behavior<String> for Shower<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _: TileId, key: &mut String) -> UiResponse {
        ui.painter().rect_filled(ui.max_rect(), egui::CornerRadius::ZERO, self.cx.theme.background);
        let with_title = ui.max_rect().with_min_y(ui.max_rect().top() - TITLE_HEIGHT);
        if ui.ctx().pointer_hover_pos().is_some_and(|at| with_title.contains(at)) {
            self.titles.under_pointer = Some(key.clone());
        }
        if let Some((_, panel)) = self.panels.iter_mut().find(|(k, _)| k == key) {
            ui.name_inputs(panel.title(), |ui| panel.ui(ui, self.cx));
        }
        UiResponse::None
    }

    /// The button to maximise the panel, and its tools: in a menu where there is no room for them beside the titles.
    fn top_bar_right_ui(&mut self, tiles: &Tiles<String>, ui: &mut Ui, _: TileId, tabs: &Tabs, _: &mut f32) {
        let Some(key) = tabs.active.and_then(|tile| tiles.get_pane(&tile)) else { return };
        let panes = tabs.children.iter().filter_map(|tile| tiles.get_pane(tile));
        // With a margin, without which they would scroll.
        let titles = panes.map(|key| self.title_width(ui, key)).sum::<f32>() + MARGIN + 1.0;
        ui.add_space(MARGIN);
        ui.spacing_mut().item_spacing.x = MARGIN;
        // With room for one button only, it is the menu, which then has the other one, too.
        let for_two = ui.available_width() - titles >= 2.0 * (IconButton::new(Icon::More, "", "").width(ui) + MARGIN);
        if for_two {
            self.maximise(ui, key, "");
        }
        let room = ui.available_width() - titles;
        if for_two && self.titles.tools.get(key).is_none_or(|needed| *needed <= room) {
            let tools = ui.scope(|ui| self.tools(ui, key)).response.rect.width();
            self.titles.tools.insert(key.clone(), tools);
            if tools > room {
                ui.ctx().request_discard("the tools of a panel have no room beside its title");
            }
        } else {
            let name = format!("Tools: {}", self.title(key));
            let more = IconButton::new(Icon::More, &name, "The tools of this panel").show(ui);
            let menu = Popup::menu(&more).id(egui::Id::unique(("tools", key)));
            let menu = menu.close_behavior(PopupCloseBehavior::CloseOnClickOutside);
            menu.show(|ui| {
                if !for_two {
                    self.maximise(ui, key, "Maximise");
                }
                self.tools(ui, key);
            });
        }
    }

    fn on_tab_button(&mut self, tiles: &mut Tiles<String>, tile: TileId, response: Response) -> Response {
        if response.double_clicked() && self.titles.several {
            self.toggled = tiles.get_pane(&tile).cloned();
        }
        response
    }

    fn tab_title_for_pane(&mut self, key: &String) -> WidgetText {
        bold(self.title(key)).size(TITLE_SIZE).into()
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions { all_panes_must_have_tabs: true, ..Default::default() }
    }

    fn tab_bar_height(&self, _: &egui::Style) -> f32 {
        TITLE_HEIGHT
    }

    fn gap_width(&self, _: &egui::Style) -> f32 {
        GAP
    }

    fn min_size(&self) -> f32 {
        MIN_TILE
    }

    fn tab_bar_color(&self, visuals: &Visuals) -> Color32 {
        Theme::of(visuals).background
    }

    fn tab_bg_color(&self, _: &Visuals, _: &Tiles<String>, _: TileId, _: &TabState) -> Color32 {
        Color32::TRANSPARENT
    }

    fn tab_outline_stroke(&self, _: &Visuals, _: &Tiles<String>, _: TileId, _: &TabState) -> Stroke {
        Stroke::NONE
    }

    fn tab_bar_hline_stroke(&self, visuals: &Visuals) -> Stroke {
        Stroke::new(1.0, Theme::of(visuals).line)
    }

    fn tab_text_color(&self, visuals: &Visuals, _: &Tiles<String>, _: TileId, state: &TabState) -> Color32 {
        let theme = Theme::of(visuals);
        if state.active { theme.text } else { theme.faint }
    }

    fn tab_title_spacing(&self, _: &Visuals) -> f32 {
        TITLE_SPACING
    }

    fn resize_stroke(&self, style: &egui::Style, state: egui_tiles::ResizeState) -> Stroke {
        let theme = Theme::of(&style.visuals);
        match state {
            egui_tiles::ResizeState::Idle => Stroke::new(0.0, Color32::TRANSPARENT),
            egui_tiles::ResizeState::Hovering => Stroke::new(2.0, theme.faint),
            egui_tiles::ResizeState::Dragging => Stroke::new(2.0, theme.accent),
        }
    }
}
