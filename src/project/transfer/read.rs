//! Files with labels: a table with columns `file` and `label`, the table of another project, or Label Studio's export.

use std::collections::HashMap;
use std::path::Path;

use super::incoming::{Incoming, part_said};
use super::label_studio;
use crate::dataset::own::formats::cells::SPLITS;
use crate::dataset::own::formats::text::{before_rows, quotes_end};
use crate::dataset::own::listing::Part;
use crate::paths::{self, composed};
use crate::project::error::{ProjectError, in_file};
use crate::project::generated::GENERATED;
use crate::project::images::IMAGES;
use crate::project::log::{self, Answer, LABELS, MOST_SECONDS, plausible};

/// The columns that are read of a table; only the first two are needed. Label Studio calls the second `choice`.
const FILE: &[&str] = &["file", "filename", "image", "path", "file_name", "image_id", "img"];
const LABEL: &[&str] = &["label", "class", "choice"];
const SECONDS: &[&str] = &["seconds", "lead_time"];
const TIME: &[&str] = &["time", "created_at"];
const WHO: &[&str] = &["who", "annotator"];
/// The answer of a row that is no label, as exports and a project's own table have it.
const ANSWER: &[&str] = &["answer"];
/// The digest of the image, as batches and exports have it: it finds an image whatever it is called by now.
const DIGEST: &[&str] = &["digest"];
/// What an image is for, and what proposed it: either may say that it is for the test.
const SPLIT: &[&str] = &SPLITS;
const STRATEGY: &[&str] = &["strategy"];

/// The labels of a file, one for each row or annotation; those without a class have an empty one.
pub fn read(path: &Path) -> Result<Vec<Incoming>, ProjectError> {
    if path.is_dir() {
        let labels = path.join(LABELS);
        let help = match labels.is_file() {
            true => format!("its labels are in {}", labels.display()),
            false => "give a table of files and labels".to_owned(),
        };
        return Err(in_file(path, format!("is a folder; {help}")));
    }
    let bytes = paths::read(path).map_err(|e| in_file(path, format!("cannot be read ({e})")))?;
    let text = String::from_utf8(bytes).map_err(|_| in_file(path, "is no text in UTF-8; save it as UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['[', '{']) {
        let value = serde_json::from_str(text).map_err(|e| in_file(path, format!("is no whole JSON ({e})")))?;
        return label_studio::labels(&value).map(named).map_err(|what| in_file(path, what));
    }
    let mut labels = table(text).map(named).map_err(|what| in_file(path, what))?;
    if labels.iter().any(|label| label.is_log) {
        let digests = digests_beside(path);
        labels.iter_mut().for_each(|label| label.digest = digests.get(label.name()).cloned());
    }
    Ok(labels)
}

/// The digests of the images of the project in whose folder a table lies; none if it lies elsewhere.
fn digests_beside(path: &Path) -> HashMap<String, String> {
    let of = |name: &&str| {
        let bytes = paths::read(&path.with_file_name(name)).unwrap_or_default();
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let is_ours = reader.headers().is_ok_and(|head| head.iter().take(2).eq(["file", "digest"]));
        let rows: Vec<_> = reader.records().flatten().filter(|_| is_ours).collect();
        rows.into_iter().map(|row| (row[0].to_owned(), row[1].to_owned()))
    };
    [IMAGES, GENERATED].iter().flat_map(of).collect()
}

/// Labels with their accents composed.
fn named(mut labels: Vec<Incoming>) -> Vec<Incoming> {
    labels.iter_mut().for_each(|label| label.label = composed(&label.label).into_owned());
    labels
}

fn table(text: &str) -> Result<Vec<Incoming>, String> {
    // Ends of lines as the reader counts them.
    let text = text.replace("\r\n", "\n");
    if text.trim().is_empty() {
        return Err("is empty".into());
    }
    let is_file = |cell: &str| FILE.iter().any(|name| cell.trim_matches(['#', ' ']).eq_ignore_ascii_case(name));
    let is_head = |line: &[u8]| String::from_utf8_lossy(line).split([',', ';', '\t']).any(is_file);
    let (_, named, rows) = before_rows(text.as_bytes(), is_head);
    let (before, rows) = text.split_at(text.len() - rows.len());
    let rows = rows.trim_start_matches('#').trim_start_matches(' ');
    let head = rows.lines().next().unwrap_or_default();
    let count = |c: char| head.matches(c).count();
    let likely = [',', ';', '\t'].into_iter().max_by_key(|c| (count(*c), *c == ',')).unwrap_or(',');
    let delimiter = named.unwrap_or(likely as u8);
    // Empty lines in the place of what stands before it are passed over, and counted.
    let text = "\n".repeat(before.matches('\n').count()) + rows;
    quotes_end(text.as_bytes(), delimiter).map_err(|(line, what)| format!("line {line}: {what}"))?;
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| format!("cannot be read as a table ({e})"))?.clone();
    let column =
        |names: &[&str]| names.iter().find_map(|name| header.iter().position(|h| h.trim().eq_ignore_ascii_case(name)));
    let known = [FILE, LABEL, SECONDS, TIME, WHO, ANSWER, SPLIT, STRATEGY, DIGEST].concat();
    let names: Vec<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
    if let Some(twice) =
        (1..names.len()).find(|&at| known.contains(&names[at].as_str()) && names[..at].contains(&names[at]))
    {
        return Err(format!("line 1 has the column `{}` twice; remove or rename one", names[twice]));
    }
    let needed = |names: &[&str]| {
        column(names).ok_or_else(|| {
            let there = header.iter().collect::<Vec<_>>().join(", ");
            format!("has no column `{}`; its first line must name the columns, and is {there}", names[0])
        })
    };
    let (file, label) = (needed(FILE)?, needed(LABEL)?);
    let (seconds, time, who, answer) = (column(SECONDS), column(TIME), column(WHO), column(ANSWER));
    let seconds_named = seconds.and_then(|column| header.get(column)).map(str::trim);
    let (strategy, digest) = (column(STRATEGY), column(DIGEST));
    let is_log = header.iter().eq(log::COLUMNS);
    let mut labels: Vec<Incoming> = Vec::new();
    let records: Vec<csv::StringRecord> =
        reader.records().collect::<Result<_, _>>().map_err(|e| format!("cannot be read as a table ({e})"))?;
    // A column of another name is one of splits if most of its cells are that are not empty.
    let says_split = |column: usize| {
        let cells: Vec<&str> = records.iter().filter_map(|r| r.get(column)).filter(|c| !c.trim().is_empty()).collect();
        2 * cells.iter().filter(|cell| Part::within(cell).is_some()).count() > cells.len()
    };
    let split = column(SPLIT).filter(|&at| header[at].trim().eq_ignore_ascii_case(SPLIT[0]) || says_split(at));
    for record in &records {
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |column: Option<usize>| column.and_then(|c| record.get(c)).unwrap_or_default().trim().to_owned();
        let name = cell(Some(file));
        // A name may begin or end with a space.
        let spaced = record.get(file).filter(|spaced| *spaced != name).map(str::to_owned);
        if name.is_empty() && record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if name.is_empty() || record.len() <= label {
            return Err(format!("line {line} has no file or no cell for a label; put it right or remove it"));
        }
        if record.iter().skip(header.len()).any(|cell| !cell.trim().is_empty()) {
            let (cells, columns) = (record.len(), header.len());
            let help = "put a name or a class that holds a comma in quotes";
            return Err(format!("line {line} has {cells} cells for the {columns} columns of the first line; {help}"));
        }
        let seconds = Some(cell(seconds)).filter(|s| !s.is_empty());
        let seconds = seconds.map(|s| {
            let number = s.parse().ok().and_then(|s| plausible(Some(s)));
            number.ok_or_else(|| {
                let column = seconds_named.unwrap_or(SECONDS[0]);
                format!("line {line}, column `{column}`: `{s}` is no number of seconds from 0 to {MOST_SECONDS}")
            })
        });
        let when = cell(time);
        if !when.is_empty() && log::time_of(&when).is_none() {
            let column = time.and_then(|column| header.get(column)).map_or(TIME[0], str::trim);
            return Err(format!(
                "line {line}, column `{column}`: `{when}` is no time such as 2026-01-31T12:00:00Z; put it right or leave it empty"
            ));
        }
        let said = cell(answer);
        let said = Answer::named(&said).ok_or_else(|| {
            let known = Answer::ALL.map(Answer::name);
            let known = known.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ");
            format!("line {line}, column `answer`: `{said}` is none of {known}; leave the cell empty for a label")
        })?;
        let given = cell(Some(label));
        // What Label Studio writes of boxes and regions in the place of a class.
        let lacks_choice = given.starts_with("[{") && serde_json::from_str::<serde_json::Value>(&given).is_ok();
        let incoming = Incoming {
            place: format!("line {line}"),
            address: name
                .contains("://")
                .then(|| name.clone())
                .or_else(|| name.starts_with("/data/").then(|| name.clone())),
            files: spaced.into_iter().chain([name]).collect(),
            is_log,
            digest: Some(cell(digest)).filter(|digest| !digest.is_empty()),
            label: if lacks_choice { String::new() } else { given },
            seconds: seconds.transpose()?,
            time: when,
            who: cell(who),
            part: part_said(&cell(split), &cell(strategy)),
            no_split: Some(cell(split)).filter(|said| !is_split(said)).unwrap_or_default(),
            lacks_choice,
            answer: said,
        };
        labels.push(incoming);
    }
    Ok(if answer.is_some() { last_of_each(labels) } else { labels })
}

/// The last answer about each image: in a project's own table of anybody, else of each person, as two people contradict each
/// other.
fn last_of_each(labels: Vec<Incoming>) -> Vec<Incoming> {
    let key = |label: &Incoming| (label.files.clone(), if label.is_log { String::new() } else { label.who.clone() });
    let last: HashMap<_, usize> = labels.iter().enumerate().map(|(at, label)| (key(label), at)).collect();
    let all = labels.into_iter().enumerate();
    all.filter(|(at, label)| last[&key(label)] == *at).map(|(_, label)| label).collect()
}

/// Whether a cell says what an image is for, as `data` reads it or as an export writes it, or nothing.
fn is_split(said: &str) -> bool {
    said.is_empty() || Part::within(said).is_some() || ["aside", "generated"].contains(&said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_are_read_as_those_of_data() {
        for (text, parts, no_splits) in [
            ("file,label,usage\na.png,x,test\nb.png,x,training\n", [Some(Part::Test), Some(Part::Train)], ["", ""]),
            ("file,label,partition\na.png,x,test\nb.png,x,\n", [Some(Part::Test), None], ["", ""]),
            ("file,label,split\na.png,x,foo\nb.png,x,Test set\n", [None, Some(Part::Test)], ["foo", ""]),
            ("file,label,fold\na.png,x,1\nb.png,x,2\n", [None, None], ["", ""]),
            ("file,label,split\na.png,x,\nb.png,x,generated\n", [None, None], ["", ""]),
        ] {
            let read = table(text).unwrap();
            assert_eq!(read.iter().map(|l| l.part).collect::<Vec<_>>(), parts, "{text}");
            assert_eq!(read.iter().map(|l| l.no_split.as_str()).collect::<Vec<_>>(), no_splits, "{text}");
        }
    }

    #[test]
    fn tables_of_any_order_and_delimiter_are_read_and_others_named() {
        for text in [
            "file,label\na.png,cat\nb.png,\n",
            "Label;File\ncat;a.png\n;b.png\n",
            "sep=;\r\nfile;label\r\na.png;cat\r\nb.png;\r\n",
            "# by hand, twice\n#file;label\na.png;cat\nb.png;\n",
            "guess\tfile\tlabel\ndog\ta.png\tcat\ndog\tb.png\t\r\n",
            "file,label,round,strategy,seconds,time,who,answer,guess\na.png,dog,1,snn,,,,,\nb.png,cat,1,snn,,,,,\n\
             a.png,cat,1,snn,,,,,\nb.png,,1,snn,,,,undone,\nb.png,,1,,,,,,\n",
        ] {
            let read = table(text).unwrap();
            let labels = read.iter().filter(|l| l.answer == Answer::Label);
            let mut found: Vec<_> = labels.map(|l| (l.name(), l.label.as_str())).collect();
            found.sort_unstable();
            assert_eq!(found, [("a.png", "cat"), ("b.png", "")], "{text}");
        }
        let boxes = "image,id,label\na.png,1,\"[{\"\"x\"\":1,\"\"rectanglelabels\"\":[\"\"cat\"\"]}]\"\n";
        let read = table(boxes).unwrap();
        assert_eq!((read[0].label.as_str(), read[0].lacks_choice), ("", true), "boxes are no class");
        for (text, says) in [
            ("a.png,cat\n", "has no column `file`"),
            ("file\na.png\n", "has no column `label`"),
            ("file,label\n,cat\n", "line 2 has no file"),
            ("sep=,\nfile,label\na.png,cat\n,cat\n", "line 4 has no file"),
            ("# by hand\nsep=,\nfile,label\n,cat\n", "line 4 has no file"),
            ("file,label\na.png\n", "line 2 has no file or no cell"),
            ("file,label\r\nb.png,dog\r\na.png\r\n", "line 3 has no file or no cell"),
            ("file,label,seconds\na.png,cat,long\n", "line 2, column `seconds`: `long` is no number of seconds"),
            ("file,label,lead_time\na.png,cat,long\n", "line 2, column `lead_time`: `long` is no number of seconds"),
            ("file,label,seconds\na.png,cat,nan\n", "line 2, column `seconds`: `nan`"),
            ("file,label,seconds\na.png,cat,-5\n", "line 2, column `seconds`: `-5`"),
            ("file,label,seconds\na.png,cat,1e300\n", "line 2, column `seconds`: `1e300`"),
            ("file,label,time\na.png,cat,yesterday\n", "line 2, column `time`: `yesterday` is no time such as"),
            ("file,label,answer\na.png,cat,bogus\n", "line 2, column `answer`: `bogus` is none of undone, skipped"),
            ("file,label\na.png,cat\nb.png,dog,bird\n", "line 3 has 3 cells for the 2 columns"),
            ("file,label,Label\na.png,cat,dog\n", "line 1 has the column `label` twice"),
            ("file,label\na.png,\"cat\nb.png,dog\n", "line 2: a quote is not closed"),
            ("file,label\na.png,\"cat\nb.png,\"dog\n", "line 2: a quote is closed in the middle"),
            ("", "is empty"),
        ] {
            let error = table(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
