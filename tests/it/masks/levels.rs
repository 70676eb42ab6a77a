//! What the levels of a mask mean is found from their places, whatever their values, depth, colour and borders.

use super::*;

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
    // Colours that are multiplied by their opacity already.
    let multiplied = of([
        [0.0; 4],
        [255.0, 0.0, 0.0, 255.0],
        [0.0, 0.0, 255.0, 255.0],
        [255.0, 0.0, 0.0, 255.0],
        [0.0, 0.0, 255.0, 255.0],
    ]);
    write(&row("smooth-multiplied", Near), &drawn(multiplied, 4), ColorType::Rgba, BitDepth::Eight);
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

/// A drawing of class numbers, enlarged with smooth borders and rounded to whole numbers again.
pub fn enlarged(path: &Path, times: u32, values: [u16; 5]) {
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
