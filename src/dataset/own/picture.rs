//! One image as it is stored, and the decoding of image files: what a file is, is told by its content.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{
    AnimationDecoder as _, DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageFormat, ImageReader,
};

use crate::dataset::packed::known;

/// Endings of the names of image files.
pub const ENDINGS: [&str; 12] =
    ["png", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp", "webp", "tif", "tiff", "apng", "dib"];
/// Endings of the names of image files that are not read: such a file is named, and no file beside the images.
pub const UNREAD: [&str; 17] = [
    "heic", "heif", "avif", "jp2", "j2k", "jxl", "ppm", "pgm", "pbm", "pnm", "ico", "tga", "pcx", "psd", "exr", "hdr",
    "dcm",
];
/// Why an image with the colours of a printer is not read.
const CMYK: &str = "has CMYK colours, which are those of a printer; save it as RGB";
/// The most pixels of an image: a larger one is a map or a scan, not a sample.
const MOST_PIXELS: u64 = 100_000_000;

/// An image with values of 8 bits, its channels interleaved.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    /// 1 for grey, 3 for RGB.
    pub channels: usize,
    /// `[height, width, channels]`, row by row from the top.
    pub values: Vec<u8>,
    /// Smallest and largest value as it is stored: up to 65,535 where these have 16 bits.
    pub range: [f64; 2],
    pub changes: Changes,
}

/// What was done to an image when it was decoded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Values of 16 bits were divided by 257.
    pub sixteen: bool,
    /// It has transparent places, which were laid over white.
    pub transparent: bool,
    /// It was turned upright, as its EXIF data say.
    pub turned: bool,
}

/// Whether bytes begin as an image file does.
pub fn is_image(start: &[u8]) -> bool {
    image::guess_format(start).is_ok_and(|format| format.reading_enabled())
}

/// Decodes an image file; the error is the end of a sentence that begins with its name.
pub fn decode(bytes: &[u8]) -> Result<Picture, String> {
    if bytes.is_empty() {
        return Err("is empty".into());
    }
    let format = image::guess_format(bytes).ok().filter(ImageFormat::reading_enabled).ok_or_else(|| nothing(bytes))?;
    let broken = |e| broken(format, &e);
    if let Some(reason) = objection(format, bytes).map_err(broken)? {
        return Err(reason);
    }
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    if matches!(decoder.original_color_type(), ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16) {
        return Err(CMYK.into());
    }
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(format!(
            "has {width} x {height} pixels, more than {} million; make it smaller",
            MOST_PIXELS / 1_000_000
        ));
    }
    if width == 0 || height == 0 {
        return Err("has no pixels".into());
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    image.apply_orientation(orientation);
    let mut picture = of_image(&image)?;
    picture.changes.turned = orientation != Orientation::NoTransforms;
    Ok(picture)
}

/// What bytes are that are no image, as the end of a sentence.
fn nothing(bytes: &[u8]) -> String {
    let start = &bytes[..bytes.len().min(512)];
    let is_text = std::str::from_utf8(start).map_or_else(|e| e.valid_up_to() + 4 > start.len(), |_| true)
        && !start.iter().any(|b| *b < 9);
    match known(bytes) {
        Some(what) => format!("is no image but {what}"),
        None if bytes.iter().all(|b| *b == 0) => "is no image: all of its bytes are zero".into(),
        None if bytes.get(4..8) == Some(b"ftyp") => "is HEIC, AVIF or a film, not read; save it as PNG or JPEG".into(),
        None if image::guess_format(bytes).is_ok() => "is in a format that is not read; save it as PNG or JPEG".into(),
        None if is_text => "is a text, not an image".into(),
        None => "is no image of a known kind (PNG, JPEG, GIF, BMP, WebP or TIFF)".into(),
    }
}

/// Why an image file cannot be decoded, without the words of its decoder.
fn broken(format: ImageFormat, error: &ImageError) -> String {
    let word = word(format);
    match error {
        ImageError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => format!("is a truncated {word}"),
        ImageError::Unsupported(_) => format!("is a {word} of a kind that is not read; save it with 8 or 16 bits"),
        _ => format!("is a damaged or truncated {word}"),
    }
}

fn word(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Gif => "GIF",
        ImageFormat::Bmp => "BMP",
        ImageFormat::WebP => "WebP",
        ImageFormat::Tiff => "TIFF",
        _ => "image",
    }
}

/// Why a file is not read although it can be decoded: part of it would be lost, or be another image than is meant.
fn objection(format: ImageFormat, bytes: &[u8]) -> Result<Option<String>, ImageError> {
    let animated = match format {
        ImageFormat::Gif => {
            GifDecoder::new(Cursor::new(bytes))?.into_frames().take(2).filter(Result::is_ok).count() > 1
        }
        ImageFormat::WebP => WebPDecoder::new(Cursor::new(bytes))?.has_animation(),
        ImageFormat::Png => PngDecoder::new(Cursor::new(bytes))?.is_apng()?,
        _ => false,
    };
    Ok(match format {
        _ if animated => Some("is an animation; save the frame that is meant as an image".into()),
        ImageFormat::Jpeg if jpeg_channels(bytes) == Some(4) => Some(CMYK.into()),
        ImageFormat::Jpeg if !jpeg_ends(bytes) => Some("is a damaged or truncated JPEG (its end is missing)".into()),
        ImageFormat::Tiff if has_more_pages(bytes) => Some("has several pages; save each as an image".into()),
        _ => None,
    })
}

/// The number of channels in the header of a JPEG's frame.
fn jpeg_channels(bytes: &[u8]) -> Option<u8> {
    let mut at = 2;
    loop {
        let [0xff, marker, high, low] = *bytes.get(at..at + 4)? else { return None };
        match marker {
            // Start of a frame of any kind, but tables and extensions with numbers between.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => return bytes.get(at + 9).copied(),
            0xff => at += 1,
            _ => at += 2 + usize::from(u16::from_be_bytes([high, low])),
        }
    }
}

/// Whether the marker of its end follows the last scan of a JPEG: a decoder fills what is missing with grey.
fn jpeg_ends(bytes: &[u8]) -> bool {
    let last = |marker| bytes.windows(2).rposition(|pair| pair == [0xff, marker]);
    last(0xd9) > last(0xda)
}

/// Whether a second directory of an image follows the first in a TIFF.
fn has_more_pages(bytes: &[u8]) -> bool {
    let big = bytes.starts_with(b"MM");
    let whole = |at: usize, length: usize| {
        let field = bytes.get(at..at.checked_add(length)?)?;
        let digits: Box<dyn Iterator<Item = &u8>> =
            if big { Box::new(field.iter()) } else { Box::new(field.iter().rev()) };
        Some(digits.fold(0_usize, |n, b| n << 8 | usize::from(*b)))
    };
    let next = || {
        let first = whole(4, 4)?;
        let entries = whole(first, 2)?;
        whole(first.checked_add(2 + 12 * entries)?, 4)
    };
    whole(2, 2) == Some(42) && next().is_some_and(|at| at != 0)
}

/// An image of 8 or 16 bits with transparent places laid over white; grey if all of its colours are.
fn of_image(image: &DynamicImage) -> Result<Picture, String> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let color = image.color();
    let samples: Vec<u16> = match image {
        DynamicImage::ImageLuma8(i) => i.iter().map(|v| u16::from(*v)).collect(),
        DynamicImage::ImageLumaA8(i) => i.iter().map(|v| u16::from(*v)).collect(),
        DynamicImage::ImageRgb8(i) => i.iter().map(|v| u16::from(*v)).collect(),
        DynamicImage::ImageRgba8(i) => i.iter().map(|v| u16::from(*v)).collect(),
        DynamicImage::ImageLuma16(i) => i.to_vec(),
        DynamicImage::ImageLumaA16(i) => i.to_vec(),
        DynamicImage::ImageRgb16(i) => i.to_vec(),
        DynamicImage::ImageRgba16(i) => i.to_vec(),
        _ => return Err("has floating-point pixels; save it with 8 or 16 bits".into()),
    };
    let most: u32 = if color.bytes_per_pixel() == color.channel_count() { 255 } else { 65_535 };
    let (stored, channels) = (usize::from(color.channel_count()), if color.has_color() { 3 } else { 1 });
    let mut changes = Changes { sixteen: most > 255, ..Changes::default() };
    let mut values = Vec::with_capacity(width * height * channels);
    let (mut low, mut high) = (u16::MAX, 0);
    for pixel in samples.chunks_exact(stored) {
        let alpha = pixel.get(channels).map_or(most, |a| u32::from(*a));
        changes.transparent |= alpha < most;
        for &sample in &pixel[..channels] {
            (low, high) = (low.min(sample), high.max(sample));
            // At most 65,535 squared, twice.
            let seen =
                (u64::from(sample) * u64::from(alpha) + u64::from(most) * u64::from(most - alpha)) / u64::from(most);
            values.push(((seen * 255 + u64::from(most / 2)) / u64::from(most)) as u8);
        }
    }
    let picture = Picture { width, height, channels, values, range: [low.into(), high.into()], changes };
    Ok(if picture.is_grey() { picture.to_grey() } else { picture })
}

impl Picture {
    /// Whether red, green and blue are the same everywhere.
    pub fn is_grey(&self) -> bool {
        self.channels == 1 || self.values.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2])
    }

    /// With one channel: the luma of ITU-R BT.601, as Pillow and OpenCV compute it.
    pub fn to_grey(self) -> Self {
        if self.channels == 1 {
            return self;
        }
        let luma = |p: &[u8]| {
            let [r, g, b] = [p[0], p[1], p[2]].map(u32::from);
            ((r * 299 + g * 587 + b * 114 + 500) / 1000) as u8
        };
        Self { channels: 1, values: self.values.chunks_exact(3).map(luma).collect(), ..self }
    }

    /// With three channels.
    pub fn to_rgb(self) -> Self {
        if self.channels == 3 {
            return self;
        }
        Self { channels: 3, values: self.values.iter().flat_map(|v| [*v; 3]).collect(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayAlphaImage, ImageBuffer, Luma, Rgb, RgbImage};

    fn png(image: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn bits_transparency_and_grey_colours_are_brought_to_8_bits_and_told() {
        let grey = RgbImage::from_pixel(2, 1, Rgb([7, 7, 7]));
        let colour = RgbImage::from_pixel(1, 1, Rgb([255, 0, 0]));
        let deep = ImageBuffer::<Luma<u16>, Vec<u16>>::from_vec(3, 1, vec![0, 257 * 9, 65_535]).unwrap();
        let clear = GrayAlphaImage::from_vec(3, 1, vec![10, 0, 10, 255, 0, 51]).unwrap();
        for (image, channels, values, range, changes) in [
            (DynamicImage::from(grey), 1, vec![7, 7], [7.0, 7.0], Changes::default()),
            (colour.into(), 3, vec![255, 0, 0], [0.0, 255.0], Changes::default()),
            (deep.into(), 1, vec![0, 9, 255], [0.0, 65_535.0], Changes { sixteen: true, ..Changes::default() }),
            (clear.into(), 1, vec![255, 10, 204], [0.0, 10.0], Changes { transparent: true, ..Changes::default() }),
        ] {
            let found = decode(&png(&image)).unwrap();
            assert_eq!((found.channels, found.values, found.range, found.changes), (channels, values, range, changes));
        }
        let red = decode(&png(&RgbImage::from_pixel(1, 1, Rgb([255, 0, 0])).into())).unwrap();
        assert_eq!(red.clone().to_grey().values, [76]);
        assert_eq!(red.to_grey().to_rgb().values, [76; 3]);
    }

    #[test]
    fn what_is_no_image_or_only_a_part_of_one_is_named() {
        let image: DynamicImage =
            RgbImage::from_fn(40, 40, |x, y| Rgb([x as u8 * 6, y as u8 * 6, (x * y) as u8])).into();
        let whole = png(&image);
        let mut jpeg = Cursor::new(Vec::new());
        image.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
        let jpeg = jpeg.into_inner();
        assert_eq!(decode(&jpeg).unwrap().width, 40);
        let mut four = jpeg.clone();
        let frame = four.windows(2).position(|p| p == [0xff, 0xc0]).unwrap();
        four[frame + 9] = 4;
        for (bytes, says) in [
            (Vec::new(), "is empty"),
            (b"a text, and no image".to_vec(), "is a text, not an image"),
            (b"<html>".to_vec(), "is no image but a web page"),
            (vec![0; 90], "all of its bytes are zero"),
            (vec![200; 90], "no image of a known kind"),
            (whole[..whole.len() / 2].to_vec(), "truncated PNG"),
            (whole[..20].to_vec(), "truncated PNG"),
            (jpeg[..jpeg.len() / 2].to_vec(), "truncated JPEG"),
            (four, "CMYK"),
        ] {
            let error = decode(&bytes).unwrap_err();
            assert!(error.contains(says), "{says}: {error}");
        }
    }
}
