//! The layouts of the workspaces: panels can be dragged, stacked and resized, and layouts are saved between starts.

use std::collections::BTreeMap;

use egui::{Color32, Stroke, Ui, Visuals, WidgetText};
use egui_tiles::{
    Behavior, Container, Linear, LinearDir, SimplificationOptions, TabState, Tabs, Tile, TileId, Tiles, Tree,
    UiResponse,
};
use serde::{Deserialize, Serialize};

use crate::ui::kit::theme::{Theme, bold, size};
use crate::ui::panel::{Cx, Layout, Workspace};
use crate::ui::panels::{Panels, WORKSPACES};

/// The tiles of all workspaces, each with the key of its panel, and which workspace is shown.
pub struct Workspaces {
    /// Index of the shown workspace.
    shown: usize,
    trees: Vec<Tree<String>>,
}

/// The saved layouts, by workspace key.
#[derive(Default, Serialize, Deserialize)]
pub struct Layouts {
    shown: String,
    trees: BTreeMap<String, Tree<String>>,
}

impl Default for Workspaces {
    fn default() -> Self {
        Self { shown: 0, trees: WORKSPACES.iter().map(arranged).collect() }
    }
}

impl Workspaces {
    /// Restores the saved layouts of workspaces that still have the same panels; others get their default layout.
    pub fn restored(mut saved: Layouts) -> Self {
        let tree = |workspace: &Workspace| {
            let tree = saved.trees.remove(workspace.key).and_then(|tree| suited(tree, &workspace.layout));
            tree.unwrap_or_else(|| arranged(workspace))
        };
        let trees = WORKSPACES.iter().map(tree).collect();
        Self { shown: WORKSPACES.iter().position(|w| w.key == saved.shown).unwrap_or(0), trees }
    }

    pub fn layouts(&self) -> Layouts {
        let trees = WORKSPACES.iter().zip(&self.trees).map(|(w, tree)| (w.key.to_owned(), tree.clone())).collect();
        Layouts { shown: WORKSPACES[self.shown].key.to_owned(), trees }
    }

    /// The index of the shown workspace.
    pub fn shown(&self) -> usize {
        self.shown
    }

    pub fn show(&mut self, workspace: usize) {
        self.shown = workspace % WORKSPACES.len();
    }

    /// Whether the shown workspace has this panel.
    pub fn has(&self, panel: &str) -> bool {
        WORKSPACES[self.shown].layout.panels().contains(&panel)
    }

    /// Brings a panel to the front, in the shown workspace or else in the first that has it.
    pub fn reveal(&mut self, panel: &str) {
        if !self.has(panel) {
            self.shown = WORKSPACES.iter().position(|w| w.layout.panels().contains(&panel)).unwrap_or(self.shown);
        }
    }

    pub fn ui(&mut self, ui: &mut Ui, panels: &mut Panels, cx: &mut Cx<'_>) {
        self.trees[self.shown].ui(&mut Shower { panels, cx }, ui);
    }

    /// Restores the default layouts; the shown workspace stays.
    pub fn reset(&mut self) {
        *self = Self { shown: self.shown, ..Self::default() };
    }
}

/// The default layout of a workspace.
fn arranged(workspace: &Workspace) -> Tree<String> {
    fn insert(layout: &Layout, tiles: &mut Tiles<String>) -> TileId {
        let (dir, share, first, second) = match layout {
            Layout::Panel(key) => return tiles.insert_pane((*key).to_owned()),
            Layout::Row(share, left, right) => (LinearDir::Horizontal, *share, left, right),
            Layout::Column(share, upper, lower) => (LinearDir::Vertical, *share, upper, lower),
        };
        let children = [insert(first, tiles), insert(second, tiles)];
        tiles.insert_new(Tile::Container(Container::Linear(Linear::new_binary(dir, children, share))))
    }
    let mut tiles = Tiles::default();
    let root = insert(&workspace.layout, &mut tiles);
    Tree::new(egui::Id::unique(("workspace", workspace.key)), root, tiles)
}

/// A saved tree without panels that its workspace no longer has; `None` if one of its panels is missing.
fn suited(mut tree: Tree<String>, layout: &Layout) -> Option<Tree<String>> {
    let panels = layout.panels();
    let is_gone = |tile: &Tile<String>| matches!(tile, Tile::Pane(key) if !panels.contains(&key.as_str()));
    let gone: Vec<TileId> = tree.tiles.iter().filter(|(_, tile)| is_gone(tile)).map(|(id, _)| *id).collect();
    for tile in gone {
        tree.remove_recursively(tile);
    }
    panels.iter().all(|key| tree.tiles.find_pane(&(*key).to_owned()).is_some()).then_some(tree)
}

/// The tiles' behaviour: draws the panels.
struct Shower<'a, 'b> {
    panels: &'a mut Panels,
    cx: &'a mut Cx<'b>,
}

const TITLE_HEIGHT: f32 = 28.0;
const GAP: f32 = 6.0;
const MIN_TILE: f32 = 120.0;

impl Behavior<String> for Shower<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _: TileId, key: &mut String) -> UiResponse {
        ui.painter().rect_filled(ui.max_rect(), egui::CornerRadius::ZERO, self.cx.theme.background);
        if let Some((_, panel)) = self.panels.iter_mut().find(|(k, _)| k == key) {
            ui.name_inputs(panel.title(), |ui| panel.ui(ui, self.cx));
        }
        UiResponse::None
    }

    fn top_bar_right_ui(&mut self, tiles: &Tiles<String>, ui: &mut Ui, _: TileId, tabs: &Tabs, _: &mut f32) {
        ui.add_space(6.0);
        ui.spacing_mut().item_spacing.x = 6.0;
        let active = tabs.active.and_then(|tile| tiles.get_pane(&tile));
        if let Some((_, panel)) = self.panels.iter_mut().find(|(key, _)| Some(*key) == active.map(String::as_str)) {
            panel.tools(ui, self.cx);
        }
    }

    fn tab_title_for_pane(&mut self, key: &String) -> WidgetText {
        let title = self.panels.iter().find(|(k, _)| k == key).map_or("", |(_, panel)| panel.title());
        bold(title).size(size::CAPTION + 0.5).into()
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
        10.0
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Storage as eframe writes it to a file.
    #[derive(Default)]
    struct Memory(BTreeMap<String, String>);

    impl eframe::Storage for Memory {
        fn get_string(&self, key: &str) -> Option<String> {
            self.0.get(key).cloned()
        }

        fn set_string(&mut self, key: &str, value: String) {
            self.0.insert(key.into(), value);
        }

        fn remove_string(&mut self, key: &str) {
            self.0.remove(key);
        }

        fn flush(&mut self) {}
    }

    fn stacked(id: &str, panels: &[&str]) -> Tree<String> {
        Tree::new_tabs(egui::Id::unique(id), panels.iter().map(|key| (*key).to_owned()).collect())
    }

    #[test]
    fn layouts_come_back_by_their_keys_and_all_others_are_as_at_first() {
        let mut workspaces = Workspaces::default();
        workspaces.show(2);
        let mut layouts = workspaces.layouts();
        for (workspace, panels) in [
            ("run", &["filmstrip", "latent", "curves"][..]),
            ("pair", &["pair", "a panel that is gone"]),
            ("explore", &["latent", "inspector"]),
            ("a workspace that is gone", &["latent"]),
        ] {
            layouts.trees.insert(workspace.into(), stacked(workspace, panels));
        }
        let mut memory = Memory::default();
        eframe::set_value(&mut memory, "layouts", &layouts);
        let back = Workspaces::restored(eframe::get_value(&memory, "layouts").unwrap());
        assert_eq!(back.shown(), 2);
        let panes = |w: &Workspaces, key: &str| {
            let at = WORKSPACES.iter().position(|w| w.key == key).unwrap();
            let keys = w.trees[at].tiles.tiles().filter_map(|tile| match tile {
                Tile::Pane(key) => Some(key.clone()),
                Tile::Container(_) => None,
            });
            let root = w.trees[at].root().and_then(|root| w.trees[at].tiles.get_container(root)).map(Container::kind);
            (keys.count(), root)
        };
        use egui_tiles::ContainerKind::{Horizontal, Tabs};
        for (workspace, expected) in [
            ("run", (3, Some(Tabs))),
            ("pair", (1, Some(Tabs))),
            ("explore", (3, Some(Horizontal))),
            ("method", (1, None)),
        ] {
            assert_eq!(panes(&back, workspace), expected, "{workspace}");
        }
    }
}
