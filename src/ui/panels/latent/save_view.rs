//! "Save view as PNG": asks for a path, reads the view's image, and writes it on a background thread.

use crate::ui::kit::ask_path::Wanted;
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::panel::Cx;
use crate::view::LatentView;

/// The path dialog and the write job.
pub struct SaveView(Export);

impl Default for SaveView {
    fn default() -> Self {
        Self(Export::new("Save the view as PNG", "Path of the PNG file", "Save", Wanted::NewFile("png")))
    }
}

impl SaveView {
    pub fn open(&mut self, cx: &Cx<'_>) {
        self.0.open(|| format!("{}-round-{}.png", cx.state.experiment.name, cx.state.shown_round()));
    }

    /// Shows the dialog and reports the result.
    pub fn ui(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>, view: Option<&LatentView>) {
        cx.report(self.0.outcome());
        let (Some(path), Some(view)) = (self.0.ui(ctx, |_| {}), view) else { return };
        let (width, height) = view.size();
        match view.read_rgba_blocking() {
            Ok(pixels) => self.0.start(ctx, move || {
                let write = move |path: &std::path::Path| {
                    image::save_buffer(path, &pixels, width, height, image::ExtendedColorType::Rgba8)
                        .map(|()| format!("Saved {}", path.display()))
                        .map_err(|e| format!("{} was not written: {e}", path.display()))
                };
                Ok(Prepared::new(vec![path.clone()], move || write(&path)))
            }),
            Err(e) => cx.report(Some(Err(e.to_string()))),
        }
    }
}
