//! Draws strokes of the pen as a 28 x 28 grey image.

use super::skeleton::Point;

/// Pixels along one side, as in MNIST.
pub const SIDE: usize = 28;

/// Pixels around a line that are looked at without need.
const MARGIN: f32 = 0.01;

/// A point on the pen's path, in pixels of the image.
#[derive(Debug, Clone, Copy)]
pub struct Dab {
    pub at: Point,
    /// Half the width of the line here.
    pub radius: f32,
    /// How dark the ink is here, 0..=1.
    pub ink: f32,
}

/// Properties of the line's rim and of the paper.
#[derive(Debug, Clone, Copy)]
pub struct Paper {
    /// Width of the rim over which the ink fades, in pixels.
    pub rim: f32,
    /// Share of each pixel that comes from a 3 x 3 binomial blur.
    pub blur: f32,
}

/// Draws strokes: each pixel is as dark as the darkest dab that covers it; values in 0..=1.
pub fn draw(strokes: &[Vec<Dab>], paper: Paper) -> [f32; SIDE * SIDE] {
    let mut image = [0.0; SIDE * SIDE];
    for stroke in strokes {
        for pair in stroke.windows(2) {
            segment(&mut image, pair[0], pair[1], paper.rim);
        }
    }
    if paper.blur > 0.0 { blurred(&image, paper.blur) } else { image }
}

fn segment(image: &mut [f32; SIDE * SIDE], a: Dab, b: Dab, rim: f32) {
    // Further away there is no ink; the rounding of the distance may take away less than the margin.
    let reach = a.radius.max(b.radius) + 0.5 * rim + MARGIN;
    let (x0, x1) = pixels(a.at.x.min(b.at.x) - reach, a.at.x.max(b.at.x) + reach);
    let (y0, y1) = pixels(a.at.y.min(b.at.y) - reach, a.at.y.max(b.at.y) + reach);
    let (dx, dy) = (b.at.x - a.at.x, b.at.y - a.at.y);
    let inverse = 1.0 / (dx * dx + dy * dy).max(f32::MIN_POSITIVE);
    for y in y0..y1 {
        let py = y as f32 + 0.5 - a.at.y;
        for x in x0..x1 {
            let px = x as f32 + 0.5 - a.at.x;
            let t = ((px * dx + py * dy) * inverse).clamp(0.0, 1.0);
            let (ex, ey) = (px - t * dx, py - t * dy);
            let distance = (ex * ex + ey * ey).sqrt();
            let radius = a.radius + t * (b.radius - a.radius);
            let cover = ((radius - distance) / rim + 0.5).clamp(0.0, 1.0);
            let pixel = &mut image[y * SIDE + x];
            *pixel = pixel.max(cover * (a.ink + t * (b.ink - a.ink)));
        }
    }
}

/// The range of pixels with centres in [low, high), limited to the image.
fn pixels(low: f32, high: f32) -> (usize, usize) {
    let limited = |pixel: f32| pixel.clamp(0.0, SIDE as f32) as usize;
    (limited((low - 0.5).ceil()), limited((high - 0.5).ceil()))
}

fn blurred(image: &[f32; SIDE * SIDE], share: f32) -> [f32; SIDE * SIDE] {
    let along = |source: &[f32; SIDE * SIDE], step: usize, place: fn(usize) -> usize| {
        let mut out = [0.0; SIDE * SIDE];
        for (i, value) in out.iter_mut().enumerate() {
            let before = if place(i) > 0 { source[i - step] } else { 0.0 };
            let after = if place(i) + 1 < SIDE { source[i + step] } else { 0.0 };
            *value = 0.25 * before + 0.5 * source[i] + 0.25 * after;
        }
        out
    };
    let rows = along(image, 1, |i| i % SIDE);
    let mut out = along(&rows, SIDE, |i| i / SIDE);
    for (o, &sharp) in out.iter_mut().zip(image) {
        *o = sharp + share * (*o - sharp);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dab(x: f32, y: f32, radius: f32) -> Dab {
        Dab { at: Point { x, y }, radius, ink: 1.0 }
    }

    #[test]
    fn the_area_of_a_line_is_that_of_its_capsule() {
        for (a, b, radius, blur) in [
            (dab(6.0, 14.0, 2.0), dab(22.0, 14.0, 2.0), 2.0_f32, 0.0),
            (dab(8.0, 7.0, 1.5), dab(19.0, 21.0, 1.5), 1.5, 0.7),
            (dab(14.0, 14.0, 5.0), dab(14.0, 14.0, 5.0), 5.0, 1.0),
        ] {
            let length = ((b.at.x - a.at.x).powi(2) + (b.at.y - a.at.y).powi(2)).sqrt();
            let closed_form = 2.0 * radius * length + std::f32::consts::PI * radius * radius;
            let ink: f32 = draw(&[vec![a, b]], Paper { rim: 1.0, blur }).iter().sum();
            assert!((ink / closed_form - 1.0).abs() < 0.03, "{ink} {closed_form}");
        }
    }

    #[test]
    fn strokes_off_the_page_leave_nothing_and_do_not_panic() {
        for (x, y) in [(-50.0, 14.0), (90.0, 14.0), (14.0, -50.0), (14.0, 90.0)] {
            let ink: f32 =
                draw(&[vec![dab(x, y, 2.0), dab(x + 3.0, y, 2.0)]], Paper { rim: 1.0, blur: 0.5 }).iter().sum();
            assert_eq!(ink, 0.0);
        }
    }
}
