use super::*;
use crate::TokioClock;

const HOUR: Duration = Duration::from_secs(3600);

/// Lets chunks of the given sizes come at the given seconds, and says when and why the watch gave up.
async fn watch(deadline: Duration, chunks: impl IntoIterator<Item = (u64, usize)>) -> Option<(u64, Halt)> {
    let clock = TokioClock::new();
    let mut pace = Pace::new(&clock, deadline);
    for (second, bytes) in chunks {
        if let Err(halt) = pace.wait(clock.sleep_until(Duration::from_secs(second))).await {
            return Some((clock.now().as_secs(), halt));
        }
        pace.note(bytes);
    }
    None
}

/// A chunk that never comes.
const NEVER: (u64, usize) = (u64::MAX, 0);

#[tokio::test(start_paused = true)]
async fn silence_is_cut_after_one_window() {
    assert_eq!(watch(HOUR, [NEVER]).await, Some((20, Halt::Stopped)));
}

#[tokio::test(start_paused = true)]
async fn silence_after_a_large_chunk_is_cut_one_window_later() {
    assert_eq!(watch(HOUR, [(7, 100_000), NEVER]).await, Some((27, Halt::Stopped)));
}

#[tokio::test(start_paused = true)]
async fn a_byte_every_ten_seconds_is_cut() {
    assert_eq!(watch(HOUR, (1..).map(|n| (10 * n, 1)).take(100)).await, Some((20, Halt::Stopped)));
}

#[tokio::test(start_paused = true)]
async fn a_little_more_than_a_byte_a_second_is_let_through() {
    assert_eq!(watch(HOUR, (1..).map(|n| (n, 1)).take(3000)).await, None);
    let clumped = (1..).map(|n| (19 * n, 20)).take(180);
    assert_eq!(watch(HOUR, clumped).await, None);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_even_a_body_that_moves() {
    let chunks = (1..).map(|n| (n, 1000)).take(3000);
    assert_eq!(watch(Duration::from_secs(50), chunks).await, Some((50, Halt::Late)));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_comes_before_the_window() {
    assert_eq!(watch(Duration::from_secs(5), [NEVER]).await, Some((5, Halt::Late)));
}
