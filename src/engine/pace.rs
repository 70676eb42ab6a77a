//! Keeping out of the window's way: low priority, and no more events than a screen can show.

use std::time::{Duration, Instant};

/// Steps of niceness: the window stays smooth with both cores busy, and training still advances.
#[cfg(unix)]
const NICENESS: i32 = 10;

/// Lowers the priority of the calling thread, where the system allows it.
pub fn lower_priority() {
    #[cfg(unix)]
    if let Err(e) = rustix::process::nice(NICENESS) {
        log::debug!("the engine keeps normal priority: {e}");
    }
}

/// Between two progress events of one phase, and two losses of the generator.
pub const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);
/// Between two images of the forming embedding.
const FORMING_INTERVAL: Duration = Duration::from_millis(400);
/// Between two images that the generator in training decodes from the same few codes.
const SAMPLES_INTERVAL: Duration = Duration::from_secs(2);

/// How often the training of the generator is shown.
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

/// True at most once in an interval.
pub struct Throttle {
    interval: Duration,
    last: Option<Instant>,
}

impl Throttle {
    pub fn new(interval: Duration) -> Self {
        Self { interval, last: None }
    }

    /// The interval has passed since this was last true.
    pub fn due(&mut self) -> bool {
        let now = Instant::now();
        let due = self.last.is_none_or(|last| now - last >= self.interval);
        if due {
            self.last = Some(now);
        }
        due
    }
}

/// Time to the end, from the pace since work was last resumed.
#[derive(Default)]
pub struct Eta {
    since: Option<(Instant, f32)>,
}

impl Eta {
    /// Forgets the pace: work was halted, or is of another kind now.
    pub fn restart(&mut self) {
        self.since = None;
    }

    /// Seconds to the end when this share is done; `None` before the pace is known.
    pub fn seconds(&mut self, fraction: f32) -> Option<f32> {
        let (start, from) = *self.since.get_or_insert((Instant::now(), fraction));
        let gained = fraction - from;
        (gained > 0.002).then(|| start.elapsed().as_secs_f32() * (1.0 - fraction) / gained)
    }
}
