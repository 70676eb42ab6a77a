//! Start points of walks.

use crate::dataset::Class;
use crate::experiment::WalkAnchors;
use crate::latent::LatentSpace;
use crate::rng::Rng;

/// The outermost share of a pool that counts as its rim.
const RIM: f32 = 0.05;

/// `count` distinct samples of `pool` (sample, label) at which walks start; fewer if the pool is smaller.
pub fn choose_anchors(
    kind: WalkAnchors,
    count: usize,
    pool: &[(u32, Class)],
    latent: &LatentSpace,
    rng: &mut Rng,
) -> Vec<u32> {
    let samples = |pool: &[(u32, Class)]| pool.iter().map(|&(s, _)| s).collect::<Vec<_>>();
    match kind {
        WalkAnchors::Random => rng.choose(&samples(pool), count),
        WalkAnchors::PerClass => {
            let shuffled = rng.choose(pool, pool.len());
            let mut ranks = vec![0_usize; shuffled.iter().map(|(_, l)| usize::from(*l) + 1).max().unwrap_or(0)];
            // The first of each class, then the second of each, and so on.
            let mut ranked: Vec<(usize, Class, u32)> = Vec::with_capacity(shuffled.len());
            for (sample, label) in shuffled {
                ranked.push((ranks[usize::from(label)], label, sample));
                ranks[usize::from(label)] += 1;
            }
            ranked.sort_unstable();
            ranked.into_iter().take(count).map(|(_, _, sample)| sample).collect()
        }
        WalkAnchors::Rim => {
            let mut outer: Vec<(f32, u32)> =
                pool.iter().map(|&(s, _)| (latent.sparsity_at(latent.code(s)), s)).collect();
            outer.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let rim = ((pool.len() as f32 * RIM).ceil() as usize).max(count).min(pool.len());
            let rim: Vec<u32> = outer[..rim].iter().map(|&(_, s)| s).collect();
            rng.choose(&rim, count)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    #[test]
    fn anchors_are_distinct_and_of_the_requested_kind() {
        // A ball of 400 samples, and 20 far apart from it and from each other.
        let mut rng = Streams::new(3).get("codes", 0);
        let mut codes = rng.normals(800);
        codes.extend((0..20).flat_map(|i| [20.0 + 5.0 * i as f32, 0.0]));
        let latent = LatentSpace::new(codes, 2).unwrap();
        let pool: Vec<(u32, Class)> = (0..420).map(|s| (s, (s % 10 % 4) as Class)).collect();
        for (kind, count) in [(WalkAnchors::Random, 30), (WalkAnchors::PerClass, 30), (WalkAnchors::Rim, 8)] {
            let mut chosen = choose_anchors(kind, count, &pool, &latent, &mut rng);
            assert_eq!(chosen.len(), count, "{kind}");
            let classes: Vec<usize> =
                (0..4).map(|c| chosen.iter().filter(|s| pool[**s as usize].1 == c).count()).collect();
            match kind {
                WalkAnchors::PerClass => assert!(classes.iter().all(|c| (7..=8).contains(c)), "{classes:?}"),
                WalkAnchors::Rim => assert!(chosen.iter().filter(|s| **s >= 400).count() >= 7, "{chosen:?}"),
                WalkAnchors::Random => {}
            }
            chosen.sort_unstable();
            chosen.dedup();
            assert_eq!(chosen.len(), count, "{kind}");
        }
        assert_eq!(choose_anchors(WalkAnchors::Rim, 900, &pool, &latent, &mut rng).len(), 420);
    }
}
