//! Times of the engine's main parts: a LeNet step, a VAE epoch, encoding, the latent gradient, the neighbour index.
//!
//! `scripts/bench` runs them together with the same work in PyTorch and SciPy (`scripts/peers/engine.py`).

#![allow(clippy::expect_used, reason = "a bench stops when it cannot continue")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ridgewalk::dataset::{Dataset, load};
use ridgewalk::device::ComputeDevice;
use ridgewalk::experiment::Experiment;
use ridgewalk::generator::vae::VaeTraining;
use ridgewalk::generator::{Generator as _, GeneratorTraining as _};
use ridgewalk::neighbours::NeighbourIndex;
use ridgewalk::rng::Streams;
use ridgewalk::target::{Target, latent_gradient};

/// The sizes of the paper's MNIST experiment.
const BATCH: usize = 64;
const IMAGES: usize = 4_096;
const POINTS: usize = 60_000;
const ANCHORS: usize = 500;

fn setup() -> (Experiment, Dataset, ComputeDevice) {
    let experiment = Experiment { train_size: IMAGES, test_size: 500, validation_size: 0, ..Experiment::default() };
    let dataset = load(&experiment, 1, None).expect("the built-in digits need no file");
    (experiment, dataset, ComputeDevice::cpu())
}

fn target(c: &mut Criterion) {
    let (experiment, dataset, device) = setup();
    let samples: Vec<u32> = (0..BATCH as u32).collect();
    let images = dataset.train.gather(&samples);
    let labels = &dataset.train.labels()[..BATCH];
    let mut target = Target::new(&experiment, dataset.shape(), 10, &Streams::new(1), &device);
    let mut group = c.benchmark_group("target");
    group.sample_size(20).throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("lenet_step_64", |b| b.iter(|| target.train_step(images.clone(), labels)));
    let thousand: Vec<u32> = (0..1_000).collect();
    let images = dataset.train.gather(&thousand);
    let frozen = target.frozen();
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("lenet_evaluate_1000", |b| b.iter(|| black_box(frozen.log_probabilities(images.clone()))));
    group.finish();
}

fn generator(c: &mut Criterion) {
    let (experiment, dataset, device) = setup();
    let mut group = c.benchmark_group("generator");
    group.sample_size(10).throughput(Throughput::Elements(IMAGES as u64));
    group.bench_function("vae_epoch_4096", |b| {
        b.iter_batched(
            || VaeTraining::new(&experiment, &dataset.train, &device),
            |mut training| {
                for _ in 0..IMAGES.div_ceil(experiment.generator_batch) {
                    black_box(training.advance(&dataset.train).map(|s| s.losses.code).unwrap_or(f32::NAN));
                }
            },
            BatchSize::PerIteration,
        );
    });
    let vae = VaeTraining::new(&experiment, &dataset.train, &device).vae();
    let all: Vec<u32> = (0..IMAGES as u32).collect();
    let images = dataset.train.gather(&all);
    group.bench_function("encode_4096", |b| b.iter(|| black_box(vae.encode(&images))));
    let target = Target::new(&experiment, dataset.shape(), 10, &Streams::new(1), &device).frozen();
    let codes = Streams::new(2).get("codes", 0).normals(ANCHORS * experiment.latent_dim);
    let labels: Vec<u8> = (0..ANCHORS).map(|i| (i % 10) as u8).collect();
    group.throughput(Throughput::Elements(ANCHORS as u64));
    group.bench_function("latent_gradient_500", |b| {
        b.iter(|| black_box(latent_gradient(&vae, &target, &codes, &labels)))
    });
    group.finish();
}

fn neighbours(c: &mut Criterion) {
    let mut rng = Streams::new(3).get("codes", 0);
    let codes = rng.normals(POINTS * 3);
    let queries = rng.normals(1_000 * 3);
    let mut group = c.benchmark_group("neighbours");
    group.sample_size(20);
    group.bench_function("build_60000", |b| b.iter(|| black_box(NeighbourIndex::new(&codes, 3).map(|i| i.len()))));
    let index = NeighbourIndex::new(&codes, 3).expect("the codes are finite");
    group.throughput(Throughput::Elements(1_000));
    for (name, every) in [("nearest_1000", u32::MAX), ("nearest_1000_tenth_excluded", 10)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                queries.chunks(3).filter_map(|q| index.nearest(q, |s| s % every == 0)).map(|n| n.distance).sum::<f32>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, target, generator, neighbours);
criterion_main!(benches);
