//! `ridgewalk project new`.

use std::path::PathBuf;

use anyhow::Context as _;

use super::work::{Bar, quoted};
use crate::cli::args::{each_once, experiment_in};
use crate::cli::out::say;
use crate::project::transfer::{Incoming, Told, import, read};
use crate::project::{Created, New, Status, classes_in, counted, create, verb};

#[derive(Debug, clap::Args)]
pub struct NewArgs {
    /// The folder for the project: new or empty.
    folder: PathBuf,
    /// The images: a folder, an archive or an array, as `ridgewalk data` reads them. Labels that they come with are not
    /// needed.
    #[arg(long, value_name = "PATH")]
    images: PathBuf,
    /// The classes, separated by commas, one that holds a comma in quotes; without them, those of the first import.
    #[arg(long, value_name = "A,B,...")]
    classes: Option<String>,
    /// Labels that there are already: a table with columns `file` and `label`, or an export of Label Studio.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Take the labels that the images come with: names of folders, a table, an array.
    #[arg(long, conflicts_with = "labels")]
    own_labels: bool,
    /// Set one field of the settings; may be repeated. `ridgewalk info` lists the fields, `first_set` and `strategy` among
    /// them; those of the network and of sampling may also be changed later in `experiment.toml`.
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// Take settings, splits, classes and first set of this experiment, whose images these are: with the same labels the
    /// project then has the rounds of `ridgewalk run`.
    #[arg(long = "as", value_name = "EXPERIMENT.toml")]
    like: Option<PathBuf>,
    /// A folder with the data of the experiment of --as, searched before RIDGEWALK_DATA and the user's data folder.
    #[arg(long, value_name = "DIR", requires = "like")]
    data_dir: Option<PathBuf>,
}

/// Test images that are advised, if so many can be spared.
const TEST_IMAGES: usize = 50;

/// Makes a project, and takes in the labels that there are.
pub fn new(args: &NewArgs) -> anyhow::Result<()> {
    each_once(&args.set)?;
    let like = args.like.as_ref().map(|file| experiment_in(file)).transpose().context("--as")?;
    let classes = args.classes.as_deref().map(classes_in).transpose();
    let classes = classes.map_err(anyhow::Error::msg).context("--classes")?.unwrap_or_default();
    let new = New {
        images: args.images.clone(),
        classes,
        like: like.map(|experiment| (experiment, args.data_dir.clone())),
        set: args.set.clone(),
    };
    // Before anything is made.
    let given = args.labels.as_ref().map(|file| read(file)).transpose()?;
    let bar = Bar::new("reading images");
    let created = create(&args.folder, &new, "`ridgewalk project new`", &mut |done, all| bar.show(done, all))?;
    bar.end();
    let Created { mut project, notes, labels } = created;
    notes.iter().for_each(|note| say!("note: {note}"));
    let with_labels = labels.len();
    let incoming = match given {
        Some(given) => given,
        None if args.own_labels => labels.into_iter().map(|label| Incoming::of_image(&project, label)).collect(),
        None => Vec::new(),
    };
    let file = args.labels.as_deref().unwrap_or(&args.images).display();
    if !incoming.is_empty() {
        let told = import(&mut project, &incoming, Told::default());
        let told = told.with_context(|| {
            format!("{file}: the project is made, and without labels; put them right and import them")
        });
        told?.sentences().iter().for_each(|sentence| say!("{sentence}"));
    } else if with_labels > 0 && args.labels.is_none() {
        let (images, come) = (counted(with_labels, "image"), verb(with_labels, "comes", "come"));
        say!("note: {images} {come} with labels, which are not taken; --own-labels takes them");
    }
    if with_labels == 0 && args.own_labels {
        say!("note: --own-labels: the images come with no labels, so none were taken");
    }
    let (images, experiment) = (project.images().len(), project.experiment());
    say!("{}: a project of {}", args.folder.display(), counted(images, "image"));
    let (folder, pool) = (quoted(&args.folder), Status::of(&project)?.pool);
    if pool == 0 {
        say!("next: ridgewalk project train {folder}");
        return Ok(());
    }
    let test = TEST_IMAGES.min(pool / 4).max(1);
    say!("next: a test set, ridgewalk project propose {folder} --test --count {test} --out test.csv");
    let count = experiment.samples_per_round.min(pool);
    say!("then: the first batch, ridgewalk project propose {folder} --count {count} --out batch.csv");
    Ok(())
}
