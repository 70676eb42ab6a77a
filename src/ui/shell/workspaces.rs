//! Workspaces: a few panels each, arranged so that nothing needs to be moved; they can be dragged, stacked and resized.

use egui::{Color32, Stroke, Ui, Visuals, WidgetText};
use egui_tiles::{
    Behavior, Container, Linear, LinearDir, SimplificationOptions, TabState, Tile, TileId, Tiles, Tree, UiResponse,
};
use serde::{Deserialize, Serialize};

use crate::ui::kit::theme::{Theme, bold, size};
use crate::ui::panel::Cx;
use crate::ui::panels::compare::ComparePanel;
use crate::ui::panels::curves::CurvesPanel;
use crate::ui::panels::explore::Inspector;
use crate::ui::panels::latent::LatentPanel;
use crate::ui::panels::method::MethodPanel;
use crate::ui::panels::pair::PairPanel;
use crate::ui::panels::regions::RegionSheet;
use crate::ui::panels::regions::curve as region_curve;
use crate::ui::panels::vessel::StressPanel;
use crate::ui::panels::walks::WalksPanel;
use crate::ui::panels::walks::filmstrip::SnapshotsPanel;

/// What a tile shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pane {
    Latent,
    Curves,
    Snapshots,
    Inspector,
    Walks,
    Compare,
    Sheet,
    RegionCurve,
    Pair,
    Stress,
    Method,
}

impl Pane {
    pub fn title(self) -> &'static str {
        match self {
            Self::Latent => "Latent space",
            Self::Curves => "Learning curves",
            Self::Snapshots => "Snapshots",
            Self::Inspector => "Inspector",
            Self::Walks => "Walks",
            Self::Compare => "Comparison",
            Self::Sheet => "Selection",
            Self::RegionCurve => "Accuracy in the region",
            Self::Pair => "Side by side",
            Self::Stress => "Wall stress",
            Self::Method => "The method, step by step",
        }
    }
}

/// The workspaces there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkspaceKind {
    Run,
    Method,
    Explore,
    Lab,
    Regions,
    Pair,
    Stress,
    Compare,
}

impl WorkspaceKind {
    pub const ALL: [Self; 8] =
        [Self::Run, Self::Method, Self::Explore, Self::Lab, Self::Regions, Self::Pair, Self::Stress, Self::Compare];

    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "Run",
            Self::Method => "Method",
            Self::Explore => "Explore",
            Self::Lab => "Walks",
            Self::Regions => "Regions",
            Self::Pair => "Pair",
            Self::Stress => "Stress",
            Self::Compare => "Compare",
        }
    }

    pub fn tip(self) -> &'static str {
        match self {
            Self::Run => "Watch the rounds: latent space, learning curves, snapshots of the walks",
            Self::Method => {
                "Figures 1 and 2, alive: the pipeline with what runs now, and one real proposal step by step"
            }
            Self::Explore => "Look closely: one sample in full, why it was picked, and a probe to drag",
            Self::Lab => "Figure 4, live: follow walks, judge them, and see what becomes of them",
            Self::Regions => "Draw a box or a lasso: what lies there, and how well it is predicted round by round",
            Self::Pair => "Two runs in one latent space with one camera and one playhead, and their difference",
            Self::Stress => {
                "Figure S1, live: the wall stress of a vessel, or of a mask of your own, beside what the target predicts"
            }
            Self::Compare => {
                "Is it really better? Figures and tables of the runs with paired tests, live or from opened histories"
            }
        }
    }

    pub fn next(self) -> Self {
        match self {
            Self::Run => Self::Method,
            Self::Method => Self::Explore,
            Self::Explore => Self::Lab,
            Self::Lab => Self::Regions,
            Self::Regions => Self::Pair,
            Self::Pair => Self::Stress,
            Self::Stress => Self::Compare,
            Self::Compare => Self::Run,
        }
    }
}

/// The trees of all workspaces, and which one is shown.
#[derive(Serialize, Deserialize)]
pub struct Workspaces {
    pub shown: WorkspaceKind,
    run: Tree<Pane>,
    method: Tree<Pane>,
    explore: Tree<Pane>,
    lab: Tree<Pane>,
    regions: Tree<Pane>,
    pair: Tree<Pane>,
    stress: Tree<Pane>,
    compare: Tree<Pane>,
}

impl Default for Workspaces {
    fn default() -> Self {
        let run = arrange("run workspace", 0.585, Pane::Curves, 0.5, Pane::Snapshots);
        let explore = arrange("explore workspace", 0.64, Pane::Inspector, 0.7, Pane::Snapshots);
        let lab = arrange("walks workspace", 0.56, Pane::Walks, 0.55, Pane::Snapshots);
        let regions = arrange("regions workspace", 0.57, Pane::Sheet, 0.6, Pane::RegionCurve);
        let method = alone("method workspace", Pane::Method);
        let pair = alone("pair workspace", Pane::Pair);
        let stress = beside("stress workspace", 0.38, Pane::Stress);
        let compare = alone("compare workspace", Pane::Compare);
        Self { shown: WorkspaceKind::Run, run, method, explore, lab, regions, pair, stress, compare }
    }
}

/// One panel over the whole of it.
fn alone(id: &str, pane: Pane) -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let root = tiles.insert_pane(pane);
    Tree::new(egui::Id::unique(id), root, tiles)
}

/// The latent view at the left with `left` of the width; at the right one panel over another.
fn arrange(id: &str, left: f32, above: Pane, upper: f32, below: Pane) -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let view = tiles.insert_pane(Pane::Latent);
    let (above, below) = (tiles.insert_pane(above), tiles.insert_pane(below));
    let column = tiles.insert_new(Tile::Container(Container::Linear(Linear::new_binary(
        LinearDir::Vertical,
        [above, below],
        upper,
    ))));
    let root = tiles.insert_new(Tile::Container(Container::Linear(Linear::new_binary(
        LinearDir::Horizontal,
        [view, column],
        left,
    ))));
    Tree::new(egui::Id::unique(id), root, tiles)
}

/// The latent view at the left with `left` of the width, one panel at the right.
fn beside(id: &str, left: f32, right: Pane) -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let panes = [tiles.insert_pane(Pane::Latent), tiles.insert_pane(right)];
    let row = Container::Linear(Linear::new_binary(LinearDir::Horizontal, panes, left));
    let root = tiles.insert_new(Tile::Container(row));
    Tree::new(egui::Id::unique(id), root, tiles)
}

/// The panels, one of each.
pub struct Panels {
    pub latent: LatentPanel,
    pub curves: CurvesPanel,
    pub compare: ComparePanel,
    pub snapshots: SnapshotsPanel,
    pub inspector: Inspector,
    pub walks: WalksPanel,
    pub sheet: RegionSheet,
    pub pair: PairPanel,
    pub stress: StressPanel,
    pub method: MethodPanel,
}

impl Workspaces {
    pub fn ui(&mut self, ui: &mut Ui, panels: &mut Panels, cx: &mut Cx<'_>) {
        let tree = match self.shown {
            WorkspaceKind::Run => &mut self.run,
            WorkspaceKind::Method => &mut self.method,
            WorkspaceKind::Explore => &mut self.explore,
            WorkspaceKind::Lab => &mut self.lab,
            WorkspaceKind::Regions => &mut self.regions,
            WorkspaceKind::Pair => &mut self.pair,
            WorkspaceKind::Stress => &mut self.stress,
            WorkspaceKind::Compare => &mut self.compare,
        };
        let mut shower = Shower { panels, cx };
        tree.ui(&mut shower, ui);
    }

    /// Everything where it was at first; the shown workspace stays.
    pub fn reset(&mut self) {
        *self = Self { shown: self.shown, ..Self::default() };
    }
}

/// Shows panes with what they need.
struct Shower<'a, 'b> {
    panels: &'a mut Panels,
    cx: &'a mut Cx<'b>,
}

const TITLE_HEIGHT: f32 = 28.0;
const GAP: f32 = 6.0;
const MIN_TILE: f32 = 120.0;

impl Behavior<Pane> for Shower<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _: TileId, pane: &mut Pane) -> UiResponse {
        let theme = Theme::of(ui.visuals());
        ui.painter().rect_filled(ui.max_rect(), egui::CornerRadius::ZERO, theme.canvas);
        ui.name_inputs(pane.title(), |ui| match pane {
            Pane::Latent => self.panels.latent.ui(ui, self.cx),
            Pane::Curves => self.panels.curves.ui(ui, self.cx),
            Pane::Snapshots => self.panels.snapshots.ui(ui, self.cx),
            Pane::Inspector => self.panels.inspector.ui(ui, self.cx),
            Pane::Walks => self.panels.walks.ui(ui, self.cx),
            Pane::Compare => self.panels.compare.ui(ui, self.cx),
            Pane::Sheet => self.panels.sheet.ui(ui, self.cx),
            Pane::RegionCurve => region_curve::ui(ui, self.cx),
            Pane::Pair => self.panels.pair.ui(ui, self.cx),
            Pane::Stress => self.panels.stress.ui(ui, self.cx),
            Pane::Method => self.panels.method.ui(ui, self.cx),
        });
        UiResponse::None
    }

    fn top_bar_right_ui(&mut self, tiles: &Tiles<Pane>, ui: &mut Ui, _: TileId, tabs: &egui_tiles::Tabs, _: &mut f32) {
        ui.add_space(6.0);
        ui.spacing_mut().item_spacing.x = 6.0;
        match tabs.active.and_then(|t| tiles.get_pane(&t)) {
            Some(Pane::Latent) => self.panels.latent.tools(ui, self.cx),
            Some(Pane::Curves) => self.panels.curves.tools(ui, self.cx),
            Some(Pane::Compare) => self.panels.compare.tools(ui, self.cx),
            Some(Pane::Snapshots) => self.panels.snapshots.tools(ui, self.cx),
            Some(Pane::Walks) => self.panels.walks.tools(ui, self.cx),
            Some(Pane::Sheet) => self.panels.sheet.tools(ui, self.cx),
            Some(Pane::Pair) => self.panels.pair.tools(ui),
            Some(Pane::Stress) => self.panels.stress.tools(ui, self.cx),
            _ => {}
        }
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        bold(pane.title()).size(size::CAPTION + 0.5).into()
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
        Theme::of(visuals).canvas
    }

    fn tab_bg_color(&self, _: &Visuals, _: &Tiles<Pane>, _: TileId, _: &TabState) -> Color32 {
        Color32::TRANSPARENT
    }

    fn tab_outline_stroke(&self, _: &Visuals, _: &Tiles<Pane>, _: TileId, _: &TabState) -> Stroke {
        Stroke::NONE
    }

    fn tab_bar_hline_stroke(&self, visuals: &Visuals) -> Stroke {
        Stroke::new(1.0, Theme::of(visuals).line)
    }

    fn tab_text_color(&self, visuals: &Visuals, _: &Tiles<Pane>, _: TileId, state: &TabState) -> Color32 {
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
