//! What files and folders are that were dropped on the window, chosen or given on the command line, and which of them are
//! opened together.

use std::path::{Path, PathBuf};

use crate::archive;
use crate::parcel;
use crate::points;
use crate::project::SETTINGS;
use crate::ui::kit::job::Job;
use crate::ui::kit::words;

/// What can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anything that may hold images; their sheet says if it does not.
    Images,
    /// Points of an embedding.
    Points,
    /// A project.
    Project,
    /// A view of another window.
    View,
    /// A history, or a folder with histories.
    Histories,
    /// An image that may be a mask.
    Mask,
}

impl Kind {
    /// Why another one is not opened at the same time.
    fn alone(self) -> &'static str {
        match self {
            Self::Images => "one set of images is shown at a time; drop the folder that holds all of them",
            Self::Points => "one embedding is shown at a time; drop it alone",
            Self::Project => "one project is open at a time; drop it alone",
            Self::View => "one view is shown at a time; drop it alone",
            Self::Histories => "histories are opened together, but not beside anything else; drop them alone",
            Self::Mask => "one mask is shown at a time; drop the folder that holds all of them",
        }
    }
}

/// Of what was dropped at once, what is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    pub opened: Vec<(PathBuf, Kind)>,
    /// Which ones are not opened and why, in a line.
    pub left: Option<String>,
}

/// A look into what was dropped, on a background thread.
#[derive(Default)]
pub struct Dropped(Job<Vec<(PathBuf, Kind)>>);

impl Dropped {
    /// Looks at paths; what they are is known in a later frame.
    pub fn look(&mut self, ctx: &egui::Context, paths: Vec<PathBuf>) {
        if !paths.is_empty() {
            self.0.start(ctx, move || paths.into_iter().map(known).collect());
        }
    }

    /// Looks at paths that were dropped in this frame; returns earlier ones with what they are.
    pub fn next(&mut self, ctx: &egui::Context, paths: Vec<PathBuf>) -> Option<Arrived> {
        self.look(ctx, paths);
        self.0.take().map(arrived)
    }
}

/// The first one is opened, and with histories all other ones.
fn arrived(all: Vec<(PathBuf, Kind)>) -> Arrived {
    let first = all.first().map(|(_, kind)| *kind);
    let is_opened = |at: usize, kind: Kind| at == 0 || kind == Kind::Histories && first == Some(Kind::Histories);
    let (opened, left): (Vec<_>, Vec<_>) =
        all.into_iter().enumerate().partition(|(at, (_, kind))| is_opened(*at, *kind));
    let [opened, left] =
        [opened, left].map(|part: Vec<(usize, _)>| part.into_iter().map(|(_, one)| one).collect::<Vec<_>>());
    let left = not_opened(&opened, &left);
    Arrived { opened, left }
}

fn not_opened(opened: &[(PathBuf, Kind)], left: &[(PathBuf, Kind)]) -> Option<String> {
    let reason = left.first()?.1.alone();
    let name =
        |(path, _): &(PathBuf, Kind)| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let [opened, left] = [opened, left].map(|all| words::first_of(&all.iter().map(name).collect::<Vec<_>>()));
    Some(format!("Opened: {opened}. Not opened: {left} ({reason})"))
}

/// What is at a path; of a project's settings the folder.
pub fn known(path: PathBuf) -> (PathBuf, Kind) {
    if path.file_name().is_some_and(|name| name == SETTINGS) && path.is_file() {
        return (path.parent().map(Path::to_path_buf).unwrap_or_default(), Kind::Project);
    }
    let kind = kind(&path);
    (path, kind)
}

fn kind(path: &Path) -> Kind {
    let (is_folder, ends) =
        (path.is_dir(), |with: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(with)));
    match () {
        () if path.join(SETTINGS).is_file() => Kind::Project,
        () if !is_folder && ends(parcel::EXTENSION) => Kind::View,
        () if is_folder && archive::holds_history(path) => Kind::Histories,
        () if !is_folder && ends(archive::HISTORY_EXTENSION) => Kind::Histories,
        () if !is_folder && ends(MASK) => Kind::Mask,
        () if points::are_at(path) => Kind::Points,
        () => Kind::Images,
    }
}

/// The ending of a file that a panel takes as a mask.
const MASK: &str = "png";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histories_and_masks_go_to_panels_points_and_projects_to_their_screens_and_all_else_may_be_images() {
        let root = tempfile::tempdir().unwrap();
        for (path, expected) in [
            ("run/histories/snn-1.rwh", Kind::Histories),
            ("mask.PNG", Kind::Mask),
            ("images/cat/1.png", Kind::Images),
            ("digits.npz", Kind::Images),
            ("points.tsv", Kind::Points),
            ("beans/project.toml", Kind::Project),
            ("view.ridgewalk", Kind::View),
        ] {
            let file = root.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, "x").unwrap();
            let top = root.path().join(path.split('/').next().unwrap());
            assert_eq!(known(top.clone()), (top, expected), "{path}");
        }
        let beans = root.path().join("beans");
        assert_eq!(known(beans.join(SETTINGS)), (beans, Kind::Project), "the settings stand for their folder");
    }

    #[test]
    fn histories_are_opened_together_and_of_all_else_the_first_with_a_line_about_the_others() {
        let drop = |all: &[(&str, Kind)]| {
            let Arrived { opened, left } = arrived(all.iter().map(|(path, kind)| (path.into(), *kind)).collect());
            (opened.len(), left.unwrap_or_default())
        };
        use Kind::{Histories, Images, Mask, Points};
        assert_eq!(drop(&[("a", Images)]), (1, String::new()));
        assert_eq!(drop(&[("a", Histories), ("b", Histories)]), (2, String::new()));
        let (count, left) = drop(&[("in/a.rwh", Histories), ("cats", Images), ("b.rwh", Histories)]);
        assert!(count == 2 && left.starts_with("Opened: a.rwh, b.rwh. Not opened: cats (one set of images"), "{left}");
        let (count, left) = drop(&[("a.jpg", Images), ("b.jpg", Images), ("c.jpg", Images)]);
        assert!(count == 1 && left.starts_with("Opened: a.jpg. Not opened: b.jpg, c.jpg (one set"), "{left}");
        let (count, left) = drop(&[("a.png", Mask), ("b.tsv", Points), ("c.rwh", Histories)]);
        assert!(count == 1 && left.starts_with("Opened: a.png. Not opened: b.tsv, c.rwh (one embedding"), "{left}");
    }
}
