//! The program at the edges of its folders: a closed or full terminal, a full disk, a locked folder.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use ridgewalk::disk::FolderLock;

fn ridgewalk(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ridgewalk"));
    command.args(arguments);
    command
}

/// A run of a second, with its cache beside its folder: no walks, one round.
fn short(out: &Path) -> Command {
    let mut command = ridgewalk(&["run", "--preset", "tiny", "--strategies", "random", "--rounds", "1", "--resume"]);
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
        let (code, error) = said(&mut short(&out), stdout);
        assert_eq!(code, Some(0), "{name}: {error}");
        assert_eq!((error.contains("standard output"), error.contains("panicked")), (says.is_some(), false), "{error}");
        assert!(says.is_none_or(|says| error.contains(says)), "{error}");
        assert!(out.join("curves.csv").exists() && out.join("histories/random-01.rwh").exists(), "{name}");
    }
    // What is printed is the result: a reader that leaves has it, a full disk has not.
    assert_eq!(said(&mut ridgewalk(&["info"]), closed()), (Some(0), String::new()));
    let (code, error) = said(&mut ridgewalk(&["info"]), full());
    assert!(code == Some(2) && error.contains("error: standard output cannot be written"), "{error}");
    // Nor does a closed standard error.
    let mut blind = short(&folder.path().join("blind"));
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
    for command in [&mut short(&out), &mut merge()] {
        let Output { status, stderr, .. } = command.output().unwrap();
        let error = String::from_utf8_lossy(&stderr).into_owned();
        let says = format!("a test (process {} on ", std::process::id());
        assert!(!status.success() && error.contains(&says) && error.contains("since 20"), "{error}");
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), 1, "something was written");
    }
    drop(lock);
    // A run that is killed leaves its lock's file, which locks nothing.
    let mut child = short(&out).spawn().unwrap();
    let file = out.join(".ridgewalk-lock");
    while !file.exists() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success() && file.exists());
    assert!(short(&out).status().unwrap().success() && !file.exists());
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
    let Some((done, files)) = on_a_disk_of(400_000, &out, &short(&out)) else {
        eprintln!("SKIPPED: no disk of its own can be mounted here");
        return;
    };
    let error = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success() && error.contains("the disk is full") && error.contains("--resume"), "{error}");
    assert!(!files.iter().any(|f| f.contains("rw-part") || f.ends_with(" 0")), "{files:?}");
}
