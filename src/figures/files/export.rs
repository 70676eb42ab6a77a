//! All figures and tables of a set of histories as files, and their way into a folder.

use std::path::{Path, PathBuf};

use super::about;
use super::csv::{curves_csv, figure_csv, proposals_csv};
use super::latex::{latex_figure, latex_file, latex_table};
use super::methods::{METHODS, methods};
use super::pdf::pdf;
use super::png::png;
use super::svg::svg;
use crate::archive::EXPORT_LIST;
use crate::disk::{self, FolderLock};
use crate::experiment::Experiment;
use crate::figures::data::Histories;
use crate::figures::error::FigureError;
use crate::figures::figure::Figure;
use crate::figures::kinds::figure4::figure4;
use crate::figures::kinds::walks::{started_by_hand, verdict_table, walks_csv, walks_in_words};
use crate::figures::kinds::{Drawn, KINDS};
use crate::figures::look::theme::Theme;
use crate::figures::table::Table;
use crate::grid::{GridFolder, unlike};
use crate::history::History;
use crate::trajectory::{Album, Embedding, VerdictRules};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Svg,
    Pdf,
    Png,
    /// The numbers of figures and tables, every evaluation and every proposal.
    Csv,
    /// Tables, and `figures.tex` with an environment and a caption for each figure.
    Latex,
    /// Tables.
    Markdown,
}

impl Format {
    /// Every kind of file, in the order in which they are offered.
    pub const ALL: &'static [Self] = &[Self::Svg, Self::Pdf, Self::Png, Self::Csv, Self::Latex, Self::Markdown];

    /// The file name's extension, which is also its name on the command line.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Csv => "csv",
            Self::Latex => "tex",
            Self::Markdown => "md",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|f| f.extension() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|f| f.extension()).collect();
            format!("`{text}` is none of {}", known.join(", "))
        })
    }
}

/// Every figure and table in the chosen formats, with what the runs were.
///
/// `width_in` is in inches (`COLUMN_WIDTH`, `PAGE_WIDTH`), `dpi` is that of PNG.
pub fn all_files(histories: &Histories, formats: &[Format], width_in: f64, dpi: f32) -> Result<Files, FigureError> {
    let mut files = Files::default();
    let mut environments = Vec::new();
    for drawn in KINDS.iter().filter_map(|kind| kind.draw(histories).ok()) {
        match drawn {
            Drawn::Figure(figure) => {
                files.figure(&figure, formats, width_in, dpi)?;
                environments.push(latex_figure(&figure, width_in));
            }
            Drawn::Table(table) => files.table(&table, formats),
        }
    }
    if formats.contains(&Format::Csv) {
        files.put("curves", Format::Csv, curves_csv(&histories.all));
        files.put("proposals", Format::Csv, proposals_csv(&histories.all));
    }
    if formats.contains(&Format::Latex) {
        files.put("figures", Format::Latex, latex_file("graphicx", &environments.join("\n")));
    }
    files.about(histories, None);
    Ok(files)
}

/// One figure in the chosen formats; with what the runs were, if these are given.
pub fn figure_files(
    figure: &Figure,
    histories: Option<&Histories>,
    formats: &[Format],
    width_in: f64,
    dpi: f32,
) -> Result<Files, FigureError> {
    let mut files = Files::default();
    files.figure(figure, formats, width_in, dpi)?;
    if let Some(histories) = histories {
        files.about(histories, None);
    }
    Ok(files)
}

/// One run with the files that Figure 4 needs.
pub struct Figure4Request<'a> {
    pub history: &'a History,
    pub embedding: &'a Embedding,
    pub album: &'a Album,
    /// The thresholds by which walks are chosen and named.
    pub rules: VerdictRules,
}

/// Figure 4 of one run in the chosen formats, the table of verdicts, and `walks.csv` in any case.
pub fn figure4_files(
    request: &Figure4Request<'_>,
    formats: &[Format],
    width_in: f64,
    dpi: f32,
) -> Result<(Files, Table), FigureError> {
    let Figure4Request { history, embedding, album, ref rules } = *request;
    if !embedding.fits(history) || album.generator_digest != embedding.generator_digest {
        let (run, repeat) = (history.variant().to_string(), history.header.repeat);
        return Err(FigureError::OtherEmbedding { run, repeat });
    }
    if let Some(foreign) = album.foreign(history) {
        let (run, repeat) = (history.variant().to_string(), history.header.repeat);
        return Err(FigureError::OtherAlbum { run, repeat, foreign });
    }
    let judged = embedding.judge(history, rules).map_err(|e| FigureError::Draw(e.to_string()))?;
    if judged.walks.is_empty() {
        return Err(FigureError::NoWalks { run: history.variant().to_string() });
    }
    let mut files = Files::default();
    files.figure(&figure4(history, embedding, album, &judged), formats, width_in, dpi)?;
    let table = verdict_table(&judged, rules);
    files.table(&table, formats);
    files.put("walks", Format::Csv, walks_csv(&judged));
    let found = walks_in_words(&judged, rules) + &started_by_hand(history, &judged);
    files.about(&Histories::new(std::slice::from_ref(history), &history.variant())?, Some(&found));
    Ok((files, table))
}

/// What drawing is called where it locks its folder.
const FIGURES: &str = "`ridgewalk figures`";

/// Files of figures and tables, drawn but not written yet: their names and contents.
#[derive(Debug, Default)]
pub struct Files(Vec<(String, Vec<u8>)>);

impl Files {
    /// Where the files go in a folder.
    pub fn paths(&self, folder: &Path) -> Vec<PathBuf> {
        self.0.iter().map(|(name, _)| folder.join(name)).collect()
    }

    /// Writes them into a folder for figures: not that of runs or of an export, which have tables of the same names.
    pub fn write(&self, folder: &Path) -> Result<Vec<PathBuf>, FigureError> {
        let _lock = FolderLock::take(folder, FIGURES)?;
        let runs = GridFolder::new(folder);
        let of_runs = runs.experiment().is_file() || runs.histories().is_ok_and(|h| !h.is_empty());
        if of_runs || folder.join(EXPORT_LIST).is_file() {
            return Err(FigureError::Taken { path: folder.into() });
        }
        // What says whose they are comes first, so that after a kill the same command is not refused.
        let (says, others): (Vec<_>, Vec<_>) = self.0.iter().partition(|(name, _)| name == about::README);
        for (name, bytes) in says.into_iter().chain(others) {
            let path = folder.join(name);
            disk::write_aside(&path, bytes).map_err(|source| FigureError::Write { path, source })?;
        }
        Ok(self.paths(folder))
    }

    /// The same files, or an error if files of their names are in the folder that are no figures, or figures of runs with
    /// other settings. The window asks instead.
    pub fn replacing_no_others(self, folder: &Path) -> Result<Self, FigureError> {
        let is_drawn = |text: &str| text.starts_with(about::DRAWN);
        if !std::fs::read_to_string(folder.join(about::README)).is_ok_and(|text| is_drawn(&text)) {
            let there = self.paths(folder).into_iter().find(|path| path.exists());
            return there.map_or(Ok(self), |path| Err(FigureError::Foreign { path }));
        }
        let read = |text: &str| Experiment::from_record(text).ok().filter(|_| !text.is_empty());
        let settings = |(name, bytes): &(String, Vec<u8>)| {
            let text = (name == about::SETTINGS).then(|| std::str::from_utf8(bytes).ok()).flatten();
            text.and_then(read)
        };
        let there = std::fs::read_to_string(folder.join(about::SETTINGS)).ok().and_then(|text| read(&text));
        match there.zip(self.0.iter().find_map(settings)) {
            Some((there, here)) => match unlike(&there, &here, &["seed", "rounds"]) {
                Some(difference) => Err(FigureError::OtherRuns { path: folder.into(), difference }),
                None => Ok(self),
            },
            None => Ok(self),
        }
    }

    /// What the runs were, and how they are run again.
    fn about(&mut self, histories: &Histories, walks: Option<&str>) {
        self.0.push((METHODS.into(), methods(histories, Some(about::SETTINGS), walks).into()));
        self.0.push((about::README.into(), about::readme(histories, walks.is_some()).into()));
        self.0.push((about::SETTINGS.into(), about::settings(&histories.all).into()));
    }

    fn figure(&mut self, figure: &Figure, formats: &[Format], width_in: f64, dpi: f32) -> Result<(), FigureError> {
        let drawn = svg(figure, width_in, &Theme::LIGHT);
        for &format in formats {
            match format {
                Format::Svg => self.put(&figure.name, format, drawn.as_str()),
                Format::Pdf => self.put(&figure.name, format, pdf(&drawn)?),
                Format::Png => self.put(&figure.name, format, png(&drawn, dpi)?),
                // `curves.csv` holds every evaluation; a figure's own numbers go to another file.
                Format::Csv => self.put(&format!("{}-data", figure.name), format, figure_csv(figure)),
                Format::Latex | Format::Markdown => {}
            }
        }
        Ok(())
    }

    fn table(&mut self, table: &Table, formats: &[Format]) {
        for &format in formats {
            match format {
                Format::Csv => self.put(&table.name, format, table.csv()),
                Format::Latex => self.put(&table.name, format, latex_table(table)),
                Format::Markdown => self.put(&table.name, format, table.markdown()),
                Format::Svg | Format::Pdf | Format::Png => {}
            }
        }
    }

    fn put(&mut self, name: &str, format: Format, content: impl Into<Vec<u8>>) {
        self.0.push((format!("{name}.{}", format.extension()), content.into()));
    }
}
