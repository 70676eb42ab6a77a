//! The window: applies the engine's events, shows the state, and sends the user's commands. It never blocks.
//!
//! Its modules are listed in dependency order: none imports one below it.

mod kit;
pub mod state;
mod panel;
mod panels;
mod shell;
mod points;
mod project;
mod app;
mod opening;

pub use app::{App, UiOptions};
pub use kit::frugal::SHADER;
pub use opening::{run, run_points, run_project};
pub use panels::WORKSPACES;
pub use points::PointsApp;
pub use project::ProjectApp;
pub use shell::actions::ACTIONS;
pub use shell::dropped::{Kind, known};
