//! The shapes that programs rely on.

use std::time::{Duration, SystemTime};

use runware::Status;
use runware::types::{Envelope, ErrorCategory, RawJson, TaskType, TaskUuid};

use super::line;
use crate::output::event::{Event, Summary};

const TASK: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

fn task_uuid() -> TaskUuid {
    TASK.parse().unwrap()
}

/// The line without what all lines have in common: the name, the time and the task.
fn fields(event: &Event) -> String {
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_775_000_000_123);
    let line = line(event, at).unwrap();
    let head =
        format!(r#"{{"event":"{}","at":"2026-03-31T23:33:20.123Z","taskUUID":"{TASK}","#, event.name());
    line.strip_prefix(&head).unwrap_or(&line).to_owned()
}

#[test]
fn the_events_of_a_task_have_their_fields() {
    let task_uuid = task_uuid();
    for (event, expected) in [
        (
            Event::Submitting { task_uuid, task_type: TaskType::ImageInference, model: Some("m".to_owned()) },
            r#""taskType":"imageInference"}"#,
        ),
        (Event::Accepted { task_uuid, replayed: true, resume: None }, r#""replayed":true}"#),
        (Event::Progress { task_uuid, progress: 40 }, r#""progress":40}"#),
        (
            Event::Settled {
                task_uuid,
                status: Status::Partial,
                results: 2,
                failures: 1,
                polls: 3,
                elapsed: Duration::from_micros(4_200_999),
                durable: true,
                resume: None,
            },
            r#""status":"partial","results":2,"failures":1,"polls":3,"elapsedMs":4200}"#,
        ),
        (
            Event::Settled {
                task_uuid,
                status: Status::StillRunning,
                results: 0,
                failures: 0,
                polls: 9,
                elapsed: Duration::ZERO,
                durable: true,
                resume: Some("runware wait …".to_owned()),
            },
            r#""status":"running","results":0,"failures":0,"polls":9,"elapsedMs":0,"resume":"runware wait …"}"#,
        ),
        (
            Event::Settled {
                task_uuid,
                status: Status::Succeeded,
                results: 1,
                failures: 0,
                polls: 1,
                elapsed: Duration::ZERO,
                durable: false,
                resume: None,
            },
            r#""status":"succeeded","results":1,"failures":0,"polls":1,"elapsedMs":0,"durable":false}"#,
        ),
        (
            Event::Error {
                task_uuid: Some(task_uuid),
                category: ErrorCategory::RateLimit,
                message: "slow down".to_owned(),
                resume: None,
            },
            r#""category":"rateLimit","message":"slow down"}"#,
        ),
        (
            Event::Details {
                task_uuid,
                request: Some(RawJson::parse("[ 1.10 ]").unwrap()),
                response: Some(RawJson::parse("{\n \"data\": []\n}").unwrap()),
            },
            r#""request":[ 1.10 ],"response":{  "data": [] }}"#,
        ),
    ] {
        assert_eq!(fields(&event), expected);
    }
}

#[test]
fn an_item_is_passed_on_as_it_came() {
    let item = r#"{"taskType":"imageInference","cost":1.10, "z" : [1e2,"\u00e9"],"a":123456789012345678901234567890}"#;
    let envelope = Envelope::decode(format!(r#"{{"data":[{item}]}}"#)).unwrap();
    let event = Event::Result {
        task_uuid: task_uuid(),
        index: 2,
        item: envelope.items[0].clone(),
        delivery_id: None,
        redelivered: false,
    };
    assert_eq!(fields(&event), format!(r#""index":2,"item":{item}}}"#));
}

#[test]
fn a_failure_tells_what_the_server_told() {
    let errors = r#"{"errors":[
        {"code":"timeoutProvider","message":"Too late.","parameter":"model"},
        {"code":"invalidSize","message":"No.","parameter":["width","height"]},
        {"code":"somethingNew"}
    ]}"#;
    let envelope = Envelope::decode(errors).unwrap();
    let shown: Vec<String> = envelope
        .errors
        .iter()
        .zip([Some(1), None, None])
        .map(|(error, index)| fields(&Event::Failure { task_uuid: task_uuid(), index, error: error.into() }))
        .collect();
    assert_eq!(
        shown,
        [
            r#""index":1,"error":{"code":"timeoutProvider","category":"timeout","message":"Too late.","parameter":"model","retryable":true}}"#,
            r#""error":{"code":"invalidSize","category":"validation","message":"No.","parameter":["width","height"],"retryable":false}}"#,
            r#""error":{"code":"somethingNew","category":"unknown","message":"","retryable":false}}"#,
        ]
    );
}

#[test]
fn what_concerns_no_task_names_none() {
    let mut summary =
        Summary { requests: 7, status_checks: 12, elapsed: Duration::from_secs(3), ..Summary::default() };
    summary.count(Status::Succeeded);
    summary.count(Status::Partial);
    summary.count(Status::Unknown);
    assert_eq!(
        fields(&Event::Summary(summary)),
        r#"{"event":"summary","at":"2026-03-31T23:33:20.123Z","tasks":3,"succeeded":1,"partial":1,"failed":0,"running":0,"unknown":1,"requests":7,"statusChecks":12,"elapsedMs":3000}"#
    );
    let error = Event::Error {
        task_uuid: None,
        category: ErrorCategory::Auth,
        message: "no key".to_owned(),
        resume: None,
    };
    assert_eq!(
        fields(&error),
        r#"{"event":"error","at":"2026-03-31T23:33:20.123Z","category":"auth","message":"no key"}"#
    );
}
