//! The latent space of a project as it is drawn: where each image lies, and the labelled ones nearest to one of them.

use std::sync::Arc;

use crate::latent::LatentSpace;
use crate::points::{Principal, principal_of};
use crate::project::{Known, Purpose};

/// Dimensions that are drawn as they are; of more the principal axes are.
const DRAWN: usize = 3;

/// The codes of a project's images, and their places.
pub struct Space {
    latent: Arc<LatentSpace>,
    principal: Option<Principal>,
    pub places: Vec<[f32; 3]>,
}

impl Space {
    pub fn new(latent: Arc<LatentSpace>) -> Self {
        let (codes, dim) = (Arc::clone(latent.codes()), latent.dim());
        let principal = (dim > DRAWN).then(|| principal_of(&codes, dim));
        let mut space = Self { latent, principal, places: Vec::new() };
        space.places = codes.chunks_exact(dim).map(|code| space.place(code)).collect();
        space
    }

    /// Where a latent point is drawn.
    pub fn place(&self, code: &[f32]) -> [f32; 3] {
        match &self.principal {
            Some(principal) => principal.place(code),
            None => std::array::from_fn(|axis| code.get(axis).copied().unwrap_or(0.0)),
        }
    }

    pub fn is_solid(&self) -> bool {
        self.latent.dim() > 2
    }

    /// What the directions of the drawing are.
    pub fn told(&self) -> String {
        let dim = self.latent.dim();
        match &self.principal {
            Some(principal) => {
                let share: f64 = principal.shares.iter().sum();
                format!("Principal axes of {dim} dimensions: {:.0} % of the variance", 100.0 * share)
            }
            None => format!("{dim} dimensions"),
        }
    }

    /// The labelled images of the pool that are nearest to an image, nearest first, with their distances in σ; `point` is
    /// the latent point of a generated one.
    pub fn nearest_labelled(
        &self,
        known: &Known,
        image: usize,
        point: Option<&[f32]>,
        count: usize,
    ) -> Vec<(usize, f32)> {
        let embedded = || (image < self.latent.len()).then(|| self.latent.code(image as u32));
        let Some(code) = point.or_else(embedded) else { return Vec::new() };
        let square = |other: usize| -> f32 {
            self.latent.code(other as u32).iter().zip(code).map(|(a, b)| (a - b) * (a - b)).sum()
        };
        let labelled = (0..self.latent.len()).filter(|other| {
            *other != image && known.parts[*other] == Purpose::Pool && known.class_of(*other).is_some()
        });
        let mut all: Vec<(usize, f32)> = labelled.map(|other| (other, square(other))).collect();
        all.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        all.truncate(count);
        let scale = self.latent.scale().max(f32::MIN_POSITIVE);
        all.into_iter().map(|(other, square)| (other, square.sqrt() / scale)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Answer, Row};

    #[test]
    fn the_nearest_labelled_images_of_the_pool_are_found_in_their_order() {
        let latent = LatentSpace::new(vec![0.0, 1.0, 3.0, 4.0, -0.5], 1).unwrap();
        let space = Space::new(Arc::new(latent));
        assert_eq!(space.places[2], [3.0, 0.0, 0.0]);
        let row = |label: &str| Row {
            file: String::new(),
            label: label.into(),
            round: 1,
            strategy: String::new(),
            seconds: None,
            time: String::new(),
            who: String::new(),
            answer: Answer::Label,
            guess: String::new(),
        };
        let mut known = Known {
            classes: vec!["a".into()],
            names: vec![String::new(); 5],
            parts: vec![Purpose::Pool, Purpose::Pool, Purpose::Pool, Purpose::Pool, Purpose::Drawn],
            rows: vec![None, Some(row("a")), None, Some(row("a")), Some(row("a"))],
            ..Known::default()
        };
        let near =
            |known: &Known| space.nearest_labelled(known, 0, None, 3).into_iter().map(|n| n.0).collect::<Vec<_>>();
        assert_eq!(near(&known), [1, 3], "those of the test are not shown");
        known.rows[1] = None;
        assert_eq!(near(&known), [3]);
        assert!(space.nearest_labelled(&known, 7, None, 3).is_empty());
        assert_eq!(space.nearest_labelled(&known, 7, Some(&[3.5]), 3), [(3, 0.5 / space.latent.scale())]);
    }
}
