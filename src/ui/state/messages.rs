//! The messages to the user: equal ones are counted, and those whose cause is gone are over.

use std::path::PathBuf;

use super::run_list::RunKey;
use crate::engine::protocol::Level;

/// A message to the user.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Larger for later ones; one that is said again gets a new one.
    pub id: u64,
    pub level: Level,
    pub text: String,
    /// How often it was said without another one between.
    pub times: usize,
    /// What its buttons do.
    pub offers: Vec<Offer>,
    /// Dismissed by the user, or its cause is gone: it is listed, but no longer shown by itself.
    pub over: bool,
    /// Whether it came from the engine and is about its present session.
    of_session: bool,
}

/// What a message offers to do: the action of the button in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// Copy the path of what was written.
    CopyPath(PathBuf),
    /// Show the session of this folder again, in place of the present one.
    TakeUp(PathBuf),
    /// Go on with the unfinished session of this folder, in place of the present one.
    Continue(PathBuf),
    /// Put runs back that were taken off the list.
    PutBack(Vec<RunKey>),
    /// Show, in the list of runs, the sessions that earlier windows left.
    ShowEarlier,
}

impl Offer {
    /// The button's text.
    pub fn label(&self) -> &'static str {
        match self {
            Self::CopyPath(_) => "Copy path",
            Self::TakeUp(_) => "Back to them",
            Self::PutBack(_) => "Put back",
            Self::Continue(_) => "Continue",
            Self::ShowEarlier => "Show",
        }
    }

    /// The button's tooltip.
    pub fn tip(&self) -> &'static str {
        match self {
            Self::CopyPath(_) => "Copies the path to the clipboard",
            Self::TakeUp(_) => "Shows that session in every view again; the present one then stays under Runs (Ctrl Z)",
            Self::Continue(_) => "Goes on from its last round; the present session stays under Runs",
            Self::PutBack(_) => "Puts them back on the list (Ctrl Z)",
            Self::ShowEarlier => "Shows it in the list of runs at the left (U)",
        }
    }
}

/// The latest messages, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Messages {
    list: Vec<Message>,
    last_id: u64,
    /// All up to this one were looked at in the list of messages.
    seen: u64,
    /// The offer that was taken, until it is carried out.
    pub taken: Option<Offer>,
}

/// Largest number of stored messages.
const MOST: usize = 200;

impl Messages {
    /// Adds a message; one equal to the latest that is shown is counted instead.
    pub(super) fn add(&mut self, level: Level, text: String, offers: Vec<Offer>, of_session: bool) {
        self.last_id += 1;
        let is_same = |m: &Message| !m.over && m.level == level && m.text == text;
        let same = self.list.last().is_some_and(is_same).then(|| self.list.pop()).flatten();
        let times = same.map_or(0, |m| m.times) + 1;
        self.list.push(Message { id: self.last_id, level, text, times, offers, over: false, of_session });
        if self.list.len() > MOST {
            self.list.remove(0);
        }
    }

    /// Every message, the oldest first.
    pub fn iter(&self) -> std::slice::Iter<'_, Message> {
        self.list.iter()
    }

    /// Takes an offer of a message, which is answered by that.
    pub fn take(&mut self, id: u64, offer: Offer) {
        self.taken = Some(offer);
        self.dismiss(id);
    }

    /// The user has seen it: it is listed, but no longer shown by itself.
    pub fn dismiss(&mut self, id: u64) {
        self.list.iter_mut().filter(|m| m.id == id).for_each(|m| m.over = true);
    }

    /// Whether such an offer waits for an answer.
    pub fn is_open(&self, is_it: impl Fn(&Offer) -> bool) -> bool {
        self.list.iter().any(|m| !m.over && m.offers.iter().any(&is_it))
    }

    /// Those with such an offer are over: what it would do was done, or can no longer be done.
    pub fn withdraw(&mut self, is_gone: impl Fn(&Offer) -> bool) {
        self.list.iter_mut().filter(|m| m.offers.iter().any(&is_gone)).for_each(|m| m.over = true);
    }

    /// The engine's warnings and errors so far are over: another session begins, or their cause was corrected.
    pub fn cured(&mut self) {
        self.list.iter_mut().filter(|m| m.of_session && m.level != Level::Info).for_each(|m| m.over = true);
    }

    /// The user looks at the list of messages.
    pub fn look(&mut self) {
        self.seen = self.last_id;
    }

    /// The worst level of the warnings and errors that are not over and were not looked at in the list.
    pub fn unseen(&self) -> Option<Level> {
        let open = || self.list.iter().filter(|m| !m.over && m.id > self.seen).map(|m| m.level);
        [Level::Error, Level::Warning].into_iter().find(|level| open().any(|l| l == *level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_messages_are_counted_and_cured_ones_are_over() {
        let mut messages = Messages::default();
        let say = |m: &mut Messages, level, text: &str, of_session| m.add(level, text.into(), Vec::new(), of_session);
        for text in ["a", "b", "b", "b"] {
            say(&mut messages, Level::Error, text, true);
        }
        let of = |m: &Messages| m.iter().map(|m| (m.text.clone(), m.times, m.over)).collect::<Vec<_>>();
        assert_eq!(of(&messages), [("a".into(), 1, false), ("b".into(), 3, false)]);
        say(&mut messages, Level::Warning, "of the window", false);
        assert_eq!(messages.unseen(), Some(Level::Error));
        messages.cured();
        assert_eq!(messages.iter().filter(|m| m.over).count(), 2);
        assert_eq!(messages.unseen(), Some(Level::Warning));
        messages.look();
        assert_eq!(messages.unseen(), None);
        // A dismissed one that comes again is shown again.
        let last = messages.iter().last().unwrap().id;
        messages.dismiss(last);
        say(&mut messages, Level::Warning, "of the window", false);
        let last = messages.iter().last().unwrap();
        assert_eq!((last.times, last.over), (1, false));
        assert_eq!(messages.unseen(), Some(Level::Warning));
    }
}
