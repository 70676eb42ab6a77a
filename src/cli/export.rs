//! Figures and tables of runs; Figure 4 from the files that a run writes in addition to its histories.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::args::FiguresArgs;
use super::out::{complain, say};
use crate::archive::{self, ALBUM_EXTENSION, ALBUM_MAGIC, EMBEDDING_FILE, EMBEDDING_MAGIC};
use crate::experiment::Strategy;
use crate::figures::{self, Drawn, Histories};
use crate::grid::GridFolder;
use crate::history::History;
use crate::statistics::{group_named, groups};
use crate::trajectory::VerdictRules;

/// Writes every figure and table of the runs, or Figure 3 alone.
pub fn figures(histories: &[History], args: &FiguresArgs) -> anyhow::Result<Vec<PathBuf>> {
    let histories = Histories::allowing(histories, &args.against, &args.allow_different)?.over(&args.areas);
    let groups = groups(histories.all());
    if group_named(&groups, &args.against).is_none() && args.against != Strategy::Random.into() {
        let names: Vec<_> = groups.iter().filter(|g| !g.is_fork).map(|g| g.name.to_string()).collect();
        anyhow::bail!("--against: `{}` is not the name of one of these groups: {}", args.against, names.join(", "));
    }
    if let Some(text) = lacking(histories.all()) {
        complain!("warning: {text}");
    }
    histories.remarks().for_each(|remark| say!("{remark}"));
    Ok(match args.figure {
        None => figures::all_files(&histories, &args.formats, args.width, args.dpi)?
            .replacing_no_others(&args.out)?
            .write(&args.out)?,
        Some(number) => match figures::drawn(&format!("figure{number}"), &histories)? {
            Drawn::Figure(figure) => {
                figures::figure_files(&figure, Some(&histories), &args.formats, args.width, args.dpi)?
                    .replacing_no_others(&args.out)?
                    .write(&args.out)?
            }
            Drawn::Table(_) => Vec::new(),
        },
    })
}

/// The runs that a grid of these variants and repeats would have and that are not here, or not to their end; `None` if
/// all are, or if these are the histories of forks only.
fn lacking(histories: &[History]) -> Option<String> {
    let runs: Vec<&History> = histories.iter().filter(|h| !h.is_fork()).collect();
    let here: BTreeSet<(String, usize)> = runs.iter().map(|h| (h.variant().stem(), h.header.repeat)).collect();
    let repeats: BTreeSet<usize> = here.iter().map(|(_, repeat)| *repeat).collect();
    let variants: BTreeSet<&String> = here.iter().map(|(variant, _)| variant).collect();
    let all = variants.iter().flat_map(|variant| repeats.iter().map(|repeat| ((*variant).clone(), *repeat)));
    let missing = all.filter(|cell| !here.contains(cell)).map(|(variant, repeat)| format!("no {variant}-{repeat:02}"));
    let is_open = |h: &&&History| {
        let e = &h.header.experiment;
        !e.is_endless() && h.rounds.last().is_none_or(|r| !r.is_last_of(e))
    };
    let open = runs.iter().filter(is_open).map(|h| {
        let (variant, repeat, rounds) = (h.variant().stem(), h.header.repeat, h.header.experiment.rounds);
        format!("{variant}-{repeat:02} has {} of {rounds} rounds", h.rounds.len())
    });
    let found: Vec<String> = missing.chain(open).collect();
    let what = "some runs are missing or have not ended, such as while they are still computed or saved";
    (!found.is_empty()).then(|| format!("{what}: {}", found.join(", ")))
}

/// Writes Figure 4 of one of the runs and prints the verdicts. `files` are those of `histories`; a run that is not a
/// fork is preferred, then SNN.
pub fn figure4(files: &[PathBuf], histories: &[History], args: &FiguresArgs) -> anyhow::Result<Vec<PathBuf>> {
    let walked = |h: &History| h.rounds.iter().any(|r| !r.walk_steps.is_empty());
    let runs = files.iter().zip(histories).filter(|(_, h)| walked(h));
    let (file, history) = runs.min_by_key(|(_, h)| (h.is_fork(), h.strategy() != Strategy::Snn)).with_context(
        || match histories.iter().any(|h| h.header.experiment.walks > 0) {
            true => {
                "the walks of these runs were left out of their histories; give the folder that they were merged from"
            }
            false => "none of these runs recorded walks; run the experiment again with --walks N, for example 240",
        },
    )?;
    // The images along walks have the name of the history's file, also for a fork.
    let name = file.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = run_folder(file)
        .with_context(|| format!("{EMBEDDING_FILE} is missing; give the folder that `ridgewalk run` wrote"))?;
    let embedding = archive::read(&folder.embedding(), EMBEDDING_MAGIC)?;
    let album = archive::read(&folder.album_named(&name), ALBUM_MAGIC).with_context(|| {
        format!("the images along the walks (*.{ALBUM_EXTENSION}) cannot be read; `ridgewalk run --resume` into that folder writes them again")
    })?;
    let rules = VerdictRules::default();
    let request = figures::Figure4Request { history, embedding: &embedding, album: &album, rules };
    let (files, table) = figures::figure4_files(&request, &args.formats, args.width, args.dpi)?;
    let written = files.replacing_no_others(&args.out)?.write(&args.out)?;
    say!("{name}: {}", table.markdown());
    Ok(written)
}

/// The folder of runs that contains `path`; `None` if no folder near it has an embedding.
pub fn run_folder(path: &Path) -> Option<GridFolder> {
    /// Folders to try: `path`, its parent and the parent of that.
    const LEVELS: usize = 3;
    path.ancestors().take(LEVELS).find(|p| p.join(EMBEDDING_FILE).is_file()).map(GridFolder::new)
}
