//! The order in which a generator is trained on the train split: shuffled minibatches, epochs, and their step sizes.

use crate::experiment::Experiment;
use crate::rng::Streams;

/// The minibatches of a training, in order.
pub struct Schedule {
    images: usize,
    batch: usize,
    epochs: usize,
    /// The images of an epoch in their order.
    order: Vec<u32>,
    /// The epoch of that order, from 0.
    dealt: Option<usize>,
    step: usize,
}

impl Schedule {
    pub fn new(experiment: &Experiment, images: usize) -> Self {
        let (batch, epochs) = (experiment.generator_batch, experiment.generator_epochs);
        Self { images, batch, epochs, order: Vec::new(), dealt: None, step: 0 }
    }

    /// The next minibatch: its number from 0, and its images.
    pub fn next_batch(&mut self, streams: &Streams) -> (usize, Vec<u32>) {
        let (step, per_epoch) = (self.step, self.steps_per_epoch());
        let (epoch, at) = (step / per_epoch, step % per_epoch);
        if self.dealt != Some(epoch) {
            self.order = (0..self.images as u32).collect();
            streams.get("generator-batches", epoch as u64).shuffle(&mut self.order);
            self.dealt = Some(epoch);
        }
        self.step += 1;
        (step, self.order[at * self.batch..((at + 1) * self.batch).min(self.images)].to_vec())
    }

    /// Goes on after this many minibatches.
    pub fn go_on_after(&mut self, steps: usize) {
        self.step = steps;
    }

    /// Minibatches of the whole training.
    pub fn total_steps(&self) -> usize {
        self.steps_per_epoch() * self.epochs
    }

    /// Minibatches done.
    pub fn steps_done(&self) -> usize {
        self.step
    }

    /// Passes over the data done so far.
    pub fn epoch(&self) -> f32 {
        self.step as f32 / self.steps_per_epoch() as f32
    }

    /// The step size of the next minibatch; epochs that begin in the last quarter use the final one.
    pub fn learning_rate(&self, experiment: &Experiment) -> f64 {
        if self.step / self.steps_per_epoch() * 4 >= self.epochs * 3 {
            experiment.generator_final_learning_rate
        } else {
            experiment.generator_learning_rate
        }
    }

    fn steps_per_epoch(&self) -> usize {
        self.images.div_ceil(self.batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_has_every_image_once_and_the_last_quarter_has_the_smaller_step() {
        let experiment = Experiment { generator_batch: 4, generator_epochs: 4, ..Experiment::default() };
        let mut schedule = Schedule::new(&experiment, 10);
        assert_eq!(schedule.total_steps(), 12);
        let mut orders = Vec::new();
        for epoch in 0..4 {
            let mut dealt = Vec::new();
            for size in [4, 4, 2] {
                let small = schedule.learning_rate(&experiment) == experiment.generator_final_learning_rate;
                assert_eq!(small, epoch == 3);
                let (_, batch) = schedule.next_batch(&Streams::new(1));
                assert_eq!(batch.len(), size);
                dealt.extend(batch);
            }
            orders.push(dealt.clone());
            dealt.sort_unstable();
            assert_eq!(dealt, (0..10).collect::<Vec<_>>());
            assert_eq!(schedule.epoch(), epoch as f32 + 1.0);
        }
        assert_ne!(orders[0], orders[1]);
        // Inside an epoch too.
        let mut later = Schedule::new(&experiment, 10);
        later.go_on_after(4);
        assert_eq!(later.next_batch(&Streams::new(1)), (4, orders[1][4..8].to_vec()));
        assert_eq!(schedule.steps_done(), schedule.total_steps());
    }
}
