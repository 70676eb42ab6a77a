//! Learning curves: accuracy against labels or minibatches with what happens inside rounds, the training loss, and the generator's own curves.

pub mod generator;
mod series;
mod reading;
mod headline;

use egui::{Align2, RichText, Stroke, Ui, vec2};
use egui_plot::{FilledArea, Line, MarkerShape, PlotPoint, PlotPoints, PlotUi, Points, Text, VLine};

use crate::engine::protocol::Phase;
use crate::figures::{BAND_OPACITY, StrategyStyle};
use crate::statistics::MeanPoint;
use crate::ui::kit::charts::{self, plot};
use crate::ui::kit::looks;
use crate::ui::kit::theme::{Theme, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::{Cx, Panel};
use reading::Clicked;
use series::{Series, XAxis};

/// The panel and its choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurvesPanel {
    pub x: XAxis,
    pub y: YRange,
}

/// The visible range of the accuracy axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YRange {
    /// The range of values after the start of the first round.
    Close,
    Whole,
}

impl Default for CurvesPanel {
    fn default() -> Self {
        Self { x: XAxis::Labels, y: YRange::Close }
    }
}

/// Share of the height for the loss plot; least height of the accuracy plot, which the loss plot gives way to, and of
/// the loss plot with its caption.
const LOSS_SHARE: f32 = 0.3;
const LEAST_ACCURACY: f32 = 122.0;
const LEAST_LOSS: f32 = 48.0;
const CAPTION: f32 = 26.0;
const LEGEND_ROW: f32 = 15.0;
/// Repeats from which the band of their mean is narrow enough to be read: with two it is wider than the plot.
const LEAST_BANDED: usize = 3;
/// What is left of a parent's colour beneath its fork.
const PALE: f32 = 0.45;
/// Marks in a row of the legend: more would leave no room for its words.
const MOST_MARKS: usize = 4;

impl Panel for CurvesPanel {
    fn title(&self) -> &'static str {
        "Learning curves"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let series = Series::all(cx, self.x);
        let measured = series.iter().flat_map(|s| &s.repeats).any(|c| !c.inside.is_empty() || !c.ends.is_empty());
        egui::Frame::new().inner_margin(egui::Margin::symmetric(space::S as i8, 6)).show(ui, |ui| {
            if measured {
                self.accuracy(ui, &series, cx);
            } else if cx.state.generator.losses.len() > 1 {
                generator::ui(ui, cx);
            } else {
                widgets::empty_state(ui, "Learning curves", &awaited(cx));
            }
        });
    }

    fn tools(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if cx.state.runs.iter().all(|r| r.rounds.is_empty() && r.live.is_empty()) {
            return;
        }
        let range = [
            (YRange::Whole, "whole", "The whole axis, from 0"),
            (YRange::Close, "close", "Only the range of values after the first minibatches"),
        ];
        widgets::segmented(ui, "Accuracy axis", &mut self.y, &range);
        let axes = [
            (
                XAxis::Labels,
                "labels",
                "Against labelled samples. Each round's labels are spread evenly over its training, so that the drop and rebound show",
            ),
            (XAxis::Minibatches, "minibatches", "Against optimiser steps since the run began"),
        ];
        widgets::segmented(ui, "Horizontal axis", &mut self.x, &axes);
    }
}

impl CurvesPanel {
    fn accuracy(&mut self, ui: &mut Ui, series: &[Series], cx: &mut Cx<'_>) {
        let task = cx.state.experiment.dataset.task();
        if let Some(run) = headline::ui(ui, series, cx) {
            let command = cx.state.show(run);
            cx.commands.push(command);
        }
        let rows = legend_rows(cx);
        if ui.available_height() - rows.len() as f32 * (LEGEND_ROW + 1.0) >= LEAST_ACCURACY {
            legend(ui, series, &rows, cx);
        }
        let height = ui.available_height();
        let loss_height = (LOSS_SHARE * height).max(LEAST_LOSS);
        let accuracy_height = height - loss_height - CAPTION;
        let both = accuracy_height >= LEAST_ACCURACY;
        let (clicked, taken) = self.accuracy_plot(ui, series, if both { accuracy_height } else { height }, cx);
        match taken {
            Some((round, None)) => cx.state.look_at_round(round),
            Some((round, Some(place))) => cx.state.look_inside(round, place),
            None => {}
        }
        if let Some((run, round)) = clicked {
            // A point leads to its run and to the end of its round.
            if let Some(run) = run.filter(|run| *run != cx.state.focus.run) {
                let command = cx.state.show(run);
                cx.commands.push(command);
            }
            round.into_iter().for_each(|round| cx.state.look_at_round(round));
        }
        if both {
            let text = format!("training loss, {}", task.loss_unit());
            ui.label(RichText::new(text).size(size::CAPTION).color(cx.theme.weak));
            self.loss_plot(ui, series, loss_height - 4.0, cx);
        }
    }

    /// The accuracy plot; returns the run and the round of a clicked point, and the round, and the evaluation inside it, to
    /// which the playhead was dragged.
    fn accuracy_plot(
        &self,
        ui: &mut Ui,
        series: &[Series],
        height: f32,
        cx: &Cx<'_>,
    ) -> (Option<Clicked>, Option<(usize, Option<usize>)>) {
        let (theme, task) = (cx.theme, cx.state.experiment.dataset.task());
        let (low, high) = match self.y {
            YRange::Close => series::close_range(series, task),
            YRange::Whole => series::whole_range(series, task),
        };
        let shown = cx.state.shown_round();
        let ends = series.iter().flat_map(|s| &s.repeats).flat_map(|c| &c.ends);
        let mut marks: Vec<(usize, Option<usize>, f64)> = ends.map(|(r, p)| (*r, None, p[0])).collect();
        for round in 1..=cx.state.last_round() {
            let stops = cx.state.stops(round).into_iter().enumerate();
            marks.extend(stops.map(|(place, stop)| (round, Some(place), self.x.place(&stop)[0])));
        }
        let stop = cx.state.shown_stop().map(|(place, _)| place);
        let response = plot("accuracy", height, theme).show(ui, |plot_ui| {
            plot_ui.set_plot_bounds_x(0.0..=series::x_max(series) * 1.02);
            plot_ui.set_plot_bounds_y(low..=high);
            if let Some((.., x)) = marks.iter().find(|(r, s, _)| (*r, *s) == (shown, stop)) {
                plot_ui.vline(VLine::new("", *x).stroke(Stroke::new(1.0, theme.faint)).allow_hover(false));
                let text =
                    Text::new("", PlotPoint::new(*x, low), RichText::new(format!(" {shown} ")).size(size::CAPTION));
                plot_ui.text(text.color(theme.weak).anchor(Align2::RIGHT_BOTTOM).allow_hover(false));
            }
            series.iter().for_each(|s| behind(plot_ui, s));
            series.iter().for_each(|s| main_line(plot_ui, s, theme));
        });
        response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Curve of the metric"));
        let clicked = reading::read(ui, &response, series, reading::Plot::Metric, [self.unit(), task.unit()]);
        (clicked, charts::taken(&response, marks.into_iter().map(|(round, stop, x)| ((round, stop), x))))
    }

    fn loss_plot(&self, ui: &mut Ui, series: &[Series], height: f32, cx: &Cx<'_>) {
        let losses = series.iter().flat_map(Series::detailed).flat_map(|c| c.loss.iter().map(|p| p[1]));
        let top = losses.filter(|v| v.is_finite()).fold(0.0, f64::max);
        let response = plot("loss", height, cx.theme).show(ui, |plot_ui| {
            plot_ui.set_plot_bounds_x(0.0..=series::x_max(series) * 1.02);
            plot_ui.set_plot_bounds_y(0.0..=(top * 1.08).max(0.1));
            for s in series {
                for curve in s.detailed() {
                    let line = Line::new("", PlotPoints::from(curve.loss.clone())).color(s.color).width(1.2);
                    plot_ui.line(line.style(looks::line_style(s.style)).allow_hover(false));
                }
            }
        });
        let unit = cx.state.experiment.dataset.task().loss_unit();
        reading::read(ui, &response, series, reading::Plot::Loss, [self.unit(), unit]);
    }

    fn unit(&self) -> &'static str {
        match self.x {
            XAxis::Labels => "labels",
            XAxis::Minibatches => "minibatches",
        }
    }
}

/// What the empty panel waits for.
fn awaited(cx: &Cx<'_>) -> String {
    let p = &cx.state.progress;
    let what = "The test metric against labelled samples, one curve per strategy, appears";
    match p.run.filter(|_| p.phase == Phase::Paused) {
        Some(run) => {
            let (name, each) = (cx.state.variant_name(run), cx.state.experiment.evaluate_every);
            format!(
                "{name} has trained {} of {} minibatches of round {}. {what} with the first evaluation, after {each} of \
                 them, or at the end of the round.",
                p.done, p.total, p.round
            )
        }
        None => format!("{what} as soon as round 1 trains. If it is paused, press Run (Space)."),
    }
}

/// What is drawn behind the main line: the evaluations inside rounds, each repeat, and the band of their mean.
fn behind(plot_ui: &mut PlotUi<'_>, series: &Series) {
    let color = series.color.gamma_multiply(0.6);
    for curve in series.detailed() {
        let inside = || PlotPoints::from(curve.inside.clone());
        plot_ui.line(Line::new("", inside()).color(color).width(1.0).allow_hover(false));
        plot_ui.points(Points::new("", inside()).color(color).radius(1.4).allow_hover(false));
    }
    if series.repeats.len() == 1 {
        return;
    }
    for curve in &series.repeats {
        let ends: Vec<[f64; 2]> = curve.ends.iter().map(|(_, p)| *p).collect();
        plot_ui.line(Line::new("", PlotPoints::from(ends)).color(color).width(0.8).allow_hover(false));
    }
    let banded: Vec<_> = series.mean.iter().filter(|p| p.y.n >= LEAST_BANDED).collect();
    let of = |value: fn(&MeanPoint) -> f64| banded.iter().map(|p| value(p)).collect::<Vec<f64>>();
    if banded.len() > 1 {
        let band = FilledArea::new("", &of(|p| p.x), &of(|p| p.y.low()), &of(|p| p.y.high()));
        plot_ui.add(band.fill_color(series.color.gamma_multiply(BAND_OPACITY as f32)).allow_hover(false));
    }
}

/// The metric at the ends of rounds: of the one run, or the mean over the repeats.
fn main_line(plot_ui: &mut PlotUi<'_>, series: &Series, theme: &Theme) {
    let from = series.parts.unwrap_or(0);
    let ends: Vec<[f64; 2]> = series.mean.iter().filter(|p| p.round >= from).map(|p| [p.x, p.y.mean]).collect();
    // Where a fork leaves its parent.
    if let (Some(_), Some(start)) = (series.parts, ends.first()) {
        let ring = Points::new("", vec![*start]).shape(MarkerShape::Circle).filled(false).radius(7.0);
        plot_ui.points(ring.color(theme.text).allow_hover(false));
    }
    let color = if series.pale { series.color.gamma_multiply(PALE) } else { series.color };
    let line = Line::new("", PlotPoints::from(ends.clone())).color(color).width(2.0);
    plot_ui.line(line.style(looks::line_style(series.style)).allow_hover(false));
    let points = Points::new("", PlotPoints::from(ends)).allow_hover(false);
    plot_ui.points(looks::marked(points, series.style, theme).color(color));
}

/// A mark of the legend in a run's style.
type Swatch = fn(&mut Ui, StrategyStyle);

/// The legend: what each mark means, and how it looks.
fn legend_rows(cx: &Cx<'_>) -> Vec<(String, Option<Swatch>)> {
    let split = cx.evaluation_name();
    let all = cx.state.dataset.as_ref().map_or(0, |d| d.evaluation(cx.state.experiment.evaluate_on).len());
    let part = cx.state.experiment.evaluation_part.min(all);
    let ends = format!("all {} {split} images, end of round", words::thousands(all));
    let inside = match part < all {
        true => format!("fixed {} of them, inside rounds", words::thousands(part)),
        false => "the same, inside rounds".into(),
    };
    let thin: Swatch = |ui, style| {
        charts::line_swatch(ui, Theme::of(ui.visuals()).ink(style.ink).gamma_multiply(0.7), 1.2);
    };
    let mut rows: Vec<(String, Option<Swatch>)> = vec![(ends, Some(looks::mark_swatch)), (inside, Some(thin))];
    let left_out = Some(Series::left_out(cx)).filter(|count| *count > 0);
    rows.extend(left_out.map(|n| (format!("{} of other data: see Compare", words::counted(n, "shown run")), None)));
    rows.extend(cx.state.stand_in().map(|origin| (format!("Labels of generated samples: {origin}"), None)));
    rows
}

fn legend(ui: &mut Ui, series: &[Series], rows: &[(String, Option<Swatch>)], cx: &Cx<'_>) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.spacing_mut().interact_size.y = LEGEND_ROW;
        for (text, swatch) in rows {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing = vec2(4.0, 0.0);
                for s in series.iter().take(if series.len() > MOST_MARKS { 1 } else { MOST_MARKS }) {
                    swatch.iter().for_each(|swatch| swatch(ui, s.style));
                }
                let text = RichText::new(text).size(size::CAPTION).color(cx.theme.weak);
                ui.add(egui::Label::new(text).truncate());
            });
        }
    });
}
