//! Controls in rows: they wrap where they do not fit, and what has no room in the last row goes into a menu at its end.

use std::collections::BTreeMap;

use egui::{Popup, PopupCloseBehavior, Ui};

use super::icons::Icon;
use super::widgets::IconButton;

/// Where a control of a flow stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Row,
    /// In the menu, which a popup of the control's own would close.
    Menu,
}

/// The rows of a toolbar; remembers how wide each control was when it was last shown.
#[derive(Debug)]
pub struct Flow<T>(BTreeMap<T, f32>);

impl<T> Default for Flow<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Copy + Ord> Flow<T> {
    /// Shows the controls in their order, in at most `most` rows; `name` is that of the menu.
    pub fn show(&mut self, ui: &mut Ui, name: &str, most: usize, all: &[T], mut show: impl FnMut(&mut Ui, T, Place)) {
        let gap = ui.spacing().item_spacing.x;
        let widths: Vec<f32> = all.iter().map(|item| self.0.get(item).copied().unwrap_or(0.0)).collect();
        let more = IconButton::new(Icon::More, name, "More controls, for which there is no room here");
        let (rows, shown) = arranged(&widths, ui.available_width(), gap, most, more.width(ui));
        let mut next = 0;
        for (i, count) in rows.iter().enumerate() {
            ui.horizontal(|ui| {
                for item in &all[next..next + count] {
                    let spacing = ui.spacing().item_spacing;
                    let width = ui.scope(|ui| show(ui, *item, Place::Row)).response.rect.width();
                    ui.spacing_mut().item_spacing = spacing;
                    let before = self.0.insert(*item, width);
                    if before.is_none_or(|before| (before - width).abs() > 0.5) {
                        ui.ctx().request_discard("a control of a toolbar has another width");
                    }
                }
                if i + 1 == rows.len() && shown < all.len() {
                    let menu = Popup::menu(&more.show(ui)).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
                    menu.show(|ui| all[shown..].iter().for_each(|item| show(ui, *item, Place::Menu)));
                }
            });
            next += count;
        }
    }
}

/// How many controls stand in each row, and how many in all rows; the last row keeps room for the menu if it is needed.
fn arranged(widths: &[f32], room: f32, gap: f32, most: usize, menu: f32) -> (Vec<usize>, usize) {
    let filled = |room_in_last: f32| {
        let mut rows = vec![0];
        let (mut at, mut shown) = (0.0, 0);
        for width in widths {
            let end = if at > 0.0 { at + gap + width } else { *width };
            let last = rows.len() == most.max(1);
            let room = if last { room_in_last } else { room };
            if at > 0.0 && end > room {
                if last {
                    break;
                }
                rows.push(0);
                at = *width;
            } else {
                at = end;
            }
            if let Some(count) = rows.last_mut() {
                *count += 1;
            }
            shown += 1;
        }
        (rows, shown)
    };
    let all = filled(room);
    if all.1 == widths.len() { all } else { filled(room - gap - menu) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_wrap_and_what_has_no_room_is_left_to_the_menu() {
        let widths = [100.0, 100.0, 100.0, 50.0];
        for (room, most, rows, shown) in [
            (380.0, 1, vec![4], 4),
            (379.0, 2, vec![3, 1], 4),
            (379.0, 1, vec![3], 3),
            (210.0, 2, vec![2, 2], 4),
            (209.0, 2, vec![1, 1], 2),
            (209.0, 3, vec![1, 1, 2], 4),
            // One that is wider than everything has a row of its own.
            (60.0, 2, vec![1, 1], 2),
            (0.0, 0, vec![1], 1),
        ] {
            assert_eq!(arranged(&widths, room, 10.0, most, 30.0), (rows, shown), "{room} {most}");
        }
        assert_eq!(arranged(&[], 100.0, 10.0, 2, 30.0), (vec![0], 0));
    }
}
