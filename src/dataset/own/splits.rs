//! The splits of own data: those that are given, and where one is missing, a share of each class by the data seed.

use super::listing::{Item, Part};
use crate::dataset::Class;
use crate::rng::Streams;

/// Of this many images of a class one goes into a test split that is not given.
const TEST_SHARE: usize = 6;
/// The validation split is at most one in this many train images, as for other data.
pub const VALIDATION_SHARE: usize = 6;

/// Indices of items, each split in the order of the items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Division {
    pub train: Vec<u32>,
    pub validation: Vec<u32>,
    pub test: Vec<u32>,
    /// Whether the test split was given with the data.
    pub given_test: bool,
    /// Whether the validation split was given with the data; false also if it is trained on for want of a train split.
    pub given_validation: bool,
}

/// Sizes that an experiment asks for; 0 for all, or for no validation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sizes {
    /// Train images, those included that a validation split is then taken from; 0 for all.
    pub train: usize,
    /// Images to take from train where no validation split is given, a sixth of it at most; 0 for none.
    pub validation: usize,
    /// Test images; 0 for all.
    pub test: usize,
}

/// Divides items by the data seed. Images of a split that is given stay in it.
pub fn divide(items: &[Item], sizes: Sizes, seed: u64) -> Division {
    let labels: Vec<Class> = items.iter().map(|i| i.label.unwrap_or(0)).collect();
    let of = |part| (0..items.len() as u32).filter(|i| items[*i as usize].part == part).collect::<Vec<u32>>();
    let mut train = [of(Some(Part::Train)), of(None)].concat();
    train.sort_unstable();
    let (mut test, mut validation) = (of(Some(Part::Test)), of(Some(Part::Validation)));
    let (mut given_test, mut given_validation) = (!test.is_empty(), !validation.is_empty());
    if train.is_empty() {
        // Only other splits are there: what is called validation is trained on, or else the test split is divided.
        std::mem::swap(&mut train, &mut validation);
        given_validation = false;
        if train.is_empty() {
            std::mem::swap(&mut train, &mut test);
            given_test = false;
        }
    }
    let streams = Streams::new(seed);
    let pick = |from: &[u32], count: usize, name: &str| stratified(from, &labels, count, &mut streams.get(name, 0));
    let without = |from: &mut Vec<u32>, picked: &[u32]| from.retain(|i| picked.binary_search(i).is_err());
    if test.is_empty() {
        let count = train.len() / TEST_SHARE;
        test = pick(&train, count, "own-test-split");
        without(&mut train, &test);
    }
    for (split, size, name) in [(&mut train, sizes.train, "own-train-size"), (&mut test, sizes.test, "own-test-size")] {
        if size > 0 && size < split.len() {
            *split = pick(split, size, name);
        }
    }
    if validation.is_empty() {
        let count = sizes.validation.min(train.len() / VALIDATION_SHARE);
        validation = pick(&train, count, "own-validation-split");
        without(&mut train, &validation);
    }
    Division { train, validation, test, given_test, given_validation }
}

/// `count` of the items, of each class its share, in their order. A class has at least one in and one out while it can.
fn stratified(from: &[u32], labels: &[Class], count: usize, rng: &mut crate::rng::Rng) -> Vec<u32> {
    let classes = labels.iter().max().map_or(0, |most| usize::from(*most) + 1);
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); classes];
    for &item in from {
        members[usize::from(labels[item as usize])].push(item);
    }
    members.iter_mut().for_each(|m| rng.shuffle(m));
    // Round by round through the classes, those first that are furthest behind their share.
    let mut taken = vec![0_usize; classes];
    let mut order: Vec<usize> = (0..classes).collect();
    rng.shuffle(&mut order);
    let share = |class: usize| members[class].len() * count;
    for &class in &order {
        taken[class] = share(class) / from.len().max(1);
    }
    let mut rest = count - taken.iter().sum::<usize>();
    order.sort_by_key(|class| std::cmp::Reverse((usize::from(taken[*class] == 0), share(*class) % from.len().max(1))));
    while rest > 0 {
        let before = rest;
        for &class in &order {
            if rest > 0 && taken[class] < members[class].len() {
                taken[class] += 1;
                rest -= 1;
            }
        }
        if before == rest {
            break;
        }
    }
    let mut picked: Vec<u32> = members.iter().zip(&taken).flat_map(|(m, n)| &m[..*n]).copied().collect();
    picked.sort_unstable();
    picked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(parts: &[(Option<Part>, usize)]) -> Vec<Item> {
        let item = |(part, n): &(Option<Part>, usize)| {
            (0..*n)
                .map(|i| Item { name: i.to_string(), part: *part, label: Some((i % 3) as Class) })
                .collect::<Vec<_>>()
        };
        parts.iter().flat_map(item).collect()
    }

    #[test]
    fn given_splits_stay_and_missing_ones_take_a_share_of_each_class() {
        let sizes = Sizes { validation: 20, ..Sizes::default() };
        let (train, validation, test) = (Some(Part::Train), Some(Part::Validation), Some(Part::Test));
        for (parts, lengths) in [
            (vec![(None, 120)], [84, 16, 20]),
            (vec![(train, 120), (test, 30)], [100, 20, 30]),
            (vec![(train, 120), (test, 300)], [100, 20, 300]),
            (vec![(train, 60), (validation, 7), (test, 30)], [60, 7, 30]),
            (vec![(train, 60), (validation, 7)], [50, 7, 10]),
            (vec![(test, 60)], [42, 8, 10]),
            (vec![(None, 6)], [5, 0, 1]),
            (vec![(None, 3)], [3, 0, 0]),
        ] {
            let items = items(&parts);
            let found = divide(&items, sizes, 1);
            assert_eq!([&found.train, &found.validation, &found.test].map(Vec::len), lengths, "{parts:?}");
            let mut all = [found.train.clone(), found.validation.clone(), found.test.clone()].concat();
            all.sort_unstable();
            assert_eq!(all, (0..items.len() as u32).collect::<Vec<_>>(), "{parts:?}");
            assert_eq!(found, divide(&items, sizes, 1));
            if lengths[2] == 20 {
                assert_ne!(found.test, divide(&items, sizes, 2).test);
                for class in 0..3 {
                    let count = found.test.iter().filter(|i| items[**i as usize].label == Some(class)).count();
                    assert!((6..=7).contains(&count), "{class}: {count}");
                }
            }
        }
    }

    #[test]
    fn sizes_take_a_share_of_each_class_whatever_the_order() {
        let mut items = items(&[(Some(Part::Train), 90), (Some(Part::Test), 30)]);
        items.sort_by_key(|i| (i.part, i.label));
        let found = divide(&items, Sizes { train: 30, test: 9, validation: 0 }, 1);
        for (split, each) in [(&found.train, 10), (&found.test, 3)] {
            for class in 0..3 {
                assert_eq!(split.iter().filter(|i| items[**i as usize].label == Some(class)).count(), each);
            }
        }
    }
}
