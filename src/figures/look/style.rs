//! How things look without saying in which colour: inks, marks, strokes, and the fixed style of each strategy.

use crate::experiment::Strategy;

/// A colour: red, green, blue.
pub type Rgb = [u8; 3];

/// Number of colours of series: one for each strategy.
pub const SERIES: usize = 24;

/// A colour by its role; `Theme` knows the value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ink {
    /// Text, axes and ticks.
    Text,
    /// Grey, for what stands back: notes, zero lines, classes without a colour of their own.
    Muted,
    /// The lines behind the data.
    Grid,
    /// The colour of a series, below `SERIES`.
    Series(usize),
    /// The colour of a class, counted modulo a hundred.
    Class(usize),
    /// From the background (0) to the full colour (1) of a series.
    Ramp(usize, f64),
    /// The colour of a stress, at a share of its scale from 0 to 1.
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
    /// Points.
    pub width: f64,
    pub dash: Dash,
    /// From 0, invisible, to 1.
    pub opacity: f64,
}

impl Stroke {
    /// The main line of a series.
    pub const MAIN_WIDTH: f64 = 1.1;
    /// A line behind the main one: one repeat, or the inside of rounds.
    pub const THIN_WIDTH: f64 = 0.5;
    /// How much of a thin line's colour is left.
    pub const THIN_OPACITY: f64 = 0.7;

    /// The line of a series: `MAIN_WIDTH`, opaque.
    pub fn main(ink: Ink, dash: Dash) -> Self {
        Self { ink, width: Self::MAIN_WIDTH, dash, opacity: 1.0 }
    }

    /// A line behind the main one: `THIN_WIDTH`, with `THIN_OPACITY`.
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
    /// The look of a strategy: each has a colour of its own, related ones are close in colour and differ in dash and
    /// mark. The baseline is grey, those that score a pool are warm or green, and the ablations of SNN are blue.
    pub fn of(strategy: Strategy) -> Self {
        let (series, dash, mark) = match strategy {
            Strategy::Random => (0, Dash::Solid, Mark::Circle),
            Strategy::Snn => (1, Dash::Solid, Mark::Disc),
            Strategy::SnnPlus => (2, Dash::Solid, Mark::Diamond),
            Strategy::Entropy => (3, Dash::Solid, Mark::Triangle),
            Strategy::EntropySmall => (4, Dash::Dashed, Mark::OpenTriangle),
            Strategy::Margin => (5, Dash::Solid, Mark::Down),
            Strategy::LeastConfidence => (6, Dash::Dashed, Mark::OpenDown),
            Strategy::CoreSet => (7, Dash::Solid, Mark::Square),
            Strategy::CoreSetLatent => (8, Dash::Dashed, Mark::OpenSquare),
            Strategy::Lcmd => (22, Dash::Solid, Mark::OpenSquare),
            Strategy::PredictedLoss => (23, Dash::DashDot, Mark::Triangle),
            Strategy::Badge => (9, Dash::Solid, Mark::Star),
            Strategy::SnnRandomDirection => (10, Dash::Dashed, Mark::OpenDiamond),
            Strategy::SnnAlphaZero => (11, Dash::Dotted, Mark::Cross),
            Strategy::SnnReversed => (12, Dash::DashDot, Mark::Plus),
            Strategy::RandomDirectionEntropy => (13, Dash::Dashed, Mark::OpenDiamond),
            Strategy::Si => (14, Dash::Solid, Mark::Square),
            Strategy::SnnFlip => (21, Dash::Solid, Mark::OpenDiamond),
            Strategy::Coverage => (16, Dash::Dashed, Mark::Circle),
            Strategy::UncertaintyHerding => (17, Dash::Solid, Mark::OpenTriangle),
            Strategy::Ridge => (20, Dash::Solid, Mark::Star),
            Strategy::TypiClust => (18, Dash::DashDot, Mark::OpenSquare),
            Strategy::ProbCover => (19, Dash::Dotted, Mark::Plus),
            Strategy::RandomLatent => (15, Dash::Dashed, Mark::OpenSquare),
        };
        Self { ink: Ink::Series(series), dash, mark }
    }

    /// A look that none of `taken` has: of a `plain` variant the strategy's own if its colour is free, else another dash and
    /// mark in a free colour, or in the strategy's when there is none. `siblings` of the strategy were given one before.
    pub fn free(strategy: Strategy, plain: bool, siblings: usize, taken: &[Self]) -> Self {
        /// Colours of strategies that are rarely compared, in the order in which further variants take them.
        const SPARE: [usize; 9] = [8, 6, 4, 13, 11, 15, 12, 14, 10];
        const DASHES: [Dash; 4] = [Dash::Dashed, Dash::Dotted, Dash::DashDot, Dash::Solid];
        const MARKS: [Mark; 5] = [Mark::Cross, Mark::Plus, Mark::OpenSquare, Mark::OpenDown, Mark::OpenTriangle];
        let own = Self::of(strategy);
        let is_free = |ink: &Ink| taken.iter().all(|s| s.ink != *ink);
        let mut inks = plain.then_some(own.ink).into_iter().chain(SPARE.map(Ink::Series));
        let first = inks.find(is_free).unwrap_or(own.ink);
        // Both numbers of choices have no common divisor, so this goes through every pair.
        let pairs = move |ink| {
            (0..DASHES.len() * MARKS.len()).map(move |i| i + siblings.saturating_sub(1)).map(move |i| Self {
                ink,
                dash: DASHES[i % DASHES.len()],
                mark: MARKS[i % MARKS.len()],
            })
        };
        let as_own = Self { ink: first, ..own };
        let all = (plain && siblings == 0).then_some(as_own).into_iter().chain(pairs(first));
        let mut all = all.chain((0..SERIES).map(Ink::Series).flat_map(pairs));
        all.find(|s| !taken.contains(s)).unwrap_or(own)
    }

    /// The stroke of the main line.
    pub fn stroke(self) -> Stroke {
        Stroke::main(self.ink, self.dash)
    }
}
