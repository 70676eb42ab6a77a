//! Learning curves: accuracy against labels or minibatches with what happens inside rounds, the training loss, and the generator's own curves.

pub mod generator;

use egui::{Align2, Color32, RichText, Stroke, Ui, vec2};
use egui_plot::{Line, PlotPoint, PlotPoints, Points, Text, VLine};

use crate::experiment::{Strategy, Task};
use crate::figures::StrategyStyle;
use crate::history::Metric;
use crate::statistics::CurvePoint;
use crate::ui::kit::charts::{self, plot};
use crate::ui::kit::looks;
use crate::ui::kit::theme::{bold, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::{Cx, Panel};
use crate::ui::state::RunState;

/// The panel and its choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurvesPanel {
    pub x: XAxis,
    pub y: YRange,
}

/// The quantity of the horizontal axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XAxis {
    Labels,
    Minibatches,
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

/// One run's curves on the chosen axis.
struct Curve {
    name: String,
    style: StrategyStyle,
    color: Color32,
    inside: Vec<[f64; 2]>,
    ends: Vec<(usize, [f64; 2])>,
    loss: Vec<[f64; 2]>,
}

/// Share of the height for the loss plot, and the least height of both plots.
const LOSS_SHARE: f32 = 0.3;
const MIN_PLOT: f32 = 48.0;
/// Margin above the best and below the worst accuracy, percentage points.
const AIR: f64 = 1.5;
/// Margin round errors of maps, as a share of the visible range; and factor above the largest error for the whole axis.
const ERROR_AIR: f64 = 0.1;
const WHOLE_AIR: f64 = 1.05;
const LEGEND_ROW: f32 = 15.0;

impl Panel for CurvesPanel {
    fn title(&self) -> &'static str {
        "Learning curves"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let curves = self.curves(cx);
        let measured = curves.iter().any(|c| !c.inside.is_empty() || !c.ends.is_empty());
        egui::Frame::new().inner_margin(egui::Margin::symmetric(space::S as i8, 6)).show(ui, |ui| {
            if measured {
                self.accuracy(ui, &curves, cx);
            } else if cx.state.generator.losses.len() > 1 && !cx.state.generator.cached {
                generator::ui(ui, cx);
            } else {
                let body = "The test metric against labelled samples, one curve per run, appears as soon as round 1 trains. If it is paused, press Run (Space).";
                widgets::empty_state(ui, "Learning curves", body);
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
    fn place(&self, p: &CurvePoint) -> [f64; 2] {
        match self.x {
            XAxis::Labels => [p.labels, p.value],
            XAxis::Minibatches => [p.minibatches, p.value],
        }
    }

    fn curves(&self, cx: &Cx<'_>) -> Vec<Curve> {
        let place = |p: &CurvePoint| self.place(p);
        let task = cx.state.experiment.dataset.task();
        let of = |run: &RunState| {
            let points = |metric| run.curve(metric, &cx.state.experiment);
            Curve {
                name: cx.state.name_of(run.id),
                style: cx.state.style_of(run.id),
                color: cx.theme.strategy(run.strategy),
                inside: points(Metric::part(task)).iter().map(place).collect(),
                ends: points(Metric::whole(task)).iter().map(|p| (p.round, place(p))).collect(),
                loss: points(Metric::TrainLoss).iter().map(place).collect(),
            }
        };
        cx.state.runs.iter().map(of).collect()
    }

    fn accuracy(&mut self, ui: &mut Ui, curves: &[Curve], cx: &mut Cx<'_>) {
        let task = cx.state.experiment.dataset.task();
        self.header(ui, cx);
        legend(ui, cx);
        let height = ui.available_height();
        let loss_height = (LOSS_SHARE * height).max(MIN_PLOT);
        let accuracy_height = (height - loss_height - 26.0).max(MIN_PLOT);
        match self.accuracy_plot(ui, curves, accuracy_height, cx) {
            Some((round, None)) => cx.state.look_at_round(round),
            Some((round, Some(place))) => cx.state.look_inside(round, place),
            None => {}
        }
        ui.label(
            RichText::new(format!("training loss, {}", task.loss_unit())).size(size::CAPTION).color(cx.theme.weak),
        );
        self.loss_plot(ui, curves, loss_height - 4.0, cx);
    }

    /// The metric of each run at the shown round.
    fn header(&self, ui: &mut Ui, cx: &Cx<'_>) {
        let task = cx.state.experiment.dataset.task();
        let shown = cx.state.shown_round();
        if cx.state.runs.iter().all(|run| run.accuracy(1).is_none()) {
            return;
        }
        ui.horizontal_wrapped(|ui| {
            let complete = |r: usize| cx.state.runs.iter().all(|run| run.accuracy(r).is_some());
            let round = if complete(shown) { shown } else { shown.saturating_sub(1) };
            ui.spacing_mut().item_spacing.x = space::L;
            let stop = cx.state.shown_stop();
            let mut values = Vec::new();
            for run in &cx.state.runs {
                // Inside a round: the value on the fixed part of the split, at the same evaluation of each run.
                let inside = |(place, _)| Some(*run.stops(shown, &cx.state.experiment).get(place)?);
                let (value, when) = match stop.map(inside) {
                    None => match run.accuracy(round) {
                        Some(value) => (value, format!("round {round}")),
                        None => continue,
                    },
                    Some(Some(at)) => (at.value as f32, format!("round {shown}, step {:.0}", at.minibatches)),
                    Some(None) => continue,
                };
                values.push((run.strategy, value));
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    ui.label(bold(format!("{value:.1} {}", task.unit())).size(size::FIGURE).color(cx.theme.strategy(run.strategy)));
                    ui.label(
                        RichText::new(format!("{}, {when}", cx.state.name_of(run.id)))
                            .size(size::CAPTION)
                            .color(cx.theme.weak),
                    );
                });
            }
            if let Some(gain) = gain_over_random(&values) {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    ui.label(bold(format!("{gain:+.1}")).size(size::FIGURE));
                    let (what, tip) = match task {
                        Task::Classes => (
                            "points gained",
                            "Percentage points above Random with the same seed. One repeat is not yet evidence.",
                        ),
                        Task::Maps => (
                            "kPa\u{b2} minus Random",
                            "Mean square error minus that of Random with the same seed; below zero is better. One repeat is not yet evidence.",
                        ),
                    };
                    ui.label(RichText::new(what).size(size::CAPTION).color(cx.theme.weak))
                        .on_hover_text(tip);
                });
            }
        });
    }

    /// The accuracy plot; returns the round, and the evaluation inside it, to which the playhead was dragged.
    fn accuracy_plot(&self, ui: &mut Ui, curves: &[Curve], height: f32, cx: &Cx<'_>) -> Option<(usize, Option<usize>)> {
        let theme = cx.theme;
        let (low, high) = self.y_range(curves, cx.state.experiment.dataset.task());
        let shown = cx.state.shown_round();
        let mut marks: Vec<(usize, Option<usize>, f64)> =
            curves.iter().flat_map(|c| c.ends.iter().map(|(r, p)| (*r, None, p[0]))).collect();
        for round in 1..=cx.state.last_round() {
            let stops = cx.state.stops(round).into_iter().enumerate();
            marks.extend(stops.map(|(place, stop)| (round, Some(place), self.place(&stop)[0])));
        }
        let stop = cx.state.shown_stop().map(|(place, _)| place);
        let unit = self.unit();
        let response =
            plot("accuracy", height, theme, unit, cx.state.experiment.dataset.task().unit()).show(ui, |plot_ui| {
                let x_end = x_max(curves);
                plot_ui.set_plot_bounds_x(0.0..=x_end * 1.02);
                plot_ui.set_plot_bounds_y(low..=high);
                if let Some((.., x)) = marks.iter().find(|(r, s, _)| (*r, *s) == (shown, stop)) {
                    plot_ui.vline(VLine::new("", *x).stroke(Stroke::new(1.0, theme.faint)).allow_hover(false));
                    let text =
                        Text::new("", PlotPoint::new(*x, low), RichText::new(format!(" {shown} ")).size(size::CAPTION))
                            .color(theme.weak);
                    plot_ui.text(text.anchor(Align2::RIGHT_BOTTOM).allow_hover(false));
                }
                for c in curves {
                    let name = format!("{}, inside rounds", c.name);
                    let color = c.color.gamma_multiply(0.6);
                    plot_ui.line(Line::new(name.clone(), PlotPoints::from(c.inside.clone())).color(color).width(1.0));
                    plot_ui.points(Points::new(name, PlotPoints::from(c.inside.clone())).color(color).radius(1.4));
                }
                for c in curves {
                    let ends: Vec<[f64; 2]> = c.ends.iter().map(|(_, p)| *p).collect();
                    let name = format!("{}, end of round", c.name);
                    let line = Line::new("", PlotPoints::from(ends.clone())).color(c.color).width(2.0);
                    plot_ui.line(line.style(looks::line_style(c.style)).allow_hover(false));
                    plot_ui.points(looks::marked(Points::new(name, PlotPoints::from(ends)), c.style, theme));
                }
            });
        response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Curve of the metric"));
        charts::taken(&response, marks.into_iter().map(|(round, stop, x)| ((round, stop), x)))
    }

    fn loss_plot(&self, ui: &mut Ui, curves: &[Curve], height: f32, cx: &Cx<'_>) {
        let top = curves.iter().flat_map(|c| c.loss.iter().map(|p| p[1])).filter(|v| v.is_finite()).fold(0.0, f64::max);
        plot("loss", height, cx.theme, self.unit(), cx.state.experiment.dataset.task().loss_unit()).show(
            ui,
            |plot_ui| {
                plot_ui.set_plot_bounds_x(0.0..=x_max(curves) * 1.02);
                plot_ui.set_plot_bounds_y(0.0..=(top * 1.08).max(0.1));
                for c in curves {
                    let name = format!("{}, training loss", c.name);
                    let line = Line::new(name, PlotPoints::from(c.loss.clone())).color(c.color).width(1.2);
                    plot_ui.line(line.style(looks::line_style(c.style)));
                }
            },
        );
    }

    fn unit(&self) -> &'static str {
        match self.x {
            XAxis::Labels => "labelled samples",
            XAxis::Minibatches => "minibatches",
        }
    }

    /// The values that the axis must show: in the close range all but the first climb from chance or fall of the error.
    fn y_range(&self, curves: &[Curve], task: Task) -> (f64, f64) {
        if self.y == YRange::Whole {
            let all = curves.iter().flat_map(|c| c.inside.iter().chain(c.ends.iter().map(|(_, p)| p)).map(|p| p[1]));
            let most = all.filter(|v| v.is_finite()).fold(1.0, f64::max);
            return (0.0, if task == Task::Classes { 100.0 } else { most * WHOLE_AIR });
        }
        let after_first = |c: &Curve| {
            let first = c.ends.first().map_or(f64::INFINITY, |(_, p)| p[0]);
            c.inside.iter().filter(move |p| p[0] >= first).map(|p| p[1]).collect::<Vec<_>>()
        };
        let settled: Vec<f64> =
            curves.iter().flat_map(|c| c.ends.iter().map(|(_, p)| p[1]).chain(after_first(c))).collect();
        let past_first = curves.iter().any(|c| c.ends.len() > 1);
        let values: Vec<f64> = if !past_first {
            curves.iter().flat_map(|c| c.inside.iter().chain(c.ends.iter().map(|(_, p)| p)).map(|p| p[1])).collect()
        } else {
            settled
        };
        let low = values.iter().copied().filter(|v| v.is_finite()).fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().filter(|v| v.is_finite()).fold(f64::NEG_INFINITY, f64::max);
        if !(low.is_finite() && high.is_finite()) {
            return (0.0, 100.0);
        }
        match task {
            Task::Classes => ((low - AIR).max(0.0), (high + AIR).min(100.5)),
            Task::Maps => {
                let air = (high - low).max(1.0) * ERROR_AIR;
                ((low - air).max(0.0), high + air)
            }
        }
    }
}

/// Gain over Random, in the metric's unit, if exactly one other strategy runs.
fn gain_over_random(values: &[(Strategy, f32)]) -> Option<f32> {
    let random = values.iter().find(|(s, _)| *s == Strategy::Random)?.1;
    let mut others = values.iter().filter(|(s, _)| *s != Strategy::Random);
    let (_, other) = others.next()?;
    others.next().is_none().then_some(other - random)
}

/// The legend: the meaning of each mark.
fn legend(ui: &mut Ui, cx: &Cx<'_>) {
    let split = cx.evaluation_name();
    let all = cx.state.dataset.as_ref().map_or(0, |d| d.evaluation(cx.state.experiment.evaluate_on).len());
    let part = cx.state.experiment.evaluation_part.min(all);
    let caption = |text: String| egui::Label::new(RichText::new(text).size(size::CAPTION).color(cx.theme.weak));
    let row = |ui: &mut Ui, text: String, mark: &dyn Fn(&mut Ui, StrategyStyle)| {
        ui.spacing_mut().interact_size.y = LEGEND_ROW;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 0.0);
            for run in &cx.state.runs {
                mark(ui, cx.state.style_of(run.id));
            }
            ui.add(caption(text).truncate());
        });
    };
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        let ends = format!("all {} {split} images, end of round", words::thousands(all));
        row(ui, ends, &looks::mark_swatch);
        let inside = format!("fixed {} of them, inside rounds", words::thousands(part));
        row(ui, inside, &|ui, s| charts::line_swatch(ui, cx.theme.ink(s.ink).gamma_multiply(0.7), 1.2));
        if let Some(origin) = cx.state.stand_in() {
            ui.add(caption(format!("Labels of generated samples: {origin}")).truncate());
        }
    });
}

fn x_max(curves: &[Curve]) -> f64 {
    let xs = curves
        .iter()
        .flat_map(|c| c.inside.iter().chain(&c.loss).map(|p| p[0]).chain(c.ends.iter().map(|(_, p)| p[0])));
    xs.fold(1.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gain_needs_random_and_exactly_one_other() {
        for (values, gain) in [
            (vec![], None),
            (vec![(Strategy::Snn, 97.0)], None),
            (vec![(Strategy::Random, 96.0)], None),
            (vec![(Strategy::Random, 96.0), (Strategy::Snn, 97.5)], Some(1.5)),
        ] {
            assert_eq!(gain_over_random(&values), gain);
        }
    }
}
