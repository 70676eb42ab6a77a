//! `project.toml`: where the images of a project are, and its classes.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::{ProjectError, admit_filled, in_file};
use super::images::Images;
use super::words::counted;
use crate::archive;
use crate::dataset::own::labels::MOST_CLASSES;
use crate::paths::{self, composed};

/// The file, in the folder of its project; `experiment.toml` beside it has the settings of sampling and training.
pub const SETTINGS: &str = "project.toml";
/// Version of the files of a project.
const FORMAT: u32 = 1;

/// What a project is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The version of the file, which must be that of this program.
    pub format: u32,
    /// Where the images are.
    pub images: String,
    /// The same place as seen from the project's folder, for a project that moves together with its images.
    #[serde(default)]
    pub images_beside: String,
    /// Names of the classes, in the order of their numbers; empty until the first import, unless they were given.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Whether the test images are those of an experiment; otherwise they are drawn from the pool.
    #[serde(default)]
    pub splits_of_experiment: bool,
    /// How many images were given; 0 in projects of before.
    #[serde(default)]
    pub image_count: usize,
    /// The digest of the given images (`Images::digest`); empty in projects of before.
    #[serde(default)]
    pub image_digest: String,
    /// Whether the times of the rows about an image never go back; false in projects of before.
    #[serde(default)]
    pub times_in_order: bool,
}

impl Settings {
    /// Settings of a new project of `all` images that lie at `images`.
    pub fn new(folder: &Path, images: &Path, all: &Images, classes: Vec<String>) -> Self {
        let mut settings = Self {
            format: FORMAT,
            images: String::new(),
            images_beside: String::new(),
            classes,
            splits_of_experiment: false,
            image_count: all.given(),
            image_digest: all.digest(),
            times_in_order: true,
        };
        settings.set_images(folder, images);
        settings
    }

    /// Takes over the place of the images.
    pub fn set_images(&mut self, folder: &Path, images: &Path) {
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let (folder, images) = (whole(folder), whole(&paths::expanded(images)));
        self.images_beside = beside(&folder, &images).to_string_lossy().into_owned();
        // Without a slash at its end.
        self.images = images.components().collect::<PathBuf>().to_string_lossy().into_owned();
    }

    /// An error if these are not the images that the project was made of.
    pub fn check(&self, images: &Images) -> Result<(), String> {
        let (there, made_of) = (images.given(), self.image_count);
        match () {
            () if made_of == 0 || self.image_digest == images.digest() => Ok(()),
            () if there != made_of => Err(format!(
                "lists {}, and the project was made of {made_of}; put back a copy of it",
                counted(there, "image")
            )),
            () => Err(format!(
                "lists other images than the {made_of} that the project was made of, or in another order; put back a copy of \
                 it"
            )),
        }
    }

    /// Where the images may be, the likeliest place first.
    pub fn places(&self, folder: &Path) -> Vec<PathBuf> {
        let beside = Some(&self.images_beside).filter(|text| !text.is_empty());
        std::iter::once(PathBuf::from(&self.images)).chain(beside.map(|text| folder.join(text))).collect()
    }

    pub(super) fn read(folder: &Path) -> Result<Self, ProjectError> {
        let path = folder.join(SETTINGS);
        let text = paths::read_text(&path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
                ProjectError::NoProject { folder: folder.into(), why: format!("{SETTINGS} is not there") }
            }
            _ => in_file(&path, format!("cannot be read ({e})")),
        })?;
        admit_filled(&path, text.as_bytes())?;
        let told = |e: toml::de::Error| {
            let line = e.span().map(|span| text[..span.start].matches('\n').count() + 1);
            let line = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            in_file(&path, line + &e.message().lines().collect::<Vec<_>>().join(" "))
        };
        let settings: Self = toml::from_str(&text).map_err(told)?;
        if settings.format != FORMAT {
            let format = settings.format;
            return Err(in_file(&path, format!("its format is {format}; this program reads {FORMAT}")));
        }
        names(&settings.classes).map_err(|what| in_file(&path, what))?;
        Ok(settings)
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), ProjectError> {
        let path = folder.join(SETTINGS);
        let text = toml::to_string(self).map_err(|e| in_file(&path, e))?;
        Ok(archive::write_atomically(&path, text.as_bytes())?)
    }
}

/// The classes of a line, separated by commas; one that holds a comma stands in quotes: `a, "b, c"`.
pub fn classes_in(line: &str) -> Result<Vec<String>, String> {
    let (mut cells, mut is_quoted) = (vec![String::new()], false);
    for c in composed(line).chars() {
        is_quoted ^= c == '"';
        match cells.last_mut().filter(|_| c != ',' || is_quoted) {
            Some(cell) => cell.push(c),
            None => cells.push(String::new()),
        }
    }
    if is_quoted {
        return Err(format!("`{line}`: a quote is not closed"));
    }
    let bare = |cell: String| {
        let cell = cell.trim();
        let inner = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.map_or_else(|| cell.to_owned(), |inner| inner.replace("\"\"", "\"").trim().to_owned())
    };
    Ok(cells.into_iter().map(bare).collect())
}

/// The longest name of a class, characters.
pub const LONGEST_CLASS: usize = 200;

/// An error if these cannot be the names of classes.
pub fn names(classes: &[String]) -> Result<(), String> {
    if let Some(odd) = classes.iter().find(|c| c.trim().is_empty() || c.trim() != c.as_str()) {
        return Err(format!("the class `{odd}` has no name, or spaces around it"));
    }
    if let Some(odd) = classes.iter().find(|c| c.chars().any(char::is_control) || c.chars().count() > LONGEST_CLASS) {
        let start: String = odd.escape_debug().take(40).collect();
        return Err(format!("the class `{start}` has a control character, or more than {LONGEST_CLASS} characters"));
    }
    if let Some(twice) = classes.iter().enumerate().find(|(at, class)| classes[..*at].contains(class)) {
        return Err(format!("the class `{}` is there twice", twice.1));
    }
    match classes.len() > MOST_CLASSES {
        true => Err(format!("{} classes, and at most {MOST_CLASSES} can be learned", classes.len())),
        false => Ok(()),
    }
}

/// The way from one absolute path to another.
fn beside(from: &Path, to: &Path) -> PathBuf {
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| Component::ParentDir);
    up.chain(to[shared..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_images_are_looked_for_where_they_were_and_beside_the_project() {
        let folder = tempfile::tempdir().unwrap();
        let (project, images) = (folder.path().join("a/project"), folder.path().join("images"));
        let all = Images::new(Vec::new()).unwrap();
        let settings = Settings::new(&project, &images, &all, vec!["cat".into(), "dog".into()]);
        assert_eq!(settings.images_beside, "../../images");
        settings.write(&project).unwrap();
        assert_eq!(Settings::read(&project).unwrap(), settings);
        let elsewhere = Path::new("/other/a/project");
        assert_eq!(settings.places(elsewhere), [images, elsewhere.join("../../images")]);
    }

    #[test]
    fn classes_are_separated_by_commas_and_may_hold_one_in_quotes() {
        for (line, classes) in [
            ("a, b", vec!["a", "b"]),
            ("a,\"b,c\"", vec!["a", "b,c"]),
            (" a b , \"b, \"\"c\"\"\", d", vec!["a b", "b, \"c\"", "d"]),
            ("", vec![""]),
        ] {
            assert_eq!(classes_in(line).unwrap(), classes, "{line}");
        }
        assert!(classes_in("a,\"b").is_err());
    }

    #[test]
    fn bad_settings_name_the_file_and_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let error = Settings::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("is no project") && error.contains("a new project"), "{error}");
        for (text, says) in [
            ("format = 2\nimages = \"a\"", "its format is 2"),
            ("format = 1", "missing field `images`"),
            ("format = 1\nimages = \"a\"\nclases = []", "line 3: unknown field `clases`"),
            ("format = 1\nimages\n", "line 2: "),
            ("format = 1\nimages = \"a\"\nclasses = [\"b\", \"b\"]", "`b` is there twice"),
            ("format = 1\nimages = \"a\"\nclasses = [\" b\"]", "` b` has no name"),
        ] {
            std::fs::write(folder.path().join(SETTINGS), text).unwrap();
            let error = Settings::read(folder.path()).unwrap_err().to_string();
            assert!(error.contains(SETTINGS) && error.contains(says), "{error}");
        }
    }
}
