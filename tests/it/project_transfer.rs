//! What comes into a project and goes out of it: names after renames, labels of several people, and what cannot be taken.

use std::path::{Path, PathBuf};

use ridgewalk::project::transfer::{OnConflict, Table, Told, import, read, table};
use ridgewalk::project::{Answer, New, Pictures, Project, Said};

use crate::project::{digits, new};
use crate::project_shell::{ok, ridgewalk};

/// So many digits in one folder, called `00.png` and so on.
fn flat(root: &Path, count: usize) -> PathBuf {
    let (from, to) = (digits(root, count), root.join("flat"));
    std::fs::create_dir(&to).unwrap();
    let classes = std::fs::read_dir(from).unwrap().map(|class| class.unwrap().path());
    let files = classes.flat_map(|class| std::fs::read_dir(class).unwrap().map(|file| file.unwrap().path()));
    for (at, file) in files.enumerate() {
        std::fs::rename(file, to.join(format!("{at:02}.png"))).unwrap();
    }
    to
}

/// Each file gets the name of the next one.
fn shift(images: &Path, count: usize) {
    let name = |at: usize| images.join(format!("{:02}.png", at % count));
    std::fs::rename(name(count - 1), images.join("last")).unwrap();
    (0..count - 1).rev().for_each(|at| std::fs::rename(name(at), name(at + 1)).unwrap());
    std::fs::rename(images.join("last"), name(0)).unwrap();
}

fn classes(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A refused command's words.
fn refused(arguments: &[&str], paths: &[&Path]) -> String {
    let done = ridgewalk(arguments, paths);
    assert!(!done.status.success(), "{arguments:?}: {done:?}");
    String::from_utf8_lossy(&done.stderr).into_owned()
}

/// The labels of a project by the digests of their images.
fn by_digest(project: &Path) -> Vec<(String, String)> {
    let project = Project::look(project).unwrap();
    let all = project.images().all().iter().enumerate();
    let mut labels: Vec<(String, String)> =
        all.filter_map(|(at, image)| Some((image.digest.clone(), project.label_of(at)?.label.clone()))).collect();
    labels.sort();
    labels
}

/// Every file has the name of the next one by now: names that are written and read mean the files as they are.
#[test]
fn labels_land_on_their_images_after_renames() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let images = flat(root.path(), 20);
    let folder = at("project");
    let all = classes(&["a", "b"]);
    let mut project = new(&folder, &New { images: images.clone(), classes: all.clone(), ..New::default() });
    (0..10).for_each(|image| project.say(image, Said::label((image % 2) as u16, 1, "snn")).unwrap());
    let before = by_digest(&folder);
    let copy = new(&at("copy"), &New { images: images.clone(), classes: all.clone(), ..New::default() });
    drop(copy);
    shift(&images, 20);
    let notes = Pictures::read(&mut project, None, &mut |_, _| true).unwrap().notes.join("; ");
    assert!(notes.contains("found under other names"), "{notes}");
    let exported = table(&project, Table::Labels).unwrap();
    assert!(String::from_utf8_lossy(&exported).contains("\n01.png,a,"), "the names by now");
    std::fs::write(at("export.csv"), &exported).unwrap();
    // Its own export says what is there, and its own labels, which have the names of the beginning, do too.
    for file in [at("export.csv"), folder.join("labels.csv")] {
        let done = import(&mut project, &read(&file).unwrap(), Told::default()).unwrap();
        assert_eq!((done.same, done.train), (10, 0), "{}", file.display());
        assert_eq!(done.passed_on, 0, "digests say what is meant");
    }
    drop(project);
    // A table of answers lands on the files that it names.
    let answers = "file,label\n11.png,a\n12.png,b\n".to_owned();
    std::fs::write(at("answers.csv"), answers).unwrap();
    ok(&["project", "import"], &[&folder, &at("answers.csv")]);
    let project = Project::look(&folder).unwrap();
    assert_eq!([10, 11].map(|image| project.label_of(image).unwrap().label.clone()), ["a", "b"]);
    // Another project of the same images, whose names were others: by the digests of the first, or refused without them.
    let first = at("first");
    std::fs::create_dir(&first).unwrap();
    std::fs::copy(folder.join("images.csv"), first.join("images.csv")).unwrap();
    let labels = std::fs::read_to_string(folder.join("labels.csv")).unwrap();
    let labels: String = labels.lines().take(11).map(|line| format!("{line}\n")).collect();
    std::fs::write(first.join("labels.csv"), &labels).unwrap();
    std::fs::write(at("alone.csv"), &labels).unwrap();
    Pictures::read(&mut Project::open(&at("copy"), "a test").unwrap(), None, &mut |_, _| true).unwrap();
    let error = refused(&["project", "import"], &[&at("copy"), &at("alone.csv")]);
    assert!(
        error.contains("00.png is the name by now of an image that was 19.png, and was that of the one that is 01.png"),
        "{error}"
    );
    ok(&["project", "import"], &[&at("copy"), &first.join("labels.csv")]);
    assert_eq!(by_digest(&at("copy")), before);
}

/// Where the labels cannot be written, the classes and images that were changed for them are as they were.
#[test]
fn an_import_that_fails_at_its_last_file_leaves_the_others_as_they_were() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let (images, folder) = (flat(root.path(), 20), at("project"));
    let mut project = new(&folder, &New { images, classes: classes(&["a", "b"]), ..New::default() });
    std::fs::write(at("answers.csv"), "file,label,split\n01.png,c,test\n02.png,a,train\n").unwrap();
    let (answers, told) = (read(&at("answers.csv")).unwrap(), Told { new_classes: true, ..Told::default() });
    let files = || ["project.toml", "images.csv"].map(|name| std::fs::read(folder.join(name)).unwrap());
    let before = files();
    // Nothing can be written there.
    let labels = folder.join("labels.csv");
    std::fs::rename(&labels, at("kept.csv")).unwrap();
    std::fs::create_dir_all(labels.join("in the way")).unwrap();
    let error = import(&mut project, &answers, told).unwrap_err().to_string();
    assert!(error.contains("labels.csv") && !error.contains("stays"), "{error}");
    assert_eq!(files(), before);
    assert!(project.classes() == ["a", "b"] && project.images().is_pooled(1));
    std::fs::remove_dir_all(&labels).unwrap();
    std::fs::rename(at("kept.csv"), &labels).unwrap();
    let done = import(&mut project, &answers, told).unwrap();
    assert_eq!((done.new_classes.len(), done.held, done.test, done.train), (1, 1, 1, 1));
    assert!(project.classes() == ["a", "b", "c"] && !project.images().is_pooled(1) && files() != before);
}

/// Nothing has looked at the images since they were renamed: the commands that write and read names do.
#[test]
fn names_are_those_of_now_for_the_first_command_after_a_rename() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let images = flat(root.path(), 20);
    let all = classes(&["a", "b"]);
    let [folder, other] = ["project", "other"].map(at);
    for folder in [&folder, &other] {
        let mut project = new(folder, &New { images: images.clone(), classes: all.clone(), ..New::default() });
        (0..10).for_each(|image| project.say(image, Said::label((image % 2) as u16, 1, "snn")).unwrap());
    }
    let before = by_digest(&folder);
    let export = |file: &str| ok(&["project", "export", "--out"], &[&at(file), &folder]);
    export("before.csv");
    shift(&images, 20);
    let told = export("after.csv");
    assert!(told.contains("found under other names"), "{told}");
    assert!(std::fs::read_to_string(at("after.csv")).unwrap().contains("\n01.png,a,"), "the names of now");
    std::fs::write(at("answers.csv"), "file,label\n11.png,a\n12.png,b\n").unwrap();
    ok(&["project", "import"], &[&other, &at("answers.csv")]);
    let project = Project::look(&other).unwrap();
    assert_eq!([10, 11].map(|image| project.label_of(image).unwrap().label.clone()), ["a", "b"]);
    // What was written under the names of before says by its digests what it means, and is no news.
    let told = ok(&["project", "import"], &[&folder, &at("before.csv")]);
    assert!(told.contains("10 labels were there already"), "{told}");
    export("before.csv");
    assert_eq!(by_digest(&folder), before);
    // Without the images the names of before stay, and that is told.
    std::fs::rename(&images, at("away")).unwrap();
    let told = export("away.csv");
    assert!(told.contains("images are named as they were when they were last read"), "{told}");
}

/// A digest that says another image than the name does is told, and a row that was copied for another image is refused; two
/// people's answers of one image in one table are a contradiction.
#[test]
fn rows_that_contradict_themselves_or_each_other_are_not_settled_in_silence() {
    let root = tempfile::tempdir().unwrap();
    let (images, folder) = (flat(root.path(), 12), root.path().join("project"));
    let mut project = new(&folder, &New { images, classes: classes(&["a", "b"]), ..New::default() });
    let digest = |image: usize| project.images().all()[image].digest.clone();
    let (third, fourth) = (digest(3), digest(4));
    let file = root.path().join("table.csv");
    let mut import = |rows: &str| {
        std::fs::write(&file, format!("file,label,who,answer,digest\n{rows}")).unwrap();
        import(&mut project, &read(&file).unwrap(), Told::default())
    };
    for (rows, says) in [
        (
            format!("03.png,a,,,{third}\n05.png,b,,,{third}\n"),
            "line 3: 05.png has the digest of 03.png, as 03.png on line 2; put the right one there",
        ),
        (format!("03.png,a,ann,,{third}\n03.png,b,bob,,{third}\n"), "line 3: 03.png is b, and a on line 2; --replace"),
        (
            format!("03.png,a,ann,,{third}\n03.png,,bob,not-sure,{third}\n"),
            "line 3: 03.png is not sure, and a on line 2; --replace",
        ),
    ] {
        let error = import(&rows).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let done = import(&format!("03.png,a,,,{third}\n05.png,b,,,{fourth}\n")).unwrap();
    let said = done.sentences().join("; ");
    assert!(said.contains("1 row goes by the digest") && said.contains("such as 05.png to 04.png"), "{said}");
    assert_eq!((done.train, done.by_digest), (2, 1));
    assert_eq!(
        [3, 4, 5].map(|image| project.label_of(image).map(|row| row.label.as_str())),
        [Some("a"), Some("b"), None]
    );
}

/// Where people give the labels, a table of pixels opens without those that it does not clearly have.
#[test]
fn pixels_beside_which_two_columns_may_be_the_label_open_without_labels() {
    let root = tempfile::tempdir().unwrap();
    let (table, project) = (root.path().join("t.csv"), root.path().join("project"));
    let pixels = |of: &dyn Fn(usize) -> String| (0..784).map(of).collect::<Vec<_>>().join(",");
    let row = |r: usize| {
        format!("{},{},{}\n", ["f", "m"][r % 2], ["a", "b"][r / 2 % 2], pixels(&|p| (p * r % 256).to_string()))
    };
    let rows: String = (1..=16).map(row).collect();
    std::fs::write(&table, format!("sex,ward,{}\n{rows}", pixels(&|p| format!("p{p}")))).unwrap();
    let refused = ridgewalk(&["data"], &[&table]);
    assert!(!refused.status.success(), "{}", String::from_utf8_lossy(&refused.stdout));
    let said = ok(&["project", "new", "--own-labels", "--images"], &[&table, &project]);
    let told = "does not say which column has the labels (`sex`, `ward`)";
    assert!(said.contains("a project of 16 images") && said.contains(told), "{said}");
    assert_eq!(Project::open(&project, "a test").unwrap().labels().unwrap().train.len(), 0);
}

/// A table beside images is about some of them: the others, and rows without a label, are images of the project.
#[test]
fn images_in_no_row_of_a_table_wait_for_labels() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let images = flat(root.path(), 20);
    for (number, (name, table, labels)) in [
        ("labels.csv", "file,label\n03.png,a\n01.png,b\n05.png,\n", 2),
        ("batch.csv", "file,label,guess,confidence,score,strategy,round\n03.png,,,,,test,1\n", 0),
        ("patients.csv", "file,sex,ward\n00.png,f,a\n01.png,m,b\n02.png,f,a\n03.png,m,b\n", 0),
    ]
    .into_iter()
    .enumerate()
    {
        std::fs::write(images.join(name), table).unwrap();
        let folder = at(&format!("project{number}"));
        let said = ok(&["project", "new", "--own-labels", "--images"], &[&images, &folder]);
        assert!(said.contains("a project of 20 images") && said.contains("in no row of a table"), "{said}");
        let mut project = Project::open(&folder, "a test").unwrap();
        assert_eq!(project.labels().unwrap().train.len(), labels, "{said}");
        let pictures = Pictures::read(&mut project, None, &mut |_, _| true).unwrap();
        assert_eq!(pictures.all.len(), 20);
        for image in 0..20 {
            let file = images.join(&project.images().all()[image].file);
            assert_eq!(pictures.file(image).as_ref(), Some(&file));
            assert_eq!(pictures.all.image(image), image::open(file).unwrap().to_luma8().into_raw());
        }
        // `data` and `run` need labels: they leave the others aside, and refuse a table of which it is not clear what they are.
        let told = ridgewalk(&["data"], &[&images]);
        let told = String::from_utf8_lossy(&[told.stdout, told.stderr].concat()).into_owned();
        let says = ["images in no row of a table, which are left aside: ", "does not say which column has the labels"];
        assert!(told.contains(says[usize::from(name == "patients.csv")]), "{told}");
        std::fs::remove_file(images.join(name)).unwrap();
    }
}

/// Two people agree on three of four images, however often the labels of one are taken in.
#[test]
fn nobody_agrees_with_themselves() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let images = flat(root.path(), 12);
    let all = classes(&["a", "b"]);
    let mut project = new(&at("project"), &New { images, classes: all, ..New::default() });
    for (image, class) in [0, 0, 1, 1].into_iter().enumerate() {
        project.say(image, Said { who: "anna".into(), ..Said::label(class, 1, "snn") }).unwrap();
    }
    let name = |image: usize| project.images().all()[image].file.clone();
    let rows: String = (0..8).map(|at| format!("{},{},bob\n", name(at), if at < 2 { "a" } else { "b" })).collect();
    let rows = rows.replace(&format!("{},b", name(3)), &format!("{},a", name(3)));
    std::fs::write(at("bob.csv"), format!("file,label,who\n{rows}")).unwrap();
    let keep = Told { on_conflict: Some(OnConflict::Keep), ..Told::default() };
    let replace = Told { on_conflict: Some(OnConflict::Replace), ..Told::default() };
    for (told, of_one_person) in [(keep, 0), (keep, 4), (replace, 4), (keep, 4)] {
        let done = import(&mut project, &read(&at("bob.csv")).unwrap(), told).unwrap();
        let agreement = done.agreement.unwrap();
        assert_eq!((agreement.both, agreement.equal, done.of_one_person), (4, 3, of_one_person), "{told:?}");
        let said = done.sentences().join("; ");
        assert_eq!(said.contains("4 more images have labels of one person in both"), of_one_person > 0, "{said}");
    }
    std::fs::write(at("own.csv"), table(&project, Table::Labels).unwrap()).unwrap();
    let done = import(&mut project, &read(&at("own.csv")).unwrap(), Told::default()).unwrap();
    assert_eq!((done.agreement, done.same, done.of_one_person), (None, 8, 8), "what bob replaced is in it, too");
}

/// What export and import say of labels that are no plain ones, and of what cannot be done.
#[test]
fn exports_hold_every_answer_and_refusals_come_before_anything_is_written() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let images = flat(root.path(), 12);
    let folder = at("project");
    let of = |images: &Path| New { images: images.to_owned(), classes: classes(&["a", "b, c"]), ..New::default() };
    let mut project = new(&folder, &of(&images));
    project.say(0, Said::label(1, 1, "snn")).unwrap();
    project.say(1, Said::other(Answer::NotSure, 1, "snn")).unwrap();
    project.say(2, Said::other(Answer::NoneOfThese, 1, "snn")).unwrap();
    project.say(3, Said::other(Answer::Skipped, 1, "snn")).unwrap();
    drop(project);
    std::fs::create_dir(at("full")).unwrap();
    std::fs::write(at("full/file"), "").unwrap();
    let error = refused(&["project", "export", "--folders"], &[&at("full"), &folder, Path::new("--out"), &at("u.csv")]);
    assert!(error.contains("holds files already") && !at("u.csv").exists(), "{error}");
    let error = refused(&["project", "export", "--images", "nowhere", "--out"], &[&at("u.csv"), &folder]);
    assert!(error.contains("nowhere") && !at("u.csv").exists(), "{error}");
    ok(&["project", "export", "--out"], &[&at("u.csv"), &folder]);
    let mut other = new(&at("other"), &of(&images));
    let done = import(&mut other, &read(&at("u.csv")).unwrap(), Told::default()).unwrap();
    assert_eq!((done.train, done.others), (1, 2));
    assert_eq!(
        [1, 2].map(|image| other.log().last(&other.images().all()[image].file).unwrap().answer),
        [Answer::NotSure, Answer::NoneOfThese]
    );
    let status = ok(&["project", "status"], &[&folder]);
    assert!(
        status.contains("a (0), \"b, c\" (1)") && status.contains("every label for training is `b, c`"),
        "{status}"
    );
    let inside = refused(&["project", "new", "--images"], &[&images, &folder.join("inside")]);
    assert!(inside.contains("lies in the project") && !folder.join("inside").exists(), "{inside}");
    let settings = std::fs::read_to_string(folder.join("project.toml")).unwrap();
    std::fs::write(folder.join("project.toml"), settings.replace("b, c", "d")).unwrap();
    let error = refused(&["project", "status"], &[&folder]);
    assert!(error.contains("put that name back into `classes`"), "{error}");
}

/// A name is read as `data` reads it, where one image only fits, and what is unclear says why.
#[test]
fn names_of_others_are_read_where_one_image_fits() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let images = flat(root.path(), 12);
    for folder in ["x", "y"] {
        std::fs::create_dir(images.join(folder)).unwrap();
        std::fs::copy(images.join("00.png"), images.join(folder).join("twin.png")).unwrap();
    }
    drop(new(&at("project"), &New { images, classes: classes(&["a", "b"]), ..New::default() }));
    let take = |name: &str| {
        let row = if name.contains(',') { name.to_owned() } else { format!("{name},a") };
        std::fs::write(at("labels.csv"), format!("file,label\n{row}\n")).unwrap();
        ridgewalk(&["project", "import"], &[&at("project"), &at("labels.csv")])
    };
    for name in ["01.PNG", "02", "/elsewhere/03.png", "X/Twin.png"] {
        assert!(take(name).status.success(), "{name}");
    }
    for (name, says) in [
        (
            "twin.png",
            "line 2: twin.png fits several images, such as x/twin.png and y/twin.png; name it with its folder",
        ),
        ("none.png", "line 2: none.png is no image of the project; --skip-unknown passes it over"),
        ("none.png,not-sure", "line 2: none.png is no image of the project; --skip-unknown passes it over"),
    ] {
        let error = String::from_utf8_lossy(&take(name).stderr).into_owned();
        assert!(error.contains(says), "{error}");
    }
}
