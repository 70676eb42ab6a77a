//! The pages behind `?`: the keys, the symbols, and about the program.

mod key_list;
mod symbols;
mod about;

use egui::{Key, ScrollArea};

use crate::ui::kit::theme::space;
use crate::ui::kit::widgets;
use crate::ui::shell::action::{Action, Page};

/// The dialog; closed while there is no page.
#[derive(Debug, Default)]
pub struct Help {
    page: Option<Page>,
}

const WIDTH: f32 = 680.0;
/// Space between the dialog and the window's edges, and what stands above the page.
const MARGIN: f32 = 72.0;
const HEAD: f32 = 56.0;

impl Help {
    pub fn open(&mut self, page: Page) {
        self.page = Some(page);
    }

    /// Shows the pages; returns what is asked for beside them.
    pub fn ui(&mut self, ctx: &egui::Context) -> Option<Action> {
        let mut page = self.page?;
        let mut asked = None;
        let room = ctx.content_rect().size() - egui::Vec2::splat(MARGIN);
        let frame = egui::Frame::window(&ctx.global_style());
        let response = egui::Modal::new(egui::Id::unique("help")).frame(frame).show(ctx, |ui| {
            ui.set_width(WIDTH.min(room.x));
            ui.horizontal(|ui| {
                let pages = [
                    (Page::Keys, "Keys and mouse", "What each key and each mouse button does"),
                    (Page::Symbols, "Symbols", "What the letters mean, in words"),
                    (Page::About, "About", "Version, the paper, and how to cite both"),
                ];
                widgets::segmented(ui, "Help", &mut page, &pages);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if ui.button("Close").on_hover_text("Close these pages (Esc)").clicked() {
                        ui.close();
                    }
                    let tour = Action::Tour.row();
                    if ui.button("Tour").on_hover_text(tour.map_or("", |row| row.help)).clicked() {
                        asked = Some(Action::Tour);
                        ui.close();
                    }
                });
            });
            ui.add_space(space::S);
            let scroll = ScrollArea::vertical().max_height(room.y - HEAD).min_scrolled_height(room.y - HEAD);
            scroll.auto_shrink([false, true]).id_salt(page as u8).show(ui, |ui| match page {
                Page::Keys => key_list::ui(ui),
                Page::Symbols => symbols::ui(ui),
                Page::About => about::ui(ui),
            });
        });
        // The key that opened the pages closes them.
        let typed = |e: &egui::Event| matches!(e, egui::Event::Text(t) if t == "?");
        let again = ctx.input(|i| i.key_pressed(Key::Questionmark) || i.events.iter().any(typed));
        let closed = response.should_close() || again && response.is_top_modal;
        self.page = Some(page).filter(|_| !closed);
        asked
    }
}
