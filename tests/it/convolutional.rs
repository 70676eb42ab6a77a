//! The alpha-GAN and VGG-16, tiny, through a whole run: bit-equal across threads, caches and resumes, their
//! normalisations frozen where they must be.

use ridgewalk::device::ComputeDevice;
use ridgewalk::difference::first_difference;
use ridgewalk::experiment::{Augmentation, Experiment, GeneratorKind, Strategy, TargetKind, TrainingPair};
use ridgewalk::generator::cache::GeneratorCache;
use ridgewalk::generator::quality::Quality;
use ridgewalk::rng::Streams;
use ridgewalk::round::Run;
use ridgewalk::target::{Target, latent_gradient};
use ridgewalk::world::{GeneratorFrom, Preparation, Prepared};

use crate::common::{make_world, run, tiny};

/// The tiny experiment on digits padded to 32 x 32, with both networks of CIFAR-10 at their narrowest.
pub fn narrow() -> Experiment {
    Experiment {
        train_size: 96,
        test_size: 40,
        validation_size: 0,
        generator: GeneratorKind::AlphaGan,
        generator_width: 2,
        generator_epochs: 1,
        generator_batch: 32,
        target: TargetKind::Vgg16,
        target_width: 1,
        rounds: 2,
        samples_per_round: 16,
        minibatches_per_round: 3,
        evaluation_part: 20,
        walks: 1,
        ..tiny()
    }
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn the_same_experiment_gives_the_same_history_on_one_thread_and_on_three() {
    let pair = Experiment { strategy: Strategy::Snn, training_pair: TrainingPair::Decoded, ..narrow() };
    for (generator, target, padded) in [
        (GeneratorKind::AlphaGan, TargetKind::Vgg16, Some("padded to 32 x 32")),
        (GeneratorKind::ConvVae, TargetKind::ResNet, None),
        (GeneratorKind::Pca, TargetKind::LeNet, None),
    ] {
        let e = Experiment { generator, target, ..pair.clone() };
        let whole = |threads| {
            on_threads(threads, || {
                let world = make_world(&e);
                (world.latent.codes().to_vec(), run(&world, &e))
            })
        };
        let ((codes, history), (again, other)) = (whole(1), whole(3));
        assert_eq!(codes, again, "{generator}");
        assert_eq!(first_difference(&history, &other), None, "{generator}");
        assert_eq!(history.header.data_provenance.split("; ").nth(1), padded);
    }
}

#[test]
fn a_resumed_run_continues_bit_equal_with_its_running_statistics() {
    let e = Experiment { strategy: Strategy::Snn, augmentation: Augmentation::FlipAndShift, ..narrow() };
    let world = make_world(&e);
    let whole = run(&world, &e);
    let mut first = Run::new(&world, &e, 1);
    while first.rounds_done() < 1 {
        first.advance(&|| false).unwrap();
    }
    let mut second = Run::resume(&world, first.history().clone(), first.checkpoint().unwrap()).unwrap();
    while !second.is_done() {
        second.advance(&|| false).unwrap();
    }
    assert_eq!(first_difference(&whole, second.history()), None);
    let plain = run(&world, &Experiment { augmentation: Augmentation::None, ..e });
    assert_ne!(plain.rounds[0].evaluations, whole.rounds[0].evaluations, "augmentation changes nothing");
}

#[test]
fn a_generator_from_the_cache_is_the_one_that_was_trained_and_each_kind_has_its_own() {
    let scratch = tempfile::tempdir().unwrap();
    let prepared = |e: &Experiment| {
        let cache = Some(GeneratorCache::new(scratch.path()));
        let mut preparation = Preparation::new(e, None, cache, &ComputeDevice::cpu());
        let mut diverse = false;
        loop {
            match preparation.advance().unwrap() {
                Some(Prepared::Ready { world, from }) => return (world, from == GeneratorFrom::Cache, diverse),
                Some(Prepared::Trained { losses, .. }) => {
                    diverse |= losses.adversarial.is_some_and(|a| a.diversity > 0.0 && a.image_accuracy <= 100.0);
                    // Interrupted here, so that samples can be drawn.
                    assert_eq!(preparation.forming_samples(2).map(|s| s.len()).unwrap_or(2 * 1_024), 2 * 1_024);
                }
                Some(_) => {}
                None => panic!("no world"),
            }
        }
    };
    let e = narrow();
    let ((trained, was_cached, diverse), (read, is_cached, _)) = (prepared(&e), prepared(&e));
    assert_eq!((was_cached, diverse, is_cached), (false, true, true));
    assert_eq!(trained.latent.codes(), read.latent.codes());
    let codes = &trained.latent.codes()[..8];
    assert_eq!(trained.generator.decode(codes), read.generator.decode(codes));
    let quality = Quality::measure(&*read.generator, &read.latent, &read.dataset.train, &read.dataset.test, 1);
    assert_eq!(quality.images, 40);
    assert!((0.0..=100.0).contains(&quality.samples_judged_real.unwrap()), "{quality:?}");
    for other in [
        Experiment { generator_width: 3, ..e.clone() },
        Experiment { reconstruction_weight: 11.0, ..e.clone() },
        Experiment { generator: GeneratorKind::Vae, ..e.clone() },
    ] {
        assert!(!prepared(&other).1, "{} {}", other.generator, other.generator_width);
    }
}

#[test]
fn normalisations_are_frozen_in_the_latent_gradient_and_a_frozen_model_does_not_change_as_training_continues() {
    let e = narrow();
    let world = make_world(&e);
    let shape = world.dataset.shape();
    let mut target = Target::new(&e, shape, 10, &Streams::new(1), &world.device);
    let samples: Vec<u32> = (0..32).collect();
    let labels: Vec<_> = samples.iter().map(|&s| world.dataset.train.label(s as usize)).collect();
    let images = world.dataset.train.gather(&samples);
    for _ in 0..4 {
        target.train_step(images.clone(), &labels);
    }
    let frozen = target.frozen();
    let codes = &world.latent.codes()[..20];
    let together = latent_gradient(&*world.generator, &frozen, codes, &labels[..10]);
    for i in 0..10 {
        let alone = latent_gradient(&*world.generator, &frozen, &codes[2 * i..2 * i + 2], &labels[i..=i]);
        for axis in 0..2 {
            let (a, b) = (together.gradient[2 * i + axis], alone.gradient[axis]);
            assert!((a - b).abs() <= 1e-4 * (1.0 + a.abs()), "{i}: {a} {b}");
        }
    }
    // The differentiable copy and the plain one are the same function.
    let decoded = world.generator.decode(codes);
    let plain = frozen.log_probabilities(decoded);
    let largest = plain.iter().zip(&together.log_probabilities).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(largest < 1e-4, "{largest}");
    let before = frozen.log_probabilities(images.clone());
    for _ in 0..2 {
        target.train_step(images.clone(), &labels);
    }
    assert_eq!(frozen.log_probabilities(images.clone()), before);
    assert_eq!(latent_gradient(&*world.generator, &frozen, codes, &labels[..10]), together);
    assert_ne!(target.frozen().log_probabilities(images), before);
}
