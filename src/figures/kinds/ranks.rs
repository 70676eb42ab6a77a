//! Strategies by mean rank, with Nemenyi's critical difference: the table, and the diagram of Demsar (2006).

use crate::figures::data::{BAND_LEVEL, task};
use crate::figures::drawing::layout::TICK_SIZE;
use crate::figures::drawing::text::width;
use crate::figures::drawing::ticks::number;
use crate::figures::figure::{Anchor, Axis, Figure, Item, LegendPlace, Line, Note, Panel, Ticks};
use crate::figures::look::looks::Looks;
use crate::figures::look::style::{Dash, Ink, StrategyStyle, Stroke};
use crate::figures::table::{Table, cell};
use crate::history::History;
use crate::statistics::{Ranked, Ranks, groups, ranks};

/// What both need.
pub const NEEDS: &str = "three strategies, and seeds that each of them has ended";

/// Mean ranks with letters: strategies that share one cannot be told apart.
pub fn ranks_table(histories: &[History]) -> Result<Table, String> {
    let found = ranks(histories, BAND_LEVEL)?;
    let header = ["Strategy", "Groups", "Mean rank", "First"];
    let first = |g: &Ranked| g.ranks.iter().filter(|r| **r == 1.0).count();
    let row = |(place, g): (usize, &Ranked)| {
        vec![g.name.label(), letters(&found, place), number(g.mean, 2), first(g).to_string()]
    };
    Ok(Table {
        name: "ranks".into(),
        caption: format!(
            "{}, {}: mean rank of each strategy, 1 for the best, {}.",
            task(histories).measure(),
            rounds_text(&found),
            seeds_text(&found)
        ),
        header: header.map(str::to_owned).to_vec(),
        rows: found.groups.iter().enumerate().map(row).collect(),
        words: 2,
        rules: Vec::new(),
        notes: notes(&found),
        data: data(&found),
    })
}

/// The letters of the groups to which the strategy in this place belongs; none if it differs from all others.
fn letters(found: &Ranks, place: usize) -> String {
    let of = found.alike.iter().zip('a'..).filter(|([first, last], _)| (*first..=*last).contains(&place));
    of.map(|(_, letter)| letter).collect()
}

fn rounds_text(found: &Ranks) -> String {
    match (found.rounds.start(), found.rounds.end()) {
        (first, last) if first == last => format!("round t = {first}"),
        (first, last) => format!("mean over rounds t = {first} to {last}"),
    }
}

fn seeds_text(found: &Ranks) -> String {
    match found.seeds.len() {
        1 => "with one seed".to_owned(),
        n => format!("over {n} paired seeds"),
    }
}

/// Friedman's test as a sentence, and the critical difference as another.
fn tests(found: &Ranks) -> [String; 2] {
    let (k, percent) = (found.groups.len(), number(100.0 * (1.0 - found.level), 0));
    let friedman = match (found.friedman.chi_square, found.friedman.p) {
        (Some(chi_square), Some(p)) => {
            let p_text = if p < 0.001 { "p below 0.001".to_owned() } else { format!("p = {p:.3}") };
            let differ = if p <= 1.0 - found.level {
                "not all strategies are equal"
            } else {
                "no difference between the strategies is shown, whatever pairs say"
            };
            format!(
                "Friedman's test: \u{3c7}\u{b2} = {chi_square:.2} with {} degrees of freedom, {p_text}: {differ}.",
                found.friedman.df
            )
        }
        _ => "Friedman's test: all strategies tie with every seed.".to_owned(),
    };
    let critical = format!(
        "Nemenyi's critical difference at {percent} %, for {k} strategies {}: {}.",
        seeds_text(found),
        number(found.critical, 2)
    );
    [friedman, critical]
}

fn notes(found: &Ranks) -> Vec<String> {
    let mut notes = tests(found).to_vec();
    notes.push(
        "Groups: strategies that share a letter are within the critical difference of each other; one without a letter \
         differs from all. First: seeds with which it is the best alone. Ties share their mean rank. Nemenyi's test is \
         adjusted for all pairs of strategies, so it shows less than a paired test of two; Friedman's p is that of the \
         \u{3c7}\u{b2} distribution, which few seeds follow roughly (Demsar 2006)."
            .to_owned(),
    );
    if !found.left_out.is_empty() {
        let seeds: Vec<String> = found.left_out.iter().map(u64::to_string).collect();
        notes.push(format!("Seeds that not every strategy has ended, excluded: {}.", seeds.join(", ")));
    }
    notes
}

/// `ranks.csv`: one row for each strategy, with its rank for each seed.
fn data(found: &Ranks) -> Vec<Vec<String>> {
    let whole = [
        ("first_round", found.rounds.start().to_string()),
        ("last_round", found.rounds.end().to_string()),
        ("seeds", found.seeds.len().to_string()),
        ("friedman_chi_square", cell(found.friedman.chi_square)),
        ("friedman_df", found.friedman.df.to_string()),
        ("friedman_p", cell(found.friedman.p)),
        ("level", found.level.to_string()),
        ("critical_difference", found.critical.to_string()),
    ];
    let names = whole.iter().map(|(name, _)| *name).chain(["strategy", "label", "groups", "mean_rank"]);
    let seeds = found.seeds.iter().map(|seed| format!("rank_with_seed_{seed}"));
    let header = names.map(str::to_owned).chain(seeds).collect();
    let row = |(place, g): (usize, &Ranked)| {
        let own = [g.name.to_string(), g.name.label(), letters(found, place), g.mean.to_string()];
        let values = whole.iter().map(|(_, value)| value.clone()).chain(own);
        values.chain(g.ranks.iter().map(f64::to_string)).collect()
    };
    std::iter::once(header).chain(found.groups.iter().enumerate().map(row)).collect()
}

/// Width of a text column, for which heights and widths are in proportion.
const COLUMN: f64 = 252.0;
/// Height of a name, of a bar, and of what lies above the line of ranks, in points.
const NAME_LINE: f64 = 13.0;
const BAR_LINE: f64 = 5.0;
const ABOVE: f64 = 34.0;
/// Between the line of ranks and the first name.
const BELOW: f64 = 10.0;
/// Largest height, as a multiple of that in a text column.
const SPREAD: f64 = 1.25;
/// Smallest and largest share of the width that the names on a side take.
const SIDE: [f64; 2] = [0.12, 0.36];
/// Most strategies that get their own tick.
const MOST_TICKS: usize = 12;

/// The mean ranks on a line, best on the left, names on both sides, and a bar below the line for each group that cannot
/// be told apart.
pub fn rank_diagram(histories: &[History], looks: &Looks) -> Result<Figure, String> {
    let found = ranks(histories, BAND_LEVEL)?;
    let all = groups(histories);
    let style = |g: &Ranked| {
        let group = all.iter().find(|a| !a.is_fork && a.name == g.name);
        group.map_or_else(|| StrategyStyle::of(g.name.strategy), |group| looks.group(group))
    };
    let k = found.groups.len();
    let names: Vec<String> =
        found.groups.iter().map(|g| format!("{} ({})", g.name.label(), number(g.mean, 2))).collect();
    let longest = names.iter().map(|name| width(name, TICK_SIZE)).fold(0.0, f64::max);
    let side = (longest / COLUMN).clamp(SIDE[0], SIDE[1]);
    // The line of ranks takes what the names on both sides leave.
    let span = (k as f64 - 1.0) / (1.0 - 2.0 * side);
    let (left, right) = (1.0 - side * span, k as f64 + side * span);
    let left_names = k.div_ceil(2);
    let bars = found.alike.len() as f64 * BAR_LINE;
    let height = ABOVE + BELOW + bars + left_names as f64 * NAME_LINE;
    let at = |points: f64| 1.0 - points / height;
    let share = |x: f64| (x - left) / (right - left);
    let mut items = vec![line("mean rank", vec![[1.0, at(ABOVE)], [k as f64, at(ABOVE)]], plain(0.7))];
    for rank in (1..=k).step_by(k.div_ceil(MOST_TICKS)) {
        let x = rank as f64;
        items.push(line("mean rank", vec![[x, at(ABOVE)], [x, at(ABOVE - 3.0)]], plain(0.7)));
        items.push(note([share(x), at(ABOVE - 8.0)], rank.to_string(), Anchor::Middle));
    }
    // The critical difference, as long as it is, above the ranks.
    let ruler = [1.0, (1.0 + found.critical).min(right)];
    items.push(line("critical difference", vec![[ruler[0], at(16.0)], [ruler[1], at(16.0)]], plain(0.9)));
    for x in ruler {
        items.push(line("critical difference", vec![[x, at(13.5)], [x, at(18.5)]], plain(0.9)));
    }
    let text = format!("critical difference {}", number(found.critical, 2));
    items.push(note([share((ruler[0] + ruler[1]) / 2.0), at(7.0)], text, Anchor::Middle));
    for (i, [first, last]) in found.alike.iter().enumerate() {
        let y = at(ABOVE + BAR_LINE * (i as f64 + 0.9));
        let ends = [found.groups[*first].mean, found.groups[*last].mean];
        // From marker to marker; of equal ranks it is as wide as a marker, so that it is seen.
        let reach = if ends[0] < ends[1] { 0.0 } else { 0.008 * (right - left) };
        items.push(line("cannot be told apart", vec![[ends[0] - reach, y], [ends[1] + reach, y]], plain(2.2)));
    }
    for (place, (group, name)) in found.groups.iter().zip(&names).enumerate() {
        let on_left = place < left_names;
        let row = if on_left { place } else { k - 1 - place };
        let y = at(ABOVE + bars + BELOW + NAME_LINE * row as f64);
        let edge = if on_left { left } else { right };
        let style = style(group);
        let stroke = Stroke { width: 0.8, ..style.stroke() };
        let points = vec![[group.mean, at(ABOVE)], [group.mean, y], [edge, y]];
        let series = group.name.label();
        items.push(line(&series, points, stroke));
        let mark = Line {
            series,
            in_legend: false,
            points: vec![[group.mean, at(ABOVE)]],
            stroke: None,
            mark: Some((style.mark, style.ink)),
            steps: false,
        };
        items.push(Item::Line(mark));
        let anchor = if on_left { Anchor::Start } else { Anchor::End };
        items.push(note([if on_left { 0.0 } else { 1.0 }, y + 4.5 / height], name.clone(), anchor));
    }
    let [friedman, critical] = tests(&found);
    let measure = task(histories).measure();
    let caption = format!(
        "{measure}, {}: mean ranks of the strategies, 1 for the best, {}. A bar joins strategies that cannot be told \
         apart. {friedman} {critical}",
        rounds_text(&found),
        seeds_text(&found),
    );
    let axis = || Axis::linear("").ticks(Ticks::None);
    let panel = Panel {
        title: String::new(),
        x: axis().range(left, right),
        y: axis().range(0.0, 1.0),
        aspect: height / COLUMN,
        items,
    };
    let mut figure = Figure::single("critical-difference", &format!("Mean ranks by {measure}"), caption, panel);
    figure.legend = LegendPlace::None;
    // A wider one spreads the ranks, and its names only a little.
    figure.tallest = SPREAD * height;
    Ok(figure)
}

fn plain(width: f64) -> Stroke {
    Stroke { ink: Ink::Text, width, dash: Dash::Solid, opacity: 1.0 }
}

fn line(series: &str, points: Vec<[f64; 2]>, stroke: Stroke) -> Item {
    Item::Line(Line { series: series.into(), in_legend: false, points, stroke: Some(stroke), mark: None, steps: false })
}

fn note(at: [f64; 2], text: String, anchor: Anchor) -> Item {
    Item::Note(Note { at, text, anchor })
}
