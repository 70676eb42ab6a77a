//! `ridgewalk label`: the finite-element tool on its own, for masks in files and folders.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::dataset::vessels::files::{Listing, MaskFiles, PassedOver, paired};
use crate::dataset::vessels::meaning::Reading;
use crate::disk;
use crate::experiment::MaskLevels;
use crate::labelling::FileRefusal;
use crate::labelling::export::{MaskSource, Summary, is_free, is_of, result_paths, write_all};
use crate::labelling::fem::stress::StressMeasure;
use crate::labelling::fem::waveform::PressureWaveform;
use crate::labelling::fem::{FemTool, LabelledMask};

/// Solve for the wall stress of vessel masks.
///
/// A mask is a PNG of any depth and colour. What its levels mean is found from their places: the outside reaches the
/// border, the wall is the ring, the lumen is what it encloses. Two files x-lumen.png and x-vessel.png are one mask. For
/// each mask the stress map (NPY, and PNG with a colour bar), the mesh (VTK, opens in ParaView) and a summary (JSON) are
/// written to DIR. A rejected mask is reported with the reason, the others are solved, and the exit status is 1.
#[derive(Debug, Clone, clap::Args)]
pub struct LabelArgs {
    /// Masks, or folders of them.
    #[arg(required = true, value_name = "MASK.png")]
    pub masks: Vec<PathBuf>,
    /// The folder for the results; created if it does not exist.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// What the levels are, where it cannot be found: `wall=1,lumen=2`, with grey values as in the file, a palette's
    /// indices, or colours such as #ff0000.
    #[arg(long, value_name = "PLACE=LEVEL,...", default_value_t, hide_default_value = true)]
    pub levels: MaskLevels,
    /// Size of a pixel in millimetres.
    #[arg(long, default_value_t = 0.1, value_parser = pixel_size)]
    pub pixel_mm: f64,
    /// Scale the waveform to this systolic peak in mmHg; by default the waveform's own, 120 for the built-in one.
    #[arg(long, value_name = "P", value_parser = pressure)]
    pub pressure_mmhg: Option<f64>,
    /// A waveform of your own: lines of `seconds,mmHg`, with a peak of 20 mmHg or more unless --pressure-mmhg is given.
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
/// An error is one of the command itself (a folder that cannot be read, results that cannot be written); what was
/// solved is reported all the same. Rejected masks are counted, and the caller returns a failing exit status for them.
pub fn label(args: &LabelArgs, out: &mut impl Write, messages: &mut impl Write) -> anyhow::Result<LabelCounts> {
    let tool = args.tool()?;
    let listing = expand(&args.masks)?;
    disk::create_folder(&args.out)
        .with_context(|| format!("{}: cannot be created; choose another folder with --out", args.out.display()))?;
    disk::sweep(&args.out);
    let bar = ProgressBar::new(listing.masks.len() as u64);
    bar.set_style(
        ProgressStyle::with_template("{msg:<40} {bar:30} {pos}/{len} {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut names = Names::of(&args.out, &listing);
    let mut counts = LabelCounts::default();
    let (mut report, mut unwritten) = (Vec::new(), Vec::new());
    for files in &listing.masks {
        let shown = one_line_name(files);
        bar.set_message(files.name());
        match solve(&tool, files, &args.levels) {
            Ok((labelled, reading)) => {
                counts.solved += 1;
                let summary = Summary::of(&labelled);
                let origin = MaskSource { mask: files.to_string(), read: reading.to_string(), note: reading.note() };
                let stem = names.unused(files, (&origin, &summary));
                let lost = write_all(&args.out, &stem, &labelled, Some(&origin)).err().map(|e| e.to_string());
                if args.json {
                    report.push(accepted_object(&summary, &origin, &stem, lost.as_deref())?);
                } else {
                    let renamed = if stem == files.stem() { String::new() } else { format!(" -> {stem}") };
                    let note = origin.note.map_or_else(String::new, |note| format!("; {note}"));
                    bar.suspend(|| writeln!(out, "{shown}{renamed}: {}{note}", one_line(&summary)))?;
                }
                unwritten.extend(lost);
            }
            Err(rejected) => {
                counts.refused += 1;
                let earlier = names.earlier(files);
                let note = earlier.as_ref().map_or_else(String::new, |stem| {
                    format!("; its results {stem} in {} are of an earlier call", args.out.display())
                });
                bar.suspend(|| writeln!(messages, "{shown}: rejected: {rejected}{note}"))?;
                if args.json {
                    let (kind, text) = (rejected.kind(), rejected.to_string());
                    let mask = files.to_string();
                    report.push(json!({ "mask": mask, "refused": kind, "message": text, "earlier_results": earlier }));
                }
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    for PassedOver { path, why } in &listing.passed_over {
        writeln!(messages, "{}: passed over: {why}", one_line_name(path.display()))?;
        report.push(json!({ "file": path, "passed_over": why }));
    }
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &report)?;
        writeln!(out)?;
    } else {
        let others = match listing.passed_over.len() {
            0 => String::new(),
            n => format!(", {n} other files passed over"),
        };
        writeln!(out, "{} solved, {} rejected{others}", counts.solved, counts.refused)?;
    }
    match unwritten.first() {
        None => Ok(counts),
        Some(first) => anyhow::bail!(
            "the results of {} of {} solved masks could not be written; make room and give the command again: {first}",
            unwritten.len(),
            counts.solved
        ),
    }
}

impl LabelArgs {
    /// The solver that the options describe.
    pub fn tool(&self) -> anyhow::Result<FemTool> {
        let waveform = self.waveform.as_deref().map(PressureWaveform::read).transpose()?.unwrap_or_default();
        let peak = waveform.systolic_peak()[1];
        anyhow::ensure!(
            peak >= LEAST_SYSTOLIC || self.pressure_mmhg.is_some(),
            "{}: its peak is {peak} mmHg, less than any artery's: give seconds and mmHg, or the peak with --pressure-mmhg",
            self.waveform.as_deref().unwrap_or(Path::new("--waveform")).display()
        );
        let waveform = self.pressure_mmhg.map_or(waveform.clone(), |peak| waveform.with_peak(peak));
        Ok(FemTool { pixel_mm: self.pixel_mm, waveform, measure: self.stress, ..FemTool::default() })
    }
}

fn solve(tool: &FemTool, files: &MaskFiles, levels: &MaskLevels) -> Result<(LabelledMask, Reading), FileRefusal> {
    let read = files.read(levels)?;
    match tool.solve(&read.mask) {
        Ok(labelled) => Ok((labelled, read.reading)),
        Err(refusal) => Err(FileRefusal::of(refusal, &read.reading)),
    }
}

/// Why a file is passed over that is there twice among the masks.
const TWICE: &str = "given more than once; it counts once";

/// The masks among the given files and in the given folders, each once, and what else is in these.
fn expand(given: &[PathBuf]) -> anyhow::Result<Listing> {
    let mut listing = Listing::default();
    let mut files = Vec::new();
    for path in given {
        if path.is_dir() {
            let found = Listing::of(path).with_context(|| format!("{}: the folder cannot be read", path.display()))?;
            anyhow::ensure!(
                !found.masks.is_empty(),
                "{}: the folder has no PNG file{}; choose the folder with the masks",
                path.display(),
                found.others()
            );
            files.extend(found.files());
            listing.passed_over.extend(found.passed_over);
        } else {
            files.push(path.clone());
        }
    }
    let (mut known, mut others) = (HashSet::new(), HashSet::new());
    let twice = files.extract_if(.., |file| !known.insert(place(file))).collect::<Vec<_>>();
    listing.passed_over.retain(|file| others.insert(place(&file.path)));
    listing.passed_over.extend(twice.into_iter().map(|path| PassedOver { path, why: TWICE }));
    // Lumen and vessel may also lie in two of the folders.
    listing.masks = paired(files);
    Ok(listing)
}

/// A file by its name in its folder, whichever way that was given; a link is a file of its own.
fn place(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (folder.canonicalize(), file.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => file.to_path_buf(),
    }
}

/// The names that results may not have.
struct Names<'a> {
    out: &'a Path,
    /// Those given, in small letters, which some file systems take for equal.
    taken: HashSet<String>,
    masks: HashSet<PathBuf>,
}

impl<'a> Names<'a> {
    fn of(out: &'a Path, listing: &Listing) -> Self {
        Self { out, taken: HashSet::new(), masks: listing.files().filter_map(|f| f.canonicalize().ok()).collect() }
    }

    /// The name of a mask's results: the file's own, with a number if another mask has it or a file that is not a result of
    /// this mask under the same load would be written over.
    fn unused(&mut self, files: &MaskFiles, results: (&MaskSource, &Summary)) -> String {
        // Only what is given is taken: a name that was tried may be that of another mask's earlier results.
        let is_free = |name: &String| !self.taken.contains(&name.to_lowercase()) && self.spares_files(name, results);
        let name = numbered(files).find(is_free).unwrap_or_default();
        self.taken.insert(name.to_lowercase());
        name
    }

    /// The name of results of this mask that are there from an earlier call.
    fn earlier(&self, files: &MaskFiles) -> Option<String> {
        let is_there = |name: &String| result_paths(self.out, name).iter().any(|path| path.exists());
        numbered(files).take_while(is_there).find(|name| is_of(self.out, name, &files.to_string()))
    }

    fn spares_files(&self, name: &str, results: (&MaskSource, &Summary)) -> bool {
        let is_mask = |path: PathBuf| path.canonicalize().is_ok_and(|p| self.masks.contains(&p));
        is_free(self.out, name, Some(results)) && !result_paths(self.out, name).into_iter().any(is_mask)
    }
}

/// The names that results of a mask may have, the first that is free: the file's own, and with numbers.
fn numbered(files: &MaskFiles) -> impl Iterator<Item = String> {
    let stem = files.stem();
    std::iter::once(stem.clone()).chain((2_usize..).map(move |number| format!("{stem}-{number}")))
}

fn accepted_object(summary: &Summary, origin: &MaskSource, stem: &str, lost: Option<&str>) -> anyhow::Result<Value> {
    let mut object = serde_json::to_value(summary)?;
    object["mask"] = origin.mask.clone().into();
    object["read"] = origin.read.clone().into();
    object["note"] = origin.note.clone().into();
    object["results"] = stem.into();
    if let Some(lost) = lost {
        object["not_written"] = lost.into();
    }
    Ok(object)
}

/// A name as it stands in a line: one may have a line's end in it.
fn one_line_name(name: impl std::fmt::Display) -> String {
    name.to_string().replace(char::is_control, "?")
}

fn one_line(s: &Summary) -> String {
    format!(
        "mean {:.2}, p95 {:.2}, p99 {:.2}, peak {:.2} kPa at {:.1} mmHg; lumen {:.3} -> {:.3} mm2, burden {:.1} %; {} iterations, {:.0} ms",
        s.mean_kpa,
        s.p95_kpa,
        s.p99_kpa,
        s.peak_kpa,
        s.systolic_mmhg,
        s.lumen_area_mm2,
        s.lumen_area_deformed_mm2,
        100.0 * s.plaque_burden,
        s.newton_iterations,
        1_000.0 * s.seconds
    )
}

/// Areas of smaller or larger pixels are beyond what numbers of 64 bits hold well, and are nobody's.
const PIXEL_SIZES: std::ops::RangeInclusive<f64> = 1e-6..=1e3;

fn pixel_size(text: &str) -> Result<f64, String> {
    let (least, most) = (PIXEL_SIZES.start(), PIXEL_SIZES.end());
    let size = text.parse().ok().filter(|size| PIXEL_SIZES.contains(size));
    size.ok_or_else(|| format!("give the size of a pixel in millimetres, {least} to {most}"))
}

/// A waveform with a lower peak in mmHg is in kPa, of no unit, or of columns that were read wrongly.
const LEAST_SYSTOLIC: f64 = 20.0;

/// No blood has another pressure in mmHg; under next to none the solver's forces are lost in rounding.
const PRESSURES: std::ops::RangeInclusive<f64> = 0.1..=10_000.0;

fn pressure(text: &str) -> Result<f64, String> {
    let (least, most) = (PRESSURES.start(), PRESSURES.end());
    let pressure = text.parse().ok().filter(|pressure| PRESSURES.contains(pressure));
    pressure.ok_or_else(|| format!("give the systolic peak in mmHg, {least} to {most}"))
}
