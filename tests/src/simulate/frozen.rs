//! What our cadence costs once it has learned from some tasks, computed from the looks that it would make.

use super::exact::{Cost, NEGLIGIBLE, expected};
use super::law::Law;
use super::schedule::plan;
use super::units::duration;
use fastrand::Rng;
use runware_poll::{Cadence, Durations, Kind, Limits, Next, Plan, Poll, Scheduler, Seen, Tick};
use std::sync::Arc;

/// How much is computed for one figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// How many times something is learned anew, from other tasks.
    pub seeds: u64,
    /// From how many tasks it is learned each time, one after another.
    pub observed: usize,
    /// How many tasks are looked after with what was learned, each with other chances.
    pub measured: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Self { seeds: 20, observed: 50, measured: 3 }
    }
}

/// The average cost of a cadence that has learned from tasks of this law by its own looks, and then learns no more.
///
/// Equal seeds draw equal tasks, whatever the cadence.
pub fn after_learning(law: &Law, cadence: Cadence, effort: Effort, seed: u64) -> Cost {
    let (plan, kind) = (plan(cadence), Arc::new(Kind::new("simulated")));
    let horizon = law.horizon(NEGLIGIBLE);
    let mut sum = Cost::default();
    for round in 0..effort.seeds {
        let (durations, now) = observe(law, &plan, &kind, effort.observed, seed.wrapping_add(round * 7_919));
        for chance in 0..effort.measured {
            let chance = round * effort.measured + chance;
            sum += expected(law, looks(&durations, &plan, &kind, chance, now, horizon));
        }
    }
    sum / (effort.seeds * effort.measured) as f64
}

/// What is known after so many tasks, one after another, and when that is.
pub fn observe(law: &Law, plan: &Arc<Plan>, kind: &Arc<Kind>, tasks: usize, seed: u64) -> (Durations, Tick) {
    let mut rng = Rng::with_seed(seed);
    let mut scheduler = Scheduler::new(Limits::default());
    let mut now = Tick::ZERO;
    for key in 0..tasks {
        let ends = now + duration(law.draw(&mut rng));
        let poll = Poll::new(Arc::clone(plan), rng.u64(..), now).with_kind(Arc::clone(kind));
        scheduler.insert(key, poll, now);
        now = follow(&mut scheduler, now, |look| if look < ends { Seen::Running } else { Seen::Settled });
    }
    (scheduler.durations().clone(), now)
}

/// When a task would be looked at that never ends, in seconds after its beginning, up to the `horizon`.
pub fn looks(
    durations: &Durations,
    plan: &Arc<Plan>,
    kind: &Arc<Kind>,
    chance: u64,
    start: Tick,
    horizon: f64,
) -> Vec<f64> {
    let mut scheduler = Scheduler::new(Limits::default()).with_durations(durations.clone());
    let poll = Poll::new(Arc::clone(plan), chance, start).with_kind(Arc::clone(kind));
    scheduler.insert(0, poll, start);
    let (end, mut looks) = (start + duration(horizon), Vec::new());
    follow(&mut scheduler, start, |look| {
        looks.push(look.duration_since(start).as_secs_f64());
        if look < end { Seen::Running } else { Seen::Settled }
    });
    looks
}

/// Looks after the only task of a scheduler until it is settled; says when that is.
fn follow(scheduler: &mut Scheduler<usize>, mut now: Tick, mut seen: impl FnMut(Tick) -> Seen) -> Tick {
    loop {
        match scheduler.next(now) {
            Next::Send(keys) => {
                let seen = seen(now);
                for key in keys {
                    scheduler.observed(&key, now, seen);
                }
            }
            Next::Question(key) => scheduler.answered(&key, now),
            Next::Wait { until } => now = until,
            Next::Finished(..) | Next::Idle => return now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::schedule::learned;

    #[test]
    fn what_is_not_learned_costs_what_its_gaps_do() {
        let law = Law::Exponential { mean: 60.0 };
        let cadence = Cadence::Exponential {
            first: std::time::Duration::from_secs(5),
            factor: 1.0,
            cap: std::time::Duration::from_secs(5),
            spread: 0.0,
        };
        let effort = Effort { seeds: 1, observed: 1, measured: 1 };
        let even = expected(&law, (1..).map(|look| f64::from(look) * 5.0));
        let found = after_learning(&law, cadence, effort, 1);
        assert!((found.checks - even.checks).abs() < 1e-3, "{found:?}, not {even:?}");
        assert!((found.lag - even.lag).abs() < 1e-3, "{found:?}, not {even:?}");
    }

    #[test]
    fn equal_seeds_give_equal_figures() {
        let law = Law::LogNormal { median: 20.0, sigma: 0.3 };
        let effort = Effort { seeds: 2, observed: 10, measured: 2 };
        let cost = || after_learning(&law, learned(0.5), effort, 3);
        assert_eq!(cost(), cost());
    }
}
