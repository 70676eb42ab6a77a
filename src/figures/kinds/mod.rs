//! The list of figures and tables that can be drawn from any set of histories; the window shows them and an export
//! writes them.
//!
//! A new one is a file and a row. Figure 4, Figure S1 and films, and rounds side by side, need more than histories and are not in the list.

pub mod curves;
pub mod difference;
pub mod picks;
pub mod confusion;
pub mod table1;
pub mod comparison;
pub mod worth;
pub mod ranks;
pub mod forecasts;
pub mod walks;
pub mod figure4;
pub mod figure_s1;
pub mod film;
pub mod rounds;
pub mod pictures;

use super::captions::ground_notes;
use super::data::{Histories, Subject};
use super::error::FigureError;
use super::figure::Figure;
use super::table::Table;

/// One figure or table of the list.
#[derive(Debug)]
pub struct Kind {
    /// Stem of its files; unique.
    pub name: &'static str,
    /// Its short name in the window.
    pub title: &'static str,
    /// Its tooltip: what it shows.
    pub tip: &'static str,
    /// What the histories must have, as the end of an error.
    pub needs: &'static str,
    /// Whether it compares the strategies with one of them.
    pub compares: bool,
    draw: Draw,
}

#[derive(Debug)]
enum Draw {
    Figure(fn(&Subject) -> Figure),
    Table(fn(&Subject) -> Table),
    /// Those that can say why there is none.
    FigureUnless(fn(&Subject) -> Result<Figure, String>),
    TableUnless(fn(&Subject) -> Result<Table, String>),
}

/// A drawn figure or table.
#[derive(Debug, Clone, PartialEq)]
pub enum Drawn {
    Figure(Figure),
    Table(Table),
}

/// Every kind, figures before tables, in the order of the window's pages and of the files.
pub static KINDS: &[Kind] = &[
    Kind {
        name: "curves",
        title: "Curves",
        tip: "Accuracy, or the error of maps, against labelled samples",
        needs: "a completed round",
        compares: false,
        draw: Draw::Figure(|h| curves::curves(&h.compared, &h.looks)),
    },
    Kind {
        name: "figure3",
        title: "Figure 3",
        tip: "Mean, 95 % band and every repeat, with the drop and rebound inside rounds (Figure 3)",
        needs: "a completed round",
        compares: false,
        draw: Draw::Figure(|h| curves::figure3(&h.compared, &h.looks)),
    },
    Kind {
        name: "difference",
        title: "Difference",
        tip: "Each strategy minus another, paired by seed, with its band",
        needs: "a run of the baseline, and another run with the same seed",
        compares: true,
        draw: Draw::Figure(|h| difference::difference(&h.compared, &h.against, &h.looks)),
    },
    Kind {
        name: "picks-by-class",
        title: "Picks",
        tip: "The samples that each strategy had labelled, by class",
        needs: "labels that are classes, and a completed round",
        compares: false,
        draw: Draw::Figure(|h| picks::picks_by_class(&h.compared)),
    },
    Kind {
        name: "confusion",
        title: "Confusion",
        tip: "True against predicted classes at the end",
        needs: "labels that are classes, and a completed round",
        compares: false,
        draw: Draw::Figure(|h| confusion::confusion(&h.compared)),
    },
    Kind {
        name: "snap-distances",
        title: "Snaps",
        tip: "Distances from moved points to the samples they snap to",
        needs: "a strategy that steps through latent space, and its second round",
        compares: false,
        draw: Draw::Figure(|h| picks::snap_distances(&h.compared, &h.looks)),
    },
    Kind {
        name: "critical-difference",
        title: "Rank diagram",
        tip: "The mean ranks on a line; a bar joins strategies that are within the critical difference of each other",
        needs: ranks::NEEDS,
        compares: false,
        draw: Draw::FigureUnless(|h| ranks::rank_diagram(&h.compared, &h.looks)),
    },
    Kind {
        name: "table1",
        title: "Table 1",
        tip: "Accuracy, or the error of maps, at the end of each round, with the paper's numbers (Table 1)",
        needs: "a completed round",
        compares: false,
        draw: Draw::Table(|h| table1::table1(&h.compared)),
    },
    Kind {
        name: "comparison",
        title: "Tests",
        tip: "Primary endpoint, paired tests, area under the curve, labels to reach a level",
        needs: "a completed round",
        compares: true,
        draw: Draw::Table(|h| comparison::comparison_table(&h.compared, &h.options())),
    },
    Kind {
        name: "areas",
        title: "Areas and price",
        tip: "Area under the curve for few and for many labels, and what each strategy itself takes: images scored and \
              seconds a round",
        needs: "a completed round",
        compares: true,
        draw: Draw::Table(|h| worth::worth_table(&h.compared, &h.against, &h.ranges)),
    },
    Kind {
        name: "ranks",
        title: "Ranks",
        tip: "Mean rank of each strategy over paired seeds, with Friedman's test and Nemenyi's critical difference",
        needs: ranks::NEEDS,
        compares: false,
        draw: Draw::TableUnless(|h| ranks::ranks_table(&h.compared)),
    },
    Kind {
        name: "forecast",
        title: "Forecasts",
        tip: "How far off a forecast from the first rounds was for the rounds that have come since",
        needs: "labels that are classes, and a round after the fourth with twice the labels of one from the fourth on",
        compares: false,
        draw: Draw::Table(|h| forecasts::forecasts(&h.compared)),
    },
];

impl Kind {
    /// Whether it draws a table and no figure, so that it has no SVG, PDF or PNG.
    pub fn is_table(&self) -> bool {
        matches!(self.draw, Draw::Table(_) | Draw::TableUnless(_))
    }

    /// The figure or table of these histories, or why there is none. Its caption ends with what the data were.
    pub fn draw(&self, histories: &Histories) -> Result<Drawn, FigureError> {
        let Histories { drawn: subject, captions, notes, .. } = histories;
        let (title, needs) = (self.title, self.needs);
        let mut drawn = match self.draw {
            Draw::Figure(draw) => Ok(Drawn::Figure(draw(subject))),
            Draw::Table(draw) => Ok(Drawn::Table(draw(subject))),
            Draw::FigureUnless(draw) => draw(subject).map(Drawn::Figure),
            Draw::TableUnless(draw) => draw(subject).map(Drawn::Table),
        }
        .map_err(|why| FigureError::Refused { title, why })?;
        match &mut drawn {
            Drawn::Figure(figure) if figure.is_empty() => return Err(FigureError::Nothing { title, needs }),
            Drawn::Figure(figure) => {
                captions.iter().chain(notes).for_each(|sentence| figure.caption += &format!(" {sentence}"));
            }
            Drawn::Table(table) if table.rows.is_empty() => return Err(FigureError::Nothing { title, needs }),
            Drawn::Table(table) => {
                captions.iter().for_each(|sentence| table.caption += &format!(" {sentence}"));
                table.notes.extend(notes.iter().cloned().chain(ground_notes(&subject.compared)));
            }
        }
        Ok(drawn)
    }
}

/// The figure or table of this name.
pub fn drawn(name: &str, histories: &Histories) -> Result<Drawn, FigureError> {
    let kind = KINDS.iter().find(|k| k.name == name);
    kind.ok_or_else(|| FigureError::Draw(format!("there is no figure `{name}`")))?.draw(histories)
}

/// Kinds are equal if their names are.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
