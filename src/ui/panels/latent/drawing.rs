//! The latent view on the device; only changes are uploaded.

use std::sync::Arc;

use super::field::{self, FieldLayer, FieldOptions};
use super::options::ViewOptions;
use super::scene::{self, Coloring, Layers};
use super::view_texture::ViewTexture;
use crate::engine::protocol::RunSnapshot;
use crate::field::Field;
use crate::trajectory::VerdictRules;
use crate::ui::kit::memo::Memo;
use crate::ui::panel::Cx;
use crate::ui::state::{Along, Arms, Axes, Focus, Only, WalkPoint};
use crate::view::{Look, Quality};

/// The view on the device, and the keys of its last upload.
pub struct Drawing {
    pub texture: ViewTexture,
    codes: Option<Arc<Vec<f32>>>,
    axes: Axes,
    points: Memo<PointsKey, ()>,
    overlay: Memo<OverlayKey, ()>,
    field: Memo<FieldKey, ()>,
    /// Time of the last upload of codes, on egui's clock.
    given_at: f64,
    /// The walk point of each marker.
    pub meaning: Vec<WalkPoint>,
}

/// Least time between images of the forming embedding on a software adapter, where drawing and training share the cores.
const SOFTWARE_FORMING_SECONDS: f64 = 2.0;

/// Identifies an image of the field.
type FieldKey = (usize, FieldOptions, bool, bool, (Along, usize));

#[derive(PartialEq, Clone)]
struct PointsKey {
    coloring: Coloring,
    layers: Layers,
    dark: bool,
    labelled: usize,
    scores: (usize, usize),
    round: usize,
    focus: Focus,
    selection: Option<u64>,
}

#[derive(PartialEq, Clone)]
struct OverlayKey {
    generation: u64,
    layers: Layers,
    dark: bool,
    round: usize,
    bought: usize,
    walk_points: usize,
    by_verdict: bool,
    only: (Only, Arms),
    rules: VerdictRules,
    selected_walk: Option<usize>,
    pins: Vec<u64>,
    focus: Focus,
    probing: Option<Vec<f32>>,
    probed: Option<Vec<f32>>,
    directions: Option<u64>,
    axes: (Along, usize),
}

impl Drawing {
    pub fn new(gpu: &egui_wgpu::RenderState, size: egui::Vec2) -> Result<Self, crate::view::ViewError> {
        let texture = ViewTexture::new(gpu, size)?;
        Ok(Self {
            texture,
            codes: None,
            axes: Axes::default(),
            points: Memo::default(),
            overlay: Memo::default(),
            field: Memo::default(),
            given_at: 0.0,
            meaning: Vec::new(),
        })
    }

    /// Uploads the changes; true if the points changed.
    pub fn give(&mut self, cx: &Cx<'_>, options: ViewOptions) -> Result<bool, crate::view::ViewError> {
        let (Some(codes), Some(dataset)) = (&cx.snapshot.codes, &cx.state.dataset) else {
            if self.codes.take().is_some() {
                (self.points, self.overlay, self.field) = Default::default();
                self.texture.view.set_points(&[], &[], &[])?;
            }
            return Ok(false);
        };
        let look = if cx.theme.dark { Look::dark() } else { Look::light() };
        self.texture.view.set_look(Look {
            background: scene::rgba(cx.theme.background),
            select: scene::rgba(cx.theme.accent),
            ..look
        });
        let labels = dataset.train.labels();
        let run = cx.shown_snapshot();
        let turned = self.axes != cx.state.axes;
        let others = turned || !self.codes.as_ref().is_some_and(|g| Arc::ptr_eq(g, codes));
        let same_size = self.texture.view.point_count() * cx.snapshot.latent_dim == codes.len();
        let too_soon =
            self.texture.view.quality() == Quality::SOFTWARE && cx.now - self.given_at < SOFTWARE_FORMING_SECONDS;
        let new_codes = others && !(cx.snapshot.forming && same_size && too_soon);
        let repaint = self.points.changed(PointsKey::of(run, options, cx));
        if new_codes || repaint {
            let (coloring, layers) = (options.coloring, options.layers);
            let colours = scene::colours(coloring, layers, labels, run, cx.state, cx.theme);
            let styles = scene::styles(coloring, layers, labels, run, cx.state);
            if new_codes {
                let places = scene::positions(codes, cx.snapshot.latent_dim, &cx.state.axes);
                self.texture.view.set_points(&places, &colours, &styles)?;
                (self.codes, self.axes) = (Some(codes.clone()), cx.state.axes.clone());
                self.given_at = cx.now;
            } else {
                self.texture.view.set_colours(&colours)?;
                self.texture.view.set_styles(&styles)?;
            }
        }
        let field = cx.snapshot.field.as_ref().filter(|_| options.field.layer != FieldLayer::None);
        let key =
            (field::key(field), options.field, cx.theme.dark, cx.state.lab.sparsity.is_some(), cx.state.axes.key());
        let new_field = self.field.changed(key);
        if new_field {
            self.give_field(field.map(|f| &**f), options.field, cx)?;
        }
        if self.overlay.changed(OverlayKey::of(options, cx)) || new_field {
            let mut lines = field.map_or_else(Vec::new, |f| field::lines(f, options.field, cx.state, cx.theme));
            let around = cx.state.answers.directions.get().filter(|_| cx.directions_shown);
            lines.extend(scene::lines(cx.state, options.layers, around, cx.theme));
            self.texture.view.set_lines(&lines)?;
            let (markers, meaning) = scene::markers(cx.state, options.layers, cx.theme);
            self.texture.view.set_markers(&markers)?;
            self.meaning = meaning;
        }
        Ok(new_codes)
    }

    fn give_field(
        &mut self,
        field: Option<&Field>,
        options: FieldOptions,
        cx: &Cx<'_>,
    ) -> Result<(), crate::view::ViewError> {
        let Some(field) = field else { return self.texture.view.set_field(None) };
        let painted = field::paint(field, options, cx.state, cx.theme);
        let plane = &field.request.plane;
        self.texture.view.set_field(Some(crate::view::Field {
            width: painted.side,
            height: painted.side,
            rgba: &painted.rgba,
            origin: cx.state.axes.place(&plane.origin),
            edge_u: cx.state.axes.vector(&plane.edge_u),
            edge_v: cx.state.axes.vector(&plane.edge_v),
            alpha: 1.0,
            filter: painted.filter,
        }))
    }
}

impl PointsKey {
    fn of(run: Option<&RunSnapshot>, options: ViewOptions, cx: &Cx<'_>) -> Self {
        let scores = run.and_then(|r| r.scores.as_ref()).filter(|_| options.coloring.wants_scores());
        Self {
            coloring: options.coloring,
            layers: Layers { proposals: false, walks: false, ..options.layers },
            dark: cx.theme.dark,
            labelled: run.map_or(0, |r| Arc::as_ptr(&r.labelled_in) as usize),
            scores: scores.map_or((0, 0), |s| (Arc::as_ptr(s) as usize, s.scored)),
            round: cx.state.shown_round(),
            focus: Focus { walk_point: None, ..cx.state.focus.clone() },
            selection: cx.state.brush.selection.as_ref().map(|s| s.id),
        }
    }
}

impl OverlayKey {
    fn of(options: ViewOptions, cx: &Cx<'_>) -> Self {
        Self {
            generation: cx.state.generation,
            layers: options.layers,
            dark: cx.theme.dark,
            round: cx.state.shown_round(),
            bought: cx.state.shown_record().map_or(0, |r| r.proposals.len()),
            walk_points: cx.state.shown_walks().map(|w| w.points_at(cx.state.walk_round())).sum(),
            by_verdict: cx.state.lab.by_verdict,
            only: (cx.state.lab.only, cx.state.lab.arms),
            rules: cx.state.lab.rules,
            selected_walk: cx.state.lab.selected,
            pins: cx.state.pins.pins.iter().map(|p| p.id).collect(),
            focus: Focus { walk_point: None, ..cx.state.focus.clone() },
            probing: cx.state.probing.clone(),
            probed: cx.state.answers.probe.get().map(|p| p.moved.clone()),
            axes: cx.state.axes.key(),
            directions: cx.directions_shown.then_some(cx.state.answers.directions.version),
        }
    }
}
