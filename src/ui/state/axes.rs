//! Which directions of a latent space of more than three dimensions are drawn, and where a latent point is along them.

use std::sync::Arc;

use crate::points::Principal;

/// The directions that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Along {
    /// These dimensions of the codes, from 0.
    Axes([usize; 3]),
    /// Those along which the codes spread most.
    Principal,
}

impl Default for Along {
    fn default() -> Self {
        Self::Axes([0, 1, 2])
    }
}

/// Dimensions that are drawn as they are; of more, the view shows three directions.
pub const DRAWN: usize = 3;

/// The directions that are drawn.
#[derive(Debug, Clone, Default)]
pub struct Axes {
    along: Along,
    /// The principal directions, if they are drawn.
    principal: Option<Arc<Principal>>,
}

impl PartialEq for Axes {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Axes {
    /// The directions `along`; the first axes until the principal ones are known.
    pub fn new(along: Along, principal: Option<Arc<Principal>>) -> Self {
        match (along, principal) {
            (Along::Principal, None) => Self::default(),
            (Along::Principal, principal) => Self { along, principal },
            (along, _) => Self { along, principal: None },
        }
    }

    /// Differs for different directions.
    pub fn key(&self) -> (Along, usize) {
        (self.along, self.principal.as_ref().map_or(0, |p| Arc::as_ptr(p) as usize))
    }

    /// Where a latent point is drawn.
    pub fn place(&self, code: &[f32]) -> [f32; 3] {
        let axis = |k: usize| code.get(k).copied().unwrap_or(0.0);
        match (self.along, &self.principal) {
            _ if code.len() <= DRAWN => [0, 1, 2].map(axis),
            (Along::Principal, Some(principal)) => principal.place(code),
            (Along::Axes(axes), _) => axes.map(axis),
            (Along::Principal, None) => [0, 1, 2].map(axis),
        }
    }

    /// How a latent vector is drawn.
    pub fn vector(&self, vector: &[f32]) -> [f32; 3] {
        let (end, start) = (self.place(vector), self.place(&vec![0.0; vector.len()]));
        std::array::from_fn(|k| end[k] - start[k])
    }

    /// The directions in words; of up to three dimensions there is no choice, and nothing to say.
    pub fn told(&self, dim: usize) -> Option<String> {
        (dim > DRAWN).then(|| match (self.along, &self.principal) {
            (Along::Principal, Some(principal)) => {
                let share: f64 = principal.shares.iter().sum();
                format!("Principal axes of {dim} dimensions, {:.0} % of the spread", 100.0 * share)
            }
            (Along::Axes(axes), _) => {
                let [x, y, z] = axes.map(|axis| axis + 1);
                format!("Axes {x}, {y} and {z} of {dim}")
            }
            (Along::Principal, None) => format!("Axes 1, 2 and 3 of {dim}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::points::principal_of;

    #[test]
    fn a_point_is_drawn_along_the_directions_that_the_view_names() {
        let code = [1.0, 2.0, 3.0, 4.0, 5.0];
        let chosen = Axes::new(Along::Axes([4, 0, 2]), None);
        assert_eq!((chosen.place(&code), chosen.vector(&code)), ([5.0, 1.0, 3.0], [5.0, 1.0, 3.0]));
        assert_eq!(chosen.told(5).as_deref(), Some("Axes 5, 1 and 3 of 5"));
        // Of up to three dimensions all are drawn, and another session may have fewer than were chosen.
        assert_eq!((chosen.place(&[7.0, 8.0]), chosen.told(2)), ([7.0, 8.0, 0.0], None));
        assert_eq!(chosen.place(&[1.0, 2.0, 3.0, 4.0]), [0.0, 1.0, 3.0]);
        // Spread only along the fourth and, less, the second axis.
        let codes: Vec<f32> = (0..40).flat_map(|i| [1.0, ((i * 7) % 5) as f32, 0.0, i as f32]).collect();
        let waiting = Axes::new(Along::Principal, None);
        assert_eq!((waiting.place(&code[..4]), waiting == Axes::default()), ([1.0, 2.0, 3.0], true));
        let principal = Axes::new(Along::Principal, Some(Arc::new(principal_of(&codes, 4))));
        assert_eq!(principal.told(4).as_deref(), Some("Principal axes of 4 dimensions, 100 % of the spread"));
        let [along, _, _] = principal.vector(&[0.0, 0.0, 0.0, 1.0]);
        assert!((along - 1.0).abs() < 1e-2, "{along}");
        let middle = principal.place(&[1.0, 2.0, 0.0, 19.5]);
        assert!(middle.iter().all(|v| v.abs() < 1e-3), "the mean is in the middle: {middle:?}");
        assert!(principal != chosen);
    }
}
