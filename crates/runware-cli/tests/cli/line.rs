//! One line of `--json`, checked against the contract of the command line as it is read.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// An event.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    text: String,
    fields: Map<String, Value>,
}

/// Reads the whole of standard output, which holds nothing but events.
#[track_caller]
pub(crate) fn read_all(text: &str) -> Vec<Line> {
    assert!(text.is_empty() || text.ends_with('\n'), "the last line has no end: {text:?}");
    text.split_terminator('\n').map(Line::read).collect()
}

impl Line {
    #[track_caller]
    pub(crate) fn read(text: &str) -> Self {
        let fields: Map<String, Value> =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in the line {text:?}"));
        let line = Self { text: text.to_owned(), fields };
        line.check();
        line
    }

    pub(crate) fn event(&self) -> &str {
        self.str("event")
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    #[track_caller]
    pub(crate) fn field(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or_else(|| panic!("no `{name}` in {}", self.text))
    }

    #[track_caller]
    pub(crate) fn str(&self, name: &str) -> &str {
        self.field(name).as_str().unwrap_or_else(|| panic!("`{name}` is no text in {}", self.text))
    }

    #[track_caller]
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.field(name).as_u64().unwrap_or_else(|| panic!("`{name}` is no number in {}", self.text))
    }

    #[track_caller]
    pub(crate) fn task(&self) -> &str {
        self.str("taskUUID")
    }

    /// A field's exact text.
    #[track_caller]
    pub(crate) fn raw(&self, name: &str) -> String {
        let fields: std::collections::HashMap<String, &RawValue> = serde_json::from_str(&self.text).unwrap();
        fields.get(name).unwrap_or_else(|| panic!("no `{name}` in {}", self.text)).get().to_owned()
    }

    /// The numbers of a summary: succeeded, partial, failed, running, unknown; they add up to `tasks`.
    #[track_caller]
    pub(crate) fn counts(&self) -> [u64; 5] {
        let counts = ["succeeded", "partial", "failed", "running", "unknown"].map(|name| self.number(name));
        assert_eq!(counts.iter().sum::<u64>(), self.number("tasks"), "{}", self.text);
        counts
    }

    #[track_caller]
    fn check(&self) {
        let text = &self.text;
        let start = format!("{{\"event\":\"{}\",\"at\":\"{}\"", self.event(), self.str("at"));
        assert!(text.starts_with(&start), "an event begins with its name and its time: {text}");
        assert!(is_rfc3339_utc_millis(self.str("at")), "{text}");
        let has_no_task = ["summary", "finding", "checked", "priced", "total", "pruned", "doctor"];
        let has_no_task = has_no_task.contains(&self.event());
        let task: &[&str] = if has_no_task { &[] } else { &["taskUUID"] };
        let (required, optional) = fields_of(self.event());
        for name in task.iter().chain(required) {
            assert!(self.has(name) || optional.contains(name), "no `{name}` in {text}");
        }
        for (name, value) in &self.fields {
            let is_known = ["event", "at"].iter().chain(task).chain(required).chain(optional);
            assert!(is_known.clone().any(|known| known == name), "`{name}` is not in the contract: {text}");
            assert!(fits(self.event(), name, value), "`{name}` is {value} in {text}");
        }
        if let Some(error) = self.fields.get("error") {
            check_error(error);
        }
    }
}

/// The fields of an event beside `event`, `at` and `taskUUID`: those it always has, and those it may have.
#[track_caller]
fn fields_of(event: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match event {
        "submitting" => (&["taskType"], &[]),
        "accepted" => (&["replayed"], &["resume"]),
        "progress" => (&["progress"], &[]),
        "delta" => (&[], &["text", "reasoningContent"]),
        "result" => (&["index", "item"], &["deliveryId", "redelivered"]),
        "failure" => (&["error"], &["index"]),
        "settled" => (&["status", "results", "failures", "polls", "elapsedMs"], &["durable", "resume"]),
        "details" => (&[], &["request", "response"]),
        "error" => (&["category", "message"], &["taskUUID", "resume"]),
        "finding" => (
            &["severity", "code", "pointer", "problem", "valueIndex"],
            &["found", "allowed", "suggestion", "location"],
        ),
        "task" => (
            &[
                "state", "taskType", "results", "failures", "expected", "cost", "service", "accepted",
                "held", "begunAt", "ageMs",
            ],
            &["model", "reserved", "key", "tags", "endedAt", "reason"],
        ),
        "total" => (&["tasks", "cost", "costUnknown"], &[]),
        "decided" => (&["decision", "service"], &[]),
        "pruned" => (&["tasks", "forgotten", "requests", "parts"], &[]),
        "doctor" => (&["healthy", "version", "configuration", "journal"], &[]),
        "priced" => (&["taskType", "cost", "currency"], &[]),
        "checked" => (&["tasks", "errors", "warnings", "unknown", "omitted", "verdict"], &[]),
        "summary" => (
            &[
                "tasks",
                "succeeded",
                "partial",
                "failed",
                "running",
                "unknown",
                "requests",
                "statusChecks",
                "elapsedMs",
            ],
            &["held", "elsewhere", "priced", "unpriced", "rejected", "cost", "currency"],
        ),
        other => panic!("the contract has no event {other:?}"),
    }
}

fn fits(event: &str, name: &str, value: &Value) -> bool {
    match name {
        // Of a task whether, of all how many.
        "held" if event == "summary" => value.is_u64(),
        "replayed" | "accepted" | "held" | "healthy" => value.is_boolean(),
        // They are there only where they say something.
        "redelivered" => value == true,
        "durable" => value == false,
        "deliveryId" => value.as_str().and_then(|id| id.split_once('/')).is_some_and(|(task, number)| {
            is_uuid(task) && number.parse::<u32>().is_ok_and(|parsed| parsed.to_string() == number)
        }),
        "state" => STATES.iter().any(|known| value == known),
        "decision" => value == "resubmit" || value == "abandon",
        "reserved" => value.is_number(),
        "begunAt" | "endedAt" => value.as_str().is_some_and(is_rfc3339_utc_millis),
        "tags" | "configuration" | "journal" => value.is_object(),
        "model" | "key" | "service" | "reason" | "version" => value.is_string(),
        "item" | "error" => value.is_object(),
        "request" | "response" => true,
        "progress" => value.as_u64().is_some_and(|percent| percent <= 100),
        "taskUUID" => value.as_str().is_some_and(is_uuid),
        "status" => {
            ["succeeded", "partial", "failed", "running", "unknown"].iter().any(|known| value == known)
        }
        "resume" => value.as_str().is_some_and(|command| {
            ["runware wait ", "runware collect"].iter().any(|start| command.starts_with(start))
        }),
        "event" | "at" | "taskType" | "category" | "message" => value.is_string(),
        "cost" => value.is_null() || value.is_number(),
        "currency" => value == "USD",
        "text" | "reasoningContent" => value.as_str().is_some_and(|text| !text.is_empty()),
        "severity" | "code" | "pointer" | "found" | "allowed" | "suggestion" | "verdict" | "problem" => {
            value.is_string()
        }
        "location" => ["offset", "length", "line", "column"].iter().all(|name| value[name].is_u64()),
        _ => value.is_u64(),
    }
}

/// The states of a task in the journal.
const STATES: [&str; 6] = ["open", "settled", "undecided", "confirmed", "refused", "abandoned"];

#[track_caller]
fn check_error(error: &Value) {
    for name in ["code", "category", "message"] {
        assert!(error[name].is_string(), "`error.{name}` in {error}");
    }
    assert!(error["retryable"].is_boolean(), "{error}");
    if let Some(parameter) = error.get("parameter") {
        let is_text = |value: &Value| value.is_string();
        assert!(is_text(parameter) || parameter.as_array().is_some_and(|list| list.iter().all(is_text)));
    }
    let known = ["code", "category", "message", "parameter", "retryable"];
    assert!(error.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())), "{error}");
}

/// Whether a text has the form of `2026-11-21T23:44:07.571Z`.
fn is_rfc3339_utc_millis(text: &str) -> bool {
    has_form(text, "0000-00-00T00:00:00.000Z", |c| c.is_ascii_digit())
}

/// Whether a text is a UUID as this program writes it.
pub(crate) fn is_uuid(text: &str) -> bool {
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    has_form(text, "00000000-0000-0000-0000-000000000000", is_hex)
}

fn has_form(text: &str, form: &str, is_digit: impl Fn(char) -> bool) -> bool {
    text.len() == form.len()
        && text.chars().zip(form.chars()).all(|(c, f)| if f == '0' { is_digit(c) } else { c == f })
}
