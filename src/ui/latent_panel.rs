//! The latent view: its toolbar, its mouse and keys, and the texture that is redrawn only when something changed.

use egui::{Rect, Response, Sense, Ui, vec2};
use glam::Vec2;

use super::cx::Cx;
use super::field_image::{self, FieldLayer, FieldOptions};
use super::keys::ViewKey;
use super::latent_drawing::Drawing;
use super::latent_overlay;
use super::latent_scene::{self as scene, Coloring, Layers};
use super::state::{Intent, WalkPoint};
use super::theme::space;
use super::widgets::{self, Icon, IconButton};
use crate::engine::protocol::{Command, Level};
use crate::experiment::Task;
use crate::field::FieldRequest;
use crate::view::{Camera, Mode, Target};

/// The panel and what it keeps between frames.
pub struct LatentPanel {
    pub options: ViewOptions,
    drawing: Option<Drawing>,
    failed: Option<String>,
    camera: Camera,
    /// The camera follows the data until the user takes it.
    follows: bool,
    /// Fit in this frame, though the data are the same.
    fit_now: bool,
    moved_at: f64,
    pub hovered: Hovered,
    save: super::save::SaveView,
    /// The field that was asked for last.
    asked_field: Option<FieldRequest>,
}

/// What the user chose to see; kept between starts.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ViewOptions {
    pub coloring: Coloring,
    pub layers: Layers,
    pub field: FieldOptions,
}

impl Default for ViewOptions {
    fn default() -> Self {
        Self {
            coloring: Coloring::Class,
            layers: Layers { labelled: true, proposals: true, walks: true },
            field: FieldOptions::default(),
        }
    }
}

/// What lies under the pointer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hovered {
    pub sample: Option<u32>,
    pub walk_point: Option<WalkPoint>,
}

/// Seconds after the last movement at which the picture is drawn in full again.
const SETTLE_SECONDS: f64 = 0.18;
/// Zoom for one point of scrolling, as a factor's logarithm.
const ZOOM_PER_POINT: f32 = 0.004;
/// The smallest canvas that is worth drawing.
const MIN_SIDE: f32 = 24.0;
/// Width from which colours and layers fit beside each other.
const COLOUR_ROW: f32 = 500.0;
/// Beyond so many strategies they are listed rather than laid side by side.
const MANY_STRATEGIES: usize = 3;

impl LatentPanel {
    pub fn new(options: ViewOptions) -> Self {
        Self {
            options,
            drawing: None,
            failed: None,
            camera: Camera::new(Mode::Orbit, Vec2::splat(1.0)),
            follows: true,
            fit_now: true,
            moved_at: f64::NEG_INFINITY,
            hovered: Hovered::default(),
            save: super::save::SaveView::default(),
            asked_field: None,
        }
    }

    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.take_keys(cx);
        if !self.options.coloring.suits(cx.state.experiment.dataset.task()) {
            self.recolor(Coloring::Class, cx);
        }
        self.ask_field(cx);
        let panel = ui.max_rect();
        egui::Frame::new().inner_margin(egui::Margin::symmetric(space::S as i8, 6)).show(ui, |ui| self.toolbar(ui, cx));
        // The toolbar may be wider than a narrow panel; the picture never is.
        let top = ui.cursor().top().min(panel.bottom());
        let rect = Rect::from_min_max(egui::pos2(panel.left(), top), panel.max);
        let response = ui.allocate_rect(rect, Sense::click_and_drag());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Latent space"));
        ui.painter().rect_filled(rect, egui::CornerRadius::ZERO, cx.theme.canvas);
        if rect.width() < MIN_SIDE || rect.height() < MIN_SIDE {
            return;
        }
        self.canvas(ui, rect, &response, cx);
        self.save.ui(ui.ctx(), cx, self.drawing.as_ref().map(|d| &d.view));
    }

    fn take_keys(&mut self, cx: &mut Cx<'_>) {
        for key in cx.view_keys {
            match key {
                ViewKey::Fit => {
                    self.follows = true;
                    self.fit_now = true;
                }
                ViewKey::ResetCamera => {
                    self.camera.reset();
                    self.follows = true;
                }
                ViewKey::NextColoring => {
                    self.recolor(self.options.coloring.next(cx.state.experiment.dataset.task()), cx);
                }
                ViewKey::NextField => self.options.field.layer = self.options.field.layer.next(),
                ViewKey::ToggleWalks => self.options.layers.walks ^= true,
                ViewKey::ToggleArrows => self.options.layers.proposals ^= true,
                ViewKey::ToggleLabelled => self.options.layers.labelled ^= true,
            }
        }
    }

    /// Asks for the field when what is wanted of it changed; nothing about it changes with the camera.
    fn ask_field(&mut self, cx: &mut Cx<'_>) {
        // The field shows classes and their probabilities.
        let suits = cx.state.experiment.dataset.task() == Task::Classes;
        let wanted = field_image::request(self.options.field, cx.snapshot, cx.state.generator.latent_scale);
        let wanted = wanted.filter(|_| suits);
        if wanted != self.asked_field {
            self.asked_field = wanted.clone();
            cx.commands.push(Command::SetField(wanted));
        }
    }

    fn recolor(&mut self, coloring: Coloring, cx: &mut Cx<'_>) {
        if coloring.wants_scores() != self.options.coloring.wants_scores() {
            cx.commands.push(Command::WantScores(coloring.wants_scores()));
        }
        self.options.coloring = coloring;
    }

    /// What the colours and layers are, then whose round is shown.
    fn toolbar(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        ui.spacing_mut().item_spacing = vec2(space::S, 4.0);
        let one_row = ui.available_width() > COLOUR_ROW;
        let task = cx.state.experiment.dataset.task();
        ui.horizontal(|ui| {
            let mut coloring = self.options.coloring;
            if widgets::segmented(ui, "Colour by", &mut coloring, &Coloring::choices(task)) {
                self.recolor(coloring, cx);
            }
            if one_row {
                self.layer_toggles(ui);
            }
        });
        if !one_row {
            ui.horizontal(|ui| self.layer_toggles(ui));
        }
        let several = cx.state.strategies.len() > 1;
        if several && !one_row {
            ui.horizontal(|ui| strategy_choice(ui, cx));
        }
        ui.horizontal(|ui| {
            if several && one_row {
                strategy_choice(ui, cx);
            }
            round_stepper(ui, cx);
            ui.spacing_mut().item_spacing.x = space::XS;
            if task == Task::Classes {
                field_choice(ui, &mut self.options.field, cx.snapshot.latent_dim);
            }
            if IconButton::new(Icon::Fit, "Fit view", "Fit the view to the data (F)").show(ui).clicked() {
                self.follows = true;
                self.fit_now = true;
            }
            let can_save = self.drawing.is_some();
            if IconButton::new(Icon::Save, "Save view as PNG", "Save the picture as a PNG file")
                .enabled(can_save)
                .show(ui)
                .clicked()
            {
                self.save.open(cx);
            }
        });
    }

    fn layer_toggles(&mut self, ui: &mut Ui) {
        let layers = &mut self.options.layers;
        ui.spacing_mut().item_spacing.x = 0.0;
        widgets::toggle(
            ui,
            &mut layers.labelled,
            "Labelled",
            "Ring the samples labelled by the end of the shown round (L)",
        );
        widgets::toggle(
            ui,
            &mut layers.proposals,
            "Proposals",
            "The shown round's steps: p to p' as arrows, p' to its neighbour dashed (A)",
        );
        widgets::toggle(ui, &mut layers.walks, "Walks", "Walks without re-selection, as in Figure 4 (W)");
    }

    fn canvas(&mut self, ui: &mut Ui, rect: Rect, response: &Response, cx: &mut Cx<'_>) {
        let Some(gpu) = cx.gpu else {
            let text = "This window has no graphics device that can draw it (wgpu). Everything else works: rounds run, and curves, \
                        snapshots and the inspector show them.";
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
        drawing.view.resize(size.x as u32, size.y as u32);
        drawing.view.set_pixel_scale(scale);
        self.camera.set_viewport(Vec2::new(size.x, size.y));
        self.camera.set_mode(if cx.snapshot.latent_dim >= 3 { Mode::Orbit } else { Mode::Flat });
        match drawing.give(cx, self.options) {
            Err(e) => return self.failed = Some(e.to_string()),
            Ok(new_codes) => {
                let fit = std::mem::take(&mut self.fit_now);
                if let Some(bounds) =
                    drawing.view.bounds().filter(|b| self.follows && (new_codes || fit || self.camera.home() != *b))
                {
                    self.camera.fit(bounds);
                }
            }
        }
        let has_points = drawing.view.point_count() > 0 && cx.snapshot.codes.is_some();
        if !has_points {
            ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| latent_overlay::waiting(ui, cx));
            return;
        }
        self.steer(ui, rect, response, cx);
        self.draw(ui, rect, cx, gpu);
        self.pick(ui, rect, response, cx);
        self.act(ui, rect, response, cx);
        if let Some(drawing) = &self.drawing {
            let ticks = drawing.view.ticks(&self.camera);
            latent_overlay::ticks(ui, rect, &ticks, scale, cx);
            latent_overlay::walk_letters(ui, rect, &self.camera, scale, self.options.layers, cx);
            latent_overlay::rings(ui, rect, &self.camera, &drawing.view, self.hovered, scale, cx);
            latent_overlay::scale_bar(ui, rect, &self.camera, scale, cx);
            latent_overlay::legend(ui, rect, self.options.coloring, cx);
            latent_overlay::notes(ui, rect, self.options.coloring, cx);
            if !cx.inspector_shown {
                latent_overlay::selection_card(ui, rect, cx);
            }
        }
        if response.hovered() && !response.dragged() {
            latent_overlay::hover_card(ui, self.hovered, cx);
        }
    }

    /// Drags and the wheel move the camera.
    fn steer(&mut self, ui: &Ui, rect: Rect, response: &Response, cx: &Cx<'_>) {
        let scale = ui.pixels_per_point();
        let delta = response.drag_delta() * scale;
        let delta = Vec2::new(delta.x, delta.y);
        let shift = ui.input(|i| i.modifiers.shift);
        let mut moved = false;
        let probing = cx.state.probing.is_some() && !shift && response.dragged_by(egui::PointerButton::Primary);
        if delta != Vec2::ZERO && !probing {
            let turn = response.dragged_by(egui::PointerButton::Primary) && !shift;
            if turn {
                self.camera.orbit(delta);
            } else {
                self.camera.pan(delta);
            }
            moved = true;
        }
        if let Some(at) = response.hover_pos() {
            let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta.y, i.zoom_delta()));
            let factor = (scroll * ZOOM_PER_POINT).exp() * pinch;
            if (factor - 1.0).abs() > f32::EPSILON {
                let px = (at - rect.min) * scale;
                self.camera.zoom(factor, Vec2::new(px.x, px.y));
                moved = true;
            }
        }
        if response.double_clicked() {
            self.camera.reset();
            self.follows = true;
        }
        if moved {
            self.follows = false;
            self.moved_at = cx.now;
        }
    }

    /// Renders if needed, and shows the texture.
    fn draw(&mut self, ui: &Ui, rect: Rect, cx: &mut Cx<'_>, gpu: &egui_wgpu::RenderState) {
        let Some(drawing) = self.drawing.as_mut() else { return };
        let left = self.moved_at + SETTLE_SECONDS - cx.now;
        if left > 0.0 {
            ui.ctx().request_repaint_after_secs(left as f32);
        }
        if let Err(e) = drawing.view.render(&self.camera, left > 0.0) {
            return self.failed = Some(e.to_string());
        }
        if drawing.view.texture_generation() != drawing.texture_generation {
            drawing.texture_generation = drawing.view.texture_generation();
            let view = drawing.view.texture_view();
            gpu.renderer.write().update_egui_texture_from_wgpu_texture(
                &gpu.device,
                view,
                wgpu::FilterMode::Nearest,
                drawing.texture,
            );
        }
        let uv = Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
        ui.painter().image(drawing.texture, rect, uv, egui::Color32::WHITE);
    }

    /// Asks what lies under the pointer; the answer comes a frame or more later.
    fn pick(&mut self, ui: &Ui, rect: Rect, response: &Response, cx: &mut Cx<'_>) {
        let Some(drawing) = self.drawing.as_mut() else { return };
        let at = response.hover_pos().filter(|_| !response.dragged());
        let mut asked = Ok(());
        match at {
            Some(at) if drawing.asked_at != Some((at, self.camera)) => {
                drawing.asked_at = Some((at, self.camera));
                let px = (at - rect.min) * ui.pixels_per_point();
                asked = drawing.view.request_pick(&self.camera, Vec2::new(px.x, px.y));
            }
            Some(_) => {}
            None => {
                drawing.asked_at = None;
                self.hovered = Hovered::default();
            }
        }
        match asked.and_then(|()| drawing.view.poll_pick()) {
            Ok(Some(result)) if at.is_some() => {
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
                ui.ctx().request_repaint();
            }
            Ok(_) => {}
            Err(e) => cx.state.say(Level::Warning, format!("What lies under the pointer cannot be told: {e}")),
        }
        if drawing.view.pick_under_way() {
            ui.ctx().request_repaint();
        }
        if let Some(sample) = self.hovered.sample {
            cx.inspect.want(ui.ctx(), cx.state, sample, cx.now, cx.commands);
        }
        if self.hovered.walk_point.is_some() {
            cx.hover_walk(self.hovered.walk_point);
        }
    }

    /// Clicks select, Ctrl clicks start a walk, and a drag moves the probe.
    fn act(&mut self, ui: &Ui, rect: Rect, response: &Response, cx: &mut Cx<'_>) {
        let (ctrl, shift) = ui.input(|i| (i.modifiers.command, i.modifiers.shift));
        if response.clicked() {
            match (self.hovered.sample, ctrl) {
                (Some(sample), true) => cx.commands.push(Command::AddWalk { sample }),
                (sample, _) => cx.state.focus.sample = sample,
            }
        }
        let Some(probing) = cx.state.probing.as_mut() else { return };
        let primary = response.dragged_by(egui::PointerButton::Primary) || response.clicked();
        if let (true, false, Some(at)) = (primary, shift, response.interact_pointer_pos()) {
            let px = (at - rect.min) * ui.pixels_per_point();
            let place = self.camera.unproject_at(Vec2::new(px.x, px.y), scene::position(&probing.code).into());
            let dim = cx.snapshot.latent_dim;
            probing.code = place.to_array()[..dim.min(3)].to_vec();
            probing.code.resize(dim, 0.0);
        }
    }
}

/// Which field lies under the points, and what goes with it.
fn field_choice(ui: &mut Ui, field: &mut FieldOptions, dim: usize) {
    const FLAT: usize = 2;
    /// High enough that nothing of the list is hidden.
    const FIELD_LIST: f32 = 420.0;
    let name = FieldLayer::CHOICES.iter().find(|(c, ..)| *c == field.layer).map_or("", |(_, name, _)| name);
    let combo =
        egui::ComboBox::new("field", "").width(112.0).height(FIELD_LIST).selected_text(format!("Field: {name}"));
    let combo = combo.close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    let response = combo.show_ui(ui, |ui| {
        for (layer, name, tip) in FieldLayer::CHOICES {
            ui.selectable_value(&mut field.layer, layer, name).on_hover_text(tip);
        }
        ui.separator();
        ui.checkbox(&mut field.arrows, "gradient arrows").on_hover_text("dL/dp with the label of the nearest sample");
        ui.checkbox(&mut field.trust, "fade without trust")
            .on_hover_text("Fades where no embedded sample is near: there the generator is not to be believed");
        if dim > FLAT {
            let slice = egui::DragValue::new(&mut field.slice).speed(0.02).range(-4.0..=4.0).suffix(" σ");
            ui.horizontal(|ui| {
                ui.label("slice at");
                ui.add(slice).on_hover_text("Where the plane lies on the third axis");
            });
        }
    });
    response.response.accessible_name("Field");
}

/// Whose run is shown.
fn strategy_choice(ui: &mut Ui, cx: &mut Cx<'_>) {
    let choices: Vec<_> = cx
        .state
        .strategies
        .iter()
        .map(|s| (*s, s.label(), "Show this strategy's samples, proposals, walks and target"))
        .collect();
    let mut shown = cx.state.focus.strategy;
    let changed = if choices.len() <= MANY_STRATEGIES {
        widgets::segmented(ui, "Run shown", &mut shown, &choices)
    } else {
        let combo = egui::ComboBox::new("run shown", "").width(150.0).selected_text(shown.label());
        let before = shown;
        let response = combo.show_ui(ui, |ui| {
            for (strategy, name, tip) in &choices {
                ui.selectable_value(&mut shown, *strategy, *name).on_hover_text(*tip);
            }
        });
        response.response.accessible_name("Run shown");
        shown != before
    };
    if changed {
        let command = cx.state.show(shown);
        cx.commands.push(command);
    }
}

/// Steps through the rounds; the last one follows the run.
fn round_stepper(ui: &mut Ui, cx: &mut Cx<'_>) {
    let latest = cx.state.shown_run().map_or(0, |r| r.latest_round());
    let shown = cx.state.shown_round();
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let previous =
            IconButton::new(Icon::Previous, "Previous round", "Look at the round before ([)").enabled(shown > 1);
        if previous.show(ui).clicked() {
            cx.state.look_at_round(shown.saturating_sub(1));
        }
        let text = if latest == 0 {
            "No round yet".to_owned()
        } else {
            format!("Round {shown} of {}", cx.state.experiment.rounds)
        };
        let live = cx.state.focus.round.is_none() && latest > 0 && cx.state.intent != Intent::Idle;
        let galley = ui.painter().layout_no_wrap(text, super::theme::font(super::theme::size::BODY), cx.theme.text);
        let (rect, _) =
            ui.allocate_exact_size(vec2(galley.size().x.max(92.0), super::theme::CONTROL_HEIGHT - 2.0), Sense::hover());
        let ink = if live { cx.theme.accent } else { cx.theme.text };
        ui.painter().galley(rect.center() - galley.size() / 2.0, galley.clone(), ink);
        let playing = cx.state.playhead.playing;
        let (icon, name) = if playing { (Icon::Pause, "Pause the playback") } else { (Icon::Play, "Play the rounds") };
        let play = IconButton::new(icon, name, "Play the rounds back: view, walks and curves follow (P)");
        if play.enabled(latest > 1).show(ui).clicked() {
            cx.state.toggle_playhead(cx.now);
        }
        let next = IconButton::new(Icon::Next, "Next round", "Look at the next round (])").enabled(shown < latest);
        if next.show(ui).clicked() {
            cx.state.look_at_round(shown + 1);
        }
    });
}
