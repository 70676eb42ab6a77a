//! Settings that suit own data, each with its reason: chosen from size, channels, classes and number of images.

use std::path::Path;

use serde::Serialize;

use super::listing::{Item, Listing};
use super::picture::Picture;
use super::splits::{Sizes, divide};
use crate::experiment::{Experiment, ExperimentError, IMAGE_SIDES};
use crate::paths;

/// Images that are decoded to see what they are like, spread over all.
const LOOKED_AT: usize = 200;
/// Of those, one in this many with colours makes the set one of colour.
const COLOURED: usize = 20;
/// Images that a generator should see in all of its training; of 32 x 32 ones, where it has convolutions.
const SEEN: usize = 800_000;
const SEEN_BY_CONVOLUTIONS: usize = 400_000;
/// Train images in colour from which a residual network is to be expected to learn more than LeNet does.
const MANY: usize = 5_000;
/// The largest side of grey images that fully connected layers are for.
const PLAIN_SIDE: usize = 32;
const EPOCHS: std::ops::RangeInclusive<usize> = 4..=200;
/// The most samples of a round, as in the paper.
const MOST_SAMPLES: usize = 500;
const FEWEST_SAMPLES: usize = 10;
/// Images that a person labels in one go, however many there are.
pub const BY_HAND: usize = 20;
const ROUNDS: usize = 10;
const MOST_VALIDATION: usize = 5_000;
const MOST_EVALUATED: usize = 1_000;

/// A setting and why it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chosen {
    /// The field of the experiment.
    pub field: &'static str,
    /// As text that the field reads back.
    pub value: String,
    /// Why it suits, as a sentence without its end.
    pub reason: String,
}

/// Settings for the images of a listing. What they are brought to depends on the first images that can be read; the rest
/// suits `items`, those that were read, of which `train_size` are trained on (0 for all).
pub fn choose(listing: &Listing, items: &[Item], train_size: usize) -> Vec<Chosen> {
    let seen = look(listing);
    let division = divide(items, Sizes { train: train_size, validation: MOST_VALIDATION, test: 0 }, 1);
    let (train, test, classes) = (division.train.len(), division.test.len(), listing.classes.len());
    let mut chosen = Vec::new();
    let mut say = |field, value: String, reason: String| chosen.push(Chosen { field, value, reason });

    let mut longest: Vec<usize> = seen.iter().map(|p| p.width.max(p.height)).collect();
    longest.sort_unstable();
    let longest = longest.get(longest.len() / 2).copied().unwrap_or(IMAGE_SIDES[0]);
    let most = IMAGE_SIDES[IMAGE_SIDES.len() - 1];
    let side = IMAGE_SIDES.into_iter().find(|side| *side >= longest).unwrap_or(most);
    say(
        "image_side",
        side.to_string(),
        match longest.cmp(&side) {
            std::cmp::Ordering::Equal => format!("the images have {longest} pixels"),
            std::cmp::Ordering::Less => {
                format!("the smallest side that holds the images' {longest} pixels; they are enlarged")
            }
            std::cmp::Ordering::Greater => {
                format!("the largest side that is offered; the images have {longest} pixels")
            }
        },
    );
    let coloured = seen.iter().filter(|p| p.channels == 3).count();
    let colour = coloured * COLOURED > seen.len();
    let of = format!("{coloured} of {} images that were looked at have colours", seen.len());
    say("image_colour", if colour { "rgb" } else { "grey" }.into(), of);
    let square = seen.iter().all(|p| p.width == p.height);
    let fit = if square { "the images are square" } else { "nothing is cut off or squeezed; black fills the rest" };
    say("image_fit", "fit".into(), fit.into());

    say(
        "validation_size",
        division.validation.len().to_string(),
        if division.given_validation {
            "the data have a validation split".into()
        } else {
            format!("at most a sixth of the train images, and {MOST_VALIDATION}")
        },
    );
    let (dimensions, reason) = match colour {
        true => (
            16,
            "colours need more numbers than the paper's 3; the view shows a projection, and SNN wants a longer step than the \
                      paper's there: Explore, Step length, says which",
        ),
        false => (3, "as in the paper, and drawn without a projection"),
    };
    say("latent_dim", dimensions.to_string(), reason.into());
    let (generator, reason, seen) = match (colour, side > PLAIN_SIDE) {
        (false, false) => ("vae", "grey images, as in the paper".into(), SEEN),
        (true, false) => ("conv-vae", "colours, which convolutions rebuild better".into(), SEEN_BY_CONVOLUTIONS),
        (_, true) => {
            let reason = format!("more than {PLAIN_SIDE} pixels, which convolutions rebuild better");
            ("conv-vae", reason, SEEN_BY_CONVOLUTIONS * PLAIN_SIDE * PLAIN_SIDE / (side * side))
        }
    };
    say("generator", generator.into(), reason);
    let epochs = (seen / train.max(1)).clamp(*EPOCHS.start(), *EPOCHS.end());
    say("generator_epochs", epochs.to_string(), format!("the generator sees {} images in all", epochs * train));
    match (colour, train >= MANY) {
        (true, true) => {
            say("target", "resnet".into(), format!("colours, and {train} train images"));
            say("target_width", "16".into(), "as is usual for this network".into());
        }
        (true, false) => {
            let reason = format!("with {train} train images a deeper network would not learn more");
            say("target", "lenet".into(), reason);
        }
        (false, _) => say("target", "lenet".into(), "grey images, as in the paper".into()),
    }
    // Ten rounds label a quarter of the pool, or more where there are many classes or few images.
    let by_classes =
        (train / 40).max(2 * classes).max(FEWEST_SAMPLES).min(MOST_SAMPLES.max(classes)).min((train / 3).max(1));
    let (samples, reason) = match classes {
        0 => (BY_HAND.min(train.max(1)), "without labels: what one labels by hand in one go".into()),
        _ => (by_classes, format!("{train} train images and {classes} classes")),
    };
    say("samples_per_round", samples.to_string(), reason);
    let rounds = (train / samples).clamp(1, ROUNDS);
    say(
        "rounds",
        rounds.to_string(),
        match rounds {
            ROUNDS => "as in the paper".into(),
            _ => format!("after them {} of {train} train images are labelled", rounds * samples),
        },
    );
    let part = test.min(MOST_EVALUATED.max(classes)).max(1);
    say("evaluation_part", part.to_string(), format!("of {test} test images"));
    chosen
}

/// Some of the images, spread over all; those that cannot be read are left out.
fn look(listing: &Listing) -> Vec<Picture> {
    let step = listing.items.len().div_ceil(LOOKED_AT).max(1);
    (0..listing.items.len()).step_by(step).filter_map(|item| listing.picture(item).ok()).collect()
}

/// An experiment on the images at a path; `all` takes every chosen setting, else only what the images are brought to.
pub fn on_data(base: Experiment, path: &Path, chosen: &[Chosen], all: bool) -> Result<Experiment, ExperimentError> {
    let named = paths::stem(path);
    let text = path.to_string_lossy().into_owned();
    let mut experiment = Experiment { data: text, ..base };
    experiment.set("dataset=own")?;
    if all {
        experiment.name = if named.is_empty() { "own".into() } else { named };
    }
    for Chosen { field, value, .. } in chosen.iter().filter(|c| all || c.field.starts_with("image_")) {
        experiment.set(&format!("{field}={value}"))?;
    }
    Ok(experiment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::own::listing::Images;
    use crate::dataset::own::picture::Changes;

    /// Images of one size, all of them with colours or none.
    struct Uniform {
        side: usize,
        channels: usize,
    }

    impl Images for Uniform {
        fn picture(&self, _: usize) -> Result<Picture, String> {
            let Self { side, channels } = *self;
            let values = vec![9; side * side * channels];
            Ok(Picture { width: side, height: side, channels, values, range: [9.0; 2], changes: Changes::default() })
        }
    }

    #[test]
    fn settings_suit_the_images_that_can_be_read_and_those_that_are_trained_on() {
        let item = |i: usize| Item { name: i.to_string(), part: None, label: Some((i % 2) as crate::dataset::Class) };
        let listing = Listing {
            format: "a list".into(),
            items: (0..64).map(item).collect(),
            classes: vec!["a".into(), "b".into()],
            images: Box::new(Uniform { side: 28, channels: 1 }),
            unreadable: Vec::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
            unclear: None,
        };
        // How many are read and trained on, and the pool that is left beside test and validation.
        for (read, train_size, pool) in [(64, 0, 45), (24, 0, 17), (64, 12, 10)] {
            let chosen = choose(&listing, &listing.items[..read], train_size);
            let of = |field: &str| chosen.iter().find(|c| c.field == field).unwrap().value.parse::<usize>().unwrap();
            let labelled = of("samples_per_round") * of("rounds");
            assert!(labelled <= pool && labelled * 2 > pool, "{read}: {labelled} of {pool}");
            let reason = &chosen.iter().find(|c| c.field == "rounds").unwrap().reason;
            assert!(reason.contains(&format!("{labelled} of {pool} train images")), "{reason}");
        }
    }

    #[test]
    fn settings_fit_size_colours_classes_and_number_and_go_together() {
        for (side, channels, count, classes, expected) in [
            (
                28,
                1,
                70_000,
                10,
                "image_side=28 image_colour=grey generator=vae target=lenet samples_per_round=500 rounds=10",
            ),
            (8, 1, 1_797, 10, "image_side=28 generator_epochs=200 samples_per_round=31 rounds=10"),
            (
                32,
                3,
                60_000,
                10,
                "image_side=32 image_colour=rgb generator=conv-vae target=resnet target_width=16 latent_dim=16",
            ),
            (33, 1, 200, 2, "image_side=48 generator=conv-vae target=lenet samples_per_round=10 rounds=10"),
            (500, 3, 24, 2, "image_side=64 generator=conv-vae target=lenet samples_per_round=5 rounds=3"),
            (64, 3, 5_000, 1_000, "image_side=64 samples_per_round=1000 rounds=3"),
        ] {
            let label = |i: usize| Some((i % classes) as crate::dataset::Class);
            let items = (0..count).map(|i| Item { name: i.to_string(), part: None, label: label(i) }).collect();
            let listing = Listing {
                format: "a list".into(),
                items,
                classes: (0..classes).map(|c| c.to_string()).collect(),
                images: Box::new(Uniform { side, channels }),
                unreadable: Vec::new(),
                notes: Vec::new(),
                warnings: Vec::new(),
                unclear: None,
            };
            let chosen = choose(&listing, &listing.items, 0);
            for setting in expected.split(' ') {
                let has = |c: &Chosen| format!("{}={}", c.field, c.value) == setting;
                assert!(chosen.iter().any(has), "{setting}: {chosen:?}");
            }
            assert!(chosen.iter().all(|c| !c.reason.is_empty()));
            let experiment = on_data(Experiment::default(), Path::new("some/digits.npz"), &chosen, true).unwrap();
            assert_eq!(experiment.name, "digits");
            experiment.validated().unwrap();
        }
    }
}
