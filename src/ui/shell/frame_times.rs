//! Frame times, written to the log at intervals: `RUST_LOG=ridgewalk=info`.

use std::time::{Duration, Instant};

/// Interval of the log lines.
const INTERVAL: Duration = Duration::from_secs(15);

/// Times of the frames since the last log line.
pub struct FrameTimes {
    milliseconds: Vec<f32>,
    since: Instant,
}

impl Default for FrameTimes {
    fn default() -> Self {
        Self { milliseconds: Vec::new(), since: Instant::now() }
    }
}

impl FrameTimes {
    /// Adds the time of the previous frame, which eframe measures over layout and painting.
    pub fn add(&mut self, frame: &eframe::Frame) {
        if !log::log_enabled!(log::Level::Info) {
            return;
        }
        self.milliseconds.extend(frame.info().cpu_usage.map(|s| s * 1_000.0));
        if self.since.elapsed() < INTERVAL || self.milliseconds.is_empty() {
            return;
        }
        self.milliseconds.sort_by(f32::total_cmp);
        let at = |share: f32| self.milliseconds[((self.milliseconds.len() - 1) as f32 * share) as usize];
        log::info!(
            "{} frames in {:.0} s: median {:.0} ms, 90 % {:.0} ms, 99 % {:.0} ms, longest {:.0} ms",
            self.milliseconds.len(),
            self.since.elapsed().as_secs_f32(),
            at(0.5),
            at(0.9),
            at(0.99),
            at(1.0)
        );
        *self = Self::default();
    }
}
