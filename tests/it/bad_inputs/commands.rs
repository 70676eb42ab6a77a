//! Options of the commands, and folders that they cannot use.

use super::row::Given::{Field, Folder};
use super::row::{Row, refuses, text, works};

pub fn rows() -> Vec<Row> {
    let good = || Field("toml/good.toml", "e.toml");
    let mut rows = Vec::new();
    for (what, options, says) in [
        ("run: no output", "", &["--out"][..]),
        ("run: no repeats", "--out out --repeats 0", &["--repeats", "1"]),
        ("run: no jobs", "--out out --jobs 0", &["--jobs", "1"]),
        ("run: a shard before the first", "--out out --shard 0/3", &["0/3", "1/3"]),
        ("run: a shard behind the last", "--out out --shard 4/3", &["4/3", "1/3"]),
        ("run: a shard in words", "--out out --shard one", &["one", "1/3"]),
        ("run: a negative seed", "--out out --seed=-1", &["--seed", "-1"]),
        ("run: no rounds", "--out out --rounds 0", &["rounds"]),
        ("run: a preset besides", "--out out --preset tiny", &["--preset", "--experiment"]),
        ("run: another device", "--out out --device tpu", &["tpu", "cpu"]),
        ("run: an option that there is not", "--out out --epochs 3", &["--epochs"]),
    ] {
        rows.push(refuses(what, [good()], &format!("run --experiment e.toml {options}"), says.iter().copied()));
    }
    rows.push(refuses("run: a preset that there is not", [], "run --preset nope --out out", ["nope", "digits"]));
    rows.push(
        refuses(
            "run: the output is a file",
            [good(), text("out", "mine")],
            "run --experiment e.toml --out out",
            ["out", "--out|folder"],
        )
        .keeps(["out"])
        .never(["generator, epoch"]),
    );
    rows.push(
        refuses(
            "run: the output is below a file",
            [good(), text("file", "mine")],
            "run --experiment e.toml --out file/out",
            ["file"],
        )
        .keeps(["file"])
        .never(["generator, epoch"]),
    );
    rows.push(works(
        "run: a shard without a run",
        [good()],
        "run --experiment e.toml --shard 3/3 --out out",
        ["shard|part", "3/3|3 of 3"],
    ));
    rows.push(refuses(
        "run: a seed below zero",
        [good()],
        "run --experiment e.toml --seed=-1 --out out",
        ["give a whole number from 0 to 18446744073709551615"],
    ));
    rows.push(refuses("program: a command that there is not", [], "train", ["train", "neither a command nor a file"]));
    rows.push(refuses(
        "program: an option of the window before a command",
        [good()],
        "--no-autostart run --experiment e.toml --out out",
        ["`--no-autostart` before `run` is for the window"],
    ));
    rows.push(
        works(
            "run: what has no effect",
            [good()],
            "run --experiment e.toml --shard 3/3 --set data=x --set alpha=0.4 --data-dir nowhere --out out",
            ["warning: --set data=x: it has no effect", "warning: --data-dir nowhere: is no folder"],
        )
        .never(["--set alpha"]),
    );
    for (what, given, says) in [
        ("window: a history that is none", text("a.rwh", "x"), &["a.rwh", "history"][..]),
        ("window: a view that is none", text("a.ridgewalk", "x"), &["a.ridgewalk", "Save the view"]),
        ("window: a file of nothing", text("a.txt", "x"), &["a.txt"]),
        ("window: a folder of nothing", Folder("a"), &["a"]),
    ] {
        let path = says[0];
        rows.push(refuses(what, [given], path, says.iter().copied()).never(["\n\n"]));
    }
    rows.push(works("program: its version", [], "--version", ["ridgewalk"]));
    rows.push(
        refuses(
            "generator: the output is a file",
            [good(), text("out", "mine")],
            "generator --experiment e.toml --out out",
            ["out"],
        )
        .keeps(["out"]),
    );
    rows.push(refuses("fetch: a data set that there is not", [], "fetch svhn", ["svhn", "mnist"]));
    rows.push(works("info: a folder that there is not", [], "info --data-dir nowhere", ["digits", "alpha = 0.3 "]));
    rows.push(refuses("merge: nothing", [], "merge --out out", ["SHARDS|shards"]));
    rows.push(refuses("merge: a folder without runs", [Folder("a")], "merge a --out out", ["a", "no history|no run"]));
    rows.push(refuses(
        "merge: a folder that there is not",
        [],
        "merge a --out out",
        ["a", "No such|not there|not found"],
    ));
    rows.push(refuses("diff: nothing", [], "diff", ["<A>"]));
    rows.push(refuses(
        "diff: files that there are not",
        [],
        "diff a.rwh b.rwh",
        ["a.rwh", "No such|not there|not found"],
    ));
    rows.push(refuses(
        "figures: a folder without runs",
        [Folder("a")],
        "figures a --out out",
        ["a", "no history|no run"],
    ));
    rows
}
