//! Images of one vessel at one scale: mask, mesh, solved and predicted stress, and their difference.

use egui::{
    Align2, Color32, ColorImage, Painter, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, TextureHandle, TextureOptions,
    Ui, pos2, vec2,
};

use crate::dataset::vessels::masks::WallMask;
use crate::engine::questions::vessel::{Outcome, VesselReport};
use crate::labelling::colour_bar;
use crate::labelling::fem::Solution;
use crate::ui::kit::charts;
use crate::ui::kit::theme::{self, Theme, size};

/// The shown part of an image, in its pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Crop {
    min: [f32; 2],
    size: [f32; 2],
}

/// Margin round the wall, as a share of its extent.
const AIR: f32 = 0.1;

impl Crop {
    /// The wall with a margin, as square as the image allows; the whole image if there is no wall.
    pub fn of(mask: &WallMask) -> Self {
        let (w, h) = (mask.width(), mask.height());
        let mut bounds: Option<[[usize; 2]; 2]> = None;
        for (i, _) in mask.wall().iter().enumerate().filter(|(_, wall)| **wall) {
            let at = [i % w, i / w];
            let [low, high] = bounds.unwrap_or([at, at]);
            bounds = Some([[low[0].min(at[0]), low[1].min(at[1])], [high[0].max(at[0]), high[1].max(at[1])]]);
        }
        let length = [w as f32, h as f32];
        let Some([low, high]) = bounds else { return Self { min: [0.0; 2], size: length } };
        let extent = [0, 1].map(|a| (high[a] + 1 - low[a]) as f32);
        let side = extent[0].max(extent[1]) * (1.0 + 2.0 * AIR);
        let size = length.map(|l| side.min(l));
        let min = [0, 1].map(|a| {
            let centre = low[a] as f32 + extent[a] / 2.0;
            (centre - size[a] / 2.0).clamp(0.0, length[a] - size[a])
        });
        Self { min, size }
    }
}

/// The screen position of an image, and the part that it shows.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub rect: Rect,
    crop: Crop,
}

impl Place {
    /// The largest placement that fits into `cell`.
    pub fn new(cell: Rect, crop: Crop) -> Self {
        let scale = (cell.width() / crop.size[0]).min(cell.height() / crop.size[1]);
        Self { rect: Rect::from_center_size(cell.center(), vec2(crop.size[0], crop.size[1]) * scale), crop }
    }

    /// Screen points per image pixel.
    pub fn scale(&self) -> f32 {
        self.rect.width() / self.crop.size[0]
    }

    /// The screen position of an image position (pixels from the top left corner).
    pub fn at(&self, [x, y]: [f32; 2]) -> Pos2 {
        self.rect.min + vec2(x - self.crop.min[0], y - self.crop.min[1]) * self.scale()
    }

    /// The image position (pixels) at a screen position.
    pub fn pixel(&self, at: Pos2) -> Option<[f32; 2]> {
        let from = (at - self.rect.min) / self.scale();
        self.rect.contains(at).then(|| [self.crop.min[0] + from.x, self.crop.min[1] + from.y])
    }

    fn uv(&self, mask: &WallMask) -> Rect {
        let [w, h] = [mask.width() as f32, mask.height() as f32];
        let min = pos2(self.crop.min[0] / w, self.crop.min[1] / h);
        Rect::from_min_size(min, vec2(self.crop.size[0] / w, self.crop.size[1] / h))
    }
}

/// The content of a texture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    Mask,
    Solved,
    Predicted,
    Difference,
}

const LAYERS: [Layer; 4] = [Layer::Mask, Layer::Solved, Layer::Predicted, Layer::Difference];

/// The ends of the two colour scales, kPa.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scales {
    /// The end of the stress scale, which starts at zero.
    pub stress: Vec<f64>,
    /// The end of the difference scale, which is symmetrical about zero.
    pub difference: Vec<f64>,
}

impl Scales {
    /// Round numbers that cover a vessel's values; `held` fixes the end of the stress scale.
    pub fn of(section: &VesselReport, held: Option<f64>) -> Self {
        let wall = section.mask.as_deref().map_or(&[][..], WallMask::wall);
        let inside = |values: &[f32]| {
            let on_wall = values.iter().zip(wall).filter(|(_, wall)| **wall);
            on_wall.map(|(v, _)| f64::from(*v)).fold(0.0, f64::max)
        };
        let solved = section.solved().map(|s| s.map.values());
        let predicted = section.prediction.as_ref().ok().map(|p| p.map.values());
        let greatest = solved.map_or(0.0, inside).max(predicted.map_or(0.0, inside));
        let differs = solved
            .zip(predicted)
            .map_or(0.0, |(s, p)| s.iter().zip(p).map(|(s, p)| f64::from((p - s).abs())).fold(0.0, f64::max));
        let above = colour_bar::ticks(differs);
        let below = above.iter().skip(1).rev().map(|t| -t);
        Self {
            stress: colour_bar::ticks(held.unwrap_or(greatest)),
            difference: below.chain(above.iter().copied()).collect(),
        }
    }

    pub fn top(&self) -> f64 {
        self.stress.last().copied().unwrap_or(1.0)
    }

    pub fn span(&self) -> f64 {
        self.difference.last().copied().unwrap_or(1.0)
    }
}

/// The colour of a stress at a share of the scale, 0 to 1.
pub fn stress_color(share: f64) -> Color32 {
    let [r, g, b] = colour_bar::colour(share).0;
    Color32::from_rgb(r, g, b)
}

/// The layers of one vessel as textures, with their crop and scales.
pub struct Pictures {
    textures: [Option<TextureHandle>; 4],
    crop: Crop,
    scales: Scales,
    pub faults: Faults,
}

/// Images with a larger side are subsampled, because devices limit the size of textures.
const MOST_SIDE: usize = 1_024;
/// Outside the wall a prediction is opaque from this share of the scale on, so that only values that leak are visible.
const LEAK: f64 = 0.05;

impl Pictures {
    /// Creates the textures; `held` fixes the end of the stress scale.
    pub fn new(ui: &Ui, theme: &Theme, section: &VesselReport, held: Option<f64>) -> Self {
        let scales = Scales::of(section, held);
        let texture = |layer| {
            let image = color_image(layer, theme, section, &scales)?;
            Some(ui.ctx().load_texture("vessel", image, TextureOptions::NEAREST))
        };
        let crop = section.mask.as_deref().map(Crop::of).unwrap_or_default();
        let faults = match (&section.mask, &section.outcome) {
            (Some(mask), Outcome::Refused(_)) => Faults::of(mask),
            _ => Faults::default(),
        };
        Self { textures: LAYERS.map(texture), crop, scales, faults }
    }

    pub fn crop(&self) -> Crop {
        self.crop
    }

    pub fn scales(&self) -> &Scales {
        &self.scales
    }

    /// Paints a layer, if there is a texture of it.
    pub fn paint(&self, painter: &Painter, layer: Layer, place: &Place, mask: &WallMask) {
        let at = LAYERS.iter().position(|l| *l == layer).unwrap_or(0);
        if let Some(texture) = &self.textures[at] {
            painter.image(texture.id(), place.rect, place.uv(mask), Color32::WHITE);
        }
    }
}

fn color_image(layer: Layer, theme: &Theme, section: &VesselReport, scales: &Scales) -> Option<ColorImage> {
    let mask = section.mask.as_ref()?;
    let (w, h) = (mask.width(), mask.height());
    let solved = section.solved().map(|s| s.map.values());
    let predicted = section.prediction.as_ref().ok().map(|p| p.map.values());
    let faint = |color: Color32, share: f64| color.gamma_multiply((share.abs() / LEAK).min(1.0) as f32);
    let color: Box<dyn Fn(usize) -> Color32> = match layer {
        Layer::Mask => Box::new(|i| theme.image[usize::from(mask.wall()[i])]),
        Layer::Solved => {
            let values = solved?;
            Box::new(|i| {
                if mask.wall()[i] { stress_color(f64::from(values[i]) / scales.top()) } else { Color32::TRANSPARENT }
            })
        }
        Layer::Predicted => {
            let values = predicted?;
            Box::new(|i| {
                let share = f64::from(values[i]) / scales.top();
                if mask.wall()[i] { stress_color(share) } else { faint(stress_color(share), share) }
            })
        }
        Layer::Difference => {
            let (solved, predicted) = solved.zip(predicted)?;
            Box::new(|i| {
                let share = f64::from(predicted[i] - solved[i]) / scales.span();
                let color = theme.diverging(share as f32);
                if mask.wall()[i] { color } else { faint(color, share) }
            })
        }
    };
    let stride = w.max(h).div_ceil(MOST_SIDE).max(1);
    let [columns, rows] = [w.div_ceil(stride), h.div_ceil(stride)];
    let pixels = (0..rows).flat_map(|y| (0..columns).map(move |x| (y * stride) * w + x * stride)).map(color).collect();
    Some(ColorImage::new([columns, rows], pixels))
}

/// What is wrong with the wall of a rejected mask.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults {
    pub inverted: bool,
    /// Boxes round the separate pieces of wall, image pixels, the largest piece first; none if there is one.
    pub pieces: Vec<[[f32; 2]; 2]>,
}

impl Faults {
    fn of(mask: &WallMask) -> Self {
        const MOST: usize = 12;
        let around = |piece: Vec<usize>| {
            let pixels = piece.iter().map(|i| [(i % mask.width()) as f32, (i / mask.width()) as f32]);
            pixels.fold([[f32::INFINITY; 2], [0.0; 2]], |[low, high], at| {
                [[0, 1].map(|k| low[k].min(at[k])), [0, 1].map(|k| high[k].max(at[k] + 1.0))]
            })
        };
        let pieces: Vec<_> = mask.pieces().into_iter().take(MOST).map(around).collect();
        let pieces = if pieces.len() > 1 { pieces } else { Vec::new() };
        Self { inverted: mask.is_perhaps_inverted(), pieces }
    }
}

/// A numbered box round each separate piece of wall.
pub fn pieces(painter: &Painter, place: &Place, faults: &Faults, theme: &Theme) {
    for (n, [low, high]) in faults.pieces.iter().enumerate() {
        let seen = Rect::from_min_max(place.at(*low), place.at(*high)).expand(2.0);
        painter.rect_stroke(seen, 2.0, Stroke::new(1.5, theme.error), StrokeKind::Outside);
        let at = seen.left_top().max(place.rect.min + vec2(2.0, 14.0));
        painter.text(at, Align2::LEFT_BOTTOM, (n + 1).to_string(), theme::bold_font(size::CAPTION), theme.error);
    }
}

/// The background and the border of an image.
pub fn background(ui: &Ui, rect: Rect, theme: &Theme) {
    ui.painter().rect(rect, 3.0, theme.image[0], Stroke::new(1.0, theme.line), StrokeKind::Inside);
}

/// The finite-element mesh, at rest or at the systolic peak.
pub fn mesh(painter: &Painter, place: &Place, solution: &Solution, pixel_mm: f64, at_peak: bool, theme: &Theme) {
    let mesh = &solution.mesh;
    let node = |n: usize| {
        let [x, y] = mesh.nodes()[n];
        let [u, v] = if at_peak { solution.equilibrium.displacement[n] } else { [0.0; 2] };
        place.at([(x + u) / pixel_mm, (y + v) / pixel_mm].map(|c| c as f32))
    };
    let (sectors, layers) = (mesh.size().sectors, mesh.size().layers);
    let fine = Stroke::new(0.6, theme.text.gamma_multiply(0.6));
    let border = Stroke::new(1.2, theme.accent);
    for sector in 0..sectors {
        let ray: Vec<Pos2> = (0..=layers).map(|layer| node(mesh.node(sector, layer))).collect();
        painter.add(Shape::line(ray, fine));
    }
    for layer in 0..=layers {
        let ring: Vec<Pos2> = (0..sectors).map(|sector| node(mesh.node(sector, layer))).collect();
        painter.add(Shape::closed_line(ring, if layer == 0 || layer == layers { border } else { fine }));
    }
}

/// The wall's two borders, as found by the labelling tool.
pub fn borders(painter: &Painter, place: &Place, solution: &Solution, pixel_mm: f64, theme: &Theme) {
    let mesh = &solution.mesh;
    for layer in [0, mesh.size().layers] {
        let at = |sector| place.at(mesh.nodes()[mesh.node(sector, layer)].map(|c| (c / pixel_mm) as f32));
        let ring: Vec<Pos2> = (0..mesh.size().sectors).map(at).collect();
        painter.add(Shape::closed_line(ring, Stroke::new(1.0, theme.faint)));
    }
}

/// A scale bar at the bottom of the image: a power of ten of millimetres that fits.
pub fn scale_bar(painter: &Painter, place: &Place, pixel_mm: f64, theme: &Theme) {
    const MOST_SHARE: f64 = 0.45;
    const INSET: f32 = 8.0;
    let points_a_mm = f64::from(place.scale()) / pixel_mm;
    let fits = f64::from(place.rect.width()) * MOST_SHARE / points_a_mm;
    let length = 10_f64.powf(fits.log10().floor());
    let width = (length * points_a_mm) as f32;
    if !width.is_finite() {
        return;
    }
    let left = place.rect.left_bottom() + vec2(INSET, -INSET);
    let text = format!("{length} mm");
    let galley = painter.layout_no_wrap(text, theme::font(size::CAPTION - 1.0), theme.weak);
    let at = left - vec2(0.0, galley.size().y + 2.0);
    let behind = Rect::from_min_max(at, left + vec2(width.max(galley.size().x), 1.0)).expand(3.0);
    painter.rect_filled(behind, 3.0, theme.image[0].gamma_multiply(0.8));
    painter.hline(left.x..=left.x + width, left.y, Stroke::new(2.0, theme.weak));
    painter.galley(at, galley, theme.weak);
}

/// Width of a colour bar, points.
pub const BAR_SPACE: f32 = 62.0;

/// A colour bar with ticks and a mark at the value under the pointer.
pub fn bar(ui: &mut Ui, height: f32, ticks: &[f64], color: impl Fn(f64) -> Color32, mark: Option<f64>, theme: &Theme) {
    const WIDTH: f32 = 14.0;
    const AIR: f32 = 6.0;
    const TICK_HEIGHT: f32 = 13.0;
    let (rect, _) = ui.allocate_exact_size(vec2(BAR_SPACE, height), Sense::hover());
    let (low, high) = (ticks.first().copied().unwrap_or(0.0), ticks.last().copied().unwrap_or(1.0));
    let bar = Rect::from_min_max(rect.min + vec2(0.0, AIR), pos2(rect.left() + WIDTH, rect.bottom() - AIR));
    let y = |value: f64| bar.bottom() - ((value - low) / (high - low)) as f32 * bar.height();
    let painter = ui.painter();
    charts::ramp(painter, bar, |share| color(low + f64::from(share) * (high - low)));
    painter.rect_stroke(bar, 0.0, Stroke::new(1.0, theme.line), StrokeKind::Outside);
    // Ticks that are too close together are omitted, except zero.
    let apart = bar.height() / ticks.len().saturating_sub(1).max(1) as f32;
    let every = (TICK_HEIGHT / apart).ceil().max(1.0) as usize;
    let zero = ticks.iter().position(|t| *t == 0.0).unwrap_or(0);
    for (_, tick) in ticks.iter().enumerate().filter(|(i, _)| i.abs_diff(zero).is_multiple_of(every)) {
        let at = pos2(bar.right(), y(*tick));
        painter.hline(at.x..=at.x + 4.0, at.y, Stroke::new(1.0, theme.faint));
        let text = format!("{tick}").replace('-', "\u{2212}");
        painter.text(at + vec2(7.0, 0.0), Align2::LEFT_CENTER, text, theme::font(size::CAPTION - 1.0), theme.weak);
    }
    if let Some(value) = mark.filter(|v| v.is_finite()) {
        let at = pos2(bar.left(), y(value.clamp(low, high)));
        painter.hline(at.x - 2.0..=bar.right() + 2.0, at.y, Stroke::new(3.0, theme.background));
        painter.hline(at.x - 2.0..=bar.right() + 2.0, at.y, Stroke::new(1.5, theme.text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(w: usize, h: usize, wall: &[[usize; 2]]) -> WallMask {
        let mut values = vec![false; w * h];
        wall.iter().for_each(|[x, y]| values[y * w + x] = true);
        WallMask::new(w, h, values).unwrap()
    }

    #[test]
    fn a_crop_is_square_round_the_wall_and_stays_in_the_image() {
        let table = [
            (mask(20, 10, &[]), [0.0, 0.0], [20.0, 10.0]),
            (mask(40, 40, &[[10, 10], [19, 14]]), [9.0, 6.5], [12.0, 12.0]),
            (mask(40, 40, &[[0, 0], [9, 9]]), [0.0, 0.0], [12.0, 12.0]),
            (mask(40, 6, &[[10, 0], [19, 5]]), [9.0, 0.0], [12.0, 6.0]),
        ];
        for (mask, min, size) in table {
            let crop = Crop::of(&mask);
            let close = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).abs() + (a[1] - b[1]).abs() < 1e-4;
            assert!(close(crop.min, min) && close(crop.size, size), "{crop:?}");
        }
    }

    #[test]
    fn the_pieces_of_a_wall_are_boxed_and_an_inverted_mask_is_recognised() {
        let two = Faults::of(&mask(20, 10, &[[1, 1], [12, 4], [13, 4], [13, 5]]));
        assert_eq!(two.pieces, [[[12.0, 4.0], [14.0, 6.0]], [[1.0, 1.0], [2.0, 2.0]]]);
        let ring = |x: usize, y: usize| (3..6).contains(&((x as f64 - 10.0).hypot(y as f64 - 10.0) as usize));
        for inverted in [false, true] {
            let faults = Faults::of(&WallMask::drawn(21, 21, |i| ring(i % 21, i / 21) != inverted));
            assert_eq!(faults.inverted, inverted);
        }
        assert_eq!(Faults::of(&mask(20, 10, &[[3, 3]])), Faults::default());
    }

    #[test]
    fn places_of_the_image_are_found_on_the_screen_and_back() {
        let place = Place::new(
            Rect::from_min_size(pos2(10.0, 20.0), vec2(120.0, 100.0)),
            Crop { min: [4.0, 6.0], size: [20.0, 20.0] },
        );
        assert_eq!(place.scale(), 5.0);
        assert_eq!(place.at([4.0, 6.0]), pos2(20.0, 20.0));
        for at in [[4.0, 6.0], [12.5, 9.25], [24.0, 26.0]] {
            assert_eq!(place.pixel(place.at(at)), Some(at));
        }
        assert_eq!(place.pixel(pos2(12.0, 30.0)), None);
    }
}
