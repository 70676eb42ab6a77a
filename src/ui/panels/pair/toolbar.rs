//! The toolbar of the pair: the two runs, what differs, the round, the drag tool; it wraps in a narrow panel.

use egui::{Color32, Ui, vec2};

use super::scene::Shows;
use crate::ui::kit::charts;
use crate::ui::kit::flow::Flow;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::space;
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::panel::Cx;
use crate::ui::panels::latent::toolbar as latent_toolbar;
use crate::ui::state::RunRef;

/// A control of the toolbar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    /// The choice of run A (0) or B (1).
    Side(usize),
    Shows,
    Round,
    Brush,
    Steps,
    Fit,
}

const ROWS: usize = 2;

/// What the toolbar chooses.
pub struct Choices<'a> {
    pub sides: &'a mut [Option<RunRef>; 2],
    pub shows: &'a mut Shows,
    pub steps: &'a mut bool,
    /// The camera follows the data again.
    pub follows: &'a mut bool,
}

impl Choices<'_> {
    /// `names` are those of the runs to choose from, `colors` those of A and B.
    pub fn ui(
        self,
        ui: &mut Ui,
        flow: &mut Flow<Control>,
        names: &[(RunRef, String)],
        colors: [Color32; 2],
        cx: &mut Cx<'_>,
    ) {
        let Self { sides, shows, steps, follows } = self;
        ui.spacing_mut().item_spacing = vec2(space::S, 4.0);
        let mut parts = vec![Control::Side(0), Control::Side(1), Control::Shows, Control::Round, Control::Brush];
        parts.extend((*shows == Shows::Picks).then_some(Control::Steps));
        parts.push(Control::Fit);
        flow.show(ui, "More of the pair", ROWS, &parts, |ui, part, _| match part {
            Control::Side(i) => {
                charts::swatch(ui, colors[i], false);
                let chosen = names.iter().find(|(r, _)| Some(*r) == sides[i]);
                let text = chosen.map_or("none", |(_, name)| name.as_str());
                let combo = egui::ComboBox::new(("side", i), "").width(158.0).truncate().selected_text(text);
                let response = combo.show_ui(ui, |ui| {
                    let other = sides[1 - i];
                    for (run, name) in names.iter().filter(|(r, _)| Some(*r) != other) {
                        ui.selectable_value(&mut sides[i], Some(*run), name);
                    }
                });
                response.response.accessible_name(format!("Run {}", ["A", "B"][i]));
            }
            Control::Shows => {
                let test = "Test images at their codes: predicted right in A, in B, in both";
                let choices = [
                    (Shows::Picks, "picks", "Train samples: labelled by A, by B, by both"),
                    (Shows::Predictions, "predictions", test),
                ];
                widgets::segmented(ui, "Difference of", shows, &choices);
            }
            Control::Round => latent_toolbar::round_stepper(ui, cx),
            Control::Brush => latent_toolbar::brush_choice(ui, cx),
            Control::Steps => {
                widgets::toggle(ui, steps, "Steps", "The shown round's steps p to p' and the snap, dashed");
            }
            Control::Fit => {
                if IconButton::new(Icon::Fit, "Fit the pair", "Fit all three views to the data").show(ui).clicked() {
                    *follows = true;
                }
            }
        });
    }
}
