//! The files that a run leaves beside its histories, and Figure 4 from them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::args::FiguresArgs;
use crate::archive::{self, ALBUM_EXTENSION, ALBUM_MAGIC, EMBEDDING_FILE, EMBEDDING_MAGIC, write_atomically};
use crate::experiment::Strategy;
use crate::figures::{self, Theme};
use crate::grid::GridFolder;
use crate::history::History;
use crate::trajectory::VerdictRules;

/// Writes `curves.csv`, `proposals.csv` and `curves.svg` of a run, the same whatever the order of the histories.
pub fn run_files(histories: &[History], out: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut histories = histories.to_vec();
    histories.sort_by_key(|h| (h.header.repeat, h.variant()));
    let histories = &histories[..];
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

/// Writes Figure 4 of one of the runs, each read from its file, SNN's where it is there and no fork, and prints the verdicts.
pub fn figure4(files: &[PathBuf], histories: &[History], args: &FiguresArgs) -> anyhow::Result<Vec<PathBuf>> {
    let walked = |h: &History| h.rounds.iter().any(|r| !r.walk_steps.is_empty());
    let runs = files.iter().zip(histories).filter(|(_, h)| walked(h));
    let (file, history) = runs.min_by_key(|(_, h)| (h.is_fork(), h.strategy() != Strategy::Snn)).context(
        "none of these runs recorded walks; run the experiment again with --walks 240, or as many as you like",
    )?;
    // A fork's file has a name of its own, and its album has the same.
    let name = file.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = args.histories.iter().find_map(|p| run_folder(p)).with_context(|| {
        format!("{EMBEDDING_FILE} is in none of the folders; Figure 4 needs the folder that `ridgewalk run` wrote")
    })?;
    let embedding = archive::read(&folder.embedding(), EMBEDDING_MAGIC)?;
    let album = archive::read(&folder.album_named(&name), ALBUM_MAGIC)
        .with_context(|| format!("the images along the walks (*.{ALBUM_EXTENSION}) are written when a run ends"))?;
    let rules = VerdictRules::default();
    let request = figures::Figure4Request { history, embedding: &embedding, album: &album, rules };
    let (written, table) = figures::export_figure4(&request, &args.out, &args.formats, args.width, args.dpi)?;
    println!("{name}: {}", table.markdown());
    Ok(written)
}

/// The folder of runs that `path`, one of its files or folders, belongs to.
fn run_folder(path: &Path) -> Option<GridFolder> {
    /// `path` itself, the folder of histories, and a history in it.
    const LEVELS: usize = 3;
    path.ancestors().take(LEVELS).find(|p| p.join(EMBEDDING_FILE).is_file()).map(GridFolder::new)
}
