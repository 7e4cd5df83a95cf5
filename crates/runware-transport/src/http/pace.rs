//! The watch over how fast a reply's body comes.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use crate::Clock;
use crate::clock::Sleep;

/// A body must bring this many bytes in each window, one a second, or it counts as stopped.
const BYTES: usize = 20;
const WINDOW: Duration = Duration::from_secs(20);

/// Why a wait was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// Too little has come for too long.
    Stopped,
    /// The deadline has come.
    Late,
}

pub(super) struct Pace<'a> {
    clock: &'a dyn Clock,
    deadline: Duration,
    /// When the window began, and what it has brought.
    since: Duration,
    bytes: usize,
    /// Armed for the end of this window or of an earlier one, or for the deadline: it is set anew when it
    /// rings, and not for every chunk.
    alarm: Sleep,
}

impl<'a> Pace<'a> {
    pub(super) fn new(clock: &'a dyn Clock, deadline: Duration) -> Self {
        let since = clock.now();
        let alarm = clock.sleep_until(deadline.min(since.saturating_add(WINDOW)));
        Self { clock, deadline, since, bytes: 0, alarm }
    }

    /// Waits for the next chunk.
    pub(super) async fn wait<F: Future>(&mut self, chunk: F) -> Result<F::Output, Halt> {
        let mut chunk = pin!(chunk);
        loop {
            match select(chunk.as_mut(), &mut self.alarm).await {
                Either::Left((output, _)) => return Ok(output),
                Either::Right(((), _)) => self.rearm()?,
            }
        }
    }

    /// Counts a chunk. Enough bytes begin a new window.
    pub(super) fn note(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes >= BYTES {
            self.since = self.clock.now();
            self.bytes = 0;
        }
    }

    fn rearm(&mut self) -> Result<(), Halt> {
        let now = self.clock.now();
        let window_end = self.since.saturating_add(WINDOW);
        if now >= self.deadline {
            return Err(Halt::Late);
        }
        if now >= window_end {
            return Err(Halt::Stopped);
        }
        self.alarm = self.clock.sleep_until(self.deadline.min(window_end));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
