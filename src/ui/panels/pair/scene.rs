//! The points of the three views of a pair: picks of each run and of both, or correct predictions of each.

use egui::Color32;

use crate::dataset::Class;
use crate::figures::StrategyStyle;
use crate::ui::kit::theme::{Theme, class_color};
use crate::ui::panels::latent::scene::{MANY_PROPOSALS, push_step, rgba};
use crate::ui::state::{Axes, Side, Whose};
use crate::view::{Line, PointStyle, Rgba};

/// One of the three views.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    A,
    B,
    Difference,
}

impl Which {
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::Difference];
}

/// The kind of points shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shows {
    /// Train samples, by which run labelled them.
    #[default]
    Picks,
    /// Evaluation images, by which run predicts them right.
    Predictions,
}

/// Sizes of highlighted points, so that the cloud stays readable.
const PICK: f32 = 0.7;
const OUTCOME: f32 = 0.62;

/// The colours of A only, both, and B only: those of the two runs; of two repeats of one variant, the second is paler. What
/// both have is in that of a few that is furthest from theirs.
pub fn colors([a, b]: [StrategyStyle; 2], theme: &Theme) -> [Color32; 3] {
    /// How much paler, 0 to 1.
    const PALER: f32 = 0.5;
    /// How many colours besides that of text there are to choose from.
    const FEW: Class = 8;
    let [of_a, of_b] = [a, b].map(|style| theme.ink(style.ink));
    let of_b = if of_a == of_b { of_b.lerp_to_gamma(theme.text, PALER) } else { of_b };
    // Steps have the accent's colour.
    let others = [of_a, of_b, theme.accent];
    let nearest = |color: &Color32| others.iter().map(|other| apart(*color, *other)).min();
    let few = [theme.text].into_iter().chain((0..FEW).map(class_color));
    let both = few.max_by_key(nearest).unwrap_or(theme.text);
    [of_a, both, of_b]
}

/// How far two colours are apart: the sum of the differences of red, green and blue.
fn apart(a: Color32, b: Color32) -> u32 {
    a.to_array().into_iter().zip(b.to_array()).take(3).map(|(a, b)| u32::from(a.abs_diff(b))).sum()
}

/// The colour of a part from those of A, both and B; `None` for neither.
fn color(part: Whose, [a, both, b]: [Color32; 3]) -> Option<Color32> {
    match part {
        Whose::Neither => None,
        Whose::A => Some(a),
        Whose::Both => Some(both),
        Whose::B => Some(b),
    }
}

/// Whether a view highlights this part.
fn belongs(which: Which, part: Whose) -> bool {
    match which {
        Which::A => matches!(part, Whose::A | Whose::Both),
        Which::B => matches!(part, Whose::B | Whose::Both),
        Which::Difference => part != Whose::Neither,
    }
}

/// Colours and styles of the points of one view.
pub fn points(
    which: Which,
    shows: Shows,
    parts: &[Whose],
    colors: [Color32; 3],
    theme: &Theme,
) -> (Vec<Rgba>, Vec<PointStyle>) {
    let quiet = rgba(theme.faint.gamma_multiply(0.6));
    let one = |&part: &Whose| {
        let own = color(part, colors).filter(|_| belongs(which, part));
        match (shows, own) {
            (Shows::Picks, Some(color)) => (rgba(color), PointStyle::LABELLED.scaled(PICK)),
            (Shows::Picks, None) => (quiet, PointStyle::POOL),
            // Images that only one run gets right are highlighted; images that both get right are the background.
            (Shows::Predictions, Some(_)) if part == Whose::Both => (quiet, PointStyle::POOL),
            (Shows::Predictions, Some(color)) => (rgba(color), PointStyle::LABELLED.scaled(OUTCOME)),
            (Shows::Predictions, None) if which == Which::Difference => (rgba(theme.error), PointStyle::POOL),
            (Shows::Predictions, None) => (rgba(theme.error), PointStyle::LABELLED.scaled(OUTCOME)),
        }
    };
    parts.iter().map(one).unzip()
}

/// The steps of a run's proposals in a round.
pub fn steps(side: Side<'_>, round: usize, axes: &Axes, theme: &Theme) -> Vec<Line> {
    let record = side.records().into_iter().find(|r| r.round == round);
    let steps: Vec<_> = record.iter().flat_map(|r| &r.proposals).filter_map(|p| p.step.as_ref()).collect();
    let mut lines = Vec::new();
    for step in &steps {
        push_step(&mut lines, step, false, steps.len() > MANY_PROPOSALS, axes, theme);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Strategy;
    use crate::ui::kit::theme::{DARK, LIGHT};

    #[test]
    fn a_b_and_both_have_colours_of_their_own() {
        const CLEAR: u32 = 150;
        for theme in [&DARK, &LIGHT] {
            for a in Strategy::ALL {
                for b in Strategy::ALL {
                    let [a, both, b] = colors([*a, *b].map(StrategyStyle::of), theme);
                    assert!(a != b && apart(a, both) >= CLEAR && apart(b, both) >= CLEAR, "{a:?} {both:?} {b:?}");
                }
            }
        }
    }

    /// The views of A and B highlight their own parts; the difference highlights all three in their colours.
    #[test]
    fn each_view_marks_its_own() {
        let parts = [Whose::Neither, Whose::A, Whose::Both, Whose::B];
        for (which, expected) in [
            (Which::A, [false, true, true, false]),
            (Which::B, [false, false, true, true]),
            (Which::Difference, [false, true, true, true]),
        ] {
            let colors = colors([Strategy::Random, Strategy::Snn].map(StrategyStyle::of), &DARK);
            let (colours, styles) = points(which, Shows::Picks, &parts, colors, &DARK);
            let marked: Vec<bool> = styles.iter().map(|s| s.contains(PointStyle::LABELLED)).collect();
            assert_eq!(marked, expected, "{which:?}");
            if which == Which::Difference {
                assert!((0..4).all(|i| (i + 1..4).all(|k| colours[i] != colours[k])), "{colours:?}");
            }
        }
        let (_, styles) = points(Which::A, Shows::Predictions, &parts, [Color32::WHITE; 3], &DARK);
        let marked: Vec<bool> = styles.iter().map(|s| s.contains(PointStyle::LABELLED)).collect();
        // Wrong in both, right in this run only, right in both, right in the other only.
        assert_eq!(marked, [true, true, false, true]);
    }
}
