//! The house rules that a compiler does not check: layering, and where randomness, wgpu and egui may be named.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

/// The modules of `lib.rs` in order.
fn modules() -> Vec<String> {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    lib.lines().filter_map(|l| l.trim().strip_prefix("pub mod ")?.strip_suffix(';')).map(str::to_owned).collect()
}

/// The module of `lib.rs` that a file belongs to.
fn module_of(file: &Path) -> String {
    let relative = file.strip_prefix(root().join("src")).unwrap();
    let first = relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Each file of `src` without its test module, with the module it belongs to.
fn code() -> Vec<(PathBuf, String, String)> {
    let files = sources(&root().join("src"));
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
            let module = module_of(&file);
            (file, module, text)
        })
        .collect()
}

#[test]
fn no_module_imports_one_below_it() {
    let order = modules();
    assert!(order.len() > 10, "lib.rs was not read");
    let place = |m: &str| order.iter().position(|o| o == m);
    for (file, module, text) in code() {
        let Some(own) = place(&module) else { continue };
        for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//")) {
            for (at, _) in line.match_indices("crate::") {
                let name: String =
                    line[at + 7..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                let names = if name.is_empty() {
                    line[at + 7..].trim_matches(['{', '}', ';']).split(',').map(|n| n.trim().to_owned()).collect()
                } else {
                    vec![name]
                };
                for name in names {
                    if let Some(other) = place(&name) {
                        assert!(
                            other <= own,
                            "{}:{}: {module} imports {name}, which stands below it",
                            file.display(),
                            i + 1
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn crates_stay_in_their_rooms() {
    // (what, the modules that may name it)
    let rooms: &[(&str, &[&str])] = &[
        ("egui", &["ui"]),
        ("eframe", &["ui"]),
        ("wgpu::", &["device", "view", "ui"]),
        ("rand_xoshiro", &["rng"]),
        ("rand::", &["rng"]),
        ("kiddo", &["neighbours"]),
        ("burn::", &["device", "generator", "target"]),
    ];
    for (file, module, text) in code() {
        for line in text.lines().filter(|l| !l.trim_start().starts_with("//")) {
            for (name, allowed) in rooms {
                let named = line.contains(&format!("use {name}")) || line.contains(&format!(" {name}"));
                assert!(!named || allowed.contains(&module.as_str()), "{}: names {name}: {line}", file.display());
            }
        }
    }
}

#[test]
fn the_view_knows_none_of_our_types() {
    for (file, module, text) in code() {
        if module == "view" {
            for line in text.lines().filter(|l| !l.trim_start().starts_with("//")) {
                let own = line.contains("crate::") && !line.contains("crate::view");
                assert!(!own, "{}: {line}", file.display());
            }
        }
    }
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    for folder in ["src", "tests/it", "benches"] {
        for file in sources(&root().join(folder)) {
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(text.starts_with("//! "), "{} does not begin with `//! `", file.display());
        }
    }
}
