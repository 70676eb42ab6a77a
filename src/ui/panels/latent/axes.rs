//! The choice of the directions that the view shows of more than three dimensions.

use std::sync::Arc;

use egui::{ComboBox, Context, DragValue, PopupCloseBehavior, Ui};

use crate::points::{Principal, principal_of};
use crate::ui::kit::flow::Place;
use crate::ui::kit::job::Job;
use crate::ui::panel::Cx;
use crate::ui::state::{Along, Axes, DRAWN};

/// The principal directions of the codes on the screen, found when they are first asked for.
#[derive(Default)]
pub struct AxesChoice {
    found: Option<Found>,
    finding: Job<Found>,
}

/// The codes, and their principal directions.
type Found = (Arc<Vec<f32>>, Arc<Principal>);

impl AxesChoice {
    /// Has the view show these directions, as soon as they are known; true if it shows others than before.
    pub fn follow(&mut self, ctx: &Context, along: Along, cx: &mut Cx<'_>) -> bool {
        self.found = self.finding.take().or(self.found.take());
        let dim = cx.snapshot.latent_dim;
        let codes = cx.snapshot.codes.as_ref().filter(|_| dim > DRAWN && !cx.snapshot.forming);
        let known = |codes: &Arc<Vec<f32>>| {
            self.found.as_ref().filter(|(of, _)| Arc::ptr_eq(of, codes)).map(|(_, principal)| Arc::clone(principal))
        };
        let principal = codes.and_then(known);
        if let Some(codes) = codes.filter(|_| along == Along::Principal && principal.is_none())
            && !self.finding.is_running()
        {
            let codes = Arc::clone(codes);
            self.finding.start(ctx, move || {
                let principal = Arc::new(principal_of(&codes, dim));
                (codes, principal)
            });
        }
        let axes = if dim > DRAWN { Axes::new(along, principal) } else { Axes::default() };
        let others = cx.state.axes != axes;
        cx.state.axes = axes;
        others
    }
}

/// The choice, in a list of its own or in the menu.
pub fn ui(ui: &mut Ui, along: &mut Along, dim: usize, place: Place) {
    if place == Place::Menu {
        ui.separator();
        ui.label("Axes of the view");
        return list(ui, along, dim);
    }
    let name = match along {
        Along::Principal => "Principal axes".to_owned(),
        Along::Axes(axes) => {
            let [x, y, z] = axes.map(|axis| axis.min(dim - 1) + 1);
            format!("Axes {x}, {y}, {z}")
        }
    };
    let combo = ComboBox::new("axes of the view", "").width(112.0).truncate().selected_text(name);
    let combo = combo.close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    combo.show_ui(ui, |ui| list(ui, along, dim)).response.accessible_name("Axes of the view");
}

fn list(ui: &mut Ui, along: &mut Along, dim: usize) {
    let tip = "The directions along which the codes spread most, found from all dimensions";
    ui.selectable_value(along, Along::Principal, "Principal axes").on_hover_text(tip);
    let mut axes = match *along {
        Along::Axes(axes) => axes,
        Along::Principal => [0, 1, 2],
    };
    let chosen = *along != Along::Principal;
    let tip = "Three dimensions of the codes; neighbours are found in all of them";
    if ui.selectable_label(chosen, "These axes").on_hover_text(tip).clicked() {
        *along = Along::Axes(axes);
    }
    ui.horizontal(|ui| {
        for (place, name) in ["x", "y", "z"].into_iter().enumerate() {
            let mut number = axes[place].min(dim - 1) + 1;
            let field = DragValue::new(&mut number).range(1..=dim).speed(0.05).prefix(format!("{name} "));
            let field = ui.add(field).on_hover_text("The dimension of the codes that is drawn along it");
            if field.accessible_name(format!("Dimension along {name}")).changed() {
                axes[place] = number - 1;
                *along = Along::Axes(axes);
            }
        }
    });
}
