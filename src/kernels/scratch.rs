//! Memory of one thread that is used again: what a step of a network needs is not asked of the system each time.

use std::array::from_fn;
use std::cell::RefCell;

thread_local! {
    static SCRATCH: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// Lends vectors of this thread, of any values, that keep their memory.
pub fn with_scratch<const N: usize, R>(work: impl FnOnce([&mut Vec<f32>; N]) -> R) -> R {
    let mut scratch: [Vec<f32>; N] = SCRATCH.with_borrow_mut(|all| from_fn(|_| all.pop().unwrap_or_default()));
    let result = work(scratch.each_mut());
    // In their order: the same work finds the same vectors again.
    SCRATCH.with_borrow_mut(|all| all.extend(scratch.into_iter().rev()));
    result
}

/// Bytes of a line of the cache: vectors that begin with one are read and written faster.
const LINE: usize = 64;

/// `len` values of a vector that grows if it has to; what they are does not matter.
pub fn sized(scratch: &mut Vec<f32>, len: usize) -> &mut [f32] {
    let most = len + LINE / size_of::<f32>();
    if scratch.len() < most {
        scratch.resize(most, 0.0);
    }
    // A place without a line's beginning would be as good.
    let start = scratch.as_ptr().align_offset(LINE).min(most - len);
    &mut scratch[start..start + len]
}
