//! Pinned latent points, and the predictions of every run's target for them over training.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::dataset::Class;
use crate::engine::planned::RunId;
use crate::engine::protocol::{Command, PinValue, Pinned};
use crate::engine::questions::probe::Probe;

/// A pinned latent point.
#[derive(Debug, Clone)]
pub struct Pin {
    /// Counts on; never given twice.
    pub id: u64,
    /// p, `[latent_dim]`.
    pub code: Vec<f32>,
    /// The label for the loss: that of the nearest sample at the time of pinning.
    pub label: Class,
    /// G(p).
    pub decoded: Arc<Vec<u8>>,
    /// The values by run and by the target's optimiser steps.
    values: BTreeMap<(RunId, usize), PinValue>,
}

/// The quantity of the pins' curves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PinCurve {
    /// The probability of the label.
    #[default]
    Probability,
    /// The loss with the label.
    Loss,
}

/// What a pin is, without what was measured at it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pinning {
    id: u64,
    code: Vec<f32>,
    label: Class,
    decoded: Arc<Vec<u8>>,
}

/// A pin as it is written into a file.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SavedPin {
    code: Vec<f32>,
    label: Class,
    decoded: Arc<Vec<u8>>,
}

/// All pinned points.
#[derive(Debug, Clone, Default)]
pub struct PinBoard {
    pub pins: Vec<Pin>,
    pub curve: PinCurve,
    next: u64,
}

impl PinBoard {
    /// Pins the probe's point, unless it is pinned already.
    pub fn pin(&mut self, probe: &Probe) -> Option<Command> {
        if self.pins.iter().any(|p| p.code == probe.code) {
            return None;
        }
        self.next += 1;
        let (code, decoded) = (probe.code.clone(), Arc::new(probe.decoded.clone()));
        self.pins.push(Pin { id: self.next, code, label: probe.label, decoded, values: BTreeMap::new() });
        Some(self.command())
    }

    /// Removes a pin; the command tells the engine which are left.
    pub fn remove(&mut self, id: u64) -> Command {
        self.pins.retain(|p| p.id != id);
        self.command()
    }

    /// All pins, without what was measured.
    pub fn pinnings(&self) -> Vec<Pinning> {
        let of = |p: &Pin| Pinning { id: p.id, code: p.code.clone(), label: p.label, decoded: Arc::clone(&p.decoded) };
        self.pins.iter().map(of).collect()
    }

    /// All pins as they are written into a file.
    pub fn saved(&self) -> Vec<SavedPin> {
        let of = |p: &Pin| SavedPin { code: p.code.clone(), label: p.label, decoded: Arc::clone(&p.decoded) };
        self.pins.iter().map(of).collect()
    }

    /// Puts pins of a file in the place of the present ones.
    pub fn take_saved(&mut self, saved: Vec<SavedPin>) -> Command {
        self.pins.clear();
        for SavedPin { code, label, decoded } in saved {
            self.next += 1;
            self.pins.push(Pin { id: self.next, code, label, decoded, values: BTreeMap::new() });
        }
        self.command()
    }

    /// Puts these pins in the place of the present ones; what was measured at one that stays is kept.
    pub fn put(&mut self, pinnings: &[Pinning]) -> Command {
        let before = std::mem::take(&mut self.pins);
        self.pins.extend(pinnings.iter().map(|Pinning { id, code, label, decoded }| {
            let known = before.iter().find(|p| p.id == *id).cloned();
            let (code, decoded) = (code.clone(), Arc::clone(decoded));
            known.unwrap_or_else(|| Pin { id: *id, code, label: *label, decoded, values: BTreeMap::new() })
        }));
        self.command()
    }

    /// The command that sends all points to the engine.
    pub fn command(&self) -> Command {
        let pinned = |p: &Pin| Pinned { pin: p.id, code: p.code.clone(), label: p.label };
        Command::SetPins(self.pins.iter().map(pinned).collect())
    }

    /// Stores a target's values at the points.
    pub fn measured(&mut self, run: RunId, minibatches: usize, values: &[PinValue]) {
        for value in values {
            if let Some(pin) = self.pins.iter_mut().find(|p| p.id == value.pin) {
                pin.values.insert((run, minibatches), value.clone());
            }
        }
    }
}

impl Pin {
    /// The values of one run's target, in training order.
    pub fn series(&self, run: RunId) -> impl Iterator<Item = (usize, &PinValue)> {
        self.values.range((run, 0)..=(run, usize::MAX)).map(|((_, minibatches), value)| (*minibatches, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(code: Vec<f32>) -> Probe {
        Probe { code, decoded: vec![1, 2], label: 3, loss: 0.5, ..Probe::default() }
    }

    #[test]
    fn pins_gather_values_in_the_order_of_training_run_by_run() {
        let mut board = PinBoard::default();
        assert!(matches!(board.pin(&probe(vec![0.0, 1.0])), Some(Command::SetPins(p)) if p.len() == 1));
        assert!(board.pin(&probe(vec![0.0, 1.0])).is_none());
        board.pin(&probe(vec![2.0, 1.0]));
        let value = |pin, loss| PinValue { pin, class: 3, confidence: 0.9, loss };
        // Earlier rounds are measured after the present one.
        let [snn, random] = [0, 1].map(RunId::nth);
        board.measured(snn, 30, &[value(1, 0.3), value(2, 3.0), value(9, 9.0)]);
        board.measured(snn, 10, &[value(1, 0.1)]);
        board.measured(random, 20, &[value(1, 0.2)]);
        let losses = |run| board.pins[0].series(run).map(|(m, v)| (m, v.loss)).collect::<Vec<_>>();
        assert_eq!(losses(snn), [(10, 0.1), (30, 0.3)]);
        assert_eq!(losses(random), [(20, 0.2)]);
        let both = board.pinnings();
        assert!(matches!(board.remove(1), Command::SetPins(p) if p.len() == 1 && p[0].pin == 2));
        assert!(matches!(board.put(&both), Command::SetPins(p) if p.len() == 2));
        assert_eq!(board.pins.iter().map(|p| p.series(snn).count()).collect::<Vec<_>>(), [0, 1]);
    }
}
