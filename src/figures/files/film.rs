//! A film of a run, as an animated GIF and as numbered PNG files.

use std::collections::{BTreeMap, HashMap};
use std::io::{Error, Write};
use std::path::{Path, PathBuf};

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, RgbaImage};

use super::png::pixels;
use super::svg::svg;
use crate::disk;
use crate::figures::data::Histories;
use crate::figures::drawing::layout::POINTS_PER_INCH;
use crate::figures::error::FigureError;
use crate::figures::kinds::film::{Moment, film_frame};
use crate::figures::look::theme::Theme;
use crate::history::History;
use crate::trajectory::Embedding;

/// A frame is drawn as a page of this width, inches.
const PAGE: f64 = 7.2;
/// Points beside and above the plots, on that page: titles, ticks, labels of axes, the legend.
const AROUND: [f64; 2] = [40.0, 80.0];
/// Quality of a GIF's colours: 1 is best, 30 fastest.
const SPEED: i32 = 12;
/// The last frame stays so much longer than the others.
const LAST: u32 = 16;

/// A film and its frames have these words near their beginnings.
pub const FILM_MARK: &str = "ridgewalk film";
/// Bytes of a GIF before its blocks: the signature, the screen, and a table of two colours.
const GIF_HEAD: usize = 6 + 7 + 6;

/// How a film is made.
#[derive(Debug, Clone, PartialEq)]
pub struct FilmOptions {
    /// Width and height in pixels.
    pub size: [usize; 2],
    /// The last of them shows the end of the round.
    pub frames_per_round: usize,
    /// Milliseconds that each frame is shown.
    pub delay_ms: u32,
    pub camera: CameraPath,
    /// Light for print, dark as on the screen.
    pub theme: Theme,
}

/// How the camera moves in a film; one or two dimensions are always seen from the front.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum CameraPath {
    /// Once around the second axis in the whole film.
    Turn,
    /// In front of the first two axes.
    Still,
}

/// The film of one run beside the curves of all.
pub struct Film<'a> {
    shown: &'a History,
    histories: &'a Histories,
    embedding: &'a Embedding,
    options: FilmOptions,
}

/// The same image in as many colours as a GIF has: those that fill places, such as the colours of classes, exactly and in
/// every frame alike, and each of the others, on the edges between them, as the nearest.
fn of_few_colours(mut image: RgbaImage) -> RgbaImage {
    const MOST: usize = 256;
    /// Colours this near, as the square of their distance, are one.
    const NEAR: i32 = 64;
    let distance =
        |a: [u8; 4], b: [u8; 4]| a.iter().zip(b).map(|(a, b)| (i32::from(*a) - i32::from(b)).pow(2)).sum::<i32>();
    let mut counts: BTreeMap<[u8; 4], usize> = BTreeMap::new();
    image.pixels().for_each(|pixel| *counts.entry(pixel.0).or_default() += 1);
    if counts.len() <= MOST {
        return image;
    }
    let mut colours: Vec<([u8; 4], usize)> = counts.into_iter().collect();
    colours.sort_by_key(|(colour, count)| (std::cmp::Reverse(*count), *colour));
    let mut kept: Vec<[u8; 4]> = Vec::with_capacity(MOST);
    for (colour, _) in &colours {
        if kept.len() < MOST && kept.iter().all(|there| distance(*there, *colour) >= NEAR) {
            kept.push(*colour);
        }
    }
    let nearest = |colour: [u8; 4]| kept.iter().copied().min_by_key(|there| distance(*there, colour)).unwrap_or(colour);
    let shown: HashMap<[u8; 4], [u8; 4]> = colours.into_iter().map(|(colour, _)| (colour, nearest(colour))).collect();
    image.pixels_mut().for_each(|pixel| pixel.0 = shown.get(&pixel.0).copied().unwrap_or(pixel.0));
    image
}

impl<'a> Film<'a> {
    /// The film of `shown`, which is one of `histories`, in its embedding.
    pub fn new(
        shown: &'a History,
        histories: &'a Histories,
        embedding: &'a Embedding,
        options: FilmOptions,
    ) -> Result<Self, FigureError> {
        if !embedding.fits(shown) {
            let (run, repeat) = (shown.variant().to_string(), shown.header.repeat);
            return Err(FigureError::OtherEmbedding { run, repeat });
        }
        if shown.rounds.is_empty() {
            return Err(FigureError::Nothing { title: "Film", needs: "a completed round" });
        }
        Ok(Self { shown, histories, embedding, options })
    }

    /// Frames in all.
    pub fn frames(&self) -> usize {
        self.shown.rounds.len() * self.options.frames_per_round
    }

    /// The file of a frame, from 0.
    pub fn frame_name(frame: usize) -> String {
        format!("frame-{:04}.png", frame + 1)
    }

    /// A frame, from 0.
    pub fn frame(&self, frame: usize) -> Result<RgbaImage, FigureError> {
        let [width, height] = self.options.size;
        let each = self.options.frames_per_round;
        let turn = std::f64::consts::TAU * frame as f64 / self.frames() as f64;
        let at = Moment {
            round: frame / each,
            share: (frame % each + 1) as f64 / each as f64,
            turn: (self.options.camera == CameraPath::Turn).then_some(turn),
        };
        let dpi = width as f64 / PAGE;
        let points = |pixels: usize| pixels as f64 * POINTS_PER_INCH / dpi;
        let aspect = ((points(height) - AROUND[1]) / (points(width) / 2.0 - AROUND[0])).max(0.2);
        let figure = film_frame(self.shown, self.histories, self.embedding, at, aspect);
        let theme = &self.options.theme;
        let (drawn_width, drawn_height, drawn) = pixels(&svg(&figure, PAGE, theme), dpi as f32)?;
        let [r, g, b] = theme.background;
        let mut image = RgbaImage::from_pixel(width as u32, height as u32, image::Rgba([r, g, b, u8::MAX]));
        let unfit = || FigureError::Draw("a frame has another size than its pixels".into());
        let drawn = RgbaImage::from_raw(drawn_width as u32, drawn_height as u32, drawn).ok_or_else(unfit)?;
        let above = (height as i64 - drawn_height as i64) / 2;
        image::imageops::overlay(&mut image, &drawn, 0, above);
        Ok(image)
    }

    /// Writes the film as a GIF that repeats for ever, and every frame as `FOLDER/frame-0001.png` if a folder is given.
    /// `goes_on` is told each frame, and ends it by `false`: then there is no GIF, and `false` comes back.
    pub fn write(
        &self,
        gif: &Path,
        folder: Option<&Path>,
        goes_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<bool, FigureError> {
        let failed = |path: &Path| {
            let path: PathBuf = path.into();
            |source| FigureError::Write { path, source }
        };
        let (mut ended, mut drawing) = (false, None);
        let written = disk::write_aside_with(gif, |file| {
            let mut encoder = GifEncoder::new_with_speed(Commented { file, before: GIF_HEAD }, SPEED);
            let other = |e: image::ImageError| match e {
                image::ImageError::IoError(e) => e,
                e => Error::other(e),
            };
            encoder.set_repeat(Repeat::Infinite).map_err(other)?;
            for i in 0..self.frames() {
                if !goes_on(i) {
                    ended = true;
                    return Err(Error::other("ended"));
                }
                let image = match self.frame(i) {
                    Ok(image) => image,
                    Err(e) => {
                        drawing = Some(e);
                        return Err(Error::other("not drawn"));
                    }
                };
                if let Some(folder) = folder {
                    disk::write_aside(&folder.join(Self::frame_name(i)), &png(&image)?)?;
                }
                let longer = if i + 1 == self.frames() { LAST } else { 1 };
                let image = of_few_colours(image);
                let delay = Delay::from_numer_denom_ms(self.options.delay_ms * longer, 1);
                encoder.encode_frame(Frame::from_parts(image, 0, 0, delay)).map_err(other)?;
            }
            Ok(())
        });
        match (ended, drawing) {
            (true, _) => Ok(false),
            (_, Some(e)) => Err(e),
            _ => written.map(|()| true).map_err(failed(gif)),
        }
    }
}

/// A frame as PNG that says by what it was made.
fn png(image: &RgbaImage) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, image.width(), image.height());
    encoder.set_color(::png::ColorType::Rgba);
    encoder.set_compression(::png::Compression::Fast);
    encoder.add_text_chunk("Software".into(), FILM_MARK.into())?;
    encoder.write_header()?.write_image_data(image)?;
    Ok(bytes)
}

/// A GIF that says by what it was made, in a comment behind its head.
struct Commented<'a> {
    file: &'a mut dyn Write,
    /// Bytes of the head that are not written yet.
    before: usize,
}

impl Write for Commented<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.before == 0 {
            return self.file.write(bytes);
        }
        let head = bytes.len().min(self.before);
        self.file.write_all(&bytes[..head])?;
        self.before -= head;
        if self.before == 0 {
            // The extension of a comment: one block, and the empty one that ends it.
            self.file.write_all(&[&[0x21, 0xfe, FILM_MARK.len() as u8], FILM_MARK.as_bytes(), &[0]].concat())?;
        }
        Ok(head)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn colours_that_fill_places_stay_as_they_are_in_a_gif() {
        // Two classes whose colours are near each other, among many colours of edges.
        let of_classes = [[229, 174, 19, 255], [237, 109, 68, 255], [97, 149, 211, 255], [103, 160, 220, 255]];
        let image = RgbaImage::from_fn(64, 64, |x, y| match (x < 4, of_classes.get(y as usize / 16)) {
            (true, Some(class)) => image::Rgba(*class),
            _ => image::Rgba([(x * 4) as u8, (y * 4) as u8, ((x * y) % 256) as u8, 255]),
        });
        let few = of_few_colours(image.clone());
        assert!(few.pixels().map(|pixel| pixel.0).collect::<BTreeSet<_>>().len() <= 256);
        let stays = |(x, y, pixel): (u32, u32, &image::Rgba<u8>)| x >= 4 || few.get_pixel(x, y) == pixel;
        assert!(image.enumerate_pixels().all(stays));
        let plain = RgbaImage::from_fn(16, 16, |x, y| image::Rgba([x as u8, y as u8, 0, 255]));
        assert_eq!(of_few_colours(plain.clone()), plain);
    }
}
