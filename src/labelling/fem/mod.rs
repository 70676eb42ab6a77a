//! The finite-element labelling tool of Appendix A.2: from a wall mask to the systolic stress map.

pub mod band;
pub mod material;
pub mod element;
pub mod contour;
pub mod mesh;
pub mod waveform;
pub mod newton;
pub mod stress;
pub mod exact;

use std::time::Instant;

use super::{ImageRef, Label, LabellingTool, Refusal, StressMap};
use crate::dataset::vessels::masks::WallMask;
use crate::dataset::vessels::polar::PolarCurve;
use contour::{ContourSettings, Contours};
use element::Element;
use material::Material;
use mesh::{Mesh, MeshSize};
use newton::{Equilibrium, NewtonSettings, inflate};
use stress::{StressField, StressMeasure, StressStatistics};
use waveform::PressureWaveform;

/// The solver with all its settings.
#[derive(Debug, Clone, PartialEq)]
pub struct FemTool {
    /// Millimetres per pixel. Stress depends on shape alone; areas and displacements scale.
    pub pixel_mm: f64,
    /// Its systolic peak is the load: inertia is 3e-6 of it, so the state is the static one.
    pub waveform: PressureWaveform,
    /// What the map and its statistics are of.
    pub measure: StressMeasure,
    /// The wall's material (Eq. 3).
    pub material: Material,
    pub mesh: MeshSize,
    pub contour: ContourSettings,
    pub newton: NewtonSettings,
    /// Pixels above this are wall.
    pub threshold: f32,
}

impl Default for FemTool {
    fn default() -> Self {
        Self {
            pixel_mm: 0.1,
            waveform: PressureWaveform::default(),
            measure: StressMeasure::default(),
            material: Material::default(),
            mesh: MeshSize::default(),
            contour: ContourSettings::default(),
            newton: NewtonSettings::default(),
            threshold: 0.5,
        }
    }
}

/// The deformed wall and the quantities computed from it. Lengths in millimetres, stresses in kPa.
#[derive(Debug, Clone)]
pub struct Solution {
    /// The undeformed inner border.
    pub lumen: PolarCurve,
    /// The undeformed outer border.
    pub outer: PolarCurve,
    /// The undeformed wall.
    pub mesh: Mesh,
    /// The displacement under the load.
    pub equilibrium: Equilibrium,
    /// Cauchy stress at the elements' centres and at the nodes.
    pub stress: StressField,
    pub measure: StressMeasure,
    /// Of `measure`, over the undeformed wall.
    pub statistics: StressStatistics,
    /// Load on the lumen in kPa.
    pub pressure: f64,
    /// Before the load, square millimetres.
    pub lumen_area: f64,
    /// Under the load, square millimetres.
    pub lumen_area_deformed: f64,
    /// Before the load, square millimetres.
    pub wall_area: f64,
    /// Share of the undeformed vessel's area covered by the wall.
    pub plaque_burden: f64,
}

/// The solution of a mask with its map, and the time it took.
#[derive(Debug, Clone)]
pub struct LabelledMask {
    pub solution: Solution,
    /// The stress measure at the centre of each wall pixel, kPa; zero elsewhere.
    pub map: StressMap,
    /// Side of a pixel of the mask, mm.
    pub pixel_mm: f64,
    /// Wall time from the mask to the map.
    pub seconds: f64,
}

impl FemTool {
    /// Solves one mask, from the contours to the map.
    pub fn solve(&self, mask: &WallMask) -> Result<LabelledMask, Refusal> {
        let start = Instant::now();
        let contours = Contours::of(mask, &self.contour)?;
        let solution =
            self.solve_between(&contours.lumen.scaled(self.pixel_mm), &contours.outer.scaled(self.pixel_mm))?;
        let map = self.map_on(mask, &solution)?;
        Ok(LabelledMask { solution, map, pixel_mm: self.pixel_mm, seconds: start.elapsed().as_secs_f64() })
    }

    /// Solves the wall between two curves in millimetres.
    pub fn solve_between(&self, lumen: &PolarCurve, outer: &PolarCurve) -> Result<Solution, Refusal> {
        let mesh = Mesh::between(lumen, outer, self.mesh)?;
        let elements: Vec<Element> =
            mesh.elements().map(|corners| Element::new(corners.map(|n| mesh.nodes()[n]))).collect();
        let pressure = self.waveform.systolic_kpa();
        let equilibrium = inflate(&mesh, &elements, &self.material, pressure, &self.newton)?;
        let stress = StressField::of(&mesh, &elements, &self.material, &equilibrium);
        let statistics = stress.statistics(&mesh, &elements, self.measure);
        if !(statistics.mean.is_finite() && statistics.peak.is_finite()) {
            return Err(Refusal::NonFinite { what: "stress" });
        }
        let still = vec![[0.0; 2]; mesh.nodes().len()];
        let (lumen_area, vessel_area) = (mesh.lumen_area(&still), mesh.vessel_area(&still));
        Ok(Solution {
            lumen: lumen.clone(),
            outer: outer.clone(),
            lumen_area,
            lumen_area_deformed: mesh.lumen_area(&equilibrium.displacement),
            wall_area: vessel_area - lumen_area,
            plaque_burden: 1.0 - lumen_area / vessel_area,
            mesh,
            equilibrium,
            stress,
            measure: self.measure,
            statistics,
            pressure,
        })
    }

    fn map_on(&self, mask: &WallMask, solution: &Solution) -> Result<StressMap, Refusal> {
        let values = (mask.wall().iter().enumerate())
            .map(|(i, wall)| {
                let [column, row] = [i % mask.width(), i / mask.width()];
                let point = [column, row].map(|c| (c as f64 + 0.5) * self.pixel_mm);
                if *wall { self.measure.of(solution.stress.at(&solution.mesh, point)) as f32 } else { 0.0 }
            })
            .collect();
        StressMap::new(mask.width(), mask.height(), values)
    }
}

impl LabellingTool for FemTool {
    fn name(&self) -> &str {
        "finite elements"
    }

    fn label(&self, image: ImageRef<'_>) -> Result<Label, Refusal> {
        if image.pixels.iter().any(|v| !v.is_finite()) {
            return Err(Refusal::NonFinite { what: "image" });
        }
        let mask = WallMask::from_values(image.width, image.height, image.pixels, self.threshold)
            .ok_or(Refusal::WrongSize { width: image.width, height: image.height, values: image.pixels.len() })?;
        Ok(Label::Map(self.solve(&mask)?.map))
    }
}
