//! People as the labelling tool: what they said of decoded images, as these were shown to them.

use std::collections::HashMap;

use super::simulation::MadeSample;
use super::{ImageRef, Label, LabellingTool, Refusal};
use crate::dataset::{Class, ImageShape};

/// The name of the tool wherever its labels are shown.
const NAME: &str = "people";

/// What people said of generated images so far.
pub struct People {
    shape: ImageShape,
    /// The image that was shown for a latent point, which is known by its bits.
    shown: HashMap<Vec<u32>, Vec<u8>>,
    said: HashMap<Vec<u8>, Result<Class, Refusal>>,
}

impl LabellingTool for People {
    fn name(&self) -> &str {
        NAME
    }

    fn label(&self, image: ImageRef<'_>) -> Result<Label, Refusal> {
        let pixels = image.in_shape(self.shape)?;
        let shown: Vec<u8> = pixels.iter().map(|v| (v * f32::from(u8::MAX)).round() as u8).collect();
        let said = self.said.get(&shown).cloned().unwrap_or(Err(Refusal::Unanswered));
        said.map(|class| Label::Class(usize::from(class)))
    }
}

impl People {
    /// Nothing was said yet of images of this shape.
    pub fn new(shape: ImageShape) -> Self {
        Self { shape, shown: HashMap::new(), said: HashMap::new() }
    }

    /// Takes in what was said of the image that was shown for a latent point: values 0..=255, planes one after the other.
    pub fn hear(&mut self, point: &[f32], image: Vec<u8>, said: Result<Class, Refusal>) {
        self.said.insert(image.clone(), said);
        self.shown.insert(bits(point), image);
    }

    /// The label of the image that was shown for a latent point.
    pub fn label_point(&self, point: &[f32]) -> Result<MadeSample, Refusal> {
        let shown = self.shown.get(&bits(point)).ok_or(Refusal::Unanswered)?;
        let image: Vec<f32> = shown.iter().map(|v| f32::from(*v) / f32::from(u8::MAX)).collect();
        let ImageShape { width, height, .. } = self.shape;
        match self.label(ImageRef { width, height, pixels: &image })? {
            Label::Class(class) => Ok(MadeSample { image, label: class as Class, map: None, seconds: 0.0 }),
            Label::Map(_) => Err(Refusal::Unanswered),
        }
    }
}

fn bits(point: &[f32]) -> Vec<u32> {
    point.iter().map(|value| value.to_bits()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_the_label_that_was_given_to_it_as_it_was_shown() {
        let shape = ImageShape { channels: 1, height: 1, width: 2 };
        let mut people = People::new(shape);
        people.hear(&[0.5], vec![0, 255], Ok(3));
        people.hear(&[0.6], vec![7, 7], Err(Refusal::NoSuchThing));
        let made = people.label_point(&[0.5]).unwrap();
        assert_eq!((made.label, made.image), (3, vec![0.0, 1.0]));
        assert_eq!(people.label_point(&[0.6]), Err(Refusal::NoSuchThing));
        assert_eq!(people.label_point(&[0.7]), Err(Refusal::Unanswered));
        let label = |pixels: &[f32]| people.label(ImageRef { width: 2, height: 1, pixels });
        assert_eq!(label(&[0.001, 0.999]), Ok(Label::Class(3)), "rounded as it was shown");
        assert_eq!(label(&[0.0]), Err(Refusal::WrongSize { width: 2, height: 1, values: 1 }));
        assert_eq!(label(&[0.0, 0.0]), Err(Refusal::Unanswered));
    }
}
