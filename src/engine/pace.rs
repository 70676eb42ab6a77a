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

/// Seconds in which an estimate of the time left follows the pace: shorter changes of it are not shown.
const SETTLES: f32 = 20.0;

/// Estimates the time left from the pace since work was last resumed, or as it is told; it runs down evenly.
#[derive(Default)]
pub struct Eta {
    since: Option<(Instant, f32)>,
    /// Whether the last estimate was told.
    told: bool,
    /// The last estimate, seconds, and when it was made.
    last: Option<(Instant, f32)>,
}

impl Eta {
    /// Forgets the pace, because work was halted or is of another kind now.
    pub fn restart(&mut self) {
        *self = Self::default();
    }

    /// Seconds left when this share is done; `None` before the pace is known.
    pub fn seconds(&mut self, fraction: f32) -> Option<f32> {
        self.at(Instant::now(), fraction)
    }

    /// The time left by an estimate of other work than that whose pace was followed.
    pub fn told(&mut self, estimate: Option<f32>) -> Option<f32> {
        if !std::mem::replace(&mut self.told, true) {
            *self = Self { told: true, ..Self::default() };
        }
        Some(self.settled(Instant::now(), estimate?))
    }

    fn at(&mut self, now: Instant, fraction: f32) -> Option<f32> {
        if std::mem::take(&mut self.told) {
            self.restart();
        }
        let (start, from) = *self.since.get_or_insert((now, fraction));
        let gained = fraction - from;
        if gained <= 0.002 {
            return None;
        }
        Some(self.settled(now, (now - start).as_secs_f32() * (1.0 - fraction) / gained))
    }

    fn settled(&mut self, now: Instant, told: f32) -> f32 {
        let estimate = self.last.map_or(told, |(then, estimate)| {
            let passed = (now - then).as_secs_f32();
            let left = (estimate - passed).max(0.0);
            left + (told - left) * (1.0 - (-passed / SETTLES).exp())
        });
        self.last = Some((now, estimate));
        estimate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_of_one_kind_of_work_is_not_that_of_another() {
        let (start, mut eta) = (Instant::now(), Eta::default());
        assert_eq!(eta.at(start, 0.0), None);
        assert!(eta.at(start + Duration::from_secs(1), 0.5).is_some());
        assert_eq!(eta.told(None), None, "rounds begin, of which nothing is known");
        assert_eq!(eta.told(Some(700.0)), Some(700.0));
        assert_eq!(eta.at(start + Duration::from_secs(2), 0.6), None);
    }

    /// A hundred seconds of work, with a stretch of ten seconds in which another program takes most of the machine.
    #[test]
    fn the_time_left_runs_down_without_jumps() {
        let (start, mut eta, mut fraction) = (Instant::now(), Eta::default(), 0.0);
        let mut told: Vec<f32> = Vec::new();
        for second in 0..108 {
            fraction += if (30..40).contains(&second) { 0.002 } else { 0.01 };
            told.extend(eta.at(start + Duration::from_secs(second), fraction));
        }
        assert!((told[0] - 98.0).abs() < 1.0, "{told:?}");
        assert!(told.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 3.0), "{told:?}");
        assert!(told.last().is_some_and(|left| *left < 3.0), "{told:?}");
    }
}
