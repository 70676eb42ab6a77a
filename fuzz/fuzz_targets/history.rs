//! A history: read, described, compared with itself, and drawn in every figure and table.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use ridgewalk::archive;
use ridgewalk::difference::first_difference;
use ridgewalk::experiment::Strategy;
use ridgewalk::figures::{self, Drawn, Histories, KINDS, Theme};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    ridgewalk_fuzz::mutate_packed(data, size, max_size, seed)
});

fuzz_target!(|data: &[u8]| {
    let Ok(history) = ridgewalk_fuzz::with_file(data, archive::read_history) else { return };
    let _ = first_difference(&history, &history);
    let _ = history.label();
    let histories = [history];
    let _ = figures::curves_csv(&histories);
    let _ = figures::proposals_csv(&histories);
    let Ok(together) = Histories::new(&histories, &Strategy::Random.into()) else { return };
    for drawn in KINDS.iter().filter_map(|kind| kind.draw(&together).ok()) {
        match drawn {
            Drawn::Figure(figure) => drop(figures::svg(&figure, figures::PAGE_WIDTH, &Theme::LIGHT)),
            Drawn::Table(table) => drop(table.markdown()),
        }
    }
});
