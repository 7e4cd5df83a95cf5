//! Each fault of a connection below HTTP, within each answer of a conversation, over each transport.
//!
//! Whatever befalls the first connection and wherever it does, the task is bought once, and its result comes in time.
//! Over a WebSocket time is virtual. HTTP goes over real connections, by clocks that are fast, and all rows at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use runware::{Client, Status};
use runware_emulator::{Action, Emulator, IoFault, IoRule, Options, RequestKind, Rule};

use crate::harness::{millis, secs, video};
use crate::haste::{self, Haste};
use crate::websocket::{Net, assert_bought_once, within};

/// A third of a second for a head, and less for a frame.
const SLOWLY: IoFault = IoFault::Drip { bytes: 7, every: millis(10) };

/// So slowly that no answer comes to its end in time.
const TOO_SLOWLY: IoFault = IoFault::Drip { bytes: 1, every: secs(2) };

/// What of an answer gets through before: not a byte, a byte, a part of what it says.
const CUTS: [u64; 3] = [0, 1, 30];

/// The answers of a conversation over a WebSocket. Over HTTP, there are the last two of them.
const ANSWERS: [RequestKind; 4] =
    [RequestKind::Upgrade, RequestKind::Authenticate, RequestKind::Submit, RequestKind::Status];

/// One row of the table.
#[derive(Clone, Copy, Debug)]
struct Row {
    fault: IoFault,
    /// Within the first answer to this.
    within: RequestKind,
    /// After so many bytes of it.
    after: u64,
}

impl Row {
    fn all(fault: IoFault, answers: &[RequestKind]) -> impl Iterator<Item = Self> {
        answers.iter().flat_map(move |&within| CUTS.map(|after| Self { fault, within, after }))
    }

    /// Has the newest connection go wrong when it comes to that.
    fn arm(self, emulator: &Arc<Emulator>) {
        let is_over = AtomicBool::new(false);
        // The emulator holds its rules.
        let server = Arc::downgrade(emulator);
        let rule = Rule::new(Action::Reset).kind(self.within).when(move |_| {
            if !is_over.swap(true, Ordering::Relaxed)
                && let Some(server) = server.upgrade()
            {
                let rule = IoRule::new(self.fault).nth(server.connections()).after(self.after);
                server.inject_io(if self.after == 0 { rule.when_writing() } else { rule });
            }
            // The request itself is like any other.
            false
        });
        emulator.inject(rule);
    }
}

fn usual() -> Options {
    Options::new().seed(1).duration(secs(5))
}

/// Plays each row over a WebSocket. There are so many connections in all, and the task takes so long at most.
async fn over_websocket(fault: IoFault, connections: u64, at_most: impl Fn(RequestKind) -> Duration) {
    for row in Row::all(fault, &ANSWERS) {
        let net = Net::start(usual()).await;
        row.arm(&net.emulator);
        let client = net.client();
        let outcome = net.within(secs(600), client.run(video("io"))).await.unwrap();
        net.assert_delivered("io", &outcome);
        assert!(outcome.elapsed() <= at_most(row.within), "{row:?}: {:?}", outcome.elapsed());
        assert_eq!(net.emulator.connections(), connections, "{row:?}");
        net.within(secs(2), client.close()).await;
    }
}

/// Plays all rows over HTTP at once.
async fn over_http(faults: &[IoFault], connections: u64, at_most: Duration) {
    let rows = faults.iter().flat_map(|fault| Row::all(*fault, &[RequestKind::Submit, RequestKind::Status]));
    let rows = rows.map(async |row| {
        let clock = Haste::new(25);
        let emulator = Arc::new(haste::start(clock, usual()).await);
        row.arm(&emulator);
        let builder = Client::builder().api_key("test-key").base_url(emulator.http_url());
        let client = builder.clock(Arc::new(clock)).seed(7).build().unwrap();
        let outcome = within(&clock, secs(600), client.run(video("io"))).await.unwrap();
        assert_eq!(
            (outcome.status(), outcome.results().len()),
            (Status::Succeeded, 1),
            "{row:?} {outcome:?}"
        );
        assert_bought_once(&emulator.ledger(), "io");
        assert!(outcome.elapsed() <= at_most, "{row:?}: {:?}", outcome.elapsed());
        assert_eq!(emulator.connections(), connections, "{row:?}");
        within(&clock, secs(20), client.close()).await;
    });
    join_all(rows).await;
}

#[tokio::test(start_paused = true)]
async fn w12_a_socket_that_is_reset_or_ends_within_any_answer_costs_nothing() {
    for fault in [IoFault::Reset, IoFault::Truncate] {
        over_websocket(fault, 2, |_| secs(8)).await;
    }
}

/// Before it is authenticated, there is a time for each step; afterwards, 45 s from a ping.
#[tokio::test(start_paused = true)]
async fn w09_a_socket_that_falls_silent_within_any_answer_is_left_in_time() {
    for fault in [IoFault::Stall, IoFault::HalfOpen, TOO_SLOWLY] {
        let at_most = |within| match within {
            RequestKind::Upgrade => secs(20),
            RequestKind::Authenticate => secs(25),
            _ => secs(85),
        };
        over_websocket(fault, 2, at_most).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_socket_is_kept() {
    over_websocket(SLOWLY, 1, |_| secs(10)).await;
}

#[tokio::test]
async fn a_connection_that_is_reset_or_ends_within_any_reply_costs_nothing() {
    over_http(&[IoFault::Reset, IoFault::Truncate], 2, secs(30)).await;
}

/// The time-out of a request ends it.
#[tokio::test]
async fn a_connection_that_falls_silent_within_any_reply_is_left_in_time() {
    over_http(&[IoFault::Stall, IoFault::HalfOpen, TOO_SLOWLY], 2, secs(60)).await;
}

#[tokio::test]
async fn a_slow_connection_is_kept() {
    over_http(&[SLOWLY], 1, secs(30)).await;
}
