//! What the target is trained on: the pairs bought so far, dealt out in shuffled minibatches.

use crate::dataset::Split;
use crate::rng::Streams;

/// One pair of the training set.
struct Pair {
    sample: u32,
    label: u8,
    /// The decoded image, where that is what enters training instead of the real one.
    decoded: Option<Vec<f32>>,
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

    pub fn push(&mut self, sample: u32, label: u8, decoded: Option<Vec<f32>>) {
        self.pairs.push(Pair { sample, label, decoded });
    }

    /// The passes of a round are shuffled by streams of that round, so that a resumed run deals the same cards.
    pub fn begin_round(&mut self, streams: &Streams, round: usize) {
        (self.round, self.pass) = (round, 0);
        self.shuffle(streams);
    }

    /// The next `size` pairs: images in [0, 1] and labels. A batch may reach into the next pass.
    pub fn next_batch(&mut self, size: usize, train: &Split, streams: &Streams) -> (Vec<f32>, Vec<u8>) {
        let mut images = Vec::with_capacity(size * train.shape().len());
        let mut labels = Vec::with_capacity(size);
        while labels.len() < size && !self.pairs.is_empty() {
            let Some(at) = self.deck.pop() else {
                self.pass += 1;
                self.shuffle(streams);
                continue;
            };
            let pair = &self.pairs[at];
            match &pair.decoded {
                Some(decoded) => images.extend_from_slice(decoded),
                None => images.extend(train.gather(&[pair.sample])),
            }
            labels.push(pair.label);
        }
        (images, labels)
    }

    fn shuffle(&mut self, streams: &Streams) {
        self.deck = (0..self.pairs.len()).collect();
        streams.get(&format!("batches-{}", self.round), self.pass).shuffle(&mut self.deck);
    }
}
