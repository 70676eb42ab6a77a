//! The runs of a session: their checkpoints, forks, replay, scores, and what is written of them.

pub mod evaluation_codes;
pub mod forking;
pub mod looking_back;
pub mod replay;
pub mod scoring;
pub mod writing;
