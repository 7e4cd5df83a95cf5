//! [`Durations`]: how long tasks take, by kind.

use std::sync::Arc;

use crate::forecast::Forecast;
use crate::kind::Kind;
use crate::tick::Tick;

/// How long tasks take, by [`Kind`].
#[derive(Clone, Debug, Default)]
pub struct Durations {}

/// Which of its results a task is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The first one: counted from the beginning of the task.
    First,
    /// Any further one: counted from the one before it.
    Further,
}

impl Durations {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A task began at `origin`, or is waiting for the next of its results since then.
    pub fn begin(&mut self, kind: &Kind, part: Part, origin: Tick) {
        let _ = (kind, part, origin);
    }

    /// What began at `origin` came after `after`, when it was not there yet, and not later than `by`.
    pub fn finish(&mut self, kind: &Kind, part: Part, origin: Tick, after: Tick, by: Tick) {
        let _ = (kind, part, origin, after, by);
    }

    /// What began at `origin` is no longer waited for; at `last` it was not there yet.
    pub fn give_up(&mut self, kind: &Kind, part: Part, origin: Tick, last: Tick) {
        let _ = (kind, part, origin, last);
    }

    /// What began at `origin` did not begin then.
    pub fn withdraw(&mut self, kind: &Kind, part: Part, origin: Tick) {
        let _ = (kind, part, origin);
    }

    /// When such a task is likely to end; none while too little is known.
    pub fn forecast(&mut self, kind: &Kind, part: Part, now: Tick) -> Option<Arc<Forecast>> {
        let _ = (kind, part, now);
        None
    }

    /// Takes in what was learned elsewhere.
    pub fn merge(&mut self, other: &Self) {
        let _ = other;
    }

    /// How many kinds something is known of.
    pub fn len(&self) -> usize {
        0
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
