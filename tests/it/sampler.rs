//! The contract of every strategy, and the specifics of SNN.

use std::cell::RefCell;
use std::collections::HashSet;

use ridgewalk::dataset::Class;
use ridgewalk::experiment::{
    AnchorSelection, Experiment, Field, FirstSet, GeneratedDetail, GradientKind, NeighbourPool, Part, Strategy,
};
use ridgewalk::history::{Proposal, RoundRecord};
use ridgewalk::rng::Streams;
use ridgewalk::round::Run;
use ridgewalk::sampler::{Candidate, Considered, Images, Interrupted, Labelled, SamplerInput, sampler};
use ridgewalk::target::{FrozenTarget, Target};
use ridgewalk::world::World;

use crate::common::{few_vessels, make_world, run, tiny, tiny_world, with};

struct Bench {
    world: std::sync::Arc<World>,
    target: FrozenTarget,
}

impl Bench {
    fn new() -> Self {
        let world = tiny_world();
        let target = Target::new(&tiny(), world.dataset.shape(), 10, &Streams::new(1), &world.device).frozen();
        Self { world, target }
    }

    fn propose(
        &self,
        experiment: &Experiment,
        labelled: &Labelled,
        count: usize,
        seed: u64,
    ) -> Result<Vec<Candidate>, Interrupted> {
        let input = self.input(experiment, labelled);
        sampler(experiment.strategy).propose(&input, count, &mut Streams::new(seed).get("test", 0))
    }

    fn input<'a>(&'a self, experiment: &'a Experiment, labelled: &'a Labelled) -> SamplerInput<'a> {
        SamplerInput {
            experiment,
            round: 2,
            latent: &self.world.latent,
            images: Images::new(&self.world.dataset.train),
            generator: &*self.world.generator,
            target: &self.target,
            labelled,
            previous: &[],
            spent: &[],
            interrupted: &|_| false,
            seen: None,
            coverage: RefCell::default(),
        }
    }

    /// The first `n` train samples as labelled, optionally of one class only.
    fn labelled(&self, n: usize, only: Option<Class>) -> Labelled {
        let train = &self.world.dataset.train;
        let mut labelled = Labelled::none(train.len());
        let wanted = (0..train.len() as u32).filter(|&s| only.is_none_or(|class| train.label(s as usize) == class));
        wanted.take(n).for_each(|s| {
            labelled.buy(s, train.label(s as usize), 1);
        });
        labelled
    }
}

#[test]
fn every_strategy_keeps_the_contract() {
    let bench = Bench::new();
    for &strategy in Strategy::ALL.iter().filter(|s| !s.generates_samples()) {
        keeps_the_contract(&bench, &Experiment { strategy, ..tiny() });
    }
    let plus = Experiment { strategy: Strategy::SnnPlus, plus_alpha: 2.0, ..tiny() };
    keeps_the_contract(&bench, &Experiment { plus_steps: 4, ..plus.clone() });
    keeps_the_contract(&bench, &Experiment { plus_density_quantile: 0.2, ..plus.clone() });
    keeps_the_contract(&bench, &Experiment { plus_gradient_share: 0.3, ..plus });
}

fn keeps_the_contract(bench: &Bench, experiment: &Experiment) {
    let (strategy, all) = (experiment.strategy, bench.world.dataset.train.len());
    // (labelled, of one class only, requested, expected)
    for (n, only, asked, expected) in
        [(40, None, 40, 40), (40, Some(3), 40, 40), (5, None, 60, 60), (all - 7, None, 40, 7), (all - 1, None, 40, 1)]
    {
        let labelled = bench.labelled(n, only);
        let before = labelled.clone();
        let got = bench.propose(experiment, &labelled, asked, 9).unwrap();
        let says = format!("{strategy}, {n} labelled, {asked} asked");
        assert_eq!(labelled, before, "{says}: inputs changed");
        let distinct: HashSet<u32> = got.iter().filter_map(Candidate::train_sample).collect();
        assert_eq!((got.len(), distinct.len()), (expected, expected), "{says}");
        assert!(distinct.iter().all(|s| !labelled.contains(*s)), "{says}: bought twice");
        assert!(got.iter().all(|c| c.score.is_none_or(f32::is_finite)), "{says}");
        let has_pairs = got.iter().any(|c| c.step.is_some());
        assert!(!has_pairs || strategy.has(Part::Pair), "{says}: `training_pair` is no field of its own");
        for step in got.iter().filter_map(|c| c.step.as_ref()) {
            let values = [&step.from, &step.gradient, &step.to, &step.neighbour];
            assert!(values.iter().all(|v| v.iter().all(|x| x.is_finite())), "{says}");
        }
        assert_eq!(got, bench.propose(experiment, &labelled, asked, 9).unwrap(), "{says}: not reproducible");
        shows_what_it_chose_among(bench, experiment, &labelled, asked, &distinct);
    }
}

/// The same anchor leads to the same point, which would be labelled twice.
#[test]
fn si_starts_once_a_round_at_each_anchor() {
    let bench = Bench::new();
    let (labelled, experiment) = (bench.labelled(10, None), with(Strategy::Si, 3));
    for anchors in [AnchorSelection::EachRound, AnchorSelection::Never] {
        let experiment = Experiment { anchors, ..experiment.clone() };
        let previous: Vec<u32> = labelled.bought().iter().map(|&(sample, _)| sample).collect();
        let starts = |spent: &[u32], asked: usize| {
            let input = SamplerInput { round: 3, previous: &previous, spent, ..bench.input(&experiment, &labelled) };
            let got = sampler(Strategy::Si).propose(&input, asked, &mut Streams::new(9).get("test", 0)).unwrap();
            got.into_iter().map(|c| c.step.unwrap().parent).collect::<Vec<u32>>()
        };
        let distinct = |starts: &[u32]| starts.iter().collect::<HashSet<_>>().len();
        let first = starts(&[], 4);
        let rest = starts(&first, 40);
        assert_eq!((first.len(), rest.len(), distinct(&[&first[..], &rest].concat())), (4, 6, 10), "{anchors:?}");
        assert!(starts(&previous, 40).is_empty(), "{anchors:?}");
    }
}

#[test]
fn generated_samples_are_labelled_samples_for_every_strategy() {
    let bench = Bench::new();
    let mut labelled = bench.labelled(20, None);
    let train = &bench.world.dataset.train;
    for sample in 30..35_u32 {
        let code = bench.world.latent.code(sample).to_vec();
        labelled.buy_made(code, train.gather(&[sample]), train.label(sample as usize));
    }
    for &strategy in Strategy::ALL {
        let experiment = Experiment { strategy, ..tiny() };
        assert_eq!(bench.propose(&experiment, &labelled, 10, 9).unwrap().len(), 10, "{strategy}");
    }
}

/// What chooses among a pool, or among more proposals than are labelled, says what these were: an export has them.
fn shows_what_it_chose_among(
    bench: &Bench,
    experiment: &Experiment,
    labelled: &Labelled,
    asked: usize,
    chosen: &HashSet<u32>,
) {
    let strategy = experiment.strategy;
    let shown = RefCell::new(None);
    let show = |considered: Considered| *shown.borrow_mut() = Some(considered);
    let input = SamplerInput { seen: Some(&show), ..bench.input(experiment, labelled) };
    sampler(strategy).propose(&input, asked, &mut Streams::new(9).get("test", 0)).unwrap();
    let has_pool = strategy.has(Part::Pool) || strategy.has(Part::Proposals);
    let Some(Considered { samples, scores, log_probabilities, steps }) = shown.take() else {
        assert!(!has_pool, "{strategy} chooses among samples that it does not show: call `input.show`");
        return;
    };
    assert!(has_pool, "{strategy} shows samples, but has no part with a pool, so no export asks for them");
    assert_eq!(samples.len(), scores.len(), "{strategy}: scores");
    assert!(chosen.iter().all(|sample| samples.contains(sample)), "{strategy} chose what it does not show");
    assert!([0, samples.len() * 10].contains(&log_probabilities.len()), "{strategy}: probabilities");
    assert!([0, samples.len()].contains(&steps.len()), "{strategy}: steps");
}

/// Without a free sample there is nothing to look for: not even a chunk of work after which it could be stopped.
#[test]
fn an_empty_pool_is_left_at_once() {
    let bench = Bench::new();
    let labelled = bench.labelled(bench.world.dataset.train.len(), None);
    for &strategy in Strategy::ALL.iter().filter(|s| !s.generates_samples()) {
        let experiment = Experiment { strategy, ..tiny() };
        let input = SamplerInput { interrupted: &|_| true, ..bench.input(&experiment, &labelled) };
        let got = sampler(strategy).propose(&input, 40, &mut Streams::new(9).get("test", 0));
        assert_eq!(got.map(|got| got.len()), Ok(0), "{strategy}");
    }
}

#[test]
fn a_strategy_reads_its_own_fields_and_no_other() {
    let bench = Bench::new();
    let labelled = bench.labelled(60, None);
    // In round 5 anchors are drawn again every 3 rounds, but not every 2.
    let (round, anchors) = (5, AnchorSelection::EveryK);
    let previous: Vec<u32> = labelled.bought()[..10].iter().map(|&(s, _)| s).collect();
    let propose = |e: &Experiment| {
        let input = SamplerInput { round, previous: &previous, ..bench.input(e, &labelled) };
        sampler(e.strategy).propose(&input, 40, &mut Streams::new(9).get("test", 0)).unwrap()
    };
    for &strategy in Strategy::ALL {
        let experiment = Experiment { strategy, anchors, plus_steps: 2, ..tiny() };
        let base = propose(&experiment);
        // `training_pair` and what belongs to generated samples are read when these are labelled, or before they are asked for.
        let elsewhere = [Part::Pair, Part::Generated];
        for field in Field::all().filter(|f| f.part.is_some_and(|part| !elsewhere.contains(&part))) {
            let value = match field.name {
                "alpha" | "plus_alpha" => "2",
                "gradient" => "raw",
                "neighbours" => "all",
                "anchors" => "never",
                "reselect_every" => "2",
                "pool_size" => "100",
                "proposal_factor" => "5",
                "plus_steps" => "3",
                "flip_pool" => "600",
                "flip_steps" => "1",
                "ridge_belief" => "labels",
                "ridge_doubt" => "none",
                "plus_density_quantile" | "plus_gradient_share" => "0.2",
                other => panic!("give a value of `{other}` that makes a difference"),
            };
            let mut changed = experiment.clone();
            field.set(&mut changed, value).unwrap();
            let own = strategy.own_fields().any(|own| own.name == field.name);
            assert_eq!(propose(&changed) != base, own, "{strategy}, {}", field.name);
        }
    }
}

#[test]
fn the_first_set_is_chosen_as_its_field_says() {
    let first = |first_set: FirstSet, strategy: Strategy| {
        let experiment = Experiment { first_set, samples_per_round: 12, ..with(strategy, 3) };
        let mut run = Run::new(&tiny_world(), &experiment, 1);
        run.advance(&|| false).unwrap();
        run.record().proposals.clone()
    };
    let all = || Strategy::ALL.iter().copied().filter(|s| !s.generates_samples());
    let random = first(FirstSet::Random, Strategy::Random);
    let coverage = first(FirstSet::Coverage, Strategy::Coverage);
    assert!(random != coverage && coverage.iter().all(|p| p.score.is_some()));
    for strategy in all() {
        assert_eq!(first(FirstSet::Random, strategy), random, "{strategy}");
        assert_eq!(first(FirstSet::Coverage, strategy), coverage, "{strategy}");
        let own = first(FirstSet::Strategy, strategy);
        let expected = if strategy == Strategy::Random { random.clone() } else { coverage.clone() };
        // Without a label Ridge is coverage herding, which also chooses for those that cannot begin.
        let as_expected = [Strategy::Random, Strategy::Coverage, Strategy::Ridge].contains(&strategy);
        assert_eq!(own == expected, as_expected || !strategy.can_begin(), "{strategy}");
    }
}

/// With a share of its own SI starts as Random does; then it asks the tool for that share, and the others are real.
#[test]
fn a_share_of_the_samples_is_generated_and_the_others_are_real() {
    let vessels = Experiment { rounds: 2, samples_per_round: 4, ..few_vessels() };
    let world = make_world(&vessels);
    let samples = |r: &RoundRecord| r.proposals.iter().filter_map(Proposal::train_sample).collect::<Vec<_>>();
    let random = run(&world, &Experiment { strategy: Strategy::Random, ..vessels.clone() });
    for strategy in [Strategy::Si, Strategy::RandomLatent] {
        for (generated_share, real) in [(0.25, 3), (0.5, 2)] {
            let history = run(&world, &Experiment { strategy, generated_share, ..vessels.clone() });
            let [first, second] = [0, 1].map(|round| &*history.rounds[round]);
            assert_eq!(samples(first), samples(&random.rounds[0]), "{strategy}");
            assert!(first.proposals.iter().all(|p| p.made.is_none()) && first.refusals.is_empty());
            assert_eq!(samples(second).len(), real, "{strategy}, {generated_share}");
            // A generator of two epochs draws little that the tool accepts.
            let made = second.proposals.len() - real;
            assert!(made == 4 - real || !second.refusals.is_empty(), "{strategy}, {generated_share}");
        }
    }
}

/// Restored images are others than decoded ones at the same points; with a density limit no sample lies outside of it, and
/// what was rejected for that says so.
#[test]
fn generated_samples_get_their_detail_back_and_keep_to_where_the_embedding_is_dense() {
    let vessels = Experiment { rounds: 2, samples_per_round: 4, generated_share: 0.5, ..few_vessels() };
    let world = make_world(&vessels);
    for strategy in [Strategy::Si, Strategy::RandomLatent] {
        let second = |generated_detail, generated_density_quantile| {
            let fields = Experiment { strategy, generated_detail, generated_density_quantile, ..vessels.clone() };
            run(&world, &fields).rounds[1].clone()
        };
        let decoded = second(GeneratedDetail::Decoded, 1.0);
        let restored = second(GeneratedDetail::Restored, 1.0);
        let made = |r: &RoundRecord| r.proposals.iter().filter_map(|p| p.made.clone()).collect::<Vec<_>>();
        let twins = made(&restored)
            .into_iter()
            .filter_map(|made| Some((world.label_point(&made.code)?.ok()?.image, made.image())));
        assert!(twins.into_iter().all(|(decoded, restored)| decoded != restored), "{strategy}");
        // A generator of two epochs draws little that the tool accepts as it is.
        assert!(made(&restored).len() >= made(&decoded).len(), "{strategy}");

        let limit = world.latent.sparsity().quantile(0.5);
        let dense = second(GeneratedDetail::Decoded, 0.5);
        assert!(made(&dense).iter().all(|made| world.latent.sparsity_at(&made.code) <= limit), "{strategy}");
        let sparse = dense.refusals.iter().filter(|refused| refused.kind == "sparse");
        assert!(sparse.clone().count() > 0, "{strategy}");
        assert!(sparse.into_iter().all(|refused| world.latent.sparsity_at(&refused.code) > limit), "{strategy}");
    }
}

#[test]
fn an_interrupted_snn_proposes_nothing() {
    let bench = Bench::new();
    let experiment = Experiment { strategy: Strategy::Snn, ..tiny() };
    let labelled = bench.labelled(40, None);
    let input = SamplerInput { interrupted: &|_| true, ..bench.input(&experiment, &labelled) };
    let result = sampler(Strategy::Snn).propose(&input, 40, &mut Streams::new(1).get("test", 0));
    assert_eq!(result, Err(Interrupted));
}

#[test]
fn snn_steps_alpha_along_the_gradient_and_snaps_to_the_nearest() {
    let bench = Bench::new();
    let latent = &bench.world.latent;
    let labelled = bench.labelled(60, None);
    for (gradient, neighbours) in [
        (GradientKind::Normalised, NeighbourPool::Unlabelled),
        (GradientKind::Normalised, NeighbourPool::All),
        (GradientKind::Raw, NeighbourPool::All),
    ] {
        let experiment = Experiment { strategy: Strategy::Snn, gradient, neighbours, alpha: 0.4, ..tiny() };
        let got = bench.propose(&experiment, &labelled, 60, 3).unwrap();
        assert_eq!(got.len(), 60);
        let mut taken = HashSet::new();
        for candidate in got {
            let sample = candidate.train_sample();
            let step = candidate.step.unwrap();
            assert_eq!(step.from, latent.code(step.parent));
            assert!(labelled.contains(step.parent));
            let norm = |v: &[f32]| v.iter().map(|x| x * x).sum::<f32>().sqrt();
            let d: Vec<f32> = step.to.iter().zip(&step.from).map(|(a, b)| a - b).collect();
            let length = 0.4 * latent.scale() * if gradient == GradientKind::Raw { norm(&step.gradient) } else { 1.0 };
            assert!((norm(&d) - length).abs() < 1e-4 * (1.0 + length), "{gradient}: {} {length}", norm(&d));
            let along: f32 = d.iter().zip(&step.gradient).map(|(a, b)| a * b).sum();
            assert!((along - norm(&d) * norm(&step.gradient)).abs() < 1e-3 * (1.0 + along.abs()));
            // A linear scan over the samples allowed at that point.
            let allowed = |s: u32| neighbours == NeighbourPool::All || !(labelled.contains(s) || taken.contains(&s));
            let distance = |s: u32| {
                let c = latent.code(s);
                norm(&c.iter().zip(&step.to).map(|(a, b)| a - b).collect::<Vec<_>>())
            };
            let best = (0..latent.len() as u32).filter(|&s| allowed(s)).map(distance).fold(f32::INFINITY, f32::min);
            assert!((step.snap_distance - best).abs() < 1e-4, "{} {best}", step.snap_distance);
            let sample = sample.unwrap();
            assert_eq!(step.neighbour, latent.code(sample));
            taken.insert(sample);
        }
    }
}

#[test]
fn several_steps_of_snn_plus_follow_each_other() {
    let bench = Bench::new();
    let e = Experiment { strategy: Strategy::SnnPlus, proposal_factor: 1, plus_steps: 3, ..tiny() };
    let got = bench.propose(&e, &bench.labelled(60, None), 30, 3).unwrap();
    let steps: Vec<_> = got.into_iter().map(|c| c.step.unwrap()).collect();
    let parents: HashSet<u32> = steps.iter().map(|s| s.parent).collect();
    assert_eq!((steps.len(), parents.len()), (30, 10));
    for parent in parents {
        let starts_at = |from: &[f32]| steps.iter().find(|s| s.parent == parent && s.from == from);
        let mut place = bench.world.latent.code(parent).to_vec();
        for step in 0..3 {
            let Some(next) = starts_at(&place) else { panic!("walk from {parent} has no step {step}") };
            place = next.to.clone();
        }
    }
}

#[test]
fn snn_plus_drops_drifters_while_enough_is_left() {
    let bench = Bench::new();
    let latent = &bench.world.latent;
    let plus = Experiment { strategy: Strategy::SnnPlus, proposal_factor: 3, plus_alpha: 1.0, ..tiny() };
    let limit = latent.sparsity().quantile(0.9);
    let outside = |quantile: f32, count: usize| {
        let e = Experiment { plus_density_quantile: quantile, ..plus.clone() };
        let got = bench.propose(&e, &bench.labelled(60, None), count, 3).unwrap();
        assert_eq!(got.len(), count);
        got.iter().filter(|c| latent.sparsity_at(&c.step.as_ref().unwrap().to) > limit).count()
    };
    assert!(outside(1.0, 20) > 0, "nothing drifts here");
    assert_eq!(outside(0.9, 20), 0);
}

#[test]
fn anchors_that_are_not_drawn_again_are_the_neighbours_found_last() {
    let bench = Bench::new();
    let labelled = bench.labelled(60, None);
    let previous: Vec<u32> = (20..40).collect();
    for (anchors, round, kept) in [
        (AnchorSelection::Never, 2, false),
        (AnchorSelection::Never, 3, true),
        (AnchorSelection::EveryK, 4, true),
        (AnchorSelection::EveryK, 5, false),
        (AnchorSelection::EachRound, 3, false),
    ] {
        let experiment = Experiment { strategy: Strategy::Snn, anchors, reselect_every: 3, ..tiny() };
        let input = SamplerInput {
            experiment: &experiment,
            round,
            latent: &bench.world.latent,
            images: Images::new(&bench.world.dataset.train),
            generator: &*bench.world.generator,
            target: &bench.target,
            labelled: &labelled,
            previous: &previous,
            spent: &[],
            interrupted: &|_| false,
            seen: None,
            coverage: RefCell::default(),
        };
        let got = sampler(Strategy::Snn).propose(&input, 20, &mut Streams::new(1).get("test", 0)).unwrap();
        let parents: Vec<u32> = got.iter().map(|c| c.step.as_ref().unwrap().parent).collect();
        assert_eq!(parents == previous, kept, "{anchors} in round {round}");
    }
}
