//! Flood fills, thickening and averaging of boolean images.

/// Connected components of the true pixels, over edges, and with `corners` also over corners.
pub fn components(width: usize, height: usize, image: &[bool], corners: bool) -> Vec<Vec<usize>> {
    let mut seen = vec![false; image.len()];
    let mut found = Vec::new();
    for start in 0..image.len() {
        if image[start] && !seen[start] {
            found.push(fill(width, height, vec![start], &mut seen, |i| image[i], corners));
        }
    }
    found
}

/// Whether a pixel is one of the image's outermost.
pub fn is_outermost(width: usize, height: usize, i: usize) -> bool {
    let (x, y) = (i % width, i / width);
    x == 0 || y == 0 || x + 1 == width || y + 1 == height
}

/// The false pixels that are connected over edges to the image's border.
pub fn reachable_from_border(width: usize, height: usize, image: &[bool]) -> Vec<bool> {
    let mut seen = vec![false; image.len()];
    let start = (0..image.len()).filter(|i| is_outermost(width, height, *i) && !image[*i]).collect();
    fill(width, height, start, &mut seen, |i| !image[i], false);
    seen
}

/// A shortest path over edges through false pixels from `start` to the image's border; empty if there is none.
pub fn way_to_border(width: usize, height: usize, image: &[bool], start: usize) -> Vec<usize> {
    let mut parent = vec![None; image.len()];
    let mut queue = std::collections::VecDeque::from([start]);
    parent[start] = Some(start);
    while let Some(i) = queue.pop_front() {
        if is_outermost(width, height, i) {
            let mut way = vec![i];
            let mut at = i;
            while let Some(before) = parent[at].filter(|before| *before != at) {
                way.push(before);
                at = before;
            }
            way.reverse();
            return way;
        }
        for n in neighbours(width, height, i, false) {
            if !image[n] && parent[n].is_none() {
                parent[n] = Some(i);
                queue.push_back(n);
            }
        }
    }
    Vec::new()
}

/// The true pixels and all their neighbours, diagonal ones included.
pub fn grown(width: usize, height: usize, image: &[bool]) -> Vec<bool> {
    let mut thicker = image.to_vec();
    for i in (0..image.len()).filter(|i| image[*i]) {
        neighbours(width, height, i, true).for_each(|n| thicker[n] = true);
    }
    thicker
}

/// Mean of the image over the area of each pixel of a `to_width` x `to_height` grid on the same rectangle.
pub fn area_average(width: usize, height: usize, image: &[bool], to_width: usize, to_height: usize) -> Vec<f64> {
    let across = overlaps(width, to_width);
    let down = overlaps(height, to_height);
    let mut rows = vec![0.0; to_width * height];
    for y in 0..height {
        for (x, shares) in across.iter().enumerate() {
            rows[y * to_width + x] =
                shares.iter().filter(|(from, _)| image[y * width + from]).map(|(_, share)| share).sum();
        }
    }
    let mut out = Vec::with_capacity(to_width * to_height);
    for shares in &down {
        for x in 0..to_width {
            out.push(shares.iter().map(|(from, share)| share * rows[from * to_width + x]).sum());
        }
    }
    out
}

/// Marks as seen and returns `stack` and all `open` pixels connected to it.
fn fill(
    width: usize,
    height: usize,
    mut stack: Vec<usize>,
    seen: &mut [bool],
    open: impl Fn(usize) -> bool,
    corners: bool,
) -> Vec<usize> {
    stack.iter().for_each(|i| seen[*i] = true);
    let mut piece = Vec::new();
    while let Some(i) = stack.pop() {
        piece.push(i);
        for n in neighbours(width, height, i, corners) {
            if open(n) && !seen[n] {
                seen[n] = true;
                stack.push(n);
            }
        }
    }
    piece
}

/// The pixels beside one, over edges, and with `corners` also over corners.
pub fn neighbours(width: usize, height: usize, i: usize, corners: bool) -> impl Iterator<Item = usize> {
    const STEPS: [[isize; 2]; 8] = [[-1, 0], [1, 0], [0, -1], [0, 1], [-1, -1], [1, -1], [-1, 1], [1, 1]];
    let count = if corners { 8 } else { 4 };
    let (x, y) = (i % width, i / width);
    STEPS[..count].iter().filter_map(move |[dx, dy]| {
        let (x, y) = (x.checked_add_signed(*dx)?, y.checked_add_signed(*dy)?);
        (x < width && y < height).then_some(y * width + x)
    })
}

/// For each of `to` equal cells, the cells of `from` that it overlaps, with the share of the new cell that each covers.
fn overlaps(from: usize, to: usize) -> Vec<Vec<(usize, f64)>> {
    let ratio = from as f64 / to as f64;
    (0..to)
        .map(|cell| {
            let (low, high) = (cell as f64 * ratio, (cell + 1) as f64 * ratio);
            (low.floor() as usize..(high.ceil() as usize).min(from))
                .map(|i| (i, (high.min((i + 1) as f64) - low.max(i as f64)) / ratio))
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_join_only_if_requested() {
        let image = [true, false, false, true];
        assert_eq!(components(2, 2, &image, true).len(), 1);
        assert_eq!(components(2, 2, &image, false).len(), 2);
    }

    #[test]
    fn averages_keep_the_total() {
        let image: Vec<bool> = (0..7 * 5).map(|i| i % 3 == 0).collect();
        let total = image.iter().filter(|b| **b).count() as f64 / 35.0;
        for (w, h) in [(3, 2), (7, 5), (14, 9)] {
            let mean = area_average(7, 5, &image, w, h).iter().sum::<f64>() / (w * h) as f64;
            assert!((mean - total).abs() < 1e-12);
        }
    }
}
