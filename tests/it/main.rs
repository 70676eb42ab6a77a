//! All integration tests in one binary: each more would link everything again.

mod common;
mod convolutional;
mod dataset;
mod engine;
mod field;
mod figures;
mod golden;
mod fork;
mod gpu;
mod grid;
mod gradients;
mod labelling;
mod made;
mod sampler;
mod section;
mod shaders;
mod statistics;
mod stress_panel;
mod tidy;
mod ui;
mod ui_fork;
mod ui_pair;
mod ui_regions;
mod view;
mod view_picking;
mod walks;
