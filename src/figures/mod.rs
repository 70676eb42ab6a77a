//! Figures and tables as pure functions of histories, and their files: SVG, PDF, PNG, CSV, LaTeX, markdown.
//!
//! `Figure` says what is drawn, `Theme` in which colours, and the writers (`svg`, `pdf`, `png`, `csv`) in which form.

mod confusion;
mod csv;
mod curves;
mod data;
mod difference;
mod export;
mod figure;
mod figure4;
mod figure_s1;
mod latex;
mod layout;
mod pdf;
mod picks;
mod pictures;
mod png;
mod raster;
mod style;
mod svg;
mod table;
mod tables;
mod text;
mod theme;
mod ticks;
mod walks;

pub use confusion::confusion;
pub use csv::{curves_csv, figure_csv, proposals_csv};
pub use curves::{curves, figure3};
pub use data::round_at;
pub use difference::difference;
pub use export::{Figure4Request, Format, catalogue, compatible, export_all, export_figure, export_figure4, tables};
pub use figure::*;
pub use figure_s1::figure_s1;
pub use figure4::figure4;
pub use latex::{escape as latex_escape, latex_figure, latex_table};
pub use layout::{Frame, Layout, POINTS_PER_INCH, layout};
pub use pdf::pdf;
pub use picks::{picks_by_class, snap_distances};
pub use pictures::{Picture, embedding, sheet};
pub use png::{pixels, png};
pub use style::{Dash, Ink, Mark, StrategyStyle, Stroke};
pub use svg::svg;
pub use table::Table;
pub use tables::{comparison_table, table1};
pub use theme::{Rgb, Theme};
pub use ticks::{Tick, ticks};
pub use walks::{verdict_counts, verdict_table, walks_csv};

/// Width of one text column and of a page, inches.
pub const COLUMN_WIDTH: f64 = 3.5;
pub const PAGE_WIDTH: f64 = 7.2;

/// Why figures could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    #[error("there is no history to draw")]
    NoHistory,
    #[error("the histories cannot be drawn together: {strategy}, repeat {repeat}, has another {what} than the first")]
    Mixed { what: &'static str, strategy: &'static str, repeat: usize },
    #[error("the run of {strategy} recorded no walks; run it again with --walks 240 or as many as you like")]
    NoWalks { strategy: &'static str },
    #[error("strategy {strategy} with seed {seed} is there twice")]
    Twice { strategy: &'static str, seed: u64 },
    #[error("cannot write {}: {source}", path.display())]
    Write { path: std::path::PathBuf, source: std::io::Error },
    #[error("cannot draw the figure: {0}")]
    Draw(String),
    #[error("{dpi} dots an inch give an image of no pixels or of too many")]
    Resolution { dpi: f32 },
}
