//! Redrawing the latent view on the first adapter, in full and while the camera moves; and picking.

#![allow(clippy::expect_used, reason = "a bench stops when it cannot continue")]
#![allow(clippy::print_stderr, clippy::print_stdout, reason = "a bench says what it measured")]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use glam::vec2;
use ridgewalk::view::{Camera, LatentView, Mode, Pipelines, PointStyle, Quality, Rgba};

const SIZE: (u32, u32) = (900, 700);
const COUNTS: [usize; 2] = [60_000, 1_000_000];
const LABELLED_EVERY: usize = 120;
const CLASSES: [Rgba; 3] = [[68, 119, 170, 255], [238, 102, 119, 255], [34, 136, 51, 255]];
/// Turns of a low-discrepancy spiral between neighbouring points.
const GOLDEN_TURN: f32 = 2.399_963;

fn device() -> Option<(wgpu::Device, wgpu::Queue)> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    pollster::block_on(async {
        let adapter = instance.request_adapter(&wgpu::RequestAdapterOptions::default()).await.ok()?;
        println!("adapter: {}", adapter.get_info().name);
        adapter.request_device(&wgpu::DeviceDescriptor::default()).await.ok()
    })
}

/// A round cloud, denser in its middle.
fn fill(view: &mut LatentView, count: usize) {
    let positions: Vec<[f32; 3]> = (0..count)
        .map(|i| {
            let share = (i as f32 + 0.5) / count as f32;
            let radius = (-2.0 * (1.0 - share).ln()).sqrt();
            let angle = i as f32 * GOLDEN_TURN;
            let height = (i as f32 * 0.754_877_7).fract() * 2.0 - 1.0;
            [radius * angle.cos(), radius * angle.sin(), height]
        })
        .collect();
    let colours: Vec<Rgba> = (0..count).map(|i| CLASSES[i % CLASSES.len()]).collect();
    let styles: Vec<PointStyle> = (0..count)
        .map(|i| match i % LABELLED_EVERY {
            0 => PointStyle::LABELLED,
            _ => PointStyle::POOL,
        })
        .collect();
    view.set_points(&positions, &colours, &styles).expect("points");
}

fn redraw(criterion: &mut Criterion) {
    let Some((device, queue)) = device() else {
        eprintln!("SKIPPED: no graphics adapter was found");
        return;
    };
    let mut group = criterion.benchmark_group("view");
    // A software adapter takes seconds over a million points.
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    for count in COUNTS {
        let mut view = LatentView::new(&Pipelines::default(), &device, &queue, SIZE.0, SIZE.1).expect("a view");
        fill(&mut view, count);
        for (mode, name) in [(Mode::Flat, "2d"), (Mode::Orbit, "3d")] {
            let mut camera = Camera::new(mode, vec2(SIZE.0 as f32, SIZE.1 as f32));
            camera.fit(view.core_bounds().expect("points"));
            for (msaa, moving, what) in
                [(false, false, "redraw"), (true, false, "redraw with MSAA"), (false, true, "redraw while moving")]
            {
                view.set_quality(Quality { msaa, ..Quality::SOFTWARE });
                let id = BenchmarkId::new(format!("{what} {name}"), count);
                group.bench_function(id, |bencher| {
                    bencher.iter(|| {
                        camera.orbit(vec2(1.0, 0.0));
                        let drew = view.render(&camera, moving).expect("drawn");
                        device.poll(wgpu::PollType::wait_indefinitely()).expect("finished");
                        assert!(drew, "a redraw is measured");
                    });
                });
            }
            let id = BenchmarkId::new(format!("unchanged {name}"), count);
            group.bench_function(id, |bencher| {
                bencher.iter(|| view.render(&camera, true).expect("nothing to draw"));
            });
            let id = BenchmarkId::new(format!("pick {name}"), count);
            let middle = vec2(SIZE.0 as f32, SIZE.1 as f32) / 2.0;
            group.bench_function(id, |bencher| {
                bencher.iter(|| view.pick_blocking(&camera, middle).expect("an answer"));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, redraw);
criterion_main!(benches);
