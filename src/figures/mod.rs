//! Figures and tables as pure functions of histories, and their files: SVG, PDF, PNG, CSV, LaTeX.
//!
//! `Figure` says what is drawn, `Theme` in which colours, and the writers (`svg`, `pdf`, `png`, `csv`) in which form.

mod csv;
mod curves;
mod data;
mod figure;
mod layout;
mod pdf;
mod png;
mod style;
mod svg;
mod text;
mod theme;
mod ticks;

pub use csv::{curves_csv, figure_csv, proposals_csv};
pub use curves::{curves, figure3};
pub use figure::*;
pub use pdf::pdf;
pub use png::png;
pub use style::{Dash, Ink, Mark, StrategyStyle, Stroke};
pub use svg::svg;
pub use theme::{Rgb, Theme};
pub use ticks::{Tick, ticks};

/// Width of one text column and of a page, inches.
pub const COLUMN_WIDTH: f64 = 3.5;
pub const PAGE_WIDTH: f64 = 7.2;

/// Why a figure could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    #[error("cannot write {}: {source}", path.display())]
    Write { path: std::path::PathBuf, source: std::io::Error },
    #[error("cannot draw the figure: {0}")]
    Draw(String),
    #[error("{dpi} dots an inch give an image of no pixels or of too many")]
    Resolution { dpi: f32 },
}
