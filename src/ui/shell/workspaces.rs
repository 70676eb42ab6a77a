//! The layouts of the workspaces: panels can be dragged, stacked and resized, and layouts are saved between starts.

use std::collections::BTreeMap;

use egui::Ui;
use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tiles, Tree};
use serde::{Deserialize, Serialize};

use super::tiles::{self, Titles};
use crate::ui::panel::{Cx, Layout, Workspace};
use crate::ui::panels::{Panels, WORKSPACES};

/// The tiles of all workspaces, each with the key of its panel, and which workspace is shown.
pub struct Workspaces {
    /// Index of the shown workspace.
    shown: usize,
    trees: Vec<Tree<String>>,
    /// The panel that has the whole workspace, if one has.
    maximised: Option<Tree<String>>,
    titles: Titles,
}

/// The saved layouts, by workspace key.
#[derive(Default, Serialize, Deserialize)]
pub struct Layouts {
    shown: String,
    trees: BTreeMap<String, Tree<String>>,
}

impl Default for Workspaces {
    fn default() -> Self {
        Self::of(0, WORKSPACES.iter().map(arranged).collect())
    }
}

impl Workspaces {
    fn of(shown: usize, trees: Vec<Tree<String>>) -> Self {
        Self { shown, trees, maximised: None, titles: Titles::default() }
    }

    /// Restores the saved layouts of workspaces that still have the same panels; others get their default layout.
    pub fn restored(mut saved: Layouts) -> Self {
        let tree = |workspace: &Workspace| {
            let tree = saved.trees.remove(workspace.key).and_then(|tree| suited(tree, &workspace.layout));
            tree.unwrap_or_else(|| arranged(workspace))
        };
        let trees = WORKSPACES.iter().map(tree).collect();
        Self::of(WORKSPACES.iter().position(|w| w.key == saved.shown).unwrap_or(0), trees)
    }

    pub fn layouts(&self) -> Layouts {
        let trees = WORKSPACES.iter().zip(&self.trees).map(|(w, tree)| (w.key.to_owned(), tree.clone())).collect();
        Layouts { shown: self.key().to_owned(), trees }
    }

    /// The index of the shown workspace.
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// The key of the shown workspace.
    pub fn key(&self) -> &'static str {
        WORKSPACES[self.shown].key
    }

    /// Shows the workspace of this key, if there is one.
    pub fn show_key(&mut self, key: &str) {
        if let Some(index) = WORKSPACES.iter().position(|w| w.key == key) {
            self.show(index);
        }
    }

    pub fn show(&mut self, workspace: usize) {
        self.shown = workspace % WORKSPACES.len();
        self.maximised = None;
    }

    /// Gives the panel under the pointer, or else the first, the whole workspace; or ends that.
    pub fn toggle_maximised(&mut self) {
        let first = || WORKSPACES[self.shown].layout.panels().first().map(|key| (*key).to_owned());
        let key = self.titles.under_pointer.clone().or_else(first);
        self.maximised = match self.maximised.take() {
            Some(_) => None,
            None => key.filter(|_| self.titles.several).map(alone),
        };
    }

    /// Whether the shown workspace has this panel, seen or not.
    pub fn has(&self, panel: &str) -> bool {
        WORKSPACES[self.shown].layout.panels().contains(&panel)
    }

    /// Whether this panel is on the screen: not behind another one, and no other has the whole workspace.
    pub fn shows(&self, panel: &str) -> bool {
        let tree = self.maximised.as_ref().unwrap_or(&self.trees[self.shown]);
        tree.active_tiles().into_iter().any(|tile| tree.tiles.get_pane(&tile).is_some_and(|key| key == panel))
    }

    /// Brings a panel to the front, in the shown workspace or else in the first that has it.
    pub fn reveal(&mut self, panel: &str) {
        self.maximised = self.maximised.take().filter(|tree| tree.tiles.find_pane(&panel.to_owned()).is_some());
        if !self.has(panel) {
            self.shown = WORKSPACES.iter().position(|w| w.layout.panels().contains(&panel)).unwrap_or(self.shown);
        }
        // It may lie behind another one.
        self.trees[self.shown].make_active(|_, tile| matches!(tile, Tile::Pane(key) if key == panel));
    }

    pub fn ui(&mut self, ui: &mut Ui, panels: &mut Panels, cx: &mut Cx<'_>) {
        let tree = &mut self.trees[self.shown];
        self.titles.several = tree.tiles.tiles().filter(|tile| matches!(tile, Tile::Pane(_))).count() > 1;
        self.titles.maximised = self.maximised.is_some();
        let tree = self.maximised.as_mut().unwrap_or(tree);
        let toggled = tiles::show(tree, ui, panels, cx, &mut self.titles);
        if let Some(key) = toggled {
            self.maximised = if self.maximised.is_some() { None } else { Some(alone(key)) };
            ui.ctx().request_discard("a panel was maximised or restored");
        }
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

/// A workspace of one panel.
fn alone(key: String) -> Tree<String> {
    Tree::new_tabs(egui::Id::unique("maximised"), vec![key])
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

    #[test]
    fn a_panel_behind_another_one_is_not_on_the_screen() {
        let mut workspaces = Workspaces::default();
        workspaces.show_key("explore");
        let seen = |w: &Workspaces| ["latent", "inspector", "curves"].map(|key| (w.has(key), w.shows(key)));
        let beside = [(true, true), (true, true), (false, false)];
        assert_eq!(seen(&workspaces), beside);
        workspaces.maximised = Some(alone("latent".into()));
        assert_eq!(seen(&workspaces), [(true, true), (true, false), (false, false)]);
        workspaces.reveal("inspector");
        assert_eq!(seen(&workspaces), beside);
        let explore = workspaces.shown();
        workspaces.trees[explore] = stacked("stacked", &["latent", "inspector"]);
        assert_eq!(seen(&workspaces), [(true, true), (true, false), (false, false)]);
        workspaces.reveal("inspector");
        assert_eq!(seen(&workspaces), [(true, false), (true, true), (false, false)]);
    }
}
