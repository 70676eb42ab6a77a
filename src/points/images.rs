//! Thumbnails of points: a folder with an image a point, or a sprite, one image with all of them in rows.

use std::path::Path;
use std::sync::Arc;

use super::column::Column;
use crate::dataset::DataError;
use crate::dataset::own::formats::file_column;
use crate::dataset::own::formats::known::Known;
use crate::dataset::own::picture::{self, Picture};
use crate::dataset::own::tree::{Container, Tree, is_image_name};
use crate::guard::guarded;

/// The images of the rows of a table of points.
#[derive(Clone)]
pub struct Thumbnails(Arc<Kind>);

enum Kind {
    /// The place in the tree of each row's image.
    Folder {
        tree: Tree,
        files: Vec<Option<usize>>,
    },
    Sprite {
        whole: Picture,
        width: usize,
        height: usize,
        columns: usize,
    },
}

impl Thumbnails {
    /// From a folder, an archive or a sprite; `size` is the width and height of one image of a sprite, if it is told.
    pub fn open(
        path: &Path,
        rows: usize,
        size: Option<[usize; 2]>,
        columns: &[Column],
        notes: &mut Vec<String>,
    ) -> Result<Self, DataError> {
        let tree = Tree::open(path)?;
        let kind = match tree.container {
            Container::File => sprite(&tree, rows, size, notes),
            _ => folder(tree, rows, columns, notes),
        };
        kind.map(|kind| Self(Arc::new(kind)))
    }

    /// What they are, for display.
    pub fn name(&self) -> String {
        match &*self.0 {
            Kind::Folder { files, .. } => format!("a folder, {} images", files.iter().flatten().count()),
            Kind::Sprite { width, height, .. } => format!("a sprite, {width} x {height} each"),
        }
    }

    /// Bytes of memory that they take.
    pub fn bytes(&self) -> usize {
        match &*self.0 {
            Kind::Folder { files, .. } => size_of_val(&files[..]),
            Kind::Sprite { whole, .. } => whole.values.len(),
        }
    }

    /// The image of a row; or why there is none, as the end of a sentence.
    pub fn of_row(&self, row: usize) -> Result<Picture, String> {
        match &*self.0 {
            Kind::Folder { tree, files } => match files.get(row).copied().flatten() {
                Some(file) => {
                    let bytes = tree.read(&tree.files[file])?;
                    guarded(|| picture::decode(&bytes))?
                }
                None => Err("has no image".into()),
            },
            Kind::Sprite { whole, width, height, columns } => {
                let (left, top) = (row % columns * width, row / columns * height);
                let line = |y: usize| {
                    let at = ((top + y) * whole.width + left) * whole.channels;
                    whole.values[at..at + width * whole.channels].iter().copied()
                };
                let values = (0..*height).flat_map(line).collect();
                let Picture { channels, range, changes, .. } = *whole;
                Ok(Picture { width: *width, height: *height, channels, values, range, changes })
            }
        }
    }
}

/// One image with a thumbnail a row, from left to right and from top to bottom, as the Projector has them.
fn sprite(tree: &Tree, rows: usize, size: Option<[usize; 2]>, notes: &mut Vec<String>) -> Result<Kind, DataError> {
    let fault = |e: String| tree.fault(None, e);
    let Some(file) = tree.files.first() else { return Err(fault("is empty".into())) };
    let bytes = tree.read(file).map_err(fault)?;
    let decoded = guarded(|| picture::decode(&bytes)).map_err(|damaged| fault(damaged.into()))?;
    let whole = decoded.map_err(fault)?;
    let side = rows.isqrt() + usize::from(rows.isqrt().pow(2) < rows);
    let [width, height] = match size {
        Some(size) => size,
        None if whole.width.is_multiple_of(side) && whole.height.is_multiple_of(whole.width / side) => {
            let side = whole.width / side;
            notes.push(format!(
                "the sprite's images are taken to be {side} x {side}, as its width for {rows} points says"
            ));
            [side, side]
        }
        None => {
            let detail = "it is not told how large one of its images is; give the Projector's config with \
                          `sprite.singleImageDim`";
            return Err(fault(format!("is a sprite of {} x {} pixels, and {detail}", whole.width, whole.height)));
        }
    };
    if width == 0 || height == 0 {
        return Err(fault(format!(
            "is a sprite whose `singleImageDim` is {width} x {height}; give the width and height of one of its images"
        )));
    }
    let room = (whole.width / width) * (whole.height / height);
    if room < rows {
        return Err(fault(format!(
            "is a sprite of {} x {} pixels, which has room for {room} images of {width} x {height}, but there are {rows} \
             points",
            whole.width, whole.height
        )));
    }
    let columns = whole.width / width;
    Ok(Kind::Sprite { whole, width, height, columns })
}

/// One file a row: named by a column of the metadata, or in the order of their names.
fn folder(tree: Tree, rows: usize, columns: &[Column], notes: &mut Vec<String>) -> Result<Kind, DataError> {
    let mut images: Vec<usize> = (0..tree.files.len()).filter(|i| is_image_name(&tree.files[*i])).collect();
    if images.is_empty() {
        return Err(tree.fault(None, "has no images"));
    }
    let known = Known::of(&tree, is_image_name);
    let find = |cell: &str| known.find(cell, &[], None);
    let looked_at: Vec<file_column::Column> = columns.iter().map(|c| (Some(c.name.clone()), 0..rows)).collect();
    let chosen = file_column::choose(&looked_at, &|row, column| columns[column].cell(row), &find);
    let chosen = chosen.map_err(|two| {
        let [one, other] = two.map(|column| &columns[column].name);
        tree.fault(
            None,
            format!("the metadata name other images in `{one}` than in `{other}`; call the right column `file`"),
        )
    })?;
    if let Some(column) = chosen.map(|column| &columns[column]) {
        let files: Vec<Option<usize>> = (0..rows).map(|row| find(&column.cell(row)).ok()).collect();
        let without = files.iter().filter(|f| f.is_none()).count();
        let without = if without > 0 { format!("; {without} points have none") } else { String::new() };
        notes.push(format!("images are those that the column `{}` names{without}", column.name));
        return Ok(Kind::Folder { tree, files });
    }
    if images.len() != rows {
        let found = images.len();
        return Err(tree.fault(
            None,
            format!(
                "has {found} images, but there are {rows} points, and no column of the metadata names the files; give one \
                 image a point, in the order of their names, or a column with the names of the files"
            ),
        ));
    }
    images.sort_by_cached_key(|place| by_number(&tree.files[*place].name()));
    let unread = columns.iter().find(|column| file_column::is_called_files(&column.name));
    let unread = unread.map(|column| format!("; the column `{}` names none or few of them", column.name));
    let unread = unread.unwrap_or_default();
    notes.push(format!("images belong to the points in the order of their names, 2 before 10{unread}"));
    Ok(Kind::Folder { tree, files: images.into_iter().map(Some).collect() })
}

/// The parts of a name, texts with the number behind each, so that 2 comes before 10; last the name itself.
fn by_number(name: &str) -> (Vec<(String, u64)>, String) {
    let mut parts = Vec::new();
    let mut rest = name;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = rest[at..].len() - rest[at..].trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number = rest[at..at + digits].parse().unwrap_or(u64::MAX);
        parts.push((rest[..at].to_owned(), number));
        rest = &rest[at + digits..];
    }
    (parts, name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma};

    #[test]
    fn names_are_ordered_by_their_numbers() {
        let mut names = ["img10.png", "img2.png", "a/3.png", "img02.png", "b.png", "img.png"];
        names.sort_by_cached_key(|name| by_number(name));
        assert_eq!(names, ["b.png", "img.png", "a/3.png", "img02.png", "img2.png", "img10.png"]);
    }

    #[test]
    fn an_image_belongs_to_its_row_in_a_folder_and_in_a_sprite() {
        let folder = tempfile::tempdir().unwrap();
        let images = folder.path().join("images");
        std::fs::create_dir(&images).unwrap();
        let sprite = folder.path().join("sprite.png");
        GrayImage::from_fn(6, 4, |x, y| Luma([(x / 2 + y / 2 * 3) as u8])).save(&sprite).unwrap();
        for row in 0..5 {
            GrayImage::from_pixel(2, 2, Luma([row])).save(images.join(format!("{}.png", 9 - row))).unwrap();
        }
        let value = |t: &Thumbnails, row: usize| t.of_row(row).unwrap().values;
        let whole = Thumbnails::open(&sprite, 5, None, &[], &mut Vec::new()).unwrap();
        let told = Thumbnails::open(&sprite, 5, Some([2, 2]), &[], &mut Vec::new()).unwrap();
        let ordered = Thumbnails::open(&images, 5, None, &[], &mut Vec::new()).unwrap();
        let mut cells = super::super::column::Texts::default();
        ["9.png", "8", "gone.png", "a/6.png", "5.png"].iter().for_each(|c| cells.push(c));
        let column = [Column::of("file".into(), cells)];
        let named = Thumbnails::open(&images, 5, None, &column, &mut Vec::new()).unwrap();
        let columns = |table: &[&str]| -> Vec<Column> {
            let of = |c: usize| {
                let mut cells = super::super::column::Texts::default();
                table[1..].iter().for_each(|row| cells.push(row.split(',').nth(c).unwrap()));
                Column::of(table[0].split(',').nth(c).unwrap().into(), cells)
            };
            (0..table[0].split(',').count()).map(of).collect()
        };
        // Numbers that count the rows, or that are few, are no names of files beside a column that has some.
        let numbered =
            columns(&["column 1,cluster,file", "5,5,9.png", "6,6,8.png", "7,5,7.png", "8,6,6.png", "9,5,5.png"]);
        let numbered = Thumbnails::open(&images, 5, None, &numbered, &mut Vec::new()).unwrap();
        let either = columns(&["a,b", "9.png,5.png", "8.png,6.png", "7.png,9.png", "6.png,7.png", "5.png,8.png"]);
        let either = Thumbnails::open(&images, 5, None, &either, &mut Vec::new()).err().unwrap().to_string();
        assert!(either.contains("name other images in `a` than in `b`; call the right column `file`"), "{either}");
        // Noughts before a number are part of a name.
        let padded = folder.path().join("padded");
        std::fs::create_dir(&padded).unwrap();
        for row in 0..5 {
            for (name, level) in [(format!("00{}.png", 9 - row), row), (format!("{}.png", 9 - row), 100)] {
                GrayImage::from_pixel(2, 2, Luma([level])).save(padded.join(name)).unwrap();
            }
        }
        let of_padded = columns(&["file", "009", "008", "007", "006", "005"]);
        let of_padded = Thumbnails::open(&padded, 5, None, &of_padded, &mut Vec::new()).unwrap();
        let mut notes = Vec::new();
        Thumbnails::open(&images, 5, None, &columns(&["file", "1", "2", "3", "4", "17"]), &mut notes).unwrap();
        assert!(notes[0].ends_with("2 before 10; the column `file` names none or few of them"), "{notes:?}");
        for row in 0..5 {
            assert_eq!(value(&of_padded, row), [row as u8; 4]);
            assert_eq!(value(&numbered, row), [row as u8; 4]);
            assert_eq!(value(&whole, row), [row as u8; 4]);
            assert_eq!(value(&told, row), [row as u8; 4]);
            assert_eq!(value(&ordered, row), [4 - row as u8; 4], "files are in the order of their names");
            assert_eq!(named.of_row(row).is_ok(), row != 2);
        }
        assert_eq!(value(&named, 3), [3; 4]);
        for (path, rows, size, says) in [
            (&sprite, 7, Some([2, 2]), "room for 6 images of 2 x 2, but there are 7 points"),
            (&sprite, 20, None, "singleImageDim"),
            (&sprite, 5, Some([0, 0]), "`singleImageDim` is 0 x 0"),
            (&images, 4, None, "has 5 images, but there are 4 points"),
        ] {
            let error = Thumbnails::open(path, rows, size, &[], &mut Vec::new()).err().unwrap().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
