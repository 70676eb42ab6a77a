//! The slow work of a project, on a background thread: images read, a generator prepared, rounds trained and proposed.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use egui::Context;

use super::space::Space;
use crate::dataset::own::labels::natural;
use crate::device::{self, ComputeDevice, DeviceKind};
use crate::engine::lower_priority;
use crate::project::transfer::{Incoming, Told, import};
use crate::project::{
    Created, Desk, Known, List, New, Pictures, Progress as Done, Project, ProjectError, Sitting, Standing, can_train,
    create, lost, one_class,
};
use crate::ui::kit::job::Job;
use crate::ui::kit::words::{self, thousands};
use crate::world::{PreparationActivity, Prepared, World};

/// What is computed now, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct Now {
    pub what: String,
    pub done: usize,
    /// 0 while it is not known.
    pub all: usize,
    /// Seconds left.
    pub left: Option<f32>,
}

impl Now {
    /// How far it is, and how long it will take.
    pub fn told(&self) -> String {
        let count =
            if self.all > 0 { format!(": {} of {}", thousands(self.done), thousands(self.all)) } else { String::new() };
        let left = self.left.map(|s| format!(", {} left", words::about(s))).unwrap_or_default();
        format!("{}{count}{left}", self.what)
    }

    pub fn share(&self) -> Option<f32> {
        (self.all > 0).then(|| self.done as f32 / self.all as f32)
    }
}

/// How far a job is, and whether it is to end.
pub struct Progress {
    now: Mutex<Now>,
    cancelled: AtomicBool,
    since: Mutex<Instant>,
    waker: Context,
}

impl Progress {
    fn new(ctx: &Context) -> Self {
        let since = Mutex::new(Instant::now());
        let now = Mutex::new(Now { what: "Getting ready".into(), ..Now::default() });
        Self { now, cancelled: AtomicBool::new(false), since, waker: ctx.clone() }
    }

    /// Says what is done; false if the job is to end.
    fn tell(&self, what: &str, done: usize, all: usize, left: Option<f32>) -> bool {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if now.what != what {
            *since = Instant::now();
        }
        let share = done as f32 / all.max(1) as f32;
        let paced = || (share > 0.05).then(|| since.elapsed().as_secs_f32() * (1.0 - share) / share);
        *now = Now { what: what.into(), done, all, left: left.or_else(paced).filter(|s| *s >= 1.0) };
        self.waker.request_repaint_after_secs(0.25);
        !self.cancelled.load(Ordering::Relaxed)
    }
}

/// One job at a time, with its progress.
pub struct Work<T> {
    job: Job<T>,
    progress: Option<Arc<Progress>>,
}

impl<T> Default for Work<T> {
    fn default() -> Self {
        Self { job: Job::default(), progress: None }
    }
}

impl<T: Send + 'static> Work<T> {
    pub fn start(&mut self, ctx: &Context, work: impl FnOnce(&Progress) -> T + Send + 'static) {
        let progress = Arc::new(Progress::new(ctx));
        self.progress = Some(Arc::clone(&progress));
        self.job.start(ctx, move || work(&progress));
    }

    pub fn is_running(&self) -> bool {
        self.job.is_running()
    }

    pub fn now(&self) -> Now {
        let now = |p: &Arc<Progress>| p.now.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.progress.as_ref().map(now).unwrap_or_default()
    }

    /// Asks the job to end; what it says then is taken as ever.
    pub fn cancel(&self) {
        self.progress.iter().for_each(|p| p.cancelled.store(true, Ordering::Relaxed));
    }

    pub fn is_cancelled(&self) -> bool {
        self.progress.as_ref().is_some_and(|p| p.cancelled.load(Ordering::Relaxed))
    }

    pub fn take(&mut self) -> Option<T> {
        self.job.take()
    }
}

impl<T> Drop for Work<T> {
    fn drop(&mut self) {
        self.progress.iter().for_each(|p| p.cancelled.store(true, Ordering::Relaxed));
    }
}

/// What this program is for others who want the project.
const WHO: &str = "a window of Ridgewalk";

/// A project that was opened.
pub struct Opened {
    pub project: Project,
    pub pictures: Arc<Pictures>,
    pub sitting: Sitting,
    pub notes: Vec<String>,
}

/// Why a project cannot be opened.
pub struct Failed {
    pub why: String,
    /// Whether another place of the images may help.
    pub images: bool,
}

/// Opens a project and reads its images, from another place if one is given.
pub fn open(folder: &Path, images: Option<&Path>, progress: &Progress) -> Result<Opened, Failed> {
    progress.tell("Opening the project", 0, 0, None);
    let project = Project::open(folder, WHO).map_err(|e| Failed { why: e.to_string(), images: false })?;
    read(project, images, progress)
}

fn read(mut project: Project, images: Option<&Path>, progress: &Progress) -> Result<Opened, Failed> {
    let at = |images| move |e: ProjectError| Failed { why: shortened(&e), images };
    let pictures =
        Pictures::read(&mut project, images, &mut |done, all| progress.tell("Reading the images", done, all, None));
    let pictures = Arc::new(pictures.map_err(at(true))?);
    let notes = [project.notes(), lost(&project).map_err(at(false))?, pictures.notes.clone()].concat();
    let standing = Standing::of(&project).map_err(at(false))?;
    let sitting = Sitting::new(Known::of(&project), standing);
    Ok(Opened { project, pictures, sitting, notes })
}

/// Makes a project and opens it; `takes_labels` if those are taken that the images come with.
pub fn make(folder: &Path, new: &New, takes_labels: bool, progress: &Progress) -> Result<Opened, Failed> {
    let failed = |e: ProjectError| Failed { why: e.to_string(), images: false };
    let mut tell = |done, all| progress.tell("Reading the images", done, all, None);
    let Created { mut project, mut notes, labels } = create(folder, new, WHO, &mut tell).map_err(failed)?;
    if takes_labels {
        let incoming: Vec<Incoming> = labels.into_iter().map(|label| Incoming::of_image(&project, label)).collect();
        let told = Told { new_classes: true, ..Told::default() };
        notes.extend(import(&mut project, &incoming, told).map_err(failed)?.sentences());
    } else if project.classes().is_empty() {
        let mut names: Vec<String> = labels.into_iter().map(|label| label.class).collect();
        names.sort_by(|a, b| natural(a, b));
        names.dedup();
        project.add_classes(&names).map_err(failed)?;
    }
    let mut opened = read(project, None, progress)?;
    opened.notes = [notes, opened.notes].concat();
    Ok(opened)
}

/// What going on came to.
pub struct Gone {
    pub desk: Option<Arc<Desk>>,
    /// Where the images lie, if the latent space was prepared just now.
    pub space: Option<Arc<Space>>,
    pub standing: Option<Standing>,
    /// What came of a round that was trained, as a sentence.
    pub trained: Option<String>,
    /// Why nothing more can be proposed or trained, or what went wrong.
    pub halted: Option<String>,
}

/// What is needed to go on with a project.
#[derive(Clone)]
pub struct Going {
    pub folder: PathBuf,
    pub pictures: Arc<Pictures>,
    pub desk: Option<Arc<Desk>>,
    pub device: DeviceKind,
    /// Train on the labels that there are although images of the batch wait for theirs.
    pub at_once: bool,
}

/// Prepares what is not prepared yet; once the batch is labelled, trains a round and proposes the next batch.
pub fn go_on(going: Going, progress: &Progress) -> Gone {
    let mut gone = Gone { desk: going.desk.clone(), space: None, standing: None, trained: None, halted: None };
    let halted = step(&going, progress, &mut gone).err().map(|e| words::capital(&e.to_string()));
    gone.halted = gone.halted.take().or(halted);
    gone.standing = Project::look(&going.folder).and_then(|project| Standing::of(&project)).ok();
    gone
}

fn step(going: &Going, progress: &Progress, gone: &mut Gone) -> Result<(), ProjectError> {
    let desk = match &going.desk {
        Some(desk) => Arc::clone(desk),
        None => {
            let project = Project::look(&going.folder)?;
            let world = prepared(&project, going, progress)?;
            gone.space = Some(Arc::new(Space::new(Arc::clone(&world.latent))));
            gone.desk.insert(Arc::new(Desk::new(Arc::clone(&going.pictures), world))).clone()
        }
    };
    let project = Project::look(&going.folder)?;
    let sitting = Sitting::new(Known::of(&project), Standing::of(&project)?);
    if sitting.waiting(List::Round) > 0 && !going.at_once {
        return Ok(());
    }
    match can_train(&project, false) {
        Ok(()) => {
            let round = format!("Training round {}", sitting.standing().round);
            let mut tell = |done: Done| match done {
                Done::Training { done, all } => progress.tell(&round, done, all, None),
                Done::Predicting { done, all } => progress.tell("Looking at every image", done, all, None),
            };
            let record = with_threads(1, || desk.train(&project, false, &mut tell))?;
            let (round, labels, seconds) = (record.round, record.labels, record.seconds);
            let labels = words::counted(labels, "label");
            let one_class = one_class(&project)?.map_or_else(String::new, |sentence| format!("; {sentence}"));
            gone.trained = Some(format!("Round {round} is trained on {labels}, in {seconds:.1} s{one_class}"));
        }
        Err(e) if going.at_once => return Err(e),
        // Without labels, or with one class: more images are proposed first.
        Err(ProjectError::Refused(_)) => {}
        Err(e) => return Err(e),
    }
    let mut project = Project::look(&going.folder)?;
    let count = project.experiment().samples_per_round;
    progress.tell("Choosing the next images", 0, 0, None);
    let proposed = with_threads(1, || {
        let interrupted = |share: f32| !progress.tell("Choosing the next images", (share * 100.0) as usize, 100, None);
        desk.propose(&mut project, None, count, &interrupted)
    });
    match proposed {
        Err(ProjectError::Refused(why)) if gone.trained.is_some() => gone.halted = Some(words::capital(&why)),
        proposed => drop(proposed?),
    }
    Ok(())
}

/// What can be asked of a project besides, which trains networks over again in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Whether a larger network would help.
    Larger,
    /// Which labels networks deny that have not seen them.
    Labels,
}

/// Answers a question; what was found stands on the disk.
pub fn answer(question: Question, folder: &Path, desk: &Desk, progress: &Progress) -> Result<(), ProjectError> {
    let project = Project::look(folder)?;
    let (training, looking) = match question {
        Question::Larger => ("Training a larger network", "Looking at the test images"),
        Question::Labels => ("Training without a part of the labels", "Looking at that part"),
    };
    let mut tell = |done: Done| match done {
        Done::Training { done, all } => progress.tell(training, done, all, None),
        Done::Predicting { done, all } => progress.tell(looking, done, all, None),
    };
    with_threads(1, || match question {
        Question::Larger => desk.larger(&project, &mut tell).map(drop),
        Question::Labels => desk.check_labels(&project, &mut tell).map(drop),
    })
}

/// The world of a project; its generator is trained once and kept.
fn prepared(project: &Project, going: &Going, progress: &Progress) -> Result<Arc<World>, ProjectError> {
    let refused = |e: &dyn std::fmt::Display| ProjectError::Refused(e.to_string());
    let device = ComputeDevice::open(going.device, device::software_allowed()).map_err(|e| refused(&e))?;
    let mut preparation = going.pictures.preparation(project, &device)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if preparation.is_convolutional() { cores.saturating_sub(1).max(1) } else { 1 };
    with_threads(threads, || {
        loop {
            let (what, done, all, left) = match preparation.activity() {
                PreparationActivity::TrainingGenerator { done, total, left } => {
                    ("Training the generator", done, total, left)
                }
                PreparationActivity::Encoding { done, total } => {
                    ("Placing the images in latent space", done, total, None)
                }
                _ => ("Preparing", 0, 0, None),
            };
            if !progress.tell(what, done, all, left) {
                // What is trained of it by now is kept, and goes on from there.
                preparation.keep_training(Duration::ZERO);
                return Err(ProjectError::Cancelled);
            }
            match preparation.advance()? {
                Some(Prepared::Ready { world, .. }) => return Ok(world),
                Some(_) => {}
                None => return Err(ProjectError::Refused("the preparation ended without a latent space".into())),
            }
        }
    })
}

/// Runs work on so many threads of low priority.
fn with_threads<T: Send>(
    threads: usize,
    work: impl FnOnce() -> Result<T, ProjectError> + Send,
) -> Result<T, ProjectError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).start_handler(|_| lower_priority()).build();
    pool.map_err(|e| ProjectError::Refused(format!("no thread can be started ({e})")))?.install(work)
}

/// An error in a few lines, in the words of the window: of many objections the first ones, and of a long one its beginning.
pub fn shortened(error: &ProjectError) -> String {
    const SHOWN: usize = 4;
    const LONGEST: usize = 300;
    let mut text = error.to_string();
    // What the command line has options for, a dialog here has boxes or buttons for.
    for (option, here) in [
        ("--skip-unknown passes it over", "tick \"Pass over unknown images\" to pass it over"),
        ("--new-classes adds it", "tick \"Add new classes\" to add it"),
        ("give their place with --images PATH", "choose the images where they are now"),
    ] {
        text = text.replace(option, here);
    }
    let cut = |line: &str| match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    };
    let more = text.lines().count().saturating_sub(SHOWN);
    let mut shown: Vec<String> = text.lines().take(SHOWN).map(cut).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_in_a_few_lines_and_the_words_of_the_window() {
        let long = format!("{}\n{}", "x".repeat(5_000), "a\n".repeat(9));
        let told = shortened(&ProjectError::Refused(long));
        assert_eq!((told.lines().count(), told.chars().count() < 400, told.ends_with("and 6 more")), (5, true, true));
        let lost = ProjectError::Refused("the images are not at x; give their place with --images PATH".into());
        assert!(!shortened(&lost).contains("--"), "{}", shortened(&lost));
    }
}
