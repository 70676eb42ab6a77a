//! The colours behind the inks: light for print, dark for the screen; both safe for colour-blind readers.

use super::style::Ink;
use crate::labelling::colour_bar;

/// A colour as red, green, blue.
pub type Rgb = [u8; 3];

/// Colours of a medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    pub background: Rgb,
    pub text: Rgb,
    pub muted: Rgb,
    pub grid: Rgb,
    /// After Okabe and Ito, darkened where thin lines on white would fade; yellow left out.
    pub series: [Rgb; SERIES],
    /// Fills with a letter or digit on them, after Tol's muted scheme.
    pub classes: [Rgb; CLASSES],
}

const SERIES: usize = 9;
const CLASSES: usize = 10;

/// Luminance (0 to 1) above which dark text has more contrast than white text.
const DARK_TEXT_ABOVE: f64 = 0.18;

impl Theme {
    /// For print, on white.
    pub const LIGHT: Self = Self {
        background: [255, 255, 255],
        text: [26, 26, 26],
        muted: [110, 110, 110],
        grid: [230, 230, 230],
        series: [
            [92, 92, 92],
            [0, 96, 168],
            [208, 82, 0],
            [0, 140, 104],
            [184, 72, 136],
            [204, 134, 0],
            [98, 60, 160],
            [66, 156, 212],
            [128, 116, 0],
        ],
        classes: CLASS_FILLS,
    };

    /// For a dark screen.
    pub const DARK: Self = Self {
        background: [22, 24, 28],
        text: [228, 230, 234],
        muted: [150, 154, 162],
        grid: [52, 56, 62],
        series: [
            [176, 180, 186],
            [92, 164, 240],
            [244, 132, 62],
            [46, 190, 148],
            [226, 130, 186],
            [240, 180, 60],
            [168, 138, 236],
            [132, 206, 250],
            [196, 184, 74],
        ],
        classes: CLASS_FILLS,
    };

    /// The colour of an ink.
    pub fn rgb(&self, ink: Ink) -> Rgb {
        match ink {
            Ink::Text => self.text,
            Ink::Muted => self.muted,
            Ink::Grid => self.grid,
            Ink::Series(i) => self.series[i % SERIES],
            Ink::Class(i) => self.classes[i % CLASSES],
            Ink::Scale(share) => colour_bar::colour(share).0,
            Ink::Ramp(i, share) => mix(self.background, self.series[i % SERIES], share),
        }
    }

    /// Black or white, whichever reads better on `fill`.
    pub fn text_on(&self, fill: Rgb) -> Rgb {
        if luminance(fill) > DARK_TEXT_ABOVE { Self::LIGHT.text } else { [255, 255, 255] }
    }
}

const CLASS_FILLS: [Rgb; CLASSES] = [
    [51, 34, 136],
    [136, 204, 238],
    [17, 119, 51],
    [221, 204, 119],
    [204, 102, 119],
    [68, 170, 153],
    [136, 34, 85],
    [153, 153, 51],
    [170, 68, 153],
    [187, 187, 187],
];

/// From `a` (0) to `b` (1), in sRGB.
fn mix(a: Rgb, b: Rgb, share: f64) -> Rgb {
    let share = share.clamp(0.0, 1.0);
    std::array::from_fn(|i| (f64::from(a[i]) + (f64::from(b[i]) - f64::from(a[i])) * share).round() as u8)
}

/// Relative luminance (WCAG 2).
fn luminance(rgb: Rgb) -> f64 {
    let linear = rgb.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG's contrast ratio; 3 is its least for graphics.
    #[test]
    fn every_series_stands_out_from_its_background() {
        for theme in [Theme::LIGHT, Theme::DARK] {
            let ground = luminance(theme.background);
            for colour in theme.series {
                let (a, b) = (luminance(colour).max(ground), luminance(colour).min(ground));
                assert!((a + 0.05) / (b + 0.05) >= 2.9, "{colour:?}");
            }
        }
    }
}
