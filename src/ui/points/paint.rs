//! The colours of points by a column, and how those stand out that are found, selected or looked at.

use egui::Color32;

use super::shown::Shown;
use crate::dataset::Class;
use crate::points::Values;
use crate::ui::kit::theme::{self, Theme};
use crate::view::{PointStyle, Rgba};

/// At most so many points that stand out are drawn with rings; more are only in full colour.
const MOST_RINGED: usize = 2_000;
/// More points than this would cover those that stand out among them even when faded.
const MOST_FADED: usize = 100_000;

fn rgba(color: Color32) -> Rgba {
    color.to_srgba_unmultiplied()
}

/// The colour of each point; without colour is what does not stand out where something does.
pub fn colours(shown: &Shown, theme: &Theme) -> Vec<Rgba> {
    let mut colours = by_column(shown, theme);
    let grey = rgba(theme.faint);
    if let Some(points) = shown.highlighted() {
        let mut kept = vec![grey; colours.len()];
        points.iter().for_each(|point| kept[*point as usize] = colours[*point as usize]);
        let near = shown.near().unwrap_or_default().iter().map(|near| near.point);
        near.chain(shown.point).for_each(|point| kept[point as usize] = colours[point as usize]);
        colours = kept;
    }
    if let Some((only, of)) = only(shown) {
        colours.iter_mut().zip(of).filter(|(_, class)| **class != only).for_each(|(colour, _)| *colour = grey);
    }
    colours
}

/// The class that alone is in colour, and the class of each point.
fn only(shown: &Shown) -> Option<(Class, &[Class])> {
    match &shown.points.columns[shown.colour?].values {
        Values::Classes { of, .. } => Some((shown.only?, of)),
        _ => None,
    }
}

fn by_column(shown: &Shown, theme: &Theme) -> Vec<Rgba> {
    let points = &shown.points;
    let none = rgba(theme.faint);
    match shown.colour.map(|c| &points.columns[c].values) {
        Some(Values::Classes { names, of }) => {
            let palette: Vec<Rgba> = (0..names.len()).map(|class| rgba(theme::class_color(class as Class))).collect();
            of.iter().map(|class| palette.get(usize::from(*class)).copied().unwrap_or(none)).collect()
        }
        Some(Values::Numbers(numbers)) => {
            let [low, high] = shown.colour.and_then(|c| points.columns[c].range()).unwrap_or([0.0, 0.0]);
            let width = if high > low { high - low } else { 1.0 };
            let steps: Vec<Rgba> = (0..=255).map(|step| rgba(theme.ramp(step as f32 / 255.0))).collect();
            let colour = |v: &f64| match v.is_nan() {
                true => none,
                false => steps[((v - low) / width * 255.0).clamp(0.0, 255.0) as usize],
            };
            numbers.iter().map(colour).collect()
        }
        Some(Values::Texts(_)) | None => vec![rgba(theme.second); points.len()],
    }
}

/// Whether only those points are drawn that stand out: the others are too many to be seen through.
pub fn leaves_out(shown: &Shown) -> bool {
    let many = || shown.highlighted().is_some_and(|points| points.len() > MOST_RINGED);
    shown.points.len() > MOST_FADED && (only(shown).is_some() || many())
}

/// How each point is drawn: in front what stands out, and faded what does not.
pub fn styles(shown: &Shown) -> Vec<PointStyle> {
    let count = shown.points.len();
    let highlighted = shown.highlighted();
    let behind = if leaves_out(shown) { PointStyle::HIDDEN } else { PointStyle::FADED };
    let usual = if highlighted.is_some() { behind } else { PointStyle::POOL };
    let mut styles = vec![usual; count];
    if let Some(points) = &highlighted {
        let style = if points.len() <= MOST_RINGED { PointStyle::LABELLED } else { PointStyle::POOL };
        points.iter().for_each(|point| styles[*point as usize] = style);
    }
    if let Some((only, of)) = only(shown) {
        let others = styles.iter_mut().zip(of).filter(|(_, class)| **class != only);
        others.for_each(|(style, _)| *style = behind);
    }
    for near in shown.near().unwrap_or_default() {
        styles[near.point as usize] = PointStyle::LABELLED;
    }
    if let Some(point) = shown.point {
        styles[point as usize] = PointStyle::LABELLED | PointStyle::SELECTED;
    }
    styles
}
