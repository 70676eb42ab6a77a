//! Projects from the command line: tables, Label Studio and generated images, and what is wrong in them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ridgewalk::dataset::Class;
use ridgewalk::experiment::Experiment;
use ridgewalk::project::transfer::{OnConflict, Told, import, read};
use ridgewalk::project::{Answer, New, Project, Said, Status, read_rounds};

use crate::project::{desk, digits, new, round, rounds};

pub fn ridgewalk(arguments: &[&str], paths: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ridgewalk")).args(arguments).args(paths).output().unwrap()
}

pub fn ok(arguments: &[&str], paths: &[&Path]) -> String {
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
    // Without its table, or with a part of it, nothing is generated over what was labelled.
    let table = project.join("generated.csv");
    let whole = std::fs::read_to_string(&table).unwrap();
    let shown = std::fs::read(project.join(&files[0])).unwrap();
    let short: String = whole.lines().take(3).map(|line| format!("{line}\n")).collect();
    for (text, says) in
        [(None, "does not list"), (Some(&short[..]), "does not list"), (Some(whole.trim_end()), "cut off")]
    {
        match text {
            Some(text) => std::fs::write(&table, text).unwrap(),
            None => std::fs::remove_file(&table).unwrap(),
        }
        let words = ["project", "propose", "--strategy", "random-latent", "--out"];
        let refused = ridgewalk(&words, &[&root.path().join("more.csv"), &project]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains("generated.csv") && said.contains(says), "{said}");
    }
    assert_eq!(std::fs::read(project.join(&files[0])).unwrap(), shown);
    std::fs::write(&table, whole).unwrap();
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
    let labels = std::fs::read_to_string(file("labels.csv")).unwrap();
    std::fs::write(file("labels.csv"), labels.split_inclusive('\n').take(1).collect::<String>()).unwrap();
    let told = lost().unwrap();
    assert!(
        told.contains("images that the last round was trained on, such as") && told.contains("have no row"),
        "{told}"
    );
    std::fs::write(file("labels.csv"), labels).unwrap();
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

#[test]
fn test_labels_of_a_table_stay_test_labels() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 20);
    let [first, second] = ["first", "second"].map(|name| root.path().join(name));
    let classes = ["a", "b"].map(str::to_owned).to_vec();
    for project in [&first, &second] {
        drop(new(project, &New { images: images.clone(), classes: classes.clone(), ..New::default() }));
    }
    let [test, batch, all] = ["test.csv", "batch.csv", "all.csv"].map(|name| root.path().join(name));
    let done = ridgewalk(&["project", "propose", "--test", "--count", "12", "--out"], &[&test, &first]);
    assert!(String::from_utf8_lossy(&done.stderr).contains("at most 10 can be for the test"), "{done:?}");
    ok(&["project", "propose", "--test", "--count", "5", "--out"], &[&test, &first]);
    filled(&test, |_| "a");
    ok(&["project", "import"], &[&first, &test]);
    ok(&["project", "propose", "--strategy", "random", "--count", "4", "--out"], &[&batch, &first]);
    filled(&batch, |_| "b");
    ok(&["project", "import"], &[&first, &batch]);
    ok(&["project", "export", "--out"], &[&all, &first]);
    for table in [&all, &first.join("labels.csv")] {
        let told = ok(&["project", "import"], &[&second, table]);
        let is_first = table == &all;
        assert_eq!(told.contains("4 labels for training and 5 for the test were taken in"), is_first, "{told}");
        assert_eq!(told.contains("5 images are held back for the test"), is_first, "{told}");
    }
    let status: serde_json::Value = serde_json::from_str(&ok(&["project", "status", "--json"], &[&second])).unwrap();
    assert_eq!((status["labelled"].as_u64(), status["test_images"].as_u64()), (Some(4), Some(5)));
    let fixed = new(&root.path().join("third"), &New { images, classes, ..New::default() });
    let (folder, some) = (fixed.folder().to_owned(), fixed.images().all()[0].file.clone());
    drop(fixed);
    std::fs::write(&test, format!("file,label\n{some},a\n")).unwrap();
    ok(&["project", "import"], &[&folder, &test]);
    std::fs::write(&test, format!("file,label,split\n{some},b,Test\n")).unwrap();
    let told = ok(&["project", "import", "--replace"], &[&folder, &test]);
    assert!(told.contains("1 label counts for training here"), "what was trained on is no test image: {told}");
    let told = ok(&["project", "import"], &[&folder, &test]);
    assert!(told.contains("1 label counts for training here"), "also where nothing is new: {told}");
    for (at, says) in [(&first, "its labels are in "), (&root.path().to_owned(), "give a table of files and labels")] {
        let done = ridgewalk(&["project", "import"], &[&folder, at]);
        assert!(String::from_utf8_lossy(&done.stderr).contains(says), "{done:?}");
    }
}
