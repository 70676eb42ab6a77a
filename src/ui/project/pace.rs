//! How long an answer takes: the time since an image was shown, without what was no answering.

use crate::project::pace;

/// The times of a sitting.
#[derive(Debug, Default)]
pub struct Pace {
    /// What is asked about, and since when, seconds of the window's clock.
    since: f64,
    /// Whether an answer was given: before the first one a person looks around.
    began: bool,
    /// Seconds that each label took.
    labels: Vec<f64>,
}

/// Nobody sees what an image shows in less, seconds.
const SEEN: f64 = 0.1;
/// An answer that took longer was an answer and a break, seconds.
const BREAK: f64 = 120.0;

impl Pace {
    /// Another question is on the screen from now on.
    pub fn ask(&mut self, now: f64) {
        self.since = now;
    }

    /// Whether what is asked about was on the screen long enough to be seen.
    pub fn is_seen(&self, now: f64) -> bool {
        now - self.since >= SEEN
    }

    /// Seconds that an answer about so many images took; `None` for the first of a sitting, and with a break. The time of
    /// the next one begins.
    pub fn answer(&mut self, now: f64, images: usize, is_label: bool) -> Option<f64> {
        let began = std::mem::replace(&mut self.began, true);
        let seconds = Some(now - self.since).filter(|s| began && *s < BREAK * images as f64);
        self.labels.extend(seconds.filter(|_| is_label).map(|s| s / images.max(1) as f64));
        self.since = now;
        seconds
    }

    /// The last answer was taken back.
    pub fn undo(&mut self) {
        self.labels.pop();
    }

    /// Seconds for a label; `None` before one was timed.
    pub fn label(&self) -> Option<f64> {
        pace(self.labels.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_around_and_breaks_are_no_part_of_the_pace() {
        let mut pace = Pace::default();
        pace.ask(0.0);
        assert_eq!([0.0, 0.05, 0.2].map(|now| pace.is_seen(now)), [false, false, true]);
        assert_eq!((pace.answer(74.0, 1, true), pace.label()), (None, None), "a look around before the first answer");
        for (at, seconds) in [(76.0, Some(2.0)), (79.0, Some(3.0)), (279.0, None), (281.0, Some(2.0))] {
            assert_eq!(pace.answer(at, 1, true), seconds);
        }
        assert_eq!(pace.label(), Some(2.0));
        assert_eq!(pace.answer(441.0, 4, true), Some(160.0), "many at once take longer");
        pace.undo();
        // Of a long sitting the last answers count.
        for i in 0..40 {
            pace.answer(450.0 + 9.0 * f64::from(i), 1, true);
        }
        assert_eq!(pace.label(), Some(9.0));
    }
}
