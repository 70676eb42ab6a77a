//! Window and training on one wgpu device or on two: the time of a frame while burn trains, and steps a second while
//! frames are drawn. `RIDGEWALK_SOFTWARE_GPU=1` lets a software adapter take part.

#![allow(clippy::disallowed_methods, reason = "a bench waits as a window does for its next frame")]
#![allow(clippy::expect_used, reason = "a bench stops when it cannot continue")]
#![allow(clippy::print_stdout, reason = "a bench says what it measured")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use burn::tensor::Device;
use burn::tensor::wgpu::WgpuSetup;
use glam::vec2;
use ridgewalk::dataset::{Class, load};
use ridgewalk::device::{ComputeDevice, DeviceKind, software_allowed};
use ridgewalk::experiment::Experiment;
use ridgewalk::rng::Streams;
use ridgewalk::target::Target;
use ridgewalk::view::{Camera, LatentView, Mode, Pipelines, PointStyle, Quality};

const SIZE: (u32, u32) = (900, 700);
/// Points of MNIST's embedding.
const POINTS: usize = 60_000;
const BATCH: usize = 64;
/// Between two frames of a window at 60 Hz.
const FRAME: Duration = Duration::from_micros(16_667);
const MEASURED: Duration = Duration::from_secs(20);
/// Steps before timing starts, in which the kernels compile.
const WARM_UP: usize = 10;

/// A view with points over a square; it is redrawn in each frame because the camera turns.
struct Screen {
    device: wgpu::Device,
    view: LatentView,
    camera: Camera,
}

impl Screen {
    fn new(device: &wgpu::Device, queue: &wgpu::Queue) -> Self {
        let mut view = LatentView::new(&Pipelines::default(), device, queue, SIZE.0, SIZE.1).expect("a view");
        let positions: Vec<[f32; 3]> = (0..POINTS)
            .map(|i| [(i as f32 * 0.618_034).fract(), (i as f32 * 0.754_878).fract(), (i as f32 * 0.569_84).fract()])
            .collect();
        view.set_points(&positions, &vec![[68, 119, 170, 255]; POINTS], &vec![PointStyle::POOL; POINTS])
            .expect("points");
        view.set_quality(Quality { msaa: false, ..Quality::SOFTWARE });
        let mut camera = Camera::new(Mode::Orbit, vec2(SIZE.0 as f32, SIZE.1 as f32));
        camera.fit(view.core_bounds().expect("points"));
        Self { device: device.clone(), view, camera }
    }

    /// Milliseconds from the call to the finished image.
    fn frame(&mut self) -> f64 {
        let start = Instant::now();
        self.camera.orbit(vec2(1.0, 0.0));
        self.view.render(&self.camera, true).expect("drawn");
        self.device.poll(wgpu::PollType::wait_indefinitely()).expect("finished");
        start.elapsed().as_secs_f64() * 1e3
    }
}

/// A target that trains on one minibatch repeatedly.
struct Training {
    target: Target,
    images: Vec<f32>,
    labels: Vec<Class>,
}

impl Training {
    fn new(device: &ComputeDevice) -> Self {
        let experiment = Experiment { train_size: 512, test_size: 10, validation_size: 0, ..Experiment::default() };
        let dataset = load(&experiment, 1, None).expect("the built-in digits need no file");
        let samples: Vec<u32> = (0..BATCH as u32).collect();
        let mut training = Self {
            target: Target::new(&experiment, dataset.shape(), 10, &Streams::new(1), device),
            images: dataset.train.gather(&samples),
            labels: dataset.train.labels()[..BATCH].to_vec(),
        };
        (0..WARM_UP).for_each(|_| training.step());
        training
    }

    fn step(&mut self) {
        self.target.train_step(self.images.clone(), &self.labels);
    }
}

/// Draws at up to 60 Hz and trains, if given; prints the rates reached.
fn measure(name: &str, screen: Option<&mut Screen>, training: Option<&mut Training>) {
    let (done, steps) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut frames = Vec::new();
    std::thread::scope(|scope| {
        if let Some(training) = training {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    training.step();
                    steps.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let start = Instant::now();
        match screen {
            Some(screen) => {
                while start.elapsed() < MEASURED {
                    let began = Instant::now();
                    frames.push(screen.frame());
                    std::thread::sleep(FRAME.saturating_sub(began.elapsed()));
                }
            }
            None => std::thread::sleep(MEASURED),
        }
        done.store(true, Ordering::Relaxed);
    });
    frames.sort_by(f64::total_cmp);
    let at =
        |share: f64| frames.get((share * frames.len() as f64) as usize).map_or("-".into(), |ms| format!("{ms:.1}"));
    let rate = steps.load(Ordering::Relaxed) as f64 / MEASURED.as_secs_f64();
    println!("{name:<24} {:>12} {:>12} {:>12} {rate:>12.2}", frames.len(), at(0.5), at(0.95));
}

fn main() {
    let Some(adapter) = ridgewalk::device::adapters().into_iter().find(|a| !a.is_software() || software_allowed())
    else {
        println!("SKIPPED: no GPU; RIDGEWALK_SOFTWARE_GPU=1 takes a software adapter");
        return;
    };
    println!("adapter: {adapter}");
    let (burn, setup): (Device, WgpuSetup) =
        Device::wgpu_options().device_kind(adapter.burn_kind()).init_with_setup().expect("a device");
    let (device, queue) =
        pollster::block_on(setup.adapter.request_device(&wgpu::DeviceDescriptor::default())).expect("a second device");
    let compute = ComputeDevice {
        autodiff: burn.clone().autodiff(),
        plain: burn,
        kind: DeviceKind::Gpu,
        description: adapter.to_string(),
    };
    let mut training = Training::new(&compute);
    let mut own = Screen::new(&device, &queue);
    let mut shared = Screen::new(&setup.device, &setup.queue);

    println!("{:<24} {:>12} {:>12} {:>12} {:>12}", "", "frames", "median, ms", "95 %, ms", "steps / s");
    measure("only frames", Some(&mut own), None);
    measure("only training", None, Some(&mut training));
    measure("two devices", Some(&mut own), Some(&mut training));
    measure("one device", Some(&mut shared), Some(&mut training));
}
