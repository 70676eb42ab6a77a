//! The files that figures are written into: exact CSV columns, PNG that is not blank, PDF that a reader opens, and a whole
//! folder of them.

use std::path::PathBuf;
use std::process::Command;

use resvg::tiny_skia::Pixmap;
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::figures::*;

use crate::figures::{all_figures, combined, named, two_by_three};
use crate::made::Made;

#[test]
fn csv_files_have_exactly_the_promised_columns_and_rows() {
    let histories = vec![Made { strategy: Strategy::Snn, repeat: 2, rounds: 2, gain: 0.1 }.history()];
    let curves = curves_csv(&histories);
    let rows: Vec<_> = curves.lines().collect();
    assert_eq!(rows[0], "strategy,repeat,seed,round,labels,minibatches,split,metric,value,round_end");
    assert_eq!(rows.len(), 1 + histories[0].evaluations().count());
    let (_, first) = histories[0].evaluations().next().unwrap();
    assert_eq!(rows[1], format!("snn,2,2,1,500,20,test,accuracy_part,{},0", first.value));
    let ends: Vec<_> = rows.iter().filter(|r| r.ends_with(",1")).collect();
    assert!(ends.len() == 2 && ends.iter().all(|r| r.contains(",accuracy,")), "{ends:?}");

    let proposals = proposals_csv(&histories);
    let rows: Vec<_> = proposals.lines().collect();
    let header = "strategy,repeat,seed,round,parent,parent_label,loss,sample,label,snap_distance,score,p_0,p_1,gradient_0,gradient_1,q_0,q_1,n_0,n_1";
    assert_eq!(rows[0], header);
    assert_eq!(rows.len(), 1 + histories[0].rounds.iter().map(|r| r.proposals.len()).sum::<usize>());
    assert!(rows.iter().all(|r| r.matches(',').count() == header.matches(',').count()));
    let label = histories[0].rounds[0].proposals[0].label;
    assert_eq!(rows[1], format!("snn,2,2,1,,,,1000,{label},,,,,,,,,,"));
    let bought = &histories[0].rounds[1].proposals[3];
    let step = bought.step.as_ref().unwrap();
    let codes = [&step.from, &step.gradient, &step.to, &step.neighbour];
    let codes: Vec<_> = codes.into_iter().flatten().map(f32::to_string).collect();
    let expect = format!(
        "snn,2,2,2,{},{},{},{},{},{},,{}",
        step.parent,
        step.parent_label,
        step.loss,
        bought.sample,
        bought.label,
        step.snap_distance,
        codes.join(",")
    );
    assert_eq!(rows[1 + 40 + 3], expect);
}

#[test]
fn a_figures_own_numbers_can_be_read_back() {
    let histories = two_by_three();
    let text = figure_csv(&named("difference", &histories, Strategy::Random));
    assert_eq!(text.lines().next(), Some("panel,series,kind,x,y,low,high,text"));
    // Round 1 ties exactly for each seed; a line and a band for four rounds.
    assert!(text.lines().any(|l| l == "1,SNN,line,1,0,,,"), "{text}");
    assert!(text.lines().any(|l| l == "1,SNN,band,1,,0,0,"), "{text}");
    assert_eq!(text.lines().count(), 1 + 4 + 4);
    // Against the other strategy the same numbers with the other sign.
    let lines = |against| -> Vec<f64> {
        let text = figure_csv(&named("difference", &histories, against));
        let values = text.lines().filter(|l| l.contains(",line,")).map(|l| l.split(',').nth(4).unwrap().to_owned());
        values.map(|v| v.parse().unwrap()).collect()
    };
    let (random, snn) = (lines(Strategy::Random), lines(Strategy::Snn));
    assert_eq!(random.len(), 4);
    assert!(random.iter().any(|d| *d != 0.0));
    assert!(random.iter().zip(&snn).all(|(a, b)| (a + b).abs() < 1e-9), "{random:?} {snn:?}");
}

/// The share of pixels that are not white.
fn ink(pixels: &Pixmap) -> f64 {
    let dark = pixels.pixels().iter().filter(|p| p.red() < 250 || p.green() < 250 || p.blue() < 250).count();
    dark as f64 / pixels.pixels().len() as f64
}

#[test]
fn png_has_the_size_asked_for_and_is_not_blank() {
    for figure in all_figures(&two_by_three()) {
        let bytes = png(&svg(&figure, COLUMN_WIDTH, &Theme::LIGHT), 100.0).unwrap();
        let pixels = Pixmap::decode_png(&bytes).unwrap();
        assert_eq!(pixels.width(), 350, "{}", figure.name);
        assert!((0.01..0.9).contains(&ink(&pixels)), "{}: {}", figure.name, ink(&pixels));
    }
    for dpi in [0.0, f32::NAN, 1e6] {
        assert!(
            png(&svg(&curves(&two_by_three(), &Looks::of(&two_by_three())), COLUMN_WIDTH, &Theme::LIGHT), dpi).is_err(),
            "{dpi}"
        );
    }
}

fn has(tool: &str) -> bool {
    Command::new(tool).arg("-v").output().is_ok()
}

#[test]
fn pdf_opens_in_poppler_with_its_text_as_text() {
    if !has("pdftoppm") || !has("pdftotext") {
        eprintln!("SKIPPED: pdftoppm and pdftotext (poppler-utils) are not installed, so no PDF was opened");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for figure in
        [curves(&two_by_three(), &Looks::of(&two_by_three())), named("confusion", &two_by_three(), Strategy::Random)]
    {
        let file = folder.path().join("figure.pdf");
        std::fs::write(&file, pdf(&svg(&figure, PAGE_WIDTH, &Theme::LIGHT)).unwrap()).unwrap();
        let run = |command: &mut Command| {
            let out = command.output().unwrap();
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            out.stdout
        };
        let text = run(Command::new("pdftotext").arg(&file).arg("-"));
        let text = String::from_utf8(text).unwrap();
        let label = &figure.panels[0].x.label;
        assert!(text.contains(label.as_str()) && text.contains("SNN"), "{}: {text}", figure.name);
        let page = folder.path().join("page");
        run(Command::new("pdftoppm").args(["-png", "-r", "50", "-singlefile"]).arg(&file).arg(&page));
        let pixels = Pixmap::load_png(page.with_extension("png")).unwrap();
        assert!(pixels.width() == 360 && ink(&pixels) > 0.01, "{}: {} {}", figure.name, pixels.width(), ink(&pixels));
    }
}

fn names(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn export_writes_what_it_says_and_names_the_path_it_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let histories = two_by_three();
    let out = folder.path().join("new/deep");
    let formats = [Format::Svg, Format::Csv, Format::Latex, Format::Markdown];
    let files = all_files(&combined(&histories), &formats, COLUMN_WIDTH, 300.0).unwrap();
    let written = files.write(&out).unwrap();
    assert!(written.iter().all(|p| p.metadata().unwrap().len() > 0));
    for name in
        ["curves.svg", "curves.csv", "proposals.csv", "figure3-data.csv", "table1.tex", "comparison.md", "figures.tex"]
    {
        assert!(names(&written).contains(&name.to_owned()), "{name}: {:?}", names(&written));
    }
    assert_eq!(std::fs::read_to_string(out.join("curves.csv")).unwrap(), curves_csv(&histories));
    // From the folder alone the runs are known, and can be run again.
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let shared = Experiment::from_toml(&read("settings.toml")).unwrap();
    assert_eq!((shared.seed, shared.rounds), (histories[0].seed(), histories[0].header.experiment.rounds));
    let readme = read("README.txt");
    assert!(readme.contains("--strategies 'random,snn' --repeats 3"), "{readme}");
    assert!(readme.contains("Compared with: Random.\n"), "{readme}");
    assert!(histories.iter().all(|h| readme.contains(&format!("{}, seed {}, 4 rounds", h.variant(), h.seed()))));

    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "").unwrap();
    let error = files.write(&blocked).unwrap_err().to_string();
    assert!(error.contains(&blocked.display().to_string()), "{error}");
}
