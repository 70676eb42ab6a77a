//! The list of tables of an export; a new one is a function and a row.

mod columns;
mod runs;
mod labelled;
mod walks;
mod models;
mod vessels;
mod splits;

use super::cells::Column;
use super::error::ExportError;
use super::material::Material;
use super::missing::Missing;
use super::sheet::Sheet;

/// One table of an export.
pub struct Table {
    /// Stem of its files.
    pub name: &'static str,
    /// What a row of it is.
    pub row: &'static str,
    /// Why it may have no row, as the end of a sentence.
    pub without: &'static str,
    /// The columns, some of which depend on the runs: dimensions, classes.
    pub columns: fn(&Material) -> Vec<Column>,
    /// Adds the rows, and what is missing in them.
    pub fill: Fill,
}

type Fill = fn(&Material, &mut Sheet<'_>, &mut Vec<Missing>) -> Result<(), ExportError>;

/// Every table, in the order in which they are written.
pub static TABLES: &[Table] = &[
    Table { name: "runs", row: "a run", without: "there is no run", columns: runs::RUNS, fill: runs::runs },
    Table {
        name: "splits",
        row: "an image of the data, with the file and the place in it that it was read from",
        without: "the data are not there",
        columns: splits::SPLITS,
        fill: splits::splits,
    },
    Table {
        name: "rounds",
        row: "a round of a run, with its times",
        without: "no round was completed",
        columns: runs::ROUNDS,
        fill: runs::rounds,
    },
    Table {
        name: "curves",
        row: "an evaluation",
        without: "no round was completed",
        columns: runs::CURVES,
        fill: runs::curves,
    },
    Table {
        name: "endpoints",
        row: "a run's endpoint, with the difference from the baseline's run of the same seed",
        without: "no run has two rounds with a finite value",
        columns: runs::ENDPOINTS,
        fill: runs::endpoints,
    },
    Table {
        name: "confusion",
        row: "a cell of a round's confusion matrix",
        without: "labels are maps",
        columns: runs::CONFUSION,
        fill: runs::confusion,
    },
    Table {
        name: "predictions",
        row: "an image of the evaluation split in a round",
        without: "the histories hold no predictions: labels are maps, or they were merged without steps",
        columns: models::PREDICTIONS,
        fill: models::predictions,
    },
    Table {
        name: "vessels",
        row: "a vessel of the evaluation split in a round, with its decoded twin",
        without: "labels are classes, or what is needed to predict maps again is not there",
        columns: vessels::VESSELS,
        fill: vessels::vessels,
    },
    Table {
        name: "proposals",
        row: "a labelled sample",
        without: "no round was completed",
        columns: labelled::PROPOSALS,
        fill: labelled::proposals,
    },
    Table {
        name: "steps",
        row: "the step that led to a labelled sample",
        without: "no strategy took steps, or the histories were merged without them",
        columns: labelled::STEPS,
        fill: labelled::steps,
    },
    Table {
        name: "pools",
        row: "a sample that a scoring strategy looked at, labelled or passed over",
        without: "no strategy scores samples, or what is needed to score them again is not there",
        columns: models::POOLS,
        fill: models::pools,
    },
    Table {
        name: "generated",
        row: "a generated sample that was labelled",
        without: "no strategy generates samples",
        columns: labelled::GENERATED,
        fill: labelled::generated,
    },
    Table {
        name: "refusals",
        row: "a generated sample that the labelling tool rejected",
        without: "none was rejected",
        columns: labelled::REFUSALS,
        fill: labelled::refusals,
    },
    Table {
        name: "walks",
        row: "a walk, with its verdict",
        without: "no walks were recorded (--walks), or they were left out when shards were merged",
        columns: walks::WALKS,
        fill: walks::walks,
    },
    Table {
        name: "walk_steps",
        row: "a step of a walk, with what the verdict is found from",
        without: "no walks were recorded (--walks), or they were left out when shards were merged",
        columns: walks::WALK_STEPS,
        fill: walks::walk_steps,
    },
];
