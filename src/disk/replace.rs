//! What a command may write over, and links that write over nothing.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

/// A file says by what it was written within its first bytes, this many.
const MARK_WITHIN: u64 = 512;

/// An error, one sentence, if a command would write over a file that is not its own: one is there that is neither empty
/// nor has `mark`, as all files of this command have, near its beginning.
pub fn refuse_foreign(path: &Path, mark: &[u8]) -> Result<(), String> {
    // What is no file is refused when it is written.
    if !std::fs::metadata(path).is_ok_and(|there| there.is_file() && there.len() > 0) {
        return Ok(());
    }
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MARK_WITHIN).read_to_end(&mut head));
    match read.is_ok() && head.windows(mark.len()).any(|part| part == mark) {
        true => Ok(()),
        false => Err(format!(
            "{}: a file is there that this command did not write, and it stays as it is; give another name, or move that \
             file away",
            path.display()
        )),
    }
}

/// Makes `to` a second name of the file `from`, or where that cannot be a copy of it; whether it is a second name. An
/// error if something is there.
pub fn link_or_copy(from: &Path, to: &Path) -> std::io::Result<bool> {
    match std::fs::hard_link(from, to) {
        Ok(()) => return Ok(true),
        Err(why) if why.kind() == ErrorKind::AlreadyExists => return Err(why),
        Err(_) => {}
    }
    let mut file = File::create_new(to)?;
    let copied =
        File::open(from).and_then(|mut source| std::io::copy(&mut source, &mut file)).and_then(|_| file.sync_all());
    if let Err(why) = copied {
        // It was made here.
        let _ = std::fs::remove_file(to);
        return Err(why);
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_writes_over_its_own_files_and_over_no_others() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for (name, text, is_refused) in [
            ("none", None, false),
            ("empty", Some(""), false),
            ("own", Some("\u{feff}file,reason\na,b\n"), false),
            ("other", Some("file,label\na,b\n"), true),
        ] {
            text.iter().for_each(|text| std::fs::write(at(name), text).unwrap());
            assert_eq!(refuse_foreign(&at(name), b"file,reason").is_err(), is_refused, "{name}");
        }
        assert!(refuse_foreign(root.path(), b"file,reason").is_ok(), "a folder is refused where it is written");
    }

    #[test]
    fn a_link_or_a_copy_never_touches_what_is_there() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        std::fs::write(at("image"), "pixels").unwrap();
        assert!(link_or_copy(&at("image"), &at("link")).unwrap());
        for there in ["link", "image"] {
            assert_eq!(link_or_copy(&at("image"), &at(there)).unwrap_err().kind(), ErrorKind::AlreadyExists);
        }
        for name in ["image", "link"] {
            assert_eq!(std::fs::read_to_string(at(name)).unwrap(), "pixels");
        }
        assert!(link_or_copy(&at("none"), &at("new")).is_err() && !at("new").exists());
    }
}
