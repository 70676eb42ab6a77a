//! An embedding in the window: the latent view of points that files hold, without any run.
//!
//! [`PointsScreen`] stands in the place of everything else; [`PointsApp`] is a window with nothing but it.

mod shown;
mod thumbs;
mod paint;
mod view;
mod legend;
mod settings;
mod details;
mod screen;
mod app;

pub use app::PointsApp;
pub use screen::{PointsScreen, Wish};
