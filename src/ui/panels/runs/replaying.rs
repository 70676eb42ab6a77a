//! Reading saved runs on a background thread, so that they are shown in every view.

use std::path::{Path, PathBuf};

use egui::Context;

use crate::archive::{self, SavedRun};
use crate::combine::check;
use crate::engine::protocol::Level;
use crate::parcel::WINDOW_FILE;
use crate::ui::kit::job::Job;
use crate::ui::panel::Cx;

/// The reading of saved runs.
#[derive(Default)]
pub struct Replaying(Job<Result<Found, String>>);

/// Saved runs, and their folder if it says where a window was.
type Found = (Vec<SavedRun>, Option<PathBuf>);

impl Replaying {
    /// Starts reading the runs at a path, of one repeat or of all.
    pub fn read(&mut self, ctx: &Context, path: PathBuf, repeat: Option<usize>) {
        self.0.start(ctx, move || {
            let runs = read(&path, repeat)?;
            Ok((runs, Some(path).filter(|folder| folder.join(WINDOW_FILE).is_file())))
        });
    }

    /// Shows what was read in place of the present session.
    pub fn ui(&mut self, cx: &mut Cx<'_>) {
        match self.0.take() {
            Some(Ok((runs, place))) => {
                let command = cx.state.replay(runs, place);
                cx.commands.push(command);
            }
            Some(Err(e)) => cx.state.say(Level::Error, e),
            None => {}
        }
    }
}

/// The saved runs at a path, of one repeat or of all.
fn read(path: &Path, repeat: Option<usize>) -> Result<Vec<SavedRun>, String> {
    let repeats: Vec<usize> = match repeat {
        Some(repeat) => vec![repeat],
        None => {
            let files = archive::history_files(path).map_err(|e| e.to_string())?;
            let headers = files.iter().map(|file| archive::read_header(file).map(|header| header.repeat));
            let mut found = headers.collect::<Result<Vec<_>, _>>().map_err(|e| e.to_string())?;
            found.sort_unstable();
            found.dedup();
            found
        }
    };
    let mut runs = Vec::new();
    for repeat in repeats {
        runs.extend(archive::read_runs(path, repeat).map_err(|e| e.to_string())?);
    }
    check(&runs.iter().map(|r| &r.history).collect::<Vec<_>>()).map_err(|e| e.to_string())?;
    match (runs.is_empty(), repeat) {
        (false, _) => Ok(runs),
        (true, Some(repeat)) => Err(format!("{} has no repeat {repeat}", path.display())),
        (true, None) => Err(format!("{} has no run that can be shown", path.display())),
    }
}
