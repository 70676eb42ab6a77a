//! A PNG as its file holds it: values, palette indices and colours, not what a screen shows.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, Seek as _};
use std::path::{Path, PathBuf};

use png::{BitDepth, ColorType, Transformations};

use super::content::what_it_is;

/// An image as the index of each pixel's value, row by row from the top.
///
/// Invariant: `of.len() == width * height`, each below `values.len()`.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    pub width: usize,
    pub height: usize,
    pub of: Vec<u32>,
    pub values: Vec<PixelValue>,
}

/// One of the values of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct PixelValue {
    /// As a user writes it: `128`, `#ff0000`, `transparent`.
    pub name: String,
    /// The colour of a palette's index or of a grey value.
    pub colour_name: String,
    /// Red, green and blue times opacity, and opacity, each in 0..=1: between two colours lies a straight line.
    pub colour: [f64; 4],
    pub pixels: usize,
}

/// Why a file is no image.
#[derive(Debug, thiserror::Error)]
pub enum RasterError {
    #[error("cannot be read ({0}); check that it exists and is readable")]
    Io(#[from] std::io::Error),
    #[error("it is a link to {}, which is not there; copy the file itself", target.display())]
    BrokenLink { target: PathBuf },
    #[error("it is a link to {}, which cannot be followed ({source}); copy the file itself", target.display())]
    EndlessLink { target: PathBuf, source: std::io::Error },
    #[error("it is no PNG but {0}")]
    NotPng(String),
    #[error("the PNG is damaged ({0}); export or copy it again")]
    Damaged(String),
    #[error("it is an animated PNG of {0} images; save the one that is the mask")]
    Animated(u32),
    #[error(
        "the image has more than {MOST_VALUES} values, as a photograph has; draw outside, wall and lumen in one value each"
    )]
    Photograph,
    #[error("the image is too large ({width} x {height} pixels, at most {MOST_PIXELS} in all); crop or scale it")]
    TooLarge { width: usize, height: usize },
    #[error("the image, or what its file says of itself, is too large; crop or scale it, and save it without metadata")]
    BeyondLimits,
}

/// Larger images are no masks, and would take more memory than a mask is worth.
const MOST_PIXELS: usize = 1 << 24;
/// A photograph has more values.
const MOST_VALUES: usize = 1 << 16;
/// The samples of a pixel without any opacity; no pixel has them, because samples have 16 bits at most.
const TRANSPARENT: [u32; 4] = [u32::MAX; 4];

impl Raster {
    /// Reads a PNG of any depth and colour.
    pub fn read(path: &Path) -> Result<Self, RasterError> {
        let mut file = BufReader::new(opened(path)?);
        let begins = file.fill_buf()?.to_vec();
        if !begins.starts_with(PNG_SIGNATURE) {
            return Err(RasterError::NotPng(what_it_is(&begins).to_owned()));
        }
        file.rewind()?;
        Self::decode(file)
    }

    fn decode(file: BufReader<File>) -> Result<Self, RasterError> {
        let mut decoder = png::Decoder::new(file);
        decoder.set_transformations(Transformations::IDENTITY);
        let mut reader = decoder.read_info().map_err(damaged)?;
        let info = reader.info();
        let (width, height) = (info.width as usize, info.height as usize);
        if width.saturating_mul(height) > MOST_PIXELS {
            return Err(RasterError::TooLarge { width, height });
        }
        if let Some(film) = info.animation_control.filter(|film| film.num_frames > 1) {
            return Err(RasterError::Animated(film.num_frames));
        }
        let format = Format {
            colour: info.color_type,
            depth: info.bit_depth,
            palette: info.palette.as_ref().map(|p| p.to_vec()).unwrap_or_default(),
            transparency: info.trns.as_ref().map(|t| t.to_vec()),
        };
        let size = reader.output_buffer_size().ok_or(RasterError::TooLarge { width, height })?;
        let mut bytes = vec![0; size];
        let frame = reader.next_frame(&mut bytes).map_err(damaged)?;
        let rows = || bytes.chunks_exact(frame.line_size.max(1)).take(height);
        Self::of_samples(width, height, || rows().flat_map(|row| format.samples(row, width)), &format)
    }

    fn of_samples<I: Iterator<Item = [u32; 4]>>(
        width: usize,
        height: usize,
        samples: impl Fn() -> I,
        format: &Format,
    ) -> Result<Self, RasterError> {
        let mut opacities = samples().map(|s| format.opacity(s));
        let first = opacities.next();
        // An opacity that is everywhere the same says nothing.
        let sees_through = opacities.any(|o| Some(o) != first);
        // Some programs write colours that are multiplied by opacity already: then none is brighter than its opacity.
        let is_multiplied = samples().filter(|s| format.opacity(*s) > 0.0).all(|s| format.is_within_opacity(s));
        let mut index = HashMap::new();
        let mut values: Vec<PixelValue> = Vec::new();
        let mut of = Vec::with_capacity(width * height);
        for sample in samples() {
            let unseen = sees_through && format.colour != ColorType::Indexed && format.opacity(sample) == 0.0;
            let key = if unseen { TRANSPARENT } else { sample };
            let at = *index.entry(key).or_insert_with(|| {
                values.push(format.value(key, sees_through, is_multiplied));
                values.len() - 1
            });
            if values.len() > MOST_VALUES {
                return Err(RasterError::Photograph);
            }
            values[at].pixels += 1;
            of.push(at as u32);
        }
        Ok(Self { width, height, of, values })
    }

    /// A grey image of 8 bits.
    #[cfg(test)]
    pub fn of_grey(width: usize, height: usize, grey: &[u8]) -> Self {
        let format =
            Format { colour: ColorType::Grayscale, depth: BitDepth::Eight, palette: Vec::new(), transparency: None };
        Self::of_samples(width, height, || format.samples(grey, grey.len()), &format).unwrap()
    }
}

impl PixelValue {
    /// Whether a user's word names it.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.colour_name == name
    }
}

/// The file, if it is one: a pipe would be waited for, a folder has no content.
fn opened(path: &Path) -> Result<File, RasterError> {
    let kind = match std::fs::metadata(path) {
        Ok(kind) => kind,
        Err(e) => {
            return Err(match std::fs::read_link(path) {
                Ok(target) if e.kind() == ErrorKind::NotFound => RasterError::BrokenLink { target },
                Ok(target) => RasterError::EndlessLink { target, source: e },
                Err(_) => RasterError::Io(e),
            });
        }
    };
    if !kind.is_file() {
        return Err(RasterError::NotPng(
            if kind.is_dir() { "a folder; give the masks in it" } else { "a device or a pipe; give a file" }.to_owned(),
        ));
    }
    Ok(File::open(path)?)
}

fn damaged(error: png::DecodingError) -> RasterError {
    match error {
        png::DecodingError::IoError(e) if e.kind() != ErrorKind::UnexpectedEof => RasterError::Io(e),
        png::DecodingError::IoError(_) => RasterError::Damaged("the file is cut short".to_owned()),
        png::DecodingError::LimitsExceeded => RasterError::BeyondLimits,
        other => {
            let detail = other.to_string();
            // Without the library's own notation.
            let plain = detail.split(['.', ':', '{']).next().unwrap_or_default().trim();
            RasterError::Damaged(plain.to_lowercase())
        }
    }
}

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// How samples are to be understood.
struct Format {
    colour: ColorType,
    depth: BitDepth,
    palette: Vec<u8>,
    transparency: Option<Vec<u8>>,
}

impl Format {
    fn largest(&self) -> u32 {
        (1_u32 << self.depth as u8) - 1
    }

    /// The samples of each pixel of a row; those that the colour type lacks are zero.
    fn samples(&self, row: &[u8], width: usize) -> impl Iterator<Item = [u32; 4]> {
        let (bits, channels, largest) = (self.depth as usize, self.colour.samples(), self.largest());
        (0..width).map(move |x| {
            let mut sample = [0; 4];
            for (c, value) in sample.iter_mut().enumerate().take(channels) {
                let bit = (x * channels + c) * bits;
                let byte = |i: usize| row.get(i).copied().map_or(0, u32::from);
                *value = match bits {
                    16 => byte(bit / 8) << 8 | byte(bit / 8 + 1),
                    _ => byte(bit / 8) >> (8 - bits - bit % 8) & largest,
                };
            }
            sample
        })
    }

    /// In 0..=1.
    fn opacity(&self, [a, b, c, d]: [u32; 4]) -> f64 {
        let share = |value: u32| f64::from(value) / f64::from(self.largest());
        // The one colour that is transparent, in 16 bits a sample.
        let keyed = |samples: &[u32]| {
            let key = self.transparency.as_ref().filter(|t| t.len() >= 2 * samples.len());
            let same = key.is_some_and(|t| {
                samples.iter().zip(t.chunks_exact(2)).all(|(s, k)| *s == u32::from(k[0]) << 8 | u32::from(k[1]))
            });
            if same { 0.0 } else { 1.0 }
        };
        match self.colour {
            ColorType::Grayscale => keyed(&[a]),
            ColorType::Rgb => keyed(&[a, b, c]),
            ColorType::Indexed => {
                let alpha = self.transparency.as_ref().and_then(|t| t.get(a as usize));
                alpha.map_or(1.0, |v| f64::from(*v) / 255.0)
            }
            ColorType::GrayscaleAlpha => share(b),
            ColorType::Rgba => share(d),
        }
    }

    /// Whether no colour of a pixel is brighter than its opacity.
    fn is_within_opacity(&self, [a, b, c, d]: [u32; 4]) -> bool {
        match self.colour {
            ColorType::GrayscaleAlpha => a <= b,
            ColorType::Rgba => a.max(b).max(c) <= d,
            ColorType::Grayscale | ColorType::Rgb | ColorType::Indexed => false,
        }
    }

    fn value(&self, sample: [u32; 4], sees_through: bool, is_multiplied: bool) -> PixelValue {
        if sample == TRANSPARENT {
            let name = "transparent".to_owned();
            return PixelValue { colour_name: name.clone(), name, colour: [0.0; 4], pixels: 0 };
        }
        let opacity = if sees_through { self.opacity(sample) } else { 1.0 };
        let [a, b, c, d] = sample;
        let digits = if self.depth == BitDepth::Sixteen { 4 } else { 2 };
        // Fewer than 8 bits are shown as the colour of 8 bits that they are.
        let scale = if self.largest() < 255 { 255 / self.largest() } else { 1 };
        let hex = |samples: &[u32]| -> String {
            samples.iter().fold("#".to_owned(), |text, s| format!("{text}{:0digits$x}", s * scale))
        };
        let seen = sees_through && opacity < 1.0;
        let share = |value: u32| f64::from(value) / f64::from(self.largest());
        let (rgb, name, colour_name) = match self.colour {
            ColorType::Grayscale => ([share(a); 3], a.to_string(), hex(&[a, a, a])),
            ColorType::GrayscaleAlpha if seen => ([share(a); 3], format!("{a}/{b}"), hex(&[a, a, a, b])),
            ColorType::GrayscaleAlpha => ([share(a); 3], a.to_string(), hex(&[a, a, a])),
            ColorType::Rgb => ([a, b, c].map(share), hex(&[a, b, c]), hex(&[a, b, c])),
            ColorType::Rgba if seen => ([a, b, c].map(share), hex(&[a, b, c, d]), hex(&[a, b, c, d])),
            ColorType::Rgba => ([a, b, c].map(share), hex(&[a, b, c]), hex(&[a, b, c])),
            ColorType::Indexed => {
                let entry = |i: usize| self.palette.get(3 * a as usize + i).copied().unwrap_or(0);
                let rgb = [entry(0), entry(1), entry(2)];
                let colour = format!("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2]);
                (rgb.map(|v| f64::from(v) / 255.0), a.to_string(), colour)
            }
        };
        let [r, g, b] = rgb.map(|v| if is_multiplied { v } else { v * opacity });
        PixelValue { name, colour_name, colour: [r, g, b, opacity], pixels: 0 }
    }
}
