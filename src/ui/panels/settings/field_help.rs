//! What each field of `Experiment` means, in the paper's terms: the one source of the controls' tooltips.

/// The tooltip of a field; empty only for a field that does not exist.
pub fn help(field: &str) -> &'static str {
    match field {
        "name" => "The preset this came from, or a name of your own.",
        "dataset" => "The labelled set D that samples are bought from. Built-in digits need no download.",
        "masks" => {
            "The folder of your own masks: PNG files of any size, the wall white, or lumen and wall as two greys. Each is judged by the labelling tool."
        }
        "data_seed" => "Seed of the built-in data, and of the split of your own masks; other data ignore it.",
        "train_size" => "How many train images to use; 0 takes all.",
        "test_size" => "How many test images to use; 0 takes all.",
        "validation_size" => "Images split off from train for choices, at most a sixth of it.",
        "evaluate_on" => "The split on which accuracies are measured.",
        "generator" => {
            "Which generator embeds the images: the VAE (Tables S9 to S12), or the α-GAN (Tables S1 to S5), which pads digits to 32 x 32."
        }
        "generator_width" => "Channels of the α-GAN's convolutions; 64 in Tables S1 to S4. The VAE has none.",
        "reconstruction_weight" => {
            "λ of the α-GAN: the weight of the mean absolute reconstruction error beside the adversarial losses."
        }
        "systolic_mmhg" => {
            "Systolic peak of the pressure on the lumen, mmHg: the stress maps are those of that moment."
        }
        "stress" => "Which stress the maps show: the largest principal one, or von Mises'.",
        "stress_scale_kpa" => {
            "The target learns stress divided by this many kPa. Its output ends at 1, so larger stresses are out of its reach."
        }
        "labeller_minibatches" => {
            "Digits have no labelling tool: a LeNet, trained on the labelled train split for so many minibatches and then frozen, stands in for one where SI or Random latent makes samples. Not in the paper."
        }
        "labeller_seed" => "Seed of that classifier's weights and batches: the same for all repeats.",
        "latent_dim" => "n of R^n, the dimension of the latent space; 3 in the tables. Two or three can be seen whole.",
        "generator_seed" => "Seed of the generator's weights, batches and noise: the same for all repeats.",
        "generator_epochs" => "Passes of the generator over the train images. It sees no labels.",
        "generator_batch" => "Images per minibatch of the generator.",
        "generator_learning_rate" => "Adam's step size for the generator.",
        "generator_final_learning_rate" => {
            "Adam's step size in the epochs that begin in the last quarter of the generator's training."
        }
        "beta" => "Weight of the KL term of the VAE's loss; 1 is the plain VAE. The α-GAN has none.",
        "target" => {
            "The network F that learns from the labels: LeNet (Table S7), or VGG-16 (Table S8), which pads digits to 32 x 32."
        }
        "target_width" => "Channels of VGG-16's first stage, 64 in Table S8; the others follow. LeNet has its own.",
        "augmentation" => {
            "Whether images are mirrored and shifted before F trains on them. The paper does neither; digits must not be mirrored."
        }
        "batch_size" => "Images per minibatch of the target model F.",
        "minibatches_per_round" => "Optimiser steps of F in each round.",
        "epochs_per_round" => "Passes over the labelled set in each round, instead of a fixed number of minibatches.",
        "learning_rate" => "Adam's step size for F.",
        "adam_epsilon" => "Adam's epsilon, for F and the generator.",
        "weights" => {
            "Between rounds, F's training continues (Figure 3), or starts again from the same initial weights."
        }
        "seed" => {
            "The run's root seed: initial set, initial weights, batches, anchors. All strategies share it, so they tie in round 1."
        }
        "rounds" => "Rounds t = 1, 2, ... of Algorithm 1. Round 1 trains on the initial random set.",
        "samples_per_round" => "J of the paper: how many samples are labelled in each round.",
        "stop_at_labels" => "Stop at the end of the first round with at least so many labels; 0 never.",
        "stop_at_validation_accuracy" => {
            "Stop at the end of the first round whose validation accuracy reaches this; 0 never."
        }
        "evaluate_every" => {
            "Minibatches between two looks at the fixed part of the test images: the fine curve inside rounds."
        }
        "evaluation_part" => {
            "Images of that fixed part, equally many of each class. At the end of a round all are used."
        }
        "strategy" => "Which samplers run side by side, from the same seed.",
        "alpha" => {
            "α of Eq. 2, the length of the step p' = p + αd, in standard deviations σ of the embedding. The view shows it to scale."
        }
        "gradient" => {
            "The direction d: the gradient of the loss divided by its length (Eq. 2), or as it is (Algorithm 1, line 10)."
        }
        "neighbours" => {
            "Where the nearest neighbour of p' may come from: samples not yet labelled, or all of D, taken literally."
        }
        "training_pair" => {
            "What enters training for a neighbour: the real image (section 3.4), or its decoded likeness (Algorithm 1, line 12)."
        }
        "anchors" => {
            "The points p whose gradients are followed: drawn anew each round, every k rounds, or never (Figure 4)."
        }
        "reselect_every" => "k, when anchors are drawn anew every k rounds.",
        "pool_size" => "How many random unlabelled samples a scoring strategy looks at.",
        "proposal_factor" => "SNN+ proposes this many times J points; those of highest entropy are bought.",
        "plus_alpha" => "α of SNN+, in standard deviations σ of the embedding.",
        "plus_steps" => {
            "Steps each anchor of SNN+ takes in a round, by its own label; where each of them arrives is a proposal."
        }
        "plus_density_quantile" => {
            "SNN+ drops points that are sparser (r10) than this share of the embedding: outward drifters. 1 drops none."
        }
        "plus_gradient_share" => {
            "SNN+ moves this share of the anchors it draws, those of the largest gradients. 1 moves them all."
        }
        "walks" => "Walks recorded beside the run, one step a round (Figure 4). They never influence it.",
        "walk_anchors" => {
            "Which samples of the initial set the walks start at: any, as many of each class, or those at the rim of the cloud."
        }
        "walk_reselection" => {
            "When a walk is put at another labelled sample: never (Figure 4), every k steps, or when it drifted out, stalled or recycles."
        }
        "walk_reselect_every" => "k, when walks are put elsewhere every k steps.",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

    #[test]
    fn every_field_of_an_experiment_is_explained() {
        for (field, _) in Experiment::default().fields() {
            assert!(!help(&field).is_empty(), "`{field}` has no tooltip");
        }
    }
}
