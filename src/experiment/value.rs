//! The values of an experiment's fields: read from text within limits, and editable by their type.

use std::fmt::{Display, LowerExp};
use std::ops::RangeInclusive;

/// A type that a field may have.
pub trait Value {
    /// The value to be set from text, or edited in the panel of the settings.
    fn slot(&mut self) -> Slot<'_>;

    /// The value as it is typed and written, which `Slot::set` reads.
    fn text(&self) -> String;
}

/// Numbers above zero and below this are written with an exponent: with all their zeros they make no name of a file.
const SMALL: f64 = 1e-9;

/// A field's value to be changed, by its type.
pub enum Slot<'a> {
    Count(&'a mut usize),
    /// A whole number of the whole range of 64 bits.
    Seed(&'a mut u64),
    Single(&'a mut f32),
    Double(&'a mut f64),
    Text(&'a mut String),
    Choice(&'a mut dyn Choice),
}

/// A value that is one of several named ones; `choices!` implements it.
pub trait Choice {
    /// All values that it can have; `index` and `choose` count in their order.
    fn options(&self) -> &'static [Named];

    /// Index among the options.
    fn index(&self) -> usize;

    /// Sets it to an option by its place from 0; one that is not there changes nothing.
    fn choose(&mut self, index: usize);
}

/// One of several named values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Its name in files and on the command line.
    pub name: &'static str,
    /// Its name on the screen.
    pub label: &'static str,
    /// One sentence; empty if the label says it all.
    pub help: &'static str,
}

macro_rules! values {
    ($($type:ty => $slot:ident, $text:expr;)+) => {
        $(impl Value for $type {
            fn slot(&mut self) -> Slot<'_> {
                Slot::$slot(self)
            }

            fn text(&self) -> String {
                let text: fn(&Self) -> String = $text;
                text(self)
            }
        })+
    };
}

values! {
    usize => Count, Self::to_string;
    u64 => Seed, Self::to_string;
    f32 => Single, |v| number(v, f64::from(*v));
    f64 => Double, |v| number(v, *v);
    String => Text, Self::clone;
}

/// A number in its shortest form.
fn number(shown: &(impl Display + LowerExp), value: f64) -> String {
    if value != 0.0 && value.abs() < SMALL { format!("{shown:e}") } else { shown.to_string() }
}

impl<T: Choice + Display> Value for T {
    fn slot(&mut self) -> Slot<'_> {
        Slot::Choice(self)
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

impl Slot<'_> {
    /// Sets the value from text; the error says which values are allowed.
    pub fn set(self, text: &str, limits: &RangeInclusive<f64>) -> Result<(), String> {
        let (low, high) = (*limits.start(), *limits.end());
        let expected = self.expected(limits);
        let digits = text.replace('_', "");
        let done = match self {
            Self::Count(value) => replace(value, digits.parse().ok(), low as usize..=high as usize),
            Self::Seed(value) => replace(value, digits.parse().ok(), low as u64..=high as u64),
            // The sum turns -0 into 0.
            Self::Single(value) => {
                // A number too small for a single is refused, not taken as 0.
                let kept = |v: &f32| *v != 0.0 || digits.parse() == Ok(0.0_f64);
                replace(value, digits.parse().ok().filter(kept).map(|v: f32| v + 0.0), low as f32..=high as f32)
            }
            Self::Double(value) => replace(value, digits.parse().ok().map(|v: f64| v + 0.0), low..=high),
            Self::Text(value) => {
                text.clone_into(value);
                true
            }
            Self::Choice(value) => {
                let found = value.options().iter().position(|o| o.name == text);
                found.map(|index| value.choose(index)).is_some()
            }
        };
        if done { Ok(()) } else { Err(format!("`{text}` is not {expected}")) }
    }

    /// The allowed values, as the end of a sentence.
    pub fn expected(&self, limits: &RangeInclusive<f64>) -> String {
        let (low, high) = (limits.start(), limits.end());
        match self {
            Self::Text(_) => "a text".into(),
            Self::Choice(value) => {
                format!("one of {}", value.options().iter().map(|o| o.name).collect::<Vec<_>>().join(", "))
            }
            Self::Seed(_) => format!("a whole number from 0 to {}", u64::MAX),
            Self::Count(_) => format!("a whole number from {low} to {high}"),
            Self::Single(_) | Self::Double(_) => format!("a number from {low} to {high}"),
        }
    }
}

fn replace<T: PartialOrd>(value: &mut T, new: Option<T>, limits: RangeInclusive<T>) -> bool {
    let new = new.filter(|new| limits.contains(new));
    new.map(|new| *value = new).is_some()
}
