//! The rows of the controls: a label, marked where the draft differs from what runs, and its editor.

use egui::{ComboBox, DragValue, RichText, Ui, emath::Numeric};

use super::field_help::help;
use crate::device::DeviceKind;
use crate::engine::protocol::Command;
use crate::experiment::{DatasetKind, Experiment, Strategy};
use crate::ui::kit::theme::{CONTROL_HEIGHT, Theme, bold, size, space};
use crate::ui::kit::widgets;
use crate::ui::panel::Cx;

/// Width of the value column.
const VALUE_WIDTH: f32 = 112.0;
/// Minibatches a round when the user turns from epochs back to minibatches, and epochs the other way.
const DEFAULT_EPOCHS: usize = 4;
/// Largest values that dragging reaches; typing obeys them too.
pub const MANY: usize = 1_000_000;
/// Letters of chosen strategies before they are only counted.
const LONGEST_CHOICE: usize = 18;

/// What a row needs to know of the rest.
pub struct Rows<'a> {
    pub running: &'a Experiment,
    pub bad_field: Option<&'a str>,
    pub theme: &'static Theme,
}

impl Rows<'_> {
    /// A label at the left, marked where the draft differs from what runs, and its editor at the right.
    fn row(&self, ui: &mut Ui, label: &str, field: &str, changed: bool, editor: impl FnOnce(&mut Ui)) {
        ui.horizontal(|ui| {
            ui.set_min_height(CONTROL_HEIGHT);
            let bad = self.bad_field == Some(field);
            let color = if bad { self.theme.error } else { self.theme.weak };
            let response = ui.label(RichText::new(label).color(color)).on_hover_text(help(field));
            if changed {
                ui.painter().circle_filled(response.rect.left_center() - egui::vec2(6.0, 0.0), 2.0, self.theme.accent);
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), editor);
        });
    }

    #[expect(clippy::too_many_arguments, reason = "a row says all that is shown of a field")]
    pub fn number<N: Numeric>(
        &self,
        ui: &mut Ui,
        label: &str,
        field: &str,
        value: &mut N,
        range: std::ops::RangeInclusive<N>,
        speed: f64,
        suffix: &str,
        of: impl Fn(&Experiment) -> N,
    ) {
        let changed = *value != of(self.running);
        self.row(ui, label, field, changed, |ui| {
            let decimals = if N::INTEGRAL { 0 } else { 3 };
            let drag = DragValue::new(value).range(range).speed(speed).suffix(suffix).max_decimals(decimals);
            ui.add_sized([VALUE_WIDTH, CONTROL_HEIGHT], drag).on_hover_text(help(field)).accessible_name(label);
        });
    }

    /// A rate, dragged by orders of magnitude and written as people write it.
    pub fn rate<N: Numeric>(
        &self,
        ui: &mut Ui,
        label: &str,
        field: &str,
        value: &mut N,
        of: impl Fn(&Experiment) -> N,
    ) {
        let changed = *value != of(self.running);
        self.row(ui, label, field, changed, |ui| {
            let speed = value.to_f64() * 0.02;
            let drag = DragValue::new(value)
                .speed(speed)
                .custom_formatter(|v, _| format!("{v:e}"))
                .custom_parser(|t| t.trim().parse().ok());
            ui.add_sized([VALUE_WIDTH, CONTROL_HEIGHT], drag).on_hover_text(help(field)).accessible_name(label);
        });
    }

    #[expect(clippy::too_many_arguments, reason = "a row says all that is shown of a field")]
    pub fn choice<T: Copy + PartialEq>(
        &self,
        ui: &mut Ui,
        label: &str,
        field: &str,
        value: &mut T,
        all: &[T],
        name: impl Fn(T) -> &'static str,
        of: impl Fn(&Experiment) -> T,
    ) {
        let changed = *value != of(self.running);
        self.row(ui, label, field, changed, |ui| {
            let combo = ComboBox::from_id_salt(field).width(VALUE_WIDTH).selected_text(name(*value)).truncate();
            let response = combo.show_ui(ui, |ui| {
                for choice in all {
                    ui.selectable_value(value, *choice, name(*choice));
                }
            });
            response.response.on_hover_text(help(field)).accessible_name(label);
        });
    }

    /// Those that can run on the data; one that was chosen and cannot stays to be taken away.
    pub fn strategies(&self, ui: &mut Ui, chosen: &mut Vec<Strategy>, running: &[Strategy], dataset: DatasetKind) {
        self.row(ui, "Compare", "strategy", chosen != running, |ui| {
            let names: Vec<_> = chosen.iter().map(|s| s.label()).collect();
            let text = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            let shorter =
                if text.chars().count() > LONGEST_CHOICE { format!("{} strategies", names.len()) } else { text };
            let config =
                egui::containers::menu::MenuConfig::new().close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
            let button = egui::Button::new(shorter).min_size(egui::vec2(VALUE_WIDTH, CONTROL_HEIGHT));
            let (response, _) = egui::containers::menu::MenuButton::from_button(button).config(config).ui(ui, |ui| {
                let can_run = |s: &Strategy| s.objection(dataset).is_none() || chosen.contains(s);
                let listed: Vec<Strategy> = Strategy::ALL.iter().copied().filter(can_run).collect();
                for strategy in listed {
                    let mut on = chosen.contains(&strategy);
                    if ui.checkbox(&mut on, strategy.label()).changed() {
                        chosen.retain(|s| *s != strategy);
                        if on {
                            chosen.push(strategy);
                        }
                        chosen.sort_unstable();
                    }
                }
            });
            response.on_hover_text(help("strategy")).accessible_name("Strategies compared");
        });
    }

    pub fn alpha(&self, ui: &mut Ui, alpha: &mut f32) {
        self.row(ui, "Step length α", "alpha", *alpha != self.running.alpha, |ui| {
            let drag = DragValue::new(alpha).range(0.0..=100.0).speed(0.005).max_decimals(3).suffix(" σ");
            ui.add_sized([VALUE_WIDTH, CONTROL_HEIGHT], drag)
                .on_hover_text(help("alpha"))
                .accessible_name("Step length α");
        });
    }

    /// Minibatches or epochs: whichever is above zero in the experiment.
    pub fn training_length(&self, ui: &mut Ui, d: &mut Experiment) {
        let of = |e: &Experiment| (e.minibatches_per_round, e.epochs_per_round);
        let changed = of(d) != of(self.running);
        let field = if d.epochs_per_round > 0 { "epochs_per_round" } else { "minibatches_per_round" };
        self.row(ui, "Training", field, changed, |ui| {
            let mut epochs = d.epochs_per_round > 0;
            let (value, suffix, name) = if epochs {
                (&mut d.epochs_per_round, " epochs", "Epochs per round")
            } else {
                (&mut d.minibatches_per_round, " mb", "Minibatches per round")
            };
            let drag = DragValue::new(value).range(1..=MANY).speed(0.5).suffix(suffix).max_decimals(0);
            ui.add_sized([72.0, CONTROL_HEIGHT], drag).on_hover_text(help(field)).accessible_name(name);
            ui.spacing_mut().item_spacing.x = space::XS;
            let choices = [(false, "mb", help("minibatches_per_round")), (true, "ep", help("epochs_per_round"))];
            if widgets::segmented(ui, "Length of training", &mut epochs, &choices) {
                d.epochs_per_round = if epochs { DEFAULT_EPOCHS } else { 0 };
            }
        });
    }

    /// A folder, typed, or chosen in the system's dialog; true when that is to be opened.
    pub fn folder(
        &self,
        ui: &mut Ui,
        label: &str,
        field: &str,
        path: &mut String,
        of: impl Fn(&Experiment) -> &String,
    ) -> bool {
        let mut browse = false;
        let changed = path != of(self.running);
        self.row(ui, label, field, changed, |ui| {
            let tip = "Opens the system's file dialog, where there is one; else type the path";
            let button = egui::Button::new("Browse…").min_size(egui::vec2(VALUE_WIDTH, CONTROL_HEIGHT));
            browse = ui.add(button).on_hover_text(tip).clicked();
        });
        let edit = egui::TextEdit::singleline(path).desired_width(f32::INFINITY).hint_text("Folder of PNG masks");
        ui.add(edit).on_hover_text(help(field)).accessible_name("Folder of masks");
        browse
    }

    pub fn device(&self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.row(ui, "Device", "", false, |ui| {
            let mut device = cx.state.device;
            let tip_gpu = "burn-wgpu on the first adapter that is not software. The experiment starts over; without such an adapter it stays on the CPU and says so.";
            let choices = [(DeviceKind::Cpu, "CPU", "The CPU: same seed, same history, bit for bit. The experiment starts over."), (DeviceKind::Gpu, "GPU", tip_gpu)];
            if widgets::segmented(ui, "Device", &mut device, &choices) {
                cx.commands.push(Command::SetDevice(device));
            }
        });
    }
}

pub fn group(ui: &mut Ui, title: &str) {
    ui.add_space(space::S);
    ui.label(bold(title).size(size::CAPTION + 0.5));
}
