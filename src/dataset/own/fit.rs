//! Images of any size brought to one shape: the mean over the area of each new pixel, or lines between old ones.

use super::picture::Picture;
use crate::experiment::ImageFit;

/// The pixels of an image with these sides, as planes one after the other.
pub fn fitted(picture: &Picture, side: usize, fit: ImageFit) -> Vec<u8> {
    let (width, height) = (picture.width, picture.height);
    // The part of the image that is used, and the part of the square that it fills: first place and length.
    let whole = |length: usize| (0.0, length as f64);
    let ([across, down], [to_across, to_down]) = match fit {
        ImageFit::Area => ([whole(width), whole(height)], [(0, side); 2]),
        ImageFit::Crop => {
            let short = width.min(height) as f64;
            let middle = |length: usize| ((length as f64 - short) / 2.0, short);
            ([middle(width), middle(height)], [(0, side); 2])
        }
        ImageFit::Fit => {
            let long = width.max(height) as f64;
            let inside = |length: usize| {
                let length = ((length as f64 / long * side as f64).round() as usize).max(1);
                ((side - length) / 2, length)
            };
            ([whole(width), whole(height)], [inside(width), inside(height)])
        }
    };
    let (columns, rows) = (shares(across, to_across.1, width), shares(down, to_down.1, height));
    let channels = picture.channels;
    let mut planes = vec![0; channels * side * side];
    let mut line = vec![0.0_f32; to_across.1 * height];
    for channel in 0..channels {
        for (y, out) in line.chunks_exact_mut(to_across.1).enumerate() {
            let row = &picture.values[y * width * channels..];
            for (value, share) in out.iter_mut().zip(&columns) {
                *value = share.mean(|x| f32::from(row[x * channels + channel]));
            }
        }
        for (y, share) in rows.iter().enumerate() {
            let at = (channel * side + to_down.0 + y) * side + to_across.0;
            for (x, value) in planes[at..at + to_across.1].iter_mut().enumerate() {
                *value = share.mean(|row| line[row * to_across.1 + x]).round() as u8;
            }
        }
    }
    planes
}

/// The old pixels that a new one is the mean of, and their weights, which are 1 together.
struct Share {
    first: usize,
    weights: Vec<f32>,
}

impl Share {
    fn mean(&self, value: impl Fn(usize) -> f32) -> f32 {
        self.weights.iter().enumerate().map(|(i, w)| w * value(self.first + i)).sum()
    }
}

/// The shares of `to` new pixels in the part (start, length) of a line of `pixels` old ones.
fn shares((start, length): (f64, f64), to: usize, pixels: usize) -> Vec<Share> {
    let step = length / to as f64;
    let share = |i: usize| {
        if step < 1.0 {
            // Between the centres of two old pixels.
            let place = (start + (i as f64 + 0.5) * step - 0.5).clamp(0.0, pixels as f64 - 1.0);
            let first = (place.floor() as usize).min(pixels - 1);
            let along = (place - first as f64) as f32;
            let weights = if first + 1 < pixels { vec![1.0 - along, along] } else { vec![1.0] };
            return Share { first, weights };
        }
        let (from, end) = (start + i as f64 * step, start + (i + 1) as f64 * step);
        let first = (from.floor() as usize).min(pixels - 1);
        let last = (end.ceil() as usize).clamp(first + 1, pixels);
        let covered = |p: usize| (end.min(p as f64 + 1.0) - from.max(p as f64)).max(0.0);
        let all: f64 = (first..last).map(covered).sum();
        Share { first, weights: (first..last).map(|p| (covered(p) / all) as f32).collect() }
    };
    (0..to).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::own::picture::Changes;

    fn picture(width: usize, channels: usize, values: Vec<u8>) -> Picture {
        let height = values.len() / width / channels;
        Picture { width, height, channels, values, range: [0.0, 255.0], changes: Changes::default() }
    }

    #[test]
    fn an_image_of_the_side_is_unchanged_and_a_smaller_side_has_the_mean_of_each_area() {
        let own = picture(4, 1, (0..16).map(|v| v * 16).collect());
        for fit in [ImageFit::Area, ImageFit::Fit, ImageFit::Crop] {
            assert_eq!(fitted(&own, 4, fit), own.values, "{fit:?}");
            assert_eq!(fitted(&own, 2, fit), [40, 72, 168, 200], "{fit:?}");
            assert_eq!(fitted(&own, 1, fit), [120], "{fit:?}");
        }
        let colours = picture(2, 3, vec![1, 2, 3, 5, 6, 7, 1, 2, 3, 5, 6, 7]);
        assert_eq!(fitted(&colours, 2, ImageFit::Area), [1, 5, 1, 5, 2, 6, 2, 6, 3, 7, 3, 7]);
        assert_eq!(fitted(&colours, 1, ImageFit::Area), [3, 4, 5]);
    }

    #[test]
    fn a_wide_image_is_squeezed_padded_or_cropped() {
        let wide = picture(4, 1, vec![0, 100, 200, 40, 0, 100, 200, 40]);
        assert_eq!(fitted(&wide, 2, ImageFit::Area), [50, 120, 50, 120]);
        assert_eq!(fitted(&wide, 4, ImageFit::Fit), [0, 0, 0, 0, 0, 100, 200, 40, 0, 100, 200, 40, 0, 0, 0, 0]);
        assert_eq!(fitted(&wide, 2, ImageFit::Crop), [100, 200, 100, 200]);
    }

    #[test]
    fn a_constant_image_stays_constant_whatever_the_sizes() {
        for (width, height) in [(1, 1), (1, 9), (3, 7), (100, 31), (65, 64)] {
            let grey = picture(width, 1, vec![77; width * height]);
            for side in [1, 28, 64] {
                for fit in [ImageFit::Area, ImageFit::Crop] {
                    assert!(fitted(&grey, side, fit).iter().all(|v| *v == 77), "{width} x {height} to {side}");
                }
            }
        }
    }
}
