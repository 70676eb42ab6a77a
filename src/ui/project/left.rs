//! Where a project stands: accuracy with its interval, the curve with its forecast, what the next round costs, doubts.

use egui::{Button, Id, Label, RichText, ScrollArea, Ui};
use egui_plot::{FilledArea, Line, PlotPoints, Points};

use super::commands::{Act, command};
use super::open::Open;
use super::work::Question;
use crate::project::{List, Status, verb};
use crate::ui::kit::charts;
use crate::ui::kit::facts::{fact, heading};
use crate::ui::kit::theme::{self, Theme, bold, size, space};
use crate::ui::kit::words::{capital, counted, thousands};

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Act(Act),
    Export,
    Import,
    /// Networks are to be trained over again for an answer.
    Question(Question),
    /// It is no longer wanted.
    EndAnswering,
}

const PLOT_HEIGHT: f32 = 128.0;
/// Why nothing can be trained or asked while something is computed.
const NOT_NOW: &str = "Wait for what is computed now";
/// Height of a row of facts.
const ROW: f32 = 19.0;

pub fn ui(ui: &mut Ui, open: &Open, theme: &'static Theme) -> Option<Asked> {
    let mut asked = None;
    let status = &open.sitting.standing().status;
    // A window begins at its top, wherever the last one was left.
    let begins = Id::unique("where it stands, first shown");
    let begins = ui.ctx().data_mut(|data| std::mem::replace(data.get_temp_mut_or(begins, true), false));
    let mut area = ScrollArea::vertical().auto_shrink(false).id_salt("where it stands");
    if begins {
        area = area.vertical_scroll_offset(0.0);
    }
    area.show(ui, |ui| {
        ui.set_width(ui.available_width() - space::S);
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.spacing_mut().interact_size.y = ROW;
        accuracy(ui, status, theme);
        if status.test_images == 0 || status.test_images_unlabelled > 0 {
            let row = command(Act::Go(List::Test));
            button(ui, &mut asked, "Label test images", &row.tip(), Asked::Act(row.act));
        }
        curve(ui, status, theme);
        heading(ui, "When to stop");
        stopping(ui, open, theme);
        let again = open.sitting.waiting(List::Doubts);
        if again > 0 {
            let row = command(Act::Go(List::Doubts));
            button(ui, &mut asked, &format!("Look again at {}", counted(again, "label")), &row.tip(), Asked::Act(row.act));
        }
        questions(ui, open, &mut asked, theme);
        heading(ui, "Labels");
        let new = if status.new_labels > 0 { format!(", {} new", status.new_labels) } else { String::new() };
        fact(ui, theme, "For training", &format!("{}{new}", thousands(status.labelled)));
        fact(ui, theme, "For the test", &thousands(status.test_images));
        fact(ui, theme, "Can be proposed", &format!("{} of {}", thousands(status.pool), thousands(status.images)));
        if status.generated > 0 {
            fact(ui, theme, "Generated images", &thousands(status.generated));
            fact(ui, theme, "Of these labelled", &thousands(status.generated_labelled));
            fact(ui, theme, "No such thing", &thousands(status.generated_rejected));
        }
        fact(ui, theme, "Rounds", &status.rounds.to_string());
        ui.horizontal_wrapped(|ui| {
            let row = command(Act::Train);
            let refused = open.now().map(|_| NOT_NOW.to_owned()).or_else(|| open.sitting.no_training().map(capital));
            button_unless(ui, refused.as_deref(), &mut asked, row.name, &row.tip(), Asked::Act(row.act));
            let tip = "Writes the labels as CSV, or a row for every image with what the model predicts";
            button(ui, &mut asked, "Export…", tip, Asked::Export);
            let tip = "Takes in labels: a table of files and labels, Label Studio's export, or labels.csv of a copy of the project";
            button(ui, &mut asked, "Import…", tip, Asked::Import);
        });
        if let Some(agreement) = &open.agreement {
            heading(ui, "Two people");
            let waiting = open.sitting.waiting(List::Conflicts);
            fact(ui, theme, "Images that both labelled", &thousands(agreement.both));
            let share = 100.0 * agreement.equal as f64 / agreement.both.max(1) as f64;
            fact(ui, theme, "Of these the same", &format!("{} ({share:.1} %)", thousands(agreement.equal)));
            let kappa = agreement.kappa.map_or_else(|| "one class only".into(), |kappa| format!("{kappa:.2}"));
            fact(ui, theme, "Cohen's kappa", &kappa);
            if waiting > 0 {
                let row = command(Act::Go(List::Conflicts));
                let text = format!("Decide {}", counted(waiting, "conflict"));
                button(ui, &mut asked, &text, &row.tip(), Asked::Act(row.act));
            }
        }
        if !status.classes.is_empty() {
            heading(ui, "Classes");
            for (class, (name, count)) in status.classes.iter().zip(&status.labelled_by_class).enumerate() {
                ui.horizontal(|ui| {
                    charts::swatch(ui, theme::class_color(class as crate::dataset::Class), false);
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        ui.label(thousands(*count));
                        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                            ui.add(Label::new(RichText::new(name).color(theme.weak)).truncate());
                        });
                    });
                });
            }
        }
    });
    asked
}

fn said(ui: &mut Ui, text: impl Into<String>, theme: &Theme) {
    ui.add(Label::new(RichText::new(text).color(theme.weak)).wrap());
}

fn accuracy(ui: &mut Ui, status: &Status, theme: &Theme) {
    heading(ui, "Accuracy");
    match (status.accuracy, status.accuracy_low.zip(status.accuracy_high)) {
        (Some(accuracy), Some((low, high))) => {
            ui.label(bold(format!("{accuracy:.1} %")).size(size::FIGURE));
            let more = status.test_images_to_halve.unwrap_or(0);
            let text = format!(
                "95 % interval {low:.1} to {high:.1} % (Wilson), on {}; {} more would halve it",
                counted(status.test_images, "test image"),
                thousands(more)
            );
            said(ui, text, theme);
            if let Some(changes) = status.changes() {
                said(ui, changes, theme);
            }
        }
        _ if status.test_images == 0 => {
            let text = "Not known: no test image is labelled. They are drawn at random and never trained on.";
            ui.add(Label::new(RichText::new(format!("! {text}")).color(theme.warning)).wrap());
        }
        _ => said(ui, "Not known before the first round is trained", theme),
    }
}

/// The accuracy over the labels, and where it goes if all goes on as so far.
fn curve(ui: &mut Ui, status: &Status, theme: &'static Theme) {
    let mut points: Vec<[f64; 2]> = Vec::new();
    for [labels, accuracy] in status.curve.iter().filter_map(|p| Some([p.labels as f64, f64::from(p.accuracy?)])) {
        // Of rounds without a new label the last counts.
        points.retain(|p| p[0] != labels);
        points.push([labels, accuracy]);
    }
    if points.is_empty() {
        return;
    }
    ui.label(RichText::new("Accuracy, %, over labels").size(size::CAPTION).color(theme.weak));
    let expected: Vec<[f64; 4]> =
        status.forecast.iter().map(|e| [e.labels as f64, e.accuracy, e.low, e.high]).collect();
    let last = points.last().copied();
    let shown = points.clone();
    let response = charts::plot("accuracy over labels", PLOT_HEIGHT, theme).show(ui, |plot| {
        let line =
            |points: Vec<[f64; 2]>, color, width| Line::new("", PlotPoints::from(points)).color(color).width(width);
        plot.line(line(points.clone(), theme.accent, 2.0));
        plot.points(Points::new("", PlotPoints::from(points)).color(theme.accent).radius(3.0));
        let from = |column: usize| -> Vec<[f64; 2]> {
            last.into_iter().chain(expected.iter().map(|e| [e[0], e[column]])).collect()
        };
        if !expected.is_empty() {
            let dashed = egui_plot::LineStyle::dashed_dense();
            let [xs, lows, highs] = [0, 2, 3].map(|column| -> Vec<f64> {
                let first = last.map(|at| if column == 0 { at[0] } else { at[1] });
                first.into_iter().chain(expected.iter().map(|e| e[column])).collect()
            });
            plot.add(FilledArea::new("", &xs, &lows, &highs).fill_color(theme.second.gamma_multiply(0.18)));
            plot.line(line(from(1), theme.second, 2.0).style(dashed));
        }
    });
    let forecast = status.forecast.iter().map(|e| (true, [e.labels as f64, e.accuracy]));
    let all = shown.into_iter().map(|at| (false, at)).chain(forecast);
    charts::read(ui, &response, all, |is_forecast, [labels, accuracy]| {
        let what = if *is_forecast { "expected with" } else { "with" };
        format!("{accuracy:.1} % {what} {} labels", thousands(labels as usize))
    });
}

fn button(ui: &mut Ui, asked: &mut Option<Asked>, text: &str, tip: &str, act: Asked) {
    button_unless(ui, None, asked, text, tip, act);
}

/// A button that cannot be pressed while something is `refused`, which its tip then says.
fn button_unless(ui: &mut Ui, refused: Option<&str>, asked: &mut Option<Asked>, text: &str, tip: &str, act: Asked) {
    let button = ui.add_enabled(refused.is_none(), Button::new(text));
    if button.on_hover_text(tip).on_disabled_hover_text(refused.unwrap_or(tip)).clicked() {
        *asked = Some(act);
    }
}

/// What was asked besides, or can be: whether labels or the network limit the accuracy, and which labels look wrong.
fn questions(ui: &mut Ui, open: &Open, asked: &mut Option<Asked>, theme: &Theme) {
    let status = &open.sitting.standing().status;
    let answering = open.answering();
    if let Some((question, now)) = &answering {
        said(ui, now.told(), theme);
        let stop = match question {
            Question::Larger => "Stop comparing",
            Question::Labels => "Stop checking",
        };
        button(ui, asked, stop, "Ends these trainings; nothing else changes", Asked::EndAnswering);
    }
    if let Some(checked) = &status.checked {
        said(ui, checked.sentence(), theme);
    }
    if let Some(larger) = &status.larger {
        let [numbers, advice] = larger.sentences();
        ui.add(Label::new(RichText::new(advice).color(theme.text)).wrap());
        said(ui, numbers, theme);
    }
    let (labels, larger) = (status.checked.is_none(), status.larger.is_none() && status.test_images > 0);
    if answering.is_some() || status.rounds == 0 || !(labels || larger) {
        return;
    }
    let refused = (!open.can_ask()).then_some(NOT_NOW);
    ui.horizontal_wrapped(|ui| {
            if labels {
                let tip = "Trains networks in the background, each without a fifth of the labels, and asks what that fifth is: finds \
                           wrong labels that the model was trained on";
                button_unless(ui, refused, asked, "Check the labels", tip, Asked::Question(Question::Labels));
            }
            if larger {
                let tip = "Trains a larger network on the same labels in the background, and compares both on the test images: \
                           advice on whether more labels or another network would help";
                button_unless(ui, refused, asked, "Labels or network?", tip, Asked::Question(Question::Larger));
            }
    });
}

/// What speaks for another round, and what it costs: advice, never a verdict.
fn stopping(ui: &mut Ui, open: &Open, theme: &Theme) {
    let status = &open.sitting.standing().status;
    let sitting = &open.sitting;
    let time = |count| open.time_for(count).map(|time| format!(", {time} at this pace")).unwrap_or_default();
    // What is on the screen, which the status on the disk follows a moment later.
    match (sitting.of_round().len(), sitting.waiting(List::Round)) {
        (0, _) if status.next_batch == 0 => said(ui, "No image is left to label", theme),
        (0, _) => {
            let (count, time) = (status.next_batch, time(status.next_batch));
            said(ui, format!("The next round costs {}{time}", counted(count, "label")), theme);
        }
        (_, 0) if open.now().is_some() => said(ui, "The batch is labelled", theme),
        (_, 0) => said(ui, "The batch is labelled: the next round can be trained", theme),
        (all, left) => {
            let text = format!("This round costs {} more, of {}{}", counted(left, "label"), thousands(all), time(left));
            said(ui, text, theme);
        }
    }
    if let Some(share) = status.disagreed {
        let (of, are) = (counted(share.of, "new label"), verb(share.count, "is", "are"));
        said(ui, format!("{} of {of} {are} not what the model guessed", share.count), theme);
    }
    for e in &status.forecast {
        let text = format!(
            "{:.1} % are expected with {} labels ({:.1} to {:.1} %), if all goes on as so far",
            e.accuracy,
            thousands(e.labels),
            e.low,
            e.high
        );
        said(ui, text, theme);
    }
    if let Some(why) = status.no_forecast.as_ref().filter(|_| status.rounds > 0) {
        said(ui, format!("No forecast: {why}"), theme);
    }
    let doubts = status.doubts.iter().filter(|doubt| !doubt.held_out).count();
    if let Some(sure) = status.sure_and_right.filter(|_| doubts > 0) {
        let doubts = counted(doubts, "label");
        let text = format!(
            "The model denies {doubts} with 95 % or more; of its {} such {} on test images {} {} right",
            sure.of,
            verb(sure.of, "guess", "guesses"),
            sure.count,
            verb(sure.count, "is", "are")
        );
        said(ui, text, theme);
    }
}
