use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::{Field, Kind, Shape, request_shape, result_shapes};
use crate::TaskType;

#[path = "../../../tests/tasks/samples.rs"]
mod samples;

/// Every shape there is, with those inside of others.
fn shapes() -> Vec<&'static Shape> {
    let requests = TaskType::KNOWN.iter().filter_map(request_shape);
    let results = TaskType::KNOWN.iter().flat_map(result_shapes).copied();
    let mut shapes = Vec::new();
    requests.chain(results).for_each(|shape| add_shape(shape, &mut shapes));
    shapes
}

fn add_shape(shape: &'static Shape, shapes: &mut Vec<&'static Shape>) {
    shapes.push(shape);
    shape.fields().for_each(|field| add_shapes_of(&field.kind, shapes));
}

fn add_shapes_of(kind: &'static Kind, shapes: &mut Vec<&'static Shape>) {
    match kind {
        Kind::Object(shape) => add_shape(shape, shapes),
        Kind::List { of, .. } => add_shapes_of(of, shapes),
        Kind::OneOf(kinds) => kinds.iter().for_each(|kind| add_shapes_of(kind, shapes)),
        _ => {}
    }
}

fn words_of(kind: &'static Kind) -> Vec<&'static [&'static str]> {
    match kind {
        Kind::Word(words) => vec![words],
        Kind::List { of, .. } => words_of(of),
        Kind::OneOf(kinds) => kinds.iter().flat_map(words_of).collect(),
        _ => vec![],
    }
}

#[test]
fn every_known_type_has_a_shape_with_its_own_name() {
    for task_type in TaskType::KNOWN {
        assert_eq!(request_shape(task_type).unwrap().task_type, Some(task_type.as_str()));
    }
    assert!(request_shape(&"smellInference".into()).is_none());
}

#[test]
fn authentication_alone_is_closed() {
    let closed: BTreeSet<_> = shapes().iter().filter(|shape| shape.closed).map(|shape| shape.name).collect();
    assert_eq!(closed, BTreeSet::from(["authentication"]));
}

#[test]
fn no_key_is_declared_twice() {
    for shape in shapes() {
        let mut seen = BTreeSet::new();
        for field in shape.fields() {
            assert!(seen.insert(field.key), "{}.{}", shape.name, field.key);
        }
        assert!(shape.task_type.is_none() || !seen.contains("taskType"), "{}", shape.name);
    }
}

#[test]
fn a_name_means_the_same_object_everywhere() {
    let mut keys = BTreeMap::new();
    for shape in shapes().into_iter().filter(|shape| shape.task_type.is_none()) {
        let own: Vec<_> = shape.fields().map(|field| field.key).collect();
        assert_eq!(keys.entry(shape.name).or_insert_with(|| own.clone()), &own, "{}", shape.name);
    }
}

#[test]
fn every_field_is_documented_in_a_sentence() {
    for shape in shapes() {
        for Field { key, doc, .. } in shape.fields() {
            assert!(
                doc.starts_with(' ') && doc.ends_with('.') && doc.len() > 5,
                "{}.{key}: {doc:?}",
                shape.name
            );
        }
    }
}

#[test]
fn every_list_of_words_has_some() {
    for shape in shapes() {
        for field in shape.fields() {
            for words in words_of(&field.kind) {
                assert!(!words.is_empty() && words.iter().all(|word| !word.is_empty()), "{}", field.key);
            }
        }
    }
}

#[test]
fn every_field_but_the_older_is_in_a_sample_and_a_sample_holds_no_other() {
    for task_type in TaskType::KNOWN {
        let lines = samples::lines(task_type.as_str());
        let tasks: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        compare(request_shape(task_type).unwrap(), &tasks.iter().collect::<Vec<_>>());
    }
}

#[test]
fn every_field_of_a_request_is_on_the_page_of_the_wire() {
    let page = include_str!("../../../../../docs/wire.md");
    let mut shapes = Vec::new();
    TaskType::KNOWN.iter().filter_map(request_shape).for_each(|shape| add_shape(shape, &mut shapes));
    for (shape, field) in shapes.iter().flat_map(|shape| shape.fields().map(move |field| (shape.name, field)))
    {
        for word in words_of(&field.kind).into_iter().flatten().map(|word| word.trim_start_matches('-')) {
            assert!(page.contains(&format!("`{word}`")), "{shape}.{}: {word}", field.key);
        }
        assert!(page.contains(&format!("`{}`", field.key)), "{shape}.{}", field.key);
    }
}

/// Compares a shape with the objects of that shape, and what is inside of it with what is inside of them.
fn compare(shape: &'static Shape, objects: &[&Value]) {
    let found: BTreeSet<_> =
        objects.iter().filter_map(|object| object.as_object()).flat_map(|o| o.keys()).collect();
    for key in found.iter().filter(|key| shape.task_type.is_none() || **key != "taskType") {
        assert!(shape.field(key).is_some(), "{}.{key} is in a sample only", shape.name);
    }
    for field in shape.fields().filter(|field| !field.doc.contains(": older")) {
        assert!(found.contains(&field.key.to_owned()), "{}.{} is in no sample", shape.name, field.key);
        let values: Vec<_> = objects.iter().filter_map(|object| object.get(field.key)).collect();
        compare_inside(&field.kind, &values);
    }
}

fn compare_inside(kind: &'static Kind, values: &[&Value]) {
    match kind {
        Kind::Object(shape) if !shape.groups.is_empty() => compare(shape, values),
        Kind::List { of, .. } => {
            let items: Vec<_> = values.iter().filter_map(|value| value.as_array()).flatten().collect();
            compare_inside(of, &items);
        }
        Kind::OneOf(kinds) => kinds.iter().for_each(|kind| compare_inside(kind, values)),
        _ => {}
    }
}
