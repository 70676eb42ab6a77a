//! The view of points: its texture, mouse and keys, and what is written over it.

use egui::{Align2, Rect, Response, Sense, Ui, pos2, vec2};
use glam::Vec2;

use super::paint;
use super::shown::{Place, Shown};
use super::thumbs::{Thumb, Thumbs};
use crate::ui::kit::images;
use crate::ui::kit::memo::Memo;
use crate::ui::kit::theme::{self, Theme, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words::thousands;
use crate::ui::panels::latent::brush::BrushStroke;
use crate::ui::panels::latent::overlay;
use crate::ui::panels::latent::view_texture::{self, ViewTexture};
use crate::ui::state::{BrushTool, Region};
use crate::view::{Camera, Look, Mode, Target};

/// What the view is drawn with.
pub struct Screen<'a> {
    pub theme: &'static Theme,
    /// `None` if the window has no graphics device.
    pub gpu: Option<&'a egui_wgpu::RenderState>,
    /// The time of the window's clock, seconds.
    pub now: f64,
}

/// The view and its state between frames.
pub struct PointsView {
    texture: Option<ViewTexture>,
    failed: Option<String>,
    camera: Camera,
    /// The camera is fitted to the points until the user moves it.
    follows: bool,
    moved_at: f64,
    hovered: Option<u32>,
    stroke: BrushStroke,
    places: Memo<(u64, Place), ()>,
    painted: Memo<Painted, ()>,
}

/// What colours and styles depend on: points, colours, the class that is shown alone, changes, dark.
type Painted = (u64, Option<usize>, Option<u16>, u64, bool);

/// Views with a smaller side are not drawn.
const MIN_SIDE: f32 = 24.0;
/// Side of the thumbnail beside the pointer, points.
const HOVER_SIDE: f32 = 64.0;

impl Default for PointsView {
    fn default() -> Self {
        Self {
            texture: None,
            failed: None,
            camera: Camera::new(Mode::Orbit, Vec2::splat(1.0)),
            follows: true,
            moved_at: f64::NEG_INFINITY,
            hovered: None,
            stroke: BrushStroke::default(),
            places: Memo::default(),
            painted: Memo::default(),
        }
    }
}

impl PointsView {
    /// Fits the view to the points.
    pub fn fit(&mut self) {
        self.follows = true;
    }

    /// Turns the view as it was at first.
    pub fn reset(&mut self) {
        self.camera.reset();
        self.follows = true;
    }

    pub fn ui(&mut self, ui: &mut Ui, shown: &mut Shown, thumbs: &mut Thumbs, screen: &Screen<'_>) {
        let rect = ui.max_rect();
        ui.painter().rect_filled(rect, egui::CornerRadius::ZERO, screen.theme.background);
        let response = ui.allocate_rect(rect, Sense::click_and_drag());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Points"));
        if rect.width() < MIN_SIDE || rect.height() < MIN_SIDE {
            return;
        }
        let why = match (&self.failed, screen.gpu) {
            (Some(why), _) => Some(why.as_str()),
            (None, None) => Some("No graphics device (wgpu) can draw the view in this window."),
            (None, Some(_)) => None,
        };
        if let Some(why) = why {
            ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
                widgets::empty_state(ui, "The points cannot be drawn", why);
            });
            return;
        }
        if let Err(e) = self.draw(ui, rect, &response, shown, screen) {
            self.failed = Some(e.to_string());
            return;
        }
        self.act(ui, rect, &response, shown, screen);
        self.over(ui, rect, shown, screen);
        if response.hovered()
            && !response.dragged()
            && let Some(point) = self.hovered
        {
            card(ui, shown, thumbs, point);
        }
    }

    /// Gives the view what changed, moves the camera, and shows the texture.
    fn draw(
        &mut self,
        ui: &Ui,
        rect: Rect,
        response: &Response,
        shown: &Shown,
        screen: &Screen<'_>,
    ) -> Result<(), crate::view::ViewError> {
        let Some(gpu) = screen.gpu else { return Ok(()) };
        let scale = ui.pixels_per_point();
        let texture = match self.texture.take() {
            Some(texture) => self.texture.insert(texture),
            None => self.texture.insert(ViewTexture::new(gpu, (rect.size() * scale).round())?),
        };
        let look = if screen.theme.dark { Look::dark() } else { Look::light() };
        let [background, select] =
            [screen.theme.background, screen.theme.accent].map(|color| color.to_srgba_unmultiplied());
        texture.view.set_look(Look { background, select, ..look });
        self.camera.resize(texture.resize(rect, scale));
        texture.view.show_density(shown.density);
        self.camera.set_mode(if shown.place.solid { Mode::Orbit } else { Mode::Flat });
        let painted = self.painted.changed((shown.id, shown.colour, shown.only, shown.changes, screen.theme.dark));
        if self.places.changed((shown.id, shown.place)) {
            texture.view.set_points(&shown.places(), &paint::colours(shown, screen.theme), &paint::styles(shown))?;
            self.follows = true;
        } else if painted {
            texture.view.set_colours(&paint::colours(shown, screen.theme))?;
            texture.view.set_styles(&paint::styles(shown))?;
        }
        if let Some(bounds) = texture.view.bounds().filter(|b| self.follows && self.camera.home() != *b) {
            self.camera.fit(bounds);
        }
        let draws = shown.tool != BrushTool::Off && !ui.input(|i| i.modifiers.shift);
        let mut moved = view_texture::steer(&mut self.camera, ui, rect, response, !draws);
        if response.double_clicked() {
            self.camera.reset();
            (self.follows, moved) = (true, false);
        }
        if moved {
            self.follows = false;
            self.moved_at = screen.now;
        }
        let left = self.moved_at + view_texture::SETTLE_SECONDS - screen.now;
        if left > 0.0 {
            ui.ctx().request_repaint_after_secs(left as f32);
        }
        texture.show(ui, rect, &self.camera, left > 0.0, gpu)?;
        let at = response.hover_pos().filter(|_| !response.dragged() && left <= 0.0);
        match texture.pick(ui, rect, at, &self.camera)? {
            Some(result) => {
                self.hovered = match result.hit.map(|hit| hit.target) {
                    Some(Target::Point(point)) => u32::try_from(point).ok(),
                    _ => None,
                }
            }
            None if at.is_none() => self.hovered = None,
            None => {}
        }
        Ok(())
    }

    /// Clicks look at a point, and strokes select.
    fn act(&mut self, ui: &Ui, rect: Rect, response: &Response, shown: &mut Shown, screen: &Screen<'_>) {
        if response.clicked() {
            shown.look_at(ui.ctx(), self.hovered);
        }
        let takes = shown.tool != BrushTool::Off && !ui.input(|i| i.modifiers.shift);
        if let Some(outline) = self.stroke.follow(ui, rect, response, shown.tool, takes, screen.theme) {
            shown.select_in(ui.ctx(), Region::new(self.camera, outline));
        }
    }

    /// Numbers along the axes, and what the view shows.
    fn over(&self, ui: &Ui, rect: Rect, shown: &Shown, screen: &Screen<'_>) {
        let Some(texture) = &self.texture else { return };
        let theme = screen.theme;
        let ticks = texture.view.ticks(&self.camera);
        overlay::ticks(ui, rect, &ticks, ui.pixels_per_point(), theme);
        let mut lines = vec![(shown.told(), theme.weak)];
        lines.extend(texture.view.density_scale().map(|scale| (overlay::density_words(scale), theme.weak)));
        let most = texture.view.quality().max_points_while_moving;
        let moving = screen.now - self.moved_at < view_texture::SETTLE_SECONDS;
        if moving && !shown.density && shown.points.len() > most {
            let text = format!("{} of {} points while it moves", thousands(most), thousands(shown.points.len()));
            lines.push((text, theme.accent));
        }
        if paint::leaves_out(shown) {
            let text = "Only what stands out is drawn: the other points are too many to be seen through";
            lines.push((text.into(), theme.accent));
        }
        if shown.tool != BrushTool::Off {
            lines.push(("Drag to select; right or Shift drag moves the view; Esc ends".into(), theme.accent));
        }
        let left = rect.left() + space::M + if shown.place.solid { 0.0 } else { 18.0 };
        for (i, (text, color)) in lines.iter().enumerate() {
            let painter = ui.painter_at(rect);
            let room = (rect.right() - left - space::S).max(40.0);
            let mut job = egui::text::LayoutJob::simple_singleline(text.clone(), theme::font(size::CAPTION), *color);
            job.wrap = egui::text::TextWrapping::truncate_at_width(room);
            let galley = painter.layout_job(job);
            let at = pos2(left, rect.top() + space::S + 16.0 * i as f32);
            let place = Align2::LEFT_TOP.anchor_size(at, galley.size());
            painter.rect_filled(place.expand2(vec2(3.0, 0.0)), 2.0, theme.background.gamma_multiply(0.8));
            painter.galley(place.min, galley, *color);
        }
    }
}

/// The point under the pointer: its image, its row, and its first values.
fn card(ui: &Ui, shown: &Shown, thumbs: &mut Thumbs, point: u32) {
    const VALUES: usize = 4;
    let tip = egui::Tooltip::always_open(
        ui.ctx().clone(),
        ui.layer_id(),
        egui::Id::unique("point under the pointer"),
        egui::PopupAnchor::Pointer,
    );
    tip.gap(12.0).show(|ui| {
        ui.set_max_width(260.0);
        if let Thumb::Image(texture) = thumbs.get(ui, shown, point) {
            images::show(ui, &texture, HOVER_SIDE, "Image of the point under the pointer");
        }
        ui.label(theme::bold(format!("Row {}", thousands(shown.points.row(point as usize)))));
        let first = shown.colour.into_iter();
        let rest = (0..shown.points.columns.len()).filter(|c| Some(*c) != shown.colour);
        for column in first.chain(rest).take(VALUES) {
            let text = format!("{}: {}", shown.points.columns[column].name, shown.points.cell(column, point as usize));
            ui.add(egui::Label::new(egui::RichText::new(text).size(size::CAPTION)).truncate());
        }
    });
}
