//! The Q1P0 element: bilinear displacement and one pressure, which is condensed out of the stiffness.

use super::material::{Material, determinant};

/// Shape functions' gradients and weights at the 2 x 2 Gauss points of an undeformed element.
#[derive(Debug, Clone)]
pub struct Element {
    gauss: [GaussPoint; 4],
    centre: [[f64; 2]; 4],
    area: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct GaussPoint {
    /// dN/dX of the four nodes.
    gradient: [[f64; 2]; 4],
    /// Quadrature weight: the area that the point represents.
    weight: f64,
}

/// Contribution of an element to the equations: unknowns in the order x0, y0, x1, y1, ...
#[derive(Debug, Clone, Copy)]
pub struct Contribution {
    /// Internal force at the present pressure.
    pub force: [f64; 8],
    /// Internal force with the pressure eliminated, which Newton's step balances.
    pub condensed_force: [f64; 8],
    /// Tangent of the displacements with the pressure eliminated; symmetric.
    pub stiffness: [[f64; 8]; 8],
    /// (v - V) / V - p / bulk: zero if pressure and area are consistent.
    pub misfit: f64,
}

impl Element {
    /// From the corners `[x, y]`, in the order of `Mesh::elements`; lengths in millimetres.
    pub fn new(corners: [[f64; 2]; 4]) -> Self {
        let gauss = GAUSS.map(|[xi, eta]| {
            let (gradient, jacobian) = gradients(&corners, xi, eta);
            GaussPoint { gradient, weight: jacobian }
        });
        Self { gauss, centre: gradients(&corners, 0.0, 0.0).0, area: polygon_area(&corners) }
    }

    /// Undeformed area.
    pub fn area(&self) -> f64 {
        self.area
    }

    /// Whether the material can be evaluated at all Gauss points.
    pub fn admits(&self, material: &Material, displacement: &[[f64; 2]; 4]) -> bool {
        self.gauss.iter().all(|g| material.admits(deformation(&g.gradient, displacement)))
    }

    /// Force and tangent. Of the potential W + p (v - V) - p^2 V / (2 bulk) the pressure's row is eliminated, which
    /// adds bulk / V * (dv/du)(dv/du)'.
    pub fn contribution(
        &self,
        material: &Material,
        corners: &[[f64; 2]; 4],
        displacement: &[[f64; 2]; 4],
        pressure: f64,
    ) -> Contribution {
        let mut force = [0.0; 8];
        let mut stiffness = [[0.0; 8]; 8];
        for point in &self.gauss {
            let gradient = &point.gradient;
            let response = material.response(deformation(gradient, displacement));
            let stress = response.stress.map(|p| p * point.weight);
            for (a, g) in gradient.iter().enumerate() {
                force[2 * a] += stress[0] * g[0] + stress[1] * g[1];
                force[2 * a + 1] += stress[2] * g[0] + stress[3] * g[1];
            }
            for (b, gb) in gradient.iter().enumerate() {
                // half[iJ][k] = D[iJ][kL] dN_b/dX_L
                let half: [[f64; 2]; 4] = std::array::from_fn(|ij| {
                    let row = &response.tangent[ij];
                    [(row[0] * gb[0] + row[1] * gb[1]) * point.weight, (row[2] * gb[0] + row[3] * gb[1]) * point.weight]
                });
                for (a, ga) in gradient.iter().enumerate().skip(b) {
                    for k in 0..2 {
                        stiffness[2 * a][2 * b + k] += ga[0] * half[0][k] + ga[1] * half[1][k];
                        stiffness[2 * a + 1][2 * b + k] += ga[0] * half[2][k] + ga[1] * half[3][k];
                    }
                }
            }
        }
        let present = moved(corners, displacement);
        let area_gradient = area_gradient(&present);
        let misfit = (polygon_area(&present) - self.area) / self.area - pressure / material.bulk;
        let lateral = material.bulk / self.area;
        let mut condensed_force = [0.0; 8];
        for i in 0..8 {
            force[i] += pressure * area_gradient[i];
            condensed_force[i] = force[i] + material.bulk * misfit * area_gradient[i];
            for j in 0..=i {
                stiffness[i][j] += lateral * area_gradient[i] * area_gradient[j] + pressure * AREA_HESSIAN[i][j];
            }
        }
        let stiffness = std::array::from_fn(|i| std::array::from_fn(|j| stiffness[i.max(j)][i.min(j)]));
        Contribution { force, condensed_force, stiffness, misfit }
    }

    /// The Newton step of the pressure, once that of the nodes is known.
    pub fn pressure_step(
        &self,
        material: &Material,
        corners: &[[f64; 2]; 4],
        displacement: &[[f64; 2]; 4],
        pressure: f64,
        step: &[[f64; 2]; 4],
    ) -> f64 {
        let present = moved(corners, displacement);
        let misfit = (polygon_area(&present) - self.area) / self.area - pressure / material.bulk;
        let gradient = area_gradient(&present);
        let growth: f64 = (0..4).map(|a| gradient[2 * a] * step[a][0] + gradient[2 * a + 1] * step[a][1]).sum();
        material.bulk * (misfit + growth / self.area)
    }

    /// Cauchy stress xx, yy, xy, zz at the element's centre.
    pub fn centre_stress(&self, material: &Material, displacement: &[[f64; 2]; 4], pressure: f64) -> [f64; 4] {
        with_pressure(material.cauchy(deformation(&self.centre, displacement)), pressure)
    }

    /// Integral of sigma_xx + sigma_yy over the deformed element, by the quadrature of the forces.
    pub fn virial(
        &self,
        material: &Material,
        corners: &[[f64; 2]; 4],
        displacement: &[[f64; 2]; 4],
        pressure: f64,
    ) -> f64 {
        let deviatoric: f64 = self
            .gauss
            .iter()
            .map(|point| {
                let f = deformation(&point.gradient, displacement);
                let stress = material.cauchy(f);
                (stress[0] + stress[1]) * determinant(f) * point.weight
            })
            .sum();
        deviatoric + 2.0 * pressure * polygon_area(&moved(corners, displacement))
    }
}

/// Gradient of the area of a quadrilateral with respect to its corners.
pub fn area_gradient(x: &[[f64; 2]; 4]) -> [f64; 8] {
    std::array::from_fn(|i| {
        let (before, after) = (x[(i / 2 + 3) % 4], x[(i / 2 + 1) % 4]);
        if i % 2 == 0 { (after[1] - before[1]) / 2.0 } else { (before[0] - after[0]) / 2.0 }
    })
}

/// The four Gauss points of the unit square [-1, 1]^2, each of weight one.
const GAUSS: [[f64; 2]; 4] = {
    const G: f64 = 0.577_350_269_189_625_8; // 1 / sqrt(3)
    [[-G, -G], [G, -G], [G, G], [-G, G]]
};

/// Second derivatives of a quadrilateral's area: constant, because the area is quadratic in the corners.
const AREA_HESSIAN: [[f64; 8]; 8] = {
    let mut hessian = [[0.0; 8]; 8];
    let mut a = 0;
    while a < 4 {
        let (x, y) = (2 * a, 2 * a + 1);
        let (next_x, next_y) = (2 * ((a + 1) % 4), 2 * ((a + 1) % 4) + 1);
        hessian[x][next_y] = 0.5;
        hessian[next_y][x] = 0.5;
        hessian[next_x][y] = -0.5;
        hessian[y][next_x] = -0.5;
        a += 1;
    }
    hessian
};

/// dN/dX of the four bilinear shape functions at (xi, eta), and the Jacobian of the map there.
fn gradients(corners: &[[f64; 2]; 4], xi: f64, eta: f64) -> ([[f64; 2]; 4], f64) {
    const SIGNS: [[f64; 2]; 4] = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];
    let local = SIGNS.map(|[s, t]| [s * (1.0 + t * eta) / 4.0, t * (1.0 + s * xi) / 4.0]);
    let mut map = [0.0; 4]; // dx/dxi, dx/deta, dy/dxi, dy/deta
    for (x, n) in corners.iter().zip(&local) {
        map[0] += x[0] * n[0];
        map[1] += x[0] * n[1];
        map[2] += x[1] * n[0];
        map[3] += x[1] * n[1];
    }
    let jacobian = determinant(map);
    let gradient =
        local.map(|n| [(n[0] * map[3] - n[1] * map[2]) / jacobian, (n[1] * map[0] - n[0] * map[1]) / jacobian]);
    (gradient, jacobian)
}

fn deformation(gradient: &[[f64; 2]; 4], displacement: &[[f64; 2]; 4]) -> [f64; 4] {
    let mut f = [1.0, 0.0, 0.0, 1.0];
    for (g, u) in gradient.iter().zip(displacement) {
        f[0] += u[0] * g[0];
        f[1] += u[0] * g[1];
        f[2] += u[1] * g[0];
        f[3] += u[1] * g[1];
    }
    f
}

fn with_pressure(deviatoric: [f64; 4], pressure: f64) -> [f64; 4] {
    [deviatoric[0] + pressure, deviatoric[1] + pressure, deviatoric[2], deviatoric[3] + pressure]
}

fn moved(corners: &[[f64; 2]; 4], displacement: &[[f64; 2]; 4]) -> [[f64; 2]; 4] {
    std::array::from_fn(|a| [corners[a][0] + displacement[a][0], corners[a][1] + displacement[a][1]])
}

fn polygon_area(x: &[[f64; 2]; 4]) -> f64 {
    // Half the cross product of the diagonals.
    ((x[2][0] - x[0][0]) * (x[3][1] - x[1][1]) - (x[3][0] - x[1][0]) * (x[2][1] - x[0][1])) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORNERS: [[f64; 2]; 4] = [[0.0, 0.1], [1.1, 0.0], [1.3, 0.9], [-0.1, 1.0]];
    const MOVED: [[f64; 2]; 4] = [[0.02, -0.01], [0.05, 0.03], [-0.04, 0.02], [0.01, 0.06]];

    fn shifted(index: usize, by: f64) -> [[f64; 2]; 4] {
        let mut u = MOVED;
        u[index / 2][index % 2] += by;
        u
    }

    /// The pressure for which the misfit is zero: then the condensed tangent is the derivative of the plain force.
    fn balanced(element: &Element, material: &Material, u: &[[f64; 2]; 4]) -> f64 {
        material.bulk * element.contribution(material, &CORNERS, u, 0.0).misfit
    }

    #[test]
    fn the_condensed_tangent_agrees_with_a_central_difference_of_the_force() {
        let material = Material { bulk: 1000.0, ..Material::default() };
        let element = Element::new(CORNERS);
        let here = element.contribution(&material, &CORNERS, &MOVED, balanced(&element, &material, &MOVED));
        assert!(here.misfit.abs() < 1e-12);
        let h = 1e-6;
        for j in 0..8 {
            let force = |by: f64| {
                let u = shifted(j, by);
                element.contribution(&material, &CORNERS, &u, balanced(&element, &material, &u)).force
            };
            let (plus, minus) = (force(h), force(-h));
            for i in 0..8 {
                let slope = (plus[i] - minus[i]) / (2.0 * h);
                assert!((here.stiffness[i][j] - slope).abs() < 1e-4 * (100.0 + slope.abs()), "{i} {j}");
            }
        }
    }

    #[test]
    fn condensed_and_plain_forces_differ_by_the_misfit() {
        let material = Material { bulk: 1000.0, ..Material::default() };
        let element = Element::new(CORNERS);
        let balanced = balanced(&element, &material, &MOVED);
        let wrong = element.contribution(&material, &CORNERS, &MOVED, balanced + 3.0);
        let right = element.contribution(&material, &CORNERS, &MOVED, balanced);
        for i in 0..8 {
            assert!((wrong.condensed_force[i] - right.force[i]).abs() < 1e-9);
        }
        let step = element.pressure_step(&material, &CORNERS, &MOVED, balanced + 3.0, &[[0.0; 2]; 4]);
        assert!((step + 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_rigid_rotation_gives_no_force() {
        let (sin, cos) = 0.4_f64.sin_cos();
        let turned: [[f64; 2]; 4] = CORNERS.map(|[x, y]| [cos * x - sin * y - x + 0.3, sin * x + cos * y - y]);
        let force = Element::new(CORNERS).contribution(&Material::default(), &CORNERS, &turned, 0.0).force;
        assert!(force.iter().all(|f| f.abs() < 1e-9), "{force:?}");
    }
}
