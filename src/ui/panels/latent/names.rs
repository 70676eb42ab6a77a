//! The names of the classes in the latent view, each where most of its samples are, or close by; none where it is too crowded.

use egui::{Color32, CornerRadius, Pos2, Rect, Stroke, StrokeKind, Ui, Vec2, vec2};

use super::view_texture;
use crate::dataset::Class;
use crate::ui::kit::memo::Memo;
use crate::ui::kit::theme::{self, size};
use crate::ui::panel::Cx;
use crate::ui::state::{Along, Axes};
use crate::view::Camera;

/// The places of the names.
#[derive(Debug, Default)]
pub struct ClassNames {
    /// The centroid of each class with its number of samples, the largest class first, by embedding.
    centres: Memo<(usize, (Along, usize)), Vec<Centre>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Centre {
    class: Class,
    samples: usize,
    place: [f32; 3],
}

/// Space between a name and anything else, points.
const APART: f32 = 3.0;
/// Where a name may stand, in its own widths and heights from the centre of its class.
const BESIDE: [Vec2; 5] = [vec2(0.0, 0.0), vec2(0.0, -1.0), vec2(0.0, 1.0), vec2(1.0, 0.0), vec2(-1.0, 0.0)];
const GROUND: f32 = 0.72;
/// Most names, so that points can be seen between them.
const MOST: usize = 24;

impl ClassNames {
    /// Shows the names clear of each other and of what is `taken`.
    pub fn ui(&mut self, ui: &Ui, rect: Rect, camera: &Camera, mut taken: Vec<Rect>, cx: &Cx<'_>) {
        let (Some(codes), Some(dataset)) = (&cx.snapshot.codes, &cx.state.dataset) else { return };
        let key = (std::sync::Arc::as_ptr(codes) as usize, cx.state.axes.key());
        let centres =
            self.centres.get(key, || centres(codes, cx.snapshot.latent_dim, dataset.train.labels(), &cx.state.axes));
        let painter = ui.painter_at(rect);
        let mut left = MOST;
        for centre in centres.iter().filter(|c| cx.state.focus.class.is_none_or(|only| only == c.class)) {
            if left == 0 {
                break;
            }
            let at = view_texture::on_screen(rect, camera, ui.pixels_per_point(), centre.place.into());
            let Some(at) = at else { continue };
            let font = theme::bold_font(size::BODY);
            let galley = painter.layout_no_wrap(cx.state.class_name(centre.class), font, Color32::PLACEHOLDER);
            let Some(place) = free(at, galley.size() + vec2(10.0, 2.0), rect, &taken) else { continue };
            let edge = Stroke::new(1.0, theme::class_color(centre.class));
            let ground = cx.theme.background.gamma_multiply(GROUND);
            painter.rect(place, CornerRadius::same(6), ground, edge, StrokeKind::Inside);
            painter.galley(place.center() - galley.size() / 2.0, galley, cx.theme.text);
            taken.push(place);
            left -= 1;
        }
    }
}

/// The first place for a name of this size at `at` or beside it, inside `rect`, that is clear of what is taken.
fn free(at: Pos2, size: Vec2, rect: Rect, taken: &[Rect]) -> Option<Rect> {
    let mut places = BESIDE.iter().map(|by| Rect::from_center_size(at + *by * (size + Vec2::splat(APART)), size));
    places.find(|place| rect.contains_rect(*place) && !taken.iter().any(|t| t.expand(APART).intersects(*place)))
}

fn centres(codes: &[f32], dim: usize, labels: &[Class], axes: &Axes) -> Vec<Centre> {
    let classes = labels.iter().max().map_or(0, |most| usize::from(*most) + 1);
    let mut sums = vec![([0.0_f64; 3], 0_usize); classes];
    for (code, label) in codes.chunks_exact(dim.max(1)).zip(labels) {
        let (sum, samples) = &mut sums[usize::from(*label)];
        sum.iter_mut().zip(axes.place(code)).for_each(|(s, c)| *s += f64::from(c));
        *samples += 1;
    }
    let of = |(class, (sum, samples)): (usize, ([f64; 3], usize))| Centre {
        class: class as Class,
        samples,
        place: sum.map(|s| (s / samples as f64) as f32),
    };
    let mut centres: Vec<Centre> = sums.into_iter().enumerate().filter(|(_, (_, n))| *n > 0).map(of).collect();
    centres.sort_by_key(|c| std::cmp::Reverse(c.samples));
    centres
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_clear_of_what_is_there() {
        let (rect, size) = (Rect::from_min_size(Pos2::ZERO, Vec2::splat(100.0)), vec2(20.0, 10.0));
        let at = rect.center();
        assert_eq!(free(at, size, rect, &[]), Some(Rect::from_center_size(at, size)));
        let letter = Rect::from_center_size(at, Vec2::splat(8.0));
        let place = free(at, size, rect, &[letter]).unwrap();
        assert!(place.bottom() <= letter.top() && !place.intersects(letter), "{place}");
        assert_eq!(free(at, size, rect, &[rect]), None);
        assert_eq!(free(Pos2::ZERO, size, rect, &[]), None, "outside");
    }

    #[test]
    fn a_name_stands_at_the_centroid_of_its_class_and_the_largest_class_comes_first() {
        let codes = [0.0, 2.0, 1.0, 1.0, 3.0, 5.0, 2.0, 0.0];
        let expected = [
            Centre { class: 7, samples: 3, place: [1.0, 1.0, 0.0] },
            Centre { class: 0, samples: 1, place: [3.0, 5.0, 0.0] },
        ];
        assert_eq!(centres(&codes, 2, &[7, 7, 0, 7], &Axes::default()), expected);
    }
}
