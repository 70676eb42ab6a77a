//! The parts that every panel is built from: theme, looks of strategies, widgets, textures, file dialogs and jobs. They know no panel and no `Cx`.

pub mod theme;
pub mod looks;
pub mod widgets;
pub mod images;
pub mod job;
pub mod ask_path;
