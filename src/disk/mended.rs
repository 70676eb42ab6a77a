//! Settings that the window's library saved, mended where it would end on them.

use std::path::Path;

use super::aside::write_aside;

/// Puts the usual size of everything in the place of one that no window can have, on which the libraries would end.
pub fn mend_zoom(saved: &Path) {
    const NAME: &str = "zoom_factor:";
    const SIZES: std::ops::RangeInclusive<f32> = 0.2..=5.0;
    let Ok(text) = std::fs::read_to_string(saved) else { return };
    let Some(start) = text.find(NAME).map(|at| at + NAME.len()) else { return };
    let length = text[start..].find([',', ')']).unwrap_or(text.len() - start);
    if !text[start..start + length].trim().parse().is_ok_and(|zoom: f32| SIZES.contains(&zoom)) {
        let mended = format!("{}1.0{}", &text[..start], &text[start + length..]);
        // If it cannot be written, the window is opened with it as it is.
        let _ = write_aside(saved, mended.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zoom_that_no_window_can_have_is_mended() {
        let folder = tempfile::tempdir().unwrap();
        let saved = folder.path().join("app.ron");
        mend_zoom(&saved);
        for (zoom, mended) in [("1.25", "1.25"), ("NaN", "1.0"), ("0.0", "1.0"), ("100000.0", "1.0"), ("-inf", "1.0")] {
            std::fs::write(&saved, format!("{{\"egui\": \"(zoom_factor:{zoom},a:1)\"}}")).unwrap();
            mend_zoom(&saved);
            let text = std::fs::read_to_string(&saved).unwrap();
            assert_eq!(text, format!("{{\"egui\": \"(zoom_factor:{mended},a:1)\"}}"));
        }
    }
}
