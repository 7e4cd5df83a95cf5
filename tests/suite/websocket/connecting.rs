//! From nothing to an authenticated connection.

use runware::ErrorKind;
use runware::transport::ConnectionState;
use runware_emulator::{Action, Answer, KeyError};

use super::*;
use crate::harness::video;

#[tokio::test(start_paused = true)]
async fn w01_a_refused_upgrade_is_an_error_at_once_and_is_left_alone() {
    for status in [401, 403] {
        let refused = on_upgrade(Action::Answer(Answer::error(status, "invalidApiKey"))).first(1);
        let net = Net::start(usual().fault(refused)).await;
        let client = net.client();
        for name in ["first", "second"] {
            let error = net.within(secs(1), client.run(video(name))).await.unwrap_err();
            assert!(error.is_auth() && error.is_safe_to_resubmit(), "{status} {error:?}");
            assert_eq!(error.kind(), ErrorKind::Rejected, "{status} {error:?}");
        }
        assert!(matches!(client.connection().state(), ConnectionState::Refused { .. }));
        assert_eq!((net.ledger().upgrades(), net.ledger().requests()), (1, 0), "no loop");
        // It is not for ever.
        net.pass(secs(60)).await;
        let outcome = net.within(secs(60), client.run(video("third"))).await.unwrap();
        net.assert_delivered("third", &outcome);
        assert_eq!(net.ledger().upgrades(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn w02_a_busy_server_is_left_alone_for_as_long_as_it_asks() {
    for status in [429, 503] {
        let busy = Action::Answer(Answer::empty(status).retry_after("7"));
        let net = Net::start(usual().fault(on_upgrade(busy).first(2))).await;
        let outcome = net.run(video("w02")).await;
        net.assert_delivered("w02", &outcome);
        let dials = net.dials();
        assert_eq!(dials.len(), 3, "{dials:?}");
        assert!(dials.windows(2).all(|pair| (secs(7)..secs(9)).contains(&(pair[1] - pair[0]))), "{dials:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn w03_an_authentication_without_an_answer_is_over_after_15_s() {
    let net = Net::start(usual().fault(on_authentication(Action::Hang).first(1))).await;
    let outcome = net.run(video("w03")).await;
    net.assert_delivered("w03", &outcome);
    assert_eq!(net.dials(), [secs(0), millis(15_500)]);
    assert_eq!(net.ledger().sockets_open(), 0);
}

#[tokio::test(start_paused = true)]
async fn w03_nor_does_it_hold_a_caller_beyond_the_deadline() {
    let net = Net::start(usual().fault(on_authentication(Action::Hang))).await;
    let plan = runware::poll::Plan::default().with_deadline(secs(6));
    let client = net.client().with_plan(plan);
    let error = net.within(millis(6_100), client.run(video("w03"))).await.unwrap_err();
    // Nothing is sent before the authentication, and that is certain.
    assert!(error.kind() == ErrorKind::NotAccepted && error.is_safe_to_resubmit(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn w04_a_server_that_cannot_authenticate_now_is_asked_again() {
    let unavailable = Action::Answer(Answer::error(503, "serviceUnavailable"));
    let net = Net::start(usual().fault(on_authentication(unavailable).first(3))).await;
    let outcome = net.run(video("w04")).await;
    net.assert_delivered("w04", &outcome);
    assert_eq!(net.dials(), [secs(0), millis(500), millis(1_000), millis(1_500)]);
}

/// As w04, with a task on the way.
#[tokio::test(start_paused = true)]
async fn b17_a_transient_error_when_authenticating_again_costs_no_task() {
    let unavailable = Action::Answer(Answer::error(503, "serviceUnavailable"));
    let options = usual()
        .duration(secs(30))
        .fault(on_authentication(unavailable).when(|frame| (1_000..12_000).contains(&frame.now.as_millis())));
    let net = Net::start(options).await;
    let client = net.client();
    let task = client.submit(video("b17")).unwrap();
    task.accepted().await.unwrap();
    net.pass(secs(5)).await;
    net.cut().await;
    let outcome = net.within(secs(60), task.outcome()).await.unwrap();
    net.assert_delivered("b17", &outcome);
    assert_eq!(net.account("b17").submitted, 1);
    assert!(net.ledger().sockets_opened() >= 10, "it kept trying for 7 s: {:?}", net.dials());
}

#[tokio::test(start_paused = true)]
async fn b16_a_bad_key_is_an_authentication_error_at_once() {
    for key_error in [KeyError::Current, KeyError::Legacy] {
        for close in [None, Some(1008)] {
            let options = usual().api_keys(["another"]).choose(|choices| {
                choices.socket.key_error = key_error;
                choices.socket.close_after_refusal = close;
            });
            let net = Net::start(options).await;
            let client = net.client();
            for name in ["first", "second"] {
                let error = net.within(secs(1), client.run(video(name))).await.unwrap_err();
                assert!(error.is_auth(), "{key_error:?} {close:?} {error:?}");
                assert_eq!(error.kind(), ErrorKind::Rejected, "{key_error:?} {close:?} {error:?}");
            }
            let ledger = net.ledger();
            assert_eq!((ledger.sockets_opened(), ledger.accepted()), (1, 0), "{key_error:?} {close:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn w13_a_server_that_closes_twice_for_the_same_reason_is_left_alone() {
    for code in [1002, 1003, 1007, 1008, 1009, 4000, 4999] {
        let net = Net::start(usual().fault(Rule::new(Action::Close(code)).first(2))).await;
        let client = net.client();
        let task = client.submit(video("w13")).unwrap();
        net.pass(secs(30)).await;
        assert!(matches!(client.connection().state(), ConnectionState::Refused { .. }), "{code}");
        assert_eq!(net.dials().len(), 2, "{code}: {:?}", net.dials());
        let outcome = net.within(secs(120), task.outcome()).await.unwrap();
        net.assert_delivered("w13", &outcome);
        assert_eq!(net.dials().len(), 3, "{code}: {:?}", net.dials());
        assert!(net.dials()[2] >= secs(60), "{code}: {:?}", net.dials());
    }
}

#[tokio::test(start_paused = true)]
async fn w13_two_different_reasons_are_not_one_twice() {
    let options =
        usual().fault(Rule::new(Action::Close(4001)).nth(1)).fault(Rule::new(Action::Close(4002)).nth(2));
    let net = Net::start(options).await;
    let outcome = net.run(video("w13")).await;
    net.assert_delivered("w13", &outcome);
    assert_eq!(net.dials().len(), 3);
    assert!(net.dials()[2] < secs(10), "{:?}", net.dials());
}

#[tokio::test(start_paused = true)]
async fn p46_an_expired_session_authenticates_again_on_the_same_socket() {
    let net = Net::start(usual().fault(on_check(1, Action::TokenExpired))).await;
    let outcome = net.run(video("p46")).await;
    net.assert_delivered("p46", &outcome);
    let ledger = net.ledger();
    assert_eq!((ledger.sockets_opened(), ledger.authentications()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn p46_a_submission_that_meets_an_expired_session_is_bought_once() {
    let expired = Rule::new(Action::TokenExpired).kind(RequestKind::Submit).nth(1);
    let net = Net::start(usual().fault(expired)).await;
    let outcome = net.run(video("p46")).await;
    net.assert_delivered("p46", &outcome);
    assert_eq!(net.ledger().sockets_opened(), 1);
}

/// A key that is dead by then stops nothing that is paid for: the task can be had by another client.
#[tokio::test(start_paused = true)]
async fn p46_a_key_that_is_dead_costs_no_task() {
    let dead = Action::Answer(Answer::error(401, "invalidApiKey"));
    let options = usual().fault(on_check(1, Action::TokenExpired)).fault(on_authentication(dead).nth(2));
    let net = Net::start(options).await;
    let client = net.client();
    let task = client.submit(video("p46")).unwrap();
    net.pass(secs(20)).await;
    assert!(matches!(client.connection().state(), ConnectionState::Refused { .. }));
    let handle = task.handle().clone();
    let outcome = net.within(secs(60), net.client().resume(handle).unwrap().outcome()).await.unwrap();
    net.assert_delivered("p46", &outcome);
    // This one says why it stopped, and that it was not the task.
    let error = net.within(millis(1), task.outcome()).await.unwrap_err();
    assert!(error.is_auth() && !error.is_safe_to_resubmit(), "{error:?}");
    assert_eq!(error.handle(), Some(task.handle()));
    assert_eq!(net.account("p46").submitted, 1);
}
