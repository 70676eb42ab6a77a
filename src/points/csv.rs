//! Points that were chosen as a CSV table: their row in the file, their metadata, their coordinates.

use super::set::Points;

/// A CSV of the points, in their order, with a header.
pub fn csv(points: &Points, chosen: &[u32]) -> Result<Vec<u8>, String> {
    let mut table = ::csv::Writer::from_writer(Vec::new());
    let lost = |e: ::csv::Error| e.to_string();
    let columns = points.columns.iter().map(|c| c.name.as_str());
    table
        .write_record(["row"].into_iter().chain(columns).chain(points.axes.iter().map(String::as_str)))
        .map_err(lost)?;
    for &point in chosen {
        let point = point as usize;
        table.write_field(points.row(point).to_string()).map_err(lost)?;
        for column in &points.columns {
            table.write_field(column.cell(point).as_bytes()).map_err(lost)?;
        }
        for value in points.code(point) {
            table.write_field(value.to_string()).map_err(lost)?;
        }
        table.write_record(None::<&[u8]>).map_err(lost)?;
    }
    table.into_inner().map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::set::tests::of_codes;
    use super::*;
    use crate::points::{Column, Texts};

    #[test]
    fn a_choice_is_written_with_rows_metadata_and_coordinates() {
        let mut points = of_codes(vec![0.5, 1.0, -2.0, 3.5, 0.1, 7.0], 2);
        let mut texts = Texts::default();
        ["one", "two, or \"2\"", "three"].iter().for_each(|t| texts.push(t));
        points.columns = vec![Column::of("name".into(), texts)];
        let written = String::from_utf8(csv(&points, &[2, 1]).unwrap()).unwrap();
        assert_eq!(written, "row,name,axis 1,axis 2\n2,three,0.1,7\n1,\"two, or \"\"2\"\"\",-2,3.5\n");
    }
}
