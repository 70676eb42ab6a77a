//! Export to a path chosen by the user: asks for the path, makes the files on a background thread, asks before any is
//! replaced, and reports the result.

use std::path::{Path, PathBuf};

use egui::{Context, RichText, Ui};

use super::ask_path::{AskPath, Wanted};
use super::job::Job;
use super::theme::{bold, size, space};

/// Files that are made but not written.
pub struct Prepared {
    /// Where they go; what is there is replaced.
    paths: Vec<PathBuf>,
    write: Write,
}

/// Writes the files; a message about them, or the error.
type Write = Box<dyn FnOnce() -> Result<String, String> + Send>;

impl Prepared {
    pub fn new(paths: Vec<PathBuf>, write: impl FnOnce() -> Result<String, String> + Send + 'static) -> Self {
        Self { paths, write: Box::new(write) }
    }

    /// One file with these bytes.
    pub fn file(path: PathBuf, bytes: Vec<u8>) -> Self {
        Self::new(vec![path.clone()], move || {
            crate::archive::write_atomically(&path, &bytes).map_err(|e| e.to_string())?;
            Ok(format!("Saved {}", path.display()))
        })
    }

    /// Writes the files, unless some would be replaced.
    fn unless_there(self) -> Written {
        let there: Vec<PathBuf> = self.paths.into_iter().filter(|path| path.exists()).collect();
        if there.is_empty() {
            Written::Done((self.write)())
        } else {
            Written::Asks(Replacement { there, write: self.write })
        }
    }
}

/// The end of a write job.
enum Written {
    Done(Result<String, String>),
    Asks(Replacement),
}

/// Files that are there already, and the write job that would replace them.
struct Replacement {
    there: Vec<PathBuf>,
    write: Write,
}

/// The path dialog, the write job and the question before files are replaced.
pub struct Export {
    ask: AskPath,
    writing: Job<Written>,
    asks: Option<Replacement>,
}

impl Export {
    pub fn new(title: &'static str, hint: &'static str, confirm: &'static str, wanted: Wanted) -> Self {
        let ask = AskPath::new(title, hint, confirm, wanted);
        Self { ask, writing: Job::default(), asks: None }
    }

    /// Opens the dialog with a name for what is exported now, in the folder of the last export.
    pub fn open(&mut self, suggestion: impl FnOnce() -> String) {
        self.ask.open(suggestion);
    }

    pub fn is_writing(&self) -> bool {
        self.writing.is_running()
    }

    /// Shows the dialog with `more` under the field; returns the path in the frame in which it is confirmed.
    pub fn ui(&mut self, ctx: &Context, more: impl FnOnce(&mut Ui)) -> Option<PathBuf> {
        self.ask.ui(ctx, more)
    }

    /// Starts making the files with `work`, or its error; they are written when none is replaced, or when the user agrees.
    pub fn start(&mut self, ctx: &Context, work: impl FnOnce() -> Result<Prepared, String> + Send + 'static) {
        self.writing.start(ctx, move || match work() {
            Ok(prepared) => prepared.unless_there(),
            Err(e) => Written::Done(Err(e)),
        });
    }

    /// Shows the question before files are replaced, while there is one; returns the result of the write job, once.
    /// Called in every frame, whatever else is on the screen.
    pub fn outcome(&mut self, ctx: &Context) -> Option<Result<String, String>> {
        if let Some(replacement) = self.asks.take() {
            match question(ctx, &replacement.there) {
                Some(true) => self.writing.start(ctx, move || Written::Done((replacement.write)())),
                Some(false) => {}
                None => self.asks = Some(replacement),
            }
        }
        match self.writing.take()? {
            Written::Done(outcome) => Some(outcome),
            Written::Asks(replacement) => {
                self.asks = Some(replacement);
                ctx.request_repaint();
                None
            }
        }
    }
}

/// Asks whether files are replaced; `None` until it is answered.
fn question(ctx: &Context, there: &[PathBuf]) -> Option<bool> {
    /// File names that are shown.
    const SHOWN: usize = 8;
    const WIDTH: f32 = 420.0;
    let frame = egui::Frame::window(&ctx.global_style());
    let mut answer = None;
    let response = egui::Modal::new(egui::Id::unique("replace files")).frame(frame).show(ctx, |ui| {
        ui.set_width(WIDTH);
        let (replace, are, keep) = match there.len() {
            1 => ("Replace the file".to_owned(), "is", "Keep it"),
            n => (format!("Replace {n} files"), "are", "Keep them"),
        };
        ui.label(bold(format!("{replace}?")).size(size::HEADING));
        ui.add_space(space::XS);
        let folder = there.first().and_then(|path| path.parent()).unwrap_or(Path::new(""));
        ui.add(egui::Label::new(format!("In {} there {are} already:", folder.display())).wrap());
        let names = there.iter().filter_map(|path| path.file_name()).map(|n| n.to_string_lossy().into_owned());
        let mut list = names.take(SHOWN).collect::<Vec<_>>().join(", ");
        if there.len() > SHOWN {
            list += &format!(" and {} more", there.len() - SHOWN);
        }
        ui.add(egui::Label::new(RichText::new(list).size(size::CAPTION)).wrap());
        ui.add_space(space::S);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let tip = "Writes the new files over these; what they held is lost";
            if ui.button(&replace).on_hover_text(tip).clicked() {
                answer = Some(true);
            }
            if ui.button(keep).on_hover_text("Writes nothing (Esc)").clicked() {
                answer = Some(false);
            }
        });
    });
    if response.should_close() { answer.or(Some(false)) } else { answer }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    struct Shown(Export, Option<Result<String, String>>);

    /// Draws until the write job has ended.
    fn wait(window: &mut Harness<'_, Shown>) {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while std::time::Instant::now() < end && window.state().0.is_writing() {
            window.step();
            std::thread::yield_now();
        }
        window.run_steps(2);
    }

    /// Saves "new" to a path, whose file holds "old" if the question is to be answered; what it holds then, and the outcome.
    fn saved(answer: Option<&str>) -> (String, Option<Result<String, String>>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        if answer.is_some() {
            std::fs::write(&path, "old").unwrap();
        }
        let show = |ui: &mut Ui, shown: &mut Shown| {
            shown.1 = shown.0.outcome(ui.ctx()).or(shown.1.take());
            shown.0.ui(ui.ctx(), |_| {});
        };
        let export = Export::new("Save", "Path", "Save", Wanted::NewFile("txt"));
        let mut window = Harness::builder().build_ui_state(show, Shown(export, None));
        crate::ui::kit::theme::install(&window.ctx);
        let (ctx, to) = (window.ctx.clone(), path.clone());
        window.state_mut().0.start(&ctx, move || Ok(Prepared::file(to, b"new".to_vec())));
        wait(&mut window);
        if let Some(answer) = answer {
            assert_eq!(std::fs::read_to_string(&path).unwrap(), "old", "nothing is replaced before the answer");
            window.get_by_label(answer).click();
            window.run_steps(2);
            wait(&mut window);
        }
        (std::fs::read_to_string(&path).unwrap(), window.state_mut().1.take())
    }

    #[test]
    fn nothing_is_replaced_without_being_asked() {
        for (answer, content, told) in
            [(None, "new", true), (Some("Replace the file"), "new", true), (Some("Keep it"), "old", false)]
        {
            let (found, outcome) = saved(answer);
            assert_eq!((found.as_str(), outcome.is_some_and(|o| o.is_ok())), (content, told), "{answer:?}");
        }
    }
}
