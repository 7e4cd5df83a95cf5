use std::sync::Mutex;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::watch;

use super::*;
use crate::core::Core;
use crate::fault::IoRule;
use crate::options::Options;
use crate::server::Guard;
use crate::server::clock::TokioClock;

/// The server's part that connections need, and what stops it.
fn server(rules: Vec<IoRule>) -> (Arc<Shared>, watch::Sender<bool>) {
    let (stop, stopped) = watch::channel(false);
    let shared = Shared {
        core: Mutex::new(Core::new(Options::new())),
        clock: Arc::new(TokioClock::start()),
        guard: Guard::new([127, 0, 0, 1].into(), false),
        lines: Lines::new(rules),
        stop: stopped,
        roused: tokio::sync::Notify::new(),
    };
    (Arc::new(shared), stop)
}

/// The server's end of a new connection, the other end, and whether it is to be reset.
fn connect(shared: &Arc<Shared>) -> (FaultyIo<DuplexStream>, DuplexStream, Arc<AtomicBool>) {
    let (ours, theirs) = duplex(1_024);
    let reset = Arc::new(AtomicBool::new(false));
    (FaultyIo::new(ours, shared.lines.open(), Arc::clone(&reset), Arc::clone(shared)), theirs, reset)
}

async fn read(peer: &mut DuplexStream, count: usize) -> String {
    let mut bytes = vec![0; count];
    peer.read_exact(&mut bytes).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test(start_paused = true)]
async fn bytes_drip_by_the_clock() {
    let drip = IoFault::Drip { bytes: 2, every: Duration::from_secs(3) };
    let (shared, _stop) = server(vec![IoRule::new(drip).after(4)]);
    let (mut io, mut peer, _) = connect(&shared);
    let writing = async { io.write_all(b"ABCDabcde").await.unwrap() };
    let reading = async {
        let mut seen = Vec::new();
        for count in [4, 2, 2, 1] {
            seen.push((read(&mut peer, count).await, shared.clock.now().as_secs()));
        }
        seen
    };
    let ((), seen) = tokio::join!(writing, reading);
    assert_eq!(seen, [("ABCD", 0), ("ab", 0), ("cd", 3), ("e", 6)].map(|(text, at)| (text.to_owned(), at)));
}

#[tokio::test(start_paused = true)]
async fn a_fault_strikes_after_exactly_so_many_bytes() {
    for fault in [IoFault::Reset, IoFault::Truncate, IoFault::Stall, IoFault::HalfOpen] {
        for when_writing in [false, true] {
            let rule = IoRule::new(fault).after(5);
            let (shared, _stop) = server(vec![if when_writing { rule.when_writing() } else { rule }]);
            let (mut io, mut peer, reset) = connect(&shared);
            peer.write_all(b"?").await.unwrap();
            io.write_all(b"12345").await.unwrap();
            // One that has struck shows in reading already, where it shows there at all.
            let shown = match fault {
                _ if when_writing => true,
                IoFault::Reset => io.read_u8().await.is_err(),
                IoFault::Truncate | IoFault::HalfOpen => io.read_u8().now_or_never().is_none(),
                _ => io.read_u8().await.is_ok(),
            };
            assert!(shown, "{fault:?}");
            let written = io.write_all(b"67").now_or_never();
            let expected = match fault {
                IoFault::Reset => Some(false),
                IoFault::Truncate => Some(true),
                _ => None,
            };
            assert_eq!(written.map(|result| result.is_ok()), expected, "{fault:?}");
            assert_eq!(reset.load(Ordering::Relaxed), fault == IoFault::Reset);
            drop(io);
            let mut seen = String::new();
            peer.read_to_string(&mut seen).await.unwrap();
            assert_eq!(seen, "12345", "{fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn rules_choose_connections_by_number() {
    let rules = vec![
        IoRule::new(IoFault::Stall).nth(2),
        IoRule::new(IoFault::Truncate).first(3),
        IoRule::new(IoFault::HalfOpen).nth(5),
    ];
    let (shared, _stop) = server(rules);
    let struck: Vec<_> = (1..=5).map(|_| connect(&shared).0.line.struck()).collect();
    assert_eq!(
        struck,
        [
            Some(IoFault::Truncate),
            Some(IoFault::Stall),
            Some(IoFault::Truncate),
            None,
            Some(IoFault::HalfOpen)
        ]
    );
    assert_eq!(shared.lines.accepted(), 5);
}

#[tokio::test(start_paused = true)]
async fn an_open_connection_is_struck_and_healed_while_it_waits() {
    let (shared, _stop) = server(Vec::new());
    let (mut io, mut peer, _) = connect(&shared);
    io.write_all(b"before").await.unwrap();
    let mut reading = tokio::spawn(async move { (io.read_u8().await, io) });
    tokio::task::yield_now().await;
    shared.lines.inject(IoRule::new(IoFault::HalfOpen).nth(1));
    peer.write_all(b"!").await.unwrap();
    tokio::task::yield_now().await;
    assert!((&mut reading).now_or_never().is_none());
    shared.lines.heal();
    let (byte, mut io) = reading.await.unwrap();
    assert_eq!(byte.unwrap(), b'!');

    shared.lines.inject(IoRule::new(IoFault::Reset).nth(1).after(3));
    assert!(io.write_all(b"and after").await.is_err());
    drop(io);
    let mut seen = String::new();
    peer.read_to_string(&mut seen).await.unwrap();
    assert_eq!(seen, "beforeand", "bytes count from when the rule was added");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_server_ends_every_wait() {
    let drip = IoFault::Drip { bytes: 1, every: Duration::from_secs(3_600) };
    for fault in [IoFault::Stall, IoFault::HalfOpen, drip, IoFault::Truncate] {
        let (shared, stop) = server(vec![IoRule::new(fault)]);
        let (mut io, _peer, _) = connect(&shared);
        let mut writing = Box::pin(async {
            // A truncated connection takes whatever is written to it.
            let written = io.write_all(b"12").await.is_ok();
            (written, io.shutdown().await)
        });
        let waits = (&mut writing).now_or_never().is_none();
        assert_eq!(waits, fault != IoFault::Truncate, "{fault:?}");
        if waits {
            stop.send(true).unwrap();
            assert!(!writing.await.0, "{fault:?}");
        }
    }
}
