//! The guides say what the code has: signatures and lists in docs/adding.md, every strategy, every column of a table.

use std::collections::HashSet;
use std::path::Path;

use ridgewalk::experiment::{Field, Strategy};
use ridgewalk::figures::{Drawn, Histories, KINDS};

use crate::made::grid;

fn page(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Words with one space between them, however the lines are broken.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The source files that a line links.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](../").skip(1).filter_map(|rest| rest.split(')').next()).filter(|link| link.ends_with(".rs"))
}

/// Each line of Rust that begins a function, `fn ..` or `pub fn ..`, is in the file that was linked last before it.
#[test]
fn the_signatures_of_the_guide_are_those_of_the_source() {
    let guide = page("docs/adding.md");
    let (mut linked, mut inside, mut compared) = (None, false, 0);
    for line in guide.lines() {
        let code = line.trim();
        if code.starts_with("## ") {
            linked = None;
        }
        if code.starts_with("```") {
            inside = !inside && code == "```rust";
        } else if inside && (code.starts_with("fn ") || code.starts_with("pub fn ")) {
            let source = linked.unwrap_or_else(|| panic!("no source is linked before `{code}`"));
            let signature = code.split(" {").next().unwrap();
            let is_there = on_one_line(&page(source)).contains(&format!("{signature} {{"));
            assert!(is_there, "docs/adding.md: `{signature}` is not in {source}");
            compared += 1;
        } else if !inside {
            linked = links(line).last().or(linked);
        }
    }
    assert!(compared >= 10, "only {compared} signatures were found");
}

#[test]
fn every_link_of_the_guide_leads_somewhere() {
    let guide = page("docs/adding.md");
    for link in guide.lines().flat_map(links) {
        page(link);
    }
}

#[test]
fn every_strategy_is_on_the_page_of_strategies() {
    let page = page("docs/strategies.md");
    for strategy in Strategy::ALL {
        assert!(page.contains(&format!("`{strategy}`")), "docs/strategies.md: nothing about `{strategy}`");
    }
}

/// The lists of names that docs/adding.md tells of, which no compiler compares with the fields.
#[test]
fn every_name_in_a_list_of_fields_is_a_field() {
    let guide = page("docs/adding.md");
    for (file, list) in [
        ("src/combine.rs", "FREE"),
        ("src/combine.rs", "CHOOSE_IMAGES"),
        ("src/combine.rs", "CHANGE_IMAGES"),
        ("src/project/terms.rs", "OF_PROJECT"),
        ("src/project/terms.rs", "OF_SPACE"),
        ("src/project/create.rs", "OF_LABELS"),
        ("src/grid/belongs.rs", "ADDED"),
    ] {
        let told = guide.lines().any(|line| line.contains(&format!("`{list}`")) && line.contains(&format!("`{file}`")));
        assert!(told, "docs/adding.md says nothing of `{list}` in {file}");
        let source = on_one_line(&page(file));
        let list_of = source.split_once(&format!("const {list}: [")).and_then(|(_, rest)| rest.split_once("= ["));
        let body = list_of.and_then(|(_, rest)| rest.split_once("];")).unwrap_or_else(|| panic!("{file}: no {list}")).0;
        // Of pairs the second is a value.
        let step = if body.contains('(') { 2 } else { 1 };
        let names: Vec<&str> = body.split('"').skip(1).step_by(2).step_by(step).collect();
        assert!(!names.is_empty(), "{file}: {list} is empty");
        for name in names {
            assert!(Field::named(name).is_some(), "{file}: `{name}` of {list} is no field");
        }
    }
}

/// docs/formats.md names each column of the CSV of each table in a section of its own; a number in a name is N there.
#[test]
fn every_column_of_a_tables_csv_is_described() {
    let page = page("docs/formats.md");
    let histories = grid(&[Strategy::Random, Strategy::Snn, Strategy::Margin], 3, 10);
    let histories = Histories::new(&histories, &Strategy::Random.into()).unwrap();
    let mut described = HashSet::new();
    for kind in KINDS {
        let Ok(Drawn::Table(table)) = kind.draw(&histories) else { continue };
        let heading = format!("\n### `{}.csv`\n", table.name);
        let section = page.split_once(&heading).unwrap_or_else(|| panic!("{} has no section", table.name)).1;
        let section = section.split("\n#").next().unwrap();
        for column in table.csv().lines().next().unwrap().split(',') {
            let words = column.split('_').map(|word| if word.parse::<f64>().is_ok() { "N" } else { word });
            let name = words.collect::<Vec<_>>().join("_").replace("_to_end", "_to_N");
            assert!(section.contains(&format!("`{name}`")), "{}: {column} is not described", table.name);
        }
        described.insert(table.name);
    }
    assert!(["table1", "comparison", "areas", "ranks"].iter().all(|name| described.contains(*name)), "{described:?}");
}
