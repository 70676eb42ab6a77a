//! Labelling tools (S in Algorithm 2): from an image to its label, or to the reason why it has none.

pub mod npy;
pub mod colour_bar;
pub mod fem;
pub mod export;
pub mod simulation;
pub mod people;

use crate::dataset::ImageShape;
use crate::dataset::vessels::files::MaskFileError;
use crate::dataset::vessels::masks::MaskFault;
use crate::dataset::vessels::meaning::Reading;

/// Labels images: a simulation, a frozen model, or people.
pub trait LabellingTool: Send + Sync {
    /// Short name for reports and legends.
    fn name(&self) -> &str;

    /// The label of one image. A rejection is an ordinary outcome: callers count it and continue.
    fn label(&self, image: ImageRef<'_>) -> Result<Label, Refusal>;
}

/// An image as values in 0..1, row by row from the top; of colours one plane after the other.
#[derive(Debug, Clone, Copy)]
pub struct ImageRef<'a> {
    /// Columns of pixels.
    pub width: usize,
    /// Rows of pixels.
    pub height: usize,
    /// `[channels, height, width]`.
    pub pixels: &'a [f32],
}

impl<'a> ImageRef<'a> {
    /// Its pixels, if it has this shape.
    pub fn in_shape(self, shape: ImageShape) -> Result<&'a [f32], Refusal> {
        let Self { width, height, pixels } = self;
        let is_so = (width, height, pixels.len()) == (shape.width, shape.height, shape.len());
        if is_so { Ok(pixels) } else { Err(Refusal::WrongSize { width, height, values: pixels.len() }) }
    }
}

/// The label of an image.
#[derive(Debug, Clone, PartialEq)]
pub enum Label {
    /// One value for each pixel.
    Map(StressMap),
    /// One class for the whole image.
    Class(usize),
}

/// One value for each pixel of an image, row by row from the top; zero outside what was labelled. In kPa for stress.
///
/// Invariant: values.len() == width * height, all finite.
#[derive(Debug, Clone, PartialEq)]
pub struct StressMap {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl StressMap {
    /// A map of finite values, one for each pixel; a refusal if their number is another or one is not finite.
    pub fn new(width: usize, height: usize, values: Vec<f32>) -> Result<Self, Refusal> {
        if values.len() != width * height {
            return Err(Refusal::WrongSize { width, height, values: values.len() });
        }
        if values.iter().any(|v| !v.is_finite()) {
            return Err(Refusal::NonFinite { what: "label map" });
        }
        Ok(Self { width, height, values })
    }

    /// Columns of pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// `[height * width]`.
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}

/// Why an image has no label.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Mask(#[from] MaskFault),
    /// Pixels of the filled lumen.
    #[error("the lumen has only {pixels} pixels, too few to fit a border")]
    LumenTooSmall { pixels: usize },
    /// `pixels` is the least distance between the two borders; column and row are from 0.
    #[error("the wall is only {pixels:.2} pixels thick near column {column}, row {row}; at least 1 is needed")]
    WallTooThin { pixels: f64, column: usize, row: usize },
    #[error("lumen or vessel is not star-shaped: a ray from the lumen's centre crosses its border more than once")]
    NotStarShaped,
    #[error("the mesh folds over itself in {elements} elements")]
    FoldedMesh { elements: usize },
    /// `fraction` is the share of the load, 0 to 1, that was last in equilibrium.
    #[error("Newton's method diverged; the last equilibrium was at load fraction {fraction:.3}")]
    NewtonDiverged { fraction: f64 },
    #[error("a value in the {what} is not finite")]
    NonFinite { what: &'static str },
    /// `values` is the number that was given.
    #[error("{values} values do not make an image of {width} x {height}")]
    WrongSize { width: usize, height: usize, values: usize },
    #[error("the point lies where the embedding is sparser than `generated_density_quantile` allows")]
    Sparse,
    #[error("the program {program} failed: {reason}")]
    Program { program: String, reason: String },
    #[error("a person says that there is no such thing")]
    NoSuchThing,
    #[error("no person has given it a class")]
    Unanswered,
}

impl Refusal {
    /// Identifier for tables and counts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Mask(fault) => fault.kind(),
            Self::WallTooThin { .. } => "wall-too-thin",
            Self::LumenTooSmall { .. } => "lumen-too-small",
            Self::NotStarShaped => "not-star-shaped",
            Self::FoldedMesh { .. } => "folded-mesh",
            Self::NewtonDiverged { .. } => "newton-diverged",
            Self::NonFinite { .. } => "non-finite",
            Self::WrongSize { .. } => "wrong-size",
            Self::Sparse => "sparse",
            Self::Program { .. } => "program-failed",
            Self::NoSuchThing => "no-such-thing",
            Self::Unanswered => "unanswered",
        }
    }
}

/// Why a user's file has no map.
#[derive(Debug, thiserror::Error)]
pub enum FileRefusal {
    #[error("{0}")]
    File(MaskFileError),
    #[error(transparent)]
    Mask(#[from] Refusal),
    /// What its levels were taken for is no wall round a lumen.
    #[error("{fault}; {help}")]
    Levels { fault: MaskFault, help: String },
    /// The file's own wall is thick enough: `pixels` of the file, `on_grid` of the models' grid; column and row are
    /// from 0.
    #[error(
        "the grid of the models, {grid} x {grid}, is too coarse: the wall is {pixels:.1} pixels of the file thick near column {column}, row {row}, which is {on_grid:.2} of a pixel of the grid; crop the image to the vessel, or leave it out"
    )]
    GridTooCoarse { grid: usize, pixels: f64, on_grid: f64, column: usize, row: usize },
}

impl FileRefusal {
    /// A refusal of a mask that was read so.
    pub fn of(refusal: Refusal, reading: &Reading) -> Self {
        match refusal {
            Refusal::Mask(MaskFault::NoLumen) => {
                let pair = if reading.half_of_a_pair {
                    "its name may be that of one of a pair, but the other file is not beside it, or there are several such: the names of the two differ in that word only, and of media and EEM one is to be left out"
                } else {
                    "if lumen and vessel lie in two files, name them x-lumen.png and x-vessel.png"
                };
                Self::Levels { fault: MaskFault::NoLumen, help: format!("{}; {pair}", reading.help()) }
            }
            Refusal::Mask(fault) => Self::Levels { fault, help: reading.help() },
            other => Self::Mask(other),
        }
    }

    /// Identifier for tables and counts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::File(error) => error.kind(),
            Self::Mask(refusal) => refusal.kind(),
            Self::Levels { fault, .. } => fault.kind(),
            Self::GridTooCoarse { .. } => "grid-too-coarse",
        }
    }

    /// Column and row of the faulty pixel, if there is one.
    pub fn pixel(&self) -> Option<[usize; 2]> {
        match self {
            Self::Levels { fault, .. } | Self::Mask(Refusal::Mask(fault)) => fault.pixel(),
            Self::Mask(Refusal::WallTooThin { column, row, .. }) | Self::GridTooCoarse { column, row, .. } => {
                Some([*column, *row])
            }
            _ => None,
        }
    }
}

impl From<MaskFileError> for FileRefusal {
    fn from(error: MaskFileError) -> Self {
        match error {
            MaskFileError::Fault(fault) => Self::Mask(fault.into()),
            other => Self::File(other),
        }
    }
}

/// Mean square errors of a predicted map, in the square of its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapErrors {
    /// Over all pixels; the solved map is zero outside the wall.
    pub all: f32,
    /// Over the pixels that have a solved value.
    pub wall: f32,
}

impl MapErrors {
    /// Of two maps of equal size; 0 over the wall if none has a value.
    pub fn between(predicted: &StressMap, solved: &StressMap) -> Self {
        let squares = || predicted.values.iter().zip(&solved.values).map(|(p, s)| ((p - s).powi(2), *s != 0.0));
        let mean = |chosen: &dyn Fn(bool) -> bool| {
            let (sum, n) =
                squares().filter(|s| chosen(s.1)).fold((0.0_f64, 0.0), |(t, n), s| (t + f64::from(s.0), n + 1.0));
            if n > 0.0 { (sum / n) as f32 } else { 0.0 }
        };
        Self { all: mean(&|_| true), wall: mean(&|wall| wall) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_over_all_pixels_and_over_the_wall() {
        let map = |values: &[f32]| StressMap::new(2, 2, values.to_vec()).unwrap();
        let errors = MapErrors::between(&map(&[2.0, 0.0, 12.0, 6.0]), &map(&[0.0, 0.0, 10.0, 10.0]));
        assert_eq!(errors, MapErrors { all: (4.0 + 4.0 + 16.0) / 4.0, wall: (4.0 + 16.0) / 2.0 });
        assert_eq!(MapErrors::between(&map(&[1.0; 4]), &map(&[0.0; 4])), MapErrors { all: 1.0, wall: 0.0 });
    }
}
