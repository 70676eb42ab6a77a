//! Rounds: propose, label, train, evaluate, record; one small unit of work at a time.
//!
//! `Run::advance` does one optimiser step, one chunk of an evaluation or one proposal and returns, so that its caller,
//! the engine or the command line, can handle commands in between without changing any result.

mod event;
mod evaluation;
mod training_set;
mod detail;
mod label_queue;
mod proposing;
mod run;
mod candidates;
mod resume;
mod first_round;
mod fork;
mod considered;
mod by_hand;

pub use considered::Reconsidered;
pub use event::{Activity, RunEvent};
pub use first_round::FirstRound;
pub use fork::{Rerun, Turn};
pub use label_queue::LabelProgress;
pub use resume::{MadeMaps, ResumeError, Resuming};
pub use run::Run;
