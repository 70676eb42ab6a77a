//! Pictures of pixels for inspecting a generator: sheets of images, and embeddings as clouds of points.

use crate::dataset::{Class, ImageShape};
use crate::figures::error::FigureError;
use crate::figures::look::style::Ink;
use crate::figures::look::theme::Theme;

/// Enlargement of a data set's images, and pixels between two of them.
const ZOOM: usize = 3;
const GAP: usize = 4;
/// Sides of a projection of an embedding and of a point in it, pixels.
const CLOUD: usize = 420;
const POINT: usize = 2;
/// Share of the codes on each side that a projection may leave out, so that outliers do not shrink it.
const OUTLIERS: f64 = 0.005;

/// An RGB picture.
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    fn new(width: usize, height: usize, background: [u8; 3]) -> Self {
        Self { width, height, pixels: background.repeat(width * height) }
    }

    fn put(&mut self, x: usize, y: usize, color: [u8; 3]) {
        if x < self.width && y < self.height {
            let at = 3 * (y * self.width + x);
            self.pixels[at..at + 3].copy_from_slice(&color);
        }
    }

    /// The picture as a PNG file.
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let (width, height) = (self.width as u32, self.height as u32);
        image::write_buffer_with_format(
            &mut bytes,
            &self.pixels,
            width,
            height,
            image::ExtendedColorType::Rgb8,
            image::ImageFormat::Png,
        )
        .map_err(|e| FigureError::Draw(e.to_string()))?;
        Ok(bytes.into_inner())
    }
}

/// A sheet of images (channel planes one after the other), `columns` a row.
pub fn sheet(shape: ImageShape, images: &[u8], columns: usize, theme: &Theme) -> Picture {
    let count = images.len() / shape.len();
    let (w, h) = (shape.width * ZOOM + GAP, shape.height * ZOOM + GAP);
    let rows = count.div_ceil(columns);
    let mut picture = Picture::new(columns * w + GAP, rows * h + GAP, theme.background);
    let plane = shape.height * shape.width;
    for (i, image) in images.chunks_exact(shape.len()).enumerate() {
        let (left, top) = (GAP + i % columns * w, GAP + i / columns * h);
        for y in 0..shape.height * ZOOM {
            for x in 0..shape.width * ZOOM {
                let at = y / ZOOM * shape.width + x / ZOOM;
                let value = |channel: usize| image[channel.min(shape.channels - 1) * plane + at];
                picture.put(left + x, top + y, [value(0), value(1), value(2)]);
            }
        }
    }
    picture
}

/// Codes `[n, dim]` coloured by class, one projection for each pair of the first three dimensions, side by side.
pub fn embedding(codes: &[f32], dim: usize, labels: &[Class], theme: &Theme) -> Picture {
    let pairs: Vec<(usize, usize)> = match dim {
        0 | 1 => vec![(0, 0)],
        2 => vec![(0, 1)],
        _ => vec![(0, 1), (0, 2), (1, 2)],
    };
    let mut picture = Picture::new(pairs.len() * (CLOUD + GAP) + GAP, CLOUD + 2 * GAP, theme.background);
    for (i, &(across, up)) in pairs.iter().enumerate() {
        let (x_range, y_range) = (range(codes, dim, across), range(codes, dim, up));
        for (code, label) in codes.chunks_exact(dim.max(1)).zip(labels) {
            let place = |value: f32, (low, high): (f32, f32)| (value - low) / (high - low).max(f32::EPSILON);
            let (x, y) = (place(code[across], x_range), 1.0 - place(code[up], y_range));
            if !((0.0..1.0).contains(&x) && (0.0..1.0).contains(&y)) {
                continue;
            }
            let color = theme.rgb(Ink::Class(usize::from(*label)));
            let (left, top) =
                (GAP + i * (CLOUD + GAP) + (x * CLOUD as f32) as usize, GAP + (y * CLOUD as f32) as usize);
            for (dx, dy) in (0..POINT).flat_map(|dy| (0..POINT).map(move |dx| (dx, dy))) {
                picture.put(left + dx, top + dy, color);
            }
        }
    }
    picture
}

fn range(codes: &[f32], dim: usize, axis: usize) -> (f32, f32) {
    let mut values: Vec<f32> = codes.iter().skip(axis).step_by(dim.max(1)).copied().collect();
    values.sort_by(f32::total_cmp);
    let at = |share: f64| values.get((share * values.len() as f64) as usize).or(values.last()).copied().unwrap_or(0.0);
    (at(OUTLIERS), at(1.0 - OUTLIERS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_and_rgb_images_are_at_their_places() {
        let theme = &Theme::LIGHT;
        let rgb = ImageShape { channels: 3, height: 1, width: 1 };
        let picture = sheet(rgb, &[1, 2, 3, 40, 50, 60], 2, theme);
        let at = |p: &Picture, x: usize, y: usize| p.pixels[3 * (y * p.width + x)..][..3].to_vec();
        assert_eq!((at(&picture, GAP, GAP), at(&picture, 2 * GAP + ZOOM, GAP)), (vec![1, 2, 3], vec![40, 50, 60]));
        let grey = ImageShape { channels: 1, height: 1, width: 2 };
        let picture = sheet(grey, &[7, 9], 1, theme);
        assert_eq!((at(&picture, GAP, GAP), at(&picture, GAP + ZOOM, GAP)), (vec![7; 3], vec![9; 3]));
        assert_eq!(&picture.png().unwrap()[1..4], b"PNG");
    }

    #[test]
    fn points_have_their_classes_colours() {
        let theme = &Theme::LIGHT;
        let codes = [0.0, 0.0, 0.5, 0.5, 1.0, 1.0];
        let picture = embedding(&codes, 2, &[0, 1, 2], theme);
        let has = |class: usize| {
            let color = theme.rgb(Ink::Class(class));
            picture.pixels.chunks_exact(3).any(|p| p == color)
        };
        assert!(has(1) && !has(5));
        assert_eq!(picture.width, CLOUD + 2 * GAP);
        assert_eq!(embedding(&[0.0; 9], 3, &[0; 3], theme).width, 3 * (CLOUD + GAP) + GAP);
    }
}
