//! Presets: the one that the settings began with, and those that the user has saved by name.

use std::collections::BTreeMap;

use egui::{Button, Key, Popup, PopupCloseBehavior, RichText, TextEdit, Ui, vec2};
use serde::{Deserialize, Serialize};

use super::compared::Compared;
use crate::experiment::{Experiment, Variant};
use crate::ui::kit::memo::Memo;
use crate::ui::kit::theme::{CONTROL_HEIGHT, Theme, bold, size, space};

/// Settings that the user has saved by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnPreset {
    /// As TOML, so that one which a later program cannot read is one error, and not the loss of all.
    experiment: String,
    /// The runs that are compared, as they are typed.
    variants: Vec<String>,
    pub repeats: usize,
}

impl OwnPreset {
    fn of(experiment: &Experiment, compared: &Compared, repeats: usize) -> Option<Self> {
        let variants = compared.variants().ok()?.iter().map(ToString::to_string).collect();
        Some(Self { experiment: experiment.to_toml(), variants, repeats })
    }

    /// The experiment and its runs; the error says why this program cannot read them.
    pub fn read(&self) -> Result<(Experiment, Vec<Variant>), String> {
        let experiment = Experiment::from_toml(&self.experiment).map_err(|e| e.what.to_string())?;
        let variants = self.variants.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
        Ok((experiment, variants))
    }

    /// What it is, in one sentence.
    pub fn about(&self) -> String {
        let repeats = if self.repeats == 1 { String::new() } else { format!(", {} repeats", self.repeats) };
        match self.read() {
            Ok((e, _)) => format!("{}: {}{repeats}", e.dataset.label(), self.variants.join(", ")),
            Err(e) => e,
        }
    }
}

/// The user's presets, the name that is typed for the next one, and the preset that the settings are compared with.
#[derive(Default)]
pub struct Presets {
    pub own: BTreeMap<String, OwnPreset>,
    name: String,
    base: Memo<(String, Experiment, usize), Option<Experiment>>,
}

/// What was chosen in the menu.
pub enum PresetWish {
    /// Take over these settings.
    Take(OwnPreset),
    /// Take over the settings of the preset that they began with.
    Back,
}

const WIDTH: f32 = 230.0;

impl Presets {
    /// The preset that settings began with: of their name, or of their data set.
    pub fn base(&mut self, draft: &Experiment) -> Option<Experiment> {
        // Of the settings only what a preset is found by.
        let place = |e: &Experiment| if e.masks.trim().is_empty() { e.data.clone() } else { e.masks.clone() };
        let key = Experiment {
            name: draft.name.clone(),
            dataset: draft.dataset,
            masks: draft.masks.clone(),
            data: draft.data.clone(),
            ..Experiment::default()
        };
        let own = &self.own;
        let find = || {
            let saved = own.get(&draft.name).and_then(|preset| preset.read().ok()).map(|(experiment, _)| experiment);
            let shipped = || Experiment::preset(&draft.name).ok();
            let of_data = || Experiment::of_dataset(draft.dataset, &place(draft)).ok();
            let fits = |e: &Experiment| e.dataset == draft.dataset;
            saved.or_else(shipped).filter(fits).or_else(of_data)
        };
        self.base.get((draft.name.clone(), key, own.len()), find).clone()
    }

    /// The button with its menu.
    pub fn menu(&mut self, ui: &mut Ui, draft: &Experiment, compared: &Compared, repeats: usize) -> Option<PresetWish> {
        let mut wish = None;
        let button = ui.add(Button::new("Presets").min_size(vec2(0.0, CONTROL_HEIGHT)));
        let opened = button.clicked();
        let popup = Popup::from_toggle_button_response(&button);
        popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            wish = self.content(ui, draft, compared, repeats, opened);
        });
        button.on_hover_text("Your own settings by name, and back to the preset that these began with");
        wish
    }

    fn content(
        &mut self,
        ui: &mut Ui,
        draft: &Experiment,
        compared: &Compared,
        repeats: usize,
        opened: bool,
    ) -> Option<PresetWish> {
        let theme = Theme::of(ui.visuals());
        ui.set_width(WIDTH);
        let mut wish = None;
        ui.label(bold("Your presets").size(size::CAPTION + 0.5));
        ui.horizontal(|ui| {
            let field = TextEdit::singleline(&mut self.name).desired_width(WIDTH - 70.0).hint_text("Name");
            let typed = ui.add(field);
            typed.clone().accessible_name("Name of the preset");
            if opened {
                typed.request_focus();
            }
            let entered = typed.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
            let name = self.name.trim().to_owned();
            let shipped = Experiment::preset_names().any(|known| known == name);
            let preset = OwnPreset::of(draft, compared, repeats).filter(|_| !name.is_empty() && !shipped);
            let save = ui.add_enabled(preset.is_some(), Button::new("Save")).on_hover_text(
                "Saves these settings under this name: they are then listed here, on the start page and in the palette",
            );
            let why = if shipped { "A preset of the program has this name" } else { "Type a name" };
            let pressed = save.on_disabled_hover_text(why).clicked() || entered;
            if let Some(preset) = preset.filter(|_| pressed) {
                // It is the preset that these settings begin with from now on.
                let named = Experiment { name: name.clone(), ..draft.clone() };
                let preset = OwnPreset { experiment: named.to_toml(), ..preset };
                self.own.insert(name, preset.clone());
                self.base = Memo::default();
                self.name.clear();
                wish = Some(PresetWish::Take(preset));
            }
        });
        if self.own.is_empty() {
            let text = RichText::new("None yet").size(size::CAPTION).color(theme.faint);
            ui.label(text);
        }
        let mut gone = None;
        for (name, preset) in &self.own {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                let take = ui.add_sized([WIDTH - 40.0, 22.0], Button::new(name).truncate());
                take.clone().accessible_name(format!("Take over the preset {name}"));
                if take.on_hover_text(preset.about()).clicked() {
                    wish = Some(PresetWish::Take(preset.clone()));
                    ui.close();
                }
                let forget = ui.add(Button::new("×").small()).on_hover_text("Forgets this preset");
                forget.clone().accessible_name(format!("Forget the preset {name}"));
                if forget.clicked() {
                    gone = Some(name.clone());
                }
            });
        }
        if let Some(name) = gone {
            self.own.remove(&name);
            self.base = Memo::default();
        }
        ui.separator();
        if let Some(base) = self.base(draft) {
            let changed = base != Experiment { seed: base.seed, ..draft.clone() };
            let button = Button::new(format!("Back to {}", base.name));
            let tip = "Every setting but the seed as in the preset; the marks beside the settings say which differ";
            if ui.add_enabled(changed, button).on_hover_text(tip).clicked() {
                wish = Some(PresetWish::Back);
                ui.close();
            }
        }
        wish
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Strategy;

    #[test]
    fn a_preset_of_ones_own_is_written_and_read_and_becomes_the_base() {
        let mut presets = Presets::default();
        let draft = Experiment { name: "mine".into(), alpha: 0.7, ..Experiment::default() };
        assert_eq!(presets.base(&draft).map(|e| e.alpha), Some(Experiment::default().alpha), "by its data set");
        let compared = Compared::of(&[Strategy::Random.into(), "snn alpha=2".parse().unwrap()]);
        let preset = OwnPreset::of(&draft, &compared, 3).unwrap();
        presets.own.insert("mine".into(), preset.clone());
        assert_eq!(presets.base(&draft).map(|e| e.alpha), Some(0.7));
        let (experiment, variants) = preset.read().unwrap();
        assert_eq!((experiment, variants), (draft, compared.variants().unwrap()));
        assert!(preset.about().contains("snn alpha=2, 3 repeats") || preset.about().contains("3 repeats"));
        let tiny = Experiment { rounds: 9, ..Experiment::preset("tiny").unwrap() };
        assert_eq!(presets.base(&tiny), Experiment::preset("tiny").ok());
        let damaged = OwnPreset { experiment: "nonsense = 1".into(), ..preset };
        assert!(damaged.read().is_err() && damaged.about().contains("nonsense"));
    }
}
