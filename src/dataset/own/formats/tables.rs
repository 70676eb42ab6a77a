//! Image files with a table of files and labels beside them, in CSV or TSV.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::cells::in_train;
use super::file_table::{Table, not_found, told_absent, told_twice};
use super::folders::{self, Files, is_image};
use super::groups;
use super::known::{Known, NotFound};
use super::label_columns::{LabelsIn, UNCLEAR};
use super::layout::{self, Place};
use super::table_names::{candidates, is_form, known, split_of};
use super::text::is_number;
use crate::dataset::DataError;
use crate::dataset::own::format::{Format, with_labels};
use crate::dataset::own::labels::{RawLabel, classes_of};
use crate::dataset::own::listing::{IN_NO_ROW, Item, Listing, Part, Unreadable};
use crate::dataset::own::names::{names_file, names_in};
use crate::dataset::own::tree::{Entry, Tree};

pub struct Tables;

impl Format for Tables {
    fn name(&self) -> &'static str {
        "image files with a table of labels"
    }

    fn claims(&self, tree: &Tree) -> usize {
        if candidates(tree).next().is_none() {
            return 0;
        }
        let (images, has_classes) = (known(tree), folders::classes(tree).is_some());
        let is_used = |(file, table): &(&Entry, Table)| {
            let is_of_labels = table.has_labels() && (table.is_named || !has_classes);
            is_of_labels && table.doubt(&images, file.folders(), has_classes).is_none()
        };
        let found = candidates(tree).filter_map(|file| Some((file, Table::read(tree, file, &images).ok()??)));
        match found.filter(is_used).count() {
            0 => 0,
            tables => images.count + tables,
        }
    }

    fn list(&self, tree: Arc<Tree>) -> Result<Listing, DataError> {
        let images = known(&tree);
        let mut items: Vec<Item> = Vec::new();
        let (mut raw, mut files, mut unreadable, mut notes) = (vec![], vec![], vec![], vec![]);
        // The table of each label, and its line there; and what is said of its row if another names the image better.
        let mut at: Vec<(usize, usize)> = Vec::new();
        let mut elsewhere: Vec<Option<Unreadable>> = Vec::new();
        let (mut warnings, mut unclear, mut groups_in) = (Vec::new(), None, Vec::new());
        let mut seen: HashMap<usize, usize> = HashMap::new();
        let mut no_splits: BTreeMap<String, usize> = BTreeMap::new();
        let [mut divided, mut read, mut doubted]: [Vec<String>; 3] = Default::default();
        // By the tables of both rows.
        let mut contradicted: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
        let in_folders = parts_of_folders(&tree);
        let forms = tree.files.iter().filter(|f| is_form(f)).map(Entry::name);
        notes.extend(forms.map(|name| format!("{name} is a form for answers by its name, and not read")));
        let mut tables: Vec<(&Entry, Table)> = Vec::new();
        for file in candidates(&tree) {
            match Table::read(&tree, file, &images) {
                Ok(table) => tables.extend(table.map(|table| (file, table))),
                // A text need not be a table.
                Err(_) if file.extension() == "txt" => {}
                Err(e) => return Err(tree.fault(Some(file), e)),
            }
        }
        let is_told = folders::classes(&tree).is_some() || tables.iter().any(|(_, table)| table.is_plainly_of_files());
        tables.retain(|(file, table)| {
            let doubt = table.doubt(&images, file.folders(), is_told);
            notes.extend(doubt.map(|why| format!("no label is read from {}, which {why}", file.name())));
            doubted.extend(doubt.map(|_| file.name()));
            doubt.is_none()
        });
        notes.extend(made_up_for(&mut tables, &images));
        // Beside a column that is called a label none is guessed; what has no labels says splits of images that have theirs.
        tables.sort_by_key(|(_, table)| (!table.is_named, !table.has_labels()));
        let is_named = tables.first().is_some_and(|(_, table)| table.is_named);
        if let Some(two) = (!is_named).then(|| rivals(&tables)).flatten() {
            return Err(tree.fault(None, two));
        }
        for (file, mut table) in tables {
            let found = table.found(&images, file.folders());
            // A table of images in folders of several splits is none of the one in its name.
            let parts: HashSet<Part> = found.iter().flatten().filter_map(|i| in_folders.get(i)).copied().collect();
            table.of = table.of.filter(|_| parts.len() < 2);
            if is_named && !table.is_named {
                let guessed = matches!(table.label, Ok(LabelsIn::Column(_) | LabelsIn::Columns(_)) | Err(_));
                table.label = Ok(LabelsIn::Nowhere);
                let aside = "has no labels in a column that is called so, as another table has; none are read from it";
                notes.extend(guessed.then(|| format!("{} {aside}", file.name())));
            }
            notes.push(table.note(file));
            notes.extend(table.notes.iter().map(|note| format!("{}: {note}", file.name())));
            read.push(file.name());
            groups_in.extend(groups::column(&table));
            let labels = match &table.label {
                Ok(labels) => labels,
                Err(why) if table.rows.is_empty() => return Err(tree.fault(Some(file), why)),
                Err(why) => {
                    unclear.get_or_insert_with(|| tree.fault(Some(file), why));
                    &LabelsIn::Nowhere
                }
            };
            table.is_plain(labels).map_err(|e| tree.fault(Some(file), e))?;
            let mut absent: Vec<String> = Vec::new();
            for ((&line, row), found) in table.lines.iter().zip(&table.rows).zip(found) {
                let (name, told) = (table.name_in(row), table.told(row, &mut no_splits));
                let index = match found {
                    Ok(index) => index,
                    Err(NotFound::None) if table.is_list => {
                        absent.push(name.to_owned());
                        continue;
                    }
                    Err(why) => {
                        unreadable.push(not_found(name, why, line, file));
                        continue;
                    }
                };
                let label = labels.of(|column| row.get(column).map_or("", String::as_str).into());
                let part = told.or_else(|| in_folders.get(&index).copied());
                let longer =
                    images.is_longer(name, &tree.files[index]).then(|| not_found(name, NotFound::None, line, file));
                let Some(&before) = seen.get(&index) else {
                    seen.insert(index, raw.len());
                    items.push(Item { name: tree.files[index].name(), part, label: None });
                    raw.push(label);
                    at.push((read.len() - 1, line));
                    elsewhere.push(longer);
                    files.push(index);
                    continue;
                };
                if matches!(labels, LabelsIn::Nowhere) {
                    let there = items[before].part.or(told);
                    items[before].part = there;
                    divided.extend(told.filter(|told| Some(*told) != there).map(|_| tree.files[index].name()));
                    continue;
                }
                let differs = raw[before] != label;
                // Of two rows the one that names the image, and not one of that name in another folder.
                if differs && elsewhere[before].is_some() != longer.is_some() {
                    if longer.is_none() {
                        (raw[before], items[before].part, at[before]) = (label, part, (read.len() - 1, line));
                    }
                    unreadable.extend(elsewhere[before].take().or(longer));
                    continue;
                }
                if differs {
                    contradicted.entry((at[before].0, read.len() - 1)).or_default().push(tree.files[index].name());
                }
                // A split that one row says is that of the other too.
                let there = items[before].part.or(part);
                items[before].part = there;
                divided.extend((part.or(there) != there).then(|| tree.files[index].name()));
            }
            warnings.extend(told_absent(file, &absent));
        }
        notes.extend(in_train(&no_splits));
        for ((one, other), files) in &contradicted {
            let of = if one == other { String::new() } else { format!(", in {} and {}", read[*one], read[*other]) };
            warnings.extend(told_twice(files, &format!("labels{of}")));
        }
        warnings.extend(told_twice(&divided, "splits"));
        if let Some(mixed) = mixed(&raw, &at, &read) {
            unclear.get_or_insert_with(|| tree.fault(None, mixed));
            raw.fill(RawLabel::Missing);
        }
        let unlisted = images.count - seen.len();
        if unlisted > 0 {
            warnings.push(format!("{IN_NO_ROW}: {unlisted}"));
        }
        // A table called `labels.txt` lists no names.
        let names = names_file(&tree).filter(|file| !read.contains(&file.name()));
        doubted.extend(names.map(Entry::name));
        let is_told = |file: &Entry| read.contains(&file.name()) || doubted.contains(&file.name()) || is_form(file);
        let is_aside = |i: &usize| !is_image(&tree, &tree.files[*i]) && !is_told(&tree.files[*i]);
        let aside: Vec<usize> = (0..tree.files.len()).filter(is_aside).collect();
        notes.extend(folders::left_aside(&tree, &aside));
        let names = names.filter(|_| raw.iter().any(|label| *label != RawLabel::Missing));
        let names = names.and_then(|_| names_in(&tree));
        let found = classes_of(&raw, names, &|i| format!("row {} of {}", at[i].1, read[at[i].0]))
            .map_err(|e| tree.fault(None, e))?;
        notes.extend(found.notes);
        warnings.extend(found.warnings);
        if let Some(folders) = folders::classes(&tree) {
            let class = |label: &Result<_, String>| found.classes.get(usize::from(*label.as_ref().ok()?));
            let both: Vec<[String; 2]> = (files.iter().zip(&found.labels))
                .filter_map(|(file, label)| Some([folders.get(file)?, class(label)?].map(|name| name.to_lowercase())))
                .collect();
            match beside_folders(&both) {
                Ok(note) => notes.push(note),
                Err(warning) => warnings.push(warning),
            }
        }
        let images = Box::new(Files { tree, files });
        let (items, images) = with_labels(items, found.labels, &found.classes, &mut unreadable, images);
        warnings.extend(groups::told(&groups_in, &items));
        let format = self.name().to_owned();
        Ok(Listing { format, items, classes: found.classes, images, unreadable, notes, warnings, unclear })
    }
}

/// The split that the folders of each image say, above classes or not.
fn parts_of_folders(tree: &Tree) -> HashMap<usize, Part> {
    let images: Vec<usize> = (0..tree.files.len()).filter(|i| is_image(tree, &tree.files[*i])).collect();
    let places = layout::places(&images.iter().map(|i| tree.files[*i].folders()).collect::<Vec<_>>());
    let part = |(image, place): (&usize, &Place<'_>)| {
        let above = match place {
            Place::Inside { part, .. } => *part,
            Place::Outside => None,
        };
        let named = tree.files[*image].folders().iter().find_map(|folder| Part::of(folder));
        Some((*image, named.or(above)?))
    };
    images.iter().zip(&places).filter_map(part).collect()
}

/// Takes no labels from tables that do not say where theirs are, if others say those of most of the same images; what is
/// told of it.
fn made_up_for(tables: &mut [(&Entry, Table)], images: &Known) -> Vec<String> {
    let is_unclear = |table: &Table| matches!(&table.label, Err(why) if why.starts_with(UNCLEAR));
    if !tables.iter().any(|(_, table)| is_unclear(table)) {
        return Vec::new();
    }
    let is_clear = |table: &Table| table.has_labels() && table.label.is_ok();
    let clear = tables.iter().filter(|(_, table)| is_clear(table));
    let labelled: HashSet<usize> =
        clear.flat_map(|(file, table)| table.found(images, file.folders())).flatten().collect();
    let mut notes = Vec::new();
    for (file, table) in tables.iter_mut().filter(|(_, table)| is_unclear(table)) {
        let known =
            table.found(images, file.folders()).into_iter().flatten().filter(|image| labelled.contains(image)).count();
        if let Err(why) = &table.label
            && known * 2 > table.rows.len()
        {
            notes.push(format!(
                "no label is read from {}, which {why}; another table has labels of its images",
                file.name()
            ));
            table.label = Ok(LabelsIn::Nowhere);
            table.of = table.of.filter(|_| split_of(file).is_some());
        }
    }
    notes
}

/// That the classes are numbers in one table and names in another, so that each would be several. `at` has the table of
/// each label, of those that are `read`.
fn mixed(raw: &[RawLabel], at: &[(usize, usize)], read: &[String]) -> Option<String> {
    let mut kinds: BTreeMap<usize, BTreeSet<(bool, &str)>> = BTreeMap::new();
    for (label, (table, _)) in raw.iter().zip(at) {
        if let RawLabel::Cell(name) | RawLabel::Name(name) = label {
            kinds.entry(*table).or_default().insert((is_number(name), name));
        }
    }
    let all = |numbers: bool| {
        let is_so = |(_, names): &(&usize, &BTreeSet<(bool, &str)>)| names.iter().all(|(is, _)| *is == numbers);
        let (table, names) = kinds.iter().find(is_so)?;
        Some((&read[*table], names.first()?.1))
    };
    let ((one, number), (other, name)) = (all(true)?, all(false)?);
    Some(format!(
        "has numbers for classes in {one} (`{number}`) and names in {other} (`{name}`); write one or the other"
    ))
}

/// What is said of folders that may be classes too, beside the labels of a table, by both names of each image; an error
/// if they may be right where the table is wrong.
fn beside_folders(both: &[[String; 2]]) -> Result<String, String> {
    let told = "the folders of the images may be classes too, but the labels are those of the table";
    let (all, other) = (both.len(), both.iter().filter(|[folder, label]| folder != label).count());
    if other == 0 {
        return Ok(format!("{told}; they say the same"));
    }
    let mut within: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for [folder, label] in both {
        *within.entry(folder).or_default().entry(label).or_default() += 1;
    }
    // Words that are both mean the same; of others the labels in each folder tell.
    if !both.iter().any(|[_, label]| within.contains_key(label.as_str())) {
        let most = within.values().filter_map(|labels| labels.iter().max_by_key(|(_, images)| **images));
        let (usual, kinds): (Vec<usize>, BTreeSet<&str>) = most.map(|(label, images)| (*images, *label)).unzip();
        let usual: usize = usual.into_iter().sum();
        if usual == all {
            return Ok(format!("{told}; all images of a folder have one label"));
        }
        if kinds.len() == within.len() && usual * 4 >= all * 3 {
            let other = all - usual;
            return Err(format!("{told}; {other} of {all} images have another label than most of their folder"));
        }
        if within.values().all(|labels| labels.len() > 1) {
            return Ok("the folders of the images are no classes: each has images of several labels".into());
        }
    }
    Err(format!("{told}; for {other} of {all} images the folder says another class"))
}

/// That two tables have columns of other names that may be the labels, where none is called so.
fn rivals(tables: &[(&Entry, Table)]) -> Option<String> {
    let guessed = tables.iter().filter_map(|(file, table)| match (&table.label, &table.header) {
        (Ok(LabelsIn::Column(column)), Some(header)) => Some((header.get(*column)?, file.name())),
        _ => None,
    });
    let (first, there) = guessed.clone().next()?;
    let (other, here) = guessed.clone().find(|(name, _)| !name.eq_ignore_ascii_case(first))?;
    Some(format!("has labels in `{first}` of {there} or in `{other}` of {here}; call the right column `label`"))
}

#[cfg(test)]
mod tests {
    use crate::dataset::own::formats::find;
    use crate::disk;

    #[test]
    fn labels_are_those_of_the_images_that_rows_name() {
        // A row for each image, with the image's number, that of another one, and its class.
        type Line = fn(usize, usize, usize) -> String;
        let class = |image: usize| ["c", "d"][image % 2];
        let tables: [(&str, Line); 10] = [
            (",file,label", |row, image, _| format!("{row},{image}.png,CLASS")),
            ("id,filename,label", |_, image, other| format!("{other},{image}.png,CLASS")),
            ("label,id,path", |row, image, _| format!("CLASS,{row},images/{image}.png")),
            ("original,file,label", |_, image, other| format!("{other}.png,{image}.png,CLASS")),
            ("nr;bild;label", |row, image, _| format!("{};{image}.png;CLASS", row + 1)),
            ("", |row, image, _| format!("{row},{image}.png,CLASS")),
            ("score,image,label", |_, image, other| format!("{other},{image},{}", image % 2)),
            ("label,image", |_, image, _| format!("{},{image}", image % 2)),
            ("class;name", |_, image, _| format!("CLASS;{image}")),
            ("patient,image,label", |row, image, _| format!("{},{image},{}", row / 2, image % 2)),
        ];
        let images = [3, 0, 5, 1, 4, 2, 7, 6];
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("images")).unwrap();
        for image in images {
            disk::write_aside(&root.path().join(format!("images/{image}.png")), b"x").unwrap();
        }
        for (header, line) in tables {
            let line = |(row, image): (usize, &usize)| {
                line(row, *image, images[images[row]]).replace("CLASS", class(*image)) + "\n"
            };
            let rows: String = images.iter().enumerate().map(line).collect();
            let text = if header.is_empty() { rows } else { format!("{header}\n{rows}") };
            disk::write_aside(&root.path().join("labels.csv"), text.as_bytes()).unwrap();
            let listing = find(root.path()).unwrap().listing;
            assert_eq!(listing.items.len(), images.len(), "{header}");
            for item in listing.items {
                let image: u16 = item.name.trim_start_matches("images/").trim_end_matches(".png").parse().unwrap();
                assert_eq!(item.label.map(u64::from), Some(u64::from(image % 2)), "{header}: {}", item.name);
            }
        }
    }

    #[test]
    fn a_row_of_another_folder_takes_no_image_from_its_own_row() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("there")).unwrap();
        for image in 0..4 {
            disk::write_aside(&root.path().join(format!("there/{image}.png")), b"x").unwrap();
        }
        let of = |folder: &str, from: usize| {
            (0..4).map(|i| format!("{folder}{i}.png,{}\n", ["a", "b"][(i + from) % 2])).collect::<String>()
        };
        for (table, lost) in [
            (of("gone/", 1) + &of("there/", 0), 4),
            (of("there/", 0) + &of("gone/", 1), 4),
            // With a folder more the whole path may be one of another machine, but it gives way to a nearer name.
            (of("far/there/", 1) + &of("there/", 0), 4),
            (of("there/", 0) + &of("far/there/", 1), 4),
            (of("far/there/", 0), 0),
        ] {
            disk::write_aside(&root.path().join("labels.csv"), format!("file,label\n{table}").as_bytes()).unwrap();
            let listing = find(root.path()).unwrap().listing;
            let labels: Vec<_> = listing.items.iter().map(|item| (item.name.clone(), item.label)).collect();
            let expected: Vec<_> = (0..4_u16).map(|i| (format!("there/{i}.png"), Some((i % 2) as _))).collect();
            assert_eq!((labels, listing.unreadable.len()), (expected, lost), "{table}");
            assert!(listing.unreadable.iter().all(|u| u.reason == "is in labels.csv and not among the images"));
            assert_eq!(listing.warnings, Vec::<String>::new());
        }
    }
}
