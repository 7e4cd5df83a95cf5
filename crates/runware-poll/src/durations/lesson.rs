//! [`Lesson`]: what is known of one level of kinds, and the forecast that was made of it.

use std::sync::Arc;
use std::time::Duration;

use super::distribution::Distribution;
use super::sketch::Sketch;
use crate::forecast::Forecast;
use crate::tick::Tick;

/// A forecast is not made anew sooner than this.
const FRESH: Duration = Duration::from_millis(200);

/// A forecast does not get older than this: that tasks have not ended is news too.
const OLD: Duration = Duration::from_secs(2);

/// One in so many tasks more, and a forecast is made anew.
const NEWS: f64 = 20.0;

/// What was found after a longer time than this without a look says too little of when it ended. No healthy gap is half
/// as long.
const LONGEST_GAP: Duration = Duration::from_secs(120);

/// What is known of one level of kinds.
#[derive(Clone, Debug)]
pub(super) struct Lesson {
    pub(super) sketch: Sketch,
    forecast: Option<Arc<Forecast>>,
    /// When that was; never, if it is still to be made.
    made_at: Option<Tick>,
    /// How many tasks have ended since.
    news: u32,
    /// Whether any task has been seen to run on since.
    is_touched: bool,
}

impl Lesson {
    pub(super) fn new(sketch: Sketch) -> Self {
        Self { sketch, forecast: None, made_at: None, news: 0, is_touched: false }
    }

    pub(super) fn wait(&mut self, last: Duration, now: Duration) {
        self.sketch.pass(last, now.max(last));
        self.is_touched = true;
    }

    pub(super) fn finish(&mut self, after: Duration, by: Duration) {
        if by.saturating_sub(after) <= LONGEST_GAP {
            self.sketch.end(after, by.max(after));
            self.news = self.news.saturating_add(1);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.sketch.merge(&other.sketch);
        self.forget_forecast();
    }

    /// Lets the forecast be made anew, by whatever clock.
    pub(super) fn forget_forecast(&mut self) {
        self.made_at = None;
    }

    /// Whether anything can be said of the next task.
    pub(super) fn is_enough(&self) -> bool {
        self.sketch.is_enough()
    }

    /// Whether what can be said is more than a guess.
    pub(super) fn is_plenty(&self) -> bool {
        self.sketch.is_plenty()
    }

    pub(super) fn add_to(&self, before: &Distribution, is_finest: bool) -> Distribution {
        before.learn(&self.sketch, is_finest)
    }

    /// Whether the forecast will do that was made last.
    pub(super) fn is_fresh(&self, now: Tick) -> bool {
        let Some(made_at) = self.made_at else { return false };
        let age = now.duration_since(made_at);
        let is_old = age >= OLD && (self.news > 0 || self.is_touched);
        let is_news =
            f64::from(self.news) * NEWS > self.sketch.tasks() && (age >= FRESH || self.forecast.is_none());
        !is_old && !is_news
    }

    pub(super) fn forecast(&self) -> Option<Arc<Forecast>> {
        self.forecast.clone()
    }

    pub(super) fn keep(&mut self, forecast: Option<Arc<Forecast>>, now: Tick) {
        self.forecast = forecast;
        self.made_at = Some(now);
        self.news = 0;
        self.is_touched = false;
    }
}

impl Default for Lesson {
    fn default() -> Self {
        Self::new(Sketch::new())
    }
}
