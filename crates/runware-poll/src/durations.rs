//! [`Durations`]: how long tasks take, by kind.

mod distribution;
mod lesson;
#[cfg(feature = "serde")]
mod saved;
pub(crate) mod scale;
mod sketch;

use std::hash::RandomState;
use std::sync::Arc;

use hashbrown::HashMap;
use hashbrown::hash_map::EntryRef;

use self::distribution::Distribution;
use self::lesson::Lesson;
use crate::forecast::Forecast;
use crate::kind::Kind;
use crate::tick::Tick;

/// How long tasks take, by [`Kind`]: learned from those that ended, and from those that have not yet.
///
/// A [`Scheduler`](crate::Scheduler) has one and teaches it; a driver of single [`Poll`](crate::Poll)s can do the same.
///
/// # What is remembered
///
/// For each level of a kind, and for all tasks together, how many of the tasks that came to an age ended there, for ages
/// on a logarithmic scale in steps of 6.25 %, in less than 1 KiB; once more for the time between the results of one task,
/// where there are several. Of each age the last 128 to 256 tasks are remembered that came there. When several in a row
/// take times that nobody expected, what was known fades with each of them. Of the kinds that there are,
/// [`Durations::MOST_KINDS`] levels are remembered, those that were used last.
///
/// # What is made of it
///
/// A task whose end was seen by a look ended between that look and the one before it. A task that has not ended yet, or
/// was given up, counts for the ages at which it was seen (Kaplan and Meier, 1958): the first to finish do not speak for
/// the others. The distribution is smoothed by as much as so few tasks leave open, and mixed with that of the next
/// coarser level, and at last with one for which the exponential schedule is the right one. The share of these is that
/// of Laplace's rule, `1 / (n + 2)` after `n` tasks, and more where the last tasks ended at times that were not expected.
///
/// ```
/// use runware_poll::{Cadence, Durations, Kind, Part, Tick};
/// use std::time::Duration;
///
/// let kind = Kind::new("videoInference").then("klingai:5@3");
/// let mut durations = Durations::new();
/// let mut now = Tick::ZERO;
/// assert!(durations.forecast(&kind, Part::First, now).is_none(), "nothing is known yet");
/// for task in 0..50 {
///     let (began, seen) = (now, now + Duration::from_secs(57));
///     now = seen + Duration::from_secs(task % 9);
///     durations.wait(&kind, Part::First, began, began, seen);
///     durations.finish(&kind, Part::First, began, seen, now);
/// }
/// let forecast = durations.forecast(&kind, Part::First, now).expect("fifty of them are known");
/// let gap_after = |elapsed| {
///     let [worth, floor, cap] = [400, 1_000, 15_000].map(Duration::from_millis);
///     forecast.gap(Duration::from_secs(elapsed), worth, floor, cap).as_secs()
/// };
/// assert!(gap_after(0) > 40, "nothing ends in the first forty seconds");
/// assert!(gap_after(56) < 4, "but now it may, any moment");
/// assert!(gap_after(200) > 8, "and of one that takes so long nothing is known");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Durations {
    kinds: HashMap<Box<str>, Known, RandomState>,
    /// How many times something was used.
    uses: u64,
    /// Of how many kinds something is known; others were only asked about.
    known: usize,
}

/// What is known of one level of kinds.
#[derive(Clone, Debug, Default)]
struct Known {
    first: Option<Box<Lesson>>,
    further: Option<Box<Lesson>>,
    /// When it was last used, in uses.
    used: u64,
    /// Whether anything was learned, or it was only asked about.
    is_known: bool,
}

/// Which of its results a task is waiting for.
// Complete: it is the first, or there was one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The first one: counted from the beginning of the task.
    First,
    /// Any further one: counted from the one before it.
    Further,
}

impl Durations {
    /// How many levels of kinds are remembered at most.
    pub const MOST_KINDS: usize = 1_024;

    /// Nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What began at `origin` was not there yet at `last`, and is not at `now` either.
    pub fn wait(&mut self, kind: &Kind, part: Part, origin: Tick, last: Tick, now: Tick) {
        let (last, now) = (last.duration_since(origin), now.duration_since(origin));
        self.each(kind, part, |lesson| lesson.wait(last, now));
    }

    /// What began at `origin` came after `after`, when it was not there yet, and not later than `by`.
    pub fn finish(&mut self, kind: &Kind, part: Part, origin: Tick, after: Tick, by: Tick) {
        let (after, by) = (after.duration_since(origin), by.duration_since(origin));
        self.each(kind, part, |lesson| lesson.finish(after, by));
    }

    /// When such a task is likely to end; none while too little is known of any level of its kind.
    ///
    /// It is made anew at most five times a second for each kind, and once a twentieth more tasks have ended. In between,
    /// and for all tasks of a kind, it costs a look-up.
    pub fn forecast(&mut self, kind: &Kind, part: Part, now: Tick) -> Option<Arc<Forecast>> {
        let finest = self.lesson_mut(kind.as_str(), part, false);
        if finest.is_fresh(now) {
            return finest.forecast();
        }
        let forecast = self.make(kind, part).map(Arc::new);
        if let Some(finest) =
            self.kinds.get_mut(kind.as_str()).and_then(|known| known.part_mut(part).as_mut())
        {
            finest.keep(forecast.clone(), now);
        }
        forecast
    }

    /// Whether as many tasks of a kind were seen to end as make a forecast that others can rely on unseen.
    pub(crate) fn is_well_known(&self, kind: &Kind, part: Part) -> bool {
        self.lesson(kind.as_str(), part).is_some_and(Lesson::is_plenty)
    }

    /// Takes in what was learned elsewhere, in any order. Tasks that are running there are not part of it.
    pub fn merge(&mut self, other: &Self) {
        for (name, theirs) in &other.kinds {
            for part in [Part::First, Part::Further] {
                if let Some(theirs) = theirs.part(part) {
                    self.learn(name, part).merge(theirs);
                }
            }
        }
    }

    /// The same for another clock: nothing is said any more of when a forecast was made.
    pub(crate) fn for_another_clock(mut self) -> Self {
        for known in self.kinds.values_mut() {
            known.first.iter_mut().chain(&mut known.further).for_each(|lesson| lesson.forget_forecast());
        }
        self
    }

    /// How many levels of kinds something is known of.
    pub fn len(&self) -> usize {
        self.known
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.known == 0
    }

    /// Tells every level of a kind something.
    fn each(&mut self, kind: &Kind, part: Part, tell: impl Fn(&mut Lesson)) {
        for level in levels(kind) {
            tell(self.learn(level, part));
        }
    }

    fn make(&self, kind: &Kind, part: Part) -> Option<Forecast> {
        let mut distribution = None;
        for level in levels(kind) {
            if let Some(lesson) = self.lesson(level, part).filter(|lesson| lesson.is_enough()) {
                let before = distribution.unwrap_or_else(Distribution::unknown);
                distribution = Some(lesson.add_to(&before, level == kind.as_str()));
            }
        }
        Some(distribution?.forecast())
    }

    fn lesson(&self, level: &str, part: Part) -> Option<&Lesson> {
        self.kinds.get(level)?.part(part)
    }

    /// What is known of a level, to add to it.
    fn learn(&mut self, level: &str, part: Part) -> &mut Lesson {
        self.lesson_mut(level, part, true)
    }

    /// What is known of a level, if `is_known`, or may be some day.
    fn lesson_mut(&mut self, level: &str, part: Part, is_known: bool) -> &mut Lesson {
        if self.kinds.len() >= Self::MOST_KINDS && !self.kinds.contains_key(level) {
            self.make_room();
        }
        let Self { kinds, uses, known } = self;
        *uses += 1;
        let kind = match kinds.entry_ref(level) {
            EntryRef::Occupied(kind) => kind.into_mut(),
            EntryRef::Vacant(unknown) => unknown.insert_with_key(level.into(), Known::default()),
        };
        if is_known && !kind.is_known {
            kind.is_known = true;
            *known += 1;
        }
        kind.used = *uses;
        kind.part_mut(part).get_or_insert_default()
    }

    /// Forgets the kind that was not used for the longest time; never what is known of all.
    fn make_room(&mut self) {
        let kinds = self.kinds.iter().filter(|(name, _)| &***name != ANY);
        let oldest = kinds.min_by_key(|(name, known)| (known.used, *name)).map(|(name, _)| name.clone());
        if let Some(forgotten) = oldest.and_then(|name| self.kinds.remove(&name)) {
            self.known -= usize::from(forgotten.is_known);
        }
    }
}

impl Known {
    fn part(&self, part: Part) -> Option<&Lesson> {
        match part {
            Part::First => self.first.as_deref(),
            Part::Further => self.further.as_deref(),
        }
    }

    fn part_mut(&mut self, part: Part) -> &mut Option<Box<Lesson>> {
        match part {
            Part::First => &mut self.first,
            Part::Further => &mut self.further,
        }
    }
}

/// The levels of a kind, behind the one that all tasks are of.
fn levels(kind: &Kind) -> impl Iterator<Item = &str> {
    std::iter::once(ANY).chain(kind.levels())
}

/// The level of all tasks. No other has this name.
const ANY: &str = "";
