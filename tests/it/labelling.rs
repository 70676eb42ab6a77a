//! The finite-element labelling tool compared with closed forms, symmetries and fine meshes, and on masks that it must
//! reject.

use std::f64::consts::PI;
use std::path::Path;

use ridgewalk::cli::label::{LabelArgs, LabelCounts, label};
use ridgewalk::dataset::vessels::masks::WallMask;
use ridgewalk::dataset::vessels::plaques::{PlaqueRanges, rasterise};
use ridgewalk::dataset::vessels::polar::PolarCurve;
use ridgewalk::labelling::fem::exact::InflatedTube;
use ridgewalk::labelling::fem::material::Material;
use ridgewalk::labelling::fem::mesh::MeshSize;
use ridgewalk::labelling::fem::stress::StressMeasure;
use ridgewalk::labelling::fem::waveform::KPA_PER_MMHG;
use ridgewalk::labelling::fem::{FemTool, LabelledMask, Solution};
use ridgewalk::labelling::npy::NpyImage;
use ridgewalk::labelling::{ImageRef, Label, LabellingTool};

const SIZE: usize = 64;
const PIXEL: f64 = 0.1;
/// The middle of a 64 x 64 image in millimetres, and a point off the pixels' lattice.
const MIDDLE: [f64; 2] = [3.2, 3.2];
const OFF_LATTICE: [f64; 2] = [3.214, 3.187];

fn tool(peak_mmhg: f64) -> FemTool {
    let tool = FemTool::default();
    FemTool { waveform: tool.waveform.with_peak(peak_mmhg), ..tool }
}

/// Numbers in [0, 1) from a linear congruential generator.
fn uniform(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn mask_of(lumen: &PolarCurve, outer: &PolarCurve) -> WallMask {
    WallMask::new(SIZE, SIZE, rasterise(SIZE, PIXEL, lumen, outer)).unwrap()
}

/// Relative errors of a tube: displacement of the lumen, hoop stress at the lumen and outside, mean stress.
fn tube_errors(tool: &FemTool, inner: f64, outer: f64) -> [f64; 4] {
    let pressure = tool.waveform.systolic_kpa();
    let exact = InflatedTube::new(tool.material, inner, outer, pressure);
    let solution = tool.solve_between(&PolarCurve::circle(MIDDLE, inner), &PolarCurve::circle(MIDDLE, outer)).unwrap();
    let (mesh, sector) = (&solution.mesh, tool.mesh.sectors / 3);
    let [lumen, rim] = [mesh.node(sector, 0), mesh.node(sector, tool.mesh.layers)];
    let (x, u) = (mesh.nodes()[lumen], solution.equilibrium.displacement[lumen]);
    let displacement = (x[0] + u[0] - MIDDLE[0]).hypot(x[1] + u[1] - MIDDLE[1]) - inner;
    let hoop = |node: usize| solution.measure.of(solution.stress.nodes[node]);
    [
        displacement / exact.displacement(inner) - 1.0,
        hoop(lumen) / exact.hoop_stress(inner) - 1.0,
        hoop(rim) / exact.hoop_stress(outer) - 1.0,
        solution.statistics.mean / exact.mean_hoop_stress() - 1.0,
    ]
}

#[test]
fn a_tube_of_any_radii_and_pressure_agrees_with_the_exact_solution() {
    // The stress at the outside of a thick wall is small and the layers there are the widest: its bound is the loosest.
    for (inner, outer) in [(1.5, 2.0), (1.0, 2.0), (1.5, 1.7), (0.7, 1.5), (2.2, 2.5)] {
        for pressure in [20.0, 80.0, 120.0, 180.0] {
            let errors = tube_errors(&tool(pressure), inner, outer);
            for (error, bound) in errors.into_iter().zip([0.002, 0.006, 0.05, 0.003]) {
                assert!(error.abs() < bound, "{inner}/{outer} at {pressure}: {errors:?}");
            }
        }
    }
}

/// Prints the table of docs/labelling.md with `--nocapture`.
#[test]
fn errors_fall_with_the_square_of_the_mesh_width() {
    let base = MeshSize { sectors: 24, layers: 5, grading: 1.3_f64.powi(2) };
    // Nearly incompressible, so that compressibility does not dominate the error of the finest mesh.
    let material = Material { bulk: 1e8, ..Material::default() };
    let errors: Vec<[f64; 4]> = [1, 2, 4]
        .map(|factor| {
            let fem = FemTool { mesh: base.refined(factor), material, ..tool(120.0) };
            let errors = tube_errors(&fem, 1.5, 2.0);
            let [u, inside, outside, mean] = errors.map(|e| format!("{:+.4} %", 100.0 * e));
            println!("| {} x {} | {u} | {inside} | {outside} | {mean} |", fem.mesh.sectors, fem.mesh.layers);
            errors
        })
        .to_vec();
    for quantity in [0, 1, 3] {
        for pair in errors.windows(2) {
            let order = (pair[0][quantity] / pair[1][quantity]).abs().log2();
            assert!(order > 1.7, "quantity {quantity}: order {order}");
        }
    }
}

#[test]
fn at_a_small_pressure_the_tube_agrees_with_lames_solution() {
    let (inner, outer, mmhg) = (1.5, 2.0, 0.01);
    let pressure = mmhg * KPA_PER_MMHG;
    let fem = tool(mmhg);
    let solution = fem.solve_between(&PolarCurve::circle(MIDDLE, inner), &PolarCurve::circle(MIDDLE, outer)).unwrap();
    let (a2, b2) = (inner * inner, outer * outer);
    let hoop = |r: f64| pressure * a2 / (b2 - a2) * (1.0 + b2 / (r * r));
    let displacement = pressure * a2 * b2 / (2.0 * fem.material.shear_modulus() * (b2 - a2) * inner);
    let mesh = &solution.mesh;
    let u = solution.equilibrium.displacement[mesh.node(0, 0)];
    assert!((u[0] / displacement - 1.0).abs() < 2e-3, "{} {displacement}", u[0]);
    for (border, radius) in [(0, inner), (fem.mesh.layers, outer)] {
        let found = solution.measure.of(solution.stress.nodes[mesh.node(5, border)]);
        assert!((found / hoop(radius) - 1.0).abs() < 3e-3, "{found} {}", hoop(radius));
    }
}

#[test]
fn the_mean_of_the_in_plane_stresses_obeys_the_virial_identity() {
    let plaques = PlaqueRanges::default().generate(6, &mut uniform(11)).unwrap();
    for (plaque, pressure) in plaques.iter().zip([10.0, 60.0, 120.0, 150.0, 200.0, 120.0]) {
        let s = tool(pressure).solve(&plaque.mask).unwrap().solution;
        let virial = 2.0 * s.pressure * s.lumen_area_deformed;
        assert!((s.equilibrium.virial / virial - 1.0).abs() < 1e-8, "by the forces' own quadrature");
        // The recovered field, integrated over the wall, obeys it to the accuracy of the mesh.
        let sum: f64 = (s.mesh.elements().zip(&s.stress.elements))
            .map(|(corners, stress)| {
                let x = corners.map(|n| s.mesh.nodes()[n]);
                let twice = (x[2][0] - x[0][0]) * (x[3][1] - x[1][1]) - (x[3][0] - x[1][0]) * (x[2][1] - x[0][1]);
                (stress[0] + stress[1]) * twice / 2.0
            })
            .sum();
        assert!((sum / virial - 1.0).abs() < 0.02, "{sum} {virial}");
    }
}

/// The source of the pixel (x, y) of a transformed image.
type Source = fn(usize, usize) -> (usize, usize);

/// The symmetries of the square except the identity.
const SYMMETRIES: [Source; 7] = [
    |x, y| (SIZE - 1 - x, y),
    |x, y| (x, SIZE - 1 - y),
    |x, y| (SIZE - 1 - x, SIZE - 1 - y),
    |x, y| (y, x),
    |x, y| (SIZE - 1 - y, x),
    |x, y| (y, SIZE - 1 - x),
    |x, y| (SIZE - 1 - y, SIZE - 1 - x),
];

#[test]
fn flips_and_quarter_turns_of_the_mask_flip_and_turn_the_map() {
    let fem = FemTool::default();
    for plaque in PlaqueRanges::default().generate(2, &mut uniform(5)).unwrap() {
        let original = fem.solve(&plaque.mask).unwrap();
        for (index, from) in SYMMETRIES.iter().enumerate() {
            let source = |i: usize| {
                let (x, y) = from(i % SIZE, i / SIZE);
                y * SIZE + x
            };
            let wall = (0..SIZE * SIZE).map(|i| plaque.mask.wall()[source(i)]).collect();
            let moved = fem.solve(&WallMask::new(SIZE, SIZE, wall).unwrap()).unwrap();
            for (i, value) in moved.map.values().iter().enumerate() {
                let wanted = original.map.values()[source(i)];
                assert!((value - wanted).abs() < 1e-3, "symmetry {index}: {value} {wanted}");
            }
        }
    }
}

#[test]
fn stress_does_not_depend_on_the_size_of_a_pixel() {
    let plaque = PlaqueRanges::default().draw(&mut uniform(21)).unwrap();
    let small = FemTool::default();
    let large = FemTool { pixel_mm: 0.37, ..small.clone() };
    let (a, b) = (small.solve(&plaque.mask).unwrap(), large.solve(&plaque.mask).unwrap());
    for (x, y) in a.map.values().iter().zip(b.map.values()) {
        assert!((x - y).abs() <= 1e-4 * x.abs().max(1.0));
    }
    let scale = (0.37_f64 / 0.1).powi(2);
    assert!((b.solution.lumen_area_deformed / a.solution.lumen_area_deformed / scale - 1.0).abs() < 1e-9);
    assert!((b.solution.plaque_burden - a.solution.plaque_burden).abs() < 1e-12);
}

/// (name, lumen, outer) in millimetres, from round to rough, with centres off the lattice.
fn known_shapes() -> Vec<(&'static str, PolarCurve, PolarCurve)> {
    let curve = |shift: [f64; 2], mean: f64, harmonics: &[[f64; 2]]| PolarCurve {
        centre: [OFF_LATTICE[0] + shift[0], OFF_LATTICE[1] + shift[1]],
        mean,
        harmonics: harmonics.iter().map(|pair| pair.map(|c| c * mean)).collect(),
    };
    vec![
        ("concentric", curve([0.0, 0.0], 1.43, &[]), curve([0.0, 0.0], 2.07, &[])),
        ("eccentric", curve([0.31, -0.17], 1.26, &[]), curve([0.0, 0.0], 2.11, &[])),
        ("more eccentric", curve([-0.38, 0.34], 1.08, &[]), curve([0.0, 0.0], 2.02, &[])),
        ("oval lumen", curve([0.2, 0.1], 1.21, &[[0.0, 0.0], [0.11, 0.04]]), curve([0.0, 0.0], 2.16, &[])),
        (
            "rounded triangle",
            curve([-0.1, 0.22], 1.17, &[[0.0, 0.0], [0.03, 0.0], [0.05, -0.04]]),
            curve([0.0, 0.0], 2.2, &[[0.0, 0.0], [-0.02, 0.03], [0.01, 0.01]]),
        ),
        (
            "rough",
            curve([0.15, 0.2], 1.31, &[[0.0, 0.0], [0.06, 0.05], [-0.03, 0.03], [0.02, 0.02], [0.01, -0.015]]),
            curve([0.0, 0.0], 2.24, &[[0.0, 0.0], [0.03, -0.01], [0.01, 0.02], [0.0, 0.01], [0.008, 0.0]]),
        ),
        (
            "thick and rough",
            curve([0.25, -0.3], 0.98, &[[0.0, 0.0], [-0.07, 0.05], [0.03, 0.03], [-0.02, 0.02]]),
            curve([0.0, 0.0], 2.3, &[[0.0, 0.0], [0.02, 0.03], [-0.015, 0.01]]),
        ),
    ]
}

#[test]
fn from_a_mask_of_a_known_shape_the_statistics_are_those_of_a_fine_mesh_of_the_shape() {
    let fem = FemTool::default();
    let reference = FemTool { mesh: MeshSize::default().refined(2), ..fem.clone() };
    let values = |s: &Solution| [s.statistics.mean, s.statistics.p95, s.statistics.p99, s.lumen_area_deformed];
    for (name, lumen, outer) in known_shapes() {
        let wanted = values(&reference.solve_between(&lumen, &outer).unwrap());
        let found = values(&fem.solve(&mask_of(&lumen, &outer)).unwrap().solution);
        let errors: [f64; 4] = std::array::from_fn(|i| found[i] / wanted[i] - 1.0);
        let [mean, p95, p99, area] = errors.map(|e| format!("{:+.2} %", 100.0 * e));
        println!("| {name} | {:.1} | {mean} | {p95} | {p99} | {area} |", wanted[0]);
        for (error, bound) in errors.into_iter().zip([0.02, 0.07, 0.10, 0.03]) {
            assert!(error.abs() < bound, "{name}: {errors:?}");
        }
    }
}

#[test]
fn generated_masks_are_solved_without_rejection() {
    let fem = FemTool::default();
    let stresses: Vec<f64> = PlaqueRanges::default()
        .generate(40, &mut uniform(2))
        .unwrap()
        .iter()
        .map(|plaque| fem.solve(&plaque.mask).unwrap().solution.statistics.mean)
        .collect();
    assert!(stresses.iter().all(|s| (5.0..150.0).contains(s)), "{stresses:?}");
}

#[test]
fn the_map_covers_the_wall_and_nothing_else_and_von_mises_differs() {
    let plaque = PlaqueRanges::default().draw(&mut uniform(8)).unwrap();
    let pixels = plaque.mask.to_values();
    let image = ImageRef { width: SIZE, height: SIZE, pixels: &pixels };
    let tools: [&dyn LabellingTool; 2] =
        [&FemTool::default(), &FemTool { measure: StressMeasure::VonMises, ..FemTool::default() }];
    let maps = tools.map(|tool| match tool.label(image) {
        Ok(Label::Map(map)) => map,
        other => panic!("{other:?}"),
    });
    for map in &maps {
        for (value, wall) in map.values().iter().zip(plaque.mask.wall()) {
            assert_eq!(*value != 0.0, *wall);
        }
    }
    assert_ne!(maps[0], maps[1]);
}

/// Wall where `wall` is true for the offset from the middle in pixels.
fn drawn(wall: impl Fn(f64, f64) -> bool) -> WallMask {
    let pixels = (0..SIZE * SIZE).map(|i| wall((i % SIZE) as f64 + 0.5 - 32.0, (i / SIZE) as f64 + 0.5 - 32.0));
    WallMask::new(SIZE, SIZE, pixels.collect()).unwrap()
}

#[test]
fn each_reason_for_rejection_has_its_mask() {
    let ring = |x: f64, y: f64, inner: f64, outer: f64| (inner..outer).contains(&x.hypot(y));
    let table = [
        ("empty-mask", drawn(|_, _| false)),
        ("no-lumen", drawn(|x, y| x.hypot(y) < 15.0)),
        ("several-lumens", drawn(|x, y| x.hypot(y) < 22.0 && (x - 9.0).hypot(y) > 5.0 && (x + 9.0).hypot(y) > 5.0)),
        ("several-components", drawn(|x, y| ring(x, y, 8.0, 14.0) || (x - 24.0).hypot(y) < 4.0)),
        ("touches-border", drawn(|x, y| ring(x - 14.0, y, 12.0, 20.0))),
        ("wall-too-thin", drawn(|x, y| ring(x, y, 14.2, 15.0))),
        ("wall-too-thin", drawn(|x, y| x.hypot(y) < 18.0 && (x - 7.6).hypot(y) > 10.0)),
        ("lumen-too-small", drawn(|x, y| ring(x, y, 1.5, 12.0))),
        // A lumen curved around a bulge of the wall.
        ("not-star-shaped", drawn(|x, y| x.hypot(y) < 26.0 && !(ring(x, y, 11.0, 18.0) && x < 6.0))),
    ];
    let fem = FemTool::default();
    for (kind, mask) in table {
        assert_eq!(fem.solve(&mask).map(|l| l.solution.statistics).expect_err(kind).kind(), kind);
    }

    let good = drawn(|x, y| ring(x, y, 12.0, 20.0));
    let crushed = tool(1e7).solve(&good).expect_err("no wall bears 10 million mmHg");
    assert!(crushed.to_string().contains("load fraction"), "{crushed}");
    assert_eq!(crushed.kind(), "newton-diverged");

    let mut pixels = good.to_values();
    pixels[100] = f32::NAN;
    let image = ImageRef { width: SIZE, height: SIZE, pixels: &pixels };
    assert_eq!(fem.label(image).expect_err("not a number").kind(), "non-finite");
    let short = ImageRef { pixels: &good.to_values()[..50], ..image };
    assert_eq!(fem.label(short).expect_err("short").kind(), "wrong-size");
}

#[test]
fn a_large_mask_is_solved_like_a_small_one() {
    let (_, lumen, outer) = known_shapes().swap_remove(5);
    let (fine, factor) = (256, 4.0);
    let wall = rasterise(fine, PIXEL / factor, &lumen, &outer);
    let fem = FemTool { pixel_mm: PIXEL / factor, ..FemTool::default() };
    let large = fem.solve(&WallMask::new(fine, fine, wall).unwrap()).unwrap().solution;
    let exact = fem.solve_between(&lumen, &outer).unwrap();
    assert!((large.statistics.mean / exact.statistics.mean - 1.0).abs() < 0.005);
    assert!((large.statistics.p99 / exact.statistics.p99 - 1.0).abs() < 0.03);
    assert!((large.lumen_area / exact.lumen_area - 1.0).abs() < 0.003);
    assert!((exact.lumen_area / (PI * lumen.mean * lumen.mean) - 1.0).abs() < 0.05);
}

fn save(path: &Path, mask: &WallMask) {
    let grey = mask.wall().iter().map(|w| if *w { 255 } else { 0 }).collect();
    image::GrayImage::from_raw(mask.width() as u32, mask.height() as u32, grey).unwrap().save(path).unwrap();
}

#[test]
fn the_command_writes_four_files_a_mask_and_continues_after_a_rejection() {
    let folder = tempfile::tempdir().unwrap();
    let masks = folder.path().join("masks");
    std::fs::create_dir(&masks).unwrap();
    let plaque = PlaqueRanges::default().draw(&mut uniform(4)).unwrap();
    save(&masks.join("a.png"), &drawn(|_, _| false));
    save(&masks.join("b.png"), &plaque.mask);
    std::fs::write(masks.join("c.png"), "no image").unwrap();
    let args = LabelArgs {
        masks: vec![masks.clone()],
        out: folder.path().join("out"),
        levels: Default::default(),
        pixel_mm: 0.1,
        pressure_mmhg: Some(140.0),
        waveform: None,
        stress: StressMeasure::MaxPrincipal,
        json: true,
    };
    let (mut out, mut messages) = (Vec::new(), Vec::new());
    let counts = label(&args, &mut out, &mut messages).unwrap();
    assert_eq!(counts, LabelCounts { solved: 1, refused: 2 });

    let messages = String::from_utf8(messages).unwrap();
    let lines: Vec<&str> = messages.lines().collect();
    assert!(lines.len() == 2 && lines[0].contains("a.png") && lines[0].contains("empty"), "{messages}");
    let report: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(report.as_array().unwrap().len(), 3);
    assert_eq!(report[0]["refused"], "empty-mask");
    assert_eq!(report[2]["refused"], "unreadable");
    let LabelledMask { solution, map, .. } = tool(140.0).solve(&plaque.mask).unwrap();
    let summary: serde_json::Value =
        serde_json::from_slice(&std::fs::read(args.out.join("b_summary.json")).unwrap()).unwrap();
    let keys = [
        ("mean_kpa", solution.statistics.mean),
        ("p95_kpa", solution.statistics.p95),
        ("p99_kpa", solution.statistics.p99),
        ("peak_kpa", solution.statistics.peak),
        ("lumen_area_mm2", solution.lumen_area),
        ("lumen_area_deformed_mm2", solution.lumen_area_deformed),
        ("plaque_burden", solution.plaque_burden),
        ("newton_iterations", solution.equilibrium.iterations as f64),
        ("systolic_mmhg", 140.0),
    ];
    for (key, wanted) in keys {
        assert!((summary[key].as_f64().unwrap() - wanted).abs() < 1e-9, "{key}");
        assert_eq!(summary[key], report[1][key]);
    }
    assert!(summary["seconds"].as_f64().unwrap() > 0.0);

    let npy = NpyImage::read(&args.out.join("b_stress.npy")).unwrap();
    assert_eq!((npy.rows, npy.columns, &npy.values[..]), (SIZE, SIZE, map.values()));
    assert!(image::open(args.out.join("b_stress.png")).unwrap().width() > 512);
    let vtk = std::fs::read_to_string(args.out.join("b_mesh.vtk")).unwrap();
    assert!(vtk.starts_with("# vtk DataFile") && vtk.contains("POINTS 1056 double") && vtk.contains("CELLS 960 4800"));
}
