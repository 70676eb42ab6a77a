//! `ridgewalk export`: what runs hold, as tables, arrays and weights for other programs.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::builder::PossibleValuesParser;

use super::out::say;
use crate::device::{self, ComputeDevice, DeviceKind};
use crate::engine::EngineOptions;
use crate::experiment::{Strategy, Variant};
use crate::export::{Again, Exported, Format, Material, Missing, Written, export};
use crate::project;
use crate::statistics::{group_named, groups};

#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// A history (*.rwh), or a folder of runs.
    path: PathBuf,
    /// The folder for the files: new, empty, or with an export of the same runs, which is replaced.
    #[arg(long)]
    out: PathBuf,
    /// csv: one file of text a table; npz: one file of NumPy arrays a table; parquet: one Parquet file a table.
    #[arg(long, default_value = "csv", value_parser = PossibleValuesParser::new(Format::ALL.iter().map(|(name, _)| *name)))]
    format: String,
    /// The baseline of the paired differences in `endpoints`: `random`, "snn alpha=0.5".
    #[arg(long, default_value_t = Strategy::Random.into())]
    against: Variant,
    /// A folder with the data, searched before RIDGEWALK_DATA and the user's data folder.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The runs' own masks, if they are no longer where they were.
    #[arg(long, value_name = "DIR")]
    masks: Option<PathBuf>,
    /// The runs' own images, if they are no longer where they were.
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// The runs' generator, as `ridgewalk generator` and this command write it, instead of one in the cache.
    #[arg(long, value_name = "FILE")]
    generator: Option<PathBuf>,
    /// The cache of trained generators; the user's cache folder by default. Nothing is trained.
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// The device that probabilities and pools are computed again on: cpu or gpu.
    #[arg(long, default_value = "cpu")]
    device: DeviceKind,
}

/// Exports the runs, and says what was written and what is missing.
pub fn run(args: &ExportArgs) -> anyhow::Result<()> {
    let again = Again {
        data_dir: args.data_dir.clone(),
        masks: args.masks.clone(),
        data: args.data.clone(),
        generator: args.generator.clone(),
        cache_dir: args.cache_dir.clone().or(EngineOptions::default().cache_dir),
        device: ComputeDevice::open(args.device, device::software_allowed())?,
    };
    let material = Material::new(&args.path, &args.against, &again)?;
    for path in &material.repeated {
        say!("{}: its run is in another file too and counts once", path.display());
    }
    let histories = || material.runs.iter().map(|run| &run.light);
    if args.against != Strategy::Random.into() && group_named(&groups(histories()), &args.against).is_none() {
        let names: Vec<_> = groups(histories()).iter().filter(|g| !g.is_fork).map(|g| g.name.to_string()).collect();
        anyhow::bail!("--against: `{}` is not the name of one of these groups: {}", args.against, names.join(", "));
    }
    let format = Format::ALL.iter().find(|(name, _)| *name == args.format).map_or(Format::Csv, |(_, format)| *format);
    let mut say = |path: &Path, written: &Written| {
        let rows = written.rows.map(|rows| format!("  ({rows} rows)")).unwrap_or_default();
        say!("{}{rows}", path.display());
    };
    let Exported { missing, .. } = export(&material, &args.out, format, &mut say).context("export")?;
    for line in lines(&missing) {
        say!("not in this export: {line}");
    }
    if args.path.join(project::SETTINGS).is_file() {
        let path = args.path.display();
        say!(
            "{path} is a project, whose images have their labels in its table: `ridgewalk project export {path} --predictions` \
             writes them, with the probabilities of every image"
        );
    }
    Ok(())
}

/// What is missing, a line for each reason.
fn lines(missing: &[Missing]) -> Vec<String> {
    let named = |m: &Missing| match &m.places[..] {
        [] => m.what.clone(),
        [one] => format!("{} ({one})", m.what),
        [first, .., last] => format!("{} ({first} to {last}, {} in all)", m.what, m.places.len()),
    };
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for m in missing {
        match reasons.iter_mut().find(|(why, _)| *why == m.why) {
            Some((_, all)) => all.push(named(m)),
            None => reasons.push((&m.why, vec![named(m)])),
        }
    }
    reasons.into_iter().map(|(why, all)| format!("{}: {why}", all.join(", "))).collect()
}
