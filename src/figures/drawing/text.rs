//! Text widths, from the advance widths of the embedded font (Liberation Sans, as wide as Helvetica).

/// Families in order of preference; the first three have the same widths.
pub const FAMILIES: &str = "'Liberation Sans', Arial, Helvetica, 'Nimbus Sans', 'DejaVu Sans', sans-serif";

/// The bundled font family.
pub const FAMILY: &str = "Liberation Sans";

/// The bundled faces, under the SIL Open Font License.
pub const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/LiberationSans-Regular.ttf");
pub const BOLD: &[u8] = include_bytes!("../../../assets/fonts/LiberationSans-Bold.ttf");

/// Units of the advance widths in one em.
const UNITS_PER_EM: f64 = 2048.0;

/// Largest ratio of bold to regular widths.
const BOLD_FACTOR: f64 = 1.08;

/// Advance widths of U+0020 to U+007E in the regular face.
const ADVANCES: [u16; 95] = [
    569, 569, 727, 1139, 1139, 1821, 1366, 391, 682, 682, 797, 1196, 569, 682, 569, 569, 1139, 1139, 1139, 1139, 1139,
    1139, 1139, 1139, 1139, 1139, 569, 569, 1196, 1196, 1196, 1139, 2079, 1366, 1366, 1479, 1479, 1366, 1251, 1593,
    1479, 569, 1024, 1366, 1139, 1706, 1479, 1593, 1366, 1593, 1479, 1366, 1251, 1479, 1366, 1933, 1366, 1366, 1251,
    569, 569, 569, 961, 1139, 682, 1139, 1139, 1024, 1139, 1139, 569, 1139, 1139, 455, 455, 1024, 455, 1706, 1139,
    1139, 1139, 1139, 682, 1024, 569, 1139, 1024, 1479, 1024, 1024, 1024, 684, 532, 684, 1196,
];

/// Width assumed for other characters: that of the operators, the widest in use.
const OTHER_ADVANCE: u16 = 1196;

/// Width of `text` at `size`, in the unit of `size`.
pub fn width(text: &str, size: f64) -> f64 {
    let advance = |c: char| {
        let place = u32::from(c).checked_sub(u32::from(' ')).and_then(|i| ADVANCES.get(i as usize));
        f64::from(place.copied().unwrap_or(OTHER_ADVANCE))
    };
    text.chars().map(advance).sum::<f64>() / UNITS_PER_EM * size
}

/// Width in the bold face.
pub fn bold_width(text: &str, size: f64) -> f64 {
    width(text, size) * BOLD_FACTOR
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::files::png::parse;

    /// Compares with the advances that usvg reads from the font.
    #[test]
    fn widths_are_those_of_the_bundled_font() {
        for (text, bold) in [
            ("Labelled samples", false),
            ("Random direction, 3J (%)", false),
            ("\u{2212}0.25", false),
            ("Whole test split", true),
        ] {
            let weight = if bold { "bold" } else { "normal" };
            let svg = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"99\" font-family=\"{FAMILIES}\"><text \
                 y=\"50\" font-size=\"20\" font-weight=\"{weight}\">{text}</text></svg>"
            );
            let tree = parse(&svg).unwrap();
            let measured = f64::from(tree.root().children()[0].bounding_box().width());
            let computed = if bold { bold_width(text, 20.0) } else { width(text, 20.0) };
            assert!((computed / measured - 1.0).abs() < 0.05, "{text}: {computed} for {measured}");
        }
    }
}
