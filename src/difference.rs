//! What differs between two histories: the settings first, then the first round; and what is only told of them.

use crate::experiment::Field;
use crate::history::{Fork, Header, History, Refused, RoundRecord};
use crate::identity::{Origin, UNKNOWN};

/// What differs between two histories.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Settings, data and generator.
    pub settings: Vec<Unequal>,
    /// The first round that differs, with the first field in it; or how many rounds each has, if those of both are equal.
    pub round: Option<String>,
    /// What is told and never makes two histories differ: program, commit, processor, date, paths.
    pub told: Vec<Unequal>,
}

/// A field with its values in two histories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unequal {
    /// The field of a setting in backquotes, or what else is compared.
    pub field: String,
    /// Its value in the first history, as text.
    pub first: String,
    /// Its value in the second history, as text.
    pub second: String,
}

impl std::fmt::Display for Unequal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} and {}", self.field, self.first, self.second)
    }
}

/// The first difference between two histories as text; `None` if they are equal apart from what is only told.
pub fn first_difference(a: &History, b: &History) -> Option<String> {
    let setting = settings(&a.header, &b.header).first().map(|s| format!("header, {s}"));
    setting.or_else(|| first_round(a, b))
}

/// Everything that differs between two histories.
pub fn difference(a: &History, b: &History) -> Difference {
    Difference { settings: settings(&a.header, &b.header), round: first_round(a, b), told: told(&a.header, &b.header) }
}

/// The settings, data and generator in which two runs differ; what one of the two does not know is not among them.
pub fn settings(a: &Header, b: &Header) -> Vec<Unequal> {
    let (left, right) = (&a.experiment, &b.experiment);
    let fields = Field::all().filter(|f| !f.aside);
    let fields = fields.map(|f| unequal(&format!("`{}`", f.name), f.get(left), f.get(right)));
    let (mut one, mut two) = (a.compared(), b.compared());
    (one.experiment, two.experiment) = Default::default();
    // Histories of earlier versions do not know everything.
    forget_unless_both(&mut one.labels_from, &mut two.labels_from);
    forget_unless_both(&mut one.generator_weights, &mut two.generator_weights);
    forget_unless_both(&mut one.codes_digest, &mut two.codes_digest);
    let absent = || "nothing".to_owned();
    // All settings of the run that a fork left are no difference each.
    let left = |fork: &Option<Box<Fork>>| {
        let what = |f: &Fork| format!("{}, seed {}, after round {}", f.experiment.strategy, f.experiment.seed, f.round);
        fork.as_deref().map_or_else(absent, what)
    };
    let forked = (one.forked.is_some() != two.forked.is_some())
        .then(|| unequal("forked from", left(&one.forked.take()), left(&two.forked.take())));
    let (one, two) = (leaves(&one), leaves(&two));
    let value = |of: &[(String, String)], path: &str| {
        of.iter().find(|(p, _)| p == path).map_or_else(absent, |(_, value)| value.trim_matches('"').to_owned())
    };
    let only_two = two.iter().filter(|(path, _)| one.iter().all(|(p, _)| p != path));
    let paths = one.iter().chain(only_two).map(|(path, _)| path);
    let others = paths.map(|path| unequal(path, value(&one, path), value(&two, path)));
    fields.chain(forked).chain(others).flatten().collect()
}

/// What is told of two runs where it differs.
fn told(a: &Header, b: &Header) -> Vec<Unequal> {
    let origins = |h: &Header| {
        let said = h.origins.iter().map(|o| format!("{}, {}, from round {}", o.describe(), o.date, o.from_round));
        let said = said.collect::<Vec<_>>().join("; ");
        if said.is_empty() { UNKNOWN.to_owned() } else { said }
    };
    let alike =
        a.origins.len() == b.origins.len() && a.origins.iter().zip(&b.origins).all(|(x, y)| Origin::is_like(x, y));
    let known = |hash: &Option<String>| hash.clone().unwrap_or_else(|| UNKNOWN.to_owned());
    let one_knows = a.generator_weights.is_some() != b.generator_weights.is_some();
    let places = Field::all().filter(|f| f.aside);
    let rows = [
        unequal("generator's weights", known(&a.generator_weights), known(&b.generator_weights)).filter(|_| one_knows),
        unequal("data", a.data_provenance.clone(), b.data_provenance.clone()),
        unequal("computed by", origins(a), origins(b)).filter(|_| !alike),
    ];
    let places = places.map(|f| unequal(&format!("`{}`", f.name), f.get(&a.experiment), f.get(&b.experiment)));
    rows.into_iter().chain(places).flatten().collect()
}

fn unequal(field: &str, first: String, second: String) -> Option<Unequal> {
    (first != second).then(|| Unequal { field: field.to_owned(), first, second })
}

fn forget_unless_both(a: &mut Option<String>, b: &mut Option<String>) {
    if a.is_none() || b.is_none() {
        (*a, *b) = (None, None);
    }
}

/// The first round that differs, wall times aside, with the first field in it.
fn first_round(a: &History, b: &History) -> Option<String> {
    for (ra, rb) in a.rounds.iter().zip(&b.rounds) {
        // Histories of an earlier version have no predictions of single images; their confusion matrices are compared.
        let predicted = !ra.predicted.is_empty() && !rb.predicted.is_empty();
        let covered = ra.coverage.is_some() && rb.coverage.is_some();
        let compared = |r| {
            let mut leaves = leaves(&comparable(r, predicted, covered));
            leaves.sort_by_key(|(path, _)| cause(path));
            leaves
        };
        let (fa, fb) = (compared(ra), compared(rb));
        if let Some(d) = first_field(&fa, &fb, &a.header.classes) {
            return Some(format!("round {}, {d}", ra.round));
        }
    }
    let (one, other) = (a.rounds.len(), b.rounds.len());
    let equal = match one.min(other) {
        0 => "no round is in both".to_owned(),
        1 => "round 1, which both have, is equal to the bit".to_owned(),
        n => format!("rounds 1 to {n}, which both have, are equal to the bit"),
    };
    (one != other).then(|| format!("rounds: {one} and {other}; {equal}"))
}

/// A round without what is told only; predictions and coverage are kept if both rounds have them.
fn comparable(record: &RoundRecord, predicted: bool, covered: bool) -> RoundRecord {
    // The sentence of a rejection is worded by the program's version; its kind and its code are what was computed.
    let wordless = |r: &Refused| Refused { message: String::new(), ..r.clone() };
    let refusals = record.refusals.iter().map(wordless).collect();
    let mut record = RoundRecord { refusals, ..record.timeless() };
    if !predicted {
        record.predicted.clear();
    }
    record.coverage.take_if(|_| !covered);
    record
}

/// Every leaf of a value with its path, in order. Floats are written with all of their digits.
fn leaves(value: &impl serde::Serialize) -> Vec<(String, String)> {
    let mut leaves = Vec::new();
    if let Ok(value) = serde_json::to_value(value) {
        flatten("", &value, &mut leaves);
    }
    leaves
}

fn flatten(path: &str, value: &serde_json::Value, leaves: &mut Vec<(String, String)>) {
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        serde_json::Value::Object(map) => map.iter().for_each(|(k, v)| flatten(&join(k), v, leaves)),
        serde_json::Value::Array(items) => {
            leaves.push((join("len"), items.len().to_string()));
            items.iter().enumerate().for_each(|(i, v)| flatten(&join(&i.to_string()), v, leaves));
        }
        serde_json::Value::Number(number) => leaves.push((path.to_owned(), digits(number))),
        leaf => leaves.push((path.to_owned(), leaf.to_string())),
    }
}

/// A number in its shortest form: serde widens single-precision numbers, so that 0.3 becomes 0.30000001192092896.
fn digits(number: &serde_json::Number) -> String {
    match number.as_f64().filter(|v| number.is_f64() && f64::from(*v as f32) == *v) {
        Some(widened) => (widened as f32).to_string(),
        None => number.to_string(),
    }
}

/// The lists of a round, what follows from another behind it, and what one of their entries is called.
const LISTS: [(&str, &str); 6] = [
    ("proposals", "proposal"),
    ("refusals", "rejection"),
    ("walk_steps", "step of a walk"),
    ("evaluations", "evaluation"),
    ("predicted", "prediction for image"),
    ("confusion", "confusion"),
];

/// The place of a field of a round among its causes and effects; what is in no list comes behind what it counts.
fn cause(path: &str) -> usize {
    let part = path.split('.').next().unwrap_or_default();
    LISTS.iter().position(|(list, _)| *list == part).unwrap_or(LISTS.len())
}

/// A field of a round in words.
fn worded(path: &str, classes: &[String]) -> String {
    let words = |text: &str| text.replace('_', " ").replace('.', ", ");
    let Some((part, rest)) = path.split_once('.') else { return words(path) };
    let (number, rest) = rest.split_once('.').unwrap_or((rest, ""));
    let entry = LISTS.iter().find(|(list, _)| *list == part).map(|(_, entry)| *entry);
    match (entry, number.parse::<usize>()) {
        (Some(_), Err(_)) if number == "len" => format!("number of {}", words(part)),
        (Some("confusion"), Ok(n)) if n < classes.len() * classes.len() => {
            let [truth, predicted] = [n / classes.len(), n % classes.len()];
            format!("images of class {} that are taken for {}", classes[truth], classes[predicted])
        }
        (Some(entry), Ok(n)) if rest.is_empty() => format!("{entry} {n}"),
        (Some(entry), Ok(n)) => format!("{} of {entry} {n}", words(rest)),
        _ => words(path),
    }
}

/// The first field that differs, of the rounds of runs with these classes.
fn first_field(a: &[(String, String)], b: &[(String, String)], classes: &[String]) -> Option<String> {
    let differing = a.iter().zip(b).find(|(x, y)| x != y);
    if let Some(((path, x), (other, y))) = differing {
        let (path, other) = (worded(path, classes), worded(other, classes));
        return Some(if path == other { format!("{path}: {x} and {y}") } else { format!("{path} and {other}") });
    }
    let longer = if a.len() > b.len() { a.get(b.len()) } else { b.get(a.len()) };
    longer.map(|(path, _)| format!("{} is in only one of them", worded(path, classes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive;
    use crate::experiment::Experiment;

    fn published() -> History {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/histories/mnist/histories/random-01.rwh");
        archive::read_history(path.as_ref()).unwrap()
    }

    #[test]
    fn the_first_cause_that_differs_is_named_in_words() {
        let a = published();
        let changed = |change: fn(&mut RoundRecord)| {
            let mut b = a.clone();
            change(std::sync::Arc::make_mut(&mut b.rounds[2]));
            first_difference(&a, &b).unwrap()
        };
        let sample = a.rounds[2].proposals[4].sample;
        let found = changed(|r| (r.proposals[4].sample, r.evaluations[0].value, r.confusion[1]) = (1, 0.5, 10_001));
        assert_eq!(found, format!("round 3, sample of proposal 4: {sample} and 1"));
        let value = a.rounds[2].evaluations[0].value;
        assert_eq!(
            changed(|r| r.evaluations[0].value = 0.5),
            format!("round 3, value of evaluation 0: {value} and 0.5")
        );
        let taken = a.rounds[2].confusion[13];
        let found = changed(|r| r.confusion[13] = 10_001);
        assert_eq!(found, format!("round 3, images of class 1 that are taken for 3: {taken} and 10001"));
        let found = changed(|r| r.proposals.clear());
        assert_eq!(found, format!("round 3, number of proposals: {} and 0", a.rounds[2].proposals.len()));
    }

    #[test]
    fn settings_differ_by_name_and_what_is_told_never_does() {
        let mut a = published();
        a.header.generator_weights = None;
        let mut b = a.clone();
        b.header.experiment = Experiment { alpha: 0.4, masks: "elsewhere".into(), ..b.header.experiment };
        b.header.data_provenance = "another folder".into();
        b.header.program = "another version".into();
        b.header.generator_weights = Some("hash".into());
        b.header.origins = vec![Origin::here("CPU", 1)];
        let found = difference(&a, &b);
        let said = |list: &[Unequal]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(said(&found.settings), [format!("`alpha`: {} and 0.4", a.header.experiment.alpha)]);
        assert_eq!(found.round, None);
        let told: Vec<&str> = found.told.iter().map(|t| t.field.as_str()).collect();
        assert_eq!(told, ["generator's weights", "data", "computed by", "`masks`"]);
        assert!(found.told.iter().any(|t| t.first == UNKNOWN && t.second == "hash"), "{:?}", found.told);
        // Once both know, weights are compared.
        let mut c = b.clone();
        c.header.generator_weights = Some("other".into());
        assert_eq!(said(&settings(&b.header, &c.header)), ["generator_weights: hash and other"]);
        c.rounds.pop();
        assert!(first_difference(&b, &c).unwrap().starts_with("header, generator_weights"));
        let equal = "rounds: 10 and 9; rounds 1 to 9, which both have, are equal to the bit";
        assert_eq!(difference(&b, &c).round.as_deref(), Some(equal));
        assert_eq!(
            first_difference(&b, &b.up_to(1)).unwrap(),
            "rounds: 10 and 1; round 1, which both have, is equal to the bit"
        );
        // Where a round that both have differs, that is where they part.
        std::sync::Arc::make_mut(&mut c.rounds[2]).minibatches += 1;
        assert!(difference(&b, &c).round.unwrap().starts_with("round 3, minibatches"));
        // A fork is one line.
        let fork = Fork { round: 3, experiment: a.header.experiment.clone(), parent: None };
        let mut forked = a.clone();
        forked.header.forked = Some(Box::new(fork));
        assert_eq!(
            said(&settings(&forked.header, &a.header)),
            ["forked from: random, seed 1, after round 3 and nothing"]
        );
    }
}
