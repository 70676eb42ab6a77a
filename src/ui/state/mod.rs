//! The window's state, changed by `apply(Event)` and by the user's requests. Pure: no egui, no engine.

mod run;
mod walks;
mod named;
mod axes;
mod brush;
mod selecting;
mod pins;
mod run_list;
mod messages;
mod pair;
mod playhead;
mod changes;
mod app_state;
mod shown;
mod listed;
mod judged_walks;
mod navigation;
mod preparing;
mod asks;
mod choices;

pub use app_state::{AppState, Focus, GeneratorState, Intent, Pending, Progress, WalkPoint};
pub use asks::MainAction;
pub use axes::{Along, Axes, DRAWN};
pub use brush::{Brush, BrushTool, NamedKept, Region, Selection, SheetFilter, correct_among};
pub use changes::Changes;
pub use choices::Choices;
pub use listed::{Listed, is_among};
pub use messages::{Message, Messages, Offer};
pub use named::{Combine, Named};
pub use pair::{Match, RunRef, Side, Whose, count as count_parts, gain_by_class, picks as picks_of, right as right_of};
pub use pins::{Pin, PinBoard, PinCurve, SavedPin};
pub use playhead::Playhead;
pub use run::{LabellingCost, RunState};
pub use run_list::{Entry, Group, GroupKey, Of, Recall, RunKey, RunList, Undo};
pub use walks::{Arms, LostByStep, Only, SeenWalk, SortBy, Walk, WalkLab, sort as sort_walks};

#[cfg(test)]
mod tests;
