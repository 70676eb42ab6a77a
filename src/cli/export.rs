//! The files that a run leaves beside its histories, and `ridgewalk figures`.

use std::path::{Path, PathBuf};

use crate::archive::write_atomically;
use crate::figures::{self, Figure, Theme};
use crate::history::History;

/// Writes `curves.csv`, `proposals.csv` and `curves.svg` of a run.
pub fn run_files(histories: &[History], out: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let files = [
        ("curves.csv", figures::curves_csv(histories)),
        ("proposals.csv", figures::proposals_csv(histories)),
        ("curves.svg", figures::svg(&figures::curves(histories), figures::PAGE_WIDTH, &Theme::LIGHT)),
    ];
    let mut written = Vec::new();
    for (name, text) in files {
        let path = out.join(name);
        write_atomically(&path, text.as_bytes())?;
        written.push(path);
    }
    Ok(written)
}

/// Writes every figure of the catalogue as SVG, PDF, PNG and CSV, beside the files of a run.
pub fn all_figures(histories: &[History], out: &Path, width_in: f64, dpi: f32) -> anyhow::Result<Vec<PathBuf>> {
    let mut written = run_files(histories, out)?;
    for figure in [figures::curves(histories), figures::figure3(histories)] {
        written.extend(figure_files(&figure, out, width_in, dpi)?);
    }
    Ok(written)
}

fn figure_files(figure: &Figure, out: &Path, width_in: f64, dpi: f32) -> anyhow::Result<Vec<PathBuf>> {
    let svg = figures::svg(figure, width_in, &Theme::LIGHT);
    let files = [
        ("svg", svg.clone().into_bytes()),
        ("pdf", figures::pdf(&svg)?),
        ("png", figures::png(&svg, dpi)?),
        ("csv", figures::figure_csv(figure).into_bytes()),
    ];
    let mut written = Vec::new();
    for (extension, bytes) in files {
        // The run's own curves.csv holds every evaluation; the figure's table must not take its name.
        let stem = if extension == "csv" { format!("figure-{}", figure.name) } else { figure.name.clone() };
        let path = out.join(format!("{stem}.{extension}"));
        write_atomically(&path, &bytes)?;
        written.push(path);
    }
    Ok(written)
}
