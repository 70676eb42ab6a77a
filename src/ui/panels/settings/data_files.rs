//! The files of a published data set: where they are and whether they are the published ones, or how to get them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use egui::{Label, RichText, Ui};

use super::download::Download;
use crate::dataset::DataError;
use crate::dataset::files::locate::{self, Found};
use crate::dataset::source::{Files, Hashes, Origin};
use crate::dataset::sources::source;
use crate::experiment::{DatasetKind, ExperimentError};
use crate::ui::kit::ask_path::{AskPath, Wanted};
use crate::ui::kit::job::Job;
use crate::ui::kit::theme::{Theme, size, space};
use crate::ui::panel::Cx;

/// What was looked for: the data set, the folder searched, and how often files may have changed before.
#[derive(Debug, Clone, PartialEq)]
struct Search {
    dataset: DatasetKind,
    folder: Option<PathBuf>,
    version: u64,
}

/// Where the files of published data sets are.
pub struct DataFiles {
    /// The folder that the command line gave, for data sets for which none was chosen.
    given: Option<PathBuf>,
    /// The folders chosen in the window, by data set.
    pub chosen: BTreeMap<String, PathBuf>,
    search: Job<(Search, Result<Found, String>)>,
    /// The last search that was begun, and the last one that ended.
    begun: Option<Search>,
    result: Option<(Search, Result<Found, String>)>,
    version: u64,
    ask: AskPath,
    download: Download,
}

impl DataFiles {
    pub fn new(given: Option<PathBuf>, chosen: BTreeMap<String, PathBuf>) -> Self {
        let hint = "A folder; those below it are searched, too";
        Self {
            given,
            chosen,
            search: Job::default(),
            begun: None,
            result: None,
            version: 0,
            ask: AskPath::new("Folder of the data set", hint, "Search it", Wanted::Folder),
            download: Download::default(),
        }
    }

    /// The folder in which the files of a data set are searched for; `None` for the usual places.
    pub fn folder(&self, dataset: DatasetKind) -> Option<PathBuf> {
        self.chosen.get(dataset.name()).or(self.given.as_ref()).cloned()
    }

    /// Why the data set cannot be used, as far as is known; `None` if it can.
    pub fn error(&self, dataset: DatasetKind) -> Option<ExperimentError> {
        let (search, result) = self.result.as_ref()?;
        let detail = result.as_ref().err().filter(|_| *search == self.wanted(dataset))?;
        Some(ExperimentError::Field { field: "dataset".into(), detail: detail.clone() })
    }

    /// Whether the files are known to be there.
    pub fn are_there(&self, dataset: DatasetKind) -> bool {
        self.result.as_ref().is_some_and(|(search, found)| *search == self.wanted(dataset) && found.is_ok())
    }

    /// Whether it is known if they are there.
    pub fn are_known(&self, dataset: DatasetKind) -> bool {
        let published = matches!(source(dataset).origin(), Origin::Published(_));
        !published || self.result.as_ref().is_some_and(|(search, _)| *search == self.wanted(dataset))
    }

    fn wanted(&self, dataset: DatasetKind) -> Search {
        Search { dataset, folder: self.folder(dataset), version: self.version }
    }

    /// The rows under the choice of the data set, if it is a published one.
    pub fn ui(&mut self, ui: &mut Ui, dataset: DatasetKind, cx: &mut Cx<'_>) {
        let Origin::Published(files) = source(dataset).origin() else { return };
        let ctx = ui.ctx().clone();
        // Files may have come while another program had the user's attention.
        let back = ctx.input(|i| i.raw.events.iter().any(|e| matches!(e, egui::Event::WindowFocused(true))));
        self.version += u64::from(back && self.error(dataset).is_some());
        self.look(&ctx, dataset, files);
        let result = self.result.as_ref().filter(|(search, _)| *search == self.wanted(dataset)).map(|(_, r)| r);
        let missing = matches!(result, Some(Err(_)));
        match result {
            None => caption(ui, "Looking for its files…", "", cx.theme.weak),
            Some(Err(error)) => caption(ui, error, "", cx.theme.error),
            Some(Ok(found)) => {
                let place = found.place();
                let path = RichText::new(&place).size(size::CAPTION).color(cx.theme.weak);
                ui.add(Label::new(path).truncate()).on_hover_text(&place);
                let (ink, why) = verdict(found.hashes, cx.theme);
                caption(ui, found.hashes.describe(), why, ink);
            }
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            let small = |text: &str| egui::Button::new(RichText::new(text).size(size::CAPTION)).small();
            let tip = "Uses the files in another folder. It is remembered";
            if ui.add(small("Choose folder…")).on_hover_text(tip).clicked() {
                let now = self.folder(dataset).map_or_else(String::new, |folder| folder.display().to_string());
                self.ask.open(|| now);
            }
            if self.chosen.contains_key(dataset.name()) {
                let forget = ui.add(small("Usual places")).on_hover_text("Forgets the chosen folder");
                if forget.clicked() {
                    self.chosen.remove(dataset.name());
                }
            }
            let text = self.download.share().map(|share| format!("Downloading, {:.0} %", 100.0 * share));
            if missing || self.download.is_running() {
                let tip = "Shows the published files and downloads them";
                let into = locate::download_folder(files.name(), self.folder(dataset).as_deref());
                let button = ui.add_enabled(into.is_some(), small(text.as_deref().unwrap_or("Download…")));
                if button.on_hover_text(tip).clicked() {
                    self.download.open(files.name(), into.unwrap_or_default());
                }
            }
        });
        if let Some(folder) = self.ask.ui(&ctx, |_| {}) {
            self.chosen.insert(dataset.name().to_owned(), folder);
        }
    }

    /// Shows the sheet of a download, which goes on whether the settings are shown or not, and tells its end.
    pub fn follow(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        let told = self.download.ui(ctx);
        self.version += u64::from(told.is_some());
        cx.report(told);
    }

    /// Searches on a background thread, unless that was done; hashes of large files take a moment.
    fn look(&mut self, ctx: &egui::Context, dataset: DatasetKind, files: &'static dyn Files) {
        self.result = self.search.take().or(self.result.take());
        let wanted = self.wanted(dataset);
        if self.begun.as_ref() != Some(&wanted) {
            self.begun = Some(wanted.clone());
            self.search.start(ctx, move || {
                let found = locate::first(files, wanted.folder.as_deref()).map_err(|e| in_the_window(&e));
                (wanted, found)
            });
        }
    }
}

/// The colour of what the checksums say, and what it means.
fn verdict(hashes: Hashes, theme: &Theme) -> (egui::Color32, &'static str) {
    match hashes {
        Hashes::Published => (theme.good, "Every file has its published checksum"),
        Hashes::Different => (
            theme.warning,
            "The checksums of these files are not those of the published ones: results cannot be compared with others' \
             on the published data. Another archive of the same images, or other images? Every history names its data",
        ),
        Hashes::Edition(_) => (
            theme.weak,
            "Every file has the checksum of this edition, which is not the published one: results cannot be compared with \
             others' on the published data",
        ),
        Hashes::Loose => (theme.weak, "Only the archive that these files come from has a published checksum"),
    }
}

/// What is wrong, where the buttons beside it say what to do.
fn in_the_window(error: &DataError) -> String {
    match error {
        DataError::NotFound { name, .. } => format!("{name} is not on this machine; choose its folder, or download it"),
        DataError::NoFolder { path, .. } => {
            format!("{} is no folder; choose another, or download the files", path.display())
        }
        DataError::Partial { path, missing, .. } => {
            format!("{}: {} missing; choose another folder, or download the rest", path.display(), missing.join(", "))
        }
        other => other.to_string(),
    }
}

fn caption(ui: &mut Ui, text: &str, tip: &str, ink: egui::Color32) {
    let response = ui.add(Label::new(RichText::new(text).size(size::CAPTION).color(ink)).wrap());
    if !tip.is_empty() {
        response.on_hover_text(tip);
    }
}
