//! The gradient that samplers follow, compared with central differences of the loss.

use ridgewalk::dataset::Class;
use ridgewalk::experiment::{Experiment, GeneratorKind, TargetKind};
use ridgewalk::rng::Streams;
use ridgewalk::target::{Target, latent_gradient};
use ridgewalk::world::World;

use crate::common::{make_world, tiny, tiny_world};

#[test]
fn the_latent_gradient_agrees_with_central_differences() {
    agrees_with_central_differences(&tiny_world(), &tiny(), 76);
}

#[test]
fn the_latent_gradient_through_other_decoders_and_networks_agrees_with_central_differences() {
    let few = Experiment { train_size: 300, generator_width: 8, generator_epochs: 2, target_width: 4, ..tiny() };
    // A cut to [0, 1] and many small rectifiers have more kinks.
    for (generator, target, least) in
        [(GeneratorKind::ConvVae, TargetKind::LeNet, 74), (GeneratorKind::Pca, TargetKind::ResNet, 68)]
    {
        let e = Experiment { generator, target, ..few.clone() };
        agrees_with_central_differences(&make_world(&e), &e, least);
    }
}

/// At least so many of the 80 derivatives at 40 samples agree.
fn agrees_with_central_differences(world: &World, e: &Experiment, least: usize) {
    let dataset = &world.dataset;
    let mut target = Target::new(e, dataset.shape(), 10, &Streams::new(1), &world.device);
    // A little training, so that the loss is not flat.
    let samples: Vec<u32> = (0..128).collect();
    let labels: Vec<_> = samples.iter().map(|&s| dataset.train.label(s as usize)).collect();
    for _ in 0..8 {
        target.train_step(dataset.train.gather(&samples), &labels);
    }
    let frozen = target.frozen();
    let loss =
        |code: &[f32], label: Class| f64::from(latent_gradient(&*world.generator, &frozen, code, &[label]).loss[0]);
    let step = 2e-2_f32;
    let (mut checked, mut close) = (0, 0);
    for sample in 0..40_u32 {
        let code = world.latent.code(sample).to_vec();
        let label = dataset.train.label(sample as usize);
        let found = latent_gradient(&*world.generator, &frozen, &code, &[label]);
        for axis in 0..code.len() {
            let mut ahead = code.clone();
            let mut behind = code.clone();
            ahead[axis] += step;
            behind[axis] -= step;
            let expected = (loss(&ahead, label) - loss(&behind, label)) / f64::from(2.0 * step);
            let got = f64::from(found.gradient[axis]);
            checked += 1;
            // ReLU and max pooling have kinks, across which a difference may be taken.
            close += usize::from((got - expected).abs() <= 0.02 + 0.1 * expected.abs());
        }
    }
    assert_eq!(checked, 80);
    assert!(close >= least, "{}: {close} of {checked} agree", e.generator);
}

#[test]
fn a_points_gradient_does_not_depend_on_the_other_points() {
    let world = tiny_world();
    let target = Target::new(&tiny(), world.dataset.shape(), 10, &Streams::new(2), &world.device).frozen();
    let codes = &world.latent.codes()[..40];
    let labels: Vec<_> = (0..20).map(|s| world.dataset.train.label(s)).collect();
    let together = latent_gradient(&*world.generator, &target, codes, &labels);
    for i in 0..20 {
        let alone = latent_gradient(&*world.generator, &target, &codes[2 * i..2 * i + 2], &labels[i..=i]);
        for axis in 0..2 {
            let (a, b) = (together.gradient[2 * i + axis], alone.gradient[axis]);
            assert!((a - b).abs() <= 1e-5 * (1.0 + a.abs()), "{i}: {a} {b}");
        }
        assert!((together.loss[i] - alone.loss[0]).abs() < 1e-5);
    }
}
