//! How sockets end that nobody uses.

use super::*;
use crate::choices::IdleCounts;

#[test]
fn an_idle_socket_is_closed_two_minutes_after_the_last_frame_of_either_direction() {
    let mut bench = Bench::new(Options::new());
    let socket = bench.authenticated();
    bench.at(100.0).exchange(socket.id, ping());
    assert_eq!(bench.timeline(socket.id), [(220.0, Outgoing::Close(1000))]);
    assert_eq!(bench.exchange(socket.id, ping()), Vec::<Value>::new(), "it is gone");
    let ledger = bench.core.ledger();
    assert_eq!((ledger.sockets_opened(), ledger.sockets_open(), ledger.frames()), (1, 0, 2));
}

#[test]
fn what_counts_as_idle_is_a_choice() {
    for (counts, closed_at) in [(IdleCounts::Both, 40.0), (IdleCounts::Received, 30.0)] {
        let mut bench = Bench::choosing(|choices| {
            choices.idle_counts = counts;
            choices.idle_after = Some(seconds(30.0));
            choices.idle_code = 4002;
        });
        let socket = bench.authenticated();
        bench.send(socket.id, json!([image(U, json!({}))]));
        let last = bench.timeline(socket.id).pop();
        assert_eq!(last, Some((closed_at, Outgoing::Close(4002))));
    }
    let mut bench = Bench::choosing(|choices| choices.idle_after = None);
    let socket = bench.authenticated();
    assert_eq!(bench.core.socket_timeout(socket.id), None);
}

#[test]
fn a_socket_that_never_authenticates_is_idle_too() {
    let mut bench = Bench::new(Options::new());
    let id = bench.open();
    assert_eq!(bench.timeline(id), [(120.0, Outgoing::Close(1000))]);
}

#[test]
fn a_frame_that_is_too_large_ends_its_socket() {
    let mut bench = Bench::new(Options::new().max_body_bytes(100));
    let socket = bench.authenticated();
    bench.send(socket.id, json!(["x".repeat(100)]));
    assert_eq!(bench.due(socket.id), [Outgoing::Close(1009)]);
}
