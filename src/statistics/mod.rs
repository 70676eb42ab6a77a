//! Statistics of learning curves over paired repeats: bands, areas, the primary endpoint and its exact tests.
//!
//! The one confirmatory test is fixed in advance: the mean metric over rounds t = 2..=10 of a strategy minus that of
//! the baseline with the same seed, by an exact sign-flip test, Holm-adjusted over all strategies. The rest describes.

mod curve;
mod exact;
mod groups;
mod in_step;
mod student;
mod mean;
mod proportion;
mod forecast;
mod comparison;
mod range;
mod worth;
mod ranks;

pub use comparison::{
    Comparison, EndpointTest, Options, PairedTest, RoundTest, compare, partner, repeats_for_power, warning,
};
pub use curve::{
    CurvePoint, CurveRound, area_between, area_under_curve, curve, endpoint, evaluation_images, labels_to_reach,
    round_ends,
};
pub use exact::{MOST_EXACT_PAIRS, holm, sign_flip, smallest_p, wilcoxon};
pub use forecast::{Forecast, Reached, forecast};
pub use groups::{Group, group_named, group_names, groups};
pub use in_step::{InStep, in_step};
pub use mean::{MeanPoint, mean_curve};
pub use proportion::{Agreement, Gain, Proportion};
pub use range::LabelRange;
pub use ranks::{Friedman, Ranked, Ranks, critical_difference, friedman, nemenyi_q, ranked, ranks};
pub use student::{Interval, mean_interval, t_quantile, t_two_sided, z_quantile};
pub use worth::{GroupWorth, RangeArea, Worth, worth};
