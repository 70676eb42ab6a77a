//! Raster images inside figures: data set images and clouds of points as PNG, and PNG as base 64.

use resvg::tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, PremultipliedColorU8, Transform};

use super::layout::{Frame, POINTS_PER_INCH};
use crate::figures::figure::{Cloud, Image};
use crate::figures::look::style::{Ink, Rgb};
use crate::figures::look::theme::Theme;

/// Dots per inch of a cloud of points, enough for print.
const CLOUD_DPI: f64 = 300.0;

/// A data set image in the theme's colours, as PNG.
pub fn picture(image: &Image, theme: &Theme) -> Option<Vec<u8>> {
    let plane = image.width * image.height;
    let mut pixels = Pixmap::new(image.width as u32, image.height as u32)?;
    let value = |channel: usize, i: usize| image.planes.get(channel * plane + i).copied().unwrap_or(0);
    for (i, pixel) in pixels.pixels_mut().iter_mut().enumerate() {
        let [r, g, b] = match image.planes.len() / plane.max(1) {
            3 => [value(0, i), value(1, i), value(2, i)],
            _ => mixed(theme.background, theme.text, value(0, i)),
        };
        *pixel = PremultipliedColorU8::from_rgba(r, g, b, u8::MAX)?;
    }
    pixels.encode_png().ok()
}

/// A cloud of points over the whole plot as PNG, transparent between them.
pub fn cloud(cloud: &Cloud, frame: &Frame, theme: &Theme) -> Option<Vec<u8>> {
    let scale = CLOUD_DPI / POINTS_PER_INCH;
    let plot = frame.plot;
    let mut pixels = Pixmap::new((plot.width * scale).ceil() as u32, (plot.height * scale).ceil() as u32)?;
    let dot = PathBuilder::from_circle(0.0, 0.0, (cloud.radius * scale) as f32)?;
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    for (&point, &class) in cloud.points.iter().zip(&cloud.classes) {
        let [x, y] = frame.at(point);
        let (x, y) = (((x - plot.left) * scale) as f32, ((y - plot.top) * scale) as f32);
        let [r, g, b] = theme.rgb(cloud.ink.unwrap_or(Ink::Class(usize::from(class))));
        let mut color = Color::from_rgba8(r, g, b, u8::MAX);
        color.set_alpha(cloud.opacity as f32);
        paint.set_color(color);
        pixels.fill_path(&dot, &paint, FillRule::Winding, Transform::from_translate(x, y), None);
    }
    pixels.encode_png().ok()
}

/// From `a` (0) to `b` (255).
fn mixed(a: Rgb, b: Rgb, share: u8) -> Rgb {
    std::array::from_fn(|i| {
        let (a, b, share) = (u32::from(a[i]), u32::from(b[i]), u32::from(share));
        ((a * (255 - share) + b * share + 127) / 255) as u8
    })
}

/// Base 64 with padding (RFC 4648).
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |i: usize| chunk.get(i).copied().map_or(0, u32::from);
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let code = (bits >> (18 - 6 * digit)) & 63;
            out.push(if digit > chunk.len() { '=' } else { char::from(ALPHABET[code as usize]) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of RFC 4648.
    #[test]
    fn base64_agrees_with_the_published_vectors() {
        for (text, expect) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()), expect);
        }
    }

    #[test]
    fn grey_goes_from_paper_to_ink_and_colour_stays() {
        let image =
            |planes: Vec<u8>| Image { x: [0.0, 1.0], y: [0.0, 1.0], width: 2, height: 1, planes, text: String::new() };
        let theme = Theme::LIGHT;
        for (planes, expect) in
            [(vec![0, 255], [theme.background, theme.text]), (vec![1, 2, 30, 40, 5, 6], [[1, 30, 5], [2, 40, 6]])]
        {
            let png = picture(&image(planes), &theme).unwrap();
            let pixels = Pixmap::decode_png(&png).unwrap();
            let found: Vec<Rgb> = pixels.pixels().iter().map(|p| [p.red(), p.green(), p.blue()]).collect();
            assert_eq!(found, expect);
        }
    }
}
