use proptest::prelude::*;
use runware_poll::{Quota, Retry};

#[test]
fn a_hundred_retries_or_fifty_after_timeouts() {
    for (retry, most) in [(Retry::AfterFault, 100), (Retry::AfterTimeout, 50)] {
        let mut quota = Quota::default();
        assert_eq!(quota.available(), 500);
        let allowed = (0..10_000).filter(|_| quota.try_spend(retry)).count();
        assert_eq!(allowed, most, "{retry:?}");
    }
}

#[test]
fn success_fills_up_to_the_brim() {
    let mut quota = Quota::new(10);
    quota.success();
    assert_eq!(quota.available(), 10);
    assert!(quota.try_spend(Retry::AfterTimeout));
    for _ in 0..20 {
        quota.success();
    }
    assert_eq!(quota.available(), 10);
    assert!(!Quota::new(0).try_spend(Retry::AfterFault));
}

#[test]
fn a_refusal_costs_nothing() {
    let mut quota = Quota::new(9);
    assert!(!quota.try_spend(Retry::AfterTimeout));
    assert_eq!(quota.available(), 9);
}

proptest! {
    /// Retries never exceed what the capacity and the successes so far pay for, in any stretch of calls.
    #[test]
    fn retries_are_paid_for(calls in prop::collection::vec(0..3, 0..600), capacity in 0_u32..200) {
        let mut quota = Quota::new(capacity);
        let mut tokens = capacity;
        for call in calls {
            let price = match call {
                0 => {
                    quota.success();
                    tokens = capacity.min(tokens + 1);
                    continue;
                }
                1 => (Retry::AfterFault, 5),
                _ => (Retry::AfterTimeout, 10),
            };
            let allowed = quota.try_spend(price.0);
            prop_assert_eq!(allowed, tokens >= price.1);
            tokens -= if allowed { price.1 } else { 0 };
            prop_assert_eq!(quota.available(), tokens);
        }
    }
}
