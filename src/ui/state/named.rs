//! Selections that have a name, and how two are combined.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A selection that was given a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Named {
    pub name: String,
    /// Indices of train samples, ascending.
    pub samples: Arc<Vec<u32>>,
    /// Indices of images of the evaluation split, ascending.
    pub evaluation: Arc<Vec<u32>>,
}

/// How a named selection changes the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combine {
    Show,
    Add,
    Subtract,
    Intersect,
}

impl Combine {
    /// A combination of two ascending lists, the present one first.
    pub fn of(self, present: &[u32], other: &[u32]) -> Vec<u32> {
        let has = |list: &[u32], index: &u32| list.binary_search(index).is_ok();
        let mut all: Vec<u32> = match self {
            Self::Show => other.to_vec(),
            Self::Add => present.iter().chain(other).copied().collect(),
            Self::Subtract => present.iter().copied().filter(|i| !has(other, i)).collect(),
            Self::Intersect => present.iter().copied().filter(|i| has(other, i)).collect(),
        };
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The sign between two names.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Show => "",
            Self::Add => "+",
            Self::Subtract => "−",
            Self::Intersect => "and",
        }
    }
}
