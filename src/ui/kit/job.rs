//! Slow work (a dialog, a file, a drawing) on a background thread; its result is taken when it is ready.

use std::sync::mpsc::{Receiver, TryRecvError, channel};

/// At most one job; starting another discards the result of the previous one.
pub struct Job<T>(Option<Receiver<T>>);

impl<T> Default for Job<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Send + 'static> Job<T> {
    /// Runs `work` on a thread and wakes the window when it is done.
    pub fn start(&mut self, ctx: &egui::Context, work: impl FnOnce() -> T + Send + 'static) {
        let (sender, receiver) = channel();
        self.0 = Some(receiver);
        let ctx = ctx.clone();
        std::thread::spawn(move || {
            // The window may be closed by now; then the result is not needed.
            let _ = sender.send(work());
            ctx.request_repaint();
        });
    }

    pub fn is_running(&self) -> bool {
        self.0.is_some()
    }

    /// The result, once.
    pub fn take(&mut self) -> Option<T> {
        match self.0.as_ref()?.try_recv() {
            Ok(answer) => {
                self.0 = None;
                Some(answer)
            }
            Err(TryRecvError::Disconnected) => {
                self.0 = None;
                None
            }
            Err(TryRecvError::Empty) => None,
        }
    }
}
