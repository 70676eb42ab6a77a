//! An open project: what a person does goes to the disk, and what is slow goes on in the background.

use std::path::PathBuf;
use std::sync::Arc;

use egui::Context;

use super::class_keys::ClassKeys;
use super::gallery::Gallery;
use super::grid::Grid;
use super::pace::Pace;
use super::pen::{Pen, Written};
use super::place_view::PlaceView;
use super::space::Space;
use super::work::{Going, Gone, Now, Opened, Question, Work, answer, go_on, shortened};
use crate::dataset::Class;
use crate::device::DeviceKind;
use crate::project::transfer::Told;
use crate::project::{Answer, Desk, List, Pictures, Project, ProjectError, Sitting, Standing};
use crate::statistics::Agreement;
use crate::ui::kit::job::Job;
use crate::ui::kit::memo::Memo;
use crate::ui::kit::words;

/// An open project.
pub struct Open {
    folder: PathBuf,
    pub pictures: Arc<Pictures>,
    pub sitting: Sitting,
    pub keys: ClassKeys,
    /// Where the images lie, once the generator is there.
    pub space: Option<Arc<Space>>,
    desk: Option<Arc<Desk>>,
    device: DeviceKind,
    pen: Pen,
    /// The name of a class that is added, and the images that get it.
    naming: Option<(String, Vec<usize>)>,
    work: Work<Gone>,
    /// What was asked besides, while networks are trained for it.
    asking: Option<Question>,
    answering: Work<Result<(), ProjectError>>,
    reading: Job<Result<Standing, ProjectError>>,
    /// When the standing is to be read again, seconds of the window's clock.
    read_at: Option<f64>,
    /// Why nothing goes on by itself.
    pub halted: Option<String>,
    /// What happened last, or what went wrong.
    pub message: Option<Result<String, String>>,
    /// The image that is asked about with the number of answers before it.
    asked: (Option<usize>, usize),
    /// The image on the screen: only what a person has seen is answered.
    drawn: Option<usize>,
    pace: Pace,
    /// Until when it is said that an answer came too early, seconds of the window's clock.
    early: f64,
    /// How far the labels of another person agree with those here, if some were taken in.
    pub agreement: Option<Agreement>,
    pub gallery: Gallery,
    pub place: PlaceView,
    pub grid: Grid,
    /// Whether the images of a lasso are looked at one after the other instead of in the grid.
    pub one_by_one: bool,
    /// Whether a drag in the large latent space draws a lasso.
    pub lassoes: bool,
    near: Memo<(usize, u64, usize), Vec<(usize, f32)>>,
}

/// Seconds after an answer until the standing is read again.
const SETTLED: f64 = 0.6;
/// Labelled neighbours that are shown.
const NEIGHBOURS: usize = 6;
/// Images that are decoded ahead.
const AHEAD: usize = 3;
/// How long it is said that an answer came too early, seconds.
const EARLY: f64 = 2.0;

impl Open {
    pub fn new(ctx: &Context, folder: PathBuf, opened: Opened, device: DeviceKind) -> Self {
        let Opened { project, pictures, sitting, notes } = opened;
        let mut open = Self {
            folder,
            pictures,
            keys: ClassKeys::new(&sitting.known().classes),
            sitting,
            space: None,
            desk: None,
            device,
            pen: Pen::new(project),
            naming: None,
            work: Work::default(),
            asking: None,
            answering: Work::default(),
            reading: Job::default(),
            read_at: None,
            halted: None,
            message: (!notes.is_empty()).then(|| Ok(notes.join("; "))),
            asked: (None, 0),
            drawn: None,
            pace: Pace::default(),
            early: 0.0,
            agreement: None,
            gallery: Gallery::default(),
            place: PlaceView::default(),
            grid: Grid::default(),
            one_by_one: false,
            lassoes: true,
            near: Memo::default(),
        };
        open.go_on(ctx, false);
        open
    }

    /// Takes what is written and computed, and starts what is to be done.
    pub fn update(&mut self, ctx: &Context) {
        let now = ctx.input(|i| i.time);
        if let Some(written) = self.pen.take() {
            self.take_written(ctx, written, now);
        }
        if let Some(gone) = self.work.take() {
            self.take_gone(gone);
        }
        match self.answering.take() {
            Some(Ok(())) => self.read_at = Some(now),
            Some(Err(ProjectError::Cancelled)) | None => {}
            Some(Err(e)) => self.message = Some(Err(words::capital(&e.to_string()))),
        }
        if let Some(read) = self.reading.take() {
            match read {
                Ok(standing) if standing.round >= self.sitting.standing().round => self.sitting.take(standing),
                Ok(_) => {}
                Err(e) => self.message = Some(Err(e.to_string())),
            }
        }
        // Labels that two people gave differently are decided first.
        let waits = [List::Round, List::Conflicts].iter().any(|list| self.sitting.waiting(*list) > 0);
        let is_due = !waits && self.halted.is_none() && !self.pen.is_writing();
        if is_due && !self.work.is_running() {
            self.go_on(ctx, false);
        }
        self.read_again(ctx, now);
        for image in self.sitting.queue(self.sitting.list()).iter().take(AHEAD) {
            self.gallery.want(*image);
        }
        self.gallery.update(ctx, &self.pictures);
    }

    /// What a person sees from now on: an image, or many of them.
    pub fn seen(&mut self, now: f64, image: Option<usize>) {
        let asked = (image, self.sitting.steps());
        if self.asked != asked {
            self.asked = asked;
            self.pace.ask(now);
        }
        self.drawn = image;
    }

    /// Whether an answer is taken: the one before is on the disk, and a person sees what this one is about. If not, it is
    /// said that it came too early.
    pub fn takes_answer(&mut self, ctx: &Context) -> bool {
        let now = ctx.input(|i| i.time);
        match self.image() {
            _ if self.shows_grid() => self.is_ready(ctx, true),
            // Nothing is asked.
            None => false,
            image => self.is_ready(ctx, self.drawn == image && self.pace.is_seen(now)),
        }
    }

    /// Whether nothing is on its way to the disk and a condition holds; if not, what was pressed came too early.
    fn is_ready(&mut self, ctx: &Context, holds: bool) -> bool {
        let ready = holds && !self.pen.is_writing();
        self.early = if ready { 0.0 } else { ctx.input(|i| i.time) + EARLY };
        ready
    }

    /// Whether an answer came too early just now.
    pub fn was_early(&self, ctx: &Context) -> bool {
        let left = self.early - ctx.input(|i| i.time);
        if left > 0.0 {
            ctx.request_repaint_after_secs(left as f32);
        }
        left > 0.0
    }

    fn take_written(&mut self, ctx: &Context, written: Result<Written, ProjectError>, now: f64) {
        self.read_at.get_or_insert(now + SETTLED);
        match written {
            Ok(Written::Said { rows, replaced }) => {
                self.message = replaced.map(Err).or(self.message.take());
                let changes_training = rows.iter().any(|(image, _)| !self.sitting.known().parts[*image].is_test());
                let undone = self.sitting.written(rows);
                if self.grid.shown && !undone.is_empty() {
                    self.sitting.leave();
                    self.grid.go_back_to(undone);
                }
                if changes_training {
                    self.halted = None;
                }
            }
            Ok(Written::Changed { classes, parts }) => {
                self.keys = ClassKeys::new(&classes);
                self.sitting.take_known(classes, parts);
                if let Some((name, images)) = self.naming.take()
                    && let Some(class) = self.sitting.known().classes.iter().position(|c| *c == name)
                {
                    self.label(ctx, &images, class as Class);
                }
            }
            Ok(Written::Imported(imported)) => {
                let (done, known) = *imported;
                let mut told = done.sentences();
                if !done.conflicts.is_empty() {
                    told.push(
                        "the same import asks again for those that are not decided before the project is closed".into(),
                    );
                }
                self.message = Some(Ok(told.join("; ")));
                self.keys = ClassKeys::new(&known.classes);
                self.agreement = done.agreement.or(self.agreement.take());
                self.sitting.take_import(known, done.conflicts);
                self.halted = None;
            }
            Err(e) => {
                self.sitting.not_written();
                self.naming = None;
                self.message = Some(Err(shortened(&e)));
            }
        }
    }

    fn take_gone(&mut self, gone: Gone) {
        let cancelled = self.work.is_cancelled();
        self.desk = gone.desk.or(self.desk.take());
        self.space = gone.space.or(self.space.take());
        if let Some(standing) = gone.standing {
            self.sitting.take(standing);
        }
        if let Some(trained) = gone.trained {
            self.message = Some(Ok(trained));
        }
        if let Some(why) = gone.halted.as_ref().filter(|_| !cancelled && self.sitting.waiting(List::Round) > 0) {
            // The batch is on the screen, and the reason has no other place.
            self.message = Some(Err(why.clone()));
        }
        self.halted = match gone.halted {
            Some(_) if cancelled => Some("Cancelled: nothing was changed, and all labels are kept".into()),
            Some(why) => Some(why),
            None if self.sitting.waiting(List::Round) == 0 => Some("No image was proposed".into()),
            None => None,
        };
    }

    /// Prepares, trains and proposes what is due; `at_once` trains on the labels that there are.
    pub fn go_on(&mut self, ctx: &Context, at_once: bool) {
        if self.work.is_running() {
            return;
        }
        self.halted = None;
        let going = Going {
            folder: self.folder.clone(),
            pictures: Arc::clone(&self.pictures),
            desk: self.desk.clone(),
            device: self.device,
            at_once,
        };
        self.work.start(ctx, move |progress| go_on(going, progress));
    }

    /// Reads the standing again once answers have settled.
    fn read_again(&mut self, ctx: &Context, now: f64) {
        let Some(at) = self.read_at else { return };
        if now < at {
            return ctx.request_repaint_after_secs((at - now) as f32);
        }
        if !self.reading.is_running() {
            self.read_at = None;
            let folder = self.folder.clone();
            self.reading.start(ctx, move || Project::look(&folder).and_then(|project| Standing::of(&project)));
        }
    }

    /// What is computed now.
    pub fn now(&self) -> Option<Now> {
        self.work.is_running().then(|| self.work.now())
    }

    pub fn cancel(&mut self) {
        self.work.cancel();
    }

    /// Trains networks over again on the same labels to answer a question.
    pub fn ask(&mut self, ctx: &Context, question: Question) {
        if let Some(desk) = self.desk.clone().filter(|_| !self.answering.is_running()) {
            let folder = self.folder.clone();
            self.asking = Some(question);
            self.answering.start(ctx, move |progress| answer(question, &folder, &desk, progress));
        }
    }

    /// The question that is being answered, and how far that is.
    pub fn answering(&self) -> Option<(Question, Now)> {
        self.answering.is_running().then(|| Some((self.asking?, self.answering.now()))).flatten()
    }

    /// Whether nothing keeps a question from being asked.
    pub fn can_ask(&self) -> bool {
        self.desk.is_some() && !self.answering.is_running()
    }

    pub fn cancel_answering(&mut self) {
        self.answering.cancel();
    }

    /// Gives an answer about images.
    pub fn say(&mut self, ctx: &Context, images: &[usize], answer: Answer, class: Option<Class>) {
        if images.is_empty() || self.pen.is_writing() {
            return;
        }
        let seconds = self.pace.answer(ctx.input(|i| i.time), images.len(), answer == Answer::Label);
        let said = self.sitting.answer(images, answer, class, seconds);
        self.message = None;
        self.pen.say(ctx, said);
    }

    /// Puts off what a skip is about, if it has labels already; false if it has none.
    pub fn put_off(&mut self) -> bool {
        let targets = self.targets();
        self.sitting.put_off(&targets)
    }

    /// Gives images a class: in a lasso as a draft, elsewhere as a label.
    pub fn label(&mut self, ctx: &Context, images: &[usize], class: Class) {
        match self.sitting.list() {
            List::Region => self.sitting.change_region(|region| region.give(images, class)),
            _ => self.say(ctx, images, Answer::Label, Some(class)),
        }
    }

    /// Writes the labels of a lasso.
    pub fn confirm(&mut self, ctx: &Context) {
        let count = self.sitting.region().given().count();
        if count == 0 || !self.is_ready(ctx, true) {
            return;
        }
        let seconds = self.pace.answer(ctx.input(|i| i.time), count, true);
        let said = self.sitting.confirm(seconds);
        self.message = None;
        self.pen.say(ctx, said);
    }

    /// Takes the images that a lasso was drawn round.
    pub fn take_region(&mut self, ctx: &Context, images: Vec<usize>) {
        let any = self.sitting.take_region(images);
        self.message = (!any).then(|| Ok("Every image in the lasso has a label, or is for the test".into()));
        self.one_by_one = false;
        self.pace.ask(ctx.input(|i| i.time));
    }

    /// Leaves the lasso, unless that would lose classes that were given in it.
    pub fn leave_region(&mut self) {
        match self.sitting.region().given().count() {
            0 => drop(self.sitting.take_region(Vec::new())),
            given => {
                let given = words::counted(given, "label");
                self.message = Some(Ok(format!(
                    "Not confirmed: {given} in the lasso. Enter writes them, Backspace takes them back"
                )));
            }
        }
    }

    /// Whether many images are shown at once.
    pub fn shows_grid(&self) -> bool {
        match self.sitting.list() {
            List::Labelled => self.sitting.image().is_none(),
            List::Region => !self.sitting.region().images().is_empty() && !self.one_by_one,
            _ => self.grid.shown && !self.sitting.looks_back(),
        }
    }

    /// Whether arrows go through the images of the grid, or of a lasso.
    pub fn has_grid_keys(&self) -> bool {
        self.shows_grid() || self.sitting.list() == List::Region && !self.shows_space()
    }

    /// Whether the latent space is shown large, for a lasso.
    pub fn shows_space(&self) -> bool {
        self.sitting.list() == List::Region && self.sitting.region().images().is_empty()
    }

    /// The image that is shown large.
    pub fn image(&self) -> Option<usize> {
        match self.sitting.list() {
            List::Region if self.shows_space() => None,
            List::Region => self.grid.at_cursor(),
            _ => self.sitting.image(),
        }
    }

    /// The class that an image has, or would get.
    pub fn class_of(&self, image: usize) -> Option<Class> {
        self.sitting.known().class_of(image).or_else(|| self.sitting.region().class_of(image))
    }

    /// What an answer is about.
    pub fn targets(&self) -> Vec<usize> {
        match self.shows_grid() {
            true => self.grid.targets(),
            false => self.image().into_iter().collect(),
        }
    }

    /// The image that is told of: the one that is asked about, or where the keys of the grid are.
    pub fn subject(&self) -> Option<usize> {
        if self.shows_grid() { self.grid.at_cursor() } else { self.image() }
    }

    /// Adds a class and gives it to images; false while something else is being written.
    pub fn name_class(&mut self, ctx: &Context, name: &str, images: &[usize]) -> bool {
        let ready = self.is_ready(ctx, true);
        if ready {
            self.naming = Some((name.to_owned(), images.to_vec()));
            self.pen.add_class(ctx, name.to_owned());
        }
        ready
    }

    /// Removes a class that was added by mistake.
    pub fn remove_class(&mut self, ctx: &Context, class: Class) {
        let name = self.sitting.known().classes.get(usize::from(class)).cloned();
        if let Some(name) = name.filter(|_| self.is_ready(ctx, true)) {
            self.pen.remove_class(ctx, name);
        }
    }

    pub fn undo(&mut self, ctx: &Context) {
        if !self.is_ready(ctx, true) {
            return;
        }
        let said = self.sitting.undo();
        if said.is_empty() {
            let what =
                "No answer of this sitting is left to take back; Labelled (Ctrl 4) shows all of them, to put one right";
            self.message = Some(Ok(what.into()));
        } else {
            self.pace.undo();
            self.pen.say(ctx, said);
        }
    }

    /// Takes in the labels of a file, such as those of a copy of the project.
    pub fn import(&mut self, ctx: &Context, file: PathBuf, told: Told) {
        if !self.pen.is_writing() {
            self.pen.import(ctx, file, told);
        }
    }

    pub fn draw_test(&mut self, ctx: &Context, count: usize) {
        if self.is_ready(ctx, true) {
            self.pen.draw_test(ctx, count);
        }
    }

    pub fn give_back_test(&mut self, ctx: &Context) {
        if self.is_ready(ctx, true) {
            self.pen.give_back_test(ctx);
        }
    }

    /// Seconds for an answer: in this sitting, or before it.
    pub fn pace(&self) -> Option<f64> {
        self.pace.label().or(self.sitting.standing().status.seconds_per_label)
    }

    /// How long a number of images takes at this pace, as text.
    pub fn time_for(&self, images: usize) -> Option<String> {
        self.pace().map(|pace| words::about((pace * images as f64) as f32))
    }

    /// The labelled images nearest to the one that is asked about.
    pub fn near(&mut self) -> Vec<(usize, f32)> {
        let (image, version) = (self.subject(), self.sitting.version);
        let Some((space, image)) = self.space.as_ref().zip(image) else { return Vec::new() };
        let known = self.sitting.known();
        let point = known.generated(self.sitting.standing(), image).map(|image| image.point.as_slice());
        let find = || space.nearest_labelled(known, image, point, NEIGHBOURS);
        self.near.get((image, version, space.places.len()), find).clone()
    }

    /// The latent point of the image that is told of, if it was generated.
    pub fn point(&self) -> Option<&[f32]> {
        let generated = self.sitting.known().generated(self.sitting.standing(), self.subject()?)?;
        Some(&generated.point)
    }
}
