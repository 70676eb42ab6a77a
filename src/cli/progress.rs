//! Progress: bars on a terminal, otherwise a line for each round.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, MultiProgress, ProgressBar, ProgressStyle};

use super::out::say;
use crate::dataset::Dataset;
use crate::generator::GeneratorLosses;
use crate::grid::{Cell, Watcher};
use crate::history::History;
use crate::round::RunEvent;
use crate::world::own_masks::MaskReport;
use crate::world::{GeneratorFrom, PreparationActivity, Resumed, World};

/// Length of a progress bar, in steps.
const WHOLE: u64 = 1_000;
/// Without a terminal, a line tells of a generator's training at the end of an epoch, at most this often; in long epochs at
/// least as often as the second.
const BETWEEN: Duration = Duration::from_secs(20);
const QUIET: Duration = Duration::from_secs(300);

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// The progress bar of a preparation.
pub struct PreparationBar {
    bar: ProgressBar,
    start: Instant,
    epochs_said: f32,
    /// When a line was printed, if one was.
    said: Option<Instant>,
}

impl PreparationBar {
    pub fn new() -> Self {
        let bar = ProgressBar::new(WHOLE);
        bar.set_style(style("{msg:<58} {bar:30} {percent:>3} % {prefix}"));
        bar.set_message("loading data");
        Self { bar, start: Instant::now(), epochs_said: 0.0, said: None }
    }

    pub fn data(&self, dataset: &Dataset) {
        let (train, validation, test) = (dataset.train.len(), dataset.validation.len(), dataset.test.len());
        let place = if dataset.place.is_empty() { String::new() } else { format!(" from {}", dataset.place) };
        let sizes = format!("{train} train, {validation} validation, {test} test");
        self.line(&format!("data: {}{place} ({sizes})", dataset.provenance));
    }

    /// Says that the generator's training goes on.
    pub fn resumed(&mut self, activity: PreparationActivity, resumed: &Resumed) {
        self.share(activity);
        self.bar.reset_eta();
        self.epochs_said = resumed.epoch.floor();
        self.line(&format!("{resumed}{}", time_left(activity)));
    }

    /// Shows the generator's losses; without a terminal, prints a line now and then.
    pub fn trained(&mut self, activity: PreparationActivity, epoch: f32, losses: &GeneratorLosses) {
        self.share(activity);
        let text = format!("generator, epoch {epoch:.1}: {}", losses.describe());
        let since = |said: Option<Instant>, least: Duration| said.is_none_or(|said| said.elapsed() >= least);
        let ended = epoch >= self.epochs_said + 1.0 && since(self.said, BETWEEN);
        if self.bar.is_hidden() && (ended || since(self.said.or(Some(self.start)), QUIET)) {
            (self.epochs_said, self.said) = (epoch.floor(), Some(Instant::now()));
            say!("{text}{}", time_left(activity));
        }
        self.bar.set_message(text);
    }

    pub fn encoding(&self, activity: PreparationActivity) {
        self.share(activity);
        self.bar.set_message("embedding the data");
    }

    pub fn labelling(&self, activity: PreparationActivity) {
        self.share(activity);
        self.bar.set_message("solving for the stress in every mask");
    }

    pub fn checking(&self, activity: PreparationActivity) {
        self.share(activity);
        self.bar.set_message(match activity {
            PreparationActivity::ReadingImages { .. } => "reading the images",
            _ => "checking the masks",
        });
    }

    /// Prints the number of accepted masks, and why each of the others was not, or not quite as it is.
    pub fn judged(&self, report: &MaskReport) {
        self.line(&report.summary());
        report.remarks().for_each(|(file, why)| self.line(&format!("{file}: {why}")));
    }

    pub fn teaching(&self, activity: PreparationActivity) {
        self.share(activity);
        self.bar.set_message("training the stand-in for a labelling tool");
    }

    pub fn warn(&self, text: &str) {
        self.line(&format!("warning: {text}"));
    }

    pub fn finish(&self, world: &World, from: &GeneratorFrom) {
        let how = match from {
            GeneratorFrom::Training => "trained".to_owned(),
            GeneratorFrom::Data => "the data's own parameters".to_owned(),
            GeneratorFrom::Cache => "from the cache".to_owned(),
            GeneratorFrom::File(path) => format!("from {}", path.display()),
        };
        self.line(&format!(
            "generator: {how}; {} points in {} dimensions, deviation {:.3}; ready after {:.1} s",
            world.latent.len(),
            world.latent.dim(),
            world.latent.scale(),
            self.start.elapsed().as_secs_f32()
        ));
        if let Some(stand_in) = &world.stand_in {
            self.line(&format!("generated samples are labelled by a {}", stand_in.origin()));
        }
        self.bar.finish_and_clear();
    }

    fn share(&self, activity: PreparationActivity) {
        if let PreparationActivity::TrainingGenerator { done, total, .. }
        | PreparationActivity::Labelling { done, total }
        | PreparationActivity::CheckingMasks { done, total }
        | PreparationActivity::ReadingImages { done, total }
        | PreparationActivity::TeachingStandIn { done, total }
        | PreparationActivity::Encoding { done, total } = activity
        {
            self.bar.set_position(WHOLE * done as u64 / total.max(1) as u64);
            let left = known_left(activity).unwrap_or_else(|| self.bar.eta());
            self.bar.set_prefix(format!("{:#}", HumanDuration(left)));
        }
    }

    fn line(&self, text: &str) {
        if self.bar.is_hidden() { say!("{text}") } else { self.bar.println(text) }
    }
}

/// The time that a generator's training needs from here on, if its pace is known.
fn known_left(activity: PreparationActivity) -> Option<Duration> {
    match activity {
        PreparationActivity::TrainingGenerator { left, .. } => Duration::try_from_secs_f32(left?).ok(),
        _ => None,
    }
}

/// That time for the end of a line; empty if it is not known.
fn time_left(activity: PreparationActivity) -> String {
    known_left(activity).map_or_else(String::new, |left| format!(" ({} left)", HumanDuration(left)))
}

/// Shows the progress of a grid: one bar for all of it, and one for each running cell.
pub struct TerminalWatcher {
    bars: MultiProgress,
    total: ProgressBar,
    cells: Mutex<HashMap<String, (ProgressBar, f32)>>,
    ended: Mutex<Vec<History>>,
    count: usize,
    start: Instant,
    /// Whether the first step in latent space was told.
    stepped: OnceLock<()>,
}

impl TerminalWatcher {
    /// For so many runs of a command that began at `start`.
    pub fn new(count: usize, start: Instant) -> Self {
        let bars = MultiProgress::new();
        let total = bars.add(ProgressBar::new(WHOLE));
        total.set_style(style("{msg:<24} {bar:40} {percent:>3} % {elapsed} elapsed, {eta} left"));
        total.set_message(format!("{count} runs"));
        let (cells, ended, stepped) = (Mutex::default(), Mutex::default(), OnceLock::new());
        Self { bars, total, cells, ended, count, start, stepped }
    }

    /// The histories of the runs that have ended.
    pub fn finish(self) -> Vec<History> {
        self.total.finish_and_clear();
        self.ended.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, text: &str) {
        if self.total.is_hidden() {
            say!("{text}");
        } else {
            // A line that cannot be printed is no reason to stop.
            let _ = self.bars.println(text);
        }
    }

    fn update_total(&self, cells: &HashMap<String, (ProgressBar, f32)>) {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).len();
        let share = (ended as f32 + cells.values().map(|(_, f)| f).sum::<f32>()) / self.count.max(1) as f32;
        self.total.set_position((share * WHOLE as f32) as u64);
    }
}

impl Watcher for TerminalWatcher {
    fn noted(&self, note: &str) {
        self.line(&format!("note: {note}"));
    }

    fn began(&self, cell: &Cell, rounds_done: usize) {
        let bar = self.bars.insert_before(&self.total, ProgressBar::new(WHOLE));
        bar.set_style(style("{msg:<24} {bar:40} {percent:>3} %"));
        bar.set_message(cell.name());
        if rounds_done > 0 {
            self.line(&format!("{}: continues after round {rounds_done}", cell.name()));
        }
        self.cells.lock().unwrap_or_else(PoisonError::into_inner).insert(cell.name(), (bar, 0.0));
    }

    fn happened(&self, cell: &Cell, event: &RunEvent, fraction: f32) {
        if let RunEvent::Began(record) = event
            && record.proposals.iter().any(|p| p.step.is_some())
            && self.stepped.set(()).is_ok()
        {
            let after = self.start.elapsed().as_secs_f32();
            self.line(&format!("{}: the first latent step, {after:.1} s after the start", cell.name()));
        }
        if let RunEvent::Ended(record) = event {
            let (task, value) = (cell.experiment.dataset.task(), record.final_value().unwrap_or(f32::NAN));
            let rejected = match record.refusals.len() {
                0 => String::new(),
                n => format!(", {n} rejected"),
            };
            self.line(&format!(
                "{}: round {:>2}, {:>6} labels{rejected}, {} {value:.2} {}, {:.1} s",
                cell.name(),
                record.round,
                record.labels,
                task.measure().to_lowercase(),
                task.unit(),
                record.seconds
            ));
        }
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((bar, share)) = cells.get_mut(&cell.name()) {
            *share = fraction;
            bar.set_position((fraction * WHOLE as f32) as u64);
        }
        self.update_total(&cells);
    }

    fn ended(&self, cell: &Cell, history: &History) {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((bar, _)) = cells.remove(&cell.name()) {
            bar.finish_and_clear();
        }
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).push(history.clone());
        self.update_total(&cells);
    }
}
