//! The commit that a build names: that of its own repository, or "unknown".

use std::path::Path;
use std::process::Command;

#[path = "../../build.rs"]
#[allow(dead_code, reason = "the build script's own entry and what only that calls")]
mod build;

#[test]
fn a_build_without_git_has_an_unknown_commit_and_one_with_it_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir(root.join("src")).unwrap();
    std::fs::write(root.join("src/lib.rs"), "").unwrap();
    assert_eq!(build::commit(root), "unknown");
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
        let run = Command::new("git").arg("-C").arg(root).args(identity).args(arguments).output();
        run.ok()
            .filter(|said| said.status.success())
            .map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned())
    };
    if git(&["init", "-q"]).is_none() {
        println!("git is not there: nothing more to check");
        return;
    }
    assert_eq!(build::commit(root), "unknown", "no commit yet");
    git(&["add", "."]).unwrap();
    git(&["commit", "-qm", "first"]).unwrap();
    let head = git(&["rev-parse", "HEAD"]).unwrap();
    assert_eq!(build::commit(root), head[..12]);
    // A folder inside somebody else's repository, such as an unpacked archive, is not at its commit.
    assert_eq!(build::commit(&root.join("src")), "unknown");
    std::fs::write(root.join("src/lib.rs"), "// changed").unwrap();
    assert_eq!(build::commit(root), format!("{}+", &head[..12]));
    assert_eq!(build::commit(Path::new("/nowhere")), "unknown");
}
