//! The frame around the panels: top bar, strip, workspaces, keys, help and messages.

mod tiles;
pub mod workspaces;
pub mod column;
pub mod recent;
pub mod dropped;
pub mod keys;
pub mod help;
pub mod action;
mod run_buttons;
pub mod toasts;
pub mod topbar;
pub mod strip;
pub mod frame_times;
pub mod replacing;
