//! The settings of a project: those that it does not have, and those that stay once a round is trained.

use super::error::ProjectError;
use crate::experiment::{DatasetKind, Digest, Experiment, Field};

/// Fields that have one value in every project, which has no last round and no split or label but those of people.
const OF_PROJECT: [(&str, &str); 13] = [
    ("rounds", "10000"),
    ("stop_at_labels", "0"),
    ("stop_at_validation_accuracy", "0"),
    ("walks", "0"),
    ("train_size", "0"),
    ("test_size", "0"),
    ("validation_size", "0"),
    ("evaluate_on", "test"),
    ("imbalance", "1"),
    ("label_noise", "0"),
    ("generated_share", "1"),
    ("generated_density_quantile", "1"),
    ("generated_detail", "decoded"),
];
/// Fields of reading that the latent space depends on as on those of the generator.
const OF_SPACE: [&str; 5] = ["image_side", "image_colour", "image_fit", "generator", "codes"];

/// Fields that had another value than that of every project, with that value.
pub type Passed = Vec<(&'static str, String)>;

/// The settings as a project has them, and the fields that had another value, with that value.
pub fn in_project(mut experiment: Experiment) -> Result<(Experiment, Passed), ProjectError> {
    let mut changed = Vec::new();
    if experiment.dataset != DatasetKind::Own {
        let before = experiment.dataset;
        let what = format!("field `dataset`: `{before}` is not that of a project; set dataset=own");
        return Err(ProjectError::Refused(what));
    }
    for (field, value) in OF_PROJECT.iter().filter_map(|(name, value)| Some((Field::named(name)?, value))) {
        let before = field.get(&experiment);
        field.set(&mut experiment, value).map_err(ProjectError::Refused)?;
        if field.get(&experiment) != before {
            changed.push((field.name, before));
        }
    }
    Ok((experiment, changed))
}

/// Whether a field is the same in every project, or follows from its images.
pub fn is_of_project(field: &Field) -> bool {
    ["dataset", "data"].contains(&field.name) || OF_PROJECT.iter().any(|(name, _)| *name == field.name)
}

/// An error that names a field, if the latent space or the images of earlier rounds would be others by these settings.
pub fn stay(before: &Experiment, now: &Experiment, side_multiple: fn(&Experiment) -> usize) -> Result<(), String> {
    let reading = OF_SPACE.iter().filter_map(|name| Field::named(name));
    let network = Field::named("target").filter(|_| side_multiple(before) != side_multiple(now));
    let mut fixed = now.fields_of(Digest::Generator).chain(reading).chain(network);
    let Some(field) = fixed.find(|field| field.get(before) != field.get(now)) else { return Ok(()) };
    let (name, was, is) = (field.name, field.get(before), field.get(now));
    let why = match name {
        "target" => "which needs images of another size",
        _ => "and the latent space depends on it",
    };
    Err(format!(
        "field `{name}`: it was {was} in the rounds so far and is {is}, {why}; set it back, or make a new project with \
         --labels"
    ))
}

/// Whether the weights of one network fit the other.
pub fn is_same_network(before: &Experiment, now: &Experiment) -> bool {
    let (a, b) = (before.network(), now.network());
    a == b && (!a.has_width() || before.target_width == now.target_width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_has_the_labels_of_people_and_no_end() {
        let own = Experiment { dataset: DatasetKind::Own, ..Experiment::default() };
        let noisy = Experiment { label_noise: 0.5, imbalance: 30.0, rounds: 3, ..own.clone() };
        let (settings, changed) = in_project(noisy).unwrap();
        assert_eq!((settings.label_noise, settings.imbalance, settings.is_endless()), (0.0, 1.0, true));
        let names: Vec<&str> = changed.iter().map(|(name, _)| *name).collect();
        assert!(names.starts_with(&["rounds"]) && names.ends_with(&["imbalance", "label_noise"]), "{names:?}");
        assert!(in_project(settings).unwrap().1.is_empty());
        let error = in_project(Experiment::default()).unwrap_err().to_string();
        assert!(error.contains("set dataset=own"), "{error}");
    }

    #[test]
    fn what_the_latent_space_depends_on_stays_and_all_else_may_change() {
        let before = Experiment { dataset: DatasetKind::Own, ..Experiment::default() };
        let multiple = |e: &Experiment| if e.target == crate::experiment::TargetKind::Vgg16 { 32 } else { 4 };
        for (set, refused) in [
            ("learning_rate=1", ""),
            ("weights=retrain", ""),
            ("strategy=random", ""),
            ("target=resnet", ""),
            ("target=vgg16", "field `target`: it was lenet in the rounds so far and is vgg16"),
            ("latent_dim=2", "field `latent_dim`: it was 3"),
            ("image_side=32", "field `image_side`: it was 28"),
        ] {
            let mut now = before.clone();
            now.set(set).unwrap();
            let found = stay(&before, &now, multiple).err().unwrap_or_default();
            assert!(found.contains(refused) && found.is_empty() == refused.is_empty(), "{set}: {found}");
        }
    }
}
