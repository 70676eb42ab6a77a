//! Images as textures: created at first use, cached by content key and version.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use egui::{Color32, ColorImage, CornerRadius, Rect, TextureHandle, TextureOptions, Ui, Vec2};

use super::theme::{DARK, Theme};
use crate::dataset::{Dataset, ImageShape};

/// Textures by content key, such as `("pin", id)`, each with its content's version.
#[derive(Default)]
pub struct Images {
    textures: HashMap<u64, (u64, TextureHandle)>,
    generation: u64,
    dark: bool,
    as_they_are: bool,
}

/// Beyond this many textures, all are dropped and created again as needed.
const MAX_TEXTURES: usize = 4096;

impl Images {
    /// Drops all textures if the experiment or the theme changed. Somebody's own images are shown `as_they_are`: drawings
    /// turn with the theme, photographs must not become negatives.
    pub fn begin_frame(&mut self, generation: u64, dark: bool, as_they_are: bool) {
        let now = (generation, dark, as_they_are);
        if (self.generation, self.dark, self.as_they_are) != now || self.textures.len() > MAX_TEXTURES {
            self.textures.clear();
            (self.generation, self.dark, self.as_they_are) = now;
        }
    }

    /// The image of a train sample.
    pub fn sample(&mut self, ui: &Ui, dataset: &Dataset, sample: u32) -> Option<TextureHandle> {
        let inside = (sample as usize) < dataset.train.len();
        inside.then(|| self.get(ui, ("train", sample), 0, dataset.shape(), dataset.train.image(sample as usize)))
    }

    /// The texture of an image of the data set's shape; a new `version` under the same key replaces the previous one.
    pub fn get(&mut self, ui: &Ui, what: impl Hash, version: u64, shape: ImageShape, pixels: &[u8]) -> TextureHandle {
        let greys = greys(Theme::of(ui.visuals()), self.as_they_are);
        self.in_greys(ui, what, version, (shape, pixels), greys)
    }

    /// As `get`, for an image of one's own before any experiment on it.
    pub fn own(&mut self, ui: &Ui, what: impl Hash, version: u64, shape: ImageShape, pixels: &[u8]) -> TextureHandle {
        self.in_greys(ui, what, version, (shape, pixels), greys(Theme::of(ui.visuals()), true))
    }

    fn in_greys(
        &mut self,
        ui: &Ui,
        what: impl Hash,
        version: u64,
        (shape, pixels): (ImageShape, &[u8]),
        greys: [Color32; 2],
    ) -> TextureHandle {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        let make = || {
            let image = colored(shape, pixels, greys);
            (version, ui.ctx().load_texture("image", image, TextureOptions::NEAREST))
        };
        let cached = self.textures.entry(hasher.finish()).or_insert_with(make);
        if cached.0 != version {
            *cached = make();
        }
        cached.1.clone()
    }
}

/// Paints a texture into a square with a thin border.
pub fn paint(ui: &Ui, texture: &TextureHandle, rect: Rect) {
    let uv = Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
    let theme = Theme::of(ui.visuals());
    let shape =
        egui::epaint::RectShape::filled(rect, CornerRadius::same(3), Color32::WHITE).with_texture(texture.id(), uv);
    ui.painter().add(shape);
    ui.painter().rect_stroke(rect, CornerRadius::same(3), egui::Stroke::new(1.0, theme.line), egui::StrokeKind::Inside);
}

/// A texture at a whole multiple of its pixels.
pub fn show(ui: &mut Ui, texture: &TextureHandle, side: f32, name: &str) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
    paint(ui, texture, rect);
    response
}

/// The colours of black and white: the theme's paper and ink, or the dark ones for images that are shown as they are.
pub fn greys(theme: &Theme, as_they_are: bool) -> [Color32; 2] {
    if as_they_are { DARK.image } else { theme.image }
}

/// Pixels as colours: one plane runs from the first of `greys` to the second, three planes are RGB.
pub fn colored(shape: ImageShape, pixels: &[u8], greys: [Color32; 2]) -> ColorImage {
    let plane = shape.height * shape.width;
    let value = |channel: usize, i: usize| pixels.get(channel * plane + i).copied().unwrap_or(0);
    let colors = (0..plane)
        .map(|i| match shape.channels {
            3 => Color32::from_rgb(value(0, i), value(1, i), value(2, i)),
            _ => greys[0].lerp_to_gamma(greys[1], f32::from(value(0, i)) / 255.0),
        })
        .collect();
    ColorImage::new([shape.width, shape.height], colors)
}
