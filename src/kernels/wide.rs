//! Loops over values with the widest vectors of the processor that the program runs on: what is done to sixteen values at once
//! is what is done to one, so that no bit depends on the processor.

use std::ops::{Add, Div, Mul, Sub};
use std::sync::LazyLock;

use fearless_simd::{Level, Select, Simd, SimdBase as _, SimdFloat as _, f32x16};

/// Values of a vector.
pub const LANES: usize = 16;

static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);

/// What this processor has.
pub fn level() -> Level {
    *LEVEL
}

/// Computes an expression with the processor's widest vectors, for which `$simd` stands where it is named. What it calls has to
/// be inlined.
macro_rules! widest {
    ($work:expr) => {
        fearless_simd::dispatch!($crate::kernels::wide::level(), _simd => $work)
    };
    ($simd:ident => $work:expr) => {
        fearless_simd::dispatch!($crate::kernels::wide::level(), $simd => $work)
    };
}
pub(super) use widest;

/// Sixteen values, or one.
pub trait Values:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f32, Output = Self>
    + Sub<f32, Output = Self>
    + Mul<f32, Output = Self>
{
    /// What stands for the processor's vectors.
    type Simd: Copy;

    /// The values from `at` on.
    fn load(simd: Self::Simd, values: &[f32], at: usize) -> Self;

    /// Every `step`th value from `at` on.
    fn gather(simd: Self::Simd, values: &[f32], at: usize, step: usize) -> Self;

    fn store(self, values: &mut [f32], at: usize);

    /// The opposite of `gather`.
    fn scatter(self, values: &mut [f32], at: usize, step: usize);

    fn zero(simd: Self::Simd) -> Self;

    fn sqrt(self) -> Self;

    fn abs(self) -> Self;

    /// `then` where the value is below the limit, else `otherwise`.
    fn where_below(self, limit: f32, then: Self, otherwise: Self) -> Self;

    /// `then` where the value is not above the limit, and a number; else `otherwise`.
    fn where_at_most(self, limit: f32, then: Self, otherwise: Self) -> Self;
}

impl Values for f32 {
    type Simd = ();

    #[inline(always)]
    fn load((): (), values: &[f32], at: usize) -> Self {
        values[at]
    }

    #[inline(always)]
    fn gather((): (), values: &[f32], at: usize, _: usize) -> Self {
        values[at]
    }

    #[inline(always)]
    fn store(self, values: &mut [f32], at: usize) {
        values[at] = self;
    }

    #[inline(always)]
    fn scatter(self, values: &mut [f32], at: usize, _: usize) {
        values[at] = self;
    }

    #[inline(always)]
    fn zero((): ()) -> Self {
        0.0
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        self.sqrt()
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.abs()
    }

    #[inline(always)]
    fn where_below(self, limit: f32, then: Self, otherwise: Self) -> Self {
        if self < limit { then } else { otherwise }
    }

    #[inline(always)]
    fn where_at_most(self, limit: f32, then: Self, otherwise: Self) -> Self {
        if self <= limit { then } else { otherwise }
    }
}

impl<S: Simd> Values for f32x16<S> {
    type Simd = S;

    #[inline(always)]
    fn load(simd: S, values: &[f32], at: usize) -> Self {
        Self::from_slice(simd, &values[at..at + LANES])
    }

    #[inline(always)]
    fn gather(simd: S, values: &[f32], at: usize, step: usize) -> Self {
        let mut lanes = [0.0; LANES];
        for (lane, value) in lanes.iter_mut().zip(values[at..].iter().step_by(step)) {
            *lane = *value;
        }
        Self::from_slice(simd, &lanes)
    }

    #[inline(always)]
    fn store(self, values: &mut [f32], at: usize) {
        self.store_slice(&mut values[at..at + LANES]);
    }

    #[inline(always)]
    fn scatter(self, values: &mut [f32], at: usize, step: usize) {
        for (value, lane) in values[at..].iter_mut().step_by(step).zip(self.as_slice()) {
            *value = *lane;
        }
    }

    #[inline(always)]
    fn zero(simd: S) -> Self {
        Self::splat(simd, 0.0)
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        fearless_simd::SimdFloat::sqrt(self)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        fearless_simd::SimdFloat::abs(self)
    }

    #[inline(always)]
    fn where_below(self, limit: f32, then: Self, otherwise: Self) -> Self {
        self.simd_lt(limit).select(then, otherwise)
    }

    #[inline(always)]
    fn where_at_most(self, limit: f32, then: Self, otherwise: Self) -> Self {
        self.simd_le(limit).select(then, otherwise)
    }
}

/// What is computed of K values.
pub trait Formula<const K: usize>: Copy {
    fn of<V: Values>(self, values: [V; K]) -> V;
}

/// The values of K rows from `at` on.
#[inline(always)]
fn load<V: Values, const K: usize>(simd: V::Simd, rows: [&[f32]; K], at: usize) -> [V; K] {
    let mut values = [V::zero(simd); K];
    for (value, row) in values.iter_mut().zip(rows) {
        *value = V::load(simd, row, at);
    }
    values
}

/// Computes each value of `result` from those at its place.
pub fn map<const K: usize>(formula: impl Formula<K>, values: [&[f32]; K], result: &mut [f32]) {
    widest!(simd => map_with(simd, formula, values, result));
}

#[inline(always)]
fn map_with<S: Simd, const K: usize>(simd: S, formula: impl Formula<K>, values: [&[f32]; K], result: &mut [f32]) {
    let whole = result.len() / LANES * LANES;
    for at in (0..whole).step_by(LANES) {
        formula.of(load::<f32x16<S>, K>(simd, values, at)).store(result, at);
    }
    for at in whole..result.len() {
        formula.of(load::<f32, K>((), values, at)).store(result, at);
    }
}

/// Computes each value anew from itself.
pub fn change(formula: impl Formula<1>, values: &mut [f32]) {
    widest!(simd => change_with(simd, formula, values));
}

#[inline(always)]
fn change_with<S: Simd>(simd: S, formula: impl Formula<1>, values: &mut [f32]) {
    let whole = values.len() / LANES * LANES;
    for at in (0..whole).step_by(LANES) {
        formula.of([f32x16::load(simd, values, at)]).store(values, at);
    }
    for value in &mut values[whole..] {
        *value = formula.of([*value]);
    }
}

/// Computes each value of rows anew from itself and from that at its place in another row.
pub fn change_rows(formula: impl Formula<2>, rows: &mut [f32], row: &[f32]) {
    widest!(simd => for values in rows.chunks_exact_mut(row.len()) {
        change_by(simd, formula, values, row);
    });
}

#[inline(always)]
fn change_by<S: Simd>(simd: S, formula: impl Formula<2>, values: &mut [f32], others: &[f32]) {
    let whole = values.len() / LANES * LANES;
    for at in (0..whole).step_by(LANES) {
        formula.of([f32x16::load(simd, values, at), f32x16::load(simd, others, at)]).store(values, at);
    }
    for (value, other) in values[whole..].iter_mut().zip(&others[whole..]) {
        *value = formula.of([*value, *other]);
    }
}

/// The sum of what is computed: sixteen sums, one for each place of a vector, and what is left over, in this order on every
/// processor.
#[inline(always)]
pub fn sum<S: Simd, const K: usize>(simd: S, formula: impl Formula<K>, values: [&[f32]; K]) -> f32 {
    let len = values.iter().map(|v| v.len()).min().unwrap_or(0);
    let whole = len / LANES * LANES;
    let mut lanes = f32x16::zero(simd);
    for at in (0..whole).step_by(LANES) {
        lanes += formula.of(load::<f32x16<S>, K>(simd, values, at));
    }
    let rest: f32 = (whole..len).map(|at| formula.of(load::<f32, K>((), values, at))).sum();
    lanes.as_slice().iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    /// The square where the value is below a limit, else the other value's root and distance.
    #[derive(Clone, Copy)]
    struct Mixed;

    impl Formula<2> for Mixed {
        #[inline(always)]
        fn of<V: Values>(self, [a, b]: [V; 2]) -> V {
            a.where_below(-0.5, a * a, a.where_at_most(0.0, b.abs().sqrt(), (a - b) / (b * 2.0 + 0.25)))
        }
    }

    /// What is computed at once has the bits of what is computed one by one, for every length and odd values.
    #[test]
    fn many_at_once_are_the_same_as_one_by_one() {
        let mut a = Streams::new(4).get("a", 0).normals(70);
        let b = Streams::new(4).get("b", 0).normals(70);
        for (at, odd) in [(3, f32::NAN), (17, -0.0), (33, 0.0), (40, f32::INFINITY), (41, -0.5)] {
            a[at] = odd;
        }
        let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        for len in 0..70 {
            let (a, b) = (&a[..len], &b[..len]);
            let expected: Vec<f32> = a.iter().zip(b).map(|(a, b)| Mixed.of([*a, *b])).collect();
            let mut found = vec![7.0; len];
            map(Mixed, [a, b], &mut found);
            assert_eq!(bits(&found), bits(&expected), "{len}");
            let mut changed = a.to_vec();
            if len > 0 {
                change_rows(Mixed, &mut changed, b);
            }
            assert_eq!(bits(&changed), bits(&expected), "{len}");
            // Without the odd values, whose sums tell nothing.
            let plain: Vec<f32> = b.to_vec();
            let mut lanes = [0.0_f32; LANES];
            let whole = len / LANES * LANES;
            (0..whole).for_each(|i| lanes[i % LANES] += Mixed.of([plain[i], plain[i]]));
            let rest: f32 = (whole..len).map(|i| Mixed.of([plain[i], plain[i]])).sum();
            let sum = widest!(simd => sum(simd, Mixed, [&plain, &plain]));
            assert_eq!(sum.to_bits(), (lanes.iter().sum::<f32>() + rest).to_bits(), "{len}");
        }
    }
}
