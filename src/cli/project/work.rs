//! Parts of several commands on projects: what they are called for others, progress, and the images in memory.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::out::say;
use crate::cli::run::prepare;
use crate::device::{self, ComputeDevice, DeviceKind};
use crate::project::{Desk, Pictures, Progress, Project, lost};

/// Where the images are and what computes.
#[derive(Debug, Clone, clap::Args)]
pub struct WorkArgs {
    /// The images, if they are no longer where they were; the project remembers it.
    #[arg(long, value_name = "PATH")]
    images: Option<PathBuf>,
    /// The device to compute on: cpu or gpu.
    #[arg(long, default_value = "cpu")]
    device: DeviceKind,
}

impl WorkArgs {
    /// Reads the images of a project.
    pub fn pictures(&self, project: &mut Project) -> anyhow::Result<Pictures> {
        let bar = Bar::new("reading images");
        let pictures = Pictures::read(project, self.images.as_deref(), &mut |done, all| bar.show(done, all))?;
        bar.end();
        pictures.notes.iter().for_each(|note| say!("note: {note}"));
        Ok(pictures)
    }

    /// Has the names of images be those of now: where the images are said to be, or else where they were.
    pub fn follow_names(&self, project: &mut Project) -> anyhow::Result<()> {
        match &self.images {
            Some(_) => self.pictures(project).map(drop),
            None => {
                follow_names(project);
                Ok(())
            }
        }
    }

    /// The images and models of a project.
    pub fn desk(&self, project: &mut Project) -> anyhow::Result<Desk> {
        let pictures = self.pictures(project)?;
        let device = ComputeDevice::open(self.device, device::software_allowed())?;
        let world = prepare(&mut pictures.preparation(project, &device)?, &|_| Ok(()))?;
        Ok(Desk::new(pictures, world))
    }
}

/// Looks at the images of a project where they are, so that their names are those of now; without them those of before
/// stay, and that is told.
pub fn follow_names(project: &mut Project) {
    let bar = Bar::new("reading images");
    let pictures = Pictures::read(project, None, &mut |done, all| bar.show(done, all));
    bar.end();
    match pictures {
        Ok(pictures) => pictures.notes.iter().for_each(|note| say!("note: {note}")),
        Err(e) => say!("note: images are named as they were when they were last read: {e}"),
    }
}

/// Opens a project to change it, and tells what was put right.
pub fn open(folder: &Path, command: &str) -> anyhow::Result<Project> {
    let project = Project::open(folder, &format!("`ridgewalk project {command}`"))?;
    tell(&project)?;
    Ok(project)
}

/// Tells what was put right in the files of a project, passed over, or lost.
pub fn tell(project: &Project) -> anyhow::Result<()> {
    [project.notes(), lost(project)?].concat().iter().for_each(|note| say!("note: {note}"));
    Ok(())
}

/// A progress bar on a terminal, and nothing elsewhere.
pub struct Bar(ProgressBar);

impl Bar {
    pub fn new(what: &str) -> Self {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{msg:<24} {bar:40} {pos}/{len} {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what.to_owned());
        Self(bar)
    }

    /// Shows how far it is, and goes on.
    pub fn show(&self, done: usize, all: usize) -> bool {
        self.0.set_length(all as u64);
        self.0.set_position(done as u64);
        true
    }

    /// Shows how far a round is, and goes on.
    pub fn round(&self, progress: Progress) -> bool {
        let (what, done, all) = match progress {
            Progress::Training { done, all } => ("training", done, all),
            Progress::Predicting { done, all } => ("predicting", done, all),
        };
        self.0.set_message(what);
        self.show(done, all)
    }

    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// A path as a shell reads it as one word.
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@%=".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_spaces_or_quotes_is_one_word_of_a_shell() {
        for (path, word) in [("a/b-1.csv", "a/b-1.csv"), ("x y/é", "'x y/é'"), ("it's", "'it'\\''s'"), ("~a", "'~a'")]
        {
            assert_eq!(quoted(Path::new(path)), word);
        }
    }
}
