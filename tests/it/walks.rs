//! Figure 4 from the files of a run: the verdicts, `walks.csv`, and both halves of the figure.

use ridgewalk::archive::{self, ALBUM_MAGIC, EMBEDDING_MAGIC};
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::figures::{self, Figure4Request, Format, Item};
use ridgewalk::grid::{self, Grid, GridFolder, Shard, Watcher};
use ridgewalk::history::History;
use ridgewalk::round::RunEvent;
use ridgewalk::trajectory::{Album, Embedding, Verdict, VerdictRules, walk_name, walks_of};

use crate::common::{tiny, tiny_world};

struct Silent;

impl Watcher for Silent {
    fn began(&self, _: &grid::Cell, _: usize) {}
    fn happened(&self, _: &grid::Cell, _: &RunEvent, _: f32) {}
    fn ended(&self, _: &grid::Cell, _: &History) {}
}

const WALKS: usize = 30;

/// A run with walks, written and read back.
fn recorded(folder: &std::path::Path) -> (History, Embedding, Album) {
    let world = tiny_world();
    let experiment = Experiment { walks: WALKS, rounds: 5, strategy: Strategy::Random, ..tiny() };
    let grid = Grid::new(experiment, &[Strategy::Random.into()], 1, Shard::default()).unwrap();
    let files = GridFolder::new(folder);
    let history = grid::run(&grid, &world, &files, false, 1, &Silent).unwrap().remove(0);
    let cell = &grid.cells()[0];
    let album: Album = archive::read(&files.album(cell), ALBUM_MAGIC).unwrap();
    let embedding: Embedding = archive::read(&files.embedding(), EMBEDDING_MAGIC).unwrap();
    (history, embedding, album)
}

#[test]
fn a_runs_files_hold_the_data_of_figure_4() {
    let world = tiny_world();
    let folder = tempfile::tempdir().unwrap();
    let (history, embedding, album) = recorded(folder.path());
    assert!(embedding.fits(&history));
    assert_eq!((&embedding.codes, &embedding.labels[..]), (&**world.latent.codes(), world.dataset.train.labels()));
    assert_eq!(album.walks.len(), WALKS);
    for (images, (walk, steps)) in album.walks.iter().zip(walks_of(&history)) {
        assert_eq!((images.walk, images.real.len(), images.decoded.len()), (walk, 6, 6));
        assert_eq!(images.real[0], world.dataset.train.image(steps[0].step.parent as usize));
        assert_eq!(images.decoded[0], world.generator.decode_bytes(world.latent.code(steps[0].step.parent)));
        assert_eq!(images.real[5], world.dataset.train.image(steps[4].sample as usize));
        assert_eq!(images.decoded[5], world.generator.decode_bytes(&steps[4].step.to));
    }

    let out = folder.path().join("figures");
    let rules = VerdictRules::default();
    let request = Figure4Request { history: &history, embedding: &embedding, album: &album, rules };
    let (files, table) = figures::figure4_files(&request, Format::ALL, figures::PAGE_WIDTH, 60.0).unwrap();
    let written = files.write(&out).unwrap();
    assert!(written.iter().all(|p| p.metadata().unwrap().len() > 0));
    for name in ["figure4.svg", "figure4.pdf", "figure4.png", "figure4-data.csv", "verdicts.md", "walks.csv"] {
        assert!(out.join(name).is_file(), "{name}");
    }
    let judged = embedding.judge(&history, &rules).unwrap();
    let csv = std::fs::read_to_string(out.join("walks.csv")).unwrap();
    let mut lines = csv.lines();
    let header =
        "walk,letters,start_sample,verdict,steps,boundary_share,drift_ratio,distinct_samples,final_snap_distance";
    assert_eq!(lines.next(), Some(header));
    assert_eq!(csv.lines().count(), 1 + WALKS);
    for (line, walk) in lines.zip(&judged.walks) {
        let start =
            format!("{},{},{},{},5,", walk.walk, walk_name(walk.walk), walk.start, walk.judgement.verdict.name());
        assert!(line.starts_with(&start), "{line} {start}");
    }
    let counts = figures::verdict_counts(&judged);
    assert_eq!(counts.iter().map(|(_, c)| c).sum::<usize>(), WALKS);
    for (row, (verdict, count)) in table.rows.iter().zip(counts.into_iter().filter(|(v, _)| v.is_settled())) {
        assert_eq!(row[..2], [verdict.label().to_owned(), count.to_string()]);
    }
}

/// Walks are chosen by verdict: at most four boundary walkers and two outward drifters, each with its images.
#[test]
fn the_figure_shows_walks_by_their_verdicts() {
    let folder = tempfile::tempdir().unwrap();
    let (history, embedding, album) = recorded(folder.path());
    let rules = VerdictRules { outer_quantile: 0.9, ..VerdictRules::default() };
    let judged = embedding.judge(&history, &rules).unwrap();
    let of = |v: Verdict| judged.walks.iter().filter(|w| w.judgement.verdict == v).count();
    let expected = of(Verdict::Boundary).min(4) + of(Verdict::Outward).min(2);
    assert!(expected > 0, "the test shows nothing");
    let figure = figures::figure4(&history, &embedding, &album, &judged);
    let tags = |panel: usize| figure.panels[panel].items.iter().filter(|i| matches!(i, Item::Tag(_))).count();
    assert_eq!([tags(0), tags(1)], [expected; 2]);
    let images = figure.panels[1].items.iter().filter(|i| matches!(i, Item::Image(_))).count();
    assert_eq!(images, expected * 2 * 6);
    let drawn = figures::svg(&figure, figures::PAGE_WIDTH, &figures::Theme::LIGHT);
    // The cloud is one image, however many points it has.
    assert_eq!(drawn.matches("<image ").count(), images + 1);
    assert!(!drawn.contains("NaN"));
    // Walks with numbers after those of the run were started by hand, which is said.
    assert!(!figure.caption.contains("by hand"));
    let mut few = history.clone();
    few.header.experiment.walks = 5;
    let caption = figures::figure4(&few, &embedding, &album, &judged).caption;
    assert!(caption.contains(&format!("Started by hand: {} of the walks", WALKS - 5)), "{caption}");
    // Nor does the command in the README start them; and one run is compared with nothing.
    let request = Figure4Request { history: &few, embedding: &embedding, album: &album, rules };
    let (files, _) = figures::figure4_files(&request, &[Format::Svg], 7.2, 60.0).unwrap();
    let out = folder.path().join("figures");
    files.write(&out).unwrap();
    let readme = std::fs::read_to_string(out.join("README.txt")).unwrap();
    let told = format!("The command starts 5 of the {WALKS} walks: {} were started by hand", WALKS - 5);
    assert!(readme.contains(&told) && !readme.contains("Compared with"), "{readme}");
}

#[test]
fn data_that_do_not_belong_together_are_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let (history, embedding, album) = recorded(folder.path());
    let refused = |history: &History, embedding: &Embedding| {
        let request = Figure4Request { history, embedding, album: &album, rules: VerdictRules::default() };
        figures::figure4_files(&request, &[Format::Svg], 7.2, 60.0).unwrap_err().to_string()
    };
    let mut changed = history.clone();
    std::sync::Arc::make_mut(&mut changed.rounds[1]).evaluations[0].value += 1.0;
    assert!(refused(&changed, &embedding).contains("are of this run (random, seed 1, repeat 1, round 5), but"));
    changed.header.repeat = 2;
    assert!(refused(&changed, &embedding).contains("are of another run (random, seed 1, repeat 1, round 5)"));
    let other = Embedding { generator_digest: "other".into(), ..embedding.clone() };
    assert!(refused(&history, &other).contains("another embedding"));
    let mut none = history.clone();
    none.rounds.iter_mut().for_each(|r| std::sync::Arc::make_mut(r).walk_steps.clear());
    assert!(refused(&none, &embedding).contains("--walks"));
}
