//! When to ask the engine: the latest question wins, at most one is pending, and it is repeated as the target learns.

/// Least time between two different questions, seconds.
const BETWEEN: f64 = 0.05;

/// The pending or last question of one kind, by its subject.
#[derive(Debug)]
pub struct Question<K> {
    asked: Option<Asked<K>>,
    /// Least time between two questions about the same subject while the target learns, seconds.
    again: f64,
    /// Time after which an unanswered question no longer blocks another one, seconds.
    patience: f64,
}

#[derive(Debug)]
struct Asked<K> {
    about: K,
    version: Version,
    /// Time of the question on the window's clock, seconds.
    at: f64,
    /// Number of answers before the question.
    answers: u64,
}

/// What an answer depends on besides its question: the experiment, and the number of changes of the target.
pub type Version = (u64, u64);

impl<K: PartialEq + Clone> Question<K> {
    pub fn new(again: f64, patience: f64) -> Self {
        Self { asked: None, again, patience }
    }

    /// Makes the next question due whatever was asked before.
    pub fn forget(&mut self) {
        self.asked = None;
    }

    /// Whether to ask about `about` at time `now` (seconds); `answers` counts the answers of this kind so far.
    pub fn is_due(&mut self, ctx: &egui::Context, now: f64, about: &K, version: Version, answers: u64) -> bool {
        if let Some(asked) = self.asked.as_ref().filter(|a| a.version.0 == version.0) {
            let (same, answered) = (asked.about == *about, asked.answers != answers);
            if same && asked.version == version {
                return false;
            }
            let gap = match (answered, same) {
                (false, _) => self.patience,
                (true, true) => self.again,
                (true, false) => BETWEEN,
            };
            let left = asked.at + gap - now;
            if left > 0.0 {
                ctx.request_repaint_after_secs(left.max(BETWEEN) as f32);
                return false;
            }
        }
        self.asked = Some(Asked { about: about.clone(), version, at: now, answers });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Time (s), subject, target version, answers so far, and whether the question is due.
    #[test]
    fn the_latest_question_wins_and_is_asked_again_as_the_target_learns() {
        let ctx = egui::Context::default();
        let mut question = Question::new(1.0, 2.0);
        for (now, about, version, answers, expected) in [
            (0.00, 'a', (1, 1), 0, true),
            (0.10, 'a', (1, 1), 0, false), // pending
            (0.10, 'b', (1, 1), 0, false), // one at a time
            (0.20, 'c', (1, 1), 1, true),  // answered: the latest is next
            (0.21, 'd', (1, 1), 2, false), // too soon
            (0.26, 'd', (1, 1), 2, true),
            (0.40, 'd', (1, 1), 3, false), // answered
            (0.40, 'd', (1, 2), 3, false), // the target learned, but too soon
            (1.30, 'd', (1, 2), 3, true),
            (1.40, 'e', (1, 2), 3, false),
            (3.31, 'e', (1, 2), 3, true),  // given up
            (3.32, 'e', (2, 0), 3, true),  // another experiment
            (9.00, 'e', (2, 0), 3, false), // never answered
        ] {
            let asked = question.is_due(&ctx, now, &about, version, answers);
            assert_eq!(asked, expected, "{now}: {about} {version:?} {answers}");
        }
        question.forget();
        assert!(question.is_due(&ctx, 9.01, &'e', (2, 0), 3));
    }
}
