//! `getResponse`.

use super::*;
use crate::choices::{FailureForm, Order, Pending, ResultIndex, UnknownTask};

/// A bench with one task of three results, as `mixed` scripts it.
fn mixed_bench(options: Options) -> Bench {
    let mut bench = Bench::new(options);
    bench.ok(json!([video(U, json!({"numberResults": 3, "includeCost": true}))]));
    bench
}

fn statuses(body: &Value) -> Vec<&str> {
    body["data"].as_array().unwrap().iter().map(|item| item["status"].as_str().unwrap_or("none")).collect()
}

fn errors(body: &Value) -> usize {
    body["errors"].as_array().map_or(0, Vec::len)
}

#[test]
fn every_reply_is_the_whole_state() {
    let mut bench = mixed_bench(mixed());
    assert_eq!(
        bench.text(&check(U)).1,
        format!(
            r#"{{"data":[{0},{0},{0}]}}"#,
            format_args!(r#"{{"taskType":"videoInference","taskUUID":"{U}","status":"processing"}}"#)
        )
    );
    let body = bench.at(1.0).check();
    assert_eq!((statuses(&body), errors(&body)), (vec!["success", "processing", "processing"], 0));
    let first = body["data"][0].clone();
    let (_, text) = bench.at(2.0).text(&check(U));
    let id = first["videoUUID"].as_str().unwrap();
    let seed = first["seed"].to_string();
    assert_eq!(
        text,
        format!(
            concat!(
                r#"{{"data":[{{"taskType":"videoInference","taskUUID":"{U}","status":"success","videoUUID":"{id}","#,
                r#""videoURL":"http://files/video/{id}.mp4","seed":{seed},"cost":0.18}},"#,
                r#"{{"taskType":"videoInference","taskUUID":"{U}","status":"processing"}}],"#,
                r#""errors":[{{"code":"timeoutProvider","status":"error","message":"The external provider did not respond "#,
                r#"within the timeout window. The request was automatically terminated.","#,
                r#""documentation":"https://runware.ai/docs/platform/errors","taskUUID":"{U}"}}]}}"#
            ),
            U = U,
            id = id,
            seed = seed
        )
    );
    for _ in 0..2 {
        let body = bench.at(10.0).check();
        assert_eq!((statuses(&body), errors(&body)), (vec!["success", "success"], 1), "errors are repeated");
        assert_eq!(body["data"][0], first);
    }
}

#[test]
fn one_request_checks_many_tasks() {
    let mut bench = Bench::new(Options::new());
    bench.ok(json!([video(U, json!({})), video(V, json!({}))]));
    let unknown = "00000000-0000-4000-8000-000000000000";
    let tasks: Vec<_> =
        [V, unknown, U].iter().map(|id| json!({"taskType": "getResponse", "taskUUID": id})).collect();
    let body = bench.at(10.0).ok(json!(tasks));
    let ids: Vec<_> = body["data"].as_array().unwrap().iter().map(|item| item["taskUUID"].clone()).collect();
    assert_eq!(ids, [V, U]);
    assert_eq!(body.get("errors"), None);
}

#[test]
fn all_failed_is_errors_and_no_data() {
    let mut bench = Bench::new(Options::new());
    bench.ok(json!([video(U, json!({"model": "emulator:fail@1", "numberResults": 2}))]));
    let body = bench.at(10.0).check();
    assert_eq!((&body["data"], errors(&body)), (&json!([]), 2));
    let mut coded = Bench::new(Options::new().choose(|choices| choices.failure_status = 500));
    coded.ok(json!([video(U, json!({"model": "emulator:fail@1"}))]));
    assert_eq!(coded.at(10.0).error(500, check(U))["code"], "timeoutProvider");
}

#[test]
fn an_unknown_task_is_nothing_or_an_error() {
    let mut bench = Bench::new(Options::new());
    assert_eq!(bench.text(&check(U)), (200, r#"{"data":[]}"#.to_owned()));
    let mut saying = Bench::new(Options::new().choose(|choices| {
        choices.unknown_task = UnknownTask::Error;
        choices.failure_status = 404;
    }));
    let error = saying.error(404, check(U));
    assert_eq!((&error["code"], &error["taskUUID"]), (&json!("taskFailedOrNotFound"), &json!(U)));
}

#[test]
fn a_task_may_be_invisible_at_first() {
    let mut lagging = Bench::new(Options::new().choose(|choices| choices.registration_lag = seconds(3)));
    lagging.ok(json!([video(U, json!({}))]));
    assert_eq!(lagging.at(2.9).check(), json!({"data": []}));
    assert_eq!(statuses(&lagging.at(3.0).check()), ["processing"]);

    let mut blind = Bench::new(Options::new().choose(|choices| choices.blind_checks = 2));
    blind.ok(json!([video(U, json!({}))]));
    let seen: Vec<_> = (0..3).map(|_| statuses(&blind.check()).len()).collect();
    assert_eq!(seen, [0, 0, 1]);
}

#[test]
fn a_task_is_forgotten_by_checks_after_the_retention_time() {
    let mut bench = Bench::new(Options::new());
    bench.ok(json!([video(U, json!({}))]));
    assert_eq!(statuses(&bench.at(10.0 + 3_599.0).check()), ["success"]);
    assert_eq!(bench.at(10.0 + 3_600.0).check(), json!({"data": []}));
    assert!(
        bench.ok(details(U))["data"][0]["response"]["data"][0]["videoURL"].is_string(),
        "the archive keeps it"
    );
}

#[test]
fn failures_take_the_form_that_is_chosen() {
    let message = "The external provider did not respond within the timeout window. The request was automatically \
                   terminated.";
    let head = json!({"taskType": "videoInference", "taskUUID": U, "status": "error"});
    for (form, expected) in [
        (
            FailureForm::Nested,
            with(head.clone(), json!({"error": {"code": "timeoutProvider", "message": message}})),
        ),
        (FailureForm::Flat, with(head, json!({"code": "timeoutProvider", "message": message}))),
    ] {
        let mut bench = mixed_bench(mixed().choose(|choices| choices.failure_form = form));
        let body = bench.at(2.0).check();
        assert_eq!((&body["data"][1], errors(&body)), (&expected, 0));
    }
}

#[test]
fn failures_may_be_reported_once_alone() {
    let mut bench = mixed_bench(mixed().choose(|choices| choices.repeat_failures = false));
    assert_eq!(errors(&bench.at(2.0).check()), 1);
    assert_eq!(errors(&bench.check()), 0);
}

#[test]
fn indexes_appear_where_they_are_chosen() {
    let indexes = |body: &Value| -> Vec<Option<u64>> {
        body["data"].as_array().unwrap().iter().map(|item| item["resultIndex"].as_u64()).collect()
    };
    let mut never = mixed_bench(mixed());
    assert_eq!(indexes(&never.at(2.0).check()), [None, None]);
    let mut always = mixed_bench(mixed().choose(|choices| {
        choices.result_index = ResultIndex::Always;
        choices.index_on_failures = true;
    }));
    let body = always.at(2.0).check();
    assert_eq!((indexes(&body), &body["errors"][0]["resultIndex"]), (vec![Some(0), Some(2)], &json!(1)));
    let mut later = mixed_bench(mixed().choose(|choices| choices.result_index = ResultIndex::FromCheck(2)));
    assert_eq!(indexes(&later.at(2.0).check()), [None, None]);
    assert_eq!(indexes(&later.check()), [Some(0), Some(2)]);
}

#[test]
fn what_is_running_takes_the_form_that_is_chosen() {
    for (pending, before, during) in [(Pending::Each, 3, 2), (Pending::One, 1, 1), (Pending::Hidden, 1, 0)] {
        let mut bench = mixed_bench(mixed().choose(|choices| {
            choices.pending = pending;
            choices.running_status = "queued".to_owned();
        }));
        let running = |body: &Value| statuses(body).iter().filter(|status| **status == "queued").count();
        assert_eq!(running(&bench.check()), before, "{pending:?}");
        assert_eq!(running(&bench.at(1.0).check()), during, "{pending:?}");
    }
}

#[test]
fn a_finished_entry_may_lack_its_status() {
    let mut bench = mixed_bench(mixed().choose(|choices| choices.success_status = false));
    let body = bench.at(1.0).check();
    assert_eq!(statuses(&body), ["none", "processing", "processing"]);
    assert!(body["data"][0]["videoURL"].is_string());
}

#[test]
fn the_order_is_stable_or_drawn_for_each_reply() {
    let order = |options: Options, checks: u32| -> Vec<Vec<String>> {
        let mut bench = Bench::new(options);
        bench.ok(json!([video(U, json!({"numberResults": 6}))]));
        let bench = bench.at(10.0);
        let ids = |body: Value| {
            body["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["videoUUID"].to_string())
                .collect::<Vec<_>>()
        };
        (0..checks).map(|_| ids(bench.check())).collect()
    };
    let stable = order(Options::new(), 2);
    assert_eq!(stable[0], stable[1]);
    let shuffled = order(Options::new().choose(|choices| choices.order = Order::Shuffled), 3);
    assert!(shuffled.windows(2).any(|pair| pair[0] != pair[1]));
    for mut replies in shuffled {
        replies.sort();
        let mut expected = stable[0].clone();
        expected.sort();
        assert_eq!(replies, expected);
    }
}

#[test]
fn progress_is_shown_for_trainings_and_where_it_is_chosen() {
    let progress = |options: Options, task: Value| {
        let mut bench = Bench::new(options);
        bench.ok(json!([task]));
        let mut at = |time| bench.at(time).check()["data"][0]["progress"].as_u64();
        [at(0.0), at(4.75), at(9.999), at(10.0)]
    };
    let training = json!({"taskType": "training", "taskUUID": U, "model": "m", "inputs": {}});
    let shown = [Some(0), Some(47), Some(99), None];
    assert_eq!(progress(Options::new(), training), shown);
    assert_eq!(progress(Options::new(), video(U, json!({}))), [None; 4]);
    let chosen = Options::new().choose(|choices| choices.progress = true);
    assert_eq!(progress(chosen, video(U, json!({}))), shown);
    let stuck = Options::new().script("m", Script::new().stick_all().progress(true));
    assert_eq!(progress(stuck, video(U, json!({}))), [Some(99); 4]);
}

#[test]
fn there_may_be_fewer_or_more_results_than_were_asked_for() {
    for count in [0, 2, 5] {
        let mut bench = Bench::new(Options::new().script("m", Script::new().results(count)));
        bench.ok(json!([video(U, json!({"numberResults": 3}))]));
        assert_eq!(bench.at(10.0).check()["data"].as_array().unwrap().len(), count as usize);
    }
}

#[test]
fn a_check_needs_an_id() {
    let mut bench = Bench::new(Options::new());
    assert_eq!(bench.error(400, json!([{"taskType": "getResponse"}]))["code"], "missingTaskUUID");
    let error = bench.error(400, check("not-an-id"));
    assert_eq!((&error["code"], &error["taskUUID"]), (&json!("invalidTaskUUID"), &json!("not-an-id")));
}

#[test]
fn deliveries_are_counted_per_result() {
    let mut bench = mixed_bench(mixed());
    for time in [0.0, 1.5, 3.0, 11.0] {
        bench.at(time).check();
    }
    let account = bench.core.ledger().task(&uuid(U)).unwrap();
    assert_eq!((account.checks, account.billed, account.charged.to_string()), (4, 2, "0.36".to_owned()));
    let results: Vec<_> = account
        .results
        .iter()
        .map(|result| {
            (
                result.ready_at.unwrap().as_secs(),
                result.succeeds,
                result.delivered,
                result.first_delivered_at.unwrap().as_secs_f64(),
            )
        })
        .collect();
    assert_eq!(results, [(1, true, 3, 1.5), (2, false, 2, 3.0), (10, true, 1, 11.0)]);
}
