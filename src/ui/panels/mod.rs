//! The panels, one folder each, in the order of their dependency: no panel imports one that is listed below it.

pub mod curves;
pub mod settings;
pub mod regions;
pub mod vessel;
pub mod latent;
pub mod explore;
pub mod compare;
pub mod walks;
pub mod method;
pub mod pair;
