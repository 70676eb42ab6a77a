//! `ridgewalk export`: its numbers follow from each other, from the run's files and from the world of the run.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use ridgewalk::archive;
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::export::Exported;
use ridgewalk::generator::weights::NamedTensor;
use ridgewalk::history::{Made, Refused};
use ridgewalk::target::saved_tensors;
use safetensors::SafeTensors;

use crate::common::{few_vessels, tiny_world};
use crate::made;

fn ridgewalk(arguments: &[&str], paths: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ridgewalk")).args(arguments).args(paths).output().unwrap()
}

fn ok(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs two repeats of these strategies on the tiny preset.
fn run(folder: &Path, strategies: &str) -> std::path::PathBuf {
    let (cache, out) = (folder.join("cache"), folder.join("runs"));
    let run = ["run", "--preset", "tiny", "--repeats", "2", "--strategies", strategies, "--cache-dir"];
    ok(&Command::new(env!("CARGO_BIN_EXE_ridgewalk")).args(run).arg(&cache).arg("--out").arg(&out).output().unwrap());
    out
}

fn export(folder: &Path, from: &Path, out: &str, format: &str) -> Output {
    let (cache, out) = (folder.join("cache"), folder.join(out));
    ridgewalk(&["export", "--format", format, "--cache-dir"], &[&cache, Path::new("--out"), &out, from])
}

type Row = HashMap<String, String>;

/// The rows of a table; no cell of these runs has a comma.
fn table(folder: &Path, name: &str) -> Vec<Row> {
    let text = std::fs::read_to_string(folder.join(format!("{name}.csv"))).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().unwrap();
    lines
        .map(|cells| {
            assert_eq!(cells.len(), header.len(), "{name}: {cells:?}");
            header.iter().cloned().zip(cells).collect()
        })
        .collect()
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

fn vector(row: &Row, column: &str) -> Vec<f64> {
    (0..).map_while(|i| Some(row.get(&format!("{column}_{i}"))?.parse().unwrap())).collect()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// The rows of one run in a round.
fn of<'a>(rows: &'a [Row], run: &str, round: usize) -> Vec<&'a Row> {
    rows.iter().filter(|r| r["run"] == run && number(r, "round") == round as f64).collect()
}

fn tensors(file: &Path) -> Vec<NamedTensor> {
    let bytes = std::fs::read(file).unwrap();
    let mut found: Vec<NamedTensor> = SafeTensors::deserialize(&bytes)
        .unwrap()
        .tensors()
        .into_iter()
        .map(|(name, view)| {
            let values = view.data().as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
            NamedTensor { name, shape: view.shape().to_vec(), values }
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

const NEAR: f64 = 1e-4;
const SCORED: f64 = 1e-3;

#[test]
fn what_is_exported_follows_from_the_runs() {
    let folder = tempfile::tempdir().unwrap();
    let runs = run(folder.path(), "random,snn,snn-plus,entropy");
    let said = ok(&export(folder.path(), &runs, "csv", "csv"));
    let out = folder.path().join("csv");
    let world = tiny_world();

    // The data, the embedding and the generator are those of the world.
    let splits = table(&out, "splits");
    let count = |split: &str| splits.iter().filter(|r| r["split"] == split).count();
    assert_eq!(["train", "validation", "test"].map(count), [800, 100, 200]);
    let places: HashSet<&str> = splits.iter().filter(|r| r["split"] != "test").map(|r| r["place"].as_str()).collect();
    assert_eq!(places.len(), 900, "train and validation share no image");
    assert!(splits.iter().zip(world.dataset.train.labels()).all(|(r, &label)| number(r, "label") == f64::from(label)));
    let codes = std::fs::read(out.join("embedding.npy")).unwrap();
    let bytes: Vec<u8> = world.latent.codes().iter().flat_map(|v| v.to_le_bytes()).collect();
    assert!(codes.ends_with(&bytes) && String::from_utf8_lossy(&codes).contains("'shape': (800, 2)"));
    assert_eq!(tensors(&out.join("generator.safetensors")), world.generator.tensors());
    let embedding: Vec<Vec<f64>> =
        world.latent.codes().chunks(2).map(|c| c.iter().map(|v| f64::from(*v)).collect()).collect();

    // Eq. 2, and Algorithm 1: the neighbour is the nearest that was not labelled, in the order of the steps.
    let (steps, proposals) = (table(&out, "steps"), table(&out, "proposals"));
    for (run, round) in [("snn-01", 2), ("snn-01", 3), ("snn-02", 3)] {
        let before = (1..round).flat_map(|t| of(&proposals, run, t));
        let mut taken: HashSet<usize> = before.map(|r| number(r, "sample") as usize).collect();
        assert_eq!(of(&steps, run, round).len(), 40);
        for row in of(&steps, run, round) {
            let [p, d, q, gradient] = ["p", "d", "q", "gradient"].map(|column| vector(row, column));
            let length = number(row, "alpha") * number(row, "latent_scale");
            let moved: Vec<f64> = p.iter().zip(&d).map(|(p, d)| p + length * d).collect();
            assert!(distance(&moved, &q) < NEAR, "{row:?}");
            let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
            let unit: Vec<f64> = gradient.iter().map(|g| g / norm).collect();
            assert!(norm == 0.0 || distance(&unit, &d) < SCORED, "{row:?}");
            assert!(distance(&p, &embedding[number(row, "anchor") as usize]) < NEAR, "{row:?}");
            let (sample, snap) = (number(row, "sample") as usize, number(row, "snap_distance"));
            assert!((distance(&q, &embedding[sample]) - snap).abs() < NEAR && !taken.contains(&sample), "{row:?}");
            let nearer =
                (0..embedding.len()).filter(|s| !taken.contains(s) && distance(&q, &embedding[*s]) < snap - NEAR);
            assert_eq!(nearer.count(), 0, "{row:?}");
            taken.insert(sample);
        }
    }

    // The last row of a curve's round, the confusion matrix and the endpoint are one number.
    let (curves, confusion) = (table(&out, "curves"), table(&out, "confusion"));
    let accuracy = |run: &str, round: usize| {
        let ends = of(&curves, run, round).into_iter().filter(|r| r["metric"] == "accuracy" && r["round_end"] == "1");
        let ends: Vec<f64> = ends.map(|r| number(r, "value")).collect();
        assert_eq!(ends.len(), 1);
        ends[0]
    };
    assert!(curves.iter().all(|r| (r["split"] == "train") == (r["metric"] == "train_loss")));
    for row in table(&out, "endpoints") {
        let mean = |run: &str| (accuracy(run, 2) + accuracy(run, 3)) / 2.0;
        let baseline = format!("random-{:02}", number(&row, "repeat"));
        assert!((number(&row, "value") - mean(&row["run"])).abs() < NEAR, "{row:?}");
        assert_eq!(
            (row["baseline"].as_str(), row["first_round"].as_str(), row["last_round"].as_str()),
            ("random", "2", "3")
        );
        assert!((number(&row, "difference") - (mean(&row["run"]) - mean(&baseline))).abs() < NEAR, "{row:?}");
        let cells = of(&confusion, &row["run"], 3);
        let right: f64 = cells.iter().filter(|r| r["truth"] == r["predicted"]).map(|r| number(r, "images")).sum();
        assert!((right / 2.0 - accuracy(&row["run"], 3)).abs() < NEAR, "of 200 images, in percent");
    }

    // Probabilities are there where weights are: for each round of the first repeat, and for the last of the second.
    let predictions = table(&out, "predictions");
    let tests: Vec<&Row> = splits.iter().filter(|r| r["split"] == "test").collect();
    for (run, round, there) in [("entropy-01", 1, true), ("entropy-02", 2, false), ("entropy-02", 3, true)] {
        let rows = of(&predictions, run, round);
        assert_eq!(rows.len(), 200);
        for (row, image) in rows.iter().zip(&tests) {
            assert_eq!(row["truth"], image["label"]);
            if there {
                let p = vector(row, "p");
                let best = (0..10).fold(0, |best, i| if p[i] > p[best] { i } else { best });
                assert!(
                    best == number(row, "predicted") as usize && (p.iter().sum::<f64>() - 1.0).abs() < NEAR,
                    "{row:?}"
                );
            } else {
                assert_eq!(row["p_0"], "");
            }
        }
    }
    assert!(said.contains("not in this export: the probabilities of predictions"), "{said}");

    // Of a pool the highest scores are bought, and what was passed over is there too.
    let pools = table(&out, "pools");
    // SNN+ leaves out proposals where the embedding is sparse.
    for (run, sizes) in [("entropy-01", 200..=200), ("snn-plus-01", 41..=120)] {
        for round in [2, 3] {
            let pool = of(&pools, run, round);
            assert!(sizes.contains(&pool.len()), "{run}: {}", pool.len());
            let (bought, passed): (Vec<&Row>, Vec<&Row>) = pool.into_iter().partition(|r| !r["bought"].is_empty());
            assert_eq!(bought.len(), 40);
            for row in &bought {
                let entropy: f64 = vector(row, "p").iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum();
                assert!((entropy - number(row, "score")).abs() < SCORED, "{row:?}");
                let place = of(&proposals, run, round)[number(row, "bought") as usize];
                assert_eq!(place["sample"], row["sample"]);
                assert_eq!(row["anchor"].is_empty(), run == "entropy-01");
            }
            let least = bought.iter().map(|r| number(r, "score")).fold(f64::INFINITY, f64::min);
            assert!(passed.iter().all(|r| number(r, "score") <= least));
        }
    }

    // r10 of a step of a walk is its distance to the tenth sample; each walk has as many steps as rounds.
    let (walks, walk_steps) = (table(&out, "walks"), table(&out, "walk_steps"));
    assert_eq!((walks.len(), walk_steps.len()), (8 * 3, 8 * 3 * 3));
    for row in &walk_steps {
        let q = vector(row, "q");
        let mut all: Vec<f64> = embedding.iter().map(|code| distance(&q, code)).collect();
        all.sort_by(f64::total_cmp);
        assert!((all[9] - number(row, "r10")).abs() < NEAR, "{row:?}");
    }

    // The target's weights are those of the checkpoint.
    let checkpoint = archive::read_checkpoint(&runs.join("checkpoints/snn-02.rwc")).unwrap();
    let saved = saved_tensors(checkpoint.weights).unwrap();
    assert_eq!(tensors(&out.join("weights/snn-02-03.safetensors")), saved);
    assert!(out.join("weights/snn-01-01.safetensors").exists() && !out.join("weights/snn-02-01.safetensors").exists());

    // The list names every file, and docs/formats.md every column.
    let list = |folder: &Path| -> Exported {
        serde_json::from_slice(&std::fs::read(folder.join("export.json")).unwrap()).unwrap()
    };
    let exported = list(&out);
    assert!(exported.complete && exported.files.iter().all(|f| out.join(&f.file).is_file()));
    assert_eq!(exported.image_shape, Some([1, 28, 28]));
    python_reads_the_arrays(folder.path(), &runs, &out);
    ok(&export(folder.path(), &runs, "parquet", "parquet"));
    for csv in exported.files.iter().filter_map(|f| f.file.strip_suffix(".csv")) {
        let text = std::fs::read_to_string(out.join(format!("{csv}.csv"))).unwrap();
        is_described(csv, &text);
        is_the_same_in_parquet(&folder.path().join(format!("parquet/{csv}.parquet")), &text);
    }

    // Other runs are not exported over these, nor anything over files of others.
    std::fs::create_dir(folder.path().join("full")).unwrap();
    std::fs::write(folder.path().join("full/notes.txt"), "mine").unwrap();
    let one = runs.join("histories/random-01.rwh");
    for (into, says) in [("csv", "it and this one differ in runs: entropy-01"), ("full", "choose another folder")] {
        let refused = export(folder.path(), &one, into, "csv");
        let error = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && error.contains(says), "{error}");
    }
    // One history alone, without a generator: its own numbers, and what is missing is said. Written again in the other
    // format, nothing of the first is left.
    let (none, into) = (folder.path().join("none"), folder.path().join("one"));
    for (format, other) in [("csv", "npz"), ("npz", "parquet"), ("parquet", "csv")] {
        let paths = [&none, Path::new("--out"), &into, &one];
        let said = ok(&ridgewalk(&["export", "--format", format, "--cache-dir"], &paths));
        assert!(said.contains("generator.safetensors: the trained generator is not in the cache"), "{said}");
        let is_there = |name: &str| into.join(name).exists();
        assert!(is_there(&format!("curves.{format}")) && is_there("embedding.npy"), "{format}");
        assert!(!is_there(&format!("curves.{other}")), "{format}");
    }
}

/// A table in Parquet has the columns of the CSV and its values; images stand beside the CSV only.
fn is_the_same_in_parquet(path: &Path, csv: &str) {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::Field;
    let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut rows = 0;
    for (row, line) in reader.get_row_iter(None).unwrap().zip(lines.by_ref()) {
        let row = row.unwrap();
        let fields: HashMap<&String, &Field> = row.get_column_iter().collect();
        for (name, cell) in header.iter().zip(line.split(',')) {
            let same = match fields[&(*name).to_owned()] {
                Field::Null => cell.is_empty(),
                Field::Str(text) => text == cell,
                Field::Long(value) => value.to_string() == cell,
                Field::ULong(value) => value.to_string() == cell,
                Field::Float(value) => value.to_string() == cell,
                Field::Double(value) => value.to_string() == cell,
                other => panic!("{other:?}"),
            };
            assert!(same, "{}: {name} is {cell} and {:?}", path.display(), fields[&(*name).to_owned()]);
        }
        rows += 1;
    }
    assert_eq!((rows, lines.next()), (reader.metadata().file_metadata().num_rows(), None), "{}", path.display());
}

/// docs/formats.md tells of each column of a table in its section.
fn is_described(name: &str, csv: &str) {
    let page = include_str!("../../docs/formats.md");
    let of_runs = page.split_once("begin with these columns").unwrap().1.split("\n###").next().unwrap();
    let section = page.split_once(&format!("\n### {name}\n")).unwrap_or_else(|| panic!("{name} has no section")).1;
    let section = section.split("\n#").next().unwrap();
    for column in csv.lines().next().unwrap().split(',') {
        // Of the columns NAME_0, NAME_1, ... the page has NAME.
        let numbered = column.rsplit_once('_').filter(|(_, number)| number.parse::<usize>().is_ok());
        let column = numbered.map_or(column, |(name, _)| name);
        assert!(
            section.contains(&format!("`{column}`")) || of_runs.contains(&format!("`{column}`")),
            "{name}: {column}"
        );
    }
}

/// Each table as NPZ, read by Python without NumPy, has the rows and the numbers of the CSV files in `csv`.
fn python_reads_the_arrays(folder: &Path, runs: &Path, csv: &Path) {
    const SCRIPT: &str = r#"
import ast, csv, struct, sys, zipfile
from pathlib import Path
arrays, texts = map(Path, sys.argv[1:])
def read(file):
    assert file[:8] == b"\x93NUMPY\x01\x00"
    size = struct.unpack("<H", file[8:10])[0]
    assert (10 + size) % 64 == 0
    head, data = ast.literal_eval(file[10:10 + size].decode()), file[10 + size:]
    kind, shape = head["descr"], head["shape"]
    if kind.startswith("<U"):
        width = 4 * int(kind[2:])
        assert len(data) == width * shape[0]
        return [data[i * width:(i + 1) * width].decode("utf-32-le").rstrip("\0") for i in range(shape[0])]
    code = {"<i8": "q", "<u8": "Q", "<f4": "f", "<f8": "d", "|u1": "B"}[kind]
    values = struct.unpack(f"<{len(data) // struct.calcsize(code)}{code}", data)
    width = shape[1] if len(shape) > 1 else 1
    assert len(values) == shape[0] * width
    return [values[i * width:(i + 1) * width] for i in range(shape[0])] if len(shape) > 1 else values
tables = 0
for path in sorted(texts.glob("*.csv")):
    rows = list(csv.DictReader(open(path, newline="")))
    with zipfile.ZipFile(arrays / (path.stem + ".npz")) as file:
        assert file.testzip() is None
        for name in file.namelist():
            column, values = name[:-4], read(file.read(name))
            assert len(values) == len(rows), (path, name)
            for row, value in zip(rows, values):
                for i, v in enumerate(value if isinstance(value, tuple) else [value]):
                    cell = row[f"{column}_{i}" if isinstance(value, tuple) else column]
                    if isinstance(v, str) or cell == "":
                        assert cell == (v if isinstance(v, str) else ""), (name, cell, v)
                        assert isinstance(v, str) or v == -1 or v != v, (name, v)
                    else:
                        assert float(cell) == v or abs(float(cell) - v) <= 1e-6 * abs(v), (path, name, cell, v)
    tables += 1
print(tables)
"#;
    ok(&export(folder, runs, "npz", "npz"));
    let Ok(read) = Command::new("python3").arg("-c").arg(SCRIPT).arg(folder.join("npz")).arg(csv).output() else {
        eprintln!("skipped: python3 is not there");
        return;
    };
    assert_eq!(ok(&read).trim(), "12", "tables");
}

/// `scripts/read_history.py`, which docs/formats.md tells of, reads what the program writes.
#[test]
fn the_reader_in_python_reads_histories() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = archive::history_files(&root.join("docs/histories/ivus")).unwrap();
    let script = root.join("scripts/read_history.py");
    let Ok(read) = Command::new("python3").arg(script).arg(&files[0]).output() else {
        eprintln!("skipped: python3 is not there");
        return;
    };
    let read: serde_json::Value = serde_json::from_str(&ok(&read)).unwrap();
    // docs/formats.md has each field.
    let page = include_str!("../../docs/formats.md");
    let round = &read["rounds"][1];
    for object in [&read, &read["header"], round, &round["proposals"][0], &round["evaluations"][0]] {
        let absent: Vec<_> = object.as_object().unwrap().keys().filter(|k| !page.contains(&format!("`{k}`"))).collect();
        assert!(absent.is_empty(), "not in docs/formats.md: {absent:?}");
    }
    let history = archive::read_history(&files[0]).unwrap();
    assert_eq!(read["header"]["data_digest"], history.header.data_digest.as_str());
    assert_eq!(read["rounds"].as_array().unwrap().len(), history.rounds.len());
    for (found, record) in read["rounds"].as_array().unwrap().iter().zip(&history.rounds) {
        let samples = found["proposals"].as_array().unwrap().iter().map(|p| p["sample"].as_u64().unwrap());
        assert!(samples.eq(record.proposals.iter().map(|p| u64::from(p.sample))));
        let value = found["evaluations"][0]["value"].as_f64().unwrap();
        assert_eq!(value as f32, record.evaluations[0].value);
    }
}

#[test]
fn generated_samples_and_refusals_are_exported_with_their_images() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = made::Made { strategy: Strategy::Si, repeat: 1, rounds: 2, gain: 0.1 }.history();
    // The data that are found are others.
    (history.header.experiment.train_size, history.header.experiment.test_size) = (60, 20);
    // What is made up for figures has its accuracies to a tenth of a percent.
    history.rounds.iter_mut().for_each(|r| Arc::make_mut(r).confusion.clear());
    let record = Arc::make_mut(&mut history.rounds[1]);
    for (i, proposal) in record.proposals.iter_mut().take(3).enumerate() {
        proposal.made = Some(Made::picture(vec![i as f32, -0.5], &[0.0, 1.0, 0.2, i as f32 / 10.0]));
    }
    let message = "the wall, a ring, is \"open\"".to_owned();
    record.refusals.push(Refused { code: vec![7.5, 8.5], kind: "open-wall".into(), message });
    archive::write_history(&folder.path().join("histories/si-01.rwh"), &history).unwrap();
    let said = ok(&export(folder.path(), &folder.path().join("histories"), "csv", "csv"));
    assert!(
        said.contains("splits, ") && said.contains("the data found are not those of the runs (--data-dir)"),
        "{said}"
    );

    let csv = folder.path().join("csv");
    let codes: Vec<_> = table(&csv, "generated").iter().map(|row| vector(row, "code")).collect();
    assert_eq!(codes, [[0.0, -0.5], [1.0, -0.5], [2.0, -0.5]]);
    let images = std::fs::read(csv.join("generated_image.npy")).unwrap();
    assert!(String::from_utf8_lossy(&images).contains("'shape': (3, 4)"));
    assert!(images.ends_with(&[0, 255, 51, 0, 0, 255, 51, 26, 0, 255, 51, 51]));
    let refusals = std::fs::read_to_string(csv.join("refusals.csv")).unwrap();
    let row = "si-01,si,1,1,2,open-wall,\"the wall, a ring, is \"\"open\"\"\",7.5,8.5";
    assert_eq!(
        refusals.lines().collect::<Vec<_>>(),
        ["run,strategy,repeat,seed,round,kind,message,code_0,code_1", row]
    );
}

/// Errors of single vessels average to what the run recorded; a twin that is solved has errors of its own.
#[test]
fn the_errors_of_vessels_are_those_of_the_run_and_twins_have_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, out, settings) =
        (folder.path().join("cache"), folder.path().join("runs"), folder.path().join("e.toml"));
    let experiment = Experiment { strategy: Strategy::Random, ..few_vessels() };
    std::fs::write(&settings, experiment.to_toml()).unwrap();
    let run = ["run", "--strategies", "random,random-latent", "--repeats", "1", "--experiment"];
    ok(&ridgewalk(&run, &[&settings, Path::new("--cache-dir"), &cache, Path::new("--out"), &out]));
    ok(&export(folder.path(), &out, "csv", "csv"));
    let csv = folder.path().join("csv");
    is_described("vessels", &std::fs::read_to_string(csv.join("vessels.csv")).unwrap());
    let (vessels, curves) = (table(&csv, "vessels"), table(&csv, "curves"));
    for name in ["random-01", "random-latent-01"] {
        let rows = of(&vessels, name, 1);
        assert_eq!(rows.len(), 3);
        let mean = |column: &str| rows.iter().map(|r| number(r, column)).sum::<f64>() / rows.len() as f64;
        let ended = of(&curves, name, 1);
        let recorded = ended.iter().rfind(|r| r["metric"] == "map_error_kpa2").unwrap();
        assert!((mean("error_kpa2") / number(recorded, "value") - 1.0).abs() < NEAR, "{rows:?}");
        for row in rows {
            assert_eq!(row["twin"] == "solved", row["twin_error_kpa2"].parse::<f64>().is_ok_and(f64::is_finite));
        }
    }
    // A mask and its twin do not depend on the run.
    let solved = |name: &str| of(&vessels, name, 1).iter().map(|r| r["twin"].clone()).collect::<Vec<_>>();
    assert_eq!(solved("random-01"), solved("random-latent-01"));
}

/// A film has its frames for every round; points, steps and curves come as the run goes on.
#[test]
fn a_film_shows_the_rounds_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let runs = run(folder.path(), "random,snn");
    let (gif, frames) = (folder.path().join("film.gif"), folder.path().join("frames"));
    let film = |more: &[&str]| {
        let options = ["film", "--size", "480x320", "--frames", "2"];
        ridgewalk(&[&options, more].concat(), &[&runs, Path::new("--out"), &gif, Path::new("--png"), &frames])
    };
    assert!(ok(&film(&[])).contains("frames of snn-01"));
    let decoder = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(std::fs::read(&gif).unwrap())).unwrap();
    let shown = image::AnimationDecoder::into_frames(decoder).collect_frames().unwrap();
    let rounds = archive::read_history(&runs.join("histories/snn-01.rwh")).unwrap().rounds.len();
    assert_eq!(shown.len(), 2 * rounds);
    assert!(shown.windows(2).all(|pair| pair[0].buffer() != pair[1].buffer()));
    assert!(shown.iter().all(|frame| frame.buffer().dimensions() == (480, 320)));
    assert_eq!(std::fs::read_dir(&frames).unwrap().count(), 2 * rounds);
    // Seen from the front, the cloud of all images stays where it is.
    ok(&film(&["--camera", "still"]));
    // Neither a history nor a file of somebody else's is written over.
    let other = folder.path().join("other.gif");
    std::fs::write(&other, "mine").unwrap();
    for (file, says) in [(runs.join("histories/snn-01.rwh"), "ends in .gif"), (other, "did not write")] {
        let kept = std::fs::read(&file).unwrap();
        let over = ridgewalk(&["film", "--size", "480x320", "--out"], &[&file, &runs]);
        assert!(!over.status.success() && std::fs::read(&file).unwrap() == kept);
        assert!(String::from_utf8_lossy(&over.stderr).contains(says), "{over:?}");
    }
    let refused = film(&["--run", "snn-07"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("snn-07") && said.contains("random-02"), "{said}");
    assert!(!ridgewalk(&["film", "--size", "480", "--out"], &[&gif, &runs]).status.success());
}
