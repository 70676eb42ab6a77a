//! The sheet that downloads a published data set: what, from where, into which folder, how far.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};

use egui::{Context, Grid, Label, ProgressBar, RichText, Ui};

use crate::dataset::files::download::{self, Fetched, Progress};
use crate::dataset::files::published::{self, Published};
use crate::ui::kit::job::Job;
use crate::ui::kit::theme::{Theme, bold, size, space};

const WIDTH: f32 = 560.0;
const MEGABYTE: f64 = 1e6;

/// The sheet, and the download that it started; that goes on while the sheet is closed.
#[derive(Default)]
pub struct Download {
    open: bool,
    name: String,
    into: PathBuf,
    job: Job<Result<Fetched, String>>,
    reports: Option<Receiver<Progress>>,
    latest: Option<Progress>,
    cancel: Arc<AtomicBool>,
    error: Option<String>,
}

impl Download {
    /// Opens the sheet for a data set; a download under way stays the one that is shown.
    pub fn open(&mut self, name: &str, into: PathBuf) {
        self.open = true;
        if !self.job.is_running() {
            (self.name, self.into, self.error) = (name.to_owned(), into, None);
        }
    }

    pub fn is_running(&self) -> bool {
        self.job.is_running()
    }

    /// The share that has arrived, of a download under way.
    pub fn share(&self) -> Option<f32> {
        let latest = self.latest.as_ref().filter(|_| self.is_running())?;
        Some(latest.received_in_all as f32 / latest.bytes_in_all.max(1) as f32)
    }

    /// Shows the sheet; in the frame in which a download ends, returns what to say about it: that it is complete, or why it
    /// failed, which an open sheet says itself.
    pub fn ui(&mut self, ctx: &Context) -> Option<Result<String, String>> {
        self.latest = self.reports.iter().flat_map(Receiver::try_iter).last().or(self.latest.take());
        let mut told = None;
        match self.job.take() {
            Some(Ok(fetched)) => {
                self.open = false;
                let other: Vec<_> = fetched.failed.iter().map(|(url, why)| format!("{url}: {why}")).collect();
                let mirrors =
                    if other.is_empty() { String::new() } else { format!(" (not from {})", other.join("; ")) };
                told = Some(Ok(format!("{} is in {}{mirrors}", self.name, self.into.display())));
            }
            Some(Err(error)) => {
                self.error = Some(error).filter(|_| !self.cancel.load(Ordering::Relaxed));
                let error = self.error.clone().filter(|_| !self.open);
                told = error.map(|error| Err(format!("{} was not downloaded: {error}", self.name)));
            }
            None => {}
        }
        if self.open {
            let frame = egui::Frame::window(&ctx.global_style());
            let modal = egui::Modal::new(egui::Id::unique("download")).frame(frame).show(ctx, |ui| self.sheet(ui));
            self.open = !modal.should_close();
        }
        told
    }

    fn sheet(&mut self, ui: &mut Ui) {
        let theme = Theme::of(ui.visuals());
        ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 4.0 * space::L));
        ui.label(bold(format!("Download {}", self.name)).size(size::HEADING));
        let published = match published::of(&self.name) {
            Ok(published) => published,
            Err(error) => {
                ui.label(RichText::new(error.to_string()).color(theme.error));
                return;
            }
        };
        list(ui, &published, theme);
        ui.add_space(space::S);
        ui.add(Label::new(format!("Into {}", self.into.display())).wrap());
        let note = "Each file is checked against its published checksum before it gets its name.";
        ui.label(RichText::new(note).size(size::CAPTION).color(theme.weak));
        if let Some(share) = self.share() {
            let file = self.latest.as_ref().map_or("", |latest| latest.file.as_str());
            ui.add(ProgressBar::new(share).text(format!("{:.0} %  {file}", 100.0 * share)));
        }
        if let Some(error) = &self.error {
            ui.add(Label::new(RichText::new(error).color(theme.error)).wrap());
        }
        ui.add_space(space::S);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            if self.is_running() {
                let close = ui.button("Go on in the background");
                if close.on_hover_text("Closes this sheet; the settings show how far it is").clicked() {
                    ui.close();
                }
                if ui.button("Cancel").on_hover_text("Ends the download; files that are complete stay").clicked() {
                    self.cancel.store(true, Ordering::Relaxed);
                }
            } else {
                if ui.button("Download").clicked() {
                    self.start(ui.ctx());
                }
                if ui.button("Close").clicked() {
                    ui.close();
                }
            }
        });
    }

    fn start(&mut self, ctx: &Context) {
        let (sender, reports) = channel();
        (self.reports, self.latest, self.error) = (Some(reports), None, None);
        self.cancel = Arc::default();
        let (name, into, cancel) = (self.name.clone(), self.into.clone(), Arc::clone(&self.cancel));
        let waker = ctx.clone();
        self.job.start(ctx, move || {
            let mut report = |progress| {
                waker.request_repaint();
                sender.send(progress).is_ok() && !cancel.load(Ordering::Relaxed)
            };
            download::fetch(&name, &into, &mut report).map_err(|e| e.to_string())
        });
    }
}

/// A number of bytes for display.
fn size_of(bytes: u64) -> String {
    let megabytes = bytes as f64 / MEGABYTE;
    if megabytes < 0.1 { format!("{} kB", bytes.div_ceil(1_000)) } else { format!("{megabytes:.1} MB") }
}

/// The files with their sizes and checksums, and the servers that have them.
fn list(ui: &mut Ui, published: &Published, theme: &Theme) {
    let caption = |text: String| RichText::new(text).size(size::CAPTION).color(theme.weak);
    Grid::new("files to download").num_columns(3).spacing([space::L, space::XS]).show(ui, |ui| {
        for file in &published.files {
            ui.label(&file.name);
            ui.label(caption(size_of(file.bytes))).on_hover_text(format!("{} bytes", file.bytes));
            let checksum = ui.add(Label::new(caption(format!("MD5 {}", file.md5))).truncate());
            checksum.on_hover_text("The checksum of the published file");
            ui.end_row();
        }
    });
    ui.add(Label::new(caption(format!("From {}", published.mirrors.join(", or else ")))).wrap());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_that_fails_in_the_background_says_so() {
        let (ctx, folder) = (Context::default(), tempfile::tempdir().unwrap());
        let mut download = Download { name: "nothing".into(), into: folder.path().into(), ..Download::default() };
        download.start(&ctx);
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        let told = loop {
            assert!(std::time::Instant::now() < end);
            match download.ui(&ctx) {
                Some(told) => break told,
                None => std::thread::yield_now(),
            }
        };
        assert!(told.is_err_and(|why| why.starts_with("nothing was not downloaded: ")));
    }
}
