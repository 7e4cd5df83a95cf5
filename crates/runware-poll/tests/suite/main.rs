//! The suite: exact timelines, and property tests against reference models. No test reads a clock.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod backoff;
mod batch_limit;
mod collector;
mod collector_model;
mod fairness;
mod herd;
mod learned;
mod memory;
mod pacer;
mod plan;
mod poll;
mod poll_bounds;
mod poll_model;
mod quota;
mod scale;
mod scheduler;
mod scheduler_blocked;
mod scheduler_bounds;
mod scheduler_refused;
mod tick;
mod world;

use std::time::Duration;

use runware_poll::{Backoff, Cadence, Jitter, Plan, Tick};

/// A moment in milliseconds after the origin.
const fn at(millis: u64) -> Tick {
    Tick::from_millis(millis)
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn millis(moment: Tick) -> u64 {
    u64::try_from(moment.since_origin().as_millis()).unwrap()
}

/// The default plan with all chance taken out.
fn even_plan() -> Plan {
    let cadence = Cadence::Exponential { first: secs(1), factor: 1.5, cap: secs(10), spread: 0.0 };
    let recovery = Backoff::exponential(ms(500), 2.0, secs(10)).jitter(Jitter::None);
    Plan::new().with_cadence(cadence).unwrap().with_recovery(recovery).unwrap()
}

/// The most looks that the default cadence allows within a time since the start.
fn most_polls(elapsed: Duration) -> u64 {
    let opening = [800, 2_000, 3_800, 6_500, 10_550, 16_625].map(ms);
    let opened = opening.into_iter().filter(|look| *look <= elapsed).count() as u64;
    let steady = elapsed.saturating_sub(ms(16_625)).as_secs() / 8;
    opened + steady
}

#[test]
fn most_polls_is_the_published_bound() {
    for (seconds, polls) in [(10, 4), (60, 11), (300, 41), (600, 78), (1_200, 153)] {
        assert_eq!(most_polls(secs(seconds)), polls, "after {seconds} s");
    }
}
