//! What faults do to requests and replies.

use super::*;
use crate::core::Fate;
use crate::fault::{Action, Answer, CheckError, RequestKind, Rule};

fn struck(action: Action) -> Bench {
    Bench::new(Options::new().fault(Rule::new(action).nth(1)))
}

/// Submits a task to a bench whose first request is struck; says whether it was accepted.
fn submit(bench: &mut Bench) -> (Response, bool) {
    let response = bench.raw(&Head::bearer("key"), &json!([video(U, json!({}))]).to_string());
    (response, bench.core.ledger().accepted() == 1)
}

#[test]
fn some_faults_come_before_the_request_is_carried_out_and_some_after() {
    let answer = || Answer::error(500, "internalServerError");
    for (action, fate, accepted) in [
        (Action::Answer(answer()), Fate::Deliver, false),
        (Action::HandleThenAnswer(answer()), Fate::Deliver, true),
        (Action::Reset, Fate::Reset, false),
        (Action::LoseReply, Fate::Cut, true),
        (Action::Hang, Fate::Hang, false),
        (Action::HandleThenHang, Fate::Hang, true),
        (Action::Delay(seconds(3)), Fate::Deliver, true),
        (Action::Truncate(5), Fate::Truncate(5), true),
        (Action::Stall(5), Fate::Stall(5), true),
        (Action::Close(1013), Fate::Cut, false),
        (Action::Mute, Fate::Hang, false),
        (Action::TokenExpired, Fate::Deliver, false),
        (Action::Interject("{}".to_owned()), Fate::Deliver, true),
        (Action::RawBytes("x".into()), Fate::Deliver, true),
    ] {
        let mut bench = struck(action.clone());
        let (response, was_accepted) = submit(&mut bench);
        assert_eq!((response.fate, was_accepted), (fate, accepted), "{action:?}");
        let conflicts = bench.send(json!([video(U, json!({}))])).0 == 400;
        assert_eq!(conflicts, accepted, "{action:?}");
    }
}

#[test]
fn an_answer_has_the_body_and_the_headers_it_is_given() {
    let header = |response: &Response, name: &str| {
        response.headers.iter().find(|(found, _)| *found == name).map(|(_, value)| value.clone())
    };
    let (plain, _) = submit(&mut struck(Action::Answer(Answer::empty(429).retry_after("7"))));
    assert_eq!((plain.status, plain.body.len()), (429, 0));
    assert_eq!(header(&plain, "retry-after").as_deref(), Some("7"));
    assert_eq!((header(&plain, "content-type"), header(&plain, "x-emulator").as_deref()), (None, Some("1")));

    let (json, _) = submit(&mut struck(Action::Answer(Answer::error(503, "noAvailableServer"))));
    assert_eq!(json.body, r#"{"errors":[{"code":"noAvailableServer","message":"A fault was asked for."}]}"#);
    let each = Answer::error_for_each(503, "noAvailableServer");
    let (named, _) = submit(&mut struck(Action::Answer(each)));
    let expected = format!(
        r#"{{"errors":[{{"code":"noAvailableServer","message":"A fault was asked for.","taskUUID":"{U}"}}]}}"#
    );
    assert_eq!(named.body, expected);
    let (html, _) = submit(&mut struck(Action::Answer(Answer::html(200))));
    assert_eq!(header(&html, "content-type").as_deref(), Some("text/html"));
    assert!(html.body.starts_with(b"<html>"));
}

#[test]
fn an_expired_token_is_an_error_of_the_whole_request() {
    let (response, _) = submit(&mut struck(Action::TokenExpired));
    let body = r#"{"errors":[{"code":"tokenExpired","message":"The authentication has expired."}]}"#;
    assert_eq!((response.status, &response.body[..]), (401, body.as_bytes()));
}

#[test]
fn a_delay_keeps_the_reply_back() {
    assert_eq!(submit(&mut struck(Action::Delay(seconds(3)))).0.ready_at, seconds(3));
}

#[test]
fn what_does_not_get_through_is_not_delivered() {
    for (action, delivered) in [
        (Action::LoseReply, 0),
        (Action::HandleThenAnswer(Answer::empty(500)), 0),
        (Action::HandleThenHang, 0),
        (Action::Truncate(10), 0),
        (Action::Stall(10), 0),
        (Action::Blind, 0),
        (Action::CheckError(CheckError::new("x")), 0),
        (Action::Delay(seconds(1)), 1),
        (Action::EmptyErrors, 1),
        (Action::Interject("{}".to_owned()), 1),
    ] {
        let rule = Rule::new(action.clone()).kind(RequestKind::Status).nth(1);
        let mut bench = Bench::new(Options::new().fault(rule));
        bench.ok(json!([video(U, json!({}))]));
        bench.at(10.0).raw(&Head::bearer("key"), &check(U).to_string());
        let account = bench.core.ledger().task(&uuid(U)).unwrap();
        assert_eq!(
            (account.checks, account.results[0].delivered, account.billed),
            (1, delivered, 1),
            "{action:?}"
        );
    }
}

#[test]
fn checks_may_see_nothing_or_an_error_that_is_not_the_task_s() {
    let options = Options::new()
        .fault(Rule::new(Action::Blind).kind(RequestKind::Status).nth(1))
        .fault(
            Rule::new(Action::CheckError(CheckError::new("serviceUnavailable")))
                .kind(RequestKind::Status)
                .nth(2),
        )
        .fault(
            Rule::new(Action::CheckError(CheckError::new("rateLimit").names_task()))
                .kind(RequestKind::Status)
                .nth(3),
        );
    let mut bench = Bench::new(options);
    bench.ok(json!([video(U, json!({}))]));
    assert_eq!(bench.text(&check(U)), (200, r#"{"data":[]}"#.to_owned()));
    let message = "The state of the task could not be read.";
    assert_eq!(
        bench.check(),
        json!({"data": [], "errors": [{"code": "serviceUnavailable", "message": message}]})
    );
    assert_eq!(bench.check()["errors"][0]["taskUUID"], U);
    assert_eq!(bench.check()["data"][0]["status"], "processing");
}

#[test]
fn an_empty_list_of_errors_may_stand_beside_the_data() {
    let mut bench = struck(Action::EmptyErrors);
    assert_eq!(bench.ok(json!([video(U, json!({}))]))["errors"], json!([]));
    assert_eq!(bench.check().get("errors"), None);
}

#[test]
fn a_reply_may_be_rewritten() {
    let mut bench = struck(Action::rewrite(|body| [b"\xef\xbb\xbf", &body[..]].concat().into()));
    assert!(submit(&mut bench).0.body.starts_with(b"\xef\xbb\xbf{\"data\":["));
}

#[test]
fn a_rule_sees_time_kind_and_body() {
    let rule = Rule::new(Action::Answer(Answer::html(503))).when(|request| {
        request.now >= seconds(5) && request.body.ends_with(format!("\"{U}\"}}]").as_bytes())
    });
    let mut bench = Bench::new(Options::new().fault(rule));
    let mut status = |time, id| bench.at(time).raw(&Head::bearer("key"), &check(id).to_string()).status;
    assert_eq!([status(4.0, U), status(5.0, V), status(5.0, U)], [200, 200, 503]);
}

#[test]
fn a_request_is_of_the_kind_of_its_weightiest_task() {
    let mut bench = Bench::new(Options::new());
    let check = json!({"taskType": "getResponse", "taskUUID": U});
    let details = json!({"taskType": "getTaskDetails", "taskUUID": U});
    bench.send(json!([details, check, video(V, json!({}))]));
    bench.send(json!([details, check]));
    bench.send(json!([{"taskType": "ping"}, details]));
    bench.send(json!([{"taskType": "ping"}]));
    bench.raw(&Head::bearer("key"), "nonsense");
    let count = |kind| bench.core.ledger().requests_of(kind);
    assert_eq!(
        [RequestKind::Submit, RequestKind::Status, RequestKind::Details, RequestKind::Other].map(count),
        [1, 1, 1, 2]
    );
}

#[test]
fn faults_can_be_added_on_the_way() {
    let mut bench = Bench::new(Options::new());
    bench.check();
    bench.core.inject(Rule::new(Action::Answer(Answer::empty(500))).nth(1));
    assert_eq!(bench.raw(&Head::bearer("key"), &check(U).to_string()).status, 500);
    assert_eq!(bench.raw(&Head::bearer("key"), &check(U).to_string()).status, 200);
}
