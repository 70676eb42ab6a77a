//! What the target is trained on: the pairs bought so far, dealt out in shuffled minibatches.

use crate::dataset::Split;
use crate::labelling::simulation::ScaledMap;
use crate::rng::Streams;
use crate::target::Truth;

/// One pair of the training set.
pub struct Pair {
    pub sample: u32,
    pub label: u8,
    /// The decoded image, where that is what enters training instead of the real one.
    pub decoded: Option<Vec<f32>>,
    /// The stress map, where labels are maps.
    pub map: Option<ScaledMap>,
}

/// A minibatch.
#[derive(Default)]
pub struct Batch {
    /// In [0, 1], one image after the other.
    pub images: Vec<f32>,
    labels: Vec<u8>,
    /// Scaled maps one after the other; empty where labels are classes.
    maps: Vec<f32>,
}

impl Batch {
    /// What the target is to learn of the images.
    pub fn truth(&self) -> Truth<'_> {
        if self.maps.is_empty() { Truth::Classes(&self.labels) } else { Truth::Maps(&self.maps) }
    }
}

/// The union of T(1) ... T(t), duplicates kept where a strategy buys them.
#[derive(Default)]
pub struct TrainingSet {
    pairs: Vec<Pair>,
    round: usize,
    pass: u64,
    /// Places in `pairs` still to be dealt in this pass, last first.
    deck: Vec<usize>,
}

impl TrainingSet {
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    pub fn push(&mut self, pair: Pair) {
        self.pairs.push(pair);
    }

    /// The passes of a round are shuffled by streams of that round, so that a resumed run deals the same cards.
    pub fn begin_round(&mut self, streams: &Streams, round: usize) {
        (self.round, self.pass) = (round, 0);
        self.shuffle(streams);
    }

    /// The next `size` pairs. A batch may reach into the next pass.
    pub fn next_batch(&mut self, size: usize, train: &Split, streams: &Streams) -> Batch {
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
        batch
    }

    fn shuffle(&mut self, streams: &Streams) {
        self.deck = (0..self.pairs.len()).collect();
        streams.get(&format!("batches-{}", self.round), self.pass).shuffle(&mut self.deck);
    }
}
