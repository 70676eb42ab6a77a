//! The folders with histories that were opened lately.

use std::path::PathBuf;

use crate::ui::kit::memo::Memo;
use crate::ui::state::RunList;

/// Most folders that are remembered.
const MOST: usize = 6;

/// The folders, the latest first.
#[derive(Default)]
pub struct Recent {
    pub folders: Vec<PathBuf>,
    /// The version of the list of runs that was looked through.
    listed: Memo<u64, ()>,
}

impl Recent {
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders, ..Self::default() }
    }

    /// Remembers what was opened since the last call.
    pub fn follow(&mut self, list: &RunList) {
        if !self.listed.changed(list.version) {
            return;
        }
        let opened = list.groups().filter(|group| group.is_opened).filter_map(|group| group.path.as_deref());
        for path in opened.filter_map(|path| std::path::absolute(path).ok()) {
            if !self.folders.contains(&path) {
                self.folders.insert(0, path);
                self.folders.truncate(MOST);
            }
        }
    }
}
