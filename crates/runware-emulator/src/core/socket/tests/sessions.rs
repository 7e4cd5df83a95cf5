//! What outlives a socket.

use super::*;
use crate::choices::{ReplayOrder, ReplayScope, SecondSocket, UnknownSession};

/// A bench with a socket that asked at 0 s for a synchronous and an asynchronous task, and was lost at once, before
/// anything was sent on it.
fn lost(set: impl FnOnce(&mut SocketChoices)) -> (Bench, Opened) {
    let mut bench = Bench::choosing(set);
    let socket = bench.authenticated();
    bench.send(socket.id, json!([image(U, json!({})), video(V)]));
    bench.core.socket_closed(bench.now, socket.id);
    (bench, socket)
}

fn tasks(frames: &[Value]) -> Vec<&str> {
    frames.iter().map(|frame| frame["data"][0]["taskUUID"].as_str().unwrap_or_default()).collect()
}

#[test]
fn what_could_not_be_delivered_comes_after_the_greeting_of_the_next_socket() {
    let (mut bench, socket) = lost(|_| {});
    let (again, frames) = bench.at(20.0).resumed(Some(&socket.session));
    assert_eq!(again.session, socket.session);
    assert_eq!(tasks(&frames), [V, U], "in the order of their times");
    assert_eq!(bench.core.ledger().replays(), 2);
    let (_, frames) = bench.at(21.0).resumed(Some(&socket.session));
    assert_eq!(frames, Vec::<Value>::new(), "once");
}

#[test]
fn what_was_sent_is_not_kept() {
    let mut bench = Bench::new(Options::new());
    let socket = bench.authenticated();
    assert_eq!(bench.exchange(socket.id, json!([video(V)])), [acknowledged(V)]);
    bench.core.socket_closed(bench.now, socket.id);
    assert_eq!(bench.resumed(Some(&socket.session)).1, Vec::<Value>::new());
}

#[test]
fn what_is_not_ready_when_the_session_is_resumed_comes_in_its_time() {
    let (mut bench, socket) = lost(|_| {});
    let (again, frames) = bench.at(5.0).resumed(Some(&socket.session));
    assert_eq!(tasks(&frames), [V]);
    assert_eq!(bench.core.socket_timeout(again.id), Some(seconds(10.0)));
    assert_eq!(tasks(&bench.at(10.0).frames(again.id)), [U]);
}

#[test]
fn frames_are_kept_for_two_minutes_from_when_they_were_due() {
    for (time, expected) in [(119.9, vec![V, U]), (120.0, vec![U]), (129.9, vec![U])] {
        let (mut bench, socket) = lost(|_| {});
        let (again, frames) = bench.at(time).resumed(Some(&socket.session));
        assert_eq!(tasks(&frames), expected, "{time}");
        assert_eq!(again.session, socket.session);
    }
    let (mut bench, socket) = lost(|_| {});
    let (again, frames) = bench.at(130.0).resumed(Some(&socket.session));
    assert_eq!(tasks(&frames), Vec::<&str>::new());
    assert_ne!(again.session, socket.session, "nothing is known of it any more");
}

#[test]
fn a_session_may_be_resumed_for_two_minutes_even_where_nothing_is_kept() {
    for (time, same) in [(119.0, true), (120.0, false)] {
        let mut bench = Bench::new(Options::new());
        let socket = bench.authenticated();
        bench.core.socket_closed(bench.now, socket.id);
        let (again, _) = bench.at(time).resumed(Some(&socket.session));
        assert_eq!(again.session == socket.session, same, "{time}");
    }
}

#[test]
fn replays_may_come_before_the_greeting_and_twice() {
    let (mut bench, socket) = lost(|choices| {
        choices.replay_order = ReplayOrder::BeforeGreeting;
        choices.replay_twice = true;
    });
    let id = bench.at(20.0).open();
    let tasks =
        json!([{"taskType": "authentication", "apiKey": "key", "connectionSessionUUID": socket.session}]);
    let frames = bench.exchange(id, tasks);
    let types: Vec<&str> =
        frames.iter().map(|frame| frame["data"][0]["taskType"].as_str().unwrap()).collect();
    let video = ["videoInference"; 2];
    let image = ["imageInference"; 2];
    assert_eq!(types, [&video[..], &image[..], &["authentication"]].concat());
}

#[test]
fn only_results_or_nothing_may_be_kept() {
    for (scope, expected) in [(ReplayScope::Results, vec![U]), (ReplayScope::Nothing, vec![])] {
        let (mut bench, socket) = lost(|choices| choices.replay_scope = scope);
        assert_eq!(tasks(&bench.at(20.0).resumed(Some(&socket.session)).1), expected, "{scope:?}");
    }
}

#[test]
fn an_unknown_session_gets_a_new_one_or_is_refused() {
    let mut bench = Bench::new(Options::new());
    assert_ne!(bench.resumed(Some(U)).0.session, U);
    assert_ne!(bench.resumed(Some("nonsense")).0.session, "nonsense");

    let mut bench = Bench::choosing(|choices| choices.unknown_session = UnknownSession::Refuse);
    let id = bench.open();
    let tasks = json!([{"taskType": "authentication", "apiKey": "key", "connectionSessionUUID": U}]);
    let error = &bench.exchange(id, tasks)[0]["errors"][0];
    assert_eq!(error["code"], "invalidConnectionSessionUUID");
    assert_eq!(bench.exchange(id, ping())[0]["errors"][0]["code"], "missingApiKey");
}

#[test]
fn a_session_is_resumed_with_its_own_key_only() {
    let (mut bench, socket) = lost(|_| {});
    let id = bench.at(20.0).open();
    let tasks =
        json!([{"taskType": "authentication", "apiKey": "other", "connectionSessionUUID": socket.session}]);
    let frames = bench.exchange(id, tasks);
    assert_eq!(frames.len(), 1);
    assert_ne!(frames[0]["data"][0]["connectionSessionUUID"], socket.session);
}

#[test]
fn a_second_socket_takes_over() {
    let mut bench = Bench::new(Options::new());
    let first = bench.authenticated();
    bench.send(first.id, json!([image(U, json!({}))]));
    let (second, _) = bench.at(1.0).resumed(Some(&first.session));
    assert!(bench.core.take_disturbance());
    assert_eq!(bench.due(first.id), [Outgoing::Close(1000)]);
    assert!(!bench.core.take_disturbance());
    assert_eq!(tasks(&bench.at(10.0).frames(second.id)), [U]);
    assert_eq!(bench.core.ledger().sockets_open(), 1);
}

#[test]
fn a_second_socket_may_share_and_then_inherits() {
    let mut bench = Bench::choosing(|choices| choices.second_socket = SecondSocket::Shares);
    let first = bench.authenticated();
    let (second, _) = bench.resumed(Some(&first.session));
    bench.send(first.id, json!([image(U, json!({}))]));
    bench.send(second.id, json!([video(V)]));
    assert_eq!(bench.due(first.id), []);
    assert_eq!(bench.frames(second.id), [acknowledged(V)], "each is answered on its own socket");
    bench.core.socket_closed(bench.now, first.id);
    assert!(bench.core.take_disturbance());
    assert_eq!(tasks(&bench.at(10.0).frames(second.id)), [U]);
    assert_eq!(bench.core.ledger().replays(), 1);
}

/// One run of a client that submits, loses its socket and resumes, in an order that is drawn from the seed.
fn erratic_run(seed: u64, second_socket: SecondSocket) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut bench = Bench::choosing(|choices| {
        choices.second_socket = second_socket;
        choices.idle_after = None;
    });
    let mut socket = bench.authenticated();
    let mut received = Vec::new();
    let mut expected = 0;
    for step in 0..200 {
        match rng.u8(..4) {
            0 => {
                let task =
                    runware_types::TaskUuid::from_key("erratic", &format!("{seed}/{step}")).to_string();
                let count = rng.u32(1..4);
                expected += count as usize;
                bench.send(socket.id, json!([image(&task, json!({"numberResults": count}))]));
            }
            1 => bench.now += Duration::from_millis(rng.u64(..20_000)),
            2 => received.extend(bench.frames(socket.id)),
            _ => {
                let lost = rng.bool();
                if lost {
                    bench.core.socket_closed(bench.now, socket.id);
                }
                let (next, frames) = bench.resumed(Some(&socket.session));
                assert_eq!(next.session, socket.session, "seed {seed}, step {step}");
                received.extend(frames);
                if !lost {
                    // The second socket is here while the first one goes.
                    bench.core.socket_closed(bench.now, socket.id);
                }
                socket = next;
            }
        }
    }
    bench.now += seconds(60.0);
    received.extend(bench.frames(socket.id));
    assert_eq!(received.len(), expected, "seed {seed}");
    let mut accounts = bench.core.ledger().tasks();
    assert!(accounts.all(|(_, account)| account.results.iter().all(|result| result.delivered == 1)));
    assert_eq!(bench.core.ledger().sockets_open(), 1);
}

#[test]
fn a_client_that_always_resumes_gets_each_result_once() {
    for seed in 0..100 {
        erratic_run(seed, SecondSocket::TakesOver);
        erratic_run(seed, SecondSocket::Shares);
    }
}
