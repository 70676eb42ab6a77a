//! Files written aside: under a temporary name in the same folder, flushed to the disk, then renamed.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufWriter, Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Extension of a file that is not complete; a kill may leave one behind.
const PARTIAL: &str = ".rw-part";
/// Links followed at the end of a path, as by the system.
const MAX_LINKS: usize = 40;

/// Creates a folder and those above it where they are missing.
pub fn create_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder).map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            Error::new(e.kind(), "a file of this name, or of a folder above it, is there")
        }
        _ => e,
    })
}

/// Writes a temporary file, flushes it to the disk and renames it to `path`; its folder is created if necessary.
pub fn write_aside(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write_aside_with(path, |file| file.write_all(bytes))
}

/// Lets `write` fill a temporary file, flushes it to the disk and renames it to `path`; its folder is created if
/// necessary. A reader sees the file before or after, never a part of it, and after a failure what was there is there.
pub fn write_aside_with(path: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    let path = writable(path)?;
    create_folder(folder_of(&path))?;
    let partial = partial(&path)?;
    let mut out = BufWriter::new(partial.as_file());
    write(&mut out)?;
    out.flush()?;
    drop(out);
    partial.as_file().sync_all()?;
    partial.persist(path).map(drop).map_err(|e| e.error)
}

/// A new temporary file beside `path`, removed when dropped. Like any other file it has the permissions of the umask.
pub fn partial(path: &Path) -> std::io::Result<NamedTempFile> {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(".");
    let made =
        tempfile::Builder::new().prefix(&prefix).suffix(PARTIAL).make_in(folder_of(path), |p| File::create_new(p));
    // Only the kind: the temporary name means nothing to the user.
    let made = made.map_err(|e| Error::from(e.kind()))?;
    // A file system without locks has nothing to sweep.
    let _ = made.as_file().try_lock();
    Ok(made)
}

/// Removes the temporary files that a kill left in a folder and in those of a grid below it.
pub fn sweep(folder: &Path) {
    sweep_levels(folder, LEVELS);
}

/// A grid's deepest files are `weights/NAME/ROUND`.
const LEVELS: usize = 3;

fn sweep_levels(folder: &Path, levels: usize) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if entry.file_type().is_ok_and(|t| t.is_dir()) {
            if levels > 1 {
                sweep_levels(&path, levels - 1);
            }
        } else if name.to_string_lossy().ends_with(PARTIAL) && File::open(&path).is_ok_and(|f| f.try_lock().is_ok()) {
            // Whoever wrote it is gone. If it cannot be removed, it only wastes space.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Why `path` was not written and what to do, in one sentence.
pub fn unwritten(path: &Path, why: &Error) -> String {
    let path = path.display();
    match is_full(why) {
        true => format!("{path}: the disk is full ({why}); make room and run again"),
        false => format!("{path}: cannot be written ({why}); choose another folder, or see that you may write there"),
    }
}

/// Whether there was no room for a file.
pub fn is_full(why: &Error) -> bool {
    matches!(why.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

/// The file itself where `path` is a link; an error if it must not or cannot be replaced.
fn writable(path: &Path) -> std::io::Result<PathBuf> {
    let mut file = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        if let Ok(target) = std::fs::read_link(&file) {
            file = folder_of(&file).join(target);
            continue;
        }
        let refused = |why| Err(Error::new(ErrorKind::PermissionDenied, why));
        return match std::fs::metadata(&file) {
            Ok(there) if there.is_dir() => refused("it is a folder"),
            Ok(there) if !there.is_file() => refused("it is a device, not a file"),
            Ok(there) if there.permissions().readonly() => refused("it is write-protected"),
            _ => Ok(file),
        };
    }
    Err(Error::other("its links lead in a circle"))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether the open file is the one at `path`.
#[cfg(unix)]
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = |a: std::fs::Metadata, b: std::fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    file.metadata().ok().zip(std::fs::metadata(path).ok()).is_some_and(|(a, b)| same(a, b))
}

#[cfg(not(unix))]
pub(super) fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("new/folder/file");
        write_aside(&path, b"first").unwrap();
        write_aside(&path, b"second").unwrap();
        for kind in [ErrorKind::StorageFull, ErrorKind::Other] {
            let failed = write_aside_with(&path, |file| {
                file.write_all(b"half")?;
                Err(kind.into())
            });
            assert_eq!((failed.unwrap_err().kind(), std::fs::read(&path).unwrap().as_slice()), (kind, &b"second"[..]));
            assert_eq!(names(path.parent().unwrap()), ["file"], "no temporary file is left");
        }
        assert!(unwritten(&path, &ErrorKind::StorageFull.into()).contains("is full"));
        assert!(unwritten(&path, &ErrorKind::PermissionDenied.into()).contains("another folder"));
    }

    #[test]
    #[cfg(unix)]
    fn permissions_are_those_of_any_file_links_are_followed_and_what_is_protected_stays() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let mode = |name: &str| std::fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
        std::fs::write(at("plain"), "").unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        for (link, target) in [("link", "plain"), ("ahead", "folder/new"), ("circle", "circle")] {
            symlink(target, at(link)).unwrap();
        }
        for name in ["aside", "link", "ahead"] {
            write_aside(&at(name), name.as_bytes()).unwrap();
        }
        assert_eq!((mode("aside"), mode("folder/new")), (mode("plain"), mode("plain")));
        assert_eq!(std::fs::read(at("plain")).unwrap(), b"link");
        assert!(at("link").is_symlink() && at("ahead").is_symlink());
        std::fs::set_permissions(at("plain"), std::fs::Permissions::from_mode(0o444)).unwrap();
        for (name, says) in [("plain", "write-protected"), ("folder", "a folder"), ("circle", "in a circle")] {
            let error = write_aside(&at(name), b"other").unwrap_err().to_string();
            assert!(error.contains(says), "{name}: {error}");
        }
        assert_eq!(std::fs::read(at("plain")).unwrap(), b"link");
    }

    #[test]
    fn what_a_kill_left_is_swept_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("below")).unwrap();
        for name in ["file", ".hidden", "below/file"] {
            std::fs::write(root.path().join(name), "").unwrap();
        }
        for name in ["a", "below/b"] {
            partial(&root.path().join(name)).unwrap().keep().unwrap();
        }
        let written = partial(&root.path().join("below/c")).unwrap();
        sweep(root.path());
        assert_eq!(names(root.path()), [".hidden", "below", "file"]);
        assert_eq!((names(&root.path().join("below")).len(), written.path().exists()), (2, true));
    }
}
