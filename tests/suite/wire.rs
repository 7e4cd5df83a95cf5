//! The samples in `fixtures/wire`: each is read, keeps every byte, and is written again as it was.

mod newer;

use std::path::{Path, PathBuf};

use runware_types::{
    ApiError, Envelope, GetResponse, GetTaskDetails, Item, RawJson, RawTask, TaskDetails, TaskType, TaskUuid,
    encode_request,
};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// Replies in the form in which they are written again.
const COMPACT: [&str; 18] = [
    "ack-empty.json",
    "ack.json",
    "allowed-values-object.json",
    "conflict-task-uuid.json",
    "cross-field.json",
    "image-done.json",
    "invalid-api-key.json",
    "invalid-width.json",
    "media-upload.json",
    "no-available-server.json",
    "poll-all-failed.json",
    "poll-mixed.json",
    "poll-nested-failure.json",
    "poll-not-visible.json",
    "poll-progress.json",
    "poll-running.json",
    "rate-limit.json",
    "unsupported-duration.json",
];

/// Replies as the documentation prints them.
const PRINTED: [&str; 4] = [
    "task-details-failed.json",
    "task-details-not-found.json",
    "task-details-success.json",
    "task-polling-mixed-reply.json",
];

const POLL_REQUEST: &str = "task-polling-request.json";
const DETAILS_REQUEST: &str = "task-details-request.json";
const TEXT_STREAM: &str = "text-stream.sse";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/wire")
}

fn sample(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

/// The names of all replies among the samples.
pub(crate) fn replies() -> impl Iterator<Item = &'static str> {
    COMPACT.into_iter().chain(PRINTED)
}

/// A reply among the samples.
pub(crate) fn reply(name: &str) -> String {
    assert!(replies().any(|known| known == name), "{name} is no reply");
    sample(name)
}

#[test]
fn no_sample_is_missing_and_none_is_left_out() {
    let found = std::fs::read_dir(folder()).unwrap();
    let mut found: Vec<String> =
        found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    found.sort();
    let others = [POLL_REQUEST, DETAILS_REQUEST, TEXT_STREAM, "README.md"];
    let mut expected: Vec<&str> = replies().chain(others).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);

    let readme = sample("README.md");
    for name in found.iter().filter(|name| *name != "README.md") {
        assert!(readme.contains(&format!("| `{name}` |")), "README.md says nothing of {name}");
    }
}

#[test]
fn a_reply_is_kept_byte_for_byte_and_so_is_each_of_its_entries() {
    for name in replies() {
        let text = sample(name);
        let reply = Envelope::decode(text.clone()).unwrap();
        assert_eq!(reply.anomalies, [], "{name}");
        assert_eq!(reply.raw(), text.as_bytes(), "{name}");

        let independent: Value = serde_json::from_str(&text).unwrap();
        let list = |key: &str| independent[key].as_array().cloned().unwrap_or_default();
        assert_eq!((reply.items.len(), reply.errors.len()), (list("data").len(), list("errors").len()));
        let mut rest = text.as_str();
        for (raw, value) in entries(&reply).into_iter().zip([list("data"), list("errors")].concat()) {
            let at = rest.find(raw.as_str()).unwrap_or_else(|| panic!("{name}: not verbatim: {raw:?}"));
            rest = &rest[at + raw.as_str().len()..];
            assert_eq!(raw.decode::<Value>().unwrap(), value, "{name}");
        }
    }
}

#[test]
fn a_compact_reply_is_written_again_as_it_came() {
    for name in COMPACT {
        let text = sample(name);
        assert_eq!(Envelope::decode(text.clone()).unwrap().encode(), text.trim_end(), "{name}");
    }
}

#[test]
fn a_printed_reply_is_written_again_entry_by_entry() {
    for name in PRINTED {
        let reply = Envelope::decode(sample(name)).unwrap();
        let again = Envelope::decode(reply.encode()).unwrap();
        assert_eq!(entries(&again), entries(&reply), "{name}");
        assert_eq!(again.encode(), reply.encode(), "{name}");
    }
}

#[test]
fn a_documented_request_is_what_the_typed_task_sends() {
    let compact =
        |text: &str| text.chars().filter(|character| !character.is_whitespace()).collect::<String>();
    let poll = GetResponse::new(id("50836053-a0ee-4cf5-b9d6-ae7c5d140ada"));
    assert_eq!(poll.encode(), compact(&sample(POLL_REQUEST)));
    let details = GetTaskDetails::new(id("a770f077-f413-47de-9dac-be0b26a35da6"));
    assert_eq!(encode_request([details.encode()]), compact(&sample(DETAILS_REQUEST)));
}

#[test]
fn a_prepared_request_has_the_texts_of_its_values() {
    let [lookup] = &serde_json::from_str::<Vec<RawJson>>(&sample(DETAILS_REQUEST)).unwrap()[..] else {
        panic!("one task was expected")
    };
    for text in [sample(POLL_REQUEST), lookup.as_str().to_owned(), archived("task-details-success.json").0] {
        let task = RawTask::from_json(only_task(&text).as_bytes()).unwrap();
        let own_id = task.task_uuid().unwrap().unwrap();
        let prepared = task.clone().prepare(TaskUuid::from_key("tests", "another")).unwrap();
        assert_eq!(prepared.uuid(), own_id, "the task's own id wins");
        let sent = RawTask::from_json(prepared.bytes()).unwrap();
        assert_eq!(sent.task_type(), task.task_type());
        assert_same_fields(&sent, &task);
    }
}

#[test]
fn an_id_that_is_not_of_version_4_is_looked_up_and_not_sent() {
    let (request, _) = archived("task-details-failed.json");
    let task = RawTask::from_json(only_task(&request).as_bytes()).unwrap();
    let error = task.clone().prepare(TaskUuid::from_key("tests", "another")).unwrap_err();
    assert_eq!(error.field(), "taskUUID");

    let renamed = task.set("taskUUID", TaskUuid::from_key("tests", "new"));
    let sent = renamed.clone().prepare(TaskUuid::from_key("tests", "another")).unwrap();
    assert_same_fields(&RawTask::from_json(sent.bytes()).unwrap(), &renamed);
}

#[test]
fn details_give_the_original_request_and_response_byte_for_byte() {
    for (name, uuid) in [
        ("task-details-success.json", "a770f077-f413-47de-9dac-be0b26a35da6"),
        ("task-details-failed.json", "b880f077-e514-58ef-0ebd-ce1c37b46eb7"),
    ] {
        let reply = Envelope::decode(sample(name)).unwrap();
        let [item] = &reply.items[..] else { panic!("{name}: one item was expected") };
        assert_eq!(item.task_type(), Some(&TaskType::GetTaskDetails));
        let details = TaskDetails::from_item(item).unwrap();
        let (request, response) = archived(name);
        assert_eq!((details.request().as_str(), details.response().as_str()), (&*request, &*response));

        let uuid = TaskUuid::parse_known(uuid).unwrap();
        assert_eq!(details.task_uuid(), Some(uuid));
        let task = details.task(uuid).unwrap();
        assert_eq!(task.task_type(), &TaskType::ImageInference);
        assert_same_fields(&task, &RawTask::from_json(only_task(&request).as_bytes()).unwrap());
        assert_eq!(details.tasks().unwrap(), [task]);

        let original = details.envelope().unwrap();
        assert_eq!(original.raw(), response.as_bytes());
        let outcome = (original.items.len(), original.errors.len());
        assert_eq!(outcome, if name.contains("failed") { (0, 1) } else { (1, 0) });
    }
}

fn id(text: &str) -> TaskUuid {
    text.parse().unwrap()
}

/// The raw text of each item, then of each error.
fn entries(reply: &Envelope) -> Vec<RawJson> {
    let items = reply.items.iter().map(Item::raw);
    items.chain(reply.errors.iter().map(ApiError::raw)).cloned().collect()
}

fn assert_same_fields(one: &RawTask, other: &RawTask) {
    let fields = |task: &RawTask| {
        let mut fields: Vec<_> =
            task.fields().map(|(key, value)| (key.to_owned(), value.as_str().to_owned())).collect();
        fields.sort();
        fields
    };
    assert_eq!(fields(one), fields(other));
}

/// The text of the `request` and the `response` in a reply to `getTaskDetails`, read independently.
fn archived(name: &str) -> (String, String) {
    #[derive(Deserialize)]
    struct Reply<'a> {
        #[serde(borrow)]
        data: Vec<Details<'a>>,
    }
    #[derive(Deserialize)]
    struct Details<'a> {
        #[serde(borrow)]
        request: &'a RawValue,
        #[serde(borrow)]
        response: &'a RawValue,
    }
    let text = sample(name);
    let details = serde_json::from_str::<Reply<'_>>(&text).unwrap().data.pop().unwrap();
    (details.request.get().to_owned(), details.response.get().to_owned())
}

/// A request that is one task, or a list of one.
fn only_task(request: &str) -> String {
    match serde_json::from_str::<Vec<&RawValue>>(request) {
        Ok(tasks) => tasks[0].get().to_owned(),
        Err(_) => request.to_owned(),
    }
}
