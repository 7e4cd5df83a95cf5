//! Tasks: one by one, and all of a request together.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};

use super::findings::{Words, shown};
use super::nearest::nearest;
use super::outline::{JsonType, Value};
use super::pointer::Place;
use super::rules;
use super::shapes::{Checker, Taken, missing};
use super::values::{Allowed, read_id};
use crate::spec::{Field, Kind, Shape, request_shape};
use crate::{FindingCode, Severity, TaskType, TaskUuid};

const TASK_TYPE: &str = "taskType";
const TASK_UUID: &str = "taskUUID";

/// What is checked of a task of a type that is not known here: what this crate needs to track any task.
const UNKNOWN_TASK: Shape = Shape::object("task", &[UNKNOWN_FIELDS]);

fields! { table UNKNOWN_FIELDS {
    /// The type of the task.
    _ => "taskType": Kind::TEXT;
    /// The id of the task.
    _ => "taskUUID": Kind::NewTaskUuid;
    /// How many results to make.
    _ => "numberResults": Kind::COUNT;
} }

/// Tasks that are looked at together.
pub(super) struct Tasks {
    pub(super) checker: Checker,
    /// Whether every task must have its id already.
    needs_ids: bool,
    /// The new ids so far, with the value and the pointer where each was first.
    ids: BTreeMap<TaskUuid, (usize, String)>,
    /// How many tasks there were so far.
    pub(super) count: usize,
}

/// A task, taken apart for the rules across fields.
pub(super) struct Task<'p, 'a> {
    pub(super) place: Place<'p, 'a>,
    pub(super) task_type: TaskType,
    pub(super) shape: &'static Shape,
    /// Of a field written twice, the last one.
    members: BTreeMap<Cow<'a, str>, Value<'a>>,
}

impl Tasks {
    pub(super) fn new(checker: Checker, needs_ids: bool) -> Self {
        Self { checker, needs_ids, ids: BTreeMap::new(), count: 0 }
    }

    /// Checks a value that must be an array of tasks.
    pub(super) fn request(&mut self, place: &Place<'_, '_>) {
        if place.value.json_type() != JsonType::Array {
            let allowed = "an array of tasks, also for a single one";
            return self.checker.findings.wrong(Severity::Error, FindingCode::Shape, place, allowed);
        }
        let mut authentications = 0;
        for (index, element) in place.value.elements().enumerate() {
            let task = place.index(index, element);
            self.task(&task);
            if element.member(TASK_TYPE).and_then(Value::text).as_deref() == Some("authentication") {
                self.authentication(&task, index, authentications);
                authentications += 1;
            }
        }
        if place.value.elements().next().is_none() {
            self.checker.findings.about(
                Severity::Warning,
                FindingCode::Shape,
                place,
                || "has no tasks; what the service makes of it is not documented",
            );
        }
    }

    /// Checks a value that must be a task.
    pub(super) fn task(&mut self, place: &Place<'_, '_>) {
        self.count += 1;
        if place.value.json_type() != JsonType::Object {
            let allowed = "a task, which is an object";
            return self.checker.findings.wrong(Severity::Error, FindingCode::Shape, place, allowed);
        }
        let task_type = self.task_type(place);
        let known = task_type.as_ref().and_then(request_shape);
        match known {
            Some(shape) => self.checker.object(shape, place),
            None => self.unknown_task(place),
        }
        self.id(place, task_type.as_ref(), known);
        if let (Some(task_type), Some(shape)) = (task_type, known) {
            rules::apply(&Task::new(*place, task_type, shape), &mut self.checker.findings);
        }
        self.model(place);
    }

    /// What the task asks for, if it says so in a word.
    fn task_type(&mut self, place: &Place<'_, '_>) -> Option<TaskType> {
        const ALLOWED: &str = "a string such as \"imageInference\"";
        let findings = &mut self.checker.findings;
        let Some(value) = place.value.member(TASK_TYPE) else {
            findings.missing(Severity::Error, place, TASK_TYPE, || Words {
                problem: format!("is missing; it must be {ALLOWED}"),
                allowed: Some(ALLOWED.into()),
                suggestion: None,
            });
            return None;
        };
        let place = place.key(TASK_TYPE, value);
        match value.text() {
            Some(text) if !text.is_empty() => {
                let task_type = TaskType::from(&*text);
                if request_shape(&task_type).is_none() {
                    findings.about(Severity::Unknown, FindingCode::UnknownTaskType, &place, || Words {
                        problem: format!("is {}, which is not a known task type", shown(&place)),
                        allowed: None,
                        suggestion: successor(&text)
                            .or_else(|| nearest(&text, TaskType::WORDS.iter().copied()))
                            .map(Into::into),
                    });
                }
                Some(task_type)
            }
            Some(_) => {
                findings.wrong(Severity::Error, FindingCode::Malformed, &place, ALLOWED);
                None
            }
            None => {
                findings.wrong(Severity::Error, FindingCode::WrongType, &place, ALLOWED);
                None
            }
        }
    }

    fn unknown_task(&mut self, place: &Place<'_, '_>) {
        self.checker.object_but(&UNKNOWN_TASK, place, |checker, key, member| {
            let is_known = |field: &Field| field.key.eq_ignore_ascii_case(key);
            if key != TASK_TYPE && UNKNOWN_TASK.fields().any(is_known) {
                return Taken::No;
            }
            checker.anything(member);
            Taken::Yes
        });
    }

    /// Checks that new ids are there, if they must be, and that none comes twice.
    fn id(&mut self, place: &Place<'_, '_>, task_type: Option<&TaskType>, shape: Option<&'static Shape>) {
        let Some(value) = place.value.member(TASK_UUID) else {
            let said = shape.and_then(|shape| shape.field(TASK_UUID)).is_some_and(|field| field.required);
            if self.needs_ids && !said && task_type.is_none_or(TaskType::has_uuid) {
                let words = || missing(&Kind::NewTaskUuid);
                self.checker.findings.missing(Severity::Error, place, TASK_UUID, words);
            }
            return;
        };
        if self.needs_ids && value.json_type() == JsonType::Null {
            let place = place.key(TASK_UUID, value);
            let allowed = Allowed(&Kind::NewTaskUuid);
            return self.checker.findings.wrong(Severity::Error, FindingCode::WrongType, &place, allowed);
        }
        // Several tasks may ask about the same one.
        if task_type.is_some_and(TaskType::is_query) {
            return;
        }
        let Some(uuid) = value.text().and_then(|text| read_id(&text).ok()) else { return };
        let place = place.key(TASK_UUID, value);
        let here = self.checker.findings.value_index;
        let Some((value_index, pointer)) = self.ids.get(&uuid) else {
            self.ids.insert(uuid, (here, place.pointer.to_string()));
            return;
        };
        // The service is not asked for all values of a text at once, perhaps.
        let (severity, first) = match *value_index == here {
            true => (Severity::Error, pointer.clone()),
            false => (Severity::Warning, format!("{pointer} of value {}", value_index + 1)),
        };
        self.checker.findings.about(severity, FindingCode::DuplicateId, &place, || {
            format!("is {}, the id of {first} already; every task needs an id of its own", shown(&place))
        });
    }

    /// Notes that the rules of the model are not known here: every model has its own.
    fn model(&mut self, place: &Place<'_, '_>) {
        let Some(value) = place.value.member("model") else { return };
        if value.json_type() == JsonType::String {
            let place = place.key("model", value);
            self.checker.findings.about(Severity::Unknown, FindingCode::UncheckedModel, &place, || {
                format!("is {}, and what this model takes could not be checked", shown(&place))
            });
        }
    }

    /// Source: `docs/wire.md`, "Endpoint and authentication".
    fn authentication(&mut self, place: &Place<'_, '_>, index: usize, earlier: usize) {
        let problem = match (earlier, index) {
            (0, 0) => return,
            (0, _) => "is an authentication, which must be the first element",
            _ => "is a second authentication; a request has at most one",
        };
        self.checker.findings.about(Severity::Error, FindingCode::Misplaced, place, || problem);
    }
}

impl<'p, 'a> Task<'p, 'a> {
    pub(super) fn new(place: Place<'p, 'a>, task_type: TaskType, shape: &'static Shape) -> Self {
        let members = place.value.members().map(|(key, value)| (key.key(), value)).collect();
        Self { place, task_type, shape, members }
    }

    /// The value of a field; a `null` counts as absent.
    pub(super) fn value(&self, key: &str) -> Option<Value<'a>> {
        self.members.get(key).copied().filter(|value| value.json_type() != JsonType::Null)
    }

    /// The place of a field.
    pub(super) fn field<'q>(&'q self, key: &'q str) -> Option<Place<'q, 'a>> {
        Some(self.place.key(key, self.value(key)?))
    }

    /// The content of a field that is a string.
    pub(super) fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        self.value(key)?.text()
    }
}

/// What a task type is called that had another name in older clients.
///
/// Source: `docs/wire.md`, "Task types".
fn successor(older: &str) -> Option<&'static str> {
    match older {
        "imageBackgroundRemoval" => Some("removeBackground"),
        "imageCaption" => Some("caption"),
        "imageUpscale" => Some("upscale"),
        _ => None,
    }
}
