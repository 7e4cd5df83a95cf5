use std::time::Duration;

use runware_poll::Tick;

use crate::{at, ms};

#[test]
fn converts_and_counts() {
    assert_eq!(Tick::ZERO, Tick::from_duration(Duration::ZERO));
    assert_eq!(Tick::from_duration(Duration::from_nanos(1_500)).since_origin(), Duration::from_nanos(1_500));
    assert_eq!(at(1_000) + ms(500), at(1_500));
    assert_eq!(at(1_500).duration_since(at(1_000)), ms(500));
    assert_eq!(format!("{:?}", at(1_500)), "Tick(1.5s)");
}

#[test]
fn saturates_at_both_ends() {
    assert_eq!(Tick::from_duration(Duration::MAX), Tick::MAX);
    assert_eq!(Tick::from_millis(u64::MAX), Tick::MAX);
    assert_eq!(Tick::MAX + Duration::from_nanos(1), Tick::MAX);
    assert_eq!(at(1) + Duration::MAX, Tick::MAX);
    assert_eq!(at(1).duration_since(at(2)), Duration::ZERO);
}
