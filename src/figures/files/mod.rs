//! The files that figures and tables are written to, one format a file.

pub mod csv;
pub mod latex;
pub mod svg;
pub mod of_folder;
pub mod png;
pub mod pdf;
pub mod film;
pub mod methods;
pub mod about;
pub mod export;
