//! What the window asks of the engine about what it shows, and how it is answered.

mod ray;
pub mod lab;
pub mod pins;
pub mod vessel;
