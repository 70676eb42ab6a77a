//! The sessions that earlier starts of the window left on disk: gone on with, opened, or deleted.

use std::path::{Path, PathBuf};

use egui::{Context, DragValue, Label, RichText, Ui};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::engine::autosave::{self, Left};
use crate::engine::protocol::{Command, Level};
use crate::ui::kit::confirm::confirm;
use crate::ui::kit::job::Job;
use crate::ui::kit::theme::{bold, size, space};
use crate::ui::kit::words;
use crate::ui::panel::Cx;
use crate::ui::state::{Offer, Recall};

/// The sessions on disk, and what is being asked about them.
pub struct Earlier {
    /// The folder below which sessions are written; `None` if they are not.
    root: Option<PathBuf>,
    listing: Job<(Vec<Left>, u64)>,
    left: Option<Vec<Left>>,
    /// Bytes of the present session.
    present: u64,
    /// The generation at which they were listed, and the rounds that had ended.
    listed_at: Option<(u64, usize)>,
    deleting: Job<Result<PathBuf, String>>,
    /// The folder that is asked about before it is deleted, and what it is.
    asks: Option<(PathBuf, String)>,
    /// Looks for an unfinished session that are left; one that is found is told of, and they end.
    first_looks: usize,
    /// When the next of them is due, seconds of the window's clock.
    look_at: Option<f64>,
    /// The folders of unfinished sessions that were told of, at this start or before: that is not done twice.
    pub told: Vec<PathBuf>,
    /// The folder of the session that is told of, until that is answered, or something else is begun.
    offered: Option<PathBuf>,
    /// They are to be brought into view.
    pub reveal: bool,
    /// The limit of all sessions on disk together, bytes.
    pub most_bytes: u64,
}

/// How often the sessions of a start are looked through, and seconds in between: a window that is just being closed still
/// holds its own.
const FIRST_LOOKS: usize = 3;
const BETWEEN_LOOKS: f64 = 2.0;
const GIGABYTE: f64 = (1u64 << 30) as f64;
const LIMITS: std::ops::RangeInclusive<f64> = 0.1..=1000.0;

impl Earlier {
    pub fn new(root: Option<PathBuf>, most_bytes: u64, told: Vec<PathBuf>) -> Self {
        Self {
            told,
            offered: None,
            root,
            listing: Job::default(),
            left: None,
            present: 0,
            listed_at: None,
            deleting: Job::default(),
            asks: None,
            first_looks: FIRST_LOOKS,
            look_at: None,
            reveal: false,
            most_bytes,
        }
    }

    /// Keeps the list up to date. An unfinished session that one of the first looks finds is told of, once for all starts;
    /// true in its frame.
    pub fn update(&mut self, ctx: &Context, cx: &mut Cx<'_>) -> bool {
        let mut found = false;
        let now = ctx.input(|i| i.time);
        if self.look_at.is_some_and(|at| now >= at) {
            (self.look_at, self.listed_at) = (None, None);
        }
        let now_at = (cx.state.generation, cx.state.runs.iter().map(|run| run.rounds.len()).sum());
        let again = self.listed_at != Some(now_at) && !self.listing.is_running();
        if let Some(root) = self.root.clone().filter(|_| again) {
            self.listed_at = Some(now_at);
            let present = cx.state.list.session_folder().map(Path::to_path_buf);
            self.listing.start(ctx, move || (autosave::left(&root), present.map_or(0, |p| autosave::bytes_below(&p))));
        }
        if let Some((left, present)) = self.listing.take() {
            self.present = present;
            // One that was gone on with since may be told of again.
            self.told.retain(|folder| left.iter().any(|l| l.folder == *folder));
            let is_news = |l: &&Left| self.first_looks > 0 && !self.told.contains(&l.folder);
            let unfinished = left.iter().find(|l| !l.saved.finished).filter(is_news);
            self.first_looks = if unfinished.is_some() { 0 } else { self.first_looks.saturating_sub(1) };
            if self.first_looks > 0 {
                self.look_at = Some(now + BETWEEN_LOOKS);
                ctx.request_repaint_after_secs(BETWEEN_LOOKS as f32);
            }
            if let Some(session) = unfinished {
                let text = format!("{} can be continued.", told(session));
                let offers = vec![Offer::Continue(session.folder.clone()), Offer::ShowEarlier];
                cx.state.offer(Level::Info, text, offers);
                self.offered = Some(session.folder.clone());
                found = true;
            }
            let is_there = |folder: &Path| left.iter().any(|l| l.folder == folder && !l.saved.finished);
            cx.state.messages.withdraw(|offer| matches!(offer, Offer::Continue(folder) if !is_there(folder)));
            self.left = Some(left);
        }
        let is_open =
            |at: &PathBuf| cx.state.messages.is_open(|o| matches!(o, Offer::Continue(folder) if folder == at));
        let waits = cx.state.is_waiting();
        self.told.extend(self.offered.take_if(|folder| !(waits && is_open(folder))));
        match self.deleting.take() {
            Some(Ok(folder)) => {
                cx.state.deleted(&folder);
                self.left.iter_mut().for_each(|left| left.retain(|l| l.folder != folder));
                self.listed_at = None;
            }
            Some(Err(e)) => cx.state.say(Level::Error, e),
            None => {}
        }
        self.ask(ctx);
        found
    }

    /// Whether earlier windows left a session that is offered to be gone on with; `None` until it is known.
    pub fn offers(&self) -> Option<bool> {
        self.left.as_ref().map(|_| self.offered.is_some())
    }

    /// Whether the session of this folder has rounds left.
    pub fn is_unfinished(&self, folder: &Path) -> bool {
        self.left.iter().flatten().any(|l| l.folder == folder && !l.saved.finished)
    }

    /// The sessions of earlier starts; a folder is returned whose histories are to be opened.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) -> Option<PathBuf> {
        let known = |folder: &Path| cx.state.list.groups().any(|g| g.path.as_deref() == Some(folder));
        let left: Vec<&Left> = self.left.iter().flatten().filter(|l| !known(&l.folder)).collect();
        if left.is_empty() {
            self.reveal = false;
            return None;
        }
        let (mut opened, mut recall, mut asks) = (None, None, None);
        ui.add_space(space::S);
        let heading = ui.label(bold("From earlier").size(size::CAPTION + 0.5));
        if std::mem::take(&mut self.reveal) {
            heading.scroll_to_me(Some(egui::Align::TOP));
        }
        heading.on_hover_text("What earlier windows wrote by themselves");
        for session in left {
            let text = told(session);
            ui.add(Label::new(RichText::new(&text).size(size::CAPTION).color(cx.theme.weak)).wrap())
                .on_hover_text(format!("{}\n{}", session.folder.display(), words::bytes(session.bytes)));
            ui.horizontal(|ui| {
                let (verb, tip) = verb(!session.saved.finished);
                let button = |ui: &mut Ui, verb: &str, tip: &str| {
                    let response = ui.small_button(verb).on_hover_text(tip);
                    response.clone().accessible_name(format!("{verb}: {text}"));
                    response.clicked()
                };
                if button(ui, verb, tip) {
                    recall = Some(Recall::TakeUp { folder: session.folder.clone(), and_run: !session.saved.finished });
                }
                if button(ui, "Open", "Adds its histories to this list, to compare with") {
                    opened = Some(session.folder.clone());
                }
                if button(ui, "Delete…", "Deletes its files, after asking") {
                    asks = Some((session.folder.clone(), format!("{text}, {}", words::bytes(session.bytes))));
                }
            });
        }
        cx.state.list.wanted = recall.or(cx.state.list.wanted.take());
        self.asks = asks.or(self.asks.take());
        opened
    }

    /// How much is on disk, and the limit.
    pub fn footer(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Some(root) = &self.root else {
            let text = "Runs of this window are not written by themselves.";
            ui.add(Label::new(RichText::new(text).size(size::CAPTION).color(cx.theme.faint)).wrap());
            return;
        };
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            let total = self.present + self.left.iter().flatten().map(|l| l.bytes).sum::<u64>();
            let text = format!("On disk: {} of at most", words::bytes(total));
            let where_to = format!("Every run is written here as its rounds end:\n{}", root.display());
            ui.label(RichText::new(text).size(size::CAPTION).color(cx.theme.weak)).on_hover_text(where_to);
            let mut limit = self.most_bytes as f64 / GIGABYTE;
            let drag = DragValue::new(&mut limit).range(LIMITS).speed(0.05).max_decimals(1).suffix(" GB");
            let response =
                ui.add(drag).on_hover_text("Beyond it the oldest sessions are deleted when a new one starts");
            if response.changed() {
                self.most_bytes = (limit * GIGABYTE) as u64;
                cx.commands.push(Command::LimitAutosave(self.most_bytes));
            }
            response.accessible_name("Limit of the runs on disk");
        });
    }

    /// Asks before a folder is deleted; a group of the list can ask, too.
    pub fn ask_to_delete(&mut self, folder: PathBuf, what: String) {
        self.asks = Some((folder, what));
    }

    fn ask(&mut self, ctx: &Context) {
        let Some((folder, what)) = &self.asks else { return };
        let text = format!("{what}. This cannot be undone.\n{}", folder.display());
        let (keep, go) = (("Keep", "The files stay (Esc)"), ("Delete", "Deletes the files of these runs"));
        let Some(delete) = confirm(ctx, "Delete these runs from disk?", &text, keep, go) else { return };
        if let Some((folder, _)) = self.asks.take().filter(|_| delete) {
            self.deleting.start(ctx, move || autosave::delete(&folder).map_err(|e| e.to_string()).map(|()| folder));
        }
    }
}

/// What is done with stored runs in place of the present session, and the tooltip.
pub fn verb(and_run: bool) -> (&'static str, &'static str) {
    match and_run {
        true => ("Continue", "Goes on from the last round; the present session stays under Runs"),
        false => ("Replay", "Shows these runs in every view, in place of the present session, which stays under Runs"),
    }
}

/// `3 runs of digits, yesterday 14:02, 4 of 10 rounds`.
fn told(session: &Left) -> String {
    let saved = &session.saved;
    let cells = saved.variants.len() * (saved.last_repeat + 1 - saved.first_repeat.min(saved.last_repeat));
    let runs = (cells + saved.forks).saturating_sub(saved.removed.len());
    let runs = if runs == 1 { "1 run".to_owned() } else { format!("{runs} runs") };
    let rounds = match saved.finished {
        true => format!("{} rounds", saved.rounds),
        false => format!("{} of {} rounds", saved.rounds_done, saved.rounds),
    };
    format!("{runs} of {}, {}, {rounds}", saved.experiment, when(session.at))
}

/// A time as people say it: `14:02`, `yesterday 14:02`, `25 Nov 14:02`.
pub fn when(at: Timestamp) -> String {
    let zone = TimeZone::system();
    let (then, now): (Zoned, Zoned) = (at.to_zoned(zone.clone()), Timestamp::now().to_zoned(zone));
    let clock = then.strftime("%H:%M");
    match (then.date(), now.date()) {
        (day, today) if day == today => clock.to_string(),
        (day, today) if day.tomorrow().ok() == Some(today) => format!("yesterday {clock}"),
        _ => format!("{} {clock}", then.strftime("%-d %b")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::autosave::Saved;

    #[test]
    fn a_session_on_disk_is_told_in_a_sentence() {
        let saved = Saved {
            experiment: "digits".into(),
            variants: vec!["random".into(), "snn".into()],
            first_repeat: 1,
            last_repeat: 2,
            rounds_done: 4,
            rounds: 10,
            finished: false,
            forks: 1,
            removed: vec!["snn-02".into(), "random-01-fork-01".into()],
        };
        let day = jiff::Span::new().hours(24);
        for (at, day, finished, end) in
            [(Timestamp::now(), "", false, "4 of 10 rounds"), (Timestamp::now() - day, "yesterday ", true, "10 rounds")]
        {
            let saved = Saved { finished, ..saved.clone() };
            let text = told(&Left { folder: "x".into(), saved, at, bytes: 1 });
            assert!(text.starts_with(&format!("3 runs of digits, {day}")) && text.ends_with(end), "{text}");
        }
        for (n, text) in [(1, "1 MB"), (12 << 20, "12 MB"), (3 << 29, "1.5 GB")] {
            assert_eq!(words::bytes(n), text);
        }
    }
}
