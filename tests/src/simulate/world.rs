//! A driver and a server in virtual time: [`run`] for any schedule, [`drive`] for ours, with faults if wanted.

use super::record::{Noticed, Record};
use super::schedule::{Gaps, Schedule, plan};
use super::task::{Arrivals, Task};
use super::units::{duration, seconds, tick};
use super::workload::Workload;
use fastrand::Rng;
use runware_poll::{Durations, Ending, Fault, Kind, Limits, Next, Plan, Poll, Scheduler, Seen, Tick};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The tasks of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// What they are.
    pub workload: Workload,
    /// How many.
    pub count: usize,
    /// When they begin.
    pub arrivals: Arrivals,
    /// What chance comes from.
    pub seed: u64,
}

impl Setting {
    fn task(&self, index: usize, start: f64) -> Task {
        Task::of(&self.workload, index, self.count, start, self.seed)
    }
}

/// What happens if all tasks of a setting are looked after by a schedule, and nothing is known at first.
pub fn run(setting: &Setting, schedule: Schedule) -> Record {
    match schedule {
        Schedule::Fixed(gaps) => run_fixed(setting, gaps),
        Schedule::Ours(cadence) => {
            let ours = Ours { plan: plan(cadence), durations: Durations::new(), now: Tick::ZERO };
            drive(setting, ours, &mut |_, _| (Duration::ZERO, Fate::Answer)).record(setting)
        }
    }
}

/// Each task by itself: a request for each look.
fn run_fixed(setting: &Setting, gaps: Gaps) -> Record {
    let starts = setting.arrivals.starts(setting.count, setting.seed);
    let (mut record, mut free) = (Record::default(), 0.0);
    for index in 0..setting.count {
        let start = starts.as_ref().map_or(free, |starts| starts[index]);
        let task = setting.task(index, start);
        let (mut noticed, mut seen) = (Noticed::default(), 0);
        for look in gaps.looks() {
            noticed.checks += 1;
            record.requests.push(start + look);
            let there = task.results(look);
            noticed.lags.extend(task.ready[seen..there].iter().map(|ready| look - ready));
            seen = there;
            if seen == task.ready.len() {
                free = start + look;
                break;
            }
        }
        record.tasks.push(noticed);
    }
    record
}

/// How we look after tasks, what is known at first, and when that is.
#[derive(Clone, Debug)]
pub struct Ours {
    /// The plan of each task.
    pub plan: Arc<Plan>,
    /// What is known.
    pub durations: Durations,
    /// When the run begins.
    pub now: Tick,
}

/// What becomes of a question about one task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// It is answered.
    Answer,
    /// It is answered with an error, and perhaps the wish to be left alone.
    Fault(Option<Duration>),
    /// Nothing ever comes back.
    Lost,
}

/// What our machines did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The requests: when, and for which tasks.
    pub requests: Vec<(Tick, Vec<usize>)>,
    /// When each task began.
    pub starts: Vec<Tick>,
    /// When each was over, and how.
    pub ends: BTreeMap<usize, (Tick, Ending)>,
    /// For each task, when each of its results was noticed.
    pub noticed: Vec<Vec<Tick>>,
    /// What came back, if it was not healthy.
    pub faults: Vec<Told>,
}

/// An error that came back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    /// About which task.
    pub key: usize,
    /// When it was asked.
    pub asked: Tick,
    /// When the error came.
    pub at: Tick,
    /// Until when the server wanted to be left alone.
    pub held_until: Option<Tick>,
}

impl Trace {
    /// When each task was asked for.
    pub fn asked(&self) -> Vec<Vec<Tick>> {
        let mut asked = vec![Vec::new(); self.starts.len()];
        for (at, keys) in &self.requests {
            for key in keys {
                asked[*key].push(*at);
            }
        }
        asked
    }

    /// The same as a record, in which a look shows what was there when it was asked.
    pub fn record(&self, setting: &Setting) -> Record {
        let asked = self.asked();
        let tasks = (0..self.starts.len()).map(|key| {
            let (start, checks) = (self.starts[key], asked[key].len() as u32);
            let ready = setting.task(key, seconds(start)).ready;
            let lags = self.noticed[key].iter().zip(ready);
            let lags = lags.map(|(at, ready)| at.duration_since(start).as_secs_f64() - ready).collect();
            Noticed { checks, lags }
        });
        Record {
            tasks: tasks.collect(),
            requests: self.requests.iter().map(|(at, _)| seconds(*at)).collect(),
        }
    }
}

/// Runs the tasks of a setting through a [`Scheduler`] to their ends. `fate` says for each question how long it takes
/// and what becomes of it.
pub fn drive(setting: &Setting, ours: Ours, fate: &mut dyn FnMut(Tick, usize) -> (Duration, Fate)) -> Trace {
    let mut world = World::new(setting, ours);
    loop {
        world.begin_what_is_due();
        world.tell_what_came();
        let now = world.now;
        match world.scheduler.next(now) {
            Next::Send(keys) => {
                for key in &keys {
                    let (latency, fate) = fate(now, *key);
                    world.coming.entry(now + latency).or_default().push((now, *key, fate));
                }
                world.trace.requests.push((now, keys));
            }
            Next::Question(key) => world.scheduler.answered(&key, now),
            Next::Finished(key, ending) => {
                world.trace.ends.insert(key, (now, ending));
                world.free = now;
            }
            Next::Wait { until } => world.now = world.next_event().map_or(until, |event| event.min(until)),
            Next::Idle => match world.next_event() {
                Some(event) => world.now = event,
                None => return world.trace,
            },
        }
    }
}

struct World<'a> {
    setting: &'a Setting,
    ours: Ours,
    kind: Arc<Kind>,
    scheduler: Scheduler<usize>,
    starts: Option<Vec<f64>>,
    tasks: Vec<Task>,
    coming: BTreeMap<Tick, Vec<(Tick, usize, Fate)>>,
    now: Tick,
    /// When the last task was over.
    free: Tick,
    rng: Rng,
    trace: Trace,
}

impl<'a> World<'a> {
    fn new(setting: &'a Setting, ours: Ours) -> Self {
        Self {
            setting,
            kind: Arc::new(Kind::new(setting.workload.name)),
            scheduler: Scheduler::new(Limits::default()).with_durations(ours.durations.clone()),
            starts: setting.arrivals.starts(setting.count, setting.seed),
            tasks: Vec::new(),
            coming: BTreeMap::new(),
            now: ours.now,
            free: ours.now,
            rng: Rng::with_seed(!setting.seed),
            trace: Trace::default(),
            ours,
        }
    }

    /// When the next task begins, if that is known.
    fn next_start(&self) -> Option<Tick> {
        let index = self.tasks.len();
        match &self.starts {
            Some(starts) => starts.get(index).map(|start| self.ours.now + duration(*start)),
            None => (index < self.setting.count && self.trace.ends.len() == index)
                .then_some(self.free.max(self.now)),
        }
    }

    fn next_event(&self) -> Option<Tick> {
        let answer = self.coming.first_key_value().map(|(at, _)| *at);
        self.next_start().into_iter().chain(answer).min()
    }

    fn begin_what_is_due(&mut self) {
        while let Some(start) = self.next_start().filter(|start| *start <= self.now) {
            let key = self.tasks.len();
            self.tasks.push(self.setting.task(key, seconds(start)));
            self.trace.starts.push(start);
            self.trace.noticed.push(Vec::new());
            let poll = Poll::new(Arc::clone(&self.ours.plan), self.rng.u64(..), start);
            self.scheduler.insert(key, poll.with_kind(Arc::clone(&self.kind)), self.now);
        }
    }

    fn tell_what_came(&mut self) {
        while let Some(answers) = self.coming.first_entry().filter(|answers| *answers.key() <= self.now) {
            for (asked, key, fate) in answers.remove() {
                match fate {
                    Fate::Answer => self.tell(asked, key),
                    Fate::Fault(retry_after) => {
                        let now = self.now;
                        let held_until = retry_after.map(|delay| now + delay);
                        self.trace.faults.push(Told { key, asked, at: now, held_until });
                        self.scheduler.failed(&key, now, Fault { retry_after, ..Fault::transient() });
                    }
                    Fate::Lost => {}
                }
            }
        }
    }

    /// Tells what the server knew of a task when it was asked.
    fn tell(&mut self, asked: Tick, key: usize) {
        if !self.scheduler.contains(&key) {
            return;
        }
        let (now, task) = (self.now, &self.tasks[key]);
        let elapsed = asked.duration_since(self.trace.starts[key]).as_secs_f64();
        let (known, there) = (self.trace.noticed[key].len(), task.results(elapsed));
        self.trace.noticed[key].resize(there.max(known), now);
        if there == task.ready.len() {
            return self.scheduler.observed(&key, now, Seen::Settled);
        }
        if there > known {
            self.scheduler.advanced(&key, now);
        }
        if task.told && elapsed < task.waits {
            self.scheduler.queued(&key, now);
        }
        if task.progress {
            self.scheduler.reported(&key, now, task.percent(elapsed, &mut self.rng));
        }
        self.scheduler.observed(&key, now, Seen::Running);
    }
}

/// The same setting as seen from a later moment on.
pub fn known(setting: &Setting, plan: &Arc<Plan>, tasks: usize) -> Ours {
    let kind = Arc::new(Kind::new(setting.workload.name));
    let (durations, now) =
        super::frozen::observe(&setting.workload.law, plan, &kind, tasks, setting.seed ^ 0x5eed);
    Ours { plan: Arc::clone(plan), durations, now: now + tick(1.0).since_origin() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::schedule::{OFFICIAL, PEERS, learned};
    use crate::simulate::workload::{PLAIN, WORKLOADS};
    use runware_poll::Cadence;

    fn setting(workload: Workload, count: usize, arrivals: Arrivals) -> Setting {
        Setting { workload, count, arrivals, seed: 5 }
    }

    #[test]
    fn what_is_drawn_costs_what_is_computed() {
        let setting = setting(PLAIN[3], 4_000, Arrivals::Together);
        for peer in PEERS {
            let drawn = run(&setting, Schedule::Fixed(peer.gaps)).figures();
            let exact = crate::simulate::exact::expected(&PLAIN[3].law, peer.gaps.looks());
            assert!((drawn.checks / exact.checks - 1.0).abs() < 0.03, "{}: {drawn:?}, {exact:?}", peer.name);
            assert!((drawn.lag / exact.lag - 1.0).abs() < 0.05, "{}: {drawn:?}, {exact:?}", peer.name);
        }
    }

    #[test]
    fn each_result_of_each_task_is_noticed_once_in_each_workload() {
        for workload in WORKLOADS {
            for arrivals in [Arrivals::Together, Arrivals::OneByOne, Arrivals::Open(0.5)] {
                let setting = setting(workload, 30, arrivals);
                for cadence in [Cadence::exponential(), learned(0.5)] {
                    let record = run(&setting, Schedule::Ours(cadence));
                    assert_eq!(record.tasks.len(), 30);
                    for task in &record.tasks {
                        let results = if workload.name == "four-results" { 4 } else { 1 };
                        assert_eq!(task.lags.len(), results, "{}", workload.name);
                        // A tick is a whole number of nanoseconds.
                        assert!(task.lags.iter().all(|lag| *lag > -1e-8), "{}: {task:?}", workload.name);
                        assert!(task.checks > 0);
                    }
                }
            }
        }
    }

    #[test]
    fn one_by_one_means_that_each_begins_when_the_one_before_was_noticed() {
        let setting = setting(PLAIN[0], 20, Arrivals::OneByOne);
        let ours = Ours { plan: plan(Cadence::exponential()), durations: Durations::new(), now: Tick::ZERO };
        let trace = drive(&setting, ours, &mut |_, _| (Duration::ZERO, Fate::Answer));
        for key in 1..20 {
            assert_eq!(trace.starts[key], trace.ends[&(key - 1)].0);
        }
    }

    #[test]
    fn those_that_began_together_share_requests_with_us_and_not_with_others() {
        let setting = setting(PLAIN[0], 100, Arrivals::Together);
        let official = run(&setting, Schedule::Fixed(OFFICIAL.gaps)).figures();
        assert!((official.requests - official.checks).abs() < 1e-9);
        assert_eq!(official.peak, 200, "two looks of a hundred tasks within a second");
        let ours = run(&setting, Schedule::Ours(Cadence::exponential())).figures();
        assert!(ours.requests < 0.05 * ours.checks * 4.0, "{ours:?}");
    }

    #[test]
    fn equal_seeds_give_equal_runs() {
        let setting = setting(WORKLOADS[13], 50, Arrivals::Open(1.0));
        let run = || run(&setting, Schedule::Ours(learned(0.5)));
        assert_eq!(run(), run());
    }
}
