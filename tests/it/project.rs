//! Projects: the rounds are those of a run, every label that was confirmed is there, and what is wrong is named.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use ridgewalk::dataset::{Class, Dataset};
use ridgewalk::device::ComputeDevice;
use ridgewalk::experiment::{DatasetKind, Experiment};
use ridgewalk::history::{History, RoundRecord};
use ridgewalk::project::transfer::{Incoming, OnConflict, Told, import, read};
use ridgewalk::project::{
    Answer, Batch, Desk, New, Part, Pictures, Project, ProjectError, Said, Status, create, read_rounds,
};
use ridgewalk::world::{Prepared, World};

use crate::common::{make_world, run, tiny};

/// Built-in digits as PNG files, a folder a class.
fn digits(folder: &Path, count: usize) -> PathBuf {
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
fn short(images: &Path) -> Experiment {
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

fn new(folder: &Path, new: &New) -> Project {
    create(folder, new, "a test", &mut |_, _| true).unwrap().project
}

/// The true class of an image, by its folder.
fn truth(project: &Project, image: usize) -> Class {
    let name = project.images().all()[image].file.split('/').next().unwrap().to_owned();
    project.class(&name).unwrap()
}

/// A round by hand: proposed, labelled by the truth in the reversed order, trained.
fn round(project: &mut Project, desk: &Desk, count: usize) -> Batch {
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
fn rounds(history: &History) -> Vec<RoundRecord> {
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
    let kept = project.draw_test(1_000).unwrap();
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
    assert_eq!((status.rounds, status.labelled), (history.rounds.len(), last.labels));
    assert!(status.accuracy_low < status.accuracy && status.accuracy < status.accuracy_high);

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
    let count = |part: Part| project.images().all().iter().filter(|image| image.part == part).count();
    assert_eq!([Part::Pool, Part::Test, Part::Aside, Part::Drawn].map(count), [52, 15, 8, 0]);
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
    let test = project.draw_test(20).unwrap();
    assert_eq!(project.draw_test(20).unwrap(), test, "those without a label come first");
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
        .chain(test.iter().map(|image| label(&project, *image, "even")))
        .collect();
    let done = import(&mut project, &labels, Told::default()).unwrap();
    assert_eq!((done.train, done.test, project.classes().join(" ")), (6, 20, "10 even".to_owned()));
    let batch = |project: &Project| Status::of(project).map(|s| (s.batch, s.next_batch)).unwrap();
    assert_eq!(batch(&project), (40, 34), "what is out, and what of it waits");
    at.train(&project, false, &mut |_| true).unwrap();
    assert_eq!(batch(&project), (0, 5), "none is out: the next one");
    let again = at.train(&project, false, &mut |_| true).unwrap_err().to_string();
    assert!(again.contains("no label is new since round 1"), "{again}");
    // Another class: the target begins anew, and the curve goes on.
    let second = at.propose(&mut project, None, 4, &|_| false).unwrap();
    assert_eq!(batch(&project), (4, 4));
    let labels: Vec<Incoming> = second.picks.iter().map(|p| label(&project, p.image as usize, "odd")).collect();
    let refused = import(&mut project, &labels, Told::default()).unwrap_err().to_string();
    assert!(
        refused.lines().count() == 2
            && refused.contains("and 3 other labels are `odd`, which is none of the classes 10, even"),
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
    let bad = format!("file,label\n{x},b\nnone.png,a\n{z},c\n{y},b\n{z},a\n");
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
    assert_eq!((again.same, again.agreement.unwrap().kappa), (3, Some(1.0)));
}

/// Where people label, a folder is no class: what lies beside it is of the project too.
#[test]
fn images_beside_folders_are_of_the_project() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 12);
    let first = std::fs::read_dir(&images).unwrap().map(|e| e.unwrap().path()).find(|p| p.is_dir()).unwrap();
    let inside = std::fs::read_dir(&first).unwrap().next().unwrap().unwrap().path();
    std::fs::rename(&inside, images.join("beside.png")).unwrap();
    let created =
        create(&root.path().join("project"), &New { images, ..New::default() }, "a test", &mut |_, _| true).unwrap();
    let mut project = created.project;
    let beside = project.images().find("beside.png").unwrap();
    assert_eq!((project.images().len(), created.labels.len()), (12, 11));
    let pictures = Pictures::read(&mut project, None, &mut |_, _| true).unwrap();
    assert_eq!((pictures.all.len(), &pictures.notes), (12, &Vec::new()));
    let pixels = image::open(pictures.file(beside).unwrap()).unwrap().to_luma8().into_raw();
    assert_eq!(pictures.all.image(beside), pixels);
    assert_eq!(pictures.large(beside, 1_000).unwrap().1, pixels);
}

#[test]
fn images_that_moved_are_found_and_changed_ones_named() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 12);
    let folder = root.path().join("project");
    let mut project = new(&folder, &New { images: images.clone(), ..New::default() });
    let name = project.images().all()[3].file.clone();
    let reading = |project: &mut Project, place: Option<&Path>| {
        Pictures::read(project, place, &mut |_, _| true).map(|pictures| pictures.notes.join("; "))
    };
    assert_eq!(reading(&mut project, None).unwrap(), "");
    let class = images.join(name.split('/').next().unwrap());
    std::fs::rename(images.join(&name), class.join("renamed.png")).unwrap();
    let notes = reading(&mut project, None).unwrap();
    assert!(notes.contains(&format!("{name} is now")) && notes.contains("renamed.png"), "{notes}");
    assert!(project.images().all()[3].place().ends_with("renamed.png"));
    // All of it elsewhere, and an image that is another.
    let moved = root.path().join("moved");
    std::fs::rename(&images, &moved).unwrap();
    let gone = reading(&mut project, None).unwrap_err().to_string();
    assert!(gone.contains("give their place with --images"), "{gone}");
    assert_eq!(reading(&mut project, Some(&moved)).unwrap(), "");
    drop(project);
    let mut project = Project::open(&folder, "a test").unwrap();
    assert_eq!(reading(&mut project, None).unwrap(), "", "the place is remembered");
    let other = project.images().all()[0].file.clone();
    image::GrayImage::from_pixel(28, 28, image::Luma([9])).save(moved.join(&other)).unwrap();
    let changed = reading(&mut project, None).unwrap_err().to_string();
    assert!(changed.contains(&format!("{other} has changed")) && changed.contains("1 of the 12 images"), "{changed}");
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
    assert!(project.images().all().iter().all(|image| image.part == Part::Pool));
    drop(project);
    assert!(create(&folder, &about("seed=2"), "a test", &mut |_, _| true).is_err(), "it is taken");
    let none = ridgewalk(&["project", "status"], &[root.path()]);
    assert!(String::from_utf8_lossy(&none.stderr).contains("is no project"));
}

fn ridgewalk(arguments: &[&str], paths: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ridgewalk")).args(arguments).args(paths).output().unwrap()
}

fn ok(arguments: &[&str], paths: &[&Path]) -> String {
    let done = ridgewalk(arguments, paths);
    let [out, err] = [&done.stdout, &done.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    assert!(done.status.success(), "{arguments:?}: {out}{err}");
    out
}

/// The same two rounds through tables and through Label Studio's JSON, by command line.
#[test]
fn tables_and_label_studio_give_the_same_labels_and_the_same_rounds() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 40);
    let class = |file: &str| file.split('/').next().unwrap().to_owned();
    let mut found = Vec::new();
    for kind in ["csv", "json"] {
        let project = root.path().join(kind);
        let out = root.path().join(format!("batch.{kind}"));
        let settings = ["generator_epochs=1", "minibatches_per_round=2"];
        let mut words = vec!["project", "new"];
        settings.iter().for_each(|set| words.extend(["--set", set]));
        ok(&[&words[..], &["--images"]].concat(), &[&images, &project]);
        for step in ["test", "first", "second"] {
            let mut words = vec!["project", "propose", "--count", "8"];
            words.extend((step == "test").then_some("--test"));
            ok(&[&words[..], &["--out"]].concat(), &[&out, &project]);
            let text = std::fs::read_to_string(&out).unwrap();
            let back = root.path().join(format!("back.{kind}"));
            if kind == "csv" {
                let files: Vec<&str> = text.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
                assert_eq!(files.len(), 8);
                let rows: String = files.iter().rev().map(|file| format!("{},{file}\n", class(file))).collect();
                std::fs::write(&back, format!("label,file\n{rows}")).unwrap();
            } else {
                let mut tasks: serde_json::Value = serde_json::from_str(&text).unwrap();
                for task in tasks.as_array_mut().unwrap() {
                    let choice = class(task["data"]["file"].as_str().unwrap());
                    let value = serde_json::json!({ "choices": [choice] });
                    task["annotations"] = serde_json::json!([{ "result": [{ "type": "choices", "value": value }] }]);
                    assert_eq!(task["predictions"].is_array(), step == "second", "{task}");
                }
                std::fs::write(&back, tasks.to_string()).unwrap();
            }
            ok(&["project", "import", "--new-classes"], &[&project, &back]);
            if step != "test" {
                ok(&["project", "train"], &[&project]);
            }
        }
        let table = root.path().join(format!("{kind}-labels.csv"));
        ok(&["project", "export", "--predictions", "--out"], &[&table, &project]);
        let kept = std::fs::read_to_string(&table).unwrap();
        // Without when and by whom.
        let rows: Vec<Vec<String>> = csv::Reader::from_reader(kept.as_bytes())
            .records()
            .map(|r| {
                r.unwrap()
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| ![5, 6, 7].contains(i))
                    .map(|(_, c)| c.to_owned())
                    .collect()
            })
            .collect();
        assert_eq!(rows.len(), 40);
        let (history, _) = read_rounds(&Project::look(&project).unwrap()).unwrap().unwrap();
        let status: serde_json::Value =
            serde_json::from_str(&ok(&["project", "status", "--json"], &[&project])).unwrap();
        let keys = ["images", "labelled", "classes", "rounds", "accuracy", "accuracy_low", "accuracy_high"];
        assert!(keys.iter().chain(&["test_images", "next_batch"]).all(|key| status.get(*key).is_some()), "{status}");
        assert_eq!(
            (&status["labelled"], &status["test_images"], &status["rounds"]),
            (&16.into(), &8.into(), &2.into())
        );
        let folders = root.path().join(format!("{kind}-folders"));
        ok(&["project", "export", "--folders"], &[&folders, &project]);
        let linked: usize =
            std::fs::read_dir(&folders).unwrap().map(|d| std::fs::read_dir(d.unwrap().path()).unwrap().count()).sum();
        assert_eq!(linked, 24);
        found.push((rows, rounds(&history)));
    }
    assert_eq!(found[0].0, found[1].0);
    assert_eq!(found[0].1, found[1].1);
}

/// The answers of a table, by the files of its rows.
fn filled(batch: &Path, answer: impl Fn(usize) -> &'static str) -> Vec<String> {
    let text = std::fs::read_to_string(batch).unwrap();
    let files: Vec<String> = text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect();
    let rows: String = files.iter().enumerate().map(|(at, file)| format!("{file},{}\n", answer(at))).collect();
    std::fs::write(batch, format!("file,label\n{rows}")).unwrap();
    files
}

/// By command line: decoded points are proposed, labelled or rejected, and trained on; nothing is lost by kills.
#[test]
fn people_label_generated_images_and_say_of_which_there_is_no_such_thing() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 40);
    let project = root.path().join("project");
    let [batch, again] = ["batch.csv", "again.csv"].map(|name| root.path().join(name));
    let set = ["strategy=si", "generator_epochs=1", "minibatches_per_round=2", "samples_per_round=6"];
    let mut words = vec!["project", "new", "--classes", "0,1,2,3,4,5,6,7,8,9"];
    set.iter().for_each(|set| words.extend(["--set", set]));
    ok(&[&words[..], &["--images"]].concat(), &[&images, &project]);
    let propose = |out: &Path| ok(&["project", "propose", "--out"], &[out, &project]);
    let status =
        || -> serde_json::Value { serde_json::from_str(&ok(&["project", "status", "--json"], &[&project])).unwrap() };
    ok(&["project", "propose", "--test", "--count", "8", "--out"], &[&batch, &project]);
    filled(&batch, |_| "4");
    ok(&["project", "import"], &[&project, &batch]);
    std::fs::remove_file(&batch).unwrap();

    // Killed anywhere, a proposal leaves a project that goes on.
    for milliseconds in [5, 60, 120, 200, 300, 450] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ridgewalk"))
            .args(["project", "propose", "--out"])
            .args([&again, &project])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        #[expect(clippy::disallowed_methods, reason = "a kill at some moment")]
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        // It may be over.
        let _ = child.kill();
        child.wait().unwrap();
        Project::look(&project).unwrap();
    }
    let told = propose(&batch);
    assert!(told.contains("6 of them are generated") && told.contains("`none-of-these`"), "{told}");
    propose(&again);
    assert_eq!(std::fs::read(&batch).unwrap(), std::fs::read(&again).unwrap(), "the same again");
    std::fs::remove_file(&again).unwrap();
    let files = filled(&batch, |at| ["3", "5", "none-of-these", "not-sure", "", "3"][at]);
    assert!(files.iter().all(|file| file.starts_with("generated/") && project.join(file).exists()), "{files:?}");
    let told = ok(&["project", "import"], &[&project, &batch]);
    assert!(told.contains("2 other answers"), "{told}");
    // What was answered is not asked again, and what was not is.
    propose(&again);
    let next = filled(&again, |_| "");
    assert_eq!(next.iter().filter(|file| files.contains(file)).collect::<Vec<_>>(), [&files[4]]);
    assert_eq!(next.len(), 6);
    ok(&["project", "train"], &[&project]);
    let found = status();
    let count = |key: &str| found[key].as_u64().unwrap();
    let keys = ["images", "labelled", "generated", "generated_labelled", "generated_rejected", "new_labels"];
    assert_eq!(keys.map(count), [40, 3, 11, 3, 1, 0]);
    let (history, _) = read_rounds(&Project::look(&project).unwrap()).unwrap().unwrap();
    let first = &history.rounds[0];
    assert_eq!((first.proposals.len(), first.labels, first.refusals.len()), (3, 3, 1));
    assert_eq!(first.refusals[0].kind, "no-such-thing");
    assert_eq!(history.header.labels_from.as_deref(), Some("people"));
    for (proposal, file) in first.proposals.iter().zip([&files[0], &files[1], &files[5]]) {
        let shown = image::open(project.join(file)).unwrap().to_luma8();
        assert_eq!(proposal.made.as_ref().unwrap().grey, shown.into_raw(), "what was shown is trained on");
    }

    // Later rounds step from labelled images, which are on record; Label Studio has a choice for a rejection.
    let tasks = root.path().join("batch.json");
    let told = propose(&tasks);
    assert!(told.contains("<Choice value=\"none-of-these\"/>"), "{told}");
    let mut tasks_given: serde_json::Value = serde_json::from_slice(&std::fs::read(&tasks).unwrap()).unwrap();
    for (at, task) in tasks_given.as_array_mut().unwrap().iter_mut().enumerate() {
        assert!(task["predictions"].is_array(), "the model guesses: {task}");
        let choice = ["none-of-these", "7", "5"][at];
        let value = serde_json::json!({ "choices": [choice] });
        task["annotations"] = serde_json::json!([{ "result": [{ "type": "choices", "value": value }] }]);
    }
    std::fs::write(&tasks, tasks_given.to_string()).unwrap();
    let generated = Project::look(&project).unwrap().generated().to_vec();
    let anchors: Vec<&str> = generated.iter().filter(|g| g.round == 2).map(|g| g.anchor.as_str()).collect();
    assert_eq!(anchors.len(), 3, "three labelled images make three steps");
    assert!(
        anchors.iter().all(|anchor| [&files[0], &files[1], &files[5]].contains(&&(*anchor).to_owned())),
        "{anchors:?}"
    );
    ok(&["project", "import"], &[&project, &tasks]);
    ok(&["project", "train"], &[&project]);

    // Real images by another strategy; a label is taken back, and another one changed: all numbers stay.
    let words = ["project", "propose", "--strategy", "snn", "--count", "4", "--out"];
    ok(&words, &[&batch.with_file_name("real.csv"), &project]);
    let real = filled(&batch.with_file_name("real.csv"), |_| "9");
    assert!(real.iter().all(|file| !file.starts_with("generated/")), "{real:?}");
    ok(&["project", "import"], &[&project, &root.path().join("real.csv")]);
    let mut open = Project::open(&project, "a test").unwrap();
    let [back, other] = [0, 1].map(|at| open.images().find(&files[at]).unwrap());
    open.say(back, Said::other(Answer::Undone, 3, "test")).unwrap();
    open.say(other, Said::label(8, 3, "si")).unwrap();
    drop(open);
    ok(&["project", "train"], &[&project]);
    let found = status();
    let count = |key: &str| found[key].as_u64().unwrap();
    assert_eq!(["labelled", "generated_labelled", "rounds"].map(count), [2 + 2 + 4, 4, 3]);
    assert_eq!(found["labelled_by_class"][8], 1);
    let (history, _) = read_rounds(&Project::look(&project).unwrap()).unwrap().unwrap();
    let samples: Vec<u32> =
        history.rounds.iter().flat_map(|r| &r.proposals).filter(|p| p.made.is_some()).map(|p| p.sample).collect();
    assert_eq!(samples, (40..45).collect::<Vec<u32>>(), "behind the 40 of the space, each once");
    assert_eq!(history.rounds[2].labels, 8);

    // What is given says what it is.
    let table = root.path().join("all.csv");
    let folders = root.path().join("folders");
    ok(&["project", "export", "--predictions", "--out"], &[&table, &project]);
    let rows = std::fs::read_to_string(&table).unwrap();
    let of_them = |split: &str| rows.lines().filter(|line| line.contains(&format!(",{split},"))).count();
    assert_eq!(
        ["train", "test", "generated"].map(of_them),
        [32, 8, Project::look(&project).unwrap().generated().len()]
    );
    let told = ok(&["project", "export", "--folders"], &[&folders, &project]);
    assert!(told.contains("16 images linked, 0 copied, of them 4 generated"), "{told}");
    let told = ok(&["project", "status"], &[&project]);
    assert!(told.contains("images: 4 labelled, of 2 it was said that there is no such thing"), "{told}");
    ok(&["export", "--out"], &[&root.path().join("out"), &project]);
    // An image that somebody changed is named.
    std::fs::copy(project.join(&files[1]), project.join(&files[5])).unwrap();
    let changed = ridgewalk(&["project", "train", "--again"], &[&project]);
    let said = String::from_utf8_lossy(&changed.stderr).into_owned();
    assert!(said.contains(&format!("{} has changed", files[5])), "{said}");
}

/// Settings of the network that are changed between rounds count from then on, and what a project cannot change or has
/// lost is named; no round vanishes.
#[test]
fn changed_settings_count_or_are_refused_and_lost_files_are_told() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 40);
    let set = ["generator_epochs=1", "minibatches_per_round=2", "samples_per_round=5"].map(str::to_owned).to_vec();
    let classes = (0..10).map(|class| class.to_string()).collect();
    let folder = root.path().join("project");
    let mut project = new(&folder, &New { images, classes, set, ..New::default() });
    let at = desk(&mut project);
    (0..2).for_each(|_| drop(round(&mut project, &at, 5)));
    let next = at.propose(&mut project, None, 4, &|_| false).unwrap();
    let file = |name: &str| folder.join(name);
    let settings = std::fs::read_to_string(file("experiment.toml")).unwrap();
    let with = |set: &str| {
        let mut experiment = Experiment::from_toml(&settings).unwrap();
        experiment.set(set).unwrap();
        std::fs::write(file("experiment.toml"), experiment.to_toml()).unwrap();
        Project::look(&folder)
    };
    for (set, says) in
        [("latent_dim=5", "field `latent_dim`: it was "), ("target=vgg16", "field `target`: it was lenet")]
    {
        let error = at.train(&with(set).unwrap(), true, &mut |_| true).unwrap_err().to_string();
        assert!(error.contains("experiment.toml") && error.contains(says), "{error}");
    }
    let noisy = with("label_noise=1").unwrap();
    assert!(
        noisy.notes().join("").contains("`label_noise` = 1 is passed over") && noisy.experiment().label_noise == 0.0
    );
    // Each from the same two rounds.
    let kept: Vec<(PathBuf, Vec<u8>)> = ["histories/project.rwh", "checkpoints/project.rwc", "predictions.rwp"]
        .map(|name| (file(name), std::fs::read(file(name)).unwrap()))
        .to_vec();
    let restore = || kept.iter().for_each(|(path, bytes)| std::fs::write(path, bytes).unwrap());
    let mut found = Vec::new();
    for set in ["seed=1", "learning_rate=0.01", "weights=retrain", "target=wide-lenet"] {
        let mut project = with(set).unwrap();
        let untrained = at.propose(&mut project, None, 4, &|_| false);
        assert_eq!(untrained.is_err(), set == "target=wide-lenet", "{set}");
        at.train(&project, true, &mut |_| true).unwrap();
        let header = read_rounds(&project).unwrap().unwrap().0.header;
        assert_eq!(header.experiment, *project.experiment(), "{set}");
        let before = header.experiment_in(2).to_toml();
        assert_eq!((before == settings, header.forked.is_some()), (true, set != "seed=1"), "{set}");
        let predictions = ridgewalk::project::predictions(&project, 3).unwrap().unwrap();
        assert!(!found.contains(&predictions.log_probabilities), "{set} has no effect");
        found.push(predictions.log_probabilities);
        restore();
    }
    let mut plain = with("seed=1").unwrap();
    let lost = || {
        ridgewalk::project::lost(&Project::look(&folder).unwrap()).map(|all| all.join("; ")).map_err(|e| e.to_string())
    };
    assert_eq!(lost().unwrap(), "");
    std::fs::write(file("predictions.rwp"), "cut").unwrap();
    assert!(lost().unwrap().contains("training the last round again (--again) writes it"));
    for bytes in [None, Some("cut")] {
        std::fs::remove_file(file("checkpoints/project.rwc")).unwrap();
        bytes.iter().for_each(|bytes| std::fs::write(file("checkpoints/project.rwc"), bytes).unwrap());
        let told = lost().unwrap();
        assert!(
            told.contains("goes on from weights/project/02.rwc") && Status::of(&plain).unwrap().rounds == 2,
            "{told}"
        );
        let proposed = at.propose(&mut plain, None, 4, &|_| false).unwrap();
        assert_eq!(proposed.picks, next.picks);
        restore();
    }
    std::fs::remove_file(file("checkpoints/project.rwc")).unwrap();
    at.train(&plain, true, &mut |_| true).unwrap();
    assert_eq!((Status::of(&plain).unwrap().curve.len(), lost().unwrap()), (3, String::new()));
    restore();
    std::fs::remove_file(file("histories/project.rwh")).unwrap();
    let gone = lost().unwrap_err();
    assert!(gone.contains("project.rwh: is not there, and checkpoints/project.rwc is; put it back"), "{gone}");
    restore();
    let text = std::fs::read_to_string(file("project.toml")).unwrap();
    std::fs::write(file("project.toml"), text.replace("\"0\",", "").replace("\"1\",", "\"1\", \"0\",")).unwrap();
    let swapped = lost().unwrap_err();
    assert!(swapped.contains("project.toml: the classes were 0, 1, 2") && swapped.contains("are 1, 0, 2"), "{swapped}");
}

/// Other answers of a copy are taken in, rows about images that are gone are told, and labels of none are said.
#[test]
fn nothing_of_a_table_or_of_the_labels_is_passed_over_in_silence() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 6);
    let folder = root.path().join("project");
    let classes = vec!["a".to_owned(), "b".to_owned()];
    let mut project = new(&folder, &New { images, classes, ..New::default() });
    let names: Vec<String> = project.images().all().iter().map(|image| image.file.clone()).collect();
    let file = root.path().join("copy.csv");
    let [x, y, z] = [&names[0], &names[1], &names[2]];
    let text = format!("file,label,answer\n{x},a,\n{x},,undone\n{y},,not-sure\n{z},,none-of-these\n{z},b,\n");
    std::fs::write(&file, text).unwrap();
    let done = import(&mut project, &read(&file).unwrap(), Told::default()).unwrap();
    assert_eq!((done.train, done.others, project.log().rows().len()), (1, 1, 2));
    assert_eq!(project.log().last(y).unwrap().answer, Answer::NotSure);
    // Another answer over one that is there is told, and changes it if that is wanted.
    let mut take = |text: &str, on_conflict| {
        std::fs::write(&file, format!("file,label\n{text}")).unwrap();
        import(&mut project, &read(&file).unwrap(), Told { on_conflict, ..Told::default() })
    };
    let refused = take(&format!("{z},not-sure\n{y},none-of-these\n{x},a\n{x},not-sure\n"), None);
    let refused = refused.unwrap_err().to_string();
    for says in
        [": {z} is not sure, and b in", ": {y} is none of these, and not sure in", ": {x} is not sure, and a on line 4"]
    {
        let says = says.replace("{x}", x).replace("{y}", y).replace("{z}", z);
        assert!(refused.contains(&says), "{says}: {refused}");
    }
    let kept = take(&format!("{z},not-sure\n{y},not-sure\n"), Some(OnConflict::Keep)).unwrap();
    assert_eq!((kept.others, kept.same_others, kept.kept_others), (0, 1, 1));
    let replaced = take(&format!("{z},not-sure\n"), Some(OnConflict::Replace)).unwrap();
    assert_eq!((replaced.others, project.log().last(z).unwrap().answer), (1, Answer::NotSure));
    assert!(done.sentences().iter().any(|s| s.starts_with("1 other answer (not sure")), "{:?}", done.sentences());
    drop(project);
    let labels = folder.join("labels.csv");
    let rows = std::fs::read_to_string(&labels).unwrap().replace(y.as_str(), "im999.png");
    std::fs::write(&labels, rows).unwrap();
    let notes = Project::look(&folder).unwrap().notes().join("; ");
    assert!(notes.contains("1 image that is not in images.csv, such as im999.png"), "{notes}");
    std::fs::remove_file(&labels).unwrap();
    let gone = Project::look(&folder).unwrap_err().to_string();
    assert!(gone.contains("labels.csv: is not there; put it back from a copy"), "{gone}");
}

/// An output never replaces what its command did not write, and labels that were filled in are not wiped.
#[test]
fn outputs_write_over_their_own_kind_only_and_over_no_label() {
    let root = tempfile::tempdir().unwrap();
    let (images, project) = (digits(root.path(), 12), root.path().join("project"));
    let classes = ["..", "a/b", "a_b"].map(str::to_owned).to_vec();
    let mut made = new(&project, &New { images: images.clone(), classes, ..New::default() });
    let names: Vec<String> = made.images().all().iter().map(|image| image.file.clone()).collect();
    for image in 0..3 {
        made.say(image, Said::label(image as Class, 1, "random")).unwrap();
    }
    drop(made);
    let pixels = || names.iter().map(|name| std::fs::read(images.join(name)).unwrap()).collect::<Vec<_>>();
    let before = pixels();
    let table = root.path().join("labels.csv");
    ok(&["project", "export", "--out"], &[&table, &project]);
    ok(&["project", "export", "--out"], &[&table, &project]);
    // Below it, a folder for each class, which a class named `..` does not leave.
    let folders = root.path().join("a/folders");
    let told = ok(&["project", "export", "--folders"], &[&folders, &project]);
    assert!(told.contains("the class `..` is in the folder `__`") && told.contains("`a/b` is in the folder `a_b-2`"));
    assert_eq!(
        (std::fs::read_dir(&folders).unwrap().count(), std::fs::read_dir(root.path().join("a")).unwrap().count()),
        (3, 1)
    );
    let refuses = |arguments: &[&str], out: &Path, says: &str| {
        let bytes = std::fs::read(out).unwrap();
        let refused = ridgewalk(arguments, &[out, &project]);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains(says), "{arguments:?} {}: {told}", out.display());
        assert_eq!(std::fs::read(out).unwrap(), bytes, "{}", out.display());
    };
    let own = ["labels.csv", "images.csv", "project.toml", "experiment.toml"].map(|name| project.join(name));
    for out in own.iter().chain(&[images.join(&names[0]), table.clone()]) {
        if *out != table {
            refuses(&["project", "export", "--out"], out, "did not write");
        }
        if out.extension().is_some_and(|e| e == "csv") {
            refuses(&["project", "propose", "--test", "--out"], out, "did not write");
        }
    }
    // A batch that was filled in, first without and then with an import.
    let batch = root.path().join("batch.csv");
    ok(&["project", "propose", "--test", "--count", "2", "--out"], &[&batch, &project]);
    ok(&["project", "propose", "--test", "--count", "2", "--out"], &[&batch, &project]);
    let filled = std::fs::read_to_string(&batch).unwrap().replace(".png,,", ".png,a_b,");
    std::fs::write(&batch, filled).unwrap();
    refuses(&["project", "propose", "--test", "--count", "2", "--out"], &batch, "2 labels that are not imported");
    ok(&["project", "import"], &[&project, &batch]);
    ok(&["project", "propose", "--test", "--count", "2", "--out"], &[&batch, &project]);
    // The list of what is left out is no image and no table of another kind.
    let left_out = root.path().join("left.csv");
    for _ in 0..2 {
        ok(&["data", "--left-out"], &[&left_out, &images]);
    }
    for out in [&table, &images.join(&names[0])] {
        assert!(!ridgewalk(&["data", "--left-out"], &[out, &images]).status.success());
    }
    assert_eq!(pixels(), before);
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
