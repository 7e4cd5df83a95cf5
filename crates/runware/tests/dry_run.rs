//! Asking for a price, on a script: what is sent, what the reply is worth, and how often it is asked.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use runware::poll::{Backoff, Plan};
use runware::transport::testing::{PausedClock, ScriptedTransport, Step};
use runware::transport::{Clock, Delivery, ErrorKind as Kind, Reply, TransportError};
use runware::types::{
    DeliveryMethod, Envelope, ErrorCategory, GetResponse, ImageInference, ModelSearch, RawTask, TaskUuid,
    TextInference, VideoInference,
};
use runware::{Client, Error, ErrorKind, Quote};
use serde_json::{Value, json};

const OWN: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

struct World {
    client: Client,
    transport: Arc<ScriptedTransport>,
    clock: Arc<PausedClock>,
}

impl World {
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let clock = Arc::new(PausedClock::new());
        let transport = Arc::new(ScriptedTransport::new(clock.clone()));
        steps.into_iter().for_each(|step| transport.push(step));
        let plan = Plan::new().with_recovery(Backoff::exponential(secs(1), 2.0, secs(10))).unwrap();
        let builder = Client::builder().transport(transport.clone()).clock(clock.clone()).seed(1).plan(plan);
        Self { client: builder.build().unwrap(), transport, clock }
    }

    async fn price(&self) -> Result<Quote, Error> {
        self.client.dry_run(video()).await
    }

    /// What was sent: each attempt's only task.
    fn sent(&self) -> Vec<Value> {
        let attempts = self.transport.attempts();
        let task = |body: &[u8]| {
            let mut tasks: Vec<Value> = serde_json::from_slice(body).unwrap();
            assert_eq!(tasks.len(), 1);
            tasks.remove(0)
        };
        attempts.iter().map(|sent| task(&sent.attempt.body())).collect()
    }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn video() -> VideoInference {
    VideoInference::new("klingai:5@3", "waves").number_results(3).task_uuid(OWN.parse().unwrap())
}

fn cost(cost: &str) -> Step {
    Step::body(200, format!(r#"{{"data":[{{"taskType":"videoInference","cost":{cost}}}]}}"#))
}

fn refusal(status: u16, code: &str) -> Step {
    Step::body(status, format!(r#"{{"errors":[{{"code":"{code}","message":"no"}}]}}"#))
}

#[tokio::test(start_paused = true)]
async fn the_price_of_a_copy_is_asked_for() {
    let world = World::new([cost("0.54")]);
    let quote = world.price().await.unwrap();
    assert_eq!(quote.cost(), Some("0.54".parse().unwrap()));
    assert_eq!(quote.items()[0].raw().as_str(), r#"{"taskType":"videoInference","cost":0.54}"#);

    assert!(world.transport.attempts().iter().all(|sent| sent.is_dry_run));
    let mut sent = world.sent().remove(0);
    let uuid = sent["taskUUID"].take();
    assert!(uuid.as_str().unwrap().parse::<TaskUuid>().is_ok());
    assert_ne!(uuid, OWN, "the task's own id is not used up");
    let expected = json!({
        "taskType": "videoInference", "taskUUID": null, "model": "klingai:5@3", "positivePrompt": "waves",
        "numberResults": 3, "deliveryMethod": "async", "includeCost": true
    });
    assert_eq!(sent, expected);
    assert_eq!((world.client.stats().price_requests, world.client.stats().requests), (1, 1));
    assert_eq!((world.client.stats().submissions, world.client.stats().tasks_open), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn only_the_copy_is_changed() {
    for (task, cost_asked, delivery) in [
        (RawTask::from(ImageInference::new("m", "x").include_cost(false)), json!(true), json!("async")),
        (
            ImageInference::new("m", "x").delivery_method(DeliveryMethod::Sync).into(),
            json!(true),
            json!("sync"),
        ),
        (
            RawTask::from(TextInference::prompt("m", "x")).set("deliveryMethod", "stream"),
            json!(true),
            json!("async"),
        ),
        (ModelSearch::new().into(), Value::Null, Value::Null),
        (RawTask::new("newThing"), Value::Null, Value::Null),
    ] {
        let before = task.encode().unwrap();
        let world = World::new([Step::body(200, r#"{"data":[]}"#), Step::body(200, r#"{"data":[]}"#)]);
        for _ in 0..2 {
            assert_eq!(world.client.dry_run(task.clone()).await.unwrap().cost(), None);
        }
        let sent = world.sent();
        assert_eq!((&sent[0]["includeCost"], &sent[0]["deliveryMethod"]), (&cost_asked, &delivery));
        assert_ne!(sent[0]["taskUUID"], sent[1]["taskUUID"]);
        assert_eq!(task.encode().unwrap(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_task_is_not_sent() {
    let world = World::new([]);
    let tasks = [
        RawTask::from(ImageInference::new("m", "x")).set("numberResults", "4"),
        RawTask::from(ImageInference::new("m", "x")).set("taskUUID", "nonsense"),
        GetResponse::new(OWN.parse().unwrap()).into(),
        RawTask::new("ping"),
    ];
    for task in tasks {
        let error = world.client.dry_run(task).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidTask, "{error}");
    }
    assert!(world.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_rejection_says_why_and_is_final() {
    for (status, code, category) in [
        (400, "unsupportedDuration", ErrorCategory::Validation),
        (401, "invalidApiKey", ErrorCategory::Auth),
        (402, "insufficientCredits", ErrorCategory::Quota),
        (200, "promptBlocked", ErrorCategory::Safety),
        (400, "inferenceRateLimitRequestTooLarge", ErrorCategory::RateLimit),
    ] {
        let world = World::new([refusal(status, code)]);
        let error = world.price().await.unwrap_err();
        assert_eq!((error.kind(), error.category()), (ErrorKind::Rejected, category), "{error}");
        assert_eq!((error.api_error().unwrap().code(), error.http_status()), (code, Some(status)));
        assert_eq!((error.handle(), error.is_safe_to_resubmit()), (None, true));
        assert_eq!(
            error.to_string(),
            format!("the task would be rejected, and nothing was bought: no ({code})")
        );
        assert_eq!(world.sent().len(), 1);
    }
    let world = World::new([Step::body(403, r#"{"data":[]}"#)]);
    let error = world.price().await.unwrap_err();
    assert_eq!((error.kind(), error.category()), (ErrorKind::Rejected, ErrorCategory::Auth));
}

#[tokio::test(start_paused = true)]
async fn a_failure_within_an_item_or_beside_one_counts() {
    for body in [
        r#"{"data":[{"cost":0.1,"status":"error","error":{"code":"invalidModel","message":"no"}}]}"#,
        r#"{"data":[{"cost":0.1}],"errors":[{"code":"invalidModel","message":"no"}]}"#,
    ] {
        let error = World::new([Step::body(200, body)]).price().await.unwrap_err();
        assert_eq!((error.kind(), error.api_error().unwrap().code()), (ErrorKind::Rejected, "invalidModel"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_asked_about_three_times_under_one_id() {
    let broken = || Step::error(TransportError::new(Kind::Interrupted, Delivery::MaybeSent, "broken"));
    let outages: [fn() -> Step; 5] = [
        || refusal(500, "internalServerError"),
        || refusal(429, "rateLimit"),
        || refusal(503, "noAvailableServer"),
        || Step::body(502, "{}"),
        || Step::replies([]),
    ];
    for outage in outages.into_iter().chain([broken as fn() -> Step]) {
        let world = World::new([outage(), outage(), cost("0.18")]);
        assert_eq!(world.price().await.unwrap().cost(), Some("0.18".parse().unwrap()));
        let sent = world.sent();
        assert!(sent.len() == 3 && sent.iter().all(|task| *task == sent[0]), "{sent:?}");
        assert_eq!((world.client.stats().retries, world.client.stats().price_requests), (2, 3));

        let world = World::new([outage(), outage(), outage()]);
        let error = world.price().await.unwrap_err();
        assert_eq!((error.kind(), error.handle()), (ErrorKind::QueryFailed, None), "{error}");
        assert!(
            error.to_string().starts_with("no price could be had; the task was not submitted"),
            "{error}"
        );
        assert_eq!(world.sent().len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_keeps_to_the_query_timeout_and_all_to_the_deadline() {
    let world = World::new([Step::hang(), Step::hang(), Step::hang()]);
    assert_eq!(world.price().await.unwrap_err().category(), ErrorCategory::Timeout);
    let timeouts: Vec<_> = world.transport.attempts().iter().map(|sent| sent.attempt.timeout).collect();
    assert_eq!(timeouts, [secs(10); 3]);
    assert!((secs(31)..secs(35)).contains(&world.clock.now()), "{:?}", world.clock.now());

    let world = World::new([Step::hang(), Step::hang(), Step::hang()]);
    let client = world.client.with_plan(Plan::new().with_deadline(secs(4)));
    assert_eq!(client.dry_run(video()).await.unwrap_err().kind(), ErrorKind::QueryFailed);
    assert_eq!(world.clock.now(), secs(4));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_server_that_wants_to_be_left_alone_for_long() {
    let mut busy = Reply::new(429, Envelope::decode(r#"{"errors":[{"code":"rateLimit"}]}"#).unwrap());
    busy.retry_after = Some(secs(11));
    let world = World::new([Step::reply(busy)]);
    let error = world.price().await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::QueryFailed, Some(secs(11))));
    assert_eq!((world.sent().len(), world.clock.now()), (1, secs(0)));
}

#[tokio::test(start_paused = true)]
async fn an_id_that_is_taken_is_no_rejection() {
    // To this server, the attempt that broke off was no dry run.
    let broken = Step::error(TransportError::new(Kind::Interrupted, Delivery::MaybeSent, "broken"));
    let world = World::new([broken, refusal(400, "conflictTaskUUID")]);
    let error = world.price().await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_resubmit()), (ErrorKind::QueryFailed, false));
    assert_eq!(error.api_error().unwrap().code(), "conflictTaskUUID");
    assert_eq!(world.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_transport_without_dry_runs_is_a_wrong_configuration() {
    let refused = Step::error(TransportError::new(Kind::Configuration, Delivery::NotSent, "no dry runs"));
    let world = World::new([refused]);
    let error = world.price().await.unwrap_err();
    assert_eq!((error.kind(), error.handle()), (ErrorKind::Configuration, None));
    assert_eq!(error.to_string(), "the task cannot be priced this way; nothing was sent");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "no dry runs");
    assert_eq!((world.sent().len(), world.clock.now()), (1, secs(0)));
    assert_eq!((world.client.stats().requests, world.client.stats().price_requests), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_closed_client_asks_for_nothing() {
    let world = World::new([cost("0.18")]);
    world.client.close().await;
    assert_eq!(world.price().await.unwrap_err().kind(), ErrorKind::Closed);
    assert!(world.sent().is_empty());
}
