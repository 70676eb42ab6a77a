//! Formats of published data sets: one reader a file.

pub mod tar;
pub mod idx;
pub mod cifar;
