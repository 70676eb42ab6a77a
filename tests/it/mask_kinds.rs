//! Masks of every kind through `ridgewalk label`: what the levels mean is found from their places, or refused with what
//! would help.

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

#[test]
fn masks_from_the_field_are_read_as_they_were_meant() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/field/masks");
    let rows = [
        ("a00-good", Solved("")),
        ("a01-values-0-1", Solved("")),
        ("a04-labels-0-1-2-3", Solved("15 pixels of level 3 in the wall read as wall")),
        ("a06-greys-0-64calcium-128wall-255lumen", Solved("15 pixels of level 64 in the wall read as wall")),
        ("a07-documented-three-levels-guide-wire-0", Solved("37 pixels of level 0 in the lumen read as lumen")),
        ("b01-two-levels-antialiased", Near),
        ("b03-three-levels-antialiased-wall255-lumen128", Near),
        ("b04-three-levels-antialiased-wall255-lumen100", Near),
        ("c01-inverted", Solved("")),
        ("c03-palette-wall-red", Solved("")),
        ("c05-palette-wall-white-transparent-rest", Solved("")),
        ("c08-rgba-all-white-mask-in-alpha", Solved("")),
        ("d03-16bit-0-1-2", Solved("")),
        ("f05-disc-no-lumen", Refused("no-lumen", &["encloses no hole", "0 (2432 pixels), 255 (1664 pixels)"])),
        ("f12-three-levels-lumen-leaks", Refused("wall-too-thin", &["near column", "128 (1184 pixels)"])),
        ("f13-three-levels-mark-in-corner", Solved("1 pixel of level 255 in the outside read as outside")),
        ("h04-jpeg-by-another-name", Refused("unreadable", &["a JPEG", "save the mask as PNG"])),
        ("h06-lfs-pointer", Refused("unreadable", &["Git LFS pointer", "git lfs pull"])),
    ];
    let names = rows.iter().map(|(name, _)| format!("{name}.png"));
    let found = labelled(names.clone().map(|n| folder.join(n)).collect(), "");
    let good = &found["a00-good.png"];
    let shape = ["lumen_area_mm2", "mean_kpa", "plaque_burden"].map(|key| good[key].as_f64().unwrap());
    for (value, wanted) in shape.iter().zip([4.69, 18.99, 0.719]) {
        assert!((value / wanted - 1.0).abs() < 2e-3, "{shape:?}");
    }
    let faults: Vec<String> = names.zip(&rows).filter_map(|(n, (_, right))| wrong(&found[&n], right, shape)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let b = |name: &str| found[&format!("{name}.png")]["lumen_area_mm2"].as_f64().unwrap();
    for name in [rows[6].0, rows[7].0] {
        assert!((b(name) / b(rows[5].0) - 1.0).abs() < 0.015, "{name}");
    }
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

#[test]
fn levels_are_found_whatever_their_values_depth_colour_and_opacity() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(format!("{name}.png"));
    let two = || ("", [0, 255, 0, 255, 0]);
    let mut rows: Vec<(&str, Right)> = Vec::new();
    let mut row = |name: &'static str, right: Right| {
        rows.push((name, right));
        at(name)
    };
    // Calcium has the value of the wall and the wire that of the lumen, where they do not count.
    write(&row("good", Solved(two().0)), &drawn(grey(two().1), 1), ColorType::Grayscale, BitDepth::Eight);
    for (name, values, right) in [
        ("levels-10-200-90", [90, 10, 200, 10, 200], Solved("")),
        ("levels-200-90-10", [10, 200, 90, 200, 90], Solved("")),
        ("outside-brightest", [255, 0, 128, 0, 128], Solved("")),
        ("outside-between", [128, 255, 0, 255, 0], Solved("")),
        ("neighbours-254-255", [254, 255, 254, 255, 254], Solved("")),
        ("classes-with-calcium", [0, 1, 2, 3, 2], Solved("of level 3 in the wall read as wall")),
        ("calcium-and-wire", [0, 2, 1, 5, 4], Solved("of level 4 in the lumen read as lumen")),
        ("calcium-like-the-outside", [0, 128, 255, 0, 255], Solved("of level 0 in the wall read as wall")),
        ("wire-like-the-wall", [0, 255, 0, 255, 255], Solved("of level 255 in the lumen read as lumen")),
        ("wire-like-calcium", [0, 100, 50, 200, 200], Solved("of level 200 in the lumen read as lumen")),
        ("hole-like-the-lumen", [0, 128, 255, 255, 255], Refused("several-lumens", &["encloses 2 holes"])),
    ] {
        write(&row(name, right), &drawn(grey(values), 1), ColorType::Grayscale, BitDepth::Eight);
    }
    for (name, values, depth) in [
        ("one-bit", [0, 1, 0, 1, 0], BitDepth::One),
        ("one-bit-inverted", [1, 0, 1, 0, 1], BitDepth::One),
        ("two-bits", [2, 3, 1, 3, 1], BitDepth::Two),
        ("four-bits", [15, 3, 0, 3, 0], BitDepth::Four),
        ("sixteen-bits", [40_000, 40_001, 39_999, 40_001, 39_999], BitDepth::Sixteen),
    ] {
        write(&row(name, Solved("")), &drawn(grey(values), 1), ColorType::Grayscale, depth);
    }
    let (red, blue, white) = ([255.0, 0.0, 0.0], [0.0, 0.0, 255.0], [255.0; 3]);
    let rgb = of([[0.0; 3], red, blue, white, blue]);
    let path = row("rgb-with-calcium", Solved("of level #ffffff in the wall read as wall"));
    write(&path, &drawn(rgb, 1), ColorType::Rgb, BitDepth::Eight);
    let grey_alpha = of([[0.0, 0.0], [0.0, 255.0], [0.0, 0.0], [0.0, 255.0], [0.0, 0.0]]);
    write(&row("grey-alpha", Solved("")), &drawn(grey_alpha, 1), ColorType::GrayscaleAlpha, BitDepth::Eight);
    let overlay = of([
        [7.0, 9.0, 1.0, 0.0],
        [255.0, 0.0, 0.0, 99.0],
        [1.0, 2.0, 3.0, 0.0],
        [255.0, 0.0, 0.0, 99.0],
        [0.0, 0.0, 0.0, 0.0],
    ]);
    write(&row("overlay", Solved("")), &drawn(overlay, 1), ColorType::Rgba, BitDepth::Eight);
    let palette = vec![0, 0, 0, 9, 9, 9, 9, 9, 9, 200, 0, 0];
    let path = row("palette-two-bits", Solved("of level 3 in the wall read as wall"));
    let indices = drawn(grey([0, 1, 2, 3, 2]), 1);
    write_with(&path, &indices, ColorType::Indexed, BitDepth::Two, (palette, vec![0, 255, 128, 255]));
    for (name, values) in [
        ("smooth-two", [0, 255, 0, 255, 0]),
        ("smooth-inverted", [255, 0, 255, 0, 255]),
        ("smooth-outside-between", [128, 255, 0, 255, 0]),
        ("smooth-wall-between", [0, 128, 255, 128, 255]),
        ("smooth-wall-between-inverted", [255, 100, 0, 100, 0]),
        ("smooth-calcium-and-wire", [0, 255, 100, 180, 0]),
    ] {
        write(&row(name, Near), &drawn(grey(values), 4), ColorType::Grayscale, BitDepth::Eight);
    }
    let smooth_rgb = of([[0.0; 3], red, blue, red, blue]);
    write(&row("smooth-rgb", Near), &drawn(smooth_rgb, 4), ColorType::Rgb, BitDepth::Eight);
    let edge = of([[255.0, 0.0], [255.0; 2], [255.0, 0.0], [255.0; 2], [255.0, 0.0]]);
    write(&row("smooth-alpha", Near), &drawn(edge, 4), ColorType::GrayscaleAlpha, BitDepth::Eight);
    let found = labelled(vec![folder.path().into()], "");
    let shape = ["lumen_area_mm2", "mean_kpa", "plaque_burden"].map(|k| found["good.png"][k].as_f64().unwrap());
    let fault = |(name, right): &(&str, Right)| wrong(&found[&format!("{name}.png")], right, shape);
    let faults: Vec<String> = rows.iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn small_spots_of_many_levels_in_the_wall_are_wall() {
    let folder = tempfile::tempdir().unwrap();
    for levels in [8, 12] {
        crate::common::save_png(&folder.path().join(format!("{levels}.png")), 128, |x, y| {
            let from = |cx: f64, cy: f64| (x - cx).hypot(y - cy);
            let spot = |k: &u8| {
                let turn = f64::from(*k) * 0.63;
                from(64.0 + 33.0 * turn.cos(), 64.0 + 33.0 * turn.sin()) < 2.5
            };
            match from(64.0, 64.0) {
                r if r < 22.0 => 2,
                r if r < 44.0 => (3..levels).find(spot).unwrap_or(1),
                _ => 0,
            }
        });
    }
    let found = labelled(vec![folder.path().into()], "");
    for levels in ["8.png", "12.png"] {
        let area = found[levels]["lumen_area_mm2"].as_f64().unwrap_or(0.0);
        assert!((area / (std::f64::consts::PI * 2.2 * 2.2) - 1.0).abs() < 0.015, "{}", found[levels]);
        assert!(found[levels]["note"].as_str().unwrap().contains("of level 7 in the wall read as wall"));
    }
}

#[test]
fn where_two_readings_are_possible_both_are_told_and_levels_decide() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nested.png");
    // A ring in a ring: the inner one is plaque, lumen, or a vessel in its tissue.
    let nested = |x: f64, y: f64| match (x - 32.0).hypot(y - 32.0) {
        r if r < 8.0 => 3,
        r if r < 14.0 => 2,
        r if r < 22.0 => 1,
        _ => 0,
    };
    crate::common::save_png(&path, SIDE as u32, nested);
    let found = |levels: &str| labelled(vec![path.clone()], levels)["nested.png"].clone();
    let refused = found("");
    assert_eq!(refused["refused"], "several-readings");
    let message = refused["message"].as_str().unwrap();
    let readings = [
        ("outside=0,wall=1,lumen=2,lumen=3", std::f64::consts::PI * 14.0 * 14.0),
        ("outside=0,outside=1,wall=2,lumen=3", std::f64::consts::PI * 8.0 * 8.0),
        ("outside=0,wall=1,wall=2,lumen=3", std::f64::consts::PI * 8.0 * 8.0),
    ];
    assert!(message.contains("3 ways") && message.contains("--levels"), "{message}");
    for (levels, pixels) in readings {
        assert!(message.contains(levels), "{message}");
        let lumen = found(levels)["lumen_area_mm2"].as_f64().unwrap();
        assert!((lumen / (0.01 * pixels) - 1.0).abs() < 0.05, "{levels}: {lumen}");
    }
    for (levels, says) in [
        ("wall=7", "no level is 7"),
        ("wall=1,lumen=0", "encloses none of the levels"),
        ("wall=2,lumen=3", "2 ways"),
        ("wall=0", "touches the image's border"),
    ] {
        let refused = found(levels);
        assert!(refused["message"].as_str().unwrap().contains(says), "{levels}: {refused}");
    }
}

#[test]
fn a_reading_that_explains_the_wall_away_does_not_win_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (outside, wall, lumen) = (0, 128, 255);
    // A round wall of 22 pixels round a lumen of 11, and in it a wire of a value and a radius.
    let ring = |x: f64, y: f64, (wire, thick): (u8, f64)| match x.hypot(y) {
        r if r < thick => wire,
        r if r < 11.0 => lumen,
        r if r < 22.0 => wall,
        _ => outside,
    };
    let save = |name: &str, value: &dyn Fn(f64, f64) -> u8| {
        crate::common::save_png(&folder.path().join(format!("{name}.png")), SIDE as u32, value);
    };
    let mut rows: Vec<(String, &str, &str)> = Vec::new();
    for wire in [(0, 2.0), (64, 2.0), (128, 2.0), (64, 6.0), (200, 6.0)] {
        let named = |kind: &str| format!("{kind}-{}-{}", wire.0, wire.1);
        save(&named("cut"), &|x, y| ring(x - 32.0, y - 20.0, wire));
        rows.push((named("cut"), "touches-border", "read as outside 0, wall 128"));
        let is_stray = |x: f64, y: f64| (x - 60.5).hypot(y - 3.5) < 0.1;
        save(&named("stray"), &|x, y| if is_stray(x, y) { wall } else { ring(x - 32.0, y - 32.0, wire) });
        rows.push((named("stray"), "several-components", "read as outside 0, wall 128"));
    }
    let second = |x: f64, y: f64| (x - 48.0).hypot(y - 32.0) < 3.0;
    save("second-lumen", &|x, y| if second(x, y) { lumen } else { ring(x - 32.0, y - 32.0, (64, 2.0)) });
    rows.push(("second-lumen".into(), "several-lumens", "read as outside 0, wall 128"));
    let leak = |x: f64, y: f64| x > 32.0 && x < 56.0 && (y - 32.5).abs() < 0.1;
    save("leak", &|x, y| if leak(x, y) { lumen } else { ring(x - 32.0, y - 32.0, (64, 2.0)) });
    rows.push(("leak".into(), "wall-too-thin", "read as outside 0, wall 128"));
    for thick in [5.0, 8.0] {
        let name = format!("catheter-{thick}");
        save(&name, &|x, y| ring(x - 32.0, y - 32.0, (wall, thick)));
        rows.push((name, "several-readings", "outside=0,wall=128,lumen=255 (lumen of "));
    }
    // Cut off by the image: on two sides, and on all four so that only the corners are outside.
    for wire in [(0, 2.0), (64, 2.0), (64, 5.0), (200, 2.0)] {
        let cut = |x: f64, y: f64, outer: f64| match x.hypot(y) {
            r if r < wire.1 => wire.0,
            r if r < 13.0 => lumen,
            _ if outer < 1.0 => wall,
            _ => outside,
        };
        let oval = |x: f64, y: f64| cut(x - 32.0, y - 32.0, ((x - 32.0) / 26.0).hypot((y - 32.0) / 60.0));
        let wide = |x: f64, y: f64| cut(x - 32.0, y - 32.0, (x - 32.0).hypot(y - 32.0) / 40.0);
        for (sides, value) in [("two", &oval as &dyn Fn(f64, f64) -> u8), ("all", &wide)] {
            let name = format!("cut-on-{sides}-{}-{}", wire.0, wire.1);
            save(&name, value);
            rows.push((name, "touches-border", "read as outside 0, wall 128"));
        }
        // Of a catheter more than a fifth of the lumen.
        let name = format!("cut-round-{}-{}", wire.0, wire.1);
        save(&name, &|x, y| if (x - 32.0).hypot(y - 32.0) < 8.0 { 64 } else { wide(x, y) });
        rows.push((name, "touches-border", "read as outside 0, wall 128"));
    }
    save("cut-on-all", &|x, y| match (x - 32.0).hypot(y - 32.0) {
        r if r < 13.0 => lumen,
        r if r < 40.0 => wall,
        _ => outside,
    });
    rows.push(("cut-on-all".into(), "touches-border", "read as outside 0, wall 128"));
    for wide in [1.0, 3.0] {
        let name = format!("frame-{wide}");
        let is_frame = |x: f64, y: f64| x.min(y).min(64.0 - x).min(64.0 - y) < wide;
        save(&name, &|x, y| if is_frame(x, y) { wall } else { ring(x - 32.0, y - 32.0, (lumen, 1.0)) });
        rows.push((name, "several-readings", "frame of level 128"));
    }
    // What lies round a vessel may reach the border: here grey between black bars.
    save("bars", &|x, y| match ring(x - 32.0, y - 32.0, (lumen, 1.0)) {
        _ if (x - 32.0).abs() > 25.0 => 0,
        0 => 60,
        value => value,
    });
    let found = labelled(vec![folder.path().into()], "");
    let faults: Vec<String> = rows
        .iter()
        .map(|(name, kind, words)| (name, &found[&format!("{name}.png")], kind, words))
        .filter(|(_, f, kind, words)| f["refused"] != **kind || !f["message"].to_string().contains(**words))
        .map(|(name, found, ..)| format!("{name}: {found}"))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let area = |found: &Value| found["lumen_area_mm2"].as_f64().unwrap();
    let wanted = std::f64::consts::PI * 1.1 * 1.1;
    assert!((area(&found["bars.png"]) / wanted - 1.0).abs() < 0.03, "{}", found["bars.png"]);
    let told = labelled(vec![folder.path().join("catheter-5.png")], "outside=0,wall=128,lumen=255");
    assert!((area(&told["catheter-5.png"]) / wanted - 1.0).abs() < 0.03, "{told:?}");
}

/// A drawing of class numbers, enlarged with smooth borders and rounded to whole numbers again.
fn enlarged(path: &Path, times: u32, values: [u16; 5]) {
    let small = drawn(grey(values), 1);
    let at = |x: usize, y: usize| small[y.min(SIDE - 1) * SIDE + x.min(SIDE - 1)][0];
    crate::common::save_png(path, SIDE as u32 * times, |x, y| {
        let [x, y] = [x, y].map(|v| (v / f64::from(times) - 0.5).max(0.0));
        let ([left, top], [right, below]) = ([x.floor(), y.floor()].map(|v| v as usize), [x.fract(), y.fract()]);
        let row = |y| at(left, y) * (1.0 - right) + at(left + 1, y) * right;
        (row(top) * (1.0 - below) + row(top + 1) * below).round() as u8
    });
}

#[test]
fn borders_lie_half_way_although_another_levels_value_lies_on_them() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(format!("{name}.png"));
    write(&at("good"), &drawn(grey([0, 255, 0, 255, 0]), 1), ColorType::Grayscale, BitDepth::Eight);
    let mut names = Vec::new();
    // Outside, wall, lumen, calcium, wire.
    for values in [[1, 0, 2, 0, 2], [1, 2, 0, 2, 0], [0, 1, 3, 2, 3], [0, 1, 2, 1, 2]] {
        for times in [4, 8] {
            let name = format!("{values:?} {times}");
            enlarged(&at(&name), times, values);
            names.push((name, f64::from(times * times)));
        }
    }
    // Those of which the seam is a ring: it may be a thin wall.
    for values in [[2, 0, 1, 0, 1], [0, 2, 1, 2, 1], [0, 3, 1, 2, 1]] {
        let name = format!("{values:?} ring");
        enlarged(&at(&name), 4, values);
        names.push((name, 16.0));
    }
    let found = labelled(vec![folder.path().into()], "");
    let of = |name: &str, key: &str| found[&format!("{name}.png")][key].as_f64();
    let [lumen, burden] = ["lumen_area_mm2", "plaque_burden"].map(|key| of("good", key).unwrap());
    let is_right = |(name, scale): &&(String, f64)| match of(name, "lumen_area_mm2") {
        Some(area) => {
            (area / scale / lumen - 1.0).abs() < 0.015
                && (of(name, "plaque_burden").unwrap() / burden - 1.0).abs() < 0.015
        }
        None => name.ends_with("ring") && found[&format!("{name}.png")]["refused"] == "several-readings",
    };
    let faults: Vec<String> =
        names.iter().filter(|n| !is_right(n)).map(|(n, _)| format!("{n}: {}", found[&format!("{n}.png")])).collect();
    assert!(faults.is_empty(), "{lumen} {burden}\n{}", faults.join("\n"));
    assert!(
        found["[1, 0, 2, 0, 2] 4.png"]["note"]
            .as_str()
            .unwrap()
            .contains("of level 1 between wall and lumen read as both")
    );
}

#[test]
fn a_drawn_line_is_told_and_with_wall_and_lumen_named_the_border_lies_half_way_into_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(format!("{name}.png"));
    type IsLine = fn(f64) -> bool;
    let ring = |x: f64, y: f64, line: IsLine, level: u8| match (x - 64.0).hypot(y - 64.0) {
        r if line(r) => level,
        r if r < 22.0 => 200,
        r if r < 44.0 => 128,
        _ => 0,
    };
    let inner: IsLine = |r| (r - 22.0).abs() < 1.0;
    let both: IsLine = |r| (r - 22.0).abs() < 1.0 || (r - 44.0).abs() < 1.0;
    let rows: [(&str, IsLine, u8); 4] =
        [("void", both, 0), ("outline", inner, 255), ("outlines", both, 255), ("dark", both, 60)];
    for (name, line, level) in rows {
        crate::common::save_png(&path(name), 128, |x, y| ring(x, y, line, level));
    }
    let found = labelled(vec![folder.path().into()], "");
    let named = labelled(vec![folder.path().into()], "wall=128,lumen=200");
    let lumen = std::f64::consts::PI * 2.2 * 2.2;
    for (name, _, level) in rows {
        let name = format!("{name}.png");
        assert_eq!(found[&name]["refused"], "several-readings", "{}", found[&name]);
        let area = named[&name]["lumen_area_mm2"].as_f64().unwrap_or(0.0);
        assert!((area / lumen - 1.0).abs() < 0.015, "{name}: {lumen} {}", named[&name]);
        assert!(named[&name]["note"].as_str().unwrap().contains(&format!("of level {level} between wall and lumen")));
    }
    let message = found["void.png"]["message"].as_str().unwrap();
    for says in ["a line of level 0, 2 pixels wide, lies between wall 128 and lumen 200", "--levels wall=128,lumen=200"]
    {
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn a_small_lumen_is_read_with_how_well_its_area_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let smooth = |x: f64, y: f64, radius: f64| {
        let share = (0..64).filter(|k| {
            let [dx, dy] = [k % 8, k / 8].map(|s| (f64::from(s) + 0.5) / 8.0 - 0.5);
            (x + dx - 31.0).hypot(y + dy - 33.0) < radius
        });
        share.count() as f64 / 64.0
    };
    let radii: [f64; 4] = [3.0, 4.0, 6.0, 10.0];
    for radius in radii {
        crate::common::save_png(&folder.path().join(format!("{radius}.png")), SIDE as u32, |x, y| {
            (255.0 * (smooth(x, y, 20.0) - smooth(x, y, radius))).round() as u8
        });
    }
    let found = labelled(vec![folder.path().into()], "");
    for radius in radii {
        let found = &found[&format!("{radius}.png")];
        let off = found["lumen_area_mm2"].as_f64().unwrap() / (0.01 * std::f64::consts::PI * radius * radius) - 1.0;
        let note = found["note"].as_str().unwrap_or_default();
        assert_eq!(note.contains("pixels across"), radius < 6.4, "{found}");
        let known: f64 = note.split("to about ").nth(1).map_or(2.0, |n| n.split(' ').next().unwrap().parse().unwrap());
        assert!(off.abs() * 100.0 < 1.25 * known, "{off} {note}");
    }
}

#[test]
fn lumen_and_vessel_in_two_files_are_one_mask_and_what_is_no_mask_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let save = |name: &str, values: [u16; 5]| {
        write(&at(name), &drawn(grey(values), 1), ColorType::Grayscale, BitDepth::Eight);
    };
    save("good.png", [0, 255, 0, 255, 0]);
    save("p1_lumen.png", [0, 0, 255, 0, 255]);
    save("p1_vessel.png", [255, 0, 0, 0, 0]);
    save("lum_frame_01.png", [0, 0, 1, 0, 1]);
    save("med_frame_01.png", [0, 1, 1, 1, 1]);
    save("q-lumen.png", [0, 0, 255, 0, 255]);
    for (folder, values) in [("lumen", [0, 0, 9, 0, 9]), ("vessel", [0, 9, 9, 9, 9])] {
        fs::create_dir(at(folder)).unwrap();
        save(&format!("{folder}/7.png"), values);
    }
    save("good.PNG", [0, 255, 0, 255, 0]);
    for (name, bytes) in [("._good.png", "\0\x05\x16\x07"), ("Thumbs.db", "x"), (".DS_Store", "x"), ("notes.txt", "x")]
    {
        fs::write(at(name), bytes).unwrap();
    }
    fs::write(at("cut.png"), &fs::read(at("good.png")).unwrap()[..90]).unwrap();
    fs::write(at("nothing.png"), "").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere.png", at("link.png")).unwrap();
    let (mut report, mut messages) = (Vec::new(), Vec::new());
    let out = folder.path().join("results");
    let counts = label(&args(vec![folder.path().into()], &out, ""), &mut report, &mut messages).unwrap();
    let messages = String::from_utf8(messages).unwrap();
    assert_eq!((counts.solved, counts.refused), (5, 4), "{messages}");
    for line in [
        "._good.png: passed over: kept by macOS",
        "Thumbs.db: passed over: kept by the system",
        ".DS_Store: passed over: kept by the system",
        "notes.txt: passed over: no PNG",
        "cut.png: rejected: the PNG is damaged",
        "nothing.png: rejected: it is no PNG but empty",
        "link.png: rejected: it is a link to nowhere.png",
        "q-lumen.png: rejected: no lumen",
        "is not beside it",
    ] {
        assert!(messages.contains(line), "{line} in {messages}");
    }
    let report: Vec<Value> = serde_json::from_slice(&report).unwrap();
    let solved: Vec<&Value> = report.iter().filter(|v| v["results"].is_string()).collect();
    for mask in &solved {
        assert_eq!(mask["lumen_area_mm2"], solved[0]["lumen_area_mm2"]);
        let summary = out.join(format!("{}_summary.json", mask["results"].as_str().unwrap()));
        let summary: Value = serde_json::from_slice(&fs::read(summary).unwrap()).unwrap();
        assert_eq!(summary["mask"], mask["mask"], "results are tied to their mask");
    }
    let mut stems: Vec<&str> = solved.iter().filter_map(|m| m["results"].as_str()).collect();
    stems.sort_unstable();
    assert_eq!(stems, ["7", "frame_01", "good", "good-2", "p1"]);
    // Results beside their masks are no masks.
    let beside = args(vec![at("good.png")], folder.path(), "");
    label(&beside, &mut Vec::new(), &mut Vec::new()).unwrap();
    let found = labelled(vec![folder.path().into()], "");
    assert_eq!(found["good_stress.png"]["passed_over"], "a result of `ridgewalk label`");
}

#[test]
fn results_are_written_over_no_file_but_earlier_results_of_the_same_mask() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let before = ["x.png", "x_stress.png", "y.png"].map(|name| {
        write(&at(name), &drawn(grey([0, 255, 0, 255, 0]), 1), ColorType::Grayscale, BitDepth::Eight);
        (name, fs::read(at(name)).unwrap())
    });
    fs::write(at("y_summary.json"), "{\"mine\": true}").unwrap();
    let mut files = Vec::new();
    for _ in 0..2 {
        let (mut report, mut messages) = (Vec::new(), Vec::new());
        label(&args(vec![folder.path().into()], folder.path(), ""), &mut report, &mut messages).unwrap();
        let report: Vec<Value> = serde_json::from_slice(&report).unwrap();
        let stems: Vec<&str> = report.iter().filter_map(|v| v["results"].as_str()).collect();
        assert_eq!(stems, ["x-2", "x_stress", "y-2"]);
        for (name, bytes) in &before {
            assert_eq!(&fs::read(at(name)).unwrap(), bytes, "{name}");
        }
        assert_eq!(fs::read(at("y_summary.json")).unwrap(), b"{\"mine\": true}");
        files.push(fs::read_dir(folder.path()).unwrap().count());
    }
    assert_eq!(files, [4 + 3 * 4; 2], "the second time writes over its own results");
}

#[cfg(unix)]
#[test]
fn what_was_solved_is_reported_when_it_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    write(&path, &drawn(grey([0, 255, 0, 255, 0]), 1), ColorType::Grayscale, BitDepth::Eight);
    let out = folder.path().join("out");
    // A folder in the place of a file of the results.
    fs::create_dir_all(out.join("a_mesh.vtk/taken")).unwrap();
    let (mut report, mut messages) = (Vec::new(), Vec::new());
    let error = label(&args(vec![path], &out, ""), &mut report, &mut messages).unwrap_err().to_string();
    assert!(error.contains("1 of 1 solved masks") && error.contains("a_mesh.vtk"), "{error}");
    let report: Vec<Value> = serde_json::from_slice(&report).unwrap();
    assert!(report[0]["lumen_area_mm2"].is_number() && report[0]["not_written"].is_string());
}
