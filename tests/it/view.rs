//! The latent view on any graphics adapter, software included: reads back what was drawn and checks it.

use glam::{Vec2, Vec3, vec2, vec3};
use ridgewalk::view::{
    Bounds, Camera, Field, Filter, LatentView, Line, Look, Marker, Mode, Pipelines, PointStyle, Quality, Rgba, Shape,
    ViewError, polyline,
};

pub const WIDTH: u32 = 200;
pub const HEIGHT: u32 = 160;
const BACKGROUND: Rgba = [10, 20, 30, 255];
pub const RED: Rgba = [230, 30, 20, 255];
pub const GREEN: Rgba = [20, 200, 60, 255];
const BLUE: Rgba = [30, 60, 240, 255];

/// A look that leaves colours unchanged.
const PLAIN: fn() -> Look = || Look {
    background: BACKGROUND,
    ring: [255, 255, 255, 255],
    show_grid: false,
    pool_alpha: 1.0,
    fog: 0.0,
    ..Look::dark()
};

/// The device, or `None` after a message: these tests need any Vulkan, Metal, DX12 or GL adapter.
fn device() -> Option<(wgpu::Device, wgpu::Queue)> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let found = pollster::block_on(async {
        let adapter = instance.request_adapter(&wgpu::RequestAdapterOptions::default()).await.ok()?;
        adapter.request_device(&wgpu::DeviceDescriptor::default()).await.ok()
    });
    if found.is_none() {
        eprintln!("SKIPPED: no graphics adapter was found (on Linux: mesa-vulkan-drivers)");
    }
    found
}

pub fn view(mode: Mode) -> Option<(LatentView, Camera)> {
    let (device, queue) = device()?;
    let mut view = LatentView::new(&Pipelines::default(), &device, &queue, WIDTH, HEIGHT).expect("a view");
    view.set_look(PLAIN());
    let camera = Camera::new(mode, vec2(WIDTH as f32, HEIGHT as f32));
    Some((view, camera))
}

/// Sets points of one colour each, enlarged so that whole pixels are at their centres.
pub fn set_points(view: &mut LatentView, points: &[(Vec3, Rgba, PointStyle)]) {
    let positions: Vec<_> = points.iter().map(|p| p.0.to_array()).collect();
    let colours: Vec<_> = points.iter().map(|p| p.1).collect();
    let styles: Vec<_> = points.iter().map(|p| p.2).collect();
    view.set_points(&positions, &colours, &styles).expect("points");
}

struct Picture(Vec<u8>);

impl Picture {
    fn of(view: &mut LatentView, camera: &Camera) -> Self {
        view.render(camera, false).expect("drawn");
        Self(view.read_rgba_blocking().expect("read back"))
    }

    fn at(&self, px: Vec2) -> Rgba {
        let (x, y) = (px.x.floor() as usize, px.y.floor() as usize);
        let start = (y * WIDTH as usize + x) * 4;
        self.0[start..start + 4].try_into().expect("four bytes")
    }

    fn painted(&self) -> usize {
        self.0.chunks(4).filter(|px| *px != BACKGROUND).count()
    }
}

fn close(a: Rgba, b: Rgba) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 2)
}

#[test]
fn a_density_stands_under_the_labelled_points_in_place_of_the_others() {
    for mode in [Mode::Flat, Mode::Orbit] {
        let Some((mut view, camera)) = view(mode) else {
            return;
        };
        let [here, there] = [vec3(-0.4, 0.2, 0.0), vec3(0.4, -0.2, 0.0)];
        let cloud =
            (0..500).map(|i| (here + vec3((i % 25) as f32, (i / 25) as f32, 0.0) * 1e-3, RED, PointStyle::POOL));
        let points: Vec<_> = cloud.chain([(there, BLUE, PointStyle::LABELLED)]).collect();
        set_points(&mut view, &points);
        assert_eq!(view.density_scale(), None);
        let [cloud, labelled] = [here, there].map(|place| camera.project(place).expect("in front").px);
        view.show_density(true);
        let picture = Picture::of(&mut view, &camera);
        let scale = view.density_scale().expect("a density");
        assert!(scale.points == 500 && scale.full > 1.0, "{scale:?}");
        let [r, g, b, _] = picture.at(cloud);
        assert!(r > 150 && g < 60 && b < 60, "{mode:?}: {:?}", picture.at(cloud));
        assert!(picture.at(labelled)[2] > 150, "{mode:?}: the labelled point stays");
        let beside = picture.at(cloud + vec2(12.0, 0.0));
        assert!(beside[0] > BACKGROUND[0] + 10 && beside[0] < r, "{mode:?}: it fades out, {beside:?}");
        view.show_density(false);
        assert!(Picture::of(&mut view, &camera).at(cloud + vec2(12.0, 0.0)) == BACKGROUND, "{mode:?}");
        assert_eq!(view.density_scale(), None);
    }
}

#[test]
fn a_point_appears_at_its_pixel_in_its_exact_colour() {
    for mode in [Mode::Flat, Mode::Orbit] {
        for msaa in [false, true] {
            let Some((mut view, camera)) = view(mode) else {
                return;
            };
            view.set_quality(Quality { msaa, ..Quality::SOFTWARE });
            for world in [vec3(0.0, 0.0, 0.0), vec3(-0.7, 0.4, 0.2), vec3(0.5, -0.8, -0.3)] {
                set_points(&mut view, &[(world, RED, PointStyle::POOL)]);
                let px = camera.project(world).expect("in front").px;
                let picture = Picture::of(&mut view, &camera);
                // In 3-D a disc is shaded towards its rim, so its centre has nearly its colour.
                let got = picture.at(px);
                let lost = got.iter().zip(RED).map(|(a, b)| a.abs_diff(b)).max();
                let allowed = if mode == Mode::Flat { 0 } else { 24 };
                assert!(lost <= Some(allowed), "{mode:?} msaa {msaa}: {got:?}");
                assert_eq!(picture.at(px + vec2(12.0, 0.0)), BACKGROUND);
                assert!((10..60).contains(&picture.painted()), "one small disc");
            }
        }
    }
}

#[test]
fn the_nearer_point_hides_the_farther_whatever_the_order() {
    let Some((mut view, mut camera)) = view(Mode::Orbit) else {
        return;
    };
    for yaw in [0.3, 0.3 + std::f32::consts::PI] {
        camera.look_from(yaw, 0.2);
        let towards_eye = camera.eye().normalize() * 0.5;
        let near = (towards_eye, GREEN, PointStyle::POOL.scaled(2.0));
        let far = (-towards_eye, RED, PointStyle::POOL.scaled(2.0));
        for points in [[near, far], [far, near]] {
            set_points(&mut view, &points);
            let px = camera.project(towards_eye).expect("in front").px;
            let [red, green, ..] = Picture::of(&mut view, &camera).at(px);
            assert!(green > 150 && red < 60, "{red} {green} at yaw {yaw}");
        }
    }
}

#[test]
fn labelled_points_are_larger_and_ringed_and_selected_ones_have_a_halo() {
    let Some((mut view, camera)) = view(Mode::Flat) else {
        return;
    };
    let px = camera.project(Vec3::ZERO).expect("flat").px;
    let mut painted = Vec::new();
    for style in [PointStyle::POOL, PointStyle::LABELLED, PointStyle::LABELLED | PointStyle::SELECTED] {
        set_points(&mut view, &[(Vec3::ZERO, BLUE, style)]);
        let picture = Picture::of(&mut view, &camera);
        assert!(close(picture.at(px), BLUE), "{style:?}");
        let ringed = (0..20).any(|x| {
            let [r, g, b, _] = picture.at(px + vec2(x as f32, 0.0));
            r > 120 && g > 120 && b > 120
        });
        assert_eq!(ringed, style != PointStyle::POOL, "{style:?}");
        painted.push(picture.painted());
    }
    assert!(painted.is_sorted() && painted[0] < painted[1], "{painted:?}");
}

#[test]
fn groups_are_drawn_by_importance_and_hidden_points_are_not_drawn() {
    let Some((mut view, camera)) = view(Mode::Flat) else {
        return;
    };
    let px = camera.project(Vec3::ZERO).expect("flat").px;
    for (under, over) in [
        (PointStyle::POOL, PointStyle::LABELLED),
        (PointStyle::LABELLED, PointStyle::SELECTED),
        (PointStyle::HIDDEN, PointStyle::FADED),
    ] {
        for swap in [false, true] {
            let mut points = [(Vec3::ZERO, RED, under), (Vec3::ZERO, GREEN, over)];
            if swap {
                points.reverse();
            }
            set_points(&mut view, &points);
            let [red, green, ..] = Picture::of(&mut view, &camera).at(px);
            assert!(green > red, "{under:?} {over:?}: {red} {green}");
        }
    }
    let nowhere = vec3(f32::NAN, 0.0, 0.0);
    set_points(&mut view, &[(nowhere, RED, PointStyle::LABELLED), (Vec3::ZERO, RED, PointStyle::HIDDEN)]);
    assert_eq!(Picture::of(&mut view, &camera).painted(), 0);
    assert_eq!(view.bounds(), Some(Bounds::new(Vec3::ZERO, Vec3::ZERO)));
}

#[test]
fn a_line_covers_the_pixels_between_its_ends_and_an_arrow_widens_at_its_tip() {
    let Some((mut view, camera)) = view(Mode::Flat) else {
        return;
    };
    let world = |x: f32, y: f32| {
        let px = vec2(x, y);
        camera.unproject_to_plane(px).expect("flat").to_array()
    };
    let (a, b) = (world(20.5, 80.5), world(180.5, 80.5));
    let thick =
        |picture: &Picture, x: f32| (0..HEIGHT).filter(|&y| picture.at(vec2(x, y as f32)) != BACKGROUND).count();
    view.set_lines(&[Line::new(a, b, 3.0, GREEN)]).expect("set");
    let plain = Picture::of(&mut view, &camera);
    for x in [20.5, 60.5, 100.5, 179.5] {
        assert!(close(plain.at(vec2(x, 80.5)), GREEN), "at {x}");
        assert_eq!(thick(&plain, x), 3, "at {x}");
    }
    assert_eq!(plain.at(vec2(10.5, 80.5)), BACKGROUND);
    assert_eq!(plain.at(vec2(190.5, 80.5)), BACKGROUND);

    view.set_lines(&[Line::new(a, b, 3.0, GREEN).arrow()]).expect("set");
    let arrow = Picture::of(&mut view, &camera);
    assert_eq!(thick(&arrow, 60.5), 3);
    assert!(thick(&arrow, 169.5) >= 7, "{}", thick(&arrow, 169.5));
    assert!(thick(&arrow, 179.5) <= 3);

    view.set_lines(&[Line::new(a, b, 3.0, GREEN).dashed()]).expect("set");
    let dashed = Picture::of(&mut view, &camera);
    let share = dashed.painted() as f32 / plain.painted() as f32;
    assert!((0.4..0.85).contains(&share), "{share} of the line is left");

    view.set_lines(&[Line::new(a, b, 3.0, GREEN).trimmed(30.0, 0.0)]).expect("set");
    let trimmed = Picture::of(&mut view, &camera);
    assert_eq!(thick(&trimmed, 40.5), 0);
    assert_eq!(thick(&trimmed, 60.5), 3);
}

#[test]
fn lines_that_pass_the_eye_or_are_not_finite_do_no_harm() {
    let Some((mut view, camera)) = view(Mode::Orbit) else {
        return;
    };
    let behind = camera.eye() * 2.0 + vec3(0.0, 0.0, 3.0);
    let mut lines = polyline(&[[0.0; 3], behind.to_array(), [f32::NAN; 3]], 2.0, RED);
    lines.push(Line::new([0.0; 3], [0.0; 3], 2.0, RED).arrow());
    view.set_lines(&lines).expect("set");
    let picture = Picture::of(&mut view, &camera);
    for share in [0.02, 0.1, 0.2] {
        let px = camera.project(behind * share).expect("in front").px;
        assert!(close(picture.at(px), RED), "{px} is on the visible part");
        assert_eq!(picture.at(px + vec2(20.0, 0.0)), BACKGROUND);
    }
}

#[test]
fn lines_on_top_show_through_points_and_others_are_hidden() {
    let Some((mut view, mut camera)) = view(Mode::Orbit) else {
        return;
    };
    camera.look_from(0.0, 0.0);
    set_points(&mut view, &[(vec3(0.6, 0.0, 0.0), BLUE, PointStyle::POOL.scaled(6.0))]);
    let px = camera.project(Vec3::ZERO).expect("in front").px;
    let (a, b) = ([0.0, -0.8, 0.0], [0.0, 0.8, 0.0]);
    let mut red_at = |line: Line| {
        view.set_lines(&[line]).expect("set");
        Picture::of(&mut view, &camera).at(px)[0]
    };
    let veiled = red_at(Line::new(a, b, 3.0, RED));
    let on_top = red_at(Line::new(a, b, 3.0, RED).on_top());
    assert!(on_top > 200, "{on_top}");
    assert!(veiled > BLUE[0] + 20 && veiled < 150, "{veiled}");
}

#[test]
fn markers_show_their_fill_within_their_outline() {
    let Some((mut view, camera)) = view(Mode::Flat) else {
        return;
    };
    let px = camera.project(Vec3::ZERO).expect("flat").px;
    for (shape, filled) in [
        (Shape::Disc, true),
        (Shape::Diamond, true),
        (Shape::Square, true),
        (Shape::Triangle, true),
        (Shape::Cross, true),
        (Shape::Ring, false),
    ] {
        let marker = Marker::new(shape, [0.0; 3], 24.0, RED).stroke(GREEN, 2.0);
        view.set_markers(&[marker]).expect("set");
        let picture = Picture::of(&mut view, &camera);
        let middle = if filled { RED } else { BACKGROUND };
        assert!(close(picture.at(px), middle), "{shape:?}");
        let outlined = (0..30).any(|x| close(picture.at(px + vec2(x as f32, 0.0)), GREEN));
        assert!(outlined, "{shape:?} has no outline");
        assert!((100..700).contains(&picture.painted()), "{shape:?}");
    }
}

#[test]
fn a_field_is_at_its_position_and_below_the_points() {
    let Some((mut view, camera)) = view(Mode::Flat) else {
        return;
    };
    let mut rgba = Vec::new();
    for colour in [RED, GREEN, BLUE, [0, 0, 0, 0]] {
        rgba.extend(colour);
    }
    let field = Field {
        width: 2,
        height: 2,
        rgba: &rgba,
        origin: [-1.0, 1.0, 0.0],
        edge_u: [2.0, 0.0, 0.0],
        edge_v: [0.0, -2.0, 0.0],
        alpha: 1.0,
        filter: Filter::Nearest,
    };
    view.set_field(Some(field)).expect("set");
    set_points(&mut view, &[(vec3(-0.5, 0.5, 0.0), BLUE, PointStyle::POOL)]);
    let picture = Picture::of(&mut view, &camera);
    for (world, want) in [
        (vec3(-0.8, 0.8, 0.0), RED),
        (vec3(0.5, 0.5, 0.0), GREEN),
        (vec3(-0.5, -0.5, 0.0), BLUE),
        (vec3(0.5, -0.5, 0.0), BACKGROUND),
        (vec3(-0.5, 0.5, 0.0), BLUE),
    ] {
        let got = picture.at(camera.project(world).expect("flat").px);
        assert!(close(got, want), "{world}: {got:?} is not {want:?}");
    }
    view.set_field(Some(Field { alpha: 0.5, ..field })).expect("set");
    let half = Picture::of(&mut view, &camera);
    let got = half.at(camera.project(vec3(0.5, 0.5, 0.0)).expect("flat").px);
    assert!(close(got, [15, 110, 45, 255]), "{got:?}");

    let bad = view.set_field(Some(Field { width: 3, ..field }));
    assert!(matches!(bad, Err(ViewError::BadImage { .. })));
    view.set_field(None).expect("cleared");
}

#[test]
fn nothing_is_drawn_when_nothing_changed() {
    let Some((mut view, mut camera)) = view(Mode::Flat) else {
        return;
    };
    set_points(&mut view, &[(Vec3::ZERO, RED, PointStyle::POOL)]);
    let drew = |view: &mut LatentView, camera: &Camera| {
        let first = view.render(camera, false).expect("drawn");
        let again = view.render(camera, false).expect("drawn");
        assert!(!again, "nothing changed");
        first
    };
    assert!(drew(&mut view, &camera));
    camera.pan(vec2(3.0, 0.0));
    assert!(drew(&mut view, &camera), "the camera moved");
    view.set_colours(&[GREEN]).expect("set");
    assert!(drew(&mut view, &camera), "another colour");
    view.set_styles(&[PointStyle::SELECTED]).expect("set");
    assert!(drew(&mut view, &camera), "another style");
    view.set_lines(&[]).expect("set");
    assert!(drew(&mut view, &camera), "other lines");
    view.set_look(PLAIN());
    assert!(!drew(&mut view, &camera), "the same look");
    view.set_look(Look { background: RED, ..PLAIN() });
    assert!(drew(&mut view, &camera), "another background");

    let before = view.texture_generation();
    assert!(!view.resize(WIDTH, HEIGHT));
    assert!(!drew(&mut view, &camera), "the same size");
    assert!(view.resize(0, 7));
    assert_eq!(view.size(), (1, 7));
    assert!(drew(&mut view, &camera), "another size");
    assert!(view.texture_generation() > before);
    assert_eq!(view.read_rgba_blocking().expect("read").len(), 4 * 7);
}

#[test]
fn while_the_camera_moves_part_of_the_pool_and_all_labelled_are_drawn() {
    let Some((mut view, camera)) = view(Mode::Flat) else {
        return;
    };
    let worlds = |y: f32| (0..20).map(move |i| vec3(-0.95 + 0.1 * i as f32, y, 0.0));
    let pool = worlds(-0.5).map(|world| (world, RED, PointStyle::POOL));
    let labelled = worlds(0.5).map(|world| (world, GREEN, PointStyle::LABELLED));
    let points: Vec<_> = pool.chain(labelled).collect();
    set_points(&mut view, &points);
    view.set_quality(Quality { msaa: false, max_points_while_moving: 5 });
    for (moving, want) in [(false, 20), (true, 5), (false, 20)] {
        assert!(view.render(&camera, moving).expect("drawn"));
        let picture = Picture(view.read_rgba_blocking().expect("read"));
        let seen = |points: &[(Vec3, Rgba, PointStyle)]| {
            points
                .iter()
                .filter(|(world, colour, _)| close(picture.at(camera.project(*world).expect("flat").px), *colour))
                .count()
        };
        assert_eq!(seen(&points[..20]), want, "moving {moving}");
        assert_eq!(seen(&points[20..]), 20, "moving {moving}");
    }
}

#[test]
fn a_million_points_are_drawn() {
    let Some((mut view, mut camera)) = view(Mode::Flat) else {
        return;
    };
    const COUNT: usize = 1_000_000;
    let side = 1000;
    let positions: Vec<[f32; 3]> = (0..COUNT)
        .map(|i| {
            let at = |k: usize| k as f32 / side as f32 * 2.0 - 1.0;
            [at(i % side), at(i / side), at((i * 7) % side)]
        })
        .collect();
    let colours = vec![RED; COUNT];
    let styles = vec![PointStyle::POOL; COUNT];
    view.set_points(&positions, &colours, &styles).expect("they fit");
    for mode in [Mode::Flat, Mode::Orbit] {
        camera.set_mode(mode);
        camera.fit(view.bounds().expect("points"));
        let painted = Picture::of(&mut view, &camera).painted();
        let all = (WIDTH * HEIGHT) as usize;
        assert!(painted > all / 4, "{mode:?}: {painted} of {all}");
    }
}

#[test]
fn lengths_that_differ_are_rejected() {
    let Some((mut view, _)) = view(Mode::Flat) else {
        return;
    };
    let points = [[0.0; 3]; 2];
    let wrong = view.set_points(&points, &[RED], &[PointStyle::POOL; 2]);
    assert!(matches!(wrong, Err(ViewError::LengthMismatch { .. })));
    view.set_points(&points, &[RED; 2], &[PointStyle::POOL; 2]).expect("set");
    let wrong = view.set_colours(&[RED; 3]);
    assert!(matches!(wrong, Err(ViewError::LengthMismatch { .. })));
    let empty = view.set_points(&[], &[], &[]);
    assert_eq!(empty, Ok(()));
    assert_eq!(view.bounds(), None);
}
