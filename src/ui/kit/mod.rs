//! The parts that panels are built from, in dependency order. They depend on no panel, no state and no `Cx`; they
//! receive a theme.

pub mod theme;
pub mod frugal;
pub mod looks;
pub mod words;
pub mod icons;
pub mod painted;
pub mod widgets;
pub mod flow;
pub mod charts;
pub mod class_bars;
pub mod facts;
pub mod images;
pub mod job;
pub mod confirm;
pub mod ask_path;
pub mod export;
pub mod export_figures;
pub mod memo;
pub mod figure_view;
pub mod fuzzy;
pub mod question;
