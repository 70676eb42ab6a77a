//! Label Studio's JSON: tasks with the guess as a prediction, and its exports, in full (`JSON`) or short (`JSON_MIN`).

use serde_json::{Value, json};

use super::incoming::{Incoming, part_said};
use crate::project::log::{Answer, MOST_SECONDS, plausible, time_of};

/// Names in Label Studio's own template for classes of images.
const IMAGE: &str = "image";
const CHOICE: &str = "choice";
const CHOICES: &str = "choices";
/// The key of an image's name in its project, which Label Studio gives back.
const FILE: &str = "file";

/// Keys of the short form that never hold the class.
const SHORT: [&str; 11] = [
    "id",
    "annotation_id",
    "annotator",
    "completed_by",
    "created_at",
    "updated_at",
    "lead_time",
    FILE,
    IMAGE,
    "strategy",
    "round",
];

/// The labelling interface of a project in Label Studio that fits the tasks; `{choices}` stands for the classes.
pub const CONFIG: &str = "<View>\n  <Image name=\"image\" value=\"$image\"/>\n  <Choices name=\"choice\" \
                          toName=\"image\">\n{choices}  </Choices>\n</View>";

/// An image of a batch as a task.
pub struct Task<'a> {
    pub file: &'a str,
    pub prefix: &'a str,
    pub strategy: &'a str,
    pub round: usize,
    /// The model's guess and its probability.
    pub guess: Option<(&'a str, f32)>,
    /// What the guess is of: the round of the model.
    pub model: usize,
}

impl Task<'_> {
    pub fn json(&self) -> Value {
        let data = json!({
            IMAGE: format!("{}{}", self.prefix, encoded(self.file)),
            FILE: self.file,
            "strategy": self.strategy,
            "round": self.round,
        });
        let Some((guess, score)) = self.guess else { return json!({ "data": data }) };
        let result = json!([{
            "from_name": CHOICE, "to_name": IMAGE, "type": CHOICES, "value": { CHOICES: [guess] },
        }]);
        let version = format!("ridgewalk, round {}", self.model);
        json!({
            "data": data,
            "predictions": [{ "model_version": version, "score": score, "result": result }],
        })
    }
}

/// The labels of an export; the error says what is wrong with it.
pub fn labels(value: &Value) -> Result<Vec<Incoming>, String> {
    let tasks: Vec<&Value> = match value {
        Value::Array(tasks) => tasks.iter().collect(),
        Value::Object(_) => vec![value],
        _ => return Err("is JSON, but no list of Label Studio's tasks".to_owned()),
    };
    let is_ours = tasks.iter().any(|task| task.get(CHOICE).is_some());
    let mut labels = Vec::new();
    for (at, task) in tasks.into_iter().enumerate() {
        let number = task.get("id").map_or_else(|| (at + 1).to_string(), Value::to_string);
        let place = format!("task {number}");
        if !task.is_object() {
            return Err(format!("{place} is no object; export from Label Studio as JSON, JSON_MIN or CSV"));
        }
        // In the short form all stands in the task itself.
        let data = task.get("data").unwrap_or(task);
        let text = |key: &str| data.get(key).and_then(Value::as_str).map(str::to_owned);
        let (file, address) = (text(FILE), text(IMAGE).or_else(|| first_text(data)));
        if file.is_none() && address.is_none() {
            return Err(format!("{place} names no image (`{FILE}` or `{IMAGE}`)"));
        }
        let seconds = |from: &Value| match from.get("lead_time").and_then(Value::as_f64) {
            Some(seconds) if plausible(Some(seconds)).is_none() => {
                Err(format!("{place}: `lead_time` is {seconds}, no number of seconds from 0 to {MOST_SECONDS}"))
            }
            seconds => Ok(seconds),
        };
        let time = |from: &Value| {
            let said = ["created_at", "updated_at"].iter().find_map(|key| Some((key, from.get(*key)?.as_str()?)));
            match said {
                Some((key, time)) if time_of(time).is_none() => Err(format!(
                    "{place}: `{key}` is {time}, no time such as 2026-01-31T12:00:00Z; put it right or remove it"
                )),
                said => Ok(said.map_or_else(String::new, |(_, time)| time.to_owned())),
            }
        };
        let of = |from: &Value, label: String, answer: Answer| {
            Ok::<_, String>(Incoming {
                place: place.clone(),
                files: file.clone().into_iter().collect(),
                is_log: false,
                digest: None,
                address: address.clone(),
                label,
                seconds: seconds(from)?,
                time: time(from)?,
                who: who(from),
                part: part_said(&text("split").unwrap_or_default(), &text("strategy").unwrap_or_default()),
                no_split: String::new(),
                lacks_choice: false,
                answer,
            })
        };
        match task.get("annotations").or_else(|| task.get("completions")).and_then(Value::as_array) {
            Some(annotations) => {
                let is_cancelled = |a: &&Value| a.get("was_cancelled").and_then(Value::as_bool) == Some(true);
                let (cancelled, given): (Vec<&Value>, Vec<&Value>) = annotations.iter().partition(is_cancelled);
                let before = labels.len();
                let mut without = None;
                for annotation in given {
                    match choice_of(annotation).map_err(|what| format!("{place}: {what}"))? {
                        Some(label) => labels.push(of(annotation, label, Answer::Label)?),
                        None => without = Some(annotation),
                    }
                }
                if let Some(skipped) = cancelled.first().filter(|_| labels.len() == before) {
                    labels.push(of(skipped, String::new(), Answer::Skipped)?);
                } else if labels.len() == before {
                    let label = of(without.unwrap_or(task), String::new(), Answer::Label)?;
                    labels.push(Incoming { lacks_choice: without.is_some(), ..label });
                }
            }
            None if task.get("data").is_some() => labels.push(of(task, String::new(), Answer::Label)?),
            None => {
                let key = if is_ours { Ok(Some(CHOICE)) } else { only_key(task, address.as_deref()) };
                let key = key.map_err(|what| format!("{place}: {what}"))?;
                let label = key.and_then(|key| task.get(key)).map(short).transpose();
                let label = label.map_err(|what| format!("{place}: {what}"))?;
                labels.push(of(task, label.unwrap_or_default(), Answer::Label)?);
            }
        }
    }
    Ok(labels)
}

/// The class that an annotation chooses.
fn choice_of(annotation: &Value) -> Result<Option<String>, String> {
    let results = annotation.get("result").and_then(Value::as_array);
    let choices = results.into_iter().flatten().filter_map(|r| r.get("value")?.get(CHOICES)?.as_array());
    let mut chosen = choices.flatten().filter_map(|c| c.as_str().map(str::to_owned));
    match (chosen.next(), chosen.next()) {
        (Some(a), Some(b)) => Err(format!("has two choices, {a} and {b}; an image has one class")),
        (one, _) => Ok(one),
    }
}

/// The key of the class in the short form of an interface that is not ours: of the only text that is nothing else.
fn only_key<'a>(task: &'a Value, address: Option<&str>) -> Result<Option<&'a str>, String> {
    let may_be = |(key, value): &(&String, &Value)| {
        !SHORT.contains(&key.as_str()) && value.as_str().is_some_and(|text| Some(text) != address)
    };
    let keys: Vec<&str> = task.as_object().into_iter().flatten().filter(may_be).map(|(key, _)| key.as_str()).collect();
    match keys[..] {
        [first, second, ..] => Err(format!("`{first}` or `{second}` may be the class; name that key `{CHOICE}`")),
        _ => Ok(keys.first().copied()),
    }
}

/// The class of the short form.
fn short(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null => Ok(String::new()),
        _ => Err(format!("`{CHOICE}` is {value}, not one class")),
    }
}

fn who(from: &Value) -> String {
    let by = ["completed_by", "annotator"].iter().find_map(|key| from.get(*key));
    match by {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Number(number)) => format!("annotator {number}"),
        Some(Value::Object(person)) => {
            let known = ["email", "id"].iter().find_map(|key| person.get(*key));
            known.map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// The only text of a task whose image has another key.
fn first_text(data: &Value) -> Option<String> {
    let looks_so = |text: &&str| text.contains('/') || text.contains('.');
    data.as_object()?.values().filter_map(Value::as_str).find(looks_so).map(str::to_owned)
}

/// A path as a part of an address.
fn encoded(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    path.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_have_the_guess_as_a_prediction_and_come_back_as_they_went() {
        let task = Task {
            file: "a b/1.png",
            prefix: "/data/local-files/?d=shapes/",
            strategy: "snn",
            round: 2,
            guess: Some(("circle", 0.75)),
            model: 1,
        };
        let mut json = task.json();
        assert_eq!(json["data"]["image"], "/data/local-files/?d=shapes/a%20b/1.png");
        assert_eq!(json["predictions"][0]["result"][0]["value"]["choices"][0], "circle");
        assert_eq!(Task { guess: None, ..task }.json().get("predictions"), None);
        // As Label Studio 1.x exports it.
        json["id"] = 7.into();
        json["annotations"] = serde_json::json!([
            { "completed_by": 1, "was_cancelled": true, "result": [] },
            { "completed_by": { "id": 3, "email": "me@host" }, "lead_time": 2.5, "created_at": "2026-01-02T03:04:05Z",
              "was_cancelled": false,
              "result": [{ "type": "choices", "value": { "choices": ["square"] }, "from_name": "choice" }] },
        ]);
        let labels = labels(&serde_json::json!([json])).unwrap();
        assert_eq!(labels.len(), 1);
        let Incoming { place, files, label, seconds, time, who, .. } = &labels[0];
        assert_eq!((place.as_str(), files[0].as_str(), label.as_str()), ("task 7", "a b/1.png", "square"));
        assert_eq!((*seconds, time.as_str(), who.as_str()), (Some(2.5), "2026-01-02T03:04:05Z", "me@host"));
    }

    #[test]
    fn the_short_export_and_what_is_none_are_told_apart() {
        let short = serde_json::json!([
            { "image": "/data/upload/1/0123abcd-1.png", "id": 1, "choice": "a", "annotator": 1, "lead_time": 1 },
            { "image": "/data/upload/1/0123abcd-2.png", "id": 2 },
        ]);
        let found = labels(&short).unwrap();
        assert_eq!(found.iter().map(|l| l.label.as_str()).collect::<Vec<_>>(), ["a", ""]);
        assert_eq!(found[0].who, "annotator 1");
        let named =
            serde_json::json!([{ "image": "/data/x/1.png", "id": 1, "label": "ripe", "created_at": "2026-01-02" }]);
        assert_eq!(labels(&named).unwrap()[0].label, "ripe");
        let boxes = serde_json::json!([
            { "data": { "image": "x.png" }, "annotations": [{ "result": [{ "type": "rectanglelabels",
                "value": { "rectanglelabels": ["car"], "x": 1.0 } }] }] },
            { "data": { "image": "y.png" }, "annotations": [{ "result": [] }] },
            { "data": { "image": "z.png" }, "annotations": [] },
        ]);
        let found = labels(&boxes).unwrap();
        assert_eq!(
            found.iter().map(|l| (l.label.as_str(), l.lacks_choice)).collect::<Vec<_>>(),
            [("", true), ("", true), ("", false)]
        );
        let skipped = serde_json::json!([{ "data": { "image": "x.png" }, "annotations": [{ "was_cancelled": true }] }]);
        assert_eq!(labels(&skipped).unwrap()[0].answer, Answer::Skipped);
        let timeless = serde_json::json!([{ "image": "x.png", "choice": "a", "lead_time": -1.0 }]);
        let undated = serde_json::json!([{ "image": "x.png", "choice": "a", "created_at": "yesterday" }]);
        let doubtful = serde_json::json!([{ "image": "x.png", "colour": "red", "kind": "bean" }]);
        let two = serde_json::json!([{ "data": { "image": "x.png" },
            "annotations": [{ "result": [{ "value": { "choices": ["a", "b"] } }] }] }]);
        for (value, says) in [
            (serde_json::json!(3), "no list of Label Studio's tasks"),
            (serde_json::json!([3]), "task 1 is no object"),
            (serde_json::json!([{ "data": {} }]), "task 1 names no image"),
            (two, "has two choices, a and b"),
            (undated, "task 1: `created_at` is yesterday, no time"),
            (timeless, "task 1: `lead_time` is -1"),
            (doubtful, "`colour` or `kind` may be the class; name that key `choice`"),
        ] {
            assert!(labels(&value).unwrap_err().contains(says), "{says}");
        }
    }
}
