//! A library that panics on a damaged file ends neither the program nor a run.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// What is said of a file whose reader panicked.
const DAMAGED: &str = "is damaged: its reader gave up";

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// What `read` makes of a file; the error, the end of a sentence about the file, if a library in it panics. Nothing of that
/// reaches the terminal.
pub fn guarded<T>(read: impl FnOnce() -> T) -> Result<T, &'static str> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                usual(panic);
            }
        }));
    });
    let before = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(read));
    QUIET.set(before);
    result.map_err(|_| DAMAGED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_panics_is_an_error() {
        assert_eq!(guarded(|| 3), Ok(3));
        let none: &[u8] = &[];
        assert_eq!(guarded(|| none[none.len()]), Err(DAMAGED));
        assert!(!QUIET.get());
    }
}
