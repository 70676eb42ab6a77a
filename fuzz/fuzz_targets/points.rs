//! Points without training: a file of coordinates, and the same file as metadata of good points.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ridgewalk::points::{self, Opening, Sheet};

const POINTS: &[u8] = b"x,y\n0,1\n2,3\n4,5\n";

fuzz_target!(|data: &[u8]| {
    ridgewalk_fuzz::with_files(&[("input", data), ("points.csv", POINTS)], |folder| {
        let input = folder.join("input");
        let alone = Opening { points: input.clone(), ..Opening::default() };
        let beside = Opening { points: folder.join("points.csv"), metadata: Some(input), ..Opening::default() };
        for opening in [alone, beside] {
            if let Ok(points) = points::read(&opening, &mut |_| {}) {
                assert!(!Sheet::new(&points).text().is_empty());
                let all: Vec<u32> = (0..points.len() as u32).collect();
                points::csv(&points, &all).expect("what was read can be written");
            }
        }
    });
});
