//! Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations.

/// Rotations of all pairs, one after the other; a few times are enough for any matrix of this size.
const SWEEPS: usize = 60;
/// Off-diagonal values below this share of the matrix's norm are zero.
const NEGLIGIBLE: f64 = 1e-15;

/// The eigenvalues of a symmetric `size` x `size` matrix, the largest first, and their unit eigenvectors, row by row.
pub fn eigen(mut matrix: Vec<f64>, size: usize) -> (Vec<f64>, Vec<f64>) {
    let mut vectors: Vec<f64> = (0..size * size).map(|i| if i % (size + 1) == 0 { 1.0 } else { 0.0 }).collect();
    let limit = NEGLIGIBLE * matrix.iter().map(|v| v * v).sum::<f64>().sqrt();
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for p in 0..size {
            for q in p + 1..size {
                let off = matrix[p * size + q];
                if off.abs() > limit {
                    rotated = true;
                    rotate(&mut matrix, &mut vectors, size, p, q);
                }
            }
        }
        if !rotated {
            break;
        }
    }
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&a, &b| matrix[b * (size + 1)].total_cmp(&matrix[a * (size + 1)]).then(a.cmp(&b)));
    let values = order.iter().map(|&i| matrix[i * (size + 1)]).collect();
    let rows = order.iter().flat_map(|&i| vectors[i * size..(i + 1) * size].to_vec()).collect();
    (values, rows)
}

/// Turns axes `p` and `q` so that the value between them becomes zero.
fn rotate(matrix: &mut [f64], vectors: &mut [f64], size: usize, p: usize, q: usize) {
    let [pp, qq, pq] = [[p, p], [q, q], [p, q]].map(|[i, j]| matrix[i * size + j]);
    let theta = (qq - pp) / (2.0 * pq);
    let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    let turned = |a: f64, b: f64| (cosine * a - sine * b, sine * a + cosine * b);
    for k in 0..size {
        let (a, b) = turned(matrix[k * size + p], matrix[k * size + q]);
        (matrix[k * size + p], matrix[k * size + q]) = (a, b);
    }
    for k in 0..size {
        let (a, b) = turned(matrix[p * size + k], matrix[q * size + k]);
        (matrix[p * size + k], matrix[q * size + k]) = (a, b);
        let (a, b) = turned(vectors[p * size + k], vectors[q * size + k]);
        (vectors[p * size + k], vectors[q * size + k]) = (a, b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    #[test]
    fn a_symmetric_matrix_times_an_eigenvector_is_it_times_its_eigenvalue() {
        for size in [1, 2, 7, 40] {
            let random = Streams::new(1).get("matrix", size as u64).normals(size * size);
            let matrix: Vec<f64> = (0..size * size)
                .map(|i| f64::from(random[i]) + f64::from(random[(i % size) * size + i / size]))
                .collect();
            let (values, vectors) = eigen(matrix.clone(), size);
            assert!(values.is_sorted_by(|a, b| a >= b));
            for (value, vector) in values.iter().zip(vectors.chunks_exact(size)) {
                assert!((vector.iter().map(|v| v * v).sum::<f64>() - 1.0).abs() < 1e-10);
                for (row, v) in matrix.chunks_exact(size).zip(vector) {
                    let product: f64 = row.iter().zip(vector).map(|(a, b)| a * b).sum();
                    assert!((product - value * v).abs() < 1e-9, "{size}: {product} {}", value * v);
                }
            }
        }
    }
}
