//! Images in place of points, where the view of a plane is zoomed in so far that they have room.

use egui::{Pos2, Rect, Stroke, StrokeKind, Ui, Vec2, vec2};

use super::scene;
use super::view_texture;
use crate::ui::kit::images;
use crate::ui::kit::memo::Memo;
use crate::ui::kit::theme;
use crate::ui::panel::Cx;
use crate::view::{Camera, Mode};

/// The samples that are shown as images, with their places.
#[derive(Debug, Default)]
pub struct Thumbnails {
    chosen: Memo<Key, (f32, Vec<(u32, Pos2)>)>,
    shown: Vec<(u32, Rect)>,
}

/// Embedding, camera and place of the view.
type Key = (usize, Camera, Rect);

/// The magnification from which on images are shown, and the most points that may then be in view.
const LEAST_ZOOM: f32 = 1.5;
const MOST_POINTS: usize = 160;
/// Sides of an image, points, and its share of the distance between points.
const SIDES: (f32, f32) = (22.0, 56.0);
const FILL: f32 = 0.55;
const GAP: f32 = 3.0;
/// Room at the left and at the bottom for the numbers of the axes.
const AXES: Vec2 = vec2(44.0, 22.0);
/// Width of the border in the colour of the class.
const BORDER: f32 = 2.0;

impl Thumbnails {
    pub fn ui(&mut self, ui: &Ui, rect: Rect, camera: &Camera, cx: &mut Cx<'_>) {
        let (Some(codes), Some(dataset)) = (cx.snapshot.codes.clone(), cx.state.dataset.clone()) else { return };
        if camera.mode() != Mode::Flat || camera.zoom_factor() < LEAST_ZOOM || cx.snapshot.forming {
            return;
        }
        let key = (std::sync::Arc::as_ptr(&codes) as usize, *camera, rect);
        let scale = ui.pixels_per_point();
        let free = Rect::from_min_max(rect.min + vec2(AXES.x, 0.0), rect.max - vec2(0.0, AXES.y));
        let (side, chosen) = self.chosen.get(key, || {
            let place = |code: &[f32]| view_texture::on_screen(rect, camera, scale, scene::position(code).into());
            let places = codes.chunks_exact(cx.snapshot.latent_dim.max(1)).map(place);
            let inside = (0..).zip(places).filter_map(|(i, at)| Some((i, at.filter(|at| rect.contains(*at))?)));
            spread(inside, rect)
        });
        for (sample, at) in chosen {
            let label = dataset.train.label(*sample as usize);
            let square = Rect::from_center_size(*at, Vec2::splat(*side));
            let alone = cx.state.focus.class.is_some_and(|only| only != label);
            let Some(texture) =
                cx.images.sample(ui, &dataset, *sample).filter(|_| free.contains_rect(square) && !alone)
            else {
                continue;
            };
            images::paint(ui, &texture, square);
            let selected = cx.state.focus.sample == Some(*sample);
            let color = if selected { cx.theme.accent } else { theme::class_color(label) };
            ui.painter().rect_stroke(square, 3.0, Stroke::new(BORDER, color), StrokeKind::Outside);
            self.shown.push((*sample, square));
        }
    }

    /// The images that are shown, as samples with their places.
    pub fn shown(&self) -> &[(u32, Rect)] {
        &self.shown
    }

    /// Forgets the images of the last frame.
    pub fn clear(&mut self) {
        self.shown.clear();
    }

    /// The sample whose image is under the pointer.
    pub fn at(&self, pointer: Option<Pos2>) -> Option<u32> {
        let pointer = pointer?;
        self.shown.iter().find(|(_, square)| square.contains(pointer)).map(|(sample, _)| *sample)
    }
}

/// The side of the images, and those points of the view whose images do not overlap; none if there are too many points.
fn spread(inside: impl Iterator<Item = (u32, Pos2)>, rect: Rect) -> (f32, Vec<(u32, Pos2)>) {
    let points: Vec<_> = inside.take(MOST_POINTS + 1).collect();
    if points.len() > MOST_POINTS {
        return (0.0, Vec::new());
    }
    let side = (FILL * (rect.area() / points.len().max(1) as f32).sqrt()).clamp(SIDES.0, SIDES.1);
    let mut chosen: Vec<(u32, Pos2)> = Vec::new();
    for (sample, at) in points {
        let apart = |other: Pos2| (other - at).abs().max_elem() >= side + 2.0 * BORDER + GAP;
        if chosen.iter().all(|(_, other)| apart(*other)) {
            chosen.push((sample, at));
        }
    }
    (side, chosen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    #[test]
    fn images_do_not_overlap_and_a_crowd_has_none() {
        let rect = Rect::from_min_size(Pos2::ZERO, vec2(600.0, 400.0));
        let line = |n: u32, step: f32| (0..n).map(move |i| (i, pos2(i as f32 * step, 50.0)));
        let (side, far) = spread(line(5, 100.0), rect);
        assert_eq!((side, far.len()), (SIDES.1, 5));
        let (side, near) = spread(line(100, 6.0), rect);
        assert!(side >= SIDES.0 && near.len() > 5 && near.len() < 100);
        assert!(near.windows(2).all(|w| w[1].1.x - w[0].1.x >= side), "{near:?}");
        assert!(spread(line(161, 3.0), rect).1.is_empty());
        assert!(spread(line(0, 1.0), rect).1.is_empty());
    }
}
