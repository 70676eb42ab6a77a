//! The first difference between two histories, wall times aside.

use crate::history::{Header, History, Refused, RoundRecord};

/// The first difference between two histories as text; `None` if they are equal apart from wall times.
pub fn first_difference(a: &History, b: &History) -> Option<String> {
    // Histories of an earlier version do not say where labels come from.
    let origin = a.header.labels_from.is_some() && b.header.labels_from.is_some();
    let (ha, hb) = (fields(&placeless(&a.header, origin)), fields(&placeless(&b.header, origin)));
    if let Some(d) = first_field("header", &ha, &hb) {
        return Some(d);
    }
    for (ra, rb) in a.rounds.iter().zip(&b.rounds) {
        // Histories of an earlier version have no predictions of single images; their confusion matrices are compared.
        let predicted = !ra.predicted.is_empty() && !rb.predicted.is_empty();
        let (fa, fb) = (fields(&timeless(ra, predicted)), fields(&timeless(rb, predicted)));
        if let Some(d) = first_field(&format!("round {}", ra.round), &fa, &fb) {
            return Some(d);
        }
    }
    (a.rounds.len() != b.rounds.len()).then(|| format!("rounds: {} and {}", a.rounds.len(), b.rounds.len()))
}

/// The header without the path of the data, which is identified by its digest.
fn placeless(header: &Header, origin: bool) -> Header {
    let labels_from = header.labels_from.clone().filter(|_| origin);
    Header { data_provenance: String::new(), labels_from, ..header.clone() }
}

fn timeless(record: &RoundRecord, predicted: bool) -> RoundRecord {
    // The sentence of a rejection is worded by the program's version; its kind and its code are what was computed.
    let wordless = |r: &Refused| Refused { message: String::new(), ..r.clone() };
    let refusals = record.refusals.iter().map(wordless).collect();
    let record = RoundRecord { seconds: 0.0, label_seconds: 0.0, refusals, ..record.clone() };
    if predicted { record } else { RoundRecord { predicted: Vec::new(), ..record } }
}

/// Every leaf of a value with its path, in order. Floats are written with all of their digits.
fn fields(value: &impl serde::Serialize) -> Vec<(String, String)> {
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
        leaf => leaves.push((path.to_owned(), leaf.to_string())),
    }
}

fn first_field(at: &str, a: &[(String, String)], b: &[(String, String)]) -> Option<String> {
    let differing = a.iter().zip(b).find(|(x, y)| x != y);
    if let Some(((path, x), (other, y))) = differing {
        return Some(if path == other {
            format!("{at}, {path}: {x} and {y}")
        } else {
            format!("{at}: {path} and {other}")
        });
    }
    let longer = if a.len() > b.len() { a.get(b.len()) } else { b.get(a.len()) };
    longer.map(|(path, _)| format!("{at}: {path} is in only one of them"))
}
