//! Cost of labelling on one core: a 64 x 64 mask from contour to stress map, and its contours alone.

#![allow(clippy::expect_used, reason = "a bench stops when it cannot continue")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ridgewalk::dataset::vessels::plaques::{Plaque, PlaqueRanges};
use ridgewalk::labelling::fem::FemTool;
use ridgewalk::labelling::fem::contour::Contours;

/// Enough masks for a representative share of easy and hard ones.
const MASKS: usize = 16;

fn masks() -> Vec<Plaque> {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    PlaqueRanges::default().generate(MASKS, &mut uniform).expect("the default ranges are possible")
}

fn labelling(c: &mut Criterion) {
    let (masks, tool) = (masks(), FemTool::default());
    let mut group = c.benchmark_group("labelling");
    group.sample_size(30);
    let mut next = masks.iter().cycle();
    group.bench_function("mask_to_map_64", |b| {
        b.iter(|| next.next().map(|plaque| tool.solve(black_box(&plaque.mask)).expect("a generated mask is solved")));
    });
    let mut next = masks.iter().cycle();
    group.bench_function("mask_to_contours_64", |b| {
        b.iter(|| next.next().map(|plaque| Contours::of(black_box(&plaque.mask), &tool.contour)));
    });
    group.finish();
}

criterion_group!(benches, labelling);
criterion_main!(benches);
