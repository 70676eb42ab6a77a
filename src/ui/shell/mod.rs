//! What surrounds the panels: the top bar, the strip, the workspaces, the keys and the notices.

pub mod workspaces;
pub mod topbar;
pub mod strip;
pub mod keys;
pub mod toasts;
pub mod frame_times;
