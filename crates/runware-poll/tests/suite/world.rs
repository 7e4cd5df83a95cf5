//! A driver and a server for a scheduler, in virtual time.

use std::collections::BTreeMap;
use std::time::Duration;

use runware_poll::{Ending, Fault, Next, Scheduler, Seen, Tick};

/// What comes of asking for one task.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    Seen(Seen),
    Fault(Option<Duration>),
    /// No answer ever.
    Lost,
}

/// One request and when it was sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) at: Tick,
    pub(crate) keys: Vec<u32>,
}

/// What a driver did.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Trace {
    pub(crate) requests: Vec<Request>,
    pub(crate) questions: Vec<(Tick, u32)>,
    pub(crate) finished: BTreeMap<u32, (Tick, Ending)>,
    pub(crate) answers: Vec<Answer>,
}

/// What came of asking for one task, when it was asked for and when that was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) asked: Tick,
    pub(crate) key: u32,
    pub(crate) told: Tick,
    pub(crate) healthy: bool,
    pub(crate) held_until: Option<Tick>,
}

impl Trace {
    /// When a task was asked for.
    pub(crate) fn asked(&self, key: u32) -> Vec<Tick> {
        self.requests.iter().filter(|request| request.keys.contains(&key)).map(|request| request.at).collect()
    }
}

/// Runs a scheduler from `now` until it is idle or `until` has come. `reply` says for each request what
/// comes of each task, and after how long.
pub(crate) fn run(
    scheduler: &mut Scheduler<u32>,
    mut now: Tick,
    until: Tick,
    mut reply: impl FnMut(Tick, u32) -> (Duration, Outcome),
) -> Trace {
    let mut trace = Trace::default();
    let mut coming: BTreeMap<Tick, Vec<(Tick, u32, Outcome)>> = BTreeMap::new();
    loop {
        while let Some(answers) = coming.first_entry().filter(|answers| *answers.key() <= now) {
            for (asked, key, outcome) in answers.remove() {
                trace.answers.extend(tell(scheduler, now, asked, key, outcome));
            }
        }
        match scheduler.next(now) {
            Next::Send(keys) => {
                for key in &keys {
                    let (latency, outcome) = reply(now, *key);
                    coming.entry(now + latency).or_default().push((now, *key, outcome));
                }
                trace.requests.push(Request { at: now, keys });
            }
            Next::Question(key) => {
                trace.questions.push((now, key));
                scheduler.answered(&key, now);
            }
            Next::Finished(key, ending) => {
                assert!(trace.finished.insert(key, (now, ending)).is_none(), "{key} finished twice");
            }
            Next::Wait { until: wake } => {
                assert!(now < wake, "{wake:?} is not after {now:?}");
                now = coming.first_key_value().map_or(wake, |(at, _)| wake.min(*at));
                if now > until {
                    return trace;
                }
            }
            Next::Idle => return trace,
        }
    }
}

fn tell(
    scheduler: &mut Scheduler<u32>,
    told: Tick,
    asked: Tick,
    key: u32,
    outcome: Outcome,
) -> Option<Answer> {
    match outcome {
        Outcome::Seen(seen) => {
            scheduler.observed(&key, told, seen);
            Some(Answer { asked, key, told, healthy: true, held_until: None })
        }
        Outcome::Fault(retry_after) => {
            scheduler.failed(&key, told, Fault { retry_after, ..Fault::transient() });
            let held_until = retry_after.map(|delay| told + delay);
            Some(Answer { asked, key, told, healthy: false, held_until })
        }
        Outcome::Lost => None,
    }
}
