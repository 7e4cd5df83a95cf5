//! When to connect again, and when not to.

use std::fmt;
use std::time::Duration;

use super::Schedule;
use super::loss::Lasting;

/// When to connect again after a loss.
pub(super) struct Reconnect {
    schedule: Schedule,
    delays: Option<Box<dyn Iterator<Item = Duration> + Send>>,
    last_delay: Option<Duration>,
    /// The reasons that do not pass by themselves, which were met since the last stable connection.
    met: Vec<Lasting>,
    tries: u32,
}

/// The delay if the schedule has none.
const FALLBACK: Duration = Duration::from_secs(30);

/// So many different lasting reasons in a row are one.
const MAX_MET: usize = 16;

impl Reconnect {
    pub(super) fn new(schedule: Schedule) -> Self {
        Self { schedule, delays: None, last_delay: None, met: Vec::new(), tries: 0 }
    }

    /// Counts a try to connect, and returns which one in a row it is.
    pub(super) fn begin(&mut self) -> u32 {
        self.tries = self.tries.saturating_add(1);
        self.tries
    }

    /// Which try in a row the last one was.
    pub(super) fn tries(&self) -> u32 {
        self.tries
    }

    /// A try came to a good end.
    pub(super) fn succeeded(&mut self) {
        self.tries = 0;
    }

    /// The delays start anew.
    pub(super) fn restart(&mut self) {
        self.delays = None;
        self.last_delay = None;
    }

    /// The connection was stable: what was before it does not count.
    pub(super) fn forgive(&mut self) {
        self.restart();
        self.met.clear();
    }

    /// The delay before the next try. The last one repeats when there are no more.
    pub(super) fn next_delay(&mut self) -> Duration {
        let delays = self.delays.get_or_insert_with(|| (self.schedule)());
        match delays.next() {
            Some(delay) => self.last_delay = Some(delay),
            // An iterator may start again after its end; this one may not.
            None => self.delays = Some(Box::new(std::iter::empty())),
        }
        self.last_delay.unwrap_or(FALLBACK)
    }

    /// Notes a reason that does not pass by itself. Returns whether it was met before.
    pub(super) fn meets_again(&mut self, reason: Lasting) -> bool {
        if self.met.contains(&reason) {
            return true;
        }
        if self.met.len() < MAX_MET {
            self.met.push(reason);
            return false;
        }
        true
    }
}

impl fmt::Debug for Reconnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconnect")
            .field("last_delay", &self.last_delay)
            .field("met", &self.met)
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}
