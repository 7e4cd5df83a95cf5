//! The scheduler in front of the emulator's core, without a clock, a socket or a thread.

use std::collections::HashMap;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use runware_emulator::{Action, Answer, Core, Fate, Head, Options, RequestKind, Response, Rule, Script};
use runware_poll::{Ending, Fault, Limits, Next, Plan, Poll, Scheduler, Seen, Tick};
use runware_types::{Envelope, GetResponse, Phase, RawTask, TaskUuid, encode_request};

use super::cases;
use crate::harness::{id, millis, secs};

/// When a task starts and how long it takes, in milliseconds.
type Course = (u64, u64);

/// What goes wrong: the action, and how often, until a minute has passed.
#[derive(Clone, Debug)]
struct Trouble {
    action: Action,
    probability: f64,
}

fn any_trouble() -> impl Strategy<Value = Trouble> {
    let action = prop_oneof![
        Just(Action::Hang),
        Just(Action::LoseReply),
        Just(Action::Blind),
        Just(Action::Answer(Answer::html(503))),
        (1_u64..40).prop_map(|seconds| {
            Action::Answer(Answer::error(429, "rateLimit").retry_after(seconds.to_string()))
        }),
    ];
    (action, 0.0..0.9).prop_map(|(action, probability)| Trouble { action, probability })
}

/// What was asked when, what ended when, and when the server asked to be left alone until when.
#[derive(Default)]
struct Log {
    sent: Vec<(Tick, Vec<TaskUuid>)>,
    finished: HashMap<TaskUuid, (Tick, Ending)>,
    silences: Vec<(Tick, Tick)>,
}

/// A driver of the plainest kind.
struct World {
    core: Core,
    scheduler: Scheduler<TaskUuid>,
    log: Log,
}

impl World {
    fn new(seed: u64, courses: &[Course], trouble: Option<&Trouble>) -> Self {
        let mut options = Options::new().seed(seed);
        for (uuid, (_, lasts)) in uuids().zip(courses) {
            options = options.script_task(uuid, Script::new().duration(millis(*lasts)));
        }
        if let Some(Trouble { action, probability }) = trouble {
            let rule = Rule::new(action.clone()).kind(RequestKind::Status).probability(*probability);
            options = options.fault(rule.when(|request| request.now < secs(60)));
        }
        Self { core: Core::new(options), scheduler: Scheduler::new(Limits::default()), log: Log::default() }
    }

    /// Starts every task at its time, and goes on until there is nothing left to do.
    fn run(mut self, courses: &[Course]) -> Log {
        let mut coming: Vec<(Tick, TaskUuid)> =
            uuids().zip(courses).map(|(uuid, (start, _))| (Tick::from_millis(*start), uuid)).collect();
        coming.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let mut now = Tick::ZERO;
        loop {
            while let Some((_, uuid)) = coming.pop_if(|(at, _)| *at <= now) {
                self.submit(uuid, now);
            }
            let next_start = coming.last().map(|(at, _)| *at);
            match self.scheduler.next(now) {
                Next::Send(asked) => self.check(asked, now),
                Next::Question(uuid) => self.scheduler.answered(&uuid, now),
                Next::Finished(uuid, ending) => {
                    self.log.finished.insert(uuid, (now, ending));
                }
                Next::Wait { until } => now = next_start.map_or(until, |start| start.min(until)),
                Next::Idle => match next_start {
                    Some(start) => now = start,
                    None => return self.log,
                },
            }
        }
    }

    fn submit(&mut self, uuid: TaskUuid, now: Tick) {
        let task = RawTask::new("videoInference").set("model", "acme:1@1").set("positivePrompt", "waves");
        let response = self.post(now, [task.prepare(uuid).unwrap().bytes()]);
        assert_eq!(response.status, 200);
        let seed = uuid.as_uuid().as_u64_pair().0;
        self.scheduler.insert(uuid, Poll::new(Plan::new(), seed, now), now);
    }

    fn check(&mut self, asked: Vec<TaskUuid>, now: Tick) {
        let response = self.post(now, asked.iter().map(|uuid| GetResponse::new(*uuid).encode()));
        let pause = response.headers.iter().find(|(name, _)| *name == "retry-after");
        let pause = pause.map(|(_, seconds)| secs(seconds.parse().unwrap()));
        if let Some(pause) = pause {
            self.log.silences.push((now, now + pause));
        }
        match (response.fate, Envelope::decode(response.body)) {
            // The query times out by itself.
            (Fate::Hang, _) => {}
            (Fate::Deliver, Ok(reply)) if response.status == 200 => {
                let phases: HashMap<_, _> =
                    reply.items.iter().map(|item| (item.task_uuid(), item.phase())).collect();
                for uuid in &asked {
                    let seen = match phases.get(&Some(*uuid)) {
                        None => Seen::Unknown,
                        Some(Phase::Running) => Seen::Running,
                        Some(_) => Seen::Settled,
                    };
                    self.scheduler.observed(uuid, now, seen);
                }
            }
            _ => {
                let fault = Fault { retry_after: pause, ..Fault::transient() };
                asked.iter().for_each(|uuid| self.scheduler.failed(uuid, now, fault));
                pause.into_iter().for_each(|pause| self.scheduler.pause(now + pause));
            }
        }
        self.log.sent.push((now, asked));
    }

    fn post(&mut self, now: Tick, calls: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Response {
        self.core.handle(now.since_origin(), &Head::bearer("key"), &encode_request(calls))
    }
}

fn uuids() -> impl Iterator<Item = TaskUuid> {
    (0..).map(|number| id(&format!("scheduled {number}")))
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn whatever_goes_wrong_tasks_are_asked_about_politely_and_end(
        seed in any::<u64>(),
        courses in vec((0_u64..20_000, 0_u64..90_000), 1..120),
        trouble in option::of(any_trouble()),
    ) {
        let log = World::new(seed, &courses, trouble.as_ref()).run(&courses);
        prop_assert_eq!(log.finished.len(), courses.len());

        let mut last = HashMap::new();
        for (at, asked) in &log.sent {
            prop_assert!((1..=100).contains(&asked.len()));
            for uuid in asked {
                let gap = last.insert(*uuid, *at).map(|before| at.duration_since(before));
                prop_assert!(gap.is_none_or(|gap| gap >= millis(800)), "asked again after {:?}", gap);
            }
            let in_silence = log.silences.iter().any(|(from, until)| from < at && at < until);
            prop_assert!(!in_silence, "asked at {:?}, within {:?}", at, log.silences);
        }

        // The last trouble is over after a minute, a wish to be left alone 40 s later.
        let calm = if trouble.is_some() { secs(100) } else { Duration::ZERO };
        for (uuid, (start, lasts)) in uuids().zip(&courses) {
            let (at, ending) = log.finished[&uuid];
            prop_assert_eq!(ending, Ending::Settled);
            let latest = millis(start + lasts).max(calm) + millis(20_050);
            prop_assert!(at.since_origin() <= latest, "{:?} is later than {:?}", at, latest);
        }
    }

    #[test]
    fn tasks_that_start_together_need_few_requests_and_are_noticed_within_a_gap(
        seed in any::<u64>(),
        lasts in vec(1_000_u64..120_000, 1..220),
    ) {
        let courses: Vec<Course> = lasts.into_iter().map(|lasts| (0, lasts)).collect();
        let log = World::new(seed, &courses, None).run(&courses);
        let end = log.finished.values().map(|(at, _)| at.since_origin()).max().unwrap();
        let bound = 2 * courses.len().div_ceil(100) as u64 * most_looks(end);
        prop_assert!(log.sent.len() as u64 <= bound, "{} requests, {} allowed", log.sent.len(), bound);
        for (uuid, (_, lasts)) in uuids().zip(&courses) {
            let lag = log.finished[&uuid].0.duration_since(Tick::from_millis(*lasts));
            prop_assert!(lag <= millis(10_050), "noticed after {:?}", lag);
        }
    }
}

/// How often the documented cadence may look at one task in so much time.
fn most_looks(elapsed: Duration) -> u64 {
    match elapsed.checked_sub(millis(16_600)) {
        Some(steady) => 6 + steady.as_secs() / 8,
        None => 6,
    }
}
