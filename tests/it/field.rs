//! The field over a latent plane, compared with the models at single points and with central differences.

use std::sync::Arc;

use ridgewalk::dataset::Class;
use ridgewalk::field::{Field, FieldRequest, Fieldwork, Ground, LEVELS, Plane};
use ridgewalk::rng::Streams;
use ridgewalk::target::{FrozenTarget, Target, latent_gradient, prediction};
use ridgewalk::world::World;

use crate::common::{tiny, tiny_world};

/// A target with a little training, so that it has decision regions.
fn taught(world: &World, steps: usize) -> FrozenTarget {
    let dataset = &world.dataset;
    let mut target = Target::new(&tiny(), dataset.shape(), 10, &Streams::new(1), &world.device);
    let samples: Vec<u32> = (0..128).collect();
    let labels: Vec<_> = samples.iter().map(|&s| dataset.train.label(s as usize)).collect();
    for _ in 0..steps {
        target.train_step(dataset.train.gather(&samples), &labels);
    }
    target.frozen()
}

fn request(label: Option<Class>) -> FieldRequest {
    // Not rectangular, so that exchanged edges would be noticed.
    let plane = Plane { origin: vec![-2.0, -1.5], edge_u: vec![4.0, 0.5], edge_v: vec![-0.3, 3.0] };
    FieldRequest { plane, label, disagreement: true }
}

fn ground(world: &World) -> Ground<'_> {
    Ground { latent: &world.latent, train: &world.dataset.train, generator: &*world.generator }
}

/// The first fields computed for one target.
fn pictures(world: &World, target: &FrozenTarget, request: FieldRequest, count: usize) -> Vec<Arc<Field>> {
    let mut work = Fieldwork::new(request, 2).unwrap();
    let mut pictures = Vec::new();
    while pictures.len() < count {
        assert!(!work.is_fresh(7));
        pictures.extend(work.advance(ground(world), 7, || target.clone()));
    }
    pictures
}

#[test]
fn regions_and_hardness_are_those_of_the_models_at_random_points() {
    let world = tiny_world();
    let target = taught(&world, 12);
    for label in [None, Some(3)] {
        let pictures = pictures(&world, &target, request(label), 2);
        assert_eq!(pictures.iter().map(|p| p.side).collect::<Vec<_>>(), LEVELS[..2]);
        let mut rng = Streams::new(2).get("cells", 0);
        let mut losses = [f32::INFINITY, f32::NEG_INFINITY];
        for picture in &pictures {
            assert_eq!((picture.class.len(), picture.minibatches), (picture.side * picture.side, 7));
            for _ in 0..12 {
                let cell = rng.below(picture.class.len());
                let point = picture.request.plane.point(cell, picture.side);
                let row = target.log_probabilities(world.generator.decode(&point));
                let nearest = world.latent.index().nearest(&point, |_| false).unwrap().sample;
                let label = label.unwrap_or_else(|| world.dataset.train.label(nearest as usize));
                let (class, loss) = prediction(&row, label);
                let close = |a: f32, b: f32| (a - b).abs() <= 1e-3 * (1.0 + b.abs());
                assert_eq!(picture.class[cell], class, "{cell} of {}", picture.side);
                assert!(close(picture.loss[cell], loss), "{} {loss}", picture.loss[cell]);
                assert!(close(picture.confidence[cell], row[usize::from(class)].exp()));
                let entropy = -row.iter().map(|l| l * l.exp()).sum::<f32>();
                assert!(close(picture.entropy[cell], entropy), "{} {entropy}", picture.entropy[cell]);
                assert_eq!(picture.sparsity[cell], world.latent.sparsity_at(&point));
                let real = target.log_probabilities(world.dataset.train.gather(&[nearest]));
                let decoded = target.log_probabilities(world.generator.decode(world.latent.code(nearest)));
                let apart: f32 = real.iter().zip(&decoded).map(|(a, b)| (a.exp() - b.exp()).abs()).sum();
                assert!(close(picture.disagreement[cell], apart / 2.0), "{} {apart}", picture.disagreement[cell]);
                losses = [losses[0].min(loss), losses[1].max(loss)];
            }
        }
        assert!(losses[1] - losses[0] > 1e-3, "a constant loss would prove little: {losses:?}");
    }
}

#[test]
fn the_quiver_agrees_with_central_differences() {
    let world = tiny_world();
    let target = taught(&world, 8);
    let label = 3;
    let picture = pictures(&world, &target, request(Some(label)), 1).remove(0);
    assert_eq!(picture.quiver.len(), LEVELS[0] * LEVELS[0]);
    let loss = |code: &[f32]| f64::from(latent_gradient(&*world.generator, &target, code, &[label]).loss[0]);
    let step = 2e-2_f32;
    let (mut checked, mut close) = (0, 0);
    for (cell, arrow) in picture.quiver.iter().enumerate().step_by(7) {
        assert_eq!(arrow.at, picture.request.plane.point(cell, LEVELS[0]));
        for axis in 0..2 {
            let moved = |by: f32| {
                let mut code = arrow.at.clone();
                code[axis] += by;
                loss(&code)
            };
            let expected = (moved(step) - moved(-step)) / f64::from(2.0 * step);
            checked += 1;
            // ReLU and max pooling have kinks, across which a difference may be taken.
            close += usize::from((f64::from(arrow.gradient[axis]) - expected).abs() <= 0.02 + 0.1 * expected.abs());
        }
    }
    assert!(checked > 70 && close * 20 >= checked * 19, "{close} of {checked} agree");
}

#[test]
fn a_field_shows_one_target_and_a_newer_one_starts_from_the_coarsest_level() {
    let world = tiny_world();
    let (old, new) = (taught(&world, 1), taught(&world, 12));
    let mut work = Fieldwork::new(request(None), 2).unwrap();
    assert!(work.advance(ground(&world), 1, || old.clone()).is_none());
    // The target is trained further in the middle of the first field.
    let mut advance = || loop {
        if let Some(made) = work.advance(ground(&world), 12, || new.clone()) {
            return made;
        }
    };
    let expected = |target: &FrozenTarget| pictures(&world, target, request(None), 1).remove(0);
    let first = advance();
    assert_eq!((first.side, first.minibatches), (LEVELS[0], 1));
    assert_eq!((&first.class, &first.loss), (&expected(&old).class, &expected(&old).loss));
    let second = advance();
    assert_eq!((second.side, second.minibatches), (LEVELS[0], 12));
    assert_eq!((&second.class, &second.loss), (&expected(&new).class, &expected(&new).loss));
    assert_eq!(advance().side, LEVELS[1]);
}

#[test]
fn a_plane_of_another_space_is_rejected() {
    let bad = |plane: Plane| Fieldwork::new(FieldRequest { plane, label: None, disagreement: false }, 2).is_none();
    let good = request(None).plane;
    assert!(!bad(good.clone()));
    assert!(bad(Plane { origin: vec![0.0; 3], ..good.clone() }));
    assert!(bad(Plane { edge_u: vec![f32::NAN, 0.0], ..good }));
}
