//! The theme: scales for spacing and type, dark and light colours; classes and strategies have the figures' colours.

use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, RichText, Stroke, Style, TextStyle,
    Visuals,
};

use crate::dataset::Class;
use crate::figures::{self, Ink, Rgb};
use crate::trajectory::Verdict;

/// The spacing scale, in points.
pub mod space {
    pub const XS: f32 = 4.0;
    pub const S: f32 = 8.0;
    pub const M: f32 = 12.0;
    pub const L: f32 = 16.0;
}

/// The type scale, in points.
pub mod size {
    pub const CAPTION: f32 = 11.5;
    pub const BODY: f32 = 13.0;
    pub const HEADING: f32 = 15.0;
    pub const FIGURE: f32 = 20.0;
}

/// Corner radius of all widgets.
pub const RADIUS: u8 = 6;
/// How long folds, menus and scrolling take, seconds.
pub const ANIMATION_SECONDS: f32 = 0.1;
/// Height of buttons and fields.
pub const CONTROL_HEIGHT: f32 = 26.0;
/// Font family of the bold weight.
const SEMIBOLD: &str = "semibold";

/// The colours of one theme, dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    pub dark: bool,
    /// The window's background.
    pub window: Color32,
    /// Bars and the side panel.
    pub panel: Color32,
    /// The background of plots and views.
    pub background: Color32,
    /// Fields and buttons.
    pub field: Color32,
    pub field_hover: Color32,
    /// Hairlines.
    pub line: Color32,
    pub text: Color32,
    /// Labels and secondary text.
    pub weak: Color32,
    /// Hints and ticks.
    pub faint: Color32,
    pub accent: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// A muted blue for the second of two quantities; the accent is the first.
    pub second: Color32,
    /// A light tint of the accent, behind selected items.
    pub accent_wash: Color32,
    pub warning: Color32,
    pub error: Color32,
    pub good: Color32,
    /// Grey images: the value 0 and the value 255.
    pub image: [Color32; 2],
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const fn color([r, g, b]: Rgb) -> Color32 {
    Color32::from_rgb(r, g, b)
}

pub const DARK: Theme = Theme {
    dark: true,
    window: rgb(0x0b0e13),
    panel: rgb(0x12161d),
    background: rgb(0x0f131a),
    field: rgb(0x1d232d),
    field_hover: rgb(0x28303c),
    line: rgb(0x242b36),
    text: rgb(0xe6e9ee),
    weak: rgb(0xa3acb9),
    faint: rgb(0x757f8e),
    accent: rgb(0xf0a53c),
    on_accent: rgb(0x1c1204),
    second: rgb(0x86a9d6),
    accent_wash: rgb(0x33291a),
    warning: rgb(0xf2c14e),
    error: rgb(0xff7d6b),
    good: rgb(0x6cc7a1),
    image: [rgb(0x05070a), rgb(0xf5f1e8)],
};

pub const LIGHT: Theme = Theme {
    dark: false,
    window: rgb(0xe9e6df),
    panel: rgb(0xf5f3ee),
    background: rgb(0xfcfbf8),
    field: rgb(0xe8e4dc),
    field_hover: rgb(0xdcd7cc),
    line: rgb(0xd9d4ca),
    text: rgb(0x1e232b),
    weak: rgb(0x545c68),
    faint: rgb(0x7b828c),
    accent: rgb(0xa35004),
    on_accent: rgb(0xfffaf2),
    second: rgb(0x3d679c),
    accent_wash: rgb(0xf6e6cf),
    warning: rgb(0x8f6400),
    error: rgb(0xb3261e),
    good: rgb(0x1f7a55),
    image: [rgb(0xffffff), rgb(0x14171c)],
};

/// Walks are nearly white in the dark theme and nearly black in the light one, so that they differ from all classes.
const WALKS_DARK: [Color32; 6] =
    [rgb(0xffffff), rgb(0xffe3a3), rgb(0xbfe8ff), rgb(0xffc9d6), rgb(0xcdf5c4), rgb(0xe3d2ff)];
const WALKS_LIGHT: [Color32; 6] =
    [rgb(0x101319), rgb(0x5c3d00), rgb(0x00395c), rgb(0x6b0f2c), rgb(0x0d4a1c), rgb(0x3b1f73)];

/// The colour of a class, as in the figures.
pub fn class_color(class: Class) -> Color32 {
    color(figures::class_color(class.into()))
}

impl Theme {
    /// The theme of the current egui style.
    pub fn of(visuals: &Visuals) -> &'static Theme {
        if visuals.dark_mode { &DARK } else { &LIGHT }
    }

    /// The colour of an ink, as in the figures.
    pub fn ink(&self, ink: Ink) -> Color32 {
        let figures = if self.dark { &figures::Theme::DARK } else { &figures::Theme::LIGHT };
        color(figures.rgb(ink))
    }

    /// Black or white, whichever reads better on a fill.
    pub fn text_on(&self, fill: Color32) -> Color32 {
        let [r, g, b, _] = fill.to_array();
        color(figures::Theme::LIGHT.text_on([r, g, b]))
    }

    pub fn walk(&self, walk: usize) -> Color32 {
        let colors = if self.dark { &WALKS_DARK } else { &WALKS_LIGHT };
        colors[walk % colors.len()]
    }

    /// The colour of a verdict: warm if the walk is lost, cool if it is useful.
    pub fn verdict(&self, verdict: Verdict) -> Color32 {
        match (verdict, self.dark) {
            (Verdict::Outward, _) => self.error,
            (Verdict::Stalled, true) => rgb(0xc98bd8),
            (Verdict::Stalled, false) => rgb(0x8a3fa0),
            (Verdict::Recycling, _) => self.warning,
            (Verdict::Boundary, true) => rgb(0x5cc8f2),
            (Verdict::Boundary, false) => rgb(0x0b6e9e),
            (Verdict::Crossing, _) => self.good,
            (Verdict::Interior, _) => self.weak,
            (Verdict::TooShort, _) => self.faint,
        }
    }

    /// The sequential colour ramp, 0 to 1: dark to bright in the dark theme, bright to dark in the light one.
    pub fn ramp(&self, t: f32) -> Color32 {
        const STOPS: [Color32; 4] = [rgb(0x3b4a6b), rgb(0x7b5aa6), rgb(0xd9637a), rgb(0xf5b04d)];
        let t = if t.is_finite() { t.clamp(0.0, 1.0) } else { 0.0 } * (STOPS.len() - 1) as f32;
        let i = (t as usize).min(STOPS.len() - 2);
        STOPS[i].lerp_to_gamma(STOPS[i + 1], t - i as f32)
    }
}

impl Theme {
    /// The diverging colour ramp, -1 to 1: blue and orange, distinct in colour blindness, with a muted zero.
    pub fn diverging(&self, t: f32) -> Color32 {
        let (below, zero, above) = match self.dark {
            true => (rgb(0x4ea3ff), rgb(0x262d38), rgb(0xff9440)),
            false => (rgb(0x1c5fb4), rgb(0xe9e5dc), rgb(0xbf4f00)),
        };
        let t = if t.is_finite() { t.clamp(-1.0, 1.0) } else { 0.0 };
        zero.lerp_to_gamma(if t < 0.0 { below } else { above }, t.abs())
    }
}

/// Text in bold.
pub fn bold(text: impl Into<String>) -> RichText {
    RichText::new(text).family(FontFamily::Name(SEMIBOLD.into()))
}

/// The bold font at a size.
pub fn bold_font(points: f32) -> FontId {
    FontId::new(points, FontFamily::Name(SEMIBOLD.into()))
}

/// The regular font at a size.
pub fn font(points: f32) -> FontId {
    FontId::new(points, FontFamily::Proportional)
}

/// Installs the fonts and both styles.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    // The keys for it are in the list of actions, as all others.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    for (theme, colors) in [(egui::Theme::Dark, &DARK), (egui::Theme::Light, &LIGHT)] {
        ctx.set_style_of(theme, style(colors));
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let cuts: [(&str, &'static [u8]); 2] = [
        ("plex", include_bytes!("../../../assets/fonts/IBMPlexSans-Regular.ttf")),
        ("plex-semibold", include_bytes!("../../../assets/fonts/IBMPlexSans-SemiBold.ttf")),
    ];
    for (name, bytes) in cuts {
        fonts.font_data.insert(name.into(), FontData::from_static(bytes).into());
    }
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (family, cut) in [(FontFamily::Proportional, "plex"), (FontFamily::Name(SEMIBOLD.into()), "plex-semibold")] {
        let names = std::iter::once(cut.to_owned()).chain(fallback.iter().cloned()).collect();
        fonts.families.insert(family, names);
    }
    fonts
}

fn style(theme: &Theme) -> Style {
    let text_styles = [
        (TextStyle::Small, font(size::CAPTION)),
        (TextStyle::Body, font(size::BODY)),
        (TextStyle::Button, font(size::BODY)),
        (TextStyle::Heading, bold_font(size::HEADING)),
        (TextStyle::Monospace, FontId::new(size::CAPTION, FontFamily::Monospace)),
    ]
    .into();
    let mut style =
        Style { text_styles, visuals: visuals(theme), animation_time: ANIMATION_SECONDS, ..Style::default() };
    let s = &mut style.spacing;
    s.item_spacing = egui::vec2(space::S, space::S);
    s.button_padding = egui::vec2(10.0, 4.0);
    s.interact_size = egui::vec2(CONTROL_HEIGHT, CONTROL_HEIGHT);
    s.combo_width = 96.0;
    s.slider_width = 120.0;
    s.slider_rail_height = 4.0;
    s.icon_width = 16.0;
    s.icon_width_inner = 9.0;
    s.icon_spacing = 6.0;
    s.tooltip_width = 320.0;
    s.menu_margin = Margin::same(space::S as i8);
    s.window_margin = Margin::same(space::L as i8);
    s.scroll = egui::style::ScrollStyle::thin();
    // Under the pointer a bar is as wide as the place kept for it, and covers nothing.
    s.scroll.bar_width = s.scroll.floating_allocated_width;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.35;
    style
}

fn visuals(theme: &Theme) -> Visuals {
    let mut v = if theme.dark { Visuals::dark() } else { Visuals::light() };
    let radius = CornerRadius::same(RADIUS);
    v.panel_fill = theme.panel;
    v.window_fill = theme.panel;
    v.window_stroke = Stroke::new(1.0, theme.line);
    v.window_corner_radius = CornerRadius::same(10);
    v.menu_corner_radius = CornerRadius::same(8);
    v.extreme_bg_color = theme.window;
    v.faint_bg_color = theme.background;
    v.text_edit_bg_color = Some(theme.field);
    v.weak_text_color = Some(theme.weak);
    v.hyperlink_color = theme.accent;
    v.warn_fg_color = theme.warning;
    v.error_fg_color = theme.error;
    v.slider_trailing_fill = true;
    v.selection.bg_fill = theme.accent_wash;
    v.selection.stroke = Stroke::new(1.0, theme.accent);
    v.interact_cursor = Some(egui::CursorIcon::PointingHand);
    let shadow = egui::Shadow {
        offset: [0, 4],
        blur: 16,
        spread: 0,
        color: Color32::from_black_alpha(if theme.dark { 110 } else { 40 }),
    };
    v.popup_shadow = shadow;
    v.window_shadow = shadow;
    let w = &mut v.widgets;
    for (state, fill, text) in [
        (&mut w.noninteractive, theme.panel, theme.text),
        (&mut w.inactive, theme.field, theme.text),
        (&mut w.hovered, theme.field_hover, theme.text),
        (&mut w.active, theme.field_hover, theme.text),
        (&mut w.open, theme.field_hover, theme.text),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::NONE;
        state.fg_stroke = Stroke::new(1.0, text);
        state.corner_radius = radius;
        state.expansion = 0.0;
    }
    w.noninteractive.bg_stroke = Stroke::new(1.0, theme.line);
    w.hovered.bg_stroke = Stroke::new(1.0, theme.faint);
    w.active.bg_stroke = Stroke::new(1.0, theme.accent);
    v
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Strategy;
    use crate::figures::StrategyStyle;

    #[test]
    fn classes_strategies_and_text_stand_out_from_the_background() {
        let contrast = |a: Color32, b: Color32| {
            let rgb = |c: Color32| [c.r(), c.g(), c.b()];
            figures::contrast(rgb(a), rgb(b))
        };
        for theme in [&DARK, &LIGHT] {
            for class in 0..100 {
                let least = if theme.dark { 3.0 } else { 1.8 };
                assert!(contrast(class_color(class), theme.background) > least, "class {class}, dark {}", theme.dark);
            }
            // WCAG's minimum contrast for graphics and large text.
            for strategy in Strategy::ALL {
                let ink = theme.ink(StrategyStyle::of(*strategy).ink);
                for behind in [theme.panel, theme.background] {
                    assert!(contrast(ink, behind) > 3.0, "{strategy}, dark {}", theme.dark);
                }
            }
            // WCAG AA for text, and its large-text level for hints and ticks.
            for (name, ink, least) in [
                ("text", theme.text, 7.0),
                ("weak", theme.weak, 4.5),
                ("faint", theme.faint, 3.0),
                ("accent", theme.accent, 4.5),
                ("error", theme.error, 4.5),
            ] {
                for behind in [theme.panel, theme.background] {
                    assert!(contrast(ink, behind) > least, "{name}, dark {}: {:.2}", theme.dark, contrast(ink, behind));
                }
            }
            assert!(contrast(theme.on_accent, theme.accent) > 4.5, "text on the accent, dark {}", theme.dark);
        }
    }
}
