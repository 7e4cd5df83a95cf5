//! Accepting, acknowledging, delivering at once, refusing twice.

use super::*;
use crate::choices::{Duplicate, MixedStatus};

#[test]
fn an_asynchronous_task_is_acknowledged_without_any_of_its_fields() {
    let mut bench = Bench::new(Options::new());
    let task =
        video(U, json!({"numberResults": 3, "webhookURL": "https://example.com/hook", "includeCost": true}));
    let (status, text) = bench.text(&json!([task]));
    assert_eq!(
        (status, text),
        (200, format!(r#"{{"data":[{{"taskType":"videoInference","taskUUID":"{U}"}}]}}"#))
    );

    let mut silent = Bench::new(Options::new().choose(|choices| choices.empty_acknowledgement = true));
    assert_eq!(silent.text(&json!([task])), (200, r#"{"data":[]}"#.to_owned()));
    assert_eq!(silent.check()["data"].as_array().unwrap().len(), 3);
}

#[test]
fn delivery_depends_on_the_type_where_the_task_does_not_say() {
    for (task, waits) in [
        (image(U, json!({})), true),
        (image(U, json!({"deliveryMethod": "async"})), false),
        (video(U, json!({})), false),
        (video(U, json!({"deliveryMethod": "sync"})), true),
        (json!({"taskType": "textInference", "taskUUID": U, "model": "m", "messages": [{}]}), true),
        (json!({"taskType": "training", "taskUUID": U, "model": "m", "inputs": {}}), false),
    ] {
        let mut bench = Bench::new(Options::new());
        let response = bench.raw(&Head::bearer("key"), &json!([task]).to_string());
        assert_eq!(response.ready_at, seconds(if waits { 10 } else { 0 }), "{task}");
    }
}

#[test]
fn a_synchronous_reply_holds_the_results() {
    let mut bench = Bench::new(Options::new());
    let tasks = json!([image(U, json!({"includeCost": true, "seed": 1}))]);
    let response = bench.raw(&Head::bearer("key"), &tasks.to_string());
    assert_eq!((response.status, response.ready_at), (200, seconds(10)));
    let item = &serde_json::from_slice::<Value>(&response.body).unwrap()["data"][0];
    let id = item["imageUUID"].as_str().unwrap();
    assert_eq!(
        response.body,
        format!(
            r#"{{"data":[{{"taskType":"imageInference","taskUUID":"{U}","imageUUID":"{id}","imageURL":"http://files/image/{id}.png","seed":1,"cost":0.0013}}]}}"#
        )
    );
}

#[test]
fn a_synchronous_reply_holds_successes_and_failures_together() {
    let mut bench = Bench::new(mixed());
    let body = bench.ok(json!([image(U, json!({"numberResults": 3}))]));
    assert_eq!(body["data"].as_array().unwrap().len(), 2);
    assert_eq!(body["errors"][0]["code"], "timeoutProvider");
    let account = bench.core.ledger().task(&uuid(U)).unwrap();
    assert_eq!(account.results.iter().map(|result| result.delivered).collect::<Vec<_>>(), [1, 1, 1]);
    assert_eq!(account.results[0].first_delivered_at, Some(seconds(10)), "with the last of them");
}

#[test]
fn a_synchronous_task_that_takes_too_long_goes_on_without_its_reply() {
    let mut bench = Bench::timed(Options::new().duration(seconds(200)));
    let response = bench.raw(&Head::bearer("key"), &json!([image(U, json!({}))]).to_string());
    assert_eq!((response.status, response.ready_at), (504, seconds(120)));
    assert!(response.body.starts_with(br#"{"data":[],"errors":[{"code":"requestTimeout""#));
    assert_eq!(bench.at(199.0).check()["data"][0]["status"], "processing");
    assert_eq!(bench.at(200.0).check()["data"][0]["status"], "success");

    let options = Options::new().duration(seconds(2)).choose(|choices| {
        choices.sync_window = Duration::from_secs(1);
        choices.check_sync_tasks = false;
    });
    let mut bench = Bench::timed(options);
    assert_eq!(bench.send(json!([image(U, json!({}))])).0, 504);
    assert_eq!(bench.at(2.0).check(), json!({"data": []}));
}

#[test]
fn a_request_waits_for_its_slowest_synchronous_task() {
    let options = Options::new()
        .script("slow", Script::new().duration(seconds(7)))
        .script("fast", Script::new().duration(seconds(3)));
    let mut bench = Bench::new(options);
    let tasks = json!([image(U, json!({"model": "slow"})), image(V, json!({"model": "fast"}))]);
    let response = bench.raw(&Head::bearer("key"), &tasks.to_string());
    assert_eq!(response.ready_at, seconds(7));
    assert_eq!(serde_json::from_slice::<Value>(&response.body).unwrap()["data"].as_array().unwrap().len(), 2);
}

#[test]
fn a_task_is_accepted_once_and_billed_once() {
    let mut bench = Bench::new(Options::new());
    let tasks = json!([video(U, json!({"numberResults": 2}))]);
    bench.ok(tasks.clone());
    let (status, text) = bench.text(&tasks);
    assert_eq!(status, 400);
    assert_eq!(
        text,
        format!(
            r#"{{"data":[],"errors":[{{"code":"conflictTaskUUID","message":"A task with this 'taskUUID' exists already.","parameter":"taskUUID","taskUUID":"{U}"}}]}}"#
        )
    );
    // For ever, whatever the bytes, however the id is written.
    let other = video(&U.to_uppercase().replace('-', ""), json!({"positivePrompt": "other"}));
    assert_eq!(bench.at(1e9).error(400, json!([other]))["code"], "conflictTaskUUID");
    let account = bench.core.ledger().task(&uuid(U)).unwrap();
    assert_eq!((account.accepted, account.submitted, account.billed), (1, 3, 2));
    assert_eq!(account.charged.to_string(), "0.36");
    let hashes: Vec<_> = account.submissions.iter().map(|submission| submission.hash).collect();
    assert!(hashes[0] == hashes[1] && hashes[1] != hashes[2]);
    assert_eq!(bench.core.ledger().billed(), 2);
}

#[test]
fn an_id_is_free_again_where_that_is_chosen() {
    let mut bench = Bench::new(Options::new().choose(|choices| choices.conflict_window = Some(seconds(5))));
    let tasks = json!([video(U, json!({}))]);
    bench.ok(tasks.clone());
    bench.at(14.9).error(400, tasks.clone());
    bench.at(15.0).ok(tasks);
    bench.core.advance(seconds(100));
    let account = bench.core.ledger().task(&uuid(U)).unwrap();
    assert_eq!((account.accepted, account.billed), (2, 2), "and its owner pays twice");
}

#[test]
fn one_id_twice_in_a_request_is_a_conflict() {
    let tasks = json!([video(U, json!({})), video(U, json!({}))]);
    let mut bench = Bench::new(Options::new());
    let body = bench.ok(tasks.clone());
    assert_eq!(
        (&body["data"][0]["taskUUID"], &body["errors"][0]["code"]),
        (&json!(U), &json!("conflictTaskUUID"))
    );

    let mut strict =
        Bench::new(Options::new().choose(|choices| choices.duplicate = Duplicate::RefuseRequest));
    assert_eq!(strict.error(400, tasks)["code"], "conflictTaskUUID");
    assert_eq!(strict.core.ledger().accepted(), 0);
}

#[test]
fn the_id_of_a_refused_task_may_be_used_again() {
    let refused = json!([video(U, json!({"numberResults": 0}))]);
    let good = json!([video(U, json!({}))]);
    let mut bench = Bench::new(Options::new());
    bench.error(400, refused.clone());
    bench.ok(good.clone());

    let mut strict = Bench::new(Options::new().choose(|choices| choices.reuse_refused = false));
    strict.error(400, refused);
    assert_eq!(strict.error(400, good)["code"], "conflictTaskUUID");
}

#[test]
fn of_a_mixed_request_each_task_gets_its_own_verdict() {
    let tasks = json!([video(U, json!({"numberResults": 0})), video(V, json!({}))]);
    let mut bench = Bench::new(Options::new());
    let body = bench.ok(tasks.clone());
    assert_eq!(body["data"], json!([{"taskType": "videoInference", "taskUUID": V}]));
    assert_eq!(body["errors"][0]["taskUUID"], U);

    let mut strict =
        Bench::new(Options::new().choose(|choices| choices.mixed_status = MixedStatus::FirstError));
    let (status, body) = strict.send(tasks);
    assert_eq!((status, &body["data"][0]["taskUUID"]), (400, &json!(V)), "the body decides");
}

#[test]
fn the_first_of_several_refusals_gives_the_status() {
    let tasks =
        json!([image(U, json!({"model": "emulator:busy@1"})), image(V, json!({"model": "emulator:poor@1"}))]);
    let (status, body) = Bench::new(Options::new()).send(tasks);
    assert_eq!(status, 503);
    assert_eq!(
        (&body["errors"][0]["code"], &body["errors"][1]["code"]),
        (&json!("noAvailableServer"), &json!("insufficientCredits"))
    );
}

#[test]
fn a_dry_run_prices_and_accepts_nothing() {
    let mut bench = Bench::new(Options::new());
    let head = Head::bearer("key").dry_run();
    let response = bench.raw(&head, &json!([video(U, json!({"numberResults": 3}))]).to_string());
    assert_eq!(
        response.body,
        format!(r#"{{"data":[{{"taskType":"videoInference","taskUUID":"{U}","cost":0.54}}]}}"#)
    );
    assert_eq!(bench.raw(&head, &json!([video(U, json!({"width": 1}))]).to_string()).status, 400);
    assert_eq!(bench.check(), json!({"data": []}));
    assert_eq!((bench.core.ledger().accepted(), bench.core.ledger().task(&uuid(U))), (0, None));
}

#[test]
fn a_dry_run_of_a_batch_prices_each_task_and_takes_no_id() {
    let mut bench = Bench::new(Options::new());
    let head = Head::bearer("key").dry_run();
    let refused = image(V, json!({"model": "emulator:refuse@1"}));
    let tasks = json!([video(U, json!({"numberResults": 2})), refused, image(W, json!({}))]);
    let response = bench.raw(&head, &tasks.to_string());
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    let priced: Vec<_> = body["data"].as_array().unwrap().iter().map(|item| &item["taskUUID"]).collect();
    assert_eq!((response.status, json!(priced)), (200, json!([U, W])));
    assert_eq!(body["data"][0]["cost"], json!(0.36));
    assert_eq!((&body["errors"][0]["taskUUID"], body["errors"].as_array().unwrap().len()), (&json!(V), 1));

    for uuid in [U, V, W] {
        assert_eq!(bench.ok(check(uuid)), json!({"data": []}));
        let details = json!([{"taskType": "getTaskDetails", "taskUUID": uuid}]);
        assert_eq!(bench.send(details).1["errors"][0]["code"], "taskNotFound", "nothing is archived");
    }
    bench.at(1_000.0);
    bench.core.advance(bench.now);
    let ledger = bench.core.ledger();
    assert_eq!((ledger.accepted(), ledger.billed(), ledger.charged().to_string()), (0, 0, "0".to_owned()));
    assert!([U, V, W].iter().all(|id| ledger.task(&uuid(id)).is_none_or(|task| task.submitted == 0)));
    // Each of the ids is still free, that of the task that was refused as well.
    assert_eq!(bench.send(json!([video(U, json!({})), image(V, json!({})), image(W, json!({}))])).0, 200);
    assert_eq!(bench.core.ledger().accepted(), 3);
}

#[test]
fn only_the_documented_header_makes_a_dry_run() {
    let mut bench = Bench::new(Options::new().api_keys(["key"]));
    let body = json!([video(U, json!({}))]).to_string();
    assert_eq!(bench.raw(&Head::bearer("wrong").dry_run(), &body).status, 401);
    assert_eq!(bench.raw(&Head::bearer("key"), &body).status, 200);
    assert_eq!(bench.core.ledger().accepted(), 1);
}

#[test]
fn ids_of_other_clients_are_taken_and_kept_as_written() {
    let odd = [
        "b880f077-e514-58ef-0ebd-ce1c37b46eb7",
        "24CD5DFFCB814DB58506B72A9425F9D1",
        "0193e0a0-7b7e-7000-8000-000000000001",
    ];
    for id in odd {
        let mut bench = Bench::new(Options::new());
        assert_eq!(bench.ok(json!([video(id, json!({}))]))["data"][0]["taskUUID"], id);
        assert_eq!(bench.ok(check(&id.to_lowercase()))["data"][0]["taskUUID"], id);
        let mut strict = Bench::new(Options::new().choose(|choices| choices.strict_uuid = true));
        let accepted = strict.send(json!([video(id, json!({}))])).0 == 200;
        assert_eq!(accepted, id == odd[1], "{id}");
    }
}
