//! All figures and tables of a set of histories, written into a folder.

use std::path::{Path, PathBuf};

use super::csv::{curves_csv, figure_csv, proposals_csv};
use super::latex::{latex_figure, latex_table};
use super::pdf::pdf;
use super::png::png;
use super::svg::svg;
use crate::archive::EXPORT_LIST;
use crate::disk::{self, FolderLock};
use crate::figures::data::Histories;
use crate::figures::error::FigureError;
use crate::figures::figure::Figure;
use crate::figures::kinds::figure4::figure4;
use crate::figures::kinds::walks::{verdict_table, walks_csv};
use crate::figures::kinds::{Drawn, KINDS};
use crate::figures::look::theme::Theme;
use crate::figures::table::Table;
use crate::grid::GridFolder;
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

/// Writes every figure and table in the chosen formats; returns the files in the order in which they were written.
///
/// `width_in` is in inches (`COLUMN_WIDTH`, `PAGE_WIDTH`), `dpi` is that of PNG.
pub fn export_all(
    histories: &Histories,
    out_dir: &Path,
    formats: &[Format],
    width_in: f64,
    dpi: f32,
) -> Result<Vec<PathBuf>, FigureError> {
    let mut folder = Folder::make(out_dir)?;
    let mut environments = Vec::new();
    for drawn in KINDS.iter().filter_map(|kind| kind.draw(histories).ok()) {
        match drawn {
            Drawn::Figure(figure) => {
                folder.figure(&figure, formats, width_in, dpi)?;
                environments.push(latex_figure(&figure, width_in));
            }
            Drawn::Table(table) => folder.table(&table, formats)?,
        }
    }
    if formats.contains(&Format::Csv) {
        folder.put("curves", Format::Csv, curves_csv(&histories.all).as_bytes())?;
        folder.put("proposals", Format::Csv, proposals_csv(&histories.all).as_bytes())?;
    }
    if formats.contains(&Format::Latex) {
        let text = format!("% needs \\usepackage{{graphicx}}\n{}", environments.join("\n"));
        folder.put("figures", Format::Latex, text.as_bytes())?;
    }
    Ok(folder.written)
}

/// Writes one figure in the chosen formats.
pub fn export_figure(
    figure: &Figure,
    out_dir: &Path,
    formats: &[Format],
    width_in: f64,
    dpi: f32,
) -> Result<Vec<PathBuf>, FigureError> {
    let mut folder = Folder::make(out_dir)?;
    folder.figure(figure, formats, width_in, dpi)?;
    Ok(folder.written)
}

/// One run with the files that Figure 4 needs.
pub struct Figure4Request<'a> {
    pub history: &'a History,
    pub embedding: &'a Embedding,
    pub album: &'a Album,
    pub rules: VerdictRules,
}

/// Writes Figure 4 of one run in the chosen formats, the table of verdicts, and `walks.csv`, which is always written.
pub fn export_figure4(
    request: &Figure4Request<'_>,
    out_dir: &Path,
    formats: &[Format],
    width_in: f64,
    dpi: f32,
) -> Result<(Vec<PathBuf>, Table), FigureError> {
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
    let mut folder = Folder::make(out_dir)?;
    folder.figure(&figure4(history, embedding, album, &judged), formats, width_in, dpi)?;
    let table = verdict_table(&judged, rules);
    folder.table(&table, formats)?;
    folder.put("walks", Format::Csv, walks_csv(&judged).as_bytes())?;
    Ok((folder.written, table))
}

/// What drawing is called where it locks its folder.
const FIGURES: &str = "`ridgewalk figures`";

/// The output folder, locked, and the files written so far.
struct Folder<'a> {
    _lock: FolderLock,
    path: &'a Path,
    written: Vec<PathBuf>,
}

impl<'a> Folder<'a> {
    /// A folder for figures: not that of runs or of an export, which have tables of the same names.
    fn make(path: &'a Path) -> Result<Self, FigureError> {
        let lock = FolderLock::take(path, FIGURES)?;
        let folder = GridFolder::new(path);
        let of_runs = folder.experiment().is_file() || folder.histories().is_ok_and(|h| !h.is_empty());
        if of_runs || path.join(EXPORT_LIST).is_file() {
            return Err(FigureError::Taken { path: path.into() });
        }
        Ok(Self { _lock: lock, path, written: Vec::new() })
    }

    fn figure(&mut self, figure: &Figure, formats: &[Format], width_in: f64, dpi: f32) -> Result<(), FigureError> {
        let drawn = svg(figure, width_in, &Theme::LIGHT);
        for &format in formats {
            match format {
                Format::Svg => self.put(&figure.name, format, drawn.as_bytes())?,
                Format::Pdf => self.put(&figure.name, format, &pdf(&drawn)?)?,
                Format::Png => self.put(&figure.name, format, &png(&drawn, dpi)?)?,
                // `curves.csv` holds every evaluation; a figure's own numbers go to another file.
                Format::Csv => self.put(&format!("{}-data", figure.name), format, figure_csv(figure).as_bytes())?,
                Format::Latex | Format::Markdown => {}
            }
        }
        Ok(())
    }

    fn table(&mut self, table: &Table, formats: &[Format]) -> Result<(), FigureError> {
        for &format in formats {
            match format {
                Format::Csv => self.put(&table.name, format, table.csv().as_bytes())?,
                Format::Latex => self.put(&table.name, format, latex_table(table).as_bytes())?,
                Format::Markdown => self.put(&table.name, format, table.markdown().as_bytes())?,
                Format::Svg | Format::Pdf | Format::Png => {}
            }
        }
        Ok(())
    }

    fn put(&mut self, name: &str, format: Format, bytes: &[u8]) -> Result<(), FigureError> {
        let path = self.path.join(format!("{name}.{}", format.extension()));
        disk::write_aside(&path, bytes).map_err(|source| FigureError::Write { path: path.clone(), source })?;
        self.written.push(path);
        Ok(())
    }
}
