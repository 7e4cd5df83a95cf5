//! What happens in a simulation, all of it drawn from one number.

use std::time::Duration;

use fastrand::Rng;
use runware::poll::{Cadence, Plan};
use runware::types::{Prepared, RawTask, TaskUuid};
use runware_emulator::{
    Choices, EmptyChecks, FailureForm, IdleCounts, MixedStatus, Options, Order, Pending, ReplayOrder,
    ReplayScope, ResultIndex, Script, SecondSocket, SocketChoices, SyncFrames, UnknownSession, UnknownTask,
};
use serde_json::json;

use super::fault::Fault;
use crate::harness::{Way, millis, secs};

/// One course of events.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) seed: u64,
    pub(super) way: Way,
    pub(super) tasks: Vec<Course>,
    pub(super) faults: Vec<Fault>,
    /// From here on, nothing goes wrong.
    pub(super) calm_at: Duration,
    /// How long a caller waits.
    pub(super) deadline: Duration,
    pub(super) choices: Choices,
}

/// One task and its caller.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub(super) uuid: TaskUuid,
    task_type: &'static str,
    pub(super) is_sync: bool,
    pub(super) starts_at: Duration,
    /// How long each result takes.
    results: Vec<Duration>,
    failing: Vec<u32>,
    pub(super) caller: Caller,
}

/// What the caller does after the submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// Awaits the outcome.
    Waits,
    /// Reads the events.
    Reads,
    /// Drops the task after a while, and resumes it later.
    Leaves { after: Duration, away: Duration },
}

impl Schedule {
    pub(super) fn draw(seed: u64, way: Way) -> Self {
        let mut rng = Rng::with_seed(seed);
        let calm_at = millis(rng.u64(3_000..90_000));
        let mut choices = draw_choices(&mut rng);
        if way == Way::WebSocket {
            draw_socket_choices(&mut rng, &mut choices.socket);
        }
        Self {
            seed,
            way,
            tasks: (0..rng.u32(1..=8)).map(|number| Course::draw(&mut rng, seed, number)).collect(),
            faults: (0..rng.u32(1..=6)).map(|_| Fault::draw(&mut rng, way, calm_at)).collect(),
            calm_at,
            deadline: rng.choice([secs(15), secs(60), secs(200), secs(900)]).unwrap(),
            choices,
        }
    }

    /// The emulator of this course of events.
    pub(super) fn options(&self) -> Options {
        let choices = self.choices.clone();
        let mut options = Options::new().seed(self.seed).choose(|set| *set = choices);
        for task in &self.tasks {
            options = options.script_task(task.uuid, task.script());
        }
        self.faults.iter().filter_map(Fault::rule).fold(options, Options::fault)
    }

    /// The plan of the callers. Every other one learns, within the gaps of those that do not: what is expected of a
    /// schedule is the same for both.
    pub(super) fn plan(&self) -> Plan {
        let learned = Cadence::Learned { worth: millis(500), floor: secs(1), cap: secs(10) };
        let cadence = if self.seed.is_multiple_of(2) { learned } else { Cadence::exponential() };
        Plan::new().with_cadence(cadence).unwrap().with_deadline(self.deadline)
    }
}

impl Course {
    fn draw(rng: &mut Rng, seed: u64, number: u32) -> Self {
        let is_sync = rng.f64() < 0.15;
        let longest = if is_sync { 10_000 } else { 40_000 };
        let results: Vec<_> = (0..rng.u32(1..=4)).map(|_| millis(rng.u64(200..longest))).collect();
        let count = u32::try_from(results.len()).unwrap();
        Self {
            uuid: TaskUuid::from_key("simulation", &format!("{seed}/{number}")),
            task_type: rng
                .choice(["videoInference", "imageInference", "textInference", "3dInference"])
                .unwrap(),
            is_sync,
            starts_at: millis(rng.u64(0..20_000)) * u32::from(rng.bool()),
            failing: (0..count).filter(|_| rng.f64() < 0.2).collect(),
            results,
            caller: match rng.u32(0..10) {
                0..5 => Caller::Waits,
                5..8 => Caller::Reads,
                _ => Caller::Leaves { after: millis(rng.u64(0..20_000)), away: millis(rng.u64(0..30_000)) },
            },
        }
    }

    /// The task as it is sent.
    pub(super) fn prepared(&self) -> Prepared {
        let task = RawTask::new(self.task_type)
            .set("model", "acme:1@1")
            .set("positivePrompt", "waves")
            .set("messages", json!([{"role": "user", "content": "hello"}]))
            .set("numberResults", self.results.len())
            .set("deliveryMethod", if self.is_sync { "sync" } else { "async" });
        task.prepare(self.uuid).unwrap()
    }

    fn script(&self) -> Script {
        let script = (0..)
            .zip(&self.results)
            .fold(Script::new(), |script, (index, after)| script.result_at(index, *after));
        self.failing.iter().fold(script, |script, index| script.fail(*index, "timeoutProvider"))
    }
}

/// How the server words its answers: every wording is one that a client has to understand.
fn draw_choices(rng: &mut Rng) -> Choices {
    let mut choices = Choices::default();
    choices.registration_lag = millis(rng.u64(0..5_000)) * u32::from(rng.bool());
    choices.blind_checks = rng.u32(0..=2);
    choices.unknown_task = rng.choice([UnknownTask::Silence, UnknownTask::Error]).unwrap();
    choices.failure_status = rng.choice([200, 200, 400, 500]).unwrap();
    choices.mixed_status = rng.choice([MixedStatus::AnyAccepted, MixedStatus::FirstError]).unwrap();
    choices.details_not_found_status = rng.choice([200, 404]).unwrap();
    choices.checks_per_request = rng.choice([None, None, Some(1), Some(3)]).unwrap();
    choices.tasks_per_request = rng.choice([None, None, Some(1), Some(3)]).unwrap();
    choices.order = rng.choice([Order::Stable, Order::Shuffled]).unwrap();
    choices.result_index =
        rng.choice([ResultIndex::Never, ResultIndex::Always, ResultIndex::FromCheck(3)]).unwrap();
    choices.index_on_failures = rng.bool();
    choices.failure_form = rng.choice([FailureForm::Error, FailureForm::Nested, FailureForm::Flat]).unwrap();
    choices.pending = rng.choice([Pending::Each, Pending::One, Pending::Hidden]).unwrap();
    choices.running_status = rng.choice(["processing", "queued", "paused"]).unwrap().to_owned();
    choices.success_status = rng.bool();
    choices.progress = rng.bool();
    choices.empty_acknowledgement = rng.bool();
    choices.conflict_hides_result = rng.bool();
    choices
}

/// How the server behaves where the documentation of the WebSocket leaves a choice.
fn draw_socket_choices(rng: &mut Rng, choices: &mut SocketChoices) {
    choices.idle_after = rng.choice([Some(secs(120)), Some(secs(40)), None]).unwrap();
    choices.idle_code = rng.choice([1000, 1001, 1011, 3000]).unwrap();
    choices.idle_counts = rng.choice([IdleCounts::Both, IdleCounts::Received]).unwrap();
    choices.replay_window = rng.choice([secs(120), secs(1)]).unwrap();
    choices.replay_scope =
        rng.choice([ReplayScope::Answers, ReplayScope::Results, ReplayScope::Nothing]).unwrap();
    choices.replay_order = rng.choice([ReplayOrder::AfterGreeting, ReplayOrder::BeforeGreeting]).unwrap();
    choices.replay_twice = rng.bool();
    choices.unknown_session = rng.choice([UnknownSession::New, UnknownSession::Refuse]).unwrap();
    choices.second_socket = rng.choice([SecondSocket::TakesOver, SecondSocket::Shares]).unwrap();
    choices.names_session = rng.f64() < 0.8;
    choices.empty_checks = rng.choice([EmptyChecks::Frame, EmptyChecks::Silence]).unwrap();
    choices.sync_frames = rng.choice([SyncFrames::Each, SyncFrames::One]).unwrap();
    choices.frame_per_task = rng.bool();
    choices.binary = rng.bool();
}
