//! [`Poll`] against a model that keeps a log and works everything out from it anew.

use std::time::Duration;

use proptest::prelude::*;
use runware_poll::{Ending, Fault, FaultKind, Plan, Poll, QUESTION_GAP, Seen, Step, Tick};

use crate::{even_plan, ms, secs};

#[derive(Clone, Copy, Debug)]
enum Fact {
    Sent,
    Observed(Seen),
    Failed(Fault),
    Asked,
    Answered,
}

const GRACE: Duration = secs(20);
const DEADLINE: Duration = secs(90);
const QUERY_TIMEOUT: Duration = secs(10);
const SHORTEST_GAP: Duration = secs(1);

fn plan() -> Plan {
    even_plan().with_grace(GRACE).with_deadline(DEADLINE)
}

#[derive(Debug)]
struct Model {
    resumed: bool,
    started: Tick,
    log: Vec<(Tick, Fact)>,
}

impl Model {
    fn step(&self, now: Tick) -> Step {
        if let Some(ending) = self.log.iter().find_map(|(_, fact)| ending(*fact)) {
            return Step::Finished(ending);
        }
        let deadline = self.started + DEADLINE;
        if now >= deadline {
            return Step::Finished(Ending::Deadline);
        }
        let timeout_of = |sent: Tick| deadline.min(sent + QUERY_TIMEOUT);
        if let Some(timeout_at) = self.under_way().map(timeout_of)
            && now < timeout_at
        {
            return Step::Wait { until: timeout_at };
        }
        let question = self.question_due();
        let query = self.query_due(deadline);
        if question.is_some_and(|due| due <= now) {
            Step::Question
        } else if query <= now {
            Step::Query { timeout_at: timeout_of(now) }
        } else {
            Step::Wait { until: query.min(deadline).min(question.unwrap_or(Tick::MAX)) }
        }
    }

    /// When the last query was sent, if nothing came of it yet.
    fn under_way(&self) -> Option<Tick> {
        let last = self
            .log
            .iter()
            .rev()
            .find(|(_, fact)| matches!(fact, Fact::Sent | Fact::Observed(_) | Fact::Failed(_)));
        last.and_then(|(at, fact)| matches!(fact, Fact::Sent).then_some(*at))
    }

    fn query_due(&self, deadline: Tick) -> Tick {
        // The log in terms of queries: sent, answered, faults. An unanswered query is a fault if the next
        // one was sent after its time was up; the one under way counts as one, too, since whoever asks
        // when the next is due wants to know the time after it.
        let (mut last_sent, mut open, mut due, mut faults) = (self.started, None, self.started, 0_u32);
        let mut answers = 0;
        let mut held = Tick::ZERO;
        let gap = |answers: i32| ms(1_000).mul_f64(1.5_f64.powi(answers)).min(secs(10));
        let recovery = |faults: u32| ms(500 * 2_u64.pow(faults.min(10))).min(secs(10));
        if !self.resumed {
            due = self.started + gap(0);
            answers = 1;
        }
        for (at, fact) in &self.log {
            match fact {
                Fact::Sent => {
                    faults +=
                        u32::from(open.is_some_and(|sent: Tick| deadline.min(sent + QUERY_TIMEOUT) <= *at));
                    (last_sent, open, due) = (*at, Some(*at), *at);
                }
                Fact::Observed(_) => {
                    faults = 0;
                    if open.take().is_some() {
                        due = last_sent + gap(answers);
                        answers += 1;
                    }
                }
                Fact::Failed(fault) => {
                    open = None;
                    due = due.max(*at + recovery(faults)).max(last_sent + SHORTEST_GAP);
                    held = held.max(fault.retry_after.map_or(Tick::ZERO, |delay| *at + delay));
                    faults += 1;
                }
                Fact::Asked | Fact::Answered => {}
            }
        }
        if let Some(sent) = open {
            due = (deadline.min(sent + QUERY_TIMEOUT) + recovery(faults)).max(last_sent + SHORTEST_GAP);
        }
        due.max(held)
    }

    fn question_due(&self) -> Option<Tick> {
        let mut answers = self.log.iter().filter_map(|(at, fact)| match fact {
            Fact::Observed(seen) => Some((*at, *seen)),
            _ => None,
        });
        let last_answer = answers.clone().next_back()?;
        if last_answer.1 != Seen::Unknown {
            return None;
        }
        let seen_at = answers.rfind(|(_, seen)| *seen == Seen::Running).map(|(at, _)| at);
        let (mut quiet_until, mut answered) = (self.started, 0);
        for (at, fact) in &self.log {
            match fact {
                Fact::Observed(Seen::Running) => answered = 0,
                Fact::Asked => quiet_until = *at + QUERY_TIMEOUT,
                Fact::Answered => {
                    quiet_until = *at + QUESTION_GAP.saturating_mul(1 << answered.min(8)).min(GRACE);
                    answered += 1;
                }
                _ => {}
            }
        }
        let held = self.log.iter().filter_map(|(at, fact)| match fact {
            Fact::Failed(Fault { retry_after: Some(delay), .. }) => Some(*at + *delay),
            _ => None,
        });
        let grace_over = seen_at.unwrap_or(self.started) + GRACE;
        held.chain([quiet_until, grace_over]).max()
    }
}

fn ending(fact: Fact) -> Option<Ending> {
    match fact {
        Fact::Observed(Seen::Settled) => Some(Ending::Settled),
        Fact::Failed(Fault { kind: FaultKind::Permanent, .. }) => Some(Ending::Rejected),
        _ => None,
    }
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let retry_after = prop::option::weighted(0.3, (0_u64..40_000).prop_map(ms));
    let fault = retry_after.prop_map(|retry_after| Fault { retry_after, ..Fault::transient() });
    prop_oneof![
        30 => Just(Fact::Sent),
        15 => Just(Fact::Observed(Seen::Running)),
        15 => Just(Fact::Observed(Seen::Unknown)),
        1 => Just(Fact::Observed(Seen::Settled)),
        15 => fault.prop_map(Fact::Failed),
        1 => Just(Fact::Failed(Fault::permanent())),
        4 => Just(Fact::Asked),
        8 => Just(Fact::Answered),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn agrees_with_the_model(
        resumed: bool,
        facts in prop::collection::vec((prop_oneof![0_u64..1_500, 0_u64..10_000], any_fact()), 0..40),
        probes in prop::collection::vec(0_u64..30_000, 1..4),
    ) {
        let started = Tick::from_millis(5_000);
        let new = if resumed { Poll::resumed } else { Poll::new };
        let (mut poll, mut model) = (new(plan(), 1, started), Model { resumed, started, log: Vec::new() });
        let mut now = started;
        for (elapsed, fact) in facts {
            now = now + ms(elapsed);
            match fact {
                Fact::Sent => poll.sent(now),
                Fact::Observed(seen) => poll.observed(now, seen),
                Fact::Failed(fault) => poll.failed(now, fault),
                Fact::Asked => poll.asked(now),
                Fact::Answered => poll.answered(now),
            }
            model.log.push((now, fact));
            for probe in probes.iter().map(|later| now + ms(*later)).chain([now]) {
                prop_assert_eq!(poll.step(probe), model.step(probe), "at {:?} after {:#?}", probe, model.log);
            }
        }
        let sent = model.log.iter().filter(|(_, fact)| matches!(fact, Fact::Sent)).count();
        prop_assert_eq!(poll.polls() as usize, sent);
    }
}
