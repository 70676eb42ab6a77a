//! What is shown where a list has no image: why, and what can be done meanwhile.

use egui::{Button, DragValue, Label, RichText, Ui, vec2};

use super::commands::{Act, command, command_button};
use super::open::Open;
use crate::project::{List, verb};
use crate::ui::kit::theme::{Theme, bold, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words::{counted, thousands};

/// What is typed there.
pub struct Empty {
    test_count: usize,
}

/// Test images that are drawn unless another number is given.
const TEST_IMAGES: usize = 50;

impl Default for Empty {
    fn default() -> Self {
        Self { test_count: TEST_IMAGES }
    }
}

impl Empty {
    /// What Enter does where a list has no image: draws test images, or goes on after a halt.
    pub fn go_on(&self, ctx: &egui::Context, open: &mut Open) {
        match (open.sitting.list(), open.sitting.image()) {
            (List::Test, None) => open.draw_test(ctx, self.test_count),
            (List::Round, None) if open.halted.is_some() => open.go_on(ctx, false),
            _ => {}
        }
    }

    /// Draws it; returns the command that was pressed.
    pub fn ui(&mut self, ui: &mut Ui, open: &mut Open, theme: &'static Theme) -> Option<Act> {
        let ctx = ui.ctx().clone();
        let (list, status) = (open.sitting.list(), &open.sitting.standing().status);
        let put_off = open.sitting.known().test_put_off();
        let more = |ui: &mut Ui, text: &str| {
            ui.add(Label::new(RichText::new(text).color(theme.weak)).wrap());
        };
        let mut acts: Vec<Act> = Vec::new();
        let (mut pressed, mut cancels, mut goes_on) = (None, false, false);
        let height = ui.available_height();
        ui.vertical_centered(|ui| {
            ui.set_max_width(460.0);
            ui.add_space((0.5 * height - 120.0).max(space::L));
            match list {
                List::Round => {
                    if let Some(now) = open.now() {
                        ui.label(bold(now.told()).size(size::HEADING));
                        ui.add_space(space::S);
                        let (rect, _) = ui.allocate_exact_size(vec2(320.0, 6.0), egui::Sense::hover());
                        widgets::progress_line(ui.painter(), rect, now.share(), theme);
                        ui.add_space(space::S);
                        more(ui, "The next images are shown as soon as they are chosen.");
                        cancels = ui.button("Cancel").on_hover_text("Ends it; all labels are kept").clicked();
                    } else if let Some(halted) = &open.halted {
                        ui.label(bold("Nothing is proposed now").size(size::HEADING));
                        more(ui, halted);
                        let tip = "Trains on what is new, and proposes the next images (Enter)";
                        goes_on = ui.button("Go on").on_hover_text(tip).clicked();
                    }
                    ui.add_space(space::M);
                    more(ui, "Meanwhile:");
                    acts.extend([List::Test, List::Doubts].into_iter().map(Act::Go));
                }
                List::Test => {
                    let (title, text) = match status.test_images {
                        0 => ("A test set comes first", "An accuracy needs images that were drawn at random and are never trained on.".to_owned()),
                        n => (
                            if put_off > 0 { "No test image waits now" } else { "All test images are labelled" },
                            format!(
                                "{} {} labelled; {} more would halve the interval of the accuracy.",
                                counted(n, "test image"),
                                verb(n, "is", "are"),
                                thousands(status.test_images_to_halve.unwrap_or(3 * n))
                            ),
                        ),
                    };
                    ui.label(bold(title).size(size::HEADING));
                    more(ui, &text);
                    if put_off > 0 {
                        let (count, are) = (counted(put_off, "image"), verb(put_off, "was", "were"));
                        more(ui, &format!("{count} {are} put off, and wait again after the next round."));
                    }
                    if status.pool == 0 {
                        more(ui, "No image is left in the pool to draw.");
                    }
                    ui.add_space(space::S);
                    ui.add_enabled_ui(status.pool > 0, |ui| ui.horizontal(|ui| {
                        ui.add_space((ui.available_width() - 310.0).max(0.0) / 2.0);
                        // What is left of the pool is for training.
                        let most = (status.pool / 2).max(1);
                        let label = ui.label(format!("Images, at most {}", thousands(most)));
                        self.test_count = self.test_count.min(most);
                        let field = DragValue::new(&mut self.test_count).range(1..=most);
                        ui.add(field).labelled_by(label.id).on_hover_text("How many images are drawn from the pool");
                        let draw = Button::new(bold("Draw and label").color(theme.on_accent)).fill(theme.accent);
                        let tip = "Draws so many images at random; they are kept out of training from now on (Enter)";
                        if ui.add(draw).on_hover_text(tip).clicked() {
                            goes_on = true;
                        }
                    }));
                    ui.add_space(space::M);
                    acts.push(Act::Go(List::Round));
                }
                List::Doubts => {
                    ui.label(bold("No label is in doubt").size(size::HEADING));
                    more(ui, "Labels are shown here that the model of the last round denies with a probability of 95 % or more; after Check the labels at the left, those that networks deny which have not seen them.");
                    ui.add_space(space::M);
                    acts.push(Act::Go(List::Round));
                }
                List::Conflicts => {
                    ui.label(bold("No conflict is left to decide").size(size::HEADING));
                    more(
                        ui,
                        "Import… takes in the labels of a copy of the project; images with another label than here are shown.",
                    );
                    ui.add_space(space::M);
                    acts.push(Act::Go(List::Round));
                }
                // The latent space is shown instead.
                List::Region => {}
                List::Labelled => {
                    ui.label(bold("Nothing is labelled yet").size(size::HEADING));
                    more(ui, "All labelled images are shown here, the latest first, and can be given another class.");
                    ui.add_space(space::M);
                    acts.push(Act::Go(List::Round));
                }
            }
            pressed = acts.into_iter().filter(|act| command_button(ui, command(*act), theme).clicked()).last();
        });
        if cancels {
            open.cancel();
        }
        if goes_on {
            self.go_on(&ctx, open);
        }
        pressed
    }
}
