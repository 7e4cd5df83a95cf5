//! The questions about a task that healthy answers do not show.

use std::time::Duration;

use super::Poll;
use super::span::Span;
use crate::backoff::grow;
use crate::tick::Tick;

/// The shortest time from an answered [`Step::Question`](crate::Step::Question) to the next one.
///
/// Each further question about the same task waits twice as long, up to the grace period.
pub const QUESTION_GAP: Duration = Duration::from_secs(5);

impl Poll {
    /// A question went out: no other is raised before it is answered, or the query timeout has passed.
    /// Looking goes on meanwhile.
    pub fn asked(&mut self, now: Tick) {
        let answer_by = now + self.plan.query_timeout();
        self.questions.get_or_insert_default().next_from = answer_by;
    }

    /// The question was dealt with. The next one comes [`QUESTION_GAP`] later at the soonest.
    pub fn answered(&mut self, now: Tick) {
        let longest = self.plan.grace().max(QUESTION_GAP);
        let questions = self.questions.get_or_insert_default();
        let gap = grow(questions.gap.duration(), QUESTION_GAP, 2.0, longest);
        **questions = Questions { next_from: now + gap, gap: Span::new(gap) };
    }

    /// When a question is to be raised, if nothing happens before.
    pub(super) fn question_due(&self) -> Tick {
        let grace_ends = match self.sight {
            Sight::Clear | Sight::Awaited { in_vain: false } => return Tick::MAX,
            Sight::Lost => self.visible_at + self.plan.grace(),
            // It is what questions had to wait for from the start.
            Sight::Awaited { in_vain: true } => Tick::ZERO,
        };
        let next_from = self.questions.as_ref().map_or(Tick::ZERO, |questions| questions.next_from);
        grace_ends.max(next_from).max(self.held_until)
    }
}

/// What the healthy answers have shown of a task.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sight {
    /// The last one has shown it, or there was none.
    Clear,
    /// The last one has not.
    Lost,
    /// None has ever, of a task whose grace began before it was looked after, and whether there was one.
    Awaited { in_vain: bool },
}

impl Sight {
    pub(super) const fn lost(self) -> Self {
        match self {
            Self::Clear | Self::Lost => Self::Lost,
            Self::Awaited { .. } => Self::Awaited { in_vain: true },
        }
    }
}

/// The questions about a task that is in doubt.
#[derive(Clone, Debug, Default)]
pub(super) struct Questions {
    /// No question before then.
    pub(super) next_from: Tick,
    pub(super) gap: Span,
}
