//! How things look without saying in which colour: inks, marks, strokes, and the fixed style of each strategy.

use crate::experiment::Strategy;

/// A colour by its role; `Theme` knows the value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ink {
    Text,
    Muted,
    Grid,
    /// The colour of a series, counted modulo the theme's number of them.
    Series(usize),
    /// The colour of a class, counted modulo ten.
    Class(usize),
    /// From the background (0) to the full colour (1) of a series.
    Ramp(usize, f64),
    /// The colour of a stress, at a share of its scale.
    Scale(f64),
}

/// A shape that marks a point; open shapes are filled with the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Disc,
    Circle,
    Square,
    OpenSquare,
    Triangle,
    OpenTriangle,
    Down,
    OpenDown,
    Diamond,
    OpenDiamond,
    Cross,
    Plus,
    Star,
}

/// On and off along a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    Solid,
    Dashed,
    Dotted,
    DashDot,
}

/// How a line is drawn; the width is in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    pub ink: Ink,
    pub width: f64,
    pub dash: Dash,
    pub opacity: f64,
}

impl Stroke {
    /// The main line of a series.
    pub const MAIN_WIDTH: f64 = 1.1;
    /// A line behind the main one: one repeat, or the inside of rounds.
    pub const THIN_WIDTH: f64 = 0.5;
    /// How much of a thin line's colour is left.
    pub const THIN_OPACITY: f64 = 0.7;

    pub fn main(ink: Ink, dash: Dash) -> Self {
        Self { ink, width: Self::MAIN_WIDTH, dash, opacity: 1.0 }
    }

    pub fn thin(ink: Ink) -> Self {
        Self { ink, width: Self::THIN_WIDTH, dash: Dash::Solid, opacity: Self::THIN_OPACITY }
    }
}

/// How much of a band's colour is left.
pub const BAND_OPACITY: f64 = 0.16;

/// The look of a strategy, the same in every figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StrategyStyle {
    pub ink: Ink,
    pub dash: Dash,
    pub mark: Mark,
}

/// Relatives share a colour and differ in dash and mark: the baseline is grey, what scores a pool is warm or
/// green, and the ablations of SNN are the lighter blue.
const STYLES: &[(&str, usize, Dash, Mark)] = &[
    ("random", 0, Dash::Solid, Mark::Circle),
    ("snn", 1, Dash::Solid, Mark::Disc),
    ("snn-plus", 2, Dash::Solid, Mark::Diamond),
    ("entropy", 3, Dash::Solid, Mark::Triangle),
    ("entropy-1500", 3, Dash::Dashed, Mark::OpenTriangle),
    ("margin", 4, Dash::Solid, Mark::Down),
    ("least-confidence", 4, Dash::Dashed, Mark::OpenDown),
    ("core-set", 5, Dash::Solid, Mark::Square),
    ("core-set-latent", 5, Dash::Dashed, Mark::OpenSquare),
    ("badge", 6, Dash::Solid, Mark::Star),
    ("snn-random-direction", 7, Dash::Dashed, Mark::OpenDiamond),
    ("snn-alpha-0", 7, Dash::Dotted, Mark::Cross),
    ("snn-reversed", 7, Dash::DashDot, Mark::Plus),
    ("random-direction-3j-entropy", 8, Dash::Dashed, Mark::OpenDiamond),
    ("si", 1, Dash::Solid, Mark::Square),
    ("random-latent", 8, Dash::Dashed, Mark::OpenSquare),
];

impl StrategyStyle {
    pub fn of(strategy: Strategy) -> Self {
        let place = STYLES.iter().position(|s| s.0 == strategy.name());
        let fallback = Strategy::ALL.iter().position(|s| *s == strategy).unwrap_or_default();
        let (_, series, dash, mark) = STYLES[place.unwrap_or(fallback) % STYLES.len()];
        Self { ink: Ink::Series(series), dash, mark }
    }

    /// The look of a fork that goes on with this strategy: the same colour, another dash and mark, by its place among forks.
    pub fn of_fork(self, place: usize) -> Self {
        let other = |d: &&Dash| **d != self.dash;
        let dashes = [Dash::Dashed, Dash::Dotted, Dash::DashDot, Dash::Solid];
        let dash = dashes.iter().filter(other).nth(place % (dashes.len() - 1)).copied().unwrap_or(self.dash);
        let marks = [Mark::Cross, Mark::Plus, Mark::OpenSquare, Mark::OpenDown];
        let mark =
            marks.iter().filter(|m| **m != self.mark).nth(place % (marks.len() - 1)).copied().unwrap_or(self.mark);
        Self { dash, mark, ..self }
    }

    /// Its main line.
    pub fn stroke(self) -> Stroke {
        Stroke::main(self.ink, self.dash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_strategies_look_the_same() {
        for (i, a) in Strategy::ALL.iter().enumerate() {
            assert!(STYLES.iter().any(|s| s.0 == a.name()), "{a} has no style");
            assert!(Strategy::ALL[i + 1..].iter().all(|b| StrategyStyle::of(*a) != StrategyStyle::of(*b)), "{a}");
        }
    }
}
