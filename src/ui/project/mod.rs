//! A project in the window: a person labels what a strategy proposes, by keys alone, while the next round is computed.
//!
//! [`ProjectScreen`] stands in the place of everything else; [`ProjectApp`] is a window with nothing but it. `Open` has the
//! project: a `Pen` writes every answer to the disk before the next image is shown, and `Work` trains and proposes.

mod class_keys;
mod commands;
mod space;
mod work;
mod pen;
mod pace;
mod gallery;
mod place_view;
mod chips;
mod image_view;
mod grid;
mod open;
mod left;
mod right;
mod empty;
mod lasso;
mod centre;
mod new_sheet;
mod screen;
mod projects;
mod app;

pub use app::ProjectApp;
pub use projects::Projects;
pub use screen::Wish;
