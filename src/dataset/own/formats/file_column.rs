//! Which column of a table names the images.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashSet;
use std::ops::Range;

use super::cells::{counts, label_column};
use super::known::NotFound;
use crate::dataset::own::listing::words;
use crate::dataset::own::picture::ENDINGS;

/// Names of a column with files.
const FILES: [&str; 6] = ["file", "filename", "file_name", "image", "img", "path"];
/// Names of a column that may have files, or other names and numbers.
const PERHAPS: [&str; 3] = ["image_id", "name", "id"];
/// Words in the name of a column with files, and those of one with files beside the images.
const WORDS: [&str; 6] = ["file", "filename", "image", "img", "path", "photo"];
const BESIDE: [&str; 6] = ["mask", "thumb", "thumbnail", "preview", "label", "segmentation"];
/// Names of a column that counts what was done, and names no files.
const COUNTS: [&str; 6] = ["epoch", "step", "iteration", "iter", "round", "batch"];
/// Rows that are looked at.
pub const LOOKED_AT: usize = 200;

/// Whether a column is called as one with files may be.
pub fn is_called(name: &str) -> bool {
    place_in(&FILES, name).or(place_in(&PERHAPS, name)).is_some()
}

/// Whether a column is called one of files, and not of names or ids.
pub fn is_called_files(name: &str) -> bool {
    place_in(&FILES, name).is_some()
}

/// Whether a cell is the name of a file of an image.
pub fn is_file_name(cell: &str) -> bool {
    // What stands behind the name in an address says how the image is wanted.
    let cell = if cell.contains("://") { cell.split(['?', '#']).next().unwrap_or_default() } else { cell };
    cell.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&&*ending.trim().to_lowercase()))
}

/// Whether the first cell of a column is its name, and not one of a file.
pub fn is_head(cell: &str, is_image: impl Fn(&str) -> bool) -> bool {
    place_in(&FILES, cell).is_some() || (!is_file_name(cell) && !is_image(cell))
}

fn place_in(names: &[&str], name: &str) -> Option<usize> {
    names.iter().position(|known| known.eq_ignore_ascii_case(name.trim()))
}

/// How well a name suits a column with files, the best first; `None` if it says nothing.
pub fn suits(name: &str) -> Option<usize> {
    let said = words(name);
    let has = |some: &[&str]| said.iter().any(|word| some.contains(&word.as_str()));
    let alike = (has(&WORDS) && !has(&BESIDE)).then_some(FILES.len());
    place_in(&FILES, name).or_else(|| Some(FILES.len() + 1 + place_in(&PERHAPS, name)?)).or(alike)
}

/// A column: its name, if it has one, and its rows.
pub type Column = (Option<String>, Range<usize>);

/// How sure it is that a column names images, the least sure first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sure {
    /// Its cells count the rows, and images have such names.
    Counts,
    /// Its cells are names of images without their ending, or count the rows and it is called as one of files may be.
    Stems,
    /// Its name may be that of a column with files.
    Perhaps,
    /// Its cells have the ending of an image.
    Endings,
    /// Its name says so.
    Called,
    CalledWithEndings,
}

/// A column that may name images.
struct Looked {
    column: usize,
    sure: Sure,
    /// How well its name suits files, the best first.
    suits: usize,
    /// Whether its cells count the rows.
    counts: bool,
    /// The image of each row that is looked at.
    images: Vec<Option<usize>>,
    found: usize,
    /// Whether nearly every cell is that of an image of its own.
    is_whole: bool,
    /// Whether most of the cells that are those of images are those of one.
    is_clear: bool,
    /// Whether most cells are those of images.
    most: bool,
    /// Whether enough of them are.
    fits: bool,
}

impl Looked {
    fn at<'a>(
        column: usize,
        (name, rows): &Column,
        cell: &dyn Fn(usize, usize) -> Cow<'a, str>,
        find: &dyn Fn(&str) -> Result<usize, NotFound>,
    ) -> Option<Self> {
        let looked_at = rows.start..rows.end.min(LOOKED_AT);
        let cells: Vec<Cow<'_, str>> = looked_at.clone().map(|row| cell(row, column)).collect();
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        let suits = name.as_deref().and_then(suits);
        let counts = counts(cells.iter().map(|cell| &**cell));
        let has_endings = cells.iter().filter(|cell| is_file_name(cell)).count() * 2 > filled;
        let kinds: HashSet<&str> = cells.iter().map(|cell| &**cell).filter(|cell| !cell.is_empty()).collect();
        let sure = match (suits.is_some_and(|place| place < FILES.len()), has_endings) {
            (true, true) => Sure::CalledWithEndings,
            (true, false) => Sure::Called,
            (false, true) => Sure::Endings,
            (false, false) if name.as_deref().is_some_and(|name| place_in(&COUNTS, name).is_some()) => return None,
            (false, false) if counts && suits.is_none() => Sure::Counts,
            (false, false) if counts => Sure::Stems,
            (false, false) if suits.is_some() => Sure::Perhaps,
            // A column of files names most images once.
            (false, false) if kinds.len() * 2 <= filled => return None,
            (false, false) => Sure::Stems,
        };
        let hits: Vec<Result<usize, NotFound>> = cells.iter().map(|cell| find(cell)).collect();
        let there = hits.iter().filter(|hit| **hit != Err(NotFound::None)).count();
        let most = there > 0 && there * 2 >= looked_at.end.max(2) - 1;
        let found = hits.iter().flatten().count();
        let is_whole = hits.iter().flatten().collect::<HashSet<_>>().len() * 10 >= filled * 9;
        // Of the files that a table names some may be here.
        let is_found = |row| find(&cell(row, column)) != Err(NotFound::None);
        let fits = most || (has_endings && rows.clone().any(is_found));
        let images = (0..looked_at.start).map(|_| None).chain(hits.into_iter().map(Result::ok)).collect();
        let (suits, is_clear) = (suits.unwrap_or(usize::MAX), found * 2 > there);
        Some(Self { column, sure, suits, counts, images, found, is_whole, is_clear, most, fits })
    }

    /// Whether it is known for a column of files by its name or its endings.
    fn is_of_files(&self) -> bool {
        self.sure >= Sure::Endings
    }

    /// What decides between columns, the best last: numbers of which many are images by chance are those of nothing.
    fn rank(&self) -> impl Ord + use<> {
        let is_whole = self.is_of_files() || self.is_whole;
        (self.is_of_files(), self.is_clear, is_whole, self.sure, Reverse(self.suits), self.found, Reverse(self.column))
    }

    /// Whether another column fits as well, and names other images.
    fn has_rival(&self, other: &Self) -> bool {
        let differ = |(one, other): (&Option<usize>, &Option<usize>)| one.is_some() && other.is_some() && one != other;
        let is_equal = (self.sure, self.suits) == (other.sure, other.suits) && other.found * 10 >= self.found * 9;
        // Names that count the rows, beside others of all images; files of which few are here, beside names of all.
        let is_other = self.counts && other.sure == Sure::Stems && !other.counts && other.is_whole;
        let is_more = self.sure == Sure::Endings && !self.most && other.is_whole && other.suits != usize::MAX;
        let is_rival = is_equal && other.is_whole >= self.is_whole || is_other || is_more;
        is_rival && other.column != self.column && self.images.iter().zip(&other.images).any(differ)
    }
}

/// The column that names the images: by its name, by the endings of its cells, or because they are names of images and
/// neither repeat nor count the rows beside a column of files; or two of which either may be meant.
pub fn choose<'a>(
    columns: &[Column],
    cell: &dyn Fn(usize, usize) -> Cow<'a, str>,
    find: &dyn Fn(&str) -> Result<usize, NotFound>,
) -> Result<Option<usize>, [usize; 2]> {
    let names: Vec<String> = columns.iter().map(|(name, _)| name.clone().unwrap_or_default()).collect();
    let label = label_column(&names);
    let others = columns.iter().enumerate().filter(|(c, _)| Some(*c) != label);
    let looked: Vec<Looked> = others.filter_map(|(c, column)| Looked::at(c, column, cell, find)).collect();
    // Numbers beside names of files are none, though images may have such names.
    let least = if looked.iter().any(Looked::is_of_files) { Sure::Perhaps } else { Sure::Counts };
    let fit = looked.iter().filter(|l| l.fits && l.sure >= least);
    let Some(best) = fit.clone().max_by_key(|l| l.rank()) else { return Ok(None) };
    let rivals = looked.iter().filter(|l| l.fits && (l.sure >= least || l.suits != usize::MAX));
    match rivals.clone().find(|other| best.has_rival(other)) {
        Some(other) => Err([best.column.min(other.column), best.column.max(other.column)]),
        None => Ok(Some(best.column)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_files_is_told_from_numbers_and_labels() {
        // Images are 0 to 5, with the ending .png or without; p is a permutation of them.
        let find = |cell: &str| {
            let stem = cell.trim_end_matches(".png").trim_start_matches("i/");
            stem.parse::<usize>().ok().filter(|n| *n < 6).ok_or(NotFound::None)
        };
        let p = [3, 0, 5, 1, 4, 2];
        let row = |row: usize, kinds: &str| -> Vec<String> {
            let of = |kind: &str| match kind {
                "row" => row.to_string(),
                "one" => (row + 1).to_string(),
                "stem" => p[row].to_string(),
                "png" => format!("{}.png", p[row]),
                "path" => format!("i/{}.png", p[row]),
                "other" => format!("{}.png", p[p[row]]),
                "mixed" => p[p[row]].to_string(),
                "gone" => format!("gone{row}.png"),
                "few" => (row / 2).to_string(),
                "some" => [0, 9, 2, 3, 8, 2][row].to_string(),
                "part" => {
                    if row == 4 {
                        "2.png".into()
                    } else {
                        format!("gone{row}.png")
                    }
                }
                kind => kind.to_owned(),
            };
            kinds.split(' ').map(of).collect()
        };
        for (header, kinds, chosen) in [
            (",file,label", "row png a", Ok(Some(1))),
            ("id,filename,label", "mixed png a", Ok(Some(1))),
            ("label,id,path", "a row path", Ok(Some(2))),
            ("original,file,label", "other png a", Ok(Some(1))),
            ("nr,bild,label", "one png a", Ok(Some(1))),
            ("", "row png a", Ok(Some(1))),
            ("", "mixed png", Ok(Some(1))),
            ("score,image,label", "mixed stem few", Ok(Some(1))),
            ("label,image", "few stem", Ok(Some(1))),
            ("class,name", "mixed stem", Ok(Some(1))),
            ("patient,image,label", "few stem a", Ok(Some(1))),
            ("patient,nr,grade", "few stem a", Ok(Some(1))),
            ("image,path,label", "mixed path a", Ok(Some(1))),
            ("id,label", "row a", Ok(Some(0))),
            ("", "row a", Ok(Some(0))),
            ("nr,scan,label", "row gone a", Ok(None)),
            (",file,label", "row gone a", Ok(None)),
            (",file,label", "row part a", Ok(Some(1))),
            ("id,source,label", "stem gone a", Ok(Some(0))),
            ("first,second,label", "png other a", Err([0, 1])),
            ("first,second,label", "png path a", Ok(Some(0))),
            ("", "stem mixed a", Err([0, 1])),
            ("stage,loss", "few a", Ok(None)),
            ("id,age,label", "row some a", Ok(Some(0))),
            ("nr,age,label", "row some a", Ok(Some(0))),
            ("image_id,age,label", "stem some a", Ok(Some(0))),
            ("id,slice,label", "few stem a", Ok(Some(1))),
            ("id,image_name,label", "mixed stem a", Ok(Some(1))),
            ("id,image_id,label", "mixed stem a", Ok(Some(1))),
            ("id,scan,label", "row stem a", Err([0, 1])),
            ("image_path,mask_path,label", "png other a", Ok(Some(0))),
            ("epoch,label", "row a", Ok(None)),
            ("Step,label", "stem a", Ok(None)),
            ("thumbnail,image_file,label", "other png a", Ok(Some(1))),
            ("id,original,label", "stem part a", Err([0, 1])),
            ("id,original,label", "row part a", Err([0, 1])),
        ] {
            let rows: Vec<Vec<String>> = (0..6).map(|i| row(i, kinds)).collect();
            let names: Vec<&str> = header.split(',').collect();
            let name = |c: usize| (!header.is_empty()).then(|| names[c].to_owned());
            let columns: Vec<Column> = (0..rows[0].len()).map(|c| (name(c), 0..6)).collect();
            let found = choose(&columns, &|row, column| rows[row][column].as_str().into(), &find);
            assert_eq!(found, chosen, "{header}: {kinds}");
        }
    }
}
