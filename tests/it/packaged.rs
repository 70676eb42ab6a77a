//! What a package installs: the icon, its files for the desktop, manual pages and completions.

use std::path::Path;
use std::process::Command;

use ridgewalk::figures;

const SVG: &str = include_str!("../../assets/icon.svg");
const DESKTOP: &str = include_str!("../../assets/ridgewalk.desktop");
const MIME: &str = include_str!("../../assets/ridgewalk-mime.xml");

/// What the program prints.
fn printed(arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_ridgewalk")).args(arguments).output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// The commands that `ridgewalk --help` lists.
fn commands() -> Vec<String> {
    let help = printed(&["--help"]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // Continuation lines of a description are indented further.
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.map(|line| line.split_whitespace().next().unwrap().to_owned()).filter(|name| name != "help").collect()
}

/// After a wanted change of the drawing: `RIDGEWALK_UPDATE_GOLDEN=1 cargo nextest run packaged`, and look at it.
#[test]
fn the_icon_is_its_drawing() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/icon.png");
    let drawn = figures::png(SVG, 96.0).unwrap();
    if std::env::var_os("RIDGEWALK_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgba8();
    let icon = pixels(&std::fs::read(&path).unwrap());
    assert_eq!(icon.dimensions(), (256, 256));
    assert!(icon == pixels(&drawn), "assets/icon.png is not assets/icon.svg");
}

#[test]
fn every_command_has_its_manual_page_and_its_completions() {
    let commands = commands();
    assert!(commands.len() > 10, "{commands:?}");
    let folder = tempfile::tempdir().unwrap();
    printed(&["man", "--out", folder.path().to_str().unwrap()]);
    let page = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(page("ridgewalk.1").contains(".SH SUBCOMMANDS"));
    assert!(page("ridgewalk-project-propose.1").contains("\\-\\-count"));
    assert!(printed(&["man"]).contains(".TH ridgewalk 1"));
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = printed(&["completions", shell]);
        for command in &commands {
            assert!(script.contains(command.as_str()), "{shell} does not know {command}");
        }
    }
    for command in &commands {
        assert!(page(&format!("ridgewalk-{command}.1")).contains(".SH SYNOPSIS"), "{command}");
    }
}

#[test]
fn the_desktop_opens_what_the_program_reads() {
    let line = |key: &str| DESKTOP.lines().find_map(|line| line.strip_prefix(key)).unwrap();
    for kind in line("MimeType=").split_terminator(';') {
        assert!(MIME.contains(&format!("type=\"{kind}\"")), "{kind}");
    }
    assert!(MIME.contains("*.rwh") && MIME.contains("*.ridgewalk") && MIME.contains("project.toml"));
    // The window's name on the desktop, by which its icon is found.
    assert_eq!(line("StartupWMClass="), line("Icon="));
}
