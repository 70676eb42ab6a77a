//! Undo and redo: a stack of small states, one for each change that the user made.

use std::collections::VecDeque;

/// The states before each change, and those that were taken back.
#[derive(Debug, Clone)]
pub struct Changes<T> {
    now: Option<T>,
    past: VecDeque<T>,
    future: Vec<T>,
}

/// Most changes that can be undone.
const MOST: usize = 200;

impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self { now: None, past: VecDeque::new(), future: Vec::new() }
    }
}

impl<T: Clone + PartialEq> Changes<T> {
    /// Looks at the state of a frame: if it differs from the last one, a change was made. While the user is in the midst of
    /// one, as with a drag, nothing is `settled`, and it counts as one change when it is.
    pub fn follow(&mut self, state: T, settled: bool) {
        if !settled || self.now.as_ref() == Some(&state) {
            return;
        }
        if let Some(before) = self.now.replace(state) {
            self.past.push_back(before);
            self.future.clear();
            if self.past.len() > MOST {
                self.past.pop_front();
            }
        }
    }

    /// Takes a state as it is, without a change by the user: it was put there by the program.
    pub fn take(&mut self, state: T) {
        self.now = Some(state);
    }

    /// The state before the last change, to be restored; `now` is the present one.
    pub fn undo(&mut self, now: T) -> Option<T> {
        let before = self.past.pop_back()?;
        self.future.push(now);
        Some(before)
    }

    /// The state that was taken back last, to be restored; `now` is the present one.
    pub fn redo(&mut self, now: T) -> Option<T> {
        let after = self.future.pop()?;
        self.past.push_back(now);
        Some(after)
    }

    /// What was taken back cannot be made again.
    pub fn forget_undone(&mut self) {
        self.future.clear();
    }

    /// The state of the last frame.
    pub fn latest(&self) -> Option<&T> {
        self.now.as_ref()
    }

    /// The state to which undo leads, if there is one.
    pub fn before(&self) -> Option<&T> {
        self.past.back()
    }

    /// The state to which redo leads, if there is one.
    pub fn after(&self) -> Option<&T> {
        self.future.last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_taken_back_and_made_again() {
        let mut changes = Changes::default();
        for (state, settled) in [(0, true), (1, true), (1, true), (2, false), (3, false), (4, true), (5, true)] {
            changes.follow(state, settled);
        }
        // A drag from 1 over 2 and 3 to 4 is one change.
        let mut now = 5;
        for expected in [4, 1, 0] {
            now = changes.undo(now).unwrap();
            changes.take(now);
            changes.follow(now, true);
            assert_eq!(now, expected);
        }
        assert!(changes.undo(now).is_none());
        for expected in [1, 4] {
            now = changes.redo(now).unwrap();
            changes.take(now);
            assert_eq!(now, expected);
        }
        assert_eq!((changes.before(), changes.after()), (Some(&1), Some(&5)));
        // Another change ends what could be made again.
        changes.follow(9, true);
        assert!(changes.redo(9).is_none() && changes.undo(9) == Some(4));
        assert_eq!(changes.after(), Some(&9));
        changes.forget_undone();
        assert!(changes.after().is_none() && changes.before() == Some(&1));
    }

    #[test]
    fn the_stack_has_an_end() {
        let mut changes = Changes::default();
        (0..2 * MOST).for_each(|state| changes.follow(state, true));
        assert_eq!(changes.past.len(), MOST);
    }
}
