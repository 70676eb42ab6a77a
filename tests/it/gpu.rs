//! burn-wgpu compared with the CPU: the same experiments within stated tolerances, on any adapter, also a software one.
//! Without an adapter the tests report that they are skipped.

use std::sync::Arc;

use burn::tensor::Tensor;
use ridgewalk::device::{ComputeDevice, DeviceKind, is_out_of_memory};
use ridgewalk::engine::EngineOptions;
use ridgewalk::engine::protocol::{Command, Event, Level};
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::generator::{self, GeneratorLosses};
use ridgewalk::history::{Header, History};
use ridgewalk::rng::Streams;
use ridgewalk::target::{Target, nets};
use ridgewalk::world::{Preparation, Prepared, World};

use crate::common::{run, tiny};
use crate::convolutional::narrow;
use crate::engine::Listener;

/// Any adapter; `None` with a message if there is none.
fn gpu(test: &str) -> Option<ComputeDevice> {
    match ComputeDevice::gpu(true) {
        Ok(device) => Some(device),
        Err(e) => {
            eprintln!("SKIPPED {test}: {e}");
            None
        }
    }
}

fn world(experiment: &Experiment, device: &ComputeDevice) -> Arc<World> {
    let mut preparation = Preparation::new(experiment, None, None, device);
    loop {
        match preparation.advance().unwrap() {
            Some(Prepared::Ready { world, .. }) => return world,
            Some(_) => {}
            None => panic!("no world"),
        }
    }
}

/// The largest difference between two lists of values.
fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// The tiny experiment, shortened: most of a software adapter's time is spent on compiling kernels, once per shape.
fn short() -> Experiment {
    Experiment {
        strategy: Strategy::Snn,
        train_size: 256,
        test_size: 50,
        validation_size: 0,
        generator_epochs: 1,
        rounds: 2,
        samples_per_round: 16,
        minibatches_per_round: 3,
        evaluation_part: 50,
        walks: 0,
        ..tiny()
    }
}

/// Codes after an epoch of training, in units of the embedding's deviation.
const CODES: f32 = 0.01;
/// Percentage points of accuracy on 50 test images after two rounds: two images.
const ACCURACY: f32 = 4.0;

#[test]
fn a_tiny_experiment_agrees_with_the_cpu() {
    let Some(device) = gpu("a_tiny_experiment_agrees_with_the_cpu") else { return };
    let e = short();
    let (cpu, gpu) = (world(&e, &ComputeDevice::cpu()), world(&e, &device));
    let codes = apart(cpu.latent.codes(), gpu.latent.codes()) / cpu.latent.scale();
    assert!(codes < CODES, "codes are {codes} deviations apart");
    let (a, b) = (run(&cpu, &e), run(&gpu, &e));
    assert!(b.header.device.starts_with("GPU"), "{}", b.header.device);
    assert_eq!(a.rounds[0].proposals, b.rounds[0].proposals);
    let accuracies = |h: &History| h.final_values();
    let worst = apart(&accuracies(&a), &accuracies(&b));
    eprintln!("{}: codes {codes:.5}, accuracy {worst:.2} points apart", device.description);
    assert!(worst <= ACCURACY, "{:?} {:?}", accuracies(&a), accuracies(&b));
}

/// Losses of the first minibatches, relative.
const LOSS: f32 = 2e-3;

#[test]
fn the_networks_of_cifar_10_begin_as_on_the_cpu() {
    let Some(device) = gpu("the_networks_of_cifar_10_begin_as_on_the_cpu") else { return };
    let e = narrow();
    let dataset = ridgewalk::dataset::load(&e, nets::info(e.network()).side_multiple, None).unwrap();
    let steps = |device: &ComputeDevice| -> Vec<f32> {
        let mut training = generator::training(&e, &dataset.train, device).unwrap();
        let GeneratorLosses { reconstruction, code, adversarial, .. } =
            training.advance(&dataset.train).unwrap().losses;
        let a = adversarial.unwrap();
        let mut losses = vec![reconstruction, code, a.generator, a.discriminator, a.code_discriminator];
        let mut target = Target::new(&e, dataset.shape(), 10, &Streams::new(1), device);
        let samples: Vec<u32> = (0..16).collect();
        let labels: Vec<_> = samples.iter().map(|&s| dataset.train.label(s as usize)).collect();
        let images = dataset.train.gather(&samples);
        losses.extend((0..2).map(|_| target.train_step(images.clone(), &labels)));
        losses
    };
    let (cpu, gpu) = (steps(&ComputeDevice::cpu()), steps(&device));
    for (a, b) in cpu.iter().zip(&gpu) {
        assert!((a - b).abs() <= LOSS * (1.0 + a.abs()), "{cpu:?} {gpu:?}");
    }
}

/// Values in a tensor of 2 GiB, more than a buffer of a software adapter can hold.
const TOO_MUCH: usize = 1 << 29;

#[test]
fn a_device_without_memory_says_so_and_stays_of_use() {
    let Some(device) = gpu("a_device_without_memory_says_so_and_stays_of_use") else { return };
    let sum = |n: usize, device: &ComputeDevice| -> f32 { Tensor::<1>::ones([n], &device.plain).sum().into_scalar() };
    let Err(panic) = std::panic::catch_unwind(|| sum(TOO_MUCH, &device)) else {
        eprintln!("SKIPPED: {} has room for 2 GiB", device.description);
        return;
    };
    assert!(is_out_of_memory(&*panic), "{:?}", panic.downcast_ref::<String>());
    assert!(!is_out_of_memory(&"index out of bounds"));
    assert_eq!(sum(10, &device), 10.0);
    // A device is opened once in a process, and can be requested repeatedly.
    assert_eq!(sum(10, &ComputeDevice::gpu(true).unwrap()), 10.0);
}

/// Minibatches whose first layer does not fit into a software adapter's largest buffer; half of them do.
const TOO_LARGE: usize = 4_096;

#[test]
fn without_memory_the_engine_starts_over_with_smaller_minibatches() {
    let Some(device) = gpu("without_memory_the_engine_starts_over_with_smaller_minibatches") else { return };
    if !device.description.contains("software") {
        eprintln!("SKIPPED: {} has room for the batch", device.description);
        return;
    }
    // The generator is cached, for when the experiment starts again.
    let cache = tempfile::tempdir().unwrap();
    let options = EngineOptions {
        cache_dir: Some(cache.path().into()),
        device: DeviceKind::Gpu,
        software_gpu: true,
        threads: 1,
        ..EngineOptions::default()
    };
    let mut listener = Listener::with(options);
    let experiment = Experiment { batch_size: TOO_LARGE, rounds: 1, minibatches_per_round: 1, ..short() };
    listener.start(experiment, &[Strategy::Random], 1);
    listener.engine.send(Command::Run);
    listener
        .until("a warning", |e| matches!(e, Event::Message { level: Level::Warning, text } if text.contains("4096")));
    let smaller = |h: &Header| h.experiment.batch_size == TOO_LARGE / 2 && h.device.starts_with("GPU");
    listener.until("a smaller run", |e| matches!(e, Event::RunStarted { header, .. } if smaller(header)));
    // It continues by itself; its minibatch would take a software adapter minutes.
    listener.until("a round", |e| matches!(e, Event::RoundBegan { .. }));
    listener.engine.send(Command::Stop);
}
