//! `ridgewalk project status`.

use std::path::PathBuf;

use super::work::{Bar, WorkArgs, open};
use crate::cli::out::{self, say};
use crate::grid::on_one_thread;
use crate::project::{Checked, Larger, Project, Status, can_check, can_enlarge, counted, one_class, quoted, verb};

/// Doubtful labels that are printed; `--json` has all.
const MOST_DOUBTS: usize = 10;

#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// The project.
    folder: PathBuf,
    /// Print a JSON object.
    #[arg(long)]
    json: bool,
    /// Train a larger network on the same labels first, and say whether labels or the network limit the accuracy.
    #[arg(long)]
    larger: bool,
    /// Train networks without a part of the labels each first, and say which labels they deny: finds wrong labels that the
    /// model was trained on.
    #[arg(long)]
    check_labels: bool,
    #[command(flatten)]
    work: WorkArgs,
}

/// Prints where a project stands.
pub fn status(args: &StatusArgs) -> anyhow::Result<()> {
    out::aside(args.json);
    if args.larger || args.check_labels {
        let mut project = open(&args.folder, "status")?;
        if args.larger {
            can_enlarge(&project)?;
        }
        if args.check_labels {
            can_check(&project)?;
        }
        let desk = args.work.desk(&mut project)?;
        let bar = Bar::new("training");
        if args.larger {
            on_one_thread(|| desk.larger(&project, &mut |progress| bar.round(progress)))??;
        }
        if args.check_labels {
            on_one_thread(|| desk.check_labels(&project, &mut |progress| bar.round(progress)))??;
        }
        bar.end();
    }
    out::aside(false);
    let project = Project::look(&args.folder)?;
    let status = Status::of(&project)?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&status)?);
        return Ok(());
    }
    super::work::tell(&project)?;
    lines(&status).iter().for_each(|line| say!("{line}"));
    one_class(&project)?.iter().for_each(|sentence| say!("note: {sentence}"));
    Ok(())
}

/// The accuracy in one sentence.
pub fn accuracy(status: &Status) -> String {
    match (status.accuracy, status.accuracy_low.zip(status.accuracy_high)) {
        (Some(accuracy), Some((low, high))) => {
            let images = counted(status.test_images, "test image");
            let more = status.test_images_to_halve.unwrap_or(0);
            format!(
                "accuracy {accuracy:.1} %, 95 % interval {low:.1} to {high:.1} %, on {images}; {more} more would halve it{}",
                status.changes().map_or_else(String::new, |text| format!("; {text}"))
            )
        }
        _ if status.test_images == 0 && status.test_images_unlabelled > 0 => {
            let waiting = counted(status.test_images_unlabelled, "test image");
            format!("no accuracy: {waiting} {} for a label", verb(status.test_images_unlabelled, "waits", "wait"))
        }
        _ if status.test_images == 0 => {
            "no accuracy: no test image is labelled; `ridgewalk project propose --test` draws some".into()
        }
        _ if status.rounds > 0 => "no accuracy: what the last round predicted is lost".into(),
        _ => "no accuracy: no round was trained yet".into(),
    }
}

fn lines(status: &Status) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = |name: &str, text: String| lines.push(format!("{name:<12} {text}"));
    let waiting = match status.test_images_unlabelled {
        0 => String::new(),
        n => format!(", and {} {} for a label", counted(n, "test image"), verb(n, "waits", "wait")),
    };
    line("images", format!("{}, of which {} can be proposed{waiting}", status.images, status.pool));
    if status.copies > 0 {
        let (images, are) = (counted(status.copies, "image"), verb(status.copies, "is a copy", "are copies"));
        line("copies", format!("{images} {are} of others, which stand for them, and not proposed"));
    }
    if let Some(sentence) = &status.copies_disagree {
        line("copies", sentence.clone());
    }
    let classes: Vec<String> = status
        .classes
        .iter()
        .zip(&status.labelled_by_class)
        .map(|(class, n)| format!("{} ({n})", quoted(class)))
        .collect();
    line("classes", if classes.is_empty() { "none yet: those of the first import".into() } else { classes.join(", ") });
    let new =
        if status.new_labels > 0 { format!(", {} since the last round", status.new_labels) } else { String::new() };
    line("labelled", format!("{} for training{new}, {} for the test", status.labelled, status.test_images));
    if status.generated > 0 {
        let Status { generated, generated_labelled: labelled, generated_rejected: rejected, .. } = status;
        let images = counted(*generated, "image");
        line(
            "generated",
            format!("{images}: {labelled} labelled, of {rejected} it was said that there is no such thing"),
        );
    }
    line("rounds", status.rounds.to_string());
    line("accuracy", accuracy(status).trim_start_matches("accuracy ").to_owned());
    if let Some(share) = status.disagreed {
        let (of, are) = (counted(share.of, "new label"), verb(share.count, "is", "are"));
        line("disagreed", format!("{} of {of} {are} not what the model guessed", share.count));
    }
    for expected in &status.forecast {
        let at = expected.labels;
        let (accuracy, low, high) = (expected.accuracy, expected.low, expected.high);
        line(
            "forecast",
            format!("{accuracy:.1} % with {at} labels, within {low:.1} to {high:.1} %, if all goes on as so far"),
        );
    }
    if let Some(why) = status.no_forecast.as_ref().filter(|_| status.rounds > 0) {
        line("forecast", format!("none: {why}"));
    }
    for (at, sentence) in status.larger.iter().flat_map(Larger::sentences).enumerate() {
        line(if at == 0 { "larger" } else { "" }, sentence);
    }
    let seconds = status.seconds_per_label.map(|s| s * status.next_batch as f64);
    let time = |s: f64| if s < 60.0 { format!("{s:.0} s") } else { format!("{:.0} min", s / 60.0) };
    let cost = seconds.map(|s| format!(", about {} at the pace so far", time(s))).unwrap_or_default();
    match (status.batch, status.next_batch) {
        (0, next) => line("next batch", format!("{}{cost}", counted(next, "image"))),
        (_, 0) => line("this batch", "answered; train the round".into()),
        (all, left) => {
            let (images, wait) = (counted(all, "image"), verb(left, "waits", "wait"));
            line("this batch", format!("{left} of {images} {wait} for a label{cost}"));
        }
    }
    let doubts = status.doubts.len();
    let by_model = status.doubts.iter().filter(|doubt| !doubt.held_out).count();
    let worth = status.sure_and_right.filter(|_| by_model > 0).map(|sure| {
        format!(
            "{}, which the model denies; of its {} sure {} on test images {} {} right",
            counted(by_model, "label"),
            sure.of,
            verb(sure.of, "guess", "guesses"),
            sure.count,
            verb(sure.count, "is", "are")
        )
    });
    let said: Vec<String> = status.checked.as_ref().map(Checked::sentence).into_iter().chain(worth).collect();
    let is_said = !said.is_empty();
    for (at, sentence) in said.into_iter().enumerate() {
        line(if at == 0 { "doubtful" } else { "" }, sentence);
    }
    for (at, doubt) in status.doubts.iter().take(MOST_DOUBTS).enumerate() {
        let title = if at == 0 && !is_said { "doubtful" } else { "" };
        let (sure, who) = (100.0 * doubt.confidence, if doubt.held_out { "without it" } else { "the model says" });
        line(
            title,
            format!("{}: labelled {}, {who} {} ({sure:.0} %)", doubt.file, quoted(&doubt.label), quoted(&doubt.guess)),
        );
    }
    if doubts > MOST_DOUBTS {
        line("", format!("and {} more; --json has all", doubts - MOST_DOUBTS));
    }
    lines
}
