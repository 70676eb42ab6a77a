//! How the window looks: its theme, the size of everything in it, and whether anything in it moves.

use egui::style::ScrollAnimation;
use egui::{Context, Theme, gui_zoom};

use super::action::Action;
use crate::ui::kit::theme;

/// Carries out an action that concerns only the look of the window; false if it is another one.
pub fn act(ctx: &Context, action: Action) -> bool {
    match action {
        Action::ToggleTheme => {
            let dark = ctx.theme() == Theme::Dark;
            ctx.set_theme(if dark { Theme::Light } else { Theme::Dark });
        }
        Action::Larger => gui_zoom::zoom_in(ctx),
        Action::Smaller => gui_zoom::zoom_out(ctx),
        Action::UsualSize => ctx.set_zoom_factor(1.0),
        Action::ToggleMotion => set_motion(ctx, !has_motion(ctx)),
        _ => return false,
    }
    true
}

/// Whether menus, folds and scrolling take their time.
pub fn has_motion(ctx: &Context) -> bool {
    ctx.global_style().animation_time > 0.0
}

pub fn set_motion(ctx: &Context, on: bool) {
    ctx.all_styles_mut(|style| {
        style.animation_time = if on { theme::ANIMATION_SECONDS } else { 0.0 };
        style.scroll_animation = if on { ScrollAnimation::default() } else { ScrollAnimation::none() };
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn motion_size_and_theme_are_switched_and_nothing_else_is() {
        let ctx = Context::default();
        theme::install(&ctx);
        assert!(has_motion(&ctx));
        assert!(act(&ctx, Action::ToggleMotion) && !has_motion(&ctx));
        assert!(act(&ctx, Action::ToggleMotion) && has_motion(&ctx));
        assert!(act(&ctx, Action::ToggleTheme) && !act(&ctx, Action::Stop));
    }
}
