//! The files that a run leaves beside its histories.

use std::path::{Path, PathBuf};

use crate::archive::write_atomically;
use crate::figures::{self, Theme};
use crate::history::History;

/// Writes `curves.csv`, `proposals.csv` and `curves.svg` of a run, the same whatever the order of the histories.
pub fn run_files(histories: &[History], out: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut histories = histories.to_vec();
    histories.sort_by_key(|h| (h.header.repeat, h.strategy()));
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
