//! What a poll teaches about the time that tasks take, and what it is taught.

use std::sync::Arc;
use std::time::Duration;

use super::Poll;
use crate::backoff::between;
use crate::durations::Part;
use crate::ending::Ending;
use crate::forecast::Forecast;
use crate::kind::Kind;
use crate::progress::Progress;
use crate::tick::Tick;
use crate::window::Window;

impl Poll {
    /// Says what the task is like: a [`Scheduler`](crate::Scheduler) then learns from it, and looks at it by what it
    /// has learned, if the plan's cadence is [`Cadence::Learned`](crate::Cadence::Learned).
    ///
    /// Say it before the poll goes into a scheduler. Not for a task that was [resumed](Self::resumed): nobody knows when it
    /// began.
    #[must_use]
    pub fn with_kind(mut self, kind: Arc<Kind>) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Plans the next look anew, by what is known of such tasks. Where the task reports its own progress, that counts
    /// for more.
    ///
    /// It changes nothing while a query is under way or a fault is being recovered from, while a
    /// [scheduler](crate::Scheduler#unknown-kinds) has the task stand back, and nothing if the plan's cadence is not
    /// [`Cadence::Learned`](crate::Cadence::Learned).
    pub fn follow(&mut self, forecast: &Forecast) {
        if self.under_way || self.setback.is_some() || self.stage == Stage::StandsBack {
            return;
        }
        let elapsed = self.last_sent.duration_since(self.origin);
        if let Some(gap) = self.plan.cadence().forecast_gap(forecast, elapsed) {
            self.look_after(gap);
            self.follow_progress();
        }
    }

    /// One of the task's results came, and others are still to come: from now on the next one is waited for.
    pub fn advanced(&mut self, now: Tick) {
        self.stage = Stage::Further;
        self.origin = now;
        self.progress = None;
    }

    /// The server said that the task is waiting for its turn: its work has not begun by `now`.
    pub fn queued(&mut self, now: Tick) {
        if self.stage != Stage::Further {
            self.origin = self.origin.max(now);
        }
    }

    /// The server said that so many percent of the work are done: the next look is planned by when it will be.
    ///
    /// A report that shows no progress puts the next look off, so that a task that reports 99 % for long is not asked
    /// all the time. Nothing done at all, or more than there is, says nothing. It changes nothing if the plan's cadence
    /// is not [`Cadence::Learned`](crate::Cadence::Learned).
    pub fn reported(&mut self, now: Tick, percent: u8) {
        match &mut self.progress {
            Some(progress) => progress.report(now, percent),
            None => self.progress = Progress::begun(now, percent).map(Box::new),
        }
        if !self.under_way && !self.setback.is_some() {
            self.follow_progress();
        }
    }

    /// Leaves it to others of its kind to find out how long such tasks take, if the plan's cadence is to learn it. Returns
    /// false if it is not.
    pub(crate) fn stand_back(&mut self) -> bool {
        let learns = self.plan.cadence().follower_gap().is_some();
        if learns {
            self.stage = Stage::StandsBack;
            self.hold_back();
        }
        learns
    }

    /// What it is like, if that was said.
    pub(crate) const fn kind(&self) -> Option<&Arc<Kind>> {
        self.kind.as_ref()
    }

    /// It is no longer left to others to find out how long such tasks take: if it stood back, the next look is due within a
    /// second. A forecast says better when.
    pub(crate) fn come_forward(&mut self, now: Tick, forecast: Option<&Forecast>) {
        if self.stage == Stage::StandsBack {
            self.stage = Stage::First;
            if !self.under_way && !self.setback.is_some() {
                let soonest = now.max(self.last_sent + self.plan.cadence().shortest());
                self.window =
                    Window { earliest: soonest, due: soonest + between(Duration::ZERO, SOON, &mut self.rng) };
            }
        }
        if let Some(forecast) = forecast {
            self.follow(forecast);
        }
    }

    /// Puts the next look off, of a task that stands back. It may still go along with others as soon as theirs.
    pub(super) fn hold_back(&mut self) {
        if self.stage == Stage::StandsBack
            && let Some(gap) = self.plan.cadence().follower_gap()
        {
            let earliest = self.window.earliest;
            self.look_after(gap);
            self.window.earliest = self.window.earliest.min(earliest);
        }
    }

    /// Plans the next look by the task's own reports, if it made any.
    pub(super) fn follow_progress(&mut self) {
        let Some(progress) = &self.progress else { return };
        let (left, stands_still) = (progress.left(self.origin), progress.stands_still());
        if let Some(gap) = left.and_then(|left| self.plan.cadence().progress_gap(left, stands_still)) {
            self.look_after(gap);
        }
    }

    /// Plans the next look by a gap that was forecast.
    fn look_after(&mut self, gap: Duration) {
        let cadence = self.plan.cadence();
        let soonest = self.started + cadence.soonest(self.polls.saturating_add(1));
        self.window = cadence.forecast_window(self.last_sent, gap, &mut self.rng).not_before(soonest);
    }

    /// What the task is waited for, if that is to be learned from.
    pub(crate) fn lesson(&self) -> Option<Lesson> {
        let kind = self.kind.clone().filter(|_| self.ending != Some(Ending::Settled))?;
        Some(Lesson {
            kind,
            part: self.stage.part(),
            origin: self.origin,
            seen_at: self.visible_at.max(self.origin),
        })
    }
}

/// Within which time those are looked at that come forward without a forecast.
const SOON: Duration = Duration::from_secs(1);

/// What is known of how far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its first result is to come.
    First,
    /// Its first result is to come, and others are to find out when that may be.
    StandsBack,
    /// There was a result, and another one is to come.
    Further,
}

impl Stage {
    const fn part(self) -> Part {
        match self {
            Self::First | Self::StandsBack => Part::First,
            Self::Further => Part::Further,
        }
    }
}

/// What a task is waited for.
pub(crate) struct Lesson {
    pub(crate) kind: Arc<Kind>,
    pub(crate) part: Part,
    /// Since when.
    pub(crate) origin: Tick,
    /// When it was last seen not to be there yet.
    pub(crate) seen_at: Tick,
}
