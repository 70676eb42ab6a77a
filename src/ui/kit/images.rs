//! Data set images as textures: made on first sight, kept while they are of use.

use std::collections::HashMap;

use egui::{Color32, ColorImage, CornerRadius, Rect, TextureHandle, TextureOptions, Ui, Vec2};

use super::theme::Theme;
use crate::dataset::{Dataset, ImageShape};

/// What an image shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageKey {
    /// A train sample.
    Sample(u32),
    /// An image of the evaluation split.
    Evaluation(u32),
    /// G(p') at a point of a walk: strategy by name, walk, point.
    Walk(&'static str, usize, usize),
    /// G(E(x)) of a train sample, at a version of the target.
    Reconstruction(u32),
    /// The latest probe.
    Probe(u64),
    /// A sample of the generator in training: which, and how often they came.
    Generated(usize, u64),
    /// One end of the step that is explained: version, 0 for p and 1 for p'.
    Step(u64, usize),
    /// A made sample of a run: strategy by name, number.
    Made(&'static str, u32),
    /// What is decoded at a pin.
    Pin(u64),
    /// One point of its fan.
    Fan(u64, usize),
}

/// Textures by what they show.
#[derive(Default)]
pub struct Images {
    textures: HashMap<ImageKey, TextureHandle>,
    generation: u64,
    dark: bool,
}

/// Beyond so many textures all are dropped and made again as needed.
const MAX_TEXTURES: usize = 4096;

impl Images {
    /// Forgets everything when the experiment or the ground changed.
    pub fn begin_frame(&mut self, generation: u64, dark: bool) {
        if (self.generation, self.dark) != (generation, dark) || self.textures.len() > MAX_TEXTURES {
            self.textures.clear();
            (self.generation, self.dark) = (generation, dark);
        }
    }

    /// A train sample's image.
    pub fn sample(&mut self, ui: &Ui, dataset: &Dataset, sample: u32) -> Option<TextureHandle> {
        let inside = (sample as usize) < dataset.train.len();
        inside.then(|| self.get(ui, ImageKey::Sample(sample), dataset.shape(), dataset.train.image(sample as usize)))
    }

    /// Any image of the data set's shape.
    pub fn get(&mut self, ui: &Ui, key: ImageKey, shape: ImageShape, pixels: &[u8]) -> TextureHandle {
        let theme = Theme::of(ui.visuals());
        self.textures
            .entry(key)
            .or_insert_with(|| ui.ctx().load_texture("image", to_color(shape, pixels, theme), TextureOptions::NEAREST))
            .clone()
    }

    /// Forgets one image, because what it shows changed.
    pub fn forget(&mut self, key: ImageKey) {
        self.textures.remove(&key);
    }
}

/// Paints a texture into a square, with a hairline round it.
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

/// Grey goes from the theme's paper to its ink; three planes are RGB.
fn to_color(shape: ImageShape, pixels: &[u8], theme: &Theme) -> ColorImage {
    let plane = shape.height * shape.width;
    let value = |channel: usize, i: usize| pixels.get(channel * plane + i).copied().unwrap_or(0);
    let colors = (0..plane)
        .map(|i| match shape.channels {
            3 => Color32::from_rgb(value(0, i), value(1, i), value(2, i)),
            _ => theme.image[0].lerp_to_gamma(theme.image[1], f32::from(value(0, i)) / 255.0),
        })
        .collect();
    ColorImage::new([shape.width, shape.height], colors)
}
