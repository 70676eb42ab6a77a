//! What is told of the runs to others: a film of the one shown, and the methods of all in sentences.

pub mod film;
pub mod methods;
