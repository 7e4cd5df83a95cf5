//! [`Poll`]: looking after one task.

mod learning;
mod questions;
mod span;

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;

pub(crate) use self::learning::Lesson;
use self::learning::Stage;
pub use self::questions::QUESTION_GAP;
use self::questions::{Questions, Sight};
use self::span::Span;
use crate::ending::{Ending, Fault, FaultKind, Seen, Step};
use crate::kind::Kind;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::quota::Retry;
use crate::tick::Tick;
use crate::window::Window;

/// Looks after one task: says when to ask for its state, and when to stop.
///
/// [`step`](Self::step) answers what to do now and changes nothing, so it may be asked any number of times,
/// and a driver that is dropped half-way loses nothing. What happened is told with the other methods:
///
/// | after | tell |
/// |---|---|
/// | [`Step::Query`], once the query went out | [`sent`](Self::sent) |
/// | an answer | [`observed`](Self::observed) |
/// | no answer | [`failed`](Self::failed) |
/// | [`Step::Question`], once the question went out | [`asked`](Self::asked), if the driver does other things meanwhile |
/// | the question is dealt with | [`answered`](Self::answered), and `observed` if there was news |
///
/// Facts may come at any time, also without a query, late, twice, or after the end; none of that is an
/// error. Queries follow the [`Cadence`](crate::Cadence) of the plan as long as answers are healthy. After
/// a fault they follow its recovery delays, until an answer comes through; the cadence then goes on where
/// it was. A query that stays unanswered for the query timeout is a transient fault by itself.
///
/// A `Poll` is small (at most 120 bytes); the plan and the kind are shared.
///
/// ```
/// use runware_poll::{Ending, Plan, Poll, Seen, Step, Tick};
/// use std::time::Duration;
///
/// let mut poll = Poll::new(Plan::new(), 7, Tick::ZERO);
/// let Step::Wait { until } = poll.step(Tick::ZERO) else { unreachable!("the first look is later") };
/// assert!((Tick::from_millis(800)..=Tick::from_millis(1_000)).contains(&until));
///
/// assert_eq!(poll.step(until), Step::Query { timeout_at: until + Duration::from_secs(10) });
/// poll.sent(until);
/// let now = until + Duration::from_millis(120);
/// poll.observed(now, Seen::Settled);
/// assert_eq!(poll.step(now), Step::Finished(Ending::Settled));
/// ```
#[derive(Clone, Debug)]
pub struct Poll {
    plan: Arc<Plan>,
    rng: Rng,
    started: Tick,
    /// When the last query went out; before the first one, when the task started.
    last_sent: Tick,
    under_way: bool,
    polls: u32,
    /// When to look next. Void while a query is under way.
    window: Window,
    /// The server asked to be left alone until then.
    held_until: Tick,
    /// The cadence's last nominal gap.
    gap: Span,
    /// The base of the last recovery delay; none once an answer came through.
    setback: Span,
    /// When the task was last visible; before that, when it started.
    visible_at: Tick,
    sight: Sight,
    /// What was asked elsewhere, which few tasks need.
    questions: Option<Box<Questions>>,
    ending: Option<Ending>,
    /// What the task is like, if its times are to be learned and known.
    kind: Option<Arc<Kind>>,
    /// Since when it has been at work at what it is waited for.
    origin: Tick,
    stage: Stage,
    /// What it has reported, which few tasks do.
    progress: Option<Box<Progress>>,
}

impl Poll {
    /// A task that started just now: the first look comes after the cadence's first gap.
    ///
    /// Equal seeds give equal schedules. Give each task its own seed, or tasks that started together
    /// stay together.
    pub fn new(plan: impl Into<Arc<Plan>>, seed: u64, started: Tick) -> Self {
        let mut poll = Self::resumed(plan, seed, started);
        poll.pace();
        poll
    }

    /// A task that started earlier and may be done: the first look is due at once.
    ///
    /// Deadline and grace count from `resumed`.
    pub fn resumed(plan: impl Into<Arc<Plan>>, seed: u64, resumed: Tick) -> Self {
        Self {
            plan: plan.into(),
            rng: Rng::with_seed(seed),
            started: resumed,
            last_sent: resumed,
            under_way: false,
            polls: 0,
            window: Window::at(resumed),
            held_until: Tick::ZERO,
            gap: Span::NONE,
            setback: Span::NONE,
            visible_at: resumed,
            sight: Sight::Clear,
            questions: None,
            ending: None,
            kind: None,
            origin: resumed,
            stage: Stage::First,
            progress: None,
        }
    }

    /// The same task, which is this old already: its grace counts from when it was submitted, and not from when it was
    /// [resumed](Self::resumed). Once the task has been visible, its age plays no part any more.
    ///
    /// ```
    /// use runware_poll::{Plan, Poll, Seen, Step, Tick};
    /// use std::time::Duration;
    ///
    /// let mut poll = Poll::resumed(Plan::new(), 7, Tick::ZERO).with_age(Duration::from_secs(90));
    /// poll.sent(Tick::ZERO);
    /// poll.observed(Tick::from_millis(120), Seen::Unknown);
    /// assert_eq!(poll.step(Tick::from_millis(120)), Step::Question, "it had its 60 s");
    /// ```
    #[must_use]
    pub fn with_age(mut self, age: Duration) -> Self {
        self.sight = Sight::Awaited { in_vain: false };
        let next_from = self.started + self.plan.grace().saturating_sub(age);
        self.questions.get_or_insert_default().next_from = next_from;
        self
    }

    /// What the task needs at `now`.
    pub fn step(&self, now: Tick) -> Step {
        if let Some(ending) = self.ending {
            return Step::Finished(ending);
        }
        let deadline = self.deadline();
        if now >= deadline {
            return Step::Finished(Ending::Deadline);
        }
        if let Some(timeout_at) = self.timeout_at()
            && now < timeout_at
        {
            return Step::Wait { until: timeout_at };
        }
        let (question_due, due) = (self.question_due(), self.due());
        if question_due <= now {
            return Step::Question;
        }
        if due <= now {
            return Step::Query { timeout_at: self.timeout_of(now) };
        }
        Step::Wait { until: due.min(question_due).min(deadline) }
    }

    /// A query went out.
    ///
    /// It may go out before it is [`due`](Self::due), from [`earliest`](Self::earliest) on: that is how
    /// queries for several tasks share a request.
    pub fn sent(&mut self, now: Tick) {
        self.expire(now);
        self.polls = self.polls.saturating_add(1);
        self.last_sent = now;
        self.under_way = true;
        self.window = Window::at(now);
    }

    /// An answer came, from the query under way or from any other source.
    ///
    /// [`Seen::Settled`] ends the task, also after the deadline: what has arrived is not given away.
    pub fn observed(&mut self, now: Tick, seen: Seen) {
        self.setback = Span::NONE;
        match seen {
            Seen::Running => {
                self.visible_at = self.visible_at.max(now);
                self.sight = Sight::Clear;
                if let Some(questions) = &mut self.questions {
                    questions.gap = Span::NONE;
                }
            }
            Seen::Unknown => self.sight = self.sight.lost(),
            Seen::Settled => self.conclude(Ending::Settled),
        }
        if std::mem::take(&mut self.under_way) && self.ending.is_none() {
            self.pace();
        }
    }

    /// A query brought no answer.
    ///
    /// A transient fault puts the next look off by a recovery delay, and with
    /// [`retry_after`](Fault::retry_after) to that moment at least: nothing is asked before it, even if
    /// that leaves nothing to do but wait for the deadline. A permanent fault ends the task.
    pub fn failed(&mut self, now: Tick, fault: Fault) {
        if let Some(delay) = fault.retry_after {
            self.held_until = self.held_until.max(now + delay);
        }
        match fault.kind {
            FaultKind::Transient => self.set_back(now),
            FaultKind::Permanent => self.conclude(Ending::Rejected),
        }
    }

    /// Ends the task for a reason that only the driver knows. The first ending stays.
    pub fn conclude(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
    }

    /// When the task is given up.
    pub fn deadline(&self) -> Tick {
        self.started + self.plan.deadline()
    }

    /// The plan the task is looked after by.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// How many queries went out.
    pub const fn polls(&self) -> u32 {
        self.polls
    }

    /// How long the task has been looked after.
    pub const fn elapsed(&self, now: Tick) -> Duration {
        now.duration_since(self.started)
    }

    /// From when on the next query may go out.
    ///
    /// While a query is under way, that is after its timeout.
    pub fn earliest(&self) -> Tick {
        self.next_look().earliest
    }

    /// When the next query is due, if nothing happens before.
    pub fn due(&self) -> Tick {
        self.next_look().due
    }

    /// When the next query may go out and is due, if there can be one.
    pub(crate) fn next_query(&self, now: Tick) -> Option<Window> {
        (self.ending.is_none() && now < self.deadline()).then(|| self.next_look())
    }

    /// Whether a query at `now` would be one that only a fault brought about.
    ///
    /// One that comes no sooner than a healthy task would be asked is not.
    pub(crate) fn retry(&self, now: Tick) -> Option<Retry> {
        if now >= self.unhurried() {
            None
        } else if self.under_way {
            Some(Retry::AfterTimeout)
        } else {
            self.setback.is_some().then_some(Retry::AfterFault)
        }
    }

    /// If a query at `now` would be a retry: puts it off until a healthy task would be asked.
    pub(crate) fn slow_down(&mut self, now: Tick) {
        if self.retry(now).is_some() {
            self.expire(now);
            self.window = self.window.not_before(self.unhurried());
        }
    }

    /// The query under way was refused for what it shared a request with: the fault that will be told is a first one,
    /// whatever came before it.
    pub(crate) fn pardon(&mut self) {
        if self.under_way {
            self.setback = Span::NONE;
        }
    }

    fn unhurried(&self) -> Tick {
        self.last_sent + self.plan.cadence().longest()
    }

    /// Goes on with the cadence, from the last query on.
    fn pace(&mut self) {
        let cadence = self.plan.cadence();
        let gap = cadence.gap_after(self.gap.duration());
        self.gap = Span::new(gap);
        self.window = cadence.window(self.last_sent, gap, &mut self.rng);
        self.hold_back();
        self.follow_progress();
    }

    /// Turns a query whose time is up into the fault that it is.
    fn expire(&mut self, now: Tick) {
        if let Some(timeout_at) = self.timeout_at()
            && timeout_at <= now
        {
            self.set_back(timeout_at);
        }
    }

    fn set_back(&mut self, at: Tick) {
        let setback = self.setback_from(at);
        self.setback = Span::new(setback.base);
        self.rng = setback.rng;
        self.window = self.window.not_before(setback.over_at);
        self.under_way = false;
    }

    /// What a fault at `at` does, without doing it: `step` must know, and may not change anything.
    fn setback_from(&self, at: Tick) -> Setback {
        let mut rng = self.rng.clone();
        let delay = self.plan.recovery().draw(self.setback.duration(), &mut rng);
        let shortest_gap = self.last_sent + self.plan.cadence().shortest();
        Setback { base: delay.base, rng, over_at: shortest_gap.max(at + delay.length) }
    }

    pub(crate) fn next_look(&self) -> Window {
        let window = match self.timeout_at() {
            Some(timeout_at) => Window::at(self.setback_from(timeout_at).over_at),
            None => self.window,
        };
        window.not_before(self.held_until)
    }

    /// When the query under way is no longer waited for.
    fn timeout_at(&self) -> Option<Tick> {
        self.under_way.then(|| self.timeout_of(self.last_sent))
    }

    fn timeout_of(&self, sent: Tick) -> Tick {
        self.deadline().min(sent + self.plan.query_timeout())
    }
}

// A driver may hold a million of them.
const _: () = assert!(size_of::<Poll>() <= 120, "a poll is at most 120 bytes");

struct Setback {
    base: Duration,
    rng: Rng,
    over_at: Tick,
}
