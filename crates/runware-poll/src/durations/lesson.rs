//! [`Lesson`]: what is known of one level of kinds, and the forecast that was made of it.

use std::sync::Arc;
use std::time::Duration;

use super::distribution::Distribution;
use super::sketch::{FEWEST, Sketch};
use super::watched::Watched;
use crate::forecast::Forecast;
use crate::tick::Tick;

/// A forecast is not made anew sooner than this.
const FRESH: Duration = Duration::from_millis(200);

/// While tasks are running, a forecast does not get older than this: that they have not ended is news too.
const OLD: Duration = Duration::from_secs(2);

/// One in so many tasks more, and a forecast is made anew.
const NEWS: u32 = 20;

/// What was found after a longer time than this without a look says too little of when it ended. No healthy gap is half
/// as long.
const LONGEST_GAP: Duration = Duration::from_secs(120);

/// What is known of one level of kinds.
#[derive(Clone, Debug)]
pub(super) struct Lesson {
    pub(super) sketch: Sketch,
    watched: Watched,
    forecast: Option<Arc<Forecast>>,
    made_at: Tick,
    /// How many tasks have ended since.
    news: u32,
}

impl Lesson {
    pub(super) fn new(sketch: Sketch) -> Self {
        Self { sketch, watched: Watched::new(), forecast: None, made_at: Tick::ZERO, news: 1 }
    }

    pub(super) fn begin(&mut self) {
        self.watched.add(Duration::ZERO);
    }

    pub(super) fn wait(&mut self, last: Duration, now: Duration) {
        self.watched.remove(last);
        self.watched.add(now);
    }

    pub(super) fn leave(&mut self, last: Duration) {
        self.watched.remove(last);
    }

    pub(super) fn finish(&mut self, after: Duration, by: Duration) {
        if by.saturating_sub(after) > LONGEST_GAP {
            return self.give_up(after);
        }
        self.sketch.ended(after, by);
        self.news += 1;
    }

    pub(super) fn give_up(&mut self, last: Duration) {
        self.sketch.outlasted(last);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.sketch.merge(&other.sketch);
        self.news = self.news.saturating_add(other.sketch.tasks());
    }

    /// Whether anything can be said of the next task.
    pub(super) fn is_enough(&self) -> bool {
        self.sketch.tasks() >= FEWEST
    }

    pub(super) fn add_to(&self, before: &Distribution, is_finest: bool) -> Distribution {
        before.learn(&self.sketch, &self.watched, is_finest)
    }

    /// Whether the forecast will do that was made last.
    pub(super) fn is_fresh(&self, now: Tick) -> bool {
        let age = now.duration_since(self.made_at);
        let is_old = age >= OLD && (self.news > 0 || self.watched.tasks() > 0);
        let is_news = self.news * NEWS > self.sketch.tasks() && (age >= FRESH || self.forecast.is_none());
        !is_old && !is_news
    }

    pub(super) fn forecast(&self) -> Option<Arc<Forecast>> {
        self.forecast.clone()
    }

    pub(super) fn keep(&mut self, forecast: Option<Arc<Forecast>>, now: Tick) {
        self.forecast = forecast;
        self.made_at = now;
        self.news = 0;
    }
}

impl Default for Lesson {
    fn default() -> Self {
        Self::new(Sketch::new())
    }
}
