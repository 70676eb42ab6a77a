//! Two runs side by side in one latent space, with one camera and one playhead, and their difference.

pub mod scene;
pub mod difference;
pub mod numbers;
pub mod toolbar;

use std::path::Path;
use std::sync::Arc;

use egui::{Align2, Color32, CornerRadius, Rect, RichText, Sense, Stroke, Ui, UiBuilder, pos2, vec2};
use glam::Vec2;

use super::compare::open::OpenHistories;
use super::latent::brush::{self, BrushStroke};
use super::latent::scene as latent_scene;
use super::latent::view_texture::{self, ViewTexture};
use crate::engine::planned::RunId;
use crate::experiment::Strategy;
use crate::figures::StrategyStyle;
use crate::ui::kit::charts;
use crate::ui::kit::flow::Flow;
use crate::ui::kit::images;
use crate::ui::kit::memo::Memo;
use crate::ui::kit::theme::{self, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::{Cx, Panel};
use crate::ui::state::{Along, AppState, RunRef, Side, Whose};
use crate::view::{Camera, Look, Mode, Target, ViewError};
use difference::{Key, Pair};
use numbers::title_counts;
use scene::{Shows, Which};

/// The panel: the runs on both sides and the three views.
pub struct PairPanel {
    sides: [Option<RunRef>; 2],
    /// The fork that was set against its parent last, and its session.
    fork: Option<(u64, RunId)>,
    shows: Shows,
    steps: bool,
    camera: Camera,
    follows: bool,
    moved_at: f64,
    views: [Option<View>; 3],
    failed: Option<String>,
    /// The train sample or evaluation image under the pointer in any of the views.
    hovered: Option<u32>,
    strokes: [BrushStroke; 3],
    pair: Memo<Key, Arc<Pair>>,
    open: OpenHistories,
    flow: Flow<toolbar::Control>,
}

/// A view and the keys of its last upload.
struct View {
    texture: ViewTexture,
    given: Memo<(Key, bool, bool, (Along, usize)), ()>,
    /// The codes that were uploaded, and the directions along which they are drawn.
    codes: Option<(usize, (Along, usize))>,
}

const GAP: f32 = 6.0;
/// The upper two views' share of the height.
const UPPER: f32 = 0.53;
const TOOLBAR: f32 = 34.0;
const HOVER_IMAGE: f32 = 84.0;
const LEGEND_ROW: f32 = 16.0;

impl Default for PairPanel {
    fn default() -> Self {
        Self {
            sides: [None; 2],
            fork: None,
            shows: Shows::Picks,
            steps: true,
            camera: Camera::new(Mode::Orbit, Vec2::splat(1.0)),
            follows: true,
            moved_at: f64::NEG_INFINITY,
            views: [None, None, None],
            failed: None,
            hovered: None,
            strokes: Default::default(),
            pair: Memo::default(),
            open: OpenHistories::default(),
            flow: Flow::default(),
        }
    }
}

impl Panel for PairPanel {
    fn title(&self) -> &'static str {
        "Side by side"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.open.ui(ui.ctx(), cx);
        self.choose_sides(cx);
        let panel = ui.max_rect();
        let bar = Rect::from_min_size(panel.min + vec2(space::S, 4.0), vec2(panel.width() - 2.0 * space::S, TOOLBAR));
        let bar = ui.scope_builder(UiBuilder::new().max_rect(bar), |ui| self.toolbar(ui, cx)).response.rect;
        let below = Rect::from_min_max(pos2(panel.left(), bar.bottom() + 4.0), panel.max);
        if self.sides.iter().any(Option::is_none) {
            let text = "This needs two runs in one latent space: compare two strategies, or press Open… and choose a run that \
                        differs from those here in nothing but strategy and seed.";
            ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
                widgets::empty_state(ui, "Two runs side by side", text)
            });
            return;
        }
        let members = if cx.state.brush.selection.is_some() || self.shows == Shows::Predictions {
            cx.want_evaluation_codes();
            cx.evaluation_members()
        } else {
            Arc::default()
        };
        let Some(pair) = self.pair(cx) else { return };
        self.views(ui, below, &pair, cx);
        let numbers = self.cell(below, 3).shrink(space::S);
        ui.scope_builder(UiBuilder::new().max_rect(numbers), |ui| {
            numbers::ui(ui, cx, self.colors(cx), &pair, &members);
        });
    }

    fn tools(&mut self, ui: &mut Ui, _: &mut Cx<'_>) {
        self.open.button(ui);
    }

    /// The last round of the longer run, for the playhead.
    fn reach(&self, state: &AppState) -> usize {
        let sides = state.sides().into_iter().filter(|(r, _)| self.sides.contains(&Some(*r)));
        sides.map(|(_, side)| side.latest_round()).max().unwrap_or(0)
    }

    fn take_file(&mut self, path: &Path, shown: bool) -> bool {
        if shown {
            self.open.read(path);
        }
        shown
    }
}

impl PairPanel {
    /// Keeps the chosen runs while they exist; otherwise takes the first two available. A new fork stands against its
    /// parent.
    fn choose_sides(&mut self, cx: &mut Cx<'_>) {
        let sides = cx.state.sides();
        let there = |r: &RunRef| sides.iter().any(|(s, _)| s == r);
        let forked = cx.state.planned.iter().rev().find_map(|p| Some((p.parent?.0, p.id)));
        let both = forked.map(|(parent, fork)| (fork, [parent, fork].map(RunRef::Live)));
        if let Some((fork, both)) =
            both.filter(|(fork, both)| self.fork != Some((cx.state.generation, *fork)) && both.iter().all(there))
        {
            self.fork = Some((cx.state.generation, fork));
            self.sides = both.map(Some);
        }
        for i in 0..2 {
            self.sides[i] = self.sides[i].filter(there);
            let other = self.sides[1 - i].filter(there);
            // The next run that the other side does not show.
            let free = || sides.iter().map(|(r, _)| *r).find(|r| Some(*r) != other);
            self.sides[i] = self.sides[i].or_else(free);
        }
        if self.sides[0] == self.sides[1] {
            self.sides[1] = None;
        }
    }

    fn toolbar(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let names: Vec<(RunRef, String)> = cx.state.sides().iter().map(|(r, s)| (*r, name(*r, *s))).collect();
        let [a, _, b] = self.colors(cx);
        let Self { sides, shows, steps, follows, flow, .. } = self;
        toolbar::Choices { sides, shows, steps, follows }.ui(ui, flow, &names, [a, b], cx);
    }

    /// The difference at the playhead.
    fn pair(&mut self, cx: &Cx<'_>) -> Option<Arc<Pair>> {
        let sides = cx.state.sides();
        let side = |i: usize| sides.iter().find(|(r, _)| Some(*r) == self.sides[i]).map(|(_, s)| *s);
        let both = [side(0)?, side(1)?];
        let dataset = cx.state.dataset.as_ref()?;
        let (key, at) = Pair::key(self.sides, both, self.shows, cx);
        Some(Arc::clone(self.pair.get(key, || Arc::new(Pair::of((key, at), both, dataset, cx)))))
    }

    /// The colours of A only, both, and B only.
    fn colors(&self, cx: &Cx<'_>) -> [Color32; 3] {
        let sides = cx.state.sides();
        let style = |side| {
            let found = sides.iter().find(|(r, _)| Some(*r) == side);
            found.map_or_else(|| StrategyStyle::of(Strategy::Random), |(_, s)| cx.state.looks.style(s.header()))
        };
        scene::colors(self.sides.map(style), cx.theme)
    }

    /// Lays out A and B above the difference and the numbers.
    fn cell(&self, area: Rect, at: usize) -> Rect {
        let middle = pos2(area.center().x, area.top() + UPPER * area.height());
        let half = GAP / 2.0;
        match at {
            0 => Rect::from_min_max(area.min, pos2(middle.x - half, middle.y - half)),
            1 => Rect::from_min_max(pos2(middle.x + half, area.top()), pos2(area.right(), middle.y - half)),
            2 => Rect::from_min_max(pos2(area.left(), middle.y + half), pos2(middle.x - half, area.bottom())),
            _ => Rect::from_min_max(pos2(middle.x + half, middle.y + half), area.max),
        }
    }

    fn views(&mut self, ui: &mut Ui, area: Rect, pair: &Pair, cx: &mut Cx<'_>) {
        let Some(gpu) = cx.gpu else {
            let text = "This window has no graphics device that can draw it (wgpu). The numbers are on the right.";
            ui.scope_builder(UiBuilder::new().max_rect(self.cell(area, 0)), |ui| {
                widgets::empty_state(ui, "No latent view on this device", text)
            });
            return;
        };
        if let Some(why) = &self.failed {
            return widgets::empty_state(ui, "The latent views cannot be drawn", why);
        }
        let mut over = false;
        for (i, which) in Which::ALL.into_iter().enumerate() {
            let rect = self.cell(area, i);
            if rect.width() < 2.0 * TOOLBAR || rect.height() < 2.0 * TOOLBAR {
                continue;
            }
            match self.view(ui, rect, which, pair, gpu, cx) {
                Ok(under_pointer) => over |= under_pointer,
                Err(e) => return self.failed = Some(e.to_string()),
            }
        }
        if !over {
            self.hovered = None;
        }
        if let Some(image) = self.hovered {
            self.hover_card(ui, image, pair, cx);
        }
        let left = self.moved_at + view_texture::SETTLE_SECONDS - cx.now;
        if left > 0.0 {
            ui.ctx().request_repaint_after_secs(left as f32);
        }
        let line = Stroke::new(1.0, cx.theme.line);
        ui.painter().hline(area.x_range(), self.cell(area, 2).top() - GAP / 2.0, line);
        ui.painter().vline(self.cell(area, 1).left() - GAP / 2.0, area.y_range(), line);
    }

    /// Shows one view; returns whether the pointer is over it.
    fn view(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        which: Which,
        pair: &Pair,
        gpu: &egui_wgpu::RenderState,
        cx: &mut Cx<'_>,
    ) -> Result<bool, ViewError> {
        let i = which as usize;
        let name = ["Latent space of A", "Latent space of B", "Difference of A and B"][i];
        let response = ui.interact(rect, ui.scope_id().with(name), Sense::click_and_drag());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, name));
        let scale = ui.pixels_per_point();
        let mut view = match self.views[i].take() {
            Some(view) => view,
            None => View {
                texture: ViewTexture::new(gpu, (rect.size() * scale).round())?,
                given: Memo::default(),
                codes: None,
            },
        };
        self.give(&mut view, which, pair, cx)?;
        self.camera.set_mode(if cx.snapshot.latent_dim >= 3 { Mode::Orbit } else { Mode::Flat });
        self.camera.set_viewport(view.texture.resize(rect, scale));
        // Fitted to the train split, so that the camera does not move when the evaluation split is shown.
        let bounds = view.texture.view.bounds().filter(|_| self.follows && i == 0 && self.shows == Shows::Picks);
        if let Some(bounds) = bounds.filter(|b| self.camera.home() != *b || self.camera.zoom_factor() != 1.0) {
            self.camera.fit(bounds);
        }
        if view_texture::steer(&mut self.camera, ui, rect, &response, !BrushStroke::takes_drags(ui, cx)) {
            (self.follows, self.moved_at) = (false, cx.now);
        }
        if response.double_clicked() {
            self.camera.reset();
            self.follows = true;
        }
        view.texture.show(ui, rect, &self.camera, cx.now < self.moved_at + view_texture::SETTLE_SECONDS, gpu)?;
        let at = response.hover_pos().filter(|_| !response.dragged());
        if let Some(answer) = view.texture.pick(ui, rect, at, &self.camera)? {
            self.hovered = answer.hit.and_then(|hit| match hit.target {
                Target::Point(point) => u32::try_from(point).ok(),
                Target::Marker(_) => None,
            });
        }
        let place = self.hovered.and_then(|image| view.texture.view.point_position(image as usize));
        if let Some(at) = place.and_then(|p| view_texture::on_screen(rect, &self.camera, scale, p)) {
            ui.painter_at(rect).circle_stroke(at, 8.5, Stroke::new(1.5, cx.theme.background));
            ui.painter_at(rect).circle_stroke(at, 7.0, Stroke::new(2.0, cx.theme.accent));
        }
        self.views[i] = Some(view);
        brush::selection_outline(ui, rect, &self.camera, cx);
        self.strokes[i].ui(ui, rect, &response, &self.camera, cx);
        if response.clicked() && self.shows == Shows::Picks {
            cx.state.focus.sample = self.hovered;
        }
        self.caption(ui, rect, which, pair, cx);
        Ok(at.is_some())
    }

    /// Uploads changes to a view.
    fn give(&self, view: &mut View, which: Which, pair: &Pair, cx: &Cx<'_>) -> Result<(), ViewError> {
        let look = if cx.theme.dark { Look::dark() } else { Look::light() };
        let (background, select) = (latent_scene::rgba(cx.theme.background), latent_scene::rgba(cx.theme.accent));
        view.texture.view.set_look(Look { background, select, ..look });
        let (codes, parts) = match self.shows {
            Shows::Picks => (cx.snapshot.codes.as_ref(), Some(&pair.picks)),
            Shows::Predictions => (cx.snapshot.evaluation_codes.as_ref(), pair.right.as_ref()),
        };
        if !view.given.changed((pair.key, cx.theme.dark, self.steps, cx.state.axes.key())) {
            return Ok(());
        }
        let (Some(codes), Some(parts)) = (codes, parts) else {
            view.codes = None;
            view.texture.view.set_lines(&[])?;
            return view.texture.view.set_points(&[], &[], &[]);
        };
        let (colours, styles) = scene::points(which, self.shows, parts, self.colors(cx), cx.theme);
        let identity = (Arc::as_ptr(codes) as usize, cx.state.axes.key());
        if view.codes == Some(identity) {
            view.texture.view.set_colours(&colours)?;
            view.texture.view.set_styles(&styles)?;
        } else {
            view.codes = Some(identity);
            let places = latent_scene::positions(codes, cx.snapshot.latent_dim, &cx.state.axes);
            view.texture.view.set_points(&places, &colours, &styles)?;
        }
        let sides = cx.state.sides();
        let of = match which {
            Which::A => self.sides[0],
            Which::B => self.sides[1],
            Which::Difference => None,
        };
        let side = sides.iter().find(|(r, _)| Some(*r) == of).filter(|_| self.steps && self.shows == Shows::Picks);
        view.texture
            .view
            .set_lines(&side.map_or_else(Vec::new, |(_, s)| scene::steps(*s, pair.key.round, &cx.state.axes, cx.theme)))
    }

    /// A view's title: its run, and the counts of its parts.
    fn caption(&self, ui: &Ui, rect: Rect, which: Which, pair: &Pair, cx: &Cx<'_>) {
        let sides = cx.state.sides();
        let name = |i: usize| {
            sides.iter().find(|(r, _)| Some(*r) == self.sides[i]).map_or_else(String::new, |(r, s)| name(*r, *s))
        };
        let [a, both, b] = self.colors(cx);
        let parts = match self.shows {
            Shows::Picks => Some(&pair.picks),
            Shows::Predictions => pair.right.as_ref(),
        };
        let counts = parts.map_or([0; 4], |p| title_counts(p)).map(words::thousands);
        let [only_a, of_both, only_b, neither] = counts;
        let after = if pair.key.round > 0 { format!(", after round {}", pair.key.round) } else { String::new() };
        let title = match which {
            Which::A => format!("A: {}{after}", name(0)),
            Which::B => format!("B: {}{after}", name(1)),
            Which::Difference => format!("Difference{after}"),
        };
        let rows = match (which, self.shows) {
            (Which::A, Shows::Picks) => {
                vec![(a, format!("labelled only by A: {only_a}")), (both, format!("both: {of_both}"))]
            }
            (Which::B, Shows::Picks) => {
                vec![(b, format!("labelled only by B: {only_b}")), (both, format!("both: {of_both}"))]
            }
            (Which::A, Shows::Predictions) => {
                vec![(a, format!("right in A only: {only_a}")), (cx.theme.error, "wrong".into())]
            }
            (Which::B, Shows::Predictions) => {
                vec![(b, format!("right in B only: {only_b}")), (cx.theme.error, "wrong".into())]
            }
            (Which::Difference, Shows::Picks) => {
                vec![
                    (a, format!("only A: {only_a}")),
                    (both, format!("both: {of_both}")),
                    (b, format!("only B: {only_b}")),
                ]
            }
            (Which::Difference, Shows::Predictions) => vec![
                (a, format!("right in A only: {only_a}")),
                (b, format!("right in B only: {only_b}")),
                (cx.theme.error, format!("wrong in both: {neither}")),
            ],
        };
        let painter = ui.painter_at(rect);
        let corner = rect.min + vec2(space::M, space::S);
        let galley = painter.layout_no_wrap(title, theme::bold_font(size::CAPTION + 0.5), cx.theme.text);
        let height = galley.size().y + LEGEND_ROW * rows.len() as f32;
        let widest = rows.iter().map(|(_, t)| t.chars().count()).max().unwrap_or(0) as f32 * 6.2 + 16.0;
        let background = Rect::from_min_size(corner, vec2(galley.size().x.max(widest), height)).expand(4.0);
        painter.rect_filled(background, CornerRadius::same(4), cx.theme.background.gamma_multiply(0.8));
        painter.galley(corner, galley.clone(), cx.theme.text);
        for (i, (color, text)) in rows.into_iter().enumerate() {
            let y = corner.y + galley.size().y + LEGEND_ROW * (i as f32 + 0.5);
            painter.circle_filled(pos2(corner.x + 4.0, y), 3.5, color);
            painter.text(
                pos2(corner.x + 13.0, y),
                Align2::LEFT_CENTER,
                text,
                theme::font(size::CAPTION),
                cx.theme.weak,
            );
        }
        if let Some(told) = cx.state.axes.told(cx.snapshot.latent_dim) {
            let galley = painter.layout_no_wrap(told, theme::font(size::CAPTION), cx.theme.weak);
            let place = Align2::LEFT_BOTTOM.anchor_size(rect.left_bottom() + vec2(space::M, -space::S), galley.size());
            painter.rect_filled(place.expand(4.0), CornerRadius::same(4), cx.theme.background.gamma_multiply(0.8));
            painter.galley(place.min, galley, cx.theme.weak);
        }
        if let Some(text) = pair.why_not().filter(|_| self.shows == Shows::Predictions) {
            painter.text(rect.center(), Align2::CENTER_CENTER, text, theme::font(size::CAPTION), cx.theme.weak);
        }
    }

    /// The hover card: the image under the pointer, and its state in both runs.
    fn hover_card(&self, ui: &Ui, image: u32, pair: &Pair, cx: &mut Cx<'_>) {
        let Some(dataset) = cx.state.dataset.clone() else { return };
        let split = dataset.evaluation(cx.state.experiment.evaluate_on);
        let at = image as usize;
        let (label, texture, part, what) = match self.shows {
            Shows::Picks if at < dataset.train.len() => {
                let texture = cx.images.sample(ui, &dataset, image);
                (dataset.train.label(at), texture, pair.picks.get(at), "labelled by")
            }
            Shows::Predictions if at < split.len() => {
                let texture = cx.images.get(ui, ("evaluation", image), 0, dataset.shape(), split.image(at));
                (split.label(at), Some(texture), pair.right.as_ref().and_then(|r| r.get(at)), "right in")
            }
            _ => return,
        };
        let who = match part {
            Some(Whose::A) => "A only",
            Some(Whose::B) => "B only",
            Some(Whose::Both) => "both",
            _ => "neither",
        };
        let kind = if self.shows == Shows::Picks { "train" } else { cx.evaluation_name() };
        let id = egui::Id::unique("pair hover");
        egui::Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), id, egui::PopupAnchor::Pointer).gap(16.0).show(
            |ui| {
                ui.horizontal_top(|ui| {
                    if let Some(texture) = texture {
                        images::show(ui, &texture, HOVER_IMAGE, "Hovered image");
                    }
                    ui.vertical(|ui| {
                        let name = format!("{kind} image {}", words::thousands(at));
                        ui.label(RichText::new(name).size(size::CAPTION).color(cx.theme.faint));
                        ui.horizontal(|ui| {
                            charts::swatch(ui, theme::class_color(label), false);
                            ui.label(theme::bold(cx.state.class_name(label)));
                        });
                        ui.label(RichText::new(format!("{what} {who}")).color(cx.theme.weak));
                    });
                });
            },
        );
    }
}

/// A run's name in the choice of runs.
fn name(run: RunRef, side: Side<'_>) -> String {
    match run {
        RunRef::Live(_) => side.name(),
        RunRef::Kept(_) => format!("{} (opened)", side.name()),
    }
}
