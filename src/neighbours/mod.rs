//! The nearest embedded samples to a latent point, labelled samples excluded on request.
//!
//! Distances are Euclidean in latent space, never in a projection of it.

mod tree;

use tree::{Tree, build};

/// An index over the codes of a split.
///
/// Invariant: every sample is in exactly one of `places`, and no two places have the same coordinates; any number of
/// samples may share a code.
pub struct NeighbourIndex {
    dim: usize,
    tree: Box<dyn Tree>,
    /// The samples at each distinct coordinate, ascending.
    places: Vec<Vec<u32>>,
    samples: usize,
}

/// A sample found by the index.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Index into the embedding.
    pub sample: u32,
    /// Euclidean, in latent space.
    pub distance: f32,
}

/// Places searched if the samples of the nearest are excluded; more are searched as needed.
const FIRST_LOOK: usize = 8;

/// Why an index cannot be built.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum IndexError {
    #[error("the embedding has no samples")]
    Empty,
    #[error("the latent dimension is {0}, but must be between 1 and 32")]
    Dimension(usize),
    #[error("the code of sample {0} is not finite: the generator has diverged; train it with a smaller step size")]
    NotFinite(usize),
    #[error("the neighbour index could not be built: {0}")]
    Build(String),
}

impl NeighbourIndex {
    /// An index over `codes`, `[n, dim]`.
    pub fn new(codes: &[f32], dim: usize) -> Result<Self, IndexError> {
        if dim == 0 || dim > tree::MAX_DIM {
            return Err(IndexError::Dimension(dim));
        }
        if codes.is_empty() {
            return Err(IndexError::Empty);
        }
        if let Some(at) = codes.iter().position(|v| !v.is_finite()) {
            return Err(IndexError::NotFinite(at / dim));
        }
        let samples = codes.len() / dim;
        let code = |s: u32| &codes[s as usize * dim..(s as usize + 1) * dim];
        let mut order: Vec<u32> = (0..samples as u32).collect();
        order.sort_by(|&a, &b| compare(code(a), code(b)).then(a.cmp(&b)));
        let mut places: Vec<Vec<u32>> = Vec::new();
        let mut distinct: Vec<f32> = Vec::new();
        for s in order {
            match places.last_mut() {
                Some(last) if compare(code(last[0]), code(s)).is_eq() => last.push(s),
                _ => {
                    places.push(vec![s]);
                    distinct.extend_from_slice(code(s));
                }
            }
        }
        let tree = build(&distinct, dim).map_err(IndexError::Build)?;
        Ok(Self { dim, tree, places, samples })
    }

    /// Samples in the index.
    pub fn len(&self) -> usize {
        self.samples
    }

    /// Never true: `new` refuses an embedding without samples.
    pub fn is_empty(&self) -> bool {
        self.samples == 0
    }

    /// The nearest sample to `point` for which `excluded` is false; of samples with the same code, the lowest index.
    /// `None` if all are excluded or `point` is not finite.
    pub fn nearest(&self, point: &[f32], excluded: impl Fn(u32) -> bool) -> Option<Neighbour> {
        if point.len() != self.dim || point.iter().any(|v| !v.is_finite()) {
            return None;
        }
        let free = |(place, distance): (usize, f32)| {
            let sample = self.places[place].iter().copied().find(|&s| !excluded(s))?;
            Some(Neighbour { sample, distance })
        };
        if let Some(hit) = free(self.tree.nearest_one(point)) {
            return Some(hit);
        }
        let mut look = FIRST_LOOK;
        loop {
            let found = self.tree.nearest(point, look.min(self.places.len()));
            let hit = found.into_iter().find_map(free);
            if hit.is_some() || look >= self.places.len() {
                return hit;
            }
            look *= FIRST_LOOK;
        }
    }

    /// The `count` nearest samples, nearest first.
    pub fn nearest_n(&self, point: &[f32], count: usize) -> Vec<Neighbour> {
        if point.len() != self.dim || count == 0 || point.iter().any(|v| !v.is_finite()) {
            return Vec::new();
        }
        let places = self.tree.nearest(point, count.min(self.places.len()));
        let each = places.iter().flat_map(|&(place, distance)| {
            self.places[place].iter().map(move |&sample| Neighbour { sample, distance })
        });
        each.take(count).collect()
    }
}

/// Total order of finite coordinates in which -0 equals 0.
fn compare(a: &[f32], b: &[f32]) -> std::cmp::Ordering {
    a.iter()
        .zip(b)
        .map(|(x, y)| (x + 0.0).total_cmp(&(y + 0.0)))
        .find(|o| o.is_ne())
        .unwrap_or(std::cmp::Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    fn scan(codes: &[f32], dim: usize, point: &[f32], excluded: impl Fn(u32) -> bool) -> Option<f32> {
        codes
            .chunks(dim)
            .enumerate()
            .filter(|(s, _)| !excluded(*s as u32))
            .map(|(_, c)| c.iter().zip(point).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt())
            .min_by(f32::total_cmp)
    }

    #[test]
    fn agrees_with_a_linear_scan_with_duplicates_and_exclusion() {
        for (dim, n, distinct, exclude_every) in [
            (1, 300, 300, 2),
            (2, 1000, 1000, 3),
            (2, 500, 5, 2),
            (3, 2000, 1500, 5),
            (8, 400, 400, 2),
            (16, 200, 90, 3),
            (32, 200, 90, 3),
        ] {
            let mut rng = Streams::new(5).get("codes", dim as u64);
            let pool = rng.normals(distinct * dim);
            let codes: Vec<f32> = (0..n).flat_map(|i| pool[(i % distinct) * dim..][..dim].to_vec()).collect();
            let index = NeighbourIndex::new(&codes, dim).unwrap();
            assert_eq!(index.len(), n);
            for _ in 0..200 {
                let point = rng.normals(dim);
                let excluded = |s: u32| s.is_multiple_of(exclude_every);
                let found = index.nearest(&point, excluded).unwrap();
                let expected = scan(&codes, dim, &point, excluded).unwrap();
                assert!(!excluded(found.sample));
                assert!((found.distance - expected).abs() <= 1e-5 * (1.0 + expected), "{dim}: {found:?} {expected}");
                let own = &codes[found.sample as usize * dim..][..dim];
                let true_distance = own.iter().zip(&point).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
                assert!((true_distance - found.distance).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn forty_identical_points_are_taken_in_turn() {
        let codes = vec![0.5; 80];
        let index = NeighbourIndex::new(&codes, 2).unwrap();
        for taken in 0..40 {
            assert_eq!(index.nearest(&[0.0, 0.0], |s| s < taken).map(|n| n.sample), Some(taken));
        }
        assert_eq!(index.nearest(&[0.0, 0.0], |_| true), None);
        assert_eq!(index.nearest_n(&[0.0, 0.0], 7).len(), 7);
    }

    #[test]
    fn finds_the_last_free_one_however_far() {
        let codes: Vec<f32> = (0..5000).map(|i| i as f32).collect();
        let index = NeighbourIndex::new(&codes, 1).unwrap();
        assert_eq!(index.nearest(&[0.0], |s| s != 4999).map(|n| n.sample), Some(4999));
    }

    #[test]
    fn bad_codes_are_errors() {
        for (codes, dim, error) in [
            (vec![], 2, IndexError::Empty),
            (vec![0.0; 4], 0, IndexError::Dimension(0)),
            (vec![0.0; 66], 33, IndexError::Dimension(33)),
            (vec![0.0, 1.0, f32::NAN, 0.0], 2, IndexError::NotFinite(1)),
        ] {
            assert_eq!(NeighbourIndex::new(&codes, dim).err(), Some(error));
        }
        let index = NeighbourIndex::new(&[0.0, 1.0], 1).unwrap();
        assert_eq!(index.nearest(&[f32::NAN], |_| false), None);
    }
}
