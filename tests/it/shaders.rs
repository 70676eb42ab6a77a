//! Every shader of the view is valid, consistent WGSL; needs no graphics device.

use std::collections::BTreeSet;
use std::path::Path;

use naga::valid::{Capabilities, ValidationFlags, Validator};
use ridgewalk::{ui, view};

/// Prepended to the other shaders, and not a shader by itself.
const SHARED: &str = "common";

fn shaders() -> impl Iterator<Item = (&'static str, &'static str)> {
    view::SHADERS.into_iter().chain([ui::SHADER])
}

#[test]
fn every_shader_passes_naga() {
    for (name, source) in shaders() {
        let module = naga::front::wgsl::parse_str(source)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(source)));
        Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(source)));
        assert!(module.entry_points.len() >= 2, "{name} draws nothing");
    }
}

#[test]
fn every_file_of_the_shaders_folder_is_in_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder of shaders")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "wgsl"))
        .map(|path| path.file_stem().expect("a name").display().to_string())
        .filter(|name| name != SHARED)
        .collect();
    let checked: BTreeSet<String> = shaders().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(files, checked);
}
