//! Sessions that outlive their sockets.

use runware::types::DeliveryMethod;
use runware_emulator::{Action, ReplayOrder, ReplayScope, Script, SecondSocket, UnknownSession};

use super::*;
use crate::harness::{codes, image, video};

/// A client that stays away for 10 s after a loss.
fn slow(net: &Net) -> Client {
    net.client_with(|transport| transport.reconnect(|| std::iter::repeat(secs(10))))
}

/// A synchronous task that is done while its client is away.
async fn done_while_away(options: Options, results: u32) -> (Net, Outcome) {
    let net = Net::start(options).await;
    let client = slow(&net);
    let task = image("away").number_results(results).delivery_method(DeliveryMethod::Sync);
    let task = client.submit(task).unwrap();
    net.pass(secs(2)).await;
    net.cut().await;
    let outcome = net.within(secs(60), task.outcome()).await.unwrap();
    (net, outcome)
}

#[tokio::test(start_paused = true)]
async fn w05_without_a_session_the_client_asks_for_everything() {
    let options = usual().choose(|choices| choices.socket.names_session = false);
    let (net, outcome) = done_while_away(options, 1).await;
    net.assert_delivered("away", &outcome);
    let ledger = net.ledger();
    assert_eq!((ledger.replays(), ledger.sockets_opened()), (0, 2));
    assert!(net.account("away").checks > 0);
}

#[tokio::test(start_paused = true)]
async fn w06_a_result_that_comes_before_the_greeting_is_not_skipped() {
    let options = usual().choose(|choices| choices.socket.replay_order = ReplayOrder::BeforeGreeting);
    let (net, outcome) = done_while_away(options, 1).await;
    net.assert_delivered("away", &outcome);
    assert_eq!(net.ledger().replays(), 1);
    assert!(outcome.elapsed() < secs(13), "at once when connected again: {:?}", outcome.elapsed());
}

#[tokio::test(start_paused = true)]
async fn w07_an_old_tasks_error_before_the_greeting_ends_that_task_alone() {
    let text = format!(
        r#"{{"errors":[{{"code":"timeoutProvider","message":"Late.","status":"error","taskUUID":"{}"}}]}}"#,
        id("old")
    );
    let script = Script::new().duration(secs(20)).fail(0, "timeoutProvider");
    let options = usual().duration(secs(20)).script_task(id("old"), script);
    let net = Net::start(options.fault(on_authentication(Action::Interject(text)).nth(2))).await;
    let client = net.client();
    let (old, other) = (client.submit(video("old")).unwrap(), client.submit(video("other")).unwrap());
    net.pass(secs(4)).await;
    net.cut().await;
    let old = net.within(secs(60), old.outcome()).await.unwrap();
    assert_eq!((old.status(), codes(&old)), (Status::Failed, vec!["timeoutProvider"]));
    let other = net.within(secs(60), other.outcome()).await.unwrap();
    net.assert_delivered("other", &other);
    assert_eq!((net.ledger().sockets_opened(), net.ledger().authentications()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn w19_what_is_replayed_twice_is_delivered_once() {
    for twice in [false, true] {
        let options = usual().choose(|choices| choices.socket.replay_twice = twice);
        let (net, outcome) = done_while_away(options, 4).await;
        assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 4), "{outcome:?}");
        let mut indices: Vec<u32> = outcome.results().iter().map(runware::TaskResult::index).collect();
        indices.sort_unstable();
        assert_eq!(indices, [0, 1, 2, 3]);
        let ledger = net.ledger();
        assert_eq!((net.account("away").accepted, net.account("away").billed), (1, 4));
        assert!(ledger.replays() >= 4, "{}", ledger.replays());
    }
}

#[tokio::test(start_paused = true)]
async fn w20_a_session_that_is_not_known_costs_no_task() {
    for unknown in [UnknownSession::New, UnknownSession::Refuse] {
        let options = usual().choose(|choices| {
            choices.socket.replay_window = secs(1);
            choices.socket.unknown_session = unknown;
        });
        let (net, outcome) = done_while_away(options, 1).await;
        net.assert_delivered("away", &outcome);
        assert_eq!(net.ledger().replays(), 0, "{unknown:?}");
        assert!(outcome.elapsed() < secs(40), "{unknown:?}: {:?}", outcome.elapsed());
        assert!(net.dials().len() <= 3, "{unknown:?}: {:?}", net.dials());
    }
}

#[tokio::test(start_paused = true)]
async fn w20_nothing_needs_to_be_replayed() {
    for scope in [ReplayScope::Answers, ReplayScope::Results, ReplayScope::Nothing] {
        let options = usual().choose(|choices| choices.socket.replay_scope = scope);
        let (net, outcome) = done_while_away(options, 1).await;
        net.assert_delivered("away", &outcome);
    }
}

/// The task is sent on one socket and answered on the next one.
#[tokio::test(start_paused = true)]
async fn w22_an_answer_on_another_socket_is_as_good() {
    let net = Net::start(usual()).await;
    let client = net.client();
    let task = client.submit(image("w22").delivery_method(DeliveryMethod::Sync)).unwrap();
    net.pass(secs(2)).await;
    net.cut().await;
    let outcome = net.within(secs(30), task.outcome()).await.unwrap();
    net.assert_delivered("w22", &outcome);
    assert_eq!(net.account("w22").submitted, 1);
    assert_eq!(net.ledger().sockets_opened(), 2);
}

/// A server that does not know yet that the first socket is gone has two in one session.
#[tokio::test(start_paused = true)]
async fn w22_a_second_socket_of_a_session_is_as_good() {
    for second in [SecondSocket::TakesOver, SecondSocket::Shares] {
        let options = usual().choose(|choices| choices.socket.second_socket = second);
        let net = Net::start(options).await;
        let client = net.client();
        let task = client.submit(video("w22")).unwrap();
        net.pass(secs(1)).await;
        net.emulator.inject_io(IoRule::new(IoFault::Truncate).nth(1));
        let outcome = net.within(secs(30), task.outcome()).await.unwrap();
        net.assert_delivered("w22", &outcome);
    }
}
