//! The parts that every panel is built from, in the order of their dependency. They know no panel, no state and no `Cx`:
//! they are given a theme.

pub mod theme;
pub mod looks;
pub mod words;
pub mod icons;
pub mod widgets;
pub mod charts;
pub mod facts;
pub mod images;
pub mod job;
pub mod ask_path;
pub mod export;
pub mod memo;
pub mod question;
