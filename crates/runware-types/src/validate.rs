//! Checking tasks and replies without sending anything.

mod findings;
mod media;
mod nearest;
mod outline;
mod pointer;
mod replies;
mod rules;
mod shapes;
mod tasks;
mod texts;
mod values;

#[cfg(test)]
mod tests;

use alloc::format;
use alloc::string::String;

use crate::{FindingCode, InvalidTask, RawTask, Report, Severity, json};
use findings::Findings;
use outline::{JsonType, MAX_BYTES, MAX_DEPTH, MAX_VALUES, Outline, TooMuch};
use pointer::Place;
use replies::Reply;
use shapes::{Checker, Side};
use tasks::Tasks;
use texts::Piece;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Checks a task, typed or raw, against everything that is documented of its type.
///
/// A task without `taskUUID` is complete if it is a new one: [`prepare`](RawTask::prepare) gives it an id. The findings
/// have pointers and no locations.
///
/// ```
/// use runware_types::{RawTask, TaskType, Verdict, validate};
///
/// let task = RawTask::new(TaskType::ImageInference).set("model", "runware:101@1").set("CFGscale", 3.5);
/// let report = validate(&task);
/// assert_eq!(report.verdict(), Verdict::CannotTell);
/// let unknown = report.findings().iter().find(|finding| finding.pointer == "/CFGscale").ok_or("nothing found")?;
/// assert_eq!(unknown.suggestion.as_deref(), Some("CFGScale"));
/// # Ok::<(), &str>(())
/// ```
pub fn validate(task: &impl AsRef<RawTask>) -> Report {
    let task = task.as_ref();
    let mut tasks = Tasks::new(Checker::new(Side::Client), false);
    let text = written(task);
    for mistake in task.mistakes() {
        note_mistake(&mut tasks.checker.findings, mistake);
    }
    if let Some(outline) = outline(&mut tasks.checker.findings, &text, 0)
        && let Some(root) = outline.root()
    {
        tasks.task(&Place::root(root));
    }
    tasks.checker.findings.into_report_without_text(tasks.count)
}

/// Checks a text that holds tasks: a task object, an array of them, or several of either one after the other, as in JSON
/// Lines.
///
/// Everything that is wrong is found at once, each thing with its line and column. What is checked is what
/// [`validate`] checks, and besides, of every array, that `authentication` comes first and once, and that no two tasks have
/// the same id. A byte order mark at the start is skipped. In JSON Lines, a line that is no JSON hides none of the others;
/// in other texts, nothing is checked behind the first place that is no JSON. A text may have any length, but of a single
/// task or array with more than 64 MiB, or with more than 1,048,576 values, it is only said that it was not checked.
///
/// ```
/// use runware_types::{Verdict, validate_text};
///
/// let text = r#"[
///   { "taskType": "imageInference", "model": "runware:101@1", "numberResults": "4" }
/// ]"#;
/// let report = validate_text(text);
/// assert_eq!(report.verdict(), Verdict::Invalid);
/// let shown = report.display("task.json", text).to_string();
/// assert!(shown.contains(r#"
/// error[wrong-type]: /0/numberResults is "4" (a string); it must be a whole number of at least 1
///  --> task.json:2:78
///   |
/// 2 |   { "taskType": "imageInference", "model": "runware:101@1", "numberResults": "4" }
///   |                                                                              ^^^
/// "#));
/// ```
pub fn validate_text(text: &str) -> Report {
    let mut tasks = Tasks::new(Checker::new(Side::Client), false);
    let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut pieces = texts::pieces(body, text.len() - body.len()).enumerate().peekable();
    if pieces.peek().is_none() {
        empty(&mut tasks.checker.findings, text);
    }
    for (index, piece) in pieces {
        tasks.checker.findings.value_index = index;
        let Some(outline) = piece_outline(&mut tasks.checker.findings, piece) else { continue };
        match outline.root() {
            Some(root) if root.json_type() == JsonType::Array => tasks.request(&Place::root(root)),
            Some(root) => tasks.task(&Place::root(root)),
            None => {}
        }
    }
    tasks.checker.findings.into_report(text, tasks.count)
}

/// Checks the body of a request, exactly as it goes over the wire.
///
/// Stricter than [`validate_text`]: the body must be one array, and every task in it must have its `taskUUID`. Its limits
/// are the same.
///
/// ```
/// use runware_types::{GetResponse, TaskUuid, Verdict, check_request, encode_request};
///
/// let task = GetResponse::new(TaskUuid::from_key("docs", "a red fox"));
/// assert_ne!(check_request(&encode_request([task.encode()])).verdict(), Verdict::Invalid);
/// assert_eq!(check_request(&task.encode()).verdict(), Verdict::Invalid); // the array is missing
/// ```
pub fn check_request(body: &[u8]) -> Report {
    let mut tasks = Tasks::new(Checker::new(Side::Client), true);
    let text = utf8(&mut tasks.checker.findings, body);
    if let Some(outline) = only_value(&mut tasks.checker.findings, text, Severity::Error)
        && let Some(root) = outline.root()
    {
        tasks.request(&Place::root(root));
    }
    tasks.checker.findings.into_report(text, tasks.count)
}

/// Checks the body of a reply, for those who write replies: emulators, gateways, proxies.
///
/// Stricter than [`Envelope::decode`](crate::Envelope::decode), which reads whatever a server may mean. Shapes that readers
/// accept and nobody documents are warnings. A result is checked against what is documented for its task type; one of
/// a type that is not known here gives a finding of [`Severity::Unknown`]. The limits are those of [`validate_text`].
///
/// ```
/// use runware_types::{FindingCode, check_reply};
///
/// let report = check_reply(br#"{"data":[],"error":{"code":"invalidModel","message":"No such model."}}"#);
/// assert_eq!(report.findings()[0].code, FindingCode::UndocumentedShape);
/// assert_eq!(report.findings()[0].pointer, "/error");
/// ```
pub fn check_reply(body: &[u8]) -> Report {
    let mut reply = Reply::new(Checker::new(Side::Server));
    let text = utf8(&mut reply.checker.findings, body);
    if let Some(outline) = only_value(&mut reply.checker.findings, text, Severity::Warning)
        && let Some(root) = outline.root()
    {
        reply.check(&Place::root(root));
    }
    reply.checker.findings.into_report(text, reply.count)
}

/// The body as text, up to the first byte that is none.
fn utf8<'a>(findings: &mut Findings, body: &'a [u8]) -> &'a str {
    match core::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => {
            let end = error.valid_up_to();
            let problem = format!("is not UTF-8: byte {end} begins no character");
            findings.about_text(Severity::Error, FindingCode::Syntax, end..end, problem.into());
            body.get(..end).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default()
        }
    }
}

/// The outline of a text that must hold one value; `on_mark` is how bad a byte order mark is.
fn only_value<'a>(findings: &mut Findings, text: &'a str, on_mark: Severity) -> Option<Outline<'a>> {
    // What is not UTF-8 is said already.
    if findings.count(Severity::Error) > 0 {
        return None;
    }
    let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mark = text.len() - body.len();
    if mark > 0 {
        let words = "begins with a byte order mark, which JSON on the wire must not have (RFC 8259)".into();
        findings.about_text(on_mark, FindingCode::Syntax, 0..mark, words);
    }
    let mut pieces = texts::pieces(body, mark);
    let Some(first) = pieces.next() else {
        empty(findings, text);
        return None;
    };
    match pieces.next() {
        Some(Piece::Value { offset, json }) => {
            let words = "goes on behind its end; it must be one JSON value".into();
            findings.about_text(Severity::Error, FindingCode::Syntax, offset..offset + json.len(), words);
        }
        Some(broken @ Piece::Broken { .. }) => _ = piece_outline(findings, broken),
        None => {}
    }
    piece_outline(findings, first)
}

/// The outline of a piece that is a value.
fn piece_outline<'a>(findings: &mut Findings, piece: Piece<'a>) -> Option<Outline<'a>> {
    match piece {
        Piece::Value { offset, json } => outline(findings, json, offset),
        Piece::Broken { at, problem } => {
            findings.about_text(Severity::Error, FindingCode::Syntax, at, problem.into());
            None
        }
    }
}

fn outline<'a>(findings: &mut Findings, json: &'a str, offset: usize) -> Option<Outline<'a>> {
    let (code, at, problem) = match Outline::of(json, offset) {
        Ok(outline) => return Some(outline),
        Err(TooMuch::Depth(at)) => (
            FindingCode::TooDeep,
            at,
            format!("is nested deeper than {MAX_DEPTH} levels and was not checked"),
        ),
        Err(TooMuch::Bytes) => {
            (FindingCode::TooLarge, offset, format!("has more than {MAX_BYTES} bytes and was not checked"))
        }
        Err(TooMuch::Values) => {
            (FindingCode::TooLarge, offset, format!("has more than {MAX_VALUES} values and was not checked"))
        }
    };
    findings.about_text(Severity::Unknown, code, at..at + 1, problem.into());
    None
}

fn empty(findings: &mut Findings, text: &str) {
    let end = text.len();
    findings.about_text(Severity::Error, FindingCode::Syntax, end..end, "is empty".into());
}

/// The task as it would be sent, but for what a setter could not take.
fn written(task: &RawTask) -> String {
    let mut text = format!("{{\"taskType\":{}", json::quoted(task.task_type().as_str()));
    for (key, value) in task.fields() {
        text.push(',');
        text.push_str(&json::quoted(key));
        text.push(':');
        text.push_str(value.as_str());
    }
    text.push('}');
    text
}

/// Notes what a setter could not take.
fn note_mistake(findings: &mut Findings, mistake: &InvalidTask) {
    let pointer = pointer_of(mistake.field());
    findings.about_pointer(Severity::Error, FindingCode::WrongType, pointer, mistake.problem().into());
}

/// The JSON pointer of a path such as `lora[0].weight`.
fn pointer_of(path: &str) -> String {
    let mut pointer = String::new();
    for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
        pointer.push('/');
        pointer.push_str(&step.trim_end_matches(']').replace('~', "~0").replace('/', "~1"));
    }
    pointer
}
