//! Projects: the rounds are those of a run, every label that was confirmed is there, and what is wrong is named.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use ridgewalk::dataset::{Class, Dataset};
use ridgewalk::device::ComputeDevice;
use ridgewalk::experiment::{DatasetKind, Experiment};
use ridgewalk::history::{History, RoundRecord};
use ridgewalk::project::transfer::{Incoming, OnConflict, Told, import, read};
use ridgewalk::project::{
    Answer, Batch, Desk, Doubt, New, Pictures, Project, ProjectError, Purpose, Said, Status, create, read_rounds,
};
use ridgewalk::world::{Prepared, World};

use crate::common::{make_world, run, tiny};
use crate::project_shell::ridgewalk;

/// Built-in digits as PNG files, a folder a class.
pub fn digits(folder: &Path, count: usize) -> PathBuf {
    let built_in = ridgewalk::dataset::load(
        &Experiment { train_size: count, test_size: 1, validation_size: 0, ..tiny() },
        1,
        None,
    );
    let Dataset { train, .. } = built_in.unwrap();
    let images = folder.join("digits");
    for sample in 0..train.len() {
        let class = images.join(train.label(sample).to_string());
        std::fs::create_dir_all(&class).unwrap();
        let picture = image::GrayImage::from_raw(28, 28, train.image(sample).to_vec()).unwrap();
        picture.save(class.join(format!("{sample:03}.png"))).unwrap();
    }
    images
}

/// A short experiment on these images.
pub fn short(images: &Path) -> Experiment {
    Experiment {
        dataset: DatasetKind::Own,
        data: images.to_string_lossy().into_owned(),
        train_size: 0,
        test_size: 0,
        validation_size: 12,
        generator_epochs: 1,
        samples_per_round: 12,
        minibatches_per_round: 5,
        evaluate_every: 2,
        evaluation_part: 16,
        walks: 0,
        seed: 3,
        ..tiny()
    }
}

fn prepared(project: &Project, pictures: &Pictures) -> Arc<World> {
    let mut preparation = pictures.preparation(project, &ComputeDevice::cpu()).unwrap();
    loop {
        if let Prepared::Ready { world, .. } = preparation.advance().unwrap().unwrap() {
            return world;
        }
    }
}

pub fn desk(project: &mut Project) -> Desk {
    let pictures = Pictures::read(project, None, &mut |_, _| true).unwrap();
    let world = prepared(project, &pictures);
    Desk::new(pictures, world)
}

pub fn new(folder: &Path, new: &New) -> Project {
    create(folder, new, "a test", &mut |_, _| true).unwrap().project
}

/// The true class of an image, by its folder.
fn truth(project: &Project, image: usize) -> Class {
    let name = project.images().all()[image].file.split('/').next().unwrap().to_owned();
    project.class(&name).unwrap()
}

/// A round by hand: proposed, labelled by the truth in the reversed order, trained.
pub fn round(project: &mut Project, desk: &Desk, count: usize) -> Batch {
    let batch = desk.propose(project, None, count, &|_| false).unwrap();
    assert_eq!(desk.propose(project, None, count, &|_| false).unwrap(), batch, "the same again");
    for pick in batch.picks.iter().rev() {
        let image = pick.image as usize;
        project.say(image, Said::label(truth(project, image), batch.round, &batch.strategy)).unwrap();
    }
    desk.train(project, false, &mut |_| true).unwrap();
    batch
}

/// A history's rounds without wall times.
pub fn rounds(history: &History) -> Vec<RoundRecord> {
    history.rounds.iter().map(|r| r.timeless()).collect()
}

#[test]
fn with_labels_from_the_truth_a_project_has_the_rounds_of_a_run_to_the_bit() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 150);
    let experiment = short(&images);
    let history = run(&make_world(&experiment), &experiment);
    let folder = root.path().join("project");
    let like = New { images, like: Some((experiment.clone(), None)), ..New::default() };
    let mut project = new(&folder, &like);
    let kept = project.draw_test(1_000, &[]).unwrap();
    let evaluated = history.rounds[0].predicted.len();
    assert_eq!(kept.len(), evaluated, "the test images are those of the experiment");
    for image in kept {
        project.say(image, Said::label(truth(&project, image), 1, "test")).unwrap();
    }
    let mut at = desk(&mut project);
    for record in &history.rounds {
        let batch = round(&mut project, &at, experiment.samples_per_round);
        let proposed: Vec<u32> = batch.picks.iter().map(|p| p.image).collect();
        assert_eq!(proposed, record.proposals.iter().map(|p| p.sample).collect::<Vec<_>>());
        if record.round == 2 {
            // As another process goes on.
            drop(project);
            project = Project::open(&folder, "a test").unwrap();
            at = desk(&mut project);
        }
    }
    let (found, _) = read_rounds(&project).unwrap().unwrap();
    assert_eq!(rounds(&found), rounds(&history));
    let status = Status::of(&project).unwrap();
    let last = history.rounds.last().unwrap();
    assert_eq!((status.accuracy, status.test_images), (last.final_accuracy(), evaluated));
    let measured: Vec<_> = history.rounds.iter().map(|r| (r.labels, r.final_accuracy(), evaluated)).collect();
    assert_eq!(status.curve.iter().map(|p| (p.labels, p.accuracy, p.test_images)).collect::<Vec<_>>(), measured);
    assert_eq!((status.rounds, status.labelled), (history.rounds.len(), last.labels));
    assert!(status.accuracy_low < status.accuracy && status.accuracy < status.accuracy_high);
    // A test label that is another than the rounds were measured with.
    let (image, right) = project.labels().unwrap().test[0];
    let other = (right + 1) % project.classes().len() as Class;
    project.say(image, Said::label(other, 3, "test")).unwrap();
    let changed = Status::of(&project).unwrap();
    assert!(changed.curve.iter().zip(&status.curve).any(|(a, b)| a.accuracy != b.accuracy), "{changed:?}");
    assert_eq!((changed.test_labels_changed, changed.accuracy_before_changes), (1, status.accuracy));
    assert!(changed.changes().unwrap().contains("% with 1 test label as given before"), "{changed:?}");
    project.say(image, Said::label(right, 3, "test")).unwrap();
    assert_eq!(Status::of(&project).unwrap(), status);

    // A larger network is trained on the same rounds, changes none of them, and stands in the status.
    let larger = at.larger(&project, &mut |_| true).unwrap();
    let (found, _) = read_rounds(&project).unwrap().unwrap();
    assert_eq!(rounds(&found), rounds(&history));
    assert_eq!((larger.round, larger.labels, larger.test_images), (history.rounds.len(), last.labels, evaluated));
    assert!((larger.present_accuracy.value - f64::from(status.accuracy.unwrap())).abs() < 1e-4);
    let gain = larger.larger_accuracy.value - larger.present_accuracy.value;
    assert!((larger.gain.value - gain).abs() < 1e-9, "{larger:?}");
    assert_eq!(Status::of(&project).unwrap().larger, Some(larger));
}

/// Of 120 labels each twelfth is wrong, and the model is trained on all of them.
#[test]
fn networks_that_have_not_seen_a_label_find_the_wrong_ones() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 150);
    let set = ["generator=pca", "minibatches_per_round=40", "samples_per_round=60"].map(str::to_owned).to_vec();
    let folder = root.path().join("project");
    let mut project = new(&folder, &New { images, set, ..New::default() });
    project.add_classes(&(0..10).map(|class| class.to_string()).collect::<Vec<_>>()).unwrap();
    let at = desk(&mut project);
    let refused = |done: Result<_, ProjectError>| done.map(drop).unwrap_err().to_string();
    assert!(refused(at.check_labels(&project, &mut |_| true)).contains("no round is trained yet"));
    let mut wrong = Vec::new();
    for _ in 0..2 {
        let batch = at.propose(&mut project, None, 60, &|_| false).unwrap();
        for (i, pick) in batch.picks.iter().enumerate() {
            let (image, is_wrong) = (pick.image as usize, i % 12 == 5);
            let class = truth(&project, image);
            let class = if is_wrong { (class + 3) % 10 } else { class };
            project.say(image, Said::label(class, batch.round, &batch.strategy)).unwrap();
            wrong.extend(is_wrong.then(|| project.images().all()[image].file.clone()));
        }
        at.train(&project, false, &mut |_| true).unwrap();
    }
    let found = |status: &Status| {
        let is_wrong = |doubt: &&Doubt| wrong.contains(&doubt.file);
        [status.doubts.iter().filter(is_wrong).count(), status.doubts.len()]
    };
    let before = Status::of(&project).unwrap();
    let mut asked = 0;
    let stopped = at.check_labels(&project, &mut |_| {
        asked += 1;
        asked < 10
    });
    assert!(matches!(stopped, Err(ProjectError::Cancelled)));
    assert_eq!(Status::of(&project).unwrap(), before);
    let check = at.check_labels(&project, &mut |_| true).unwrap();
    let status = Status::of(&project).unwrap();
    let ([by_model, _], [by_check, all]) = (found(&before), found(&status));
    println!("of {} wrong labels {by_model} denied by the model, {by_check} by the check, of {all}", wrong.len());
    assert!(by_check >= 8 && by_check > by_model && all < 30, "{by_model} {by_check} {all}");
    let checked = status.checked.unwrap();
    assert_eq!((checked.labels, checked.denied, check.checked()), (120, all, 120));
    assert_eq!(Status { doubts: before.doubts.clone(), checked: None, ..status.clone() }, before, "nothing else");
    // By the command line the same again.
    drop(project);
    let said = ridgewalk(&["project", "status", "--json", "--check-labels"], &[&folder]);
    let said = String::from_utf8(said.stdout).unwrap();
    assert_eq!(said.trim_end(), serde_json::to_string_pretty(&status).unwrap(), "nothing but the object");
    let said = String::from_utf8(ridgewalk(&["project", "status"], &[&folder]).stdout).unwrap();
    assert!(said.contains(&checked.sentence()), "{said}");
    let mut project = Project::open(&folder, "a test").unwrap();
    assert_eq!(Status::of(&project).unwrap(), status);
    // A label that was put right is denied no more, and after another round what was found is of the past.
    let denied = status.doubts.iter().find(|doubt| wrong.contains(&doubt.file) && doubt.held_out).unwrap();
    let image = project.images().find_now(&denied.file).unwrap();
    project.say(image, Said::label(truth(&project, image), 3, "second-look")).unwrap();
    assert!(Status::of(&project).unwrap().doubts.iter().all(|doubt| doubt.file != denied.file));
    at.train(&project, false, &mut |_| true).unwrap();
    assert_eq!(Status::of(&project).unwrap().checked, None);
}

/// The images of an experiment that is no folder are known by their pixels.
#[test]
fn the_splits_of_any_experiment_are_found_among_the_images() {
    let root = tempfile::tempdir().unwrap();
    let experiment = Experiment { train_size: 60, test_size: 15, validation_size: 8, ..tiny() };
    let built_in = ridgewalk::dataset::load(&experiment, 1, None).unwrap();
    let images = root.path().join("digits");
    std::fs::create_dir(&images).unwrap();
    let splits = [&built_in.train, &built_in.validation, &built_in.test];
    let all = splits.iter().flat_map(|split| (0..split.len()).map(|i| split.image(i).to_vec()));
    for (i, pixels) in all.enumerate() {
        // In an order of their own.
        let name = format!("{:02}.png", i * 7 % 75);
        image::GrayImage::from_raw(28, 28, pixels).unwrap().save(images.join(name)).unwrap();
    }
    let like = New { images: images.clone(), like: Some((experiment.clone(), None)), ..New::default() };
    let mut project = new(&root.path().join("project"), &like);
    let count = |part: Purpose| project.images().all().iter().filter(|image| image.part == part).count();
    assert_eq!([Purpose::Pool, Purpose::Test, Purpose::Aside, Purpose::Drawn].map(count), [52, 15, 8, 0]);
    assert_eq!(project.classes(), built_in.classes);
    let pictures = Pictures::read(&mut project, None, &mut |_, _| true).unwrap();
    assert!((0..52).all(|i| pictures.all.image(i) == built_in.train.image(i)), "in the order of the train split");
    assert!((0..15).all(|i| pictures.all.image(52 + i) == built_in.test.image(i)));
    let other = New { like: Some((Experiment { data_seed: 2, ..experiment }, None)), ..like };
    let error = create(&root.path().join("other"), &other, "a test", &mut |_, _| true).err().unwrap().to_string();
    assert!(error.contains("images of the experiment's splits are not among those of --images"), "{error}");
}

#[test]
fn a_project_without_an_experiment_holds_its_test_images_back_and_may_get_classes_on_the_way() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 60);
    let set = ["generator_epochs=1", "minibatches_per_round=2", "first_set=k-centre", "samples_per_round=5"];
    let about = New { images, set: set.map(str::to_owned).to_vec(), ..New::default() };
    let mut project = new(&root.path().join("project"), &about);
    assert!(project.classes().is_empty());
    let test = project.draw_test(20, &[]).unwrap();
    assert_eq!(project.draw_test(20, &[]).unwrap(), test, "those without a label come first");
    // Nothing was said of them: all can go back, and are drawn again. Of what was put off the test is not freed.
    assert_eq!((project.give_back_test().unwrap(), Status::of(&project).unwrap().pool), (20, 60));
    assert_eq!(project.draw_test(20, &[]).unwrap(), test);
    project.say(test[3], Said::other(Answer::Skipped, 1, "test")).unwrap();
    assert_eq!((project.give_back_test().unwrap(), project.give_back_test().unwrap()), (19, 0));
    assert_eq!(project.images().all()[test[3]].part, Purpose::Drawn);
    project.draw_test(20, &[]).unwrap();
    let at = desk(&mut project);
    let everything = desk_all(&at, &mut project);
    assert_eq!(everything.len(), 40);
    assert!(everything.iter().all(|image| !test.contains(image)), "a proposal holds no test image");
    // The first import names the classes.
    let label = |project: &Project, image: usize, label: &str| Incoming {
        place: "line 2".into(),
        files: vec![project.images().all()[image].file.clone()],
        label: label.into(),
        ..Incoming::default()
    };
    let first = at.propose(&mut project, None, 6, &|_| false).unwrap();
    let labels: Vec<Incoming> = first
        .picks
        .iter()
        .enumerate()
        .map(|(i, p)| label(&project, p.image as usize, if i % 2 == 0 { "even" } else { "10" }))
        .collect();
    let done = import(&mut project, &labels, Told::default()).unwrap();
    assert_eq!((done.train, done.test, project.classes().join(" ")), (6, 0, "10 even".to_owned()));
    let batch = |project: &Project| Status::of(project).map(|s| (s.batch, s.next_batch)).unwrap();
    assert_eq!(batch(&project), (40, 34), "what is out, and what of it waits");
    at.train(&project, false, &mut |_| true).unwrap();
    assert_eq!(batch(&project), (0, 5), "none is out: the next one");
    let again = at.train(&project, false, &mut |_| true).unwrap_err().to_string();
    assert!(again.contains("no label is new since round 1"), "{again}");
    // Of what nobody is sure is not asked again.
    let unsure = test[0];
    project.say(unsure, Said::other(Answer::NotSure, 2, "test")).unwrap();
    assert_eq!(Status::of(&project).unwrap().test_images_unlabelled, 19);
    assert!(!project.draw_test(19, &[]).unwrap().contains(&unsure));
    project.say(unsure, Said::other(Answer::Undone, 2, "test")).unwrap();
    // Test images that get their labels after the round, with some more that are drawn only now.
    let curve = |project: &Project| Status::of(project).unwrap().curve;
    assert_eq!((curve(&project)[0].accuracy, curve(&project)[0].test_images), (None, 0));
    let more = project.draw_test(24, &[]).unwrap();
    assert!(more.len() == 24 && test.iter().all(|image| more.contains(image)), "{more:?}");
    let tested: Vec<Incoming> = more.iter().map(|image| label(&project, *image, "even")).collect();
    assert_eq!(import(&mut project, &tested, Told::default()).unwrap().test, 24);
    let measured = curve(&project);
    assert_eq!((measured[0].accuracy, measured[0].test_images), (Status::of(&project).unwrap().accuracy, 24));
    assert!(measured[0].accuracy.is_some());
    // Another class: the target begins anew, and the curve goes on.
    let second = at.propose(&mut project, None, 4, &|_| false).unwrap();
    assert_eq!(batch(&project), (4, 4));
    let labels: Vec<Incoming> = second.picks.iter().map(|p| label(&project, p.image as usize, "odd")).collect();
    let refused = import(&mut project, &labels, Told::default()).unwrap_err().to_string();
    assert!(
        refused.lines().count() == 2 && refused.contains(" and 3 more, is none of the classes 10, even"),
        "{refused}"
    );
    import(&mut project, &labels, Told { new_classes: true, ..Told::default() }).unwrap();
    let untrained = at.propose(&mut project, None, 4, &|_| false).unwrap_err().to_string();
    assert!(untrained.contains("a class more since the last round"), "{untrained}");
    at.train(&project, false, &mut |_| true).unwrap();
    let status = Status::of(&project).unwrap();
    assert_eq!((status.rounds, status.labelled, status.classes.len(), status.curve.len()), (2, 10, 3, 2));
    assert_eq!(status.labelled_by_class, [3, 3, 4]);
    // Taken back, an image is in the pool again; "none of these" is not proposed.
    let back = second.picks[0].image as usize;
    project.say(back, Said::other(Answer::Undone, 3, "test")).unwrap();
    let free = desk_all(&at, &mut project);
    let none = free.iter().copied().find(|image| *image != back).unwrap();
    project.say(none, Said::other(Answer::NoneOfThese, 3, "test")).unwrap();
    let left = desk_all(&at, &mut project);
    assert!(left.contains(&back) && !left.contains(&none) && left.len() + 1 == free.len());
    at.train(&project, false, &mut |_| true).unwrap();
    assert_eq!(Status::of(&project).unwrap().curve.last().unwrap().labels, 9);
}

/// Every image that can be proposed.
fn desk_all(desk: &Desk, project: &mut Project) -> Vec<usize> {
    let strategy = "random".parse().unwrap();
    let batch = desk.propose(project, Some(&strategy), 1_000, &|_| false).unwrap();
    batch.picks.iter().map(|p| p.image as usize).collect()
}

#[test]
fn an_import_is_taken_as_a_whole_or_names_every_objection() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 20);
    let classes = ["a", "b"].map(str::to_owned).to_vec();
    let mut project = new(&root.path().join("project"), &New { images, classes, ..New::default() });
    let file = root.path().join("labels.csv");
    let names: Vec<String> = project.images().all().iter().map(|image| image.file.clone()).collect();
    let mut take = |text: &str, told: Told| {
        std::fs::write(&file, text).unwrap();
        import(&mut project, &read(&file).unwrap(), told)
    };
    let [x, y, z] = [&names[0], &names[1], &names[2]];
    take(&format!("file,label\n{x},a\n{y},b\n"), Told::default()).unwrap();
    let bad = format!("file,label,who\n{x},b,anna\nnone.png,a,anna\n{z},c,anna\n{y},b,anna\n{z},a,anna\n");
    let objections = take(&bad, Told::default()).unwrap_err().to_string();
    for says in ["line 2", "is b, and a by", "line 3: none.png is no image", "line 4", "`c`", "line 6", "kappa"] {
        assert!(objections.contains(says), "{says}: {objections}");
    }
    let replace = Told { new_classes: true, skip_unknown: true, on_conflict: Some(OnConflict::Replace) };
    let done = take(&bad, replace).unwrap();
    assert_eq!((done.train, done.replaced, done.same, done.unknown), (2, 1, 1, 1));
    let keep = Told { on_conflict: Some(OnConflict::Keep), ..Told::default() };
    let done = take(&format!("file,label\n{x},a\n{z},a\n"), keep).unwrap();
    assert_eq!((done.train, done.kept, done.same), (0, 1, 1));
    let labels: Vec<String> = project.log().rows().iter().map(|row| row.label.clone()).collect();
    assert_eq!(labels, ["a", "b", "b", "a"], "nothing of a refused import is there");
    // A copy of the project: of its rows the last one about an image counts.
    let copy = new(&root.path().join("copy"), &New { images: root.path().join("digits"), ..New::default() });
    let folder = copy.folder().to_owned();
    drop(copy);
    let mut copy = Project::open(&folder, "a test").unwrap();
    let theirs = read(&root.path().join("project/labels.csv")).unwrap();
    assert_eq!(import(&mut copy, &theirs, Told::default()).unwrap().train, 3);
    let again = import(&mut copy, &theirs, Told::default()).unwrap();
    assert_eq!((again.same, again.agreement, again.of_one_person), (3, None, 3), "nobody agrees with themselves");
}

#[test]
fn a_project_is_one_process_s_at_a_time_and_bad_ones_are_named() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 12);
    let folder = root.path().join("project");
    let about = |set: &str| New { images: images.clone(), set: vec![set.to_owned()], ..New::default() };
    for (set, says) in [
        ("neighbours=all", "`neighbours`: all proposes images that are labelled already"),
        ("rounds=3", "--set rounds: in a project it is 10000"),
        ("aplha=1", "the nearest is `alpha`"),
    ] {
        let error = create(&folder, &about(set), "a test", &mut |_, _| true).err().unwrap().to_string();
        assert!(error.contains(says), "{error}");
        assert!(!folder.join("project.toml").exists());
    }
    let project = new(&folder, &about("seed=2"));
    assert!(matches!(Project::open(&folder, "another"), Err(ProjectError::Busy { .. })));
    // To look at it is no harm.
    assert_eq!(Status::of(&Project::look(&folder).unwrap()).unwrap().images, 12);
    let busy = ridgewalk(&["project", "train"], &[&folder]);
    let told = String::from_utf8_lossy(&busy.stderr).into_owned();
    assert!(!busy.status.success() && told.contains("a test (process ") && told.contains("close it there"), "{told}");
    assert!(project.images().all().iter().all(|image| image.part == Purpose::Pool));
    drop(project);
    assert!(create(&folder, &about("seed=2"), "a test", &mut |_, _| true).is_err(), "it is taken");
    let none = ridgewalk(&["project", "status"], &[root.path()]);
    assert!(String::from_utf8_lossy(&none.stderr).contains("is no project"));
}

/// Where a process of this test finds the project that it labels images of.
const CHILD: &str = "RIDGEWALK_TEST_LABELS";

#[test]
fn every_label_that_was_confirmed_is_there_after_kills() {
    if let Ok(folder) = std::env::var(CHILD) {
        let mut project = Project::open(Path::new(&folder), "a child").unwrap();
        for step in 0.. {
            let image = step % project.images().len();
            project.say(image, Said::label((step % 2) as Class, 1, "random")).unwrap();
            println!("confirmed {}", project.log().rows().len());
        }
    }
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 12);
    let folder = root.path().join("project");
    let classes = ["a", "b"].map(str::to_owned).to_vec();
    drop(new(&folder, &New { images, classes, ..New::default() }));
    let mut least = 0;
    for kill in 0..6 {
        let name = "project::every_label_that_was_confirmed_is_there_after_kills";
        let mut child = Command::new(std::env::current_exe().unwrap());
        let child = child.args(["--exact", name, "--nocapture"]).env(CHILD, &folder);
        let mut child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let confirmed =
            lines.filter_map(|line| line.unwrap().strip_prefix("confirmed ").map(|n| n.parse::<usize>().unwrap()));
        let mut last = 0;
        for (seen, rows) in confirmed.enumerate() {
            last = rows;
            if seen == 3 + 5 * kill {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(last > least, "{last}");
        let project = Project::open(&folder, "a test").unwrap();
        let rows = project.log().rows().len();
        assert!((last..=last + 1).contains(&rows), "{rows} rows, {last} confirmed");
        least = rows;
    }
}
