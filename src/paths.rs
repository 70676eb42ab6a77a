//! Paths as users write them (`~`, relative to the file they stand in), and text files as editors save them.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization as _;

/// A text that a user writes, an experiment or a waveform, is never this large (16 MiB).
const MOST_BYTES: u64 = 1 << 24;
/// Where pipes lie that have a writer: a shell gives them to a command.
const PIPED_IN: [&str; 2] = ["/dev/stdin", "/dev/fd"];

/// The path that a text means: `~` is the user's home.
pub fn expanded(text: impl AsRef<Path>) -> PathBuf {
    let path = text.as_ref();
    match path.strip_prefix("~") {
        Ok(below) => etcetera::home_dir().map_or_else(|_| path.to_path_buf(), |home| home.join(below)),
        Err(_) => path.to_path_buf(),
    }
}

/// The path that a text in a file means: relative ones start at the file's folder.
pub fn beside(file: &Path, text: &str) -> PathBuf {
    let is_piped_in = PIPED_IN.iter().any(|folder| file.starts_with(folder));
    file.parent().filter(|_| !is_piped_in).unwrap_or(Path::new("")).join(expanded(text))
}

/// An argument of the command line with its `~` expanded, also behind an option's `=`, where no shell does it.
pub fn argument(text: OsString) -> OsString {
    let Some(plain) = text.to_str() else { return text };
    match plain.split_once('=').filter(|(option, _)| option.starts_with("--")) {
        Some((option, path)) if path.starts_with('~') => {
            let mut whole = OsString::from(format!("{option}="));
            whole.push(expanded(path));
            whole
        }
        None if plain.starts_with('~') => expanded(plain).into(),
        _ => text,
    }
}

/// The text of a file in UTF-8, without a byte order mark; the error says what the file is instead.
pub fn read_text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    let is_piped_in = PIPED_IN.iter().any(|folder| path.starts_with(folder));
    let file = if is_piped_in { File::open(path)? } else { open(path)? };
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(invalid(format!("more than {} MiB; is it the right file?", MOST_BYTES >> 20)));
    }
    text(bytes).map_err(invalid)
}

/// Opens a file, but neither a pipe, whose writer would be waited for, maybe for ever, nor a device.
pub fn open(path: &Path) -> io::Result<File> {
    let kind = path.metadata()?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        return Err(invalid("it is a pipe or a device; give a file".into()));
    }
    File::open(path)
}

/// The bytes of a file that is one.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn invalid(detail: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, detail)
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    if body.starts_with(b"ridgewalk ") {
        return Err(
            "it is a file that a run wrote, not text; the settings of a run are `experiment.toml` in its folder".into(),
        );
    }
    // Without its mark, UTF-16 has a zero next to each plain letter.
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || body.iter().take(4).any(|&b| b == 0) {
        return Err("it is UTF-16 or no text; save it as UTF-8".into());
    }
    match std::str::from_utf8(body) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let line = body[..error.valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
            Err(format!("line {line} is not UTF-8; save it as UTF-8"))
        }
    }
}

/// A name with its accents in one character each (NFC), as most write them; a Mac takes names of files apart.
pub fn composed(name: &str) -> Cow<'_, str> {
    match name.is_ascii() {
        true => name.into(),
        false => name.nfc().collect::<String>().into(),
    }
}

/// The name of a file without its ending, or of a folder, of whose name a dot is a part; empty where there is none.
pub fn stem(path: &Path) -> String {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let name = if whole.is_dir() { whole.file_name() } else { whole.file_stem() };
    name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_the_home_and_relative_paths_start_at_their_file() {
        let home = etcetera::home_dir().unwrap();
        for (text, path) in [
            ("~/set", home.join("set")),
            ("~", home.clone()),
            ("~other/set", "~other/set".into()),
            ("a/~/b", "a/~/b".into()),
            ("", "".into()),
        ] {
            assert_eq!(expanded(text), path, "{text}");
        }
        for (text, path) in [
            ("set", "f/set".into()),
            ("../set", "f/../set".into()),
            ("/set", "/set".into()),
            ("~/set", home.join("set")),
        ] {
            assert_eq!(beside(Path::new("f/e.toml"), text), path, "{text}");
        }
        let at_home = |before: &str| format!("{before}{}", home.join("d").display());
        for (text, meant) in [
            ("~/d", at_home("")),
            ("--out=~/d", at_home("--out=")),
            ("--set", "--set".into()),
            ("masks=~/d", "masks=~/d".into()),
            ("--out=d", "--out=d".into()),
        ] {
            assert_eq!(argument(text.into()), OsString::from(meant), "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_no_text() {
        let error = read_text(Path::new("/dev/null")).unwrap_err().to_string();
        assert!(error.contains("a pipe or a device; give a file"), "{error}");
    }

    #[test]
    fn text_is_read_with_or_without_a_mark_and_other_encodings_are_named() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        for (bytes, expected) in [
            (b"a\r\nb".to_vec(), Ok("a\r\nb")),
            (b"\xef\xbb\xbfa".to_vec(), Ok("a")),
            (Vec::new(), Ok("")),
            ([b"\xff\xfe".to_vec(), utf16("a")].concat(), Err("UTF-16")),
            (utf16("name"), Err("UTF-16")),
            (b"a\nb\xe9".to_vec(), Err("line 2 is not UTF-8")),
            (b"ridgewalk history 1\n\x1f\x8b".to_vec(), Err("`experiment.toml` in its folder")),
        ] {
            match (text(bytes), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(found), Err(says)) => assert!(found.contains(says), "{found}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
