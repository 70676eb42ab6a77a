//! Masks that can be read in several ways, or whose wall fails a check: refused with what would help, never read wrongly.

use super::*;

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
    // Cut off by the image: on two sides, at a corner, on three and on all, so that only corners are outside. In the lumen
    // lies a wire, a catheter of a third of it, or a hollow one.
    let cuts: [(&str, [f64; 4]); 5] = [
        ("two", [32.0, 32.0, 26.0, 60.0]),
        ("corner", [22.0, 22.0, 30.0, 30.0]),
        ("three", [32.0, 20.0, 34.0, 41.0]),
        ("three-deep", [32.0, 14.0, 40.0, 48.0]),
        ("all", [32.0, 32.0, 40.0, 40.0]),
    ];
    for (value, inside, thick) in
        [(0, 0, 2.0), (64, 64, 2.0), (64, 64, 5.0), (200, 200, 2.0), (64, 64, 8.0), (0, 0, 8.0), (200, 64, 7.0)]
    {
        for (sides, [middle, down, across, along]) in cuts {
            let name = format!("cut-on-{sides}-{value}-{inside}-{thick}");
            save(&name, &|x, y| match (x - middle).hypot(y - down) {
                r if r < thick - 2.0 => inside,
                r if r < thick => value,
                r if r < 13.0 => lumen,
                _ if ((x - middle) / across).hypot((y - down) / along) < 1.0 => wall,
                _ => outside,
            });
            let words = if sides == "three-deep" { "read as outside" } else { "read as outside 0, wall 128" };
            rows.push((name, "touches-border", words));
        }
    }
    // A hollow catheter in the wall's value that touches the wall, and calcium: what is left of the lumen is no wall.
    save("hollow", &|x, y| match ring(x - 32.0, y - 32.0, (lumen, 1.0)) {
        _ if (x - 32.0).hypot(y - 15.0) < 2.5 => 200,
        255 if (x - 32.0).hypot(y - 34.0) < 4.0 => lumen,
        255 if (x - 32.0).hypot(y - 34.0) < 6.0 => wall,
        value => value,
    });
    rows.push(("hollow".into(), "several-components", "read as outside 0, wall 128"));
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
fn class_numbers_between_others_are_told_as_resized_and_a_thin_smooth_wall_with_its_value() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(format!("{name}.png"));
    for (name, values) in [("0-2-4", [0, 2, 4, 2, 4]), ("0-3-1", [0, 3, 1, 3, 1]), ("0-4-2", [0, 4, 2, 4, 2])] {
        levels::enlarged(&at(name), 2, values);
    }
    // Of three levels in their order, of which the middle one is nowhere surrounded by itself.
    let smooth = |x: f64, y: f64| {
        let inside = |radius: f64| (radius + 0.5 - (x - 32.0).hypot(y - 32.0)).clamp(0.0, 1.0);
        (128.0 * inside(14.4) + 127.0 * inside(12.6)).round() as u8
    };
    crate::common::save_png(&at("thin"), SIDE as u32, smooth);
    let found = labelled(vec![folder.path().into()], "");
    for name in ["0-2-4", "0-3-1", "0-4-2"] {
        let message = found[&format!("{name}.png")]["message"].as_str().unwrap();
        let says = "resized with interpolation (level";
        assert!(message.contains(says) && message.contains("save it with nearest neighbour"), "{name}: {message}");
    }
    let message = found["thin.png"]["message"].as_str().unwrap();
    assert!(message.contains("such as wall=128"), "{message}");
}
