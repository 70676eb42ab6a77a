//! What was covered before a pick of a herding strategy, and what the pick adds, at the samples around it.

use egui::{Color32, Vec2};

use super::map::Map;
use crate::engine::planned::RunId;
use crate::history::{Coverage, Kernel};
use crate::ui::kit::memo::Memo;
use crate::ui::panel::Cx;

/// Samples that are shown around a pick, and how far they are covered.
#[derive(Debug, Default)]
pub struct Covered {
    pub dots: Vec<Dot>,
    /// How far the pick itself was covered before it was picked.
    pub own: f32,
}

/// A sample near the pick.
#[derive(Debug)]
pub struct Dot {
    place: Vec2,
    /// m, by what was labelled before the pick, and what the pick adds to it.
    before: f32,
    adds: f32,
}

/// The session, the run, the round, the pick, and the codes.
type Key = (u64, RunId, usize, usize, usize);

/// What was computed for the last pick that was shown.
pub type CoveredMemo = Memo<Key, Covered>;

/// How far the samples on the map were covered before the pick `index` of the shown round, by this coverage.
pub fn around<'a>(
    memo: &'a mut CoveredMemo,
    map: &Map,
    thickness: f32,
    index: usize,
    coverage: &Coverage,
    cx: &Cx<'_>,
) -> &'a Covered {
    let codes = cx.snapshot.codes.clone().unwrap_or_default();
    let address = std::sync::Arc::as_ptr(&codes) as usize;
    let round = cx.state.shown_round();
    memo.get((cx.state.generation, cx.state.focus.run, round, index, address), || {
        let code = |sample: usize| codes.get(sample * cx.snapshot.latent_dim..(sample + 1) * cx.snapshot.latent_dim);
        let picks = cx.state.shown_record().map(|r| r.proposals.as_slice()).unwrap_or_default();
        let labelled = cx.shown_snapshot().map(|r| r.labelled_in.as_slice()).unwrap_or_default();
        let earlier = labelled.iter().enumerate().filter(|(_, r)| (1..round).contains(&usize::from(**r)));
        let picked = picks.iter().take(index).filter_map(|p| p.train_sample());
        let others = earlier.map(|(sample, _)| sample).chain(picked.map(|sample| sample as usize));
        let others: Vec<&[f32]> = others.filter_map(code).collect();
        let Some(pick) = picks.get(index).and_then(|p| code(p.train_sample()? as usize)) else {
            return Covered::default();
        };
        let dot = |(sample, place): (usize, Vec2)| {
            let at = code(sample)?;
            let before = covered(coverage.kernel, at, &others);
            Some(Dot { place, before, adds: (near(coverage.kernel, at, pick) - before).max(0.0) })
        };
        let dots = map.near(thickness, cx).into_iter().filter_map(dot).collect();
        Covered { dots, own: covered(coverage.kernel, pick, &others) }
    })
}

/// k of two codes.
fn near(kernel: Kernel, a: &[f32], b: &[f32]) -> f32 {
    kernel.at(a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum())
}

/// m of a code: as far as the best of the others covers it.
fn covered(kernel: Kernel, at: &[f32], others: &[&[f32]]) -> f32 {
    others.iter().map(|other| near(kernel, at, other)).fold(0.0, f32::max)
}

impl Covered {
    /// The dots: stronger and larger, the more the pick adds; greyer, the more was covered before.
    pub fn paint(&self, map: &Map, cx: &Cx<'_>) {
        for dot in &self.dots {
            map.painter.circle_filled(map.at(dot.place), 2.0 + 1.2 * dot.adds, dot.color(cx));
        }
    }
}

impl Dot {
    /// From the faint ink of what nothing covers to the text's of what was covered, then to the accent of what is added.
    fn color(&self, cx: &Cx<'_>) -> Color32 {
        let quiet = cx.theme.faint.gamma_multiply(0.5);
        quiet.lerp_to_gamma(cx.theme.text, self.before).lerp_to_gamma(cx.theme.accent, self.adds.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_covered_by_the_nearest_and_a_pick_adds_the_rest() {
        let kernel = Kernel::Gaussian(1.0);
        let (at, far, close) = ([0.0, 0.0], [2.0, 0.0], [0.0, 0.5]);
        assert_eq!(covered(kernel, &at, &[]), 0.0);
        let both = covered(kernel, &at, &[&far, &close]);
        assert_eq!(both, covered(kernel, &at, &[&close]));
        assert!((both - (-0.25_f32).exp()).abs() < 1e-6);
        assert_eq!(covered(Kernel::Ball(1.0), &at, &[&far]), 0.0);
        assert_eq!(near(Kernel::Ball(1.0), &at, &close), 1.0);
    }
}
