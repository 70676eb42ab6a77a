//! `ridgewalk points`: what an embedding's files hold.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::out::say;
use crate::paths;
use crate::points::{Opening, Sheet, read};

/// The files of an embedding.
#[derive(Debug, Args)]
pub struct PointsArgs {
    /// Points as NPY (N x n), TSV, CSV or Parquet, or the config JSON of TensorBoard's Embedding Projector.
    path: PathBuf,
    /// A table (TSV or CSV) with a row a point.
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// Thumbnails: a folder with an image a point, or a sprite.
    #[arg(long, value_name = "DIR|SPRITE")]
    images: Option<PathBuf>,
    /// Print a JSON object.
    #[arg(long)]
    json: bool,
}

/// An embedding to look at in the window instead of an experiment.
#[derive(Debug, Args)]
pub struct WindowPoints {
    /// Look at an embedding of your own instead of an experiment: points as NPY, TSV, CSV or Parquet, or the config JSON of
    /// TensorBoard's Embedding Projector.
    #[arg(long, value_name = "PATH", conflicts_with_all = EXPERIMENT)]
    points: Option<PathBuf>,
    /// With --points: a table (TSV or CSV) with a row a point.
    #[arg(long, value_name = "FILE", requires = "points")]
    metadata: Option<PathBuf>,
    /// With --points: a folder with an image a point, or a sprite.
    #[arg(long, value_name = "DIR|SPRITE", requires = "points")]
    images: Option<PathBuf>,
}

/// The options of an experiment, which points have none of.
const EXPERIMENT: [&str; 12] = [
    "preset",
    "experiment",
    "set",
    "masks",
    "levels",
    "data",
    "data_dir",
    "device",
    "generator",
    "cache_dir",
    "strategies",
    "no_autostart",
];

impl WindowPoints {
    /// The files to look at; `None` without --points. Paths are absolute, as the window shows them.
    pub fn opening(&self) -> anyhow::Result<Option<Opening>> {
        let whole = |path: &PathBuf| std::path::absolute(paths::expanded(path)).context("--points");
        let Some(points) = &self.points else { return Ok(None) };
        Ok(Some(Opening {
            points: whole(points)?,
            metadata: self.metadata.as_ref().map(whole).transpose()?,
            images: self.images.as_ref().map(whole).transpose()?,
        }))
    }
}

/// Reads all points and prints the sheet.
pub fn run(args: &PointsArgs) -> anyhow::Result<()> {
    let opening = Opening { points: args.path.clone(), metadata: args.metadata.clone(), images: args.images.clone() };
    let sheet = Sheet::new(&read(&opening, &mut |_| {})?);
    if args.json {
        say!("{}", serde_json::to_string_pretty(&sheet)?);
    } else {
        say!("{}", sheet.text());
    }
    Ok(())
}
