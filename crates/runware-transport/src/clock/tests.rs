use super::*;

#[tokio::test(start_paused = true)]
async fn sleeping_takes_exactly_the_time_asked_for() {
    let clock = TokioClock::new();
    clock.sleep_until(Duration::from_secs(3600)).await;
    assert_eq!(clock.now(), Duration::from_secs(3600));
}

#[tokio::test(start_paused = true)]
async fn a_time_already_reached_does_not_wait() {
    let clock = TokioClock::new();
    clock.sleep_until(Duration::from_secs(2)).await;
    clock.sleep_until(Duration::from_secs(1)).await;
    assert_eq!(clock.now(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_time_no_instant_can_hold_is_never_reached() {
    let clock = TokioClock::new();
    let never = clock.sleep_until(Duration::MAX);
    let soon = clock.sleep_until(Duration::from_secs(1));
    let first = futures_util::future::select(never, soon).await;
    assert!(matches!(first, futures_util::future::Either::Right(_)));
}

#[test]
fn a_clock_and_its_sleeps_can_be_made_outside_a_runtime() {
    let clock = TokioClock::new();
    drop(clock.sleep_until(Duration::from_secs(1)));
}
