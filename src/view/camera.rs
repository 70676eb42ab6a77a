//! The camera of the latent view: flat (orthographic) for two dimensions, orbiting (perspective) for three.
//!
//! Pixels are physical; `(0, 0)` is the top left corner of the image and y points down. In the world y points up in 2-D
//! and z points up in 3-D. Matrices are named `to_from`.

use glam::camera::rh::proj::directx;
use glam::camera::rh::view::look_at_mat4;
use glam::{Mat4, Vec2, Vec3, Vec4, vec2};

use super::bounds::Bounds;
use super::pose::{FIELD_OF_VIEW, Flat, Mode, Orbit};

/// Radians by which the camera turns for a drag over the full height of the image.
const TURN_PER_HEIGHT: f32 = 3.6;
/// Looking straight down the axis would leave "up" undefined, so the pitch is limited.
const MAX_PITCH: f32 = 1.54;
const HOME_YAW: f32 = -0.9;
const HOME_PITCH: f32 = 0.33;
/// Limit of the zoom relative to the fitted view, as a factor in either direction.
const ZOOM_LIMIT: f32 = 2.0e4;
/// Near plane as a share of the distance to the target.
const NEAR_SHARE: f32 = 0.01;
/// Far plane beyond the target, in radii of the scene.
const FAR_RADII: f32 = 12.0;
/// Depth of every point in the flat mode.
const FLAT_DEPTH: f32 = 0.5;

/// A half-line in the world: `origin + t * direction`, `t >= 0`, with a unit direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ray {
    pub origin: Vec3,
    pub direction: Vec3,
}

/// The projection of a world point into the image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projected {
    /// Physical pixels from the top left corner of the image.
    pub px: Vec2,
    /// Distance along the line of sight; 1 in the flat mode.
    pub depth: f32,
}

/// Camera state of both modes; switching the mode keeps the view of the other one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    mode: Mode,
    viewport: Vec2,
    home: Bounds,
    flat: Flat,
    orbit: Orbit,
}

impl Camera {
    /// A camera that shows the unit box in an image of `viewport` pixels.
    pub fn new(mode: Mode, viewport: Vec2) -> Self {
        let home = Bounds::new(Vec3::splat(-1.0), Vec3::ONE);
        let viewport = viewport.max(Vec2::ONE);
        Self {
            mode,
            viewport,
            home,
            flat: Flat::fitted(&home, viewport),
            orbit: Orbit::fitted(&home, viewport, HOME_YAW, HOME_PITCH),
        }
    }

    /// Flat, or in three dimensions.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Switches between flat and three dimensions; each keeps its own view.
    pub fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
    }

    /// Size of the image in pixels.
    pub fn viewport(&self) -> Vec2 {
        self.viewport
    }

    /// Sets the size of the image; the visible part keeps its vertical extent.
    pub fn set_viewport(&mut self, viewport: Vec2) {
        self.viewport = viewport.max(Vec2::ONE);
    }

    /// Sets the size of the image and keeps the magnification relative to the fitted view, so that what was in view stays
    /// in view.
    pub fn resize(&mut self, viewport: Vec2) {
        let flat = self.flat.height / Flat::fitted(&self.home, self.viewport).height;
        self.set_viewport(viewport);
        self.flat.height = flat * Flat::fitted(&self.home, self.viewport).height;
        let fitted = Orbit::fitted(&self.home, self.viewport, self.orbit.yaw, self.orbit.pitch).fitted;
        self.orbit.distance *= fitted / self.orbit.fitted;
        self.orbit.fitted = fitted;
    }

    /// The same camera for an image of another size, for example an export.
    pub fn with_viewport(mut self, viewport: Vec2) -> Self {
        self.set_viewport(viewport);
        self
    }

    /// The box of the last `fit`.
    pub fn home(&self) -> Bounds {
        self.home
    }

    /// Shows all of `bounds`; in 3-D the viewing direction is unchanged, and turning about the axis cuts nothing off.
    pub fn fit(&mut self, bounds: Bounds) {
        self.home = bounds;
        self.flat = Flat::fitted(&bounds, self.viewport);
        self.orbit = Orbit::fitted(&bounds, self.viewport, self.orbit.yaw, self.orbit.pitch);
    }

    /// Returns to the fitted view of the last bounds and to the viewing direction of a new camera.
    pub fn reset(&mut self) {
        self.orbit.yaw = HOME_YAW;
        self.orbit.pitch = HOME_PITCH;
        self.fit(self.home);
    }

    /// Where it looks in both modes, in numbers for `take_pose`.
    pub fn pose(&self) -> [f32; 9] {
        let (flat, orbit) = (&self.flat, &self.orbit);
        let [x, y, z] = orbit.target.to_array();
        [flat.centre.x, flat.centre.y, flat.height, x, y, z, orbit.yaw, orbit.pitch, orbit.distance]
    }

    /// Looks there again; numbers that are none, or no size, change nothing.
    pub fn take_pose(&mut self, pose: [f32; 9]) {
        let [cx, cy, height, x, y, z, yaw, pitch, distance] = pose;
        if pose.iter().any(|v| !v.is_finite()) || height <= 0.0 || distance <= 0.0 {
            return;
        }
        self.flat.centre = vec2(cx, cy);
        self.flat.height = height;
        self.orbit.target = Vec3::new(x, y, z);
        self.orbit.distance = distance;
        self.look_from(yaw, pitch);
    }

    /// Sets the viewing direction in 3-D (radians): yaw about z, pitch above the xy plane.
    pub fn look_from(&mut self, yaw: f32, pitch: f32) {
        self.orbit.yaw = yaw;
        self.orbit.pitch = pitch.clamp(-MAX_PITCH, MAX_PITCH);
    }

    /// Turns about the target for a drag of `delta_px`; in the flat mode a drag pans instead.
    pub fn orbit(&mut self, delta_px: Vec2) {
        match self.mode {
            Mode::Flat => self.pan(delta_px),
            Mode::Orbit => {
                let turn = delta_px * TURN_PER_HEIGHT / self.viewport.y;
                self.look_from(self.orbit.yaw - turn.x, self.orbit.pitch + turn.y);
            }
        }
    }

    /// Moves the scene by `delta_px` with the cursor.
    pub fn pan(&mut self, delta_px: Vec2) {
        let shift = delta_px * self.units_per_px();
        match self.mode {
            Mode::Flat => self.flat.centre += vec2(-shift.x, shift.y),
            Mode::Orbit => {
                let (right, up, _) = self.orbit.axes();
                self.orbit.target += up * shift.y - right * shift.x;
            }
        }
    }

    /// Zooms by `factor` (above 1 is closer) about the point under the cursor.
    pub fn zoom(&mut self, factor: f32, cursor_px: Vec2) {
        if !(factor.is_finite() && factor > 0.0) {
            return;
        }
        let wanted = (self.zoom_factor() * factor).clamp(1.0 / ZOOM_LIMIT, ZOOM_LIMIT);
        let scale = self.zoom_factor() / wanted;
        match self.mode {
            Mode::Flat => {
                let fixed = self.plane_point(cursor_px).truncate();
                self.flat.centre = fixed + (self.flat.centre - fixed) * scale;
                self.flat.height *= scale;
            }
            Mode::Orbit => {
                let fixed = self.target_plane_point(cursor_px);
                self.orbit.target = fixed + (self.orbit.target - fixed) * scale;
                self.orbit.distance *= scale;
            }
        }
    }

    /// Magnification relative to the fitted view: 1 when fitted, 2 when everything is twice as large.
    pub fn zoom_factor(&self) -> f32 {
        match self.mode {
            Mode::Flat => Flat::fitted(&self.home, self.viewport).height / self.flat.height,
            Mode::Orbit => self.orbit.fitted / self.orbit.distance,
        }
    }

    /// World units per pixel (at the target's depth in 3-D).
    pub fn units_per_px(&self) -> f32 {
        match self.mode {
            Mode::Flat => self.flat.height / self.viewport.y,
            Mode::Orbit => 2.0 * self.orbit.distance * (FIELD_OF_VIEW / 2.0).tan() / self.viewport.y,
        }
    }

    /// Depth at which sizes in the image are nominal: that of the target, 1 in the flat mode.
    pub fn reference_depth(&self) -> f32 {
        match self.mode {
            Mode::Flat => 1.0,
            Mode::Orbit => self.orbit.distance,
        }
    }

    /// Position of the eye; meaningful in 3-D only.
    pub fn eye(&self) -> Vec3 {
        let (_, _, back) = self.orbit.axes();
        self.orbit.target + back * self.orbit.distance
    }

    /// The matrix from the world to clip space, with depth 0 (near) to 1 (far).
    pub fn clip_from_world(&self) -> Mat4 {
        let aspect = self.viewport.x / self.viewport.y;
        match self.mode {
            Mode::Flat => {
                let scale = vec2(2.0 / (self.flat.height * aspect), 2.0 / self.flat.height);
                let shift = -self.flat.centre * scale;
                Mat4::from_cols(
                    Vec4::new(scale.x, 0.0, 0.0, 0.0),
                    Vec4::new(0.0, scale.y, 0.0, 0.0),
                    Vec4::ZERO, // the flat mode ignores z
                    Vec4::new(shift.x, shift.y, FLAT_DEPTH, 1.0),
                )
            }
            Mode::Orbit => {
                let near = self.orbit.distance * NEAR_SHARE;
                let far = self.orbit.distance + FAR_RADII * self.home.radius() + near;
                let clip_from_view = directx::perspective(FIELD_OF_VIEW, aspect, near, far);
                clip_from_view * self.view_from_world()
            }
        }
    }

    /// The projection of a world point; `None` behind the eye.
    pub fn project(&self, world: Vec3) -> Option<Projected> {
        let clip = self.clip_from_world() * world.extend(1.0);
        if clip.w <= f32::EPSILON {
            return None;
        }
        let ndc = clip.truncate().truncate() / clip.w;
        let px = (ndc * vec2(0.5, -0.5) + 0.5) * self.viewport;
        Some(Projected { px, depth: clip.w })
    }

    /// The half-line of world points that project onto a pixel.
    pub fn ray(&self, px: Vec2) -> Ray {
        match self.mode {
            Mode::Flat => Ray { origin: self.plane_point(px) + Vec3::Z, direction: Vec3::NEG_Z },
            Mode::Orbit => {
                let (right, up, back) = self.orbit.axes();
                let slope = (FIELD_OF_VIEW / 2.0).tan();
                let aspect = self.viewport.x / self.viewport.y;
                let ndc = ndc_from_px(px, self.viewport);
                let ahead = right * (ndc.x * slope * aspect) + up * (ndc.y * slope) - back;
                Ray { origin: self.eye(), direction: ahead.normalize() }
            }
        }
    }

    /// The point of the plane z = 0 at a pixel; `None` if the pixel's ray misses the plane.
    pub fn unproject_to_plane(&self, px: Vec2) -> Option<Vec3> {
        match self.mode {
            Mode::Flat => Some(self.plane_point(px)),
            Mode::Orbit => {
                let ray = self.ray(px);
                let t = -ray.origin.z / ray.direction.z;
                (t.is_finite() && t > 0.0).then(|| (ray.origin + ray.direction * t).with_z(0.0))
            }
        }
    }

    /// The point at a pixel with the depth of `world`, where a dragged point moves to.
    pub fn unproject_at(&self, px: Vec2, world: Vec3) -> Vec3 {
        match self.mode {
            Mode::Flat => self.plane_point(px).with_z(world.z),
            Mode::Orbit => self.facing_plane_point(px, world),
        }
    }

    /// The part of the xy plane that the flat mode shows, as its lower and upper corner.
    pub fn visible_rect(&self) -> (Vec2, Vec2) {
        let aspect = self.viewport.x / self.viewport.y;
        let half = vec2(self.flat.height * aspect, self.flat.height) / 2.0;
        (self.flat.centre - half, self.flat.centre + half)
    }

    fn plane_point(&self, px: Vec2) -> Vec3 {
        let ndc = ndc_from_px(px, self.viewport);
        let aspect = self.viewport.x / self.viewport.y;
        let half = vec2(self.flat.height * aspect, self.flat.height) / 2.0;
        (self.flat.centre + ndc * half).extend(0.0)
    }

    fn target_plane_point(&self, px: Vec2) -> Vec3 {
        self.facing_plane_point(px, self.orbit.target)
    }

    /// The intersection of the pixel's ray with the plane through `through` that faces the camera.
    fn facing_plane_point(&self, px: Vec2, through: Vec3) -> Vec3 {
        let (_, _, back) = self.orbit.axes();
        let ray = self.ray(px);
        let depth = (ray.origin - through).dot(back);
        ray.origin + ray.direction * (depth / -ray.direction.dot(back))
    }

    fn view_from_world(&self) -> Mat4 {
        look_at_mat4(self.eye(), self.orbit.target, Vec3::Z)
    }
}

fn ndc_from_px(px: Vec2, viewport: Vec2) -> Vec2 {
    (px / viewport * 2.0 - 1.0) * vec2(1.0, -1.0)
}

#[cfg(test)]
mod tests {
    use glam::vec3;

    use super::*;

    const VIEWPORT: Vec2 = vec2(1280.0, 800.0);
    const BOUNDS: Bounds = Bounds { min: vec3(-3.0, -2.0, -1.0), max: vec3(5.0, 2.0, 4.0) };

    /// Cameras after some user actions, in both modes.
    fn cameras() -> Vec<Camera> {
        let mut cameras = Vec::new();
        for mode in [Mode::Flat, Mode::Orbit] {
            for (turn, pan, zoom) in [
                (vec2(0.0, 0.0), vec2(0.0, 0.0), 1.0),
                (vec2(130.0, -70.0), vec2(40.0, 25.0), 1.8),
                (vec2(-400.0, 300.0), vec2(-90.0, 10.0), 0.4),
            ] {
                let mut camera = Camera::new(mode, VIEWPORT);
                camera.fit(BOUNDS);
                camera.orbit(turn);
                camera.pan(pan);
                camera.zoom(zoom, vec2(300.0, 600.0));
                cameras.push(camera);
            }
        }
        cameras
    }

    #[test]
    fn a_projected_point_lies_on_the_ray_of_its_pixel() {
        for camera in cameras() {
            for world in BOUNDS.corners() {
                let Some(projected) = camera.project(world) else {
                    continue;
                };
                let ray = camera.ray(projected.px);
                let off = (world - ray.origin).cross(ray.direction).length();
                assert!(off < 2e-4, "{camera:?} {world} is {off} off its ray");
                let back = camera.unproject_at(projected.px, world);
                assert!((back - world).length() < 2e-4, "{back} is not {world}");
            }
        }
    }

    #[test]
    fn a_pixel_unprojected_to_the_plane_projects_to_itself() {
        for camera in cameras() {
            for px in [vec2(10.0, 20.0), vec2(640.0, 400.0), vec2(1200.0, 790.0)] {
                let Some(world) = camera.unproject_to_plane(px) else {
                    continue;
                };
                assert_eq!(world.z, 0.0);
                let there = camera.project(world).expect("in front of the eye").px;
                assert!((there - px).length() < 0.05, "{there} is not {px}");
            }
        }
    }

    #[test]
    fn the_matrix_agrees_with_the_closed_form_of_a_pinhole() {
        // An eye at distance d on the x axis sees (0, y, z) at (y, z) / (d tan(fov / 2)).
        let mut camera = Camera::new(Mode::Orbit, vec2(800.0, 800.0));
        camera.look_from(0.0, 0.0);
        let d = camera.reference_depth();
        for (y, z) in [(0.0, 0.0), (0.5, 0.0), (0.0, -0.25), (0.3, 0.7)] {
            let got = camera.project(vec3(0.0, y, z)).expect("in front");
            let scale = 400.0 / (d * (FIELD_OF_VIEW / 2.0).tan());
            let want = vec2(400.0 + y * scale, 400.0 - z * scale);
            assert!((got.px - want).length() < 1e-2, "{} is not {want}", got.px);
            assert!((got.depth - d).abs() < 1e-4);
        }
        assert_eq!(camera.project(vec3(2.0 * d, 0.0, 0.0)), None);
    }

    #[test]
    fn zoom_keeps_the_point_under_the_cursor() {
        for mut camera in cameras() {
            for (factor, cursor) in [(1.5, vec2(200.0, 150.0)), (0.3, vec2(1000.0, 700.0))] {
                let anchor = match camera.mode() {
                    Mode::Flat => camera.unproject_to_plane(cursor).expect("flat"),
                    Mode::Orbit => camera.target_plane_point(cursor),
                };
                let before = camera.zoom_factor();
                camera.zoom(factor, cursor);
                let there = camera.project(anchor).expect("in front").px;
                assert!((there - cursor).length() < 0.1, "{there} left {cursor}");
                assert!((camera.zoom_factor() / before / factor - 1.0).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn pan_moves_the_target_with_the_cursor() {
        for mut camera in cameras() {
            let start = vec2(500.0, 300.0);
            let anchor = match camera.mode() {
                Mode::Flat => camera.unproject_to_plane(start).expect("flat"),
                Mode::Orbit => camera.target_plane_point(start),
            };
            camera.pan(vec2(-70.0, 35.0));
            let there = camera.project(anchor).expect("in front").px;
            let want = start + vec2(-70.0, 35.0);
            assert!((there - want).length() < 0.1, "{there} is not {want}");
        }
    }

    #[test]
    fn fit_shows_every_corner_and_reset_undoes_user_actions() {
        for viewport in [vec2(1280.0, 800.0), vec2(300.0, 900.0)] {
            let mut camera = Camera::new(Mode::Flat, viewport);
            for (mode, yaw) in [(Mode::Flat, 0.0), (Mode::Orbit, 0.1), (Mode::Orbit, 2.0)] {
                camera.set_mode(mode);
                camera.fit(BOUNDS);
                camera.look_from(yaw, HOME_PITCH);
                for corner in BOUNDS.corners() {
                    let px = camera.project(corner).expect("in front").px;
                    assert!(px.cmpge(Vec2::ZERO).all() && px.cmple(viewport).all());
                }
            }
            camera.reset();
            for mode in [Mode::Flat, Mode::Orbit] {
                camera.set_mode(mode);
                let fitted = camera;
                camera.orbit(vec2(30.0, 10.0));
                camera.pan(vec2(30.0, 10.0));
                camera.zoom(2.0, vec2(1.0, 2.0));
                assert_ne!(camera, fitted);
                camera.reset();
                assert_eq!(camera, fitted);
            }
        }
    }

    #[test]
    fn a_narrower_image_shows_what_the_wide_one_showed() {
        for mode in [Mode::Flat, Mode::Orbit] {
            let mut camera = Camera::new(mode, VIEWPORT);
            camera.fit(BOUNDS);
            camera.orbit(vec2(80.0, 30.0));
            camera.reset();
            camera.zoom(0.9, VIEWPORT / 2.0);
            let magnified = camera.zoom_factor();
            let narrow = vec2(300.0, 700.0);
            camera.resize(narrow);
            assert!((camera.zoom_factor() - magnified).abs() < 1e-3, "{mode:?}");
            for corner in BOUNDS.corners() {
                let px = camera.project(corner).expect("in front").px;
                assert!(px.cmpge(Vec2::ZERO).all() && px.cmple(narrow).all(), "{mode:?} {px}");
            }
            camera.resize(VIEWPORT);
            assert!((camera.zoom_factor() - magnified).abs() < 1e-3, "{mode:?}");
        }
    }

    #[test]
    fn odd_input_leaves_a_finite_camera() {
        let mut camera = Camera::new(Mode::Flat, Vec2::ZERO);
        camera.fit(Bounds::new(Vec3::ONE, Vec3::ONE));
        camera.zoom(f32::NAN, Vec2::ZERO);
        camera.zoom(0.0, Vec2::ZERO);
        for mode in [Mode::Flat, Mode::Orbit] {
            camera.set_mode(mode);
            assert!(camera.clip_from_world().is_finite());
        }
    }
}
