//! Exact tests of paired differences: sign flips, Wilcoxon's signed ranks, and Holm's adjustment.

/// The most pairs for which all sign flips are enumerated.
///
/// The pairs are split into two halves whose 2^(n/2) sums are sorted and matched, so 2^30 flips cost 2^15 sums.
pub const MOST_EXACT_PAIRS: usize = 30;

/// The most pairs for which the distribution of the signed-rank sum is computed.
const MOST_RANKED_PAIRS: usize = 500;

/// Sums that differ by less than this share of the sum of all sizes are ties: more than the rounding of accuracies in
/// single precision, and less than one image.
const TIE: f64 = 1e-6;

/// Two-sided p of the sign-flip test of zero mean difference, over all 2^n assignments of signs.
///
/// `None` for no pair, for more than `MOST_EXACT_PAIRS`, or if a difference is not finite.
pub fn sign_flip(differences: &[f64]) -> Option<f64> {
    let n = differences.len();
    if n == 0 || n > MOST_EXACT_PAIRS || differences.iter().any(|d| !d.is_finite()) {
        return None;
    }
    let observed = differences.iter().sum::<f64>().abs();
    let slack = slack(differences);
    let (left, right) = differences.split_at(n / 2);
    let (left, right) = (signed_sums(left), signed_sums(right));
    // The distribution is symmetric, so p is twice the upper tail; sums of zero are in both tails.
    if observed <= slack {
        return Some(1.0);
    }
    let mut reaching = 0_u64;
    let mut needed = right.len();
    for sum in &left {
        // As the left sum grows, smaller right sums are enough.
        while needed > 0 && sum + right[needed - 1] >= observed - slack {
            needed -= 1;
        }
        reaching += (right.len() - needed) as u64;
    }
    Some((2.0 * reaching as f64 / 2f64.powi(n as i32)).min(1.0))
}

/// How far two sums of these differences may be apart and still be a tie.
fn slack(differences: &[f64]) -> f64 {
    TIE * differences.iter().map(|d| d.abs()).sum::<f64>()
}

/// The sums of all assignments of signs, ascending.
fn signed_sums(values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for v in values {
        sums = sums.iter().flat_map(|s| [s - v, s + v]).collect();
    }
    sums.sort_by(f64::total_cmp);
    sums
}

/// Two-sided p of Wilcoxon's signed-rank test, by its exact distribution given the ties.
///
/// Differences of zero are dropped (Wilcoxon's way); ties share their mean rank. `None` if nothing remains.
pub fn wilcoxon(differences: &[f64]) -> Option<f64> {
    let slack = slack(differences);
    let mut sizes: Vec<f64> = differences.iter().copied().filter(|d| d.is_nan() || d.abs() > slack).collect();
    let n = sizes.len();
    if n == 0 || n > MOST_RANKED_PAIRS || sizes.iter().any(|d| !d.is_finite()) {
        return None;
    }
    sizes.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    // Ranks are doubled, so that the mean rank of a tie is a whole number.
    let mut doubled = vec![0_usize; n];
    let mut start = 0;
    while start < n {
        let tied = |i: &usize| sizes[*i].abs() - sizes[start].abs() <= slack;
        let end = (start..n).take_while(tied).last().unwrap_or(start);
        doubled[start..=end].fill(start + end + 2);
        start = end + 1;
    }
    let total: usize = doubled.iter().sum();
    let positive: usize = doubled.iter().zip(&sizes).filter(|(_, d)| **d > 0.0).map(|(r, _)| r).sum();
    // Shares of the 2^n subsets by their rank sum.
    let mut share = vec![0.0; total + 1];
    share[0] = 1.0;
    for &rank in &doubled {
        for sum in (0..=total).rev() {
            let with = if sum >= rank { share[sum - rank] } else { 0.0 };
            share[sum] = (share[sum] + with) / 2.0;
        }
    }
    let tail: f64 = share[..=positive.min(total - positive)].iter().sum();
    Some((2.0 * tail).min(1.0))
}

/// The smallest two-sided p that either test can give for this many pairs: all differences have the same sign.
pub fn smallest_p(pairs: usize) -> f64 {
    (2.0 / 2f64.powi(pairs as i32)).min(1.0)
}

/// Holm's step-down adjustment; a missing p stays missing and does not count as a test.
pub fn holm(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(usize, f64)> = p_values.iter().enumerate().filter_map(|(i, p)| Some((i, (*p)?))).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut adjusted = vec![None; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, &(i, p)) in order.iter().enumerate() {
        largest = largest.max((p * (order.len() - rank) as f64).min(1.0));
        adjusted[i] = Some(largest);
    }
    adjusted
}
