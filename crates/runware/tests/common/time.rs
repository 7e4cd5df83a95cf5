//! Time that goes on only when nothing else can happen.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use runware::transport::Clock as _;
use runware::transport::testing::ManualClock;

/// How often whatever else is under way has its turn: more often than anything here needs it.
const TURNS: u32 = 100;

/// Lets time run, from one alarm to the next, until the future is done; two hours at most.
pub(crate) async fn run<T>(clock: &ManualClock, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let end = clock.now() + Duration::from_secs(7_200);
    for _ in 0..20_000 {
        // Everything that can happen now does, before time passes.
        for _ in 0..TURNS {
            let ready = std::future::poll_fn(|context| match future.as_mut().poll(context) {
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending => Poll::Ready(None),
            });
            if let Some(done) = ready.await {
                return done;
            }
            tokio::task::yield_now().await;
        }
        if let Some(wake) = clock.next_wake().filter(|wake| *wake <= end) {
            clock.advance_to(wake);
        }
    }
    panic!("the test hangs at {:?}", clock.now());
}

/// Lets this much time pass, from one alarm to the next.
pub(crate) async fn pass(clock: &ManualClock, time: Duration) {
    let end = clock.now() + time;
    settle().await;
    while let Some(wake) = clock.next_wake().filter(|wake| *wake <= end) {
        clock.advance_to(wake);
        settle().await;
    }
    clock.advance_to(end);
    settle().await;
}

/// Lets everything happen that can without time passing.
pub(crate) async fn settle() {
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
    }
}
