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

/// How many tasks come forward when the first one of their kind has ended, to find out for the others.
const SCOUTS: usize = 256;

/// Of more kinds than this, all tasks lead.
const MOST_KINDS: usize = 1_024;

/// The kinds of which too little is known, and how many tasks of each lead.
///
/// Ten thousand tasks that begin together need not all be asked after a second, and again after two: what some of them
/// answer goes for the others. The first ones lead, and are asked by the exponential schedule; the others stand back.
/// When one has ended, some of them come forward and follow the first forecasts. Those rest on the few that took the
/// least time, and guess when the others will end; so the others follow when the kind is
/// [well known](crate::Durations::is_well_known).
#[derive(Debug, Default)]
pub(super) struct Herds {
    kinds: HashMap<Arc<Kind>, Herd>,
}

/// The tasks of one kind.
#[derive(Debug, Default)]
struct Herd {
    leaders: u32,
    /// Whether those have come forward that find out for the others.
    has_scouts: bool,
}

impl Herds {
    /// Takes in a task of a kind; returns true if it leads.
    pub(super) fn join(&mut self, kind: &Arc<Kind>) -> bool {
        if self.kinds.len() >= MOST_KINDS && !self.kinds.contains_key(kind) {
            return true;
        }
        let herd = self.kinds.entry(Arc::clone(kind)).or_default();
        let leads = herd.leaders < LEADERS;
        herd.leaders += u32::from(leads);
        leads
    }

    /// A task of a kind that may lead is gone: another one may take its place.
    pub(super) fn leave(&mut self, kind: &Kind) {
        if let Some(herd) = self.kinds.get_mut(kind) {
            herd.leaders = herd.leaders.saturating_sub(1);
        }
    }

    /// There are no tasks any more.
    pub(super) fn clear(&mut self) {
        self.kinds = HashMap::new();
    }
}

impl<K: Clone + Eq + Hash> Scheduler<K> {
    /// Has tasks of a kind come forward that stand back, after one of it has ended.
    ///
    /// They are looked for among all tasks: that happens twice for each kind, and costs no memory.
    pub(super) fn rouse(&mut self, kind: &Kind, now: Tick) {
        let Some(herd) = self.herds.kinds.get_mut(kind) else { return };
        let is_well_known = self.durations.is_well_known(kind, Part::First);
        if herd.has_scouts && !is_well_known {
            return;
        }
        herd.has_scouts = true;
        let stand_back =
            self.slab.slots().filter(|(_, task)| task.poll.stands_back(kind)).map(|(slot, _)| slot);
        let roused: Vec<u32> = stand_back.take(if is_well_known { usize::MAX } else { SCOUTS }).collect();
        let forecast = self.durations.forecast(kind, Part::First, now);
        for slot in roused {
            self.update(slot, now, |task| task.poll.come_forward(now, forecast.as_deref()));
        }
        if is_well_known {
            self.herds.kinds.remove(kind);
        }
    }
}
