//! When to ask the engine: the latest question wins, one is under way at most, and it is asked again as the target learns.

/// Seconds between two different questions.
const BETWEEN: f64 = 0.05;

/// Questions of one kind, by what they ask about.
#[derive(Debug)]
pub struct Question<K> {
    asked: Option<Asked<K>>,
    /// Seconds between two questions about the same as the target learns.
    again: f64,
    /// Seconds after which an unanswered question no longer holds up another.
    patience: f64,
}

#[derive(Debug)]
struct Asked<K> {
    about: K,
    version: Version,
    /// On the window's clock.
    at: f64,
    /// Answers that had come before.
    answers: u64,
}

/// What an answer depends on besides its question: which experiment, and how often the target changed.
pub type Version = (u64, u64);

impl<K: PartialEq + Clone> Question<K> {
    pub fn new(again: f64, patience: f64) -> Self {
        Self { asked: None, again, patience }
    }

    /// Asks at the next opportunity, whatever was asked before.
    pub fn forget(&mut self) {
        self.asked = None;
    }

    /// Whether to ask about `about` at this moment (seconds); `answers` counts the answers of this kind so far.
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

    /// The seconds, what is asked about, the target's version, the answers so far, and whether it is asked.
    #[test]
    fn the_latest_question_wins_and_is_asked_again_as_the_target_learns() {
        let ctx = egui::Context::default();
        let mut question = Question::new(1.0, 2.0);
        for (now, about, version, answers, expected) in [
            (0.00, 'a', (1, 1), 0, true),
            (0.10, 'a', (1, 1), 0, false), // under way
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
