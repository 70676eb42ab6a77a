//! The device that computes. It is not a field of the experiment and changes at once.

use egui::{RichText, Ui};

use super::rows::{self, Beside, Rows};
use crate::device::{self, DeviceKind};
use crate::ui::kit::job::Job;
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::Cx;

/// The row of the device, and what is known of the GPU.
pub struct Computing {
    /// Whether a software adapter passes for a GPU.
    allow_software: bool,
    looking: Job<Option<String>>,
    /// Why there is no GPU, or `None` if there is one; once it was looked for.
    no_gpu: Option<Option<String>>,
}

/// The row of the settings.
pub const DEVICE: Beside =
    Beside { name: "device", label: "Device", group: "Computing", help: "Where the networks are trained" };

impl Computing {
    pub fn new(allow_software: bool) -> Self {
        Self { allow_software, looking: Job::default(), no_gpu: None }
    }

    /// The row; without a GPU its choice says why it cannot be made. Returns another device that was chosen.
    pub fn ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, rows: &Rows<'_>) -> Option<DeviceKind> {
        self.no_gpu = self.no_gpu.take().or_else(|| self.looking.take());
        if self.no_gpu.is_none() && !self.looking.is_running() {
            let allow_software = self.allow_software;
            let look = move || device::no_gpu(allow_software).map(|e| words::capital(&e.to_string()));
            self.looking.start(ui.ctx(), look);
        }
        let no_gpu = self.no_gpu.as_ref().and_then(|why| why.as_deref());
        let mut chosen = None;
        let Beside { name, label, help, .. } = DEVICE;
        rows.marked(ui, name, |ui| {
            rows::labelled(ui, RichText::new(label).color(cx.theme.weak), help, None, |ui| {
                let mut device = cx.state.device;
                let cpu = "Train on the CPU: the same seed gives the same history, bit for bit. A new session starts; the \
                       present runs stay under Runs.";
                let gpu = "Train on the graphics card (through burn-wgpu): faster for large networks, and equal to the CPU \
                       only up to rounding. A new session starts; the present runs stay under Runs.";
                let choices = [(DeviceKind::Cpu, "CPU", cpu), (DeviceKind::Gpu, "GPU", no_gpu.unwrap_or(gpu))];
                let is_there = |kind| kind == DeviceKind::Cpu || no_gpu.is_none();
                if widgets::segmented_where(ui, label, &mut device, &choices, is_there) {
                    chosen = Some(device);
                }
            });
        });
        chosen
    }
}
