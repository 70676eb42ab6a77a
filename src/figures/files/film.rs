//! A film of a run, as an animated GIF and as numbered PNG files.

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
    pub frames_per_round: usize,
    /// Milliseconds that each frame is shown.
    pub delay_ms: u32,
    pub camera: CameraPath,
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
