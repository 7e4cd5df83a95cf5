//! What the caller has to say about a task, and a budget.

use runware::journal::Reserve;
use runware::transport::testing::{ManualClock, Step};
use runware::types::{ModelSearch, Money, RawTask, TaskType, TextInference};
use runware::{Budget, ClientBuilder, ErrorKind, Status, SubmitOptions};

use crate::journal::Shelf;
use crate::world::{answer, id, image, picture};
use crate::{accepting, keeping_with, world_on};

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

#[tokio::test]
async fn names_notes_and_the_price_go_into_the_intent() {
    let budget = Budget::new(money("12.50")).named("spring");
    let (world, shelf) = keeping_with(
        |builder| builder.budget(budget).scope("api.test"),
        accepting(|_| answer(&picture("p"))),
    );
    let options =
        SubmitOptions::new().key("order-17").tag("customer", "4711").tag("lot", "3").price(money("0.02"));
    let task = world.client.submit_with(image("a", 1), options).unwrap();
    assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
    let intent = shelf.intents().remove(0);
    assert_eq!((intent.scope.as_str(), intent.key.as_deref()), ("api.test", Some("order-17")));
    assert_eq!(intent.tags, [("customer".to_owned(), "4711".to_owned()), ("lot".to_owned(), "3".to_owned())]);
    let reserve = Reserve { budget: "spring".to_owned(), cap: money("12.50"), price: Some(money("0.02")) };
    assert_eq!(intent.reserve, Some(reserve));
}

#[tokio::test]
async fn without_a_price_nothing_is_bought_under_a_budget() {
    let (world, shelf) =
        keeping_with(|builder| builder.budget(Budget::new(money("1"))), accepting(|_| answer(&picture("p"))));
    let task = world.client.submit(image("a", 1)).unwrap();
    let error = world.run(task.outcome()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_resubmit()), (ErrorKind::Unpriced, true));
    assert!(error.is_quota() && error.handle().is_some());
    assert!(error.to_string().contains("needs its price"), "{error}");
    let mut stream = world.client.stream_text(TextInference::prompt("a:b@1", "hi")).unwrap();
    let error = world.run(stream.next()).await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_resubmit()), (ErrorKind::Unpriced, true));
    // Of a type that nobody knows here, nobody knows either that it costs nothing.
    let task = world.client.submit(RawTask::from_json(br#"{"taskType":"newThing"}"#).unwrap()).unwrap();
    assert_eq!(world.run(task.outcome()).await.unwrap_err().kind(), ErrorKind::Unpriced);
    assert!(world.transport.attempts().is_empty());
    // What makes nothing costs nothing.
    drop(world.client.submit(ModelSearch::new()).unwrap());
    world.settle().await;
    assert!(shelf.log().is_empty());
}

/// It is paid for, whatever it costs.
#[tokio::test]
async fn what_was_sent_before_is_watched_under_a_budget_without_a_price() {
    let clock = ManualClock::new();
    let shelf = Shelf::new(&clock);
    let accept = accepting(|_| Step::error(crate::cut()));
    let first = world_on(clock.clone(), |builder| builder.journal(shelf.clone()).scope("api.test"), accept);
    let task = first.client.submit(image("a", 1)).unwrap();
    first.settle().await;
    first.run(first.client.close()).await;
    drop(task);
    let budget = Budget::new(Money::ZERO);
    let configure = |builder: ClientBuilder| builder.journal(shelf.clone()).scope("api.test").budget(budget);
    let world = world_on(clock, configure, accepting(|_| answer(&picture("p"))));
    let task = world.client.resume(id("a")).unwrap();
    assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
    assert!(world.times_of(&TaskType::ImageInference).is_empty(), "nothing was bought");
}

#[tokio::test]
async fn without_a_budget_a_price_sets_nothing_aside() {
    let (world, shelf) = keeping_with(|builder| builder, accepting(|_| answer(&picture("p"))));
    let options = SubmitOptions::new().price(money("0.02"));
    let task = world.client.submit_with(image("a", 1), options).unwrap();
    drop(world.run(task.outcome()).await.unwrap());
    assert_eq!(shelf.intents()[0].reserve, None);
}
