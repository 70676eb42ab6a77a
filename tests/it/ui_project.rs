//! A project in the window: labelled by keys alone, every label on the disk before the next image is shown.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use ridgewalk::dataset::{Class, Dataset};
use ridgewalk::device::DeviceKind;
use ridgewalk::experiment::Experiment;
use ridgewalk::project::{Answer, List, New, Project, Purpose, Said, Sitting, Status, create};
use ridgewalk::ui::ProjectApp;

use crate::common::{Dropped, tiny};
use crate::ui::PATIENCE;

pub const BATCH: usize = 6;

/// A project of built-in digits, whose files say what they are.
pub fn digits(folder: &Path, count: usize, set: &[&str]) -> PathBuf {
    let experiment = Experiment { train_size: count, test_size: 1, validation_size: 0, ..tiny() };
    let Dataset { train, .. } = ridgewalk::dataset::load(&experiment, 1, None).unwrap();
    let images = folder.join("digits");
    std::fs::create_dir_all(&images).unwrap();
    for sample in 0..train.len() {
        let picture = image::GrayImage::from_raw(28, 28, train.image(sample).to_vec()).unwrap();
        picture.save(images.join(format!("{sample:03}-{}.png", train.label(sample)))).unwrap();
    }
    let classes = (0..10).map(|c: usize| c.to_string()).collect();
    let settings = ["generator=pca", "latent_dim=2", "minibatches_per_round=4", "seed=3"];
    let batch = format!("samples_per_round={BATCH}");
    let set = settings.into_iter().chain([batch.as_str()]).chain(set.iter().copied()).map(str::to_owned).collect();
    let home = folder.join("project");
    create(&home, &New { images, classes, like: None, set }, "a test", &mut |_, _| true).unwrap();
    home
}

pub fn window(project: &Path) -> Harness<'static, ProjectApp> {
    let folder = project.to_path_buf();
    let builder = Harness::builder().with_size(egui::vec2(1280.0, 800.0)).wgpu();
    builder.build_eframe(move |cc| ProjectApp::new(cc, folder, DeviceKind::Cpu))
}

pub fn wait_for(w: &mut Harness<'_, ProjectApp>, what: &str, done: impl Fn(&Harness<'_, ProjectApp>) -> bool) {
    let start = Instant::now();
    while !done(w) {
        assert!(start.elapsed() < PATIENCE, "{what} never came");
        w.step();
        #[expect(
            clippy::disallowed_methods,
            reason = "a thread works while this one yields; there is no event to wait for"
        )]
        std::thread::sleep(Duration::from_millis(3));
    }
    w.step();
}

pub fn sitting<'a>(w: &'a Harness<'_, ProjectApp>) -> Option<&'a Sitting> {
    w.state().sitting()
}

/// The image that is asked about.
pub fn image(w: &Harness<'_, ProjectApp>) -> Option<usize> {
    sitting(w).and_then(Sitting::image)
}

/// The true class, which stands in the name.
pub fn truth(w: &Harness<'_, ProjectApp>, image: usize) -> char {
    let name = &sitting(w).unwrap().known().names[image];
    name.trim_end_matches(".png").chars().last().unwrap()
}

/// Types a character and waits until what it says is on the disk.
pub fn press(w: &mut Harness<'_, ProjectApp>, c: char) {
    let steps = sitting(w).unwrap().steps();
    w.event(egui::Event::Text(c.into()));
    wait_for(w, "the answer", |w| sitting(w).unwrap().steps() > steps);
}

/// The labels on the disk.
pub fn labels(project: &Path) -> Vec<(String, String)> {
    let project = Project::look(project).unwrap();
    let row = |image: usize| project.label_of(image).map(|row| (row.file.clone(), row.label.clone()));
    (0..project.images().len()).filter_map(row).collect()
}

/// The window in the third round of a project, with its test images labelled by the truth.
pub fn in_the_third_round(project: &Path) -> image::RgbaImage {
    let mut w = window(project);
    wait_for(&mut w, "the first batch", |w| sitting(w).is_some_and(|s| s.waiting(List::Round) > 0));
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num2);
    w.run_steps(3);
    w.get_by_label("Draw and label").click();
    wait_for(&mut w, "the test images", |w| sitting(w).unwrap().waiting(List::Test) > 0);
    while let Some(image) = image(&w) {
        let class = truth(&w, image);
        press(&mut w, class);
    }
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num1);
    w.run_steps(3);
    while sitting(&w).unwrap().standing().round < 3 {
        match image(&w) {
            Some(image) => {
                let class = truth(&w, image);
                press(&mut w, class);
            }
            None => w.step(),
        }
    }
    wait_for(&mut w, "the third batch", |w| image(w).is_some());
    w.run_steps(40);
    w.render().unwrap()
}

#[test]
fn a_batch_is_labelled_by_keys_and_the_next_round_is_trained_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let project = digits(folder.path(), 60, &[]);
    let mut w = window(&project);
    wait_for(&mut w, "the first batch", |w| sitting(w).is_some_and(|s| s.waiting(List::Round) == BATCH));
    assert!(w.query_by_label_contains("no test image is labelled").is_some(), "the reminder");
    let train =
        |w: &Harness<'_, ProjectApp>| w.query_by_label("Train now").is_some_and(|b| !b.accesskit_node().is_disabled());
    assert!(!train(&w) && w.query_by_label_contains("This round costs 6 labels more, of 6").is_some());
    let mut pressed = Vec::new();
    for n in 0..BATCH {
        let image = image(&w).unwrap();
        assert_eq!(labels(&project).len(), n, "what was pressed is on the disk before the next image is shown");
        let class = truth(&w, image);
        press(&mut w, class);
        pressed.push((sitting(&w).unwrap().known().names[image].clone(), class.to_string()));
        if n == 1 {
            // Taken back, asked again, and given again.
            w.key_press(egui::Key::Backspace);
            wait_for(&mut w, "the undone image", |w| sitting(w).unwrap().image() == Some(image));
            assert_eq!(labels(&project).len(), 1);
            press(&mut w, class);
        }
    }
    pressed.sort();
    assert_eq!(labels(&project), pressed);
    wait_for(&mut w, "the next batch", |w| {
        sitting(w).is_some_and(|s| s.standing().round == 2 && s.waiting(List::Round) == BATCH)
    });
    assert!(!train(&w), "no label is new");

    // The guess is hidden until it is asked for, and recorded if it was.
    let first = image(&w).unwrap();
    assert!(!sitting(&w).unwrap().is_guess_shown() && w.query_by_label("Hidden, so that it does not lead").is_some());
    w.key_press(egui::Key::ArrowUp);
    w.run_steps(3);
    assert!(sitting(&w).unwrap().is_guess_shown());
    let class = truth(&w, first);
    press(&mut w, class);
    w.key_press(egui::Key::ArrowDown);
    wait_for(&mut w, "not sure", |w| sitting(w).unwrap().waiting(List::Round) == BATCH - 2);
    assert!(train(&w), "one is new");
    let log = Project::look(&project).unwrap();
    let rows = log.log().rows();
    let [.., guessed, unsure] = rows else { panic!("{} rows", rows.len()) };
    assert!(!guessed.guess.is_empty() && unsure.guess.is_empty());
    assert_eq!((guessed.answer, unsure.answer), (Answer::Label, Answer::NotSure));

    // Back to the labelled one, which gets another class; and a class that nobody had thought of.
    w.key_press(egui::Key::ArrowLeft);
    w.key_press(egui::Key::ArrowLeft);
    wait_for(&mut w, "the image before", |w| sitting(w).unwrap().image() == Some(first));
    let other = if class == '7' { '8' } else { '7' };
    press(&mut w, other);
    let name = sitting(&w).unwrap().known().names[first].clone();
    assert!(labels(&project).contains(&(name, other.to_string())));
    let image = image(&w).unwrap();
    w.event(egui::Event::Text("+".into()));
    w.run_steps(3);
    w.get_by_label("Name of the class").type_text("blot");
    w.run_steps(3);
    w.key_press(egui::Key::Enter);
    wait_for(&mut w, "the new class", |w| sitting(w).unwrap().known().class_of(image) == Some(10));
    w.check_accessibility();
}

/// What a strategy generates is labelled like any image, and Del says that there is no such thing.
#[test]
fn generated_images_are_labelled_and_rejected_by_keys() {
    let folder = tempfile::tempdir().unwrap();
    let project = digits(folder.path(), 60, &["strategy=si"]);
    let mut w = window(&project);
    wait_for(&mut w, "the first batch", |w| sitting(w).is_some_and(|s| s.waiting(List::Round) == BATCH));
    let first = image(&w).unwrap();
    let name = sitting(&w).unwrap().known().names[first].clone();
    assert!(name.starts_with("generated/") && project.join(&name).exists(), "{name}");
    w.run_steps(3);
    assert!(w.query_by_label(&format!("Image {name}")).is_some());
    assert!(w.query_by_label_contains("there is no such thing").is_some());
    press(&mut w, '3');
    let rejected = image(&w).unwrap();
    let steps = sitting(&w).unwrap().steps();
    w.key_press(egui::Key::Delete);
    wait_for(&mut w, "the rejection", |w| sitting(w).unwrap().steps() > steps);
    // Taken back, asked again, and rejected again.
    w.key_press(egui::Key::Backspace);
    wait_for(&mut w, "the undone image", |w| image(w) == Some(rejected));
    w.key_press(egui::Key::Delete);
    wait_for(&mut w, "the rejection", |w| sitting(w).unwrap().steps() > steps);
    for class in ['5', '3', '5', '3'] {
        press(&mut w, class);
    }
    wait_for(&mut w, "the next batch", |w| {
        sitting(w).is_some_and(|s| s.standing().round == 2 && s.waiting(List::Round) > 0)
    });
    let status = Status::of(&Project::look(&project).unwrap()).unwrap();
    assert_eq!((status.labelled, status.generated_labelled, status.generated_rejected), (5, 5, 1));
    // The second round steps from what was labelled, and the model guesses.
    let second = image(&w).unwrap();
    assert!(second != first && sitting(&w).unwrap().pick(second).unwrap().0.step.is_some());
    assert!(sitting(&w).unwrap().guess(second).is_some());
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::G);
    w.run_steps(6);
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    w.run_steps(2);
    let waiting = sitting(&w).unwrap().waiting(List::Round);
    assert!((2..=5).contains(&waiting), "{waiting}: a step for each labelled image");
    press(&mut w, '7');
    assert_eq!(labels(&project).iter().filter(|(_, class)| class == "7").count(), waiting);
    wait_for(&mut w, "the third batch", |w| {
        sitting(w).is_some_and(|s| s.standing().round == 3 && s.waiting(List::Round) > 0)
    });
    // All labelled images, and the generated ones among them.
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num4);
    w.run_steps(3);
    w.check_accessibility();
    drop(w);
    // Another window goes on.
    let mut w = window(&project);
    wait_for(&mut w, "the project", |w| sitting(w).is_some_and(|s| s.waiting(List::Round) > 0));
    assert_eq!(sitting(&w).unwrap().known().class_of(first), Some(3));
}

#[test]
fn test_images_are_drawn_in_the_window_and_a_grid_labels_many_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let project = digits(folder.path(), 120, &[]);
    let mut w = window(&project);
    wait_for(&mut w, "the first batch", |w| sitting(w).is_some_and(|s| s.waiting(List::Round) == BATCH));
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num2);
    w.run_steps(3);
    w.get_by_label("Draw and label").click();
    wait_for(&mut w, "the test images", |w| sitting(w).unwrap().waiting(List::Test) > 0);
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num1);
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::G);
    w.run_steps(4);
    let of_round = sitting(&w).unwrap().of_round();
    assert_eq!(of_round.len(), BATCH, "the first batch is spared by the test");
    // What is taken back is where the keys are: another class is for the same image.
    press(&mut w, '1');
    w.key_press(egui::Key::Backspace);
    wait_for(&mut w, "the label taken back", |w| sitting(w).unwrap().waiting(List::Round) == BATCH);
    w.run_steps(2);
    press(&mut w, '2');
    assert_eq!(sitting(&w).unwrap().known().class_of(of_round[0]), Some(2));
    // All that wait, and no label that was given.
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    w.run_steps(2);
    press(&mut w, '4');
    let class = |image: &usize| sitting(&w).unwrap().known().class_of(*image);
    assert!(of_round[1..].iter().all(|image| class(image) == Some(4)) && class(&of_round[0]) == Some(2));
    assert_eq!(labels(&project).len(), BATCH);
    // Too many were drawn: all but the first, which has an answer, go back.
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::G);
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num2);
    w.run_steps(4);
    press(&mut w, '4');
    w.get_by_label("Give the rest back").click();
    wait_for(&mut w, "an empty list", |w| sitting(w).unwrap().waiting(List::Test) == 0);
    let drawn = Project::look(&project).unwrap();
    assert_eq!(drawn.images().all().iter().filter(|image| image.part == Purpose::Drawn).count(), 1);
    assert!(w.query_by_label("Give the rest back").is_none() && w.query_by_label("Draw and label").is_some());
    w.check_accessibility();
}

#[test]
fn labels_of_another_person_are_taken_in_and_their_conflicts_decided_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let project = digits(folder.path(), 60, &[]);
    let mut w = window(&project);
    wait_for(&mut w, "the first batch", |w| sitting(w).is_some_and(|s| s.waiting(List::Round) == BATCH));
    for class in ['3', '5', '5'] {
        press(&mut w, class);
    }
    // The other one agrees on the first, contradicts on two, and knows one more.
    let here = labels(&project);
    let other = sitting(&w).unwrap().queue(List::Round)[2];
    let other = sitting(&w).unwrap().known().names[other].clone();
    let mut table = "file,label,who\n".to_owned();
    for ((file, label), theirs) in here.iter().zip(["", "8", "9"]) {
        table += &format!("{file},{},anna\n", if theirs.is_empty() { label } else { theirs });
    }
    table += &format!("{other},1,anna\n");
    let file = folder.path().join("anna.csv");
    std::fs::write(&file, table).unwrap();
    w.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(file)));
    wait_for(&mut w, "the conflicts", |w| sitting(w).unwrap().waiting(List::Conflicts) == 2);
    assert!(labels(&project).contains(&(other, "1".into())), "what contradicts nothing is taken in");
    assert!(w.query_by_label("Cohen's kappa").is_some());
    let first = image(&w).unwrap();
    assert!(w.query_by_label_contains("anna: ").is_some());
    press(&mut w, '8');
    assert_eq!(sitting(&w).unwrap().known().class_of(first), Some(8));
    press(&mut w, '0');
    let s = sitting(&w).unwrap();
    assert_eq!((s.waiting(List::Conflicts), s.done(List::Conflicts)), (0, 2));
    let log = Project::look(&project).unwrap();
    assert!(log.log().rows().iter().rev().take(2).all(|row| row.strategy == "agreement"));
    w.run_steps(3);
    assert!(w.query_by_label("No conflict is left to decide").is_some());
    w.check_accessibility();
}

/// On a curve that flattens the forecast comes with some rounds, and stands in the window.
#[test]
fn after_enough_rounds_the_window_forecasts_twice_and_four_times_the_labels() {
    const MOST_ROUNDS: usize = 10;
    let folder = tempfile::tempdir().unwrap();
    let set = ["samples_per_round=20", "minibatches_per_round=20", "batch_size=32", "strategy=random"];
    let home = digits(folder.path(), 240 + 20 * MOST_ROUNDS, &set);
    let mut project = Project::open(&home, "a test").unwrap();
    let truth = |project: &Project, image: usize| -> Class {
        let name = &project.images().all()[image].file;
        name.trim_end_matches(".png").chars().last().and_then(|c| c.to_digit(10)).unwrap() as Class
    };
    for image in project.draw_test(240, &[]).unwrap() {
        let class = truth(&project, image);
        project.say(image, Said::label(class, 1, "test")).unwrap();
    }
    let desk = crate::project::desk(&mut project);
    let mut status = Status::of(&project).unwrap();
    assert!(status.forecast.is_empty());
    while status.forecast.len() < 2 {
        assert!(status.rounds < MOST_ROUNDS, "{:?} {:?}", status.no_forecast, status.curve);
        let batch = desk.propose(&mut project, None, 20, &|_| false).unwrap();
        for pick in &batch.picks {
            let class = truth(&project, pick.image as usize);
            project.say(pick.image as usize, Said::label(class, batch.round, &batch.strategy)).unwrap();
        }
        desk.train(&project, false, &mut |_| true).unwrap();
        status = Status::of(&project).unwrap();
    }
    drop((desk, project));
    let mut w = window(&home);
    wait_for(&mut w, "the project", |w| sitting(w).is_some());
    w.run_steps(3);
    for expected in &status.forecast {
        let text = format!("{:.1} % are expected with {} labels", expected.accuracy, expected.labels);
        assert!(w.query_by_label_contains(&text).is_some(), "{text}");
    }
    assert!(w.query_by_label("Labels or network?").is_some());
    // Labels are checked in the background, and that can be stopped.
    wait_for(&mut w, "a desk", |w| {
        w.query_by_label("Check the labels").is_some_and(|b| !b.accesskit_node().is_disabled())
    });
    w.get_by_label("Check the labels").click();
    wait_for(&mut w, "the check", |w| w.query_by_label("Stop checking").is_some());
    assert!(w.query_by_label("Labels or network?").is_none());
    w.get_by_label("Stop checking").click();
    wait_for(&mut w, "its end", |w| w.query_by_label("Check the labels").is_some());
    assert_eq!(sitting(&w).unwrap().standing().status.checked, None);
}

#[test]
fn a_second_window_on_a_project_is_refused_with_its_holder_named_and_what_was_killed_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let project = digits(folder.path(), 40, &[]);
    let mut w = window(&project);
    wait_for(&mut w, "the first batch", |w| sitting(w).is_some_and(|s| s.waiting(List::Round) == BATCH));
    let mut second = window(&project);
    wait_for(&mut second, "the refusal", |w| w.query_by_label_contains("has this project open").is_some());
    // Two keys in one frame: the second is for an image that nobody has seen.
    let first = image(&w).unwrap();
    w.input_mut().events.extend(["2", "3"].map(|key| egui::Event::Text(key.into())));
    w.step();
    assert!(w.query_by_label_contains("Too early").is_some());
    wait_for(&mut w, "the answer", |w| sitting(w).unwrap().steps() == 1);
    assert_eq!(labels(&project).len(), 1);
    // While looking back, → goes on.
    w.key_press(egui::Key::ArrowLeft);
    w.run_steps(3);
    assert!(w.query_by_label("Go on").is_some() && w.query_by_label("Skip").is_none());
    w.key_press(egui::Key::ArrowRight);
    w.run_steps(3);
    assert!(w.query_by_label("Skip").is_some() && image(&w) != Some(first));
    // A message lies over the page: nothing below the pointer moves when it comes or goes.
    let place = |w: &Harness<'_, ProjectApp>| w.get_by_label("Skip").rect();
    let before = place(&w);
    let files = ["a.csv", "b.csv"].map(|name| std::sync::Arc::new(Dropped(folder.path().join(name))) as _);
    w.input_mut().dropped_files.extend(files);
    w.run_steps(3);
    assert!(w.query_by_label_contains("One file with labels").is_some());
    assert_eq!(place(&w), before);
    w.get_by_label("Close the message").click();
    w.run_steps(3);
    assert!(w.query_by_label_contains("One file with labels").is_none());
    assert_eq!(place(&w), before);
    // As a kill in the middle of the next write leaves the file.
    drop(w);
    let path = project.join("labels.csv");
    let mut text = std::fs::read_to_string(&path).unwrap();
    text += "001-3.png,3,1,ran";
    std::fs::write(&path, text).unwrap();
    second.get_by_label("Try again").click();
    wait_for(&mut second, "the project", |w| sitting(w).is_some_and(|s| s.waiting(List::Round) == BATCH - 1));
    assert_eq!(sitting(&second).unwrap().known().class_of(first), Some(2));
    assert!(second.query_by_label_contains("was cut off").is_some());
}
