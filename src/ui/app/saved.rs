//! The window's state that is saved between starts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::ui::panels::settings::presets::OwnPreset;
use crate::ui::shell::column::Column;
use crate::ui::shell::workspaces::Layouts;

/// The window's state that is saved between starts.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    pub layouts: Layouts,
    /// The panels' choices, by panel key.
    pub panels: BTreeMap<String, String>,
    pub column: Column,
    /// The limit of the sessions on disk, if it was changed.
    pub autosave_bytes: Option<u64>,
    /// The folders chosen for the files of data sets, by data set.
    pub data_folders: BTreeMap<String, PathBuf>,
    /// The folders of unfinished sessions that a start has told of.
    pub told: Vec<PathBuf>,
    /// Folders with histories that were opened, the latest first.
    pub recent: Vec<PathBuf>,
    /// Without motion.
    pub still: bool,
    /// Folders of projects that were opened, the latest first.
    pub projects: Vec<PathBuf>,
    /// Whether the tour was shown.
    pub toured: bool,
    /// The user's own presets, by name.
    pub presets: BTreeMap<String, OwnPreset>,
}
