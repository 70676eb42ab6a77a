//! `ridgewalk project import` and `ridgewalk project train`: what a project takes in, and learns.

use std::path::PathBuf;

use anyhow::Context as _;

use super::work::{Bar, WorkArgs, follow_names, open};
use crate::cli::out::say;
use crate::grid::on_one_thread;
use crate::project::transfer::{OnConflict, Told, import, read};
use crate::project::{Status, can_train, counted, one_class};

#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The project.
    folder: PathBuf,
    /// A table with columns `file` and `label`, an export of Label Studio (JSON, JSON_MIN, CSV), or the `labels.csv` of a
    /// copy of the project.
    file: PathBuf,
    /// Add classes that the project does not have.
    #[arg(long)]
    new_classes: bool,
    /// Pass over images that the project does not have.
    #[arg(long)]
    skip_unknown: bool,
    /// Where labels contradict those that are there, take those of the file.
    #[arg(long)]
    replace: bool,
    /// Where labels contradict those that are there, keep these.
    #[arg(long, conflicts_with = "replace")]
    keep: bool,
}

/// Takes labels in, all of a file or none.
pub fn import_file(args: &ImportArgs) -> anyhow::Result<()> {
    let incoming = read(&args.file)?;
    let mut project = open(&args.folder, "import")?;
    follow_names(&mut project);
    let on_conflict = match (args.replace, args.keep) {
        (true, _) => Some(OnConflict::Replace),
        (_, true) => Some(OnConflict::Keep),
        _ => None,
    };
    let told = Told { new_classes: args.new_classes, skip_unknown: args.skip_unknown, on_conflict };
    let done = import(&mut project, &incoming, told).with_context(|| args.file.display().to_string())?;
    done.sentences().iter().for_each(|sentence| say!("{sentence}"));
    Ok(())
}

#[derive(Debug, clap::Args)]
pub struct TrainArgs {
    /// The project.
    folder: PathBuf,
    /// Train also if no label is new since the last round.
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    work: WorkArgs,
}

/// Trains a round and says what came of it.
pub fn train(args: &TrainArgs) -> anyhow::Result<()> {
    let mut project = open(&args.folder, "train")?;
    can_train(&project, args.again)?;
    one_class(&project)?.iter().for_each(|sentence| say!("note: {sentence}"));
    let desk = args.work.desk(&mut project)?;
    let bar = Bar::new("training");
    let record = on_one_thread(|| desk.train(&project, args.again, &mut |progress| bar.round(progress)))??;
    bar.end();
    say!("round {}: trained on {} in {:.1} s", record.round, counted(record.labels, "label"), record.seconds);
    let status = Status::of(&project)?;
    say!("{}", super::tell::accuracy(&status));
    Ok(())
}
