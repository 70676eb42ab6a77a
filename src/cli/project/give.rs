//! `ridgewalk project propose` and `ridgewalk project export`: what a project gives.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::work::{WorkArgs, open, tell};
use crate::cli::args::{at_least_one, variant};
use crate::cli::out::say;
use crate::disk;
use crate::experiment::Variant;
use crate::grid::on_one_thread;
use crate::project::transfer::{
    CONFIG, Folders, HEAD, Table, can_put, csv, folders, json, mark, may_write, rows, table,
};
use crate::project::{Answer, Project, ProjectError, Status, can_propose, counted, first_set, verb};

#[derive(Debug, clap::Args)]
pub struct ProposeArgs {
    /// The project.
    folder: PathBuf,
    /// How many images; by default `samples_per_round` of its settings.
    #[arg(long, value_parser = at_least_one)]
    count: Option<usize>,
    /// The strategy instead of that of the settings, with values of its own fields: "snn alpha=0.5". In round 1 the first
    /// set is chosen by `first_set`.
    #[arg(long, value_parser = variant, conflicts_with = "test")]
    strategy: Option<Variant>,
    /// The file: batch.csv, a table to fill in; or batch.json, Label Studio's tasks.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Draw images for the test, at random; they are never trained on. Do it first.
    #[arg(long)]
    test: bool,
    /// What Label Studio puts before the name of an image.
    #[arg(long, value_name = "URL", default_value = "/data/local-files/?d=")]
    image_prefix: String,
    #[command(flatten)]
    work: WorkArgs,
}

/// Writes the next batch.
pub fn propose(args: &ProposeArgs) -> anyhow::Result<()> {
    let is_json = match extension(&args.out).as_str() {
        "csv" => false,
        "json" => true,
        _ => anyhow::bail!("--out {}: give a file that ends with .csv or .json", args.out.display()),
    };
    let mut project = open(&args.folder, "propose")?;
    may_write(&project, &args.out, &mark(is_json)).context("--out")?;
    let count = args.count.unwrap_or(project.experiment().samples_per_round);
    let rows = if args.test {
        let status = Status::of(&project)?;
        let (before, batch) = (status.batch, project.experiment().samples_per_round.min(status.pool / 2));
        let left = status.pool.saturating_sub(count.saturating_sub(status.test_images_unlabelled));
        if left < batch && status.pool > 0 && !project.settings().splits_of_experiment {
            let most = (status.pool + status.test_images_unlabelled).saturating_sub(batch);
            anyhow::bail!(
                "--count {count}: that would leave {} for training; at most {most} can be for the test",
                counted(left, "image")
            );
        }
        let drawn = project.draw_test(count, &first_set(&project)?)?;
        if drawn.is_empty() {
            let what = "no image can be drawn for the test: each is labelled, given up, or a copy of one that is";
            let help = match Status::of(&project)?.test_images {
                0 => "; for an accuracy make a project whose labels say in a column `split` which are for the `test`",
                _ => "",
            };
            anyhow::bail!("{what}{help}");
        }
        let now = Status::of(&project)?.batch;
        if now < before {
            say!("note: {} of them were in the batch that is out, which has {now} now", before - now);
        }
        rows(&project, None, &drawn)?
    } else {
        can_propose(&project, args.strategy.as_ref())?;
        let desk = args.work.desk(&mut project)?;
        let batch = on_one_thread(|| desk.propose(&mut project, args.strategy.as_ref(), count, &|_| false))??;
        rows(&project, Some(&batch), &[])?
    };
    if rows.is_empty() {
        anyhow::bail!(
            "no image is left to label: each of the pool is labelled, given up or put off until the next round"
        );
    }
    let bytes = if is_json { json(&rows, &args.image_prefix)? } else { csv(&project, &rows)? };
    write(&args.out, &bytes)?;
    let (what, by) = (rows.len(), rows.first().map_or("", |row| &row.strategy));
    say!("{}: {} to label ({by})", args.out.display(), counted(what, "image"));
    if what < count {
        say!("note: {count} were asked for, and no more are there");
    }
    let generated = rows.iter().filter(|row| row.is_generated).count();
    if generated > 0 {
        let folder = args.folder.display();
        let none = Answer::NoneOfThese.name();
        let help = match project.class(none) {
            None => format!("`{none}` in the column `label` says that there is no such thing"),
            Some(_) => format!("`{none}` is a class here, so only the window can say that there is no such thing"),
        };
        let (are, lie) = (verb(generated, "is", "are"), verb(generated, "lies", "lie"));
        say!("note: {generated} of them {are} generated, and {lie} below {folder}; {help}");
    }
    if is_json {
        let none = Some(Answer::NoneOfThese.name()).filter(|none| generated > 0 && project.class(none).is_none());
        let choices = project.classes().iter().map(String::as_str).chain(none);
        let choices: String = choices.map(|class| format!("    <Choice value=\"{}\"/>\n", escaped(class))).collect();
        say!("labelling interface for Label Studio:\n{}", CONFIG.replace("{choices}", &choices));
    }
    Ok(())
}

#[derive(Debug, clap::Args)]
pub struct GiveBackArgs {
    /// The project.
    folder: PathBuf,
}

/// Gives drawn test images back to the pool.
pub fn give_back(args: &GiveBackArgs) -> anyhow::Result<()> {
    let mut project = open(&args.folder, "give-back")?;
    let given = project.give_back_test()?;
    let status = Status::of(&project)?;
    say!(
        "{} {} in the pool again; the test has {} with a label",
        counted(given, "image"),
        verb(given, "is", "are"),
        counted(status.test_images, "image")
    );
    Ok(())
}

#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// The project.
    folder: PathBuf,
    /// The table: a row for each labelled image, or with --predictions for every image.
    #[arg(long, value_name = "FILE.csv", required_unless_present = "folders")]
    out: Option<PathBuf>,
    /// Add the model's guess and probabilities, for every image.
    #[arg(long, requires = "out")]
    predictions: bool,
    /// A new or empty folder, which gets one folder a class with the labelled images: hard links where possible, else
    /// copies.
    #[arg(long, value_name = "DIR")]
    folders: Option<PathBuf>,
    #[command(flatten)]
    work: WorkArgs,
}

/// Writes labels, predictions and folders.
pub fn export(args: &ExportArgs) -> anyhow::Result<()> {
    if let Some(out) = args.out.as_ref().filter(|out| ["json", "parquet", "npz"].contains(&extension(out).as_str())) {
        anyhow::bail!("--out {}: the table is CSV; give a file that ends with .csv", out.display());
    }
    let mut project = Project::look(&args.folder)?;
    tell(&project)?;
    // All that may be wrong, before anything is written.
    let pictures = args.folders.as_ref().map(|folders| {
        let pictures = args.work.pictures(&mut project)?;
        can_put(&project, &pictures, folders)?;
        anyhow::Ok((folders, pictures))
    });
    let pictures = pictures.transpose()?;
    if pictures.is_none() {
        args.work.follow_names(&mut project)?;
    }
    if let Some(out) = &args.out {
        let what = if args.predictions { Table::Predictions } else { Table::Labels };
        may_write(&project, out, &HEAD.join(",")).context("--out")?;
        let bytes = table(&project, what)?;
        write(out, &bytes)?;
        say!("{}", out.display());
    }
    if let Some((out, pictures)) = pictures {
        let Folders { linked, copied, generated, renamed } = folders(&project, &pictures, out)?;
        let of_them = if generated > 0 { format!(", of them {generated} generated") } else { String::new() };
        say!("{}: {} linked, {copied} copied{of_them}", out.display(), counted(linked, "image"));
        renamed.iter().for_each(|(class, name)| say!("note: the class `{class}` is in the folder `{name}`"));
    }
    Ok(())
}

fn extension(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let written = disk::write_aside(path, bytes);
    written.map_err(|source| ProjectError::Write { path: path.into(), source }).context("--out")
}

/// A text inside an attribute of XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
