//! Pressure waveforms, for `label --waveform`.

use super::row::Given::{Field, File, Folder};
use super::row::{Given, Row, refuses, text, works};

pub fn rows() -> Vec<Row> {
    const BEAT: &str = "0.0,80\n0.1,110\n0.2,120\n0.4,100\n0.8,80\n";
    let label = "label mask.png --out out --waveform beat.csv";
    let with = |beat: Given| [Field("masks/a00-good.png", "mask.png"), beat];
    let mut rows = Vec::new();
    for (what, beat) in [
        ("waveform: the good one", Field("waveforms/good.csv", "beat.csv")),
        ("waveform: a byte order mark", Field("waveforms/bom.csv", "beat.csv")),
        ("waveform: the heading that is documented", Field("waveforms/heading-as-documented.csv", "beat.csv")),
        ("waveform: semicolons", text("beat.csv", BEAT.replace(',', ";"))),
        ("waveform: lines of Windows", text("beat.csv", BEAT.replace('\n', "\r\n"))),
        (
            "waveform: spaces, empty lines and remarks",
            text("beat.csv", format!("# mine\n\n{}", BEAT.replace(',', " , "))),
        ),
        ("waveform: no end of line at the end", text("beat.csv", BEAT.trim_end())),
    ] {
        rows.push(works(what, with(beat), label, ["≈mean 18.99 1.5", "1 solved"]));
    }
    let utf16 = || "0,80\n1,120\n".encode_utf16().flat_map(u16::to_le_bytes);
    for (what, beat, says) in [
        ("waveform: decimal commas", text("beat.csv", "0,0,80\n0,1,110\n"), "line 1"),
        (
            "waveform: in kPa by its heading",
            text("beat.csv", "seconds,kPa\n0,10.7\n1,16\n"),
            "line 1 of the waveform says kPa",
        ),
        ("waveform: in kPa, unsaid", text("beat.csv", "0,10.7\n1,16\n"), "its peak is 16 mmHg"),
        ("waveform: pressures first", text("beat.csv", "mmHg,seconds\n80,0\n120,0.2\n"), "pressure first"),
        ("waveform: two separators", text("beat.csv", "time;P\n0,80\n1;120\n"), "line 3"),
        ("waveform: a word for a number", text("beat.csv", "0,80\n0.1,high\n"), "line 2"),
        ("waveform: not a number", text("beat.csv", "0,80\n0.1,nan\n"), "line 2"),
        ("waveform: an infinite pressure", text("beat.csv", "0,80\n0.1,inf\n"), "line 2"),
        ("waveform: the time runs backwards", text("beat.csv", "0,80\n0.2,120\n0.1,100\n"), "line 3"),
        ("waveform: one time twice", text("beat.csv", "0,80\n0,120\n"), "line 2"),
        ("waveform: a single sample", text("beat.csv", "0,80\n"), "two samples"),
        ("waveform: only the heading", text("beat.csv", "seconds,mmHg\n"), "two samples"),
        ("waveform: an empty file", text("beat.csv", ""), "two samples|empty"),
        ("waveform: no pressure above zero", text("beat.csv", "0,-80\n1,-10\n"), "positive|above zero"),
        ("waveform: UTF-16", File("beat.csv", [0xff, 0xfe].into_iter().chain(utf16()).collect()), "UTF-16"),
        ("waveform: an image", Field("masks/a00-good.png", "beat.csv"), "UTF-8|text"),
        ("waveform: a folder", Folder("beat.csv"), "directory|folder"),
        ("waveform: not there", text("other.csv", BEAT), "No such|not there|not found"),
    ] {
        rows.push(refuses(what, with(beat), label, ["beat.csv", says]).never(["1 solved"]));
    }
    rows
}
