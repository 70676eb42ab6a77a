//! Formats numbers and text for display: thousands, durations, capitals.

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

/// `text` with its first letter in upper case.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_durations_read_well() {
        for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (20_000, "20,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(n), text);
        }
        for (s, text) in [(0.2, "0 s"), (59.4, "59 s"), (65.0, "1 min 05 s"), (4_210.0, "1 h 10 min")] {
            assert_eq!(duration(s), text);
        }
        for (s, text) in [(8.0, "about 8 s"), (125.0, "about 2 min 05 s"), (880.0, "about 15 min")] {
            assert_eq!(about(s), text);
        }
        for (text, expected) in [("", ""), ("élan", "Élan"), ("phase 1", "Phase 1")] {
            assert_eq!(capital(text), expected);
        }
    }
}
