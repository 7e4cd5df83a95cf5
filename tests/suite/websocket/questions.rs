//! Several callers who want to know of one task.

use futures_util::future::join;
use runware::ErrorKind;
use runware::types::DeliveryMethod;
use runware_emulator::Action;

use super::*;
use crate::harness::video;

#[tokio::test(start_paused = true)]
async fn w23_two_calls_with_one_id_are_one_task() {
    let net = Net::start(usual()).await;
    let client = net.client();
    let both = join(client.run(video("w23")), client.run(video("w23")));
    let (one, other) = net.within(secs(60), both).await;
    let (one, other) = (one.unwrap(), other.unwrap());
    net.assert_delivered("w23", &one);
    net.assert_delivered("w23", &other);
    assert_eq!(net.account("w23").submitted, 1);

    let first = client.submit(video("w23 again")).unwrap();
    let error = client.submit(video("w23 again").param("duration", 9)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UuidReused, "{error:?}");
    let outcome = net.within(secs(60), first.outcome()).await.unwrap();
    net.assert_delivered("w23 again", &outcome);
}

#[tokio::test(start_paused = true)]
async fn w24_a_question_about_a_task_takes_nothing_from_those_who_wait_for_it() {
    let net = Net::start(usual()).await;
    let client = net.client();
    let task = client.submit(video("w24")).unwrap();
    task.accepted().await.unwrap();
    let ask = async {
        for _ in 0..40 {
            net.pass(millis(200)).await;
            client.status(id("w24")).await.unwrap();
            client.task_details(id("w24")).await.unwrap();
        }
    };
    let (outcome, ()) = net.within(secs(60), join(task.outcome(), ask)).await;
    net.assert_delivered("w24", &outcome.unwrap());
    assert_eq!((net.account("w24").details, net.ledger().sockets_opened()), (40, 1));
}

#[tokio::test(start_paused = true)]
async fn w24_what_refuses_a_question_refuses_no_task_that_is_under_way() {
    for code in ["permissionDenied", "insufficientCredits", "invalidValue"] {
        let net = Net::start(usual()).await;
        let refusal =
            format!(r#"{{"errors":[{{"code":"{code}","message":"no","taskUUID":"{}"}}]}}"#, id("w24"));
        let answer = Action::rewrite(move |_| refusal.clone().into());
        net.emulator.inject(Rule::new(answer).kind(RequestKind::Status).nth(1));
        let client = net.client();
        let task = client.submit(video("w24").delivery_method(DeliveryMethod::Sync)).unwrap();
        net.pass(millis(200)).await;
        let refused = client.status(id("w24")).await;
        let outcome = net.within(secs(60), task.outcome()).await;
        net.assert_delivered(
            "w24",
            &outcome.unwrap_or_else(|error| panic!("{code}: {error:?}, {refused:?}")),
        );
    }
}
