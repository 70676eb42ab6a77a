//! The images of a project as textures: small ones as the model sees them, large ones as they are stored.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use egui::{Color32, ColorImage, TextureHandle, TextureOptions, Ui};

use crate::dataset::ImageShape;
use crate::project::Pictures;
use crate::ui::kit::job::Job;

/// Longest side of a large image, pixels.
const MOST_SIDE: usize = 1_400;
/// Beyond so many, all are forgotten and made again as they are seen.
const MOST_SMALL: usize = 4_096;
const MOST_LARGE: usize = 24;

/// A large image, or why it cannot be read, as the end of a sentence.
type Decoded = Result<(ImageShape, Vec<u8>), String>;

/// The textures.
#[derive(Default)]
pub struct Gallery {
    small: HashMap<usize, TextureHandle>,
    /// In the place of a generated image that is not read yet.
    blank: Option<TextureHandle>,
    large: HashMap<usize, Result<TextureHandle, String>>,
    wanted: HashSet<usize>,
    decoding: Job<Vec<(usize, Decoded)>>,
}

impl Gallery {
    /// Takes what was decoded, and starts decoding what was asked for.
    pub fn update(&mut self, ctx: &egui::Context, pictures: &Arc<Pictures>) {
        for (image, decoded) in self.decoding.take().into_iter().flatten() {
            let texture = decoded.map(|(shape, pixels)| texture(ctx, shape, &pixels));
            if pictures.is_generated(image) {
                // It is stored as the model sees it.
                self.small.extend(texture.iter().map(|texture| (image, texture.clone())));
            }
            self.large.insert(image, texture);
        }
        if !self.wanted.is_empty() && !self.decoding.is_running() {
            if self.large.len() > MOST_LARGE {
                self.large.clear();
            }
            let (wanted, pictures): (Vec<usize>, _) = (self.wanted.drain().collect(), Arc::clone(pictures));
            self.decoding.start(ctx, move || {
                wanted.into_iter().map(|image| (image, pictures.large(image, MOST_SIDE))).collect()
            });
        }
    }

    /// The image as the model sees it.
    pub fn small(&mut self, ui: &Ui, pictures: &Pictures, image: usize) -> TextureHandle {
        if self.small.len() > MOST_SMALL {
            self.small.clear();
        }
        if pictures.is_generated(image) && !self.small.contains_key(&image) {
            self.want(image);
            let blank = || texture(ui.ctx(), ImageShape { channels: 1, height: 1, width: 1 }, &[]);
            return self.blank.get_or_insert_with(blank).clone();
        }
        let make = || texture(ui.ctx(), pictures.all.shape(), pictures.all.image(image));
        self.small.entry(image).or_insert_with(make).clone()
    }

    /// The image as it is stored; until it is decoded, or if it cannot be, as the model sees it.
    pub fn large(&mut self, ui: &Ui, pictures: &Pictures, image: usize) -> TextureHandle {
        match self.large.get(&image) {
            Some(Ok(texture)) => texture.clone(),
            Some(Err(_)) => self.small(ui, pictures, image),
            None => {
                self.want(image);
                self.small(ui, pictures, image)
            }
        }
    }

    /// Why the image cannot be shown as it is stored, as the end of a sentence; it is shown as the model sees it then.
    pub fn fault(&self, image: usize) -> Option<&str> {
        self.large.get(&image)?.as_ref().err().map(String::as_str)
    }

    /// Decodes an image ahead.
    pub fn want(&mut self, image: usize) {
        if !self.large.contains_key(&image) {
            self.wanted.insert(image);
        }
    }
}

/// Pixels in their own colours, in both themes: a person judges what the camera saw. All are drawn smoothly, so that an
/// image looks the same large, in the grid and beside others.
fn texture(ctx: &egui::Context, shape: ImageShape, pixels: &[u8]) -> TextureHandle {
    let plane = shape.height * shape.width;
    let value = |channel: usize, i: usize| pixels.get(channel * plane + i).copied().unwrap_or(0);
    let colors = (0..plane).map(|i| match shape.channels {
        3 => Color32::from_rgb(value(0, i), value(1, i), value(2, i)),
        _ => Color32::from_gray(value(0, i)),
    });
    let image = ColorImage::new([shape.width, shape.height], colors.collect());
    ctx.load_texture("image", image, TextureOptions::LINEAR)
}
