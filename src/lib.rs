//! Ridgewalk: an explorer of adaptive latent-space sampling.
//!
//! A generator embeds a data set in a small latent space; the gradient of a target model's loss, sent back through
//! the decoder, moves latent points towards harder samples; the samples there are labelled and trained on. The modules
//! are in the order in which the data flows, and no module imports one that is listed below it:
//!
//! an [`experiment`] has every setting of a run, [`rng`] its randomness, [`disk`] writes files atomically, [`cache`]
//! holds what can be computed again, [`paths`] reads what users write, [`guard`] holds libraries that panic on damaged files, [`device`] is where tensors live, [`identity`]
//! says from what and by what a run was computed; a [`dataset`] is embedded by a [`generator`] into [`latent`] space,
//! where [`neighbours`] are found ([`points`] are an embedding that files hold); the [`target`] gives the gradient, a
//! [`sampler`] proposes, a [`round`] labels, trains and evaluates, the [`history`] records it and [`trajectory`] has the
//! walks; the [`engine`] drives all of it on its own thread, a [`parcel`] is a session with its window in one file, and a [`project`] has people label what a sampler proposes.

pub mod rng;
pub mod disk;
pub mod cache;
pub mod paths;
pub mod guard;
pub mod experiment;
pub mod device;
pub mod identity;
pub mod dataset;
pub mod labelling;
pub mod history;
pub mod archive;
pub mod neighbours;
pub mod latent;
pub mod points;
pub mod kernels;
pub mod generator;
pub mod target;
pub mod world;
pub mod sampler;
pub mod trajectory;
pub mod field;
pub mod round;
pub mod difference;
pub mod combine;
pub mod grid;
pub mod statistics;
pub mod figures;
pub mod export;
pub mod engine;
pub mod parcel;
pub mod project;
pub mod view;
pub mod ui;
pub mod cli;
