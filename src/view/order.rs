//! The order in which points are drawn: by importance, and in 3-D from back to front within each group.

use std::ops::Range;

use glam::Vec4;

use super::point_style::PointStyle;

/// Ratio of the stride to the count: the golden ratio spreads any prefix evenly.
const GOLDEN: f64 = 0.618_033_988_749_894_9;
/// Number of depth steps for sorting: as many places of a list as the nearest cache can hold open while it is written.
const DEPTH_STEPS: usize = 1 << 12;

/// Groups from the first drawn to the last.
pub(super) const GROUPS: usize = 4;
pub(super) const FADED: usize = 0;
pub(super) const POOL: usize = 1;
pub(super) const LABELLED: usize = 2;
pub(super) const SELECTED: usize = 3;

/// The drawing order: a permutation of the points that are not hidden.
///
/// Invariant: `ranges` are consecutive and cover `indices`; `scattered` holds the same indices in each. `places` is empty
/// or holds the positions of `scattered`, so that a million depths are read one after the other.
#[derive(Default)]
pub(super) struct DrawOrder {
    indices: Vec<u32>,
    scattered: Vec<u32>,
    ranges: [Range<u32>; GROUPS],
    places: Vec<[f32; 3]>,
    depths: Vec<f32>,
    keys: Vec<u16>,
}

impl DrawOrder {
    /// Groups the points by style. The order within a group is scattered, so that no class covers another because it
    /// comes later in the data, and any prefix is an even sample.
    pub fn new(styles: &[PointStyle]) -> Self {
        let mut groups: [Vec<u32>; GROUPS] = Default::default();
        for index in scattered(styles.len()) {
            if let Some(group) = group_of(styles[index]) {
                groups[group].push(index as u32);
            }
        }
        let mut indices = Vec::with_capacity(styles.len());
        let ranges = groups.map(|group| {
            let start = indices.len() as u32;
            indices.extend(group);
            start..indices.len() as u32
        });
        Self { scattered: indices.clone(), indices, ranges, ..Self::default() }
    }

    /// The indices in the present order.
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// The whole range of a group.
    pub fn range(&self, group: usize) -> Range<u32> {
        self.ranges[group].clone()
    }

    /// The range of a group that is drawn if at most `limit` unmarked points may be.
    pub fn limited(&self, group: usize, limit: usize) -> Range<u32> {
        let range = self.range(group);
        let unmarked = self.ranges[FADED].len() + self.ranges[POOL].len();
        if group > POOL || unmarked <= limit {
            return range;
        }
        let share = (range.len() as u64 * limit as u64).div_ceil(unmarked as u64);
        range.start..range.start + share as u32
    }

    /// Restores the scattered order, for 2-D.
    pub fn scatter(&mut self) {
        self.indices.copy_from_slice(&self.scattered);
    }

    /// Sorts the drawn points of each group from back to front; `depth_from_world` is the row of the projection that
    /// gives the depth. The positions stay the same for as long as this order does.
    pub fn sort_by_depth(&mut self, positions: &[[f32; 3]], depth_from_world: Vec4, limit: usize) {
        self.scatter();
        if self.places.is_empty() {
            self.places = self.scattered.iter().map(|&index| positions[index as usize]).collect();
        }
        let [x, y, z, w] = depth_from_world.to_array();
        for group in 0..GROUPS {
            let drawn = self.limited(group, limit);
            let drawn = drawn.start as usize..drawn.end as usize;
            self.depths.clear();
            self.depths.extend(self.places[drawn.clone()].iter().map(|p| x * p[0] + y * p[1] + z * p[2] + w));
            let (low, high) =
                self.depths.iter().fold((f32::MAX, f32::MIN), |(low, high), &d| (low.min(d), high.max(d)));
            let steps = (DEPTH_STEPS - 1) as f32 / (high - low).max(f32::MIN_POSITIVE);
            // The farthest point has key 0; the cast saturates.
            self.keys.clear();
            self.keys.extend(self.depths.iter().map(|&depth| ((high - depth) * steps) as u16));
            counting_sort(&self.scattered[drawn.clone()], &self.keys, &mut self.indices[drawn]);
        }
    }
}

/// The group of a style; `None` if it is hidden.
pub(super) fn group_of(style: PointStyle) -> Option<usize> {
    if style.contains(PointStyle::HIDDEN) {
        None
    } else if style.contains(PointStyle::SELECTED) {
        Some(SELECTED)
    } else if style.contains(PointStyle::FADED) {
        Some(FADED)
    } else if style.contains(PointStyle::LABELLED) {
        Some(LABELLED)
    } else {
        Some(POOL)
    }
}

/// Every number of `0..count` once, with a constant stride.
fn scattered(count: usize) -> impl Iterator<Item = usize> {
    let n = count as u64;
    let mut stride = ((count as f64 * GOLDEN) as u64).max(1);
    while greatest_common_divisor(stride, n) > 1 {
        stride += 1;
    }
    (0..n).map(move |i| ((i * stride) % n) as usize)
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// Stable sort of `source` by `keys` into `target`.
fn counting_sort(source: &[u32], keys: &[u16], target: &mut [u32]) {
    let mut next = [0_u32; DEPTH_STEPS + 1];
    for &key in keys {
        next[key as usize + 1] += 1;
    }
    for step in 0..DEPTH_STEPS {
        next[step + 1] += next[step];
    }
    for (&index, &key) in source.iter().zip(keys) {
        let slot = &mut next[key as usize];
        target[*slot as usize] = index;
        *slot += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scattering_is_a_permutation_with_even_prefixes() {
        for count in [0, 1, 2, 3, 10, 4096, 60_000] {
            let mut seen: Vec<_> = scattered(count).collect();
            // Any tenth of the range gets its share of the first tenth, within a few.
            if count >= 4096 {
                let prefix = &seen[..count / 10];
                for tenth in 0..10 {
                    let range = count * tenth / 10..count * (tenth + 1) / 10;
                    let got = prefix.iter().filter(|i| range.contains(*i)).count();
                    assert!(got.abs_diff(count / 100) <= 4, "{got} of {count} in {tenth}");
                }
            }
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..count));
        }
    }

    #[test]
    fn groups_follow_the_styles() {
        let styles = [
            PointStyle::SELECTED | PointStyle::LABELLED,
            PointStyle::POOL,
            PointStyle::HIDDEN,
            PointStyle::LABELLED,
            PointStyle::FADED,
            PointStyle::POOL,
        ];
        let order = DrawOrder::new(&styles);
        let group = |g: usize| {
            let range = order.range(g);
            let mut found = order.indices()[range.start as usize..range.end as usize].to_vec();
            found.sort_unstable();
            found
        };
        assert_eq!(group(FADED), [4]);
        assert_eq!(group(POOL), [1, 5]);
        assert_eq!(group(LABELLED), [3]);
        assert_eq!(group(SELECTED), [0]);
        assert_eq!(order.limited(POOL, 2).len(), 2, "shares are rounded up");
        assert_eq!(order.limited(LABELLED, 0).len(), 1, "marked points stay");
        assert_eq!(order.limited(POOL, 0).len(), 0);
    }

    #[test]
    fn depth_order_agrees_with_a_full_sort() {
        // Depths that differ by more than a step of the sort.
        let positions: Vec<[f32; 3]> = (0..500).map(|i| [((i * 193) % 500) as f32, 1.0, 2.0]).collect();
        let row = Vec4::new(0.5, 2.0, -1.0, 7.0);
        let styles = vec![PointStyle::POOL; positions.len()];
        let mut order = DrawOrder::new(&styles);
        order.sort_by_depth(&positions, row, usize::MAX);
        let mut want: Vec<u32> = (0..500).collect();
        want.sort_by(|&a, &b| positions[b as usize][0].total_cmp(&positions[a as usize][0]));
        assert_eq!(order.indices(), want);
    }
}
