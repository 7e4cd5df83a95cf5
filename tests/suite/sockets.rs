//! Client and emulator over real connections on this machine, in real time.
//!
//! Times are short, and what has to be exact is in the suites on a paused clock. One test waits for long: a
//! server that says nothing at all.

mod raw;
mod scenarios;
mod secrecy;

use std::time::Duration;

use runware::poll::{Backoff, Cadence, Plan};
use runware::transport::{Clock, TokioClock};
use runware::types::{DeliveryMethod, Media, RawTask};
use runware::{Client, Ending, Status};
use runware_emulator::{Action, Answer, Emulator, Options, RequestKind, Rule};

use crate::harness::{Way, id, image, millis, on_check, on_submit, secs, text, video};

/// A plan for tasks that take milliseconds.
fn brisk() -> Plan {
    let cadence = Cadence::Exponential { first: millis(40), factor: 1.5, cap: millis(200), spread: 0.2 };
    let recovery = Backoff::exponential(millis(30), 2.0, millis(200));
    let plan = Plan::new().with_cadence(cadence).unwrap().with_recovery(recovery).unwrap();
    plan.with_query_timeout(millis(400)).unwrap().with_deadline(secs(10))
}

/// An emulator, and a client that reaches it over the transport of the test.
async fn start(options: Options) -> (Emulator, Client) {
    let emulator = Emulator::start(options).await.unwrap();
    let client = match Way::chosen() {
        Way::Http => client(&emulator.http_url(), "test-key", brisk()),
        Way::WebSocket => {
            let builder = Client::builder().api_key("test-key").ws_base_url(emulator.ws_url());
            builder.plan(brisk()).build().unwrap()
        }
    };
    (emulator, client)
}

fn client(url: &str, key: &str, plan: Plan) -> Client {
    Client::builder().api_key(key).base_url(url).plan(plan).build().unwrap()
}

/// What results take in most of these tests.
fn quick() -> Options {
    Options::new().duration(millis(60))
}

#[tokio::test]
async fn tasks_of_many_kinds_bring_their_results() {
    let (emulator, client) = start(quick()).await;
    let upscale = RawTask::new("upscale")
        .set("model", "runware:501@1")
        .set("inputs", serde_json::json!({"image": "https://example.com/in.png"}));
    let tasks: [RawTask; 5] = [
        image("image").number_results(2).include_cost(true).into(),
        video("video").into(),
        text("text").into(),
        image("synchronous").delivery_method(DeliveryMethod::Sync).into(),
        upscale.set("taskUUID", id("upscaled")),
    ];
    for task in tasks {
        let shown = format!("{task:?}");
        let outcome = client.run(task).await.unwrap();
        assert_eq!(outcome.status(), Status::Succeeded, "{shown}");
        assert!(outcome.status() == runware::Status::Succeeded, "{shown}");
        for result in outcome.results() {
            let is_file = matches!(result.media(), Some(Media::Url(url)) if url.contains("/files/"));
            assert!(is_file || result.item().raw().field("text").is_some(), "{result:?}");
        }
    }
    let ledger = emulator.ledger();
    assert_eq!((ledger.accepted(), ledger.billed()), (5, 6));
    let details = client.task_details(id("video")).await.unwrap().unwrap();
    assert_eq!(details.task(id("video")).unwrap().field("model").unwrap().as_str(), "\"klingai:5@3\"");
    client.close().await;
    emulator.shutdown().await;
}

#[tokio::test]
async fn no_fault_of_the_connection_costs_a_result_or_buys_a_second_one() {
    for action in [
        Action::LoseReply,
        Action::Reset,
        Action::Truncate(0),
        Action::Truncate(25),
        Action::Stall(25),
        Action::Hang,
        Action::Delay(millis(80)),
        Action::Answer(Answer::html(503)),
        Action::Answer(Answer::html(200)),
        Action::Answer(Answer::empty(502)),
        Action::HandleThenAnswer(Answer::body(200, "application/json", "{\"data\":")),
    ] {
        let (emulator, client) = start(quick().fault(on_check(action.clone()).first(2))).await;
        let outcome = client.run(video("faulty")).await.unwrap();
        assert_eq!(outcome.status(), Status::Succeeded, "{action:?}");
        let ledger = emulator.ledger();
        assert_eq!((ledger.accepted(), ledger.billed()), (1, 1), "{action:?}");
        assert_eq!(ledger.requests_of(RequestKind::Submit), 1, "{action:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_has_bought_nothing() {
    let (emulator, client) = start(quick()).await;
    emulator.shutdown().await;
    let error = client.run(video("nobody")).await.unwrap_err();
    assert_eq!(error.kind(), runware::ErrorKind::NotAccepted);
    assert!(error.is_safe_to_resubmit());
    assert_eq!(error.handle().unwrap().task_uuid(), id("nobody"));
}

/// The one slow test.
#[tokio::test]
async fn a_silent_server_holds_no_caller_beyond_the_deadline() {
    let silent = |request: &runware_emulator::Glance<'_>| request.now < millis(3_300);
    let options = quick()
        .fault(on_submit(Action::HandleThenHang).when(silent))
        .fault(Rule::new(Action::Hang).when(silent));
    let emulator = Emulator::start(options).await.unwrap();
    let client = client(&emulator.http_url(), "test-key", Plan::new().with_deadline(secs(3)));
    let clock = TokioClock::new();

    let outcome = client.run(video("silence")).await.unwrap();
    let took = clock.now();
    assert!(took <= millis(3_250), "{took:?}");
    let Ending::StillRunning { handle, accepted: false } = outcome.ending() else { panic!("{outcome:?}") };

    clock.sleep_until(millis(3_400)).await;
    let outcome = client.resume(handle.clone()).unwrap().await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
    let ledger = emulator.ledger();
    assert_eq!((ledger.accepted(), ledger.billed()), (1, 1));
}

/// How long the future takes.
async fn timed<T>(future: impl Future<Output = T>) -> (T, Duration) {
    let clock = TokioClock::new();
    let output = future.await;
    (output, clock.now())
}
