//! Ticks: round numbers along an axis, and their text.

use crate::figures::figure::{Axis, Scale, Ticks};

/// One tick: its position in data coordinates and its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// In data coordinates, also on a logarithmic axis.
    pub at: f64,
    pub text: String,
}

/// Steps that are easy to read, times a power of ten.
const NICE_STEPS: [f64; 4] = [1.0, 2.0, 2.5, 5.0];

/// Least number that is written with a thousands separator.
const SEPARATE_FROM: f64 = 1_000.0;

/// Ticks of `axis` over `range`, at most `most` of them.
pub fn ticks(axis: &Axis, range: [f64; 2], most: usize) -> Vec<Tick> {
    match (&axis.ticks, axis.scale) {
        (Ticks::Named(named), _) => {
            let inside = named.iter().filter(|(at, _)| (range[0]..=range[1]).contains(at));
            inside.map(|(at, text)| Tick { at: *at, text: text.clone() }).collect()
        }
        (Ticks::None, _) => Vec::new(),
        (Ticks::Nice, Scale::Linear) => linear(range, most, false),
        (Ticks::Whole, Scale::Linear) => linear(range, most, true),
        (_, Scale::Log) => decades(range, most),
    }
}

fn linear([low, high]: [f64; 2], most: usize, whole: bool) -> Vec<Tick> {
    let span = high - low;
    if !(span.is_finite() && span > 0.0) {
        return vec![Tick { at: low, text: number(low, 0) }];
    }
    let step = nice_step(span / most.max(1) as f64, whole);
    let decimals = decimals_of(step);
    let (first, last) = ((low / step - SLACK).ceil() as i64, (high / step + SLACK).floor() as i64);
    (first..=last).map(|i| i as f64 * step).map(|at| Tick { at, text: number(at, decimals) }).collect()
}

/// Rounding slack, in steps, so that a range that ends on a tick keeps it.
const SLACK: f64 = 1e-9;

/// The smallest easy step that is at least `least`.
fn nice_step(least: f64, whole: bool) -> f64 {
    let mut power = 10f64.powi(least.log10().floor() as i32);
    loop {
        let fits = |s: &f64| *s >= least * (1.0 - SLACK) && (!whole || s.fract() == 0.0);
        if let Some(step) = NICE_STEPS.iter().map(|s| s * power).find(fits) {
            return step;
        }
        power *= 10.0;
    }
}

/// Digits after the point that a multiple of `step` needs.
fn decimals_of(step: f64) -> usize {
    const MOST: usize = 9;
    (0..MOST)
        .find(|&d| (step * 10f64.powi(d as i32)).fract().min(1.0 - (step * 10f64.powi(d as i32)).fract()) < 1e-6)
        .unwrap_or(MOST)
}

fn decades([low, high]: [f64; 2], most: usize) -> Vec<Tick> {
    if !(low > 0.0 && high > low) {
        return Vec::new();
    }
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let mantissas: &[f64] = match most.checked_div((last - first).max(1) as usize).unwrap_or(0) {
        0 | 1 => &[1.0],
        2 => &[1.0, 3.0],
        _ => &[1.0, 2.0, 5.0],
    };
    let every = if mantissas.len() > 1 { 1 } else { ((last - first) as usize / most.max(1)).max(1) };
    let powers = (first..=last).step_by(every);
    let all = powers.flat_map(|p| mantissas.iter().map(move |m| (m * 10f64.powi(p), p)));
    let inside = all.filter(|(at, _)| *at >= low * (1.0 - SLACK) && *at <= high * (1.0 + SLACK));
    inside.map(|(at, power)| Tick { at, text: number(at, (-power).max(0) as usize) }).collect()
}

/// A number with a true minus sign and thousands separated.
pub fn number(value: f64, decimals: usize) -> String {
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), ""), |(w, f)| (w, f));
    let mut out = String::new();
    if value < 0.0 && plain.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('\u{2212}');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) && value.abs() >= SEPARATE_FROM {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few_enough() {
        let texts = |axis: Axis, range, most| {
            ticks(&axis, range, most).into_iter().map(|t| t.text).collect::<Vec<_>>().join(" ")
        };
        let whole = Axis::linear("").ticks(Ticks::Whole);
        let log = Axis { scale: Scale::Log, ..Axis::linear("") };
        for (axis, range, most, expect) in [
            (Axis::linear(""), [0.0, 5_000.0], 6, "0 1,000 2,000 3,000 4,000 5,000"),
            (Axis::linear(""), [90.7, 98.2], 5, "92 94 96 98"),
            (Axis::linear(""), [-0.6, 0.55], 5, "\u{2212}0.50 \u{2212}0.25 0.00 0.25 0.50"),
            (whole.clone(), [0.7, 10.3], 5, "2 4 6 8 10"),
            (whole, [0.7, 3.3], 8, "1 2 3"),
            (log, [0.01, 1.0], 3, "0.01 0.1 1"),
            (Axis::linear(""), [3.0, 3.0], 5, "3"),
        ] {
            assert_eq!(texts(axis, range, most), expect);
        }
    }
}
