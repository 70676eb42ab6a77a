//! Files of published data sets: their names, how they are found, and how they are downloaded.

pub mod published;
pub mod locate;
pub mod download;
