//! The program at the edges of its folders: a closed or full terminal, a full disk, a locked folder.

use std::fs::File;
use std::process::{Command, Output, Stdio};

fn ridgewalk(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ridgewalk"));
    command.args(arguments);
    command
}

/// A run of a second: no walks, one round.
fn short(out: &std::path::Path) -> Command {
    let mut command = ridgewalk(&["run", "--preset", "tiny", "--strategies", "random", "--rounds", "1"]);
    command.args(["--set", "generator_epochs=1", "--set", "walks=0"]);
    command.arg("--out").arg(out).arg("--cache-dir").arg(out.join("cache"));
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
