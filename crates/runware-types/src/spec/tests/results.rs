use std::collections::{BTreeMap, BTreeSet};

use super::super::envelope::{ACK, DETAILS, ENVELOPE, ERROR, FAILED_ITEM, RUNNING, STATE};
use super::super::{Kind, Shape, request_shape, result_shapes};
use crate::TaskType;

/// The shape and every shape inside of it, by name; two that share a name must be the same.
fn gather(shape: &'static Shape, all: &mut BTreeMap<&'static str, String>) {
    let text = format!("{shape:?}");
    if let Some(other) = all.insert(shape.name, text.clone()) {
        assert_eq!(other, text, "two shapes are called {}", shape.name);
        return;
    }
    shape.fields().for_each(|field| gather_inside(&field.kind, all));
}

fn gather_inside(kind: &Kind, all: &mut BTreeMap<&'static str, String>) {
    match kind {
        Kind::Object(shape) => {
            check(shape);
            gather(shape, all);
        }
        Kind::List { of, .. } => gather_inside(of, all),
        Kind::OneOf(kinds) => kinds.iter().for_each(|kind| gather_inside(kind, all)),
        _ => {}
    }
}

fn check(shape: &Shape) {
    let mut keys = BTreeSet::new();
    for field in shape.fields() {
        assert!(keys.insert(field.key), "{} has {} twice", shape.name, field.key);
        assert!(field.doc.starts_with(' ') && field.doc.ends_with('.'), "{} {}", shape.name, field.key);
    }
}

#[test]
fn names_are_unambiguous_and_keys_unique() {
    let mut all = BTreeMap::new();
    let envelope = [&ENVELOPE, &ACK, &RUNNING, &FAILED_ITEM, &STATE, &DETAILS, &ERROR];
    let known = TaskType::KNOWN.iter();
    let shapes = known.flat_map(|known| result_shapes(known).iter().copied().chain(request_shape(known)));
    for shape in shapes.chain(envelope) {
        check(shape);
        gather(shape, &mut all);
    }
    assert!(all.len() > 30, "{all:?}");
}

#[test]
fn every_known_task_type_has_a_shape_of_its_results() {
    for known in TaskType::KNOWN {
        assert!(!result_shapes(known).is_empty(), "{known}");
    }
    assert!(result_shapes(&TaskType::from("newThing")).is_empty());
}
