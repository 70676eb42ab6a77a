//! `ridgewalk label`: the finite-element tool on its own, for masks in files and folders.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::dataset::vessels::masks::{WallMask, png_files};
use crate::labelling::FileRefusal;
use crate::labelling::export::{Summary, write_all};
use crate::labelling::fem::FemTool;
use crate::labelling::fem::stress::StressMeasure;
use crate::labelling::fem::waveform::PressureWaveform;

/// Solve for the wall stress of vessel masks.
///
/// A mask is a PNG: 255 is wall, 0 the rest, and the lumen is the enclosed hole; or three grey levels, of which the
/// enclosed one is the lumen. For each mask the stress map (NPY, and PNG with a colour bar), the mesh (VTK, opens in
/// ParaView) and a summary (JSON) are written to DIR. A rejected mask is reported with the reason, the others are
/// solved, and the exit status is 1.
#[derive(Debug, Clone, clap::Args)]
pub struct LabelArgs {
    /// Masks, or folders of them.
    #[arg(required = true, value_name = "MASK.png")]
    pub masks: Vec<PathBuf>,
    /// The folder for the results; created if it does not exist.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Size of a pixel in millimetres.
    #[arg(long, default_value_t = 0.1, value_parser = positive)]
    pub pixel_mm: f64,
    /// Scale the waveform to this systolic peak in mmHg; by default the waveform's own, 120 for the built-in one.
    #[arg(long, value_name = "P", value_parser = positive)]
    pub pressure_mmhg: Option<f64>,
    /// A waveform of your own: lines of `seconds,mmHg`.
    #[arg(long, value_name = "FILE")]
    pub waveform: Option<PathBuf>,
    /// The stress to map.
    #[arg(long, value_enum, default_value_t = StressMeasure::MaxPrincipal)]
    pub stress: StressMeasure,
    /// Print a JSON array to standard output, with an object for each mask.
    #[arg(long)]
    pub json: bool,
}

/// Numbers of solved and rejected masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LabelCounts {
    pub solved: usize,
    pub refused: usize,
}

/// Labels every mask: results to `args.out`, the report to `out`, rejections and progress to `messages`.
///
/// An error is one of the command itself (a folder that cannot be read, a result that cannot be written); rejected
/// masks are counted, and the caller returns a failing exit status for them.
pub fn label(args: &LabelArgs, out: &mut impl Write, messages: &mut impl Write) -> anyhow::Result<LabelCounts> {
    let tool = args.tool()?;
    let paths = expand(&args.masks)?;
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("{}: cannot be created; choose another folder with --out", args.out.display()))?;
    let bar = ProgressBar::new(paths.len() as u64);
    bar.set_style(
        ProgressStyle::with_template("{msg:<40} {bar:30} {pos}/{len} {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut stems = HashSet::new();
    let mut counts = LabelCounts::default();
    let mut report = Vec::new();
    for path in &paths {
        bar.set_message(path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default());
        match solve(&tool, path) {
            Ok(labelled) => {
                counts.solved += 1;
                let stem = unused_stem(path, &mut stems);
                write_all(&args.out, &stem, &labelled)?;
                let summary = Summary::of(&labelled);
                if args.json {
                    report.push(accepted_object(path, &summary)?);
                } else {
                    bar.suspend(|| writeln!(out, "{}: {}", path.display(), one_line(&summary)))?;
                }
            }
            Err(rejected) => {
                counts.refused += 1;
                bar.suspend(|| writeln!(messages, "{}: rejected: {rejected}", path.display()))?;
                if args.json {
                    let (kind, text) = (rejected.kind(), rejected.to_string());
                    report.push(serde_json::json!({ "mask": path, "refused": kind, "message": text }));
                }
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &report)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{} solved, {} rejected", counts.solved, counts.refused)?;
    }
    Ok(counts)
}

impl LabelArgs {
    /// The solver that the options describe.
    pub fn tool(&self) -> anyhow::Result<FemTool> {
        let waveform = self.waveform.as_deref().map(PressureWaveform::read).transpose()?.unwrap_or_default();
        let waveform = self.pressure_mmhg.map_or(waveform.clone(), |peak| waveform.with_peak(peak));
        Ok(FemTool { pixel_mm: self.pixel_mm, waveform, measure: self.stress, ..FemTool::default() })
    }
}

fn solve(tool: &FemTool, path: &Path) -> Result<crate::labelling::fem::LabelledMask, FileRefusal> {
    Ok(tool.solve(&WallMask::from_png(path)?)?)
}

/// The given files, and the PNG files in the given folders.
fn expand(masks: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for path in masks {
        if path.is_dir() {
            let found = png_files(path).with_context(|| format!("{}: the folder cannot be read", path.display()))?;
            anyhow::ensure!(
                !found.is_empty(),
                "{}: the folder has no PNG file; choose the folder with the masks",
                path.display()
            );
            paths.extend(found);
        } else {
            paths.push(path.clone());
        }
    }
    Ok(paths)
}

/// The file's name without its extension, with a number if it is taken by another folder's mask.
fn unused_stem(path: &Path, taken: &mut HashSet<String>) -> String {
    let stem = path.file_stem().map_or_else(|| "mask".to_owned(), |s| s.to_string_lossy().into_owned());
    let mut name = stem.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{stem}-{number}");
        number += 1;
    }
    name
}

fn accepted_object(path: &Path, summary: &Summary) -> anyhow::Result<serde_json::Value> {
    let mut object = serde_json::to_value(summary)?;
    object["mask"] = serde_json::to_value(path)?;
    Ok(object)
}

fn one_line(s: &Summary) -> String {
    format!(
        "mean {:.2}, p95 {:.2}, p99 {:.2}, peak {:.2} kPa; lumen {:.3} -> {:.3} mm2, burden {:.1} %; {} iterations, {:.0} ms",
        s.mean_kpa,
        s.p95_kpa,
        s.p99_kpa,
        s.peak_kpa,
        s.lumen_area_mm2,
        s.lumen_area_deformed_mm2,
        100.0 * s.plaque_burden,
        s.newton_iterations,
        1_000.0 * s.seconds
    )
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("give a number above zero".into()),
    }
}
