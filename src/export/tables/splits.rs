//! The table of splits: which file, and which image in it, each sample is.

use super::columns::plain;
use crate::export::cells::{Column, Kind::*};
use crate::export::error::ExportError;
use crate::export::material::Material;
use crate::export::missing::Missing;
use crate::export::sheet::Sheet;

pub const SPLITS: fn(&Material) -> Vec<Column> = |_| {
    plain(&[("split", Text), ("index", Whole), ("file", Text), ("place", Whole), ("label", Whole), ("class", Text)])
};

pub fn splits(material: &Material, sheet: &mut Sheet<'_>, missing: &mut Vec<Missing>) -> Result<(), ExportError> {
    let Some(dataset) = Missing::unless(&material.dataset, "splits", missing) else { return Ok(()) };
    let splits = [("train", &dataset.train), ("validation", &dataset.validation), ("test", &dataset.test)];
    for (name, split) in splits {
        for sample in 0..split.len() {
            let (file, place) = split.origin(sample);
            let label = split.label(sample);
            sheet.row([
                name.into(),
                sample.into(),
                file.into(),
                place.into(),
                label.into(),
                dataset.classes.get(usize::from(label)).into(),
            ])?;
        }
    }
    Ok(())
}
