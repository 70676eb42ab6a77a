//! The learning curves in small and large windows, with few and many runs.

use egui_kittest::kittest::Queryable as _;
use ridgewalk::engine::protocol::Phase;
use ridgewalk::experiment::Strategy;

use crate::common::tiny;
use crate::ui::{click, is_ready, wait_for, window_of};

/// However many runs there are, the plot keeps a height in which it can be read, and every run its number.
#[test]
fn the_plot_keeps_its_height_with_any_number_of_strategies() {
    const LEAST: f32 = 90.0;
    let experiment = tiny();
    let all: Vec<Strategy> =
        Strategy::ALL.iter().copied().filter(|s| s.objection(experiment.dataset).is_none()).take(12).collect();
    for count in [2, all.len()] {
        let mut w = window_of(experiment.clone(), all[..count].to_vec(), false);
        wait_for(&mut w, "the generator", is_ready);
        click(&mut w, "Step round");
        wait_for(&mut w, "round 1", |s| {
            s.progress.phase == Phase::Paused && s.runs.len() == count && s.runs.iter().all(|r| r.rounds.len() == 1)
        });
        for [width, height] in [[940.0, 640.0], [1280.0, 800.0], [1920.0, 1200.0]] {
            w.set_size(egui::vec2(width, height));
            w.run_steps(4);
            let plot = w.get_by_label("Curve of the metric").rect();
            assert!(plot.height() >= LEAST, "{count} runs at {width}x{height}: {plot}");
            assert!(plot.right() <= width && plot.bottom() <= height, "{count} runs at {width}x{height}: {plot}");
            for strategy in &all[..count] {
                let name = format!("{}, round 1: ", strategy.label());
                let numbers: Vec<_> = w.query_all_by_label_contains(&name).map(|n| n.rect()).collect();
                assert!(!numbers.is_empty(), "{name}");
                assert!(numbers.iter().all(|n| n.right() <= width), "{name} {count} at {width}x{height}: {numbers:?}");
            }
        }
        w.check_accessibility();
    }
}
