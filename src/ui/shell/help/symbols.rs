//! The symbols of the paper and of this program, in words.

use egui::{Grid, Label, RichText, Ui};

use crate::ui::kit::theme::{Theme, bold, size, space};

/// A symbol, its name, and what it means.
type Symbol = (&'static str, &'static str, &'static str);

const SYMBOLS: &[(&str, &[Symbol])] = &[
    (
        "Networks",
        &[
            ("F", "target", "The network that is to learn from few labels"),
            ("G", "generator", "Makes an image from a code, a point of the latent space; trained without labels"),
            ("E", "encoder", "Gives the code of an image; trained together with G"),
            ("G(E(x))", "reconstruction", "The image that G makes from the code of x"),
        ],
    ),
    (
        "Images and labels",
        &[
            (
                "D",
                "data set",
                "The images that samples are chosen from; their labels count as unknown until they are paid for",
            ),
            ("x, y", "image, label", "An image of D, and its class or its stress map"),
            ("t", "round", "Label some images, train on all that are labelled, measure; then the next round"),
            ("J", "labels a round", "How many images are labelled in each round"),
            ("n", "latent dimension", "Numbers in a code: the latent space is R^n"),
        ],
    ),
    (
        "A step",
        &[
            ("p", "anchor", "The code of an image that is labelled, where a step starts"),
            ("L", "loss", "How wrong F is at an image: cross entropy (nats), or the mean square error of a map (kPa²)"),
            ("dL/dp", "gradient", "The direction in which the loss rises fastest as p moves, through F and G"),
            (
                "|dL/dp|",
                "gradient length",
                "How fast it rises there: near 0 the target is sure, and the direction means little",
            ),
            ("d", "direction", "The gradient, made one long"),
            ("α", "step length", "How far a step goes along d, in σ"),
            ("σ", "spread", "The mean standard deviation of the codes along the axes: the unit of lengths"),
            (
                "p′",
                "end of the step",
                "p′ = p + αd. SNN labels the real image nearest to it; SI lets a tool label G(p′)",
            ),
        ],
    ),
    (
        "Walks",
        &[
            ("r10", "sparsity", "Distance to the 10th nearest code: large where there are few images"),
            ("r10(p′)", "", "The same at the end of a step. Far above the edge of the data, a walk is lost: outward"),
            (
                "H50",
                "mixed labels",
                "Entropy of the labels of the 50 nearest images (nats): 0 inside a class, high at a border",
            ),
        ],
    ),
    (
        "Units and training",
        &[
            ("nats", "", "The unit of entropy and cross entropy with natural logarithms; 1 nat is 1.44 bits"),
            (
                "KL",
                "divergence from N(0, I)",
                "How far the codes are from the normal distribution that the generator is held to",
            ),
            ("minibatch", "optimiser step", "A few images that the network is corrected by at once"),
            ("epoch", "", "One pass over all images of the training set"),
        ],
    ),
];

/// Width of the columns with the symbol and the name.
const SYMBOL: f32 = 72.0;
const NAME: f32 = 130.0;

pub fn ui(ui: &mut Ui) {
    let theme = Theme::of(ui.visuals());
    for (group, symbols) in SYMBOLS {
        ui.label(bold(*group).size(size::CAPTION + 0.5).color(theme.weak));
        let meaning = ui.available_width() - SYMBOL - NAME - 3.0 * space::M;
        Grid::new(*group).num_columns(3).spacing([space::M, space::XS]).show(ui, |ui| {
            for (symbol, name, means) in *symbols {
                cell(ui, SYMBOL, bold(*symbol));
                cell(ui, NAME, RichText::new(*name));
                cell(ui, meaning, RichText::new(*means).color(theme.weak));
                ui.end_row();
            }
        });
        ui.add_space(space::S);
    }
}

/// A cell of a fixed width, whose text may take several lines.
fn cell(ui: &mut Ui, width: f32, text: RichText) {
    ui.vertical(|ui| {
        ui.set_width(width);
        ui.add(Label::new(text).wrap());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_is_explained_once() {
        let all: Vec<&str> = SYMBOLS.iter().flat_map(|(_, symbols)| symbols.iter().map(|(s, ..)| *s)).collect();
        for (i, symbol) in all.iter().enumerate() {
            assert!(!all[..i].contains(symbol), "{symbol}");
        }
        for symbol in ["F", "G", "E", "p", "p′", "α", "σ", "J", "|dL/dp|", "r10", "H50"] {
            assert!(all.contains(&symbol), "{symbol}");
        }
    }
}
