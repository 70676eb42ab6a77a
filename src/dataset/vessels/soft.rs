//! Masks with soft borders of a vessel's normal numbers, and how each pixel changes with each number, by differences.

use super::plaques::PlaqueRanges;
use super::polar::PolarCurve;

/// Width of a central difference, in standard deviations: moves no border by a hundredth of a pixel.
const STEP: f64 = 1e-3;

impl PlaqueRanges {
    /// The mask of a vessel, `[size * size]`: above 0.5 where `rasterise` has wall, and from 0 to 1 within half a pixel of
    /// its borders. Empty if the vessel is not possible, or a number is not finite.
    pub fn soft_mask(&self, normals: &[f64]) -> Vec<f32> {
        if normals.iter().any(|v| !v.is_finite()) || self.of_normals(normals).is_none() {
            return vec![0.0; self.size * self.size];
        }
        let borders = self.borders(normals);
        (0..self.size * self.size).map(|pixel| self.wall(&borders, pixel) as f32).collect()
    }

    /// The change of each pixel with each number, `[size * size, parameters]`, row-major, by central differences; zero if a
    /// number is not finite.
    pub fn slopes(&self, normals: &[f64]) -> Vec<f32> {
        let (pixels, numbers) = (self.size * self.size, self.parameters());
        let mut slopes = vec![0.0; pixels * numbers];
        if normals.iter().any(|v| !v.is_finite()) {
            return slopes;
        }
        let borders = self.borders(normals);
        let near: Vec<usize> = (0..pixels).filter(|pixel| self.depth(&borders, *pixel).abs() < 1.0).collect();
        let mut moved = normals.to_vec();
        for number in 0..numbers {
            let [above, below] = [STEP, -STEP].map(|step| {
                moved[number] = normals[number] + step;
                self.borders(&moved)
            });
            moved[number] = normals[number];
            for &pixel in &near {
                let change = self.wall(&above, pixel) - self.wall(&below, pixel);
                slopes[pixel * numbers + number] = (change / (2.0 * STEP)) as f32;
            }
        }
        slopes
    }

    /// How much of a pixel is wall, about.
    fn wall(&self, borders: &[PolarCurve; 2], pixel: usize) -> f64 {
        (0.5 + self.depth(borders, pixel)).clamp(0.0, 1.0)
    }

    /// Distance of a pixel's centre into the wall from its nearer border, in pixels; negative outside.
    fn depth(&self, [lumen, outer]: &[PolarCurve; 2], pixel: usize) -> f64 {
        let centre = [pixel % self.size, pixel / self.size].map(|c| (c as f64 + 0.5) * self.pixel_mm);
        lumen.gap(centre).min(-outer.gap(centre)) / self.pixel_mm
    }
}
