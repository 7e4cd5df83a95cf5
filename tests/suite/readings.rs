//! The emulator and the schema are two readings of the protocol, made by different hands: they agree.

use std::path::Path;
use std::time::Duration;

use runware_emulator::{Core, Head, Options};
use runware_types::{
    Envelope, GetResponse, GetTaskDetails, Phase, RawTask, TaskType, TaskUuid, TypedResult, check_reply,
    check_request, encode_request, validate,
};

/// Every sample task, by every hand: minimal, full, and in older forms.
fn samples() -> Vec<RawTask> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tasks");
    let files = TaskType::KNOWN.iter().map(|task_type| folder.join(format!("{task_type}.jsonl")));
    let texts = files.map(|file| std::fs::read_to_string(file).unwrap());
    texts
        .flat_map(|text| {
            text.lines().map(|line| RawTask::from_json(line.as_bytes()).unwrap()).collect::<Vec<_>>()
        })
        .collect()
}

/// An emulator whose tasks take a second, with a clock that moves on by a minute with each request.
struct World {
    core: Core,
    minutes: u32,
}

impl World {
    fn new() -> Self {
        Self { core: Core::new(Options::new().duration(Duration::from_secs(1))), minutes: 0 }
    }

    /// Sends a request that the schema finds nothing wrong with, and reads a reply of which the same is true.
    fn exchange(&mut self, task: &[u8]) -> Envelope {
        let request = encode_request([task]);
        let report = check_request(&request);
        assert_eq!(
            report.errors().next(),
            None,
            "{}",
            report.display("request", std::str::from_utf8(&request).unwrap())
        );
        let reply = self.send(&request);
        let report = check_reply(&reply);
        let text = String::from_utf8(reply.clone()).unwrap();
        assert_eq!(report.errors().next(), None, "{}", report.display("reply", &text));
        Envelope::decode(reply).unwrap()
    }

    fn send(&mut self, request: &[u8]) -> Vec<u8> {
        self.minutes += 1;
        let now = Duration::from_secs(60) * self.minutes;
        self.core.handle(now, &Head::bearer("key"), request).body.to_vec()
    }
}

#[test]
fn the_emulator_takes_every_sample_and_answers_in_documented_shapes() {
    let mut world = World::new();
    let mut finished = 0;
    for (nth, sample) in
        samples().into_iter().enumerate().filter(|(_, task)| task.task_type().is_generation())
    {
        let uuid = TaskUuid::from_key("readings", &nth.to_string());
        let task = sample.set("taskUUID", uuid).set("deliveryMethod", "async").set("includeCost", true);
        let reply = world.exchange(&task.encode().unwrap());
        assert_eq!(reply.errors, [], "{task:?}");

        let done = world.exchange(&GetResponse::new(uuid).encode());
        assert_eq!(done.items.len() as u32, task.expected_results().unwrap(), "{task:?}");
        for item in &done.items {
            assert_eq!(item.phase(), Phase::Succeeded, "{item:?}");
            assert!(!matches!(item.result(), TypedResult::Other(_)), "{item:?}");
            finished += 1;
        }
        let archived = world.exchange(&GetTaskDetails::new(uuid).encode());
        assert!(matches!(archived.items[0].result(), TypedResult::Details(_)), "{archived:?}");
    }
    assert!(finished >= 40, "{finished} results");
}

#[test]
fn tasks_that_make_nothing_are_answered_in_documented_shapes() {
    let mut world = World::new();
    let mut answered = 0;
    for (nth, sample) in
        samples().into_iter().enumerate().filter(|(_, task)| !task.task_type().is_generation())
    {
        let has_no_id = !sample.task_type().has_uuid() || sample.task_type().is_query();
        let task = match has_no_id {
            true => sample,
            false => sample.set("taskUUID", TaskUuid::from_key("readings", &format!("utility {nth}"))),
        };
        let reply = world.exchange(&task.encode().unwrap());
        answered += reply.items.len();
    }
    assert!(answered >= 10, "{answered} answers");
}

#[test]
fn what_the_emulator_refuses_as_invalid_the_schema_refuses_before_it_is_sent() {
    let refused = [
        r#"{"taskType":"imageInference","positivePrompt":"a fox"}"#,
        r#"{"taskType":"imageInference","model":5,"positivePrompt":"a fox"}"#,
        r#"{"taskType":"imageInference","model":"m","positivePrompt":"a fox","width":"wide"}"#,
        r#"{"taskType":"imageInference","model":"m","positivePrompt":"a fox","numberResults":0}"#,
        r#"{"taskType":"imageInference","model":"m","positivePrompt":"a fox","deliveryMethod":7}"#,
        r#"{"taskType":"textInference","model":"m","messages":"hi"}"#,
        r#"{"taskType":"promptEnhance","prompt":"a fox","promptVersions":1.5}"#,
    ];
    let mut world = World::new();
    for text in refused {
        let task = RawTask::from_json(text.as_bytes()).unwrap();
        assert!(validate(&task).errors().next().is_some(), "{text}");
        let task = task.set("taskUUID", TaskUuid::from_key("readings", text));
        let reply = world.send(&encode_request([task.encode().unwrap()]));
        assert_eq!(check_reply(&reply).errors().next(), None);
        let reply = Envelope::decode(reply).unwrap();
        assert_eq!((reply.items.len(), reply.errors.len()), (0, 1), "{text}");
    }
}
