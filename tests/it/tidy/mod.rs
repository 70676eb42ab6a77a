//! The house rules that a compiler does not check: layering, and where randomness, wgpu and egui may be named.

mod house;
mod source;

use std::path::{Path, PathBuf};

use house::{Arrow, House, rings};

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
            let tests = ["", "pub ", "pub(super) ", "pub(crate) "].map(|seen| format!("#[cfg(test)]\n{seen}mod tests"));
            let end = tests.iter().filter_map(|begin| text.find(begin)).min().unwrap_or(text.len());
            let text = text[..end].to_owned();
            let module = module_of(&file);
            (file, module, text)
        })
        .collect()
}

fn house() -> House {
    let src = root().join("src");
    // `main.rs` is a crate of its own, which knows the library by its name.
    let files = sources(&src).into_iter().filter(|f| !f.ends_with("src/main.rs"));
    House::new(files.map(|file| {
        let text = std::fs::read_to_string(&file).unwrap();
        (file.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/"), text)
    }))
}

#[test]
fn no_file_imports_one_that_imports_it() {
    let arrows = house().arrows();
    assert!(arrows.len() > 500, "the sources were not read: {} imports", arrows.len());
    let mut found = String::new();
    for (files, inside) in rings(&arrows) {
        found += &format!("\n{}\n", files.join(", "));
        for Arrow { from, to, by } in inside {
            found += &format!("    {from} -> {to} by {by}\n");
        }
    }
    assert!(found.is_empty(), "rings:\n{found}");
}

/// In each folder, as in `lib.rs`: the order of the `mod` lines is the order of dependency.
#[test]
fn no_module_imports_one_below_it() {
    let house = house();
    let arrows = house.arrows();
    let mut found = String::new();
    for (file, children) in house.families() {
        let folder = file.trim_end_matches("lib.rs").trim_end_matches("mod.rs");
        let place = |f: &str| {
            let name = f.strip_prefix(folder)?.split('/').next()?.trim_end_matches(".rs");
            children.iter().position(|c| c == name)
        };
        for Arrow { from, to, by } in &arrows {
            if place(from).zip(place(to)).is_some_and(|(own, other)| other > own) {
                found += &format!("    {from} -> {to} by {by}, listed below it in {file}\n");
            }
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn a_folder_is_one_module() {
    for file in sources(&root().join("src")) {
        assert!(
            !file.with_extension("").is_dir(),
            "{} stands beside a folder of its name: make it mod.rs",
            file.display()
        );
    }
}

#[test]
fn the_top_of_the_window_stays_readable() {
    let entries = std::fs::read_dir(root().join("src/ui")).unwrap().count();
    assert!(entries <= 10, "src/ui has {entries} entries at its top; panels go into ui/panels, parts into ui/kit");
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
        ("burn::", &["device", "kernels", "generator", "target"]),
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

/// Burn's sums follow the width of the processor's vectors, and its products the caches; `kernels` has its own.
#[test]
fn networks_sum_in_one_order_on_every_processor() {
    let calls = [".sum()", ".mean()", "sum_dim(", "mean_dim(", ".matmul(", "layer_norm(", ".prod("];
    for (file, module, text) in code() {
        if module == "kernels" || !text.contains("use burn::tensor") {
            continue;
        }
        let program = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in program.lines().filter(|l| !l.trim_start().starts_with("//")) {
            let sums = calls.iter().any(|c| line.contains(c)) || (line.contains("burn::") && line.contains("softmax"));
            assert!(!sums, "{}: a sum of burn's: {line}", file.display());
        }
    }
}

/// `recv` and `sleep` are clippy's; a thread is joined by a call without arguments, unlike texts and paths.
#[test]
fn the_window_waits_for_no_thread_and_opens_no_file() {
    for (file, module, text) in code() {
        if !["ui", "view"].contains(&module.as_str()) {
            continue;
        }
        for line in text.lines().filter(|l| !l.trim_start().starts_with("//")) {
            let waits = [".join()", "std::fs", "File::open", "read_dir("].into_iter().find(|call| line.contains(call));
            assert!(waits.is_none(), "{}: the window may wait in: {line}", file.display());
        }
    }
}

#[test]
fn the_window_speaks_of_no_command() {
    let on_the_screen = ["src/ui/", "src/project/"];
    for (file, _, text) in code() {
        // What it says before there is a window stands in a terminal.
        let path = file.display().to_string();
        if !on_the_screen.iter().any(|part| path.contains(part)) || path.ends_with("ui/opening.rs") {
            continue;
        }
        for line in text.lines().filter(|l| !l.trim_start().starts_with("//")) {
            assert!(!line.contains("`ridgewalk"), "{path}: {}", line.trim());
        }
    }
}

#[test]
fn every_file_is_written_aside() {
    let calls =
        ["fs::write(", "File::create", "File::options(", "OpenOptions", ".save(", ".save_with_format(", "fs::rename("];
    for (file, module, text) in code() {
        if module == "disk" {
            continue;
        }
        for line in text.lines().filter(|l| !l.trim_start().starts_with("//")) {
            assert!(!calls.iter().any(|c| line.contains(c)), "{}: writes past `disk`: {line}", file.display());
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

#[test]
fn every_promise_names_tests_that_there_are() {
    let folders = [root().join("src"), root().join("tests/it")];
    let texts: Vec<String> =
        folders.iter().flat_map(|f| sources(f)).map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let page = std::fs::read_to_string(root().join("docs/trust.md")).unwrap();
    // What stands between backquotes and reads as a name of several words is a test.
    let named = page.split('`').skip(1).step_by(2);
    let named: Vec<_> =
        named.filter(|n| n.contains('_') && n.chars().all(|c| c == '_' || c.is_alphanumeric())).collect();
    assert!(named.len() > 40, "{named:?}");
    for name in named {
        let there = texts.iter().any(|text| text.contains(&format!("fn {name}() {{")));
        assert!(there, "docs/trust.md: there is no test `{name}`");
    }
}
