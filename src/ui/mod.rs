//! The window: takes in what the engine says, shows it, and sends what the user wants. It never waits.
//!
//! Its parts, in the order of their dependency: no part imports one that is listed below it.

mod kit;
pub mod state;
mod panel;
mod panels;
mod shell;
mod app;

pub use app::{App, UiOptions, run};
pub use panels::WORKSPACES;
