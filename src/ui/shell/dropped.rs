//! What a file or folder that was dropped on the window is: images to look at, or something that a panel takes.

use std::path::{Path, PathBuf};

use crate::archive;
use crate::points;
use crate::project::SETTINGS;
use crate::ui::kit::job::Job;

/// What was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anything that may hold images; their sheet says if it does not.
    Images,
    /// Points of an embedding.
    Points,
    /// A project.
    Project,
    /// A history, a folder with histories, or one mask.
    Other,
}

/// A look into what was dropped, on a background thread.
#[derive(Default)]
pub struct Dropped(Job<(PathBuf, Kind)>);

impl Dropped {
    /// Looks at a path that was dropped in this frame; returns an earlier one with what it is.
    pub fn next(&mut self, ctx: &egui::Context, path: Option<PathBuf>) -> Option<(PathBuf, Kind)> {
        if let Some(path) = path {
            self.0.start(ctx, move || {
                let kind = kind(&path);
                (path, kind)
            });
        }
        self.0.take()
    }
}

fn kind(path: &Path) -> Kind {
    let is_other = match path.is_dir() {
        true => archive::holds_history(path),
        // One image is a mask.
        false => path.extension().is_some_and(|e| OTHERS.iter().any(|other| e.eq_ignore_ascii_case(other))),
    };
    match () {
        () if path.join(SETTINGS).is_file() => Kind::Project,
        () if is_other => Kind::Other,
        () if points::are_at(path) => Kind::Points,
        () => Kind::Images,
    }
}

/// The endings of files that panels take.
const OTHERS: [&str; 2] = [archive::HISTORY_EXTENSION, "png"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histories_and_masks_go_to_panels_points_and_projects_to_their_screens_and_all_else_may_be_images() {
        let root = tempfile::tempdir().unwrap();
        for (path, expected) in [
            ("run/histories/snn-1.rwh", Kind::Other),
            ("mask.PNG", Kind::Other),
            ("images/cat/1.png", Kind::Images),
            ("digits.npz", Kind::Images),
            ("points.tsv", Kind::Points),
            ("beans/project.toml", Kind::Project),
        ] {
            let file = root.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, "x").unwrap();
            let top = root.path().join(path.split('/').next().unwrap());
            assert_eq!(kind(&top), expected, "{path}");
        }
    }
}
