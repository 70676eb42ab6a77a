//! `ridgewalk info` and `ridgewalk fetch`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use super::out::say;
use crate::dataset::files::{download, locate};
use crate::dataset::sources;
use crate::device;
use crate::experiment::{Experiment, Group, Strategy};
use crate::identity::{Origin, VERSION};

/// Prints devices, data, presets, strategies and the fields of an experiment.
pub fn print(data_dir: Option<&Path>) -> anyhow::Result<()> {
    say!("ridgewalk {VERSION}");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    say!("\nDevices\n  cpu  {cores} cores, {}", Origin::here("burn flex", 1).machine());
    let adapters = device::adapters();
    for adapter in &adapters {
        let use_for = if adapter.is_software() { "window only" } else { "gpu, window" };
        say!("  {use_for:<11}  {adapter}  {}", adapter.driver);
    }
    if adapters.is_empty() {
        say!("  no graphics adapter: the window cannot open, but `ridgewalk run` works");
    }
    say!("\nData");
    for dataset in sources::generated() {
        say!("  {:<7} built in", dataset.name());
    }
    for found in sources::found(data_dir) {
        say!("  {:<7} {}  ({})", found.name, found.path.display(), found.hashes.describe());
    }
    say!("\nPresets\n  {}", Experiment::preset_names().collect::<Vec<_>>().join(", "));
    say!("\nStrategies");
    for strategy in Strategy::ALL {
        say!("  {:<28} {}", strategy.name(), strategy.help());
    }
    say!("\nFields of an experiment (--set field=value), with their defaults");
    let defaults = Experiment::default();
    for group in Group::ALL {
        say!("\n  {}", group.title);
        for field in group.fields {
            let takes = [&field.expected(), field.unit].join(" ");
            say!("    {} = {}  ({})\n      {}", field.name, field.get(&defaults), takes.trim_end(), field.help);
        }
    }
    Ok(())
}

/// Downloads a data set with a progress bar.
pub fn fetch(name: &str, data_dir: Option<PathBuf>) -> anyhow::Result<()> {
    let into = locate::download_folder(name, data_dir.as_deref())
        .context("this system has no data folder; give --data-dir")?;
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{msg:<32} {bar:40} {bytes}/{total_bytes} {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let fetched = download::fetch(name, &into, &mut |progress| {
        bar.set_message(progress.file.clone());
        bar.set_length(progress.bytes_in_all);
        bar.set_position(progress.received_in_all);
        true
    })?;
    bar.finish_and_clear();
    for (url, detail) in &fetched.failed {
        say!("warning: {url}: {detail}; the file came from another mirror");
    }
    let there = match fetched.there.len() {
        0 => String::new(),
        all if all == fetched.files => " (all of it was there already)".to_owned(),
        some => format!(" ({some} of {} files were there already)", fetched.files),
    };
    say!("{name} is in {}{there}", into.display());
    Ok(())
}
