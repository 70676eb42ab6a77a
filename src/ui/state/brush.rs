//! A region drawn in the latent view: the samples in it, and the target's accuracy there.

use std::sync::Arc;

use glam::{Vec2, Vec3};

use super::axes::Axes;
use super::named::Named;
use crate::dataset::{Class, Dataset, Split};
use crate::experiment::EvaluationSplit;
use crate::view::{Camera, Mode};

/// The drag tool of the latent view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BrushTool {
    /// Drags turn or move the view, or move the probe.
    #[default]
    Off,
    Box,
    Lasso,
}

impl BrushTool {
    /// The tool that the key comes to next.
    pub fn next(self) -> Self {
        match self {
            Self::Off => Self::Box,
            Self::Box => Self::Lasso,
            Self::Lasso => Self::Off,
        }
    }
}

/// The images on the contact sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SheetFilter {
    /// All train images in the region.
    #[default]
    Train,
    /// Train images in the region labelled by the end of the shown round.
    Labelled,
    /// Evaluation images in the region.
    Evaluation,
    /// Evaluation images in the region predicted wrong at the end of the shown round.
    Wrong,
}

/// The chosen tool, the selection, and the contact sheet's filter and page.
#[derive(Debug, Clone, Default)]
pub struct Brush {
    pub tool: BrushTool,
    pub selection: Option<Arc<Selection>>,
    /// Selections that have a name, in the order in which they were kept.
    pub named: Vec<Named>,
    pub filter: SheetFilter,
    /// From 0.
    pub page: usize,
    /// Whether the codes of the evaluation split were requested.
    pub asked_evaluation: bool,
    /// Whether the sheet of named selections is open.
    pub sheet: bool,
    /// Whether the contact sheet of a selection is to be brought to the front.
    pub reveal: bool,
    /// Whether the table of samples is to be brought to the front, with the selection alone.
    pub list: bool,
    /// Number of selections so far.
    drawn: u64,
    evaluation: Option<EvaluationMembers>,
    /// The selections by name of the session before, until the data are there.
    waiting: Option<Waiting>,
}

/// Selections by name, and what says whether other data are those that they are of.
#[derive(Debug, Clone)]
struct Waiting {
    named: Vec<Named>,
    labels: [Vec<Class>; 3],
    evaluate_on: EvaluationSplit,
}

/// What becomes of the selections by name when the data of another session are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedKept {
    All,
    /// Accuracy is measured on other images now: those of the selections were left out.
    TrainOnly,
    /// The images are others.
    None,
}

/// The evaluation images in a selection, cached while neither changes.
#[derive(Debug, Clone)]
struct EvaluationMembers {
    selection: u64,
    codes: Arc<Vec<f32>>,
    members: Arc<Vec<u32>>,
}

impl Brush {
    /// Selects the samples within `outline` (pixels of `camera`'s image), drawn along `axes`; clears the selection if there are none.
    pub fn select(&mut self, camera: Camera, outline: Vec<Vec2>, places: &[[f32; 3]], axes: &Axes) {
        self.drawn += 1;
        let region = Region::new(camera, outline);
        let samples: Vec<u32> = region.members(places);
        self.page = 0;
        let of = SelectionOf::Region(region, axes.clone());
        self.selection = (!samples.is_empty()).then(|| Arc::new(Selection { id: self.drawn, of, samples }));
    }

    /// Selects images by name, such as those behind a bar of a chart, and brings their sheet to the front.
    pub fn pick(&mut self, title: String, mut samples: Vec<u32>, evaluation: Vec<u32>) {
        self.drawn += 1;
        samples.sort_unstable();
        samples.dedup();
        self.page = 0;
        self.filter = if samples.is_empty() { SheetFilter::Evaluation } else { SheetFilter::Train };
        let of = SelectionOf::Named { title, evaluation: Arc::new(evaluation) };
        self.selection = Some(Arc::new(Selection { id: self.drawn, of, samples }));
        self.reveal = true;
    }

    /// Puts a former selection in the place of the present one.
    pub(super) fn restore(&mut self, selection: Option<Arc<Selection>>) {
        if self.selection != selection {
            self.page = 0;
            self.selection = selection;
        }
    }

    /// Clears the selection and the tool; false if both were clear already.
    pub fn clear(&mut self) -> bool {
        let something = self.selection.is_some() || self.tool != BrushTool::Off;
        self.selection = None;
        self.evaluation = None;
        self.tool = BrushTool::Off;
        something
    }

    /// The state at the start of another experiment: only the user's choices stay, and with the settings of the same data
    /// the selections by name, which wait for these data; `before` are the present ones.
    pub fn started_over(&self, same_data: bool, before: Option<(&Dataset, EvaluationSplit)>) -> Self {
        let now = before.map(|(dataset, evaluate_on)| Waiting {
            named: self.named.clone(),
            labels: labels(dataset),
            evaluate_on,
        });
        // A session whose data never came has none of its own.
        let waiting = now.or_else(|| self.waiting.clone()).filter(|_| same_data);
        Self { drawn: self.drawn, filter: self.filter, waiting, ..Self::default() }
    }

    /// The data are there: the selections by name that waited for them come back as far as they are of these images.
    pub fn data_are_there(&mut self, dataset: &Dataset, evaluate_on: EvaluationSplit) -> NamedKept {
        let Some(Waiting { named, labels: before, evaluate_on: on }) = self.waiting.take() else {
            return NamedKept::All;
        };
        let some_on = named.iter().any(|n| !n.evaluation.is_empty());
        match (before == labels(dataset), on == evaluate_on) {
            _ if named.is_empty() => NamedKept::All,
            (false, _) => NamedKept::None,
            (true, false) if some_on => {
                let train = named.into_iter().map(|n| Named { evaluation: Arc::default(), ..n });
                self.named = train.filter(|n| !n.samples.is_empty()).collect();
                NamedKept::TrainOnly
            }
            (true, _) => {
                self.named = named;
                NamedKept::All
            }
        }
    }

    /// Whether it is known which evaluation images are selected: for a region their codes are needed.
    pub fn knows_evaluation(&self, codes: bool) -> bool {
        codes || self.selection.as_ref().is_none_or(|s| s.region().is_none())
    }

    /// Indices of the evaluation images that are selected: those whose codes lie in the region, none before these are
    /// there.
    pub fn evaluation_members(&mut self, codes: Option<&Arc<Vec<f32>>>, dim: usize) -> Arc<Vec<u32>> {
        let Some(selection) = &self.selection else { return Arc::default() };
        let (region, axes) = match &selection.of {
            SelectionOf::Region(region, axes) => (region, axes),
            SelectionOf::Named { evaluation, .. } => return Arc::clone(evaluation),
        };
        let Some(codes) = codes else { return Arc::default() };
        let known = self.evaluation.as_ref().filter(|e| e.selection == selection.id && Arc::ptr_eq(&e.codes, codes));
        if let Some(known) = known {
            return Arc::clone(&known.members);
        }
        let places: Vec<[f32; 3]> = codes.chunks_exact(dim.max(1)).map(|code| axes.place(code)).collect();
        let members = Arc::new(region.members(&places));
        self.evaluation = Some(EvaluationMembers {
            selection: selection.id,
            codes: Arc::clone(codes),
            members: Arc::clone(&members),
        });
        members
    }
}

/// The labels of all splits, by which data that were read again are known as the same; the pixels also depend on what
/// networks need.
fn labels(dataset: &Dataset) -> [Vec<Class>; 3] {
    [&dataset.train, &dataset.validation, &dataset.test].map(|split| split.labels().to_vec())
}

/// Selected images.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Identifies the selection.
    pub id: u64,
    of: SelectionOf,
    /// Indices of the train samples, ascending.
    pub samples: Vec<u32>,
}

/// What was selected.
#[derive(Debug, Clone)]
enum SelectionOf {
    /// What lies in a region, drawn along these directions.
    Region(Region, Axes),
    /// Images by name, with the indices of those of the evaluation split.
    Named { title: String, evaluation: Arc<Vec<u32>> },
}

/// Each selection is equal to itself alone.
impl PartialEq for Selection {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Selection {
    /// Whether a train sample is in it.
    pub fn contains(&self, sample: u32) -> bool {
        self.samples.binary_search(&sample).is_ok()
    }

    /// Whether a train sample stands back behind the selected ones; none does if only evaluation images are selected.
    pub fn leaves_out(&self, sample: u32) -> bool {
        !self.samples.is_empty() && !self.contains(sample)
    }

    /// The region, if it was drawn.
    pub fn region(&self) -> Option<&Region> {
        match &self.of {
            SelectionOf::Region(region, _) => Some(region),
            SelectionOf::Named { .. } => None,
        }
    }

    /// Whether it is a region that was drawn along these directions.
    pub fn is_drawn_along(&self, axes: &Axes) -> bool {
        matches!(&self.of, SelectionOf::Region(_, of) if of == axes)
    }

    /// Those images of the evaluation split that were selected by name.
    pub fn named_evaluation(&self) -> Arc<Vec<u32>> {
        match &self.of {
            SelectionOf::Region(..) => Arc::default(),
            SelectionOf::Named { evaluation, .. } => Arc::clone(evaluation),
        }
    }

    /// What the images are, if they were not drawn.
    pub fn title(&self) -> Option<&str> {
        match &self.of {
            SelectionOf::Region(..) => None,
            SelectionOf::Named { title, .. } => Some(title),
        }
    }
}

/// The part of latent space that a camera sees within an outline: a prism, or a cone in perspective.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    camera: Camera,
    outline: Vec<Vec2>,
}

impl Region {
    /// An outline in pixels of the view that this camera showed.
    pub fn new(camera: Camera, outline: Vec<Vec2>) -> Self {
        Self { camera, outline }
    }

    /// The indices of the positions in the region.
    pub fn members(&self, places: &[[f32; 3]]) -> Vec<u32> {
        let inside = |p: &[f32; 3]| self.camera.project(Vec3::from(*p)).is_some_and(|at| within(&self.outline, at.px));
        (0..).zip(places).filter(|(_, p)| inside(p)).map(|(i, _)| i).collect()
    }

    /// The outline as `camera` sees it; in 3-D `None` for any other camera than the one it was drawn with.
    pub fn seen_from(&self, camera: &Camera) -> Option<Vec<Vec2>> {
        match self.camera.mode() {
            Mode::Flat => {
                let through = |px: &Vec2| camera.project(self.camera.unproject_to_plane(*px)?).map(|at| at.px);
                self.outline.iter().map(through).collect()
            }
            Mode::Orbit => (*camera == self.camera).then(|| self.outline.clone()),
        }
    }
}

/// Whether a point lies in a closed outline, by the even-odd rule.
fn within(outline: &[Vec2], at: Vec2) -> bool {
    let edges = outline.iter().zip(outline.iter().cycle().skip(1));
    let crossed =
        edges.filter(|(a, b)| (a.y > at.y) != (b.y > at.y) && at.x < a.x + (at.y - a.y) / (b.y - a.y) * (b.x - a.x));
    crossed.count() % 2 == 1
}

/// (correctly predicted, all) images among `members` of the evaluation split; `None` if a history has no
/// predictions.
pub fn correct_among(members: &[u32], predicted: &[Class], split: &Split) -> Option<(usize, usize)> {
    if predicted.len() != split.len() || members.is_empty() {
        return None;
    }
    let right = members.iter().filter(|&&m| predicted[m as usize] == split.label(m as usize)).count();
    Some((right, members.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::ImageShape;
    use crate::view::Bounds;

    fn outline(points: &[(f32, f32)]) -> Vec<Vec2> {
        points.iter().map(|&(x, y)| Vec2::new(x, y)).collect()
    }

    #[test]
    fn a_point_is_within_by_the_even_odd_rule() {
        let square = outline(&[(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]);
        let hook = outline(&[(0.0, 0.0), (3.0, 0.0), (3.0, 1.0), (1.0, 1.0), (1.0, 3.0), (0.0, 3.0)]);
        let bow = outline(&[(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)]);
        for (name, shape, at, expected) in [
            ("square", &square, (1.0, 1.0), true),
            ("square", &square, (2.5, 1.0), false),
            ("square", &square, (-0.5, 1.0), false),
            ("hook", &hook, (2.5, 0.5), true),
            ("hook", &hook, (0.5, 2.5), true),
            ("hook", &hook, (2.0, 2.0), false),
            ("bow", &bow, (1.7, 1.0), true),
            ("bow", &bow, (1.0, 1.7), false),
        ] {
            assert_eq!(within(shape, Vec2::new(at.0, at.1)), expected, "{name} {at:?}");
        }
        assert!(!within(&[], Vec2::ZERO));
    }

    /// In the plane a box selects the rectangle between its unprojected corners, independently of later camera moves.
    #[test]
    fn a_box_in_the_plane_selects_its_rectangle() {
        let mut camera = Camera::new(Mode::Flat, Vec2::new(400.0, 400.0));
        camera.fit(Bounds::new(Vec3::new(-2.0, -2.0, 0.0), Vec3::new(2.0, 2.0, 0.0)));
        let (low, high) = (Vec2::new(90.0, 120.0), Vec2::new(260.0, 300.0));
        let corners = [low, Vec2::new(high.x, low.y), high, Vec2::new(low.x, high.y)];
        let [a, b] = [low, high].map(|px| camera.unproject_to_plane(px).unwrap());
        let places: Vec<[f32; 3]> =
            (0..400).map(|i| [(i % 20) as f32 / 5.0 - 1.9, (i / 20) as f32 / 5.0 - 1.9, 0.0]).collect();
        let inside = |p: &[f32; 3]| p[0] > a.x && p[0] < b.x && p[1] < a.y && p[1] > b.y;
        let expected: Vec<u32> = (0..).zip(&places).filter(|(_, p)| inside(p)).map(|(i, _)| i).collect();
        let mut brush = Brush { tool: BrushTool::Box, ..Brush::default() };
        brush.select(camera, corners.to_vec(), &places, &Axes::default());
        let selection = brush.selection.clone().unwrap();
        assert!(expected.len() > 20 && selection.samples == expected, "{} and {expected:?}", selection.samples.len());
        assert!((0..400).all(|i| selection.contains(i) == expected.contains(&i)));
        // The outline moves with the camera; evaluation images are tested against the region, not the screen.
        let mut moved = camera;
        moved.pan(Vec2::new(30.0, -10.0));
        let seen = selection.region().unwrap().seen_from(&moved).unwrap();
        assert!((seen[0] - low - Vec2::new(30.0, -10.0)).length() < 1e-2, "{seen:?}");
        let codes = Arc::new(places.iter().flat_map(|p| [p[0], p[1]]).collect::<Vec<f32>>());
        assert_eq!(*brush.evaluation_members(Some(&codes), 2), expected);
        assert!(brush.evaluation_members(None, 2).is_empty() && !brush.knows_evaluation(false));
        assert!(brush.clear() && !brush.clear() && brush.selection.is_none());
    }

    #[test]
    fn images_are_selected_by_name() {
        let mut brush = Brush::default();
        brush.pick("4 as 9".into(), Vec::new(), vec![7, 3]);
        assert_eq!((brush.filter, brush.reveal), (SheetFilter::Evaluation, true));
        assert!(brush.knows_evaluation(false), "it names them");
        assert_eq!(*brush.evaluation_members(None, 2), [7, 3]);
        let selection = brush.selection.clone().unwrap();
        assert_eq!((selection.title(), selection.leaves_out(1)), (Some("4 as 9"), false));
        brush.pick("labelled".into(), vec![5, 2, 5], Vec::new());
        let selection = brush.selection.clone().unwrap();
        assert_eq!((brush.filter, selection.samples.as_slice()), (SheetFilter::Train, &[2, 5][..]));
        assert!(selection.region().is_none() && selection.leaves_out(1) && !selection.leaves_out(5));
    }

    #[test]
    fn an_empty_region_selects_nothing() {
        let camera = Camera::new(Mode::Orbit, Vec2::splat(100.0));
        let mut brush = Brush::default();
        brush.select(camera, outline(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]), &[[0.0; 3]], &Axes::default());
        assert!(brush.selection.is_none());
        brush.select(
            camera,
            outline(&[(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]),
            &[[0.0; 3]],
            &Axes::default(),
        );
        assert_eq!(brush.selection.map(|s| s.samples.clone()), Some(vec![0]));
    }

    #[test]
    fn accuracy_counts_members_only() {
        let shape = ImageShape { channels: 1, height: 1, width: 1 };
        let split = Split::new(shape, vec![0; 4], vec![0, 1, 2, 3]).unwrap();
        for (members, predicted, expected) in [
            (vec![0, 1], vec![0, 9, 2, 9], Some((1, 2))),
            (vec![0, 2], vec![0, 9, 2, 9], Some((2, 2))),
            (vec![], vec![0, 9, 2, 9], None),
            (vec![0], vec![], None),
        ] {
            assert_eq!(correct_among(&members, &predicted, &split), expected, "{members:?}");
        }
    }
}
