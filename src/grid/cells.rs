//! The cells of a grid and the shards they are split into.

use crate::experiment::{Experiment, ExperimentError, Own, Setup, Variant, setups};
use crate::history::{Header, History};

/// Variants x repeats of one experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The experiment with the seed of the first repeat; each variant replaces its strategy and that strategy's own
    /// fields.
    pub(super) experiment: Experiment,
    repeats: usize,
    shard: Shard,
    variants: Vec<Setup>,
}

/// Part `index` (from 1) of `count` of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 1 to `count`.
    pub index: usize,
    pub count: usize,
}

impl Default for Shard {
    fn default() -> Self {
        Self { index: 1, count: 1 }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not a shard; write i/n with 1 <= i <= n, such as 1/3");
        let (index, count) = text.split_once('/').ok_or_else(bad)?;
        let (index, count) = (index.parse().map_err(|_| bad())?, count.parse().map_err(|_| bad())?);
        if index == 0 || index > count { Err(bad()) } else { Ok(Self { index, count }) }
    }
}

/// One run of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// With this run's own strategy and seed.
    pub experiment: Experiment,
    /// The fields that were set for this run only.
    pub own: Own,
    /// The repeat, from 1.
    pub repeat: usize,
}

/// The cell of the first repeat.
impl From<Setup> for Cell {
    fn from(Setup { experiment, own }: Setup) -> Self {
        Self { experiment, own, repeat: 1 }
    }
}

impl Cell {
    /// The cell of a run.
    pub fn of(history: &History) -> Self {
        let header = &history.header;
        Self { experiment: header.experiment.clone(), own: header.own.clone(), repeat: header.repeat }
    }

    /// The stem of the cell's files.
    pub fn name(&self) -> String {
        format!("{}-{:02}", self.own.variant(&self.experiment).stem(), self.repeat)
    }
}

/// The experiment of the grid that a run belongs to, with the run's strategy. A fork has that of its first round.
pub(super) fn base(header: &Header) -> Experiment {
    let base = header.own.base(header.first_experiment());
    Experiment { seed: base.seed.wrapping_sub((header.repeat as u64).wrapping_sub(1)), ..base }
}

/// The fields in which two experiments of one grid must not differ and do, with both values.
pub fn unlike(a: &Experiment, b: &Experiment, free: &[&str]) -> Option<String> {
    let differing = a.differing(b).into_iter().filter(|f| !free.contains(&f.name));
    let said: Vec<String> = differing.map(|f| format!("`{}`: {} and {}", f.name, f.get(a), f.get(b))).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

impl Grid {
    /// The grid, if each variant is valid, no run occurs twice and there is a seed for each repeat.
    pub fn new(
        experiment: Experiment,
        variants: &[Variant],
        repeats: usize,
        shard: Shard,
    ) -> Result<Self, ExperimentError> {
        let most = u64::MAX - (repeats as u64).saturating_sub(1);
        if experiment.seed > most {
            let detail = format!("{repeats} repeats need as many seeds, each 1 above the last; give {most} or less");
            return Err(ExperimentError::Field { field: "seed".into(), detail });
        }
        Ok(Self { variants: setups(&experiment, variants)?, experiment, repeats, shard })
    }

    /// Number of cells of all shards.
    #[expect(clippy::len_without_is_empty, reason = "a grid has at least one cell")]
    pub fn len(&self) -> usize {
        self.repeats * self.variants.len()
    }

    /// The cells of this shard. Repeat r has the seed of the first plus r - 1, the same for every variant.
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for repeat in 1..=self.repeats {
            for Setup { experiment, own } in &self.variants {
                let seed = experiment.seed.wrapping_add(repeat as u64 - 1);
                cells.push(Cell { experiment: Experiment { seed, ..experiment.clone() }, own: own.clone(), repeat });
            }
        }
        let Shard { index, count } = self.shard;
        cells.into_iter().enumerate().filter(|(i, _)| i % count == index - 1).map(|(_, cell)| cell).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(shard: Shard) -> Grid {
        let variants = ["random", "snn", "snn alpha=0", "snn-alpha-0"].map(|text| text.parse().unwrap());
        Grid::new(Experiment::default(), &variants, 3, shard).unwrap()
    }

    #[test]
    fn no_seed_wraps_round() {
        for (seed, repeats, fits) in [(u64::MAX, 1, true), (u64::MAX - 2, 3, true), (u64::MAX - 1, 3, false)] {
            let experiment = Experiment { seed, ..Experiment::default() };
            let grid = Grid::new(experiment, &["random".parse().unwrap()], repeats, Shard::default());
            let error = grid.err().map(|e| e.to_string());
            assert_eq!(error.is_none(), fits, "{seed}: {error:?}");
            assert!(
                error.is_none_or(|e| e.contains("field `seed`: 3 repeats") && e.contains("give 18446744073709551613"))
            );
        }
    }

    #[test]
    fn shards_partition_the_grid_and_seeds_are_paired() {
        let whole = grid(Shard::default()).cells();
        assert_eq!(whole.len(), 12);
        for pair in whole.chunks(4) {
            assert!(pair.iter().all(|cell| cell.experiment.seed == pair[0].experiment.seed));
        }
        let mut parts: Vec<String> =
            (1..=5).flat_map(|index| grid(Shard { index, count: 5 }).cells()).map(|c| c.name()).collect();
        parts.sort();
        let mut names: Vec<String> = whole.iter().map(Cell::name).collect();
        assert_eq!(names[..4], ["random-01", "snn-01", "snn-alpha=0-01", "snn-alpha-0-01"]);
        names.sort();
        assert_eq!(parts, names);
        names.dedup();
        assert_eq!(names.len(), whole.len());
    }

    #[test]
    fn shards_read_from_text() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, count: 3 }));
        for bad in ["0/3", "4/3", "1", "a/b", "1/0"] {
            assert!(bad.parse::<Shard>().unwrap_err().contains(bad), "{bad}");
        }
    }
}
