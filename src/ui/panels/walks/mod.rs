//! The table of walks: their verdicts and measures, the thresholds, and how walks start and continue.

pub mod figure4;
pub mod filmstrip;
pub mod reselection;

use egui::{Align2, Color32, CornerRadius, DragValue, Rect, RichText, ScrollArea, Sense, Stroke, Ui, pos2, vec2};

use crate::engine::protocol::Command;
use crate::experiment::WalkAnchors;
use crate::trajectory::{Judgement, Verdict, VerdictRules};
use crate::ui::kit::export::Export;
use crate::ui::kit::flow::Flow;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{self, size, space};
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::kit::words;
use crate::ui::panel::{Cx, Panel};
use crate::ui::state::{Only, SeenWalk, SortBy, WalkPoint, sort_walks};
use figure4::ExportFigure4;

/// The panel and its state between frames.
#[derive(Default)]
pub struct WalksPanel {
    stepped_at: f64,
    export: ExportFigure4,
    starting: Flow<Starting>,
    reselecting: Flow<reselection::Control>,
}

/// A control that starts walks or moves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Starting {
    Anchors,
    Count,
    Begin,
    Step,
    Play,
}

/// Seconds between steps of playing walks.
const PLAY_SECONDS: f64 = 0.6;
/// Largest number of walks started at once.
const MOST_AT_ONCE: usize = 1_000;
const ROW: f32 = 19.0;
/// Least height of the table: its head and five rows.
const LEAST_TABLE: f32 = 6.0 * ROW;
/// Columns of the table: title, width, sort key, tooltip.
const COLUMNS: [(&str, f32, SortBy, &str); 6] = [
    ("Walk", 42.0, SortBy::Walk, "The walk's letters"),
    (
        "Verdict",
        118.0,
        SortBy::Verdict,
        "The first of these that applies: outward, stalled, recycling, boundary, crossing, interior. A walk of fewer than three steps is too short to tell",
    ),
    (
        "Boundary",
        62.0,
        SortBy::Boundary,
        "Share of steps whose 50 nearest samples have mixed labels (entropy H50 above the threshold)",
    ),
    (
        "Drift",
        48.0,
        SortBy::Drift,
        "Distance of the last steps from the data, relative to its edge: the median of r10(p'), the distance from the end of a step to its 10th nearest sample, over the quantile of r10 that is the edge. Above 1 it is outside",
    ),
    ("Distinct", 56.0, SortBy::Distinct, "Distinct samples visited, of all visits: the start, each step, each restart"),
    ("Snap", 48.0, SortBy::Snap, "Distance from the last p' to its neighbour"),
];

impl Panel for WalksPanel {
    fn title(&self) -> &'static str {
        "Walks"
    }

    fn exports(&mut self) -> Vec<&mut Export> {
        vec![self.export.export()]
    }

    fn shows_walks(&self) -> bool {
        true
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.play(ui, cx);
        self.export.ui(ui.ctx(), cx);
        egui::Frame::new().inner_margin(egui::Margin::symmetric(space::S as i8, 6)).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(space::S, 5.0);
            let visible = ui.available_height();
            // A low panel scrolls as a whole, so that a few rows of the table always have room.
            ScrollArea::vertical().auto_shrink(false).id_salt("walks").show(ui, |ui| {
                let top = ui.cursor().top();
                widgets::where_seen(ui, "starting", |ui| self.start_row(ui, cx));
                widgets::where_seen(ui, "re-selection", |ui| {
                    reselection::row(ui, &mut self.reselecting, cx);
                    reselection::comparison(ui, cx);
                });
                widgets::where_seen(ui, "verdicts", |ui| filter_row(ui, cx, &verdict_counts(cx)));
                widgets::where_seen(ui, "rules", |ui| rules_row(ui, cx));
                let height = (visible - (ui.cursor().top() - top)).max(LEAST_TABLE);
                // A panel narrower than the columns scrolls them sideways.
                let columns: f32 = COLUMNS.iter().map(|(_, width, ..)| width).sum();
                let width = columns.max(ui.available_width());
                let sideways = ScrollArea::horizontal().auto_shrink(false).id_salt("columns of walks");
                sideways.max_height(height).show(ui, |ui| {
                    ui.set_width(width);
                    table(ui, cx);
                });
            });
        });
    }

    fn tools(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let any = cx.state.shown_walks().any(|w| !w.steps.is_empty());
        let button = egui::Button::new(RichText::new("Figure 4…").size(size::CAPTION)).small();
        let tip = "Save Figure 4 of the paper, with walks.csv, for the walks of the shown run";
        if ui.add_enabled(any, button).on_hover_text(tip).clicked() {
            self.export.open(cx);
        }
    }
}

impl WalksPanel {
    /// While walks play, they step at regular intervals with the target of that moment.
    fn play(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        if !cx.state.lab.playing {
            return;
        }
        let left = self.stepped_at + PLAY_SECONDS - cx.now;
        if left <= 0.0 {
            self.stepped_at = cx.now;
            cx.commands.push(Command::StepWalks);
        }
        ui.ctx().request_repaint_after_secs(left.max(0.05) as f32);
    }

    fn start_row(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let ready = cx.state.generator.ready;
        let by_hand = cx.state.shown_walks().any(|w| w.id >= cx.state.experiment.walks);
        let all = [Starting::Anchors, Starting::Count, Starting::Begin, Starting::Step, Starting::Play];
        self.starting.show(ui, "More of the walks", 3, &all, |ui, part, _| match part {
            Starting::Anchors => {
                let choices = [
                    (WalkAnchors::Random, "random", "Anywhere in the data"),
                    (WalkAnchors::PerClass, "per class", "The same number in each class"),
                    (
                        WalkAnchors::Rim,
                        "rim",
                        "Among the outermost 5 % of the data (by r10), where most walks drift out",
                    ),
                ];
                widgets::segmented(ui, "Anchors", &mut cx.state.lab.anchors, &choices);
            }
            Starting::Count => {
                let field = ui.add(DragValue::new(&mut cx.state.lab.count).range(1..=MOST_AT_ONCE));
                field.accessible_name("How many walks to start").on_hover_text("How many walks to start");
            }
            Starting::Begin => {
                let tip = "Starts this many walks at these anchors; Ctrl click in the view starts one at a sample";
                let start = ui.add_enabled(ready, egui::Button::new("Start")).on_hover_text(tip);
                start.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, ready, "Start walks"));
                if start.clicked() {
                    let (anchors, count) = (cx.state.lab.anchors, cx.state.lab.count);
                    cx.commands.push(Command::StartWalks { anchors, count });
                }
            }
            Starting::Step => {
                let tip = "One step of every walk started by hand, using the present target (N)";
                let step = IconButton::new(Icon::StepMinibatches, "Step the walks", tip);
                if step.enabled(by_hand).show(ui).clicked() {
                    cx.commands.push(Command::StepWalks);
                }
            }
            Starting::Play => {
                let playing = cx.state.lab.playing;
                let (icon, name) = match playing {
                    true => (Icon::Pause, "Pause the walks"),
                    false => (Icon::Play, "Play the walks"),
                };
                let play = IconButton::new(icon, name, "Steps the walks at regular intervals");
                if play.enabled(by_hand || playing).show(ui).clicked() {
                    cx.state.lab.playing = !playing;
                }
            }
        });
    }
}

/// The thresholds, in a sheet that stays open while they are changed, and the colouring of walks.
fn rules_row(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.horizontal_wrapped(|ui| {
        let tip = "The thresholds that decide the verdicts";
        let button = IconButton::new(Icon::Unfolded, "Thresholds", tip).text("Thresholds").show(ui);
        let sheet = egui::Popup::from_toggle_button_response(&button);
        sheet.close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| thresholds(ui, cx));
        let moved = cx.state.lab.rules != VerdictRules::default();
        if moved
            && ui.small_button("as published").on_hover_text("Reset every threshold to its published value").clicked()
        {
            cx.state.lab.rules = VerdictRules::default();
            reselection::send(cx);
        }
        let by_verdict = &mut cx.state.lab.by_verdict;
        widgets::toggle(ui, by_verdict, "Colour by verdict", "Colour each walk by its verdict (V)");
    });
}

fn thresholds(ui: &mut Ui, cx: &mut Cx<'_>) {
    /// Longest window of steps.
    const MOST_STEPS: usize = 20;
    const EDGE: &str = "r10 is the distance to the 10th nearest sample; this quantile of it is the edge of the data";
    const OUTWARD: &str = "A step is outward if r10(p') is more than this many times the edge";
    const BOUNDARY: &str = "A step is at a boundary if the labels of the 50 nearest samples have a higher entropy, H50";
    let before = cx.state.lab.rules;
    let rules = &mut cx.state.lab.rules;
    ui.set_width(330.0);
    ui.spacing_mut().slider_width = 96.0;
    let slider = |ui: &mut Ui, value: &mut f32, range: std::ops::RangeInclusive<f32>, text: &str, tip: &str| {
        ui.add(egui::Slider::new(value, range).text(RichText::new(text).size(size::CAPTION))).on_hover_text(tip);
    };
    slider(ui, &mut rules.outer_quantile, 0.5..=1.0, "edge of the data, quantile", EDGE);
    slider(ui, &mut rules.outward_ratio, 0.1..=5.0, "outward: times the edge", OUTWARD);
    slider(ui, &mut rules.boundary_entropy, 0.0..=2.0, "boundary: label entropy, nats", BOUNDARY);
    let of = |ui: &mut Ui, name: &str, least: &mut usize, of: &mut usize, at: &str| {
        ui.horizontal(|ui| {
            ui.label(RichText::new(format!("{name}: {at}")).size(size::CAPTION));
            let drag = |value| DragValue::new(value).range(1..=MOST_STEPS).speed(0.05);
            ui.add(drag(least)).accessible_name(format!("{name}, {at}"));
            ui.label(RichText::new("of the last").size(size::CAPTION));
            ui.add(drag(of)).accessible_name(format!("{name}, of the last"));
        });
    };
    of(ui, "outward", &mut rules.outward_steps, &mut rules.outward_of, "at least");
    of(ui, "stalled", &mut rules.stalled_steps, &mut rules.stalled_of, "at least");
    of(ui, "recycling", &mut rules.recycled_samples, &mut rules.recycled_of, "samples, at most");
    of(ui, "boundary", &mut rules.boundary_steps, &mut rules.boundary_of, "at least");
    if *rules != before {
        reselection::send(cx);
    }
}

/// What it means to be lost.
const LOST: &str = "A walk is lost once it yields nothing new: it is outward, stalled or recycling. A step that ends in one \
                    of these is counted as one that left the walk lost";

/// What a verdict means, and how it is told.
fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Outward => "Outward: most of its last steps ended outside the data, r10(p') above the edge",
        Verdict::Stalled => "Stalled: most of its last steps snapped back to the sample that they started from",
        Verdict::Recycling => "Recycling: its last steps arrived at the same few samples again and again",
        Verdict::Boundary => "Boundary: most of its last steps ended where the nearest samples have mixed labels",
        Verdict::Crossing => "Crossing: the commonest label around its end is another than around its start",
        Verdict::Interior => "Interior: none of the others; it stays inside one class",
        Verdict::TooShort => "Too short to tell: fewer steps than the rules look at; it is in no share",
    }
}

/// Counts of the shown walks: all, with a step or not, by verdict, told apart, steps that left a walk lost, all steps,
/// re-selections.
struct Counts {
    all: usize,
    verdicts: [(Verdict, usize); Verdict::ALL.len()],
    settled: usize,
    lost_steps: usize,
    steps: usize,
    reselections: usize,
}

fn verdict_counts(cx: &Cx<'_>) -> Counts {
    let chosen = cx.state.chosen_walks();
    let judged: Vec<Judgement> = chosen.iter().filter_map(|w| w.judgement).collect();
    Counts {
        all: chosen.len(),
        verdicts: Verdict::ALL.map(|v| (v, judged.iter().filter(|j| j.verdict == v).count())),
        settled: judged.iter().filter(|j| j.verdict.is_settled()).count(),
        lost_steps: judged.iter().map(|j| j.lost_steps).sum(),
        steps: judged.iter().map(|j| j.steps).sum(),
        reselections: judged.iter().map(|j| j.reselections).sum(),
    }
}

/// A chip for each verdict with its share; a click shows only those walks.
fn filter_row(ui: &mut Ui, cx: &mut Cx<'_>, counts: &Counts) {
    let percent = |part: usize, of: usize| 100.0 * part as f32 / of.max(1) as f32;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::XS, space::XS);
        let lost: usize = counts.verdicts.iter().filter(|(v, _)| v.is_lost()).map(|(_, c)| c).sum();
        let all = (Only::All, "all".to_owned(), counts.all, cx.theme.text);
        let lost = (Only::Lost, "lost".to_owned(), lost, cx.theme.error);
        let each = counts.verdicts.map(|(v, c)| (Only::One(v), v.name().replace('-', " "), c, cx.theme.verdict(v)));
        for (only, name, count, color) in [all, lost].into_iter().chain(each) {
            let text = match only {
                Only::One(Verdict::TooShort) if count == 0 => continue,
                Only::All | Only::One(Verdict::TooShort) => format!("{name} {count}"),
                _ => format!("{name} {:.0} %", percent(count, counts.settled)),
            };
            let tip = match only {
                Only::All => "Every walk",
                Only::Lost => LOST,
                Only::One(verdict) => meaning(verdict),
            };
            if chip(ui, cx, &text, tip, color, cx.state.lab.only == only) {
                cx.state.lab.only = if cx.state.lab.only == only { Only::All } else { only };
            }
        }
    });
    let mut text = format!(
        "{}{:.0} % of {} left a walk lost",
        if counts.settled < counts.all { format!("of {} with a verdict; ", counts.settled) } else { String::new() },
        percent(counts.lost_steps, counts.steps),
        words::counted(counts.steps, "step")
    );
    if counts.reselections > 0 {
        text += &format!("; re-selected {} times", counts.reselections);
    }
    if let Some(base) = &cx.state.lab.base {
        text += &format!(
            "; {:.0} % of all samples lie near a boundary",
            100.0 * base.above(cx.state.lab.rules.boundary_entropy)
        );
    }
    let text = egui::Label::new(RichText::new(text).size(size::CAPTION).color(cx.theme.faint)).wrap();
    ui.add(text).on_hover_text(LOST);
}

fn chip(ui: &mut Ui, cx: &Cx<'_>, text: &str, tip: &str, color: Color32, on: bool) -> bool {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::font(size::CAPTION), Color32::PLACEHOLDER);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 24.0, 20.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, format!("Only walks: {text}")));
    let fill = if on { cx.theme.accent_wash } else { cx.theme.field };
    ui.painter().rect_filled(rect, CornerRadius::same(10), fill);
    if response.hovered() || response.has_focus() {
        ui.painter().rect_stroke(
            rect,
            CornerRadius::same(10),
            Stroke::new(1.0, cx.theme.faint),
            egui::StrokeKind::Inside,
        );
    }
    ui.painter().circle_filled(pos2(rect.left() + 10.0, rect.center().y), 4.0, color);
    let ink = if on { cx.theme.accent } else { cx.theme.text };
    ui.painter().galley(pos2(rect.left() + 18.0, rect.center().y - galley.size().y / 2.0), galley, ink);
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip).clicked()
}

fn table(ui: &mut Ui, cx: &mut Cx<'_>) {
    head(ui, cx);
    let mut clicked = None;
    let mut hovered = None;
    {
        let mut walks = cx.state.seen_walks();
        sort_walks(&mut walks, cx.state.lab.sort, cx.state.lab.descending);
        if walks.is_empty() {
            let (title, text) = match cx.state.shown_walks().next() {
                Some(_) => ("No walk has the chosen verdict", "Press X, or choose another verdict above."),
                None => {
                    ("No walks to show", "Start some with the button above, or Ctrl-click a point of the latent view.")
                }
            };
            return widgets::empty_state(ui, title, text);
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let scroll = ScrollArea::vertical().auto_shrink(false).id_salt("walks table");
        scroll.show_rows(ui, ROW, walks.len(), |ui, range| {
            for walk in &walks[range] {
                let response = row(ui, walk, cx);
                if response.clicked() {
                    clicked = Some(walk.walk.id);
                }
                if response.hovered() {
                    hovered = Some(WalkPoint { walk: walk.walk.id, point: walk.points - 1 });
                }
            }
        });
    }
    cx.hover_walk(hovered);
    if let Some(id) = clicked {
        cx.state.lab.selected = (cx.state.lab.selected != Some(id)).then_some(id);
    }
}

fn head(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let mut x = rect.left();
    for (title, width, sort, tip) in COLUMNS {
        let cell = Rect::from_min_size(pos2(x, rect.top()), vec2(width, ROW));
        x += width;
        if !ui.is_rect_visible(cell) {
            continue;
        }
        let response = ui.interact(cell, ui.scope_id().with(("head", title)), Sense::click()).on_hover_text(tip);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Sort by {title}")));
        let active = cx.state.lab.sort == sort;
        let ink = if active || response.hovered() { cx.theme.text } else { cx.theme.faint };
        let arrow = if !active {
            ""
        } else if cx.state.lab.descending {
            " \u{2193}"
        } else {
            " \u{2191}"
        };
        let at = pos2(cell.left() + 4.0, cell.center().y);
        ui.painter().text(at, Align2::LEFT_CENTER, format!("{title}{arrow}"), theme::bold_font(size::CAPTION), ink);
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            cx.state.lab.descending =
                if active { !cx.state.lab.descending } else { sort != SortBy::Walk && sort != SortBy::Verdict };
            cx.state.lab.sort = sort;
        }
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, cx.theme.line));
}

fn row(ui: &mut Ui, seen: &SeenWalk<'_>, cx: &Cx<'_>) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let letters = seen.walk.letters();
    let selected = seen.selected;
    let lit = selected || cx.state.focus.walk_point.is_some_and(|w| w.walk == seen.walk.id);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, selected, format!("Walk {letters}")));
    if lit || response.hovered() {
        let fill = if selected { cx.theme.accent_wash } else { cx.theme.field };
        ui.painter().rect_filled(rect, CornerRadius::same(3), fill);
    }
    let dash = "\u{2013}".to_owned();
    let number = |pick: fn(&Judgement) -> f32| seen.judgement.map_or(dash.clone(), |j| format!("{:.2}", pick(&j)));
    let verdict = seen.judgement.map(|j| j.verdict);
    let cells = [
        letters,
        verdict.map_or("no step yet".to_owned(), |v| v.label().to_owned()),
        seen.judgement.map_or(dash.clone(), |j| format!("{:.0} %", 100.0 * j.boundary_share)),
        number(|j| j.drift_ratio),
        seen.judgement.map_or(dash.clone(), |j| format!("{} / {}", j.distinct_samples, j.visits)),
        number(|j| j.final_snap_distance),
    ];
    let mut x = rect.left();
    for (i, ((_, width, ..), text)) in COLUMNS.iter().zip(cells).enumerate() {
        let mut left = x + 4.0;
        x += width;
        if i == 1 {
            let color = verdict.map_or(cx.theme.faint, |v| cx.theme.verdict(v));
            ui.painter().circle_filled(pos2(left + 4.0, rect.center().y), 4.0, color);
            left += 13.0;
        }
        let font = if i == 0 { theme::bold_font(size::CAPTION) } else { theme::font(size::CAPTION) };
        ui.painter().text(pos2(left, rect.center().y), Align2::LEFT_CENTER, text, font, cx.theme.text);
    }
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}
