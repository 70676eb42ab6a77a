//! "Save view as PNG": the view at twice the resolution of the screen, with its images, axis numbers, names and legend.

use std::path::PathBuf;

use egui::{Color32, ColorImage, Rect, Ui};

use crate::experiment::DatasetKind;
use crate::figures;
use crate::ui::kit::ask_path::Wanted;
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::kit::images;
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
        let shown = cx.state.shown_experiment();
        let seed = if cx.state.repeats() > 1 { format!("-seed-{}", shown.seed) } else { String::new() };
        self.export.open(|| format!("{name}-{}{seed}-round-{round}.png", shown.strategy));
    }

    /// The dialog and the write job, to be asked for their result.
    pub fn export(&mut self) -> &mut Export {
        &mut self.export
    }

    /// Shows the dialog.
    pub fn ui(&mut self, ctx: &egui::Context) {
        if let Some(path) = self.export.ui(ctx, |_| {}) {
            self.due = Some(path);
            ctx.request_repaint();
        }
    }

    /// Whether what is painted in this frame is saved.
    pub fn is_due(&self) -> bool {
        self.due.is_some()
    }

    /// If it is due, renders the view again and writes it with the images of samples in their places, and with what was
    /// painted over the area from the shape `first` on.
    pub fn capture(
        &mut self,
        ui: &Ui,
        (area, first): (Rect, usize),
        camera: &Camera,
        view: &mut LatentView,
        samples: &[(u32, Rect)],
        cx: &mut Cx<'_>,
    ) {
        let Some(path) = self.due.take() else { return };
        let scale = FINER as f32 * ui.pixels_per_point();
        let own = cx.state.experiment.dataset == DatasetKind::Own;
        let image = |(sample, place): &(u32, Rect)| {
            let dataset = cx.state.dataset.as_ref()?;
            let pixels = dataset.train.image(*sample as usize);
            let place = place.translate(-area.min.to_vec2()) * scale;
            Some((place, images::colored(dataset.shape(), pixels, images::greys(cx.theme, own))))
        };
        let images: Vec<(Rect, ColorImage)> = samples.iter().filter_map(image).collect();
        let overlay = painted::svg(ui, ui.layer_id(), first, area, scale);
        match rendered(view, camera, scale) {
            Ok(picture) => {
                let ground = cx.theme.background;
                self.export.start(ui.ctx(), move || composed(picture, &images, &overlay, ground, path));
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

/// The view at the right edge with the images on it, the legend's column beside it, below what was painted.
fn composed(
    view: Pixels,
    images: &[(Rect, ColorImage)],
    overlay: &str,
    ground: Color32,
    path: PathBuf,
) -> Result<Prepared, String> {
    let (width, height, over) = figures::pixels(overlay, SVG_DPI).map_err(|e| e.to_string())?;
    let mut below: Vec<Color32> = vec![ground; width * height];
    let left = width.saturating_sub(view.size[0]);
    for (row, pixels) in below.chunks_exact_mut(width).zip(view.rgba.chunks_exact(4 * view.size[0])) {
        for (to, from) in row[left..].iter_mut().zip(pixels.chunks_exact(4)) {
            *to = Color32::from_rgb(from[0], from[1], from[2]);
        }
    }
    images.iter().for_each(|(place, image)| put(&mut below, [width, height], *place, image));
    let mut rgba = Vec::with_capacity(over.len());
    for (over, below) in over.chunks_exact(4).zip(&below) {
        // The pixels above are premultiplied by their opacity.
        let through = 255 - u16::from(over[3]);
        let below = below.to_array();
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

/// Puts an image into its place in a picture of this size, each of its pixels as a square.
fn put(picture: &mut [Color32], [width, height]: [usize; 2], place: Rect, image: &ColorImage) {
    let range =
        |from: f32, to: f32, most: usize| from.round().max(0.0) as usize..(to.round().max(0.0) as usize).min(most);
    let share = |at: usize, from: f32, long: f32| (at as f32 + 0.5 - from) / long;
    for y in range(place.top(), place.bottom(), height) {
        for x in range(place.left(), place.right(), width) {
            let [across, down] = [share(x, place.left(), place.width()), share(y, place.top(), place.height())];
            let at = |share: f32, side: usize| ((share * side as f32) as usize).min(side.saturating_sub(1));
            picture[y * width + x] = image[(at(across, image.width()), at(down, image.height()))];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{pos2, vec2};

    #[test]
    fn an_image_fills_its_place_and_no_more() {
        let [dark, light, ground] = [Color32::BLACK, Color32::WHITE, Color32::RED];
        let image = ColorImage::new([2, 1], vec![dark, light]);
        let mut picture = vec![ground; 6 * 3];
        put(&mut picture, [6, 3], Rect::from_min_size(pos2(1.0, 1.0), vec2(4.0, 1.0)), &image);
        let middle = [ground, dark, dark, light, light, ground];
        assert_eq!(picture, [&[ground; 6][..], &middle, &[ground; 6]].concat());
        put(&mut picture, [6, 3], Rect::from_min_size(pos2(-5.0, 2.0), vec2(20.0, 9.0)), &image);
        assert_eq!(picture[12..14], [dark; 2], "cut off at the edges");
    }
}
