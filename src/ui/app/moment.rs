//! All that can be undone, as it is at one moment.

use crate::experiment::Field;
use crate::ui::panels::settings::Chosen;
use crate::ui::state::Choices;

/// All that can be undone, at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    pub settings: Chosen,
    pub choices: Choices,
}

impl Moment {
    /// Whether the list of runs was the same.
    pub fn is_listed_as(&self, other: &Self) -> bool {
        self.choices.listed == other.choices.listed
    }

    /// What differs, in words.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let (mine, others) = (&self.settings, &other.settings);
        let field = Field::all().find(|f| f.get(&mine.draft) != f.get(&others.draft)).map(|f| f.label.to_owned());
        let runs = (mine.compared != others.compared).then(|| "the strategies compared".to_owned());
        let repeats = (mine.repeats != others.repeats).then(|| "the repeats".to_owned());
        let views = || self.choices.difference(&other.choices).map(str::to_owned);
        field.or(runs).or(repeats).or_else(views)
    }
}
