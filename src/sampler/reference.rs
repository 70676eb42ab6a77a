//! The picks of seven samplers compared with NumPy's, on the same cloud (`scripts/peers/samplers_reference.py`).

use serde::Deserialize;

use super::badge::Gradients;
use super::core_set::{Among, farthest};
use super::herding::{Herd, Kernel, bandwidth};
use super::{Interrupted, probcover, typiclust};

#[derive(Deserialize)]
struct Reference {
    count: usize,
    pool: Vec<Vec<f32>>,
    labelled: Vec<Vec<f32>>,
    weights: Vec<f32>,
    bandwidth: f32,
    coverage: Vec<usize>,
    uncertainty_herding: Vec<usize>,
    pseudo: Vec<usize>,
    radius: f32,
    probcover: Vec<usize>,
    clusters: Vec<usize>,
    typiclust: Vec<usize>,
    core_set: Vec<usize>,
    lcmd: Vec<usize>,
    logits: Vec<Vec<f32>>,
    draws: Vec<f32>,
    badge: Vec<usize>,
}

fn on(_: usize, _: usize) -> Result<(), Interrupted> {
    Ok(())
}

#[test]
fn picks_are_those_of_the_formulas_in_numpy() {
    let numpy: Reference = serde_json::from_str(include_str!("../../tests/it/data/samplers.json")).unwrap();
    let (pool, n) = (numpy.pool.concat(), numpy.pool.len());
    let near = |a: f32, b: f32| assert!((a - b).abs() < 1e-5 * b, "{a} {b}");
    let h = bandwidth(&pool, n, numpy.labelled.len() + numpy.count);
    near(h, numpy.bandwidth);
    let radius = probcover::radius(&pool, numpy.pool[0].len(), &numpy.pseudo, on).unwrap();
    near(radius, numpy.radius);
    for (name, kernel, weights, expected) in [
        ("coverage", Kernel::Gaussian(h), vec![1.0; n], numpy.coverage),
        ("uncertainty herding", Kernel::Gaussian(h), numpy.weights, numpy.uncertainty_herding),
        ("ProbCover", Kernel::Ball(radius), vec![1.0; n], numpy.probcover),
    ] {
        let mut herd = Herd::new(&pool, kernel, weights);
        numpy.labelled.iter().for_each(|code| herd.cover(code));
        let picks: Vec<usize> = herd.pick(numpy.count, on).unwrap().iter().map(|p| p.at).collect();
        assert_eq!(picks, expected, "{name}");
    }
    let width = numpy.pool[0].len();
    for (name, among, expected) in
        [("core-set", Among::All, numpy.core_set), ("LCMD", Among::LargestCluster, numpy.lcmd)]
    {
        let centres = farthest(&pool, width, &numpy.labelled.concat(), numpy.count, among, on).unwrap();
        assert_eq!(centres.chosen.iter().map(|(at, _)| *at).collect::<Vec<_>>(), expected, "{name}");
    }
    let log_probabilities = numpy.logits.iter().flat_map(|row| {
        let whole: f32 = row.iter().map(|l| l.exp()).sum();
        row.iter().map(move |l| l - whole.ln())
    });
    let gradients = Gradients::new(pool.clone(), log_probabilities.collect(), n);
    let mut draws = numpy.draws.into_iter();
    let spread = gradients.spread(numpy.count, || draws.next().unwrap(), on).unwrap();
    assert_eq!(spread, numpy.badge, "BADGE");
    let all = [pool, numpy.labelled.concat()].concat();
    let picks = typiclust::typical(&all, &numpy.clusters, n, numpy.count, on).unwrap();
    assert_eq!(picks.iter().map(|(at, _)| *at).collect::<Vec<_>>(), numpy.typiclust, "TypiClust");
}
