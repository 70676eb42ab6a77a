//! The probabilities of classes as bars; of many classes the most probable ones, and the rest together.

use egui::{Align2, Color32, CornerRadius, Rect, Sense, Stroke, Ui, pos2, vec2};

use super::theme::{self, Theme, font, size};
use super::words;
use crate::dataset::Class;

/// Most horizontal bars, and most vertical ones.
const MOST: usize = 12;
const MOST_BESIDE: usize = 10;
/// Height of a horizontal bar's row.
const ROW: f32 = 17.0;
const DISC: f32 = 2.5;
/// Largest share of the width for the names.
const NAMES: f32 = 0.4;

/// The classes that have a bar, in their order, and how many share the last one with which sum.
pub struct Shown {
    pub classes: Vec<usize>,
    pub others: Option<(usize, f32)>,
}

/// At most this many bars: those of the largest values, that of `always`, and one of all others.
pub fn shown(values: &[f32], always: Option<usize>, most: usize) -> Shown {
    let mut classes: Vec<usize> = (0..values.len()).collect();
    if values.len() <= most {
        return Shown { classes, others: None };
    }
    classes.sort_by(|a, b| (always == Some(*b)).cmp(&(always == Some(*a))).then(values[*b].total_cmp(&values[*a])));
    let others = classes.split_off(most - 1);
    classes.sort_unstable();
    Shown { classes, others: Some((others.len(), others.iter().map(|class| values[*class]).sum())) }
}

/// Horizontal bars of the class probabilities; a disc marks the class of `label`, which is explained below.
pub fn probability_bars(ui: &mut Ui, names: &[String], probabilities: &[f32], label: Class, meaning: &str) {
    let theme = Theme::of(ui.visuals());
    let width = ui.available_width();
    let shown = shown(probabilities, Some(label.into()), MOST);
    let name_of = |class: usize| names.get(class).cloned().unwrap_or_else(|| class.to_string());
    let mut rows: Vec<(Option<usize>, String, f32)> =
        shown.classes.iter().map(|class| (Some(*class), name_of(*class), probabilities[*class])).collect();
    rows.extend(shown.others.map(|(count, sum)| (None, format!("{} others", words::thousands(count)), sum)));
    let name_width = |name: &String| {
        let font = theme::bold_font(size::CAPTION + 0.5);
        ui.painter().layout_no_wrap(name.clone(), font, Color32::PLACEHOLDER).size().x
    };
    let names_end = rows.iter().map(|(_, name, _)| name_width(name)).fold(16.0, f32::max) + 20.0;
    let label_width = names_end.min(NAMES * width);
    let value_width = 48.0;
    ui.spacing_mut().item_spacing.y = 1.0;
    let best = probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(i, _)| i);
    for (class, name, p) in rows {
        let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
        response.on_hover_text(match class {
            Some(_) => {
                let loss = words::fixed(-p.max(f32::MIN_POSITIVE).ln(), 4);
                format!("{name}: loss with this label: {loss} nats")
            }
            None => "The classes that are less probable, together".into(),
        });
        let painter = ui.painter();
        let y = rect.center().y;
        let is_truth = class == Some(usize::from(label));
        let ink = if is_truth || (class.is_some() && best == class) { theme.text } else { theme.weak };
        let font = if is_truth { theme::bold_font(size::CAPTION + 0.5) } else { theme::font(size::CAPTION + 0.5) };
        let names = rect.with_max_x(rect.left() + label_width - 4.0);
        ui.painter_at(names).text(pos2(rect.left() + 12.0, y), Align2::LEFT_CENTER, name, font, ink);
        if is_truth {
            painter.circle_filled(pos2(rect.left() + 4.0, y), DISC, theme.text);
        }
        let bar =
            Rect::from_min_max(pos2(rect.left() + label_width, y - 4.0), pos2(rect.right() - value_width, y + 4.0));
        painter.rect_filled(bar, CornerRadius::same(2), theme.field);
        let filled = Rect::from_min_size(bar.min, vec2(bar.width() * p.clamp(0.0, 1.0), bar.height()));
        painter.rect_filled(filled, CornerRadius::same(2), color(class, theme));
        painter.text(
            pos2(rect.right(), y),
            Align2::RIGHT_CENTER,
            format!("{:.1} %", 100.0 * p),
            theme::font(size::CAPTION),
            ink,
        );
    }
    let (rect, _) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
    ui.painter().circle_filled(pos2(rect.left() + 4.0, rect.center().y), DISC, theme.faint);
    let at = pos2(rect.left() + 12.0, rect.center().y);
    ui.painter_at(rect).text(at, Align2::LEFT_CENTER, meaning, font(size::CAPTION), theme.faint);
}

/// The colour of a class, or of all that have no bar of their own.
fn color(class: Option<usize>, theme: &Theme) -> Color32 {
    class.map_or(theme.faint, |class| theme::class_color(class as Class))
}

/// Vertical bars of the class probabilities with as much of the class names as fits, the whole name under the pointer;
/// the true class is bold.
pub fn bars(ui: &Ui, rect: Rect, names: &[String], probabilities: &[f32], truth: Option<Class>, theme: &Theme) {
    const NAMES: f32 = 14.0;
    const NAME_LETTERS: usize = 12;
    /// From so many letters on, a name that is cut says so.
    const MANY_LETTERS: usize = 4;
    let shown = shown(probabilities, truth.map(usize::from), MOST_BESIDE);
    let of_classes = shown.classes.iter().map(|class| (Some(*class), probabilities[*class]));
    let columns: Vec<(Option<usize>, f32)> = of_classes.chain(shown.others.map(|(_, sum)| (None, sum))).collect();
    let width = rect.width() / columns.len().max(1) as f32;
    let foot = rect.bottom() - NAMES;
    let painter = ui.painter();
    for (column, (class, p)) in columns.into_iter().enumerate() {
        let left = rect.left() + column as f32 * width;
        let top = foot - (foot - rect.top()) * p.clamp(0.0, 1.0);
        let bar = Rect::from_min_max(pos2(left + 1.0, top), pos2(left + width - 1.0, foot));
        painter.rect_filled(bar, CornerRadius::same(1), color(class, theme));
        let own = class.is_some() && truth.map(usize::from) == class;
        let ink = if own { theme.text } else { theme.faint };
        let font = if own { theme::bold_font(size::CAPTION) } else { font(size::CAPTION - 1.0) };
        let name = class.map_or("…".into(), |class| names.get(class).cloned().unwrap_or_else(|| class.to_string()));
        // Two letters of most names of classes fit below a narrow bar, and one where they would run together.
        let letters = ((width / (0.62 * font.size)) as usize).clamp(1, NAME_LETTERS);
        let cut = if letters < MANY_LETTERS { "" } else { "…" };
        let short = || name.chars().take(letters - cut.chars().count()).chain(cut.chars()).collect();
        let whole = painter.layout_no_wrap(name.clone(), font.clone(), ink);
        let fits = whole.size().x < width - 2.0;
        let galley = if fits { whole } else { painter.layout_no_wrap(short(), font, ink) };
        let at = pos2(left + width / 2.0, rect.bottom() - NAMES / 2.0);
        painter.galley(at - galley.size() / 2.0, galley, ink);
        let place = Rect::from_x_y_ranges(left..=left + width, rect.y_range());
        let tip = match class {
            Some(_) => format!("{name}: {:.1} %", 100.0 * p),
            None => format!("The less probable classes, together: {:.1} %", 100.0 * p),
        };
        ui.interact(place, ui.scope_id().with(("bar", rect.min.x as i32, column)), Sense::hover()).on_hover_text(tip);
    }
    painter.hline(rect.x_range(), foot, Stroke::new(1.0, theme.line));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_classes_the_most_probable_and_the_labels_have_bars() {
        let few = shown(&[0.2, 0.5, 0.3], Some(0), 3);
        assert_eq!((few.classes, few.others), (vec![0, 1, 2], None));
        let values: Vec<f32> = (0..100).map(|i| if i % 20 == 7 { 0.15 } else { 0.0 }).collect();
        let many = shown(&values, Some(99), 5);
        assert_eq!(many.classes, [7, 27, 47, 99]);
        let (count, sum) = many.others.unwrap();
        assert!(count == 96 && (sum - 0.3).abs() < 1e-6);
    }
}
