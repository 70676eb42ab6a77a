//! Artificial walks in an artificial latent space: an even grid of samples, one class inside a circle, one outside.

use super::*;
use crate::dataset::Class;
use crate::history::LatentStep;
use crate::latent::LatentSpace;
use crate::trajectory::{BaseRate, Reselection, Walks};

/// Half the side of the grid, and the distance between samples.
const HALF: f32 = 3.0;
const SPACING: f32 = 0.05;
/// The circle on which the classes meet.
const CIRCLE: f32 = 1.5;

struct Plane {
    latent: LatentSpace,
    labels: Vec<Class>,
}

/// Samples of class 1 where `inside` holds.
fn plane(inside: impl Fn(f32, f32) -> bool) -> Plane {
    let n = (2.0 * HALF / SPACING) as usize + 1;
    let at = |i: usize| i as f32 * SPACING - HALF;
    let codes: Vec<f32> = (0..n * n).flat_map(|i| [at(i / n), at(i % n)]).collect();
    let labels = codes.chunks_exact(2).map(|c| Class::from(inside(c[0], c[1]))).collect();
    Plane { latent: LatentSpace::new(codes, 2).unwrap(), labels }
}

fn disc() -> Plane {
    plane(|x, y| x.hypot(y) < CIRCLE)
}

impl Plane {
    fn nearest(&self, point: [f32; 2]) -> u32 {
        self.latent.index().nearest(&point, |_| false).unwrap().sample
    }

    /// The step from the sample `parent` to the point `to`, and its neighbour.
    fn step(&self, parent: u32, to: [f32; 2]) -> (u32, LatentStep) {
        let neighbour = self.latent.index().nearest(&to, |_| false).unwrap();
        let step = LatentStep {
            parent,
            parent_label: self.labels[parent as usize],
            loss: 1.0,
            from: self.latent.code(parent).to_vec(),
            gradient: vec![1.0, 0.0],
            to: to.to_vec(),
            neighbour: self.latent.code(neighbour.sample).to_vec(),
            snap_distance: neighbour.distance,
        };
        (neighbour.sample, step)
    }

    /// A walk that starts near the first of `points` and moves to the others.
    fn walk(&self, points: &[[f32; 2]]) -> Vec<StepMeasure> {
        let mut parent = self.nearest(points[0]);
        let mut measures = Vec::new();
        for &to in &points[1..] {
            let (sample, step) = self.step(parent, to);
            measures.push(StepMeasure::with_labels(&step, sample, &self.latent, &self.labels));
            parent = sample;
        }
        measures
    }

    fn judge(&self, points: &[[f32; 2]], rules: &VerdictRules) -> Judgement {
        rules.judge(&self.walk(points), self.latent.sparsity()).unwrap()
    }
}

fn round(radius: f32) -> Vec<[f32; 2]> {
    (0..11).map(|i| (i as f32 * 0.4).sin_cos()).map(|(s, c)| [radius * c, radius * s]).collect()
}

fn ray(from: f32, stride: f32) -> Vec<[f32; 2]> {
    (0..11).map(|i| [from + stride * i as f32, 0.02]).collect()
}

/// A description, the points, and the expected verdict, share at the boundary and distinct samples.
type Example = (&'static str, Vec<[f32; 2]>, Verdict, f32, usize);

#[test]
fn example_walks_get_their_verdicts() {
    let disc = disc();
    let to_and_fro: Vec<[f32; 2]> = (0..11).map(|i| [0.3 * (i % 2) as f32, 0.0]).collect();
    let rows: [Example; 8] = [
        ("a circle along the boundary", round(CIRCLE), Verdict::Boundary, 1.0, 11),
        ("a circle well inside", round(0.6), Verdict::Interior, 0.0, 11),
        ("a circle well outside", round(2.5), Verdict::Interior, 0.0, 11),
        ("a ray out of the cloud", ray(2.0, 0.4), Verdict::Outward, 0.0, 4),
        ("a stuck point", vec![[0.5, 0.5]; 11], Verdict::Stalled, 0.0, 1),
        ("stuck on the boundary is stuck", vec![[CIRCLE, 0.0]; 11], Verdict::Stalled, 1.0, 1),
        ("a two-cycle", to_and_fro, Verdict::Recycling, 0.0, 2),
        ("from inside to outside", ray(0.0, 0.25), Verdict::Crossing, 0.1, 11),
    ];
    for (what, points, verdict, share, distinct) in rows {
        let found = disc.judge(&points, &VerdictRules::default());
        assert_eq!(found.verdict, verdict, "{what}: {found:?}");
        assert!((found.boundary_share - share).abs() < 0.01, "{what}: {found:?}");
        assert_eq!((found.steps, found.visits, found.distinct_samples), (10, 11, distinct), "{what}");
        assert_eq!(found.drift_ratio > 1.0, verdict == Verdict::Outward, "{what}: {found:?}");
        assert_eq!(found.lost_steps > 0, verdict.is_lost(), "{what}: {found:?}");
    }
}

/// Before a walk could be told to walk along a boundary it is not said to be in the interior either; a lost one is lost.
#[test]
fn a_short_walk_is_told_apart_only_if_it_is_lost() {
    let disc = disc();
    let rules = VerdictRules::default();
    for (steps, verdict) in [(1, Verdict::TooShort), (2, Verdict::TooShort), (3, Verdict::Boundary)] {
        assert_eq!(disc.judge(&round(CIRCLE)[..=steps], &rules).verdict, verdict, "{steps}");
    }
    assert_eq!(disc.judge(&round(0.6)[..=3], &rules).verdict, Verdict::Interior);
    assert_eq!(disc.judge(&[[0.5, 0.5]; 3], &rules).verdict, Verdict::Stalled);
    let mut steps = disc.walk(&round(CIRCLE));
    steps.extend(disc.walk(&round(0.6)[..2]));
    let restarted = rules.judge(&steps, disc.latent.sparsity()).unwrap();
    assert_eq!((restarted.verdict, restarted.reselections), (Verdict::TooShort, 1));
    let settled = Verdict::ALL.iter().filter(|v| v.is_settled()).count();
    assert_eq!(settled, Verdict::ALL.len() - 1);
}

/// Far out and always at the same sample: three verdicts hold, and the first of them is given.
#[test]
fn the_first_verdict_that_holds_is_given() {
    let disc = disc();
    let far = vec![[9.0, 0.0]; 6];
    let found = |rules: VerdictRules| disc.judge(&far, &rules).verdict;
    let rules = VerdictRules::default();
    assert_eq!(found(rules), Verdict::Outward);
    let not_outward = VerdictRules { outward_ratio: 1e3, ..rules };
    assert_eq!(found(not_outward), Verdict::Stalled);
    let not_stalled = VerdictRules { stalled_steps: 9, ..not_outward };
    assert_eq!(found(not_stalled), Verdict::Recycling);
    assert_eq!(found(VerdictRules { recycled_samples: 0, ..not_stalled }), Verdict::Interior);
}

/// Changing a threshold changes the verdict on a walk near it.
#[test]
fn every_threshold_can_be_moved() {
    let disc = disc();
    let rules = VerdictRules::default();
    let stuck = vec![[0.5, 0.5]; 11];
    let two: Vec<[f32; 2]> = (0..11).map(|i| [0.3 * (i % 2) as f32, 0.0]).collect();
    let rows: [(Vec<[f32; 2]>, VerdictRules, Verdict); 9] = [
        (round(CIRCLE), VerdictRules { boundary_entropy: 0.7, ..rules }, Verdict::Interior),
        (round(CIRCLE), VerdictRules { boundary_steps: 6, ..rules }, Verdict::Interior),
        (round(CIRCLE), VerdictRules { boundary_of: 2, ..rules }, Verdict::Interior),
        (round(0.6), VerdictRules { outer_quantile: 0.0, outward_ratio: 0.5, ..rules }, Verdict::Outward),
        (ray(2.0, 0.4), VerdictRules { outward_ratio: 1e3, ..rules }, Verdict::Stalled),
        (ray(2.0, 0.4), VerdictRules { outward_steps: 4, ..rules }, Verdict::Stalled),
        (ray(2.0, 0.4), VerdictRules { outward_of: 1, ..rules }, Verdict::Stalled),
        (stuck, VerdictRules { stalled_of: 1, ..rules }, Verdict::Recycling),
        (two, VerdictRules { recycled_of: 11, ..rules }, Verdict::Interior),
    ];
    for (points, rules, verdict) in rows {
        assert_eq!(disc.judge(&points, &rules).verdict, verdict, "{rules:?}");
    }
}

/// Classes that meet in a straight line: the 50 nearest samples fill a disc, from which the line cuts off a segment.
#[test]
fn the_entropy_near_a_straight_boundary_is_that_of_the_circular_segment() {
    let plane = plane(|x, _| x > 0.01);
    let radius = SPACING * (50.0 / std::f32::consts::PI).sqrt();
    let entropy = |distance: f32| {
        let d = (distance / radius).clamp(-1.0, 1.0);
        let share = (d.acos() - d * (1.0 - d * d).sqrt()) / std::f32::consts::PI;
        [share, 1.0 - share].iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum::<f32>()
    };
    for i in 0..40 {
        let x = -0.4 + 0.02 * i as f32;
        let (sample, step) = plane.step(plane.nearest([x, 0.5]), [x, 0.5]);
        let found = StepMeasure::with_labels(&step, sample, &plane.latent, &plane.labels).labels.unwrap();
        // The boundary is midway between the columns of samples at 0 and at one spacing.
        let expected = entropy(step.neighbour[0] - 0.5 * SPACING);
        assert!((found.entropy - expected).abs() < 0.09, "{x}: {} {expected}", found.entropy);
        assert_eq!(found.majority, Class::from(step.neighbour[0] > 0.01), "{x}");
    }
    // Both sides of the line, as a share of the whole width.
    let base = BaseRate::new(&plane.latent, &plane.labels);
    let half_width = (0..1_000).map(|i| i as f32 * 1e-3).find(|&d| entropy(d) < 0.3).unwrap();
    let expected = 2.0 * half_width / (2.0 * HALF);
    assert!((base.above(0.3) - expected).abs() < 0.02, "{} {expected}", base.above(0.3));
    assert_eq!((base.above(-1.0), base.above(1.0)), (1.0, 0.0));
}

#[test]
fn reselection_restarts_the_walks_that_are_due_and_no_other() {
    let disc = disc();
    let (start, pool) = (disc.nearest([0.5, 0.5]), [7_u32, 9_000]);
    let when = |kind, every| Reselection { kind, every, rules: VerdictRules::default() };
    use crate::experiment::WalkReselection::{EveryK, Never, WhenLost};
    for (kind, every, steps_until) in [(Never, 1, None), (EveryK, 3, Some(3)), (WhenLost, 1, Some(2))] {
        let mut rng = crate::rng::Streams::new(1).get("test", 0);
        // The first walk is stuck, which shows after two steps; the second moves in a circle.
        let mut walks = Walks::new(0, vec![start, disc.nearest([0.6, 0.0])]);
        for taken in 0..6 {
            let before = walks.at().to_vec();
            walks.reselect(&when(kind, every), &pool, &disc.latent, &mut rng);
            let moved: Vec<bool> = before.iter().zip(walks.at()).map(|(a, b)| a != b).collect();
            let stuck_moves = steps_until == Some(taken);
            assert_eq!(moved, [stuck_moves, stuck_moves && kind == EveryK], "{kind} after {taken}");
            if stuck_moves {
                break;
            }
            let (sample, step) = disc.step(walks.at()[0], [0.5, 0.5]);
            walks.arrive(0, sample, &step, &disc.latent);
            let (sample, step) = disc.step(walks.at()[1], round(0.6)[taken + 1]);
            walks.arrive(1, sample, &step, &disc.latent);
        }
    }
}

#[test]
fn a_restarted_walk_is_judged_from_its_restart_and_its_past_is_counted() {
    let disc = disc();
    let mut steps = disc.walk(&[[0.5, 0.5]; 5]);
    steps.extend(disc.walk(&round(CIRCLE)));
    let found = VerdictRules::default().judge(&steps, disc.latent.sparsity()).unwrap();
    assert_eq!((found.verdict, found.reselections, found.steps), (Verdict::Boundary, 1, 14));
    assert_eq!((found.visits, found.distinct_samples), (16, 12), "a restart is a visit: no more samples than visits");
    // Stuck from the second of its four steps on.
    assert_eq!(found.lost_steps, 3);
    assert!((found.boundary_share - 10.0 / 14.0).abs() < 1e-6);
    assert_eq!(VerdictRules::default().judge(&[], disc.latent.sparsity()), None);
}
