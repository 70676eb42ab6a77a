//! The runs of a session: their checkpoints, walks, scores, field, pins, forks and replay, and how they are written.

pub mod checkpoints;
pub mod evaluation_codes;
pub mod looking_back;
pub mod scoring;
pub mod walks;
pub mod shown_run;
pub mod forking;
pub mod pins;
pub mod replay;
pub mod autosaving;
pub mod folder;
pub mod shown_field;
pub mod writing;
pub mod kept_tables;
