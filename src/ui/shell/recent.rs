//! The histories, images and points that were opened lately.

use std::path::{Path, PathBuf};

use crate::ui::kit::memo::Memo;
use crate::ui::state::RunList;

/// Most paths that are remembered.
const MOST: usize = 6;

/// Their paths, the latest first.
#[derive(Default)]
pub struct Recent {
    pub folders: Vec<PathBuf>,
    /// The version of the list of runs that was looked through.
    listed: Memo<u64, ()>,
    /// What was remembered last.
    last: Option<PathBuf>,
}

impl Recent {
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders, ..Self::default() }
    }

    /// Remembers what was opened since the last call, and forgets what was deleted.
    pub fn follow(&mut self, list: &RunList) {
        if !self.listed.changed(list.version) {
            return;
        }
        let opened = list.groups().filter(|group| group.is_opened).filter_map(|group| group.path.as_deref());
        let opened: Vec<PathBuf> = opened.map(Path::to_path_buf).collect();
        // The newest comes last, and so to the first place.
        opened.iter().rev().for_each(|path| self.remember(path));
        for deleted in list.deleted.iter().filter_map(|folder| std::path::absolute(folder).ok()) {
            self.folders.retain(|known| !known.starts_with(&deleted));
        }
    }

    /// Puts a path that is open in the first place.
    pub fn remember(&mut self, path: &Path) {
        if self.last.as_deref() == Some(path) {
            return;
        }
        self.last = Some(path.to_path_buf());
        let Ok(path) = std::path::absolute(path) else { return };
        self.folders.retain(|known| *known != path);
        self.folders.insert(0, path);
        self.folders.truncate(MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_is_deleted_is_no_longer_among_what_was_opened_lately() {
        let [session, other] = ["sessions/a", "elsewhere/b"].map(|p| std::path::absolute(p).unwrap());
        let mut recent = Recent::new(vec![session.join("histories"), session.clone(), other.clone()]);
        let mut list = RunList::default();
        recent.follow(&list);
        assert_eq!(recent.folders.len(), 3);
        list.version += 1;
        list.deleted.push("sessions/a".into());
        recent.follow(&list);
        assert_eq!(recent.folders, [other]);
    }
}
