//! What a decoder loses of an image, given back: the image near by, changed as its decoded twin changes.

use super::training_set::TrainingSet;
use crate::dataset::ImageShape;
use crate::experiment::Task;
use crate::sampler::{Candidate, Place};
use crate::world::World;

/// The image at the point of `candidate` with the detail of the anchor of its step, or without a step of the train sample
/// nearest to it; `None` if it is no point, or nothing is near.
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
    Some(changed(task, world.dataset.shape(), &image, &decode(code), &decode(point)))
}

/// `image`, changed as `before` changes into `after`: a mask by the signed distances to its border, any other image by
/// grey levels.
fn changed(task: Task, shape: ImageShape, image: &[f32], before: &[f32], after: &[f32]) -> Vec<f32> {
    match task {
        Task::Maps => {
            let [image, before, after] = [image, before, after].map(|mask| signed_distances(mask, shape.width));
            let all = image.iter().zip(&before).zip(&after);
            all.map(|((image, before), after)| f32::from(image + (after - before) > 0.0)).collect()
        }
        Task::Classes => {
            let all = image.iter().zip(before).zip(after);
            all.map(|((image, before), after)| (image + (after - before)).clamp(0.0, 1.0)).collect()
        }
    }
}

/// Of each pixel of a mask, `width` in a row, its distance in pixels to where wall (above 0.5) meets what is not: positive
/// in the wall. Without any border it is the size of the mask.
fn signed_distances(mask: &[f32], width: usize) -> Vec<f32> {
    let height = mask.len() / width.max(1);
    let wall = |at: usize| mask[at] > 0.5;
    let place = |at: usize| [(at % width) as f32, (at / width) as f32];
    let borders = |at: &usize| {
        let (x, y) = (at % width, at / width);
        let beside = [
            (x > 0).then(|| at - 1),
            (x + 1 < width).then(|| at + 1),
            (y > 0).then(|| at - width),
            (y + 1 < height).then(|| at + width),
        ];
        beside.into_iter().flatten().any(|other| wall(other) != wall(*at))
    };
    let (inner, outer): (Vec<usize>, Vec<usize>) = (0..mask.len()).filter(borders).partition(|&at| wall(at));
    let [inner, outer] = [inner, outer].map(|side| side.into_iter().map(place).collect::<Vec<_>>());
    let distance = |at: usize| {
        let ([x, y], other) = (place(at), if wall(at) { &outer } else { &inner });
        let squared = other.iter().map(|[ox, oy]| (x - ox).powi(2) + (y - oy).powi(2)).min_by(f32::total_cmp);
        // The border runs between two pixels.
        let distance = squared.map_or((width + height) as f32, |squared| squared.sqrt() - 0.5);
        if wall(at) { distance } else { -distance }
    };
    (0..mask.len()).map(distance).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 24;
    const SHAPE: ImageShape = ImageShape { channels: 1, height: SIDE, width: SIDE };

    /// A disc around the middle, 1 inside.
    fn disc(radius: f32) -> Vec<f32> {
        let middle = (SIDE as f32 - 1.0) / 2.0;
        let from_middle = |at: usize| ((at % SIDE) as f32 - middle).hypot((at / SIDE) as f32 - middle);
        (0..SIDE * SIDE).map(|at| f32::from(from_middle(at) < radius)).collect()
    }

    #[test]
    fn distances_are_those_to_the_border() {
        // Four pixels in a row, the middle two are wall.
        assert_eq!(signed_distances(&[0.0, 1.0, 1.0, 0.0], 4), [-0.5, 0.5, 0.5, -0.5]);
        assert_eq!(signed_distances(&[1.0; 6], 3), [5.0; 6]);
        let found = signed_distances(&disc(8.0), SIDE);
        for (at, found) in found.iter().enumerate() {
            let middle = (SIDE as f32 - 1.0) / 2.0;
            let exact = 8.0 - ((at % SIDE) as f32 - middle).hypot((at / SIDE) as f32 - middle);
            assert!((found - exact).abs() < 0.8, "{at}: {found} {exact}");
        }
    }

    #[test]
    fn a_mask_grows_as_its_decoded_twin_grows_and_keeps_its_dent() {
        let mut dented = disc(7.0);
        let dent = [4, 5].map(|x| 12 * SIDE + x);
        dent.iter().for_each(|&at| dented[at] = 0.0);
        assert_eq!(changed(Task::Maps, SHAPE, &dented, &disc(6.0), &disc(6.0)), dented);
        let grown = changed(Task::Maps, SHAPE, &dented, &disc(6.0), &disc(8.0));
        let wall = |mask: &[f32]| mask.iter().sum::<f32>();
        assert!((wall(&grown) - wall(&disc(9.0))).abs() < 0.08 * wall(&grown), "{}", wall(&grown));
        // Two pixels further out there is still a dent.
        assert_eq!([grown[12 * SIDE + 2], grown[12 * SIDE + 21]], [0.0, 1.0]);
    }

    #[test]
    fn an_image_changes_by_grey_levels_and_stays_in_range() {
        let shape = ImageShape { channels: 1, height: 1, width: 3 };
        let found = changed(Task::Classes, shape, &[0.5, 0.9, 0.1], &[0.25, 0.0, 0.5], &[0.5, 0.5, 0.25]);
        assert_eq!(found, [0.75, 1.0, 0.0]);
    }
}
