//! How far off forecasts were: each run foretells, from its first rounds, a round that it has ended since.

use crate::experiment::Task;
use crate::figures::captions::condition;
use crate::figures::data::{BAND_LEVEL, repeats_text, split_name, task};
use crate::figures::drawing::ticks::number;
use crate::figures::kinds::comparison::signed;
use crate::figures::table::{Table, cell};
use crate::history::History;
use crate::statistics::{Forecast, Group, Reached, evaluation_images, forecast, groups, mean_interval};

/// Columns of `forecast.csv`, a row a run and forecast.
const DATA_HEADER: [&str; 9] =
    ["strategy", "label", "seed", "from_round", "for_round", "reached", "expected", "low", "high"];

/// A forecast of one run, and what came.
struct Told {
    seed: u64,
    /// The round that it was made after, and the one that it is of.
    rounds: [usize; 2],
    reached: f64,
    /// `None` if the rounds did not carry one.
    forecast: Option<Forecast>,
}

/// For each strategy and each round with which a run had twice the labels of an earlier one: how far off the forecast
/// after the earlier round was, in points of accuracy, and how often its band held what came.
pub fn forecasts(histories: &[History]) -> Table {
    let groups = groups(histories);
    let (mut rows, mut data, mut rules) = (Vec::new(), vec![DATA_HEADER.map(str::to_owned).to_vec()], Vec::new());
    for group in groups.iter().filter(|_| task(histories) == Task::Classes) {
        let told: Vec<Told> = group.histories.iter().flat_map(|h| of_run(h)).collect();
        let mut pairs: Vec<[usize; 2]> = told.iter().filter(|t| t.forecast.is_some()).map(|t| t.rounds).collect();
        pairs.sort_unstable();
        pairs.dedup();
        for (i, pair) in pairs.into_iter().enumerate() {
            if i == 0 && !rows.is_empty() {
                rules.push(rows.len());
            }
            let of: Vec<&Told> = told.iter().filter(|t| t.rounds == pair).collect();
            rows.push(row(&group.label(), pair, &of));
            data.extend(of.into_iter().map(|told| line(group, told)));
        }
    }
    let header = ["Strategy", "After t", "For t", "Forecasts", "Off by", "\u{b1}", "Absolute", "Band", "In its band"];
    Table {
        name: "forecast".into(),
        caption: format!(
            "Forecasts of the accuracy on the {} with at least twice the labels, made after round t from the \
             rounds until then, minus what came, in points of accuracy, {}.",
            split_name(histories),
            repeats_text(&groups)
        ),
        header: header.map(str::to_owned).to_vec(),
        rows,
        words: 1,
        rules,
        notes: vec![
            "The law: error = rest + b n^-c that fits the rounds best. Band: mean width of the band of all such laws that the \
             rounds do not contradict. Where rounds do not carry a forecast none is made; In its band counts those made."
                .to_owned(),
            format!("\u{b1}: half the width of the 95 % Student-t interval of Off by, over seeds, {}.", condition(histories)),
        ],
        data,
    }
}

/// The forecasts of a run for the first round with twice the labels, after each round that has one.
fn of_run(history: &History) -> Vec<Told> {
    let reached: Vec<(usize, Reached)> = history
        .rounds
        .iter()
        .filter_map(|r| {
            let accuracy = f64::from(r.final_accuracy()?);
            Some((r.round, Reached { labels: r.labels, accuracy, measured_on: evaluation_images(r)? }))
        })
        .collect();
    let ends: Vec<Reached> = reached.iter().map(|(_, r)| *r).collect();
    let told = reached.iter().enumerate().filter_map(|(i, (after, last))| {
        let (of, later) = reached[i..].iter().find(|(_, r)| r.labels >= 2 * last.labels)?;
        let forecast = forecast(&ends[..=i], later.labels).ok();
        Some(Told { seed: history.header.experiment.seed, rounds: [*after, *of], reached: later.accuracy, forecast })
    });
    told.collect()
}

/// Of one strategy and one pair of rounds: the mean over the seeds.
fn row(label: &str, [after, of]: [usize; 2], told: &[&Told]) -> Vec<String> {
    let made: Vec<(f64, Forecast)> = told.iter().filter_map(|t| Some((t.reached, t.forecast?))).collect();
    let off: Vec<f64> = made.iter().map(|(reached, f)| f.accuracy - reached).collect();
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / made.len() as f64;
    let held = made.iter().filter(|(reached, f)| (f.low..=f.high).contains(reached)).count();
    let interval = mean_interval(&off, BAND_LEVEL);
    vec![
        label.to_owned(),
        after.to_string(),
        of.to_string(),
        if made.len() < told.len() { format!("{} of {}", made.len(), told.len()) } else { made.len().to_string() },
        interval.map_or_else(String::new, |i| signed(i.mean)),
        interval.and_then(|i| i.half_width).map_or_else(String::new, |h| number(h, 2)),
        number(mean(&mut off.iter().map(|o| o.abs())), 2),
        number(mean(&mut made.iter().map(|(_, f)| f.high - f.low)), 1),
        format!("{held} of {}", made.len()),
    ]
}

fn line(group: &Group<'_>, told: &Told) -> Vec<String> {
    let name = if group.is_fork { group.label() } else { group.name.to_string() };
    let numbers = [
        told.seed.to_string(),
        told.rounds[0].to_string(),
        told.rounds[1].to_string(),
        told.reached.to_string(),
        cell(told.forecast.map(|f| f.accuracy)),
        cell(told.forecast.map(|f| f.low)),
        cell(told.forecast.map(|f| f.high)),
    ];
    [name, group.label()].into_iter().chain(numbers).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On the published runs of MNIST forecasts are off by less than a point, and every strategy has its rows.
    #[test]
    fn published_runs_have_their_forecasts_for_twice_the_labels() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/histories/mnist");
        let files = crate::archive::history_files(&folder).unwrap();
        let first = files.iter().filter(|f| f.to_string_lossy().ends_with("-01.rwh"));
        let histories: Vec<History> = first.map(|f| crate::archive::read_history(f).unwrap()).collect();
        let table = forecasts(&histories);
        let pairs: Vec<[&str; 2]> = table.rows.iter().map(|r| [&r[1][..], &r[2][..]]).collect();
        assert_eq!(table.rows.len(), 2 * histories.len());
        assert!(pairs.iter().all(|p| [["4", "8"], ["5", "10"]].contains(p)), "{pairs:?}");
        let (mut held, mut off) = (0, 0.0);
        for line in &table.data[1..] {
            let [reached, expected, low, high] = [5, 6, 7, 8].map(|i| line[i].parse::<f64>().unwrap());
            held += usize::from((low..=high).contains(&reached));
            off += (expected - reached).abs();
        }
        let all = table.data.len() - 1;
        assert!(held + 2 >= all && off / (all as f64) < 1.0, "{held} of {all}, {off} points");
    }
}
