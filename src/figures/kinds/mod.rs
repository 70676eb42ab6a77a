//! The figures and tables, one file a kind.

pub mod curves;
pub mod confusion;
pub mod difference;
pub mod figure4;
pub mod figure_s1;
pub mod picks;
pub mod pictures;
pub mod tables;
pub mod walks;
