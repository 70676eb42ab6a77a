//! Times of the engine's main works, the same as in `scripts/peers/engine.py`: `engine WORK THREADS SECONDS [DEVICE]` prints
//! a line of milliseconds for each repetition. `scripts/bench` runs both in turns.

#![allow(clippy::expect_used, reason = "a bench stops when it cannot continue")]
#![allow(clippy::print_stderr, clippy::print_stdout, reason = "a bench says what it measured")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use ridgewalk::dataset::{Class, Dataset, ImageShape, Split, load};
use ridgewalk::device::{ComputeDevice, DeviceKind, software_allowed};
use ridgewalk::experiment::{DatasetKind, Experiment, GeneratorKind, TargetKind};
use ridgewalk::generator::alpha_gan::training::AlphaGanTraining;
use ridgewalk::generator::vae::{DenseNet, VaeTraining};
use ridgewalk::generator::{Generator as _, GeneratorTraining};
use ridgewalk::neighbours::NeighbourIndex;
use ridgewalk::rng::Streams;
use ridgewalk::target::{Target, Truth, latent_gradient};

/// The sizes of the paper's experiments.
const BATCH: usize = 64;
const MASKS: usize = 32;
const IMAGES: usize = 4_096;
const POINTS: usize = 60_000;
const ANCHORS: usize = 500;
const WIDTH: usize = 64;
const CIFAR: ImageShape = ImageShape { channels: 3, height: 32, width: 32 };
const MASK: ImageShape = ImageShape { channels: 1, height: 64, width: 64 };
const LEAST_REPETITIONS: usize = 3;

/// One repetition of a work.
type Work = Box<dyn FnMut()>;

/// A work by its name, and what prepares it.
type Entry = (&'static str, fn(&ComputeDevice) -> Work);

const WORKS: [Entry; 8] = [
    ("lenet_step", lenet_step),
    ("vgg_step", vgg_step),
    ("alpha_gan_step", alpha_gan_step),
    ("stress_step", stress_step),
    ("vae_epoch", vae_epoch),
    ("encode", encode),
    ("latent_gradient", gradient),
    ("nearest_1000", nearest),
];

fn main() {
    ridgewalk::device::settle_libraries();
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [name, threads, seconds, device @ ..] = arguments.as_slice() else {
        eprintln!("engine WORK THREADS SECONDS [cpu|gpu], run by scripts/bench; WORK is one of:");
        return WORKS.iter().for_each(|(name, _)| eprintln!("  {name}"));
    };
    let (_, prepare) = WORKS.iter().find(|(work, _)| work == name).expect("a work of the list");
    let threads = threads.parse().expect("a number of threads");
    let limit = Duration::from_secs_f64(seconds.parse().expect("seconds"));
    let kind = device.first().map_or(Ok(DeviceKind::Cpu), |name| name.parse()).expect("a device");
    let device = ComputeDevice::open(kind, software_allowed()).expect("the device");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| {
        let mut work = prepare(&device);
        work();
        let (begun, mut done) = (Instant::now(), 0);
        while done < LEAST_REPETITIONS || begun.elapsed() < limit {
            let start = Instant::now();
            work();
            println!("{}", start.elapsed().as_secs_f64() * 1e3);
            done += 1;
        }
    });
}

fn digits() -> (Experiment, Dataset) {
    let experiment = Experiment { train_size: IMAGES, test_size: 500, validation_size: 0, ..Experiment::default() };
    let dataset = load(&experiment, 1, None).expect("the built-in digits need no file");
    (experiment, dataset)
}

/// Uniform values in [0, 1).
fn noise(count: usize) -> Vec<f32> {
    let normals = Streams::new(7).get("noise", 0).normals(count);
    normals.into_iter().map(|v| v.abs().fract()).collect()
}

fn target_step(experiment: &Experiment, shape: ImageShape, images: usize, device: &ComputeDevice) -> Work {
    let mut target = Target::new(experiment, shape, 10, &Streams::new(1), device);
    let input = noise(images * shape.len());
    let labels: Vec<Class> = (0..images).map(|i| (i % 10) as Class).collect();
    let maps = noise(images * shape.len());
    let is_map = experiment.dataset == DatasetKind::Ivus;
    Box::new(move || {
        let truth = if is_map { Truth::Maps(&maps) } else { Truth::Classes(&labels) };
        black_box(target.train_step(input.clone(), truth));
    })
}

fn lenet_step(device: &ComputeDevice) -> Work {
    target_step(&Experiment::default(), ImageShape { channels: 1, height: 28, width: 28 }, BATCH, device)
}

fn vgg_step(device: &ComputeDevice) -> Work {
    let dataset = DatasetKind::Cifar10;
    let experiment = Experiment { dataset, target: TargetKind::Vgg16, target_width: WIDTH, ..Experiment::default() };
    target_step(&experiment, CIFAR, BATCH, device)
}

fn stress_step(device: &ComputeDevice) -> Work {
    target_step(&Experiment { dataset: DatasetKind::Ivus, ..Experiment::default() }, MASK, MASKS, device)
}

fn alpha_gan_step(device: &ComputeDevice) -> Work {
    let images = (0..2 * BATCH * CIFAR.len()).map(|i| (i * 37 % 251) as u8).collect();
    let train = Split::new(CIFAR, images, vec![0; 2 * BATCH]).expect("images of one size");
    let experiment = Experiment {
        dataset: DatasetKind::Cifar10,
        generator: GeneratorKind::AlphaGan,
        generator_width: WIDTH,
        generator_batch: BATCH,
        train_size: train.len(),
        ..Experiment::default()
    };
    let mut training = AlphaGanTraining::new(&experiment, &train, device);
    Box::new(move || {
        black_box(training.advance(&train).expect("finite losses").losses.reconstruction);
    })
}

fn vae_epoch(device: &ComputeDevice) -> Work {
    let (experiment, dataset) = digits();
    let mut training = VaeTraining::<DenseNet>::new(&experiment, &dataset.train, device);
    Box::new(move || {
        for _ in 0..IMAGES.div_ceil(experiment.generator_batch) {
            black_box(training.advance(&dataset.train).expect("finite losses").losses.code);
        }
    })
}

fn encode(device: &ComputeDevice) -> Work {
    let (experiment, dataset) = digits();
    let vae = VaeTraining::<DenseNet>::new(&experiment, &dataset.train, device).vae();
    let images = dataset.train.gather(&(0..IMAGES as u32).collect::<Vec<_>>());
    Box::new(move || {
        black_box(vae.encode(&images));
    })
}

fn gradient(device: &ComputeDevice) -> Work {
    let (experiment, dataset) = digits();
    let vae = VaeTraining::<DenseNet>::new(&experiment, &dataset.train, device).vae();
    let target = Target::new(&experiment, dataset.shape(), 10, &Streams::new(1), device).frozen();
    let codes = Streams::new(2).get("codes", 0).normals(ANCHORS * experiment.latent_dim);
    let labels: Vec<Class> = (0..ANCHORS).map(|i| (i % 10) as Class).collect();
    Box::new(move || {
        black_box(latent_gradient(&vae, &target, &codes, &labels));
    })
}

fn nearest(_: &ComputeDevice) -> Work {
    let mut rng = Streams::new(3).get("codes", 0);
    let codes = rng.normals(POINTS * 3);
    let queries = rng.normals(1_000 * 3);
    let index = NeighbourIndex::new(&codes, 3).expect("the codes are finite");
    Box::new(move || {
        let distances = queries.chunks(3).filter_map(|q| index.nearest(q, |_| false)).map(|n| n.distance);
        black_box(distances.sum::<f32>());
    })
}
