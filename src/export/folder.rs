//! The folder of an export: its tables, arrays and weights, and `export.json`, which lists them and what is missing.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::card::Card;
use super::error::ExportError;
use super::material::{Material, NO_WEIGHTS};
use super::missing::Missing;
use super::sheet::{self, Format};
use super::tables::TABLES;
use crate::archive::EXPORT_LIST;
use crate::disk::{self, FolderLock};
use crate::experiment::Field;
use crate::generator::file::{self, GeneratorOf};
use crate::generator::weights::NamedTensor;
use crate::history::Header;
use crate::identity::VERSION;
use crate::labelling::npy;
use crate::target::saved_tensors;

/// What an export is called where it locks its folder.
const EXPORT: &str = "`ridgewalk export`";

/// What `export.json` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exported {
    /// Version of the program that wrote it.
    pub program: String,
    /// The runs, by their names.
    pub runs: Vec<String>,
    /// Every field of each run's experiment; none in exports of earlier versions.
    #[serde(default)]
    pub experiments: BTreeMap<String, Settings>,
    /// What the data are, as the histories say it; no place on a machine.
    pub data: String,
    /// SHA-256 of the data.
    pub data_digest: String,
    /// SHA-256 of the generator's configuration and data.
    pub generator_digest: String,
    /// SHA-256 of the generator's weights, if the histories name it.
    pub generator_weights: Option<String>,
    /// Names of the classes in the order of their numbers.
    pub classes: Vec<String>,
    /// Mean standard deviation of the embedding's axes: the unit of alpha.
    pub latent_scale: f32,
    /// Channels, height and width of an image, if the data are there.
    pub image_shape: Option<[usize; 3]>,
    /// The form of the tables.
    pub format: Format,
    /// Whether all files are there; false while an export runs.
    pub complete: bool,
    /// The files written so far, in their order.
    pub files: Vec<Written>,
    /// What the runs do not have or could not be computed again.
    pub missing: Vec<Missing>,
}

/// The fields of an experiment with their values.
type Settings = BTreeMap<String, String>;

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// Path within the folder.
    pub file: String,
    /// What it holds; of a table, what a row is.
    pub holds: String,
    /// Rows of a table or an array.
    pub rows: Option<usize>,
}

impl Exported {
    fn of(material: &Material, format: Format) -> Self {
        let header = material.header();
        let shape = material.dataset.as_ref().ok().map(|dataset| dataset.shape());
        Self {
            program: format!("ridgewalk {VERSION}"),
            runs: material.runs.iter().map(|run| run.name.clone()).collect(),
            experiments: material.runs.iter().map(|run| (run.name.clone(), settings(&run.light.header))).collect(),
            data: header.data_provenance.clone(),
            data_digest: header.data_digest.clone(),
            generator_digest: header.generator_digest.clone(),
            generator_weights: header.generator_weights.clone(),
            classes: header.classes.clone(),
            latent_scale: header.latent_scale,
            image_shape: shape.map(|s| [s.channels, s.height, s.width]),
            format,
            complete: false,
            files: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// In what the runs of another export are others; `None` if they are the same.
    fn differs(&self, other: &Self) -> Option<String> {
        let unequal = |what: &str, a: &str, b: &str| (a != b).then(|| format!("{what}: {a} and {b}"));
        let of_run = |(run, settings): (&String, &Settings)| {
            let there = other.experiments.get(run)?;
            settings.iter().find_map(|(field, value)| unequal(&format!("`{field}`"), value, there.get(field)?))
        };
        unequal("runs", &self.runs.join(", "), &other.runs.join(", "))
            .or_else(|| self.experiments.iter().find_map(of_run))
            .or_else(|| unequal("data", &self.data_digest, &other.data_digest))
            .or_else(|| unequal("generator", &self.generator_digest, &other.generator_digest))
            .or_else(|| {
                let weights = self.generator_weights.as_ref().zip(other.generator_weights.as_ref());
                weights.and_then(|(a, b)| unequal("weights of the generator", a, b))
            })
    }

    fn write(&self, out: &Path) -> Result<(), ExportError> {
        let text = serde_json::to_string_pretty(self).map_err(std::io::Error::from)?;
        put(&out.join(EXPORT_LIST), (text + "\n").into_bytes())
    }
}

/// Exports the runs into `out`, which must be new, empty, or hold an export of the same runs; `written` is told of each
/// file.
pub fn export(
    material: &Material,
    out: &Path,
    format: Format,
    written: &mut dyn FnMut(&Path, &Written),
) -> Result<Exported, ExportError> {
    let mut list = Exported::of(material, format);
    let _lock = FolderLock::take(out, EXPORT)?;
    claim(out, &list)?;
    list.write(out)?;
    let mut add = |list: &mut Exported, file: &Path, holds: &str, rows: Option<usize>| {
        let name = file.strip_prefix(out).unwrap_or(file).to_string_lossy().into_owned();
        let entry = Written { file: name, holds: holds.to_owned(), rows };
        written(file, &entry);
        list.files.push(entry);
    };
    for table in TABLES {
        let known = list.missing.len();
        let columns = (table.columns)(material);
        let fill = |sheet: &mut sheet::Sheet<'_>| (table.fill)(material, sheet, &mut list.missing);
        let (rows, files) = sheet::write(out, table.name, &columns, format, fill)?;
        if rows == 0 && list.missing.len() == known {
            list.missing.push(Missing { what: table.name.into(), why: table.without.into(), places: Vec::new() });
        }
        files.iter().for_each(|file| add(&mut list, file, table.row, Some(rows)));
    }
    if let Some(embedded) = Missing::unless(&material.embedded, "embedding.npy", &mut list.missing) {
        let latent = &embedded.latent;
        let codes = latent.codes().iter().flat_map(|v| v.to_le_bytes());
        let path = out.join("embedding.npy");
        put(&path, npy::header("<f4", &[latent.len(), latent.dim()]).into_iter().chain(codes).collect())?;
        add(&mut list, &path, "the code of each sample of the train split", Some(latent.len()));
        let path = out.join("embedding_labels.npy");
        let labels = embedded.labels.iter().flat_map(|label| label.to_le_bytes());
        put(&path, npy::header("<u2", &[latent.len()]).into_iter().chain(labels).collect())?;
        add(&mut list, &path, "the true label of each sample of the train split", Some(latent.len()));
    }
    if let Some(world) = Missing::unless(&material.world, "generator.safetensors", &mut list.missing) {
        let path = out.join("generator.safetensors");
        let of = GeneratorOf { experiment: &material.header().experiment, data: &list.data_digest };
        file::write(&path, &*world.generator, of).map_err(|e| ExportError::weights("generator", e))?;
        add(&mut list, &path, "the weights of the generator, for --generator too", None);
    }
    let mut without = Vec::new();
    for run in &material.runs {
        let mut any = false;
        for record in &run.light.rounds {
            let checkpoint = match run.weights_at(record.round)? {
                Ok(checkpoint) => checkpoint,
                Err(why) if why == NO_WEIGHTS => continue,
                Err(why) => {
                    let places = vec![format!("{} round {}", run.name, record.round)];
                    list.missing.push(Missing { what: "weights of the target".into(), why, places });
                    any = true;
                    continue;
                }
            };
            let path = out.join("weights").join(format!("{}-{:02}.safetensors", run.name, record.round));
            let tensors = saved_tensors(checkpoint.weights).map_err(|e| ExportError::weights(&run.name, e))?;
            let bytes = NamedTensor::to_safetensors(&tensors, None).map_err(|e| ExportError::weights(&run.name, e))?;
            put(&path, bytes)?;
            add(&mut list, &path, "the weights of the target at the end of a round", None);
            let card = Card::new(&run.light.header, record.round, &tensors);
            let text = serde_json::to_string_pretty(&card).map_err(std::io::Error::from)?;
            let path = path.with_extension("json");
            put(&path, (text + "\n").into_bytes())?;
            add(&mut list, &path, "the card of these weights: layers, shapes, classes and pixels", None);
            any = true;
        }
        if !any {
            without.push(run.name.clone());
        }
    }
    if !without.is_empty() {
        let why = "no weights are saved beside these histories".to_owned();
        list.missing.push(Missing { what: "weights of the target".into(), why, places: without });
    }
    list.complete = true;
    list.write(out)?;
    Ok(list)
}

/// Every field of a run's experiment that says what is computed, but the number of rounds: some may have been added.
fn settings(header: &Header) -> Settings {
    let fields = Field::all().filter(|f| !f.aside && f.name != "rounds");
    fields.map(|f| (f.name.to_owned(), f.get(&header.experiment))).collect()
}

/// Makes the folder ready: an earlier export of the same runs is removed.
fn claim(out: &Path, list: &Exported) -> Result<(), ExportError> {
    let there = std::fs::read(out.join(EXPORT_LIST)).ok().map(|bytes| serde_json::from_slice::<Exported>(&bytes));
    match there {
        Some(Ok(before)) => {
            if let Some(difference) = before.differs(list) {
                return Err(ExportError::OtherRuns { path: out.into(), difference });
            }
            for name in before.files.iter().map(|f| Path::new(&f.file)) {
                // Only files of the folder itself, whatever the list says.
                if name.components().all(|part| matches!(part, std::path::Component::Normal(_))) {
                    let _ = std::fs::remove_file(out.join(name));
                }
            }
            Ok(())
        }
        Some(Err(_)) => Err(ExportError::Taken { path: out.into() }),
        None if holds_files(out) => Err(ExportError::Taken { path: out.into() }),
        None => Ok(()),
    }
}

/// Whether a folder has files that are not hidden.
fn holds_files(folder: &Path) -> bool {
    let hidden = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with('.');
    std::fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(|entry| !hidden(entry)))
}

fn put(path: &Path, bytes: Vec<u8>) -> Result<(), ExportError> {
    disk::write_aside(path, &bytes).map_err(|source| ExportError::Write { path: path.into(), source })
}
