//! SVG to PDF: one page of the figure's size, text embedded as text with its font.

use krilla::Document;
use krilla::geom::Size;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt as _, SvgSettings};

use super::png::{parse, points};
use crate::figures::error::FigureError;

/// An SVG written by `svg` as PDF.
pub fn pdf(svg: &str) -> Result<Vec<u8>, FigureError> {
    let tree = parse(svg)?;
    let failed = |what: &str| FigureError::Draw(what.to_owned());
    let (width, height) = (points(tree.size().width()), points(tree.size().height()));
    let size = Size::from_wh(width, height).ok_or_else(|| failed("the page has no size"))?;
    let settings = PageSettings::from_wh(width, height).ok_or_else(|| failed("the page has no size"))?;
    let mut document = Document::new();
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    surface.draw_svg(&tree, size, SvgSettings::default()).ok_or_else(|| failed("the SVG cannot be drawn"))?;
    surface.finish();
    page.finish();
    document.finish().map_err(|e| failed(&format!("{e:?}")))
}
