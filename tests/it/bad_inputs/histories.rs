//! Histories, embeddings, albums and checkpoints: damaged, foreign, or put together as they must not be.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::OnceLock;

use super::row::Given::{Copy, Field, File, Folder, Pipe};
use super::row::{Given, Row, program, refuses, text, works};

const FIGURES: &str = "figures run --out out";
const SNN: &str = "run/histories/snn-01.rwh";
const RESUME: &str = "run --experiment e.toml --strategies random --resume --out run";

pub fn rows() -> Vec<Row> {
    let mut rows = files();
    rows.extend(options());
    rows.extend(combined());
    rows.extend(resumed());
    rows
}

/// A file that is damaged, or something else.
fn files() -> Vec<Row> {
    let good = read(SNN);
    let with = |bytes: Vec<u8>| [histories("run"), vec![File(SNN, bytes)]].into_iter().flatten().collect::<Vec<_>>();
    let (line, body) = unpacked(&good);
    let told = |line: &str| [line.as_bytes(), &good[line_end(&good)..]].concat();
    let mut rows = Vec::new();
    for (what, bytes, says) in [
        ("history: an empty file", vec![], "empty|first line"),
        ("history: a text", b"hello\n".to_vec(), "first line"),
        ("history: an image", PNG.to_vec(), "first line"),
        ("history: a checkpoint", told("ridgewalk checkpoint 1\n"), "first line|checkpoint"),
        ("history: of a later version", told("ridgewalk history 99\n"), "newer version"),
        ("history: of no version", told("ridgewalk history\n"), "first line"),
        ("history: only its first line", line.clone(), "damaged or cut off"),
        ("history: cut off", good[..good.len() / 2].to_vec(), "damaged or cut off"),
        ("history: cut off by a byte", good[..good.len() - 1].to_vec(), "damaged or cut off"),
        ("history: a flipped bit", flipped(&good), "damaged"),
        ("history: a word behind its end", [&good[..], b"more"].concat(), "4 bytes stand behind its end"),
        ("history: a number inside", packed(&line, &[7]), "damaged"),
        ("history: nothing inside", packed(&line, &[]), "damaged"),
        ("history: half of it inside", packed(&line, &body[..body.len() / 2]), "damaged"),
        ("history: lists in lists without end", packed(&line, &[0x91; 1 << 20]), "damaged"),
        ("history: a list of four billion", packed(&line, &[0xdd, 0xff, 0xff, 0xff, 0xff]), "damaged"),
        ("history: sixteen million zeros inside", packed(&line, &vec![0; 1 << 24]), "damaged"),
    ] {
        rows.push(refuses(what, with(bytes), FIGURES, ["snn-01.rwh", says]));
    }
    if cfg!(unix) {
        rows.push(refuses("history: a pipe", [Pipe("x.rwh")], "figures x.rwh --out out", ["x.rwh", "pipe"]));
    }
    rows.push(refuses("history: none in the folder", [text("run/notes.txt", "x")], FIGURES, ["run", "no history"]));
    rows.push(refuses("history: a folder by such a name", [Folder("run/x.rwh")], FIGURES, ["no history"]));
    let damaged = |name: &'static str| [histories("run"), vec![File(name, flipped(&read(name)))]].into_iter().flatten();
    let walk = "figures run --figure 4 --out out";
    rows.push(refuses("embedding: a flipped bit", damaged("run/embedding.rwe"), walk, ["embedding.rwe", "damaged"]));
    rows.push(refuses("album: a flipped bit", damaged("run/walks/snn-01.rwa"), walk, ["snn-01.rwa", "damaged"]));
    let short = |name: &'static str, of: &'static str| {
        let bytes = read(name);
        let (line, body) = unpacked(&bytes);
        [histories("run"), vec![File(name, packed(&line, &body_with_short(body, of)))]].into_iter().flatten()
    };
    rows.push(refuses(
        "embedding: fewer labels than codes",
        short("run/embedding.rwe", "labels"),
        walk,
        ["embedding.rwe", "damaged|labels"],
    ));
    rows
}

fn options() -> Vec<Row> {
    let mut rows = vec![works("figures: the good ones", histories("run"), FIGURES, ["curves.svg", "table1.md"])];
    for (what, options, says) in [
        ("figures: a width of no number", "--width nan", "width"),
        ("figures: an infinite width", "--width inf", "width"),
        ("figures: no width", "--width 0", "width"),
        ("figures: a width of a mile", "--width 1e6", "width"),
        ("figures: a negative width", "--width=-3", "width"),
        ("figures: no resolution", "--dpi 0", "dpi|dots per inch"),
        ("figures: a resolution of no number", "--dpi nan", "dpi|dots per inch"),
        ("figures: a resolution beyond all memory", "--dpi 1e9", "dpi|dots per inch"),
        ("figures: a format that there is not", "--formats docx", "docx"),
        ("figures: a figure that there is not", "--figure 5", "5"),
        ("figures: against a run that there is not", "--against badge", "badge"),
        ("figures: against something else", "--against nobody", "nobody"),
    ] {
        rows.push(refuses(what, histories("run"), &format!("{FIGURES} {options}"), [says]));
    }
    rows.push(
        refuses(
            "figures: the output is a file",
            given([histories("run"), vec![text("out", "mine")]]),
            FIGURES,
            ["out"],
        )
        .keeps(["out"]),
    );
    rows.push(refuses(
        "figures: Figure 4 without its embedding",
        [Copy("run/histories", base("run/histories"))],
        "figures run --figure 4 --out out",
        ["embedding.rwe"],
    ));
    rows.push(works("diff: with itself", histories("run"), "diff run run", ["equal except for wall times"]));
    rows.push(refuses(
        "diff: of two strategies",
        histories("run"),
        "diff run/histories/random-01.rwh run/histories/snn-01.rwh",
        ["different", "strategy"],
    ));
    rows.push(refuses(
        "diff: of a folder with one of its files",
        histories("run"),
        "diff run run/histories/snn-01.rwh",
        ["2 histories and 1; only in run: random-01"],
    ));
    rows.push(refuses(
        "diff: of a folder with a damaged file",
        given([histories("run"), vec![text("x.rwh", "hello")]]),
        "diff run x.rwh",
        ["x.rwh", "first line"],
    ));
    rows.push(refuses(
        "diff: folders with other runs, as many",
        given([histories("a"), histories("b"), vec![Copy("b/histories/x-01.rwh", base(SNN))]])
            .into_iter()
            .chain([Copy("a/histories/y-01.rwh", base(SNN))]),
        "diff a b",
        ["3 histories and 3; only in a: y-01; only in b: x-01"],
    ));
    rows
}

/// Runs that do not belong together.
fn combined() -> Vec<Row> {
    let both = || given([histories("run"), histories_of("other", "other")]);
    vec![
        refuses(
            "figures: runs of two experiments",
            both(),
            "figures run other --out out",
            ["samples_per_round", "20", "15"],
        ),
        works(
            "figures: runs of two experiments, allowed",
            both(),
            "figures run/histories/random-01.rwh other/histories/snn-01.rwh --allow-different samples_per_round --out out",
            ["curves.svg"],
        ),
        refuses(
            "export: runs of two experiments",
            given([vec![Copy("both/run", base("run")), Copy("both/other", base("other"))]]),
            "export both --out out",
            ["`samples_per_round`", "20", "15"],
        ),
        works(
            "export: a run in two files",
            given([histories("run"), vec![Copy("run/histories/snn-copy.rwh", base(SNN))]]),
            "export run --out out",
            ["snn-copy.rwh|snn-01.rwh", "counts once"],
        ),
        works(
            "figures: a run twice",
            given([histories("run"), histories("again")]),
            "figures run again --out out",
            ["counted once"],
        ),
        refuses("merge: two grids", both(), "merge run other --out out", ["samples_per_round|grid"]),
        refuses("merge: onto another grid", both(), "merge run --out other", ["other"]).keeps(["other"]),
        works(
            "merge: a shard twice",
            given([histories("run"), histories("again")]),
            "merge run again --out out",
            ["2 histories", "more than once|twice"],
        ),
        refuses(
            "merge: a damaged shard",
            given([histories("run"), vec![File(SNN, flipped(&read(SNN)))]]),
            "merge run --out out",
            ["snn-01.rwh", "damaged"],
        ),
        refuses(
            "run: onto a folder with runs",
            given([experiment(), histories("run")]),
            "run --experiment e.toml --strategies random --out run",
            ["run", "--resume"],
        )
        .keeps(["run"]),
        refuses(
            "run: onto a folder of another grid",
            given([experiment(), histories_of("other", "run")]),
            "run --experiment e.toml --strategies badge --out run",
            ["samples_per_round", "15", "20"],
        )
        .keeps(["run"]),
    ]
}

/// Runs that go on from files.
fn resumed() -> Vec<Row> {
    let whole = || [experiment(), vec![Copy("run", base("run"))]];
    let checkpoint = "run/checkpoints/random-01.rwc";
    let with = |name: &'static str, bytes: Vec<u8>| given(whole()).into_iter().chain([File(name, bytes)]);
    vec![
        works(
            "resume: an empty experiment beside the runs",
            with("run/experiment.toml", Vec::new()),
            "run --experiment e.toml --resume --out run",
            ["run/experiment.toml: was empty; it is written again", "by round"],
        )
        .keeps(["run/histories"]),
        works("resume: the finished ones", given(whole()), "run --experiment e.toml --resume --out run", ["by round"])
            .keeps(["run/histories"]),
        refuses(
            "resume: another number of labels",
            given(whole()),
            &format!("{RESUME} --set samples_per_round=15"),
            ["samples_per_round", "15", "20"],
        )
        .keeps(["run"]),
        refuses(
            "resume: a damaged history",
            with("run/histories/random-01.rwh", flipped(&read("run/histories/random-01.rwh"))),
            RESUME,
            ["random-01.rwh", "damaged"],
        )
        .keeps(["run"]),
        works(
            "resume: a damaged checkpoint",
            with(checkpoint, flipped(&read(checkpoint))),
            &format!("{RESUME} --rounds 3"),
            ["warning: run/checkpoints/random-01.rwc: is missing or damaged", "repeated and compared"],
        ),
        refuses(
            "resume: the checkpoint of another run",
            with(checkpoint, read("other/checkpoints/snn-01.rwc")),
            &format!("{RESUME} --rounds 3"),
            ["random-01.rwc|checkpoint", "another run|other run|snn"],
        )
        .keeps(["run"]),
        works(
            "resume: a checkpoint without weights",
            with(checkpoint, weightless(&read(checkpoint))),
            &format!("{RESUME} --rounds 3"),
            ["random-01.rwc: is missing or damaged", "repeated and compared"],
        ),
    ]
}

const PNG: &[u8] = include_bytes!("../data/field/masks/a00-good.png");

/// Two small grids of one run each of random and SNN, made once: `run`, and `other` with other labels in a round.
fn base(path: &str) -> PathBuf {
    static BASE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = BASE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("e.toml"), super::experiments::GOOD).unwrap();
        for (name, change) in [("run", "samples_per_round=20"), ("other", "samples_per_round=15")] {
            let arguments = ["run", "--experiment", "e.toml", "--set", change, "--out", name];
            let ended = program(folder.path()).args(arguments).current_dir(folder.path()).output().unwrap();
            assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        }
        folder
    });
    folder.path().join(path)
}

fn read(path: &str) -> Vec<u8> {
    std::fs::read(base(path)).unwrap()
}

fn experiment() -> Vec<Given> {
    vec![Field("toml/good.toml", "e.toml")]
}

/// The folder `run` under a name, without its checkpoints and weights.
fn histories(name: &'static str) -> Vec<Given> {
    histories_of("run", name)
}

fn histories_of(from: &'static str, name: &'static str) -> Vec<Given> {
    let parts = ["histories", "embedding.rwe", "experiment.toml", "walks"];
    parts.map(|part| Copy(format!("{name}/{part}").leak(), base(&format!("{from}/{part}")))).into()
}

fn given<const N: usize>(parts: [Vec<Given>; N]) -> Vec<Given> {
    parts.into_iter().flatten().collect()
}

fn line_end(bytes: &[u8]) -> usize {
    bytes.iter().position(|&b| b == b'\n').unwrap() + 1
}

/// The first line and the MessagePack of one of our files.
fn unpacked(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (line, rest) = bytes.split_at(line_end(bytes));
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(rest).read_to_end(&mut body).unwrap();
    (line.to_vec(), body)
}

fn packed(line: &[u8], body: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(line.to_vec(), flate2::Compression::fast());
    packer.write_all(body).unwrap();
    packer.finish().unwrap()
}

fn flipped(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = (line_end(&bytes) + bytes.len()) / 2;
    bytes[at] ^= 0x10;
    bytes
}

/// A map of MessagePack in which the bytes of a key are fewer by one: the value is a list or bytes of less than 65,536.
fn body_with_short(body: Vec<u8>, key: &str) -> Vec<u8> {
    let mut value: serde_json::Value = rmp_serde::from_slice(&body).unwrap();
    value[key].as_array_mut().unwrap().pop();
    rmp_serde::to_vec_named(&value).unwrap()
}

/// A checkpoint whose weights are gone.
fn weightless(checkpoint: &[u8]) -> Vec<u8> {
    let (line, body) = unpacked(checkpoint);
    let mut value: serde_json::Value = rmp_serde::from_slice(&body).unwrap();
    value["weights"] = serde_json::json!([]);
    packed(&line, &rmp_serde::to_vec_named(&value).unwrap())
}
