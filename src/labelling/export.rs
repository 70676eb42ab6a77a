//! Writes the files of a solved mask: the map as NPY and PNG, the mesh as VTK, a summary as JSON.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::StressMap;
use super::colour_bar::picture;
use super::fem::{LabelledMask, Solution};
use super::npy::NpyImage;
use crate::disk;

/// The summary of one solved mask. Stresses in kPa, weighted by area over the undeformed wall.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Summary {
    pub mean_kpa: f64,
    pub p95_kpa: f64,
    pub p99_kpa: f64,
    pub peak_kpa: f64,
    pub lumen_area_mm2: f64,
    pub lumen_area_deformed_mm2: f64,
    pub plaque_burden: f64,
    pub newton_iterations: usize,
    pub seconds: f64,
}

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}", disk::unwritten(path, source))]
pub struct ExportError {
    path: PathBuf,
    source: std::io::Error,
}

impl Summary {
    pub fn of(labelled: &LabelledMask) -> Self {
        let Solution { statistics, lumen_area, lumen_area_deformed, plaque_burden, equilibrium, .. } =
            &labelled.solution;
        Self {
            mean_kpa: statistics.mean,
            p95_kpa: statistics.p95,
            p99_kpa: statistics.p99,
            peak_kpa: statistics.peak,
            lumen_area_mm2: *lumen_area,
            lumen_area_deformed_mm2: *lumen_area_deformed,
            plaque_burden: *plaque_burden,
            newton_iterations: equilibrium.iterations,
            seconds: labelled.seconds,
        }
    }
}

/// Writes the four files `STEM_stress.npy`, `STEM_stress.png`, `STEM_mesh.vtk` and `STEM_summary.json`.
pub fn write_all(folder: &Path, stem: &str, labelled: &LabelledMask) -> Result<Vec<PathBuf>, ExportError> {
    let at = |ending: &str| folder.join(format!("{stem}{ending}"));
    let paths = [at("_stress.npy"), at("_stress.png"), at("_mesh.vtk"), at("_summary.json")];
    let [npy, png, vtk, json] = &paths;
    write_npy(npy, &labelled.map)?;
    let mut drawn = std::io::Cursor::new(Vec::new());
    let written = picture(&labelled.map).write_to(&mut drawn, image::ImageFormat::Png);
    written.map_err(|e| ExportError { path: png.clone(), source: std::io::Error::other(e) })?;
    write(png, drawn.get_ref())?;
    write(vtk, to_vtk(&labelled.solution).as_bytes())?;
    let summary = serde_json::to_string_pretty(&Summary::of(labelled))
        .map_err(|e| ExportError { path: json.clone(), source: e.into() })?;
    write(json, (summary + "\n").as_bytes())?;
    Ok(paths.to_vec())
}

pub fn write_npy(path: &Path, map: &StressMap) -> Result<(), ExportError> {
    let image = NpyImage { rows: map.height(), columns: map.width(), values: map.values().to_vec() };
    write(path, &image.to_bytes())
}

/// Legacy VTK: the undeformed mesh with displacement and stress; y points up, so that it looks like the mask.
pub fn to_vtk(solution: &Solution) -> String {
    let (mesh, stress) = (&solution.mesh, &solution.stress);
    let mut out = String::from("# vtk DataFile Version 3.0\nvessel wall: millimetres and kPa\nASCII\n");
    out.push_str("DATASET UNSTRUCTURED_GRID\n");
    // Writing to a String cannot fail.
    let _ = writeln!(out, "POINTS {} double", mesh.nodes().len());
    for [x, y] in mesh.nodes() {
        let _ = writeln!(out, "{x} {} 0", -y);
    }
    let count = mesh.element_count();
    let _ = writeln!(out, "CELLS {count} {}", 5 * count);
    // With y reversed, the corners are listed in reverse to stay counter-clockwise.
    for [a, b, c, d] in mesh.elements() {
        let _ = writeln!(out, "4 {d} {c} {b} {a}");
    }
    let _ = writeln!(out, "CELL_TYPES {count}");
    out.push_str(&format!("{VTK_QUAD}\n").repeat(count));
    let _ = writeln!(out, "POINT_DATA {}\nVECTORS displacement_mm double", mesh.nodes().len());
    for [x, y] in &solution.equilibrium.displacement {
        let _ = writeln!(out, "{x} {} 0", -y);
    }
    write_stresses(&mut out, solution, &stress.nodes);
    let _ = writeln!(out, "CELL_DATA {count}");
    write_stresses(&mut out, solution, &stress.elements);
    out
}

const VTK_QUAD: usize = 9;

/// The stress measure as a scalar, then the tensor; xy changes its sign with y.
fn write_stresses(out: &mut String, solution: &Solution, stresses: &[[f64; 4]]) {
    out.push_str("SCALARS stress_kpa double 1\nLOOKUP_TABLE default\n");
    for stress in stresses {
        let _ = writeln!(out, "{}", solution.measure.of(*stress));
    }
    out.push_str("TENSORS cauchy_kpa double\n");
    for [xx, yy, xy, zz] in stresses {
        let _ = writeln!(out, "{xx} {} 0\n{} {yy} 0\n0 0 {zz}", -xy, -xy);
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    disk::write_aside(path, bytes).map_err(|source| ExportError { path: path.into(), source })
}
