//! Projects: people label the images that a strategy proposes, round after round, with the engine of every run.
//!
//! A [`Project`] is a folder with settings, images and labels; [`Pictures`] are its images in memory, and with a world,
//! prepared step by step, they become a [`Desk`], which proposes and trains. `transfer` has what comes in and goes out.

mod error;
mod words;
mod generated;
mod images;
mod settings;
mod terms;
mod names;
mod rows;
mod log;
mod store;
mod rounds;
mod pictures;
mod create;
mod batch;
mod larger;
mod held_out;
mod generating;
mod desk;
mod asking;
mod status;
pub mod transfer;
mod standing;
mod region;
mod list;
mod steps;
mod sitting;

pub use asking::{can_check, can_enlarge};
pub use batch::{Batch, Pick, first_set, of_round};
pub use create::{BATCH, Created, New, OwnLabel, PROPOSES, create};
pub use desk::{Desk, Progress, can_propose, can_train, one_class};
pub use error::ProjectError;
pub use generated::Generated;
pub use held_out::HeldOut;
pub use images::{Image, Images, Purpose};
pub use larger::{Advice, Larger};
pub use list::List;
pub use log::{Answer, Log, Row};
pub use pictures::Pictures;
pub use region::Region;
pub use rounds::{Predictions, lost, predictions, read as read_rounds, remove_class};
pub use settings::{LONGEST_CLASS, SETTINGS, Settings, classes_in};
pub use sitting::Sitting;
pub use standing::{Known, Standing};
pub use status::{Checked, Doubt, Status, pace};
pub use store::{Labels, Project, Said, user};
pub use words::{counted, quoted, verb};
