//! The frame around the panels: top bar, strip, workspaces, keys and messages.

pub mod workspaces;
pub mod topbar;
pub mod strip;
pub mod keys;
pub mod toasts;
pub mod frame_times;
