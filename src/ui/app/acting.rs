//! What keys, buttons, messages and dropped files make the window do.

use std::path::PathBuf;

use super::{App, COMPARE, PAIR};
use crate::dataset::own::plan::{Plan, Take};
use crate::engine::protocol::{Command, Level, Phase};
use crate::experiment::{DatasetKind, Experiment, Variant};
use crate::paths;
use crate::points::Opening;
use crate::ui::panels::WORKSPACES;
use crate::ui::panels::own::OwnAction;
use crate::ui::panels::settings::ControlsAction;
use crate::ui::panels::start::{self, Chosen, Known};
use crate::ui::points::PointsScreen;
use crate::ui::shell::action::Action;
use crate::ui::shell::dropped::{Dropped, Kind};
use crate::ui::shell::palette::Choice;
use crate::ui::shell::replacing::Wish;
use crate::ui::shell::tour::Step;
use crate::ui::shell::{appearance, column, keys};
use crate::ui::state::{Combine, MainAction, Offer, Recall};

impl App {
    /// Carries out the actions of the keys pressed in this frame.
    pub(super) fn take_keys(&mut self, ctx: &egui::Context) {
        self.tour.take_keys(ctx);
        for action in keys::read(ctx) {
            self.act(ctx, action);
        }
    }

    /// Carries out what was chosen in the palette: first its panel comes to the front.
    pub(super) fn take_choice(&mut self, ctx: &egui::Context, choice: Choice) {
        match choice {
            Choice::Act(action) => {
                if let Some(panel) = action.panel() {
                    self.workspaces.reveal(panel);
                }
                self.act(ctx, action);
            }
            Choice::Setting(name) => {
                self.column.show_page(column::Page::Settings, ctx);
                self.controls.seek(name);
            }
            Choice::Start(card) => {
                if let Some(chosen) = card.chosen(&self.controls.draft.masks) {
                    self.wish(ctx, Wish::Choose(chosen));
                }
            }
            Choice::Show(run) => self.commands.push(self.state.show(run)),
            Choice::Select(name) => self.state.brush.combine(Combine::Show, &name, &[]),
        }
        ctx.request_repaint();
    }

    /// Opens what was dropped, or chosen among what was opened lately, once it is known what it is.
    pub(super) fn take_dropped(&mut self, ctx: &egui::Context) {
        let paths = ctx.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_path_buf()).collect());
        let dropped = self.dropped.next(ctx, paths);
        for arrived in dropped.into_iter().chain(self.reopened.next(ctx, Vec::new())) {
            arrived.opened.into_iter().for_each(|(path, kind)| self.open(ctx, path, kind));
            if let Some(left) = arrived.left {
                self.state.say(Level::Warning, left);
            }
        }
    }

    /// Looks at what is to be opened as if it were dropped.
    pub(super) fn look_at(&mut self, ctx: &egui::Context, path: PathBuf) {
        self.dropped.look(ctx, vec![path]);
    }

    /// Opens a file or a folder.
    fn open(&mut self, ctx: &egui::Context, path: PathBuf, kind: Kind) {
        match kind {
            Kind::Images => self.own.open(ctx, Plan::suiting(path), start::strategies(DatasetKind::Own)),
            Kind::Project => self.open_project(ctx, path),
            Kind::Points => {
                let opening = Opening { points: path, ..Opening::default() };
                self.points = Some(PointsScreen::new(ctx, opening, true));
            }
            Kind::View => self.sharing.read(ctx, path),
            Kind::Histories => {
                // Pair takes them too while it is on the screen.
                let key = [COMPARE, PAIR].into_iter().find(|key| self.workspaces.has(key)).unwrap_or(COMPARE);
                self.panels.iter_mut().filter(|(other, _)| **other == *key).for_each(|(_, panel)| {
                    panel.take_file(&path, true);
                });
                self.workspaces.reveal(key);
            }
            Kind::Mask => {
                // It goes to the first panel that accepts it, which is shown.
                let workspaces = &mut self.workspaces;
                let taker =
                    self.panels.iter_mut().find_map(|(key, p)| p.take_file(&path, workspaces.has(key)).then_some(*key));
                if let Some(key) = taker {
                    workspaces.reveal(key);
                }
            }
        }
    }

    /// Carries out the action of a button, a key or a line of the palette, if it can do something now.
    pub(super) fn act(&mut self, ctx: &egui::Context, action: Action) {
        if action.refused(&self.state).is_some() || appearance::act(ctx, action) {
            return;
        }
        let count = WORKSPACES.len();
        match action {
            Action::RunOrPause => match self.state.main_action() {
                MainAction::Wait => {}
                MainAction::Run => self.commands.push(self.state.run_rounds()),
                MainAction::Pause => self.commands.push(self.state.pause()),
                MainAction::Repeat => self.commands.extend(self.state.add_repeats(1)),
                MainAction::Continue => self.commands.extend(self.state.continue_rounds()),
                MainAction::StartAgain => self.reset_as_it_is(true),
            },
            Action::StepMinibatches => self.commands.push(self.state.step_minibatches()),
            Action::StepRound => self.commands.push(self.state.step_round()),
            Action::Stop => self.commands.push(self.state.stop()),
            Action::Reset => self.wish(ctx, Wish::Reset),
            Action::AddRepeat => self.commands.extend(self.state.add_repeats(1)),
            Action::LatentDim(n) => self.set_latent_dim(ctx, n),
            Action::PreviousRound => self.state.look_at_round(self.state.shown_round().saturating_sub(1)),
            Action::NextRound => self.state.look_at_round(self.state.round_over() + 1),
            Action::PreviousStop => self.state.step_playhead(false),
            Action::NextStop => self.state.step_playhead(true),
            Action::PlayRounds => self.state.toggle_playhead(ctx.input(|i| i.time)),
            Action::Palette => {
                let cards = start::cards(self.known());
                self.palette.open(&self.state, &self.controls.draft, cards);
            }
            Action::Help(page) => self.help.open(page),
            Action::Tour => {
                let step = self.tour.begin();
                self.show_step(ctx, step);
            }
            Action::Show(workspace) => {
                self.workspaces.show(workspace);
                self.state.focus.before = self.state.focus.sample;
                self.state.brush.sheet = false;
                // Without the inspector on the screen a drag turns the view again.
                self.state.probing = None;
                self.state.answers.probe.clear();
            }
            Action::NextWorkspace => self.act(ctx, Action::Show((self.workspaces.shown() + 1) % count)),
            Action::PreviousWorkspace => self.act(ctx, Action::Show((self.workspaces.shown() + count - 1) % count)),
            Action::Maximise => self.workspaces.toggle_maximised(),
            Action::ResetLayout => self.workspaces.reset(),
            Action::ToggleColumn => self.column.toggle(ctx),
            Action::ToggleStart => self.column.toggle_page(column::Page::Start, ctx),
            Action::ToggleSettings => self.column.toggle_page(column::Page::Settings, ctx),
            Action::ToggleRuns => self.column.toggle_page(column::Page::Runs, ctx),
            Action::Escape if std::mem::take(&mut self.state.brush.sheet) => {}
            Action::Escape => {
                self.state.focus.sample = None;
                self.state.focus.class = None;
                self.state.lab.selected = None;
                self.state.brush.clear();
            }
            Action::Selections => {
                self.state.brush.sheet = true;
                if !self.workspaces.has("samples") {
                    self.workspaces.reveal("region");
                }
            }
            Action::Undo => self.undo(),
            Action::Redo => self.redo(),
            Action::Open => self.sharing.ask_to_open(),
            Action::SaveShared => self.sharing.ask_to_save(&self.state.experiment.name),
            Action::OpenRuns => self.runs.ask_to_open(),
            Action::SaveRuns => self.state.list.saves = true,
            Action::SaveFilm => self.film.open(&mut self.state),
            Action::CopyMethods => self.methods.copy(ctx, &mut self.state),
            Action::SaveMethods => self.methods.open(),
            Action::OpenImages => self.own.ask(ctx),
            Action::OpenPoints => self.points = Some(PointsScreen::asking()),
            Action::NextBrush => self.state.brush.tool = self.state.brush.tool.next(),
            Action::StartWalks => {
                let (anchors, count) = (self.state.lab.anchors, self.state.lab.count);
                self.commands.push(Command::StartWalks { anchors, count });
            }
            Action::StepWalks => self.commands.push(Command::StepWalks),
            Action::ClearWalks => self.state.lab.clearing = true,
            Action::OnlyLost => self.state.toggle_only_lost(),
            Action::ColourByVerdict => self.state.lab.by_verdict ^= true,
            Action::Panel(action) => self.asked.push(action),
            Action::ToggleTheme | Action::Larger | Action::Smaller | Action::UsualSize | Action::ToggleMotion => {}
        }
    }

    /// Sets the number of latent dimensions in the settings, and says so where they are not seen.
    fn set_latent_dim(&mut self, ctx: &egui::Context, n: usize) {
        self.controls.draft.latent_dim = n;
        if self.column.is_shown(ctx) && self.column.page == column::Page::Settings {
            return;
        }
        let text = match self.state.experiment.latent_dim == n {
            true => format!("The present runs have {n} latent dimensions, and Settings has them too"),
            false => format!("Settings has {n} latent dimensions now: Apply & reset there begins runs with them"),
        };
        self.state.say(Level::Info, text);
    }

    /// What the start page and the palette list beside what is always there.
    fn known(&self) -> Known<'_> {
        let (recent, projects) = (&self.recent.folders, &self.projects.recent);
        Known { recent, projects, saved: &self.controls.presets.own }
    }

    /// Shows what a step of the tour is about.
    pub(super) fn show_step(&mut self, ctx: &egui::Context, step: &Step) {
        if let Some(index) = WORKSPACES.iter().position(|w| w.key == step.workspace) {
            self.act(ctx, Action::Show(index));
        }
    }

    /// Carries out the action of a message's button.
    pub(super) fn take_offer(&mut self, ctx: &egui::Context, offer: Offer) {
        match offer {
            Offer::CopyPath(path) => ctx.copy_text(path.display().to_string()),
            Offer::TakeUp(folder) => self.state.list.wanted = Some(Recall::TakeUp { folder, and_run: false }),
            Offer::PutBack(keys) => self.commands.extend(self.state.put_back(&keys)),
            Offer::Continue(folder) => self.state.list.wanted = Some(Recall::TakeUp { folder, and_run: true }),
            Offer::ShowEarlier => {
                self.column.show_page(column::Page::Runs, ctx);
                self.runs.reveal_earlier();
            }
        }
    }

    /// Starts a session; rounds run at once if they were running before.
    pub(super) fn reset(&mut self, experiment: Experiment, variants: Vec<Variant>, repeats: usize, and_run: bool) {
        let running = and_run || self.state.can_pause();
        self.commands.extend(self.state.reset(experiment, variants, repeats, running));
    }

    /// Starts a session with the settings of the present one.
    pub(super) fn reset_as_it_is(&mut self, and_run: bool) {
        let (variants, repeats) = (self.state.variants(), self.state.repeats());
        self.reset(self.state.experiment.clone(), variants, repeats, and_run);
    }

    /// Puts another session in the place of the present one; asks first where that gives up much work.
    pub(super) fn wish(&mut self, ctx: &egui::Context, wish: Wish) {
        if let Some(wish) = self.replacing.pass(wish, &self.state) {
            self.fulfil(ctx, wish);
        }
    }

    pub(super) fn fulfil(&mut self, ctx: &egui::Context, wish: Wish) {
        match wish {
            Wish::Choose(chosen) => self.choose(ctx, chosen),
            Wish::Reset => self.reset_as_it_is(false),
            Wish::Apply { experiment, variants, repeats } => {
                // Nobody has paused what came to its end, or could not run.
                let ended = matches!(self.state.progress.phase, Phase::Finished | Phase::Failed);
                self.reset(*experiment, variants, repeats, ended);
            }
            Wish::Device(device) => self.commands.push(Command::SetDevice(device)),
            Wish::Recall(recall) => self.runs.recall(ctx, recall, &mut self.state, &mut self.commands),
        }
    }

    /// Carries out what was chosen on the start page: starts it by way of the settings, which say what it lacks, or opens
    /// it.
    pub(super) fn choose(&mut self, ctx: &egui::Context, chosen: Chosen) {
        match chosen {
            Chosen::Start { experiment, variants, repeats, workspace } => {
                self.controls.choose(*experiment, &variants, repeats);
                self.column.show_page(column::Page::Settings, ctx);
                let index = |key| WORKSPACES.iter().position(|w| w.key == key);
                if let Some(index) = workspace.and_then(index) {
                    self.act(ctx, Action::Show(index));
                }
            }
            Chosen::OwnImages => self.own.ask(ctx),
            Chosen::NewProject => self.projects.ask_images(),
            Chosen::AskProject => self.projects.ask(),
            Chosen::Project(folder) => self.open_project(ctx, folder),
            Chosen::Points => self.points = Some(PointsScreen::asking()),
            Chosen::Open(path) => {
                self.reopened = Dropped::default();
                // What it is now may be another thing than it was then.
                self.reopened.look(ctx, vec![path]);
            }
        }
    }

    /// Starts what was looked at; what the window would have begun with, if nothing was started at all.
    pub(super) fn take_own(&mut self, ctx: &egui::Context, action: OwnAction) {
        match action {
            OwnAction::Start { experiment, variants } => {
                self.instead = None;
                let workspace = Some(WORKSPACES[0].key);
                self.wish(ctx, Wish::Choose(Chosen::Start { experiment, variants, repeats: 1, workspace }));
            }
            OwnAction::Label(images) => self.projects.make(images),
            OwnAction::Close => self.start_instead(),
        }
    }

    /// Starts what the window would have begun with, if nothing was started at all.
    pub(super) fn start_instead(&mut self) {
        if let Some((variants, and_run)) = self.instead.take() {
            self.reset(self.state.experiment.clone(), variants, 1, and_run);
        }
    }

    /// Runs the rounds of the first session, for which nobody asked, unless earlier windows left one to go on with.
    pub(super) fn begin_unasked(&mut self) {
        let Some(offers) = self.runs.offers().filter(|_| self.unasked) else { return };
        self.unasked = false;
        if !offers && self.state.is_waiting() {
            self.commands.push(self.state.run_rounds());
        }
    }

    fn open_project(&mut self, ctx: &egui::Context, folder: PathBuf) {
        self.projects.open(ctx, folder);
        self.make_way();
    }

    /// Pauses the runs while a project stands in their place.
    pub(super) fn make_way(&mut self) {
        if self.state.can_pause() {
            self.commands.push(self.state.pause());
        }
    }

    pub(super) fn take_controls(&mut self, ctx: &egui::Context, action: Option<ControlsAction>) {
        match action {
            Some(action @ (ControlsAction::Apply | ControlsAction::Start)) => {
                let Ok(variants) = self.controls.compared.variants() else { return };
                let (experiment, repeats) = (self.controls.draft.clone(), self.controls.repeats.chosen);
                match action {
                    ControlsAction::Apply => {
                        self.wish(ctx, Wish::Apply { experiment: Box::new(experiment), variants, repeats });
                    }
                    // It was asked about where it was chosen.
                    _ => self.reset(experiment, variants, repeats, true),
                }
            }
            Some(ControlsAction::Device(device)) => self.wish(ctx, Wish::Device(device)),
            Some(ControlsAction::AddRepeats(count)) => self.commands.extend(self.state.add_repeats(count)),
            Some(ControlsAction::Revert) => self.controls.revert(&self.state),
            Some(ControlsAction::ChooseImages) => self.own.ask(ctx),
            Some(ControlsAction::LookAtImages) => {
                let base = self.controls.draft.clone();
                let path = paths::expanded(base.data.trim());
                let variants = self.controls.compared.variants().unwrap_or_default();
                self.own.open(ctx, Plan { path, base, take: Take::Nothing, set: Vec::new() }, variants);
            }
            None => {}
        }
    }
}
