//! Masks of every kind through `ridgewalk label`: what is drawn and what is right for it.

mod levels;
mod doubtful;
mod files;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use png::{BitDepth, ColorType};
use ridgewalk::cli::label::{LabelArgs, label};
use ridgewalk::labelling::fem::stress::StressMeasure;
use serde_json::Value;

const SIDE: usize = 64;

/// What is right for a mask.
enum Right {
    /// The values of the shape, and a word of its note; without a word it has none.
    Solved(&'static str),
    /// Within 1.5 % of them.
    Near,
    /// Its kind and words of its message.
    Refused(&'static str, &'static [&'static str]),
}
use Right::{Near, Refused, Solved};

fn args(masks: Vec<PathBuf>, out: &Path, levels: &str) -> LabelArgs {
    LabelArgs {
        masks,
        out: out.into(),
        levels: levels.parse().unwrap(),
        pixel_mm: 0.1,
        pressure_mmhg: None,
        waveform: None,
        stress: StressMeasure::MaxPrincipal,
        json: true,
    }
}

/// The object of the report for each mask, by its file name.
fn labelled(masks: Vec<PathBuf>, levels: &str) -> BTreeMap<String, Value> {
    let out = tempfile::tempdir().unwrap();
    let (mut report, mut messages) = (Vec::new(), Vec::new());
    label(&args(masks, out.path(), levels), &mut report, &mut messages).unwrap();
    let report: Vec<Value> = serde_json::from_slice(&report).unwrap();
    let name = |v: &Value| v["mask"].as_str().or(v["file"].as_str()).unwrap().rsplit('/').next().unwrap().to_owned();
    report.into_iter().map(|v| (name(&v), v)).collect()
}

/// Why a row of the report is not what is right; `None` if it is.
fn wrong(found: &Value, right: &Right, shape: [f64; 3]) -> Option<String> {
    let values = || ["lumen_area_mm2", "mean_kpa", "plaque_burden"].map(|key| found[key].as_f64().unwrap_or(f64::NAN));
    let within = |share: f64| values().iter().zip(shape).all(|(v, wanted)| (v / wanted - 1.0).abs() <= share);
    let right = match right {
        Solved("") => within(1e-9) && found["note"].is_null(),
        Solved(note) => within(1e-9) && found["note"].as_str().is_some_and(|n| n.contains(note)),
        Near => within(0.015),
        Refused(kind, words) => {
            let message = found["message"].as_str().unwrap_or_default();
            found["refused"] == *kind && words.iter().all(|w| message.contains(w))
        }
    };
    (!right).then(|| format!("{} {:?} {} {}", found["mask"], values(), found["note"], found["message"]))
}

/// Places of the shape that is drawn here: outside, wall, lumen, and what may lie in them.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Outside,
    Wall,
    Lumen,
    /// In the middle of the wall.
    Calcium,
    /// In the middle of the lumen.
    Wire,
}
use Part::{Calcium, Lumen, Outside, Wall, Wire};

fn part(x: f64, y: f64) -> Part {
    let from = |cx: f64, cy: f64, rx: f64, ry: f64| ((x - cx) / rx).powi(2) + ((y - cy) / ry).powi(2) < 1.0;
    match () {
        () if from(33.2, 31.6, 3.2, 3.2) => Wire,
        () if from(33.2, 31.6, 12.7, 11.8) => Lumen,
        () if from(15.0, 31.0, 2.6, 3.4) => Calcium,
        () if from(32.1, 32.3, 24.2, 22.1) => Wall,
        () => Outside,
    }
}

/// Pixels with the samples of each part; `grain` x `grain` points of a pixel are averaged.
fn drawn<const N: usize>(samples: impl Fn(Part) -> [f64; N], grain: usize) -> Vec<[f64; N]> {
    let point = |i: usize, k: usize| {
        let at = |pixel: usize, k: usize| pixel as f64 + (k as f64 + 0.5) / grain as f64;
        samples(part(at(i % SIDE, k % grain), at(i / SIDE, k / grain)))
    };
    let mean = |i: usize| -> [f64; N] {
        let all: Vec<[f64; N]> = (0..grain * grain).map(|k| point(i, k)).collect();
        std::array::from_fn(|c| all.iter().map(|p| p[c]).sum::<f64>() / all.len() as f64)
    };
    (0..SIDE * SIDE).map(mean).collect()
}

/// Writes pixels of any depth and colour.
fn write<const N: usize>(path: &Path, pixels: &[[f64; N]], colour: ColorType, depth: BitDepth) {
    let (palette, transparency) = (Vec::new(), Vec::new());
    write_with(path, pixels, colour, depth, (palette, transparency));
}

fn write_with<const N: usize>(
    path: &Path,
    pixels: &[[f64; N]],
    colour: ColorType,
    depth: BitDepth,
    (palette, transparency): (Vec<u8>, Vec<u8>),
) {
    let mut encoder = png::Encoder::new(fs::File::create(path).unwrap(), SIDE as u32, SIDE as u32);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if !palette.is_empty() {
        encoder.set_palette(palette);
    }
    if !transparency.is_empty() {
        encoder.set_trns(transparency);
    }
    let samples = pixels.iter().flatten().map(|v| v.round() as u16);
    let bytes: Vec<u8> = match depth {
        BitDepth::Sixteen => samples.flat_map(u16::to_be_bytes).collect(),
        BitDepth::Eight => samples.map(|v| v as u8).collect(),
        _ => {
            let bits = depth as usize;
            let all: Vec<u16> = samples.collect();
            let packed = |chunk: &[u16]| chunk.iter().fold(0, |byte, v| byte << bits | *v as u8);
            all.chunks(8 / bits).map(packed).collect()
        }
    };
    encoder.write_header().unwrap().write_image_data(&bytes).unwrap();
}

/// Samples of one kind for outside, wall, lumen, calcium and wire.
fn of<const N: usize>(samples: [[f64; N]; 5]) -> impl Fn(Part) -> [f64; N] {
    move |part| samples[part as usize]
}

fn grey(values: [u16; 5]) -> impl Fn(Part) -> [f64; 1] {
    of(values.map(|v| [f64::from(v)]))
}
