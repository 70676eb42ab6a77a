//! `generated.csv` and the folder `generated`: images decoded from latent points for people to label, each on the disk
//! before it is shown.

use std::path::Path;

use super::error::{ProjectError, in_file};
use crate::archive;
use crate::dataset::ImageShape;
use crate::dataset::own::picture::{Picture, decode};
use crate::dataset::own::reading::content_of;
use crate::disk;
use crate::paths;

/// The table, in the folder of its project.
pub const GENERATED: &str = "generated.csv";
const FOLDER: &str = "generated";
const COLUMNS: [&str; 6] = ["file", "digest", "round", "strategy", "anchor", "point"];

/// An image decoded from a latent point.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    /// Its name, which the labels have; its file lies in the folder of the project.
    pub file: String,
    /// As of the other images.
    pub digest: String,
    /// The round that it was proposed for first, from 1.
    pub round: usize,
    /// What proposed it first: a strategy, with values of its own fields.
    pub strategy: String,
    /// The image from whose latent point a step led here; empty if the point was drawn.
    pub anchor: String,
    /// `[latent_dim]`.
    pub point: Vec<f32>,
}

/// The name of a generated image of a project by its number from 0.
pub fn file(number: usize) -> String {
    format!("{FOLDER}/{FOLDER}-{:04}.png", number + 1)
}

/// Whether a name is one of a generated image.
pub fn is_one(file: &str) -> bool {
    let number = file.strip_prefix(&format!("{FOLDER}/{FOLDER}-")).and_then(|rest| rest.strip_suffix(".png"));
    number.is_some_and(|number| number.len() >= 4 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// The generated images of a project with so many latent dimensions, in the order in which they were made; none if there
/// is no table.
pub fn read(folder: &Path, dimensions: usize) -> Result<Vec<Generated>, ProjectError> {
    let path = folder.join(GENERATED);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let bad = |what: String| in_file(&path, format!("{what}; put back a copy of it"));
    let bytes = paths::read(&path).map_err(|e| bad(format!("cannot be read ({e})")))?;
    if !bytes.ends_with(b"\n") {
        return Err(bad("its last line is cut off".into()));
    }
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    let cut = |e: csv::Error| bad(format!("is damaged ({e})"));
    if reader.headers().map_err(cut)?.iter().ne(COLUMNS) {
        return Err(bad(format!("its first line is not {}", COLUMNS.join(","))));
    }
    let mut all: Vec<Generated> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(cut)?;
        let line = all.len() + 2;
        let numbers = record[5].split(' ').map(|number| number.parse::<f32>().ok().filter(|v| v.is_finite()));
        let point: Vec<f32> = numbers
            .collect::<Option<_>>()
            .ok_or_else(|| bad(format!("line {line}: `{}` are no coordinates of a point", &record[5])))?;
        if point.len() != dimensions {
            let found = point.len();
            return Err(bad(format!(
                "line {line}: a point of {found} coordinates, and the latent space has {dimensions}"
            )));
        }
        let round = record[2].parse().map_err(|_| bad(format!("line {line}: the round is no whole number")))?;
        let [file, digest, strategy, anchor] = [0, 1, 3, 4].map(|column| record[column].to_owned());
        if file != self::file(all.len()) {
            return Err(bad(format!("line {line}: `{file}` is not {}", self::file(all.len()))));
        }
        all.push(Generated { file, digest, round, strategy, anchor, point });
    }
    Ok(all)
}

/// Writes new images of these pixels behind those that are there, and then the table with all of them.
pub fn write(
    folder: &Path,
    before: &[Generated],
    new: &[(Generated, Vec<u8>)],
    shape: ImageShape,
) -> Result<(), ProjectError> {
    for (image, pixels) in new {
        let path = folder.join(&image.file);
        let png = png(shape, pixels).ok_or_else(|| in_file(&path, "cannot be written as PNG"))?;
        disk::write_aside(&path, &png).map_err(|source| ProjectError::Write { path: path.clone(), source })?;
    }
    let path = folder.join(GENERATED);
    let failed = |e: csv::Error| in_file(&path, e);
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(COLUMNS).map_err(failed)?;
    for image in before.iter().chain(new.iter().map(|(image, _)| image)) {
        let Generated { file, digest, round, strategy, anchor, point } = image;
        let point: Vec<String> = point.iter().map(f32::to_string).collect();
        table.write_record([file, digest, &round.to_string(), strategy, anchor, &point.join(" ")]).map_err(failed)?;
    }
    let bytes = table.into_inner().map_err(|e| in_file(&path, e))?;
    Ok(archive::write_atomically(&path, &bytes)?)
}

/// The digest of pixels 0..=255, planes one after the other, as of the images that were given.
pub fn digest(shape: ImageShape, pixels: &[u8]) -> String {
    let ImageShape { channels, height, width } = shape;
    disk::hex(content_of([height, width, channels], &interleaved(shape, pixels)))
}

/// The pixels of a generated image as they are stored, planes one after the other, with their shape and digest; the error
/// is the end of a sentence that begins with its name.
pub fn pixels(path: &Path) -> Result<(ImageShape, Vec<u8>, String), String> {
    let bytes = paths::read(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => "is not there".to_owned(),
        _ => format!("cannot be read ({e})"),
    })?;
    let Picture { width, height, channels, values, .. } = decode(&bytes)?;
    let plane = |channel: usize| values.iter().skip(channel).step_by(channels).copied();
    let pixels: Vec<u8> = (0..channels).flat_map(plane).collect();
    let shape = ImageShape { channels, height, width };
    let digest = digest(shape, &pixels);
    Ok((shape, pixels, digest))
}

fn interleaved(shape: ImageShape, pixels: &[u8]) -> Vec<u8> {
    let plane = shape.height * shape.width;
    (0..plane).flat_map(|at| (0..shape.channels).filter_map(move |c| pixels.get(c * plane + at).copied())).collect()
}

fn png(shape: ImageShape, pixels: &[u8]) -> Option<Vec<u8>> {
    let color = match shape.channels {
        1 => image::ExtendedColorType::L8,
        3 => image::ExtendedColorType::Rgb8,
        _ => return None,
    };
    let mut bytes = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    let (width, height) = (u32::try_from(shape.width).ok()?, u32::try_from(shape.height).ok()?);
    image::ImageEncoder::write_image(encoder, &interleaved(shape, pixels), width, height, color).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_and_their_points_read_back_as_they_were_and_a_damaged_table_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path(), 3).unwrap(), []);
        let shape = ImageShape { channels: 3, height: 1, width: 2 };
        let pixels = vec![1, 2, 30, 40, 200, 255];
        let image = |number: usize, point: Vec<f32>| Generated {
            file: file(number),
            digest: digest(shape, &pixels),
            round: 2,
            strategy: "si alpha=0.5".into(),
            anchor: "a, \"b\".png".into(),
            point,
        };
        let first = image(0, vec![0.1, -1.0e-20, 3.402_823e38]);
        let second = image(1, vec![1.0 / 3.0, 7.0, 0.0]);
        write(folder.path(), &[], &[(first.clone(), pixels.clone())], shape).unwrap();
        write(folder.path(), std::slice::from_ref(&first), &[(second.clone(), pixels.clone())], shape).unwrap();
        assert_eq!(read(folder.path(), 3).unwrap(), [first.clone(), second]);
        assert!(is_one(&first.file) && !is_one("generated/other.png") && !is_one("a.png"));
        let found = self::pixels(&folder.path().join(&first.file)).unwrap();
        assert_eq!(found, (shape, pixels, first.digest));
        let path = folder.path().join(GENERATED);
        let whole = std::fs::read_to_string(&path).unwrap();
        for (text, says) in [
            (whole.replace("0.1 ", "none "), "line 2: `none"),
            (whole.replace("-0002", "-0003"), "line 3: `generated/generated-0003.png` is not"),
            (whole.replace(",2,", ",two,"), "line 2: the round"),
            ("file,digest\n".into(), "its first line is not"),
            (whole.trim_end().into(), "its last line is cut off"),
            (whole.replace(" 7 0\n", " 7\n"), "line 3: a point of 2 coordinates, and the latent space has 3"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = read(folder.path(), 3).unwrap_err().to_string();
            assert!(error.contains(GENERATED) && error.contains(says), "{error}");
        }
    }
}
