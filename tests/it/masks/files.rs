//! Masks in pairs of files and beside other files, and the results that are written for them.

use super::*;

#[test]
fn lumen_and_vessel_in_two_files_are_one_mask_and_what_is_no_mask_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let save = |name: &str, values: [u16; 5]| {
        write(&at(name), &drawn(grey(values), 1), ColorType::Grayscale, BitDepth::Eight);
    };
    save("good.png", [0, 255, 0, 255, 0]);
    save("p1_lumen.png", [0, 0, 255, 0, 255]);
    save("p1_vessel.png", [255, 0, 0, 0, 0]);
    save("lum_frame_01.png", [0, 0, 1, 0, 1]);
    save("med_frame_01.png", [0, 1, 1, 1, 1]);
    save("q-lumen.png", [0, 0, 255, 0, 255]);
    for (folder, values) in [("lumen", [0, 0, 9, 0, 9]), ("vessel", [0, 9, 9, 9, 9])] {
        fs::create_dir(at(folder)).unwrap();
        save(&format!("{folder}/7.png"), values);
    }
    save("good.PNG", [0, 255, 0, 255, 0]);
    for (name, bytes) in [("._good.png", "\0\x05\x16\x07"), ("Thumbs.db", "x"), (".DS_Store", "x"), ("notes.txt", "x")]
    {
        fs::write(at(name), bytes).unwrap();
    }
    fs::write(at("cut.png"), &fs::read(at("good.png")).unwrap()[..90]).unwrap();
    fs::write(at("nothing.png"), "").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere.png", at("link.png")).unwrap();
    let (mut report, mut messages) = (Vec::new(), Vec::new());
    let out = folder.path().join("results");
    let counts = label(&args(vec![folder.path().into()], &out, ""), &mut report, &mut messages).unwrap();
    let messages = String::from_utf8(messages).unwrap();
    assert_eq!((counts.solved, counts.refused), (5, 4), "{messages}");
    for line in [
        "._good.png: passed over: kept by macOS",
        "Thumbs.db: passed over: kept by the system",
        ".DS_Store: passed over: kept by the system",
        "notes.txt: passed over: no PNG",
        "cut.png: rejected: the PNG is damaged",
        "nothing.png: rejected: it is no PNG but empty",
        "link.png: rejected: it is a link to nowhere.png",
        "q-lumen.png: rejected: no lumen",
        "is not beside it",
    ] {
        assert!(messages.contains(line), "{line} in {messages}");
    }
    let report: Vec<Value> = serde_json::from_slice(&report).unwrap();
    let solved: Vec<&Value> = report.iter().filter(|v| v["results"].is_string()).collect();
    for mask in &solved {
        assert_eq!(mask["lumen_area_mm2"], solved[0]["lumen_area_mm2"]);
        let summary = out.join(format!("{}_summary.json", mask["results"].as_str().unwrap()));
        let summary: Value = serde_json::from_slice(&fs::read(summary).unwrap()).unwrap();
        assert_eq!(summary["mask"], mask["mask"], "results are tied to their mask");
    }
    let mut stems: Vec<&str> = solved.iter().filter_map(|m| m["results"].as_str()).collect();
    stems.sort_unstable();
    assert_eq!(stems, ["7", "frame_01", "good", "good-2", "p1"]);
    // Results beside their masks are no masks.
    let beside = args(vec![at("good.png")], folder.path(), "");
    label(&beside, &mut Vec::new(), &mut Vec::new()).unwrap();
    let found = labelled(vec![folder.path().into()], "");
    assert_eq!(found["good_stress.png"]["passed_over"], "a result of `ridgewalk label`");
}

#[test]
fn results_are_written_over_no_file_but_earlier_results_of_the_same_mask() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let before = ["x.png", "x_stress.png", "y.png"].map(|name| {
        write(&at(name), &drawn(grey([0, 255, 0, 255, 0]), 1), ColorType::Grayscale, BitDepth::Eight);
        (name, fs::read(at(name)).unwrap())
    });
    fs::write(at("y_summary.json"), "{\"mine\": true}").unwrap();
    let mut files = Vec::new();
    for _ in 0..2 {
        let (mut report, mut messages) = (Vec::new(), Vec::new());
        label(&args(vec![folder.path().into()], folder.path(), ""), &mut report, &mut messages).unwrap();
        let report: Vec<Value> = serde_json::from_slice(&report).unwrap();
        let stems: Vec<&str> = report.iter().filter_map(|v| v["results"].as_str()).collect();
        assert_eq!(stems, ["x-2", "x_stress", "y-2"]);
        for (name, bytes) in &before {
            assert_eq!(&fs::read(at(name)).unwrap(), bytes, "{name}");
        }
        assert_eq!(fs::read(at("y_summary.json")).unwrap(), b"{\"mine\": true}");
        files.push(fs::read_dir(folder.path()).unwrap().count());
    }
    assert_eq!(files, [4 + 3 * 4; 2], "the second time writes over its own results");
}

#[test]
fn masks_of_one_name_keep_their_results_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let masks = ["a", "b", "c"].map(|name| {
        fs::create_dir(folder.path().join(name)).unwrap();
        let path = folder.path().join(name).join("m.png");
        write(&path, &drawn(grey([0, 255, 0, 255, 0]), 1), ColorType::Grayscale, BitDepth::Eight);
        path
    });
    let named = |order: [usize; 3]| {
        let (mut report, mut messages) = (Vec::new(), Vec::new());
        let given = order.iter().map(|i| masks[*i].clone()).collect();
        label(&args(given, &out, ""), &mut report, &mut messages).unwrap();
        let report: Vec<Value> = serde_json::from_slice(&report).unwrap();
        let of = |mask: &Path| report.iter().find(|v| v["mask"] == mask.to_str().unwrap()).unwrap()["results"].clone();
        masks.each_ref().map(|mask| of(mask))
    };
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        assert_eq!(named(order), ["m", "m-2", "m-3"], "{order:?}");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 3 * 4);
    }
}

#[test]
fn a_mask_given_twice_counts_once_and_one_that_is_rejected_names_its_results_of_before() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("a.png"), folder.path().join("out"));
    write(&path, &drawn(grey([0, 255, 0, 255, 0]), 1), ColorType::Grayscale, BitDepth::Eight);
    let solved = |masks: Vec<PathBuf>| {
        let (mut report, mut messages) = (Vec::new(), Vec::new());
        let counts = label(&args(masks, &out, ""), &mut report, &mut messages).unwrap();
        (counts.solved, counts.refused, String::from_utf8(messages).unwrap())
    };
    let (good, bad, told) = solved(vec![folder.path().into(), folder.path().join("."), path.clone()]);
    assert_eq!((good, bad), (1, 0), "{told}");
    assert_eq!(told.matches("a.png: passed over: given more than once").count(), 2, "{told}");
    fs::write(&path, "no image").unwrap();
    let (good, bad, told) = solved(vec![folder.path().into()]);
    assert_eq!((good, bad), (0, 1), "{told}");
    assert!(told.contains("; its results a in ") && told.contains(" are of an earlier call\n"), "{told}");
}

#[cfg(unix)]
#[test]
fn what_was_solved_is_reported_when_it_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    write(&path, &drawn(grey([0, 255, 0, 255, 0]), 1), ColorType::Grayscale, BitDepth::Eight);
    let out = folder.path().join("out");
    // A folder in the place of a file of the results.
    fs::create_dir_all(out.join("a_mesh.vtk/taken")).unwrap();
    let (mut report, mut messages) = (Vec::new(), Vec::new());
    let error = label(&args(vec![path], &out, ""), &mut report, &mut messages).unwrap_err().to_string();
    assert!(error.contains("1 of 1 solved masks") && error.contains("a_mesh.vtk"), "{error}");
    let report: Vec<Value> = serde_json::from_slice(&report).unwrap();
    assert!(report[0]["lumen_area_mm2"].is_number() && report[0]["not_written"].is_string());
}
