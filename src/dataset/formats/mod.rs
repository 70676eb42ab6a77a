//! Formats of published data sets: one reader a file.

pub mod idx;
pub mod tar;
pub mod cifar;
