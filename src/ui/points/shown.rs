//! The points that are shown, and what the user chose: axes, colours, a search, a selection, one point.

use std::sync::Arc;

use crate::dataset::Class;
use crate::points::{Near, Points, Principal, Values, nearest, search};
use crate::ui::kit::job::Job;
use crate::ui::kit::words::thousands;
use crate::ui::state::{BrushTool, Region};

/// Which directions the view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Along {
    /// Those along which the points spread most.
    Principal,
    /// Axes of the file.
    Axes,
}

/// What is drawn where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub along: Along,
    /// The axes of the file that are shown if they are.
    pub axes: [usize; 3],
    /// Whether the third is shown too.
    pub solid: bool,
}

impl Place {
    /// Where points are drawn.
    fn of(self, points: &Points, principal: &Principal) -> Vec<[f32; 3]> {
        let Self { along, axes, solid } = self;
        let third = |place: [f32; 3]| if solid { place } else { [place[0], place[1], 0.0] };
        match along {
            Along::Principal => principal.places.iter().copied().map(third).collect(),
            Along::Axes => {
                let place = |code: &[f32]| third(axes.map(|axis| code[axis]));
                points.codes.chunks_exact(points.dim).map(place).collect()
            }
        }
    }
}

/// The points and all choices about them.
pub struct Shown {
    pub points: Arc<Points>,
    pub principal: Arc<Principal>,
    /// Identifies the points: others have another.
    pub id: u64,
    pub place: Place,
    /// The column that colours the points.
    pub colour: Option<usize>,
    /// The class that alone is in colour.
    pub only: Option<Class>,
    pub search: Search,
    /// What is searched in the list of classes.
    pub class_search: String,
    pub selection: Arc<Vec<u32>>,
    selecting: Job<Vec<u32>>,
    /// The point that is looked at.
    pub point: Option<u32>,
    near: Option<(u32, Vec<Near>)>,
    finding: Job<(u32, Vec<Near>)>,
    pub tool: BrushTool,
    /// Show the density of the points in their place.
    pub density: bool,
    /// The number of changes of what stands out.
    pub changes: u64,
}

/// What is looked for in the metadata.
#[derive(Default)]
pub struct Search {
    /// `None` for any column.
    pub column: Option<usize>,
    pub text: String,
    /// What is found, for the column and the text that were looked for.
    found: Option<(Wanted, Arc<Vec<u32>>)>,
    finding: Job<(Wanted, Vec<u32>)>,
    asked: Option<Wanted>,
    /// What was last typed, and when.
    typed: Option<(Wanted, f64)>,
}

/// A column and a text to look for.
type Wanted = (Option<usize>, String);

/// A search begins when nothing was typed for so long.
const TYPING_SECONDS: f64 = 0.25;
/// How many neighbours are shown.
pub const NEIGHBOURS: usize = 12;

impl Shown {
    pub fn new(points: Arc<Points>, principal: Arc<Principal>, id: u64) -> Self {
        let last = points.dim.saturating_sub(1);
        let along = if points.dim > 3 { Along::Principal } else { Along::Axes };
        Self {
            place: Place { along, axes: [0, 1.min(last), 2.min(last)], solid: points.dim > 2 },
            colour: points.first_colour(),
            only: None,
            search: Search::default(),
            class_search: String::new(),
            selection: Arc::default(),
            selecting: Job::default(),
            point: None,
            near: None,
            finding: Job::default(),
            tool: BrushTool::Off,
            density: false,
            changes: 0,
            points,
            principal,
            id,
        }
    }

    /// Where the points are drawn.
    pub fn places(&self) -> Vec<[f32; 3]> {
        self.place.of(&self.points, &self.principal)
    }

    /// What the view's directions are, as a sentence.
    pub fn told(&self) -> String {
        let Place { along, axes, solid } = self.place;
        let count = if solid { 3 } else { 2 };
        let hidden = if self.points.dim > count { format!(" of {}", self.points.dim) } else { String::new() };
        match along {
            Along::Principal => {
                let share: f64 = self.principal.shares.iter().take(count).sum();
                let from = self.principal.found_from.map(|n| format!(", found from {} points", thousands(n)));
                let from = from.unwrap_or_default();
                format!("Principal axes 1 to {count}{hidden}: {:.1} % of the variance{from}", share * 100.0)
            }
            Along::Axes => {
                let name = |axis: &usize| self.points.axes[*axis].trim_start_matches("axis ");
                let names: Vec<&str> = axes[..count].iter().map(name).collect();
                format!("Axes {}{hidden}, as in the file", names.join(", "))
            }
        }
    }

    /// What stands out from the rest: what the search finds, or else what is selected.
    pub fn highlighted(&self) -> Option<Arc<Vec<u32>>> {
        match self.search.result() {
            Some(found) => Some(found),
            None => Some(Arc::clone(&self.selection)).filter(|s| !s.is_empty()),
        }
    }

    /// Looks at a point, or at none.
    pub fn look_at(&mut self, ctx: &egui::Context, point: Option<u32>) {
        if self.point == point {
            return;
        }
        self.point = point;
        self.near = None;
        self.changes += 1;
        ctx.request_repaint();
        if let Some(point) = point {
            let points = Arc::clone(&self.points);
            self.finding.start(ctx, move || (point, nearest(&points, point as usize, NEIGHBOURS)));
        }
    }

    /// The nearest points to the one that is looked at, once they are found.
    pub fn near(&self) -> Option<&[Near]> {
        self.near.as_ref().filter(|(of, _)| Some(*of) == self.point).map(|(_, near)| near.as_slice())
    }

    pub fn select(&mut self, points: Vec<u32>) {
        self.selection = Arc::new(points);
        self.changes += 1;
    }

    /// Selects the points in a region of the view.
    pub fn select_in(&mut self, ctx: &egui::Context, region: Region) {
        let (points, principal, place) = (Arc::clone(&self.points), Arc::clone(&self.principal), self.place);
        self.selecting.start(ctx, move || region.members(&place.of(&points, &principal)));
    }

    /// Clears what was chosen last: the tool, the search, the selection, the class, the point.
    pub fn clear(&mut self) {
        self.tool = BrushTool::Off;
        self.search.text.clear();
        self.only = None;
        self.point = None;
        self.near = None;
        self.select(Vec::new());
    }

    /// Colours by the next column that has colours.
    pub fn next_colour(&mut self) {
        let columns = self.points.columns.len();
        let coloured = |c: &usize| !matches!(self.points.columns[*c].values, Values::Texts(_));
        let from = self.colour.map_or(0, |c| c + 1);
        self.colour = (from..columns).find(coloured);
        self.only = None;
        self.class_search.clear();
    }

    /// Takes what was found, and starts what is to be found.
    pub fn update(&mut self, ctx: &egui::Context) {
        if let Some(near) = self.finding.take() {
            self.near = Some(near);
            self.changes += 1;
        }
        if let Some(selected) = self.selecting.take() {
            self.select(selected);
        }
        if self.search.update(ctx, &self.points) {
            self.changes += 1;
        }
    }
}

impl Search {
    fn wanted(&self) -> Option<Wanted> {
        let text = self.text.trim();
        (!text.is_empty()).then(|| (self.column, text.to_owned()))
    }

    /// What the present text finds; while it is looked for, what the last one found.
    pub fn result(&self) -> Option<Arc<Vec<u32>>> {
        self.wanted()?;
        self.found.as_ref().map(|(_, found)| Arc::clone(found))
    }

    /// Whether the present text is still looked for.
    pub fn is_running(&self) -> bool {
        self.wanted().is_some_and(|wanted| self.found.as_ref().is_none_or(|(found, _)| *found != wanted))
    }

    /// True if what is found changed.
    fn update(&mut self, ctx: &egui::Context, points: &Arc<Points>) -> bool {
        let done = self.finding.take();
        let mut changed = done.is_some();
        self.found = done.map(|(wanted, found)| (wanted, Arc::new(found))).or(self.found.take());
        match self.wanted() {
            None => {
                changed |= self.found.take().is_some();
                self.asked = None;
            }
            Some(wanted) if self.asked.as_ref() != Some(&wanted) && !self.finding.is_running() => {
                let now = ctx.input(|i| i.time);
                let since = self.typed.take().filter(|(typed, _)| *typed == wanted).map_or(now, |(_, since)| since);
                self.typed = Some((wanted.clone(), since));
                if now - since < TYPING_SECONDS {
                    ctx.request_repaint_after_secs((TYPING_SECONDS - (now - since)) as f32);
                    return changed;
                }
                self.asked = Some(wanted.clone());
                let points = Arc::clone(points);
                self.finding.start(ctx, move || {
                    let found = search(&points, wanted.0, &wanted.1);
                    (wanted, found)
                });
            }
            Some(_) => {}
        }
        changed
    }
}
