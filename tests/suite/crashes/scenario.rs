//! What is asked for, and what goes wrong beside the end of the process.

use std::time::Duration;

use runware::poll::Plan;
use runware::types::{Money, Prepared, RawJson, RawTask, TaskUuid, TextInference};
use runware_emulator::{Action, Answer, Choices, Options, RequestKind, ResultIndex, Rule, Script};

use super::effects::{Cut, Variant};
use crate::harness::{Way, id, millis, on_check, on_submit, secs};

/// One story, without the crashes.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) way: Way,
    pub(super) tasks: Vec<Spec>,
    pub(super) deadline: Duration,
    pub(super) batch_limit: usize,
    /// What may be spent; each task is expected to cost [`PRICE`].
    pub(super) budget: Option<&'static str>,
    /// The tasks are texts, and are streamed.
    pub(super) is_streamed: bool,
    /// Opening and closing the journal has effects as well. What they are is the same everywhere, so that they are
    /// numbered in some stories only.
    pub(super) has_opening: bool,
    /// How long nobody is there once the process has ended whose effects are numbered.
    pub(super) absence: Duration,
    /// Where the processes end that were there before the one whose effects are numbered.
    pub(super) before: Vec<Cut>,
    options: Options,
}

/// One task.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    pub(super) uuid: TaskUuid,
    /// How long each result takes.
    results: Vec<Duration>,
    pub(super) failing: Vec<u32>,
    is_sync: bool,
    pub(super) refusal: Option<&'static str>,
}

/// What the server calls a result that fails.
pub(super) const FAILURE: &str = "timeoutProvider";

/// What a task is expected to cost.
pub(super) const PRICE: &str = "0.01";

impl Scenario {
    fn new(name: &'static str, tasks: impl IntoIterator<Item = Spec>) -> Self {
        let tasks = tasks.into_iter().enumerate();
        let named = |(number, spec)| Spec { uuid: id(&format!("crash {name} {number}")), ..spec };
        Self {
            name,
            way: Way::Http,
            tasks: tasks.map(named).collect(),
            deadline: secs(900),
            batch_limit: 100,
            budget: None,
            is_streamed: false,
            has_opening: false,
            absence: Duration::ZERO,
            before: Vec::new(),
            // A server's own port is another one each time.
            options: Options::new().seed(3).files_url("http://files.test"),
        }
    }

    fn fault(self, rule: Rule) -> Self {
        Self { options: self.options.fault(rule), ..self }
    }

    fn choose(self, set: impl FnOnce(&mut Choices)) -> Self {
        Self { options: self.options.choose(set), ..self }
    }

    fn over_websocket(self) -> Self {
        Self { way: Way::WebSocket, ..self }
    }

    fn streamed(self) -> Self {
        Self { is_streamed: true, ..self }
    }

    /// The journal is made, or opened, and closed at the end, by a process that comes after others.
    fn with_opening(self, before: impl IntoIterator<Item = Cut>) -> Self {
        Self { has_opening: true, before: before.into_iter().collect(), ..self }
    }

    /// Makes other choices than those of other stories.
    pub(super) fn salt(&self) -> u64 {
        self.name.bytes().fold(0, |salt, byte| salt * 31 % 1_000_003 + u64::from(byte))
    }

    /// The emulator of this story.
    pub(super) fn options(&self) -> Options {
        let options = self.options.clone();
        self.tasks.iter().fold(options, |options, task| options.script_task(task.uuid, task.script()))
    }

    /// True if whoever comes back may be too late to send anything again.
    pub(super) fn may_miss_the_hour(&self) -> bool {
        self.absence + LOOKING > HOUR
    }

    pub(super) fn plan(&self) -> Plan {
        Plan::new().with_deadline(self.deadline)
    }

    /// What of a result is compared: a text that was streamed is put together otherwise than one that was looked up.
    pub(super) fn essence(&self, item: &RawJson) -> String {
        match item.field("text").filter(|_| self.is_streamed) {
            Some(text) => text.decode().unwrap(),
            None => item.as_str().to_owned(),
        }
    }

    pub(super) fn cap(&self) -> Option<Money> {
        self.budget.map(|cap| cap.parse().unwrap())
    }
}

impl Spec {
    /// A task whose results take so long, in seconds.
    fn of(results: impl IntoIterator<Item = u64>) -> Self {
        Self {
            uuid: id("unnamed"),
            results: results.into_iter().map(secs).collect(),
            failing: Vec::new(),
            is_sync: false,
            refusal: None,
        }
    }

    fn sync(self) -> Self {
        Self { is_sync: true, ..self }
    }

    fn failing(self, indexes: impl IntoIterator<Item = u32>) -> Self {
        Self { failing: indexes.into_iter().collect(), ..self }
    }

    fn refused(self, code: &'static str) -> Self {
        Self { refusal: Some(code), ..self }
    }

    /// How many results come to something, if the server takes it.
    pub(super) fn succeeding(&self) -> usize {
        if self.refusal.is_some() { 0 } else { self.results.len() - self.failing.len() }
    }

    pub(super) fn text(&self) -> RawTask {
        let task = TextInference::prompt("google:gemini@2.5", "say something").task_uuid(self.uuid);
        task.include_cost(true).include_usage(true).into()
    }

    pub(super) fn prepared(&self) -> Prepared {
        let task = RawTask::new("imageInference")
            .set("model", "acme:1@1")
            .set("positivePrompt", "waves")
            .set("includeCost", true)
            .set("numberResults", self.results.len())
            .set("deliveryMethod", if self.is_sync { "sync" } else { "async" });
        task.prepare(self.uuid).unwrap()
    }

    fn script(&self) -> Script {
        if let Some(code) = self.refusal {
            return Script::new().refuse(400, code);
        }
        let script = (0..)
            .zip(&self.results)
            .fold(Script::new(), |script, (index, after)| script.result_at(index, *after));
        self.failing.iter().fold(script, |script, index| script.fail(*index, FAILURE))
    }
}

/// All stories.
pub(super) fn all() -> Vec<Scenario> {
    [plain(), submissions(), checks(), sockets(), openings(), absences()].concat()
}

fn plain() -> Vec<Scenario> {
    vec![
        Scenario::new("one result", [Spec::of([3])]),
        Scenario::new("one result at once", [Spec::of([0])]),
        Scenario::new("one synchronous result", [Spec::of([2]).sync()]),
        Scenario::new("four results, one after the other", [Spec::of([1, 4, 9, 16])]),
        Scenario::new("four results with their numbers", [Spec::of([9, 1, 4, 2])])
            .choose(|choices| choices.result_index = ResultIndex::Always),
        Scenario::new("two of three results", [Spec::of([2, 4, 6]).failing([1])]),
        Scenario::new("nothing but failures", [Spec::of([2, 4]).failing([0, 1])]),
        Scenario::new("two of three synchronous results", [Spec::of([1, 1, 2]).failing([2]).sync()]),
        Scenario::new("a batch", [Spec::of([1]), Spec::of([5, 2]), Spec::of([12])]),
        Scenario { batch_limit: 2, ..Scenario::new("several requests", vec![Spec::of([3]); 5]) },
        Scenario::new("both deliveries", [Spec::of([2]).sync(), Spec::of([2])]),
        Scenario::new("what is refused", [Spec::of([1]).refused("invalidModel")]),
        Scenario::new("what is refused in a batch", [Spec::of([1]), Spec::of([1]).refused("invalidModel")]),
        Scenario { deadline: secs(4), ..Scenario::new("a deadline that passes", [Spec::of([2, 20])]) },
        Scenario { budget: Some("1.00"), ..Scenario::new("a budget", [Spec::of([2]), Spec::of([4])]) },
        // What the first task costs in the end leaves too little for the second as well.
        Scenario {
            budget: Some(PRICE),
            ..Scenario::new("too small a budget", [Spec::of([2]), Spec::of([4])])
        },
        Scenario::new("a streamed text", [Spec::of([2])]).streamed(),
    ]
}

fn submissions() -> Vec<Scenario> {
    let lost = || on_submit(Action::LoseReply).nth(1);
    vec![
        Scenario::new("a lost answer", [Spec::of([6])]).fault(lost()),
        Scenario::new("a lost answer with results", [Spec::of([1, 2]).sync()]).fault(lost()),
        Scenario::new("a lost answer to a batch", [Spec::of([2]), Spec::of([8])]).fault(lost()),
        Scenario::new("a lost answer and a slow register", [Spec::of([9])])
            .fault(lost())
            .choose(|choices| choices.registration_lag = secs(5)),
        Scenario::new("a lost request", [Spec::of([2])]).fault(on_submit(Action::Reset).nth(1)),
        Scenario::new("a mute server", [Spec::of([2])]).fault(on_submit(Action::Hang).nth(1)),
        Scenario::new("a server that falls mute", [Spec::of([2])])
            .fault(on_submit(Action::HandleThenHang).nth(1)),
        Scenario::new("half an answer", [Spec::of([2])]).fault(on_submit(Action::Truncate(20)).nth(1)),
        Scenario::new("a slow answer", [Spec::of([2])]).fault(on_submit(Action::Delay(secs(8))).nth(1)),
        Scenario::new("a busy server", [Spec::of([2]), Spec::of([3])])
            .fault(on_submit(Action::Answer(Answer::error(503, "noAvailableServer"))).first(2)),
        Scenario::new("a server that only seems busy", [Spec::of([2])])
            .fault(on_submit(Action::HandleThenAnswer(Answer::html(502))).nth(1)),
        Scenario::new("a server that asks for patience", [Spec::of([2])]).fault(
            on_submit(Action::Answer(Answer::error(429, "rateLimitExceeded").retry_after("3"))).nth(1),
        ),
    ]
}

fn checks() -> Vec<Scenario> {
    vec![
        Scenario::new("checks that fail", [Spec::of([2, 3])])
            .fault(on_check(Action::Answer(Answer::html(502))).first(3)),
        Scenario::new("checks whose answers are lost", [Spec::of([2, 5])])
            .fault(on_check(Action::LoseReply).first(2)),
        Scenario::new("checks that see nothing yet", [Spec::of([2])]).fault(on_check(Action::Blind).first(3)),
    ]
}

fn sockets() -> Vec<Scenario> {
    let closed = Rule::new(Action::Close(1001)).kind(RequestKind::Submit).nth(1);
    let cut = Rule::new(Action::LoseReply).kind(RequestKind::Submit).nth(1);
    vec![
        Scenario::new("a socket", [Spec::of([3])]).over_websocket(),
        Scenario::new("a batch over a socket", [Spec::of([1, 3]).failing([0]), Spec::of([6])])
            .over_websocket(),
        Scenario::new("synchronous results over a socket", [Spec::of([1, 2]).sync()]).over_websocket(),
        Scenario::new("a socket that is closed", [Spec::of([3])]).fault(closed).over_websocket(),
        Scenario::new("a socket that is lost", [Spec::of([3])]).fault(cut).over_websocket(),
    ]
}

fn openings() -> Vec<Scenario> {
    let one = |name| Scenario::new(name, [Spec::of([2])]);
    let cut = |at, variant| [Cut { at, variant }];
    vec![
        one("a new journal").with_opening([]),
        one("a journal after a kill").with_opening(cut(40, Variant::Before)),
        one("a journal after a loss of power").with_opening(cut(40, Variant::Torn(1))),
    ]
}

/// Nobody knows of the task but the journal, and whoever comes back may send it again, or may not any more.
fn absences() -> Vec<Scenario> {
    let away = |name, absence| {
        let lost = on_submit(Action::Reset).nth(1);
        Scenario { absence, ..Scenario::new(name, [Spec::of([2])]).fault(lost) }
    };
    vec![
        away("an absence that ends before the hour", HOUR - LOOKING),
        // The archive is asked twice, before the hour and after it.
        away("an absence that ends as the hour does", HOUR - secs(4)),
        away("an absence that ends after the hour", HOUR),
    ]
}

/// A task is not sent again later than this after it was begun.
pub(super) const HOUR: Duration = secs(3_600);

/// Longer than a process looks for a task of which nothing can be found, and after it the one that comes back.
const LOOKING: Duration = secs(90);

/// How long a process with a short life has to wait until everything is over.
pub(super) const LONG: Duration = millis(3_600_000);
