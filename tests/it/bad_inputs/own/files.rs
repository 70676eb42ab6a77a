//! A file that is wrong never stops a set that is good: it is named and left out.

use image::{DynamicImage, GrayImage, ImageFormat, Luma, RgbImage};

use super::super::row::Given::File;
use super::super::row::{Row, works};
use super::{ALL_GOOD, DATA, good, saved};

pub fn rows() -> Vec<Row> {
    let colours: DynamicImage = RgbImage::from_fn(30, 20, |x, y| image::Rgb([x as u8 * 8, y as u8 * 12, 90])).into();
    let whole = saved(&colours, ImageFormat::Png);
    let jpeg = saved(&colours, ImageFormat::Jpeg);
    let mut cmyk = jpeg.clone();
    let frame = cmyk.windows(2).position(|p| p == [0xff, 0xc0]).unwrap();
    cmyk[frame + 9] = 4;
    let floats: DynamicImage = image::Rgb32FImage::new(3, 3).into();
    let bad = [
        ("own: a truncated PNG", "bad.png", whole[..whole.len() / 2].to_vec(), "truncated PNG"),
        ("own: the head of a PNG", "bad.png", whole[..30].to_vec(), "truncated PNG"),
        ("own: a PNG with a flipped bit", "bad.png", flipped(&whole), "damaged"),
        ("own: a text named .png", "bad.png", b"this is no image".to_vec(), "is a text, not an image"),
        ("own: a web page named .jpg", "bad.jpg", b"<html>404</html>".to_vec(), "a web page"),
        (
            "own: a Git LFS pointer",
            "bad.png",
            b"version https://git-lfs.github.com/spec/v1".to_vec(),
            "Git LFS pointer",
        ),
        ("own: an image of 0 bytes", "bad.png", vec![], "is empty"),
        ("own: zeros named .png", "bad.png", vec![0; 500], "all of its bytes are zero"),
        ("own: noise named .png", "bad.png", vec![201; 500], "no image of a known kind"),
        ("own: a truncated JPEG", "bad.jpg", jpeg[..jpeg.len() * 2 / 3].to_vec(), "truncated JPEG"),
        ("own: a JPEG with CMYK colours", "bad.jpg", cmyk, "CMYK"),
        ("own: an animated GIF", "bad.gif", animation(), "is an animation"),
        ("own: a TIFF of floating-point numbers", "bad.tif", saved(&floats, ImageFormat::Tiff), "floating-point"),
        ("own: a TIFF of two pages", "bad.tif", two_pages(), "several pages"),
        ("own: 20,000 x 20,000 pixels", "bad.png", huge(), "20000 x 20000 pixels, more than 100 million"),
    ];
    let mut rows: Vec<Row> = bad
        .into_iter()
        .map(|(what, name, bytes, says)| {
            let name: &'static str = format!("d/a/{name}").leak();
            works(what, good([File(name, bytes)]), DATA, [ALL_GOOD, "a/bad.", says])
        })
        .collect();
    let sixteen: DynamicImage = image::ImageBuffer::from_fn(9, 9, |x, y| Luma([x as u16 * 7000 + y as u16])).into();
    let clear: DynamicImage = image::RgbaImage::from_fn(9, 9, |x, y| image::Rgba([9, 9, 9, (x * y) as u8 * 3])).into();
    for (what, name, bytes, says) in [
        ("own: a PNG named .jpg", "d/a/ok.jpg", whole.clone(), "\"images\": 25"),
        ("own: a PNG without an ending", "d/a/ok", whole.clone(), "\"images\": 25"),
        ("own: 16 bits", "d/a/ok.png", saved(&sixteen, ImageFormat::Png), "16 bits become 8: 1 image"),
        ("own: transparent places", "d/a/ok.png", saved(&clear, ImageFormat::Png), "laid over white"),
        ("own: a name with spaces", "d/a/my best one.png", whole.clone(), "\"images\": 25"),
        ("own: a name with a newline", "d/a/two\nlines.png", whole.clone(), "\"images\": 25"),
        ("own: a BMP", "d/a/ok.bmp", saved(&colours, ImageFormat::Bmp), "\"images\": 25"),
        ("own: a WebP", "d/a/ok.webp", saved(&colours, ImageFormat::WebP), "\"images\": 25"),
        ("own: a readme beside the images", "d/a/README.md", b"# Hello".to_vec(), "left aside: a/README.md"),
        ("own: hidden files", "d/a/.DS_Store", b"x".to_vec(), "1 hidden file is left aside"),
    ] {
        rows.push(works(what, good([File(name, bytes)]), DATA, [says]));
    }
    rows
}

fn flipped(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    bytes
}

fn animation() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    let frame = |grey| image::Frame::new(image::RgbaImage::from_pixel(5, 5, image::Rgba([grey, grey, grey, 255])));
    encoder.encode_frames([frame(10), frame(200)]).unwrap();
    drop(encoder);
    bytes
}

/// A TIFF whose directory names a second one.
fn two_pages() -> Vec<u8> {
    let grey: DynamicImage = GrayImage::new(4, 4).into();
    let mut bytes = saved(&grey, ImageFormat::Tiff);
    let word = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let first = word(&bytes, 4);
    let entries = usize::from(u16::from_le_bytes(bytes[first..first + 2].try_into().unwrap()));
    let next = first + 2 + 12 * entries;
    bytes[next..next + 4].copy_from_slice(&(first as u32).to_le_bytes());
    bytes
}

/// The beginning of a PNG of 20,000 x 20,000 pixels.
fn huge() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 20_000, 20_000);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_chunk(png::chunk::IDAT, &[0x78, 0x9c, 3, 0, 0, 0, 0, 1]).unwrap();
    drop(writer);
    bytes
}
