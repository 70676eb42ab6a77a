//! One playhead over rounds: view, walks and curves show the round it stands at, of a live run or of an opened one.

use super::AppState;

/// Plays the rounds back, one after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Playhead {
    pub playing: bool,
    pub rounds_per_second: f32,
    /// The last round of what stands beside the shown run, where that goes further; 0 otherwise.
    pub reach: usize,
    /// When it came to where it stands, on the window's clock.
    moved_at: f64,
}

/// A round a second can be followed by eye.
const SPEED: f32 = 1.0;

impl Default for Playhead {
    fn default() -> Self {
        Self { playing: false, rounds_per_second: SPEED, reach: 0, moved_at: 0.0 }
    }
}

impl AppState {
    /// Plays from the shown round on, from the first one when there is nothing after it; or halts.
    pub fn toggle_playhead(&mut self, now: f64) {
        let latest = self.last_round();
        self.playhead.playing = !self.playhead.playing && latest > 1;
        self.playhead.moved_at = now;
        if self.playhead.playing && self.shown_round() >= latest {
            self.look_at_round(1);
        }
    }

    /// Moves a playing playhead when it is time; the seconds until it is to be asked again, none when it does not play.
    /// At the latest round it halts, and the view follows the run again.
    pub fn advance_playhead(&mut self, now: f64) -> Option<f64> {
        if !self.playhead.playing {
            return None;
        }
        let wait = 1.0 / f64::from(self.playhead.rounds_per_second.max(f32::MIN_POSITIVE));
        let left = self.playhead.moved_at + wait - now;
        if left > 0.0 {
            return Some(left);
        }
        self.playhead.moved_at = now;
        self.look_at_round(self.shown_round() + 1);
        self.playhead.playing = self.focus.round.is_some();
        self.playhead.playing.then_some(wait)
    }
}
