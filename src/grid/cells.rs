//! The cells of a grid and the shards they are split into.

use crate::experiment::{Experiment, Strategy};

/// Strategies x repeats of one experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Its seed is that of the first repeat; its strategy is replaced by each of `strategies`.
    pub experiment: Experiment,
    pub strategies: Vec<Strategy>,
    pub repeats: usize,
    pub shard: Shard,
}

/// Part `index` of `count`, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    pub index: usize,
    pub count: usize,
}

impl Default for Shard {
    fn default() -> Self {
        Self { index: 1, count: 1 }
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is no shard; write it as i/n with 1 <= i <= n, such as 1/3");
        let (index, count) = text.split_once('/').ok_or_else(bad)?;
        let (index, count) = (index.parse().map_err(|_| bad())?, count.parse().map_err(|_| bad())?);
        if index == 0 || index > count { Err(bad()) } else { Ok(Self { index, count }) }
    }
}

/// One run of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub experiment: Experiment,
    /// From 1.
    pub repeat: usize,
}

impl Cell {
    /// The stem of the cell's files.
    pub fn name(&self) -> String {
        format!("{}-{:02}", self.experiment.strategy, self.repeat)
    }
}

impl Grid {
    /// The cells of this shard. Repeat r has the seed of the first plus r - 1, the same for every strategy.
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for repeat in 1..=self.repeats {
            for &strategy in &self.strategies {
                let seed = self.experiment.seed.wrapping_add(repeat as u64 - 1);
                cells.push(Cell { experiment: Experiment { strategy, seed, ..self.experiment.clone() }, repeat });
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
        Grid { experiment: Experiment::default(), strategies: vec![Strategy::Random, Strategy::Snn], repeats: 3, shard }
    }

    #[test]
    fn shards_partition_the_grid_and_seeds_are_paired() {
        let whole = grid(Shard::default()).cells();
        assert_eq!(whole.len(), 6);
        for pair in whole.chunks(2) {
            assert_eq!(pair[0].experiment.seed, pair[1].experiment.seed);
        }
        let mut parts: Vec<String> =
            (1..=4).flat_map(|index| grid(Shard { index, count: 4 }).cells()).map(|c| c.name()).collect();
        parts.sort();
        let mut names: Vec<String> = whole.iter().map(Cell::name).collect();
        names.sort();
        assert_eq!(parts, names);
    }

    #[test]
    fn shards_read_from_text() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, count: 3 }));
        for bad in ["0/3", "4/3", "1", "a/b", "1/0"] {
            assert!(bad.parse::<Shard>().unwrap_err().contains(bad), "{bad}");
        }
    }
}
