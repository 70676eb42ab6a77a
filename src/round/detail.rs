//! What a decoder loses of an image, given back: the image near by, changed as its decoded twin changes.

use super::training_set::TrainingSet;
use crate::dataset::ImageShape;
use crate::dataset::vessels::masks::{FilledRegions, WallMask};
use crate::dataset::vessels::regions::{components, reachable_from_border};
use crate::experiment::Task;
use crate::sampler::{Candidate, Place};
use crate::world::World;

/// The image at the point of `candidate` with the detail of the anchor of its step, or without a step of the train sample
/// nearest to it; `None` if it is no point, nothing is near, or one of the masks is no wall round one lumen.
pub fn restored(world: &World, task: Task, training: &TrainingSet, candidate: &Candidate) -> Option<Vec<f32>> {
    let Place::Point(point) = &candidate.place else { return None };
    let (sample, code) = match &candidate.step {
        Some(step) => (step.parent, step.from.as_slice()),
        None => {
            let near = world.latent.index().nearest(point, |_| false)?.sample;
            (near, world.latent.code(near))
        }
    };
    let image = training.image(sample, &world.dataset.train)?;
    let decode = |code: &[f32]| world.generator.decode(code);
    changed(task, world.dataset.shape(), &image, &decode(code), &decode(point))
}

/// `image`, changed as `before` changes into `after`: a mask by the signed distances to the borders of its lumen and of its
/// vessel, any other image by grey levels. `None` if one of the masks is no wall round one lumen.
fn changed(task: Task, shape: ImageShape, image: &[f32], before: &[f32], after: &[f32]) -> Option<Vec<f32>> {
    if task == Task::Classes {
        let all = image.iter().zip(before).zip(after);
        return Some(all.map(|((image, before), after)| (image + (after - before)).clamp(0.0, 1.0)).collect());
    }
    let regions = |mask| WallMask::from_values(shape.width, shape.height, mask, 0.5)?.regions().ok();
    let [image, before, after] = [regions(image)?, regions(before)?, regions(after)?];
    let moved = |region: fn(&FilledRegions) -> &[bool]| -> Vec<bool> {
        let [image, before, after] = [&image, &before, &after].map(|r| signed_distances(region(r), shape.width));
        let change: Vec<f32> = after.iter().zip(before).map(|(after, before)| after - before).collect();
        image.into_iter().zip(smoothed(&change, shape.width)).map(|(image, change)| image + change > 0.0).collect()
    };
    // Sums of distances may have islands and holes.
    let vessel = largest(&moved(|r| &r.vessel), shape);
    let filled: Vec<bool> =
        reachable_from_border(shape.width, shape.height, &vessel).into_iter().map(|outside| !outside).collect();
    let lumen = largest(&moved(|r| &r.lumen), shape);
    Some(filled.into_iter().zip(lumen).map(|(vessel, lumen)| f32::from(vessel && !lumen)).collect())
}

/// The mean of 5 x 5 pixels around each, of values `width` in a row: distances to pixels are steps, and a border that moved
/// by their differences would be rough by itself.
fn smoothed(values: &[f32], width: usize) -> Vec<f32> {
    const REACH: usize = 2;
    let height = values.len() / width.max(1);
    let mean = |at: usize| {
        let (x, y) = (at % width, at / width);
        let columns = || x.saturating_sub(REACH)..(x + REACH + 1).min(width);
        let rows = y.saturating_sub(REACH)..(y + REACH + 1).min(height);
        let near: Vec<f32> = rows.flat_map(|y| columns().map(move |x| values[y * width + x])).collect();
        near.iter().sum::<f32>() / near.len() as f32
    };
    (0..values.len()).map(mean).collect()
}

/// The largest piece of a region.
fn largest(region: &[bool], shape: ImageShape) -> Vec<bool> {
    let mut only = vec![false; region.len()];
    let pieces = components(shape.width, shape.height, region, false);
    pieces.into_iter().max_by_key(Vec::len).into_iter().flatten().for_each(|at| only[at] = true);
    only
}

/// Of each pixel of an image, `width` in a row, its distance in pixels to the border of a region: positive inside. Without
/// any border it is the size of the image.
fn signed_distances(region: &[bool], width: usize) -> Vec<f32> {
    let height = region.len() / width.max(1);
    let place = |at: usize| [(at % width) as f32, (at / width) as f32];
    let borders = |at: &usize| {
        let (x, y) = (at % width, at / width);
        let beside = [
            (x > 0).then(|| at - 1),
            (x + 1 < width).then(|| at + 1),
            (y > 0).then(|| at - width),
            (y + 1 < height).then(|| at + width),
        ];
        beside.into_iter().flatten().any(|other| region[other] != region[*at])
    };
    let (inner, outer): (Vec<usize>, Vec<usize>) = (0..region.len()).filter(borders).partition(|&at| region[at]);
    let [inner, outer] = [inner, outer].map(|side| side.into_iter().map(place).collect::<Vec<_>>());
    let distance = |at: usize| {
        let ([x, y], other) = (place(at), if region[at] { &outer } else { &inner });
        let squared = other.iter().map(|[ox, oy]| (x - ox).powi(2) + (y - oy).powi(2)).min_by(f32::total_cmp);
        // The border runs between two pixels.
        let distance = squared.map_or((width + height) as f32, |squared| squared.sqrt() - 0.5);
        if region[at] { distance } else { -distance }
    };
    (0..region.len()).map(distance).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 32;
    const SHAPE: ImageShape = ImageShape { channels: 1, height: SIDE, width: SIDE };

    fn from_middle(at: usize) -> f32 {
        let middle = (SIDE as f32 - 1.0) / 2.0;
        ((at % SIDE) as f32 - middle).hypot((at / SIDE) as f32 - middle)
    }

    fn pixels(value: impl Fn(usize) -> bool) -> Vec<bool> {
        (0..SIDE * SIDE).map(value).collect()
    }

    /// A wall between two circles around the middle.
    fn ring(inner: f32, outer: f32) -> Vec<f32> {
        pixels(|at| from_middle(at) < outer && from_middle(at) >= inner).into_iter().map(f32::from).collect()
    }

    #[test]
    fn distances_are_those_to_the_border() {
        assert_eq!(signed_distances(&[false, true, true, false], 4), [-0.5, 0.5, 0.5, -0.5]);
        assert_eq!(signed_distances(&[true; 6], 3), [5.0; 6]);
        let found = signed_distances(&pixels(|at| from_middle(at) < 8.0), SIDE);
        for (at, found) in found.iter().enumerate() {
            let exact = 8.0 - from_middle(at);
            assert!((found - exact).abs() < 0.8, "{at}: {found} {exact}");
        }
    }

    #[test]
    fn a_mask_grows_as_its_decoded_twin_grows_and_keeps_its_dent() {
        let mut dented = ring(4.0, 10.0);
        // A bay of the outer border, two pixels deep.
        (12..20).flat_map(|y| (4..8).map(move |x| x + y * SIDE)).for_each(|at| dented[at] = 0.0);
        let same = changed(Task::Maps, SHAPE, &dented, &ring(4.0, 9.0), &ring(4.0, 9.0));
        assert_eq!(same.as_ref(), Some(&dented));
        let grown = changed(Task::Maps, SHAPE, &dented, &ring(4.0, 9.0), &ring(4.0, 10.0)).unwrap();
        let wall = |mask: &[f32]| mask.iter().sum::<f32>();
        let (found, whole) = (wall(&grown), wall(&ring(4.0, 11.0)));
        assert!((found / whole - 0.95).abs() < 0.1, "{found} {whole}");
        // The bay lies a pixel further out, and there is none on the other side.
        assert_eq!([5, 7, 26].map(|x| grown[15 * SIDE + x]), [0.0, 1.0, 1.0]);
        assert_eq!([5, 7, 26].map(|x| dented[15 * SIDE + x]), [0.0, 0.0, 0.0]);
        let thinner = changed(Task::Maps, SHAPE, &dented, &ring(4.0, 9.0), &ring(6.0, 9.0)).unwrap();
        assert_eq!([thinner[16 * SIDE + 21], dented[16 * SIDE + 21]], [0.0, 1.0], "the lumen grows inwards");
        assert_eq!(changed(Task::Maps, SHAPE, &dented, &ring(0.0, 9.0), &ring(4.0, 9.0)), None);
    }

    #[test]
    fn an_image_changes_by_grey_levels_and_stays_in_range() {
        let shape = ImageShape { channels: 1, height: 1, width: 3 };
        let found = changed(Task::Classes, shape, &[0.5, 0.9, 0.1], &[0.25, 0.0, 0.5], &[0.5, 0.5, 0.25]);
        assert_eq!(found.unwrap(), [0.75, 1.0, 0.0]);
    }
}
