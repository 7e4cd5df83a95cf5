//! Tasks that make nothing.

use super::*;

fn utility(name: &str, more: Value) -> Value {
    json!([with(json!({"taskType": name, "taskUUID": U}), more)])
}

#[test]
fn a_ping_is_answered_without_an_id() {
    let ping = json!([{"taskType": "ping", "ping": true, "taskUUID": U}]);
    let mut bench = Bench::new(Options::new());
    assert_eq!(bench.text(&ping).1, r#"{"data":[{"taskType":"ping","pong":true}]}"#);
    let mut echoing = Bench::new(Options::new().choose(|choices| choices.echo_ping_uuid = true));
    assert_eq!(echoing.ok(ping)["data"][0]["taskUUID"], U);
}

#[test]
fn the_account_shows_what_was_spent() {
    let mut bench = Bench::new(Options::new());
    bench.ok(json!([video(V, json!({}))]));
    let account = bench.at(10.0).ok(utility("accountManagement", json!({"operation": "getDetails"})));
    let account = &account["data"][0];
    assert_eq!(account["balance"], json!({"amount": 100, "freeBalance": 0, "currency": "USD"}));
    assert_eq!(account["usage"]["total"], json!({"credits": 0.18, "requests": 2}));
    let error = bench.error(400, utility("accountManagement", json!({"operation": "guess"})));
    assert_eq!(
        (&error["code"], &error["allowedValues"]),
        (&json!("invalidOperation"), &json!(["getDetails"]))
    );
}

#[test]
fn models_are_found_by_name_and_page() {
    let mut bench = Bench::new(Options::new());
    let mut search = |more: Value| {
        let body = bench.ok(utility("modelSearch", more));
        let item = &body["data"][0];
        (item["totalResults"].as_u64().unwrap(), item["results"].as_array().unwrap().len())
    };
    assert_eq!(search(json!({})), (5, 5));
    assert_eq!(search(json!({"search": "flux"})), (3, 3));
    assert_eq!(search(json!({"search": "flux", "limit": 2, "offset": 2})), (3, 1));
    assert_eq!(search(json!({"search": "nothing like it"})), (0, 0));
    assert_eq!(bench.error(400, utility("modelSearch", json!({"limit": 0})))["code"], "invalidLimit");
}

#[test]
fn media_are_stored_and_deleted() {
    let mut bench = Bench::new(Options::new());
    let body = bench.ok(utility("mediaStorage", json!({"operation": "upload", "media": "data:,"})));
    let item = &body["data"][0];
    let id = item["mediaUUID"].as_str().unwrap();
    assert_eq!(
        *item,
        json!({"taskType": "mediaStorage", "taskUUID": U, "operation": "upload", "mediaUUID": id,
            "mediaURL": format!("http://files/image/{id}.png")})
    );
    let body = bench.ok(utility("mediaStorage", json!({"operation": "delete", "media": id})));
    assert_eq!(body["data"][0]["mediaUUID"], id);
    assert_eq!(
        bench.error(400, utility("mediaStorage", json!({"operation": "upload"})))["code"],
        "missingMedia"
    );
    assert!(bench.ok(utility("imageUpload", json!({"image": "x"})))["data"][0]["imageURL"].is_string());
}

#[test]
fn an_uploaded_model_is_validated() {
    let body = Bench::new(Options::new()).ok(utility("modelUpload", json!({})));
    assert_eq!(body["data"][0]["status"], "validated");
}

#[test]
fn tasks_are_counted_by_type() {
    let mut bench = Bench::new(Options::new());
    bench.send(
        json!([{"taskType": "ping"}, {"taskType": "ping"}, {"taskType": "dance"}, image(U, json!({}))]),
    );
    bench.send(check(U));
    let ledger = bench.core.ledger();
    let count = |name: &str| ledger.tasks_of(&name.into());
    assert_eq!((count("ping"), count("imageInference"), count("getResponse"), count("dance")), (2, 1, 1, 0));
    assert_eq!(ledger.requests(), 2);
}
