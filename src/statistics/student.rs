//! Means with Student-t intervals; the distributions come from `statrs`.

use statrs::distribution::{ContinuousCDF as _, Normal, StudentsT};

/// A mean with its two-sided confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Values that the mean is over.
    pub n: usize,
    pub mean: f64,
    /// Standard deviation of the sample (n - 1); `None` for a single value.
    pub sd: Option<f64>,
    /// Half the interval's width; `None` for a single value.
    pub half_width: Option<f64>,
}

impl Interval {
    /// Lower end; the mean itself if there is no interval.
    pub fn low(&self) -> f64 {
        self.mean - self.half_width.unwrap_or(0.0)
    }

    /// Upper end; the mean itself if there is no interval.
    pub fn high(&self) -> f64 {
        self.mean + self.half_width.unwrap_or(0.0)
    }
}

/// Mean and Student-t interval of `values` at `level` (0.95 for 95 %); `None` if there are no values.
pub fn mean_interval(values: &[f64], level: f64) -> Option<Interval> {
    let n = values.len();
    let mean = if n == 0 { return None } else { values.iter().sum::<f64>() / n as f64 };
    let sd = (n > 1).then(|| (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1) as f64).sqrt());
    let half_width = sd.and_then(|sd| Some(t_quantile(0.5 + level / 2.0, (n - 1) as f64)? * sd / (n as f64).sqrt()));
    Some(Interval { n, mean, sd, half_width })
}

/// Two-sided p of a t statistic with `df` degrees of freedom.
pub fn t_two_sided(t: f64, df: f64) -> Option<f64> {
    let t_distribution = StudentsT::new(0.0, 1.0, df).ok()?;
    Some((2.0 * t_distribution.cdf(-t.abs())).min(1.0))
}

/// The quantile `p` of Student's t distribution with `df` degrees of freedom.
pub fn t_quantile(p: f64, df: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0).then(|| StudentsT::new(0.0, 1.0, df).ok().map(|d| d.inverse_cdf(p)))?
}

/// The quantile `p` of the standard normal distribution.
pub fn z_quantile(p: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0).then(|| Normal::new(0.0, 1.0).ok().map(|d| d.inverse_cdf(p)))?
}
