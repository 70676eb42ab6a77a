//! The nearest points to a point in all dimensions: one pass over all of them, so that nothing is built before.

use rayon::prelude::*;

use super::set::Points;

/// A point near another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Its place among the points, from 0.
    pub point: u32,
    /// Euclidean, in all dimensions.
    pub distance: f32,
}

/// Points that one task looks at.
const AT_ONCE: usize = 16_384;

/// The `count` points nearest to `point`, itself aside, nearest first; of equally near ones the first in the file.
pub fn nearest(points: &Points, point: usize, count: usize) -> Vec<Near> {
    let (dim, code) = (points.dim.max(1), points.code(point));
    let of_part = |(part, codes): (usize, &[f32])| {
        let mut near: Vec<Near> = Vec::with_capacity(count + 1);
        for (i, other) in codes.chunks_exact(dim).enumerate() {
            let at = part * AT_ONCE + i;
            let squared: f32 = other.iter().zip(code).map(|(a, b)| (a - b) * (a - b)).sum();
            let is_near = near.len() < count || near.last().is_some_and(|last| squared < last.distance);
            if at != point && is_near {
                let place = near.partition_point(|n| n.distance <= squared);
                near.insert(place, Near { point: at as u32, distance: squared });
                near.truncate(count);
            }
        }
        near
    };
    let parts = points.codes.par_chunks(AT_ONCE * dim).enumerate().map(of_part);
    let mut near: Vec<Near> = parts.flatten().collect();
    near.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.point.cmp(&b.point)));
    near.truncate(count);
    near.iter_mut().for_each(|n| n.distance = n.distance.sqrt());
    near
}

#[cfg(test)]
mod tests {
    use super::super::set::tests::of_codes;
    use super::*;
    use crate::neighbours::NeighbourIndex;
    use crate::rng::Streams;

    #[test]
    fn they_are_those_of_the_neighbour_index() {
        for dim in [2, 3, 8] {
            let mut rng = Streams::new(9).get("points", dim as u64);
            let codes = rng.normals(40_000 * dim);
            let index = NeighbourIndex::new(&codes, dim).unwrap();
            let points = of_codes(codes, dim);
            for point in [0, 17, 20_000, 39_999] {
                let found = nearest(&points, point, 10);
                let wanted: Vec<u32> = index.nearest_n(points.code(point), 11).iter().map(|n| n.sample).collect();
                assert_eq!(found.iter().map(|n| n.point).collect::<Vec<_>>(), wanted[1..], "{dim} {point}");
            }
        }
        let same = of_codes(vec![2.0; 12], 2);
        assert_eq!(
            nearest(&same, 1, 3).iter().map(|n| (n.point, n.distance)).collect::<Vec<_>>(),
            [(0, 0.0), (2, 0.0), (3, 0.0)]
        );
        assert_eq!(nearest(&same, 0, 50).len(), 5);
    }
}
