//! `ridgewalk points`: what an embedding's files hold.

use std::path::PathBuf;

use clap::Args;

use super::out::say;
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

/// Reads all points and prints the sheet.
pub fn run(args: &PointsArgs) -> anyhow::Result<()> {
    let opening =
        Opening { points: args.path.clone(), metadata: args.metadata.clone(), images: args.images.clone() };
    let sheet = Sheet::new(&read(&opening, &mut |_| {})?);
    if args.json {
        say!("{}", serde_json::to_string_pretty(&sheet)?);
    } else {
        say!("{}", sheet.text());
    }
    Ok(())
}
