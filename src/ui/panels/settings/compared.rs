//! The runs that are compared: a switch for each strategy, and lines of text for those with other own fields.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{RichText, TextEdit, Ui};

use crate::experiment::{Experiment, ExperimentError, Field, Strategy, Variant, setups};
use crate::ui::kit::theme::{Theme, size, space};

/// The longest list of strategies that is shown, in characters; else only their number.
const LONGEST_CHOICE: usize = 18;
/// Height of a strategy's row.
const ROW: f32 = 19.0;
/// Width of a line of text.
const LINE: f32 = 200.0;

/// The chosen strategies, and variants of strategies as they are typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    plain: Vec<Strategy>,
    lines: Vec<String>,
}

impl Compared {
    pub fn of(variants: &[Variant]) -> Self {
        let (plain, others): (Vec<&Variant>, Vec<_>) = variants.iter().partition(|v| **v == v.strategy.into());
        let lines = others.iter().map(|v| v.to_string()).collect();
        Self { plain: plain.iter().map(|v| v.strategy).collect(), lines }
    }

    /// The variants in the order of figures; the error is that of the first line that cannot be read.
    pub fn variants(&self) -> Result<Vec<Variant>, String> {
        let mut variants: Vec<Variant> = self.plain.iter().copied().map(Variant::from).collect();
        for line in &self.lines {
            variants.push(line.parse()?);
        }
        variants.sort();
        Ok(variants)
    }

    /// Why the chosen runs cannot run with this experiment; `None` if they can.
    pub fn error(&self, draft: &Experiment) -> Option<ExperimentError> {
        let bad = |detail: String| ExperimentError::Field { field: "strategy".into(), detail };
        match self.variants() {
            Ok(variants) if variants.is_empty() => Some(bad("choose at least one".into())),
            Ok(variants) => setups(draft, &variants).err(),
            Err(detail) => Some(bad(detail)),
        }
    }

    /// The text of the button.
    fn summary(&self) -> String {
        let plain = self.plain.iter().map(|s| s.label().to_owned());
        let names: Vec<String> = plain.chain(self.lines.iter().cloned()).collect();
        let text = if names.is_empty() { "none".to_owned() } else { names.join("; ") };
        if text.chars().count() > LONGEST_CHOICE { format!("{} strategies", names.len()) } else { text }
    }

    /// The button, and its menu.
    pub fn ui(&mut self, ui: &mut Ui, draft: &Experiment, help: &str, button_size: [f32; 2], theme: &Theme) {
        let config = MenuConfig::new().close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
        let button = egui::Button::new(self.summary()).min_size(button_size.into());
        let (response, _) = MenuButton::from_button(button).config(config).ui(ui, |ui| self.menu(ui, draft, theme));
        response.on_hover_text(help).accessible_name("Strategies compared");
    }

    /// The menu: the strategies that can run on the data; a chosen one that cannot is listed so that it can be removed.
    fn menu(&mut self, ui: &mut Ui, draft: &Experiment, theme: &Theme) {
        // All strategies and some lines fit into the default window.
        ui.spacing_mut().interact_size.y = ROW;
        ui.spacing_mut().item_spacing.y = 0.0;
        let can_run = |s: &Strategy| s.objection(draft.dataset).is_none() || self.plain.contains(s);
        let listed: Vec<Strategy> = Strategy::ALL.iter().copied().filter(can_run).collect();
        for strategy in listed {
            ui.horizontal(|ui| {
                let mut on = self.plain.contains(&strategy);
                if ui.checkbox(&mut on, strategy.label()).on_hover_text(strategy.help()).changed() {
                    self.plain.retain(|s| *s != strategy);
                    self.plain.extend(on.then_some(strategy));
                    self.plain.sort_unstable();
                }
                let Some(field) = strategy.own_fields().find(|f| f.applies(draft)) else { return };
                let add = egui::Button::new(RichText::new("add variant").size(size::CAPTION)).small().frame(false);
                let response = ui.add(add).on_hover_text("Adds a run of this strategy with another setting of its own");
                if response.accessible_name(format!("{} once more", strategy.label())).clicked() {
                    self.lines.push(format!("{strategy} {}={}", field.name, another_value(field, draft)));
                }
            });
        }
        if self.lines.is_empty() {
            return;
        }
        ui.add_space(space::XS);
        ui.label(RichText::new("With other values of own settings").size(size::CAPTION).color(theme.weak));
        let mut removed = None;
        for (i, line) in self.lines.iter_mut().enumerate() {
            ui.horizontal(|ui| {
                let edit = TextEdit::singleline(line).desired_width(LINE).hint_text("snn alpha=0.5");
                ui.add(edit).on_hover_text(own_fields(line)).accessible_name(format!("Variant {}", i + 1));
                let remove = ui.add(egui::Button::new("\u{d7}").small().frame(false)).on_hover_text("Remove");
                if remove.accessible_name(format!("Remove variant {}", i + 1)).clicked() {
                    removed = Some(i);
                }
            });
        }
        if let Some(i) = removed {
            self.lines.remove(i);
        }
        if let Some(error) = self.error(draft) {
            ui.set_max_width(LINE + 30.0);
            let text = RichText::new(error.to_string()).size(size::CAPTION).color(theme.error);
            ui.add(egui::Label::new(text).wrap());
        }
    }
}

/// A value that differs from the draft's, as a first proposal: twice as large, or half where that is too large.
fn another_value(field: &Field, draft: &Experiment) -> String {
    let now = field.get(draft);
    let doubled = now
        .parse()
        .ok()
        .filter(|v| *v > 0.0)
        .map(|v: f64| if field.limits.contains(&(2.0 * v)) { 2.0 * v } else { v / 2.0 });
    doubled.map_or(now, |v| v.to_string())
}

/// Help on a line: the fields that may follow its strategy.
fn own_fields(line: &str) -> String {
    let Some(strategy) = line.split_whitespace().next().and_then(|name| name.parse::<Strategy>().ok()) else {
        return "A strategy, then values of its own settings: snn alpha=0.5".into();
    };
    let fields: Vec<_> = strategy.own_fields().map(|f| format!("{}: {}", f.name, f.expected())).collect();
    format!("Settings of {strategy} only\n{}", fields.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_proposed_for_a_variant_is_another_one() {
        let field = Field::named("alpha").unwrap();
        for (alpha, other) in [(0.3, "0.6"), (80.0, "40"), (0.0, "0")] {
            assert_eq!(another_value(field, &Experiment { alpha, ..Experiment::default() }), other);
        }
    }

    #[test]
    fn variants_are_sorted_and_errors_name_the_line() {
        let draft = Experiment::default();
        let of = |texts: &[&str]| Compared::of(&texts.iter().map(|t| t.parse().unwrap()).collect::<Vec<_>>());
        let compared = of(&["snn alpha=0.6", "snn", "random"]);
        let names: Vec<_> = compared.variants().unwrap().iter().map(Variant::to_string).collect();
        assert_eq!(names, ["random", "snn", "snn alpha=0.6"]);
        assert_eq!((compared.summary(), compared.error(&draft).is_none()), ("3 strategies".to_owned(), true));
        let typed = |line: &str| Compared { lines: vec![line.to_owned()], ..compared.clone() };
        for (compared, says) in [
            (of(&[]), "field `strategy`: choose at least one"),
            (typed("snn alpha=0.3"), "`snn` and `snn alpha=0.3` are the same run"),
            (typed("snn alpha="), "field `strategy`: `alpha`: `` is not a number"),
            (typed("random alpha=1"), "field `strategy`: `alpha` is not one of the own fields of random"),
        ] {
            let error = compared.error(&draft).map(|e| e.to_string()).unwrap_or_default();
            assert!(error.starts_with(says), "{error}");
        }
    }
}
