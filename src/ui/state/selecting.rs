//! Keeping the present selection under a name, combining it with a named one, and inverting it.

use std::sync::Arc;

use super::brush::Brush;
use super::named::{Combine, Named};

impl Brush {
    /// Keeps the present selection under a name, in place of one that has it already; `evaluation` are its images of the
    /// evaluation split.
    pub fn keep(&mut self, name: &str, evaluation: &[u32]) {
        let Some(selection) = &self.selection else { return };
        let (samples, evaluation) = (Arc::new(selection.samples.clone()), Arc::new(sorted(evaluation)));
        let kept = Named { name: name.trim().to_owned(), samples, evaluation };
        match self.named.iter_mut().find(|n| n.name == kept.name) {
            Some(same) => *same = kept,
            None => self.named.push(kept),
        }
    }

    /// Changes the present selection by a named one; `evaluation` are the present images of the evaluation split.
    pub fn combine(&mut self, how: Combine, name: &str, evaluation: &[u32]) {
        let Some(named) = self.named.iter().find(|n| n.name == name).cloned() else { return };
        let present = self.selection.as_ref().map(|s| s.samples.clone()).unwrap_or_default();
        let title = match (how, self.title()) {
            (Combine::Show, _) | (_, None) => named.name.clone(),
            (how, Some(title)) => format!("{title} {} {}", how.sign(), named.name),
        };
        let (samples, evaluation) = (how.of(&present, &named.samples), how.of(&sorted(evaluation), &named.evaluation));
        self.set(title, samples, evaluation);
    }

    /// Selects what is not selected, of both splits.
    pub fn invert(&mut self, train: usize, split: usize, evaluation: &[u32]) {
        let Some(selection) = &self.selection else { return };
        let evaluation = sorted(evaluation);
        let others = |len: usize, of: &[u32]| (0..len as u32).filter(|i| of.binary_search(i).is_err()).collect();
        // A selection of one split says nothing of the other one.
        let samples = if selection.samples.is_empty() { Vec::new() } else { others(train, &selection.samples) };
        let evaluation = if evaluation.is_empty() { Vec::new() } else { others(split, &evaluation) };
        let title = self.title().unwrap_or_default();
        let title = title.strip_prefix("not ").map_or_else(|| format!("not {title}"), str::to_owned);
        self.set(title, samples, evaluation);
    }

    /// What the present selection is called.
    fn title(&self) -> Option<String> {
        self.selection.as_ref().map(|s| s.title().unwrap_or("the region").to_owned())
    }

    /// Selects these, unless there are none.
    fn set(&mut self, title: String, samples: Vec<u32>, evaluation: Vec<u32>) {
        if samples.is_empty() && evaluation.is_empty() {
            self.restore(None);
        } else {
            self.pick(title, samples, evaluation);
        }
    }
}

fn sorted(list: &[u32]) -> Vec<u32> {
    let mut list = list.to_vec();
    list.sort_unstable();
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The train samples and the evaluation images that are selected.
    fn selected(brush: &mut Brush) -> (Vec<u32>, Vec<u32>) {
        let samples = brush.selection.as_ref().map(|s| s.samples.clone()).unwrap_or_default();
        (samples, brush.evaluation_members(None, 2).to_vec())
    }

    #[test]
    fn named_selections_are_added_subtracted_intersected_and_inverted() {
        let mut brush = Brush::default();
        brush.pick("a".into(), vec![4, 1, 2], vec![0]);
        brush.keep(" A ", &[0]);
        brush.pick("b".into(), vec![2, 3], vec![0, 1]);
        for (how, expected, title) in [
            (Combine::Add, (vec![1, 2, 3, 4], vec![0, 1]), "b + A"),
            (Combine::Subtract, (vec![3], vec![1]), "b − A"),
            (Combine::Intersect, (vec![2], vec![0]), "b and A"),
            (Combine::Show, (vec![1, 2, 4], vec![0]), "A"),
        ] {
            let mut other = brush.clone();
            other.combine(how, "A", &[0, 1]);
            assert_eq!((selected(&mut other), other.title().as_deref()), (expected, Some(title)), "{how:?}");
        }
        brush.invert(5, 3, &[0, 1]);
        assert_eq!((selected(&mut brush), brush.title().as_deref()), ((vec![0, 1, 4], vec![2]), Some("not b")));
        brush.invert(5, 3, &[2]);
        assert_eq!((selected(&mut brush), brush.title().as_deref()), ((vec![2, 3], vec![0, 1]), Some("b")));
        brush.combine(Combine::Intersect, "nothing", &[]);
        assert_eq!(selected(&mut brush).0, [2, 3], "a name that is not there changes nothing");
        // The same name again is the other selection; nothing in common is no selection.
        brush.keep("A", &[]);
        assert_eq!((brush.named.len(), brush.named[0].samples.as_slice()), (1, &[2, 3][..]));
        brush.pick("c".into(), vec![7], Vec::new());
        brush.combine(Combine::Intersect, "A", &[]);
        assert!(brush.selection.is_none());
    }
}
