//! The latent space with the image that is asked about: the step that found it, what is labelled, its neighbours.

use egui::{Color32, Rect, Sense, Ui, UiBuilder};
use glam::Vec2;

use super::space::Space;
use crate::history::LatentStep;
use crate::project::{Known, Region};
use crate::ui::kit::memo::Memo;
use crate::ui::kit::theme::{self, Theme};
use crate::ui::kit::widgets;
use crate::ui::panels::latent::brush::BrushStroke;
use crate::ui::panels::latent::view_texture::{self, ViewTexture};
use crate::ui::state::{self, BrushTool};
use crate::view::{Camera, Line, Look, Mode, PointStyle, Rgba, Target, ViewError};

/// What is drawn.
pub struct Place<'a> {
    pub space: &'a Space,
    pub known: &'a Known,
    /// Changes of what is labelled or asked about.
    pub version: u64,
    pub image: Option<usize>,
    /// Its latent point, if it was generated.
    pub point: Option<&'a [f32]>,
    pub step: Option<&'a LatentStep>,
    pub near: &'a [(usize, f32)],
    /// Images of a lasso, with the classes that they would get.
    pub region: &'a Region,
    /// Whether a drag draws a lasso; otherwise it turns the view.
    pub draws: bool,
}

/// The view and its camera.
pub struct PlaceView {
    texture: Option<ViewTexture>,
    failed: Option<String>,
    camera: Camera,
    /// The camera is fitted to the points until the user moves it.
    follows: bool,
    moved_at: f64,
    placed: Memo<(usize, Option<[u32; 3]>), ()>,
    counted: Memo<usize, ()>,
    painted: Memo<(u64, Option<usize>, bool, bool), ()>,
    stroke: BrushStroke,
    /// The image under the pointer, while a drag draws.
    pub hovered: Option<usize>,
}

impl Default for PlaceView {
    fn default() -> Self {
        Self {
            texture: None,
            failed: None,
            camera: Camera::new(Mode::Orbit, Vec2::splat(1.0)),
            follows: true,
            moved_at: f64::NEG_INFINITY,
            placed: Memo::default(),
            counted: Memo::default(),
            painted: Memo::default(),
            stroke: BrushStroke::default(),
            hovered: None,
        }
    }
}

/// Views with a smaller side are not drawn.
const MIN_SIDE: f32 = 24.0;
const STEP_WIDTH: f32 = 2.0;

impl PlaceView {
    /// Draws the view into `rect`; returns the images in a lasso once it is closed.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        place: &Place<'_>,
        gpu: Option<&egui_wgpu::RenderState>,
    ) -> Option<Vec<usize>> {
        let theme = Theme::of(ui.visuals());
        ui.painter().rect_filled(rect, 3.0, theme.background);
        if rect.width() < MIN_SIDE || rect.height() < MIN_SIDE {
            return None;
        }
        let drawn = match (gpu, &self.failed) {
            (_, Some(why)) => Err(why.clone()),
            (None, _) => Err("No graphics device (wgpu) can draw it in this window.".into()),
            (Some(gpu), None) => self.draw(ui, rect, place, theme, gpu).map_err(|e| e.to_string()),
        };
        drawn.unwrap_or_else(|why| {
            ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
                widgets::empty_state(ui, "The latent space cannot be drawn", &why);
            });
            self.failed = gpu.map(|_| why);
            None
        })
    }

    fn draw(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        place: &Place<'_>,
        theme: &Theme,
        gpu: &egui_wgpu::RenderState,
    ) -> Result<Option<Vec<usize>>, ViewError> {
        let response = ui.allocate_rect(rect, Sense::click_and_drag());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Place in latent space"));
        let scale = ui.pixels_per_point();
        let texture = match self.texture.take() {
            Some(texture) => self.texture.insert(texture),
            None => self.texture.insert(ViewTexture::new(gpu, (rect.size() * scale).round())?),
        };
        let look = if theme.dark { Look::dark() } else { Look::light() };
        let [background, select] = [theme.background, theme.accent].map(|color| color.to_srgba_unmultiplied());
        texture.view.set_look(Look { background, select, ..look });
        self.camera.resize(texture.resize(rect, scale));
        self.camera.set_mode(if place.space.is_solid() { Mode::Orbit } else { Mode::Flat });
        let painted = self.painted.changed((place.version, place.image, theme.dark, place.draws));
        let point = place.point.map(|point| place.space.place(point));
        let is_new = self.counted.changed(place.space.places.len());
        if self.placed.changed((place.space.places.len(), point.map(|at| at.map(f32::to_bits)))) {
            let places: Vec<[f32; 3]> = place.space.places.iter().copied().chain(point).collect();
            texture.view.set_points(&places, &colours(place, theme), &styles(place))?;
            texture.view.set_lines(&lines(place, theme))?;
            self.follows |= is_new;
        } else if painted {
            texture.view.set_colours(&colours(place, theme))?;
            texture.view.set_styles(&styles(place))?;
            texture.view.set_lines(&lines(place, theme))?;
        }
        if let Some(bounds) = texture.view.bounds().filter(|b| self.follows && self.camera.home() != *b) {
            self.camera.fit(bounds);
        }
        let now = ui.input(|i| i.time);
        let draws = place.draws && !ui.input(|i| i.modifiers.shift);
        let mut moved = view_texture::steer(&mut self.camera, ui, rect, &response, !draws);
        if response.double_clicked() {
            self.camera.reset();
            (self.follows, moved) = (true, false);
        }
        if moved {
            (self.follows, self.moved_at) = (false, now);
        }
        let left = self.moved_at + view_texture::SETTLE_SECONDS - now;
        if left > 0.0 {
            ui.ctx().request_repaint_after_secs(left as f32);
        }
        texture.show(ui, rect, &self.camera, left > 0.0, gpu)?;
        if !place.draws {
            let tip = format!("{}. Drag turns, the wheel zooms, a double click resets", place.space.told());
            response.on_hover_text(tip);
            return Ok(None);
        }
        let at = response.hover_pos().filter(|_| !response.dragged() && left <= 0.0);
        match texture.pick(ui, rect, at, &self.camera)? {
            Some(picked) => {
                self.hovered = match picked.hit.map(|hit| hit.target) {
                    Some(Target::Point(image)) => Some(image),
                    _ => None,
                }
            }
            None if at.is_none() => self.hovered = None,
            None => {}
        }
        let outline = self.stroke.follow(ui, rect, &response, BrushTool::Lasso, draws, theme);
        let within = |outline| state::Region::new(self.camera, outline).members(&place.space.places);
        Ok(outline.map(|outline| within(outline).into_iter().map(|image| image as usize).collect()))
    }
}

fn rgba(color: Color32) -> Rgba {
    color.to_srgba_unmultiplied()
}

/// Labelled images have the colours of their classes, and those of a lasso of what they would get; the others none.
fn colours(place: &Place<'_>, theme: &Theme) -> Vec<Rgba> {
    let none = rgba(theme.faint);
    let class = |image: usize| place.known.class_of(image).or_else(|| place.region.class_of(image));
    let colour = |image: usize| class(image).map_or(none, |class| rgba(theme::class_color(class)));
    let mut colours: Vec<Rgba> = (0..place.space.places.len()).map(colour).collect();
    colours.extend(place.point.map(|_| rgba(theme.accent)));
    if let Some(own) = place.image.and_then(|image| colours.get_mut(image)) {
        *own = rgba(theme.accent);
    }
    colours
}

fn styles(place: &Place<'_>) -> Vec<PointStyle> {
    let style = |image: usize| match place.known.class_of(image) {
        Some(_) => PointStyle::LABELLED,
        None if place.draws => PointStyle::POOL,
        None => PointStyle::FADED,
    };
    let mut styles: Vec<PointStyle> = (0..place.space.places.len()).map(style).collect();
    for image in place.region.images().iter().filter(|image| **image < styles.len()).copied().collect::<Vec<_>>() {
        styles[image] = PointStyle::LABELLED;
    }
    for (near, _) in place.near {
        styles[*near] = PointStyle::LABELLED.scaled(1.5);
    }
    if let Some(own) = place.image.and_then(|image| styles.get_mut(image)) {
        *own = PointStyle::LABELLED | PointStyle::SELECTED;
    }
    styles.extend(place.point.map(|_| PointStyle::LABELLED | PointStyle::SELECTED));
    styles
}

/// From the anchor p to p', and on to the image that lies next to it.
fn lines(place: &Place<'_>, theme: &Theme) -> Vec<Line> {
    let Some(step) = place.step else { return Vec::new() };
    let [from, to, neighbour] = [&step.from, &step.to, &step.neighbour].map(|code| place.space.place(code));
    let line = |a, b, color| Line::new(a, b, STEP_WIDTH, rgba(color)).on_top().cased();
    let snap = (place.point.is_none()).then(|| line(to, neighbour, theme.weak).dashed());
    std::iter::once(line(from, to, theme.accent).arrow()).chain(snap).collect()
}
