//! A frame of the window, step by step.

use egui::{CentralPanel, Context, Frame, Margin, Panel, Ui};
use egui_wgpu::RenderState;

use super::{App, COMPARE};
use crate::engine::Engine;
use crate::engine::protocol::{Command, Snapshot};
use crate::experiment::DatasetKind;
use crate::ui::kit::theme::{Theme, space};
use crate::ui::panel::Cx;
use crate::ui::panels::own::OwnAction;
use crate::ui::panels::runs::RunsAction;
use crate::ui::panels::settings::ControlsAction;
use crate::ui::panels::start::{self, Chosen, Known};
use crate::ui::points::Wish as PointsWish;
use crate::ui::project::Wish as ProjectWish;
use crate::ui::shell::action::Action;
use crate::ui::shell::column;
use crate::ui::shell::replacing::Wish;
use crate::ui::shell::tour::Places;
use crate::ui::shell::{appearance, clearing, strip, topbar};
use crate::ui::state::WalkPoint;

/// Width of the settings, points.
const CONTROLS_WIDTH: f32 = 268.0;

/// What was pressed and pointed at while the frame was laid out, and where its parts lie.
struct LaidOut {
    bar: Option<Action>,
    settings: Option<ControlsAction>,
    runs: Option<RunsAction>,
    chosen: Option<Chosen>,
    own: Option<OwnAction>,
    hover_walk: Option<WalkPoint>,
    places: Places,
}

impl App {
    /// Draws a frame and carries out what is pressed in it.
    pub(super) fn frame(&mut self, ui: &mut Ui, gpu: Option<&RenderState>) {
        if self.draw_other_screen(ui, gpu) {
            return;
        }
        let ctx = ui.ctx().clone();
        self.still = !appearance::has_motion(&ctx);
        self.controls.follow(&self.state);
        self.take_keys(&ctx);
        self.take_dropped(&ctx);
        // A key may have moved the playhead.
        self.follow_playhead(&ctx);
        let LaidOut { bar, settings, runs, chosen, own, hover_walk, places } = self.lay_out(ui, gpu);
        if let Some(action) = bar {
            self.act(&ctx, action);
            // The effect of a click must show in the same frame, so this frame is laid out again.
            ctx.request_discard("a button of the bar was pressed");
        }
        self.take_controls(&ctx, settings);
        self.begin_unasked();
        self.reveal_panels(runs);
        self.remember_opened();
        self.take_started(&ctx, own, chosen);
        self.show_questions(&ctx, places);
        self.follow_place(&ctx);
        self.follow_sharing(&ctx);
        self.follow_changes(&ctx);
        self.show_above(&ctx);
        if self.state.focus.walk_point != hover_walk {
            self.state.focus.walk_point = hover_walk;
            ctx.request_repaint();
        }
    }

    /// Draws a project or points in the place of everything else; true if one of them is open.
    fn draw_other_screen(&mut self, ui: &mut Ui, gpu: Option<&RenderState>) -> bool {
        if let Some(wish) = self.projects.ui(ui, gpu) {
            if wish == Some(ProjectWish::Back) {
                self.start_instead();
            }
            return true;
        }
        let Some(points) = &mut self.points else { return false };
        if let Some(path) = points.path() {
            self.recent.remember(path);
        }
        if points.ui(ui, gpu) == Some(PointsWish::Back) {
            self.points = None;
        }
        true
    }

    /// Moves the playhead where it plays, and asks the engine for the weights of the round at which it is.
    fn follow_playhead(&mut self, ctx: &Context) {
        if let Some(wait) = self.state.advance_playhead(ctx.input(|i| i.time)) {
            ctx.request_repaint_after_secs(wait as f32);
        }
        let looked_at = self.state.weights_round();
        if self.looked_at != looked_at {
            self.looked_at = looked_at;
            self.commands.push(self.state.look_back());
        }
        let shown = self.panels.iter().filter(|(key, _)| self.workspaces.has(key));
        self.state.playhead.reach = shown.map(|(_, panel)| panel.reach(&self.state)).max().unwrap_or(0);
    }

    /// Draws bar, strip, left column, sheets and panels.
    fn lay_out(&mut self, ui: &mut Ui, gpu: Option<&RenderState>) -> LaidOut {
        let ctx = ui.ctx().clone();
        let theme = Theme::of(ui.visuals());
        let snapshot = self.snapshot();
        let own = self.state.experiment.dataset == DatasetKind::Own;
        self.images.begin_frame(self.state.generation, theme.dark, own);
        let asked = std::mem::take(&mut self.asked);
        let (mut bar_action, mut settings, mut runs, mut chosen, mut hover_walk) = (None, None, None, None, None);
        let mut cx = Cx {
            state: &mut self.state,
            snapshot: &snapshot,
            theme,
            images: &mut self.images,
            commands: &mut self.commands,
            gpu,
            now: ctx.input(|i| i.time),
            inspect: &mut self.inspect,
            hover_walk: &mut hover_walk,
            region_shown: self
                .panels
                .iter()
                .any(|(key, p)| (*key == "region" || p.lists_selection()) && self.workspaces.shows(key)),
            scores_shown: self.workspaces.has("samples"),
            selection_shown: self.panels.iter().any(|(key, p)| p.shows_selection() && self.workspaces.shows(key)),
            walks_shown: self.panels.iter().any(|(key, p)| p.shows_walks() && self.workspaces.has(key)),
            directions_shown: self.panels.iter().any(|(key, p)| p.shows_directions() && self.workspaces.has(key)),
            actions: &asked,
        };
        let flat = |margin| Frame::new().fill(theme.panel).inner_margin(margin);
        let row = |name: &'static str, height: f32| {
            Panel::top(name).exact_size(height).show_separator_line(false).resizable(false)
        };
        let bar = row("bar", topbar::BAR_HEIGHT)
            .frame(flat(Margin::symmetric(space::M as i8, 0)))
            .show(ui, |ui| bar_action = topbar::bar(ui, &mut cx, self.workspaces.shown()));
        row("strip", strip::STRIP_HEIGHT).frame(flat(Margin::ZERO)).show(ui, |ui| strip::ui(ui, &cx));
        let mut column = None;
        if self.column.is_shown(&ctx) {
            let left = Panel::left("controls")
                .default_size(CONTROLS_WIDTH)
                .size_range(240.0..=380.0)
                .show_separator_line(false);
            let shown = left.frame(flat(Margin::ZERO)).show(ui, |ui| {
                self.column.tabs(ui, cx.state.list.entries().count());
                match self.column.page {
                    column::Page::Start => {
                        let (recent, projects) = (&self.recent.folders, &self.projects.recent);
                        let known = Known { recent, projects, saved: &self.controls.presets.own };
                        chosen = start::ui(ui, &self.controls.draft.masks, known);
                    }
                    column::Page::Runs => runs = self.runs.ui(ui, &mut cx),
                    column::Page::Settings => settings = self.controls.ui(ui, &mut cx),
                }
            });
            column = Some(shown.response.rect);
        }
        self.controls.report.ui(&ctx, &mut cx);
        self.controls.files.follow(&ctx, &mut cx);
        let own = self.own.ui(&ctx, &mut cx);
        if self.runs.update(&ctx, &mut cx) {
            self.column.page = column::Page::Runs;
        }
        // What the panels at the edges leave.
        let frame = Frame::new().fill(theme.window).inner_margin(Margin::same(6));
        let panels = CentralPanel::default().frame(frame);
        let panels = panels.show(ui, |ui| self.workspaces.ui(ui, &mut self.panels, &mut cx));
        self.film.ui(&ctx, &mut cx, panels.response.rect);
        self.methods.ui(&ctx, &mut cx);
        // Of panels that are not on the screen, too.
        for export in self.panels.iter_mut().flat_map(|(_, panel)| panel.exports()) {
            cx.report(export.outcome(&ctx));
        }
        let places = Places { bar: bar.response.rect, column, panels: panels.response.rect };
        LaidOut { bar: bar_action, settings, runs, chosen, own, hover_walk, places }
    }

    /// The engine's latest snapshot, if it is of the session that is shown.
    fn snapshot(&self) -> std::sync::Arc<Snapshot> {
        let latest = self.engine.as_ref().map(Engine::snapshot);
        latest.filter(|s| s.generation == self.state.generation).unwrap_or_default()
    }

    /// Brings the panels to the front that show what was asked for.
    fn reveal_panels(&mut self, runs: Option<RunsAction>) {
        if runs == Some(RunsAction::Compare) {
            self.workspaces.reveal(COMPARE);
        }
        if self.state.brush.list {
            self.workspaces.reveal("samples");
        }
        if std::mem::take(&mut self.state.brush.reveal) {
            let list = self.panels.iter().find(|(key, p)| p.lists_selection() && self.workspaces.has(key));
            let list = list.map_or("region", |(key, _)| *key);
            self.workspaces.reveal(list);
        }
    }

    /// Remembers what is open among what was opened lately.
    fn remember_opened(&mut self) {
        self.recent.follow(&self.state.list);
        if let Some(path) = self.own.path() {
            self.recent.remember(path);
        }
    }

    /// Starts what was chosen or is to come back, after a question where the present session would be given up.
    fn take_started(&mut self, ctx: &Context, own: Option<OwnAction>, chosen: Option<Chosen>) {
        if self.projects.dialogs(ctx) {
            self.own.close();
            self.make_way();
        }
        if let Some(action) = own {
            self.take_own(ctx, action);
        }
        if let Some(chosen) = chosen {
            self.wish(ctx, Wish::Choose(chosen));
        }
        if let Some(recall) = self.state.list.wanted.take() {
            self.wish(ctx, Wish::Recall(recall));
        }
        // The last: it asks about what was wished for above.
        if let Some(wish) = self.replacing.ui(ctx, &mut self.state) {
            self.fulfil(ctx, wish);
        }
    }

    /// Shows the question before walks are cleared, and the tour.
    fn show_questions(&mut self, ctx: &Context, places: Places) {
        if clearing::ui(ctx, &mut self.state) {
            self.commands.push(Command::ClearWalks);
        }
        if let Some(step) = self.tour.ui(ctx, places) {
            self.show_step(ctx, step);
        }
    }

    /// Shows help, palette and messages, which lie above all else.
    fn show_above(&mut self, ctx: &Context) {
        if let Some(action) = self.help.ui(ctx) {
            self.act(ctx, action);
        }
        if let Some(choice) = self.palette.ui(ctx) {
            self.take_choice(ctx, choice);
        }
        self.toasts.ui(ctx, &mut self.state);
        // An offer is taken in a message.
        if let Some(offer) = self.state.messages.taken.take() {
            self.take_offer(ctx, offer);
        }
    }
}
