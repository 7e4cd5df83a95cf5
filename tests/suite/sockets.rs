//! Client and emulator over real connections on this machine, over each transport where they are the same.
//!
//! Clocks are fast, and what has to be exact is in the suites on a paused clock.

mod raw;
mod scenarios;
mod secrecy;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use runware::poll::{Backoff, Cadence, Plan};
use runware::transport::Clock;
use runware::types::{DeliveryMethod, Media, RawTask};
use runware::{Client, ClientBuilder, Ending, Status};
use runware_emulator::{Action, Answer, Emulator, Glance, Options, RequestKind};

use crate::harness::{
    Way, id, image, millis, on_check, on_details, on_submit, over_each_connection, secs, text, video,
};
use crate::haste::{self, Haste};

/// How much faster than the machine's the clocks are.
const TIMES: u32 = 5;

/// A plan for tasks that take milliseconds of the machine's clock.
fn brisk() -> Plan {
    let cadence = Cadence::Exponential { first: millis(200), factor: 1.5, cap: secs(1), spread: 0.2 };
    let recovery = Backoff::exponential(millis(150), 2.0, secs(1));
    let plan = Plan::new().with_cadence(cadence).unwrap().with_recovery(recovery).unwrap();
    plan.with_query_timeout(secs(2)).unwrap().with_deadline(secs(50))
}

/// An emulator, and a client that reaches it over the transport of the test.
async fn start(options: Options) -> (Emulator, Client) {
    let emulator = haste::start(Haste::new(TIMES), options).await;
    let client = builder(&emulator, "test-key").plan(brisk()).build().unwrap();
    (emulator, client)
}

/// The way to an emulator over the transport of the test.
fn builder(emulator: &Emulator, key: &str) -> ClientBuilder {
    let builder = Client::builder().api_key(key).clock(Arc::new(Haste::new(TIMES)));
    match Way::chosen() {
        Way::Http => builder.base_url(emulator.http_url()),
        Way::WebSocket => builder.ws_base_url(emulator.ws_url()),
    }
}

/// What results take in most of these tests.
fn quick() -> Options {
    Options::new().duration(millis(300))
}

over_each_connection! {
    tasks_of_many_kinds_bring_their_results,
    no_fault_of_the_connection_costs_a_result_or_buys_a_second_one,
    a_silent_server_holds_no_caller_beyond_the_deadline,
}

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

/// All of them at once. What makes a socket wait for good is in the suites on a paused clock.
async fn no_fault_of_the_connection_costs_a_result_or_buys_a_second_one() {
    let actions = [
        Action::LoseReply,
        Action::Reset,
        Action::Truncate(0),
        Action::Truncate(25),
        Action::Stall(25),
        Action::Hang,
        Action::Delay(millis(400)),
        Action::Answer(Answer::html(503)),
        Action::Answer(Answer::html(200)),
        Action::Answer(Answer::empty(502)),
        Action::HandleThenAnswer(Answer::body(200, "application/json", "{\"data\":")),
    ];
    let for_good = |action: &Action| matches!(action, Action::Stall(_)) && Way::chosen() == Way::WebSocket;
    let checks = actions.into_iter().filter(|action| !for_good(action)).map(async |action| {
        let (emulator, client) = start(quick().fault(on_check(action.clone()).first(2))).await;
        let outcome = client.run(video("faulty")).await.unwrap();
        assert_eq!(outcome.status(), Status::Succeeded, "{action:?}");
        let ledger = emulator.ledger();
        assert_eq!((ledger.accepted(), ledger.billed()), (1, 1), "{action:?}");
        assert_eq!(ledger.requests_of(RequestKind::Submit), 1, "{action:?}");
    });
    join_all(checks).await;
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

async fn a_silent_server_holds_no_caller_beyond_the_deadline() {
    let clock = Haste::new(TIMES);
    let silent = |request: &Glance<'_>| request.now < secs(5);
    let options = quick()
        .fault(on_submit(Action::HandleThenHang).when(silent))
        .fault(on_check(Action::Hang).when(silent))
        .fault(on_details(Action::Hang).when(silent));
    let emulator = haste::start(clock, options).await;
    let builder = builder(&emulator, "test-key").clock(Arc::new(clock));
    let client = builder.plan(Plan::new().with_deadline(secs(3))).build().unwrap();

    let outcome = client.run(video("silence")).await.unwrap();
    let took = Clock::now(&clock);
    assert!(took <= millis(4_250), "{took:?}");
    let Ending::StillRunning { handle, accepted: false } = outcome.ending() else { panic!("{outcome:?}") };

    Clock::sleep_until(&clock, millis(5_100)).await;
    let outcome = client.resume(handle.clone()).unwrap().await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
    let ledger = emulator.ledger();
    assert_eq!((ledger.accepted(), ledger.billed()), (1, 1));
}

/// How long the future takes.
async fn timed<T>(future: impl Future<Output = T>) -> (T, Duration) {
    let clock = Haste::new(TIMES);
    let output = future.await;
    (output, Clock::now(&clock))
}
