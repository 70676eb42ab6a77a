//! Where the window is in a session, as it stands in a file beside the session's runs.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::engine::planned::RunId;
use crate::parcel::WINDOW_FILE;
use crate::paths;
use crate::trajectory::VerdictRules;
use crate::ui::kit::job::Job;
use crate::ui::state::{Choices, Named, SavedPin};

/// The file in the folder of a session.
pub const FILE: &str = WINDOW_FILE;

/// What was looked at and chosen.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    pub workspace: String,
    /// The place of the shown run among those of the session.
    pub run: usize,
    pub round: Option<usize>,
    pub sample: Option<u32>,
    pub class: Option<u16>,
    pub selection: Option<Named>,
    pub named: Vec<Named>,
    pub pins: Vec<SavedPin>,
    pub rules: VerdictRules,
    /// Where panels look, by their keys.
    pub poses: BTreeMap<String, String>,
    /// The panels' choices, by their keys: of a view that was saved as a file. Otherwise they are those of the user.
    pub panels: BTreeMap<String, String>,
}

/// What the file depends on, cheap to compare.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub workspace: usize,
    pub run: RunId,
    pub round: Option<usize>,
    pub choices: Choices,
    pub poses: BTreeMap<String, String>,
}

/// The reading and the writing of the file.
#[derive(Default)]
pub struct Returning {
    /// The session that is followed.
    pub session: u64,
    /// Whether its file was asked for, before anything is written there.
    pub asked: bool,
    pub reading: Job<Option<Place>>,
    /// What was read, until the session has its data.
    pub found: Option<Place>,
    pub written: Option<Key>,
    pub written_at: f64,
    pub writing: Job<Result<(), String>>,
}

/// The file in a session's folder; `None` without one, or if it cannot be read: it holds nothing that was computed.
pub fn read(folder: &Path) -> Option<Place> {
    let text = paths::read_text(&folder.join(FILE)).ok()?;
    serde_json::from_str(&text).inspect_err(|e| log::warn!("{FILE} is not read: {e}")).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::archive;

    #[test]
    fn a_place_is_written_and_read_and_what_is_damaged_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).is_none());
        let named = Named { name: "a".into(), samples: Arc::new(vec![1, 5]), evaluation: Arc::default() };
        let place = Place { round: Some(2), named: vec![named], workspace: "walks".into(), ..Place::default() };
        let path = folder.path().join(FILE);
        archive::write_atomically(&path, &serde_json::to_vec(&place).unwrap()).unwrap();
        assert_eq!(read(folder.path()), Some(place));
        archive::write_atomically(&path, b"{\"round\": \"x\"}").unwrap();
        assert!(read(folder.path()).is_none());
        archive::write_atomically(&path, b"{\"later\": 1}").unwrap();
        assert_eq!(read(folder.path()), Some(Place::default()), "what a later program added is left out");
    }
}
