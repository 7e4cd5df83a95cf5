//! Calls from everywhere at once.

use std::future::Future;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use runware::journal::{Begun, Fact, Journal, Note};
use runware::transport::{Clock, TokioClock};
use runware_journal::Filter;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::world::{Now, Place, intent};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_come_together_are_synced_together() {
    let place = Place::new();
    let journal = place.open();
    let before = journal.check().unwrap().sequence;
    let mut calls = JoinSet::new();
    for number in 0..300 {
        let journal = journal.clone();
        calls.spawn(async move {
            let begun = journal.begin(vec![intent(number)]).await.unwrap();
            let [Begun::New(ticket)] = *begun else { panic!("{begun:?}") };
            journal.record(vec![Note { ticket, fact: Fact::Accepted }]).await.unwrap();
        });
    }
    calls.join_all().await;
    let health = journal.check().unwrap();
    assert_eq!(health.counts.open, 300);
    assert!(journal.list(&Filter::new()).unwrap().iter().all(|listed| listed.is_accepted));
    assert!(health.sequence - before <= 600, "at least those that wait share: {}", health.sequence - before);
}

#[tokio::test(start_paused = true)]
async fn the_paused_clock_of_a_test_stands_still_meanwhile() {
    let place = Place::new();
    let journal = place.open();
    let clock = TokioClock::new();
    let alarm = tokio::spawn(clock.sleep_until(Duration::from_millis(1)));
    for number in 0..20 {
        journal.begin(vec![intent(number)]).await.unwrap();
    }
    assert_eq!(clock.now(), Duration::ZERO, "the disk takes no time");
    assert!(!alarm.is_finished());
}

#[test]
fn a_runtime_that_ends_takes_nobody_else_with_it() {
    let place = Place::new();
    let journal = place.open();
    for number in 0..20 {
        let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let clone = journal.clone();
        runtime.spawn(async move { clone.begin(vec![intent(number)]).await });
        runtime.shutdown_background();
    }
    // Whatever became of those: the journal goes on, in another runtime and without one.
    let runtime = Builder::new_current_thread().build().unwrap();
    let begun = runtime.block_on(journal.begin(vec![intent(100)])).unwrap();
    assert!(matches!(*begun, [Begun::New(_)]));
    journal.ticket(intent(101));
    journal.check().unwrap();
}

#[test]
fn what_is_asked_for_while_the_runtime_ends_is_written_all_the_same() {
    let place = Place::new();
    let journal = place.open();
    let ended = Builder::new_current_thread().build().unwrap();
    let handle = ended.handle().clone();
    ended.shutdown_background();
    let mut call = Box::pin(journal.begin(vec![intent(0)]));
    let looked = {
        let _entered = handle.enter();
        call.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    };
    let begun = match looked {
        Poll::Ready(begun) => begun,
        Poll::Pending => Builder::new_current_thread().build().unwrap().block_on(call),
    };
    assert!(matches!(*begun.unwrap(), [Begun::New(_)]));
}
