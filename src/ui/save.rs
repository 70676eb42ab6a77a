//! "Save view as PNG": asks for a path (dialog, or typed), reads the picture once, and writes it on a thread of its own.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use super::cx::Cx;
use super::theme::{bold, size, space};
use crate::engine::protocol::Level;
use crate::view::LatentView;

/// The little window that asks where to, and what its threads answered.
#[derive(Default)]
pub struct SaveView {
    open: bool,
    path: String,
    chosen: Option<Receiver<PathBuf>>,
    written: Option<Receiver<Result<PathBuf, String>>>,
}

const DEFAULT_NAME: &str = "latent-space.png";

impl SaveView {
    pub fn open(&mut self, cx: &Cx<'_>) {
        self.open = true;
        if self.path.is_empty() {
            self.path = format!("{}-round-{}.png", cx.state.experiment.name, cx.state.shown_round());
        }
    }

    /// Shows the window, and reports what was written.
    pub fn ui(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>, view: Option<&LatentView>) {
        if let Some(path) = self.chosen.as_ref().and_then(|r| r.try_recv().ok()) {
            self.path = path.display().to_string();
        }
        match self.written.as_ref().and_then(|r| r.try_recv().ok()) {
            Some(Ok(path)) => cx.state.say(Level::Info, format!("Saved {}", path.display())),
            Some(Err(e)) => cx.state.say(Level::Error, e),
            None => {}
        }
        if !self.open {
            return;
        }
        let mut save = false;
        let frame = egui::Frame::window(&ctx.global_style());
        let response = egui::Modal::new(egui::Id::unique("save view")).frame(frame).show(ctx, |ui| {
            ui.set_width(440.0);
            ui.label(bold("Save the view as PNG").size(size::HEADING));
            ui.add_space(space::S);
            ui.horizontal(|ui| {
                let field =
                    egui::TextEdit::singleline(&mut self.path).desired_width(330.0).hint_text("Path of the PNG file");
                let response = ui.add(field);
                save |= response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
                if ui
                    .button("Browse…")
                    .on_hover_text("Opens the system's file dialog, where there is one; else type the path")
                    .clicked()
                {
                    self.browse(ctx);
                }
            });
            ui.add_space(space::S);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                save |= ui.button("Save").clicked();
                if ui.button("Cancel").clicked() {
                    ui.close();
                }
            });
        });
        if response.should_close() {
            self.open = false;
        }
        if save && !self.path.trim().is_empty() {
            self.open = false;
            match view.map(|v| (v.size(), v.read_rgba_blocking())) {
                Some((size, Ok(pixels))) => self.write(ctx, size, pixels),
                Some((_, Err(e))) => cx.state.say(Level::Error, e.to_string()),
                None => {}
            }
        }
    }

    /// A dialog waits for the user, so it gets a thread.
    fn browse(&mut self, ctx: &egui::Context) {
        let (sender, receiver) = channel();
        self.chosen = Some(receiver);
        let (ctx, name) = (ctx.clone(), file_name(&self.path));
        std::thread::spawn(move || {
            if let Some(path) = rfd::FileDialog::new().add_filter("PNG", &["png"]).set_file_name(name).save_file() {
                // The window may be gone by now, and then nobody needs the path.
                let _ = sender.send(path);
                ctx.request_repaint();
            }
        });
    }

    fn write(&mut self, ctx: &egui::Context, (width, height): (u32, u32), pixels: Vec<u8>) {
        let (sender, receiver) = channel();
        self.written = Some(receiver);
        let (ctx, path) = (ctx.clone(), PathBuf::from(self.path.trim()));
        std::thread::spawn(move || {
            let result = image::save_buffer(&path, &pixels, width, height, image::ExtendedColorType::Rgba8);
            let _ = sender
                .send(result.map(|()| path.clone()).map_err(|e| format!("{} was not written: {e}", path.display())));
            ctx.request_repaint();
        });
    }
}

fn file_name(path: &str) -> String {
    let name = std::path::Path::new(path.trim()).file_name();
    name.map_or_else(|| DEFAULT_NAME.to_owned(), |n| n.to_string_lossy().into_owned())
}
