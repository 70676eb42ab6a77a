//! What each strategy is worth for few and for many labels, and its price.

use super::comparison::signed;
use crate::experiment::Variant;
use crate::figures::captions::condition;
use crate::figures::data::{BAND_LEVEL, task};
use crate::figures::drawing::ticks::number;
use crate::figures::table::{Table, cell};
use crate::history::History;
use crate::statistics::{GroupWorth, Interval, LabelRange, RangeArea, Worth, worth};

/// In place of a price that no history has.
const UNKNOWN: &str = "unknown";

/// Each strategy's area under the learning curve by ranges of labels, minus that of the baseline, and its price.
pub fn worth_table(histories: &[History], against: &Variant, ranges: &[LabelRange]) -> Table {
    let found = worth(histories, against, ranges, BAND_LEVEL);
    let (task, baseline) = (task(histories), against.label());
    let mut header = vec!["Strategy".to_owned(), "Runs".into()];
    for range in ranges {
        header.extend([format!("Area, {range}"), format!("Minus {baseline}"), "\u{b1}".into()]);
    }
    header.extend(["Images scored".into(), "Seconds".into()]);
    let caption = format!(
        "{} ({unit}): area under the learning curve by ranges of labels, as a mean ({unit}), and its difference from \
         {baseline}, paired by seed; price of a round: images that the target scored for the strategy, and seconds that \
         the strategy took.",
        task.measure(),
        unit = task.unit(),
    );
    Table {
        name: "areas".into(),
        caption,
        header,
        rows: found.groups.iter().map(row).collect(),
        words: 1,
        rules: Vec::new(),
        notes: notes(&found, histories, condition(histories)),
        data: data(&found, &against.to_string()),
    }
}

fn row(group: &GroupWorth) -> Vec<String> {
    let mut row = vec![group.name.label(), group.runs.to_string()];
    for RangeArea { area, difference } in &group.areas {
        let half = difference.and_then(|i| i.half_width);
        row.extend([
            area.map_or_else(String::new, |i| number(i.mean, 2)),
            difference.map_or_else(String::new, |i| signed(i.mean)),
            half.map_or_else(String::new, |h| number(h, 2)),
        ]);
    }
    let price = |i: Option<Interval>, decimals: usize| i.map_or_else(|| UNKNOWN.into(), |i| number(i.mean, decimals));
    row.extend([price(group.scored, 0), price(group.seconds, 2)]);
    row
}

fn notes(found: &Worth, histories: &[History], condition: &str) -> Vec<String> {
    let mut notes = vec![format!(
        "Areas by the trapezoidal rule, divided by the labels they span, with linear interpolation at the ends of a range; \
         described, not tested. \u{b1}: half the width of the 95 % Student-t interval of the paired difference, {condition}."
    )];
    let labels = |n: f64| number(n, 0);
    for (range, part) in &found.ranges {
        match part {
            None => notes.push(format!("{range}: no run has labels in this range, so it is empty.")),
            Some([from, to]) => {
                notes.push(format!(
                    "{range}: over {} to {} labels, which these runs have.",
                    labels(*from),
                    labels(*to)
                ));
            }
        }
    }
    for group in &found.groups {
        let of = |(i, area): (usize, &RangeArea)| {
            let runs = area.area.map_or(0, |a| a.n);
            let (range, part) = &found.ranges[i];
            (part.is_some() && runs < group.runs)
                .then(|| format!("{}: {} of {} runs have all of {range}.", group.name.label(), runs, group.runs))
        };
        notes.extend(group.areas.iter().enumerate().filter_map(of));
    }
    let known = |g: &GroupWorth| g.scored.map_or(0, |i| i.n);
    let all: usize = found.groups.iter().map(|g| g.runs).sum();
    let priced: usize = found.groups.iter().map(known).sum();
    let what = "Images scored and seconds are means over the rounds after the first; an image that is scored twice counts \
                twice, and one that is decoded to be scored counts as any other";
    notes.push(match priced {
        0 => {
            "The price is unknown: no history has a round after the first with it, as those of earlier versions.".into()
        }
        n if n == all => format!("{what}."),
        n => format!(
            "{what}; known of {n} of {all} runs: others have no round after the first, or are of an earlier version."
        ),
    });
    let mut devices: Vec<&str> = histories.iter().filter(|_| priced > 0).map(|h| h.header.device.as_str()).collect();
    devices.sort_unstable();
    devices.dedup();
    if !devices.is_empty() {
        notes.push(format!("Seconds are those of the device: {}.", devices.join("; ")));
    }
    notes
}

/// `areas.csv`: one row for each group.
fn data(found: &Worth, baseline: &str) -> Vec<Vec<String>> {
    let mut header: Vec<String> = ["baseline", "strategy", "label", "runs"].map(str::to_owned).to_vec();
    for (range, _) in &found.ranges {
        let name = range.to_string().replace(' ', "_");
        let columns =
            ["from", "to", "runs", "", "low", "high", "pairs", "difference", "difference_low", "difference_high"];
        header.extend(columns.map(|c| format!("area_{name}{}{c}", if c.is_empty() { "" } else { "_" })));
    }
    header.extend(["priced_runs", "scored", "seconds"].map(str::to_owned));
    let ends = |i: Option<Interval>| {
        let known = i.filter(|i| i.half_width.is_some());
        [cell(i.map(|i| i.mean)), cell(known.map(|i| i.low())), cell(known.map(|i| i.high()))]
    };
    let count = |i: Option<Interval>| i.map_or(0, |i| i.n).to_string();
    let row = |g: &GroupWorth| {
        let mut row = vec![baseline.to_owned(), g.name.to_string(), g.name.label(), g.runs.to_string()];
        for ((_, part), RangeArea { area, difference }) in found.ranges.iter().zip(&g.areas) {
            row.extend([cell(part.map(|p| p[0])), cell(part.map(|p| p[1])), count(*area)]);
            row.extend(ends(*area));
            row.push(count(*difference));
            row.extend(ends(*difference));
        }
        row.extend([count(g.scored), cell(g.scored.map(|i| i.mean)), cell(g.seconds.map(|i| i.mean))]);
        row
    };
    std::iter::once(header).chain(found.groups.iter().map(row)).collect()
}
