//! Figure S1: a vessel's mask, the finite-element mesh of its wall, the map of wall stress, and a prediction of it with its
//! error.

use crate::dataset::vessels::masks::WallMask;
use crate::figures::figure::{Axis, Columns, Figure, Image, Item, Key, LegendPlace, Line, Panel, Sample, Ticks};
use crate::figures::look::style::{Dash, Ink, Stroke};
use crate::labelling::colour_bar::{colour, ticks};
use crate::labelling::export::Summary;
use crate::labelling::fem::LabelledMask;
use crate::labelling::{MapErrors, StressMap};

/// Lines of the mesh and of its borders, points.
const MESH_WIDTH: f64 = 0.2;
const BORDER_WIDTH: f64 = 0.6;
/// Colour outside the wall.
const PAPER: [u8; 3] = [255; 3];

/// Colours of an error: below, zero and above.
const ERROR: [[u8; 3]; 3] = [[33, 102, 172], [247, 247, 247], [178, 24, 43]];

/// A map that a target predicted for the mask.
#[derive(Debug, Clone, Copy)]
pub struct Predicted<'a> {
    /// In kPa, of the size of the mask.
    pub map: &'a StressMap,
    /// Whose it is, such as "SNN after 200 minibatches".
    pub by: &'a str,
}

/// Figure S1 of one solved mask; lengths in mm from the image's top left corner.
pub fn figure_s1(mask: &WallMask, solved: &LabelledMask, predicted: Option<Predicted<'_>>) -> Figure {
    let (s, pixel_mm) = (&solved.solution, solved.pixel_mm);
    let highest = |map: &StressMap| {
        let wall = map.values().iter().zip(mask.wall()).filter(|(_, wall)| **wall);
        wall.map(|(v, _)| f64::from(*v)).fold(0.0, f64::max)
    };
    let marks = ticks(predicted.map_or(0.0, |p| highest(p.map)).max(highest(&solved.map)));
    let top = marks.last().copied().unwrap_or(1.0);
    let key = |tick: &f64| Key {
        text: if *tick == top { format!("{tick} kPa") } else { format!("{tick}") },
        sample: Sample::Band { ink: Ink::Scale(tick / top), opacity: 1.0 },
    };
    let size = s.mesh.size();
    let map = |title: &str, map: &StressMap, text: &str| {
        let colours = |i: usize| if mask.wall()[i] { colour(f64::from(map.values()[i]) / top).0 } else { PAPER };
        panel(title, mask, pixel_mm, vec![Item::Image(coloured(mask, pixel_mm, colours, text))])
    };
    let mut panels = vec![
        panel("Mask", mask, pixel_mm, vec![Item::Image(wall(mask, pixel_mm))]),
        panel("Mesh", mask, pixel_mm, mesh(solved)),
        map("Wall stress", &solved.map, "wall stress, kPa"),
    ];
    let mut prediction = String::new();
    if let Some(Predicted { map: predicted, by }) = predicted {
        panels.push(map("Prediction", predicted, "predicted wall stress, kPa"));
        let error = |i: usize| f64::from(predicted.values()[i] - solved.map.values()[i]);
        let on_wall = (0..mask.wall().len()).filter(|i| mask.wall()[*i]);
        let span = ticks(on_wall.map(|i| error(i).abs()).fold(0.0, f64::max)).last().copied().unwrap_or(1.0);
        let colours = |i: usize| if mask.wall()[i] { diverging(error(i) / span) } else { PAPER };
        let image = Item::Image(coloured(mask, pixel_mm, colours, "predicted minus solved, kPa"));
        panels.push(panel("Error", mask, pixel_mm, vec![image]));
        let errors = MapErrors::between(predicted, &solved.map);
        prediction = format!(
            " Prediction: {by}. Error: predicted minus solved, from blue (\u{2212}{span} kPa) over white to red (+{span} kPa); its \
             mean square is {:.1} kPa\u{b2} over all pixels and {:.1} kPa\u{b2} over the wall.",
            errors.all, errors.wall
        );
    }
    Figure {
        name: "figure-s1".into(),
        title: "Mask, mesh and wall stress".into(),
        caption: format!(
            "A mask of {} x {} pixels of {pixel_mm} mm, the mesh of its wall ({} x {} elements), and the {} at the systolic peak \
             ({:.0} mmHg, {:.1} kPa, on the lumen): mean {:.1}, 95th percentile {:.1}, 99th {:.1}, peak {:.1} kPa. Plaque \
             burden {:.1} %; lumen {:.2} mm\u{b2} at rest, {:.2} mm\u{b2} at the peak.{prediction}",
            mask.width(),
            mask.height(),
            size.sectors,
            size.layers,
            s.measure.words(),
            Summary::of(solved).systolic_mmhg,
            s.pressure,
            s.statistics.mean,
            s.statistics.p95,
            s.statistics.p99,
            s.statistics.peak,
            100.0 * s.plaque_burden,
            s.lumen_area,
            s.lumen_area_deformed,
        ),
        panels,
        columns: Columns { narrow: 1, wide: 3 },
        legend: LegendPlace::None,
        keys: marks.iter().map(key).collect(),
        shared_axes: false,
        tallest: Figure::TALLEST,
    }
}

/// A panel of the whole image in millimetres; y points upwards in the plot and is labelled downwards.
fn panel(title: &str, mask: &WallMask, pixel_mm: f64, items: Vec<Item>) -> Panel {
    let [width, height] = [mask.width(), mask.height()].map(|n| n as f64 * pixel_mm);
    let down = ticks(height).into_iter().filter(|t| *t <= height).map(|t| (-t, format!("{t}"))).collect();
    Panel {
        title: title.into(),
        x: Axis::linear("mm").range(0.0, width),
        y: Axis::linear("mm").range(-height, 0.0).ticks(Ticks::Named(down)),
        aspect: height / width,
        items,
    }
}

fn image(mask: &WallMask, pixel_mm: f64, planes: Vec<u8>, text: &str) -> Image {
    let [width, height] = [mask.width(), mask.height()];
    let extent = |n: usize| n as f64 * pixel_mm;
    Image { x: [0.0, extent(width)], y: [-extent(height), 0.0], width, height, planes, text: text.into() }
}

fn wall(mask: &WallMask, pixel_mm: f64) -> Image {
    let planes = mask.wall().iter().map(|wall| if *wall { u8::MAX } else { 0 }).collect();
    image(mask, pixel_mm, planes, "mask")
}

fn coloured(mask: &WallMask, pixel_mm: f64, of: impl Fn(usize) -> [u8; 3], text: &str) -> Image {
    let colours: Vec<[u8; 3]> = (0..mask.wall().len()).map(of).collect();
    let planes = (0..3).flat_map(|channel| colours.iter().map(move |c| c[channel])).collect();
    image(mask, pixel_mm, planes, text)
}

/// From -1 to 1.
fn diverging(share: f64) -> [u8; 3] {
    let [below, zero, above] = ERROR;
    let (end, share) = (if share < 0.0 { below } else { above }, share.abs().min(1.0));
    std::array::from_fn(|c| (f64::from(zero[c]) * (1.0 - share) + f64::from(end[c]) * share).round() as u8)
}

/// Rays and rings of the mesh at rest, with thicker lines for the two borders.
fn mesh(solved: &LabelledMask) -> Vec<Item> {
    let mesh = &solved.solution.mesh;
    let (sectors, layers) = (mesh.size().sectors, mesh.size().layers);
    let node = |sector: usize, layer: usize| {
        let [x, y] = mesh.nodes()[mesh.node(sector, layer)];
        [x, -y]
    };
    let gap = [f64::NAN; 2];
    let rays = (0..sectors).flat_map(|s| (0..=layers).map(move |l| node(s, l)).chain([gap])).collect();
    let ring = |layer: usize| (0..=sectors).map(move |s| node(s, layer)).chain([gap]);
    let line = |series: &str, points: Vec<[f64; 2]>, width: f64| {
        Item::Line(Line {
            series: series.into(),
            in_legend: false,
            points,
            stroke: Some(Stroke { ink: Ink::Text, width, dash: Dash::Solid, opacity: 1.0 }),
            mark: None,
            steps: false,
        })
    };
    vec![
        line("rays", rays, MESH_WIDTH),
        line("rings", (1..layers).flat_map(ring).collect(), MESH_WIDTH),
        line("borders", [0, layers].into_iter().flat_map(ring).collect(), BORDER_WIDTH),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{PAGE_WIDTH, Theme};
    use crate::figures::{png, svg};
    use crate::labelling::fem::FemTool;

    #[test]
    fn the_figure_shows_mask_mesh_and_stress_to_scale() {
        const SIDE: usize = 40;
        const PIXEL_MM: f64 = 0.2;
        let wall = |i: usize| (7.0..14.0).contains(&((i % SIDE) as f64 - 19.3).hypot((i / SIDE) as f64 - 19.8));
        let mask = WallMask::new(SIDE, SIDE, (0..SIDE * SIDE).map(wall).collect()).unwrap();
        let solved = FemTool { pixel_mm: PIXEL_MM, ..FemTool::default() }.solve(&mask).unwrap();
        let figure = figure_s1(&mask, &solved, None);
        assert_eq!(figure.panels.len(), 3);
        assert!(
            figure.caption.contains("pixels of 0.2 mm") && figure.caption.contains("120 mmHg"),
            "{}",
            figure.caption
        );
        let Item::Image(map) = &figure.panels[2].items[0] else { panic!("no image") };
        assert_eq!((map.x, map.y), ([0.0, 8.0], [-8.0, 0.0]));
        let top: f64 = figure.keys.last().unwrap().text.trim_end_matches(" kPa").parse().unwrap();
        for i in 0..SIDE * SIDE {
            let seen: [u8; 3] = std::array::from_fn(|c| map.planes[c * SIDE * SIDE + i]);
            let value = f64::from(solved.map.values()[i]);
            assert_eq!(seen, if wall(i) { colour(value / top).0 } else { PAPER });
        }
        // The mesh lies over the wall: its extent is that of the wall's pixels, within one of them.
        for axis in [0, 1] {
            let [low, high] = figure.panels[1].extent(axis).unwrap();
            assert!((high - low - 2.0 * 14.0 * PIXEL_MM).abs() < 2.0 * PIXEL_MM, "{low} to {high}");
        }
        // The error of twice the map is the map itself, on its own scale.
        let twice = StressMap::new(SIDE, SIDE, solved.map.values().iter().map(|v| 2.0 * v).collect()).unwrap();
        let figure = figure_s1(&mask, &solved, Some(Predicted { map: &twice, by: "SNN after 200 minibatches" }));
        let titles: Vec<&str> = figure.panels.iter().map(|p| p.title.as_str()).collect();
        assert_eq!(titles, ["Mask", "Mesh", "Wall stress", "Prediction", "Error"]);
        let Item::Image(error) = &figure.panels[4].items[0] else { panic!("no image") };
        let peak = (0..SIDE * SIDE).max_by(|a, b| solved.map.values()[*a].total_cmp(&solved.map.values()[*b])).unwrap();
        let share = f64::from(solved.map.values()[peak]) / top;
        assert_eq!(std::array::from_fn::<u8, 3, _>(|c| error.planes[c * SIDE * SIDE + peak]), diverging(share));
        assert_eq!((diverging(-2.0), diverging(0.0), diverging(1.0)), (ERROR[0], ERROR[1], ERROR[2]));
        assert!(figure.caption.contains("SNN after 200 minibatches"));
        assert!(!png(&svg(&figure, PAGE_WIDTH, &Theme::LIGHT), 72.0).unwrap().is_empty());
    }
}
