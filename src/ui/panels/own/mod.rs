//! Your own images before anything is trained: asked for, read, looked at, and started.

mod reading;
mod understood;
mod contact;

use std::path::{Path, PathBuf};

use egui::{Align, Context, Label, Layout, Modal, ProgressBar, Rect, RichText, ScrollArea, Ui, UiBuilder, vec2};

use crate::dataset::own::defaults::Chosen;
use crate::dataset::own::plan::Plan;
use crate::dataset::own::reading::Wanted as Brought;
use crate::dataset::own::wanted;
use crate::engine::protocol::Level;
use crate::experiment::{DatasetKind, Experiment, ExperimentError, Field, Strategy, Variant};
use crate::ui::kit::ask_path::{AskPath, Wanted};
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::kit::facts;
use crate::ui::kit::theme::{CONTROL_HEIGHT, Theme, bold, size, space};
use crate::ui::kit::words::{self, thousands};
use crate::ui::panel::Cx;
use crate::ui::panels::settings::rows::Rows;
use crate::ui::panels::start;
use contact::{ContactSheet, Given};
use reading::{Read, Reading};

/// The dialog that asks for images, and the sheet on them.
pub struct OwnSheet {
    ask: AskPath,
    /// The images that the sheet is about, while it is open.
    plan: Option<Plan>,
    /// The runs that the button starts.
    variants: Vec<Variant>,
    reading: Reading,
    read: Option<Read>,
    /// Why the images could not be read, at last.
    failed: Option<String>,
    /// The sheet is shown for the first time: from its top.
    begins: bool,
    /// Number of times that images were read.
    version: u64,
    /// The settings, as chosen and changed.
    draft: Experiment,
    /// When the settings that the images are brought to changed, seconds; they are read again soon after.
    changed: Option<f64>,
    contact: ContactSheet,
    save: Export,
    /// The folder of decoded images.
    cache: Option<PathBuf>,
}

/// What was chosen in the sheet.
pub enum OwnAction {
    Start {
        experiment: Box<Experiment>,
        variants: Vec<Variant>,
    },
    /// Labels these images by hand, in a new project; the sheet stays until it is made.
    Label(PathBuf),
    Close,
}

/// Space around the sheet, and its largest size, points.
const AROUND: f32 = 24.0;
const LARGEST: egui::Vec2 = vec2(1180.0, 860.0);
/// The left column's share of the width, and its limits.
const LEFT_SHARE: f32 = 0.38;
const LEFT: std::ops::RangeInclusive<f32> = 250.0..=400.0;
/// Seconds without another change before images are read again.
const SETTLED: f64 = 0.4;

impl OwnSheet {
    pub fn new(cache: Option<PathBuf>) -> Self {
        let hint = "A folder with a sub-folder a class, an archive, NPZ, CSV, Parquet, …";
        let save = Export::new("Save what is left out as CSV", "Path of the CSV file", "Save", Wanted::NewFile("csv"));
        Self {
            ask: AskPath::new("Your images", hint, "Look at them", Wanted::Any),
            plan: None,
            variants: Vec::new(),
            reading: Reading::default(),
            read: None,
            failed: None,
            begins: false,
            version: 0,
            draft: Experiment::default(),
            changed: None,
            contact: ContactSheet::default(),
            save,
            cache,
        }
    }

    /// Asks for images.
    pub fn ask(&mut self, ctx: &Context) {
        self.ask.open(String::new);
        ctx.request_repaint();
    }

    /// Opens the sheet on the images of a plan, to start these runs.
    pub fn open(&mut self, ctx: &Context, plan: Plan, variants: Vec<Variant>) {
        self.reading.start(ctx, plan.clone(), None, self.cache.clone());
        (self.plan, self.variants) = (Some(plan), variants);
        (self.read, self.failed, self.changed) = (None, None, None);
        self.contact = ContactSheet::default();
    }

    /// Closes the sheet, and ends reading.
    pub fn close(&mut self) {
        self.reading.cancel();
        (self.plan, self.read) = (None, None);
    }

    /// The place of the images, once they are read.
    pub fn path(&self) -> Option<&Path> {
        self.plan.as_ref().filter(|_| self.read.is_some()).map(|plan| plan.path.as_path())
    }

    /// Shows the dialog or the sheet, if one is open.
    pub fn ui(&mut self, ctx: &Context, cx: &mut Cx<'_>) -> Option<OwnAction> {
        cx.report(self.save.outcome(ctx));
        self.take(cx);
        let mut action = None;
        if self.plan.is_some() {
            let frame = egui::Frame::window(&ctx.global_style());
            let size =
                (ctx.content_rect().size() - 2.0 * frame.total_margin().sum() - vec2(AROUND, AROUND)).min(LARGEST);
            let modal = Modal::new(egui::Id::unique("own images")).frame(frame);
            let response = modal.show(ctx, |ui| {
                ui.set_width(size.x);
                ui.set_height(size.y);
                action = self.sheet(ui, cx);
            });
            if action.is_none() && response.should_close() {
                action = Some(OwnAction::Close);
            }
        }
        // While a project is asked about the sheet stays, to come back to.
        if matches!(action, Some(OwnAction::Start { .. } | OwnAction::Close)) {
            self.close();
        }
        if let Some(path) = self.save.ui(ctx, |_| {}) {
            self.write(ctx, path);
        }
        if let Some(path) = self.ask.ui(ctx, |_| {}) {
            let variants = start::strategies(DatasetKind::Own);
            self.open(ctx, Plan::suiting(path), variants);
        }
        action
    }

    /// Takes what was read.
    fn take(&mut self, cx: &mut Cx<'_>) {
        match self.reading.take() {
            Some(Ok(read)) => {
                if self.read.is_none() {
                    self.draft = read.suggested.clone();
                    self.begins = true;
                }
                read.warning.iter().for_each(|text| cx.state.say(Level::Warning, text.clone()));
                self.version += 1;
                self.read = Some(read);
            }
            Some(Err(error)) => self.failed = Some(error),
            None => {}
        }
    }

    fn sheet(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) -> Option<OwnAction> {
        let plan = self.plan.clone()?;
        let name = plan.path.file_name().map_or_else(|| plan.path.to_string_lossy(), |name| name.to_string_lossy());
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let choose = ui.button("Choose others…").on_hover_text("Asks for another folder or file");
                if choose.clicked() {
                    self.ask(ui.ctx());
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(bold(format!("Your images: {name}")).size(size::HEADING)).truncate());
                });
            });
        });
        let place = RichText::new(plan.path.display().to_string()).size(size::CAPTION).color(cx.theme.weak);
        ui.add(Label::new(place).truncate());
        ui.add_space(space::S);
        let all = ui.available_rect_before_wrap();
        let foot = CONTROL_HEIGHT + space::S;
        let body = Rect::from_min_max(all.min, all.max - vec2(0.0, foot));
        ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
            ui.set_clip_rect(ui.clip_rect().intersect(body));
            self.body(ui, body, cx);
        });
        let below = Rect::from_min_max(egui::pos2(all.left(), all.bottom() - CONTROL_HEIGHT), all.max);
        ui.scope_builder(UiBuilder::new().max_rect(below), |ui| self.foot(ui, cx.theme)).inner
    }

    fn body(&mut self, ui: &mut Ui, body: Rect, cx: &mut Cx<'_>) {
        let Some(read) = &self.read else {
            if let Some(failed) = &self.failed {
                ui.add_space(space::M);
                ui.add(Label::new(RichText::new(failed).color(cx.theme.error)).wrap().selectable(true));
            }
            return;
        };
        let left = (LEFT_SHARE * body.width()).clamp(*LEFT.start(), *LEFT.end());
        let facts = Rect::from_min_size(body.min, vec2(left, body.height()));
        let sheet = Rect::from_min_max(body.min + vec2(left + space::L, 0.0), body.max);
        let mut save = false;
        let before = wanted(&self.draft);
        ui.scope_builder(UiBuilder::new().max_rect(facts), |ui| {
            let mut area = ScrollArea::vertical().auto_shrink(false).id_salt("understood");
            if std::mem::take(&mut self.begins) {
                area = area.vertical_scroll_offset(0.0);
            }
            area.show(ui, |ui| {
                ui.set_width(left - space::M);
                ui.spacing_mut().item_spacing.y = space::XS;
                save = understood::ui(ui, &read.sheet, cx.theme);
                settings(ui, read, &mut self.draft, cx.theme);
            });
        });
        ui.scope_builder(UiBuilder::new().max_rect(sheet), |ui| {
            let (sheet, contact) = (&read.sheet, &read.contact);
            let given = Given { sheet, contact, version: self.version, images: cx.images, theme: cx.theme };
            self.contact.ui(ui, given);
        });
        if save {
            self.save.open(|| "left-out.csv".into());
        }
        self.read_again(ui.ctx(), before, cx.now);
    }

    /// Reads the images again once the settings that they are brought to have changed and can be used.
    fn read_again(&mut self, ctx: &Context, before: Brought, now: f64) {
        let wished = wanted(&self.draft);
        if wished != before {
            self.changed = Some(now);
            self.failed = None;
            self.reading.cancel();
        }
        let Some(read) = &self.read else { return };
        if wished == read.wanted || self.error().is_some() {
            self.changed = None;
        }
        let Some(changed) = self.changed else { return };
        if now - changed < SETTLED {
            return ctx.request_repaint_after_secs((SETTLED - (now - changed)) as f32);
        }
        self.changed = None;
        if let Some(plan) = self.plan.clone() {
            self.reading.start(ctx, plan, Some(wished), self.cache.clone());
        }
    }

    /// Why the settings cannot run, as far as that is known before the run divides the images.
    fn error(&self) -> Option<ExperimentError> {
        let misfit = || {
            let strategies: Vec<Strategy> = self.variants.iter().map(|v| v.strategy).collect();
            self.draft.on_data(&self.read.as_ref()?.facts(&self.draft), &strategies).err()
        };
        self.draft.clone().validated().err().or_else(misfit)
    }

    /// How far reading is, or why nothing can start; and the buttons.
    fn foot(&mut self, ui: &mut Ui, theme: &Theme) -> Option<OwnAction> {
        let mut action = None;
        let nothing = |read: &Read| read.nothing_to_learn.as_ref().map(|why| format!("This {why}"));
        let failed = || self.failed.clone().or_else(|| self.error().map(|e| e.to_string()));
        let refused = self.read.as_ref().and_then(|read| nothing(read).or_else(failed));
        let can_start = self.read.is_some() && refused.is_none();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let runs: Vec<String> = self.variants.iter().map(ToString::to_string).collect();
            let tip = format!("Starts {} on these images with these settings", runs.join(" and "));
            let start = egui::Button::new(bold("Start").color(if can_start { theme.on_accent } else { theme.faint }));
            let start = if can_start { start.fill(theme.accent) } else { start };
            let start = ui.add_enabled(can_start, start.min_size(vec2(84.0, CONTROL_HEIGHT)));
            if start.on_hover_text(&tip).on_disabled_hover_text(&tip).clicked() {
                let (experiment, variants) = (Box::new(self.draft.clone()), self.variants.clone());
                action = Some(OwnAction::Start { experiment, variants });
            }
            let tip = "Makes a project of these images, in which you label what a strategy proposes";
            if ui.button("Label by hand…").on_hover_text(tip).clicked() {
                action = self.plan.as_ref().map(|plan| OwnAction::Label(plan.path.clone()));
            }
            let tip = "Closes this sheet, and ends reading; nothing is started (Esc)";
            if ui.button("Cancel").on_hover_text(tip).clicked() {
                action = Some(OwnAction::Close);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                if self.reading.is_running() {
                    let (done, total) = self.reading.progress();
                    let text = match total {
                        0 => "Looking at what is there…".to_owned(),
                        _ => format!("Reading {} of {} images", thousands(done), thousands(total)),
                    };
                    let share = done as f32 / total.max(1) as f32;
                    ui.add(ProgressBar::new(share).desired_width(ui.available_width() - space::M).text(text));
                } else if let Some(refused) = &refused {
                    let text = RichText::new(refused).size(size::CAPTION).color(theme.error);
                    ui.add(Label::new(text).wrap());
                }
            });
        });
        action
    }

    fn write(&mut self, ctx: &Context, path: PathBuf) {
        let Some(read) = &self.read else { return };
        let list = read.sheet.left_out();
        self.save.start(ctx, move || match list {
            Ok(list) => Ok(Prepared::file(path, list)),
            Err(e) => Err(format!("{}: cannot be written ({e})", path.display())),
        });
    }
}

/// The settings that suit the images, each with its reason; they can be changed.
fn settings(ui: &mut Ui, read: &Read, draft: &mut Experiment, theme: &'static Theme) {
    facts::heading(ui, "Settings that suit them");
    let fault = draft.clone().validated().err();
    let bad_field = fault.as_ref().and_then(|e| match e {
        ExperimentError::Field { field, .. } => Some(field.as_str()),
        _ => None,
    });
    let rows = Rows { running: &read.suggested, preset: None, bad_field, sought: None, theme };
    for Chosen { field, value, reason } in &read.sheet.defaults {
        let Some(field) = Field::named(field).filter(|f| f.applies(draft)) else { continue };
        rows.field(ui, field, draft);
        let why = match field.get(draft) == *value {
            true => words::capital(reason),
            false => format!("{value} would suit: {reason}"),
        };
        ui.add(Label::new(RichText::new(why).size(size::CAPTION).color(theme.weak)).wrap());
    }
}
