//! A row of the table: what is given, the command, and what must and must not be said; and how rows are checked.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A command that takes longer hangs; the slowest row takes a second.
const PATIENCE: Duration = Duration::from_secs(60);
/// How much of what was said is shown of a row that failed, characters.
const MOST_SHOWN: usize = 2_000;
/// Stands for a space within an argument.
const SPACE: char = '␣';
/// Said by no command, whatever it is given: panics, temporary names, Rust's own notation, a library's complaints.
const NEVER: &[&str] = &[
    "ChunkType {",
    "huffmantree",
    "panicked",
    "backtrace",
    ".tmp",
    "Err(",
    "Some(",
    "None)",
    "src/",
    "XDG_RUNTIME_DIR",
    "unwrap",
    "Utf8Error",
];

/// One input.
pub struct Row {
    pub what: &'static str,
    given: Vec<Given>,
    command: String,
    succeeds: bool,
    says: Vec<&'static str>,
    never: Vec<&'static str>,
    keeps: Vec<&'static str>,
}

/// Something that lies in the folder of a row.
pub enum Given {
    /// A file, or a folder, of `tests/it/data/field` under a name.
    Field(&'static str, &'static str),
    /// A file with these bytes.
    File(&'static str, Vec<u8>),
    /// An empty folder.
    Folder(&'static str),
    /// A symbolic link.
    Link(&'static str, &'static str),
    /// A pipe that nobody writes to.
    Pipe(&'static str),
    /// A copy of a folder that lies elsewhere.
    Copy(&'static str, PathBuf),
}

/// A file with a text.
pub fn text(name: &'static str, text: impl AsRef<str>) -> Given {
    Given::File(name, text.as_ref().as_bytes().to_vec())
}

/// A row whose command must fail. Alternatives of what it says are separated by `|`; `≈lumen 4.69 1.5` is a number that
/// follows `lumen` and is within 1.5 % of 4.69.
pub fn refuses(
    what: &'static str,
    given: impl IntoIterator<Item = Given>,
    command: &str,
    says: impl IntoIterator<Item = &'static str>,
) -> Row {
    Row {
        what,
        given: given.into_iter().collect(),
        command: command.into(),
        succeeds: false,
        says: says.into_iter().collect(),
        never: Vec::new(),
        keeps: Vec::new(),
    }
}

/// A row whose command must succeed.
pub fn works(
    what: &'static str,
    given: impl IntoIterator<Item = Given>,
    command: &str,
    says: impl IntoIterator<Item = &'static str>,
) -> Row {
    Row { succeeds: true, ..refuses(what, given, command, says) }
}

impl Row {
    /// Words that are not said.
    pub fn never(self, never: impl IntoIterator<Item = &'static str>) -> Self {
        Self { never: never.into_iter().collect(), ..self }
    }

    /// Files or folders that are as before.
    pub fn keeps(self, keeps: impl IntoIterator<Item = &'static str>) -> Self {
        Self { keeps: keeps.into_iter().collect(), ..self }
    }

    /// Runs the command; everything that is wrong with what it did.
    fn faults(&self) -> Vec<String> {
        let folder = tempfile::Builder::new().prefix("row").tempdir().unwrap();
        let (home, here) = (folder.path().join("home"), folder.path().join("here"));
        std::fs::create_dir(&home).unwrap();
        std::fs::create_dir(&here).unwrap();
        self.given.iter().for_each(|given| given.lay(&here));
        let before = self.contents(&here);
        let Some((code, said)) = run(&self.command, &here, &home) else { return vec!["it hangs".into()] };
        let mut faults = Vec::new();
        match (code, self.succeeds) {
            (None, _) => faults.push("it was killed by a signal".into()),
            (Some(0), false) => faults.push("it succeeds".into()),
            (Some(c), true) if c != 0 => faults.push(format!("it fails with {c}")),
            _ => {}
        }
        faults.extend(self.says.iter().filter(|s| !is_said(s, &said)).map(|s| format!("does not say `{s}`")));
        let never = NEVER.iter().chain(&self.never).filter(|s| said.contains(**s));
        faults.extend(never.map(|s| format!("says `{s}`")));
        let doubled = said.lines().any(|l| l.matches("os error").count() > 1);
        faults.extend(doubled.then(|| "tells the system's cause twice".to_owned()));
        let errors = said.lines().filter(|l| l.starts_with("error:")).count();
        faults.extend((errors > 1).then(|| format!("says `error:` {errors} times")));
        faults.extend((before != self.contents(&here)).then(|| format!("changes {}", self.keeps.join(" or "))));
        if !faults.is_empty() {
            let shown: String = said.replace(&here.display().to_string(), ".").chars().take(MOST_SHOWN).collect();
            faults.push(format!("it said:\n{shown}"));
        }
        faults
    }

    /// The files that are to be kept, with their bytes.
    fn contents(&self, here: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        self.keeps.iter().for_each(|name| collect(&here.join(name), &mut files));
        files
    }
}

impl Given {
    fn lay(&self, here: &Path) {
        let field = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/field");
        let place = |name: &str| {
            let path = here.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            path
        };
        match self {
            Self::Field(from, to) => copy(&field.join(from), &place(to)),
            Self::File(name, bytes) => std::fs::write(place(name), bytes).unwrap(),
            Self::Folder(name) => std::fs::create_dir_all(place(name)).unwrap(),
            #[cfg(unix)]
            Self::Link(name, to) => std::os::unix::fs::symlink(to, place(name)).unwrap(),
            #[cfg(not(unix))]
            Self::Link(..) => {}
            Self::Pipe(name) => assert!(Command::new("mkfifo").arg(place(name)).status().unwrap().success()),
            Self::Copy(name, from) => copy(from, &place(name)),
        }
    }
}

/// Checks the rows on all cores; each text is a row that failed.
pub fn check(rows: &[(&str, Row)]) -> Vec<String> {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = || {
        while let Some((table, row)) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
            let faults = row.faults();
            if !faults.is_empty() {
                let text = format!("{table}: {}\n  $ ridgewalk {}\n  {}", row.what, row.command, faults.join("\n  "));
                failed.lock().unwrap().insert((*table, row.what), text);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    failed.into_inner().unwrap().into_values().collect()
}

/// The exit status (`None` after a signal) and everything that was said; `None` if the command hangs.
fn run(command: &str, here: &Path, home: &Path) -> Option<(Option<i32>, String)> {
    let arguments = command.split_whitespace().map(|a| a.replace(SPACE, " "));
    let mut child = program(home).args(arguments).current_dir(here).spawn().unwrap();
    let (out, err) = (read(child.stdout.take().unwrap()), read(child.stderr.take().unwrap()));
    let said = out.recv_timeout(PATIENCE).and_then(|out| Ok(out + &err.recv_timeout(PATIENCE)?));
    let Ok(said) = said else {
        end(&mut child);
        return None;
    };
    Some((child.wait().unwrap().code(), said))
}

/// The program for a user who has nothing: no settings, no data, no cache.
pub fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ridgewalk"));
    for variable in ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
        command.env(variable, home);
    }
    for variable in ["RIDGEWALK_DATA", "RUST_LOG", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn end(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Everything from a pipe, read on a thread of its own.
fn read(mut pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receive
}

fn is_said(wanted: &str, said: &str) -> bool {
    let Some(number) = wanted.strip_prefix('≈') else { return wanted.split('|').any(|w| said.contains(w)) };
    let [after, value, percent] = number.split(' ').collect::<Vec<_>>()[..] else { panic!("{wanted}") };
    let [value, percent]: [f64; 2] = [value, percent].map(|n| n.parse().unwrap());
    let after = format!("{after} ");
    said.match_indices(&after).any(|(at, _)| {
        let rest = &said[at + after.len()..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        rest[..end].parse::<f64>().is_ok_and(|n| (n / value - 1.0).abs() * 100.0 <= percent)
    })
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            copy(&path, &to.join(path.file_name().unwrap()));
        }
    } else {
        std::fs::write(to, std::fs::read(from).unwrap()).unwrap();
    }
}

fn collect(path: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| collect(&entry.unwrap().path(), files));
    } else if let Ok(bytes) = std::fs::read(path) {
        files.insert(path.into(), bytes);
    }
}
