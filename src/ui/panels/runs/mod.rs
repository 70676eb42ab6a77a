//! The list of runs, beside the settings.

pub mod replaying;
