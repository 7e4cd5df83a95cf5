//! Connections that are lost, and those that only seem to be there.

use futures_util::future::join_all;
use runware::poll::{Cadence, Plan};
use runware_emulator::{Action, IdleCounts};

use super::*;
use crate::harness::{image, video};

#[tokio::test(start_paused = true)]
async fn w08_an_hour_of_idling_keeps_one_socket() {
    for counts in [IdleCounts::Both, IdleCounts::Received] {
        let net = Net::start(usual().choose(|choices| choices.socket.idle_counts = counts)).await;
        let client = net.client();
        let _ = net.within(secs(60), client.run(video("before"))).await.unwrap();
        net.pass(secs(3_600)).await;
        let outcome = net.within(secs(60), client.run(video("after"))).await.unwrap();
        net.assert_delivered("after", &outcome);
        let ledger = net.ledger();
        let pings = ledger.frames_of(RequestKind::Ping);
        assert_eq!((ledger.sockets_opened(), ledger.authentications()), (1, 1), "{counts:?}");
        assert!((100..=125).contains(&pings), "{pings} pings, one every 30 s");
    }
}

#[tokio::test(start_paused = true)]
async fn w08_a_socket_that_is_closed_for_idling_is_made_again_when_it_is_wanted() {
    let net = Net::start(usual().choose(|choices| choices.socket.idle_after = Some(secs(20)))).await;
    let client = net.client();
    let _ = net.within(secs(60), client.run(video("before"))).await.unwrap();
    net.pass(secs(3_600)).await;
    assert_eq!(net.dials().len(), 1, "nobody wanted one");
    let outcome = net.within(secs(60), client.run(video("after"))).await.unwrap();
    net.assert_delivered("after", &outcome);
    assert_eq!(net.dials().len(), 2);
}

/// The peer is gone, and no packet says so.
#[tokio::test(start_paused = true)]
async fn w09_a_connection_that_is_half_open_is_noticed_and_made_again() {
    let net = Net::start(usual().fault(on_check(1, Action::Mute))).await;
    let outcome = net.run(video("w09")).await;
    net.assert_delivered("w09", &outcome);
    let dials = net.dials();
    assert_eq!(dials.len(), 2, "{dials:?}");
    // 30 s of silence, a ping, 45 s more.
    assert!((secs(75)..secs(90)).contains(&dials[1]), "{dials:?}");
}

#[tokio::test(start_paused = true)]
async fn w09_the_deadline_of_a_task_holds_on_a_connection_that_is_half_open() {
    let net = Net::start(usual().fault(on_check(1, Action::Mute))).await;
    let plan = runware::poll::Plan::default().with_deadline(secs(20));
    let client = net.client().with_plan(plan);
    let outcome = net.within(millis(20_500), client.run(video("w09"))).await.unwrap();
    assert_eq!(outcome.status(), Status::StillRunning);
}

/// The peer does not read, so that our writes are not done.
#[tokio::test(start_paused = true)]
async fn w10_writes_that_do_not_get_through_end_the_connection() {
    let net = Net::start(usual()).await;
    let client = net.client();
    let _ = net.within(secs(60), client.run(video("before"))).await.unwrap();
    net.emulator.inject_io(IoRule::new(IoFault::HalfOpen).nth(1));
    let task = image("w10").param("padding", "long ".repeat(100_000));
    let started = net.clock.now();
    let outcome = net.within(secs(120), client.run(task)).await.unwrap();
    net.assert_delivered("w10", &outcome);
    let dials = net.dials();
    assert_eq!(dials.len(), 2, "{dials:?}");
    assert!((secs(20)..secs(25)).contains(&(dials[1] - started)), "20 s: {dials:?}");
}

#[tokio::test(start_paused = true)]
async fn w11_a_server_that_closes_in_good_order_is_connected_to_again() {
    for code in [1000, 1001, 1011, 1012, 1013] {
        let net = Net::start(usual().fault(on_check(2, Action::Close(code)))).await;
        let outcome = net.run(video("w11")).await;
        net.assert_delivered("w11", &outcome);
        assert_eq!(net.account("w11").submitted, 1, "{code}");
        let dials = net.dials();
        assert_eq!(dials.len(), 2, "{code} {dials:?}");
        // "Try again later" is told apart from "restarting".
        assert_eq!(dials[1] >= secs(10), code == 1013, "{code} {dials:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn w12_a_connection_that_is_cut_within_a_frame_costs_nothing() {
    for length in [0, 1, 2, 3, 20, 100] {
        let net = Net::start(usual().fault(Rule::new(Action::Truncate(length)).nth(2))).await;
        let outcome = net.run(video("w12")).await;
        net.assert_delivered("w12", &outcome);
        assert_eq!(net.dials().len(), 2, "{length}");
    }
}

#[tokio::test(start_paused = true)]
async fn w12_nor_does_one_that_is_cut_at_any_byte() {
    for fault in [IoFault::Reset, IoFault::Truncate] {
        for bytes in (1..=400).step_by(7) {
            let net = Net::start(usual().io_fault(IoRule::new(fault).nth(1).after(bytes))).await;
            let outcome = net.run(video("w12")).await;
            net.assert_delivered("w12", &outcome);
            assert!(net.dials().len() <= 2, "{fault:?} {bytes} {:?}", net.dials());
        }
    }
}

/// What was sent before the loss, before or after it was handled, is bought once.
#[tokio::test(start_paused = true)]
async fn b09_a_task_that_was_lost_with_the_socket_is_bought_once() {
    for action in [Action::Reset, Action::LoseReply, Action::Truncate(0), Action::Truncate(30)] {
        let rule = Rule::new(action.clone()).kind(RequestKind::Submit).nth(1);
        let net = Net::start(usual().fault(rule)).await;
        let outcome = net.run(video("b09")).await;
        net.assert_delivered("b09", &outcome);
        assert!(net.account("b09").submitted <= 2, "{action:?}");
        assert_eq!(net.dials().len(), 2, "{action:?}");
        assert!(outcome.elapsed() < secs(15), "{action:?} {:?}", outcome.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn b08_a_task_goes_on_over_the_next_socket() {
    let net = Net::start(usual().duration(secs(20))).await;
    let client = net.client();
    let task = client.submit(video("b08")).unwrap();
    task.accepted().await.unwrap();
    for _ in 0..5 {
        net.pass(secs(3)).await;
        net.cut().await;
    }
    let outcome = net.within(secs(60), task.outcome()).await.unwrap();
    net.assert_delivered("b08", &outcome);
    assert_eq!(net.account("b08").submitted, 1);
    assert!((3..=6).contains(&net.ledger().sockets_opened()), "{:?}", net.dials());
}

/// Five hundred clients lose a server that is away for 20 s.
#[tokio::test(start_paused = true)]
async fn w21_clients_that_were_dropped_together_do_not_come_back_together() {
    const CLIENTS: usize = 1_000;
    let net = Net::start(usual().duration(secs(30))).await;
    let tasks: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let mut rng = fastrand::Rng::with_seed(number as u64);
            let cadence = Cadence::Exponential { first: secs(3), factor: 2.0, cap: secs(10), spread: 0.2 };
            let plan = Plan::new().with_cadence(cadence).unwrap();
            let client = net.client_from(
                |transport| transport.reconnect(move || spread(rng.u64(..))),
                |builder| builder.plan(plan),
            );
            let task = client.submit(video(&format!("w21 {number}"))).unwrap();
            (client, task)
        })
        .collect();
    net.pass(secs(5)).await;
    assert_eq!(net.dials().len(), CLIENTS);
    let lost_at = net.clock.now();
    net.emulator.inject_io(IoRule::new(IoFault::Reset));
    net.pass(secs(20)).await;
    net.emulator.heal_io();
    let outcomes = net.within(secs(300), join_all(tasks.iter().map(|(_, task)| task.outcome()))).await;
    assert!(outcomes.into_iter().all(|outcome| outcome.unwrap().status() == Status::Succeeded));
    let ledger = net.ledger();
    assert_eq!((ledger.accepted(), ledger.billed()), (CLIENTS as u64, CLIENTS as u64));

    let again: Vec<Duration> = net.dials().split_off(CLIENTS);
    let mut most = 0;
    for window in (0..60_000).step_by(100) {
        let window = lost_at + millis(window)..lost_at + millis(window + 100);
        most = most.max(again.iter().filter(|at| window.contains(at)).count());
    }
    assert!(most <= CLIENTS / 5, "{most} clients within a tenth of a second");
    assert!(again.len() <= CLIENTS * 8, "{} connections for {CLIENTS} clients", again.len());
}

/// A server that takes a connection, authenticates it and drops it has not proven anything.
#[tokio::test(start_paused = true)]
async fn w21_only_a_connection_that_was_of_use_starts_the_delays_anew() {
    let net = Net::start(usual().fault(Rule::new(Action::Reset).when(|frame| frame.now < secs(120)))).await;
    let client = net.client_with(|transport| transport.reconnect(|| (0..6).map(|number| secs(1 << number))));
    let outcome = net.within(secs(600), client.run(video("w21"))).await.unwrap();
    net.assert_delivered("w21", &outcome);
    let dials = net.dials();
    assert!(dials.len() <= 9, "{dials:?}");
}
