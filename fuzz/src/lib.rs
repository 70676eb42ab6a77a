//! What the targets share: the input as a file, and mutation of our files below their compression.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Lets `read` have the input as files in a folder of its own, in memory where the system has such a place.
pub fn with_files<T>(files: &[(&str, &[u8])], read: impl FnOnce(&Path) -> T) -> T {
    thread_local! {
        static FOLDER: tempfile::TempDir = {
            let memory = Path::new("/dev/shm");
            let place = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
            tempfile::tempdir_in(place).expect("a folder")
        };
    }
    FOLDER.with(|folder| {
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).expect("written");
        }
        read(folder.path())
    })
}

/// As `with_files`, for a single file.
pub fn with_file<T>(bytes: &[u8], read: impl FnOnce(&Path) -> T) -> T {
    with_files(&[("input", bytes)], |folder| read(&folder.join("input")))
}

/// A file of the small run that `scripts/fuzz` makes before it starts the targets.
pub fn of_run(name: &str) -> PathBuf {
    PathBuf::from(std::env::var_os("RIDGEWALK_FUZZ_RUN").expect("RIDGEWALK_FUZZ_RUN is the folder of a run")).join(name)
}

/// Mutates one of our files below its compression: the first line stays, the MessagePack changes. One input in eight is
/// mutated as it lies, for the first line and the compression themselves.
pub fn mutate_packed(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let unpacked = unpack(&data[..size]).filter(|_| seed % 8 != 0);
    let Some((line, mut body)) = unpacked else {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    };
    let length = body.len();
    body.resize(length + 64, 0);
    let length = libfuzzer_sys::fuzzer_mutate(&mut body, length, length + 64);
    let packed = pack(line, &body[..length]);
    if packed.len() > max_size {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    data[..packed.len()].copy_from_slice(&packed);
    packed.len()
}

/// The first line with its end, and the unpacked rest.
fn unpack(data: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let end = data.iter().position(|&b| b == b'\n')? + 1;
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(&data[end..]).take(1 << 22).read_to_end(&mut body).ok()?;
    Some((data[..end].to_vec(), body))
}

fn pack(line: Vec<u8>, body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(line, flate2::Compression::fast());
    encoder.write_all(body).expect("memory");
    encoder.finish().expect("memory")
}
