//! The lists of panels and workspaces. A new panel needs its file, its `mod` line and its rows here.
//!
//! The `mod` lines are in dependency order: no panel imports one below it.

pub mod curves;
pub mod runs;
pub mod report;
pub mod settings;
pub mod start;
pub mod own;
pub mod regions;
pub mod samples;
pub mod vessel;
pub mod explore;
pub mod latent;
pub mod compare;
pub mod walks;
pub mod method;
pub mod pair;

use super::panel::Layout::{Column, Panel, Row};
use super::panel::{self, Workspace};

/// A key, by which layouts name the panel, and its constructor.
pub type Panels = Vec<(&'static str, Box<dyn panel::Panel>)>;

/// All panels. A dropped file goes to the first one that accepts it.
pub fn all() -> Panels {
    vec![
        ("latent", Box::<latent::LatentPanel>::default()),
        ("curves", Box::<curves::CurvesPanel>::default()),
        ("filmstrip", Box::<walks::filmstrip::FilmstripPanel>::default()),
        ("method", Box::<method::MethodPanel>::default()),
        ("inspector", Box::<explore::Inspector>::default()),
        ("walks", Box::<walks::WalksPanel>::default()),
        ("region", Box::<regions::RegionPanel>::default()),
        ("samples", Box::<samples::SamplesPanel>::default()),
        ("region accuracy", Box::<regions::curve::RegionCurve>::default()),
        ("pair", Box::<pair::PairPanel>::default()),
        ("vessel", Box::<vessel::VesselPanel>::default()),
        ("compare", Box::<compare::ComparePanel>::default()),
    ]
}

/// All workspaces, in the order of the top bar and of the key E.
pub const WORKSPACES: &[Workspace] = &[
    Workspace {
        key: "run",
        name: "Run",
        tip: "Watch the rounds: latent space, learning curves, images of the walks",
        layout: Row(0.585, &Panel("latent"), &Column(0.5, &Panel("curves"), &Panel("filmstrip"))),
    },
    Workspace {
        key: "method",
        name: "Method",
        tip: "Figures 1 and 2, live: the pipeline with what runs now, and one real proposal step by step",
        layout: Panel("method"),
    },
    Workspace {
        key: "explore",
        name: "Explore",
        tip: "One sample in full, why it was picked, and a probe to drag through latent space",
        layout: Row(0.64, &Panel("latent"), &Column(0.7, &Panel("inspector"), &Panel("filmstrip"))),
    },
    Workspace {
        key: "walks",
        name: "Walks",
        tip: "Figure 4, live: follow walks and see which of them are lost",
        layout: Row(0.56, &Panel("latent"), &Column(0.55, &Panel("walks"), &Panel("filmstrip"))),
    },
    Workspace {
        key: "regions",
        name: "Regions",
        tip: "Draw a box or a lasso: the samples in it, and how well they are predicted round by round",
        layout: Row(0.57, &Panel("latent"), &Column(0.6, &Panel("region"), &Panel("region accuracy"))),
    },
    Workspace {
        key: "samples",
        name: "Samples",
        tip: "A table of all images: sort it, or ask for those that are wrong, were bought by a strategy, or forgotten",
        layout: Row(0.33, &Panel("latent"), &Panel("samples")),
    },
    Workspace {
        key: "pair",
        name: "Pair",
        tip: "Two runs in one latent space with one camera and one playhead, and their difference",
        layout: Panel("pair"),
    },
    Workspace {
        key: "vessel",
        name: "Vessel",
        tip: "Figure S1, live: the wall stress of a vessel or of your own mask, next to the target's prediction",
        layout: Row(0.38, &Panel("latent"), &Panel("vessel")),
    },
    Workspace {
        key: "compare",
        name: "Compare",
        tip: "Is it really better? Figures and tables of the runs with paired tests, live or from opened histories",
        layout: Panel("compare"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_every_panel_stands_in_a_workspace() {
        let panels: Vec<&str> = all().iter().map(|(key, _)| *key).collect();
        let workspaces: Vec<&str> = WORKSPACES.iter().map(|w| w.key).collect();
        for keys in [&panels, &workspaces] {
            assert!(keys.iter().enumerate().all(|(i, key)| !keys[..i].contains(key)), "{keys:?}");
        }
        let laid_out: Vec<&str> = WORKSPACES.iter().flat_map(|w| w.layout.panels()).collect();
        for key in &laid_out {
            assert!(panels.contains(key), "no panel has the key {key:?} of a layout");
        }
        for key in &panels {
            assert!(laid_out.contains(key), "the panel {key:?} is in no workspace");
        }
    }
}
