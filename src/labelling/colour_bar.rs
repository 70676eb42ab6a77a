//! Draws a stress map as an image: enlarged pixels, a colour bar with round ticks, and its unit.

use image::{Rgb, RgbImage};

use super::StressMap;

/// The map in colour on white, with the unit above a bar from zero to the map's largest value.
pub fn picture(map: &StressMap) -> RgbImage {
    let zoom = (LEAST_SIDE / map.width().max(map.height()).max(1)).max(1) as u32;
    let (width, height) = (map.width() as u32 * zoom, (map.height() as u32 * zoom).max(LEAST_BAR));
    let greatest = map.values().iter().copied().fold(0.0_f32, f32::max);
    let ticks = ticks(f64::from(greatest));
    let top = ticks.last().copied().unwrap_or(1.0).max(f64::MIN_POSITIVE);

    let mut picture = RgbImage::from_pixel(width + BAR_SPACE, height + 2 * MARGIN, PAPER);
    for (i, value) in map.values().iter().enumerate().filter(|(_, v)| **v != 0.0) {
        let colour = colour(f64::from(*value) / top);
        let (x, y) = ((i % map.width()) as u32 * zoom, (i / map.width()) as u32 * zoom + MARGIN);
        fill(&mut picture, (x, y), (zoom, zoom), colour);
    }
    let left = width + BAR_GAP;
    let bar_top = MARGIN + TITLE;
    let bar_height = height - TITLE;
    for row in 0..bar_height {
        let share = 1.0 - (f64::from(row) + 0.5) / f64::from(bar_height);
        fill(&mut picture, (left, bar_top + row), (BAR_WIDTH, 1), colour(share));
    }
    write(&mut picture, (left, MARGIN), "kPa");
    for tick in ticks {
        let y = bar_top + ((1.0 - tick / top) * f64::from(bar_height - 1)).round() as u32;
        fill(&mut picture, (left + BAR_WIDTH, y), (TICK, 1), INK);
        let half = GLYPH_HEIGHT * SCALE / 2;
        write(&mut picture, (left + BAR_WIDTH + TICK + SCALE, y.saturating_sub(half)), &format!("{tick}"));
    }
    picture
}

/// The colour at a share of the scale: dark violet, blue, green, yellow, equally spaced in lightness (viridis).
pub fn colour(share: f64) -> Rgb<u8> {
    let place = share.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let index = (place as usize).min(VIRIDIS.len() - 2);
    let along = place - index as f64;
    let (a, b) = (VIRIDIS[index], VIRIDIS[index + 1]);
    Rgb(std::array::from_fn(|c| (f64::from(a[c]) * (1.0 - along) + f64::from(b[c]) * along).round() as u8))
}

/// Round numbers from zero to the first at or above `greatest`, four to eight of them.
pub fn ticks(greatest: f64) -> Vec<f64> {
    if !(greatest > 0.0 && greatest.is_finite()) {
        return vec![0.0, 1.0];
    }
    let power = 10_f64.powf((greatest / MOST_INTERVALS).log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| m * power * MOST_INTERVALS >= greatest).unwrap_or(10.0) * power;
    let count = (greatest / step).ceil().max(1.0) as usize;
    // Rounded to the step's own decimals, so that 3 * 0.2 is written 0.6.
    let decimals = power.recip().max(1.0);
    (0..=count).map(|i| (i as f64 * step * decimals).round() / decimals).collect()
}

/// The longer side of an enlarged map has about this many pixels.
const LEAST_SIDE: usize = 512;
const LEAST_BAR: u32 = 160;
const MARGIN: u32 = 12;
const TITLE: u32 = 26;
const BAR_GAP: u32 = 16;
const BAR_WIDTH: u32 = 20;
const BAR_SPACE: u32 = 130;
const TICK: u32 = 5;
const MOST_INTERVALS: f64 = 7.0;
const PAPER: Rgb<u8> = Rgb([255, 255, 255]);
const INK: Rgb<u8> = Rgb([20, 20, 20]);
const VIRIDIS: [[u8; 3]; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];

/// Size of a glyph in pixels, and how much larger each pixel is drawn.
const GLYPH_WIDTH: u32 = 5;
const GLYPH_HEIGHT: u32 = 7;
const SCALE: u32 = 2;
/// Rows from the top, five bits each, the leftmost pixel the highest bit: the characters of ticks and unit.
const GLYPHS: [(char, [u8; 7]); 16] = [
    ('0', [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110]),
    ('1', [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110]),
    ('2', [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111]),
    ('3', [0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110]),
    ('4', [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010]),
    ('5', [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110]),
    ('6', [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110]),
    ('7', [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000]),
    ('8', [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110]),
    ('9', [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100]),
    ('.', [0, 0, 0, 0, 0, 0b01100, 0b01100]),
    ('-', [0, 0, 0, 0b11111, 0, 0, 0]),
    ('e', [0, 0, 0b01110, 0b10001, 0b11111, 0b10000, 0b01110]),
    ('k', [0b10000, 0b10000, 0b10010, 0b10100, 0b11000, 0b10100, 0b10010]),
    ('P', [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000]),
    ('a', [0, 0, 0b01110, 0b00001, 0b01111, 0b10001, 0b01111]),
];

fn write(picture: &mut RgbImage, (x, y): (u32, u32), text: &str) {
    for (place, character) in (0..).zip(text.chars()) {
        let Some((_, rows)) = GLYPHS.iter().find(|(c, _)| *c == character) else { continue };
        let left = x + place * (GLYPH_WIDTH + 1) * SCALE;
        for (row, bits) in (0..).zip(rows) {
            for column in (0..GLYPH_WIDTH).filter(|c| bits >> (GLYPH_WIDTH - 1 - c) & 1 == 1) {
                fill(picture, (left + column * SCALE, y + row * SCALE), (SCALE, SCALE), INK);
            }
        }
    }
}

/// Fills the part of a rectangle that is inside the image.
fn fill(picture: &mut RgbImage, (x, y): (u32, u32), (width, height): (u32, u32), colour: Rgb<u8>) {
    for row in y..(y + height).min(picture.height()) {
        for column in x..(x + width).min(picture.width()) {
            picture.put_pixel(column, row, colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_values() {
        let table: [(f64, &[f64]); 5] = [
            (236.0, &[0.0, 50.0, 100.0, 150.0, 200.0, 250.0]),
            (100.0, &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0]),
            (1.1, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2]),
            (0.0, &[0.0, 1.0]),
            (f64::NAN, &[0.0, 1.0]),
        ];
        for (greatest, expected) in table {
            assert_eq!(ticks(greatest), expected);
        }
    }

    #[test]
    fn every_character_of_a_tick_or_the_unit_has_a_glyph() {
        for greatest in [3.0e-4, 0.07, 1.0, 99.0, 5e3, 2e6] {
            for text in ticks(greatest).iter().map(|t| format!("{t}")).chain(["kPa".into()]) {
                assert!(text.chars().all(|c| GLYPHS.iter().any(|(g, _)| *g == c)), "{text}");
            }
        }
    }

    #[test]
    fn the_image_shows_values_in_colour_and_unlabelled_pixels_as_paper() {
        let mut values = vec![0.0; 64 * 64];
        (values[0], values[65]) = (100.0, 50.0);
        let picture = picture(&StressMap::new(64, 64, values).expect("finite"));
        assert_eq!(*picture.get_pixel(3, MARGIN + 3), colour(1.0));
        assert_eq!(*picture.get_pixel(11, MARGIN + 11), colour(0.5));
        assert_eq!(*picture.get_pixel(30, MARGIN + 30), PAPER);
    }
}
