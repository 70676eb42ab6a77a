//! Golden files of the tables of areas, price and ranks, and of the diagram of ranks (renewed as those of `figures`).

use std::sync::Arc;

use resvg::tiny_skia::Pixmap;
use ridgewalk::experiment::Strategy;
use ridgewalk::figures::*;
use ridgewalk::history::{History, Price};
use ridgewalk::statistics::LabelRange;

use crate::figures::golden;
use crate::made::grid;

/// Four strategies with five seeds, of which one has its price.
fn four_by_five() -> Vec<History> {
    let mut histories = grid(&[Strategy::Random, Strategy::Snn, Strategy::Margin, Strategy::Ridge], 5, 4);
    for (i, history) in histories.iter_mut().enumerate() {
        let price = |round: usize| Price { scored: 1_000 * (i / 5) + round, seconds: 0.25 * round as f32 };
        history.rounds.iter_mut().map(Arc::make_mut).for_each(|r| r.price = Some(price(r.round)));
    }
    histories
}

/// A bar ends where the markers of the strategies that it joins are, and joins no other by eye.
#[test]
fn bars_of_the_rank_diagram_end_at_markers() {
    let histories = Histories::new(&four_by_five(), &Strategy::Random.into()).unwrap();
    let Ok(Drawn::Figure(figure)) = drawn("critical-difference", &histories) else { panic!("no figure") };
    let lines = || {
        figure.panels[0].items.iter().filter_map(|item| match item {
            Item::Line(line) => Some(line),
            _ => None,
        })
    };
    let marks: Vec<f64> = lines().filter(|l| l.mark.is_some()).map(|l| l.points[0][0]).collect();
    let bars: Vec<_> = lines().filter(|l| l.series == "cannot be told apart").collect();
    assert!(!bars.is_empty() && marks.len() == 4);
    assert!(bars.iter().flat_map(|bar| &bar.points).all(|end| marks.contains(&end[0])), "{marks:?}");
}

#[test]
fn ranks_areas_and_price_are_as_their_golden_files() {
    let histories = Histories::new(&four_by_five(), &Strategy::Random.into()).unwrap();
    for name in ["areas", "ranks", "critical-difference"] {
        match drawn(name, &histories).unwrap() {
            Drawn::Figure(figure) => {
                golden(&format!("{name}.svg"), &svg(&figure, COLUMN_WIDTH, &Theme::LIGHT));
                let pixels = Pixmap::decode_png(&png(&svg(&figure, PAGE_WIDTH, &Theme::DARK), 100.0).unwrap()).unwrap();
                assert_eq!(pixels.width(), 720);
            }
            Drawn::Table(table) => {
                golden(&format!("{name}.md"), &table.markdown());
                let csv = table.csv();
                let columns = csv.lines().next().unwrap().split(',').count();
                assert!(
                    csv.lines().all(|line| line.split(',').count() == columns) && csv.lines().count() == 5,
                    "{csv}"
                );
            }
        }
    }
    let range = |text: &str| text.parse::<LabelRange>().unwrap();
    let other = histories.over(&[range("600-1100"), range("5000-")]);
    let Ok(Drawn::Table(table)) = drawn("areas", &other) else { panic!("no table") };
    let text = table.markdown();
    assert!(text.contains("Area, 600 to 1100") && text.contains("600 to 1100: over 600 to 1,100 labels"), "{text}");
    assert!(text.contains("5000 to end: no run has labels in this range, so it is empty."), "{text}");
}
