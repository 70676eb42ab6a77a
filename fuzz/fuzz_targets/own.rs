//! A file with images of one's own, whatever it is: what was understood of it is put down in words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ridgewalk::dataset::own::opening::Opening;
use ridgewalk::dataset::own::sheet::Sheet;
use ridgewalk::dataset::own::{defaults, formats, wanted};
use ridgewalk::experiment::Experiment;

fuzz_target!(|data: &[u8]| {
    ridgewalk_fuzz::with_file(data, |path| {
        let Ok(found) = formats::find(path) else { return };
        let chosen = defaults::choose(&found.listing, &found.listing.items, 0);
        let Ok(experiment) = defaults::on_data(Experiment::default(), path, &chosen, true) else { return };
        let Ok(opening) = Opening::begin(found, wanted(&experiment), None) else { return };
        let (listing, reading, _) = opening.finish();
        let sheet = Sheet::new(&listing, &reading, wanted(&experiment), chosen, experiment.data_seed);
        assert!(!sheet.text().is_empty());
    });
});
