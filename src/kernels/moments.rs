//! A step of Adam in one pass over parameters, gradient and both moments.

use fearless_simd::{Simd, f32x16};

use super::wide::{LANES, Values, widest};

/// One step of Adam with the corrections of its bias.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub betas: [f32; 2],
    /// The learning rate.
    pub rate: f32,
    /// Factor of the first moment.
    pub factor: f32,
    /// What is added to the root of the second moment.
    pub epsilon: f32,
}

impl Step {
    /// Moves parameters and moments. A moment that fades below the normal numbers is zero: as a subnormal it would stay for
    /// ever, without an effect, and each such number costs some processors a hundred times a normal one.
    pub fn apply(&self, parameters: &mut [f32], gradient: &[f32], moment_1: &mut [f32], moment_2: &mut [f32]) {
        widest!(simd => self.apply_with(simd, parameters, gradient, moment_1, moment_2));
    }

    #[inline(always)]
    fn apply_with<S: Simd>(&self, simd: S, p: &mut [f32], gradient: &[f32], m: &mut [f32], v: &mut [f32]) {
        let whole = p.len() / LANES * LANES;
        for at in (0..whole).step_by(LANES) {
            self.apply_at::<f32x16<S>>(simd, p, gradient, m, v, at);
        }
        (whole..p.len()).for_each(|at| self.apply_at::<f32>((), p, gradient, m, v, at));
    }

    #[inline(always)]
    fn apply_at<V: Values>(
        &self,
        simd: V::Simd,
        p: &mut [f32],
        gradient: &[f32],
        m: &mut [f32],
        v: &mut [f32],
        at: usize,
    ) {
        let [beta_1, beta_2] = self.betas;
        let g = V::load(simd, gradient, at);
        let moment_1 = normal(simd, V::load(simd, m, at) * beta_1 + g * (1.0 - beta_1));
        let moment_2 = normal(simd, V::load(simd, v, at) * beta_2 + g * g * (1.0 - beta_2));
        let moved = moment_1 * self.factor / (moment_2.sqrt() + self.epsilon) * self.rate;
        (V::load(simd, p, at) - moved).store(p, at);
        moment_1.store(m, at);
        moment_2.store(v, at);
    }
}

/// Zero in place of a subnormal number.
#[inline(always)]
fn normal<V: Values>(simd: V::Simd, value: V) -> V {
    value.abs().where_below(f32::MIN_POSITIVE, V::zero(simd), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_fade_to_zero_and_move_nothing_on_the_way() {
        let step = Step { betas: [0.9, 0.999], rate: 1e-3, factor: 1.0, epsilon: 1e-8 };
        let (mut p, mut m, mut v) = ([0.5, -0.25], [0.0; 2], [0.0; 2]);
        step.apply(&mut p, &[1e-3, f32::NAN], &mut m, &mut v);
        let moved = p;
        for _ in 0..2_000 {
            step.apply(&mut p, &[0.0, 0.0], &mut m, &mut v);
            assert!(m[0] == 0.0 || m[0].is_normal());
        }
        assert_eq!(m[0], 0.0);
        assert!(v[0] > 0.0 && p[0] < moved[0] && p[1].is_nan() && m[1].is_nan());
        // The same as without, bit for bit: what is lost was far below the last digit.
        let (mut plain, mut m, mut v) = (0.5_f32, 0.0_f32, 0.0_f32);
        for n in 0..2_001 {
            let g = if n == 0 { 1e-3_f32 } else { 0.0 };
            m = m * 0.9 + g * (1.0 - 0.9_f32);
            v = v * 0.999 + g * g * (1.0 - 0.999_f32);
            plain -= m / (v.sqrt() + 1e-8) * 1e-3;
        }
        assert!(m.is_subnormal());
        assert_eq!(plain.to_bits(), p[0].to_bits());
    }
}
