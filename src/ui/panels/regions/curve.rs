//! Accuracy in a selected region round by round, compared with the whole evaluation split.

use egui::{Align, Layout, RichText, ScrollArea, Stroke, Ui, vec2};
use egui_plot::{Line, LineStyle, PlotPoints, Points, VLine};

use crate::engine::planned::RunId;
use crate::experiment::Task;
use crate::figures::StrategyStyle;
use crate::ui::kit::charts::{self, plot};
use crate::ui::kit::looks;
use crate::ui::kit::theme::{self, bold, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::{Cx, Panel};
use crate::ui::state::{RunState, correct_among};

/// One run's accuracies by round: (correct, all) images in the region, and the percentage over the whole split.
struct Curve {
    run: RunId,
    name: String,
    style: StrategyStyle,
    region: Vec<(usize, (usize, usize))>,
    whole: Vec<[f64; 2]>,
}

/// Margin above and below the curves, percentage points.
const AIR: f64 = 2.0;
/// Height of a value over its text, and the least height of the chart, points.
const PIECE: f32 = 38.0;
const LEAST_CHART: f32 = 120.0;

/// The panel.
#[derive(Debug, Default)]
pub struct RegionCurve;

const TITLE: &str = "Accuracy in the region";

impl Panel for RegionCurve {
    fn title(&self) -> &'static str {
        TITLE
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Some(selection) = &cx.state.brush.selection else {
            return widgets::empty_state(ui, TITLE, "Select a region to see its accuracy, round by round.");
        };
        let is_drawn = selection.region().is_some();
        if cx.state.experiment.dataset.task() == Task::Maps {
            let text = "The labels of this data set are maps, so accuracy is not defined.";
            return widgets::empty_state(ui, TITLE, text);
        }
        let name = cx.evaluation_name();
        cx.want_evaluation_codes();
        let members = cx.evaluation_members();
        if !cx.knows_evaluation() {
            return widgets::empty_state(ui, TITLE, &format!("The {name} images are being embedded."));
        }
        if members.is_empty() {
            return widgets::empty_state(ui, TITLE, &format!("No {name} image lies in the region: draw a larger one."));
        }
        let shown = cx.state.runs_shown().filter_map(|listed| listed.live);
        let curves: Vec<Curve> = shown.map(|run| curve(run, &members, cx)).collect();
        if curves.iter().all(|c| c.region.is_empty()) {
            let text = "It appears when a round of a shown run ends. Histories written by earlier versions lack the predictions that it is \
                    computed from.";
            return widgets::empty_state(ui, TITLE, text);
        }
        egui::Frame::new().inner_margin(egui::Margin::symmetric(space::S as i8, 6)).show(ui, |ui| {
            let visible = ui.available_height();
            // With many runs the panel scrolls as a whole, so that the chart keeps a height in which it can be read.
            ScrollArea::vertical().auto_shrink(false).id_salt("region accuracy").show(ui, |ui| {
                let top = ui.cursor().top();
                figures(ui, &curves, cx);
                let text = format!(
                    "solid: the {} {name} images {}; dashed: all of them",
                    words::thousands(members.len()),
                    if is_drawn { "whose codes E(x) lie in the region" } else { "that are selected" }
                );
                ui.add(egui::Label::new(RichText::new(text).size(size::CAPTION).color(cx.theme.weak)).wrap());
                let height = (visible - (ui.cursor().top() - top)).floor().max(LEAST_CHART);
                let (round, run) = chart(ui, &curves, height, cx);
                if let Some(round) = round {
                    cx.state.look_at_round(round);
                }
                if let Some(run) = run {
                    let command = cx.state.show(run);
                    cx.commands.push(command);
                }
            });
        });
    }
}

fn curve(run: &RunState, members: &[u32], cx: &Cx<'_>) -> Curve {
    let split = cx.state.dataset.as_ref().map(|d| d.evaluation(cx.state.experiment.evaluate_on));
    let counted = |r: &std::sync::Arc<crate::history::RoundRecord>| {
        Some((r.round, correct_among(members, &r.predicted, split?)?))
    };
    let whole =
        |r: &std::sync::Arc<crate::history::RoundRecord>| Some([r.round as f64, f64::from(r.final_accuracy()?)]);
    Curve {
        run: run.id,
        name: cx.state.name_of(run.id),
        style: cx.state.style_of(run.id),
        region: run.rounds.iter().filter_map(counted).collect(),
        whole: run.rounds.iter().filter_map(whole).collect(),
    }
}

fn percent((right, all): (usize, usize)) -> f64 {
    100.0 * right as f64 / all.max(1) as f64
}

/// The accuracy of each run at the shown round.
fn figures(ui: &mut Ui, curves: &[Curve], cx: &Cx<'_>) {
    let shown = cx.state.shown_round();
    // The latest round that all runs have completed, so that the numbers can be compared.
    let ended = |round: &usize| curves.iter().all(|c| c.region.iter().any(|(r, _)| r == round));
    let common = (1..=shown).rev().find(ended).unwrap_or(shown);
    let room = ui.available_width();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::L, 2.0);
        for c in curves {
            let known = c.region.iter().rev().find(|(r, _)| *r <= common);
            let Some(&(round, counted)) = known else { continue };
            let value = format!("{:.1} %", percent(counted));
            let (right, all) = (words::thousands(counted.0), words::thousands(counted.1));
            let text = format!("{}, round {round}: {right} of {all}", c.name);
            // A value and its text are one piece, which goes into the next row as a whole.
            let wide = |text: &String, font| ui.painter().layout_no_wrap(text.clone(), font, cx.theme.text).size().x;
            let width = wide(&value, theme::bold_font(size::FIGURE)).max(wide(&text, theme::font(size::CAPTION)));
            let piece = vec2((width + 1.0).ceil().min(room), PIECE);
            ui.allocate_ui_with_layout(piece, Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.label(bold(value).size(size::FIGURE).color(cx.theme.ink(c.style.ink)));
                ui.label(RichText::new(text).size(size::CAPTION).color(cx.theme.weak));
            });
        }
    });
}

/// The curves; returns the round nearest to a click, and the run of a point that was clicked.
fn chart(ui: &mut Ui, curves: &[Curve], height: f32, cx: &Cx<'_>) -> (Option<usize>, Option<RunId>) {
    let region = |c: &Curve| c.region.iter().map(|(r, n)| [*r as f64, percent(*n)]).collect::<Vec<_>>();
    let values: Vec<f64> =
        curves.iter().flat_map(|c| region(c).into_iter().chain(c.whole.iter().copied())).map(|p| p[1]).collect();
    let low = values.iter().copied().fold(100.0, f64::min);
    let high = values.iter().copied().fold(0.0, f64::max);
    let rounds = cx.state.experiment.rounds.max(cx.state.latest_round()).max(3) as f64;
    let shown = cx.state.shown_round() as f64;
    let response = plot("region accuracy", height, cx.theme).show(ui, |plot_ui| {
        plot_ui.set_plot_bounds_x(0.8..=rounds + 0.2);
        plot_ui.set_plot_bounds_y((low - AIR).max(-0.5)..=(high + AIR).min(100.5));
        plot_ui.vline(VLine::new("", shown).stroke(Stroke::new(1.0, cx.theme.faint)).allow_hover(false));
        for c in curves {
            let color = cx.theme.ink(c.style.ink);
            let dashed = Line::new("", PlotPoints::from(c.whole.clone())).allow_hover(false);
            plot_ui.line(dashed.color(color.gamma_multiply(0.7)).width(1.2).style(LineStyle::dashed_dense()));
            let points = region(c);
            plot_ui.line(Line::new("", PlotPoints::from(points.clone())).color(color).width(2.0).allow_hover(false));
            let points = Points::new("", PlotPoints::from(points)).allow_hover(false);
            plot_ui.points(looks::marked(points, c.style, cx.theme));
        }
    });
    let name = "Curve of the accuracy in the region";
    response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, name));
    let points = curves.iter().flat_map(|c| {
        let whole = c.whole.iter().map(move |at| ((c, None), *at));
        c.region.iter().map(move |(r, n)| ((c, Some(*n)), [*r as f64, percent(*n)])).chain(whole)
    });
    let clicked = charts::read(ui, &response, points, |(c, counted), [round, value]| {
        let of = match counted {
            Some((right, all)) => {
                format!("{} of {} images of the region right", words::thousands(*right), words::thousands(*all))
            }
            None => "all images".to_owned(),
        };
        format!("{}, round {round:.0}: {value:.1} %\n{of}", c.name)
    });
    let round = charts::taken(&response, (1..=cx.state.latest_round()).map(|round| (round, round as f64)));
    (round, clicked.map(|(c, _)| c.run))
}
