//! Figures and tables as pure functions of histories, and their files: SVG, PDF, PNG, CSV, LaTeX, markdown.
//!
//! `Figure` has the content, `Theme` the colours, and the writers (`svg`, `pdf`, `png`, `csv`) the format.

mod error;
mod look;
mod figure;
mod table;
mod drawing;
mod captions;
mod data;
mod many;
mod kinds;
mod files;

pub use data::{BAND_LEVEL, Histories, round_at};
pub use drawing::layout::{Frame, Layout, POINTS_PER_INCH, layout};
pub use drawing::ticks::{Tick, ticks};
pub use error::FigureError;
pub use figure::*;
pub use files::csv::{curves_csv, figure_csv, proposals_csv};
pub use files::export::{Figure4Request, Files, Format, all_files, figure_files, figure4_files};
pub use files::film::{CameraPath, FILM_MARK, Film, FilmOptions};
pub use files::latex::{escape as latex_escape, latex_figure, latex_table};
pub use files::methods::{METHODS, methods};
pub use files::of_folder::{FolderHistories, histories_of, write_tables};
pub use files::pdf::pdf;
pub use files::png::{pixels, png};
pub use files::svg::svg;
pub use kinds::comparison::comparison_table;
pub use kinds::confusion::confusion_round;
pub use kinds::curves::{curves, figure3};
pub use kinds::figure_s1::{Predicted, figure_s1};
pub use kinds::figure4::figure4;
pub use kinds::picks::snapped;
pub use kinds::pictures::{Picture, embedding, sheet};
pub use kinds::rounds::rounds;
pub use kinds::table1::table1;
pub use kinds::walks::{verdict_counts, verdict_table, walks_csv};
pub use kinds::{Drawn, KINDS, Kind, drawn};
pub use look::classes::class_color;
pub use look::looks::{Kin, Looks};
pub use look::style::{BAND_OPACITY, Dash, Ink, Mark, Outline, Rgb, StrategyStyle, Stroke};
pub use look::theme::{Theme, contrast};
pub use table::{Table, field as csv_field};
