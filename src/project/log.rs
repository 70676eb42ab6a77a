//! `labels.csv`: every answer of a person as a row, appended and flushed; of the rows about an image the last one counts.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::error::{ProjectError, in_file, unread};
pub use super::rows::{Answer, COLUMNS, MOST_SECONDS, Row, plausible};
use super::rows::{cells, parse, text};
use super::words::counted;
use crate::disk::{self, Appended};
use crate::paths;

/// The file, in the folder of its project.
pub const LABELS: &str = "labels.csv";

/// The rows of a project, and the last one about each image.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    rows: Vec<Row>,
    last: HashMap<String, usize>,
    /// Open in a project that may be changed.
    file: Option<Appended>,
    /// The last line, if a kill cut it off; it is no row.
    pub torn: Option<String>,
    /// That the file was replaced by another while it was open, and was written again.
    replaced: Option<String>,
}

impl Log {
    /// Makes the file of a new project.
    pub fn create(path: &Path) -> Result<(), ProjectError> {
        let text = COLUMNS.join(",") + "\n";
        disk::write_aside(path, text.as_bytes()).map_err(|source| ProjectError::Write { path: path.into(), source })
    }

    /// Reads the file. If it is to be appended to, a last line that a kill has cut off is removed.
    pub fn open(path: &Path, append: bool) -> Result<Self, ProjectError> {
        let bytes = paths::read(path).map_err(|e| unread(path, &e))?;
        let (rows, end) = parse(path, &bytes)?;
        let torn = (end < bytes.len()).then(|| String::from_utf8_lossy(&bytes[end..]).trim_end().to_owned());
        let unwritten = |source| ProjectError::Write { path: path.into(), source };
        let file = append.then(|| Appended::open(path, end as u64)).transpose().map_err(unwritten)?;
        let mut log = Self { path: path.into(), rows: Vec::new(), last: HashMap::new(), file, torn, replaced: None };
        rows.into_iter().for_each(|row| log.take(row));
        Ok(log)
    }

    /// Every row of the file, the oldest first.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The last row about an image.
    pub fn last(&self, file: &str) -> Option<&Row> {
        self.last.get(file).map(|&at| &self.rows[at])
    }

    /// The row with the label of an image that is labelled now.
    pub fn label(&self, file: &str) -> Option<&Row> {
        self.last(file).filter(|row| row.answer == Answer::Label)
    }

    /// Appends rows; they are on the disk when this returns. After a failure the file is as it was.
    pub fn append(&mut self, rows: Vec<Row>) -> Result<(), ProjectError> {
        match &self.file {
            None => return Err(in_file(&self.path, "is open for reading only")),
            Some(file) if !file.is_still_at(&self.path) => self.write_again()?,
            Some(_) => {}
        }
        let unwritten = |source| ProjectError::Write { path: self.path.clone(), source };
        let bytes = text(rows.iter().map(cells)).map_err(unwritten)?;
        self.file.iter_mut().try_for_each(|file| file.append(&bytes)).map_err(unwritten)?;
        rows.into_iter().for_each(|row| self.take(row));
        Ok(())
    }

    /// That the file was replaced or deleted by somebody else and written again, once.
    pub fn take_replaced(&mut self) -> Option<String> {
        self.replaced.take()
    }

    /// Writes every row again after somebody else has deleted, replaced or changed the file; theirs gets another name.
    fn write_again(&mut self) -> Result<(), ProjectError> {
        let path = &self.path;
        let unwritten = |source| ProjectError::Write { path: path.clone(), source };
        if !path.parent().is_some_and(|folder| folder.as_os_str().is_empty() || folder.is_dir()) {
            let what = "its folder is gone, and nothing more is written; put the folder back where it was, and go on";
            return Err(in_file(path, what));
        }
        let bytes = text(std::iter::once(COLUMNS.map(str::to_owned)).chain(self.rows.iter().map(cells)));
        let bytes = bytes.map_err(unwritten)?;
        let (file, rows) = (path.file_name().unwrap_or_default().to_string_lossy(), self.rows.len());
        self.replaced = match paths::read(path) {
            Ok(theirs) if theirs == bytes => None,
            Ok(_) => {
                let kept = self.keep_theirs().map_err(unwritten)?;
                Some(format!(
                    "{file} was changed by somebody else while it was open: it has the {rows} rows of this sitting again, \
                     and theirs are in {kept}; import that file if they are to count"
                ))
            }
            Err(_) => Some(format!("{file} was deleted while it was open: its {rows} rows were written again")),
        };
        disk::write_aside(path, &bytes).map_err(unwritten)?;
        self.file = Some(Appended::open(path, bytes.len() as u64).map_err(unwritten)?);
        Ok(())
    }

    /// Gives the file another name too, the first that is free.
    fn keep_theirs(&self) -> std::io::Result<String> {
        let mut number = 1;
        loop {
            let kept = self.path.with_extension(format!("{number}.csv"));
            match disk::link_or_copy(&self.path, &kept) {
                Ok(_) => return Ok(kept.file_name().unwrap_or_default().to_string_lossy().into_owned()),
                Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
                Err(why) => return Err(why),
            }
        }
    }

    /// Puts the rows into the order of their times again, and says so, if somebody has sorted the file by something else:
    /// of the rows about an image the last one counts. Where `is_kept` is false, times of an image may go back, as those of
    /// imported labels did in earlier versions: that is only told.
    pub fn in_order(&mut self, is_kept: bool) -> Option<String> {
        let times: Vec<Option<Timestamp>> = self.rows.iter().map(|row| time_of(&row.time)).collect();
        let (mut last, mut odd): (HashMap<&str, Timestamp>, BTreeSet<&str>) = Default::default();
        for (row, time) in self.rows.iter().zip(&times).filter_map(|(row, time)| Some((row, (*time)?))) {
            odd.extend(last.insert(&row.file, time).filter(|before| *before > time).map(|_| row.file.as_str()));
        }
        let (first, images) = (odd.first()?, counted(odd.len(), "image"));
        let what = format!("{LABELS}: its rows about {images}, such as {first}, are not in the order of their times");
        if !is_kept || times.iter().any(Option::is_none) {
            return Some(format!("{what}; the last one counts, so sort it by `time` if another program has sorted it"));
        }
        let told = format!("{what}, as when another program has sorted it; they are read in that order");
        let mut rows: Vec<(Option<Timestamp>, Row)> = times.into_iter().zip(std::mem::take(&mut self.rows)).collect();
        rows.sort_by_key(|(time, _)| *time);
        self.last.clear();
        rows.into_iter().for_each(|(_, row)| self.take(row));
        Some(told)
    }

    fn take(&mut self, row: Row) {
        self.last.insert(row.file.clone(), self.rows.len());
        self.rows.push(row);
    }
}

/// A time as files have it: RFC 3339, or without a zone, which is UTC then, or a date.
pub fn time_of(text: &str) -> Option<Timestamp> {
    let civil = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|time| time.timestamp());
    text.parse().ok().or_else(civil)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(file: &str, label: &str, answer: Answer) -> Row {
        let (time, who, guess) = ("2026-01-01T00:00:00Z".into(), "me".into(), String::new());
        Row {
            file: file.into(),
            label: label.into(),
            round: 1,
            strategy: "snn".into(),
            seconds: Some(1.25),
            time,
            who,
            answer,
            guess,
        }
    }

    fn log() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LABELS);
        Log::create(&path).unwrap();
        (folder, path)
    }

    #[test]
    fn the_last_row_about_an_image_counts_and_all_are_there_after_reopening() {
        let (_folder, path) = log();
        let rows = [
            said("a.png", "cat", Answer::Label),
            said("b, \"c\"\nd.png", "dog", Answer::Label),
            said("a.png", "dog", Answer::Label),
            said("e.png", "", Answer::NotSure),
            said("b, \"c\"\nd.png", "", Answer::Undone),
        ];
        let mut log = Log::open(&path, true).unwrap();
        rows.iter().for_each(|row| log.append(vec![row.clone()]).unwrap());
        for log in [log, Log::open(&path, true).unwrap(), Log::open(&path, false).unwrap()] {
            assert_eq!((log.rows(), &log.torn), (&rows[..], &None));
            assert_eq!(log.label("a.png").unwrap().label, "dog");
            assert_eq!((log.label("b, \"c\"\nd.png"), log.label("e.png")), (None, None));
        }
    }

    /// As a program does that keeps folders in step.
    #[test]
    fn a_file_that_somebody_deletes_or_replaces_loses_no_row_of_either() {
        let (folder, path) = log();
        let mut log = Log::open(&path, true).unwrap();
        let header = std::fs::read_to_string(&path).unwrap();
        let theirs = header + "x.png,dog,1,snn,,,you,,\n";
        let aside = || std::fs::read_to_string(folder.path().join("labels.1.csv")).ok();
        for (number, (what, says)) in [
            ("nothing", ""),
            ("deleted", "was deleted"),
            ("the same", ""),
            ("written into", "are in labels.1.csv"),
            ("replaced", "are in labels.2.csv"),
        ]
        .into_iter()
        .enumerate()
        {
            let other = folder.path().join("other");
            match what {
                "deleted" => std::fs::remove_file(&path).unwrap(),
                "the same" => {
                    std::fs::copy(&path, &other).unwrap();
                    std::fs::rename(&other, &path).unwrap();
                }
                "written into" => std::fs::write(&path, &theirs).unwrap(),
                "replaced" => {
                    std::fs::write(&other, &theirs).unwrap();
                    std::fs::rename(&other, &path).unwrap();
                }
                _ => {}
            }
            log.append(vec![said(&format!("{number}.png"), "cat", Answer::Label)]).unwrap();
            let told = log.take_replaced().unwrap_or_default();
            assert!(told.contains(says) && told.is_empty() == says.is_empty(), "{what}: {told}");
            assert_eq!(Log::open(&path, false).unwrap().rows(), log.rows(), "{what}");
        }
        assert_eq!((log.rows().len(), aside()), (5, Some(theirs)));
        drop(folder);
        let gone = log.append(vec![said("a.png", "cat", Answer::Label)]).unwrap_err().to_string();
        assert!(gone.contains("its folder is gone") && log.rows().len() == 5, "{gone}");
    }

    /// As a kill in the middle of a write leaves it.
    #[test]
    fn cut_off_anywhere_only_the_last_row_is_lost_and_what_follows_is_whole() {
        let (_folder, path) = log();
        let [first, second, third] =
            ["a.png", "b\n.png", "c.png"].map(|file| said(file, "the, \"cat\"", Answer::Label));
        let mut log = Log::open(&path, true).unwrap();
        log.append(vec![first.clone()]).unwrap();
        let before = std::fs::metadata(&path).unwrap().len() as usize;
        log.append(vec![second.clone()]).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for end in before..whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            assert_eq!(Log::open(&path, false).unwrap().rows(), std::slice::from_ref(&first), "{end}");
            let mut log = Log::open(&path, true).unwrap();
            assert_eq!(log.torn.is_some(), end > before, "{end}");
            log.append(vec![third.clone()]).unwrap();
            let again = Log::open(&path, true).unwrap();
            assert_eq!((again.rows(), &again.torn), (&[first.clone(), third.clone()][..], &None), "{end}");
        }
    }

    #[test]
    fn ends_of_lines_as_windows_writes_them_are_read_and_appended_to() {
        let (_folder, path) = log();
        let row = said("a.png", "cat", Answer::Label);
        Log::open(&path, true).unwrap().append(vec![row.clone()]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace('\n', "\r\n")).unwrap();
        let mut log = Log::open(&path, true).unwrap();
        assert_eq!((log.rows(), &log.torn), (std::slice::from_ref(&row), &None));
        log.append(vec![row.clone()]).unwrap();
        assert_eq!(Log::open(&path, false).unwrap().rows(), [row.clone(), row]);
    }

    #[test]
    fn a_file_that_was_sorted_is_read_in_the_order_of_its_times() {
        let (_folder, path) = log();
        let mut log = Log::open(&path, true).unwrap();
        let row = |file: &str, label: &str, minute: usize| Row {
            time: format!("2026-01-01T00:{minute:02}:00Z"),
            ..said(file, label, Answer::Label)
        };
        let rows = [row("a.png", "cat", 1), row("b.png", "dog", 2), row("a.png", "dog", 3), row("b.png", "cat", 4)];
        log.append(rows.to_vec()).unwrap();
        assert_eq!(log.in_order(true), None);
        let text = std::fs::read_to_string(&path).unwrap();
        let (header, body) = text.split_once('\n').unwrap();
        let mut lines: Vec<&str> = body.lines().collect();
        lines.sort_unstable();
        lines.reverse();
        let sorted = format!("{header}\n{}\n", lines.join("\n"));
        std::fs::write(&path, &sorted).unwrap();
        let mut log = Log::open(&path, false).unwrap();
        let told = log.in_order(false).unwrap();
        assert!(told.contains("sort it by `time`") && log.label("a.png").unwrap().label == "cat", "{told}");
        let told = log.in_order(true).unwrap();
        assert!(told.contains("1 image, such as a.png") && told.contains("are read in that order"), "{told}");
        assert_eq!((log.rows(), log.label("a.png").unwrap().label.as_str()), (&rows[..], "dog"));
        for (text, is_time) in [
            ("2026-01-02T03:04:05Z", true),
            ("2026-01-02T03:04:05.678+02:00", true),
            ("2026-01-02 03:04:05", true),
            ("2026-01-02", true),
            ("yesterday", false),
            ("1/2/2026", false),
            ("", false),
        ] {
            assert_eq!(time_of(text).is_some(), is_time, "{text}");
        }
    }

    #[test]
    fn a_damaged_line_is_named_and_not_skipped() {
        let (_folder, path) = log();
        let header = std::fs::read_to_string(&path).unwrap();
        for (text, says) in [
            ("a,b\nc,d,1,snn,,,me,,\n", "line 2: 2 cells instead of 9"),
            ("c,d,1,snn,,,me,,\na,b\n", "line 3: 2 cells instead of 9"),
            ("a.png,\"cat,1,snn,,,me,,\n", "line 2: a quote is not closed"),
            ("a.png,\"cat,1,snn,,,me,,\nb.png,cat,1,snn,,,me,,\nc.png,cat,1,s", "line 2: a quote is not closed"),
            ("a.png,cat,1,snn,inf,,me,,\n", "line 2: the seconds are no number"),
            ("a.png,cat,one,snn,,,me,,\n", "line 2: the round is no whole number"),
            ("a.png,cat,1,snn,soon,,me,,\n", "line 2: the seconds are no number"),
            ("a.png,cat,1,snn,,,me,,\nb.png,,1,snn,,,me,,\n", "line 3: has no label"),
            ("a.png,cat,1,snn,,,me,perhaps,\n", "line 2: `perhaps` is no answer"),
        ] {
            std::fs::write(&path, header.clone() + text).unwrap();
            let error = Log::open(&path, true).unwrap_err().to_string();
            assert!(error.contains(LABELS) && error.contains(says), "{error}");
        }
        for text in ["", "file,label\nb,c\n"] {
            std::fs::write(&path, text).unwrap();
            assert!(Log::open(&path, true).is_err(), "{text}");
        }
    }
}
