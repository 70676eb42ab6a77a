//! One label of a file that is imported.

use crate::dataset::own::listing::Part;
use crate::project::create::OwnLabel;
use crate::project::images::Image;
use crate::project::log::Answer;
use crate::project::store::{Project, TEST};

/// A label as a file says it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Incoming {
    /// Where it stands, for messages: `line 7`, `task 12`.
    pub place: String,
    /// Names of the image, the surest first.
    pub files: Vec<String>,
    /// Whether these are names that images had when a project was made, as its `labels.csv` has them.
    pub is_log: bool,
    /// The digest of the image, if the file lies in a project that has it.
    pub digest: Option<String>,
    /// An address that ends with the image's name.
    pub address: Option<String>,
    /// The class; empty if there is none yet.
    pub label: String,
    /// How long it took, if the file says so.
    pub seconds: Option<f64>,
    /// When it was given, as the file says it; empty if it does not.
    pub time: String,
    /// Who gave it; empty if the file does not say.
    pub who: String,
    /// What the file says that the image is for.
    pub part: Option<Part>,
    /// What the file says in the place of that, if it is no split.
    pub no_split: String,
    /// Whether an annotation of Label Studio chooses no class, but marks or writes something else.
    pub lacks_choice: bool,
    /// What was said of the image; without a label, if it is another answer.
    pub answer: Answer,
}

impl Incoming {
    /// The label that an image of the project comes with.
    pub fn of_image(project: &Project, OwnLabel { image, class, part }: OwnLabel) -> Self {
        let Image { file, digest, .. } = project.images().all()[image].clone();
        let (place, files, is_log, digest) = ("the images".into(), vec![file], true, Some(digest));
        Self { place, files, is_log, digest, label: class, part, ..Self::default() }
    }

    /// The image as the file names it.
    pub fn name(&self) -> &str {
        self.files.first().or(self.address.as_ref()).map_or("", String::as_str)
    }
}

/// What an image is for, by the split that a file says, or by what proposed it.
pub fn part_said(split: &str, strategy: &str) -> Option<Part> {
    if strategy.eq_ignore_ascii_case(TEST) { Some(Part::Test) } else { Part::within(split) }
}
