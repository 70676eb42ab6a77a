//! One vessel in the engine: the user's own masks, solved or rejected with the reason; samples, points, predictions.

use std::path::Path;

use ridgewalk::dataset::vessels::masks::WallMask;
use ridgewalk::engine::protocol::{Command, Event, Phase};
use ridgewalk::engine::questions::Answer;
use ridgewalk::engine::questions::vessel::{MaskFile, NoPrediction, Outcome, Vessel, VesselReport, VesselRequest};
use ridgewalk::experiment::Strategy;
use ridgewalk::labelling::fem::FemTool;

use crate::common::{few_vessels, ring, save_png, tiny};
use crate::engine::Listener;

const SIDE: u32 = 64;

fn file(path: &Path, systolic_mmhg: f64, pixel_mm: f64) -> Vessel {
    Vessel::File(MaskFile { path: path.to_owned(), pixel_mm, systolic_mmhg, opened: 1 })
}

fn ask(listener: &mut Listener, vessel: Vessel, solve: bool) -> VesselReport {
    let request = VesselRequest { vessel, solve };
    listener.engine.send(Command::ask(request.clone()));
    match listener.until("the vessel", |e| matches!(e, Event::Answer(Answer::Vessel(s)) if s.request == request)) {
        Event::Answer(Answer::Vessel(report)) => (*report).clone(),
        other => panic!("{other:?}"),
    }
}

fn refusal(section: &VesselReport) -> (&'static str, Option<[usize; 2]>) {
    match &section.outcome {
        Outcome::Refused(refusal) => (refusal.kind(), refusal.pixel()),
        other => panic!("not rejected: {other:?}"),
    }
}

/// `#` is wall: a name, the mask, the rejection, and whether it names a pixel.
type Drawn = (&'static str, fn(f64, f64) -> bool, bool);

fn from(x: f64, y: f64, cx: f64, cy: f64) -> f64 {
    (x - cx).hypot(y - cy)
}

/// Masks that a person would reject too, by the kind of rejection.
const REFUSED: [Drawn; 9] = [
    ("empty-mask", |_, _| false, false),
    ("no-lumen", |x, y| from(x, y, 32.0, 32.0) < 20.0, false),
    (
        "several-lumens",
        |x, y| from(x, y, 32.0, 32.0) < 24.0 && from(x, y, 23.0, 32.0) >= 6.0 && from(x, y, 42.0, 32.0) >= 6.0,
        false,
    ),
    ("several-components", |x, y| [18.0, 46.0].iter().any(|cx| (6.0..12.0).contains(&from(x, y, *cx, 32.0))), false),
    ("touches-border", |x, y| (11.0..21.0).contains(&from(x, y, 15.0, 32.0)), true),
    (
        "wall-too-thin",
        |x, y| (14.0..17.0).contains(&from(x, y, 32.0, 32.0)) && !(x > 32.0 && (31.0..32.0).contains(&y)),
        true,
    ),
    ("wall-too-thin", |x, y| from(x, y, 32.0, 32.0) < 18.7 && from(x, y, 32.6, 32.2) >= 17.2, true),
    ("lumen-too-small", |x, y| (1.2..12.0).contains(&from(x, y, 32.0, 32.0)), false),
    (
        "not-star-shaped",
        |x, y| from(x, y, 32.0, 32.0) < 27.0 && !((9.0..16.0).contains(&from(x, y, 32.0, 36.0)) && y <= 44.0),
        false,
    ),
];

#[test]
fn each_rejected_mask_is_reported_with_its_reason_and_the_engine_continues() {
    let folder = tempfile::tempdir().unwrap();
    let mut listener = Listener::reset(tiny(), &[Strategy::Random]);
    listener.until_phase(Phase::Paused);
    for (i, (kind, wall, has_pixel)) in REFUSED.into_iter().enumerate() {
        let path = folder.path().join(format!("{i}.png"));
        save_png(&path, SIDE, |x, y| if wall(x, y) { u8::MAX } else { 0 });
        let section = ask(&mut listener, file(&path, 120.0, 0.1), true);
        let (said, pixel) = refusal(&section);
        assert_eq!((said, pixel.is_some()), (kind, has_pixel), "mask {i}");
        assert_eq!(*section.mask.unwrap(), WallMask::from_png(&path).unwrap());
    }
    let good = folder.path().join("good.png");
    save_png(&good, SIDE, ring(11.0, 10.0));
    assert_eq!(refusal(&ask(&mut listener, file(&good, 1e5, 0.1), true)).0, "newton-diverged");
    let broken = folder.path().join("broken.png");
    std::fs::write(&broken, "not an image").unwrap();
    for path in [&broken, &folder.path().join("missing.png"), &folder.path().to_path_buf()] {
        let section = ask(&mut listener, file(path, 120.0, 0.1), true);
        assert_eq!((refusal(&section).0, section.mask.is_none()), ("unreadable", true), "{}", path.display());
    }
    assert!(ask(&mut listener, file(&good, 120.0, 0.1), true).solved().is_some());
}

#[test]
fn a_users_mask_is_solved_as_the_tool_alone_solves_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mask.png");
    save_png(&path, SIDE, ring(11.0, 10.0));
    let tool = FemTool::default();
    let alone = tool.solve(&WallMask::from_png(&path).unwrap()).unwrap();
    let mut listener = Listener::reset(tiny(), &[Strategy::Random]);
    let section = ask(&mut listener, file(&path, 120.0, 0.1), true);
    let solved = section.solved().unwrap();
    assert_eq!(solved.map, alone.map);
    assert_eq!(solved.solution.statistics, alone.solution.statistics);
    // Digits have no stress to predict.
    let why = section.prediction.unwrap_err();
    assert!(matches!(why, NoPrediction::Classes | NoPrediction::Untrained), "{why}");
    // Stress depends on shape alone, areas on the size of a pixel.
    let larger = ask(&mut listener, file(&path, 120.0, 0.2), true);
    let larger = &larger.solved().unwrap().solution;
    assert!((larger.lumen_area / alone.solution.lumen_area - 4.0).abs() < 1e-6);
    assert!((larger.statistics.mean / alone.solution.statistics.mean - 1.0).abs() < 1e-6);
    let lower = ask(&mut listener, file(&path, 60.0, 0.1), true);
    assert!(lower.solved().unwrap().solution.statistics.mean < 0.6 * alone.solution.statistics.mean);
}

#[test]
fn samples_and_points_are_solved_and_predicted_and_labelling_is_told_as_it_happens() {
    let mut listener = Listener::reset(few_vessels(), &[Strategy::RandomLatent, Strategy::Random]);
    listener.until_phase(Phase::Paused);
    let before = ask(&mut listener, Vessel::Sample(3), true);
    assert_eq!(before.prediction.unwrap_err(), NoPrediction::Untrained);
    assert!(matches!(before.outcome, Outcome::Solved(_)));
    listener.engine.send(Command::StepRound);
    let [made, random] = [Strategy::RandomLatent, Strategy::Random].map(|s| listener.id(s));
    listener.until_phase(Phase::Finished);
    let told: Vec<_> = listener
        .heard
        .iter()
        .filter_map(|e| match e {
            Event::Labelling { run, progress } if *run == made => Some(*progress),
            _ => None,
        })
        .collect();
    assert!(told.iter().all(|p| (p.round, p.wanted) == (1, few_vessels().samples_per_round)));
    let done = |p: &ridgewalk::round::LabelProgress| p.labelled + p.refused;
    assert!(!told.is_empty() && told.windows(2).all(|p| done(&p[1]) == done(&p[0]) + 1));

    listener.engine.send(Command::Show(random));
    let inspection = listener.inspect(3);
    let after = ask(&mut listener, Vessel::Sample(3), true);
    let prediction = after.prediction.as_ref().unwrap();
    assert_eq!((prediction.run, prediction.minibatches), (random, few_vessels().minibatches_per_round));
    let errors = prediction.errors.unwrap();
    assert!((errors.all / inspection.loss - 1.0).abs() < 1e-3, "{errors:?}, {}", inspection.loss);
    let (solved, known) = (&after.solved().unwrap().map, &inspection.maps.as_ref().unwrap().solved);
    assert!(solved.values().iter().zip(known).all(|(a, b)| (a - b).abs() <= 1e-4 * a.abs()));

    // There is no such sample, and no such point: the next answer is the next question's.
    for nowhere in [Vessel::Sample(1_000_000), Vessel::Point(vec![0.0; 5])] {
        listener.engine.send(Command::ask(VesselRequest { vessel: nowhere, solve: true }));
    }
    let point = ask(&mut listener, Vessel::Point(vec![0.1, -0.2]), false);
    assert!(matches!(point.outcome, Outcome::Open) && point.mask.is_some());
    assert!(point.prediction.unwrap().errors.is_none());
    let asked = ask(&mut listener, Vessel::Point(vec![0.1, -0.2]), true);
    assert!(!matches!(asked.outcome, Outcome::Open));
}
