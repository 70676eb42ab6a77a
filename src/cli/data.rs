//! `ridgewalk data`: what own images are, what is wrong with them, and the settings that suit them.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use indicatif::ProgressBar;

use super::args::{field_of, set_fields};
use super::out::{complain, say};
use crate::dataset::own::opening::Opening;
use crate::dataset::own::sheet::{LEFT_OUT_HEAD, Sheet};
use crate::dataset::own::{defaults, formats, some_read, wanted};
use crate::disk;
use crate::experiment::{Experiment, Field};
use crate::generator::cache::GeneratorCache;

#[derive(Debug, Args)]
pub struct DataArgs {
    /// A folder, an archive or a file with images.
    path: PathBuf,
    /// Print a JSON object.
    #[arg(long)]
    json: bool,
    /// Write the list of what is left out, with the reasons, to this CSV file.
    #[arg(long, value_name = "FILE")]
    left_out: Option<PathBuf>,
    /// Set a field that the images are read by, such as image_side=32; may be repeated.
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    set: Vec<String>,
}

/// The fields that say how images are read, how many suit a run, and which are shown.
const FIELDS: [&str; 5] = ["image_side", "image_colour", "image_fit", "train_size", "data_seed"];

/// Reads all images and prints the sheet.
pub fn run(args: &DataArgs) -> anyhow::Result<()> {
    let is_other = |set: &&String| Field::named(field_of(set)).is_some_and(|field| !FIELDS.contains(&field.name));
    if let Some(other) = args.set.iter().find(is_other) {
        anyhow::bail!("--set {other}: the images are read by {}; leave it out", FIELDS.join(", "));
    }
    if let Some(path) = &args.left_out {
        disk::refuse_foreign(path, LEFT_OUT_HEAD.join(",").as_bytes())
            .map_err(anyhow::Error::msg)
            .context("--left-out")?;
    }
    let found = formats::find(&args.path)?;
    let chosen = defaults::choose(&found.listing, &found.listing.items, 0);
    let mut experiment = defaults::on_data(Experiment::default(), &args.path, &chosen, true)?;
    set_fields(&mut experiment, &args.set)?;
    let experiment = experiment.validated()?;
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    let cache = GeneratorCache::default_folder();
    let mut opening = Opening::begin(found, wanted(&experiment), cache.as_deref())?;
    while opening.advance() {
        let (done, total) = opening.progress();
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    }
    let (listing, reading, warning) = opening.finish();
    bar.finish_and_clear();
    if let Some(warning) = warning {
        complain!("warning: {warning}");
    }
    some_read(&args.path, &listing, &reading)?;
    let chosen = defaults::choose(&listing, &reading.items, experiment.train_size);
    let sheet = Sheet::new(&listing, &reading, wanted(&experiment), chosen, experiment.data_seed);
    if args.json {
        say!("{}", serde_json::to_string_pretty(&sheet)?);
    } else {
        say!("{}", sheet.text());
        if listing.classes.is_empty() {
            let path = args.path.display();
            say!(
                "next: label them by hand, in the window (ridgewalk --data {path}) or by tables (ridgewalk project new \
                  PROJECT --images {path})"
            );
        }
    }
    if let Some(path) = &args.left_out {
        disk::write_aside(path, &sheet.left_out()?)
            .with_context(|| format!("{}: cannot be written", path.display()))?;
    }
    Ok(())
}
