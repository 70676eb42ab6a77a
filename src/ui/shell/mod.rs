//! The frame around the panels: top bar, strip, workspaces, keys, help and messages.

mod tiles;
pub mod workspaces;
pub mod column;
pub mod recent;
pub mod dropped;
pub mod action;
pub mod actions;
pub mod appearance;
pub mod keys;
pub mod palette;
pub mod help;
mod tool;
mod run_buttons;
pub mod tour;
pub mod toasts;
pub mod topbar;
pub mod strip;
pub mod frame_times;
pub mod replacing;
pub mod clearing;
