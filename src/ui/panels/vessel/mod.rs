//! One vessel as in Figure S1: mask, mesh and stress map, next to the target's prediction and its error.

pub mod pictures;
pub mod cells;
pub mod facts;
pub mod cost;
pub mod save_vessel;

use std::path::{Path, PathBuf};

use egui::{DragValue, RichText, ScrollArea, Ui, Vec2};

use crate::engine::protocol::Command;
use crate::engine::questions::vessel::{MaskFile, Outcome, Vessel, VesselReport, VesselRequest};
use crate::experiment::Task;
use crate::ui::kit::ask_path::{AskPath, Wanted};
use crate::ui::kit::export::Export;
use crate::ui::kit::memo::Memo;
use crate::ui::kit::question::Question;
use crate::ui::kit::theme::{CONTROL_HEIGHT, bold, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::{Cx, Panel};
use crate::ui::state::AppState;
use cells::{Cells, bar};
use facts::{Reading, errors, facts, reading, refused};
use pictures::{Layer, Pictures};
use save_vessel::SaveVessel;

/// The source of the shown vessel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Sample,
    Probe,
    File,
}

/// The panel with its choices and its question.
pub struct VesselPanel {
    source: Source,
    path: Option<PathBuf>,
    opened: u64,
    pixel_mm: f64,
    /// `None` uses the experiment's pressure.
    systolic_mmhg: Option<f64>,
    open: AskPath,
    save: SaveVessel,
    /// Solve at the probe whenever it moves, without a press of "Solve here".
    follow: bool,
    /// The point at which the user pressed "Solve here".
    solve_at: Option<Vec<f32>>,
    question: Question<VesselRequest>,
    /// Whether the mesh is deformed by the pressure.
    at_peak: bool,
    held: Option<f64>,
    /// The textures, by version of the answer, theme and held scale.
    pictures: Memo<(u64, bool, Option<f64>), Pictures>,
    /// The pointer's position, image pixels.
    pointer: Option<[f32; 2]>,
}

/// Seconds between questions about the same vessel while the target learns, and until one is considered lost.
const AGAIN: f64 = 1.0;
const PATIENCE: f64 = 10.0;
/// Least and largest side of an image, and the height of the panel besides two rows of them.
const LEAST_SIDE: f32 = 104.0;
const MOST_SIDE: f32 = 380.0;
const BESIDE: f32 = 260.0;
const GAP: f32 = 10.0;
/// Opacity of the previous vessel while the next one is solved.
const OUTDATED: f32 = 0.35;

impl Default for VesselPanel {
    fn default() -> Self {
        let hint = "A PNG in which outside, wall and lumen have levels of their own";
        Self {
            source: Source::Sample,
            path: None,
            opened: 0,
            pixel_mm: 0.1,
            systolic_mmhg: None,
            open: AskPath::new("Open a mask", hint, "Open", Wanted::File("png")),
            save: SaveVessel::default(),
            follow: true,
            solve_at: None,
            question: Question::new(AGAIN, PATIENCE),
            at_peak: false,
            held: None,
            pictures: Memo::default(),
            pointer: None,
        }
    }
}

impl Panel for VesselPanel {
    fn title(&self) -> &'static str {
        "Vessel"
    }

    fn exports(&mut self) -> Vec<&mut Export> {
        vec![self.save.export()]
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if cx.state.experiment.dataset.task() == Task::Classes {
            self.source = Source::File;
        }
        if let Some(path) = self.open.ui(ui.ctx(), |_| {}) {
            self.open(path);
        }
        self.save.ui(ui.ctx(), cx);
        self.hold_probe(cx);
        self.ask(ui, cx);
        egui::Frame::new().inner_margin(egui::Margin::same(space::M as i8)).show(ui, |ui| {
            self.header(ui, cx);
            let section = cx.state.answers.vessel.answer.clone().filter(|s| self.fits(&s.request.vessel));
            match section {
                None => self.waiting(ui, cx),
                Some(section) => {
                    ui.add_space(space::XS);
                    let height = ui.available_height();
                    let outdated = self.wanted(cx).is_some_and(|w| !same_vessel(&w.vessel, &section.request.vessel));
                    if outdated {
                        let at = egui::pos2(ui.max_rect().right(), ui.cursor().top());
                        let font = crate::ui::kit::theme::bold_font(size::BODY);
                        ui.painter().text(at, egui::Align2::RIGHT_BOTTOM, "solving…", font, cx.theme.accent);
                        ui.multiply_opacity(OUTDATED);
                    }
                    ScrollArea::vertical().auto_shrink(false).id_salt("stress").show(ui, |ui| {
                        self.section(ui, cx, &section, height);
                        if cx.state.experiment.dataset.task() == Task::Maps {
                            cost::ui(ui, cx);
                        }
                    });
                }
            }
        });
    }

    fn tools(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let tip = "Solve for the wall stress of your own mask; a PNG can be dropped on the window too";
        if ui.add(egui::Button::new("Open mask…").small()).on_hover_text(tip).clicked() {
            self.open.open(String::new);
        }
        if cx.state.answers.vessel.get().is_some_and(|s| s.solved().is_some()) {
            let tip = "Figure S1 as SVG, PDF and PNG, the map as NPY and PNG, the mesh as VTK, the numbers as JSON";
            if ui.add(egui::Button::new("Save…").small()).on_hover_text(tip).clicked() {
                self.save.open(cx);
            }
            let mut hold = self.held.is_some();
            if widgets::toggle(ui, &mut hold, "Hold scale", "Keep this colour scale for the next vessels") {
                self.held = self.pictures.last().filter(|_| hold).map(|p| p.scales().top());
            }
            let tip = "Show the mesh under systolic pressure instead of at rest";
            widgets::toggle(ui, &mut self.at_peak, "Mesh at peak", tip);
        }
    }

    /// A PNG is taken wherever it is dropped; on this panel any file is tried.
    fn take_file(&mut self, path: &Path, shown: bool) -> bool {
        let taken = shown || path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"));
        if taken {
            self.open(path.to_owned());
        }
        taken
    }

    fn shows_selection(&self) -> bool {
        true
    }
}

impl VesselPanel {
    /// Shows the user's own mask.
    fn open(&mut self, path: PathBuf) {
        self.path = Some(path);
        self.opened += 1;
        self.source = Source::File;
    }

    /// Lets the latent view move the probe while it is this panel's source.
    fn hold_probe(&self, cx: &mut Cx<'_>) {
        let dim = cx.snapshot.latent_dim;
        if self.source != Source::Probe {
            cx.state.probing = None;
        } else if cx.state.generator.ready && cx.can_probe() && cx.state.probing.as_ref().is_none_or(|p| p.len() != dim)
        {
            let code = cx.code(shown_sample(cx.state));
            cx.state.probing = Some(code.unwrap_or_else(|| vec![0.0; dim]));
        }
    }

    /// Whether an answer is about the vessel that the panel shows.
    fn fits(&self, vessel: &Vessel) -> bool {
        matches!(
            (self.source, vessel),
            (Source::Sample, Vessel::Sample(_)) | (Source::Probe, Vessel::Point(_)) | (Source::File, Vessel::File(_))
        )
    }

    fn wanted(&self, cx: &Cx<'_>) -> Option<VesselRequest> {
        let (vessel, solve) = match self.source {
            Source::File => {
                let file = MaskFile {
                    path: self.path.clone()?,
                    pixel_mm: self.pixel_mm,
                    systolic_mmhg: self.systolic_mmhg.unwrap_or(cx.state.experiment.systolic_mmhg),
                    opened: self.opened,
                };
                (Vessel::File(file), true)
            }
            _ if !cx.state.generator.ready => return None,
            Source::Sample => (Vessel::Sample(shown_sample(cx.state)), true),
            Source::Probe => {
                let code = cx.state.probing.clone()?;
                let solve = self.follow || self.solve_at.as_ref() == Some(&code);
                (Vessel::Point(code), solve)
            }
        };
        Some(VesselRequest { vessel, solve })
    }

    fn ask(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let Some(request) = self.wanted(cx) else { return };
        let answers = cx.state.answers.vessel.version;
        if self.question.is_due(ui.ctx(), cx.now, &request, cx.state.version(), answers) {
            cx.commands.push(Command::ask(request));
        }
    }

    /// The choice of the vessel and its tools.
    fn header(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let file = (Source::File, "Mask file", "Your own mask, from a PNG file");
        let all = [
            (Source::Sample, "Sample", "The vessel selected in the latent view"),
            (Source::Probe, "Probe", "Drag a free point through latent space: its mask, its stress, its prediction"),
            file,
        ];
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            if cx.state.experiment.dataset.task() == Task::Maps {
                widgets::segmented(ui, "Vessel", &mut self.source, &all);
            }
            match self.source {
                Source::Sample => {
                    let sample = shown_sample(cx.state);
                    let train = cx.state.dataset.as_ref().map(|d| &d.train).filter(|t| (sample as usize) < t.len());
                    if let Some(band) = train.map(|t| cx.state.class_name(t.label(sample as usize))) {
                        let text = format!("sample {}, plaque {band}", words::thousands(sample as usize));
                        ui.label(RichText::new(text).color(cx.theme.weak));
                    }
                }
                Source::Probe => self.probe_tools(ui, cx),
                Source::File => self.file_tools(ui, cx),
            }
        });
    }

    fn probe_tools(&mut self, ui: &mut Ui, cx: &Cx<'_>) {
        widgets::toggle(
            ui,
            &mut self.follow,
            "Solve as it moves",
            "Run the labelling tool at the probe whenever it moves",
        );
        let here = cx.state.probing.clone();
        let button = egui::Button::new("Solve here").min_size(Vec2::new(0.0, CONTROL_HEIGHT - 2.0));
        let tip = "Run the labelling tool on the mask at the probe";
        if ui.add_enabled(!self.follow && here.is_some(), button).on_hover_text(tip).clicked() {
            self.solve_at = here;
        }
    }

    fn file_tools(&mut self, ui: &mut Ui, cx: &Cx<'_>) {
        let tip = "Solve for the wall stress of your own mask";
        if self.path.is_none() && ui.button("Choose a file…").on_hover_text(tip).clicked() {
            self.open.open(String::new);
        }
        if let Some(path) = &self.path {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            ui.label(bold(name)).on_hover_text(path.display().to_string());
        }
        let drag = DragValue::new(&mut self.pixel_mm).range(0.001..=10.0).speed(0.001).suffix(" mm per pixel");
        ui.add(drag)
            .on_hover_text("The size of a pixel. Areas and the mesh scale with it, stress does not")
            .accessible_name("Millimetres per pixel");
        let mut mmhg = self.systolic_mmhg.unwrap_or(cx.state.experiment.systolic_mmhg);
        let drag = DragValue::new(&mut mmhg).range(1.0..=100_000.0).speed(0.5).suffix(" mmHg");
        let response =
            ui.add(drag).on_hover_text("Systolic pressure on the lumen, at which the stress map is computed");
        if response.accessible_name("Systolic pressure").changed() {
            self.systolic_mmhg = Some(mmhg);
        }
    }

    fn waiting(&self, ui: &mut Ui, cx: &Cx<'_>) {
        let (title, body) = match self.source {
            Source::File if self.path.is_some() => ("Solving", "The labelling tool is solving the mask."),
            Source::File => (
                "Wall stress of a vessel",
                "Open a mask, or drop one on the window: a PNG in which outside, wall and lumen have levels of their own. It is solved \
                 by finite elements; mask, mesh and stress map appear side by side. The experiment continues meanwhile.",
            ),
            Source::Probe if cx.state.generator.ready && !cx.can_probe() => {
                ("The probe", "A point can be dragged only in up to three latent dimensions; this experiment has more.")
            }
            _ => (
                "Wall stress of a vessel",
                "Mask, mesh, stress map and the target's prediction appear once the vessels are solved and embedded.",
            ),
        };
        let now = cx.state.preparing().filter(|_| self.source != Source::File);
        let body = now.map_or_else(|| body.into(), |now| format!("{body} Now: {now}."));
        widgets::empty_state(ui, title, &body);
    }

    fn section(&mut self, ui: &mut Ui, cx: &Cx<'_>, section: &VesselReport, height: f32) {
        let theme = cx.theme;
        let key = (cx.state.answers.vessel.version, theme.dark, self.held);
        let pictures = self.pictures.get(key, || Pictures::new(ui, theme, section, self.held));
        let scales = pictures.scales();
        let Some(mask) = section.mask.clone() else {
            if let Outcome::Refused(refusal) = &section.outcome {
                refused(ui, theme, refusal, false, &section.request.vessel);
            }
            return;
        };
        let wide = (ui.available_width() - pictures::BAR_SPACE - 3.0 * GAP) / 3.0;
        let side = wide.min((height - BESIDE) / 2.0).clamp(LEAST_SIDE, MOST_SIDE);
        let mut cells = Cells {
            pictures,
            section,
            mask: &mask,
            side,
            theme,
            at_peak: self.at_peak,
            marked: self.pointer,
            pointer: None,
        };
        let under = self.pointer.map(|at| Reading::at(section, &mask, at));
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            cells.mask(ui);
            match &section.outcome {
                Outcome::Solved(solved) => {
                    cells.mesh(ui, solved);
                    cells.map(ui, Layer::Solved, "Stress map, kPa");
                    let mark = under.as_ref().and_then(|r| r.solved);
                    bar(ui, side, &scales.stress, |v| pictures::stress_color(v / scales.top()), mark, theme);
                }
                Outcome::Refused(refusal) => {
                    ui.vertical(|ui| {
                        ui.set_width(2.0 * side + GAP);
                        ui.add_space(space::L);
                        refused(ui, theme, refusal, pictures.faults.inverted, &section.request.vessel);
                    });
                }
                Outcome::Open => {
                    ui.vertical(|ui| {
                        ui.set_width(2.0 * side + GAP);
                        ui.add_space(space::L);
                        let text = "Not solved. Press Solve here, or turn on Solve as it moves.";
                        ui.add(egui::Label::new(RichText::new(text).color(theme.weak)).wrap());
                    });
                }
            }
        });
        if let Outcome::Refused(_) = section.outcome {
            let pointer = cells.pointer;
            return self.point(ui, pointer);
        }
        reading(ui, under.as_ref(), theme);
        if let Some(note) = &section.note {
            ui.add(egui::Label::new(RichText::new(words::capital(note)).color(theme.weak)).wrap());
        }
        ui.add_space(space::XS);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            ui.vertical(|ui| {
                ui.set_width(side);
                match section.solved() {
                    Some(solved) => facts(ui, theme, solved),
                    None => ui.set_min_height(side),
                }
            });
            match &section.prediction {
                Ok(_) => {
                    cells.map(ui, Layer::Predicted, "Predicted, same scale");
                    if section.solved().is_some() {
                        cells.map(ui, Layer::Difference, "Predicted minus solved, kPa");
                        let color = |v: f64| theme.diverging((v / scales.span()) as f32);
                        bar(ui, side, &scales.difference, color, under.as_ref().and_then(Reading::difference), theme);
                    } else {
                        let mark = under.as_ref().and_then(|r| r.predicted);
                        bar(ui, side, &scales.stress, |v| pictures::stress_color(v / scales.top()), mark, theme);
                    }
                }
                Err(why) if cx.state.experiment.dataset.task() == Task::Maps || section.solved().is_some() => {
                    ui.vertical(|ui| {
                        ui.set_width(2.0 * side + GAP);
                        ui.label(bold("No prediction"));
                        let text = RichText::new(format!("{}.", words::capital(&why.to_string()))).color(theme.weak);
                        ui.add(egui::Label::new(text).wrap());
                    });
                }
                Err(_) => {}
            }
        });
        if let Ok(prediction) = &section.prediction {
            errors(ui, prediction, &cx.state.name_of(prediction.run), theme);
        }
        let pointer = cells.pointer;
        self.point(ui, pointer);
    }

    /// The pointer's position is used in the next frame.
    fn point(&mut self, ui: &Ui, pointer: Option<[f32; 2]>) {
        if self.pointer != pointer {
            self.pointer = pointer;
            ui.ctx().request_repaint();
        }
    }
}

/// Whether the answer about one vessel may stay on the screen while the other's is pending; points move continuously.
fn same_vessel(a: &Vessel, b: &Vessel) -> bool {
    match (a, b) {
        (Vessel::Point(_), Vessel::Point(_)) => true,
        (a, b) => a == b,
    }
}

/// The selected sample, or the first.
fn shown_sample(state: &AppState) -> u32 {
    state.focus.sample.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_under_another_pressure_or_scale_is_outdated_and_a_moving_point_is_not() {
        let file = MaskFile { path: "a.png".into(), pixel_mm: 0.1, systolic_mmhg: 120.0, opened: 1 };
        let of = |file: &MaskFile| Vessel::File(file.clone());
        for (a, b, same) in [
            (of(&file), of(&file), true),
            (of(&file), of(&MaskFile { systolic_mmhg: 90.0, ..file.clone() }), false),
            (of(&file), of(&MaskFile { pixel_mm: 0.2, ..file.clone() }), false),
            (of(&file), of(&MaskFile { opened: 2, ..file.clone() }), false),
            (Vessel::Sample(1), Vessel::Sample(2), false),
            (Vessel::Point(vec![0.0]), Vessel::Point(vec![1.0]), true),
        ] {
            assert_eq!(same_vessel(&a, &b), same, "{a:?} {b:?}");
        }
    }
}
