//! A generator in training goes on from its checkpoint and ends as one that ran through, headless and in the window.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ridgewalk::device::ComputeDevice;
use ridgewalk::engine::EngineOptions;
use ridgewalk::engine::protocol::{Command, Event, Phase};
use ridgewalk::experiment::{Experiment, GeneratorKind, Strategy};
use ridgewalk::generator::GeneratorLosses;
use ridgewalk::generator::cache::GeneratorCache;
use ridgewalk::identity::Ground;
use ridgewalk::world::{GeneratorFrom, Preparation, Prepared};

use crate::common::tiny;
use crate::convolutional::narrow;
use crate::engine::Listener;

/// What a preparation did until it ended or was left.
#[derive(Default)]
struct Told {
    /// The passes over the data after which it went on.
    resumed: Option<f32>,
    losses: Vec<(f32, GeneratorLosses)>,
    warnings: Vec<String>,
    /// Data and generator, if it ended.
    ground: Option<Ground>,
}

/// Prepares a world for `most` minibatches of its generator, or to the end; what is left is kept like at a stop.
fn prepare(experiment: &Experiment, cache: &Path, most: Option<usize>) -> Told {
    let cache = Some(GeneratorCache::new(cache));
    let mut preparation = Preparation::new(experiment, None, cache, &ComputeDevice::cpu());
    let (mut told, mut steps) = (Told::default(), 0);
    while most != Some(steps) {
        match preparation.advance().unwrap() {
            Some(Prepared::Resumed(resumed)) => {
                told.resumed = Some(resumed.epoch);
                told.losses = resumed.losses;
            }
            Some(Prepared::Trained { epoch, losses }) => {
                steps += 1;
                told.losses.push((epoch, losses));
            }
            Some(Prepared::Warned(text)) => told.warnings.push(text),
            Some(Prepared::Ready { world, .. }) => {
                told.ground = Some(world.ground.clone());
                return told;
            }
            Some(_) => {}
            None => panic!("no world"),
        }
    }
    preparation.keep_training(Duration::ZERO).unwrap().unwrap();
    told
}

/// The generator's file in a cache, and the folder of its training.
fn places(cache: &Path, ground: &Ground) -> (PathBuf, PathBuf) {
    let name = &ground.generator;
    (cache.join(format!("{name}.safetensors")), cache.join(format!("{name}.training")))
}

#[test]
fn a_generator_in_training_goes_on_from_its_checkpoint_and_ends_as_one_that_ran_through() {
    let convolutional = Experiment { generator: GeneratorKind::ConvVae, ..narrow() };
    // Passes over all images in one part each: for the mean, and in the middle of the multiplications.
    let pca = Experiment { generator: GeneratorKind::Pca, ..tiny() };
    // Seven minibatches an epoch, and three: inside an epoch, at its end, and again.
    for (experiment, left_after, epochs) in [
        (tiny(), [3, 4, 2], [3.0 / 7.0, 1.0, 9.0 / 7.0]),
        (narrow(), [1, 2, 1], [1.0 / 3.0, 1.0, 4.0 / 3.0]),
        (convolutional, [1, 2, 1], [1.0 / 3.0, 1.0, 4.0 / 3.0]),
        (pca, [1, 3, 6], [1.0, 4.0, 10.0]),
    ] {
        let experiment = Experiment { generator_epochs: 2, ..experiment };
        let (plain, stopped) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let whole = prepare(&experiment, plain.path(), None);
        let ground = whole.ground.unwrap();
        let mut before = None;
        for (most, epoch) in left_after.into_iter().zip(epochs) {
            assert_eq!(prepare(&experiment, stopped.path(), Some(most)).resumed, before);
            before = Some(epoch);
        }
        let (_, training) = places(stopped.path(), &ground);
        assert!(training.exists());
        let resumed = prepare(&experiment, stopped.path(), None);
        assert_eq!((resumed.resumed, resumed.warnings), (before, whole.warnings));
        assert_eq!(resumed.ground.as_ref(), Some(&ground), "{}", experiment.generator);
        assert_eq!(resumed.losses, whole.losses);
        let file = |cache: &Path| std::fs::read(places(cache, &ground).0).unwrap();
        assert!(file(plain.path()) == file(stopped.path()), "{}", experiment.generator);
        assert!(!training.exists(), "the checkpoint stays beside the trained generator");
    }
}

#[test]
fn a_checkpoint_of_a_training_that_does_not_hold_is_ignored_with_a_word() {
    let (plain, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let ground = prepare(&tiny(), plain.path(), None).ground.unwrap();
    let (_, training) = places(cache.path(), &ground);
    let file = training.join("checkpoint");
    let leave = |experiment: &Experiment| prepare(experiment, cache.path(), Some(2));
    leave(&tiny());
    let whole = std::fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0x04;
    // That of another generator.
    let other = Experiment { generator_seed: 2, ..tiny() };
    let cache_of_other = tempfile::tempdir().unwrap();
    prepare(&other, cache_of_other.path(), Some(2));
    let of_other = std::fs::read_dir(cache_of_other.path()).unwrap().next().unwrap().unwrap().path();
    let foreign = std::fs::read(of_other.join("checkpoint")).unwrap();
    for (bytes, says) in [
        (flipped, "does not have its checksum"),
        (whole[..whole.len() / 2].to_vec(), "does not have its checksum"),
        (Vec::new(), "is empty"),
        (foreign, "is of other data or settings"),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let again = leave(&tiny());
        assert_eq!((again.resumed, again.warnings.len()), (None, 1), "{:?}", again.warnings);
        let word = &again.warnings[0];
        assert!(word.starts_with(&file.display().to_string()) && word.contains(says), "{word}");
        assert!(word.ends_with("the training of the generator begins again"), "{word}");
    }
    // What was written anew holds; it is deleted although the generator got there in another way.
    assert!(leave(&tiny()).resumed.is_some());
    let name = places(plain.path(), &ground).0;
    std::fs::copy(&name, cache.path().join(name.file_name().unwrap())).unwrap();
    assert_eq!(prepare(&tiny(), cache.path(), None).ground, Some(ground));
    assert!(!training.exists());
}

#[test]
fn a_stopped_window_keeps_the_generator_in_training_and_knows_the_time_left_as_it_goes_on() {
    let cache = tempfile::tempdir().unwrap();
    let experiment = Experiment { generator_epochs: 60, ..tiny() };
    let options = EngineOptions { cache_dir: Some(cache.path().into()), threads: 1, ..EngineOptions::default() };
    let mut listener = Listener::with(options);
    let trains = |e: &Event| matches!(e, Event::Progress { phase: Phase::TrainingGenerator, .. });
    let left = |e: &Event| matches!(e, Event::Progress { eta_seconds: Some(_), .. });
    listener.start(experiment.clone(), &[Strategy::Random], 1);
    listener.until("the time left", |e| trains(e) && left(e));
    listener.engine.send(Command::Stop);
    let says = |words: &'static str| move |e: &Event| matches!(e, Event::Message { text, .. } if text.contains(words));
    listener.until("that it is kept", says("The generator is kept after epoch"));
    listener.start(experiment, &[Strategy::Random], 1);
    listener.until("that it goes on", says("The training of the generator goes on after epoch"));
    let first = listener.until("its progress", trains);
    assert!(left(&first), "{first:?}");
    listener.until("the generator", |e| matches!(e, Event::GeneratorReady { from: GeneratorFrom::Training, .. }));
    let epoch = |e: &Event| match e {
        Event::GeneratorLoss { epoch, .. } => Some(*epoch),
        _ => None,
    };
    let losses: Vec<f32> = listener.session().iter().filter_map(epoch).collect();
    assert!(losses[0] < 0.2 && losses.windows(2).all(|pair| pair[0] < pair[1]), "{losses:?}");
}
