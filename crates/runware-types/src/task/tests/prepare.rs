use proptest::prelude::*;

use super::{ID, id, refusal, task};
use crate::{
    DeliveryMethod, GetResponse, Ping, Prepared, RawTask, RequestHash, TaskType, TaskUuid, encode_request,
};

const V7: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

fn text(prepared: &Prepared) -> &str {
    std::str::from_utf8(prepared.bytes()).unwrap()
}

#[test]
fn type_and_id_come_first() {
    let prepared = task(r#"{ "model": "runware:101@1", "taskType": "imageInference", "numberResults": 2, "deliveryMethod": "async" }"#)
        .prepare(id())
        .unwrap();
    assert_eq!(
        text(&prepared),
        format!(
            r#"{{"taskType":"imageInference","taskUUID":"{ID}","model":"runware:101@1","numberResults":2,"deliveryMethod":"async"}}"#
        )
    );
    assert_eq!(prepared.uuid(), id());
    assert_eq!(prepared.task_type(), &TaskType::ImageInference);
    assert_eq!(prepared.expected(), 2);
    assert_eq!(prepared.delivery(), Some(&DeliveryMethod::Async));
    assert_eq!(prepared.model(), Some("runware:101@1"));
    assert_eq!(prepared.hash(), RequestHash::of(prepared.bytes()));
}

#[test]
fn the_tasks_own_id_wins_and_is_written_in_lower_case() {
    let own = task(&format!(r#"{{"taskType":"tools","a":1,"taskUUID":"{}"}}"#, ID.to_uppercase()));
    assert_eq!(own.task_uuid(), Some(Ok(id())));
    let prepared = own.prepare(TaskUuid::from_random_bytes([7; 16])).unwrap();
    assert_eq!(prepared.uuid(), id());
    assert_eq!(text(&prepared), format!(r#"{{"taskType":"tools","taskUUID":"{ID}","a":1}}"#));
}

#[test]
fn an_id_that_cannot_be_sent_is_refused() {
    let with = |value: &str| task(&format!(r#"{{"taskType":"tools","taskUUID":{value}}}"#));
    assert_eq!(refusal(with("null")), "`taskUUID` is null; it must be a string that holds a UUID");
    assert_eq!(
        refusal(with("\"abc\"")),
        "`taskUUID` is \"abc\" (a string): a task UUID has 36 characters, hexadecimal digits in groups of 8-4-4-4-12; this has 3"
    );
    assert_eq!(
        refusal(with(&format!("\"{V7}\""))),
        format!(
            "`taskUUID` is \"{V7}\" (a string): a new task needs a UUID of version 4; this is of version 7"
        )
    );
    let error = RawTask::new("tools").prepare(TaskUuid::parse_known(V7).unwrap()).unwrap_err();
    assert_eq!(error.field(), "taskUUID");
    assert_eq!(
        error.to_string(),
        format!("`taskUUID` would be \"{V7}\": a new task needs a UUID of version 4; this is of version 7")
    );
}

#[test]
fn a_query_carries_the_id_of_an_earlier_task_of_any_version() {
    let earlier = TaskUuid::parse_known(V7).unwrap();
    let prepared = RawTask::from(GetResponse::new(earlier)).prepare(id()).unwrap();
    assert_eq!(prepared.uuid(), earlier);
    assert_eq!(text(&prepared), format!(r#"{{"taskType":"getResponse","taskUUID":"{V7}"}}"#));
    assert!(RawTask::new(TaskType::GetTaskDetails).prepare(earlier).is_ok());
}

#[test]
fn types_without_an_id_are_not_prepared() {
    assert_eq!(
        refusal(Ping::new()),
        "`taskType` is \"ping\", which carries no taskUUID and cannot be tracked"
    );
}

#[test]
fn a_bad_count_is_refused() {
    let error = refusal(RawTask::new(TaskType::ImageInference).set("numberResults", 0));
    assert_eq!(error, "`numberResults` is 0 (a number); it must be a whole number of at least 1");
}

#[test]
fn debug_shows_no_payload() {
    let prepared = RawTask::new("tools").set("secretish", "payload").prepare(id()).unwrap();
    let shown = format!("{prepared:?}");
    assert!(shown.contains(ID) && !shown.contains("payload"), "{shown}");
}

#[test]
fn a_request_is_an_array() {
    let prepared = RawTask::new("tools").prepare(id()).unwrap();
    let one = text(&prepared);
    assert_eq!(encode_request([&prepared]), format!("[{one}]"));
    assert_eq!(encode_request([prepared.bytes(), prepared.bytes()]), format!("[{one},{one}]"));
    assert_eq!(encode_request([""; 0]), "[]");
}

/// Journals store these: they never change.
#[test]
fn request_hashes_are_frozen() {
    let prepared =
        RawTask::new(TaskType::ImageInference).set("model", "runware:101@1").prepare(id()).unwrap();
    let hash = "8aa67cd5848fc67d3dbe15e8241438d2369e75bec8d105149e49e88c25c8514f";
    assert_eq!(prepared.hash().to_string(), hash);
    assert_eq!(hash.parse(), Ok(prepared.hash()));
    assert_eq!(hash.to_uppercase().parse(), Ok(prepared.hash()));
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(RequestHash::of(b"").to_string(), empty);
}

#[test]
fn what_is_no_hash_is_refused() {
    for text in ["", "8aa6", &"g".repeat(64), &"é".repeat(32), &"0".repeat(65)] {
        let error = text.parse::<RequestHash>().unwrap_err();
        assert_eq!(error.to_string(), "a request hash has 64 hexadecimal digits");
    }
}

proptest! {
    #[test]
    fn hashes_are_read_back(bytes in prop::collection::vec(any::<u8>(), 0..50)) {
        let hash = RequestHash::of(&bytes);
        prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        let json = serde_json::to_string(&hash).unwrap();
        prop_assert_eq!(&json, &format!("\"{hash}\""));
        prop_assert_eq!(serde_json::from_str::<RequestHash>(&json).unwrap(), hash);
    }

    /// A stored request is sent again byte for byte after it was read back.
    #[test]
    fn preparing_prepared_bytes_changes_nothing(
        fields in prop::collection::btree_map("\\PC{1,8}", "\\PC{0,20}", 0..6),
        uuid in any::<[u8; 16]>(),
        other in any::<[u8; 16]>(),
    ) {
        let task = fields.iter().fold(RawTask::new("tools"), |task, (key, value)| task.set(key, value));
        let prepared = task.prepare(TaskUuid::from_random_bytes(uuid)).unwrap();
        let again = RawTask::from_json(prepared.bytes()).unwrap().prepare(TaskUuid::from_random_bytes(other)).unwrap();
        prop_assert_eq!(again, prepared);
    }
}
