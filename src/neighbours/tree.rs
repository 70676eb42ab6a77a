//! kiddo's k-d tree behind a dimension that is known only at run time.

use std::num::NonZero;

use kiddo::{ImmutableKdTree, SquaredEuclidean};

/// The largest dimension that `build` accepts.
pub const MAX_DIM: usize = 32;

/// A k-d tree over distinct points.
pub trait Tree: Send + Sync {
    /// Up to `count` nearest points as (index, Euclidean distance), nearest first, ties by index.
    fn nearest(&self, point: &[f32], count: usize) -> Vec<(usize, f32)>;

    /// The nearest point, several times as fast.
    fn nearest_one(&self, point: &[f32]) -> (usize, f32);
}

/// A tree over `points`, `[n, dim]`. Dimensions without a tree are padded with zeros, which changes no distance.
pub fn build(points: &[f32], dim: usize) -> Result<Box<dyn Tree>, String> {
    match dim {
        1 | 2 => Padded::<2>::boxed(points, dim),
        3 => Padded::<3>::boxed(points, dim),
        4 => Padded::<4>::boxed(points, dim),
        5..=8 => Padded::<8>::boxed(points, dim),
        9..=16 => Padded::<16>::boxed(points, dim),
        17..=MAX_DIM => Padded::<MAX_DIM>::boxed(points, dim),
        _ => Err(format!("dimension {dim} is not supported")),
    }
}

struct Padded<const K: usize>(ImmutableKdTree<f32, K>);

impl<const K: usize> Padded<K> {
    fn boxed(points: &[f32], dim: usize) -> Result<Box<dyn Tree>, String>
    where
        Self: Tree + 'static,
    {
        let padded: Vec<[f32; K]> = points.chunks_exact(dim).map(pad).collect();
        let tree = ImmutableKdTree::new_from_slice(&padded).map_err(|e| e.to_string())?;
        Ok(Box::new(Self(tree)))
    }
}

macro_rules! tree {
    ($($k:literal),+) => {$(
        impl Tree for Padded<$k> {
            fn nearest(&self, point: &[f32], count: usize) -> Vec<(usize, f32)> {
                let Some(count) = NonZero::new(count) else { return Vec::new() };
                let found = self.0.query(&pad::<$k>(point)).nearest_n::<SquaredEuclidean<f32>>(count).execute();
                let mut found: Vec<_> = found.iter().map(|f| (f.item as usize, f.distance.sqrt())).collect();
                found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
                found
            }

            fn nearest_one(&self, point: &[f32]) -> (usize, f32) {
                let found = self.0.query(&pad::<$k>(point)).nearest_one::<SquaredEuclidean<f32>>().execute();
                (found.item as usize, found.distance.sqrt())
            }
        }
    )+};
}
tree!(2, 3, 4, 8, 16, 32);

fn pad<const K: usize>(point: &[f32]) -> [f32; K] {
    let mut out = [0.0; K];
    for (o, v) in out.iter_mut().zip(point) {
        *o = *v;
    }
    out
}
