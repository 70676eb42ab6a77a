//! All integration tests in one binary: each more would link everything again.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test stops where it cannot go on")]
#![allow(clippy::print_stderr, clippy::print_stdout, reason = "a test says what it leaves out and measures")]

mod caches;
mod commit;
mod bad_inputs;
mod combined;
mod common;
mod convolutional;
mod dataset;
mod export;
mod engine;
mod engine_lab;
mod field;
mod figures;
mod folders;
mod golden;
mod fork;
mod generator_training;
mod gpu;
mod grid;
mod gradients;
mod histories;
mod identity;
mod labelling;
mod made;
mod masks;
mod monkey;
mod own_masks;
mod packaged;
mod project;
mod repeats;
mod sampler;
mod section;
mod shaders;
mod statistics;
mod stress_panel;
mod tidy;
mod ui;
mod ui_curves;
mod ui_fork;
mod ui_method;
mod ui_own;
mod ui_palette;
mod ui_pair;
mod ui_pins;
mod ui_points;
mod ui_playhead;
mod ui_regions;
mod ui_runs;
mod ui_shell;
mod ui_views;
mod ui_workspaces;
mod view;
mod view_picking;
mod walks;
