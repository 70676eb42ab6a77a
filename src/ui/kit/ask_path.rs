//! A dialog that asks for a path: typed, or chosen in the system's file dialog if there is one.

use std::path::{Path, PathBuf};

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Context, Key, RichText, Ui};

use super::job::Job;
use super::theme::{Theme, bold, size, space};
use crate::paths;

/// What kind of path is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A file to write, with this extension.
    NewFile(&'static str),
    /// An existing file with this extension.
    File(&'static str),
    /// A folder, new or existing.
    Folder,
    /// An existing file or folder.
    Any,
}

/// The dialog; closed until `open` is called.
pub struct AskPath {
    title: &'static str,
    hint: &'static str,
    confirm: &'static str,
    wanted: Wanted,
    open: bool,
    /// The text field takes the keyboard focus in the dialog's first frame.
    take_focus: bool,
    path: String,
    /// What was confirmed last and is not there.
    missing: Option<String>,
    /// The name that was proposed last.
    suggested: String,
    chosen: Job<Option<PathBuf>>,
}

const WIDTH: f32 = 460.0;
/// Width where a file or a folder can be chosen.
const WIDE: f32 = 620.0;
const BROWSE_WIDTH: f32 = 92.0;
const BROWSE_EITHER_WIDTH: f32 = 118.0;

impl AskPath {
    pub fn new(title: &'static str, hint: &'static str, confirm: &'static str, wanted: Wanted) -> Self {
        Self {
            title,
            hint,
            confirm,
            wanted,
            open: false,
            take_focus: false,
            path: String::new(),
            missing: None,
            suggested: String::new(),
            chosen: Job::default(),
        }
    }

    /// Opens the dialog; the field holds the path of the last time as long as the same name is proposed, and then the new
    /// name in the same folder.
    pub fn open(&mut self, suggestion: impl FnOnce() -> String) {
        self.open = true;
        self.take_focus = true;
        let suggestion = suggestion();
        if self.path.is_empty() || suggestion != self.suggested {
            let folder = Path::new(self.path.trim()).parent().map(Path::to_owned).unwrap_or_default();
            self.path = folder.join(&suggestion).display().to_string();
            self.suggested = suggestion;
        }
    }

    /// Shows the dialog with `more` under the field; returns the path in the frame in which it is confirmed.
    pub fn ui(&mut self, ctx: &Context, more: impl FnOnce(&mut Ui)) -> Option<PathBuf> {
        if let Some(Some(path)) = self.chosen.take() {
            self.path = path.display().to_string();
        }
        if !self.open {
            return None;
        }
        let mut confirmed = false;
        let frame = egui::Frame::window(&ctx.global_style());
        let response = egui::Modal::new(egui::Id::unique(self.title)).frame(frame).show(ctx, |ui| {
            let wide = if self.wanted == Wanted::Any { WIDE } else { WIDTH };
            let width = wide.min(ui.ctx().content_rect().width() - 4.0 * space::L);
            ui.set_width(width);
            ui.label(bold(self.title).size(size::HEADING));
            ui.add_space(space::S);
            ui.horizontal(|ui| {
                // The system has one dialog for files and another one for folders.
                let browses: &[_] = match self.wanted {
                    Wanted::Any => &[("Browse folders…", Wanted::Folder), ("Browse files…", Wanted::Any)],
                    wanted => &[("Browse…", wanted)],
                };
                let each = if self.wanted == Wanted::Any { BROWSE_EITHER_WIDTH } else { BROWSE_WIDTH };
                let browsing = (each + space::S) * browses.len() as f32;
                let field =
                    egui::TextEdit::singleline(&mut self.path).desired_width(width - browsing).hint_text(self.hint);
                let response = ui.add(field);
                response.clone().accessible_name(self.hint);
                if std::mem::take(&mut self.take_focus) {
                    response.request_focus();
                    // What is typed takes the place of what was there.
                    let mut state = TextEditState::load(ui.ctx(), response.id).unwrap_or_default();
                    let all = CCursorRange::two(CCursor::default(), CCursor::new(self.path.chars().count()));
                    state.cursor.set_char_range(Some(all));
                    state.store(ui.ctx(), response.id);
                }
                confirmed |= response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
                let tip = "Opens the system's file dialog. If there is none, type the path";
                for (text, wanted) in browses {
                    let browse = egui::Button::new(*text).min_size(egui::vec2(each, 0.0));
                    if ui.add(browse).on_hover_text(tip).clicked() {
                        self.browse(ctx, *wanted);
                    }
                }
            });
            if let Ok(whole) = std::path::absolute(paths::expanded(self.path.trim())).map(|p| p.display().to_string()) {
                // A relative path starts at the folder that the program was started in, which nothing else tells.
                let whole = RichText::new(whole).size(size::CAPTION).weak();
                ui.add(egui::Label::new(whole).truncate());
            }
            if self.missing.as_deref() == Some(self.path.trim()) {
                let text = RichText::new("There is no such file or folder").color(Theme::of(ui.visuals()).error);
                ui.label(text);
            }
            more(ui);
            ui.add_space(space::S);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                confirmed |= ui.button(self.confirm).clicked();
                if ui.button("Cancel").clicked() {
                    ui.close();
                }
            });
        });
        if response.should_close() {
            self.open = false;
        }
        if !confirmed {
            return None;
        }
        let text = self.path.trim().to_owned();
        let path = paths::expanded(&text);
        let is_there = matches!(self.wanted, Wanted::NewFile(_) | Wanted::Folder) || path.exists();
        if text.is_empty() || !is_there {
            // It can be put right.
            (self.missing, self.take_focus) = (Some(text).filter(|text| !text.is_empty()), true);
            return None;
        }
        self.open = false;
        Some(std::path::absolute(&path).unwrap_or(path))
    }

    fn browse(&mut self, ctx: &Context, wanted: Wanted) {
        let path = paths::expanded(self.path.trim());
        self.chosen.start(ctx, move || {
            let dialog = rfd::FileDialog::new();
            match wanted {
                Wanted::NewFile(extension) => {
                    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
                    dialog.add_filter(extension.to_uppercase(), &[extension]).set_file_name(name).save_file()
                }
                Wanted::File(extension) => dialog
                    .add_filter(extension.to_uppercase(), &[extension])
                    .set_directory(path.parent().unwrap_or(Path::new(".")))
                    .pick_file(),
                Wanted::Any => dialog.set_directory(path.parent().unwrap_or(Path::new("."))).pick_file(),
                Wanted::Folder => dialog.set_directory(path.parent().unwrap_or(Path::new("."))).pick_folder(),
            }
        });
    }
}
