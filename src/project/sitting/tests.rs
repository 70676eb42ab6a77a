//! Sittings at a project of four images: answers, the way back, undoing, lists.

use super::*;
use crate::project::status::Status;

fn standing(images: &[u32]) -> Standing {
    let pick = |image: &u32| Pick { image: *image, score: None, step: None };
    let batch = Batch { round: 1, strategy: "snn".into(), picks: images.iter().map(pick).collect() };
    let (doubts, generated) = Default::default();
    Standing {
        round: 1,
        batches: vec![batch],
        status: Status::default(),
        no_training: None,
        predictions: None,
        held_out: None,
        doubts,
        generated,
    }
}

fn sitting() -> Sitting {
    let parts = [Purpose::Pool, Purpose::Pool, Purpose::Drawn, Purpose::Pool].to_vec();
    let known = Known {
        classes: vec!["cat".into(), "dog".into()],
        names: (0..4).map(|i| format!("{i}.png")).collect(),
        rows: vec![None; parts.len()],
        parts,
        ..Known::default()
    };
    Sitting::new(known, standing(&[3, 0, 1]))
}

/// Writes as a project does.
fn write(sitting: &mut Sitting, said: Vec<(usize, Said)>) {
    let row = |(image, said): (usize, Said)| {
        let label = said.class.map(|c| sitting.known.classes[usize::from(c)].clone()).unwrap_or_default();
        let Said { answer, round, strategy, seconds, time, who, guess, .. } = said;
        let file = sitting.known.names[image].clone();
        (image, Row { file, label, round, strategy, seconds, time, who, answer, guess })
    };
    let rows = said.into_iter().map(row).collect();
    sitting.written(rows);
}

fn label(sitting: &mut Sitting, class: Class) {
    let image = sitting.image().unwrap();
    let said = sitting.answer(&[image], Answer::Label, Some(class), Some(1.0));
    assert_eq!(sitting.image(), Some(image), "the next image shows when this one is on the disk");
    write(sitting, said);
}

#[test]
fn images_are_asked_for_in_the_order_of_the_batch_and_undone_ones_come_back() {
    let mut s = sitting();
    assert_eq!((s.list(), s.image()), (List::Round, Some(3)));
    label(&mut s, 1);
    label(&mut s, 0);
    assert_eq!((s.image(), s.known.class_of(3), s.known.class_of(0)), (Some(1), Some(1), Some(0)));
    let said = s.undo();
    assert_eq!(said[0].1.answer, Answer::Undone);
    write(&mut s, said);
    assert_eq!((s.image(), s.known.class_of(0)), (Some(0), None));
    let image = s.image().unwrap();
    let said = s.answer(&[image], Answer::NotSure, None, None);
    write(&mut s, said);
    assert_eq!((s.image(), s.waiting(List::Round)), (Some(1), 1));
}

#[test]
fn what_is_undone_after_its_round_is_shown_again() {
    let mut s = sitting();
    [1, 0, 1].into_iter().for_each(|class| label(&mut s, class));
    s.take(Standing { round: 2, ..standing(&[]) });
    assert_eq!(s.image(), None);
    let said = s.undo();
    write(&mut s, said);
    assert_eq!((s.image(), s.known.class_of(1), s.looks_back()), (Some(1), None, true));
    label(&mut s, 0);
    assert_eq!((s.image(), s.known.class_of(1)), (None, Some(0)));
}

/// What had proposed an image is kept where its label is taken back after the round, and given again.
#[test]
fn an_image_of_a_round_before_keeps_what_proposed_it() {
    let mut s = sitting();
    [1, 0, 1].into_iter().for_each(|class| label(&mut s, class));
    s.take(Standing { round: 2, ..standing(&[]) });
    let said = s.undo();
    write(&mut s, said);
    let said = s.answer(&[1], Answer::Label, Some(0), None);
    assert_eq!((said[0].1.strategy.as_str(), said[0].1.round), ("snn", 2));
}

#[test]
fn a_label_is_changed_later_and_undone_to_what_it_was() {
    let mut s = sitting();
    label(&mut s, 1);
    assert!(s.go_back() && !s.go_back());
    assert_eq!((s.image(), s.looks_back()), (Some(3), true));
    label(&mut s, 0);
    assert_eq!((s.known.class_of(3), s.image()), (Some(0), Some(0)), "and on with the next one");
    let said = s.undo();
    write(&mut s, said);
    assert_eq!(s.known.class_of(3), Some(1));
    let said = s.undo();
    write(&mut s, said);
    assert_eq!((s.known.class_of(3), s.image(), s.undo().len()), (None, Some(3), 0));
}

#[test]
fn a_whole_batch_is_one_step_and_the_test_is_a_list_of_its_own() {
    let mut s = sitting();
    let said = s.answer(&[3, 0], Answer::Label, Some(0), Some(3.0));
    assert!(said.iter().all(|(_, said)| said.strategy == "snn" && said.seconds == Some(1.5)));
    write(&mut s, said);
    assert_eq!((s.image(), s.done(List::Round)), (Some(1), 2));
    let said = s.undo();
    write(&mut s, said);
    assert_eq!(s.queue(List::Round), [3, 0, 1]);
    s.go_to(List::Test);
    assert_eq!(s.image(), Some(2));
    let said = s.answer(&[2], Answer::Label, Some(0), None);
    assert_eq!(said[0].1.strategy, TEST);
    write(&mut s, said);
    assert_eq!((s.image(), s.queue(List::Labelled)), (None, &[2][..]));
    s.choose(2);
    assert_eq!(s.image(), Some(2));
}

#[test]
fn skipping_a_label_that_is_looked_at_again_takes_nothing_back() {
    let mut s = sitting();
    label(&mut s, 1);
    label(&mut s, 0);
    let conflict = |image| Conflict { image, label: "dog".into(), who: "anna".into() };
    s.take_import(s.known.clone(), vec![conflict(3), conflict(0)]);
    assert_eq!((s.list(), s.image()), (List::Conflicts, Some(3)));
    assert!(s.put_off(&[3]));
    assert_eq!((s.image(), s.known.class_of(3), s.waiting(List::Conflicts)), (Some(0), Some(1), 2));
    s.go_back();
    assert_eq!(s.image(), Some(3), "what was put off is a step back");
    s.go_forward();
    assert_eq!((s.image(), s.steps()), (Some(0), 2));
    assert!(s.put_off(&[0]));
    assert_eq!(s.queue(List::Conflicts), [3, 0]);
    assert!(!s.put_off(&[1]), "an image without a label is skipped");
}

#[test]
fn a_region_is_looked_at_and_written_as_one_step_once_it_is_confirmed() {
    let mut s = sitting();
    label(&mut s, 1);
    assert!(s.take_region(vec![3, 2, 1, 0]), "3 has a label, and 2 is for the test");
    assert_eq!((s.list(), s.region().images(), s.waiting(List::Region)), (List::Region, &[1, 0][..], 2));
    s.change_region(|region| region.give(&[1, 0], 0));
    s.change_region(|region| region.give(&[0], 1));
    assert_eq!((s.waiting(List::Region), s.known.class_of(0)), (0, None), "nothing is said yet");
    let said = s.confirm(Some(3.0));
    assert!(said.iter().all(|(_, said)| said.strategy == LASSO && said.seconds == Some(1.5)));
    write(&mut s, said);
    assert_eq!((s.known.class_of(1), s.known.class_of(0), s.region().images()), (Some(0), Some(1), &[][..]));
    let said = s.undo();
    write(&mut s, said);
    assert_eq!((s.known.class_of(1), s.list(), s.region().images()), (None, List::Region, &[1, 0][..]));
    assert_eq!((s.region().class_of(1), s.region().class_of(0)), (Some(0), Some(1)), "as before it was confirmed");
    s.change_region(|region| region.take_out(&[0]));
    assert_eq!(s.confirm(None).len(), 1);
    assert!(!s.take_region(vec![3]));
}

/// Files have the order of their classes; whoever stops half-way has labelled some of each.
#[test]
fn test_images_are_asked_in_a_random_order_that_stays() {
    const ALL: usize = 200;
    let known = Known {
        classes: vec!["cat".into(), "dog".into()],
        names: (0..ALL).map(|i| format!("{i}.png")).collect(),
        rows: vec![None; ALL],
        parts: vec![Purpose::Drawn; ALL],
        ..Known::default()
    };
    let mut s = Sitting::new(known, standing(&[]));
    s.go_to(List::Test);
    let order = s.queue(List::Test).to_vec();
    let first = order[..50].iter().filter(|image| **image < ALL / 2).count();
    assert!((15..=35).contains(&first), "{first} of the first 50 are of the first half");
    let mut sorted = order.clone();
    sorted.sort_unstable();
    assert!(sorted.into_iter().eq(0..ALL), "each once");
    label(&mut s, 0);
    assert_eq!(s.queue(List::Test), &order[1..]);
}

/// A lasso shows one of several copies.
#[test]
fn a_lasso_leaves_copies_aside_that_others_stand_for() {
    let mut s = sitting();
    s.known.spare.insert(1);
    assert!(s.take_region(vec![0, 1, 3]));
    assert_eq!(s.region().images(), [0, 3]);
}
