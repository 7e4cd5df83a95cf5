//! Prices, and that asking for one buys nothing.

use runware::types::{DeliveryMethod, ErrorCategory, ImageInference, Money, RawTask};
use runware::{Client, ErrorKind, Status};
use runware_emulator::{Action, Answer, Emulator, Options};

use crate::harness::{Way, World, id, image, on_submit, over_each_transport, secs, text, video};

fn price(text: &str) -> Option<Money> {
    Some(text.parse().unwrap())
}

/// Checks that the server never took a task.
#[track_caller]
fn nothing_was_bought(ledger: &runware_emulator::Ledger) {
    assert_eq!((ledger.accepted(), ledger.billed()), (0, 0), "{ledger:?}");
    assert!(ledger.charged().is_zero());
}

over_each_transport! {
    a_price_is_had_over_http_alone_and_buys_nothing,
    the_priced_task_is_bought_afterwards_at_that_price,
}

async fn a_price_is_had_over_http_alone_and_buys_nothing() {
    let world = World::new(Options::new());
    let quote = world.client.dry_run(video("a").number_results(3)).await;
    match Way::chosen() {
        Way::Http => assert_eq!(quote.unwrap().cost(), price("0.54")),
        Way::WebSocket => {
            let error = quote.unwrap_err();
            assert_eq!((error.kind(), world.wire.sent().len()), (ErrorKind::Configuration, 0), "{error}");
        }
    }
    world.pass(secs(1_000)).await;
    nothing_was_bought(&world.ledger());
    assert!(world.client.status(id("a")).await.unwrap().is_unknown());
    assert_eq!(world.client.task_details(id("a")).await.unwrap(), None);
}

async fn the_priced_task_is_bought_afterwards_at_that_price() {
    let world = World::new(Options::new());
    let task = video("a").number_results(2).include_cost(true);
    let quoted = world.client.dry_run(task.clone()).await.ok().and_then(|quote| quote.cost());
    let outcome = world.client.run(task).await.unwrap();
    assert_eq!((outcome.status(), outcome.cost()), (Status::Succeeded, price("0.36")));
    assert_eq!(quoted, Way::pick(price("0.36"), None));
    assert_eq!((world.ledger().accepted(), world.ledger().billed()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn every_delivery_has_a_price_and_no_task_has_to_ask_for_it() {
    let world = World::new(Options::new());
    for task in [
        RawTask::from(image("a").include_cost(false)),
        image("b").delivery_method(DeliveryMethod::Sync).into(),
        text("c").into(),
        RawTask::from(text("d")).set("deliveryMethod", "stream"),
    ] {
        assert!(world.client.dry_run(task).await.unwrap().cost().is_some());
    }
    nothing_was_bought(&world.ledger());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_would_be_refused_says_so() {
    let world = World::new(Options::new());
    for (model, category) in
        [("emulator:refuse@1", ErrorCategory::Validation), ("emulator:poor@1", ErrorCategory::Quota)]
    {
        let task = ImageInference::new(model, "x").task_uuid(id(model));
        let error = world.client.dry_run(task).await.unwrap_err();
        assert_eq!((error.kind(), error.category()), (ErrorKind::Rejected, category), "{error}");
        assert!(error.api_error().is_some() && error.handle().is_none());
    }
    nothing_was_bought(&world.ledger());
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_asked_for_again_and_buys_nothing() {
    for action in [Action::LoseReply, Action::Reset, Action::Answer(Answer::error(503, "serviceUnavailable"))]
    {
        let world = World::new(Options::new());
        world.inject(on_submit(action).first(2));
        assert_eq!(world.client.dry_run(image("a")).await.unwrap().items().len(), 1);
        assert_eq!(world.wire.sent().len(), 3);
        nothing_was_bought(&world.ledger());
    }
}

/// Over real connections: what goes over which.
#[tokio::test]
async fn with_both_ways_a_price_is_asked_for_over_http() {
    let emulator = Emulator::start(Options::new().api_keys(["key"])).await.unwrap();
    let builder = || Client::builder().api_key("key");
    let both = builder().base_url(emulator.http_url()).ws_base_url(emulator.ws_url()).build().unwrap();
    let http = builder().base_url(emulator.http_url()).build().unwrap();
    for client in [both, http] {
        assert_eq!(client.dry_run(video("a")).await.unwrap().cost(), price("0.18"));
        client.close().await;
    }
    let socket = builder().ws_base_url(emulator.ws_url()).build().unwrap();
    let error = socket.dry_run(video("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    socket.close().await;
    let ledger = emulator.ledger();
    assert_eq!((ledger.requests(), ledger.upgrades()), (2, 0), "{ledger:?}");
    nothing_was_bought(&ledger);
    emulator.shutdown().await;
}
