//! What faults do to frames and sockets.

use bytes::Bytes;

use super::*;
use crate::core::Fate;
use crate::fault::{Action, Answer, CheckError, Cuts, RequestKind, Rule};

/// A bench with an authenticated socket, whose first submission is struck.
fn struck(action: Action) -> (Bench, Opened) {
    let rule = Rule::new(action).kind(RequestKind::Submit).nth(1);
    let mut bench = Bench::new(Options::new().fault(rule));
    let socket = bench.authenticated();
    (bench, socket)
}

fn text(text: &'static str) -> Outgoing {
    Outgoing::Frame(Bytes::from_static(text.as_bytes()))
}

/// What a struck submission leads to at once, and whether the task was accepted.
fn submit(action: Action) -> (Vec<Outgoing>, bool) {
    let (mut bench, socket) = struck(action);
    bench.send(socket.id, json!([video(U)]));
    (bench.due(socket.id), bench.core.ledger().accepted() == 1)
}

#[test]
fn some_faults_come_before_the_frame_is_carried_out_and_some_after() {
    let answer = || Answer::body(503, "text/plain", "busy");
    let reply = Bytes::from(acknowledged(U).to_string());
    for (action, expected, accepted) in [
        (Action::Answer(answer()), vec![text("busy")], false),
        (Action::HandleThenAnswer(answer()), vec![text("busy")], true),
        (Action::Reset, vec![Outgoing::Reset], false),
        (Action::LoseReply, vec![Outgoing::Cut], true),
        (Action::Hang, vec![], false),
        (Action::HandleThenHang, vec![], true),
        (Action::Delay(seconds(3.0)), vec![], true),
        (Action::Truncate(5), vec![Outgoing::Part(reply.clone(), 5), Outgoing::Cut], true),
        (Action::Stall(5), vec![Outgoing::Part(reply.clone(), 5), Outgoing::Mute], true),
        (
            Action::rewrite(|_| Bytes::from_static(b"\xff")),
            vec![Outgoing::Frame(Bytes::from_static(b"\xff"))],
            true,
        ),
        (Action::Close(1013), vec![Outgoing::Close(1013)], false),
        (Action::Interject("{".to_owned()), vec![text("{"), Outgoing::Frame(reply.clone())], true),
        (
            Action::RawBytes(Bytes::from_static(b"\x8a\0")),
            vec![Outgoing::Raw(Bytes::from_static(b"\x8a\0")), Outgoing::Frame(reply.clone())],
            true,
        ),
        (Action::Mute, vec![Outgoing::Mute], false),
    ] {
        assert_eq!(submit(action.clone()), (expected, accepted), "{action:?}");
    }
}

#[test]
fn errors_and_checks_are_struck_as_over_http() {
    let rule = |action| Rule::new(action).kind(RequestKind::Status);
    let options = Options::new()
        .fault(rule(Action::Blind).nth(1))
        .fault(rule(Action::CheckError(CheckError::new("rateLimit").names_task())).nth(2))
        .fault(rule(Action::EmptyErrors).nth(3));
    let mut bench = Bench::new(options);
    let socket = bench.authenticated();
    bench.exchange(socket.id, json!([video(U)]));
    let mut check = || bench.exchange(socket.id, json!([check(U)])).remove(0);
    assert_eq!(check(), json!({"data": []}));
    assert_eq!(check()["errors"][0]["taskUUID"], U);
    let empty = check();
    assert_eq!((&empty["errors"], &empty["data"][0]["status"]), (&json!([]), &json!("processing")));
}

#[test]
fn a_delay_holds_back_all_that_the_frame_leads_to() {
    let (mut bench, socket) = struck(Action::Delay(seconds(3.0)));
    bench.send(socket.id, json!([image(U, json!({})), video(V)]));
    let times: Vec<f64> = bench.timeline(socket.id).iter().map(|(time, _)| *time).collect();
    assert_eq!(times[..2], [3.0, 13.0]);
}

#[test]
fn a_lost_reply_is_lost_and_what_was_not_due_then_is_kept() {
    let (mut bench, socket) = struck(Action::LoseReply);
    bench.send(socket.id, json!([image(U, json!({})), video(V)]));
    assert_eq!(bench.due(socket.id), [Outgoing::Cut]);
    let (_, frames) = bench.at(10.0).resumed(Some(&socket.session));
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0]["data"][0]["taskUUID"], U);
}

#[test]
fn a_broken_frame_delivers_nothing() {
    for action in [Action::Truncate(5), Action::Stall(5)] {
        let rule = Rule::new(action).kind(RequestKind::Status);
        let mut bench = Bench::new(Options::new().fault(rule));
        let socket = bench.authenticated();
        bench.exchange(socket.id, json!([video(U)]));
        bench.at(10.0).send(socket.id, json!([check(U)]));
        assert_eq!(bench.due(socket.id).len(), 2);
        let uuid = U.parse().unwrap();
        assert_eq!(bench.core.ledger().task(&uuid).unwrap().results[0].delivered, 0);
    }
}

#[test]
fn a_mute_socket_takes_nothing_says_nothing_and_is_not_idle() {
    let (mut bench, socket) = struck(Action::Mute);
    bench.send(socket.id, json!([video(U)]));
    assert_eq!(bench.due(socket.id), [Outgoing::Mute]);
    bench.send(socket.id, json!([video(V)]));
    assert_eq!(bench.timeline(socket.id), []);
    let ledger = bench.core.ledger();
    assert_eq!((ledger.accepted(), ledger.sockets_open(), ledger.requests()), (0, 1, 1));
    assert_eq!(bench.resumed(Some(&socket.session)).0.session, socket.session);
}

#[test]
fn an_expired_token_bars_the_socket_until_it_authenticates_again() {
    let (mut bench, socket) = struck(Action::TokenExpired);
    let expired = json!({"errors": [{"code": "tokenExpired", "message": "The authentication has expired."}]});
    assert_eq!(bench.exchange(socket.id, json!([video(U)])), std::slice::from_ref(&expired));
    assert_eq!(bench.exchange(socket.id, json!([check(U)])), std::slice::from_ref(&expired));
    assert_eq!(bench.exchange(socket.id, ping()), [expired]);
    assert_eq!(bench.core.ledger().accepted(), 0);
    assert_eq!(bench.authenticate(socket.id, None).0.session, socket.session);
    assert_eq!(bench.exchange(socket.id, json!([video(U)])), [acknowledged(U)]);
}

#[test]
fn rules_without_a_kind_leave_upgrades_authentications_and_pings_alone() {
    let rule = Rule::new(Action::Answer(Answer::error(503, "struck"))).nth(1);
    let mut bench = Bench::new(Options::new().fault(rule));
    assert_eq!(bench.core.upgrade(bench.now).status, 101);
    let socket = bench.authenticated();
    assert_eq!(bench.exchange(socket.id, ping()), [pong()]);
    assert_eq!(bench.exchange(socket.id, json!([video(U)]))[0]["errors"][0]["code"], "struck");
    assert_eq!(bench.exchange(socket.id, json!([video(U)])), [acknowledged(U)]);
}

#[test]
fn authentications_and_pings_are_struck_by_their_kinds() {
    let busy = || Action::Answer(Answer::error(503, "serviceUnavailable"));
    let options = Options::new()
        .fault(Rule::new(busy()).kind(RequestKind::Authenticate).nth(1))
        .fault(Rule::new(Action::Hang).kind(RequestKind::Authenticate).nth(2))
        .fault(Rule::new(Action::Hang).kind(RequestKind::Ping).nth(1));
    let mut bench = Bench::new(options);
    let id = bench.open();
    let authentication = || json!([{"taskType": "authentication", "apiKey": "key"}]);
    assert_eq!(bench.exchange(id, authentication())[0]["errors"][0]["code"], "serviceUnavailable");
    assert_eq!(bench.exchange(id, authentication()), Vec::<Value>::new());
    bench.authenticate(id, None);
    assert_eq!(bench.exchange(id, ping()), Vec::<Value>::new());
    assert_eq!(bench.exchange(id, ping()), [pong()]);
    assert_eq!(bench.core.ledger().requests(), 0);
}

#[test]
fn replays_wait_for_a_greeting_that_is_held_back() {
    let rule = Rule::new(Action::Delay(seconds(2.0))).kind(RequestKind::Authenticate).nth(2);
    let mut bench = Bench::new(Options::new().fault(rule));
    let socket = bench.authenticated();
    bench.send(socket.id, json!([video(U)]));
    bench.core.socket_closed(bench.now, socket.id);
    let id = bench.open();
    bench.send(
        id,
        json!([{"taskType": "authentication", "apiKey": "key", "connectionSessionUUID": socket.session}]),
    );
    let timeline = bench.timeline(id);
    assert_eq!((timeline[0].0, timeline[1].0), (2.0, 2.0));
    assert_eq!(frame(&timeline[1].1), acknowledged(U));
}

#[test]
fn a_lost_greeting_leaves_what_was_kept_to_the_next_socket() {
    let rule = Rule::new(Action::LoseReply).kind(RequestKind::Authenticate).nth(2);
    let mut bench = Bench::new(Options::new().fault(rule));
    let socket = bench.authenticated();
    bench.send(socket.id, json!([video(U)]));
    bench.core.socket_closed(bench.now, socket.id);
    let id = bench.open();
    let resume =
        json!([{"taskType": "authentication", "apiKey": "key", "connectionSessionUUID": socket.session}]);
    bench.send(id, resume);
    assert_eq!(bench.due(id), [Outgoing::Cut]);
    assert_eq!(bench.resumed(Some(&socket.session)).1, [acknowledged(U)]);
    assert_eq!(bench.core.ledger().replays(), 1);
}

#[test]
fn an_upgrade_is_refused_or_held_back_by_its_kind() {
    let refuse = Answer::empty(429).retry_after("7");
    let rule = |action| Rule::new(action).kind(RequestKind::Upgrade);
    let options = Options::new()
        .fault(rule(Action::Answer(refuse)).nth(1))
        .fault(rule(Action::Hang).nth(2))
        .fault(rule(Action::Reset).nth(3))
        .fault(rule(Action::LoseReply).nth(4))
        .fault(rule(Action::Delay(seconds(2.0))).nth(5));
    let mut bench = Bench::new(options);
    let mut upgrade = || bench.core.upgrade(seconds(0.0));
    let refused = upgrade();
    assert_eq!((refused.status, refused.fate), (429, Fate::Deliver));
    assert!(refused.headers.contains(&("retry-after", "7".to_owned())));
    assert_eq!([upgrade().fate, upgrade().fate, upgrade().fate], [Fate::Hang, Fate::Reset, Fate::Cut]);
    let late = upgrade();
    assert_eq!((late.status, late.ready_at), (101, seconds(2.0)));
    assert_eq!((upgrade().status, bench.core.ledger().upgrades()), (101, 6));
}

/// Sends submissions on socket after socket; which frames of the clients were carried out, counted from 1.
fn carried_out(cuts: Cuts, count: u32) -> Vec<u32> {
    let mut bench = Bench::new(Options::new().cuts(cuts));
    let mut carried_out = Vec::new();
    let mut socket = None;
    for number in 1..=count {
        let id = *socket.get_or_insert_with(|| bench.open());
        let before = bench.core.ledger().accepted() + bench.core.ledger().authentications();
        let task = runware_types::TaskUuid::from_key("cut", &number.to_string()).to_string();
        let authentication = json!({"taskType": "authentication", "apiKey": "key"});
        bench.send(id, json!([authentication, video(&task)]));
        if bench.core.ledger().accepted() + bench.core.ledger().authentications() > before {
            carried_out.push(number);
        }
        if bench.due(id).contains(&Outgoing::Cut) {
            socket = None;
        }
    }
    carried_out
}

#[test]
fn sockets_are_cut_at_every_nth_frame_before_or_after_it_is_carried_out() {
    assert_eq!(carried_out(Cuts::every(3), 7), [1, 2, 4, 5, 7]);
    assert_eq!(carried_out(Cuts::every(3).after_handling(), 4), [1, 2, 3, 4]);
    assert_eq!(carried_out(Cuts::every(0), 4), [1, 2, 3, 4]);
}

#[test]
fn a_frame_to_the_client_may_be_the_one_that_is_cut() {
    let mut bench = Bench::new(Options::new().cuts(Cuts::every(4).of_both_directions()));
    let socket = bench.authenticated();
    bench.send(socket.id, json!([video(U)]));
    assert_eq!(bench.due(socket.id), [Outgoing::Cut]);
    assert_eq!((bench.core.ledger().accepted(), bench.core.ledger().sockets_open()), (1, 0));
    assert_eq!(bench.resumed(Some(&socket.session)).1, Vec::<Value>::new(), "it is lost");
}
