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

/// The first `len` values of a vector that grows if it has to; what they are does not matter.
pub fn sized(scratch: &mut Vec<f32>, len: usize) -> &mut [f32] {
    if scratch.len() < len {
        scratch.resize(len, 0.0);
    }
    &mut scratch[..len]
}
