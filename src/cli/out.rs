//! Printing that ends nothing: what cannot be printed is remembered and told at the end.

use std::io::{ErrorKind, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Prints a line to standard output.
macro_rules! say {
    ($($text:tt)*) => { $crate::cli::out::said(format_args!($($text)*)) };
}

/// Prints a line to standard error.
macro_rules! complain {
    ($($text:tt)*) => { $crate::cli::out::line($crate::cli::out::stderr(), format_args!($($text)*)) };
}

pub(super) use {complain, say};

/// Whether standard output waits for a result that a program reads.
static ASIDE: AtomicBool = AtomicBool::new(false);

/// What the log has is printed as everything else is; with RUST_LOG, with time and module.
pub fn log_in_words() {
    let usual = "warn,ridgewalk::engine=info,wgpu=error,naga=error,zbus=error";
    let mut log = env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(usual));
    if std::env::var_os(env_logger::DEFAULT_FILTER_ENV).is_none() {
        log.format(|line, record| writeln!(line, "{}: {}", word(record.level()), record.args()));
    }
    log.init();
}

/// What a line of the log begins with. Whatever ends the program is told as an error by the command itself.
fn word(level: log::Level) -> &'static str {
    match level {
        log::Level::Error | log::Level::Warn => "warning",
        log::Level::Info | log::Level::Debug | log::Level::Trace => "note",
    }
}

/// From now on what is said goes to standard error, until `on` is false: what is printed then is all of standard output.
pub fn aside(on: bool) {
    ASIDE.store(on, Ordering::Relaxed);
}

/// Prints a line to standard output, or aside.
pub fn said(text: std::fmt::Arguments<'_>) {
    match ASIDE.load(Ordering::Relaxed) {
        true => line(stderr(), text),
        false => line(stdout(), text),
    }
}

/// Prints a line to one of the two streams.
pub fn line<W: Write>(mut stream: Steady<W>, text: std::fmt::Arguments<'_>) {
    // Never an error.
    let _ = writeln!(stream, "{text}");
}

/// Why standard output lost something, if its reader has not just gone away.
static LOST: Mutex<Option<std::io::Error>> = Mutex::new(None);

/// A stream to which writing always succeeds: a reader that has gone away wants no more, and any other failure of
/// standard output is remembered for [`lost`].
pub struct Steady<W> {
    stream: W,
    remembers: bool,
}

pub fn stdout() -> Steady<std::io::Stdout> {
    Steady { stream: std::io::stdout(), remembers: true }
}

pub fn stderr() -> Steady<std::io::Stderr> {
    Steady { stream: std::io::stderr(), remembers: false }
}

/// Why standard output lost something; tells it once.
pub fn lost() -> Option<std::io::Error> {
    // What is still buffered fails here or not at all.
    let _ = stdout().flush();
    LOST.lock().ok()?.take()
}

impl<W> Steady<W> {
    fn succeeds<T>(&self, done: std::io::Result<T>, otherwise: T) -> std::io::Result<T> {
        match done {
            Err(e) if e.kind() == ErrorKind::Interrupted => Err(e),
            Err(e) => {
                if self.remembers
                    && e.kind() != ErrorKind::BrokenPipe
                    && let Ok(mut lost) = LOST.lock()
                {
                    lost.get_or_insert(e);
                }
                Ok(otherwise)
            }
            done => done,
        }
    }
}

impl<W: Write> Write for Steady<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let done = self.stream.write(bytes);
        self.succeeds(done, bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let done = self.stream.flush();
        self.succeeds(done, ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream whose reader has gone away, or whose disk is full.
    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn writing_succeeds_and_only_a_reader_that_has_gone_away_is_not_remembered() {
        for (kind, remembers, told) in [
            (ErrorKind::BrokenPipe, true, None),
            (ErrorKind::StorageFull, false, None),
            (ErrorKind::StorageFull, true, Some(ErrorKind::StorageFull)),
        ] {
            let mut stream = Steady { stream: Broken(kind), remembers };
            stream.write_all(b"text").unwrap();
            stream.flush().unwrap();
            assert_eq!(LOST.lock().unwrap().take().map(|e| e.kind()), told);
        }
    }
}
