//! The O-grid between lumen and outer border: quadrilaterals in sectors around the lumen, graded towards it.

use std::f64::consts::TAU;

use crate::dataset::vessels::polar::PolarCurve;
use crate::labelling::Refusal;

/// Resolution of the mesh.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeshSize {
    /// Elements around the lumen.
    pub sectors: usize,
    /// Elements through the wall.
    pub layers: usize,
    /// Ratio of the thickness of each layer to that of the next one inside.
    pub grading: f64,
}

impl Default for MeshSize {
    /// At 64 x 64 a finer mesh gains nothing over the mask's resolution: see the table in docs/labelling.md.
    fn default() -> Self {
        Self { sectors: 96, layers: 10, grading: 1.3 }
    }
}

impl MeshSize {
    /// Both directions `factor` times as fine, with a grading that preserves the ratio of the outermost to the
    /// innermost layer.
    pub fn refined(self, factor: usize) -> Self {
        let grading = self.grading.powf(1.0 / factor as f64);
        Self { sectors: self.sectors * factor, layers: self.layers * factor, grading }
    }

    /// Positions of the layers' borders through the wall: 0 at the lumen, 1 at the outer border; layers + 1 values.
    pub fn layer_borders(&self) -> Vec<f64> {
        let weights: Vec<f64> = (0..self.layers).map(|j| self.grading.powi(j as i32)).collect();
        let total: f64 = weights.iter().sum();
        let mut borders = vec![0.0];
        let mut sum = 0.0;
        for weight in weights {
            sum += weight;
            borders.push(sum / total);
        }
        borders
    }
}

/// Nodes and elements in the undeformed state, in millimetres.
///
/// Invariant: every element has a positive Jacobian at its four corners.
#[derive(Debug, Clone, PartialEq)]
pub struct Mesh {
    size: MeshSize,
    centre: [f64; 2],
    borders: Vec<f64>,
    nodes: Vec<[f64; 2]>,
}

impl Mesh {
    /// The mesh on rays from the lumen's centre, straight through the wall.
    pub fn between(lumen: &PolarCurve, outer: &PolarCurve, size: MeshSize) -> Result<Self, Refusal> {
        let centre = lumen.centre;
        let borders = size.layer_borders();
        let mut nodes = Vec::with_capacity(size.sectors * (size.layers + 1));
        for sector in 0..size.sectors {
            let theta = TAU * sector as f64 / size.sectors as f64;
            let inner = lumen.radius(theta);
            if !inner.is_finite() || !outer.radius(theta).is_finite() {
                return Err(Refusal::NonFinite { what: "contour" });
            }
            let reach = outer.ray(centre, theta).ok_or(Refusal::NotStarShaped)?;
            let (sin, cos) = theta.sin_cos();
            nodes.extend(borders.iter().map(|s| {
                let radius = inner + s * (reach - inner);
                [centre[0] + radius * cos, centre[1] + radius * sin]
            }));
        }
        let mesh = Self { size, centre, borders, nodes };
        let folded = mesh.elements().filter(|e| mesh.corner_jacobians(*e).iter().any(|j| *j <= 0.0)).count();
        if folded > 0 { Err(Refusal::FoldedMesh { elements: folded }) } else { Ok(mesh) }
    }

    /// Sectors around the lumen, layers through the wall.
    pub fn size(&self) -> MeshSize {
        self.size
    }

    /// `[x, y]` of the lumen's centre, from which the rays go, in millimetres.
    pub fn centre(&self) -> [f64; 2] {
        self.centre
    }

    /// Positions of the layers' borders through the wall, 0 to 1.
    pub fn borders(&self) -> &[f64] {
        &self.borders
    }

    /// `[x, y]` of each node in millimetres, undeformed; `node` says which is where.
    pub fn nodes(&self) -> &[[f64; 2]] {
        &self.nodes
    }

    /// Sectors times layers.
    pub fn element_count(&self) -> usize {
        self.size.sectors * self.size.layers
    }

    /// The number of a node: `border` counts from 0 at the lumen to `layers` at the outer border; sectors go round.
    pub fn node(&self, sector: usize, border: usize) -> usize {
        (sector % self.size.sectors) * (self.size.layers + 1) + border
    }

    /// Corner nodes of each element, counter-clockwise in (radius, angle); element = sector * layers + layer.
    pub fn elements(&self) -> impl Iterator<Item = [usize; 4]> + '_ {
        (0..self.element_count()).map(|e| self.element(e))
    }

    /// Corner nodes of one element, in the order of `elements`.
    pub fn element(&self, element: usize) -> [usize; 4] {
        let (sector, layer) = (element / self.size.layers, element % self.size.layers);
        [
            self.node(sector, layer),
            self.node(sector, layer + 1),
            self.node(sector + 1, layer + 1),
            self.node(sector + 1, layer),
        ]
    }

    /// Position of a node in the folded order (sectors 0, 1, n - 1, 2, n - 2, ...), in which adjacent sectors are at
    /// most two places apart, so that closing the ring keeps the band narrow.
    pub fn folded(&self, node: usize) -> usize {
        let ring = self.size.layers + 1;
        let (sector, border) = (node / ring, node % ring);
        let place = match sector {
            0 => 0,
            s if s <= self.size.sectors / 2 => 2 * s - 1,
            s => 2 * (self.size.sectors - s),
        };
        place * ring + border
    }

    /// Half-width of the band of the stiffness matrix, two unknowns a node, in the folded order.
    pub fn band_width(&self) -> usize {
        let furthest = 2 * (self.size.layers + 1) + 1;
        2 * furthest + 1
    }

    /// Area inside the innermost ring of displaced nodes.
    pub fn lumen_area(&self, displacement: &[[f64; 2]]) -> f64 {
        self.ring_area(0, displacement)
    }

    /// Area inside the outermost ring of displaced nodes.
    pub fn vessel_area(&self, displacement: &[[f64; 2]]) -> f64 {
        self.ring_area(self.size.layers, displacement)
    }

    fn ring_area(&self, border: usize, displacement: &[[f64; 2]]) -> f64 {
        let at = |sector: usize| {
            let node = self.node(sector, border);
            let (x, u) = (self.nodes[node], displacement[node]);
            [x[0] + u[0] - self.centre[0], x[1] + u[1] - self.centre[1]]
        };
        (0..self.size.sectors).map(|s| cross(at(s), at(s + 1))).sum::<f64>() / 2.0
    }

    /// Twice the areas of the corner triangles, proportional to the Jacobian of the bilinear map at the corners.
    fn corner_jacobians(&self, corners: [usize; 4]) -> [f64; 4] {
        let x = corners.map(|n| self.nodes[n]);
        std::array::from_fn(|a| {
            let (before, here, after) = (x[(a + 3) % 4], x[a], x[(a + 1) % 4]);
            cross([after[0] - here[0], after[1] - here[1]], [before[0] - here[0], before[1] - here[1]])
        })
    }
}

fn cross(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tube(size: MeshSize) -> Mesh {
        let (lumen, outer) = (PolarCurve::circle([3.0, 3.0], 1.5), PolarCurve::circle([3.0, 3.0], 2.0));
        Mesh::between(&lumen, &outer, size).expect("a tube")
    }

    #[test]
    fn neighbours_stay_within_the_band_in_the_folded_order() {
        for sectors in [8, 9, 96, 97] {
            let mesh = tube(MeshSize { sectors, layers: 3, grading: 1.3 });
            let mut places: Vec<usize> = (0..mesh.nodes().len()).map(|n| mesh.folded(n)).collect();
            for corners in mesh.elements() {
                for a in corners {
                    for b in corners {
                        assert!(2 * places[a].abs_diff(places[b]) < mesh.band_width());
                    }
                }
            }
            places.sort_unstable();
            assert!(places.iter().enumerate().all(|(i, p)| i == *p), "a permutation");
        }
    }

    #[test]
    fn layers_grow_by_the_grading_and_refinement_preserves_the_overall_ratio() {
        let size = MeshSize { sectors: 8, layers: 4, grading: 1.5 };
        let b = size.layer_borders();
        for j in 1..4 {
            assert!(((b[j + 1] - b[j]) / (b[j] - b[j - 1]) - 1.5).abs() < 1e-12);
        }
        assert!((b[4] - 1.0).abs() < 1e-12);
        let fine = size.refined(2);
        assert_eq!((fine.sectors, fine.layers), (16, 8));
        assert!((fine.grading * fine.grading - 1.5).abs() < 1e-12);
    }

    #[test]
    fn ring_areas_are_those_of_regular_polygons() {
        let mesh = tube(MeshSize::default());
        let still = vec![[0.0; 2]; mesh.nodes().len()];
        let polygon = |r: f64| 48.0 * r * r * (TAU / 96.0).sin();
        assert!((mesh.lumen_area(&still) - polygon(1.5)).abs() < 1e-12);
        assert!((mesh.vessel_area(&still) - polygon(2.0)).abs() < 1e-12);
    }

    #[test]
    fn borders_that_enclose_no_wall_are_rejected_by_kind() {
        let outer = PolarCurve::circle([0.0, 0.0], 2.0);
        let cases = [(5.0, 1.0, "not-star-shaped"), (1.5, 1.0, "folded-mesh"), (0.0, f64::NAN, "non-finite")];
        for (x, radius, kind) in cases {
            let refusal = Mesh::between(&PolarCurve::circle([x, 0.0], radius), &outer, MeshSize::default());
            assert_eq!(refusal.expect_err(kind).kind(), kind);
        }
    }
}
