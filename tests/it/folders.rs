//! The program at the edges of its folders: a closed or full terminal, a full disk, a locked folder.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ridgewalk::disk::FolderLock;

fn ridgewalk(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ridgewalk"));
    command.args(arguments);
    command
}

/// Runs of a second, with their cache beside their folder: no walks, one round.
fn short(out: &Path, strategies: &str) -> Command {
    let mut command = ridgewalk(&["run", "--preset", "tiny", "--strategies", strategies, "--rounds", "1", "--resume"]);
    command.args(["--set", "generator_epochs=1", "--set", "walks=0"]);
    command.arg("--out").arg(out).arg("--cache-dir").arg(out.with_file_name("cache"));
    command
}

#[test]
#[cfg(target_os = "linux")]
fn a_closed_or_full_standard_output_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let closed = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    let said = |command: &mut Command, stdout: Stdio| {
        let Output { status, stderr, .. } = command.stdout(stdout).stderr(Stdio::piped()).output().unwrap();
        (status.code(), String::from_utf8_lossy(&stderr).into_owned())
    };
    // (a name, standard output, what standard error says)
    for (name, stdout, says) in
        [("closed", closed(), None), ("full", full(), Some("warning: standard output cannot be written"))]
    {
        let out = folder.path().join(name);
        let (code, error) = said(&mut short(&out, "random"), stdout);
        assert_eq!(code, Some(0), "{name}: {error}");
        assert_eq!((error.contains("standard output"), error.contains("panicked")), (says.is_some(), false), "{error}");
        assert!(says.is_none_or(|says| error.contains(says)), "{error}");
        assert!(out.join("curves.csv").exists() && out.join("histories/random-01.rwh").exists(), "{name}");
    }
    // What is printed is the result: a reader that leaves has it, a full disk has not.
    let (code, error) = said(&mut ridgewalk(&["info"]), closed());
    assert!(code == Some(0) && !error.contains("standard output"), "{error}");
    let (code, error) = said(&mut ridgewalk(&["info"]), full());
    assert!(code == Some(2) && error.contains("error: standard output cannot be written"), "{error}");
    // Nor does a closed standard error.
    let mut blind = short(&folder.path().join("blind"), "random");
    assert!(blind.stdout(closed()).stderr(closed()).status().unwrap().success());
}

#[test]
fn a_folder_that_another_process_writes_is_refused_and_one_of_a_dead_process_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let merge = || {
        let mut command = ridgewalk(&["merge"]);
        command.arg(&out).arg("--out").arg(&out);
        command
    };
    let lock = FolderLock::take(&out, "a test").unwrap();
    for command in [&mut short(&out, "random"), &mut merge()] {
        let Output { status, stderr, .. } = command.output().unwrap();
        let error = String::from_utf8_lossy(&stderr).into_owned();
        let says = format!("a test (process {} on ", std::process::id());
        assert!(!status.success() && error.contains(&says) && error.contains("since 20"), "{error}");
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), 1, "something was written");
    }
    drop(lock);
    // A run that is killed leaves its lock's file, which locks nothing.
    let mut child = short(&out, "random").spawn().unwrap();
    let file = out.join(".ridgewalk-lock");
    while !file.exists() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success() && file.exists());
    assert!(short(&out, "random").status().unwrap().success() && !file.exists());
}

/// Runs a command with `out` on a disk of its own of so many bytes; `None` where that takes rights that we lack.
#[cfg(target_os = "linux")]
fn on_a_disk_of(bytes: usize, out: &Path, command: &Command) -> Option<(Output, Vec<String>)> {
    let script = "mount -t tmpfs -o size=$0 tmpfs \"$1\" || exit 77; cd \"$1\"; shift; \"$@\"; code=$?; \
                  find . -type f -printf '%p %s\\n' >&2; exit $code";
    let mut apart = Command::new("unshare");
    apart.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]).arg(bytes.to_string()).arg(out);
    let done = apart.arg(command.get_program()).args(command.get_args()).output().ok()?;
    let files =
        String::from_utf8_lossy(&done.stderr).lines().filter(|l| l.starts_with("./")).map(str::to_owned).collect();
    (done.status.code() != Some(77)).then_some((done, files))
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_no_half_file_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("disk");
    std::fs::create_dir(&out).unwrap();
    // Enough for the embedding and the history, but not for the checkpoint.
    let Some((done, files)) = on_a_disk_of(400_000, &out, &short(&out, "random")) else {
        eprintln!("SKIPPED: no disk of its own can be mounted here");
        return;
    };
    let error = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success() && error.contains("the disk is full") && error.contains("--resume"), "{error}");
    assert!(!files.iter().any(|f| f.contains("rw-part") || f.ends_with(" 0")), "{files:?}");

    // A merge is not resumed.
    let whole = folder.path().join("whole");
    assert!(short(&whole, "random").status().unwrap().success());
    let mut merge = ridgewalk(&["merge"]);
    merge.arg(&whole).arg("--out").arg(&out);
    let Some((done, _)) = on_a_disk_of(40_000, &out, &merge) else { return };
    let error = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success() && error.contains("the disk is full") && !error.contains("--resume"), "{error}");
}

#[test]
fn a_folder_tells_of_all_its_runs_and_a_shard_without_one_merges() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let shard = |name: &str, part: &str, strategies: &str| {
        let mut command = short(&at(name), strategies);
        let Output { status, stdout, stderr } = command.args(["--shard", part]).output().unwrap();
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        String::from_utf8_lossy(&stdout).into_owned()
    };
    let curves = |name: &str| std::fs::read_to_string(at(name).join("curves.csv")).unwrap();
    let both = "random,\"snn alpha=0.5\"";
    shard("whole", "1/1", both);
    // One command after the other.
    shard("parts", "1/1", "random");
    shard("parts", "1/1", "snn alpha=0.5");
    assert_eq!(curves("parts"), curves("whole"));
    shard("shard-1", "1/3", both);
    shard("shard-2", "2/3", both);
    let said = shard("shard-3", "3/3", both);
    assert!(said.contains("shard 3/3 has no run, as the grid has only 2"), "{said}");
    let mut merge = ridgewalk(&["merge"]);
    merge.args((1..=3).map(|i| at(&format!("shard-{i}")))).arg("--out").arg(at("merged"));
    let Output { status, stdout, .. } = merge.output().unwrap();
    let said = String::from_utf8_lossy(&stdout).into_owned();
    assert!(status.success() && said.contains("shard-3: a shard without a run") && !said.contains("warning"), "{said}");
    assert_eq!(curves("merged"), curves("whole"));
    // The rounds of another experiment, and then of the same again.
    for (more, says) in [("alpha=0.2", "differ in `alpha`: 0.3 and 0.2"), ("alpha=0.3", "give --resume")] {
        let mut again = ridgewalk(&["run", "--preset", "tiny", "--rounds", "1", "--set", "generator_epochs=1"]);
        again.args(["--set", "walks=0", "--set", more, "--out"]).arg(at("whole"));
        let Output { status, stdout, stderr } = again.output().unwrap();
        let error = String::from_utf8_lossy(&stderr).into_owned();
        assert!(!status.success() && stdout.is_empty() && error.contains(says), "before anything is trained: {error}");
    }
    // An experiment with a typing error is not written over, and what macOS puts beside a history is none.
    let whole = at("whole");
    std::fs::write(whole.join("histories/._snn-01.rwh"), b"\0\x05\x16\x07").unwrap();
    assert_eq!(ridgewalk::archive::read_histories(&whole).unwrap().len(), 2);
    std::fs::write(whole.join("experiment.toml"), "alpha = half\n").unwrap();
    let mut again = ridgewalk(&["run", "--preset", "tiny", "--rounds", "1", "--resume", "--out"]);
    let error = refused(again.arg(&whole));
    assert!(error.contains("experiment.toml: cannot be read as the experiment of the runs that lie there"), "{error}");
    assert_eq!(std::fs::read_to_string(whole.join("experiment.toml")).unwrap(), "alpha = half\n");
}

/// Runs a command that must be refused, and returns what it says.
fn refused(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    let error = String::from_utf8_lossy(&stderr).into_owned();
    assert!(!status.success() && !error.contains("panicked"), "{error}");
    error
}

/// Every file below a folder with its content.
fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        match path.is_dir() {
            true => files.extend(files_below(&path)),
            false => files.push((path.clone(), std::fs::read(path).unwrap())),
        }
    }
    files.sort();
    files
}

#[test]
fn no_command_replaces_what_is_of_other_runs_or_settings() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let command = |words: &str, out: &str| {
        let mut command = ridgewalk(&[]);
        let word = |word: &str| word.strip_prefix('@').map_or_else(|| word.into(), |name| at(name).into_os_string());
        command.args(words.split(' ').map(word)).arg("--out").arg(at(out));
        command
    };
    let generator = "generator --preset tiny --set generator_epochs=1 --cache-dir @cache";
    let [other, same] = ["export @fast --cache-dir @cache", "export @plain --cache-dir @cache"];
    let figures = "figures @plain --formats csv,svg";
    assert!(short(&at("plain"), "random").status().unwrap().success());
    assert!(short(&at("fast"), "random").args(["--set", "learning_rate=0.1"]).status().unwrap().success());
    for (words, out) in [(same, "export"), (same, "export"), (generator, "vae"), (generator, "vae"), (figures, "drawn")]
    {
        assert!(command(words, out).output().unwrap().status.success(), "{words} twice");
    }
    for name in ["notes/table1.md", "notes/samples.png", "notes/curves.csv", "settings/experiment.toml"] {
        std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
        std::fs::write(at(name), "rounds = 3 # my own\n").unwrap();
    }
    std::fs::create_dir_all(at("no text")).unwrap();
    std::fs::write(at("no text/experiment.toml"), b"\xff\xfe\x00alpha").unwrap();
    let before = files_below(folder.path());
    let other_generator = format!("{generator} --set generator_seed=2");
    for (words, out, says) in [
        (other, "export", "differ in `learning_rate`: 0.001 and 0.1;"),
        (figures, "plain", "choose another folder"),
        (figures, "fast", "choose another folder"),
        (figures, "export", "choose another folder"),
        (&other_generator, "vae", "generator_seed=1, not 2, and it would be replaced; choose another folder"),
        ("run --preset tiny --rounds 1", "plain/histories", "choose another folder"),
        ("figures @fast --formats csv,svg", "drawn", "differ in `learning_rate`: 0.001 and 0.1;"),
        ("figures @fast --formats md", "notes", "table1.md: a file is there that is no figure"),
        (generator, "notes", "samples.png: a file is there that is not beside a generator"),
        ("run --preset tiny --rounds 1", "notes", "curves.csv: a file is there that no run wrote"),
        ("run --preset tiny --rounds 1", "settings", "experiment.toml: a file is there that no run wrote"),
        ("run --preset tiny --rounds 1", "no text", "experiment.toml: a file is there that no run wrote"),
        ("merge @plain", "notes", "curves.csv: a file is there that no run wrote"),
    ] {
        let error = refused(&mut command(words, out));
        assert!(error.contains(says), "{words} --out {out}: {error}");
    }
    let lock = FolderLock::take(&at("drawn"), "a test").unwrap();
    for words in [figures, generator, same] {
        let error = refused(&mut command(words, "drawn"));
        assert!(error.contains("a test (process "), "{words}: {error}");
    }
    drop(lock);
    let new = |(path, _): &(PathBuf, Vec<u8>)| !path.starts_with(at("cache"));
    assert!(files_below(folder.path()).into_iter().filter(new).eq(before.into_iter().filter(new)));
}
