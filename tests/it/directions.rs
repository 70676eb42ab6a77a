//! Directions of the latent space: those around a point, decoded in strips and grids, and those that the view shows.

use std::sync::Arc;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ridgewalk::engine::questions::ask::{Ask as _, Scene};
use ridgewalk::engine::questions::directions::{Around, Directions, STEPS};
use ridgewalk::experiment::{Experiment, GeneratorKind, Strategy};
use ridgewalk::ui::App;
use ridgewalk::world::World;

use crate::common::{few_vessels, make_world, tiny};
use crate::stress_panel::type_over;
use crate::ui::{click, is_ready, wait_for, window_after_round_one, window_of};

fn ask(world: &Arc<World>, sample: u32, grid: bool) -> Directions {
    let around = Around { code: world.latent.code(sample).to_vec(), neighbours: 40, grid };
    let experiment = tiny();
    let scene = Scene { experiment: &experiment, world: Some(world), shown: None, round: None };
    around.answer(&mut (), scene).unwrap()
}

/// Whether two images are equal but for rounding: products of other shapes sum in another order.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 1)
}

#[test]
fn directions_are_decoded_in_every_latent_dimension_and_of_vessels_too() {
    let small = |latent_dim: usize| Experiment { latent_dim, generator: GeneratorKind::Pca, ..tiny() };
    for experiment in [small(1), small(2), small(5), few_vessels()] {
        let world = make_world(&experiment);
        let (dim, values) = (experiment.latent_dim, world.dataset.shape().len());
        let found = ask(&world, 3, false);
        assert_eq!(found.directions.len(), dim.min(3), "{dim}");
        assert_eq!(found.neighbours, 40.min(world.latent.len()));
        for direction in &found.directions {
            let length = direction.along.iter().map(|v| v * v).sum::<f32>().sqrt();
            assert!((length - 1.0).abs() < 1e-3 && direction.deviation > 0.0, "{dim}: {direction:?}");
            assert_eq!(direction.images.len(), STEPS.len());
            assert!(direction.images.iter().all(|image| image.len() == values));
            // In the middle of each strip is the point itself.
            assert!(same(&direction.images[2], &world.generator.decode_bytes(&found.code)), "{dim}");
        }
        let [first, rest @ ..] = &found.directions[..] else { unreachable!() };
        assert!(rest.iter().all(|d| d.deviation <= 1.01 * first.deviation), "{dim}");
        let end = found.place(&[2.0]);
        let far = end.iter().zip(&found.code).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
        assert!((far / (2.0 * first.deviation) - 1.0).abs() < 1e-3, "{dim}: two deviations away");
        assert!(same(&first.images[4], &world.generator.decode_bytes(&end)), "{dim}");
        let grid = ask(&world, 3, true);
        if dim == 1 {
            assert!(grid.grid.is_empty() && !grid.directions[0].images.is_empty(), "a line has no grid");
        } else {
            assert_eq!(grid.grid.len(), STEPS.len() * STEPS.len());
            assert!(same(&grid.grid[12], &first.images[2]), "the point is in the middle");
            assert!(same(&grid.grid[14], &first.images[4]), "the first direction leads to the right");
            let upwards = world.generator.decode_bytes(&found.place(&[0.0, 2.0]));
            assert!(same(&grid.grid[2], &upwards), "the second direction leads upwards");
        }
    }
}

#[test]
fn the_directions_around_the_selected_sample_stand_in_explore() {
    let mut w = window_after_round_one();
    click(&mut w, "Workspace: Explore");
    click(&mut w, "Inspect: Directions");
    wait_for(&mut w, "the directions", |s| s.answers.directions.answer.is_some());
    w.run_steps(3);
    assert!(w.query_by_label("Direction 1 at +2 deviations").is_some());
    assert!(w.query_by_label("Direction 2 at \u{2212}1 deviations").is_some());
    w.check_accessibility();
    let before = w.state().state().answers.directions.version;
    click(&mut w, "Decoded: grid");
    wait_for(&mut w, "the grid", |s| s.answers.directions.version > before);
    w.run_steps(3);
    assert!(w.query_by_label("+2 along direction 1, \u{2212}2 along direction 2").is_some());
    w.check_accessibility();
    // Another workspace, and back: they are there again.
    click(&mut w, "Workspace: Run");
    click(&mut w, "Workspace: Explore");
    w.run_steps(3);
    assert!(w.query_by_label("+2 along direction 1, \u{2212}2 along direction 2").is_some());
}

#[test]
fn of_more_than_three_dimensions_the_view_shows_chosen_axes_or_the_principal_ones_and_says_which() {
    let experiment = Experiment { latent_dim: 5, generator: GeneratorKind::Pca, ..tiny() };
    let mut w = window_of(experiment, vec![Strategy::Random], false);
    wait_for(&mut w, "the generator", is_ready);
    w.run_steps(3);
    let told = |w: &Harness<'_, App>| w.state().state().axes.told(5).unwrap();
    assert_eq!(told(&w), "Axes 1, 2 and 3 of 5");
    let in_row = w.query_by_label("Axes of the view").is_some();
    click(&mut w, if in_row { "Axes of the view" } else { "More of the view" });
    w.run_steps(2);
    click(&mut w, "Principal axes");
    wait_for(&mut w, "the principal axes", |s| {
        s.axes.told(5).is_some_and(|told| told.starts_with("Principal axes of 5"))
    });
    w.check_accessibility();
    click(&mut w, "Dimension along z");
    type_over(&mut w, "5");
    w.run_steps(3);
    assert_eq!(told(&w), "Axes 1, 2 and 5 of 5");
}
