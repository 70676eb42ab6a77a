//! The palette (Ctrl K): every action, setting, workspace, run, preset and folder by name, from the keyboard alone.

use egui::{Align, Context, CornerRadius, Id, Key, Modifiers, RichText, ScrollArea, Sense, TextEdit, Ui, vec2};

use super::action::Action;
use super::actions::{ACTIONS, workspaces};
use crate::engine::planned::RunId;
use crate::experiment::{Experiment, Group};
use crate::ui::kit::fuzzy;
use crate::ui::kit::theme::{self, RADIUS, Theme, size, space};
use crate::ui::panels::settings::BESIDE;
use crate::ui::panels::settings::repeats::REPEATS;
use crate::ui::panels::start::Card;
use crate::ui::state::AppState;

/// What was chosen in the palette.
#[derive(Debug, Clone)]
pub enum Choice {
    Act(Action),
    /// The row of the setting with this name.
    Setting(&'static str),
    /// A card of the start page.
    Start(Card),
    /// Show this run in view and inspector.
    Show(RunId),
    /// Show the selection of this name.
    Select(String),
}

/// A line of the palette.
struct Line {
    name: String,
    /// What kind of thing it is.
    kind: String,
    /// At the right end: its key, or its present value.
    end: String,
    help: String,
    /// Why it can do nothing now.
    refused: Option<&'static str>,
    choice: Choice,
}

/// The dialog; closed while nothing is typed into it.
#[derive(Default)]
pub struct Palette {
    lines: Option<Vec<Line>>,
    query: String,
    /// The line that Enter takes, among those found.
    at: usize,
}

const WIDTH: f32 = 580.0;
const ROW: f32 = 27.0;
/// Space that the field and the sentence below the list need, and what stays free of the window's height.
const REST: f32 = 190.0;
/// Most rows that are seen at once.
const MOST_ROWS: f32 = 12.0;
/// Lines that one press of Page Down moves.
const PAGE: usize = 10;

impl Palette {
    /// Opens it with everything that can be done now; `draft` holds the values of the settings.
    pub fn open(&mut self, state: &AppState, draft: &Experiment, cards: Vec<Card>) {
        *self = Self { lines: Some(lines(state, draft, cards)), ..Self::default() };
    }

    /// Shows the dialog; returns what was chosen, once.
    pub fn ui(&mut self, ctx: &Context) -> Option<Choice> {
        let lines = self.lines.as_ref()?;
        let (mut chosen, before) = (None, self.at);
        let moved = |key| ctx.input_mut(|i| i.consume_key(Modifiers::NONE, key));
        let steps =
            [(Key::ArrowDown, 1), (Key::ArrowUp, -1), (Key::PageDown, PAGE as isize), (Key::PageUp, -(PAGE as isize))];
        for (key, by) in steps {
            if moved(key) {
                self.at = self.at.saturating_add_signed(by);
            }
        }
        let enter = moved(Key::Enter);
        let theme = Theme::of(&ctx.global_style().visuals);
        let room = ctx.content_rect().size();
        let frame = egui::Frame::window(&ctx.global_style()).inner_margin(space::M);
        let response = egui::Modal::new(Id::unique("palette")).frame(frame).show(ctx, |ui| {
            ui.set_width(WIDTH.min(room.x - 4.0 * space::L));
            let field = TextEdit::singleline(&mut self.query)
                .desired_width(f32::INFINITY)
                .hint_text("Type the name of an action, a setting, a workspace, a run or a preset");
            let typed = ui.add(field);
            typed.clone().accessible_name("Find an action or a setting");
            typed.request_focus();
            if typed.changed() {
                self.at = 0;
            }
            let found = found(lines, &self.query);
            self.at = self.at.min(found.len().saturating_sub(1));
            let height = (ROW * MOST_ROWS).min((room.y - REST).max(ROW));
            let area = ScrollArea::vertical().auto_shrink([false, false]).max_height(height);
            area.show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (i, line) in found.iter().enumerate() {
                    let response = row(ui, line, i == self.at, theme);
                    if i == self.at && (before != self.at || typed.changed()) {
                        response.scroll_to_me(Some(Align::Center));
                    }
                    if response.clicked() || enter && i == self.at {
                        chosen = Some(line.choice.clone()).filter(|_| line.refused.is_none());
                    }
                }
                if found.is_empty() {
                    ui.label(RichText::new("Nothing has a name like that").color(theme.weak));
                }
            });
            ui.separator();
            below(ui, found.get(self.at).copied(), theme);
        });
        // Its own key closes it, as Escape does.
        let again = response.is_top_modal && ctx.input_mut(|i| i.consume_key(Modifiers::COMMAND, Key::K));
        if chosen.is_some() || again || response.should_close() {
            self.lines = None;
        }
        chosen
    }
}

/// Everything in it: actions, workspaces, settings, runs, and the cards of the start page.
fn lines(state: &AppState, draft: &Experiment, cards: Vec<Card>) -> Vec<Line> {
    let shown = workspaces().map(|(action, name, tip)| Line {
        name: name.into(),
        kind: "Workspace".into(),
        end: action.key(),
        help: tip.into(),
        refused: None,
        choice: Choice::Act(action),
    });
    let rows = ACTIONS.iter().flat_map(|(group, rows)| rows.iter().map(move |row| (*group, row)));
    let rows = rows.filter(|(_, row)| row.action != Action::Palette);
    let actions = rows.map(|(group, row)| Line {
        name: row.name.into(),
        kind: group.into(),
        end: row.key(),
        help: row.help.into(),
        refused: row.action.refused(state),
        choice: Choice::Act(row.action),
    });
    let fields = Group::ALL.iter().flat_map(|group| group.fields.iter().map(move |field| (group.title, field)));
    let settings = fields.map(|(group, field)| Line {
        name: field.label.into(),
        kind: format!("Setting: {group}"),
        end: field.get(draft),
        help: field.help.into(),
        refused: (!field.applies(draft)).then_some("It has no effect with the other settings as they are"),
        choice: Choice::Setting(field.name),
    });
    let beside = BESIDE.iter().map(|setting| Line {
        name: setting.label.into(),
        kind: format!("Setting: {}", setting.group),
        end: if setting.name == REPEATS.name { state.repeats().to_string() } else { state.device.label().into() },
        help: setting.help.into(),
        refused: None,
        choice: Choice::Setting(setting.name),
    });
    let runs = state.live_runs().map(|run| Line {
        name: state.name_of(run.id),
        kind: "Run".into(),
        end: if run.id == state.focus.run { "shown".into() } else { String::new() },
        help: "Shows this run in the view and the inspector".into(),
        refused: None,
        choice: Choice::Show(run.id),
    });
    let selections = state.brush.named.iter().map(|named| Line {
        name: named.name.clone(),
        kind: "Selection".into(),
        end: String::new(),
        help: format!("Shows these images: {} of train, {} others", named.samples.len(), named.evaluation.len()),
        refused: None,
        choice: Choice::Select(named.name.clone()),
    });
    let cards = cards.into_iter().map(|card| Line {
        name: card.title.clone(),
        kind: "Start".into(),
        end: String::new(),
        help: card.shows.clone(),
        refused: None,
        choice: Choice::Start(card),
    });
    shown.chain(actions).chain(runs).chain(selections).chain(settings).chain(beside).chain(cards).collect()
}

/// The lines that a query names, the best first.
fn found<'a>(lines: &'a [Line], query: &str) -> Vec<&'a Line> {
    let scored = lines.iter().filter_map(|line| {
        let name = match line.choice {
            Choice::Setting(field) => format!("{} {field}", line.name),
            _ => line.name.clone(),
        };
        Some((fuzzy::score(query, &name, &format!("{} {}", line.kind, line.help))?, line))
    });
    let mut scored: Vec<_> = scored.collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, line)| line).collect()
}

/// A line: its name, what it is, and its key or value.
fn row(ui: &mut Ui, line: &Line, is_taken: bool, theme: &Theme) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let is_possible = line.refused.is_none();
    let label = format!("{}: {}", line.kind, line.name);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::MenuItemRadio, is_possible, is_taken, &label));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let radius = CornerRadius::same(RADIUS);
    if is_taken {
        ui.painter().rect_filled(rect, radius, theme.accent_wash);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, radius, theme.field);
    }
    let ink = if is_possible { theme.text } else { theme.faint };
    let painter = ui.painter_at(rect);
    let middle = |galley: &egui::Galley, x: f32| egui::pos2(x, rect.center().y - galley.size().y / 2.0);
    let kind = painter.layout_no_wrap(line.kind.clone(), theme::font(size::CAPTION), theme.faint);
    let end = painter.layout_no_wrap(line.end.clone(), theme::bold_font(size::CAPTION), theme.weak);
    let right = rect.right() - space::S - end.size().x;
    painter.galley(middle(&end, right), end, theme.weak);
    let name = line.name.clone();
    let mut job = egui::text::LayoutJob::simple_singleline(name, theme::font(size::BODY), ink);
    job.wrap =
        egui::text::TextWrapping::truncate_at_width((right - rect.left() - kind.size().x - 4.0 * space::S).max(0.0));
    let name = painter.layout_job(job);
    let after = rect.left() + space::S + name.size().x + space::S;
    painter.galley(middle(&name, rect.left() + space::S), name, ink);
    painter.galley(middle(&kind, after), kind, theme.faint);
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// What the line that Enter takes does, or why it cannot.
fn below(ui: &mut Ui, line: Option<&Line>, theme: &Theme) {
    /// Lines of text that there is always room for, so that the dialog keeps its height.
    const LINES: f32 = 3.0;
    ui.set_min_height(LINES * size::BODY);
    let Some(line) = line else { return };
    let (text, color) = match line.refused {
        Some(why) => (format!("{why}. {}", line.help), theme.warning),
        None => (line.help.clone(), theme.weak),
    };
    let text = RichText::new(text).size(size::CAPTION).color(color);
    ui.add(egui::Label::new(text).wrap());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceKind;
    use crate::ui::panels::{WORKSPACES, start};

    #[test]
    fn nothing_is_missing_and_what_is_typed_finds_it() {
        let experiment = Experiment::default();
        let state = AppState::new(experiment.clone(), Vec::new(), DeviceKind::Cpu);
        let (recent, projects, saved) = (["/a/folder".into()], ["/a/project".into()], Default::default());
        let known = start::Known { recent: &recent, projects: &projects, saved: &saved };
        let lines = lines(&state, &experiment, start::cards(known));
        let count = |kind: &str| lines.iter().filter(|l| l.kind.starts_with(kind)).count();
        assert_eq!(count("Workspace"), WORKSPACES.len());
        assert_eq!(count("Setting"), crate::experiment::Field::all().count() + BESIDE.len());
        let rows = ACTIONS.iter().flat_map(|(_, rows)| *rows).filter(|row| row.action != Action::Palette).count();
        let acting = lines.iter().filter(|l| matches!(l.choice, Choice::Act(_))).count();
        assert_eq!(acting, rows + WORKSPACES.len());
        assert!(lines.iter().all(|l| !l.name.is_empty() && !l.help.is_empty()));
        for (query, name) in [
            ("undo", "Undo"),
            ("theme", "Dark or light theme"),
            ("alpha", "Step length α"),
            ("folder", "folder"),
            ("pair", "Pair"),
            ("batch_size", "Batch size"),
            ("repeats", "Repeats"),
            ("device", "Device"),
            ("figure 4", "This is Figure 4"),
        ] {
            assert_eq!(found(&lines, query).first().map(|l| l.name.as_str()), Some(name), "{query}");
        }
    }
}
