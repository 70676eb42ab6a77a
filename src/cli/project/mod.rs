//! `ridgewalk project`: label images that a strategy proposes, without a window.

mod work;
mod make;
mod give;
mod tell;
mod take;

use clap::Subcommand;

/// What to do with a project.
#[derive(Debug, Subcommand)]
pub enum ProjectAction {
    /// Make a project of a folder of images.
    New(make::NewArgs),
    /// Write the images to label next, as a table or as Label Studio's tasks.
    Propose(give::ProposeArgs),
    /// Give the test images of which nothing was said back to the pool: what `propose --test` drew too many of.
    GiveBack(give::GiveBackArgs),
    /// Take labels in: a table with columns `file` and `label`, or an export of Label Studio.
    Import(take::ImportArgs),
    /// Train one round on all labels there are.
    Train(take::TrainArgs),
    /// Say where a project stands.
    Status(tell::StatusArgs),
    /// Write the labels, the predictions for every image, or a folder of images a class.
    Export(give::ExportArgs),
}

impl ProjectAction {
    /// Whether the text that it prints is its result.
    pub fn prints(&self) -> bool {
        matches!(self, Self::Status(_))
    }
}

pub fn run(action: &ProjectAction) -> anyhow::Result<()> {
    match action {
        ProjectAction::New(args) => make::new(args),
        ProjectAction::Propose(args) => give::propose(args),
        ProjectAction::GiveBack(args) => give::give_back(args),
        ProjectAction::Import(args) => take::import_file(args),
        ProjectAction::Train(args) => take::train(args),
        ProjectAction::Status(args) => tell::status(args),
        ProjectAction::Export(args) => give::export(args),
    }
}
