//! Picking in the latent view: the object under the cursor, with and without waiting for the result.

use glam::{Vec2, vec2, vec3};
use ridgewalk::view::{LatentView, Marker, Mode, PointStyle, Shape, Target};

use crate::view::{GREEN, RED, set_points, view};

#[test]
fn picking_returns_the_object_nearest_to_the_cursor() {
    for mode in [Mode::Flat, Mode::Orbit] {
        let Some((mut view, camera)) = view(mode) else {
            return;
        };
        let worlds = [vec3(-0.5, 0.3, 0.1), vec3(0.4, 0.4, 0.0), vec3(0.1, -0.6, 0.2)];
        let styles = [PointStyle::POOL, PointStyle::LABELLED, PointStyle::FADED];
        let points: Vec<_> = worlds.into_iter().zip(styles).map(|(world, style)| (world, RED, style)).collect();
        set_points(&mut view, &points);
        let marker = vec3(0.0, 0.0, 0.0);
        view.set_markers(&[Marker::new(Shape::Diamond, marker.to_array(), 8.0, GREEN)]).expect("set");
        let mut at = |px: Vec2| {
            let answer = view.pick_blocking(&camera, px).expect("an answer");
            assert_eq!(answer.px, px);
            answer.hit.map(|hit| hit.target)
        };
        for (i, world) in worlds.into_iter().enumerate() {
            let px = camera.project(world).expect("in front").px;
            for shift in [vec2(0.0, 0.0), vec2(3.0, -2.0), vec2(-4.0, 0.0)] {
                assert_eq!(at(px + shift), Some(Target::Point(i)), "{mode:?} {shift}");
            }
        }
        assert_eq!(at(vec2(6.0, 6.0)), None);
        let px = camera.project(marker).expect("in front").px;
        assert_eq!(at(px), Some(Target::Marker(0)));
        for outside in [vec2(-3.0, -3.0), vec2(5_000.0, 80.0), Vec2::NAN] {
            let answer = view.pick_blocking(&camera, outside).expect("an answer");
            assert_eq!(answer.hit, None);
        }
    }
}

#[test]
fn picking_without_waiting_answers_the_last_request_and_drops_outdated_ones() {
    let Some((mut view, camera)) = view(Mode::Flat) else {
        return;
    };
    let (a, b) = (vec3(-0.5, 0.0, 0.0), vec3(0.5, 0.0, 0.0));
    let points = [(a, RED, PointStyle::POOL), (b, RED, PointStyle::POOL)];
    set_points(&mut view, &points);
    let px = |world| camera.project(world).expect("flat").px;
    let answers = |view: &mut LatentView| {
        let mut answers = Vec::new();
        while view.pick_under_way() {
            answers.extend(view.poll_pick().expect("no error"));
            std::thread::yield_now();
        }
        answers
    };
    for question in [px(a), px(a + b), px(b)] {
        view.request_pick(&camera, question).expect("asked");
    }
    let got = answers(&mut view);
    assert_eq!(got.len(), 2, "the one in the middle was replaced");
    assert_eq!(got[1].hit.expect("a hit").target, Target::Point(1));
    assert_eq!(view.picked(), Some(got[1]));

    view.request_pick(&camera, px(a)).expect("asked");
    set_points(&mut view, &points);
    assert_eq!(answers(&mut view), [], "the points are no longer those asked about");
}
