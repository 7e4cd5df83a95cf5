//! [`Herds`]: tasks of which nobody knows how long they take, and which of them find out.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::Scheduler;
use crate::durations::Part;
use crate::kind::Kind;
use crate::tick::Tick;

/// How many tasks of a kind are looked at early to find out when the first one ends.
const LEADERS: usize = 16;

/// How many tasks come forward when one of their kind has ended, to find out for the others.
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

/// The tasks of one kind; there is no herd without any.
#[derive(Debug, Default)]
struct Herd {
    /// Those that lead, and those that have come forward.
    ahead: usize,
    behind: usize,
}

/// Where a task stands among those of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// It has nothing to do with the others.
    Apart,
    /// It finds out for the others.
    Ahead,
    /// It leaves it to others to find out.
    Behind,
}

impl Herds {
    /// Where the next task of a kind is to stand.
    fn place(&self, kind: &Kind) -> Stand {
        match self.kinds.get(kind) {
            Some(herd) if herd.ahead >= LEADERS => Stand::Behind,
            None if self.kinds.len() >= MOST_KINDS => Stand::Apart,
            _ => Stand::Ahead,
        }
    }

    /// Notes that a task of a kind stands somewhere else.
    fn moved(&mut self, kind: &Arc<Kind>, from: Stand, to: Stand) {
        if to != Stand::Apart {
            let herd = self.kinds.entry(Arc::clone(kind)).or_default();
            herd.count(to).into_iter().for_each(|count| *count += 1);
        }
        if let Some(herd) = self.kinds.get_mut(kind) {
            herd.count(from).into_iter().for_each(|count| *count = count.saturating_sub(1));
            if herd.ahead == 0 && herd.behind == 0 {
                self.kinds.remove(kind);
            }
        }
    }

    /// There are no tasks any more.
    pub(super) fn clear(&mut self) {
        self.kinds = HashMap::new();
    }
}

impl Herd {
    const fn count(&mut self, stand: Stand) -> Option<&mut usize> {
        match stand {
            Stand::Apart => None,
            Stand::Ahead => Some(&mut self.ahead),
            Stand::Behind => Some(&mut self.behind),
        }
    }

    /// How many more are to come forward to find out for the others: none as long as half of those are there who did.
    const fn scouts_missing(&self) -> usize {
        let missing = SCOUTS.saturating_sub(self.ahead.saturating_sub(LEADERS));
        if missing > SCOUTS / 2 { missing } else { 0 }
    }
}

impl<K: Clone + Eq + Hash> Scheduler<K> {
    /// Has a task whose kind has no forecast lead, or stand back if enough of its kind do. Returns true if it leads.
    pub(super) fn join(&mut self, slot: u32, kind: &Kind) -> bool {
        let stand = self.herds.place(kind);
        self.stand(slot, stand);
        stand != Stand::Behind
    }

    /// Has a task stand there from now on.
    pub(super) fn stand(&mut self, slot: u32, stand: Stand) {
        let Some(task) = self.slab.get_mut(slot) else { return };
        let from = std::mem::replace(&mut task.stand, stand);
        if from != stand
            && let Some(kind) = task.poll.kind()
        {
            self.herds.moved(kind, from, stand);
        }
    }

    /// Has tasks of a kind come forward that stand back, after one of it has ended.
    ///
    /// They are looked for among all tasks: that happens a few times for each crowd, and costs no memory.
    pub(super) fn rouse(&mut self, kind: &Kind, now: Tick) {
        let Some(herd) = self.herds.kinds.get(kind).filter(|herd| herd.behind > 0) else { return };
        let is_well_known = self.durations.is_well_known(kind, Part::First);
        let most = if is_well_known { usize::MAX } else { herd.scouts_missing() };
        if most == 0 {
            return;
        }
        let stand_back = self.slab.slots().filter(|(_, task)| {
            task.stand == Stand::Behind && task.poll.kind().is_some_and(|theirs| **theirs == *kind)
        });
        let roused: Vec<u32> = stand_back.map(|(slot, _)| slot).take(most).collect();
        let forecast = self.durations.forecast(kind, Part::First, now);
        for slot in roused {
            self.stand(slot, Stand::Ahead);
            self.update(slot, now, |task| task.poll.come_forward(now, forecast.as_deref()));
        }
    }
}
