//! The latent view: toolbar, mouse and keys, and the texture, redrawn only after a change.

pub mod view_texture;
pub mod scene;
pub mod field;
pub mod options;
pub mod drawing;
pub mod brush;
pub mod legend;
mod names;
mod thumbnails;
mod plane;
mod axes;
pub mod cards;
pub mod overlay;
pub mod fork_sheet;
pub mod toolbar;
pub mod save_view;
mod rounds;

use egui::{Rect, Response, Sense, Ui};
use glam::Vec2;

use crate::engine::protocol::{Command, Level};
use crate::experiment::Task;
use crate::field::FieldRequest;
use crate::ui::kit::export::Export;
use crate::ui::kit::flow::Flow;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::painted;
use crate::ui::kit::theme::space;
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::panel::{Cx, Panel, PanelAction};
use crate::view::{Camera, Mode, Target};
use brush::BrushStroke;
use drawing::Drawing;
use options::{Hovered, ViewOptions};
use scene::Coloring;

/// The panel and its state between frames.
pub struct LatentPanel {
    options: ViewOptions,
    flow: Flow<toolbar::Control>,
    drawing: Option<Drawing>,
    failed: Option<String>,
    camera: Camera,
    /// The camera is fitted to the data until the user moves it.
    follows: bool,
    /// Fit the camera in this frame, even if the data did not change.
    fit_now: bool,
    /// Where it looks once the data are there.
    pose: Option<[f32; 9]>,
    moved_at: f64,
    hovered: Hovered,
    save: save_view::SaveView,
    /// The generation for which predictions of all train samples were requested, if the coloring needs them.
    asked_scores: Option<u64>,
    /// The last requested field, and the generation for which it was.
    asked_field: Option<(u64, FieldRequest)>,
    stroke: BrushStroke,
    names: names::ClassNames,
    thumbnails: thumbnails::Thumbnails,
    rounds: rounds::Rounds,
    axes: axes::AxesChoice,
}

/// Views with a smaller side are not drawn.
const MIN_SIDE: f32 = 24.0;

impl Panel for LatentPanel {
    fn title(&self) -> &'static str {
        "Latent space"
    }

    fn exports(&mut self) -> Vec<&mut Export> {
        vec![self.save.export(), self.rounds.export()]
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.take_actions(cx);
        if !self.options.coloring.suits(cx.state.experiment.dataset.task()) {
            self.options.coloring = Coloring::Class;
        }
        if self.axes.follow(ui.ctx(), self.options.along, cx) {
            (self.follows, self.fit_now) = (true, true);
        }
        self.ask_field(cx);
        let panel = ui.max_rect();
        egui::Frame::new().inner_margin(egui::Margin::symmetric(space::S as i8, 6)).show(ui, |ui| {
            toolbar::ui(ui, &mut self.flow, &mut self.options, cx);
        });
        self.ask_scores(cx);
        // The toolbar may be wider than a narrow panel; the view never is.
        let top = ui.cursor().top().min(panel.bottom());
        let panel = Rect::from_min_max(egui::pos2(panel.left(), top), panel.max);
        ui.painter().rect_filled(panel, egui::CornerRadius::ZERO, cx.theme.background);
        self.save.ui(ui.ctx());
        let painted = painted::count(ui, ui.layer_id());
        let coloring = self.options.seen_coloring();
        let saves = self.save.is_due();
        let legend = match cx.snapshot.codes.is_some() && panel.height() > MIN_SIDE {
            true => legend::ui(ui, panel, &mut self.options.legend, coloring, saves, cx),
            false => 0.0,
        };
        let rect = panel.with_min_x(panel.left() + legend);
        let response = ui.allocate_rect(rect, Sense::click_and_drag());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Latent space"));
        if rect.width() < MIN_SIDE || rect.height() < MIN_SIDE {
            return;
        }
        self.rounds.dialog(ui.ctx());
        if self.options.by_round {
            return self.rounds.ui(ui, rect, cx);
        }
        self.view(ui, rect, &response, cx);
        if let Some(drawing) = self.drawing.as_mut() {
            let images = self.thumbnails.shown();
            self.save.capture(ui, (panel, painted), &self.camera, &mut drawing.texture.view, images, cx);
        }
        if !cx.selection_shown && cx.snapshot.codes.is_some() {
            cards::selection_card(ui, rect, cx);
        }
    }

    fn tools(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let can_save = self.drawing.is_some() || self.options.by_round;
        if IconButton::new(Icon::Save, "Save view as PNG", "Save the view as a PNG file")
            .enabled(can_save)
            .show(ui)
            .clicked()
        {
            self.open_save(cx);
        }
        if IconButton::new(Icon::Fit, "Fit view", "Fit the view to the data (F)").show(ui).clicked() {
            self.follows = true;
            self.fit_now = true;
        }
    }

    fn pose(&self) -> Option<String> {
        serde_json::to_string(&self.camera.pose()).ok().filter(|_| !self.follows)
    }

    fn look(&mut self, pose: &str) {
        self.pose = serde_json::from_str(pose).ok();
        self.follows |= self.pose.is_some();
        self.fit_now = true;
    }

    fn saved(&self) -> Option<String> {
        serde_json::to_string(&self.options).ok()
    }

    fn restore(&mut self, saved: &str) {
        self.options = serde_json::from_str(saved).unwrap_or(self.options);
    }
}

impl Default for LatentPanel {
    fn default() -> Self {
        Self {
            options: ViewOptions::default(),
            flow: Flow::default(),
            drawing: None,
            failed: None,
            camera: Camera::new(Mode::Orbit, Vec2::splat(1.0)),
            follows: true,
            fit_now: true,
            pose: None,
            moved_at: f64::NEG_INFINITY,
            hovered: Hovered::default(),
            save: save_view::SaveView::default(),
            asked_scores: None,
            asked_field: None,
            stroke: BrushStroke::default(),
            names: names::ClassNames::default(),
            thumbnails: thumbnails::Thumbnails::default(),
            rounds: rounds::Rounds::default(),
            axes: axes::AxesChoice::default(),
        }
    }
}

impl LatentPanel {
    fn take_actions(&mut self, cx: &mut Cx<'_>) {
        for action in cx.actions {
            match action {
                PanelAction::Fit => {
                    self.follows = true;
                    self.fit_now = true;
                }
                PanelAction::ResetCamera => {
                    self.camera.reset();
                    self.follows = true;
                }
                PanelAction::NextColoring if self.options.by_round => {}
                PanelAction::NextColoring => {
                    self.options.coloring = self.options.coloring.next(cx.state.experiment.dataset.task());
                }
                PanelAction::NextField => self.options.field.layer = self.options.field.layer.next(),
                PanelAction::ToggleDensity => self.options.density ^= true,
                PanelAction::ToggleWalks if !cx.walks_shown => {}
                PanelAction::ToggleWalks => self.options.layers.walks ^= true,
                PanelAction::ToggleArrows => self.options.layers.proposals ^= true,
                PanelAction::ToggleLabelled => self.options.layers.labelled ^= true,
                PanelAction::ToggleByRound => self.options.by_round ^= true,
                PanelAction::SaveView => self.open_save(cx),
                PanelAction::ExportFigures | PanelAction::ExportSelection | PanelAction::InvertSelection => {}
            }
        }
    }

    /// Asks where what is shown is saved.
    fn open_save(&mut self, cx: &Cx<'_>) {
        if self.options.by_round {
            self.rounds.open(cx);
        } else if self.drawing.is_some() {
            self.save.open(cx);
        }
    }

    /// Requests the field if its options changed, and again after each reset; it does not depend on the camera.
    fn ask_field(&mut self, cx: &mut Cx<'_>) {
        // The field shows classes and their probabilities, so maps have none.
        let suits = cx.state.experiment.dataset.task() == Task::Classes;
        let wanted = field::request(self.options.field, cx.snapshot, cx.state.generator.latent_scale);
        let wanted = wanted.filter(|_| suits).map(|request| (cx.state.generation, request));
        if wanted != self.asked_field {
            self.asked_field = wanted.clone();
            cx.commands.push(Command::SetField(wanted.map(|(_, request)| request)));
        }
    }

    /// Requests predictions of all train samples while the coloring or a selection needs them, and again after each reset.
    fn ask_scores(&mut self, cx: &mut Cx<'_>) {
        let wanted = self.options.coloring.wants_scores() || cx.scores_shown || cx.state.brush.selection.is_some();
        let wanted = wanted.then_some(cx.state.generation);
        if std::mem::replace(&mut self.asked_scores, wanted) != wanted {
            cx.commands.push(Command::WantScores(wanted.is_some()));
        }
    }

    fn view(&mut self, ui: &mut Ui, rect: Rect, response: &Response, cx: &mut Cx<'_>) {
        let Some(gpu) = cx.gpu else {
            let text = "No graphics device (wgpu) can draw the view in this window. Everything else works: rounds run, and curves, \
                        filmstrip and inspector show them.";
            ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
                widgets::empty_state(ui, "No latent view on this device", text)
            });
            return;
        };
        if let Some(why) = &self.failed {
            ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
                widgets::empty_state(ui, "The latent view cannot be drawn", why)
            });
            return;
        }
        let scale = ui.pixels_per_point();
        let size = (rect.size() * scale).round();
        if self.drawing.is_none() {
            match Drawing::new(gpu, size) {
                Ok(d) => self.drawing = Some(d),
                Err(e) => return self.failed = Some(e.to_string()),
            }
        }
        let Some(drawing) = self.drawing.as_mut() else { return };
        let before = self.camera.viewport();
        self.camera.resize(drawing.texture.resize(rect, scale));
        let resized = self.camera.viewport() != before;
        self.camera.set_mode(if cx.snapshot.latent_dim >= 3 { Mode::Orbit } else { Mode::Flat });
        drawing.texture.view.show_density(self.options.density);
        let layers = self.options.layers_in(cx.walks_shown);
        match drawing.give(cx, ViewOptions { layers, ..self.options }) {
            Err(e) => return self.failed = Some(e.to_string()),
            Ok(new_codes) => {
                let fit = std::mem::take(&mut self.fit_now);
                if let Some(bounds) = drawing
                    .texture
                    .view
                    .bounds()
                    .filter(|b| self.follows && (new_codes || fit || resized || self.camera.home() != *b))
                {
                    self.camera.fit(bounds);
                    if let Some(pose) = self.pose.take_if(|_| new_codes || fit) {
                        self.camera.take_pose(pose);
                        self.follows = false;
                    }
                }
            }
        }
        let has_points = drawing.texture.view.point_count() > 0 && cx.snapshot.codes.is_some();
        if !has_points {
            ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| overlay::waiting(ui, cx));
            return;
        }
        self.steer(ui, rect, response, cx);
        self.draw(ui, rect, cx, gpu);
        brush::selection_outline(ui, rect, &self.camera, cx);
        self.stroke.ui(ui, rect, response, &self.camera, cx);
        self.thumbnails.clear();
        if self.options.images {
            self.thumbnails.ui(ui, rect, &self.camera, cx);
        }
        self.pick(ui, rect, response, cx);
        self.act(ui, rect, response, cx);
        if let Some(plane) = self.asked_field.as_ref().map(|(_, asked)| &asked.plane) {
            plane::ui(ui, rect, &self.camera, plane, &mut self.options.field, cx);
        }
        if let Some(drawing) = &self.drawing {
            let ticks = drawing.texture.view.ticks(&self.camera);
            let mut taken = overlay::ticks(ui, rect, &ticks, scale, cx.theme);
            taken.extend(overlay::walk_letters(ui, rect, &self.camera, scale, layers, cx));
            taken.extend(overlay::pin_numbers(ui, rect, &self.camera, scale, cx));
            overlay::rings(ui, rect, &self.camera, &drawing.texture.view, self.hovered, scale, cx);
            let notes = overlay::notes(ui, rect, self.options, drawing.texture.view.density_scale(), cx);
            taken.push(notes);
            taken.extend(overlay::scale_bar(ui, rect, notes, &self.camera, scale, cx));
            if self.options.names && matches!(self.options.coloring, Coloring::Class | Coloring::Predicted) {
                self.names.ui(ui, rect, &self.camera, taken, cx);
            }
        }
        if response.hovered() && !response.dragged() {
            cards::hover_card(ui, self.hovered, cx);
        }
    }

    /// Moves the camera by drags and the wheel.
    fn steer(&mut self, ui: &Ui, rect: Rect, response: &Response, cx: &Cx<'_>) {
        let draws = BrushStroke::takes_drags(ui, cx);
        let mut moved = view_texture::steer(&mut self.camera, ui, rect, response, !draws && cx.state.probing.is_none());
        if response.double_clicked() {
            self.camera.reset();
            (self.follows, moved) = (true, false);
        }
        if moved {
            self.follows = false;
            self.moved_at = cx.now;
        }
    }

    /// Renders the view if needed, and shows its texture.
    fn draw(&mut self, ui: &Ui, rect: Rect, cx: &mut Cx<'_>, gpu: &egui_wgpu::RenderState) {
        let Some(drawing) = self.drawing.as_mut() else { return };
        let left = self.moved_at + view_texture::SETTLE_SECONDS - cx.now;
        if left > 0.0 {
            ui.ctx().request_repaint_after_secs(left as f32);
        }
        if let Err(e) = drawing.texture.show(ui, rect, &self.camera, left > 0.0, gpu) {
            self.failed = Some(e.to_string());
        }
    }

    /// Starts picking at the pointer; the result arrives in a later frame.
    fn pick(&mut self, ui: &Ui, rect: Rect, response: &Response, cx: &mut Cx<'_>) {
        let Some(drawing) = self.drawing.as_mut() else { return };
        let at = response.hover_pos().filter(|_| !response.dragged());
        if at.is_none() {
            self.hovered = Hovered::default();
        }
        match drawing.texture.pick(ui, rect, at, &self.camera) {
            Ok(Some(result)) => {
                self.hovered = match result.hit.map(|h| h.target) {
                    Some(Target::Point(i)) => Hovered { sample: u32::try_from(i).ok(), walk_point: None },
                    Some(Target::Marker(i)) => {
                        let walk_point = drawing.meaning.get(i).copied();
                        let sample = walk_point
                            .and_then(|w| cx.state.shown_walks().find(|k| k.id == w.walk)?.sample_at(w.point));
                        Hovered { sample, walk_point }
                    }
                    None => Hovered::default(),
                };
            }
            Ok(None) => {}
            Err(e) => cx.state.say(Level::Warning, format!("The sample under the pointer cannot be found: {e}")),
        }
        if let Some(sample) = self.thumbnails.at(at) {
            self.hovered = Hovered { sample: Some(sample), walk_point: None };
        }
        if let Some(sample) = self.hovered.sample {
            cx.inspect(ui.ctx(), sample);
        }
        if self.hovered.walk_point.is_some() {
            cx.hover_walk(self.hovered.walk_point);
        }
    }

    /// Handles the mouse: clicks select, Ctrl clicks start a walk, and drags move the probe.
    fn act(&mut self, ui: &Ui, rect: Rect, response: &Response, cx: &mut Cx<'_>) {
        let (ctrl, shift) = ui.input(|i| (i.modifiers.command, i.modifiers.shift));
        if response.clicked() {
            match (self.hovered.sample, ctrl) {
                (Some(sample), true) if cx.walks_shown => cx.commands.push(Command::AddWalk { sample }),
                (sample, _) => (cx.state.focus.sample, cx.state.focus.before) = (sample, None),
            }
        }
        let clicked = self.hovered.sample.filter(|_| response.clicked() && !ctrl);
        let code = clicked.and_then(|sample| cx.code(sample));
        if BrushStroke::takes_drags(ui, cx) {
            return;
        }
        let Some(probing) = cx.state.probing.as_mut() else { return };
        if let Some(code) = code {
            return *probing = code;
        }
        let primary = response.dragged_by(egui::PointerButton::Primary) || response.clicked();
        if let (true, false, Some(at)) = (primary, shift, response.interact_pointer_pos()) {
            let px = (at - rect.min) * ui.pixels_per_point();
            let place = self.camera.unproject_at(Vec2::new(px.x, px.y), scene::position(probing).into());
            let dim = cx.snapshot.latent_dim;
            *probing = place.to_array()[..dim.min(3)].to_vec();
            probing.resize(dim, 0.0);
        }
    }
}
