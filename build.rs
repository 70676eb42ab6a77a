//! Tells the program the git commit that it is built from, for the headers of histories.
//!
//! Run again only when HEAD moves or our own source changes, so that an unchanged tree is not compiled anew.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    // Asked when it runs: with a shared target folder, the script may have been compiled for another copy of the tree.
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    println!("cargo::rustc-env=RIDGEWALK_COMMIT={}", commit(&root));
    println!("cargo::rerun-if-changed=build.rs");
    for watched in ["src", "Cargo.lock", "shaders", "data"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    // The log of HEAD grows with each commit and checkout. A file that is missing would run this script each time.
    for name in ["HEAD", "logs/HEAD"] {
        let path = git(&root, &["rev-parse", "--path-format=absolute", "--git-path", name]);
        if let Some(path) = path.filter(|p| Path::new(p).exists()) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
}

/// The commit of the repository whose root is `folder`, with a plus if files that are compiled were changed since;
/// "unknown" without git, or if the folder is not a repository of its own, such as an unpacked archive.
pub fn commit(folder: &Path) -> String {
    let top = git(folder, &["rev-parse", "--show-toplevel"]).and_then(|top| Path::new(&top).canonicalize().ok());
    let hash = top.filter(|top| folder.canonicalize().is_ok_and(|f| f == *top)).and_then(|_| {
        let hash = git(folder, &["rev-parse", "--short=12", "HEAD"])?;
        let changed = git(folder, &["status", "--porcelain", "--untracked-files=no", "--", "src", "Cargo.lock"])?;
        Some(if changed.is_empty() { hash } else { hash + "+" })
    });
    hash.unwrap_or_else(|| "unknown".to_owned())
}

/// What git says; `None` if it is not there or fails.
fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let said = Command::new("git").args(["--no-optional-locks", "-C"]).arg(folder).args(arguments).output().ok()?;
    said.status.success().then(|| String::from_utf8_lossy(&said.stdout).trim().to_owned())
}
