//! Writes the files of a solved mask: the map as NPY and PNG, the mesh as VTK, a summary as JSON.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::colour_bar::picture;
use super::fem::waveform::KPA_PER_MMHG;
use super::fem::{LabelledMask, Solution};
use super::npy::NpyImage;
use crate::disk;

/// The summary of one solved mask. Stresses in kPa, weighted by area over the undeformed wall.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Summary {
    pub mean_kpa: f64,
    /// The 95th percentile.
    pub p95_kpa: f64,
    /// The 99th percentile.
    pub p99_kpa: f64,
    /// The largest nodal value, which does not converge at a notch.
    pub peak_kpa: f64,
    /// Before the load.
    pub lumen_area_mm2: f64,
    /// Under the load.
    pub lumen_area_deformed_mm2: f64,
    /// Share of the undeformed vessel's area covered by the wall, 0 to 1.
    pub plaque_burden: f64,
    /// Those of failed attempts included.
    pub newton_iterations: usize,
    /// From the mask to the map.
    pub seconds: f64,
    /// The load: the systolic peak of the pressure.
    pub systolic_mmhg: f64,
    /// Side of a pixel of the mask.
    #[serde(default)]
    pub pixel_mm: f64,
}

/// The file of a solved mask, and how it was read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MaskSource {
    pub mask: String,
    /// The levels of outside, wall and lumen.
    pub read: String,
    /// What was read as another place than that of its level.
    pub note: Option<String>,
}

/// A summary as its file holds it.
#[derive(serde::Serialize)]
struct Summed<'a> {
    #[serde(flatten)]
    summary: Summary,
    #[serde(flatten)]
    origin: Option<&'a MaskSource>,
}

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}", disk::unwritten(path, source))]
pub struct ExportError {
    path: PathBuf,
    source: std::io::Error,
}

impl Summary {
    /// The numbers of a solution, with the pressure in mmHg.
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
            systolic_mmhg: labelled.solution.pressure / KPA_PER_MMHG,
            pixel_mm: labelled.pixel_mm,
        }
    }
}

/// What the names of a solved mask's files have after its own: the summary first, which says whose they are.
const ENDINGS: [&str; 4] = ["_summary.json", "_stress.npy", "_stress.png", "_mesh.vtk"];

/// Paths of the four files of a mask's results.
pub fn result_paths(folder: &Path, stem: &str) -> [PathBuf; 4] {
    ENDINGS.map(|ending| folder.join(format!("{stem}{ending}")))
}

/// Whether results may have these paths: nothing lies there, or earlier results of the same mask do, read and loaded alike.
pub fn is_free(folder: &Path, stem: &str, results: Option<(&MaskSource, &Summary)>) -> bool {
    let paths = result_paths(folder, stem);
    let earlier = || {
        let summary = summary_in(folder, stem)?;
        let number = |key: &str| summary.get(key).and_then(serde_json::Value::as_f64);
        let text = |key: &str| summary.get(key).and_then(|t| t.as_str());
        let of = results.map(|(origin, _)| origin);
        let same = results.is_none_or(|(origin, new)| {
            number("systolic_mmhg") == Some(new.systolic_mmhg)
                && number("pixel_mm") == Some(new.pixel_mm)
                && text("read").is_none_or(|read| read == origin.read)
        });
        Some(text("mask") == of.map(|of| of.mask.as_str()) && same)
    };
    // A folder in the way is never written over; writing reports it.
    paths.iter().all(|path| path.symlink_metadata().map_or(true, |found| found.is_dir())) || earlier() == Some(true)
}

/// Whether results of a mask, by its file, have this name.
pub fn is_of(folder: &Path, stem: &str, mask: &str) -> bool {
    summary_in(folder, stem).is_some_and(|summary| summary.get("mask").is_some_and(|of| of == mask))
}

/// The summary of results of this name.
fn summary_in(folder: &Path, stem: &str) -> Option<serde_json::Value> {
    let [path, ..] = result_paths(folder, stem);
    let summary: serde_json::Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    summary.get("newton_iterations").is_some().then_some(summary)
}

/// Writes the four files `STEM_summary.json`, `STEM_stress.npy`, `STEM_stress.png` and `STEM_mesh.vtk`, each aside.
pub fn write_all(
    folder: &Path,
    stem: &str,
    labelled: &LabelledMask,
    origin: Option<&MaskSource>,
) -> Result<Vec<PathBuf>, ExportError> {
    let map = &labelled.map;
    let npy = NpyImage { rows: map.height(), columns: map.width(), values: map.values().to_vec() };
    let mut png = std::io::Cursor::new(Vec::new());
    let drawn = picture(map).write_to(&mut png, image::ImageFormat::Png).map_err(std::io::Error::other);
    let summary = serde_json::to_string_pretty(&Summed { summary: Summary::of(labelled), origin });
    let contents = [
        summary.map(|text| (text + "\n").into_bytes()).map_err(std::io::Error::other),
        Ok(npy.to_bytes()),
        drawn.map(|()| png.into_inner()),
        Ok(to_vtk(&labelled.solution).into_bytes()),
    ];
    let mut paths = Vec::new();
    for (path, bytes) in result_paths(folder, stem).into_iter().zip(contents) {
        match bytes.and_then(|bytes| disk::write_aside(&path, &bytes)) {
            Ok(()) => paths.push(path),
            Err(source) => return Err(ExportError { path, source }),
        }
    }
    Ok(paths)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_take_only_free_names_and_those_of_their_own_mask() {
        let summary = |mask: &str| format!("{{\"newton_iterations\": 5{mask}}}");
        let loaded = |load: &str| {
            summary(&format!(", \"mask\": \"x.png\", \"pixel_mm\": 0.1, \"systolic_mmhg\": {load}, \"read\": \"1\""))
        };
        let new = Summary {
            mean_kpa: 0.0,
            p95_kpa: 0.0,
            p99_kpa: 0.0,
            peak_kpa: 0.0,
            lumen_area_mm2: 0.0,
            lumen_area_deformed_mm2: 0.0,
            plaque_burden: 0.0,
            newton_iterations: 5,
            seconds: 0.0,
            systolic_mmhg: 120.0,
            pixel_mm: 0.1,
        };
        for (file, content, mask, free) in [
            ("other.png", String::new(), Some("x.png"), true),
            ("x_stress.png", String::new(), Some("x.png"), false),
            ("x_mesh.vtk", String::new(), Some("x.png"), false),
            ("x_summary.json", "mine".to_owned(), Some("x.png"), false),
            ("x_summary.json", "{\"mask\": \"x.png\"}".to_owned(), Some("x.png"), false),
            ("x_summary.json", loaded("120.0"), Some("x.png"), true),
            ("x_summary.json", loaded("60.0"), Some("x.png"), false),
            ("x_summary.json", loaded("120.0").replace("\"1\"", "\"2\""), Some("x.png"), false),
            ("x_summary.json", summary(", \"mask\": \"b/x.png\""), Some("x.png"), false),
            ("x_summary.json", summary(", \"mask\": \"x.png\""), None, false),
            ("x_summary.json", summary(""), None, true),
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(file), &content).unwrap();
            let origin = mask.map(|mask| MaskSource { mask: mask.into(), read: "1".into(), note: None });
            let results = origin.as_ref().map(|origin| (origin, &new));
            assert_eq!(is_free(folder.path(), "x", results), free, "{file}: {content} for {mask:?}");
        }
    }
}
