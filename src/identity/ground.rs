//! The data and the latent space of a run; only runs that share them can be combined, compared or continued.

use crate::disk;

/// The data and the latent space of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// SHA-256 of the data.
    pub data: String,
    /// SHA-256 of the data and all settings of the generator's training.
    pub generator: String,
    /// SHA-256 of the generator's weights; `None` if it is not known, as in histories of earlier versions.
    pub weights: Option<String>,
    /// SHA-256 of the train split's codes; `None` if it is not known.
    pub codes: Option<String>,
    /// Mean standard deviation of the codes' axes.
    pub scale: f32,
}

/// Largest relative difference between the scales of two embeddings by one generator, if other kernels encoded the same
/// images; two generators of one experiment differ by far more.
const SAME_SCALE: f32 = 1e-5;
/// Digits of a hash that are shown.
const SHOWN: usize = 12;

/// How far two runs are known to share data and latent space, if nothing contradicts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Data, weights and codes are equal.
    Equal,
    /// The weights are equal, and the codes were encoded by other kernels: they may differ in their last bits.
    LastBits,
    /// One of the two does not say which weights its generator had; their settings and their scales agree.
    Unknown,
}

impl Likeness {
    /// What a reader must know, one sentence; `None` if both are equal.
    pub fn note(self) -> Option<&'static str> {
        match self {
            Self::Equal => None,
            Self::LastBits => Some(
                "The embeddings are of one generator but were encoded on different processors, so codes differ in \
                 their last bits and gradient strategies may part.",
            ),
            Self::Unknown => Some(
                "The weights of a generator are unknown (written by an earlier version), so only its settings and \
                 the scale of its latent space were compared.",
            ),
        }
    }
}

const DATA: &str = "data (SHA-256)";

/// What differs between the data or latent spaces of two runs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {first} and {second}")]
pub struct GroundDifference {
    /// The data, the generator's settings or weights, or the scale of the latent space.
    pub what: &'static str,
    /// The first run's: the beginning of a hash, or a number.
    pub first: String,
    /// The second run's: the beginning of a hash, or a number.
    pub second: String,
}

impl GroundDifference {
    fn of(what: &'static str, first: &str, second: &str) -> Self {
        let short = |hash: &str| hash.get(..SHOWN).unwrap_or(hash).to_owned();
        Self { what, first: short(first), second: short(second) }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self.what {
            DATA => {
                "put back the data of those runs as they were (one image that was added, removed, changed or renamed, or \
                 has another label, makes them others: names say in which order images are read)"
            }
            _ => "give the generator of those runs with --generator",
        }
    }
}

impl Ground {
    /// Whether both can be of one comparison: an error names what differs, with both values.
    pub fn compare(&self, other: &Self) -> Result<Likeness, GroundDifference> {
        let differ = |what, first: &str, second: &str| Err(GroundDifference::of(what, first, second));
        if let Some(difference) = self.differs_in_data(&other.data) {
            return Err(difference);
        }
        if self.generator != other.generator {
            return differ("generator's settings (SHA-256)", &self.generator, &other.generator);
        }
        let codes = self.codes.as_ref().zip(other.codes.as_ref()).map(|(a, b)| a == b);
        match (&self.weights, &other.weights) {
            (Some(a), Some(b)) if a != b => return differ("generator's weights (SHA-256)", a, b),
            (Some(_), Some(_)) => {
                return Ok(if codes == Some(false) { Likeness::LastBits } else { Likeness::Equal });
            }
            _ if codes == Some(true) => return Ok(Likeness::Equal),
            _ => {}
        }
        let (a, b) = (self.scale, other.scale);
        if (a - b).abs() > SAME_SCALE * a.abs().max(b.abs()) {
            return differ("scale of the latent space", &a.to_string(), &b.to_string());
        }
        Ok(Likeness::Unknown)
    }

    /// The difference to other data, SHA-256.
    pub fn differs_in_data(&self, data: &str) -> Option<GroundDifference> {
        (self.data != data).then(|| GroundDifference::of(DATA, &self.data, data))
    }

    /// SHA-256 of an embedding's codes, `[n, dim]`, little endian.
    pub fn hash_codes(codes: &[f32]) -> String {
        disk::sha256(codes.iter().flat_map(|c| c.to_le_bytes()).collect::<Vec<u8>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_share_a_ground_or_the_difference_is_named() {
        let ground = |weights: Option<&str>, codes: Option<&str>, scale| Ground {
            data: "data".into(),
            generator: "settings".into(),
            weights: weights.map(str::to_owned),
            codes: codes.map(str::to_owned),
            scale,
        };
        let known = ground(Some("w"), Some("c"), 0.193);
        let other_data = Ground { data: "other".into(), ..known.clone() };
        let other_settings = Ground { generator: "other".into(), ..known.clone() };
        for (other, expected) in [
            (known.clone(), Ok(Likeness::Equal)),
            (ground(Some("w"), Some("d"), 0.193), Ok(Likeness::LastBits)),
            (ground(Some("w"), None, 0.193), Ok(Likeness::Equal)),
            (ground(None, Some("c"), 0.193), Ok(Likeness::Equal)),
            (ground(None, Some("d"), 0.193_000_1), Ok(Likeness::Unknown)),
            (ground(None, None, 0.193), Ok(Likeness::Unknown)),
            (ground(Some("x"), Some("d"), 0.193), Err("generator's weights (SHA-256): w and x")),
            (ground(None, None, 0.338), Err("scale of the latent space: 0.193 and 0.338")),
            (other_data, Err("data (SHA-256): data and other")),
            (other_settings, Err("generator's settings (SHA-256): settings and other")),
        ] {
            let found = known.compare(&other).map_err(|e| e.to_string());
            assert_eq!(found, expected.map_err(str::to_owned), "{other:?}");
            assert_eq!(found.is_ok(), other.compare(&known).is_ok());
        }
    }
}
