//! `Experiment`: every setting of a run, its presets, and its validation with the field's name in each error.

mod value;
mod choices;
mod strategy;
mod task;
mod datasets;
mod networks;
mod mask_levels;
mod fields;
mod derived;
mod edit;
mod checks;
mod text;
mod variant;
pub mod presets;
mod batches;

pub use batches::*;
pub use checks::*;
pub use choices::*;
pub use datasets::*;
pub use edit::*;
pub use fields::*;
pub use mask_levels::*;
pub use networks::*;
pub use strategy::*;
pub use task::*;
pub use text::*;
pub use value::*;
pub use variant::*;
