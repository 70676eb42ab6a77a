//! The images of a project: found by their names, moved, changed, others than they were, and told apart.

use std::path::{Path, PathBuf};
use std::process::Output;

use ridgewalk::project::{Answer, New, Pictures, Project, Said, create, remove_class};

use crate::common::save_png;
use crate::project::{digits, new, short};
use crate::project_shell::{ok, ridgewalk};

/// What is put beside the images of a project changes none of them, and copies of test images are for the test.
#[test]
fn tables_projects_and_copies_among_the_images_are_no_trouble() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 40);
    let files: Vec<PathBuf> = std::fs::read_dir(images.join("3")).unwrap().map(|f| f.unwrap().path()).collect();
    for file in &files {
        std::fs::copy(file, file.with_extension("copy.png")).unwrap();
    }
    let all = 40 + files.len();
    let mut project = new(&images.join("inside"), &New { images: images.clone(), ..New::default() });
    assert_eq!(project.images().given(), all);
    // A batch that was saved there, filled in, and a second project.
    let first = project.images().all()[0].file.clone();
    std::fs::write(images.join("batch.csv"), format!("file,label\n{first},3\n")).unwrap();
    let pictures = Pictures::read(&mut project, None, &mut |_, _| true).unwrap();
    assert_eq!(pictures.notes, Vec::<String>::new(), "an image that is in no row is of the project too");
    assert_eq!(pictures.all.len(), all);
    std::fs::remove_file(images.join("batch.csv")).unwrap();
    assert_eq!(new(&root.path().join("other"), &New { images, ..New::default() }).images().given(), all);
    let test = project.draw_test(30, &[]).unwrap();
    // At most one of two copies is in the test, and the other is not proposed; of others one stands for both.
    assert_eq!((test.len(), project.spare_copies(1).len()), (30, files.len()));
    let twins = project.images().copies().to_vec();
    assert!(twins.iter().all(|pair| pair.iter().filter(|at| test.contains(at)).count() < 2), "{test:?}");
    let is_tested = |pair: &&Vec<usize>| pair.iter().any(|at| test.contains(at));
    let pair = twins.iter().find(is_tested).unwrap();
    let [tested, copy] = [true, false].map(|is| *pair.iter().find(|at| test.contains(at) == is).unwrap());
    assert!(project.passed_over(1).contains(&copy));
    // A label of it is not trained on, and one that contradicts is told.
    project.add_classes(&["3".to_owned(), "4".to_owned()]).unwrap();
    project.say(tested, Said::label(0, 1, "test")).unwrap();
    project.say(copy, Said::label(1, 1, "lasso")).unwrap();
    let labels = project.labels().unwrap();
    assert_eq!((labels.train, labels.test), (Vec::new(), vec![(tested, 0)]));
    assert!(project.passed_over(1).contains(&copy), "nor is it proposed");
    let told = project.copies_disagree().unwrap();
    assert!(told.contains("is labelled `") && told.contains("put one of them right"), "{told}");
    assert_eq!(project.give_back_test().unwrap(), test.len() - 1);
    let odd = project.add_classes(&["a\nb".to_owned()]).unwrap_err().to_string();
    assert!(odd.contains("a\\nb` has a control character"), "{odd}");
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

/// Labels that images come with are for the test where the images are, and a table that may be misread is refused.
#[test]
fn own_labels_keep_their_split_and_a_table_that_may_be_misread_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let from = digits(root.path(), 40);
    let mut files: Vec<PathBuf> = std::fs::read_dir(from).unwrap().map(|class| class.unwrap().path()).collect();
    files = files.iter().flat_map(|class| std::fs::read_dir(class).unwrap().map(|f| f.unwrap().path())).collect();
    files.sort();
    for (i, file) in files.iter().enumerate() {
        let (part, class) = (if i % 4 == 0 { "test" } else { "train" }, if i % 3 == 0 { "a" } else { "b" });
        for to in [at("split").join(part).join(class), at("flat/images")] {
            std::fs::create_dir_all(&to).unwrap();
            std::fs::copy(file, to.join(format!("{i}.png"))).unwrap();
        }
    }
    let said = ok(&["project", "new", "--own-labels", "--images"], &[&at("split"), &at("project")]);
    assert!(said.contains("30 labels for training and 10 for the test were taken in"), "{said}");
    let none = ridgewalk(&["project", "propose", "--test", "--out"], &[&at("test.csv"), &at("project")]);
    let error = String::from_utf8_lossy(&none.stderr).into_owned();
    assert!(!none.status.success() && error.contains("no image can be drawn for the test"), "{error}");
    assert!(!at("test.csv").exists());
    let rows = |label: &str| (0..40).map(|i| format!("{i}.png,{label}\n")).collect::<String>();
    for (table, says) in [
        (format!("file,label\n{}", rows("round, filled")), "labels.csv: row 2 has 3 cells for the 2 columns"),
        (format!("file,label,label\n{}", rows("a,b")), "labels.csv: has the column `label` twice"),
    ] {
        std::fs::write(at("flat/labels.csv"), table).unwrap();
        let refused = ridgewalk(&["data"], &[&at("flat")]);
        let error = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && error.contains(says), "{error}");
    }
    let both = format!("file,label,split\n{}0.png,a,test\n", rows("a,train"));
    std::fs::write(at("flat/labels.csv"), both).unwrap();
    let said = ok(&["data"], &[&at("flat")]);
    assert!(said.contains("images/0.png has two rows with different splits; the first is used"), "{said}");
}

/// Names that a Mac wrote are those that others write, of classes and of files.
#[test]
fn accents_are_one_letter_however_they_are_written() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    for (folder, side) in [("gro\u{308}\u{df}e", 3.0), ("klein", 7.0)] {
        std::fs::create_dir_all(at("images").join(folder)).unwrap();
        for i in 0..6_u32 {
            let name = format!("images/{folder}/e\u{301}{i}.png");
            save_png(&at(&name), 28, |x, y| (side * x + f64::from(i) * y) as u8);
        }
    }
    let said = ok(&["project", "new", "--own-labels", "--images"], &[&at("images"), &at("project")]);
    assert!(said.contains("new classes: gr\u{f6}\u{df}e, klein"), "{said}");
    let labels = "file,label,split\ngr\u{f6}\u{df}e/\u{e9}0.png,gr\u{f6}\u{df}e,train\nklein/\u{e9}1.png,klein,val\n";
    std::fs::write(at("labels.csv"), labels).unwrap();
    let said = ok(&["project", "import"], &[&at("project"), &at("labels.csv")]);
    assert!(said.contains("2 labels were there already"), "{said}");
    // A table beside them finds them too.
    std::fs::create_dir_all(at("flat")).unwrap();
    save_png(&at("flat/e\u{301}.png"), 28, |x, _| x as u8);
    save_png(&at("flat/f.png"), 28, |_, y| y as u8);
    std::fs::write(at("flat/labels.csv"), "file,label\n\u{e9}.png,\u{e9}\nf.png,e\u{301}\n").unwrap();
    let said = ok(&["data"], &[&at("flat")]);
    assert!(said.contains("\u{e9} (2)"), "{said}");
    std::fs::write(at("flat/labels.csv"), "\n").unwrap();
    let said = ok(&["data"], &[&at("flat")]);
    assert!(said.contains("labels.csv is empty; no label is read from it"), "{said}");
}

/// Images that are not those of an experiment or of the rounds so far are told before a generator is trained on them.
#[test]
fn other_images_are_refused_before_anything_is_trained() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let images = digits(root.path(), 40);
    let settings = ["generator_epochs=1", "minibatches_per_round=2"];
    let mut words = vec!["project", "new", "--own-labels"];
    settings.iter().for_each(|set| words.extend(["--set", set]));
    ok(&[&words[..], &["--images"]].concat(), &[&images, &at("project")]);
    ok(&["project", "train"], &[&at("project")]);
    let table = std::fs::read_to_string(at("project/images.csv")).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    std::fs::write(at("project/images.csv"), lines[..lines.len() - 2].join("\n") + "\n").unwrap();
    let refused = ridgewalk(&["project", "train"], &[&at("project")]);
    let error = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success()
            && error.contains("images.csv: lists 38 images, and the project was made of 40; put back a copy"),
        "{error}"
    );
    assert!(!error.contains("generator:"), "{error}");

    // So are those of a folder of runs.
    let set = ["generator_epochs=1", "minibatches_per_round=2", "rounds=1", "samples_per_round=4"];
    let mut words = vec!["run", "--resume", "--strategies", "random"];
    set.iter().for_each(|set| words.extend(["--set", set]));
    let (cache, data) = (at("cache"), images.to_string_lossy().into_owned());
    words.extend(["--cache-dir", cache.to_str().unwrap(), "--data", &data, "--out"]);
    ok(&words, &[&at("runs")]);
    let first = std::fs::read_dir(images.join("3")).unwrap().next().unwrap().unwrap().path();
    let before = std::fs::read(&first).unwrap();
    save_png(&first, 28, |x, _| x as u8);
    let refused = ridgewalk(&words, &[&at("runs")]);
    let [out, error] = [&refused.stdout, &refused.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    assert!(!refused.status.success() && error.contains("differ in the data (SHA-256)"), "{error}");
    assert!(error.contains("one image that was added, removed, changed or renamed"), "{error}");
    assert!(!out.contains("generator:"), "{out}");
    std::fs::write(&first, before).unwrap();

    // An experiment's own images are there, and others are given.
    for i in 0..40_u32 {
        let folder = at("others").join((i % 10).to_string());
        std::fs::create_dir_all(&folder).unwrap();
        save_png(&folder.join(format!("{i}.png")), 28, |x, y| (x * f64::from(i) + y) as u8);
    }
    let experiment = at("experiment.toml");
    std::fs::write(&experiment, short(&images).to_toml()).unwrap();
    let like = ["project", "new", "--as", experiment.to_str().unwrap(), "--images"];
    let refused = ridgewalk(&like, &[&at("others"), &at("second")]);
    let error = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && error.contains("images of the experiment's splits are not among"), "{error}");
    ok(&like, &[&images, &at("second")]);
}

/// A label of a validation split counts for training, and that is told; a time that is none is named by its column.
#[test]
fn what_an_import_cannot_take_as_it_is_meant_is_told() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let images = digits(root.path(), 20);
    ok(&["project", "new", "--images"], &[&images, &at("project")]);
    let first = |text: String| text.lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
    let file = first(std::fs::read_to_string(at("project/images.csv")).unwrap());
    std::fs::write(at("labels.csv"), format!("file,label,split\n{file},seven,val\n")).unwrap();
    let said = ok(&["project", "import"], &[&at("project"), &at("labels.csv")]);
    assert!(said.contains("1 label counts for training, and is of a validation image"), "{said}");
    for (arguments, says) in [
        (vec!["project", "export", "--out", "labels.json"], "the table is CSV"),
        (vec!["run", "--preset", "tiny", "--seed", "-1", "--out"], "invalid value '-1' for '--seed"),
    ] {
        let refused = ridgewalk(&arguments, &[&at("project")]);
        let error = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && error.contains(says), "{error}");
    }
}

/// A class that was added by mistake goes as long as nothing depends on it.
#[test]
fn a_class_can_be_removed_until_an_image_or_a_network_has_it() {
    let root = tempfile::tempdir().unwrap();
    let images = digits(root.path(), 20);
    let classes = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
    let mut project = new(&root.path().join("project"), &New { images, classes, ..New::default() });
    project.say(0, Said::label(2, 1, "snn")).unwrap();
    let refused = remove_class(&mut project, "c").unwrap_err().to_string();
    assert!(refused.contains("`c` stays: 1 image has it"), "{refused}");
    project.say(0, Said::other(Answer::Undone, 1, "snn")).unwrap();
    remove_class(&mut project, "b").unwrap();
    remove_class(&mut project, "none").unwrap();
    let read = Project::look(project.folder()).unwrap();
    assert_eq!((read.classes(), project.classes()), (&["a".to_owned(), "c".to_owned()][..], read.classes()));
}

/// A label that is put right is trained on once: a round without anything new is refused again.
#[test]
fn a_label_that_was_put_right_is_news_for_one_round() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let images = digits(root.path(), 20);
    let set = ["--set", "generator_epochs=1", "--set", "minibatches_per_round=2"];
    let mut words = vec!["project", "new", "--own-labels"];
    words.extend(set);
    ok(&[&words[..], &["--images"]].concat(), &[&images, &at("project")]);
    let train = || ridgewalk(&["project", "train"], &[&at("project")]);
    let is_refused = |done: Output| String::from_utf8_lossy(&done.stderr).contains("no label is new since round");
    assert!(train().status.success());
    assert!(is_refused(train()));
    let labels = std::fs::read_to_string(at("project/labels.csv")).unwrap();
    let (file, label) = labels.lines().nth(1).and_then(|line| line.split_once(',')).unwrap();
    let other = if label.starts_with('3') { "4" } else { "3" };
    std::fs::write(at("right.csv"), format!("file,label\n{file},{other}\n")).unwrap();
    ok(&["project", "import", "--replace", "--new-classes"], &[&at("project"), &at("right.csv")]);
    assert!(train().status.success());
    assert!(is_refused(train()));
    // Taken back, it is news again.
    let mut labels = std::fs::read_to_string(at("project/labels.csv")).unwrap();
    let columns = labels.lines().next().unwrap().split(',').map(|column| match column {
        "file" => file,
        "round" => "3",
        "answer" => "undone",
        _ => "",
    });
    labels += &(columns.collect::<Vec<_>>().join(",") + "\n");
    std::fs::write(at("project/labels.csv"), labels).unwrap();
    assert!(train().status.success());
    assert!(is_refused(train()));
}
