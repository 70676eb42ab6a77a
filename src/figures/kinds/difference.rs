//! The difference curve: each group of repeats minus another, paired by seed, with its band.

use super::curves::{SMALL_MULTIPLES_FROM, banded_area};
use crate::experiment::{Task, Variant};
use crate::figures::data::{BAND_LEVEL, ROUND_AXIS, task};
use crate::figures::drawing::layout::band_sample;
use crate::figures::figure::{Anchor, Axis, Columns, Figure, Item, Key, LegendPlace, Line, Note, Panel, Rule, Ticks};
use crate::figures::look::looks::Looks;
use crate::figures::look::style::{Dash, Ink, StrategyStyle, Stroke};
use crate::history::History;
use crate::statistics::{EndpointTest, Options, compare, groups};

const ASPECT: f64 = 0.6;
const SMALL_ASPECT: f64 = 0.72;

/// Each group minus `against` in each round, in points of accuracy or in the error of maps, with the 95 % band of the
/// paired difference.
pub fn difference(histories: &[History], against: &Variant, looks: &Looks) -> Figure {
    let options = Options { baseline: against.clone(), level: BAND_LEVEL, ..Options::default() };
    let baseline = options.baseline.label();
    let task = task(histories);
    let points = if task == Task::Classes { "percentage points" } else { task.unit() };
    let measure = task.measure();
    let comparison = compare(histories, &options);
    let groups = groups(histories);
    let style = |s: &EndpointTest| {
        let group = groups.iter().find(|g| !g.is_fork && g.name == s.name);
        group.map_or_else(|| StrategyStyle::of(s.name.strategy), |g| looks.group(g))
    };
    let tested = comparison.groups.iter().filter(|s| !s.per_round.is_empty());
    let tested: Vec<Tested<'_>> = tested.map(|s| (s, style(s))).collect();
    let together = tested.len() < SMALL_MULTIPLES_FROM;
    let panels = if together {
        vec![panel(&tested, &baseline, task)]
    } else {
        let one = |s: &Tested<'_>| Panel {
            title: s.0.name.label(),
            aspect: SMALL_ASPECT,
            ..panel(std::slice::from_ref(s), "", task)
        };
        tested.iter().map(one).collect()
    };
    let pairs = tested.iter().flat_map(|(s, _)| &s.per_round).map(|r| r.test.differences.len());
    let pairs = match (pairs.clone().min().unwrap_or(0), pairs.max().unwrap_or(0)) {
        (1, 1) => "one pair".to_owned(),
        (least, most) if least == most => format!("{most} pairs"),
        (least, most) => format!("{least} to {most} pairs"),
    };
    let banded = tested.iter().flat_map(|(s, _)| &s.per_round).any(|r| r.test.interval.half_width.is_some());
    Figure {
        name: "difference".into(),
        title: format!("{measure} minus {baseline}, paired by seed"),
        caption: format!(
            "{measure} at the end of each round minus that of {baseline} with the same seed, in {points}: mean \
             over {pairs}{}. {}Differences in single rounds are descriptive and not tested.",
            if banded { ", with the 95 % Student-t band of the mean paired difference" } else { "" },
            if task.lower_is_better() { "Below zero is better. " } else { "" }
        ),
        panels,
        columns: if together { Columns::ONE } else { Columns { narrow: 2, wide: 4 } },
        legend: if together { LegendPlace::Auto } else { LegendPlace::None },
        keys: if banded {
            vec![Key { text: "95 % band of the mean paired difference".into(), sample: band_sample() }]
        } else {
            Vec::new()
        },
        shared_axes: !together,
        tallest: Figure::TALLEST,
    }
}

/// A group against the baseline, and its look.
type Tested<'a> = (&'a EndpointTest, StrategyStyle);

fn panel(tested: &[Tested<'_>], baseline: &str, task: Task) -> Panel {
    let unit = if task == Task::Classes { "points" } else { task.unit() };
    let zero = Stroke { ink: Ink::Muted, width: 0.6, dash: Dash::Solid, opacity: 1.0 };
    let mut items = vec![Item::Rule(Rule { at: 0.0, vertical: false, stroke: zero })];
    items.extend(tested.iter().flat_map(band));
    items.extend(tested.iter().map(line));
    if tested.is_empty() {
        let text = "no run shares a seed with the baseline".into();
        items.push(Item::Note(Note { at: [0.5, 0.6], text, anchor: Anchor::Middle }));
    }
    let y = if baseline.is_empty() {
        format!("Difference ({unit})")
    } else {
        format!("{} minus {baseline} ({unit})", task.measure())
    };
    Panel {
        title: String::new(),
        x: Axis::linear(ROUND_AXIS).ticks(Ticks::Whole),
        y: Axis::linear(&y),
        aspect: ASPECT,
        items,
    }
}

fn line((s, style): &Tested<'_>) -> Item {
    Item::Line(Line {
        series: s.name.label(),
        in_legend: true,
        points: s.per_round.iter().map(|r| [r.round as f64, r.test.interval.mean]).collect(),
        stroke: Some(style.stroke()),
        mark: Some((style.mark, style.ink)),
        steps: false,
    })
}

fn band((s, style): &Tested<'_>) -> Vec<Item> {
    let banded = s.per_round.iter().filter(|r| r.test.interval.half_width.is_some());
    let points = banded.map(|r| [r.round as f64, r.test.interval.low(), r.test.interval.high()]).collect();
    banded_area(&s.name.label(), s.place, *style, points)
}
