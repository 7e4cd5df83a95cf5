//! What frames are answered with, and when.

use super::*;
use crate::choices::{EmptyChecks, FailureForm, SyncFrames};
use crate::fault::RequestKind;
use crate::script::Script;

#[test]
fn one_frame_answers_all_tasks_of_a_frame_or_each_has_its_own() {
    let tasks = || json!([video(U), video(U), {"taskType": "nonsense"}, {"taskType": "ping"}]);
    let mut bench = Bench::new(Options::new());
    let socket = bench.authenticated();
    let frames = bench.exchange(socket.id, tasks());
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0]["data"], json!([acknowledged(U)["data"][0], pong()["data"][0]]));
    assert_eq!(frames[0]["errors"][0]["code"], "conflictTaskUUID");
    assert_eq!(frames[0]["errors"][0]["taskUUID"], U);
    assert_eq!(frames[0]["errors"][1]["code"], "unsupportedTaskType");

    let mut bench = Bench::choosing(|choices| choices.frame_per_task = true);
    let socket = bench.authenticated();
    let frames = bench.exchange(socket.id, tasks());
    assert_eq!((frames.len(), &frames[0], &frames[3]), (4, &acknowledged(U), &pong()));
    assert_eq!(frames[1].get("data"), None, "an error stands alone");
}

#[test]
fn checks_are_answered_together_and_those_that_see_nothing_are_left_out() {
    let mut bench = Bench::new(Options::new());
    let socket = bench.authenticated();
    bench.exchange(socket.id, json!([video(U)]));
    let frames = bench.exchange(socket.id, json!([check(V), check(U)]));
    assert_eq!(
        frames,
        [json!({"data": [{"taskType": "videoInference", "taskUUID": U, "status": "processing"}]})]
    );
    assert_eq!(bench.exchange(socket.id, json!([check(V)])), [json!({"data": []})]);
    let account = bench.at(10.0).exchange(socket.id, json!([check(U)]));
    assert_eq!(account[0]["data"][0]["status"], "success");
    let uuid = U.parse().unwrap();
    let results = &bench.core.ledger().task(&uuid).unwrap().results;
    assert_eq!((results[0].delivered, results[0].first_delivered_at), (1, Some(seconds(10.0))));
}

#[test]
fn checks_that_see_nothing_may_be_met_with_silence() {
    let mut bench = Bench::choosing(|choices| choices.empty_checks = EmptyChecks::Silence);
    let socket = bench.authenticated();
    assert_eq!(bench.exchange(socket.id, json!([check(U), check(V)])), Vec::<Value>::new());
    bench.exchange(socket.id, json!([video(U)]));
    assert_eq!(bench.exchange(socket.id, json!([check(U), check(V)])).len(), 1);
}

#[test]
fn an_empty_acknowledgement_is_a_frame_all_the_same() {
    let options = Options::new().choose(|choices| {
        choices.empty_acknowledgement = true;
        choices.socket.empty_checks = EmptyChecks::Silence;
    });
    let mut bench = Bench::new(options);
    let socket = bench.authenticated();
    assert_eq!(bench.exchange(socket.id, json!([video(U)])), [json!({"data": []})]);
}

/// Three results: one after a second, one that fails after two, one after ten.
fn mixed() -> Options {
    let script =
        Script::new().result_at(0, seconds(1.0)).result_at(1, seconds(2.0)).fail(1, "timeoutProvider");
    Options::new().script("m", script)
}

#[test]
fn results_of_a_synchronous_task_come_one_by_one_when_they_are_ready() {
    let mut bench = Bench::new(mixed());
    let socket = bench.authenticated();
    bench.send(socket.id, json!([image(U, json!({"numberResults": 3})), video(V)]));
    let timeline = bench.timeline(socket.id);
    let times: Vec<f64> = timeline.iter().map(|(time, _)| *time).collect();
    assert_eq!(times, [0.0, 1.0, 2.0, 10.0, 130.0]);
    assert_eq!(frame(&timeline[0].1), acknowledged(V));
    for place in [1, 3] {
        let result = frame(&timeline[place].1);
        assert_eq!(result["data"].as_array().unwrap().len(), 1);
        assert_eq!((&result["data"][0]["taskUUID"], result.get("errors")), (&json!(U), None));
        assert_eq!(result["data"][0].get("status"), None);
    }
    let failure = frame(&timeline[2].1);
    assert_eq!((failure.get("data"), &failure["errors"][0]["code"]), (None, &json!("timeoutProvider")));
    assert_eq!(failure["errors"][0]["status"], "error");
    assert_eq!(timeline[4].1, Outgoing::Close(1000));
    let uuid = U.parse().unwrap();
    let results = &bench.core.ledger().task(&uuid).unwrap().results;
    let delivered: Vec<_> = results.iter().map(|result| result.first_delivered_at.unwrap()).collect();
    assert_eq!(delivered, [seconds(1.0), seconds(2.0), seconds(10.0)]);
}

#[test]
fn results_of_a_synchronous_task_may_come_in_one_frame() {
    let mut bench = Bench::new(mixed().choose(|choices| {
        choices.socket.sync_frames = SyncFrames::One;
        choices.failure_form = FailureForm::Nested;
    }));
    let socket = bench.authenticated();
    bench.send(socket.id, json!([image(U, json!({"numberResults": 3}))]));
    let timeline = bench.timeline(socket.id);
    assert_eq!(timeline.len(), 2);
    assert_eq!(timeline[0].0, 10.0);
    assert_eq!(frame(&timeline[0].1)["data"].as_array().unwrap().len(), 3);
}

#[test]
fn a_synchronous_task_that_takes_too_long_is_given_up_after_what_is_ready() {
    for (frames, expected) in [(SyncFrames::Each, vec![1.0, 120.0]), (SyncFrames::One, vec![120.0])] {
        let script = Script::new().stick(1).result_at(0, seconds(1.0));
        let options = Options::new().script("m", script).choose(|choices| {
            choices.socket.sync_frames = frames;
            choices.socket.idle_after = None;
        });
        let mut bench = Bench::new(options);
        let socket = bench.authenticated();
        bench.send(socket.id, json!([image(U, json!({"numberResults": 2}))]));
        let timeline = bench.timeline(socket.id);
        assert_eq!(timeline.iter().map(|(time, _)| *time).collect::<Vec<_>>(), expected);
        let error = &frame(&timeline.last().unwrap().1)["errors"][0];
        assert_eq!((&error["code"], &error["taskUUID"]), (&json!("requestTimeout"), &json!(U)));
        assert_eq!(error.get("status"), None);
    }
}

#[test]
fn a_synchronous_task_without_results_is_answered_with_nothing_at_once() {
    let mut bench = Bench::new(Options::new().script("m", Script::new().results(0)));
    let socket = bench.authenticated();
    assert_eq!(bench.exchange(socket.id, json!([image(U, json!({}))])), [json!({"data": []})]);
}

#[test]
fn pings_are_answered_with_pongs_and_their_ids_only_on_request() {
    let named = || json!([{"taskType": "ping", "ping": true, "taskUUID": U}]);
    let mut bench = Bench::new(Options::new());
    let socket = bench.authenticated();
    assert_eq!(bench.exchange(socket.id, ping()), [pong()]);
    assert_eq!(bench.exchange(socket.id, named()), [pong()]);
    let mut bench = Bench::new(Options::new().choose(|choices| choices.echo_ping_uuid = true));
    let socket = bench.authenticated();
    assert_eq!(bench.exchange(socket.id, named())[0]["data"][0]["taskUUID"], U);
}

#[test]
fn frames_are_counted_by_kind_and_those_with_tasks_are_requests() {
    let mut bench = Bench::new(Options::new());
    let socket = bench.authenticated();
    bench.exchange(socket.id, json!([video(U), check(U)]));
    bench.exchange(socket.id, json!([check(U)]));
    bench.exchange(socket.id, ping());
    bench.core.take_frame(bench.now, socket.id, b"\xff");
    assert_eq!(bench.frames(socket.id)[0]["errors"][0]["code"], "invalidRequestJson");
    let ledger = bench.core.ledger();
    let frames = [RequestKind::Authenticate, RequestKind::Submit, RequestKind::Status, RequestKind::Ping];
    assert_eq!(frames.map(|kind| ledger.frames_of(kind)), [1, 1, 1, 1]);
    assert_eq!((ledger.frames(), ledger.frames_of(RequestKind::Other)), (5, 1));
    assert_eq!(ledger.requests(), 3, "without the authentication and the ping");
    assert_eq!(ledger.requests_of(RequestKind::Ping), 0);
}

#[test]
fn where_too_much_waits_tasks_are_refused_by_name() {
    let mut bench = Bench::new(Options::new());
    let socket = bench.authenticated();
    let id = |number: u32| runware_types::TaskUuid::from_key("full", &number.to_string()).to_string();
    for number in 0..10 {
        bench.send(socket.id, json!([image(&id(number), json!({"numberResults": 1_000}))]));
    }
    let frames = bench.exchange(socket.id, json!([video(U)]));
    assert_eq!(frames[0]["errors"][0]["code"], "noAvailableServer");
    assert_eq!(frames[0]["errors"][0]["taskUUID"], U);
    assert_eq!(bench.core.ledger().accepted(), 10);
}

#[test]
fn the_same_frames_get_the_same_bytes() {
    let run = || {
        let mut bench = Bench::new(mixed());
        let socket = bench.authenticated();
        bench.send(socket.id, json!([image(U, json!({"numberResults": 3})), video(V)]));
        (socket.session, bench.timeline(socket.id))
    };
    assert_eq!(run(), run());
}
