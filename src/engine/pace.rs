//! Keeps the window responsive: low thread priority, and limited rates of events.

use std::time::{Duration, Instant};

/// Niceness of the engine's thread: the window stays smooth with all cores busy, and training still advances.
#[cfg(unix)]
const NICENESS: i32 = 10;

/// Lowers the priority of the calling thread, if the system allows it.
pub fn lower_priority() {
    #[cfg(unix)]
    if let Err(e) = rustix::process::nice(NICENESS) {
        log::debug!("the engine keeps normal priority: {e}");
    }
}

/// Least interval between progress events of one phase, and between losses of the generator.
pub const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);
/// Least interval between updates of the forming embedding.
const FORMING_INTERVAL: Duration = Duration::from_millis(400);
/// Least interval between samples that the generator in training decodes from the same few codes.
const SAMPLES_INTERVAL: Duration = Duration::from_secs(2);

/// The intervals at which the training of the generator is shown.
pub struct FormingPace {
    pub codes: Throttle,
    pub samples: Throttle,
    pub losses: Throttle,
}

impl Default for FormingPace {
    fn default() -> Self {
        let [codes, samples, losses] = [FORMING_INTERVAL, SAMPLES_INTERVAL, PROGRESS_INTERVAL].map(Throttle::new);
        Self { codes, samples, losses }
    }
}

/// A timer that is due at most once per interval.
pub struct Throttle {
    interval: Duration,
    last: Option<Instant>,
}

impl Throttle {
    pub fn new(interval: Duration) -> Self {
        Self { interval, last: None }
    }

    /// Whether the interval has passed since this last returned true.
    pub fn due(&mut self) -> bool {
        let now = Instant::now();
        let due = self.last.is_none_or(|last| now - last >= self.interval);
        if due {
            self.last = Some(now);
        }
        due
    }
}

/// Estimates the time left from the pace since work was last resumed.
#[derive(Default)]
pub struct Eta {
    since: Option<(Instant, f32)>,
}

impl Eta {
    /// Forgets the pace, because work was halted or is of another kind now.
    pub fn restart(&mut self) {
        self.since = None;
    }

    /// Seconds left when this share is done; `None` before the pace is known.
    pub fn seconds(&mut self, fraction: f32) -> Option<f32> {
        let (start, from) = *self.since.get_or_insert((Instant::now(), fraction));
        let gained = fraction - from;
        (gained > 0.002).then(|| start.elapsed().as_secs_f32() * (1.0 - fraction) / gained)
    }
}
