//! SVG to PNG at a chosen number of dots an inch, with the bundled font.

use ::png::{PixelDimensions, Unit};
use resvg::tiny_skia::{ColorU8, Pixmap, Transform};
use resvg::usvg::Tree;

use crate::figures::drawing::layout::POINTS_PER_INCH;
use crate::figures::drawing::text::{BOLD, FAMILY, REGULAR};
use crate::figures::error::FigureError;

/// SVG pixels per inch; sizes of a parsed tree are in them.
const SVG_DPI: f32 = 96.0;

const METRES_PER_INCH: f32 = 0.0254;

/// The most pixels along one side.
const MOST_PIXELS: f32 = 30_000.0;

/// An SVG written by `svg` as PNG that says its dots a metre, so that a page has it in its size.
pub fn png(svg: &str, dpi: f32) -> Result<Vec<u8>, FigureError> {
    let pixmap = render(svg, dpi)?;
    let rgba: Vec<u8> = pixmap.pixels().iter().map(|pixel| pixel.demultiply()).flat_map(rgba_of).collect();
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(::png::ColorType::Rgba);
    let dots = (dpi / METRES_PER_INCH).round() as u32;
    encoder.set_pixel_dims(Some(PixelDimensions { xppu: dots, yppu: dots, unit: Unit::Meter }));
    let written = encoder.write_header().and_then(|mut image| image.write_image_data(&rgba));
    written.map_err(|e| FigureError::Draw(e.to_string()))?;
    Ok(bytes)
}

fn rgba_of(colour: ColorU8) -> [u8; 4] {
    [colour.red(), colour.green(), colour.blue(), colour.alpha()]
}

/// The pixels of an SVG: width, height and opaque RGBA, `[height * width * 4]`.
pub fn pixels(svg: &str, dpi: f32) -> Result<(usize, usize, Vec<u8>), FigureError> {
    let pixmap = render(svg, dpi)?;
    Ok((pixmap.width() as usize, pixmap.height() as usize, pixmap.take()))
}

fn render(svg: &str, dpi: f32) -> Result<Pixmap, FigureError> {
    let tree = parse(svg)?;
    let scale = dpi / SVG_DPI;
    let size = [tree.size().width(), tree.size().height()].map(|s| (s * scale).round());
    let unfit = || FigureError::Resolution { dpi };
    if !(dpi.is_finite() && size.iter().all(|s| (1.0..=MOST_PIXELS).contains(s))) {
        return Err(unfit());
    }
    let mut pixels = Pixmap::new(size[0] as u32, size[1] as u32).ok_or_else(unfit)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    Ok(pixels)
}

/// The parsed tree of an SVG, with the bundled fonts and none of the system's.
pub fn parse(svg: &str) -> Result<Tree, FigureError> {
    let mut options = resvg::usvg::Options { dpi: SVG_DPI, font_family: FAMILY.into(), ..Default::default() };
    let fonts = options.fontdb_mut();
    fonts.load_font_data(REGULAR.to_vec());
    fonts.load_font_data(BOLD.to_vec());
    Tree::from_str(svg, &options).map_err(|e| FigureError::Draw(e.to_string()))
}

/// A length of a parsed tree in points.
pub fn points(length: f32) -> f32 {
    length * (POINTS_PER_INCH as f32) / SVG_DPI
}
