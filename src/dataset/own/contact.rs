//! The images of a contact sheet: a few of each class, and those that are doubtful, small enough to be kept.

use std::collections::HashMap;

use super::listing::{Listing, Part};
use super::reading::{Reading, Wanted};
use crate::dataset::ImageShape;

/// Most images of a class, and of all classes together.
const OF_A_CLASS: usize = 40;
const OF_ALL: usize = 4_000;
/// Fewest images of a class, however many classes there are.
const FEWEST: usize = 4;
/// Most doubtful images of a kind.
const DOUBTFUL: usize = 200;

/// Some of the images that were read.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// What every shot has been brought to.
    pub shape: ImageShape,
    /// Of each class, in the order of the classes; one group of all where there are none.
    pub classes: Vec<Vec<Shot>>,
    /// Images with the content of an earlier one, each after that one.
    pub duplicates: Vec<Shot>,
    /// Images whose values hardly differ, 200 at most.
    pub nearly_constant: Vec<Shot>,
}

/// An image of the contact sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Shot {
    pub name: String,
    /// The split that it was given in.
    pub part: Option<Part>,
    /// The name of its class; empty if it has none.
    pub class: String,
    /// `[channels, height, width]` as a run has it, 0..=255.
    pub pixels: Vec<u8>,
}

impl Contact {
    /// Picks the shots: of each class a few that are spread over all of it, fewer the more classes there are.
    pub fn new(listing: &Listing, reading: &Reading, wanted: Wanted) -> Self {
        let (shape, values) = (wanted.shape(), wanted.shape().len());
        let shot = |item: usize| {
            let of = &reading.items[item];
            let class = of.label.and_then(|label| listing.classes.get(usize::from(label))).cloned();
            let pixels = reading.pixels[item * values..(item + 1) * values].to_vec();
            Shot { name: of.name.clone(), part: of.part, class: class.unwrap_or_default(), pixels }
        };
        let groups = listing.classes.len().max(1);
        let most = (OF_ALL / groups).clamp(FEWEST, OF_A_CLASS);
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); groups];
        for (place, item) in reading.items.iter().enumerate() {
            members[item.label.map_or(0, usize::from)].push(place);
        }
        // Spread over all of a class, whose first images may be much alike.
        let spread = |of: &Vec<usize>| {
            let count = of.len().min(most);
            (0..count).map(|i| shot(of[i * of.len() / count])).collect()
        };
        let by_name: HashMap<&str, usize> = (reading.items.iter().enumerate()).map(|(i, x)| (&*x.name, i)).collect();
        let constant = reading.nearly_constant.iter().filter_map(|name| by_name.get(name.as_str()));
        Self {
            shape,
            classes: members.iter().map(spread).collect(),
            duplicates: reading.duplicates.iter().take(DOUBTFUL).flat_map(|d| [shot(d.of), shot(d.item)]).collect(),
            nearly_constant: constant.take(DOUBTFUL).map(|i| shot(*i)).collect(),
        }
    }
}
