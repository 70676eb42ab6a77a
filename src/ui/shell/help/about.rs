//! About the program: version, licence, the paper, and how to cite both.

use egui::{Label, RichText, Ui};

use crate::identity::VERSION;
use crate::ui::kit::theme::{Theme, bold, size, space};

const WHAT: &str = "An explorer of adaptive latent-space sampling: how a network can learn from fewer labels.";
const LICENCE: &str =
    "MIT or Apache-2.0, at your choice. Fonts: IBM Plex Sans and Liberation Sans, SIL Open Font License.";
const PAPER: &str = "Efficient Deep Representation Learning by Adaptive Latent Space Sampling";
const AUTHORS: &str = "Anonymous authors; under review as a conference paper at ICLR 2020.";

/// Both entries, as BibTeX.
fn citation() -> String {
    format!(
        "@misc{{ridgewalk,\n  title = {{Ridgewalk: an explorer of adaptive latent-space sampling}},\n  \
         note = {{Version {VERSION}}}\n}}\n\n\
         @unpublished{{adaptive-latent-space-sampling,\n  title = {{{PAPER}}},\n  author = {{Anonymous}},\n  \
         year = {{2020}},\n  note = {{Under review as a conference paper at ICLR 2020}}\n}}"
    )
}

pub fn ui(ui: &mut Ui) {
    let theme = Theme::of(ui.visuals());
    let part = |ui: &mut Ui, title: &str| {
        ui.add_space(space::S);
        ui.label(bold(title).size(size::CAPTION + 0.5).color(theme.weak));
    };
    ui.label(bold(format!("Ridgewalk {VERSION}")).size(size::HEADING));
    ui.add(Label::new(WHAT).wrap());
    part(ui, "The paper that it implements");
    ui.add(Label::new(bold(PAPER)).wrap().selectable(true));
    ui.add(Label::new(RichText::new(AUTHORS).color(theme.weak)).wrap());
    part(ui, "To cite both");
    let text = citation();
    ui.add(Label::new(RichText::new(&text).monospace()).wrap().selectable(true));
    if ui.button("Copy citation").on_hover_text("Copies both entries as BibTeX").clicked() {
        ui.ctx().copy_text(text);
    }
    part(ui, "Licence");
    ui.add(Label::new(RichText::new(LICENCE).color(theme.weak)).wrap());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_citation_names_the_version_and_the_paper() {
        let text = citation();
        assert!(text.contains(VERSION) && text.contains(PAPER), "{text}");
        assert_eq!(text.matches('{').count(), text.matches('}').count());
    }
}
