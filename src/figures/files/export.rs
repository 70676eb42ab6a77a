//! All figures and tables of a set of histories, written into a folder.

use std::path::{Path, PathBuf};

use super::csv::{curves_csv, figure_csv, proposals_csv};
use super::latex::{latex_figure, latex_table};
use super::pdf::pdf;
use super::png::png;
use super::svg::svg;
use crate::experiment::Strategy;
use crate::figures::drawing::theme::Theme;
use crate::figures::figure::Figure;

use crate::figures::table::Table;
use crate::figures::{
    FigureError, comparison_table, confusion, curves, difference, figure3, figure4, picks_by_class, snap_distances,
    table1, verdict_table, walks_csv,
};
use crate::history::History;
use crate::statistics::Options;
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

/// Every figure that these histories have; differences are `against` one strategy.
pub fn catalogue(histories: &[History], against: Strategy) -> Vec<Figure> {
    let mut all = vec![curves(histories), figure3(histories), difference(histories, against)];
    all.extend([picks_by_class(histories), confusion(histories), snap_distances(histories)]);
    all.retain(|f| !f.is_empty());
    all
}

/// Every table.
pub fn tables(histories: &[History], against: Strategy) -> Vec<Table> {
    vec![
        table1(histories),
        comparison_table(histories, &Options::against(against, crate::figures::data::task(histories))),
    ]
}

/// Writes every figure and table in the chosen formats; returns the files in the order in which they were written.
///
/// Differences and tests are `against` one strategy; `width_in` is in inches (`COLUMN_WIDTH`, `PAGE_WIDTH`), `dpi` is that
/// of PNG. Refuses histories of different data, and two runs of the same strategy and seed.
pub fn export_all(
    histories: &[History],
    against: Strategy,
    out_dir: &Path,
    formats: &[Format],
    width_in: f64,
    dpi: f32,
) -> Result<Vec<PathBuf>, FigureError> {
    compatible(histories)?;
    let mut folder = Folder::make(out_dir)?;
    let figures = catalogue(histories, against);
    for figure in &figures {
        folder.figure(figure, formats, width_in, dpi)?;
    }
    for table in tables(histories, against) {
        folder.table(&table, formats)?;
    }
    if formats.contains(&Format::Csv) {
        folder.put("curves", Format::Csv, curves_csv(histories).as_bytes())?;
        folder.put("proposals", Format::Csv, proposals_csv(histories).as_bytes())?;
    }
    if formats.contains(&Format::Latex) {
        let all: Vec<String> = figures.iter().map(|f| latex_figure(f, width_in)).collect();
        let text = format!("% needs \\usepackage{{graphicx}}\n{}", all.join("\n"));
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

/// One run with what Figure 4 needs beside its history.
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
    let strategy = history.strategy().name();
    if !embedding.fits(history) || album.generator_digest != embedding.generator_digest {
        return Err(FigureError::Mixed { what: "embedding", strategy, repeat: history.header.repeat });
    }
    let judged = embedding.judge(history, rules).map_err(|e| FigureError::Draw(e.to_string()))?;
    if judged.walks.is_empty() {
        return Err(FigureError::NoWalks { strategy });
    }
    let mut folder = Folder::make(out_dir)?;
    folder.figure(&figure4(history, embedding, album, &judged), formats, width_in, dpi)?;
    let table = verdict_table(&judged, rules);
    folder.table(&table, formats)?;
    folder.put("walks", Format::Csv, walks_csv(&judged).as_bytes())?;
    Ok((folder.written, table))
}

/// Where files go, and which have gone there.
struct Folder<'a> {
    path: &'a Path,
    written: Vec<PathBuf>,
}

impl<'a> Folder<'a> {
    fn make(path: &'a Path) -> Result<Self, FigureError> {
        std::fs::create_dir_all(path).map_err(|source| FigureError::Write { path: path.into(), source })?;
        Ok(Self { path, written: Vec::new() })
    }

    fn figure(&mut self, figure: &Figure, formats: &[Format], width_in: f64, dpi: f32) -> Result<(), FigureError> {
        let drawn = svg(figure, width_in, &Theme::LIGHT);
        for &format in formats {
            match format {
                Format::Svg => self.put(&figure.name, format, drawn.as_bytes())?,
                Format::Pdf => self.put(&figure.name, format, &pdf(&drawn)?)?,
                Format::Png => self.put(&figure.name, format, &png(&drawn, dpi)?)?,
                // `curves.csv` holds every evaluation; a figure's own numbers stand beside it.
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
        std::fs::write(&path, bytes).map_err(|source| FigureError::Write { path: path.clone(), source })?;
        self.written.push(path);
        Ok(())
    }
}

/// Whether they can be drawn together: the same data, split and latent dimension, no strategy and seed twice; a fork
/// stands beside its parent, and beside other forks of it.
pub fn compatible(histories: &[History]) -> Result<(), FigureError> {
    let Some(first) = histories.first() else { return Err(FigureError::NoHistory) };
    for (i, history) in histories.iter().enumerate() {
        let (a, b) = (&first.header, &history.header);
        let differs = if a.data_digest != b.data_digest {
            Some("data")
        } else if a.experiment.evaluate_on != b.experiment.evaluate_on {
            Some("evaluation split")
        } else if a.experiment.latent_dim != b.experiment.latent_dim {
            Some("latent dimension")
        } else {
            None
        };
        if let Some(what) = differs {
            return Err(FigureError::Mixed { what, repeat: b.repeat, strategy: history.strategy().name() });
        }
        let same_fork = |h: &History| match (&h.header.forked, &b.forked) {
            (None, None) => true,
            (there, here) => there == here && h.header.experiment == b.experiment,
        };
        let twin = |h: &History| h.strategy() == history.strategy() && h.seed() == history.seed() && same_fork(h);
        if histories[..i].iter().any(twin) {
            return Err(FigureError::Twice { strategy: history.strategy().name(), seed: history.seed() });
        }
    }
    Ok(())
}
