//! Keeping out of the window's way: low priority, and not more news than a screen can show.

use std::time::{Duration, Instant};

/// Steps of niceness: the window stays smooth with both cores busy, and training still gets on.
#[cfg(unix)]
const NICENESS: i32 = 10;

/// Lowers the priority of the calling thread, where the system lets us.
pub fn lower_priority() {
    #[cfg(unix)]
    if let Err(e) = rustix::process::nice(NICENESS) {
        log::debug!("the engine keeps normal priority: {e}");
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

/// Time to the end, from the pace since work was last taken up.
#[derive(Default)]
pub struct Eta {
    since: Option<(Instant, f32)>,
}

impl Eta {
    /// Forgets the pace: work was halted, or is of another kind now.
    pub fn restart(&mut self) {
        self.since = None;
    }

    /// Seconds to the end when this share is done; none before the pace is known.
    pub fn seconds(&mut self, fraction: f32) -> Option<f32> {
        let (start, from) = *self.since.get_or_insert((Instant::now(), fraction));
        let gained = fraction - from;
        (gained > 0.002).then(|| start.elapsed().as_secs_f32() * (1.0 - fraction) / gained)
    }
}
