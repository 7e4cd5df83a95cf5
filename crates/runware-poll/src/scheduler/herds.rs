//! [`Herds`]: tasks of which nobody knows how long they take, and which of them find out.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::Scheduler;
use crate::durations::Part;
use crate::kind::Kind;
use crate::tick::Tick;

/// How many tasks of a kind are looked at early to find out when the first one ends.
const LEADERS: u32 = 16;

/// How many tasks are looked at when one of their kind has ended, to find out how many others have.
const SCOUTS: usize = 256;

/// Of more kinds than this, all tasks lead.
const MOST_KINDS: usize = 1_024;

/// The kinds of which nothing is known, and how many tasks of each lead.
///
/// Ten thousand tasks that begin together need not all be asked after a second, and again after two: what some of them
/// answer goes for the others. The first ones lead, and are asked by the exponential schedule; the others stand back.
/// When one has ended, some of them are looked at, and when that shows enough for a forecast, all follow it.
#[derive(Debug, Default)]
pub(super) struct Herds {
    leaders: HashMap<Arc<Kind>, u32>,
}

impl Herds {
    /// Takes in a task of a kind; returns true if it leads.
    pub(super) fn join(&mut self, kind: &Arc<Kind>) -> bool {
        if self.leaders.len() >= MOST_KINDS && !self.leaders.contains_key(kind) {
            return true;
        }
        let leaders = self.leaders.entry(Arc::clone(kind)).or_default();
        let leads = *leaders < LEADERS;
        *leaders += u32::from(leads);
        leads
    }

    /// A task of a kind that may lead is gone: another one may take its place.
    pub(super) fn leave(&mut self, kind: &Kind) {
        if let Some(leaders) = self.leaders.get_mut(kind) {
            *leaders = leaders.saturating_sub(1);
        }
    }

    /// There are no tasks any more.
    pub(super) fn clear(&mut self) {
        self.leaders = HashMap::new();
    }
}

impl<K: Clone + Eq + Hash> Scheduler<K> {
    /// Looks after the tasks of a kind that stand back, after one of it has ended.
    ///
    /// They are looked for among all tasks: that happens a few times for each kind, and costs no memory.
    pub(super) fn rouse(&mut self, kind: &Kind, now: Tick) {
        if !self.herds.leaders.contains_key(kind) {
            return;
        }
        let forecast = self.durations.forecast(kind, Part::First, now);
        let stand_back =
            self.slab.slots().filter(|(_, task)| task.poll.stands_back(kind)).map(|(slot, _)| slot);
        let roused: Vec<u32> =
            stand_back.take(if forecast.is_some() { usize::MAX } else { SCOUTS }).collect();
        for slot in roused {
            self.update(slot, now, |task| match &forecast {
                Some(forecast) => task.poll.follow(forecast),
                None => task.poll.come_forward(now),
            });
        }
        if forecast.is_some() {
            self.herds.leaders.remove(kind);
        }
    }
}
