//! Thumbnails of points: decoded on a thread when they are first seen.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use egui::{TextureHandle, Ui};

use super::shown::Shown;
use crate::dataset::ImageShape;
use crate::dataset::own::fit::fitted;
use crate::dataset::own::picture::Picture;
use crate::experiment::ImageFit;
use crate::points::Points;
use crate::ui::kit::images::Images;
use crate::ui::kit::job::Job;

/// Longest side of a thumbnail, pixels.
const MOST_SIDE: usize = 128;
/// Beyond so many, all are forgotten and decoded again as they are seen.
const MOST: usize = 4_000;

/// Pixels as planes, and their shape; or why there are none.
type Decoded = Result<(ImageShape, Vec<u8>), String>;

/// Thumbnails by point.
#[derive(Default)]
pub struct Thumbs {
    images: Images,
    decoded: HashMap<u32, Decoded>,
    wanted: HashSet<u32>,
    decoding: Job<(u64, Vec<(u32, Decoded)>)>,
    /// Whose they are.
    of: u64,
}

/// A thumbnail as far as it is known.
pub enum Thumb {
    /// The points have no images.
    None,
    Waiting,
    Image(TextureHandle),
    /// Why it cannot be shown, as the end of a sentence.
    Broken(String),
}

impl Thumbs {
    /// Takes what was decoded, and starts decoding what was asked for in the last frame.
    pub fn update(&mut self, ctx: &egui::Context, shown: &Shown, dark: bool) {
        self.images.begin_frame(shown.id, dark, true);
        if self.of != shown.id || self.decoded.len() > MOST {
            self.decoded.clear();
            self.wanted.clear();
            self.of = shown.id;
        }
        if let Some((of, decoded)) = self.decoding.take()
            && of == self.of
        {
            self.decoded.extend(decoded);
        }
        if !self.wanted.is_empty() && !self.decoding.is_running() {
            let wanted: Vec<u32> = self.wanted.drain().collect();
            let (points, of) = (Arc::clone(&shown.points), self.of);
            self.decoding.start(ctx, move || (of, wanted.into_iter().map(|p| (p, decode(&points, p))).collect()));
        }
    }

    /// The thumbnail of a point.
    pub fn get(&mut self, ui: &Ui, shown: &Shown, point: u32) -> Thumb {
        if shown.points.images.is_none() {
            return Thumb::None;
        }
        match self.decoded.get(&point) {
            Some(Ok((shape, pixels))) => Thumb::Image(self.images.get(ui, ("point", point), self.of, *shape, pixels)),
            Some(Err(why)) => Thumb::Broken(why.clone()),
            None => {
                self.wanted.insert(point);
                ui.ctx().request_repaint();
                Thumb::Waiting
            }
        }
    }
}

fn decode(points: &Points, point: u32) -> Decoded {
    let Some(images) = &points.images else { return Err("has no image".into()) };
    let picture: Picture = images.of_row(points.row(point as usize))?;
    let side = picture.width.max(picture.height).clamp(1, MOST_SIDE);
    let shape = ImageShape { channels: picture.channels, height: side, width: side };
    Ok((shape, fitted(&picture, side, ImageFit::Fit)))
}
