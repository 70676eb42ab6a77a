//! Reading own images on a background thread, with its progress, until it is done or cancelled.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use egui::Context;

use crate::dataset::own::contact::Contact;
use crate::dataset::own::defaults;
use crate::dataset::own::formats;
use crate::dataset::own::opening::Opening;
use crate::dataset::own::plan::Plan;
use crate::dataset::own::reading::Wanted;
use crate::dataset::own::sheet::Sheet;
use crate::dataset::own::splits::VALIDATION_SHARE;
use crate::dataset::own::{nothing_to_learn, wanted};
use crate::experiment::{DataFacts, Experiment};
use crate::ui::kit::job::Job;

/// What was read.
pub struct Read {
    pub sheet: Sheet,
    pub contact: Contact,
    /// The experiment that suits the images, with what the user set.
    pub suggested: Experiment,
    pub wanted: Wanted,
    /// Why no run can learn from the images, as the end of a sentence.
    pub nothing_to_learn: Option<String>,
    /// What is to be told once.
    pub warning: Option<String>,
}

impl Read {
    /// What the settings must fit: the sizes of the splits as an experiment takes them, and the classes.
    pub fn facts(&self, experiment: &Experiment) -> DataFacts {
        let of = |name| self.sheet.splits.iter().find(|s| s.name == name).map_or(0, |s| s.count);
        let some = |size: usize, all: usize| if size == 0 { all } else { size.min(all) };
        let train = some(experiment.train_size, of("train"));
        let test = some(experiment.test_size, of("test"));
        let (train, validation) = match of("validation") {
            0 => {
                let taken = experiment.validation_size.min(train / VALIDATION_SHARE);
                (train - taken, taken)
            }
            given => (train, given),
        };
        DataFacts { train, validation, test, classes: self.sheet.classes.len() }
    }
}

/// A background thread that reads; the last one that was started counts.
#[derive(Default)]
pub struct Reading {
    job: Job<Option<Result<Read, String>>>,
    progress: Arc<Progress>,
}

#[derive(Default)]
struct Progress {
    done: AtomicUsize,
    total: AtomicUsize,
    cancelled: AtomicBool,
}

impl Reading {
    /// Reads the images of a plan, brought to what `wanted` says or, without it, to what suits them. `cache` is the folder
    /// of decoded images.
    pub fn start(&mut self, ctx: &Context, plan: Plan, wanted: Option<Wanted>, cache: Option<PathBuf>) {
        self.cancel();
        self.progress = Arc::default();
        let (progress, waker) = (Arc::clone(&self.progress), ctx.clone());
        self.job.start(ctx, move || {
            // The window has a core for itself.
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.saturating_sub(1).max(1)).build();
            let work = || read(&plan, wanted, cache.as_deref(), &progress, &waker);
            pool.map_or_else(|e| Some(Err(e.to_string())), |pool| pool.install(work))
        });
    }

    pub fn is_running(&self) -> bool {
        self.job.is_running()
    }

    /// Ends the thread soon and discards what it read.
    pub fn cancel(&mut self) {
        self.progress.cancelled.store(true, Ordering::Relaxed);
        self.job = Job::default();
    }

    /// How many of how many images are done; a total of 0 while it is not known.
    pub fn progress(&self) -> (usize, usize) {
        (self.progress.done.load(Ordering::Relaxed), self.progress.total.load(Ordering::Relaxed))
    }

    /// What was read, or why it could not be, once.
    pub fn take(&mut self) -> Option<Result<Read, String>> {
        self.job.take().flatten()
    }
}

/// `None` if it was cancelled.
fn read(
    plan: &Plan,
    as_wanted: Option<Wanted>,
    cache: Option<&std::path::Path>,
    progress: &Progress,
    waker: &Context,
) -> Option<Result<Read, String>> {
    let begun = || {
        let found = formats::find(&plan.path).map_err(|e| e.to_string())?;
        let chosen = defaults::choose(&found.listing, &found.listing.items, 0);
        let suggested = plan.experiment(&chosen).map_err(|e| e.to_string())?;
        let wanted = as_wanted.unwrap_or(wanted(&suggested));
        let opening = Opening::begin(found, wanted, cache).map_err(|e| e.to_string())?;
        Ok((opening, suggested, wanted))
    };
    let (mut opening, suggested, wanted) = match begun() {
        Ok(begun) => begun,
        Err(error) => return Some(Err(error)),
    };
    loop {
        let more = opening.advance();
        let (done, total) = opening.progress();
        progress.done.store(done, Ordering::Relaxed);
        progress.total.store(total, Ordering::Relaxed);
        if progress.cancelled.load(Ordering::Relaxed) {
            return None;
        }
        if !more {
            break;
        }
        waker.request_repaint();
    }
    let (listing, reading, warning) = opening.finish();
    let nothing_to_learn = nothing_to_learn(&listing, &reading);
    if let Some(why) = nothing_to_learn.as_ref().filter(|_| reading.items.is_empty()) {
        return Some(Err(format!("{}: {why}", plan.path.display())));
    }
    let chosen = defaults::choose(&listing, &reading.items, suggested.train_size);
    let suggested = match plan.experiment(&chosen) {
        Ok(suggested) => suggested,
        Err(error) => return Some(Err(error.to_string())),
    };
    Some(Ok(Read {
        sheet: Sheet::new(&listing, &reading, wanted, chosen, suggested.data_seed),
        contact: Contact::new(&listing, &reading, wanted),
        nothing_to_learn,
        suggested,
        wanted,
        warning,
    }))
}
