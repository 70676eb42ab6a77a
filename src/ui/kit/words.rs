//! Formats numbers and text for display: thousands, digits, durations, capitals.

/// `1234567` as `1,234,567`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// So many things, in the singular if it is one.
pub fn counted(count: usize, thing: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {thing}{s}", thousands(count))
}

/// A size on disk.
pub fn bytes(n: u64) -> String {
    const MEGABYTE: f64 = (1u64 << 20) as f64;
    const GIGABYTE: f64 = (1u64 << 30) as f64;
    match n as f64 {
        n if n >= GIGABYTE => format!("{:.1} GB", n / GIGABYTE),
        n => format!("{:.0} MB", (n / MEGABYTE).ceil()),
    }
}

/// The first names of a list, and how many more there are.
pub fn first_of(names: &[String]) -> String {
    const SHOWN: usize = 4;
    let more = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len() - more].join(", ");
    if more > 0 { format!("{shown} and {} more", thousands(more)) } else { shown }
}

/// A number with these digits after the point; one that rounds to zero has no sign.
pub fn fixed(value: f32, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = !text.bytes().any(|b| (b'1'..=b'9').contains(&b) || b.is_ascii_alphabetic());
    if is_zero { text.trim_start_matches('-').to_owned() } else { text }
}

/// A difference with its sign; one that rounds to zero has none.
pub fn signed(value: f32, decimals: usize) -> String {
    let text = fixed(value, decimals);
    let is_positive = value > 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    if is_positive { format!("+{text}") } else { text }
}

/// A length to three digits: `3.88`, `0.0421`, and as a power of ten where it would be long.
pub fn significant(value: f32) -> String {
    const PLAIN: std::ops::Range<f32> = 1e-3..1e4;
    match value {
        0.0 => "0".into(),
        v if PLAIN.contains(&v.abs()) => fixed(v, (2 - v.abs().log10().floor() as i32).max(0) as usize),
        v => format!("{v:.2e}"),
    }
}

/// Seconds for display: `8 s`, `2 min 05 s`, `1 h 10 min`.
pub fn duration(seconds: f32) -> String {
    let s = seconds.max(0.0).round() as u64;
    match (s / 3600, s / 60 % 60, s % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s:02} s"),
        (h, m, _) => format!("{h} h {m:02} min"),
    }
}

/// An estimate of seconds: `about 8 s`, `about 2 min 05 s`, and without what nobody can tell `about 15 min`.
pub fn about(seconds: f32) -> String {
    const WHOLE_MINUTES: f32 = 300.0;
    let minutes = (seconds / 60.0).round() as u64;
    if (WHOLE_MINUTES..3_570.0).contains(&seconds) {
        return format!("about {minutes} min");
    }
    format!("about {}", duration(seconds))
}

/// `text` with its first letter in upper case, unless it begins with the name of a file.
pub fn capital(text: &str) -> String {
    let first = text.split([' ', ':', ',']).next().unwrap_or_default();
    if first.contains(['.', '/', '_']) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A text as it is read on the screen, without the marks that set names apart in a file.
pub fn plain(text: &str) -> String {
    text.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_durations_read_well() {
        for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (20_000, "20,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(n), text);
        }
        for (value, text, signs) in [(-0.0, "0.00", "0.00"), (-0.004, "0.00", "0.00"), (0.31, "0.31", "+0.31")] {
            assert_eq!((fixed(value, 2).as_str(), signed(value, 2).as_str()), (text, signs));
        }
        assert_eq!([fixed(-1.25, 1), signed(-0.5, 1), fixed(f32::NAN, 1)], ["-1.2", "-0.5", "NaN"]);
        for (value, text) in [(0.0, "0"), (3.88, "3.88"), (0.04213, "0.0421"), (123.4, "123"), (2.5e-5, "2.50e-5")] {
            assert_eq!(significant(value), text);
        }
        for (s, text) in [(0.2, "0 s"), (59.4, "59 s"), (65.0, "1 min 05 s"), (4_210.0, "1 h 10 min")] {
            assert_eq!(duration(s), text);
        }
        for (s, text) in [(8.0, "about 8 s"), (125.0, "about 2 min 05 s"), (880.0, "about 15 min")] {
            assert_eq!(about(s), text);
        }
        for (text, expected) in
            [("", ""), ("élan", "Élan"), ("phase 1", "Phase 1"), ("test-0.parquet: x", "test-0.parquet: x")]
        {
            assert_eq!(capital(text), expected);
        }
        assert_eq!(plain("Own images `shapes`: 12"), "Own images shapes: 12");
    }
}
