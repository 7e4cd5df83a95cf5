//! The request as a whole: its form and its key.

use super::*;
use crate::choices::KeyFrom;

fn refusal(options: Options, head: &Head, body: &str) -> (u16, String, String) {
    let response = Bench::new(options).raw(head, body);
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    assert!(body.get("data").is_none(), "a refusal of the whole request has no data: {body}");
    let error = &body["errors"][0];
    (
        response.status,
        error["code"].as_str().unwrap().to_owned(),
        error["message"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn a_body_that_is_no_list_of_tasks_is_refused() {
    for (body, code) in [
        ("", "invalidRequestJson"),
        ("nonsense", "invalidRequestJson"),
        ("[{]", "invalidRequestJson"),
        (r#"[{"taskType":"ping","ping":NaN}]"#, "invalidRequestJson"),
        (r#"[{"taskType":"ping","ping":Infinity}]"#, "invalidRequestJson"),
        (r#"[] []"#, "invalidRequestJson"),
        ("42", "invalidRequestArray"),
        (r#"{"taskType":"ping"}"#, "invalidRequestArray"),
        ("[]", "invalidRequestEmpty"),
        (" [ ] ", "invalidRequestEmpty"),
    ] {
        let (status, found, _) = refusal(Options::new(), &Head::bearer("key"), body);
        assert_eq!((status, found.as_str()), (400, code), "{body}");
    }
    let response =
        Bench::new(Options::new()).core.handle(Duration::ZERO, &Head::bearer("key"), b"[\"\xff\"]");
    assert_eq!(response.status, 400);
}

#[test]
fn a_bare_object_is_taken_where_that_is_chosen() {
    let mut bench = Bench::new(Options::new().choose(|choices| choices.bare_object = true));
    assert_eq!(bench.ok(video(U, json!({})))["data"][0]["taskUUID"], U);
    let shown = bench.ok(details(U));
    assert_eq!(shown["data"][0]["request"], json!([video(U, json!({}))]));
}

#[test]
fn members_that_are_no_tasks_are_refused_and_the_others_are_not() {
    let mut bench = Bench::new(Options::new());
    let body = bench.ok(json!([null, 7, {"taskUUID": V}, {"taskType": 3}, {"taskType": "dance", "taskUUID": V}, video(U, json!({}))]));
    let codes: Vec<_> =
        body["errors"].as_array().unwrap().iter().map(|error| error["code"].clone()).collect();
    assert_eq!(
        codes,
        [
            "invalidRequestTask",
            "invalidRequestTask",
            "missingTaskType",
            "missingTaskType",
            "unsupportedTaskType"
        ]
    );
    assert_eq!(body["errors"][2]["taskUUID"], V);
    assert_eq!(body["data"], json!([{"taskType": "videoInference", "taskUUID": U}]));
    assert_eq!(
        bench.error(400, json!([{"taskType": "dance", "taskUUID": V}]))["code"],
        "unsupportedTaskType"
    );
}

#[test]
fn deep_nesting_does_no_harm() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let body = format!(r#"[{{"taskType":"ping","ping":{deep}}}]"#);
    assert_eq!(Bench::new(Options::new()).raw(&Head::bearer("key"), &body).status, 200);
}

#[test]
fn the_key_comes_in_the_header_or_first_in_the_body() {
    let ping = json!({"taskType": "ping", "ping": true});
    let auth = |key: Value| json!({"taskType": "authentication", "apiKey": key});
    let bearer = |key: &str| Some(format!("Bearer {key}"));
    let good = || Options::new().api_keys(["good", "other"]);
    for (options, header, tasks, status) in [
        (good(), bearer("good"), json!([ping]), 200),
        (good(), Some("bearer   other ".to_owned()), json!([ping]), 200),
        (good(), bearer("bad"), json!([ping]), 401),
        (good(), Some("Basic good".to_owned()), json!([ping]), 401),
        (good(), Some("good".to_owned()), json!([ping]), 401),
        (good(), None, json!([ping]), 401),
        (good(), None, json!([auth(json!("good")), ping]), 200),
        (good(), None, json!([auth(json!("bad")), ping]), 401),
        (good(), None, json!([auth(json!(7)), ping]), 401),
        (good(), None, json!([{"taskType": "authentication"}, ping]), 401),
        (good(), None, json!([ping, auth(json!("good"))]), 401),
        (good(), bearer("good"), json!([ping, auth(json!("good"))]), 400),
        (Options::new(), bearer("anything"), json!([ping]), 200),
        (Options::new(), bearer(""), json!([ping]), 401),
        (Options::new(), None, json!([ping]), 401),
        // Both ways at once.
        (good(), bearer("good"), json!([auth(json!("bad")), ping]), 200),
        (good(), bearer("bad"), json!([auth(json!("good")), ping]), 401),
        (
            good().choose(|choices| choices.key_from = KeyFrom::Body),
            bearer("bad"),
            json!([auth(json!("good"))]),
            200,
        ),
    ] {
        let mut head = Head::new();
        head.authorization = header.clone();
        let response = Bench::new(options).raw(&head, &tasks.to_string());
        assert_eq!(response.status, status, "{header:?} {tasks}");
    }
}

#[test]
fn the_refusal_of_a_key_has_the_documented_shape() {
    let response = Bench::new(Options::new().api_keys(["good"])).raw(&Head::bearer("s3cret"), "[]");
    assert_eq!(response.status, 401);
    assert_eq!(
        response.body,
        r#"{"errors":[{"code":"invalidApiKey","message":"The API key is invalid.","parameter":"apiKey","taskType":"authentication"}]}"#
    );
    assert!(!format!("{:?}", Head::bearer("s3cret")).contains("s3cret"));
}

#[test]
fn the_authentication_task_is_answered_with_a_session() {
    let auth = json!({"taskType": "authentication", "apiKey": "key"});
    let mut bench = Bench::new(Options::new());
    let alone = bench.ok(json!([auth]));
    assert_eq!(alone["data"][0]["taskType"], "authentication");
    assert!(alone["data"][0]["connectionSessionUUID"].is_string());
    let beside = bench.ok(json!([auth, video(U, json!({}))]));
    assert_eq!(beside["data"][0]["taskType"], "authentication");
    assert_eq!(beside["data"][1]["taskUUID"], U);

    let mut silent = Bench::new(Options::new().choose(|choices| choices.authentication_item = false));
    assert_eq!(silent.ok(json!([auth]))["data"].as_array().unwrap().len(), 1, "it is all there is to say");
    assert_eq!(silent.ok(json!([auth, video(U, json!({}))]))["data"].as_array().unwrap().len(), 1);
}

#[test]
fn an_accepted_key_does_not_make_a_refused_task_good() {
    let mut bench = Bench::new(Options::new());
    let tasks =
        json!([{"taskType": "authentication", "apiKey": "key"}, video(U, json!({"numberResults": 0}))]);
    assert_eq!(bench.send(tasks).0, 400);
}
