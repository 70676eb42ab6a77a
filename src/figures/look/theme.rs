//! The colours behind the inks: light for print, dark for the screen; both safe for colour-blind readers.

use super::classes::class_color;
use super::style::{Ink, Rgb, SERIES};
use crate::labelling::colour_bar;

/// Colours of a medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    pub background: Rgb,
    pub text: Rgb,
    /// Of `Ink::Muted`.
    pub muted: Rgb,
    /// Of `Ink::Grid`.
    pub grid: Rgb,
    /// Colours of series after Okabe and Ito, changed as little as possible to contrast with the background, each other
    /// and every class.
    pub series: [Rgb; SERIES],
}

impl Theme {
    /// For print, on white.
    pub const LIGHT: Self = Self {
        background: [255, 255, 255],
        text: [26, 26, 26],
        muted: [110, 110, 110],
        grid: [230, 230, 230],
        series: [
            [91, 93, 93],
            [21, 97, 164],
            [208, 82, 18],
            [6, 148, 112],
            [6, 90, 59],
            [195, 24, 138],
            [120, 20, 80],
            [171, 119, 80],
            [120, 80, 20],
            [108, 49, 150],
            [96, 116, 191],
            [7, 147, 202],
            [20, 50, 110],
            [126, 126, 19],
            [60, 70, 200],
            [74, 111, 58],
            [126, 0, 252],
            [0, 0, 189],
            [180, 117, 180],
            [108, 36, 0],
            [252, 63, 117],
            [219, 64, 228],
            [153, 99, 252],
            [198, 0, 63],
        ],
    };

    /// For a dark screen.
    pub const DARK: Self = Self {
        background: [22, 24, 28],
        text: [228, 230, 234],
        muted: [150, 154, 162],
        grid: [52, 56, 62],
        series: [
            [174, 180, 186],
            [87, 170, 243],
            [246, 132, 37],
            [60, 185, 154],
            [140, 230, 190],
            [226, 131, 187],
            [250, 180, 220],
            [249, 199, 60],
            [255, 230, 150],
            [164, 133, 227],
            [150, 201, 253],
            [53, 229, 254],
            [111, 139, 195],
            [192, 187, 84],
            [72, 118, 224],
            [130, 160, 90],
            [180, 63, 252],
            [252, 168, 132],
            [180, 108, 108],
            [0, 126, 72],
            [234, 0, 63],
            [207, 0, 162],
            [153, 90, 180],
            [180, 252, 0],
        ],
    };

    /// The colour of an ink.
    pub fn rgb(&self, ink: Ink) -> Rgb {
        match ink {
            Ink::Text => self.text,
            Ink::Muted => self.muted,
            Ink::Grid => self.grid,
            Ink::Series(i) => self.series[i],
            Ink::Class(i) => class_color(i),
            Ink::Scale(share) => colour_bar::colour(share).0,
            Ink::Ramp(i, share) => mix(self.background, self.series[i], share),
        }
    }

    /// Black or white, whichever reads better on `fill`.
    pub fn text_on(&self, fill: Rgb) -> Rgb {
        let [dark, light] = [Self::LIGHT.text, [255, 255, 255]];
        if contrast(fill, dark) > contrast(fill, light) { dark } else { light }
    }
}

/// From `a` (0) to `b` (1), in sRGB.
fn mix(a: Rgb, b: Rgb, share: f64) -> Rgb {
    let share = share.clamp(0.0, 1.0);
    std::array::from_fn(|i| (f64::from(a[i]) + (f64::from(b[i]) - f64::from(a[i])) * share).round() as u8)
}

/// Linear red, green and blue, 0 to 1.
fn linear(rgb: Rgb) -> [f64; 3] {
    rgb.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    })
}

/// Relative luminance (WCAG 2).
fn luminance(rgb: Rgb) -> f64 {
    let [r, g, b] = linear(rgb);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Contrast of two colours, 1 to 21 (WCAG 2).
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    a.max(b) / a.min(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Strategy;
    use crate::figures::look::classes::CLASSES;
    use crate::figures::look::style::StrategyStyle;

    type Matrix = [[f64; 3]; 3];

    /// Simulated full protanopia, deuteranopia and tritanopia on linear RGB (Machado, Oliveira and Fernandes 2009).
    const VISIONS: [(&str, Matrix); 4] = [
        ("normal vision", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        ),
        (
            "deuteranopia",
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        ),
        (
            "tritanopia",
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
        ),
    ];

    fn apply(m: &Matrix, v: [f64; 3]) -> [f64; 3] {
        m.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum())
    }

    /// A colour in OKLab; two colours 0.02 apart are just distinguishable.
    fn seen(color: Rgb, vision: &Matrix) -> [f64; 3] {
        const LMS: Matrix = [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ];
        const LAB: Matrix = [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ];
        let rgb = apply(vision, linear(color)).map(|v| v.clamp(0.0, 1.0));
        apply(&LAB, apply(&LMS, rgb).map(|v| v.max(0.0).cbrt()))
    }

    /// Asserts that each of `these` lies further than `least` from each of `others`, itself aside.
    fn apart(what: &str, these: &[Rgb], others: &[Rgb], vision: &(&str, Matrix), least: f64) {
        for (i, a) in these.iter().enumerate() {
            for (j, b) in others.iter().enumerate().filter(|(_, b)| !std::ptr::eq(a, *b)) {
                let (a, b) = (seen(*a, &vision.1), seen(*b, &vision.1));
                let d = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                assert!(d > least, "{}: {what} {i} and {j} are {d:.3} apart", vision.0);
            }
        }
    }

    #[test]
    fn any_two_classes_are_told_apart_with_any_colour_vision() {
        for vision in &VISIONS {
            // Five times the just noticeable difference.
            let classes = &CLASSES[..];
            apart("classes", classes, classes, vision, 0.10);
        }
    }

    /// About twice the just noticeable difference; who sees fewer colours tells them by names.
    #[test]
    fn any_two_of_a_hundred_classes_are_told_apart_and_stand_out() {
        let all: Vec<Rgb> = (0..100).map(class_color).collect();
        apart("classes", &all, &all, &VISIONS[0], 0.038);
        for (theme, least) in [(Theme::LIGHT, 1.8), (Theme::DARK, 3.0)] {
            assert!(all.iter().all(|color| contrast(*color, theme.background) > least));
        }
        assert!(all[..10] == CLASSES && class_color(100) == CLASSES[0]);
    }

    #[test]
    fn every_strategy_has_a_colour_of_its_own() {
        for theme in [Theme::LIGHT, Theme::DARK] {
            let mut given: Vec<Rgb> = Vec::new();
            for &strategy in Strategy::ALL {
                let ink = StrategyStyle::of(strategy).ink;
                assert!(
                    matches!(ink, Ink::Series(series) if series < SERIES),
                    "{strategy}: {ink:?} of {SERIES}: count it in `SERIES`, and give it a colour in both themes"
                );
                let colour = theme.rgb(ink);
                assert!(!given.contains(&colour), "{strategy} has the colour of another strategy");
                given.push(colour);
            }
        }
    }

    /// Strategies are drawn as lines with a dash and a mark of their own, so that poor colour vision may find two
    /// closer.
    #[test]
    fn strategies_are_told_from_each_other_and_from_every_class() {
        for theme in [Theme::LIGHT, Theme::DARK] {
            for (i, vision) in VISIONS.iter().enumerate().take(3) {
                let [series, class] = if i == 0 { [0.09, 0.05] } else { [0.03, 0.03] };
                apart("series", &theme.series, &theme.series, vision, series);
                apart("series and class", &theme.series, &CLASSES, vision, class);
            }
        }
    }

    /// WCAG asks for a contrast of 3 for graphics; on paper a class is a fill, also identified by its neighbours and the
    /// text on it, in the dark a small point.
    #[test]
    fn series_and_classes_stand_out_from_the_background() {
        for theme in [Theme::LIGHT, Theme::DARK] {
            let class = if theme == Theme::DARK { 3.0 } else { 1.8 };
            for (colors, least) in [(&theme.series[..], 3.0), (&CLASSES[..], class)] {
                for color in colors {
                    assert!(contrast(*color, theme.background) > least, "{color:?} on {:?}", theme.background);
                }
            }
        }
    }
}
