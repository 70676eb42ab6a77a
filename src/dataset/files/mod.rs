//! Files of published data sets: what they are called, where they are found, and where they come from.

pub mod published;
pub mod locate;
pub mod download;
