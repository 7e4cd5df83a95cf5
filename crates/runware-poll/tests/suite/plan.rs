use std::time::Duration;

use runware_poll::{Backoff, Cadence, InvalidPlan, Plan, Poll};

use crate::{ms, secs};

#[test]
fn defaults() {
    let plan = Plan::default();
    assert_eq!(plan, Plan::new());
    let cadence = Cadence::Learned { worth: ms(400), floor: secs(1), cap: secs(15) };
    assert_eq!((plan.cadence(), Cadence::default(), Cadence::learned()), (&cadence, cadence, cadence));
    let exponential = Cadence::Exponential { first: secs(1), factor: 1.5, cap: secs(10), spread: 0.2 };
    assert_eq!(Cadence::exponential(), exponential);
    assert_eq!(plan.deadline(), secs(1_200));
    assert_eq!(plan.grace(), secs(60));
    assert_eq!(plan.query_timeout(), secs(10));
    let recovery: Vec<_> = plan.recovery().delays(0).take(6).collect();
    for (delay, full) in recovery.into_iter().zip([500, 1_000, 2_000, 4_000, 8_000, 10_000].map(ms)) {
        assert!(full / 2 <= delay && delay <= full);
    }
}

#[test]
fn refuses_what_cannot_work_and_names_it() {
    let cadence = |first: u64, factor, cap: u64, spread| {
        let cadence = Cadence::Exponential { first: ms(first), factor, cap: ms(cap), spread };
        Plan::new().with_cadence(cadence).map(|plan| *plan.cadence())
    };
    let refused = |result: Result<Cadence, InvalidPlan>| result.unwrap_err().to_string();

    assert!(cadence(1, 1.0, 1, 0.0).is_ok());
    assert!(cadence(1_000, 3.0, 60_000, 0.5).is_ok());
    assert_eq!(refused(cadence(0, 1.5, 10_000, 0.2)), "`cadence.first` is 0ns; it must be at least 1ms");
    for (factor, shown) in
        [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (0.0, "0"), (0.99, "0.99"), (-1.5, "-1.5")]
    {
        let message = format!("`cadence.factor` is {shown}; it must be a finite number, at least 1");
        assert_eq!(refused(cadence(1_000, factor, 10_000, 0.2)), message);
    }
    assert_eq!(
        refused(cadence(1_000, 1.5, 0, 0.2)),
        "`cadence.cap` is 0ns; it must be at least `cadence.first`, which is 1s"
    );
    for (spread, shown) in [(f64::NAN, "NaN"), (-0.1, "-0.1"), (0.51, "0.51"), (1.0, "1")] {
        let message = format!("`cadence.spread` is {shown}; it must be 0 to 0.5");
        assert_eq!(refused(cadence(1_000, 1.5, 10_000, spread)), message);
    }

    for recovery in [Backoff::constant(Duration::ZERO), Backoff::exponential(secs(1), 2.0, Duration::ZERO)] {
        let error = Plan::new().with_recovery(recovery).unwrap_err();
        assert_eq!(error.to_string(), "`recovery` is at most 0ns; it must be longer than 0s");
        assert_eq!(error.field(), "recovery");
    }
    let error = Plan::new().with_query_timeout(Duration::ZERO).unwrap_err();
    assert_eq!(error.to_string(), "`query_timeout` is 0ns; it must be longer than 0s");
}

#[test]
fn a_poll_is_small() {
    assert!(size_of::<Poll>() <= 200, "{} bytes", size_of::<Poll>());
}
