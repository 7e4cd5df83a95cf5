//! The samples in `tests/fixtures/wire` are read, and written again byte for byte.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the line that failed")]

use runware_types::{
    Envelope, ErrorCategory, ImageResult, Media, Phase, RawJson, RawTask, Status, TaskDetails, TaskType,
    TaskUuid, TypedResult,
};

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/wire/", $name, ".json"))
    };
}

const VIDEO: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";
const IMAGE: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

fn decode(text: &'static str) -> Envelope {
    let reply = Envelope::decode(text.as_bytes()).unwrap();
    assert_eq!(reply.anomalies, []);
    assert_eq!(reply.raw(), text);
    reply
}

fn uuid(text: &str) -> TaskUuid {
    TaskUuid::parse_known(text).unwrap()
}

#[test]
fn compact_samples_are_written_again_byte_for_byte() {
    let samples = [
        sample!("ack"),
        sample!("ack-empty"),
        sample!("poll-not-visible"),
        sample!("poll-running"),
        sample!("poll-progress"),
        sample!("poll-mixed"),
        sample!("poll-all-failed"),
        sample!("poll-nested-failure"),
        sample!("invalid-api-key"),
        sample!("conflict-task-uuid"),
        sample!("unsupported-duration"),
        sample!("invalid-width"),
        sample!("cross-field"),
        sample!("allowed-values-object"),
        sample!("no-available-server"),
        sample!("rate-limit"),
        sample!("image-done"),
        sample!("media-upload"),
    ];
    for sample in samples {
        assert_eq!(decode(sample).encode(), sample.trim_end());
    }
}

#[test]
fn documented_samples_keep_every_entry_byte_for_byte() {
    let samples = [
        sample!("task-polling-mixed-reply"),
        sample!("task-details-success"),
        sample!("task-details-failed"),
        sample!("task-details-not-found"),
    ];
    for sample in samples {
        let reply = decode(sample);
        let items = reply.items.iter().map(|item| item.raw().as_str());
        let errors = reply.errors.iter().map(|error| error.raw().as_str());
        for entry in items.chain(errors) {
            assert!(sample.contains(entry), "{entry}");
        }
        let again = Envelope::decode(reply.encode()).unwrap();
        assert_eq!((&again.items, &again.errors), (&reply.items, &reply.errors));
        assert_eq!(again.encode(), reply.encode());
    }
}

#[test]
fn documented_requests_are_tasks() {
    let poll = RawTask::from_json(sample!("task-polling-request").as_bytes()).unwrap();
    assert_eq!(poll.task_type(), &TaskType::GetResponse);
    let details: Vec<RawTask> = serde_json::from_str(sample!("task-details-request")).unwrap();
    assert_eq!(details.len(), 1);
    assert_eq!(details[0].task_type(), &TaskType::GetTaskDetails);
    assert_eq!(details[0].task_uuid().unwrap().unwrap(), uuid(IMAGE));
}

#[test]
fn the_mixed_reply_of_the_polling_page() {
    for sample in [sample!("task-polling-mixed-reply"), sample!("poll-mixed")] {
        let reply = decode(sample);
        let [running, done] = &reply.items[..] else { panic!("{reply:?}") };
        assert_eq!((running.phase(), running.has_output()), (Phase::Running, false));
        assert_eq!((done.phase(), done.status()), (Phase::Succeeded, Some(&Status::Success)));
        assert_eq!(done.task_type(), Some(&TaskType::VideoInference));
        assert_eq!(done.result_uuid(), Some("b7db282d-2943-4f12-992f-77df3ad3ec71"));
        assert_eq!(done.cost().unwrap().to_string(), "0.18");
        let [failed] = &reply.errors[..] else { panic!("{reply:?}") };
        assert_eq!((failed.code(), failed.category()), ("timeoutProvider", ErrorCategory::Timeout));
        assert_eq!(failed.status(), Some(&Status::Error));
        for task in [running.task_uuid(), done.task_uuid(), failed.task_uuid()] {
            assert_eq!(task, Some(uuid(VIDEO)));
        }
    }
}

#[test]
fn the_details_of_a_task_that_succeeded() {
    let sample = sample!("task-details-success");
    let reply = decode(sample);
    assert_eq!(reply.items[0].task_type(), Some(&TaskType::GetTaskDetails));
    let details = TaskDetails::from_item(&reply.items[0]).unwrap();
    assert_eq!(details.task_uuid(), Some(uuid(IMAGE)));
    assert!(sample.contains(details.request().as_str()) && sample.contains(details.response().as_str()));

    let task = details.task(uuid(IMAGE)).unwrap();
    assert_eq!(details.tasks().unwrap(), std::slice::from_ref(&task));
    assert_eq!(task.model().as_deref(), Some("runware:101@1"));
    assert_eq!(task.field("includeCost").map(RawJson::as_str), Some("true"));

    let original = details.envelope().unwrap();
    assert_eq!(original.items[0].phase(), Phase::Succeeded);
    let image: ImageResult = original.items[0].decode().unwrap();
    assert!(
        matches!(image.media(), Some(Media::Url(url)) if url.ends_with("77da2d99-a6d3-44d9-b8c0-ae9fb06b6200.jpg"))
    );
    assert_eq!(image.cost().unwrap().to_string(), "0.0013");
}

#[test]
fn the_details_of_a_task_that_failed() {
    let reply = decode(sample!("task-details-failed"));
    let details = TaskDetails::from_item(&reply.items[0]).unwrap();
    let task = details.task(details.task_uuid().unwrap()).unwrap();
    assert_eq!(task.model().as_deref(), Some("runware:400@1"));

    let original = details.envelope().unwrap();
    assert_eq!(original.items, []);
    let error = &original.errors[0];
    assert_eq!((error.code(), error.category()), ("invalidReferenceImagesCount", ErrorCategory::Validation));
    assert_eq!(error.parameters(), ["inputs.referenceImages"]);
    assert_eq!(error.field("type").unwrap().decode::<String>().unwrap(), "string[]");
    assert_eq!(error.task_uuid(), details.task_uuid());
}

#[test]
fn the_details_of_a_task_nobody_knows() {
    let reply = decode(sample!("task-details-not-found"));
    assert_eq!(reply.items, []);
    assert_eq!(reply.errors[0].category(), ErrorCategory::NotFound);
    assert_eq!(reply.errors[0].task_uuid(), Some(uuid("abcdc144-7364-4a7c-b6e4-fadb3dbf2f67")));
}

#[test]
fn acknowledgements_and_status_checks() {
    let ack = decode(sample!("ack"));
    assert_eq!((ack.items[0].phase(), ack.items[0].task_uuid()), (Phase::Running, Some(uuid(VIDEO))));
    assert!(!ack.is_blank());
    assert!(decode(sample!("ack-empty")).is_blank());
    assert!(decode(sample!("poll-not-visible")).is_blank());
    assert_eq!(decode(sample!("poll-running")).items[0].progress(), None);
    assert_eq!(decode(sample!("poll-progress")).items[0].progress(), Some(47));

    let all_failed = decode(sample!("poll-all-failed"));
    assert_eq!((all_failed.items.len(), all_failed.errors.len()), (0, 1));
    let nested = decode(sample!("poll-nested-failure"));
    assert_eq!(nested.errors, []);
    let failure = nested.items[0].failure().unwrap();
    assert_eq!((failure.code(), failure.task_uuid()), ("inferenceError", Some(uuid(IMAGE))));
}

#[test]
fn refusals() {
    let error = |text| decode(text).errors.remove(0);

    let key = error(sample!("invalid-api-key"));
    assert_eq!((key.category(), key.task_uuid()), (ErrorCategory::Auth, None));
    assert_eq!(key.task_type(), Some(&TaskType::Authentication));

    let conflict = error(sample!("conflict-task-uuid"));
    assert!(conflict.is_conflict() && !conflict.is_retryable());

    let duration = error(sample!("unsupported-duration"));
    let allowed = duration.allowed_values();
    assert_eq!((allowed.len(), &allowed[0].name, allowed[0].value.as_str()), (1, &None, "6"));
    assert_eq!(duration.expected_type().as_deref(), Some("float"));
    assert_eq!(duration.help_link(), "https://runware.ai/docs/video-inference/api-reference");
    assert_eq!(duration.range(), None);

    let width = error(sample!("invalid-width"));
    assert_eq!((width.parameters(), width.expected_type()), (&["width".into()][..], Some("integer".into())));
    let range = width.range().unwrap();
    assert_eq!(range.min.unwrap().as_str(), "256");
    assert_eq!(range.max.unwrap().as_str(), "16383");
    assert_eq!(range.multiplier.unwrap().as_str(), "1");
    assert_eq!(range.default, None);

    let size = error(sample!("cross-field"));
    assert_eq!(size.parameters(), ["width", "height"]);
    assert_eq!(size.documentation(), Some("https://runware.ai/docs"));
    assert_eq!(size.help_link(), ErrorCategory::Validation.documentation());

    let ratios = error(sample!("allowed-values-object"));
    assert_eq!(ratios.category(), ErrorCategory::Unknown);
    assert_eq!(ratios.category_with_status(400), ErrorCategory::Validation);
    let sizes = ratios.allowed_values();
    let sizes: Vec<_> = sizes.iter().map(|size| (size.name.as_deref(), size.value.as_str())).collect();
    assert_eq!(sizes, [(Some("1:1"), r#""1024x1024""#), (Some("3:2"), r#""1248x832""#)]);
    assert_eq!((ratios.documentation(), ratios.provider_response()), (None, None));
    assert_eq!(ratios.help_link(), ErrorCategory::Unknown.documentation());

    assert_eq!(error(sample!("no-available-server")).category(), ErrorCategory::Provider);
    assert_eq!(error(sample!("rate-limit")).category(), ErrorCategory::RateLimit);
}

#[test]
fn finished_media() {
    let image = decode(sample!("image-done"));
    assert_eq!((image.items[0].phase(), image.items[0].status()), (Phase::Succeeded, None));
    assert_eq!(image.items[0].decode::<ImageResult>().unwrap().seed(), Some(1));
    let media = decode(sample!("media-upload"));
    assert_eq!(media.items[0].result_uuid(), Some("4e7a91c3-28d5-4f6b-a0e2-7c3d8f1b5a94"));
    let TypedResult::Storage(stored) = media.items[0].result() else { panic!("{media:?}") };
    assert_eq!(stored.uuid().as_deref(), media.items[0].result_uuid());
    assert!(matches!(stored.media(), Some(Media::Url(url)) if url.starts_with("https://mm.runware.ai/")));
}
