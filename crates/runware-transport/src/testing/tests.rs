use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::join;
use runware_types::Envelope;

use super::*;
use crate::{Attempt, Call, Clock, Delivery, ErrorKind, Reply, Transport, TransportError};

const SECOND: Duration = Duration::from_secs(1);

fn attempt(text: &'static str) -> Attempt {
    Attempt::new([Call::new(None, text)], 30 * SECOND)
}

fn scripted() -> (ManualClock, ScriptedTransport) {
    let clock = ManualClock::new();
    let transport = ScriptedTransport::new(Arc::new(clock.clone()));
    (clock, transport)
}

#[test]
fn a_sleep_ends_when_its_time_comes_and_not_before() {
    let clock = ManualClock::new();
    let mut sleep = clock.sleep_until(2 * SECOND);
    clock.advance(2 * SECOND - Duration::from_nanos(1));
    assert!((&mut sleep).now_or_never().is_none());
    clock.advance(Duration::from_nanos(1));
    assert!((&mut sleep).now_or_never().is_some());
}

#[test]
fn a_time_that_has_come_needs_no_sleep() {
    let clock = ManualClock::new();
    clock.advance(5 * SECOND);
    let sleep = clock.sleep_until(5 * SECOND);
    assert_eq!(clock.sleepers(), 0);
    assert!(sleep.now_or_never().is_some());
}

#[test]
fn a_sleep_given_up_is_forgotten() {
    let clock = ManualClock::new();
    let (first, second) = (clock.sleep_until(SECOND), clock.sleep_until(SECOND));
    assert_eq!((clock.sleepers(), clock.next_wake()), (2, Some(SECOND)));
    drop(first);
    assert_eq!((clock.sleepers(), clock.next_wake()), (1, Some(SECOND)));
    drop(second);
    assert_eq!((clock.sleepers(), clock.next_wake()), (0, None));
}

#[tokio::test]
async fn moving_the_clock_wakes_who_slept_long_enough() {
    let clock = ManualClock::new();
    let woken = AtomicUsize::new(0);
    let sleeper = |at: Duration| {
        let sleep = clock.sleep_until(at);
        let woken = &woken;
        async move {
            sleep.await;
            woken.fetch_add(1, Ordering::Relaxed)
        }
    };
    let order = futures_util::future::join3(sleeper(3 * SECOND), sleeper(SECOND), async {
        clock.advance(2 * SECOND);
        tokio::task::yield_now().await;
        assert_eq!(woken.load(Ordering::Relaxed), 1);
        assert_eq!(clock.next_wake(), Some(3 * SECOND));
        clock.advance_to(3 * SECOND);
    })
    .await;
    assert_eq!((order.0, order.1), (1, 0));
}

#[test]
fn the_clock_never_goes_back_nor_over() {
    let clock = ManualClock::new();
    clock.advance_to(5 * SECOND);
    clock.advance_to(SECOND);
    assert_eq!(clock.now(), 5 * SECOND);
    let sleep = clock.sleep_until(Duration::MAX);
    clock.advance(Duration::MAX);
    assert_eq!((clock.now(), clock.sleepers()), (Duration::MAX, 0));
    assert!(sleep.now_or_never().is_some());
}

#[tokio::test]
async fn steps_are_played_in_order_and_then_the_function_answers() {
    let (_, transport) = scripted();
    transport.push(Step::body(200, r#"{"data":[]}"#));
    transport.push(Step::body(429, r#"{"errors":[]}"#));
    transport.answer_with(|attempt| Step::body(500 + attempt.calls.len() as u16, r#"{"data":[]}"#));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let mut replies = transport.send(attempt("{}")).await.unwrap();
        statuses.push(replies.next().await.unwrap().unwrap().status);
        assert!(replies.next().await.is_none());
    }
    assert_eq!(statuses, [200, 429, 501]);
    assert_eq!(transport.steps_left(), 0);
}

#[tokio::test]
async fn attempts_are_written_down_with_their_time() {
    let (clock, transport) = scripted();
    transport.answer_with(|_| Step::body(200, r#"{"data":[]}"#));
    transport.send(attempt("1")).await.unwrap();
    clock.advance(SECOND);
    transport.send(attempt("2")).await.unwrap();
    let recorded = transport.attempts();
    assert_eq!(recorded[0], Recorded { at: Duration::ZERO, attempt: attempt("1"), is_dry_run: false });
    assert_eq!(recorded[1], Recorded { at: SECOND, attempt: attempt("2"), is_dry_run: false });
}

#[tokio::test]
async fn an_empty_script_says_so() {
    let (_, transport) = scripted();
    let error = transport.send(attempt("{}")).await.unwrap_err();
    assert!(error.is_configuration());
    assert_eq!(error.to_string(), "the script has no step for attempt 1");
}

#[tokio::test]
async fn a_body_that_is_no_envelope_fails_as_over_http() {
    let (_, transport) = scripted();
    transport.push(Step::body(502, "<html>"));
    let error = transport.send(attempt("{}")).await.unwrap_err();
    assert!(error.is_undecodable());
    assert_eq!((error.delivery(), error.status()), (Delivery::Answered, Some(502)));
}

#[tokio::test]
async fn a_failure_is_handed_out_as_it_is() {
    let (_, transport) = scripted();
    transport.push(Step::error(TransportError::new(ErrorKind::Connect, Delivery::NotSent, "refused")));
    assert!(transport.send(attempt("{}")).await.unwrap_err().is_connect());
}

#[tokio::test]
async fn an_answer_takes_its_time_and_a_time_out_comes_first() {
    for (delay, expected) in
        [(30, "answered"), (31, "no reply within 30s"), (u64::MAX, "no reply within 30s")]
    {
        let (clock, transport) = scripted();
        transport.push(Step::body(200, r#"{"data":[]}"#).after(Duration::from_secs(delay)));
        let (result, ()) = join(transport.send(attempt("{}")), async {
            assert_eq!(clock.next_wake(), Some(30 * SECOND));
            clock.advance(30 * SECOND);
        })
        .await;
        let outcome = result.map_or_else(|error| error.to_string(), |_| "answered".to_owned());
        assert_eq!(outcome, expected);
    }
}

#[tokio::test]
async fn a_closed_transport_takes_nothing() {
    let (_, transport) = scripted();
    transport.push(Step::hang());
    transport.close().await;
    let error = transport.send(attempt("{}")).await.unwrap_err();
    assert!(error.is_closed());
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!((transport.attempts().len(), transport.steps_left()), (0, 1));
}

#[tokio::test]
async fn replies_come_apart_until_the_time_out() {
    let (clock, transport) = scripted();
    let reply =
        |n: u32| Ok(Reply::new(200, Envelope::decode(format!(r#"{{"data":[{{"n":{n}}}]}}"#)).unwrap()));
    transport.push(Step::replies([reply(1), reply(2), reply(3)]).apart(20 * SECOND));
    let mut replies = transport.send(attempt("{}")).await.unwrap();
    assert!(replies.next().await.unwrap().is_ok(), "the first comes at once");
    let (second, ()) = join(replies.next(), async { clock.advance(20 * SECOND) }).await;
    assert!(second.unwrap().is_ok());
    let (third, ()) = join(replies.next(), async { clock.advance(10 * SECOND) }).await;
    assert!(third.unwrap().unwrap_err().is_timeout(), "30 s were allowed");
    assert!(replies.next().await.is_none());
}

#[tokio::test]
async fn what_nobody_waits_for_goes_to_the_first_who_asks() {
    let (_, transport) = scripted();
    let reply = Reply::new(200, Envelope::decode(r#"{"data":[]}"#).unwrap());
    (0..70).for_each(|_| transport.push_unclaimed(reply.clone()));
    let mut unclaimed = transport.take_unclaimed().unwrap();
    assert!(transport.take_unclaimed().is_none());
    transport.close().await;
    let mut kept = 0;
    while unclaimed.next().await.is_some() {
        kept += 1;
    }
    assert_eq!(kept, 64);
}

const IDLE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_stream_comes_in_its_pieces_at_its_times() {
    let (clock, transport) = scripted();
    transport.push(Step::stream([(Duration::ZERO, "a"), (3 * SECOND, "b")]).after(SECOND));
    let (reply, ()) = join(transport.open_stream(attempt("{}"), IDLE), async { clock.advance(SECOND) }).await;
    let mut reply = reply.unwrap();
    assert_eq!((reply.status, transport.open_bodies()), (200, 1));
    assert_eq!(reply.next_chunk().await.unwrap().unwrap(), "a");
    let (piece, ()) = join(reply.next_chunk(), async {
        assert_eq!(clock.next_wake(), Some(4 * SECOND));
        clock.advance(3 * SECOND);
    })
    .await;
    assert_eq!(piece.unwrap().unwrap(), "b");
    assert!(reply.next_chunk().await.is_none());
    assert_eq!(transport.open_bodies(), 0);
}

#[tokio::test]
async fn a_stream_ends_as_the_script_says_or_with_a_time_out() {
    for (step, wake, expected) in [
        (Step::stream([(SECOND, "a")]).silent(), 1 + 5, "the reply stood still for 5s"),
        (Step::stream([(SECOND, "a"), (6 * SECOND, "b")]), 1 + 5, "the reply stood still for 5s"),
        (
            Step::stream([(SECOND, "a")]).breaking(TransportError::new(
                ErrorKind::Interrupted,
                Delivery::MaybeSent,
                "reset",
            )),
            1,
            "reset",
        ),
    ] {
        let (clock, transport) = scripted();
        transport.push(step);
        let mut reply = transport.open_stream(attempt("{}"), IDLE).await.unwrap();
        let (piece, ()) = join(reply.next_chunk(), async { clock.advance(SECOND) }).await;
        assert_eq!(piece.unwrap().unwrap(), "a");
        let (error, ()) = join(reply.next_chunk(), async { clock.advance_to(wake * SECOND) }).await;
        assert_eq!(error.unwrap().unwrap_err().to_string(), expected);
        assert_eq!(clock.now(), wake * SECOND);
    }
}

#[tokio::test]
async fn a_whole_answer_is_a_stream_of_one_piece_and_a_stream_is_no_whole_answer() {
    let (_, transport) = scripted();
    transport.push(Step::body(401, r#"{"errors":[]}"#));
    let mut reply = transport.open_stream(attempt("{}"), IDLE).await.unwrap();
    assert_eq!(reply.status, 401);
    assert_eq!(reply.next_chunk().await.unwrap().unwrap(), r#"{"errors":[]}"#);
    transport.push(Step::stream([(Duration::ZERO, "a")]));
    assert!(transport.send(attempt("{}")).await.unwrap_err().is_configuration());
}

#[tokio::test]
async fn a_stream_that_does_not_begin_ends_with_the_shorter_time_out() {
    let (clock, transport) = scripted();
    transport.push(Step::hang());
    let (result, ()) = join(transport.open_stream(attempt("{}"), IDLE), async {
        assert_eq!(clock.next_wake(), Some(IDLE));
        clock.advance(IDLE);
    })
    .await;
    assert_eq!(result.unwrap_err().to_string(), "no reply within 5s");
}

#[tokio::test]
async fn a_dry_run_takes_a_step_and_is_written_down_as_one() {
    let (_, transport) = scripted();
    transport.push(Step::body(200, r#"{"data":[{"cost":0.1}]}"#));
    let mut replies = transport.dry_run(attempt("1")).await.unwrap();
    assert_eq!(replies.next().await.unwrap().unwrap().envelope.items.len(), 1);
    assert!(transport.attempts()[0].is_dry_run);
}

/// A transport that knows of nothing but sending.
#[derive(Debug)]
struct Plain(ScriptedTransport);

#[async_trait]
impl Transport for Plain {
    async fn send(&self, attempt: Attempt) -> Result<crate::Replies, TransportError> {
        self.0.send(attempt).await
    }
}

#[tokio::test]
async fn a_transport_that_knows_no_dry_runs_buys_nothing_by_one() {
    let (_, transport) = scripted();
    transport.push(Step::body(200, "{}"));
    let error = Plain(transport.clone()).dry_run(attempt("1")).await.unwrap_err();
    assert!(error.is_configuration() && error.delivery() == Delivery::NotSent, "{error}");
    assert_eq!((transport.attempts().len(), transport.steps_left()), (0, 1));
}
