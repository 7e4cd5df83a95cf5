//! What a scheduler learns from its tasks, and how they follow it.

use std::hash::Hash;
use std::sync::Arc;

use super::Scheduler;
use super::herds::Stand;
use crate::durations::Durations;
use crate::forecast::Forecast;
use crate::poll::{Lesson, Poll};
use crate::tick::Tick;

impl<K: Clone + Eq + Hash> Scheduler<K> {
    /// The same scheduler with what was learned before.
    #[must_use]
    pub fn with_durations(mut self, durations: Durations) -> Self {
        self.durations = durations.for_another_clock();
        self
    }

    /// What is known of how long tasks take.
    pub const fn durations(&self) -> &Durations {
        &self.durations
    }

    /// What is known of how long tasks take, to add to it.
    pub const fn durations_mut(&mut self) -> &mut Durations {
        &mut self.durations
    }

    /// One of a task's results came, and others are still to come. See [`Poll::advanced`].
    pub fn advanced(&mut self, key: &K, now: Tick) {
        let Some(slot) = self.slab.find(key) else { return };
        self.learn(slot, now);
        // It has nothing more to find out for the others.
        self.stand(slot, Stand::Apart);
        self.anew(slot, now, |poll| poll.advanced(now));
    }

    /// The server said that a task is waiting for its turn. See [`Poll::queued`].
    pub fn queued(&mut self, key: &K, now: Tick) {
        let Some(slot) = self.slab.find(key) else { return };
        self.anew(slot, now, |poll| poll.queued(now));
    }

    /// The server said how much of a task is done. See [`Poll::reported`].
    pub fn reported(&mut self, key: &K, now: Tick, percent: u8) {
        let Some(slot) = self.slab.find(key) else { return };
        self.update(slot, now, |task| task.poll.reported(now, percent));
    }

    fn lesson(&self, slot: u32) -> Option<Lesson> {
        self.slab.get(slot)?.poll.lesson()
    }

    /// Learns from a task that what it was waited for is there.
    pub(super) fn learn(&mut self, slot: u32, now: Tick) {
        if let Some(Lesson { kind, part, origin, seen_at }) = self.lesson(slot) {
            self.durations.finish(&kind, part, origin, seen_at, now);
            self.rouse(&kind, now);
        }
    }

    /// Plans the first look at a task by what is known of its kind.
    pub(super) fn begin(&mut self, slot: u32, now: Tick) {
        let Some(Lesson { kind, part, .. }) = self.lesson(slot) else { return };
        let forecast = self.durations.forecast(&kind, part, now);
        let leads = forecast.is_some() || self.join(slot, &kind);
        let Some(task) = self.slab.get_mut(slot) else { return };
        if leads {
            // It may have stood back in another scheduler.
            task.poll.come_forward(now, forecast.as_deref());
        } else if !task.poll.stand_back() {
            self.stand(slot, Stand::Apart);
        }
    }

    /// Learns from a task that what it is waited for is not there yet, and says when it may be.
    pub(super) fn wait_on(&mut self, slot: u32, now: Tick) -> Option<Arc<Forecast>> {
        let Lesson { kind, part, origin, seen_at } = self.lesson(slot)?;
        self.durations.wait(&kind, part, origin, seen_at, now.max(seen_at));
        self.durations.forecast(&kind, part, now)
    }

    fn forecast(&mut self, slot: u32, now: Tick) -> Option<Arc<Forecast>> {
        let Lesson { kind, part, .. } = self.lesson(slot)?;
        self.durations.forecast(&kind, part, now)
    }

    /// Tells a task what it is waited for from now on, and plans its next look by that.
    fn anew(&mut self, slot: u32, now: Tick, tell: impl FnOnce(&mut Poll)) {
        let Some(task) = self.slab.get_mut(slot) else { return };
        tell(&mut task.poll);
        let forecast = self.forecast(slot, now);
        self.update(slot, now, |task| {
            if let Some(forecast) = forecast {
                task.poll.follow(&forecast);
            }
        });
    }
}
