//! The program on a grid: shards merged, and runs killed and resumed, leave the histories of a plain run.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ridgewalk::archive::{SavedRun, read_history, read_runs};

/// The arguments of a small grid; the generator is trained once and cached.
fn run(cache: &Path, out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ridgewalk"));
    command.args([
        "run",
        "--preset",
        "tiny",
        "--strategies",
        "random,snn,snn alpha=0.6",
        "--rounds",
        "2",
        "--repeats",
        "2",
    ]);
    command.args(["--seed", "5", "--jobs", "1"]).arg("--cache-dir").arg(cache).arg("--out").arg(out).args(more);
    command
}

fn ok(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8_lossy(&stdout).into_owned()
}

fn ridgewalk(arguments: &[&str], paths: &[&Path]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ridgewalk"));
    command.args(arguments).args(paths);
    command
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn equal(a: &Path, b: &Path) {
    let said = ok(&mut ridgewalk(&["diff"], &[a, b]));
    assert_eq!(said.trim(), "equal except for wall times");
    for file in ["proposals.csv", "curves.csv"] {
        let read = |folder: &Path| std::fs::read_to_string(folder.join(file)).unwrap();
        assert_eq!(read(a), read(b), "{file}");
    }
}

#[test]
fn shards_merge_into_the_unsplit_grid() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    ok(&mut run(&at("cache"), &at("plain"), &[]));
    for shard in ["1/4", "2/4", "3/4", "4/4"] {
        ok(&mut run(&at("cache"), &at(&shard[..1]), &["--shard", shard]));
    }
    let said = ok(ridgewalk(&["merge"], &[&at("1"), &at("2"), &at("3"), &at("4")]).arg("--out").arg(at("merged")));
    assert!(said.starts_with("6 histories") && !said.contains("warning"), "{said}");
    equal(&at("plain"), &at("merged"));
    // SNN began at the end of random's first round where both ran in one process; with another step length it did not.
    let seconds = |folder: &str, name: &str| {
        let history = read_history(&at(folder).join(format!("histories/{name}.rwh"))).unwrap();
        history.rounds[0].seconds
    };
    assert_eq!(seconds("plain", "random-02"), seconds("plain", "snn-02"));
    assert_ne!(seconds("plain", "random-02"), seconds("plain", "snn-alpha=0.6-02"));
    assert_ne!(seconds("merged", "random-02"), seconds("merged", "snn-02"));

    // The variants are groups with names of their own, in files of their own, and stay so in figures.
    let first = |line: &str| line.split(',').next().map(str::to_owned);
    let csv = std::fs::read_to_string(at("merged").join("curves.csv")).unwrap();
    let names: std::collections::BTreeSet<_> = csv.lines().skip(1).filter_map(first).collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["random", "snn", "snn alpha=0.6"]);
    assert!(at("merged").join("histories/snn-alpha=0.6-02.rwh").exists());
    // Whatever the unsplit grid leaves is there, and is the same but for wall times and burn's names of tensors, which are
    // drawn anew in each process.
    let timeless = |name: &str| ![".rwh", ".rwc"].iter().any(|ending| name.ends_with(ending));
    let files = |folder: &str| {
        let all = files_below(&at(folder)).into_iter().map(|path| {
            let name = path.strip_prefix(at(folder)).unwrap().to_string_lossy().into_owned();
            let content = timeless(&name).then(|| std::fs::read(&path).unwrap());
            (name, content)
        });
        all.collect::<BTreeMap<_, _>>()
    };
    let (plain, merged) = (files("plain"), files("merged"));
    assert_eq!(plain.keys().collect::<Vec<_>>(), merged.keys().collect::<Vec<_>>());
    assert!(plain.contains_key("embedding.rwe") && plain.contains_key("walks/snn-01.rwa"));
    for (name, content) in &plain {
        assert!(*content == merged[name], "{name} differs");
    }
    let mut figure4 = ridgewalk(&["figures", "--figure", "4", "--formats", "svg"], &[&at("merged")]);
    ok(figure4.arg("--out").arg(at("figure4")));
    // Once more into the same folder: everything is there already.
    let said = ok(ridgewalk(&["merge"], &[&at("2"), &at("3")]).arg("--out").arg(at("merged")));
    assert!(said.starts_with("6 histories") && said.contains("found more than once, with equal results: "), "{said}");
    equal(&at("plain"), &at("merged"));
    let mut figures = ridgewalk(&["figures", "--formats", "csv,md", "--against", "snn alpha=0.6"], &[&at("merged")]);
    ok(figures.arg("--out").arg(at("figures")));
    let table = std::fs::read_to_string(at("figures").join("comparison.md")).unwrap();
    assert!(table.contains("Minus SNN, α = 0.6 σ") && table.contains("| SNN |"), "{table}");

    // Weights are there for each round of the first repeat alone, and the last are the checkpoint's.
    for folder in ["plain", "merged"] {
        let runs = |repeat| read_runs(&at(folder), repeat).unwrap();
        for SavedRun { history, checkpoint, weights, .. } in runs(1) {
            assert_eq!(weights.iter().map(|w| w.rounds).collect::<Vec<_>>(), [1, 2], "{}", history.strategy());
            assert_eq!(weights[1].weights, checkpoint.unwrap().weights);
            assert!(weights[0].weights != weights[1].weights && weights.iter().all(|w| w.optimiser.is_empty()));
        }
        assert!(runs(2).iter().all(|run| run.weights.is_empty()));
    }

    // Without steps the curves are the same, in a fraction of the bytes.
    ok(ridgewalk(&["merge", "--without-steps"], &[&at("plain")]).arg("--out").arg(at("slim")));
    let curves = |name: &str| std::fs::read_to_string(at(name).join("curves.csv")).unwrap();
    assert_eq!(curves("plain"), curves("slim"));
    // Again into the same folder too, but not into one that has them with their steps.
    ok(ridgewalk(&["merge", "--without-steps"], &[&at("plain")]).arg("--out").arg(at("slim")));
    let whole =
        ridgewalk(&["merge", "--without-steps"], &[&at("slim")]).arg("--out").arg(at("plain")).output().unwrap();
    let told = String::from_utf8_lossy(&whole.stderr);
    assert!(!whole.status.success() && told.contains("a merge takes nothing away; give a new folder"), "{told}");
    let size = |name: &str| std::fs::metadata(at(name).join("histories/snn-01.rwh")).unwrap().len();
    assert!(2 * size("slim") < size("plain"), "{} of {} bytes", size("slim"), size("plain"));

    // Without one of them the merge reports the missing cells.
    let said = ok(ridgewalk(&["merge"], &[&at("1"), &at("2"), &at("3")]).arg("--out").arg(at("part")));
    assert!(said.contains("warning: the grid is not complete; missing: random-02"), "{said}");

    // Another base is another grid.
    ok(&mut run(&at("cache"), &at("other"), &["--shard", "1/4", "--set", "alpha=0.4"]));
    for (shards, out) in [([at("1"), at("other")], "mixed"), ([at("other"), at("other")], "merged")] {
        let before =
            files_below(&at("merged")).into_iter().map(|p| (std::fs::read(&p).unwrap(), p)).collect::<Vec<_>>();
        let refused = ridgewalk(&["merge"], &[&shards[0], &shards[1]]).arg("--out").arg(at(out)).output().unwrap();
        let error = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && error.contains("different grids: `alpha`: "), "{error}");
        assert!(!at("mixed").join("experiment.toml").exists(), "nothing is written");
        assert!(before.iter().all(|(bytes, path)| std::fs::read(path).unwrap() == *bytes));
    }
}

#[test]
fn a_killed_run_resumes_to_the_plain_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    ok(&mut run(&at("cache"), &at("plain"), &[]));
    // Each is killed when it has said so: in the first run, between two runs, in the last one.
    for (i, moment) in ["random-01: round  1", "snn-alpha=0.6-01: round  2", "snn-02: round  1"].into_iter().enumerate()
    {
        let out = at(&format!("killed-{i}"));
        let mut child = run(&at("cache"), &out, &[]).stdout(Stdio::piped()).spawn().unwrap();
        let lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
        let heard = lines.map_while(Result::ok).any(|line| line.starts_with(moment));
        assert!(heard, "{moment} was never said");
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success());
        // The tables grew with the rounds.
        let curves = std::fs::read_to_string(out.join("curves.csv")).unwrap();
        assert!(curves.contains("\nrandom,1,5,1,"), "{curves}");
        ok(&mut run(&at("cache"), &out, &["--resume"]));
        equal(&at("plain"), &out);
    }
}

#[test]
fn a_run_that_is_there_twice_and_fields_of_others_are_rejected() {
    let folder = tempfile::tempdir().unwrap();
    for (strategies, says) in [
        ("snn,snn alpha=0.3", "`snn` and `snn alpha=0.3` are the same run: snn alpha=0.3 gradient=normalised"),
        ("random,random alpha=0.3", "`alpha` is not one of the own fields of random: it has none"),
        ("snn alpha=200", "`alpha`: `200` is not a number from 0 to 100"),
    ] {
        let mut command =
            ridgewalk(&["run", "--preset", "tiny", "--strategies", strategies, "--out"], &[folder.path()]);
        let Output { status, stderr, .. } = command.output().unwrap();
        let error = String::from_utf8_lossy(&stderr).into_owned();
        assert!(!status.success() && error.contains(says), "{strategies}: {error}");
    }
}

/// Without a display the window says so in one sentence, without a path of its sources.
#[cfg(target_os = "linux")]
#[test]
fn a_window_without_a_display_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let points = folder.path().join("points.tsv");
    std::fs::write(&points, "x\ty\n0\t1\n1\t0\n2\t2\n").unwrap();
    let runs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/histories/cifar10-small/histories");
    let history = ridgewalk::archive::history_files(&runs).unwrap().remove(0);
    // With something to open it gets as far.
    for open in [None, Some(points), Some(runs), Some(history)] {
        let mut window = Command::new(env!("CARGO_BIN_EXE_ridgewalk"));
        window.args(&open).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
        let Output { status, stderr, .. } = window.output().unwrap();
        let said = String::from_utf8_lossy(&stderr);
        assert!(
            !status.success() && said.contains("no display") && said.contains("`ridgewalk run`"),
            "{open:?}: {said}"
        );
        assert!(!said.contains(".rs"), "{said}");
    }
}
