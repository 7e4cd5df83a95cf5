//! Replies: the envelope, and every entry in it.

use alloc::format;

use bytes::Bytes;

use super::findings::{Words, shown};
use super::nearest::nearest;
use super::outline::{JsonType, MAX_DEPTH, Value};
use super::pointer::Place;
use super::shapes::{Checker, Taken, missing};
use crate::envelope::says_nothing;
use crate::spec::envelope::{ACK, ENVELOPE, ERROR, FAILED_ITEM, RUNNING};
use crate::spec::{Kind, Shape, result_shapes};
use crate::{Envelope, FindingCode, Item, Limits, Phase, RawJson, Severity, Status, TaskType, UploadStatus};

/// What is checked of an item whose task type has no results that are known here.
const UNKNOWN_ITEM: Shape = Shape::object("item", &[UNKNOWN_FIELDS]);

fields! { table UNKNOWN_FIELDS {
    /// The type of the task.
    _ => "taskType": Kind::TEXT, required;
    /// The id of the task.
    _ => "taskUUID": Kind::Uuid;
    /// The state of the result.
    _ => "status": Kind::Word(Status::WORDS);
    /// How far the result has come, in percent.
    _ => "progress": Kind::number(0.0, 100.0);
    /// Which of the task's results this is.
    _ => "resultIndex": Kind::integer(0, u32::MAX as i128);
    /// The cost of this result.
    _ => "cost": Kind::Money;
} }

/// A reply that is being checked.
pub(super) struct Reply {
    pub(super) checker: Checker,
    /// How many entries there were so far.
    pub(super) count: usize,
}

impl Reply {
    pub(super) fn new(checker: Checker) -> Self {
        Self { checker, count: 0 }
    }

    /// Checks a value that must be a reply.
    ///
    /// Source: `docs/wire.md`, "The envelope" and "Shapes that are accepted".
    pub(super) fn check(&mut self, place: &Place<'_, '_>) {
        match place.value.json_type() {
            JsonType::Object => self.envelope(place),
            JsonType::Array => {
                tolerated(&mut self.checker, place, "is an array");
                for (index, element) in place.value.elements().enumerate() {
                    self.count += 1;
                    let place = place.index(index, element);
                    match Bare::read(&format!("[{}]", element.json())) {
                        Some(Bare::Item) => item(&mut self.checker, &place),
                        Some(_) => error(&mut self.checker, &place),
                        None => {
                            let allowed = "an item or an error";
                            self.checker.findings.wrong(Severity::Error, FindingCode::Shape, &place, allowed);
                        }
                    }
                }
            }
            _ => {
                let allowed = "an object with `data`, `errors`, or both";
                self.checker.findings.wrong(Severity::Error, FindingCode::Shape, place, allowed);
            }
        }
    }

    fn envelope(&mut self, place: &Place<'_, '_>) {
        let has = |key| place.value.member(key).is_some();
        if !has("data") && !has("errors") {
            return self.bare(place);
        }
        let count = &mut self.count;
        self.checker.object_but(&ENVELOPE, place, |checker, key, member| {
            let elements = member.value.elements().count();
            match (key, member.value.json_type()) {
                ("data", JsonType::Array) => {
                    *count += elements;
                    for (index, element) in member.value.elements().enumerate() {
                        item(checker, &member.index(index, element));
                    }
                    Taken::Yes
                }
                ("data", JsonType::Object) => {
                    *count += 1;
                    tolerated(checker, member, "is an object and no list");
                    item(checker, member);
                    Taken::Yes
                }
                ("errors", JsonType::Array) => {
                    *count += elements;
                    if elements == 0 {
                        tolerated(checker, member, "is empty");
                    }
                    for (index, element) in member.value.elements().enumerate() {
                        error(checker, &member.index(index, element));
                    }
                    Taken::Yes
                }
                ("errors", JsonType::Object | JsonType::String) => {
                    *count += 1;
                    tolerated(checker, member, "is no list");
                    if !says_nothing(member.value.json()) {
                        error(checker, member);
                    }
                    Taken::Yes
                }
                ("error", _) => {
                    tolerated(checker, member, "stands beside `data` or `errors`");
                    checker.anything(member);
                    Taken::Yes
                }
                _ => Taken::No,
            }
        });
    }

    /// Checks an object that has none of the lists of a reply.
    fn bare(&mut self, place: &Place<'_, '_>) {
        match Bare::read(place.value.json()) {
            Some(Bare::Item) => {
                self.count += 1;
                tolerated(&mut self.checker, place, "is an item outside of `data`");
                item(&mut self.checker, place);
            }
            Some(Bare::Error) => {
                self.count += 1;
                tolerated(&mut self.checker, place, "is an error outside of `errors`");
                self.checker.anything(place);
            }
            Some(Bare::Nothing) => {
                tolerated(&mut self.checker, place, "has neither `data` nor `errors`");
                self.checker.anything(place);
            }
            None => {
                self.checker.findings.about(
                    Severity::Error,
                    FindingCode::Shape,
                    place,
                    || "has neither `data` nor `errors`; a reply has one of them or both",
                );
                self.checker.object(&ENVELOPE, place);
            }
        }
    }
}

/// What readers take a reply for that has no lists.
enum Bare {
    Item,
    Error,
    /// An empty reply.
    Nothing,
}

impl Bare {
    /// `None` for what they refuse.
    fn read(json: &str) -> Option<Self> {
        let limits = Limits { max_bytes: usize::MAX, max_depth: MAX_DEPTH + 1, max_items: usize::MAX };
        let envelope = Envelope::decode_with(Bytes::copy_from_slice(json.as_bytes()), &limits).ok()?;
        Some(match (envelope.items.first(), envelope.errors.first()) {
            (Some(_), _) => Self::Item,
            (None, Some(_)) => Self::Error,
            (None, None) => Self::Nothing,
        })
    }
}

/// Checks an entry of `errors`.
///
/// Source: `docs/wire.md`, "Errors".
fn error(checker: &mut Checker, place: &Place<'_, '_>) {
    match place.value.json_type() {
        JsonType::String if !says_nothing(place.value.json()) => {
            tolerated(checker, place, "is a text and no object");
        }
        // In a shape of its own, an error has none of the documented keys.
        JsonType::Object if ["error", "errorMessage"].iter().any(|key| place.value.member(key).is_some()) => {
            tolerated(checker, place, "is an error in a shape of its own");
            checker.anything(place);
        }
        _ => checker.value(&ERROR_KIND, place),
    }
}

static ERROR_KIND: Kind = Kind::Object(&ERROR);

/// Checks an entry of `data`.
///
/// Source: `docs/wire.md`, "Acknowledgement" and "Status checks".
fn item(checker: &mut Checker, place: &Place<'_, '_>) {
    let raw = RawJson::parse(Bytes::copy_from_slice(place.value.json().as_bytes()));
    let Some(item) = raw.ok().and_then(|raw| Item::from_raw(raw).ok()) else {
        return checker.findings.wrong(Severity::Error, FindingCode::Shape, place, "an object");
    };
    let text = |key| place.value.member(key).and_then(Value::text);
    let tells = |keys: &[&str]| keys.iter().any(|key| place.value.member(key).is_some());
    let task_type = match text("taskType") {
        Some(name) => Some(TaskType::from(&*name)),
        // The state of an upload may come without its type.
        None => {
            let is_of_upload = |status: &str| is_of_upload(status, tells(&["error", "code"]));
            text("status").filter(|status| is_of_upload(status)).map(|_| TaskType::ModelUpload)
        }
    };
    let results = task_type.as_ref().map(result_shapes).unwrap_or_default();
    let is_generation = task_type.as_ref().is_some_and(TaskType::is_generation);
    match item.phase() {
        // The state of what is no generation, such as an upload, has words of its own.
        Phase::Failed if is_generation || results.is_empty() || tells(&["error", "code"]) => {
            unfinished(checker, place, &FAILED_ITEM, results, &item);
            if !tells(&["error", "code"]) {
                checker.findings.missing(
                    Severity::Warning,
                    place,
                    "error",
                    || "is missing; a failure says what went wrong, in `error` or in `code` and `message`",
                );
            }
        }
        _ if results.is_empty() => unknown(checker, place, task_type.as_ref()),
        Phase::Running if is_generation && item.status().is_some() => {
            unfinished(checker, place, &RUNNING, results, &item);
        }
        Phase::Running if is_generation && !is_partial(place, results) => checker.object(&ACK, place),
        _ => checker.best_shape(results, place),
    }
    if task_type == Some(TaskType::GetTaskDetails) {
        for key in ["request", "response"] {
            if !tells(&[key]) && tells(&["request", "response"]) {
                checker.findings.missing(
                    Severity::Warning,
                    place,
                    key,
                    || "is missing; details have a `request` and a `response`",
                );
            }
        }
    }
}

/// Checks an item that says that it has no result.
fn unfinished(
    checker: &mut Checker,
    place: &Place<'_, '_>,
    shape: &'static Shape,
    results: &[&Shape],
    item: &Item,
) {
    if item.has_output() {
        let state = if item.phase() == Phase::Failed { "failed" } else { "is running" };
        checker.findings.about(Severity::Warning, FindingCode::Conflict, place, || {
            format!("says that it {state} and carries an output; readers leave the output alone")
        });
    }
    checker.object_but(shape, place, |checker, key, member| {
        if shape.field(key).is_some() || !results.iter().any(|result| result.field(key).is_some()) {
            return Taken::No;
        }
        checker.anything(member);
        Taken::Yes
    });
}

/// Whether a status is that of an upload of a model: such a failure has its reason in `status` and `message` alone.
fn is_of_upload(status: &str, has_code: bool) -> bool {
    let failed = status == UploadStatus::Failed.as_str() || status.starts_with("error ");
    (failed && !has_code) || (UploadStatus::WORDS.contains(&status) && !failed)
}

/// Whether an item without state and output is a result all the same, of which the output is missing.
fn is_partial(place: &Place<'_, '_>, results: &[&Shape]) -> bool {
    place
        .value
        .members()
        .map(|(key, _)| key.key())
        .any(|key| ACK.field(&key).is_none() && results.iter().any(|result| result.field(&key).is_some()))
}

fn unknown(checker: &mut Checker, place: &Place<'_, '_>, task_type: Option<&TaskType>) {
    if let (Some(task_type), Some(value)) = (task_type, place.value.member("taskType")) {
        let place = place.key("taskType", value);
        checker.findings.about(Severity::Unknown, FindingCode::UnknownTaskType, &place, || Words {
            problem: format!("is {}, of which no results are known", shown(&place)),
            allowed: None,
            suggestion: nearest(task_type.as_str(), TaskType::WORDS.iter().copied())
                .filter(|known| *known != task_type.as_str())
                .map(Into::into),
        });
    }
    if task_type.is_none_or(TaskType::has_uuid) && place.value.member("taskUUID").is_none() {
        checker.findings.missing(Severity::Error, place, "taskUUID", || missing(&Kind::Uuid));
    }
    checker.object_but(&UNKNOWN_ITEM, place, |checker, key, member| {
        if UNKNOWN_ITEM.field(key).is_some() {
            return Taken::No;
        }
        checker.anything(member);
        Taken::Yes
    });
}

/// Warns of a shape that nobody documents and readers accept.
fn tolerated(checker: &mut Checker, place: &Place<'_, '_>, problem: &str) {
    checker.findings.about(Severity::Warning, FindingCode::UndocumentedShape, place, || {
        format!("{problem}; this is not the documented shape, although readers accept it")
    });
}
