//! Tables: a reply, and what it says of each task.

use std::time::Duration;

use runware_poll::Verdict;
use runware_transport::{Delivery, ErrorKind, Reply};
use runware_types::{Envelope, RawJson};

use super::*;

fn a() -> TaskUuid {
    TaskUuid::from_key("test", "a")
}

fn b() -> TaskUuid {
    TaskUuid::from_key("test", "b")
}

/// An exchange with one reply; `$a` and `$b` stand for the two tasks.
fn reply(status: u16, body: &str) -> Exchange {
    let body = body.replace("$a", &a().to_string()).replace("$b", &b().to_string());
    let envelope = Envelope::decode(body).unwrap();
    Exchange { replies: vec![Reply::new(status, envelope)], fault: None }
}

fn broken(kind: ErrorKind, delivery: Delivery, status: Option<u16>) -> Exchange {
    let mut fault = TransportError::new(kind, delivery, "broken");
    if let Some(status) = status {
        fault = fault.with_status(status);
    }
    Exchange { replies: Vec::new(), fault: Some(fault) }
}

/// One word for an answer, so that tables stay readable.
fn word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Accepted { replayed: true, .. } => "conflict",
        Answer::Accepted { snapshot, .. } if snapshot.is_ended() => "done",
        Answer::Accepted { .. } => "accepted",
        Answer::Weak => "weak",
        Answer::Refused(_) => "refused",
        Answer::NotSent(_) => "not sent",
        Answer::Doubtful(_) => "doubtful",
        Answer::Rejected { .. } => "rejected",
        Answer::Failed(_) => "failed",
        Answer::TooMany { .. } => "too many",
    }
}

fn seen(sighting: &Sighting) -> String {
    match sighting {
        Sighting::Seen(snapshot) => {
            let count = |verdict| snapshot.entries.iter().filter(|entry| entry.verdict == verdict).count();
            format!(
                "{} running, {} done, {} failed, {} suspect",
                count(Verdict::Running),
                count(Verdict::Succeeded),
                count(Verdict::Failed),
                snapshot.suspects.len()
            )
        }
        Sighting::Known => "known".to_owned(),
        Sighting::Unseen => "unseen".to_owned(),
        Sighting::Fault(_) => "fault".to_owned(),
        Sighting::Refused(_) => "refused".to_owned(),
        Sighting::TooMany => "too many".to_owned(),
        Sighting::TooLarge(_) => "too large".to_owned(),
    }
}

fn check_answer(exchange: &Exchange, expected: &str) {
    let answers = read_submission(exchange, &[a()]);
    assert_eq!(word(&answers[&a()]), expected, "{exchange:?}");
}

fn check_sighting(exchange: &Exchange, expected: &str) {
    let sightings = read_status(exchange, &[a()]);
    assert_eq!(seen(&sightings[&a()]), expected, "{exchange:?}");
}

#[test]
fn answers_to_a_single_submission() {
    for (status, body, expected) in [
        (200, r#"{"data":[{"taskType":"videoInference","taskUUID":"$a"}]}"#, "accepted"),
        (200, r#"{"data":[{"taskType":"imageInference","taskUUID":"$a","imageURL":"u"}]}"#, "done"),
        (200, r#"{"data":[]}"#, "weak"),
        (200, r#"{}"#, "weak"),
        (200, r#"{"data":[{"taskType":"authentication","connectionSessionUUID":"s"}]}"#, "weak"),
        (400, r#"{"data":[],"errors":[{"code":"conflictTaskUUID","taskUUID":"$a"}]}"#, "conflict"),
        (200, r#"{"errors":[{"code":"conflictTaskUUID","taskUUID":"$a"}]}"#, "conflict"),
        (400, r#"{"errors":[{"code":"invalidWidth","taskUUID":"$a"}]}"#, "rejected"),
        (200, r#"{"errors":[{"code":"invalidWidth","taskUUID":"$a"}]}"#, "rejected"),
        (401, r#"{"errors":[{"code":"invalidApiKey","taskType":"authentication"}]}"#, "rejected"),
        (402, r#"{"errors":[{"code":"insufficientCredits"}]}"#, "rejected"),
        (503, r#"{"errors":[{"code":"noAvailableServer","taskUUID":"$a"}]}"#, "refused"),
        (429, r#"{"errors":[{"code":"rateLimitExceeded"}]}"#, "refused"),
        (429, r#"{"errors":[{"code":"inferenceRateLimitRequestTooLarge"}]}"#, "rejected"),
        (503, r#"{"errors":[{"code":"whatever"}]}"#, "refused"),
        (500, r#"{"errors":[{"code":"internalServerError","taskUUID":"$a"}]}"#, "doubtful"),
        (500, r#"{}"#, "doubtful"),
        (504, r#"{"errors":[{"code":"timeout"}]}"#, "doubtful"),
        (200, r#"{"errors":[{"code":"timeoutProvider","status":"error","taskUUID":"$a"}]}"#, "failed"),
        (200, r#"{"errors":[{"code":"contentPolicyViolation","taskUUID":"$a"}]}"#, "failed"),
        (400, r#"{"errors":[{"code":"anythingNew"}]}"#, "rejected"),
    ] {
        check_answer(&reply(status, body), expected);
    }
}

#[test]
fn broken_submissions_say_whether_the_task_may_exist() {
    for (kind, delivery, status, expected) in [
        (ErrorKind::Connect, Delivery::NotSent, None, "not sent"),
        (ErrorKind::Connect, Delivery::NotSent, Some(429), "not sent"),
        (ErrorKind::Connect, Delivery::NotSent, Some(401), "rejected"),
        (ErrorKind::Connect, Delivery::NotSent, Some(403), "rejected"),
        (ErrorKind::Disconnected, Delivery::MaybeSent, None, "doubtful"),
        (ErrorKind::Interrupted, Delivery::MaybeSent, None, "doubtful"),
        (ErrorKind::Interrupted, Delivery::MaybeSent, Some(200), "doubtful"),
        (ErrorKind::Timeout, Delivery::MaybeSent, None, "doubtful"),
        (ErrorKind::Undecodable, Delivery::Answered, Some(200), "doubtful"),
        (ErrorKind::Undecodable, Delivery::Answered, Some(502), "doubtful"),
        (ErrorKind::Undecodable, Delivery::Answered, Some(503), "refused"),
        (ErrorKind::Undecodable, Delivery::Answered, Some(403), "rejected"),
        (ErrorKind::Redirect, Delivery::Answered, Some(307), "rejected"),
    ] {
        check_answer(&broken(kind, delivery, status), expected);
    }
}

#[test]
fn a_batch_is_answered_task_by_task() {
    let both = [a(), b()];
    let mixed =
        reply(200, r#"{"data":[{"taskUUID":"$b"}],"errors":[{"code":"invalidModel","taskUUID":"$a"}]}"#);
    let answers = read_submission(&mixed, &both);
    assert_eq!((word(&answers[&a()]), word(&answers[&b()])), ("rejected", "accepted"));

    let refused = read_submission(&reply(400, r#"{"errors":[{"code":"arrayTooLarge"}]}"#), &both);
    assert_eq!((word(&refused[&a()]), word(&refused[&b()])), ("too many", "too many"));

    let too_large = reply(429, r#"{"errors":[{"code":"inferenceRateLimitRequestTooLarge"}]}"#);
    let answers = read_submission(&too_large, &both);
    assert_eq!(word(&answers[&a()]), "too many", "which of them is too large shows when they travel apart");

    let stranger = reply(
        200,
        r#"{"errors":[{"code":"invalidModel","taskUUID":"0b0f7f6e-1111-4111-8111-111111111111"}]}"#,
    );
    let answers = read_submission(&stranger, &both);
    assert_eq!(word(&answers[&a()]), "weak", "an error about another task changes nothing of ours");
}

#[test]
fn sightings_of_a_single_task() {
    for (status, body, expected) in [
        (200, r#"{"data":[]}"#, "unseen"),
        (
            200,
            r#"{"data":[{"taskUUID":"$a","status":"processing"}]}"#,
            "1 running, 0 done, 0 failed, 0 suspect",
        ),
        (200, r#"{"data":[{"taskUUID":"$a","status":"queued"}]}"#, "1 running, 0 done, 0 failed, 0 suspect"),
        (
            200,
            r#"{"data":[{"taskUUID":"$a","status":"success","videoURL":"u"},{"taskUUID":"$a","status":"processing"}],
                "errors":[{"code":"timeoutProvider","status":"error","taskUUID":"$a"}]}"#,
            "1 running, 1 done, 1 failed, 0 suspect",
        ),
        (
            200,
            r#"{"data":[{"taskUUID":"$a","videoURL":"u"}],"errors":[]}"#,
            "0 running, 1 done, 0 failed, 0 suspect",
        ),
        (200, r#"{"data":[{"taskUUID":"$b","videoURL":"u"}]}"#, "unseen"),
        (
            200,
            r#"{"errors":[{"code":"inferenceError","taskUUID":"$a"}]}"#,
            "0 running, 0 done, 1 failed, 0 suspect",
        ),
        (
            200,
            r#"{"errors":[{"code":"serviceUnavailable","taskUUID":"$a"}]}"#,
            "0 running, 0 done, 0 failed, 1 suspect",
        ),
        (200, r#"{"errors":[{"code":"taskFailedOrNotFound","taskUUID":"$a"}]}"#, "unseen"),
        (200, r#"{"errors":[{"code":"serviceUnavailable"}]}"#, "fault"),
        (429, r#"{"errors":[{"code":"rateLimit","taskUUID":"$a"}]}"#, "fault"),
        (503, r#"{"errors":[{"code":"anything","taskUUID":"$a"}]}"#, "fault"),
        (401, r#"{"errors":[{"code":"invalidApiKey"}]}"#, "refused"),
        (500, r#"{}"#, "fault"),
    ] {
        check_sighting(&reply(status, body), expected);
    }
}

#[test]
fn the_refusal_of_a_submission_is_no_verdict_in_the_answer_to_a_check() {
    let suspect = "0 running, 0 done, 0 failed, 1 suspect";
    let failed = "0 running, 0 done, 1 failed, 0 suspect";
    for (status, fields, expected) in [
        (200, r#""code":"conflictTaskUUID""#, "known"),
        (400, r#""code":"conflictTaskUUID""#, "known"),
        (200, r#""code":"insufficientCredits""#, suspect),
        (200, r#""code":"invalidModel""#, suspect),
        (200, r#""code":"modelUnavailable""#, suspect),
        (200, r#""code":"noAvailableServer""#, suspect),
        // What certainly answers the check, and what only a task can end with that was taken.
        (200, r#""code":"invalidModel","taskType":"getResponse""#, failed),
        (200, r#""code":"invalidModel","status":"error""#, failed),
        (400, r#""code":"invalidModel""#, failed),
        (200, r#""code":"contentPolicyViolation""#, failed),
        (200, r#""code":"providerError""#, failed),
    ] {
        check_sighting(&reply(status, &format!(r#"{{"errors":[{{{fields},"taskUUID":"$a"}}]}}"#)), expected);
    }
    // Whatever else is shown says more.
    let body = r#"{"data":[{"taskUUID":"$a","videoURL":"u"}],"errors":[{"code":"conflictTaskUUID","taskUUID":"$a"}]}"#;
    check_sighting(&reply(200, body), "0 running, 1 done, 0 failed, 0 suspect");
}

#[test]
fn broken_checks_say_nothing_of_the_task() {
    for (kind, status, expected) in [
        (ErrorKind::Connect, None, "fault"),
        (ErrorKind::Timeout, None, "fault"),
        (ErrorKind::Undecodable, Some(200), "fault"),
        (ErrorKind::Undecodable, Some(502), "fault"),
        (ErrorKind::Undecodable, Some(400), "fault"),
        (ErrorKind::Interrupted, Some(400), "fault"),
        (ErrorKind::Undecodable, Some(401), "refused"),
        (ErrorKind::TooLarge, Some(200), "refused"),
        (ErrorKind::TooLarge, None, "too large"),
        (ErrorKind::Connect, Some(401), "refused"),
    ] {
        check_sighting(&broken(kind, Delivery::Answered, status), expected);
    }
    let large = broken(ErrorKind::TooLarge, Delivery::Answered, Some(200));
    let sightings = read_status(&large, &[a(), b()]);
    assert_eq!(seen(&sightings[&a()]), "too many", "fewer tasks make a smaller reply");
}

#[test]
fn silence_shows_nothing_and_acknowledges_nothing() {
    let silence = Exchange { replies: Vec::new(), fault: None };
    check_sighting(&silence, "unseen");
    check_answer(&silence, "doubtful");
}

#[test]
fn an_answer_that_breaks_off_is_a_part() {
    for (body, expected) in [
        (r#"{"data":[{"taskType":"imageInference","taskUUID":"$a","imageURL":"u"}]}"#, "done"),
        (r#"{"errors":[{"code":"timeoutProvider","status":"error","taskUUID":"$a"}]}"#, "done"),
        (r#"{"errors":[{"code":"invalidModel","taskUUID":"$a"}]}"#, "rejected"),
        (r#"{"errors":[{"code":"conflictTaskUUID","taskUUID":"$a"}]}"#, "conflict"),
    ] {
        let mut exchange = reply(200, body);
        exchange.fault = Some(TransportError::new(ErrorKind::Disconnected, Delivery::MaybeSent, "lost"));
        check_answer(&exchange, expected);
        if let Answer::Accepted { replayed: false, snapshot, cut } = &read_submission(&exchange, &[a()])[&a()]
        {
            assert!(snapshot.is_part && cut.is_some(), "{body}");
        }
    }
}

#[test]
fn a_part_holds_what_names_the_task_and_is_certain() {
    let exchange = reply(
        200,
        r#"{"data":[{"taskUUID":"$a","videoURL":"u"},{"taskUUID":"$b","videoURL":"u"},{"videoURL":"u"},
                    {"taskType":"getTaskDetails","taskUUID":"$a","request":[],"response":{}}],
            "errors":[{"code":"x","status":"error","taskUUID":"$a"},{"code":"serviceUnavailable","taskUUID":"$a"},
                      {"code":"x","status":"error"},{"code":"conflictTaskUUID","taskUUID":"$b"}]}"#,
    );
    let part = read_part(&exchange.replies, a());
    assert!(part.snapshot.is_part && !part.is_conflict);
    let verdicts: Vec<Verdict> = part.snapshot.entries.iter().map(|entry| entry.verdict).collect();
    assert_eq!(verdicts, [Verdict::Succeeded, Verdict::Failed]);
    assert!(part.snapshot.suspects.is_empty());
    assert!(read_part(&exchange.replies, b()).is_conflict);
}

#[test]
fn what_the_server_asks_for_is_kept() {
    let mut exchange = reply(429, r#"{"errors":[{"code":"rateLimit"}]}"#);
    exchange.replies[0].retry_after = Some(Duration::from_secs(7));
    match &read_status(&exchange, &[a()])[&a()] {
        Sighting::Fault(cause) => assert_eq!(cause.retry_after(), Some(Duration::from_secs(7))),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_index_that_comes_late_makes_no_other_result() {
    let payload = |fields: &str| {
        let reply = reply(200, &format!(r#"{{"data":[{{"taskUUID":"$a",{fields}}}]}}"#));
        Payload::Item(reply.replies[0].envelope.items[0].clone())
    };
    for (one, other, is_same) in [
        (r#""text":"a""#, r#""text":"a""#, true),
        (r#""text":"a""#, r#""resultIndex":0,"text":"a""#, true),
        (r#""text":"a""#, r#""resultIndex":0,"text":"b""#, false),
        (r#""resultIndex":1,"text":"a""#, r#""resultIndex":0,"text":"a""#, false),
    ] {
        assert_eq!(payload(one) == payload(other), is_same, "{one} and {other}");
    }
}

#[test]
fn what_shows_in_two_answers_to_a_check_is_there_once() {
    let text = |text: &str, rest: &str| format!(r#"{{"taskUUID":"$a","text":"{text}"{rest}}}"#);
    let failed = r#"{"taskUUID":"$a","code":"providerError","status":"error"}"#;
    let frame = |items: &[&str], errors: &str| {
        reply(200, &format!(r#"{{"data":[{}],"errors":[{errors}]}}"#, items.join(","))).replies.remove(0)
    };
    let (one, two) = (text("one", ""), text("two", ""));
    for (late, own, expected) in [
        // The answer to an earlier check, with less; one that comes twice; and one that tells more of each result.
        (frame(&[&one], ""), frame(&[&one, &two], failed), "0 running, 2 done, 1 failed, 0 suspect"),
        (frame(&[&one], failed), frame(&[&one], failed), "0 running, 1 done, 1 failed, 0 suspect"),
        (
            frame(&[&one], ""),
            frame(&[&text("one", r#","status":"success","resultIndex":1"#)], ""),
            "0 running, 1 done, 0 failed, 0 suspect",
        ),
        // Equal texts of one answer are two, and so are different ones of two.
        (frame(&[&one, &one], ""), frame(&[&one, &one], ""), "0 running, 2 done, 0 failed, 0 suspect"),
        (frame(&[&one], ""), frame(&[&two], ""), "0 running, 2 done, 0 failed, 0 suspect"),
    ] {
        let exchange = Exchange { replies: vec![late, own], fault: None };
        check_sighting(&exchange, expected);
    }
}

#[test]
fn a_task_is_queued_if_nothing_of_it_has_begun_that_is_not_finished() {
    let item = |status: &str| {
        let text = format!(r#"{{"taskType":"videoInference","taskUUID":"{}","status":"{status}"}}"#, a());
        Item::from_raw(RawJson::parse(text).unwrap()).unwrap()
    };
    let is_queued = |statuses: &[&str]| {
        let mut snapshot = Snapshot::default();
        statuses.iter().for_each(|status| snapshot.add_item(&item(status)));
        snapshot.is_queued()
    };
    for waiting in ["queued", "scheduled", "waiting", "QUEUED"] {
        assert!(is_queued(&[waiting]), "{waiting}");
        assert!(is_queued(&["success", waiting, "error"]), "{waiting}");
        assert!(!is_queued(&[waiting, "processing"]), "{waiting}");
    }
    for other in ["processing", "pending", "success", "error", ""] {
        assert!(!is_queued(&[other]), "{other}");
    }
    assert!(!is_queued(&[]));
}
