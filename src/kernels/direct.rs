//! Convolutions whose patches are never written: each value of the result is summed where it is read, in the order of the
//! product over patches and cut where `matrixmultiply` cuts it, so that the bits are the same.

use fearless_simd::{Simd, SimdBase as _, SimdFloat as _, f32x8, f32x16};

use super::activation::After;
use super::wide::{Formula as _, LANES, Values as _, widest};

/// Channels of the result that are summed at once; with two windows, ten sums are in the processor's registers.
const TOGETHER: usize = 5;
/// Places of a row of the result that are summed at once.
const WINDOW: usize = LANES / 2;
/// Products that `matrixmultiply` adds up before it adds their sum to the result.
const CUT: usize = 256;
/// The largest share of sums that may be of no channel, one of so many.
const WASTE: usize = 8;

/// Does something for each place in a row of a kernel.
macro_rules! each_place {
    ($x:ident in $wide:ident => $work:expr) => {
        each_place!($x in $wide => $work; 0 1 2 3 4)
    };
    ($x:ident in $wide:ident => $work:expr; $($place:literal)*) => {
        $(if $place < $wide {
            let $x = $place;
            $work;
        })*
    };
}

/// The weights of this many channels for each place of a patch.
type Weights = [f32; TOGETHER];

/// The sizes of a convolution with stride 1 of padded images.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    pub inputs: usize,
    pub outputs: usize,
    /// Height and width of the kernels, and of an image with its padding.
    pub kernel: [usize; 2],
    pub padded: [usize; 2],
}

/// Places of a row that are summed at once: where the patch of the first begins in an image, and where it is in a result.
#[derive(Debug, Clone, Copy)]
struct Window {
    begins: usize,
    to: usize,
}

/// A convolution, its weights in the order in which they are read.
pub struct Direct<'a> {
    sizes: Sizes,
    /// Of each group of channels, for each place of a patch.
    weights: Vec<Weights>,
    /// Where the rows of a patch begin in an image, from the patch's own beginning.
    rows: Vec<usize>,
    /// All places of a result, two windows at a time.
    windows: Vec<[Window; 2]>,
    after: After<'a>,
}

impl Sizes {
    /// Whether such a convolution is defined here and faster than over patches.
    pub fn pays(&self) -> bool {
        let sums = self.outputs.next_multiple_of(TOGETHER);
        matches!(self.kernel[1], 3 | 5) && self.result()[1] >= WINDOW && (sums - self.outputs) * WASTE <= sums
    }

    /// Height and width of a result.
    fn result(&self) -> [usize; 2] {
        [0, 1].map(|d| self.padded[d] + 1 - self.kernel[d])
    }

    /// All windows, two at a time. The last one of a row may begin within the one before, and the last of all be there twice:
    /// what both sum is the same.
    fn windows(&self) -> Vec<[Window; 2]> {
        let ([height, width], [_, across]) = (self.result(), self.padded);
        let of_row = |y: usize| {
            let starts = (0..width).step_by(WINDOW).map(move |x| x.min(width - WINDOW));
            starts.map(move |x| Window { begins: y * across + x, to: y * width + x })
        };
        let all: Vec<Window> = (0..height).flat_map(of_row).collect();
        all.chunks(2).map(|pair| [pair[0], pair[pair.len() - 1]]).collect()
    }

    /// Values of the patch at one place.
    fn patch_len(&self) -> usize {
        self.inputs * self.kernel[0] * self.kernel[1]
    }
}

impl<'a> Direct<'a> {
    /// With weights `[out, in, kernel, kernel]`.
    pub fn new(sizes: Sizes, weights: &[f32], after: After<'a>) -> Self {
        let patch = sizes.patch_len();
        let mut packed = vec![[0.0; TOGETHER]; sizes.outputs.div_ceil(TOGETHER) * patch];
        for (channel, weights) in weights.chunks_exact(patch).enumerate() {
            let group = &mut packed[channel / TOGETHER * patch..];
            group.iter_mut().zip(weights).for_each(|(to, weight)| to[channel % TOGETHER] = *weight);
        }
        let [height, width] = sizes.padded;
        let rows_of = |channel: usize| (0..sizes.kernel[0]).map(move |row| (channel * height + row) * width);
        let rows = (0..sizes.inputs).flat_map(rows_of).collect();
        Self { sizes, weights: packed, rows, windows: sizes.windows(), after }
    }

    /// Results `[n, out, ..]` of images with their padding.
    pub fn forward(&self, padded: &[f32], results: &mut [f32]) {
        let Sizes { inputs, outputs, padded: [height, width], .. } = self.sizes;
        let [down, across] = self.sizes.result();
        let pairs = padded.chunks_exact(inputs * height * width).zip(results.chunks_exact_mut(outputs * down * across));
        match self.sizes.kernel[1] {
            3 => widest!(simd => for (image, result) in pairs { self.image::<_, 3, 10>(simd, image, result); }),
            _ => widest!(simd => for (image, result) in pairs { self.image::<_, 5, 12>(simd, image, result); }),
        }
    }

    #[inline(always)]
    fn image<S: Simd, const WIDE: usize, const SEEN: usize>(&self, simd: S, image: &[f32], result: &mut [f32]) {
        let places = self.sizes.result().iter().product::<usize>();
        for (group, weights) in self.weights.chunks_exact(self.sizes.patch_len()).enumerate() {
            for [a, b] in &self.windows {
                let sums = self.sums::<S, WIDE, SEEN>(simd, [&image[a.begins..], &image[b.begins..]], weights);
                let channels = group * TOGETHER..self.sizes.outputs;
                for (channel, sum) in channels.zip(sums) {
                    let (first, second) = simd.split_f32x16(self.after.of(channel).of([sum]));
                    let plane = &mut result[channel * places..];
                    first.store_slice(&mut plane[a.to..a.to + WINDOW]);
                    second.store_slice(&mut plane[b.to..b.to + WINDOW]);
                }
            }
        }
    }

    /// The sums of some channels at two windows, of an image from where each begins; in a row, `SEEN` pixels are seen by the
    /// places of a window.
    #[inline(always)]
    fn sums<S: Simd, const WIDE: usize, const SEEN: usize>(
        &self,
        simd: S,
        windows: [&[f32]; 2],
        weights: &[Weights],
    ) -> [f32x16<S>; TOGETHER] {
        let zero = f32x16::zero(simd);
        let (mut total, mut sums) = ([zero; TOGETHER], [zero; TOGETHER]);
        let (weights, _) = weights.as_chunks::<WIDE>();
        let (mut from, mut left) = (0, CUT);
        loop {
            let to = (from + left / WIDE).min(self.rows.len());
            for (at, weights) in self.rows[from..to].iter().zip(&weights[from..to]) {
                let Some(seen) = seen::<SEEN>(windows, *at) else { continue };
                // Written out: as a loop it stays one, with checks in each turn.
                each_place!(x in WIDE => add(simd, seen, x, &weights[x], &mut sums));
            }
            left -= (to - from) * WIDE;
            // A row within which the sums are cut.
            let (Some(at), Some(weights)) = (self.rows.get(to), weights.get(to)) else { break };
            let Some(seen) = seen::<SEEN>(windows, *at) else { break };
            for (x, weights) in weights.iter().enumerate() {
                if x == left {
                    settle(&mut total, &mut sums, zero);
                }
                add(simd, seen, x, weights, &mut sums);
            }
            (from, left) = (to + 1, CUT - (WIDE - left));
        }
        settle(&mut total, &mut sums, zero);
        total
    }
}

/// What two windows see of a row.
#[inline(always)]
fn seen<const SEEN: usize>([first, second]: [&[f32]; 2], at: usize) -> Option<[&[f32; SEEN]; 2]> {
    Some([first.get(at..)?.first_chunk()?, second.get(at..)?.first_chunk()?])
}

/// Adds the products of the weights of one place of a patch with what two windows see there.
#[inline(always)]
fn add<S: Simd, const SEEN: usize>(
    simd: S,
    [first, second]: [&[f32; SEEN]; 2],
    x: usize,
    weights: &Weights,
    sums: &mut [f32x16<S>; TOGETHER],
) {
    let (first, second) = (&first[x..x + WINDOW], &second[x..x + WINDOW]);
    let seen = simd.combine_f32x8(f32x8::from_slice(simd, first), f32x8::from_slice(simd, second));
    for (sum, weight) in sums.iter_mut().zip(weights) {
        *sum = f32x16::splat(simd, *weight).mul_add(seen, *sum);
    }
}

#[inline(always)]
fn settle<S: Simd>(total: &mut [f32x16<S>; TOGETHER], sums: &mut [f32x16<S>; TOGETHER], zero: f32x16<S>) {
    for (total, sum) in total.iter_mut().zip(sums) {
        *total += *sum;
        *sum = zero;
    }
}
