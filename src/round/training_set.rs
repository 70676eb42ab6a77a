//! The training set of the target network: the pairs labelled so far, in shuffled minibatches.

use crate::dataset::{Class, Dataset, ImageShape, Split};
use crate::experiment::{Augmentation, Experiment};
use crate::labelling::simulation::ScaledMap;
use crate::rng::{Rng, Streams};
use crate::target::Truth;

/// One pair of the training set.
pub struct Pair {
    pub sample: u32,
    pub label: Class,
    /// The decoded image, if it is trained on instead of the real one.
    pub decoded: Option<Vec<f32>>,
    /// The stress map, if labels are maps.
    pub map: Option<ScaledMap>,
}

/// A minibatch.
#[derive(Default)]
pub struct Batch {
    /// Pixels in [0, 1], one image after the other.
    pub images: Vec<f32>,
    labels: Vec<Class>,
    /// Scaled maps one after the other; empty if labels are classes.
    maps: Vec<f32>,
}

impl Batch {
    /// The labels of the images.
    pub fn truth(&self) -> Truth<'_> {
        if self.maps.is_empty() { Truth::Classes(&self.labels) } else { Truth::Maps(&self.maps) }
    }
}

/// The union of T(1) ... T(t), with the duplicates that a strategy chooses.
#[derive(Default)]
pub struct TrainingSet {
    pairs: Vec<Pair>,
    round: usize,
    pass: u64,
    /// Indices into `pairs` that remain in this pass, last first.
    deck: Vec<usize>,
}

impl TrainingSet {
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// The image of a train sample, or of a generated one that was trained on.
    pub fn image(&self, sample: u32, train: &Split) -> Option<Vec<f32>> {
        if (sample as usize) < train.len() {
            return Some(train.gather(&[sample]));
        }
        self.pairs.iter().find(|pair| pair.sample == sample)?.decoded.clone()
    }

    pub fn push(&mut self, pair: Pair) {
        self.pairs.push(pair);
    }

    /// Starts a round: its passes are shuffled by random streams of that round, so a resumed run has the same
    /// minibatches.
    pub fn begin_round(&mut self, streams: &Streams, round: usize) {
        (self.round, self.pass) = (round, 0);
        self.shuffle(streams);
    }

    /// The next `size` pairs. A batch may reach into the next pass. `minibatch` counts from the start of the run and
    /// names the stream that augmentation draws from; a map moves with its image.
    pub fn next_batch(
        &mut self,
        size: usize,
        train: &Split,
        augmentation: Augmentation,
        streams: &Streams,
        minibatch: usize,
    ) -> Batch {
        let mut batch = Batch { images: Vec::with_capacity(size * train.shape().len()), ..Batch::default() };
        while batch.labels.len() < size && !self.pairs.is_empty() {
            let Some(at) = self.deck.pop() else {
                self.pass += 1;
                self.shuffle(streams);
                continue;
            };
            let pair = &self.pairs[at];
            match &pair.decoded {
                Some(decoded) => batch.images.extend_from_slice(decoded),
                None => batch.images.extend(train.gather(&[pair.sample])),
            }
            batch.labels.push(pair.label);
            batch.maps.extend(pair.map.iter().flat_map(|map| map.iter()));
        }
        if augmentation == Augmentation::FlipAndShift {
            let (shape, mut rng) = (train.shape(), streams.get("augmentation", minibatch as u64));
            for (i, image) in batch.images.chunks_exact_mut(shape.len()).enumerate() {
                let placing = Placing::random(shape, &mut rng);
                image.copy_from_slice(&placing.apply(shape, image));
                if let Some(map) = batch.maps.chunks_exact_mut(shape.len()).nth(i) {
                    map.copy_from_slice(&placing.apply(shape, map));
                }
            }
        }
        batch
    }

    fn shuffle(&mut self, streams: &Streams) {
        self.deck = (0..self.pairs.len()).collect();
        streams.get(&format!("batches-{}", self.round), self.pass).shuffle(&mut self.deck);
    }
}

/// Shifts are at most one part in this many of a side: 4 pixels of 32, as is usual for CIFAR-10.
const SHIFT_SHARE: usize = 8;

/// An augmentation: mirrored or not, and a shift in pixels.
struct Placing {
    mirrored: bool,
    down: isize,
    right: isize,
}

impl Placing {
    fn random(shape: ImageShape, rng: &mut Rng) -> Self {
        let mut shift = |side: usize| {
            let most = side / SHIFT_SHARE;
            rng.below(2 * most + 1) as isize - most as isize
        };
        let (down, right) = (shift(shape.height), shift(shape.width));
        Self { mirrored: rng.below(2) == 1, down, right }
    }

    /// The image mirrored and shifted; pixels from outside are black.
    fn apply(&self, shape: ImageShape, image: &[f32]) -> Vec<f32> {
        let (height, width) = (shape.height as isize, shape.width as isize);
        let mut out = vec![0.0; image.len()];
        for (i, value) in out.iter_mut().enumerate() {
            let (plane, y, x) = (i / (shape.height * shape.width), i / shape.width % shape.height, i % shape.width);
            let (from_y, from_x) = (y as isize - self.down, x as isize - self.right);
            let from_x = if self.mirrored { width - 1 - from_x } else { from_x };
            if (0..height).contains(&from_y) && (0..width).contains(&from_x) {
                *value = image[(plane * shape.height + from_y as usize) * shape.width + from_x as usize];
            }
        }
        out
    }
}

/// The class that whoever labels gives a train sample: with `label_noise` not always the right one.
pub fn answer(experiment: &Experiment, dataset: &Dataset, sample: u32) -> Class {
    let &Experiment { data_seed, label_noise, .. } = experiment;
    let (right, classes) = (dataset.train.label(sample as usize), dataset.classes.len());
    if label_noise == 0.0 || classes < 2 {
        return right;
    }
    let mut rng = Streams::new(data_seed).get("label-noise", u64::from(sample));
    if rng.uniform() < label_noise {
        ((usize::from(right) + 1 + rng.below(classes - 1)) % classes) as Class
    } else {
        right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_mirrored_and_shifted_within_their_planes() {
        let shape = ImageShape { channels: 2, height: 2, width: 3 };
        let image = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0];
        for (mirrored, down, right, expected) in [
            (false, 0, 0, image),
            (true, 0, 0, [3.0, 2.0, 1.0, 6.0, 5.0, 4.0, 30.0, 20.0, 10.0, 60.0, 50.0, 40.0]),
            (false, 1, 0, [0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 0.0, 0.0, 0.0, 10.0, 20.0, 30.0]),
            (false, 0, -1, [2.0, 3.0, 0.0, 5.0, 6.0, 0.0, 20.0, 30.0, 0.0, 50.0, 60.0, 0.0]),
            (true, 0, 1, [0.0, 3.0, 2.0, 0.0, 6.0, 5.0, 0.0, 30.0, 20.0, 0.0, 60.0, 50.0]),
        ] {
            assert_eq!(Placing { mirrored, down, right }.apply(shape, &image), expected, "{mirrored} {down} {right}");
        }
    }

    #[test]
    fn shifts_stay_within_an_eighth_and_both_mirrorings_occur() {
        let shape = ImageShape { channels: 3, height: 32, width: 32 };
        let mut rng = Streams::new(1).get("augmentation", 0);
        let placings: Vec<Placing> = (0..400).map(|_| Placing::random(shape, &mut rng)).collect();
        let span = |of: fn(&Placing) -> isize| (placings.iter().map(of).min(), placings.iter().map(of).max());
        assert_eq!((span(|p| p.down), span(|p| p.right)), ((Some(-4), Some(4)), (Some(-4), Some(4))));
        assert!((100..300).contains(&placings.iter().filter(|p| p.mirrored).count()));
    }
}
