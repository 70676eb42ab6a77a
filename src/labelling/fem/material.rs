//! The wall's material: the modified Mooney-Rivlin energy of Eq. 3, with its first and second derivatives.

/// W = c1 (I1 - 3) + D1 (exp(D2 (I1 - 3)) - 1), in kPa, of the isochoric first invariant I1 = J^(-2/3) tr C.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Material {
    /// c1 of Eq. 3, kPa.
    pub c1: f64,
    /// D1 of Eq. 3, kPa.
    pub d1: f64,
    /// D2 of Eq. 3, without a unit.
    pub d2: f64,
    /// Stiffness in kPa that preserves each element's area; the material is incompressible in the limit.
    pub bulk: f64,
}

impl Default for Material {
    /// The constants of Appendix A.2 (Teng et al. 2014); the bulk modulus preserves areas to about 1e-4.
    fn default() -> Self {
        Self { c1: 0.138, d1: 3.833, d2: 18.803, bulk: 1.0e6 }
    }
}

/// Energy at one point, its stress and tangent, with the in-plane deformation gradient in the order 11, 12, 21, 22.
#[derive(Debug, Clone, Copy)]
pub struct Response {
    /// W per undeformed volume, kPa.
    pub energy: f64,
    /// First Piola-Kirchhoff stress dW/dF, kPa.
    pub stress: [f64; 4],
    /// d2W/dF2, kPa.
    pub tangent: [[f64; 4]; 4],
}

impl Material {
    /// W'(I1), half the shear modulus at rest.
    pub fn slope(&self, invariant: f64) -> f64 {
        self.c1 + self.d1 * self.d2 * (self.d2 * (invariant - 3.0)).exp()
    }

    /// The shear modulus at rest, mu0 = 2 W'(3).
    pub fn shear_modulus(&self) -> f64 {
        2.0 * self.slope(3.0)
    }

    /// Whether a trial state can be evaluated: the exponential does not overflow and the element is not inverted.
    pub fn admits(&self, f: [f64; 4]) -> bool {
        let jacobian = determinant(f);
        // Written so that NaN is rejected.
        jacobian > LEAST_JACOBIAN && self.d2 * (invariant(f, jacobian) - 3.0) < GREATEST_EXPONENT
    }

    /// Energy, first Piola-Kirchhoff stress and its derivative, isochoric part only.
    pub fn response(&self, f: [f64; 4]) -> Response {
        let jacobian = determinant(f);
        let trace = square_sum(f) + 1.0;
        let shrink = jacobian.powf(-2.0 / 3.0);
        let invariant = shrink * trace;
        let grown = self.d1 * (self.d2 * (invariant - 3.0)).exp();
        let energy = self.c1 * (invariant - 3.0) + grown - self.d1;
        let slope = self.c1 + self.d2 * grown;
        let curvature = self.d2 * self.d2 * grown;

        let cofactor = [f[3], -f[2], -f[1], f[0]];
        let fall = -2.0 / 3.0 * shrink / jacobian; // d shrink / d J
        let fall2 = 10.0 / 9.0 * shrink / (jacobian * jacobian); // d2 shrink / d J2
        let gradient: [f64; 4] = std::array::from_fn(|i| 2.0 * shrink * f[i] + fall * trace * cofactor[i]);
        let mut tangent = [[0.0; 4]; 4];
        for i in 0..4 {
            for j in 0..4 {
                let mixed = 2.0 * fall * (f[i] * cofactor[j] + cofactor[i] * f[j]);
                let bulge = trace * (fall2 * cofactor[i] * cofactor[j] + fall * DETERMINANT_HESSIAN[i][j]);
                let plain = if i == j { 2.0 * shrink } else { 0.0 };
                tangent[i][j] = curvature * gradient[i] * gradient[j] + slope * (mixed + bulge + plain);
            }
        }
        Response { energy, stress: gradient.map(|g| slope * g), tangent }
    }

    /// Isochoric part of the Cauchy stress: xx, yy, xy, zz.
    pub fn cauchy(&self, f: [f64; 4]) -> [f64; 4] {
        let jacobian = determinant(f);
        let invariant = invariant(f, jacobian);
        let scale = 2.0 * self.slope(invariant) * jacobian.powf(-5.0 / 3.0);
        let third = (square_sum(f) + 1.0) / 3.0;
        [
            scale * (f[0] * f[0] + f[1] * f[1] - third),
            scale * (f[2] * f[2] + f[3] * f[3] - third),
            scale * (f[0] * f[2] + f[1] * f[3]),
            scale * (1.0 - third),
        ]
    }
}

/// Below this an element is nearly folded, and the isochoric energy gives no useful direction.
const LEAST_JACOBIAN: f64 = 0.05;
/// exp(8) is 3,000 times the stiffness at rest; converged states stay below an exponent of 2.
const GREATEST_EXPONENT: f64 = 8.0;
/// The second derivative of det F with respect to F.
const DETERMINANT_HESSIAN: [[f64; 4]; 4] =
    [[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, -1.0, 0.0], [0.0, -1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]];

/// J = det F of an in-plane deformation gradient 11, 12, 21, 22; out of the plane nothing is stretched.
pub(super) fn determinant(f: [f64; 4]) -> f64 {
    f[0] * f[3] - f[1] * f[2]
}

fn square_sum(f: [f64; 4]) -> f64 {
    f.iter().map(|c| c * c).sum()
}

fn invariant(f: [f64; 4], jacobian: f64) -> f64 {
    jacobian.powf(-2.0 / 3.0) * (square_sum(f) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [[f64; 4]; 4] =
        [[1.0, 0.0, 0.0, 1.0], [1.1, 0.05, -0.02, 0.95], [0.9, -0.2, 0.1, 1.15], [1.2, 0.1, 0.3, 0.9]];

    #[test]
    fn stress_and_tangent_agree_with_central_differences() {
        let material = Material::default();
        let h = 1e-5;
        for f in STATES {
            let here = material.response(f);
            for i in 0..4 {
                let shifted = |d: f64| {
                    let mut g = f;
                    g[i] += d;
                    material.response(g)
                };
                let (plus, minus) = (shifted(h), shifted(-h));
                let stress = (plus.energy - minus.energy) / (2.0 * h);
                assert!((here.stress[i] - stress).abs() < 1e-5 * (1.0 + stress.abs()), "{f:?} {i}");
                for j in 0..4 {
                    let slope = (plus.stress[j] - minus.stress[j]) / (2.0 * h);
                    assert!((here.tangent[i][j] - slope).abs() < 1e-5 * (100.0 + slope.abs()), "{f:?} {i} {j}");
                }
            }
        }
    }

    #[test]
    fn cauchy_is_the_pushed_forward_piola_stress_and_has_no_trace() {
        let material = Material::default();
        for f in STATES {
            let p = material.response(f).stress;
            let j = determinant(f);
            let pushed =
                [(p[0] * f[0] + p[1] * f[1]) / j, (p[2] * f[2] + p[3] * f[3]) / j, (p[0] * f[2] + p[1] * f[3]) / j];
            let cauchy = material.cauchy(f);
            for i in 0..3 {
                assert!((pushed[i] - cauchy[i]).abs() < 1e-9 * (1.0 + cauchy[i].abs()), "{pushed:?} {cauchy:?}");
            }
            assert!((cauchy[0] + cauchy[1] + cauchy[3]).abs() < 1e-9 * (1.0 + cauchy[0].abs()));
        }
    }

    #[test]
    fn the_shear_modulus_at_rest_follows_from_the_constants() {
        assert!((Material::default().shear_modulus() - 144.42).abs() < 0.01);
    }

    #[test]
    fn folded_overstretched_and_undefined_states_are_not_admitted() {
        let material = Material::default();
        assert!(material.admits([1.0, 0.0, 0.0, 1.0]));
        assert!(!material.admits([-1.0, 0.0, 0.0, 1.0]));
        assert!(!material.admits([2.0, 0.0, 0.0, 0.5]));
        assert!(!material.admits([f64::NAN, 0.0, 0.0, 1.0]));
    }
}
