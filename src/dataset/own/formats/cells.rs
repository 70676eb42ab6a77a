//! Tables of text, cells with commas, semicolons or tabs between them, as programs write them.

use std::collections::{BTreeMap, HashSet};

use csv::{ReaderBuilder, Trim};

use super::text::{self, is_spaced};

use crate::dataset::own::listing::{Part, words};

/// Fewer columns of numbers are no image.
pub const FEWEST_COLUMNS: usize = 9;
/// Lines that are looked at to find what stands between cells.
const LOOKED_AT: usize = 20;
/// What stands between cells where each line is one.
pub const IN_NO_NAME: u8 = 0x1f;
/// What may stand between cells, the most likely first.
const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Names of the column with the label.
const LABELS: [&str; 15] = [
    "label",
    "labels",
    "class",
    "target",
    "y",
    "category",
    "species",
    "digit",
    "emotion",
    "diagnosis",
    "classes",
    "targets",
    "letter",
    "finding",
    "dx",
];
/// Words for labels in the name of a column, those beside them that say nothing else, and those of predictions.
const LABEL_WORDS: [&str; 5] = ["label", "labels", "class", "category", "classes"];
const PLAIN_WORDS: [&str; 15] = [
    "name", "names", "id", "idx", "index", "code", "number", "text", "true", "gt", "truth", "image", "img", "final",
    "finding",
];
const PREDICTED: [&str; 13] = [
    "predicted",
    "pred",
    "preds",
    "prediction",
    "predictions",
    "ypred",
    "yhat",
    "prob",
    "probs",
    "probability",
    "probabilities",
    "logit",
    "logits",
];
/// Words for those whom several images are of, those that may stand beside them, and the ends of names of ids.
const GROUPS: [&str; 5] = ["patient", "patients", "subject", "participant", "donor"];
const OF_GROUPS: [&str; 8] = ["id", "uid", "no", "nr", "number", "code", "name", "key"];
const IDS: [&str; 4] = ["id", "uid", "uuid", "guid"];
/// Names of the column with the split.
pub const SPLITS: [&str; 6] = ["split", "set", "subset", "usage", "fold", "partition"];
/// What Google writes of a row that is in no split.
const UNASSIGNED: &str = "unassigned";
/// Words for a part of a cross-validation, and those that may stand beside them.
const FOLDS: [&str; 3] = ["fold", "folds", "kfold"];
const OF_FOLDS: [&str; 7] = ["k", "cv", "id", "no", "nr", "number", "index"];
/// Words of a question, and those that may stand beside a split in one: `is_training_image`.
const ASKS: [&str; 2] = ["is", "in"];
const OF_FLAGS: [&str; 8] = ["image", "img", "sample", "set", "split", "data", "final", "flag"];
/// Names of columns that number the rows.
const INDICES: [&str; 5] = ["", "index", "idx", "unnamed", "row"];

/// A reader of all rows of a table.
pub fn rows(bytes: &[u8]) -> Result<csv::Reader<&[u8]>, String> {
    separated(bytes).map(|(separator, rows)| reader(rows, separator))
}

/// The byte between the cells of a table, and its rows.
pub fn separated(bytes: &[u8]) -> Result<(u8, &[u8]), String> {
    let bytes = text_of(bytes)?;
    Ok(text::named_separator(bytes).unwrap_or_else(|| (separator(bytes, 1, b','), bytes)))
}

/// A table of files: what its first lines say, and its rows.
pub struct Numbered<'a> {
    text: &'a [u8],
    /// Where its rows begin.
    start: usize,
    separator: u8,
    /// Lines before its rows that are comments.
    pub comments: usize,
}

impl<'a> Numbered<'a> {
    /// `otherwise` stands between cells where nothing else does in the first lines, of which one may be a cell short;
    /// `is_file` tells the names of images, which may begin with `#` as comments do.
    pub fn of(bytes: &'a [u8], otherwise: u8, is_file: &dyn Fn(&str) -> bool) -> Result<Self, String> {
        let text = text_of(bytes)?;
        let is_row = |line: &[u8]| {
            let line = String::from_utf8_lossy(line);
            let cells = || line.split(|c: char| c == char::from(otherwise) || SEPARATORS.map(char::from).contains(&c));
            let is_label =
                |cell: &str| LABELS.iter().any(|name| cell.trim_matches([' ', '#', '\r']).eq_ignore_ascii_case(name));
            cells().any(is_file) || cells().skip(1).any(is_label)
        };
        let (comments, named, rows) = text::before_rows(text, is_row);
        // Between spaces a later line may have a comma in its label.
        let lines = match otherwise {
            b' ' => 1,
            IN_NO_NAME => 0,
            _ => LOOKED_AT,
        };
        let separator = named.unwrap_or_else(|| separator(rows, lines, otherwise));
        Ok(Self { text, start: text.len() - rows.len(), separator, comments })
    }

    /// How many lines end in a part of the text.
    fn ends(&self, from: usize, to: usize) -> usize {
        let is_end = |&at: &usize| match self.text[at] {
            b'\r' => self.text.get(at + 1) != Some(&b'\n'),
            byte => byte == b'\n',
        };
        (from..to).filter(is_end).count()
    }

    /// Each row with its line as an editor counts them.
    pub fn rows(&self) -> impl Iterator<Item = Result<(usize, Vec<String>), String>> {
        let (mut at, mut line) = (0, 1);
        reader(&self.text[self.start..], self.separator).into_byte_records().map(move |record| {
            let record = record.map_err(|e| format!("cannot be read as a table ({e})"))?;
            // Blank lines before a row are none of it.
            let from = record.position().map_or(at, |p| self.start + p.byte() as usize);
            let blank = self.text[from..].iter().take_while(|b| b"\r\n".contains(b)).count();
            line += self.ends(at, from + blank);
            at = from + blank;
            Ok((line, cells(&record)))
        })
    }

    /// Where a quote makes lines one cell: the first rows without regard to quotes, and what is wrong with them.
    pub fn misquoted(&self) -> Option<(Vec<Vec<String>>, String)> {
        let rows = &self.text[self.start..];
        let (row, what) = text::quotes_end(rows, self.separator).err()?;
        let cell = |cell: &[u8]| String::from_utf8_lossy(cell).trim_matches(['"', ' ', '\r']).to_owned();
        let lines = rows.split(|b| *b == b'\n').take(LOOKED_AT).filter(|line| !line.trim_ascii().is_empty());
        let start = lines.map(|line| line.split(|b| *b == self.separator).map(cell).collect()).collect();
        Some((start, format!("row {}: {what}", self.ends(0, self.start) + row)))
    }
}

/// The bytes of a text without its mark; or what it is else.
fn text_of(bytes: &[u8]) -> Result<&[u8], String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("is a text in UTF-16; save it as UTF-8".into());
    }
    if bytes.contains(&0) {
        return Err("is no text: it has bytes that are zero".into());
    }
    Ok(bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes))
}

/// The byte between cells: by the first of so many lines that has one.
fn separator(bytes: &[u8], lines: usize, otherwise: u8) -> u8 {
    let of = |line: &[u8]| {
        let count = |separator: &u8| line.iter().filter(|b| *b == separator).count();
        let is_spaced = std::str::from_utf8(line).is_ok_and(is_spaced);
        let most = SEPARATORS.iter().rev().copied().filter(|s| count(s) > 0).max_by_key(count);
        if is_spaced { Some(b' ') } else { most }
    };
    bytes.split(|b| *b == b'\n').take(lines).find_map(of).unwrap_or(otherwise)
}

/// A reader of rows with that byte between their cells, however many there are in each.
pub fn reader(bytes: &[u8], separator: u8) -> csv::Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(separator).trim(Trim::All);
    builder.from_reader(bytes)
}

/// How many cells most rows have; of two numbers that as many have, the larger.
pub fn usual_width(rows: &[Vec<String>]) -> usize {
    let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
    rows.iter().for_each(|row| *widths.entry(row.len()).or_default() += 1);
    widths.into_iter().max_by_key(|(width, rows)| (*rows, *width)).map_or(0, |(width, _)| width)
}

/// A row as texts; bytes that are not UTF-8 are replaced.
pub fn cells(record: &csv::ByteRecord) -> Vec<String> {
    record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
}

/// The column that has the label by its name, of which nothing else is said in it.
pub fn label_column(header: &[String]) -> Option<usize> {
    let named = |name: &str| header.iter().position(|h| h.trim().eq_ignore_ascii_case(name));
    // Beside an x it is a coordinate, and so is dx beside dy.
    let is_place = |name: &str| match name {
        "y" => header.iter().any(|other| words(other).iter().any(|word| word == "x")),
        "dx" => named("dy").is_some(),
        _ => false,
    };
    let exact = LABELS.iter().filter(|name| !is_place(name)).find_map(|name| named(name));
    exact.or_else(|| header.iter().position(|name| speaks_of_labels(name, true)))
}

/// Whether the name of a column has a word for labels, and is not that of predicted ones; if `alone`, no word that says
/// labels of what.
pub fn speaks_of_labels(name: &str, alone: bool) -> bool {
    let said = words(name);
    let is_one_of = |word: &String, some: &[&str]| some.contains(&word.as_str());
    let is_plain = |word: &String| is_one_of(word, &LABEL_WORDS) || is_one_of(word, &PLAIN_WORDS);
    said.iter().any(|word| is_one_of(word, &LABEL_WORDS))
        && !is_predicted(name)
        && (!alone || said.iter().all(is_plain))
}

/// Whether a name says that what has it was predicted.
pub fn is_predicted(name: &str) -> bool {
    let said = words(name);
    said.iter().any(|word| PREDICTED.contains(&word.as_str())) || said.windows(2).any(|two| two == ["y", "hat"])
}

/// Whether a column is none of classes by its name: of patients or ids, of splits, or of predictions.
pub fn says_no_class(name: &str) -> bool {
    let said = words(name);
    let is_one_of = |word: &String, some: &[&str]| some.contains(&word.as_str());
    let has = |some: &[&str]| said.iter().any(|word| is_one_of(word, some));
    let is_group = has(&GROUPS) && said.iter().all(|word| is_one_of(word, &GROUPS) || is_one_of(word, &OF_GROUPS));
    let is_id = said.last().is_some_and(|word| is_one_of(word, &IDS)) && !has(&LABELS) && !has(&LABEL_WORDS);
    is_group || is_id || is_of_splits(name) || is_predicted(name)
}

/// The column that says the split of each row: by its name, if most of its cells that are not empty do, or some and it is
/// called `split`; or that of which most cells are names of splits, of at least two.
pub fn split_column(header: &[String], rows: &[Vec<String>]) -> Option<usize> {
    let cells = |column: usize| {
        rows.iter().filter_map(move |row| row.get(column)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    };
    let says = |column: &usize| {
        let told = cells(*column).filter(|cell| Part::within(cell).is_some()).count();
        (is_called_split(&header[*column]) && told > 0) || told * 2 > cells(*column).count()
    };
    let names_splits = |column: &usize| {
        let is_said = |cell: &&str| !cell.eq_ignore_ascii_case(UNASSIGNED);
        let told: Vec<Part> = cells(*column).filter_map(Part::of).collect();
        let are_most = told.len() * 2 > cells(*column).filter(is_said).count();
        are_most && cells(*column).count() * 2 > rows.len() && told.iter().any(|part| *part != told[0])
    };
    let label = label_column(header);
    let called = (0..header.len()).filter(|column| is_split(&header[*column])).find(says);
    called.or_else(|| (0..usual_width(rows)).filter(|column| Some(*column) != label).find(names_splits))
}

/// Whether a column says splits, by its name.
pub fn is_split(name: &str) -> bool {
    SPLITS.iter().any(|split| split.eq_ignore_ascii_case(name.trim()))
}

/// The split of which a column says whether rows are in it, by its name: `is_test`, `train`.
pub fn split_flag(name: &str) -> Option<Part> {
    let said = words(name);
    let rest: Vec<&String> = said.iter().filter(|word| Part::of(word).is_none()).collect();
    let is_plain = |word: &&String| ASKS.contains(&word.as_str()) || OF_FLAGS.contains(&word.as_str());
    let part = said.iter().find_map(|word| Part::of(word))?;
    (rest.len() + 1 == said.len() && rest.iter().all(is_plain)).then_some(part)
}

/// Whether the name of such a column is a question, and no word that may be that of a class.
pub fn asks_split(name: &str) -> bool {
    split_flag(name).is_some() && words(name).first().is_some_and(|word| ASKS.contains(&word.as_str()))
}

/// Whether a column says splits or parts of a cross-validation by its name, and no classes.
pub fn is_of_splits(name: &str) -> bool {
    let said = words(name);
    let is_one_of = |word: &String, some: &[&str]| some.contains(&word.as_str());
    let is_fold = said.iter().any(|word| is_one_of(word, &FOLDS))
        && said.iter().all(|word| is_one_of(word, &FOLDS) || is_one_of(word, &OF_FOLDS));
    is_split(name) || is_fold || asks_split(name)
}

/// Whether a column is called `split`, which says nothing else.
pub fn is_called_split(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case(SPLITS[0])
}

/// That columns which are called so say no splits, unless they are among those that are read.
pub fn unread_split(header: &[String], rows: &[Vec<String>], read: &[usize]) -> Option<String> {
    let told = |column: usize| {
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        rows.iter().filter_map(|row| row.get(column)).for_each(|cell| *kinds.entry(cell.clone()).or_default() += 1);
        let (name, kinds) = (header[column].trim(), counted(&kinds));
        let why = if asks_split(name) { "does not say which split all rows are in" } else { SAYS_NONE };
        format!("the column `{name}` is not read, because it {why}: {kinds}")
    };
    let unread = (0..header.len()).filter(|c| is_of_splits(&header[*c]) && !read.contains(c));
    let told: Vec<String> = unread.map(told).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// What is said of a column that is called after splits.
const SAYS_NONE: &str = "says no train, validation or test";

/// That rows are in train, because what they say of their split is none: the cells, with the number of their rows.
pub fn in_train(cells: &BTreeMap<String, usize>) -> Option<String> {
    let rows = "rows whose split is none of train, validation and test are in train";
    (!cells.is_empty()).then(|| format!("{rows}: {}", counted(cells)))
}

/// The first of some cells, each with the number of its rows.
fn counted(cells: &BTreeMap<String, usize>) -> String {
    const MOST: usize = 5;
    let shown = cells.iter().take(MOST).map(|(cell, rows)| match cell.trim() {
        "" => format!("an empty cell ({rows})"),
        cell => format!("`{cell}` ({rows})"),
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    if cells.len() > MOST { format!("{shown} and {} more", cells.len() - MOST) } else { shown }
}

/// The places of names in the order of their numbers, if these are all that differs, and each stands once, neither by rows
/// nor by columns.
pub fn in_order_of_numbers<'a>(names: impl Iterator<Item = &'a str>) -> Option<Vec<usize>> {
    let names: Vec<&str> = names.map(str::trim).collect();
    let between = |name: &'a str| name.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty());
    let first: Vec<&str> = between(names.first()?).collect();
    let numbers = |name: &&'a str| -> Option<Vec<usize>> {
        let parts = name.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        if between(name).eq(first.iter().copied()) {
            parts.map(|part| part.parse::<usize>().ok()).collect()
        } else {
            None
        }
    };
    let keys: Vec<Vec<usize>> = names.iter().map(numbers).collect::<Option<_>>()?;
    let is_of_each = keys.iter().collect::<HashSet<_>>().len() == keys.len() && !keys.iter().any(Vec::is_empty);
    let is_by_columns = keys.is_sorted_by_key(|key| key.iter().rev().collect::<Vec<_>>());
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|place| &keys[*place]);
    (is_of_each && !is_by_columns && !order.is_sorted()).then_some(order)
}

/// Whether a column numbers the rows, by its name.
pub fn is_index(name: &str) -> bool {
    let is_id = name.trim().eq_ignore_ascii_case("id");
    is_id || words(name).first().map_or(name.trim().is_empty(), |word| INDICES.contains(&word.as_str()))
}

/// Whether a column counts the rows, from 0 or 1.
pub fn counts_rows(rows: &[Vec<String>], column: usize) -> bool {
    counts(rows.iter().map(|row| row.get(column).map_or("", String::as_str)))
}

/// Whether cells count, from 0 or 1.
pub fn counts<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> bool {
    let number = |cell: &str| cell.parse::<usize>().ok();
    let Some(first) = cells.clone().next().and_then(number).filter(|first| *first <= 1) else { return false };
    cells.clone().nth(2).is_some() && cells.zip(first..).all(|(cell, count)| number(cell) == Some(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_splits_is_found_by_its_name_or_by_its_words_and_told_if_it_is_not_read() {
        for (header, rows, column) in [
            ("file,label,split", "1,a,train;2,b,held", Some(2)),
            ("file,label,split", "1,a,0;2,b,1", None),
            ("file,label,set", "1,a,x;2,b,test;3,b,y", None),
            ("file,label,phase", "1,a,Train;2,b,val;3,b,", Some(2)),
            ("file,label", "1,train;2,test", None),
            ("", "1,train,a;2,test,b", Some(1)),
            ("", "1,train,a;2,plane,b", None),
            ("", "1,train,a;2,train,b", None),
            ("file,label,dataset", "1,a,train;2,b,test;3,a,unused", Some(2)),
            ("file,label,phase", "1,a,trn;2,b,tst", Some(2)),
            ("", "TRAIN,1,a;UNASSIGNED,2,a;UNASSIGNED,3,b;TEST,4,b", Some(0)),
        ] {
            let row = |row: &str| row.split(',').map(str::to_owned).collect::<Vec<_>>();
            let rows: Vec<Vec<String>> = rows.split(';').map(row).collect();
            let header = if header.is_empty() { Vec::new() } else { row(header) };
            let found = split_column(&header, &rows);
            assert_eq!(found, column, "{header:?}: {rows:?}");
            let told = unread_split(&header, &rows, &found.into_iter().collect::<Vec<_>>());
            assert_eq!(told.is_some(), found.is_none() && header.len() > 2, "{told:?}");
        }
        let row = |row: &str| row.split(',').map(str::to_owned).collect::<Vec<_>>();
        let (header, rows) = (row("file,fold,split,is_test"), [row("1,0,train,0"), row("2,0,held,0")]);
        assert_eq!(split_column(&header, &rows), Some(2));
        let told = unread_split(&header, &rows, &[2]).unwrap();
        assert!(told.contains("`fold` is not read") && told.contains("`is_test` is not read"), "{told}");
        let [header, row] = ["split", ""].map(|cell| vec![cell.to_owned()]);
        let told = unread_split(&header, &[row.clone(), row], &[]).unwrap();
        assert!(told.ends_with("says no train, validation or test: an empty cell (2)"), "{told}");
    }

    #[test]
    fn columns_of_labels_are_told_by_their_names() {
        for (header, column) in [
            ("Image Index,Finding Labels,Patient ID", Some(1)),
            ("image_id,dx,dx_type", Some(1)),
            ("dx,dy,breed", None),
            ("x,y", None),
            ("y_true,pred_label", None),
        ] {
            let header: Vec<String> = header.split(',').map(str::to_owned).collect();
            assert_eq!(label_column(&header), column, "{header:?}");
        }
        let names =
            ["patient", "Patient ID", "lesion_id", "studyUID", "y_pred", "Prediction", "y_hat", "kfold", "is_test"];
        assert_eq!(names.map(says_no_class), [true; 9]);
        let names = ["Patient Gender", "class_id", "species_id", "hat", "breed", "covid", "finding", "is_train_car"];
        assert_eq!(names.map(says_no_class), [false; 8]);
    }

    #[test]
    fn columns_that_are_numbered_have_an_order() {
        for (names, order) in [
            ("p0 p1 p10 p2 p3 p4 p5 p6 p7 p8 p9", Some("0 1 3 4 5 6 7 8 9 10 2")),
            ("x2 x1 x3", Some("1 0 2")),
            ("1 0", Some("1 0")),
            ("p0 p1 p2", None),
            ("p0 p2 p1 q", None),
            ("p0 q2 p1", None),
            ("p0 p30 p4", Some("0 2 1")),
            ("p1 p0 p1", None),
            ("p5 p15 p6", Some("0 2 1")),
            ("1x1 1x10 1x2 2x1 10x1 10x2", Some("0 2 1 3 4 5")),
            ("1x1 2x1 10x1 1x2 2x2 10x2", None),
            ("p1 p 2p", None),
            ("", None),
        ] {
            let found = in_order_of_numbers(names.split(' '));
            let found = found.map(|order| order.iter().map(usize::to_string).collect::<Vec<_>>().join(" "));
            assert_eq!(found.as_deref(), order, "{names}");
        }
    }

    #[test]
    fn rows_have_the_lines_that_an_editor_counts_and_one_may_be_short() {
        for (text, otherwise, expected) in [
            ("a,b\n\n1,2\n3\n", b',', "1 a|b, 3 1|2, 4 3"),
            ("\u{feff}a;b\r\n\r\n\r\n1;2\r\n3;4", b',', "1 a|b, 4 1|2, 5 3|4"),
            ("a,b\r1,2\r3,4", b',', "1 a|b, 2 1|2, 3 3|4"),
            ("a,b\n\"1\n2\",3\n4,5\n", b',', "1 a|b, 2 1\n2|3, 4 4|5"),
            ("short\na;b\n", b',', "1 short, 2 a|b"),
            ("a b\nc d\ne f,g\n", b' ', "1 a|b, 2 c|d, 3 e|f,g"),
            ("sep=;\r\na,b;c\r\n1;2\r\n", b',', "2 a,b|c, 3 1|2"),
            ("# by hand\nsep=;\n# once\na;b,c\n", b',', "4 a|b,c"),
            ("# made by hand; 2020\n# twice\na,b\n1,2\n", b',', "3 a|b, 4 1|2"),
            ("# made by hand\n#file,label\n1,2\n", b',', "2 #file|label, 3 1|2"),
            ("# made by hand\n#1.png,2\n", b',', "2 #1.png|2"),
        ] {
            let table = Numbered::of(text.as_bytes(), otherwise, &|name| name == "#1.png").unwrap();
            let rows = table.rows().map(Result::unwrap);
            let shown: Vec<String> = rows.map(|(line, row)| format!("{line} {}", row.join("|"))).collect();
            assert_eq!(shown.join(", "), expected, "{text:?}");
        }
        let rows = |lengths: &[usize]| lengths.iter().map(|n| vec![String::new(); *n]).collect::<Vec<_>>();
        assert_eq!([usual_width(&rows(&[1, 2, 2])), usual_width(&rows(&[1, 2])), usual_width(&[])], [2, 2, 0]);
    }
}
