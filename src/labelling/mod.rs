//! Labelling tools (S in Algorithm 2): an image in, a label map or a typed refusal out.

pub mod colour_bar;
pub mod command;
pub mod export;
pub mod fem;
pub mod npy;
pub mod simulation;
pub mod subprocess;

use crate::dataset::masks::MaskFault;

/// What labels an image that has no label: a simulation, a program, a frozen model.
pub trait LabellingTool: Send + Sync {
    /// Short name for reports and legends.
    fn name(&self) -> &str;

    /// The label of one image. A refusal is an outcome like any other: callers count it and go on.
    fn label(&self, image: ImageRef<'_>) -> Result<Label, Refusal>;
}

/// Grey values in 0..1, row by row from the top.
#[derive(Debug, Clone, Copy)]
pub struct ImageRef<'a> {
    pub width: usize,
    pub height: usize,
    pub pixels: &'a [f32],
}

/// What a tool says of an image.
#[derive(Debug, Clone, PartialEq)]
pub enum Label {
    /// One value a pixel.
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
    pub fn new(width: usize, height: usize, values: Vec<f32>) -> Result<Self, Refusal> {
        if values.len() != width * height {
            return Err(Refusal::WrongSize { width, height, values: values.len() });
        }
        if values.iter().any(|v| !v.is_finite()) {
            return Err(Refusal::NonFinite { what: "label map" });
        }
        Ok(Self { width, height, values })
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    pub fn values(&self) -> &[f32] {
        &self.values
    }
}

/// Why an image has no label.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Mask(#[from] MaskFault),
    #[error("the lumen has only {pixels} pixels: too few for a border")]
    LumenTooSmall { pixels: usize },
    #[error("the wall is {pixels:.2} pixels thick at its thinnest; one is needed")]
    WallTooThin { pixels: f64 },
    #[error("lumen or vessel is not star-shaped: a ray from the lumen's centre crosses its border more than once")]
    NotStarShaped,
    #[error("the mesh folds over itself in {elements} elements")]
    FoldedMesh { elements: usize },
    #[error("Newton's method diverged: last in balance at load fraction {fraction:.3}")]
    NewtonDiverged { fraction: f64 },
    #[error("a value in the {what} is not finite")]
    NonFinite { what: &'static str },
    #[error("{values} values do not make an image of {width} x {height}")]
    WrongSize { width: usize, height: usize, values: usize },
    #[error("the program {program} failed: {reason}")]
    Program { program: String, reason: String },
}

impl Refusal {
    /// A word for tables and counts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Mask(MaskFault::Empty) => "empty-mask",
            Self::Mask(MaskFault::TouchesBorder { .. }) => "touches-border",
            Self::Mask(MaskFault::SeveralComponents { .. }) => "several-components",
            Self::Mask(MaskFault::NoLumen) => "no-lumen",
            Self::Mask(MaskFault::SeveralLumens { .. }) => "several-lumens",
            Self::Mask(MaskFault::WallThinnerThanPixel { .. }) | Self::WallTooThin { .. } => "wall-too-thin",
            Self::LumenTooSmall { .. } => "lumen-too-small",
            Self::NotStarShaped => "not-star-shaped",
            Self::FoldedMesh { .. } => "folded-mesh",
            Self::NewtonDiverged { .. } => "newton-diverged",
            Self::NonFinite { .. } => "non-finite",
            Self::WrongSize { .. } => "wrong-size",
            Self::Program { .. } => "program-failed",
        }
    }

    /// Whether the fault is the tool's and not the image's: drawing another image will not help.
    pub fn blames_the_tool(&self) -> bool {
        matches!(self, Self::Program { .. })
    }
}
