//! The start page: examples that show one thing each, and all presets.

use std::collections::BTreeMap;
use std::path::PathBuf;

use egui::{Frame, Label, Margin, Response, RichText, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo};

use crate::experiment::presets::PRESETS;
use crate::experiment::{DatasetKind, Experiment, Variant};
use crate::ui::kit::theme::{RADIUS, Theme, bold, size, space};
use crate::ui::panels::settings::presets::OwnPreset;

/// An example: what it shows, and what to run and to look at for that.
#[derive(Debug)]
pub struct Example {
    title: &'static str,
    shows: &'static str,
    preset: &'static str,
    /// The runs that are compared, as they are typed.
    variants: &'static [&'static str],
    /// How often, each time with the next seed.
    repeats: usize,
    /// The key of the workspace in which to look at it.
    pub workspace: &'static str,
    /// Whether the data are the user's own masks, whose folder is asked for.
    own_masks: bool,
}

const EXAMPLES: &[Example] = &[
    Example {
        title: "This is Table 1",
        shows: "MNIST, ten rounds of 500 labels, Random beside SNN, five seeds: the paper's table fills as rounds end.",
        preset: "mnist",
        variants: &["random", "snn"],
        repeats: 5,
        workspace: "compare",
        own_masks: false,
    },
    Example {
        title: "This is Figure 4",
        shows: "Walks in two latent dimensions: some follow the border between two classes, others leave the data.",
        preset: "digits-2d",
        variants: &["snn"],
        repeats: 1,
        workspace: "walks",
        own_masks: false,
    },
    Example {
        title: "This is Figure S1",
        shows: "Vessel walls and their stress by finite elements, in two or three minutes. So small that its network learns nothing: errors mean nothing.",
        preset: "ivus-tiny",
        variants: &["random", "random-latent", "si"],
        repeats: 1,
        workspace: "vessel",
        own_masks: false,
    },
    Example {
        title: "Break it: α = 2",
        shows: "SNN with steps far too long, beside SNN as it should be and Random: what is left of the gain?",
        preset: "digits",
        variants: &["random", "snn", "snn alpha=2"],
        repeats: 1,
        workspace: "run",
        own_masks: false,
    },
    Example {
        title: "Is it really better?",
        shows: "Random and SNN six times, paired by their seeds: from six repeats on, a test can tell a gain from chance.",
        preset: "digits",
        variants: &["random", "snn"],
        repeats: 6,
        workspace: "compare",
        own_masks: false,
    },
    Example {
        title: "Your masks",
        shows: "A folder of your own vessel walls (PNG): each is checked, its stress solved, and a network learns it.",
        preset: "ivus",
        variants: &["random", "random-latent", "si"],
        repeats: 1,
        workspace: "vessel",
        own_masks: true,
    },
];

impl Example {
    /// Its experiment and runs; `masks` is the folder of the user's own masks in the settings.
    fn setup(&self, masks: &str) -> Option<(Experiment, Vec<Variant>)> {
        let preset = Experiment::preset(self.preset).ok()?;
        let experiment = if self.own_masks { preset.on_masks(masks) } else { preset };
        let variants = self.variants.iter().map(|text| text.parse()).collect::<Result<_, _>>().ok()?;
        Some((experiment, variants))
    }
}

/// What the user chose.
pub enum Chosen {
    /// An experiment with its runs and repeats, and the key of the workspace to look at it in, if it asks for one.
    Start { experiment: Box<Experiment>, variants: Vec<Variant>, repeats: usize, workspace: Option<&'static str> },
    /// Histories, images or points that were opened before.
    Open(PathBuf),
    /// The user's own images, to be asked for.
    OwnImages,
    /// An embedding of the user's own, to be asked for.
    Points,
    /// Images to be labelled by hand, to be asked for.
    NewProject,
    /// A project, to be asked for.
    AskProject,
    /// The project in a folder.
    Project(PathBuf),
}

/// A card of the page.
#[derive(Debug, Clone)]
pub struct Card {
    /// The heading that it stands under; empty above all headings.
    group: &'static str,
    pub title: String,
    pub shows: String,
    what: What,
}

/// What a card starts or opens.
#[derive(Debug, Clone)]
enum What {
    OwnImages,
    Points,
    NewProject,
    AskProject,
    Project(PathBuf),
    Example(&'static Example),
    Folder(PathBuf),
    Preset(&'static str),
    Own(OwnPreset),
}

/// What the page lists beside what is always there.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Histories, images and points that were opened lately.
    pub recent: &'a [PathBuf],
    /// Folders of projects that were opened lately.
    pub projects: &'a [PathBuf],
    /// The user's presets by name.
    pub saved: &'a BTreeMap<String, OwnPreset>,
}

/// All cards in their order.
pub fn cards(Known { recent, projects, saved }: Known<'_>) -> Vec<Card> {
    let card = |group, title: &str, shows: &str, what| Card { group, title: title.into(), shows: shows.into(), what };
    let images = "A folder with a sub-folder a class, an archive, a table, NPZ, IDX, CIFAR or Parquet: looked at and checked \
                  before anything is trained. They can also be dropped on the window.";
    let points = "Points in 2, 3 or more dimensions with metadata and thumbnails (NPY, TSV, CSV, Parquet, Projector): turned, \
                  coloured, searched and exported, without any training.";
    let labels = "You are the labelling tool: a strategy proposes images, you label them by keys, and the model is trained \
                  meanwhile. A folder of images without labels is enough.";
    let again = "Labels are kept in its folder: go on where you stopped.";
    let own = [
        card("", "Your images", images, What::OwnImages),
        card("", "Your embedding", points, What::Points),
        card("", "New project…", labels, What::NewProject),
        card("", "Open a project…", again, What::AskProject),
    ];
    let named = |path: &PathBuf| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let projects = projects
        .iter()
        .map(|path| card("Projects opened lately", &named(path), &path.to_string_lossy(), What::Project(path.clone())));
    let examples = EXAMPLES.iter().map(|e| card("Examples", e.title, e.shows, What::Example(e)));
    let folders = recent
        .iter()
        .map(|path| card("Opened lately", &named(path), &path.to_string_lossy(), What::Folder(path.clone())));
    let presets = PRESETS.iter().map(|p| card("Presets", p.name, p.about, What::Preset(p.name)));
    let saved = saved.iter().map(|(name, p)| card("Your presets", name, &p.about(), What::Own(p.clone())));
    own.into_iter().chain(projects).chain(examples).chain(folders).chain(saved).chain(presets).collect()
}

impl Card {
    /// What it stands for; `masks` is the folder of the user's own masks in the settings.
    pub fn chosen(&self, masks: &str) -> Option<Chosen> {
        Some(match &self.what {
            What::OwnImages => Chosen::OwnImages,
            What::Points => Chosen::Points,
            What::NewProject => Chosen::NewProject,
            What::AskProject => Chosen::AskProject,
            What::Project(folder) => Chosen::Project(folder.clone()),
            What::Folder(path) => Chosen::Open(path.clone()),
            What::Example(example) => {
                let (experiment, variants) = example.setup(masks)?;
                let (repeats, workspace) = (example.repeats, Some(example.workspace));
                Chosen::Start { experiment: Box::new(experiment), variants, repeats, workspace }
            }
            What::Own(preset) => {
                let (experiment, variants) = preset.read().ok()?;
                let (experiment, repeats) = (Box::new(experiment), preset.repeats);
                Chosen::Start { experiment, variants, repeats, workspace: None }
            }
            What::Preset(name) => {
                let experiment = Experiment::preset(name).ok()?;
                let variants = strategies(experiment.dataset);
                Chosen::Start { experiment: Box::new(experiment), variants, repeats: 1, workspace: None }
            }
        })
    }
}

/// The page. `masks` is the folder of the user's own masks in the settings.
pub fn ui(ui: &mut Ui, masks: &str, known: Known<'_>) -> Option<Chosen> {
    let theme = Theme::of(ui.visuals());
    let mut chosen = None;
    let mut area = ScrollArea::vertical().auto_shrink(false).id_salt("start");
    if opens(ui) {
        area = area.vertical_scroll_offset(0.0);
    }
    area.show(ui, |ui| {
        Frame::new().inner_margin(Margin::same(space::M as i8)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            let hint = "An experiment runs by itself when the window opens. Each of these starts another one.";
            ui.add(Label::new(RichText::new(hint).color(theme.weak)).wrap());
            let mut group = "";
            for card in cards(known) {
                if std::mem::replace(&mut group, card.group) != card.group {
                    heading(ui, card.group);
                }
                if pressed(ui, &card.title, &card.shows, theme).clicked() {
                    chosen = card.chosen(masks);
                }
            }
        });
    });
    chosen
}

/// Whether the page was not shown in the frame before: it begins at its top.
fn opens(ui: &Ui) -> bool {
    let (id, now) = (ui.scope_id().with("shown in"), ui.ctx().cumulative_frame_nr());
    let last: Option<u64> = ui.data(|data| data.get_temp(id));
    ui.data_mut(|data| data.insert_temp(id, now));
    last.is_none_or(|last| last + 1 < now)
}

/// The runs that are compared on a data set unless others are chosen.
pub fn strategies(dataset: DatasetKind) -> Vec<Variant> {
    dataset.strategies().iter().copied().map(Variant::from).collect()
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(space::XS);
    ui.label(bold(text).size(size::CAPTION + 0.5));
}

/// A title and a sentence that can be pressed.
fn pressed(ui: &mut Ui, title: &str, sentence: &str, theme: &Theme) -> Response {
    let pressed = ui.scope_builder(UiBuilder::new().sense(Sense::click()), |ui| {
        let hot = ui.response().hovered() || ui.response().has_focus();
        let frame = Frame::new()
            .fill(if hot { theme.field_hover } else { theme.field })
            .stroke(Stroke::new(1.0, if hot { theme.faint } else { theme.line }))
            .corner_radius(RADIUS)
            .inner_margin(Margin::symmetric(space::S as i8, 6));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.add(Label::new(bold(title)).selectable(false));
            let text = RichText::new(sentence).size(size::CAPTION).color(theme.weak);
            ui.add(Label::new(text).wrap().selectable(false));
        });
    });
    let response = pressed.response.on_hover_cursor(egui::CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Start: {title}")));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::setups;
    use crate::ui::panels::WORKSPACES;

    #[test]
    fn every_example_and_every_preset_can_run() {
        for example in EXAMPLES {
            let (experiment, variants) = example.setup("a folder").unwrap();
            assert_eq!(setups(&experiment, &variants).unwrap().len(), example.variants.len(), "{}", example.title);
            assert!(experiment.validated().is_ok(), "{}", example.title);
            assert!(WORKSPACES.iter().any(|w| w.key == example.workspace), "{}", example.title);
        }
        for preset in PRESETS {
            let experiment = Experiment::preset(preset.name).unwrap();
            assert!(setups(&experiment, &strategies(experiment.dataset)).is_ok(), "{}", preset.name);
        }
    }
}
