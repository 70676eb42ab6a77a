//! Opening points: what the file is, is told by its content; metadata and images must have a row a point.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::column::Column;
use super::coordinates::Coordinates;
use super::images::Thumbnails;
use super::set::Points;
use super::table::{self, Table};
use super::{array, projector};
use crate::dataset::DataError;
use crate::dataset::own::tree::{Container, Tree};
use crate::paths;

/// The files of an embedding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opening {
    /// NPY, TSV, CSV or Parquet, or the `config` JSON of the Embedding Projector.
    pub points: PathBuf,
    /// A table with a row a point.
    pub metadata: Option<PathBuf>,
    /// A folder of images, or a sprite.
    pub images: Option<PathBuf>,
}

/// First bytes of a Parquet file.
const PARQUET: &[u8] = b"PAR1";
/// Rows that are no points and are named; more are only counted.
const MOST_NAMED: usize = 1_000;

/// The points that files hold; `stage` is told what is done.
pub fn read(opening: &Opening, stage: &mut dyn FnMut(&'static str)) -> Result<Points, DataError> {
    stage("reading the points");
    let file = Whole::open(&opening.points)?;
    let mut notes = Vec::new();
    let mut opening = opening.clone();
    let (mut shape, mut size) = (None, None);
    let (mut format, mut file) = (None, file);
    if file.bytes.trim_ascii_start().starts_with(b"{") {
        let described = projector::read(&file.bytes, &opening.points, &mut notes).map_err(|e| file.fault(e))?;
        opening.points = described.tensor;
        opening.metadata = opening.metadata.or(described.metadata);
        if opening.images.is_none()
            && let Some((sprite, told)) = described.sprite
        {
            (opening.images, size) = (Some(sprite), told);
        }
        shape = described.shape;
        format = Some("Embedding Projector");
        file = Whole::open(&opening.points)?;
    }
    let of = file.format(shape);
    let table = file.table(of, shape, &mut notes)?;
    let Table { coordinates, mut columns } = table;
    let rows = coordinates.rows();
    if rows == 0 {
        return Err(file.fault("has no points".into()));
    }
    if u32::try_from(rows).is_err() {
        return Err(file.fault(format!("has {rows} points, more than can be numbered")));
    }
    if let Some([wanted, dim]) = shape.filter(|shape| *shape != [rows, coordinates.dim]) {
        let found = coordinates.dim;
        return Err(file.fault(format!("has {rows} x {found} numbers, but its `tensorShape` says {wanted} x {dim}")));
    }
    let fault = |path: &Path, detail| DataError::Format { path: path.to_owned(), detail };
    if let Some(path) = &opening.metadata {
        stage("reading the metadata");
        columns.extend(metadata(&Whole::open(path)?, rows, &mut notes)?);
    }
    let Coordinates { values, dim, mut names } = coordinates;
    distinct(names.iter_mut().chain(columns.iter_mut().map(|c| &mut c.name)).collect());
    let images = match &opening.images {
        None => None,
        Some(path) => {
            stage("reading the images");
            Some(Thumbnails::open(path, rows, size, &columns, &mut notes)?)
        }
    };
    stage("checking the points");
    let mut points = Points {
        format: format.map_or(of.name().to_owned(), |f| format!("{f}, {}", of.name())),
        codes: values,
        dim,
        axes: names,
        columns,
        images,
        rows: None,
        left_out: Vec::new(),
        notes,
    };
    leave_out(&mut points);
    if points.is_empty() {
        let (_, reason) = points.left_out.first().cloned().unwrap_or_default();
        return Err(fault(
            &opening.points,
            format!("has {rows} rows, none of which is a point: in the first, {reason}"),
        ));
    }
    Ok(points)
}

/// Whether a file is points by its beginning, and no images: a TSV, the Projector's config, or an array of rows that make
/// no square images.
pub fn are_at(path: &Path) -> bool {
    const HEADER: u64 = 512;
    let mut start = Vec::new();
    if paths::open(path).and_then(|file| file.take(HEADER).read_to_end(&mut start)).is_err() {
        return false;
    }
    if start.starts_with(array::NPY) {
        return array::is_of_points(&start);
    }
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    ending == "tsv" || (ending == "json" && start.trim_ascii_start().starts_with(b"{"))
}

/// What a file of points is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Npy,
    Parquet,
    Raw,
    Text,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Npy => "NumPy array",
            Self::Parquet => "Parquet",
            Self::Raw => "raw 32-bit numbers",
            Self::Text => "table of text",
        }
    }
}

/// A file in memory, unpacked if it was gzip.
struct Whole {
    tree: Tree,
    bytes: Vec<u8>,
}

impl Whole {
    fn open(path: &Path) -> Result<Self, DataError> {
        let tree = Tree::open(path)?;
        let what = match tree.container {
            Container::File => None,
            Container::Folder => Some("a folder"),
            Container::Zip => Some("a zip archive"),
            Container::Tar => Some("a tar archive"),
        };
        if let Some(what) = what {
            let detail = "give the file itself: points as NPY, TSV, CSV or Parquet, the config of the Embedding \
                          Projector, or a table of metadata";
            return Err(tree.fault(None, format!("is {what}; {detail}")));
        }
        let bytes = match tree.files.first() {
            Some(file) => tree.read_unpacked(file).map_err(|e| tree.fault(None, e))?,
            None => return Err(tree.fault(None, "is a hidden file; give it another name")),
        };
        Ok(Self { tree, bytes })
    }

    fn fault(&self, detail: String) -> DataError {
        self.tree.fault(None, detail)
    }

    fn name(&self) -> String {
        self.tree.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn format(&self, shape: Option<[usize; 2]>) -> Kind {
        let is_text = || !self.bytes.iter().take(4096).any(|b| *b == 0) && self.name().contains(".tsv");
        match () {
            () if self.bytes.starts_with(array::NPY) => Kind::Npy,
            () if self.bytes.starts_with(PARQUET) => Kind::Parquet,
            () if shape.is_some() && !is_text() => Kind::Raw,
            () => Kind::Text,
        }
    }

    /// Coordinates, and the metadata that stand beside them. The bytes are given up.
    fn table(&mut self, kind: Kind, shape: Option<[usize; 2]>, notes: &mut Vec<String>) -> Result<Table, DataError> {
        let bytes = std::mem::take(&mut self.bytes);
        let alone = |coordinates| Table { coordinates, columns: Vec::new() };
        let found = match (kind, shape) {
            (Kind::Npy, _) => array::npy(&bytes, notes).map(alone),
            (Kind::Raw, Some(shape)) => array::raw(&bytes, shape).map(alone),
            #[cfg(feature = "parquet")]
            (Kind::Parquet, _) => {
                let points = crate::guard::guarded(|| super::parquet::points(bytes, notes));
                points.unwrap_or_else(|damaged| Err(damaged.into()))
            }
            #[cfg(not(feature = "parquet"))]
            (Kind::Parquet, _) => Err("is Parquet, which this program was built without (feature `parquet`)".into()),
            (Kind::Raw | Kind::Text, _) => {
                if crate::dataset::own::picture::is_image(&bytes) {
                    return Err(self.fault("is an image; give it with --images, and points as NPY or a table".into()));
                }
                let is_utf_16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
                if bytes.contains(&0) && !is_utf_16 {
                    let detail = "is neither NPY nor Parquet nor a text; raw numbers need the Projector's config with \
                                  their `tensorShape`";
                    return Err(self.fault(detail.into()));
                }
                table::points(&bytes, &self.name(), notes)
            }
        };
        found.map_err(|e| self.fault(e))
    }
}

/// The columns of a file with a row a point.
fn metadata(file: &Whole, rows: usize, notes: &mut Vec<String>) -> Result<Vec<Column>, DataError> {
    let name = file.name();
    if file.bytes.starts_with(PARQUET) || file.bytes.starts_with(array::NPY) {
        return Err(file.fault("is no table of text; give metadata as TSV or CSV".into()));
    }
    table::metadata(&file.bytes, &name, rows, notes).map_err(|e| file.fault(e))
}

/// Gives a second column of the same name another one.
fn distinct(mut columns: Vec<&mut String>) {
    for at in 1..columns.len() {
        let (before, rest) = columns.split_at_mut(at);
        let mut n = 1;
        let name = rest[0].clone();
        while before.iter().any(|c| **c == *rest[0]) {
            n += 1;
            *rest[0] = format!("{name} ({n})");
        }
    }
}

/// Removes the rows with a coordinate that is no number, and names them.
fn leave_out(points: &mut Points) {
    let dim = points.dim;
    let bad: Vec<u32> = (points.codes.par_chunks_exact(dim).enumerate())
        .filter(|(_, code)| code.iter().any(|v| !v.is_finite()))
        .map(|(row, _)| row as u32)
        .collect();
    if bad.is_empty() {
        return;
    }
    let reason = |row: u32| {
        let code = points.code(row as usize);
        let axis = code.iter().position(|v| !v.is_finite()).unwrap_or(0);
        let what = if code[axis].is_nan() { "no number" } else { "infinite, or too large for a number of 32 bits" };
        (row as usize, format!("{} is {what}", points.axes[axis]))
    };
    let left_out: Vec<(usize, String)> = bad.iter().take(MOST_NAMED).map(|row| reason(*row)).collect();
    let rows = points.len() as u32;
    let mut at = bad.iter().copied().peekable();
    let kept: Vec<u32> = (0..rows).filter(|row| at.next_if_eq(row).is_none()).collect();
    points.codes = kept.iter().flat_map(|row| points.code(*row as usize).iter().copied()).collect();
    points.columns = points.columns.par_iter().map(|c| c.only(&kept)).collect();
    points.left_out = left_out;
    points.rows = Some(kept);
    let (count, are) = if bad.len() == 1 { ("1 row".to_owned(), "is") } else { (format!("{} rows", bad.len()), "are") };
    points.notes.push(format!("{count} of {rows} with a coordinate that is no finite number {are} left out"));
}
