//! Many tasks while nothing may be asked: who comes first afterwards, what it costs, and what goes on.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use proptest::prelude::*;
use runware_poll::{Cadence, Ending, Limits, Next, Plan, Poll, Scheduler, Seen, Tick};

use crate::{at, even_plan, ms, secs};

/// A plan with gaps of the same length.
fn steady(gap: std::time::Duration) -> Arc<Plan> {
    let cadence = Cadence::Exponential { first: gap, factor: 1.0, cap: gap, spread: 0.0 };
    Arc::new(Plan::new().with_cadence(cadence).unwrap())
}

#[test]
fn nothing_is_asked_while_blocked() {
    let mut scheduler = Scheduler::new(Limits::default());
    scheduler.insert(1, Poll::new(even_plan(), 0, at(0)), at(0));
    scheduler.insert(2, Poll::resumed(even_plan().with_deadline(secs(7)), 0, at(0)), at(0));
    let silent = even_plan().with_grace(std::time::Duration::ZERO).with_deadline(secs(600));
    scheduler.insert(3, Poll::resumed(silent, 0, at(0)), at(0));
    scheduler.poll_mut(&3).unwrap().observed(at(0), Seen::Unknown);
    scheduler.block(true);
    assert_eq!(scheduler.next(at(0)), Next::Wait { until: at(7_000) }, "only deadlines wake");
    assert_eq!(scheduler.next(at(5_000)), Next::Wait { until: at(7_000) });
    scheduler.observed(&1, at(6_000), Seen::Settled);
    assert_eq!(scheduler.next(at(6_000)), Next::Finished(1, Ending::Settled));
    assert_eq!(scheduler.next(at(7_000)), Next::Finished(2, Ending::Deadline), "on the tick");
    assert_eq!(scheduler.next(at(7_000)), Next::Wait { until: at(600_000) });
    scheduler.block(false);
    assert_eq!(scheduler.next(at(8_000)), Next::Question(3));
    scheduler.block(true);
    scheduler.remove(&3);
    assert_eq!(scheduler.next(at(8_000)), Next::Idle);
}

#[test]
fn a_block_ends_no_pause() {
    let mut scheduler = Scheduler::new(Limits::default());
    scheduler.insert(1, Poll::resumed(even_plan(), 0, at(0)), at(0));
    scheduler.pause(at(3_000));
    scheduler.block(true);
    assert_eq!(scheduler.next(at(0)), Next::Wait { until: at(1_200_000) });
    scheduler.block(false);
    assert_eq!(scheduler.next(at(0)), Next::Wait { until: at(3_000) });
    scheduler.block(true);
    assert_eq!(scheduler.next(at(3_000)), Next::Wait { until: at(1_200_000) });
    scheduler.block(false);
    assert_eq!(scheduler.next(at(3_000)), Next::Send(vec![1]));
}

#[test]
fn a_pause_wakes_for_what_is_due_after_it() {
    let mut scheduler = Scheduler::new(Limits::default());
    scheduler.insert(1, Poll::new(even_plan(), 0, at(0)), at(0));
    scheduler.pause(at(400));
    assert_eq!(scheduler.next(at(0)), Next::Wait { until: at(1_000) }, "nothing is held back");
    scheduler.pause(at(5_000));
    assert_eq!(scheduler.next(at(0)), Next::Wait { until: at(5_000) });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Fast and slow tasks, old ones and new ones, some of them long at work when the block begins: in whatever order
    /// they came, those that are overdue longest go first.
    #[test]
    fn who_is_overdue_longest_goes_first(
        tasks in prop::collection::vec((1_u64..60, 0_u64..90_000), 2..400),
        blocked_at in 0_u64..60_000,
        batch in 1_usize..120,
    ) {
        let plans: Vec<_> = (0..60).map(|gap| steady(secs(gap.max(1)))).collect();
        let mut scheduler = Scheduler::new(Limits { batch, ..Limits::default() });
        let (before, after): (Vec<_>, Vec<_>) =
            (0_u32..).zip(&tasks).partition(|(_, (_, started))| *started <= blocked_at);
        let insert = |scheduler: &mut Scheduler<u32>, key, (gap, started): (u64, u64)| {
            let plan = Arc::clone(&plans[gap as usize]);
            scheduler.insert(key, Poll::new(plan, 0, at(started)), at(started));
        };
        let mut now = Tick::ZERO;
        for (key, task) in before {
            insert(&mut scheduler, key, *task);
        }
        while now < at(blocked_at) {
            match scheduler.next(now) {
                Next::Send(keys) => keys.iter().for_each(|key| scheduler.observed(key, now, Seen::Running)),
                Next::Wait { until } => now = until.min(at(blocked_at)),
                Next::Idle => now = at(blocked_at),
                other => prop_assert!(false, "{other:?}"),
            }
        }
        scheduler.block(true);
        for (key, task) in after {
            insert(&mut scheduler, key, *task);
            let wait = matches!(scheduler.next(at(task.1)), Next::Wait { .. });
            prop_assert!(wait);
        }
        scheduler.block(false);

        let now = at(155_000);
        let due_of = |scheduler: &Scheduler<u32>, key| scheduler.poll(&key).unwrap().due();
        let due_at: Vec<_> = (0_u32..).zip(&tasks).map(|(key, _)| due_of(&scheduler, key)).collect();
        let mut asked = Vec::new();
        while let Next::Send(keys) = scheduler.next(now) {
            prop_assert!(keys.len() <= batch);
            asked.extend(keys.iter().map(|key| due_at[*key as usize]));
        }
        let mut due = due_at;
        due.sort_unstable();
        due.retain(|due| *due <= now);
        prop_assert_eq!(asked, due);
    }
}

thread_local!(static TOUCHED: Cell<u64> = const { Cell::new(0) });

/// A key that counts how often it is hashed, compared or cloned.
#[derive(Debug)]
struct Key(u32);

impl Clone for Key {
    fn clone(&self) -> Self {
        TOUCHED.set(TOUCHED.get() + 1);
        Self(self.0)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        TOUCHED.set(TOUCHED.get() + 1);
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        TOUCHED.set(TOUCHED.get() + 1);
        self.0.hash(state);
    }
}

#[test]
fn a_pause_with_a_hundred_thousand_due_tasks_costs_nothing() {
    let (count, plan) = (100_000, Arc::new(even_plan()));
    let mut scheduler = Scheduler::new(Limits::default());
    for key in 0..count {
        // A thousand of them reach their deadline meanwhile.
        let deadline = if key % 100 == 0 { ms(10_000 + u64::from(key) / 100) } else { secs(600) };
        let plan = if key % 100 == 0 {
            Arc::new((*plan).clone().with_deadline(deadline))
        } else {
            Arc::clone(&plan)
        };
        scheduler.insert(Key(key), Poll::new(plan, 0, Tick::ZERO), Tick::ZERO);
    }
    scheduler.pause(at(20_000));
    TOUCHED.take();
    let mut over = 0;
    for moment in 10_000..11_000 {
        match scheduler.next(at(moment)) {
            Next::Finished(key, Ending::Deadline) => {
                assert_eq!(u64::from(key.0), (moment - 10_000) * 100, "on the tick");
                over += 1;
            }
            other => panic!("{other:?} at {moment} ms"),
        }
        let until = if moment < 10_999 { at(moment + 1) } else { at(20_000) };
        assert_eq!(scheduler.next(at(moment)), Next::Wait { until });
    }
    assert_eq!(over, 1_000);
    assert!(TOUCHED.take() <= 2 * over, "the tasks that are over, and no others");
}

#[test]
fn all_that_are_due_at_one_moment_go_out_in_as_many_requests_as_needed() {
    let (count, plan) = (100_000_u32, Arc::new(even_plan()));
    let mut scheduler = Scheduler::new(Limits::default());
    for key in 0..count {
        scheduler.insert(Key(key), Poll::resumed(Arc::clone(&plan), 0, Tick::ZERO), Tick::ZERO);
    }
    TOUCHED.take();
    let mut asked = Vec::new();
    while let Next::Send(keys) = scheduler.next(Tick::ZERO) {
        assert_eq!(keys.len(), 100);
        asked.extend(keys.iter().map(|key| key.0));
    }
    assert!(asked.iter().copied().eq(0..count), "first come, first served");
    assert_eq!(TOUCHED.take(), u64::from(count), "each key is given out once, and not looked up");
}

#[test]
fn company_holds_a_query_back_by_the_window_at_most() {
    // Every 10 ms somebody falls due: the first waits for those of the next 50 ms, and for nobody else.
    let mut scheduler = Scheduler::new(Limits::default());
    let plan = steady(secs(1));
    for key in 0_u32..1_000 {
        scheduler.insert(key, Poll::new(Arc::clone(&plan), 0, at(u64::from(key) * 10)), Tick::ZERO);
    }
    let (mut now, mut longest, mut requests) = (Tick::ZERO, ms(0), 0);
    while now <= at(60_000) {
        let due: Vec<_> = (0..1_000).map(|key| scheduler.poll(&key).unwrap().due()).collect();
        match scheduler.next(now) {
            Next::Send(keys) => {
                requests += 1;
                for key in &keys {
                    longest = longest.max(now.duration_since(due[*key as usize]));
                    scheduler.observed(key, now, Seen::Running);
                }
            }
            Next::Wait { until } => now = until,
            other => panic!("{other:?}"),
        }
    }
    assert!(requests > 500, "{requests}");
    assert_eq!(longest, ms(50));

    let mut alone = Scheduler::new(Limits::default());
    alone.insert(1, Poll::new(plan, 0, at(0)), at(0));
    assert_eq!(alone.next(at(0)), Next::Wait { until: at(1_000) });
    assert_eq!(alone.next(at(1_000)), Next::Send(vec![1]), "no company, no lag");
}
