//! What of the window differs from the frame before, as a few rectangles.

use std::collections::HashSet;

use egui::epaint::ClippedShape;
use egui::{Rect, Shape, TextureId};

/// Most rectangles; more are joined.
const MOST: usize = 6;
/// Shapes within which two frames are looked through for the next equal one.
const REACH: usize = 64;
/// Margin around a shape: soft edges, and positions rounded to pixels, points.
const MARGIN: f32 = 2.0;

/// Where two frames differ: outside these areas they show the same shapes in the same order, of textures that are the same.
pub fn differing(before: &[ClippedShape], after: &[ClippedShape], changed: &HashSet<TextureId>) -> Vec<Rect> {
    let mut areas = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < before.len() || j < after.len() {
        let (left, right) = skipped(&before[i..], &after[j..]);
        before[i..i + left].iter().chain(&after[j..j + right]).for_each(|shape| add(&mut areas, extent(shape)));
        (i, j) = (i + left, j + right);
        if let Some(shape) = after.get(j) {
            if !changed.is_empty() && shows(&shape.shape, changed) {
                add(&mut areas, extent(shape));
            }
            (i, j) = (i + 1, j + 1);
        }
    }
    areas
}

/// The area that a shape can change, points.
pub fn extent(shape: &ClippedShape) -> Rect {
    let whole = shape.transform_after_tessellation * shape.shape.visual_bounding_rect();
    whole.expand(MARGIN).intersect(shape.clip_rect)
}

/// How many shapes come before the next equal pair on either side: all, if there is none.
fn skipped(before: &[ClippedShape], after: &[ClippedShape]) -> (usize, usize) {
    let pairs = (0..REACH).flat_map(|sum| (0..=sum).map(move |left| (left, sum - left)));
    let equal = |(left, right): &(usize, usize)| before.get(*left).is_some_and(|a| Some(a) == after.get(*right));
    pairs.into_iter().find(equal).unwrap_or((before.len(), after.len()))
}

fn shows(shape: &Shape, textures: &HashSet<TextureId>) -> bool {
    match shape {
        Shape::Vec(shapes) => shapes.iter().any(|shape| shows(shape, textures)),
        shape => textures.contains(&shape.texture_id()),
    }
}

/// Adds an area; joins it with another where that costs nothing, or where there are too many.
fn add(areas: &mut Vec<Rect>, area: Rect) {
    if !area.is_positive() {
        return;
    }
    let growth = |a: &Rect| a.union(area).area() - a.area();
    let nearest =
        areas.iter().enumerate().min_by(|a, b| growth(a.1).total_cmp(&growth(b.1))).map(|(n, a)| (n, growth(a)));
    match nearest {
        Some((n, growth)) if growth <= area.area() || areas.len() == MOST => {
            let joined = areas.swap_remove(n).union(area);
            // It may meet others now.
            add(areas, joined);
        }
        _ => areas.push(area),
    }
}

#[cfg(test)]
mod tests {
    use egui::{Color32, pos2, vec2};

    use super::*;

    fn square(x: f32, colour: Color32) -> ClippedShape {
        let rect = Rect::from_min_size(pos2(x, 10.0), vec2(10.0, 10.0));
        ClippedShape::new(Rect::EVERYTHING, Shape::rect_filled(rect, 0, colour))
    }

    #[test]
    fn only_what_differs_is_drawn_again() {
        let row: Vec<ClippedShape> = (0..40).map(|n| square(n as f32 * 100.0, Color32::RED)).collect();
        let none = HashSet::new();
        assert!(differing(&row, &row, &none).is_empty());
        // Another colour, one that is gone and one that is new, far from each other.
        let mut after = row.clone();
        after[3] = square(300.0, Color32::BLUE);
        after.remove(20);
        after.insert(30, square(2.0, Color32::GREEN));
        let areas = differing(&row, &after, &none);
        let touched = |x: f32| areas.iter().any(|a| a.contains(pos2(x, 15.0)));
        assert_eq!([305.0, 2005.0, 5.0, 1005.0, 3505.0].map(touched), [true, true, true, false, false], "{areas:?}");
        let areas = differing(&row, &row, &HashSet::from([TextureId::default()]));
        assert!(row.iter().all(|s| areas.iter().any(|a| a.contains_rect(extent(s)))), "all of a texture that changed");
        assert_eq!(differing(&[], &row[..1], &none), [extent(&row[0])]);
        // What is everywhere else another is drawn whole.
        let other: Vec<ClippedShape> = (0..40).map(|n| square(n as f32 * 100.0, Color32::BLUE)).collect();
        let areas = differing(&row, &other, &none);
        assert!(areas.len() <= MOST && row.iter().all(|s| areas.iter().any(|a| a.contains_rect(extent(s)))));
    }
}
