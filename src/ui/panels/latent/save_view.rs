//! "Save view as PNG": the view at twice the resolution of the screen, with its axis numbers, names and legend.

use std::path::PathBuf;

use egui::{Color32, Rect, Ui};

use crate::figures;
use crate::ui::kit::ask_path::Wanted;
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::kit::painted;
use crate::ui::panel::Cx;
use crate::view::{Camera, LatentView, ViewError};

/// The path dialog, the path that was chosen in the last frame, and the write job.
pub struct SaveView {
    export: Export,
    due: Option<PathBuf>,
}

/// Pixels of the file for each of the screen's.
const FINER: u32 = 2;
/// The resolution at which a pixel of an SVG is a pixel of the image.
const SVG_DPI: f32 = 96.0;

impl Default for SaveView {
    fn default() -> Self {
        let export = Export::new("Save the view as PNG", "Path of the PNG file", "Save", Wanted::NewFile("png"));
        Self { export, due: None }
    }
}

impl SaveView {
    pub fn open(&mut self, cx: &Cx<'_>) {
        let (name, round) = (&cx.state.experiment.name, cx.state.shown_round());
        self.export.open(|| format!("{name}-{}-round-{round}.png", cx.state.shown_experiment().strategy));
    }

    /// Whether this frame's view is saved: it then has no images, which are left out.
    pub fn is_due(&self) -> bool {
        self.due.is_some()
    }

    /// Shows the dialog and reports the result.
    pub fn ui(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        cx.report(self.export.outcome());
        if let Some(path) = self.export.ui(ctx, |_| {}) {
            self.due = Some(path);
            ctx.request_repaint();
        }
    }

    /// If it is due, renders the view again and writes it with what was painted over `area` from the shape `first` on.
    pub fn capture(
        &mut self,
        ui: &Ui,
        area: Rect,
        first: usize,
        camera: &Camera,
        view: &mut LatentView,
        cx: &mut Cx<'_>,
    ) {
        let Some(path) = self.due.take() else { return };
        let scale = FINER as f32 * ui.pixels_per_point();
        let overlay = painted::svg(ui, ui.layer_id(), first, area, scale);
        match rendered(view, camera, scale) {
            Ok(picture) => {
                let ground = cx.theme.background;
                self.export.start(ui.ctx(), move || composed(picture, &overlay, ground, path));
            }
            Err(e) => cx.report(Some(Err(format!("The view was not saved: {e}")))),
        }
    }
}

/// Pixels as rows of RGBA.
struct Pixels {
    size: [usize; 2],
    rgba: Vec<u8>,
}

/// The view in a finer texture; the next frame has it in the size of the screen again.
fn rendered(view: &mut LatentView, camera: &Camera, scale: f32) -> Result<Pixels, ViewError> {
    let (width, height) = view.size();
    view.resize(FINER * width, FINER * height);
    view.set_pixel_scale(scale);
    let (width, height) = view.size();
    view.render(&camera.with_viewport(glam::Vec2::new(width as f32, height as f32)), false)?;
    Ok(Pixels { size: [width as usize, height as usize], rgba: view.read_rgba_blocking()? })
}

/// The view at the right edge, with the legend's column beside it, below what was painted.
fn composed(view: Pixels, overlay: &str, ground: Color32, path: PathBuf) -> Result<Prepared, String> {
    let (width, height, over) = figures::pixels(overlay, SVG_DPI).map_err(|e| e.to_string())?;
    let left = width.saturating_sub(view.size[0]);
    let mut rgba = Vec::with_capacity(over.len());
    for (i, over) in over.chunks_exact(4).enumerate() {
        let (x, y) = (i % width, i / width);
        let inside = x >= left && x - left < view.size[0] && y < view.size[1];
        let at = 4 * (y * view.size[0] + x.saturating_sub(left));
        let below = if inside { &view.rgba[at..at + 4] } else { &ground.to_array()[..] };
        // The pixels above are premultiplied by their opacity.
        let through = 255 - u16::from(over[3]);
        rgba.extend((0..3).map(|c| over[c].saturating_add((u16::from(below[c]) * through / 255) as u8)));
        rgba.push(u8::MAX);
    }
    let mut png = std::io::Cursor::new(Vec::new());
    image::write_buffer_with_format(
        &mut png,
        &rgba,
        width as u32,
        height as u32,
        image::ExtendedColorType::Rgba8,
        image::ImageFormat::Png,
    )
    .map_err(|e| format!("{} was not written: {e}", path.display()))?;
    Ok(Prepared::file(path, png.into_inner()))
}
