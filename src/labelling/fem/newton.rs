//! Newton's method for the inflated wall (Eq. 4 at rest): adaptive load steps, back-tracking, follower pressure.

use super::band::BandMatrix;
use super::element::Element;
use super::material::Material;
use super::mesh::Mesh;
use crate::labelling::Refusal;

/// Load steps and tolerances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NewtonSettings {
    /// Equal load steps of the first attempt; doubled after a failure.
    pub load_steps: usize,
    /// The largest number of load steps tried.
    pub most_load_steps: usize,
    /// Newton iterations after which a load step has failed.
    pub iterations_per_step: usize,
    /// Largest unbalanced nodal force, as a share of the pressure's force on a lumen edge.
    pub tolerance: f64,
}

impl Default for NewtonSettings {
    fn default() -> Self {
        Self { load_steps: 1, most_load_steps: 64, iterations_per_step: 20, tolerance: 1e-8 }
    }
}

/// Equilibrium under the full load.
#[derive(Debug, Clone, PartialEq)]
pub struct Equilibrium {
    /// Displacement of each node, without mean translation and mean rotation of the outer border.
    pub displacement: Vec<[f64; 2]>,
    /// Pressure of each element in kPa: the mean Cauchy stress that preserves its area, positive in tension.
    pub pressure: Vec<f64>,
    /// Newton iterations, those of failed attempts included.
    pub iterations: usize,
    /// Integral of sigma_xx + sigma_yy over the deformed wall: equals 2 P A_lumen (the virial identity).
    pub virial: f64,
}

/// The deformed wall under `load` kPa on the lumen, the outer border free.
pub fn inflate(
    mesh: &Mesh,
    elements: &[Element],
    material: &Material,
    load: f64,
    settings: &NewtonSettings,
) -> Result<Equilibrium, Refusal> {
    let mut problem = Problem::new(mesh, elements, material);
    let mut iterations = 0;
    let mut steps = settings.load_steps.max(1);
    loop {
        match problem.attempt(load, steps, settings, &mut iterations) {
            Ok(state) => return Ok(problem.finish(state, iterations)),
            Err(fraction) if 2 * steps > settings.most_load_steps => {
                return Err(Refusal::NewtonDiverged { fraction });
            }
            Err(_) => steps *= 2,
        }
    }
}

#[derive(Debug, Clone)]
struct State {
    displacement: Vec<[f64; 2]>,
    pressure: Vec<f64>,
}

struct Problem<'a> {
    mesh: &'a Mesh,
    elements: &'a [Element],
    material: &'a Material,
    /// Index of each node in the folded order.
    places: Vec<usize>,
    /// Three unknowns fixed at zero, which prevents rigid motion; as the load is balanced, they carry no force.
    pinned: [usize; 3],
    matrix: BandMatrix,
    /// Condensed residual, in the folded order.
    residual: Vec<f64>,
}

/// Largest unbalanced force and largest misfit of area.
#[derive(Debug, Clone, Copy)]
struct Imbalance {
    force: f64,
    misfit: f64,
}

impl<'a> Problem<'a> {
    fn new(mesh: &'a Mesh, elements: &'a [Element], material: &'a Material) -> Self {
        let places: Vec<usize> = (0..mesh.nodes().len()).map(|n| mesh.folded(n)).collect();
        // On the outer border: both directions at angle 0, and the transverse one at the opposite side, whose lever arm
        // about the first node is the vessel's whole width.
        let outermost = mesh.size().layers;
        let here = places[mesh.node(0, outermost)];
        let opposite = places[mesh.node(mesh.size().sectors / 2, outermost)];
        let unknowns = 2 * places.len();
        Self {
            mesh,
            elements,
            material,
            places,
            pinned: [2 * here, 2 * here + 1, 2 * opposite + 1],
            matrix: BandMatrix::zeros(unknowns, mesh.band_width()),
            residual: vec![0.0; unknowns],
        }
    }

    /// Applies the load in equal steps from rest; on failure returns the share of the load last in equilibrium.
    fn attempt(
        &mut self,
        load: f64,
        steps: usize,
        settings: &NewtonSettings,
        iterations: &mut usize,
    ) -> Result<State, f64> {
        let mut state =
            State { displacement: vec![[0.0; 2]; self.mesh.nodes().len()], pressure: vec![0.0; self.elements.len()] };
        for step in 1..=steps {
            let target = load * step as f64 / steps as f64;
            if !self.balance(&mut state, target, settings, iterations) {
                return Err((step - 1) as f64 / steps as f64);
            }
        }
        Ok(state)
    }

    /// Newton's method at one load; false if it does not converge.
    fn balance(&mut self, state: &mut State, load: f64, settings: &NewtonSettings, iterations: &mut usize) -> bool {
        let edge = (self.mesh.lumen_area(&state.displacement).abs()).sqrt() / self.mesh.size().sectors as f64;
        let scale = load.abs().max(f64::MIN_POSITIVE) * edge;
        for _ in 0..settings.iterations_per_step {
            let imbalance = self.assemble(state, load);
            if !(imbalance.force.is_finite() && imbalance.misfit.is_finite()) {
                return false;
            }
            if imbalance.force <= settings.tolerance * scale && imbalance.misfit <= settings.tolerance {
                return true;
            }
            *iterations += 1;
            if self.matrix.factorise().is_err() {
                return false;
            }
            let mut step = self.residual.iter().map(|r| -r).collect::<Vec<_>>();
            self.matrix.solve(&mut step);
            if !self.advance(state, &step) {
                return false;
            }
        }
        false
    }

    /// Takes the largest halving of Newton's step whose state the material admits.
    fn advance(&self, state: &mut State, step: &[f64]) -> bool {
        let mut share = 1.0;
        let pressure_step = self.pressure_step(state, step);
        for _ in 0..HALVINGS {
            let displacement: Vec<[f64; 2]> = (state.displacement.iter().zip(&self.places))
                .map(|(u, place)| [u[0] + share * step[2 * place], u[1] + share * step[2 * place + 1]])
                .collect();
            let admitted = (self.elements.iter().zip(self.mesh.elements()))
                .all(|(element, corners)| element.admits(self.material, &corners.map(|n| displacement[n])));
            if admitted {
                state.displacement = displacement;
                state.pressure.iter_mut().zip(&pressure_step).for_each(|(p, d)| *p += share * d);
                return true;
            }
            share /= 2.0;
        }
        false
    }

    fn pressure_step(&self, state: &State, step: &[f64]) -> Vec<f64> {
        (self.elements.iter().zip(self.mesh.elements()).zip(&state.pressure))
            .map(|((element, corners), pressure)| {
                let x = corners.map(|n| self.mesh.nodes()[n]);
                let u = corners.map(|n| state.displacement[n]);
                let du = corners.map(|n| [step[2 * self.places[n]], step[2 * self.places[n] + 1]]);
                element.pressure_step(self.material, &x, &u, *pressure, &du)
            })
            .collect()
    }

    /// Fills matrix and residual; returns the distance from equilibrium.
    fn assemble(&mut self, state: &State, load: f64) -> Imbalance {
        self.matrix.clear();
        self.residual.fill(0.0);
        let mut plain = vec![0.0; self.residual.len()];
        let mut misfit = 0.0_f64;
        for ((element, corners), pressure) in self.elements.iter().zip(self.mesh.elements()).zip(&state.pressure) {
            let x = corners.map(|n| self.mesh.nodes()[n]);
            let u = corners.map(|n| state.displacement[n]);
            let part = element.contribution(self.material, &x, &u, *pressure);
            misfit = misfit.max(part.misfit.abs());
            let unknowns: [usize; 8] = std::array::from_fn(|i| 2 * self.places[corners[i / 2]] + i % 2);
            for i in 0..8 {
                self.residual[unknowns[i]] += part.condensed_force[i];
                plain[unknowns[i]] += part.force[i];
                for j in 0..8 {
                    self.matrix.add(unknowns[i], unknowns[j], part.stiffness[i][j]);
                }
            }
        }
        self.add_load(state, load, &mut plain);
        for index in self.pinned {
            self.matrix.pin(index);
            self.residual[index] = 0.0;
            plain[index] = 0.0;
        }
        let force = plain.iter().fold(0.0_f64, |most, r| if r.is_nan() { f64::NAN } else { most.max(r.abs()) });
        Imbalance { force, misfit }
    }

    /// The follower load: the potential -P A of the deformed lumen, whose area is quadratic in its nodes.
    fn add_load(&mut self, state: &State, load: f64, plain: &mut [f64]) {
        for sector in 0..self.mesh.size().sectors {
            let [a, b] = [self.mesh.node(sector, 0), self.mesh.node(sector + 1, 0)];
            let at = |n: usize, c: usize| self.mesh.nodes()[n][c] + state.displacement[n][c];
            let [pa, pb] = [2 * self.places[a], 2 * self.places[b]];
            let half = -load / 2.0;
            // The edge's contribution to the area is (xa yb - xb ya) / 2.
            let gradient = [(pa, at(b, 1)), (pa + 1, -at(b, 0)), (pb, -at(a, 1)), (pb + 1, at(a, 0))];
            for (unknown, value) in gradient {
                self.residual[unknown] += half * value;
                plain[unknown] += half * value;
            }
            for (i, j, value) in [(pa, pb + 1, half), (pb, pa + 1, -half)] {
                self.matrix.add(i.max(j), i.min(j), value);
            }
        }
    }

    fn finish(&self, state: State, iterations: usize) -> Equilibrium {
        let virial = (self.elements.iter().zip(self.mesh.elements()).zip(&state.pressure))
            .map(|((element, corners), pressure)| {
                let x = corners.map(|n| self.mesh.nodes()[n]);
                element.virial(self.material, &x, &corners.map(|n| state.displacement[n]), *pressure)
            })
            .sum();
        let displacement = without_rigid_motion(self.mesh, state.displacement);
        Equilibrium { displacement, pressure: state.pressure, iterations, virial }
    }
}

/// After this many halvings the step is a millionth of Newton's.
const HALVINGS: usize = 20;

/// Moves and rotates the deformed wall so that the outer border's displacement has no mean and no mean moment; the
/// result does not depend on the fixed nodes.
fn without_rigid_motion(mesh: &Mesh, displacement: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let sectors = mesh.size().sectors;
    let rim: Vec<usize> = (0..sectors).map(|s| mesh.node(s, mesh.size().layers)).collect();
    let mean = |value: &dyn Fn(usize) -> f64| rim.iter().map(|n| value(*n)).sum::<f64>() / sectors as f64;
    let before: [f64; 2] = std::array::from_fn(|c| mean(&|n| mesh.nodes()[n][c]));
    let after: [f64; 2] = std::array::from_fn(|c| mean(&|n| mesh.nodes()[n][c] + displacement[n][c]));
    // The rotation that best fits the deformed border to the undeformed one (Procrustes in the plane).
    let (mut along, mut across) = (0.0, 0.0);
    for n in &rim {
        let (x, u) = (mesh.nodes()[*n], displacement[*n]);
        let old = [x[0] - before[0], x[1] - before[1]];
        let new = [x[0] + u[0] - after[0], x[1] + u[1] - after[1]];
        along += new[0] * old[0] + new[1] * old[1];
        across += new[0] * old[1] - new[1] * old[0];
    }
    let norm = along.hypot(across);
    if norm == 0.0 {
        return displacement;
    }
    let (cos, sin) = (along / norm, across / norm);
    (mesh.nodes().iter().zip(displacement))
        .map(|(x, u)| {
            let new = [x[0] + u[0] - after[0], x[1] + u[1] - after[1]];
            [cos * new[0] - sin * new[1] + before[0] - x[0], sin * new[0] + cos * new[1] + before[1] - x[1]]
        })
        .collect()
}
