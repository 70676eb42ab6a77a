//! Experiments: files in TOML and the fields of them.

use super::row::Given::{Field, File, Folder, Pipe};
use super::row::{Row, refuses, text, works};

const RUN: &str = "run --experiment e.toml --out out";

/// The small experiment of `tests/it/data/field`.
pub const GOOD: &str = include_str!("../data/field/toml/good.toml");

pub fn rows() -> Vec<Row> {
    let good = || Field("toml/good.toml", "e.toml");
    let mut rows = Vec::new();
    // Right, though it may not look so. No training for those that `generator` can tell.
    rows.push(works("TOML: the good one", [good()], RUN, ["random", "snn", "by round"]));
    rows.push(works(
        "TOML: the largest seed",
        [Field("toml/seed-largest.toml", "e.toml")],
        RUN,
        ["seed 18446744073709551615"],
    ));
    rows.push(works(
        "TOML: a byte order mark and lines of Windows",
        [text("e.toml", format!("\u{feff}{}", GOOD.replace('\n', "\r\n")))],
        "generator --experiment e.toml --out out",
        ["quality.md"],
    ));
    rows.push(works(
        "option: the largest seed",
        [good()],
        &format!("{RUN} --strategies random --seed 18446744073709551615"),
        ["seed 18446744073709551615"],
    ));
    // What is not an experiment.
    for (what, given, says) in [
        ("TOML: a key twice", Field("toml/duplicate.toml", "e.toml"), &["e.toml:16:1|line 16", "rounds"][..]),
        (
            "TOML: a quote is missing",
            Field("toml/missing-quote.toml", "e.toml"),
            &["e.toml:2:|line 2", "dataset|quote|string"],
        ),
        (
            "TOML: a misspelt field",
            Field("toml/unknown-field.toml", "e.toml"),
            &["e.toml", "`sampels_per_round`", "`samples_per_round`"],
        ),
        ("TOML: a folder", Folder("e.toml"), &["e.toml", "directory|folder"]),
        ("TOML: not there", text("f.toml", GOOD), &["e.toml", "No such|not there|not found"]),
        ("TOML: an image", Field("masks/a00-good.png", "e.toml"), &["e.toml", "text|UTF-8"]),
        (
            "TOML: UTF-16",
            File("e.toml", [0xff_u8, 0xfe].into_iter().chain(GOOD.encode_utf16().flat_map(u16::to_le_bytes)).collect()),
            &["e.toml", "UTF-16"],
        ),
        ("TOML: a web page", text("e.toml", "<!DOCTYPE html>\n"), &["e.toml:1:|line 1"]),
        ("TOML: JSON", text("e.toml", "{\"rounds\": 3}\n"), &["e.toml:1:|line 1"]),
        ("TOML: YAML", text("e.toml", "rounds: 3\n"), &["e.toml:1:|line 1"]),
        ("TOML: a section", text("e.toml", "[run]\nrounds = 3\n"), &["e.toml", "run"]),
        ("TOML: a list for a number", text("e.toml", "rounds = [3]\n"), &["e.toml", "`rounds`"]),
        ("TOML: a truth for a number", text("e.toml", "rounds = true\n"), &["e.toml", "`rounds`"]),
        ("TOML: a date for a number", text("e.toml", "rounds = 2020-01-01\n"), &["e.toml", "`rounds`"]),
        ("TOML: half a round", text("e.toml", "rounds = 2.5\n"), &["e.toml", "`rounds`", "2.5"]),
        ("TOML: zeros", File("e.toml", vec![0; 64]), &["e.toml"]),
        ("TOML: brackets without end", text("e.toml", "a=".to_owned() + &"[".repeat(100_000)), &["e.toml"]),
        ("TOML: a number beyond 64 bits", text("e.toml", "seed = 18446744073709551616\n"), &["e.toml", "seed"]),
    ] {
        rows.push(refuses(what, [given], RUN, says.iter().copied()));
    }
    // One field.
    for (what, set, says) in [
        ("field: an unknown one", "aplha=1", &["`alpha`"][..]),
        ("field: parameters of digits", "generator=plaque", &["`plaque`", "dataset=ivus"]),
        ("field: without a value", "alpha", &["field=value"]),
        ("field: an empty value", "rounds=", &["`rounds`"]),
        ("field: no number", "alpha=nan", &["`alpha`", "nan"]),
        ("field: an infinite number", "alpha=inf", &["`alpha`", "inf"]),
        ("field: a negative step", "alpha=-1", &["`alpha`", "-1"]),
        ("field: a decimal comma", "alpha=0,3", &["`alpha`", "0,3"]),
        ("field: no rounds", "rounds=0", &["`rounds`"]),
        ("field: rounds without end", "rounds=1000000000", &["`rounds`", "1000000000"]),
        ("field: a negative seed", "seed=-1", &["`seed`", "-1"]),
        ("field: a seed with a fraction", "seed=1.5", &["`seed`", "1.5"]),
        ("field: a seed beyond 64 bits", "seed=18446744073709551616", &["`seed`"]),
        ("field: no dimension", "latent_dim=0", &["`latent_dim`"]),
        ("field: too many dimensions", "latent_dim=100", &["`latent_dim`", "32"]),
        ("field: no batch", "batch_size=0", &["`batch_size`"]),
        ("field: a batch beyond all memory", "batch_size=1000000000", &["`batch_size`"]),
        ("field: a network beyond all memory", "generator_width=1000000000", &["`generator_width`"]),
        ("field: a learning rate of nothing", "learning_rate=0", &["`learning_rate`"]),
        ("field: a word for a choice", "weights=restart", &["`weights`", "continue"]),
        ("field: a strategy misspelt", "strategy=sn", &["--set strategy=sn", "--strategies"]),
        ("field: a data set that there is not", "dataset=svhn", &["`dataset`", "mnist"]),
        ("field: images beyond all memory", "train_size=1000000000", &["`train_size`"]),
        ("field: more walks than anything", "walks=1000000000", &["`walks`"]),
        ("field: more epochs than a life", "generator_epochs=1000000000", &["`generator_epochs`"]),
        ("field: own masks without a folder", "dataset=masks", &["`masks`"]),
    ] {
        rows.push(refuses(what, [good()], &format!("{RUN} --set {set}"), says.iter().copied()));
    }
    // Fields that do not go together.
    for (what, set, says) in [
        (
            "fields: evaluated on a validation split of nothing",
            "--set evaluate_on=validation --set validation_size=0",
            &["validation_size"][..],
        ),
        (
            "fields: a stop criterion without validation images",
            "--set stop_at_validation_accuracy=90 --set validation_size=0",
            &["validation"],
        ),
        (
            "fields: more labels than samples",
            "--set samples_per_round=150 --set rounds=3",
            &["samples_per_round|rounds", "180|pool"],
        ),
        (
            "fields: the vessels' parameters without their number",
            "--set dataset=ivus --set generator=plaque",
            &["latent_dim", "give 26"],
        ),
        (
            "fields: a generated share of no sample",
            "--strategies si --set samples_per_round=40 --set generated_share=0.01",
            &["generated_share", "give at least 0.025"],
        ),
        ("fields: more labels in a round than samples", "--set samples_per_round=20000", &["samples_per_round"]),
        (
            "fields: an evaluation part with too few for its classes",
            "--set evaluation_part=3",
            &["evaluation_part", "10"],
        ),
        ("fields: classes for a network of maps", "--set target=stress-net", &["target"]),
        ("fields: a strategy that no tool labels", "--set dataset=cifar10 --strategies si", &["CIFAR-10"]),
        (
            "fields: a strategy beside --strategies",
            "--set strategy=entropy",
            &["--set strategy=entropy", "--strategies"],
        ),
        ("fields: one twice", "--set alpha=0.3 --set alpha=0.4", &["--set alpha=0.4: `alpha` is given twice"]),
        ("fields: two numbers of rounds", "--set rounds=2 --rounds 1", &["--set rounds=2", "--rounds"]),
        ("fields: two seeds", "--set seed=3 --seed 4", &["--set seed=3", "--seed"]),
    ] {
        rows.push(refuses(what, [good()], &format!("{RUN} {set}"), says.iter().copied()).never(["generator, epoch"]));
    }
    let entropy = || text("e.toml", format!("{GOOD}strategy = \"entropy\"\n"));
    rows.push(works("TOML: a strategy", [entropy()], RUN, ["entropy", "random"]).never(["snn"]));
    rows.push(refuses(
        "TOML: a strategy that is not among --strategies",
        [entropy()],
        &format!("{RUN} --strategies random,snn"),
        ["e.toml: its `strategy` is entropy", "--strategies"],
    ));
    if cfg!(unix) {
        rows.push(refuses("TOML: a pipe", [Pipe("e.toml")], RUN, ["e.toml", "pipe"]));
        // An empty one: every field has its default.
        rows.push(refuses(
            "TOML: from standard input",
            [],
            "run --experiment /dev/stdin --rounds 1000000000 --out out",
            ["`rounds`"],
        ));
        rows.push(refuses(
            "generator: a pipe to take it from",
            [good(), Pipe("g.safetensors")],
            "generator --experiment e.toml --generator g.safetensors --out out",
            ["g.safetensors", "pipe"],
        ));
    }
    // A field of a variant.
    for (what, strategies, says) in [
        ("variant: unknown", "nope", &["nope", "snn"][..]),
        ("variant: none", "", &["--strategies"]),
        ("variant: the same twice", "snn,snn", &["snn", "same run|twice"]),
        ("variant: a field of another strategy", "snn␣pool_size=3", &["pool_size"]),
        ("variant: a field of the grid", "snn␣rounds=3", &["rounds"]),
        ("variant: a bad value", "snn␣alpha=x", &["alpha", "x"]),
    ] {
        rows.push(refuses(what, [good()], &format!("{RUN} --strategies={strategies}"), says.iter().copied()));
    }
    rows
}
