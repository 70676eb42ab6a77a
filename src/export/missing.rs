//! What is not in an export, and why.

use serde::{Deserialize, Serialize};

/// Something that is not in an export, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    /// What is missing, as the beginning of a sentence.
    pub what: String,
    /// Why, as its end.
    pub why: String,
    /// The runs and rounds that lack it; none if all do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
}

impl Missing {
    /// What is there; or `None`, and what is missing is noted with its reason.
    pub fn unless<'a, T>(found: &'a Result<T, String>, what: &str, missing: &mut Vec<Self>) -> Option<&'a T> {
        if let Err(why) = found {
            missing.push(Self { what: what.into(), why: why.clone(), places: Vec::new() });
        }
        found.as_ref().ok()
    }
}
