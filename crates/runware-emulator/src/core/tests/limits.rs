//! Limits, and work at scale.

use super::*;

fn id(number: usize) -> String {
    TaskUuid::from_key("limits", &number.to_string()).to_string()
}

#[test]
fn a_body_may_be_too_large() {
    let mut bench = Bench::new(Options::new().max_body_bytes(20));
    let response = bench.raw(&Head::bearer("key"), &" ".repeat(21));
    assert_eq!(response.status, 413);
    assert_eq!(bench.raw(&Head::bearer("key"), r#"[{"taskType":"ping"}"#).status, 400);
}

#[test]
fn a_request_may_hold_too_many_tasks() {
    let options = Options::new().choose(|choices| {
        choices.tasks_per_request = Some(3);
        choices.checks_per_request = Some(1);
    });
    let mut bench = Bench::new(options);
    let ping = json!({"taskType": "ping"});
    let check = json!({"taskType": "getResponse", "taskUUID": U});
    bench.ok(json!([ping, ping, check]));
    assert_eq!(bench.error(400, json!([ping, ping, ping, ping]))["code"], "maxTasksPerRequestExceeded");
    assert_eq!(bench.error(400, json!([check, check]))["code"], "maxTasksPerRequestExceeded");
}

#[test]
fn the_task_that_ended_first_is_forgotten_first() {
    let slow = Script::new().duration(seconds(100));
    let mut bench = Bench::new(Options::new().max_tasks(3).script("slow", slow));
    bench.ok(json!([video(&id(0), json!({"model": "slow"}))]));
    bench.at(1.0).ok(json!([video(&id(1), json!({}))]));
    bench.at(2.0).ok(json!([video(&id(2), json!({}))]));
    let full = bench.at(3.0).error(503, json!([video(&id(3), json!({}))]));
    assert_eq!(full["code"], "noAvailableServer");
    bench.at(11.0).ok(json!([video(&id(3), json!({}))]));
    let known = |bench: &Bench, number| bench.core.ledger().task(&uuid(&id(number))).is_some();
    assert_eq!([0, 1, 2, 3].map(|number| known(&bench, number)), [true, false, true, true]);
    assert_eq!(bench.ok(check(&id(1))), json!({"data": []}));
    assert_eq!(bench.ok(details(&id(1)))["errors"][0]["code"], "taskNotFound");
    assert_eq!(bench.core.ledger().billed(), 1, "totals stay");
}

#[test]
fn refused_tasks_are_forgotten_too_and_leave_no_account() {
    let mut bench = Bench::new(Options::new().max_tasks(10));
    for number in 0..100 {
        bench.error(400, json!([video(&id(number), json!({"width": 1}))]));
    }
    assert_eq!(bench.core.ledger().tasks().count(), 10);
    assert_eq!(bench.ok(details(&id(89)))["errors"][0]["code"], "taskNotFound");
    assert!(bench.ok(details(&id(90)))["data"][0]["response"].is_object());
}

#[test]
fn the_archive_is_limited_in_bytes() {
    let mut bench = Bench::new(Options::new().max_archive_bytes(10_000));
    let padding = "x".repeat(4_000);
    for number in 0..3 {
        bench.at(number as f64 * 20.0).ok(json!([video(&id(number), json!({"padding": padding}))]));
    }
    assert_eq!(bench.core.ledger().tasks().count(), 2);
    // A single request above the limit is taken where nothing else is left.
    let mut tiny = Bench::new(Options::new().max_archive_bytes(10));
    tiny.ok(json!([video(&id(0), json!({}))]));
    assert_eq!(tiny.send(json!([video(&id(1), json!({}))])).0, 503);
    tiny.at(10.0).ok(json!([video(&id(1), json!({}))]));
}

#[test]
fn a_thousand_tasks_in_arrays_of_a_hundred_are_no_work() {
    let mut bench = Bench::new(Options::new());
    for chunk in 0..10 {
        let tasks: Vec<_> =
            (0..100).map(|n| video(&id(chunk * 100 + n), json!({"numberResults": 4}))).collect();
        assert_eq!(bench.ok(json!(tasks))["data"].as_array().unwrap().len(), 100);
    }
    for time in [0.0, 5.0, 10.0] {
        for chunk in 0..10 {
            let checks: Vec<_> = (0..100)
                .map(|n| json!({"taskType": "getResponse", "taskUUID": id(chunk * 100 + n)}))
                .collect();
            assert_eq!(bench.at(time).ok(json!(checks))["data"].as_array().unwrap().len(), 400);
        }
    }
    let ledger = bench.core.ledger();
    assert_eq!(
        (ledger.accepted(), ledger.billed(), ledger.charged()),
        (1_000, 4_000, "720".parse().unwrap())
    );
    assert!(ledger.tasks().all(|(_, account)| account.results.iter().all(|result| result.delivered == 1)));
}
