//! What a person decides, written into the project on a background thread: it counts once it is on the disk.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use egui::Context;

use crate::project::transfer::{Import, Told, import, read};
use crate::project::{Known, Project, ProjectError, Purpose, Row, Said, first_set, remove_class};
use crate::ui::kit::job::Job;

/// What was written.
pub enum Written {
    /// The rows that count for images by now, and that the file was written again, if it was.
    Said { rows: Vec<(usize, Row)>, replaced: Option<String> },
    /// The classes and the parts of the images by now.
    Changed { classes: Vec<String>, parts: Vec<Purpose> },
    /// What came of an import, and all that is known by now.
    Imported(Box<(Import, Known)>),
}

/// Writes one thing at a time.
pub struct Pen {
    project: Arc<Mutex<Project>>,
    job: Job<Result<Written, ProjectError>>,
}

impl Pen {
    pub fn new(project: Project) -> Self {
        Self { project: Arc::new(Mutex::new(project)), job: Job::default() }
    }

    fn start(
        &mut self,
        ctx: &Context,
        write: impl FnOnce(&mut Project) -> Result<Written, ProjectError> + Send + 'static,
    ) {
        let project = Arc::clone(&self.project);
        self.job.start(ctx, move || {
            let mut project = project.lock().unwrap_or_else(PoisonError::into_inner);
            // What was generated meanwhile may be what is written about.
            project.follow()?;
            write(&mut project)
        });
    }

    /// Appends answers to the labels.
    pub fn say(&mut self, ctx: &Context, said: Vec<(usize, Said)>) {
        self.start(ctx, move |project| {
            let images: Vec<usize> = said.iter().map(|(image, _)| *image).collect();
            project.say_all(said)?;
            let row = |image: usize| {
                let file = &project.images().all()[image].file;
                Some((image, project.log().last(file)?.clone()))
            };
            let rows = images.into_iter().filter_map(row).collect();
            Ok(Written::Said { rows, replaced: project.take_replaced() })
        });
    }

    /// Adds a class behind those that are there.
    pub fn add_class(&mut self, ctx: &Context, name: String) {
        self.start(ctx, move |project| {
            project.add_classes(&[name])?;
            Ok(changed(project))
        });
    }

    /// Removes a class that was added by mistake.
    pub fn remove_class(&mut self, ctx: &Context, name: String) {
        self.start(ctx, move |project| {
            remove_class(project, &name)?;
            Ok(changed(project))
        });
    }

    /// Draws images for the test, at random.
    pub fn draw_test(&mut self, ctx: &Context, count: usize) {
        self.start(ctx, move |project| {
            project.draw_test(count, &first_set(project)?)?;
            Ok(changed(project))
        });
    }

    /// Gives drawn test images back to the pool of which nothing was said.
    pub fn give_back_test(&mut self, ctx: &Context) {
        self.start(ctx, |project| {
            project.give_back_test()?;
            Ok(changed(project))
        });
    }

    /// Takes in the labels of a file; those that contradict others are left to be decided.
    pub fn import(&mut self, ctx: &Context, file: PathBuf, told: Told) {
        self.start(ctx, move |project| {
            let done = import(project, &read(&file)?, told)?;
            Ok(Written::Imported(Box::new((done, Known::of(project)))))
        });
    }

    pub fn is_writing(&self) -> bool {
        self.job.is_running()
    }

    pub fn take(&mut self) -> Option<Result<Written, ProjectError>> {
        self.job.take()
    }
}

fn changed(project: &Project) -> Written {
    let parts = project.images().all().iter().map(|image| image.part).collect();
    Written::Changed { classes: project.classes().to_vec(), parts }
}
