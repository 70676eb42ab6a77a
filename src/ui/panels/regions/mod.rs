//! The contact sheet of a selected region: its images page by page, their labels and rounds, and its CSV.

pub mod csv;
pub mod curve;
pub mod named;

use egui::{Align, Color32, CornerRadius, Layout, Rect, RichText, Sense, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use crate::dataset::{Class, Dataset};
use crate::engine::protocol::Level;
use crate::experiment::Task;
use crate::ui::kit::ask_path::Wanted;
use crate::ui::kit::class_bars;
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::images;
use crate::ui::kit::theme::{self, bold, size, space};
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::kit::words;
use crate::ui::panel::{Cx, Panel, PanelAction};
use crate::ui::state::{Selection, SheetFilter};

/// The panel and its CSV export.
pub struct RegionPanel {
    export: Export,
}

impl Default for RegionPanel {
    fn default() -> Self {
        let export =
            Export::new("Export the selection as CSV", "Path of the CSV file", "Export", Wanted::NewFile("csv"));
        Self { export }
    }
}

/// Side of an image, height of the line under it, and spacing.
const SIDE: f32 = 48.0;
const CAPTION_HEIGHT: f32 = 15.0;
const GAP: f32 = 6.0;
/// Most classes that are counted one by one.
const MOST_CLASSES: usize = 24;

/// One image on the sheet.
struct Tile {
    image: u32,
    /// Whether it is from the evaluation split instead of the train split.
    evaluation: bool,
    label: Class,
    /// The predicted class, if known.
    predicted: Option<Class>,
    /// The round in which it was labelled, if any.
    round: Option<u16>,
}

impl Panel for RegionPanel {
    fn title(&self) -> &'static str {
        "Selection"
    }

    fn exports(&mut self) -> Vec<&mut Export> {
        vec![&mut self.export]
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.take_actions(cx);
        named::sheet(ui.ctx(), cx);
        let (Some(selection), Some(dataset)) = (cx.state.brush.selection.clone(), cx.state.dataset.clone()) else {
            let text = "Press S, or the box or the lasso above the latent view, and drag. The images in the region appear here, \
                        with their labels and the round in which each was labelled.";
            return widgets::empty_state(ui, "Nothing is selected", text);
        };
        cx.want_evaluation_codes();
        let members = cx.evaluation_members();
        if let Some(path) = self.export.ui(ui.ctx(), |_| {}) {
            let rows = csv::Rows::of(&selection, &members, &dataset, cx);
            let missing = rows.unpredicted();
            if missing > 0 && cx.state.experiment.dataset.task() == Task::Classes {
                let missing = words::thousands(missing);
                let text =
                    format!("{missing} train images of the region have no prediction yet; their cells are empty.");
                cx.state.say(Level::Warning, text);
            }
            self.export.start(ui.ctx(), move || Ok(Prepared::file(path, csv::text(&rows).into_bytes())));
        }
        egui::Frame::new().inner_margin(egui::Margin::symmetric(space::S as i8, 6)).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(space::S, 5.0);
            summary(ui, &selection, &members, &dataset, cx);
            let tiles = tiles(&selection, &members, &dataset, cx);
            sheet(ui, &tiles, &dataset, cx);
        });
    }

    fn tools(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let any = cx.state.brush.selection.is_some();
        let small = |text: &str| egui::Button::new(RichText::new(text).size(size::CAPTION)).small();
        let clear = ui.add_enabled(any, small("Clear")).on_hover_text("Clear the selection (Esc)");
        clear.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, any, "Clear the region"));
        if clear.clicked() {
            cx.state.brush.clear();
        }
        let tip = "The images of the region with their indices, labels, rounds, predictions and codes";
        if ui.add_enabled(any && !self.export.is_writing(), small("Export CSV…")).on_hover_text(tip).clicked() {
            self.export.open(|| csv::Rows::file_name(cx));
        }
        named::button(ui, cx);
        let tip = "Lists these images in the table of samples";
        if ui.add_enabled(any, small("Table")).on_hover_text(tip).clicked() {
            cx.state.brush.list = true;
        }
    }
}

impl RegionPanel {
    fn take_actions(&mut self, cx: &mut Cx<'_>) {
        for action in cx.actions {
            match action {
                PanelAction::ExportSelection if !self.export.is_writing() => {
                    self.export.open(|| csv::Rows::file_name(cx));
                }
                PanelAction::InvertSelection => named::invert(cx),
                _ => {}
            }
        }
    }
}

/// The counts of images, in all and by class.
fn summary(ui: &mut Ui, selection: &Selection, members: &[u32], dataset: &Dataset, cx: &Cx<'_>) {
    let all = words::thousands(dataset.train.len());
    if let Some(title) = selection.title() {
        ui.add(egui::Label::new(bold(title)).wrap());
    }
    ui.horizontal_wrapped(|ui| {
        ui.label(bold(format!("{} of {all} train images", words::thousands(selection.samples.len()))));
        let labelled = selection.samples.iter().filter(|&&s| cx.labelled_in(s).is_some()).count();
        let mut text = format!("{} labelled by round {}", words::thousands(labelled), cx.state.shown_round());
        if cx.knows_evaluation() {
            text += &format!(" · {} {} images", words::thousands(members.len()), cx.evaluation_name());
        }
        ui.label(RichText::new(text).size(size::CAPTION).color(cx.theme.weak));
    });
    let mut counts = vec![0usize; dataset.classes.len()];
    for &s in &selection.samples {
        counts[usize::from(dataset.train.label(s as usize))] += 1;
    }
    let values: Vec<f32> = counts.iter().map(|count| *count as f32).collect();
    let shown = class_bars::shown(&values, None, MOST_CLASSES);
    let one = |class: &usize| (theme::class_color(*class as Class), dataset.classes[*class].clone(), counts[*class]);
    let others = shown
        .others
        .map(|(classes, sum)| (cx.theme.faint, format!("{} other classes", words::thousands(classes)), sum as usize));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
        ui.spacing_mut().interact_size.y = CAPTION_HEIGHT;
        for (color, name, count) in shown.classes.iter().map(one).chain(others).filter(|(.., count)| *count > 0) {
            // The mark and its text are one piece, so that no line break separates them.
            let text = format!("{name} × {}", words::thousands(count));
            let galley = ui.painter().layout_no_wrap(text, theme::font(size::CAPTION), cx.theme.weak);
            let (rect, _) = ui.allocate_exact_size(galley.size() + vec2(20.0, 2.0), Sense::hover());
            ui.painter().circle_filled(pos2(rect.left() + 4.0, rect.center().y), 4.0, color);
            ui.painter().galley(rect.min + vec2(12.0, 1.0), galley, cx.theme.weak);
        }
    });
}

fn tiles(selection: &Selection, members: &[u32], dataset: &Dataset, cx: &Cx<'_>) -> Vec<Tile> {
    let filter = cx.state.brush.filter;
    let split = dataset.evaluation(cx.state.experiment.evaluate_on);
    let predicted = cx.state.shown_predictions().map(|(_, p)| p).filter(|p| p.len() == split.len());
    let scores = cx.shown_snapshot().and_then(|r| r.scores.as_ref());
    let train = |&image: &u32| Tile {
        image,
        evaluation: false,
        label: dataset.train.label(image as usize),
        predicted: scores
            .and_then(|s| s.predicted.get(image as usize).copied())
            .filter(|p| usize::from(*p) < dataset.classes.len()),
        round: cx.labelled_in(image),
    };
    let evaluation = |&image: &u32| Tile {
        image,
        evaluation: true,
        label: split.label(image as usize),
        predicted: predicted.map(|p| p[image as usize]),
        round: None,
    };
    match filter {
        SheetFilter::Train => selection.samples.iter().map(train).collect(),
        SheetFilter::Labelled => selection.samples.iter().map(train).filter(|t| t.round.is_some()).collect(),
        SheetFilter::Evaluation => members.iter().map(evaluation).collect(),
        SheetFilter::Wrong => members.iter().map(evaluation).filter(Tile::is_wrong).collect(),
    }
}

impl Tile {
    fn is_wrong(&self) -> bool {
        self.predicted.is_some_and(|p| p != self.label)
    }
}

/// The images of one page.
fn sheet(ui: &mut Ui, tiles: &[Tile], dataset: &Dataset, cx: &mut Cx<'_>) {
    let cell = vec2(SIDE + GAP, SIDE + CAPTION_HEIGHT + GAP);
    let room = ui.available_size() - vec2(0.0, theme::CONTROL_HEIGHT + 5.0);
    let columns = ((room.x + GAP) / cell.x).floor().max(1.0) as usize;
    let rows = ((room.y + GAP) / cell.y).floor().max(1.0) as usize;
    let per_page = columns * rows;
    let pages = tiles.len().div_ceil(per_page).max(1);
    cx.state.brush.page = cx.state.brush.page.min(pages - 1);
    pager(ui, pages, cx);
    if tiles.is_empty() {
        let text = match cx.state.brush.filter {
            SheetFilter::Train | SheetFilter::Evaluation => "No image of this kind lies in the region.",
            SheetFilter::Labelled => "No image here is labelled by the shown round.",
            SheetFilter::Wrong => "No wrong prediction here is known at the end of the shown round.",
        };
        return widgets::empty_state(ui, "None", text);
    }
    let (area, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    let from = cx.state.brush.page * per_page;
    for (i, tile) in tiles[from..(from + per_page).min(tiles.len())].iter().enumerate() {
        let at = area.min + vec2((i % columns) as f32 * cell.x, (i / columns) as f32 * cell.y);
        draw(ui, Rect::from_min_size(at, vec2(SIDE, SIDE + CAPTION_HEIGHT)), tile, dataset, cx);
    }
}

/// The choice of images and the page buttons.
fn pager(ui: &mut Ui, pages: usize, cx: &mut Cx<'_>) {
    ui.horizontal(|ui| {
        let name = cx.evaluation_name();
        let wrong = format!("{name}, wrong");
        let choices = [
            (SheetFilter::Train, "train", "Every train image of the region"),
            (SheetFilter::Labelled, "labelled", "Images labelled by the end of the shown round"),
            (SheetFilter::Evaluation, name, "Images that accuracy is measured on; no run trains on them"),
            (SheetFilter::Wrong, wrong.as_str(), "Those images that are predicted wrong after the shown round"),
        ];
        if widgets::segmented(ui, "Images of the region", &mut cx.state.brush.filter, &choices) {
            cx.state.brush.page = 0;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            let page = cx.state.brush.page;
            let next = IconButton::new(Icon::Next, "Next page", "Show the next images").enabled(page + 1 < pages);
            if next.show(ui).clicked() {
                cx.state.brush.page += 1;
            }
            let text = format!("{} of {}", page + 1, words::thousands(pages));
            ui.label(RichText::new(text).size(size::CAPTION).color(cx.theme.weak));
            let previous =
                IconButton::new(Icon::Previous, "Previous page", "Show the previous images").enabled(page > 0);
            if previous.show(ui).clicked() {
                cx.state.brush.page -= 1;
            }
        });
    });
}

fn draw(ui: &mut Ui, cell: Rect, tile: &Tile, dataset: &Dataset, cx: &mut Cx<'_>) {
    let square = Rect::from_min_size(cell.min, Vec2::splat(SIDE));
    let split = if tile.evaluation { cx.evaluation_name() } else { "train" };
    let name = format!("Image {} of {split}", tile.image);
    let response = ui.interact(cell, ui.scope_id().with((split, tile.image)), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let texture = match tile.evaluation {
        false => cx.images.sample(ui, dataset, tile.image),
        true => {
            let image = dataset.evaluation(cx.state.experiment.evaluate_on).image(tile.image as usize);
            Some(cx.images.get(ui, ("evaluation", tile.image), 0, dataset.shape(), image))
        }
    };
    if let Some(texture) = texture {
        images::paint(ui, &texture, square);
    }
    let edge = |ui: &Ui, color: Color32| {
        ui.painter().rect_stroke(square, CornerRadius::same(4), Stroke::new(2.0, color), StrokeKind::Outside);
    };
    if tile.is_wrong() {
        edge(ui, cx.theme.error);
    }
    if !tile.evaluation && cx.state.focus.sample == Some(tile.image) {
        edge(ui, cx.theme.accent);
    }
    caption(ui, cell, tile, cx);
    let mut text =
        format!("{split} image {}: {}", words::thousands(tile.image as usize), cx.state.class_name(tile.label));
    if let Some(p) = tile.predicted {
        text += &format!(", predicted {}", cx.state.class_name(p));
    }
    text += &tile.round.map_or(String::new(), |r| format!(", labelled in round {r}"));
    if response.clicked() && !tile.evaluation {
        cx.state.focus.sample = Some(tile.image);
    }
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(text);
}

/// The label, then the round in which it was labelled or the wrong prediction.
fn caption(ui: &Ui, cell: Rect, tile: &Tile, cx: &Cx<'_>) {
    let y = cell.bottom() - CAPTION_HEIGHT / 2.0;
    ui.painter().circle_filled(pos2(cell.left() + 3.5, y), 3.5, theme::class_color(tile.label));
    let mut right = cell.right();
    let beside = match (tile.round, tile.is_wrong(), tile.predicted) {
        (Some(round), ..) => Some((format!("t {round}"), cx.theme.accent, None)),
        (_, true, Some(p)) => Some((String::new(), cx.theme.error, Some(p))),
        _ => None,
    };
    if let Some((text, color, predicted)) = beside {
        let text = predicted.map_or(text, |p| format!("→ {}", cx.state.class_name(p)));
        let galley = ui.painter().layout_no_wrap(text, theme::font(size::CAPTION), color);
        right -= galley.size().x;
        // A long class name is cut to leave room for the label's colour; the tooltip has all of it.
        if right > cell.left() + 8.0 {
            ui.painter().galley(pos2(right, y - galley.size().y / 2.0), galley, color);
        } else {
            right = cell.right();
        }
    }
    let galley =
        ui.painter().layout_no_wrap(cx.state.class_name(tile.label), theme::bold_font(size::CAPTION), cx.theme.text);
    if cell.left() + 10.0 + galley.size().x <= right {
        ui.painter().galley(pos2(cell.left() + 10.0, y - galley.size().y / 2.0), galley, cx.theme.text);
    }
}
