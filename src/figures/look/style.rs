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

/// How a mark is drawn, in lengths of its radius from its centre, y downwards.
#[derive(Debug, Clone, PartialEq)]
pub enum Outline {
    /// A circle of this radius.
    Round(f64),
    /// Corners in order; the last is joined to the first.
    Closed(Vec<[f64; 2]>),
    /// Strokes through the centre, each from minus this point to this point.
    Strokes(Vec<[f64; 2]>),
}

impl Mark {
    /// Whether it is filled with the background.
    pub fn is_open(self) -> bool {
        use Mark::*;
        matches!(self, Circle | OpenSquare | OpenTriangle | OpenDown | OpenDiamond)
    }

    /// Its shape at radius 1; all marks look about equally large.
    pub fn outline(self) -> Outline {
        const SIDE: f64 = 0.85;
        const WIDE: f64 = 1.1;
        const FOOT: f64 = 0.8;
        const FAR: f64 = 1.25;
        match self {
            Self::Disc | Self::Circle => Outline::Round(0.95),
            Self::Square | Self::OpenSquare => {
                Outline::Closed(vec![[-SIDE, -SIDE], [SIDE, -SIDE], [SIDE, SIDE], [-SIDE, SIDE]])
            }
            Self::Triangle | Self::OpenTriangle => Outline::Closed(vec![[0.0, -FAR], [WIDE, FOOT], [-WIDE, FOOT]]),
            Self::Down | Self::OpenDown => Outline::Closed(vec![[0.0, FAR], [WIDE, -FOOT], [-WIDE, -FOOT]]),
            Self::Diamond | Self::OpenDiamond => {
                Outline::Closed(vec![[0.0, -FAR], [FAR, 0.0], [0.0, FAR], [-FAR, 0.0]])
            }
            Self::Cross => Outline::Strokes(vec![[1.0, 1.0], [1.0, -1.0]]),
            Self::Plus => Outline::Strokes(vec![[FAR, 0.0], [0.0, FAR]]),
            Self::Star => Outline::Strokes(vec![[FAR, 0.0], [0.0, FAR], [SIDE, SIDE], [SIDE, -SIDE]]),
        }
    }
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

/// Opacity of a band.
pub const BAND_OPACITY: f64 = 0.16;

/// The look of a strategy, the same in every figure and in every panel of the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StrategyStyle {
    pub ink: Ink,
    pub dash: Dash,
    pub mark: Mark,
}

impl StrategyStyle {
    /// The look of a strategy: related strategies share a colour and differ in dash and mark. The baseline is grey,
    /// those that score a pool are warm or green, and the ablations of SNN are lighter blue.
    pub fn of(strategy: Strategy) -> Self {
        let (series, dash, mark) = match strategy {
            Strategy::Random => (0, Dash::Solid, Mark::Circle),
            Strategy::Snn => (1, Dash::Solid, Mark::Disc),
            Strategy::SnnPlus => (2, Dash::Solid, Mark::Diamond),
            Strategy::Entropy => (3, Dash::Solid, Mark::Triangle),
            Strategy::EntropySmall => (3, Dash::Dashed, Mark::OpenTriangle),
            Strategy::Margin => (4, Dash::Solid, Mark::Down),
            Strategy::LeastConfidence => (4, Dash::Dashed, Mark::OpenDown),
            Strategy::CoreSet => (5, Dash::Solid, Mark::Square),
            Strategy::CoreSetLatent => (5, Dash::Dashed, Mark::OpenSquare),
            Strategy::Badge => (6, Dash::Solid, Mark::Star),
            Strategy::SnnRandomDirection => (7, Dash::Dashed, Mark::OpenDiamond),
            Strategy::SnnAlphaZero => (7, Dash::Dotted, Mark::Cross),
            Strategy::SnnReversed => (7, Dash::DashDot, Mark::Plus),
            Strategy::RandomDirectionEntropy => (8, Dash::Dashed, Mark::OpenDiamond),
            Strategy::Si => (1, Dash::Solid, Mark::Square),
            Strategy::RandomLatent => (8, Dash::Dashed, Mark::OpenSquare),
        };
        Self { ink: Ink::Series(series), dash, mark }
    }

    /// The look of a strategy's run number `place`, from 0: the first looks like the strategy, the others differ in
    /// dash and mark.
    pub fn at(strategy: Strategy, place: usize) -> Self {
        const DASHES: [Dash; 4] = [Dash::Dashed, Dash::Dotted, Dash::DashDot, Dash::Solid];
        const MARKS: [Mark; 5] = [Mark::Cross, Mark::Plus, Mark::OpenSquare, Mark::OpenDown, Mark::OpenTriangle];
        let style = Self::of(strategy);
        let Some(sibling) = place.checked_sub(1) else { return style };
        let relatives: Vec<Self> = Strategy::ALL.iter().map(|s| Self::of(*s)).filter(|s| s.ink == style.ink).collect();
        // Both numbers of choices have no common divisor, so this goes through every pair.
        let pairs = (0..DASHES.len() * MARKS.len()).map(|i| Self {
            dash: DASHES[i % DASHES.len()],
            mark: MARKS[i % MARKS.len()],
            ..style
        });
        let free: Vec<Self> = pairs.filter(|s| !relatives.contains(s)).collect();
        let rank = relatives.iter().position(|s| *s == style).unwrap_or(0);
        free[(rank * Self::SIBLINGS + sibling) % free.len()]
    }

    /// Number of runs of one strategy, after its first, that look different from every run of a strategy in its colour.
    const SIBLINGS: usize = 5;

    /// The stroke of the main line.
    pub fn stroke(self) -> Stroke {
        Stroke::main(self.ink, self.dash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_runs_look_the_same() {
        let places = 0..=StrategyStyle::SIBLINGS;
        let runs: Vec<_> = Strategy::ALL.iter().flat_map(|s| places.clone().map(|place| (*s, place))).collect();
        let look = |(strategy, place): &(Strategy, usize)| StrategyStyle::at(*strategy, *place);
        for (i, a) in runs.iter().enumerate() {
            let twin = runs[i + 1..].iter().find(|b| look(a) == look(b));
            assert_eq!(twin, None, "{a:?}");
        }
    }
}
