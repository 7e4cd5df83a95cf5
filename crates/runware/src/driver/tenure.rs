//! Whether what the journal has said of this client's tasks still holds.
//!
//! Whoever is silent for as long as its lease loses its tasks to others, and does not notice: a process that was stopped
//! goes on where it stood. So what the journal has cleared to be sent is good only as long as the client has given signs
//! of life without a gap since, each of which counts from when it was begun: nobody knows when it arrived.

use std::time::Duration;

use runware_poll::Tick;

use crate::journal::RENEW_EVERY;

/// Who was silent for longer than this may have lost its tasks. It is less than any lease should be.
pub(crate) const LONGEST_SILENCE: Duration = RENEW_EVERY.saturating_mul(2);

/// Since when a client has given signs of life without a gap.
#[derive(Debug, Default)]
pub(super) struct Tenure {
    since: Tick,
    last: Tick,
    /// What was cleared before this is void.
    from: Tick,
}

impl Tenure {
    /// A sign of life that was begun at this time is known at `now` to have arrived.
    pub(super) fn sign(&mut self, begun: Tick, now: Tick) {
        if now.duration_since(self.last) > LONGEST_SILENCE {
            self.since = self.since.max(begun);
        }
        self.last = self.last.max(begun);
    }

    /// Nobody knows how long it was silent until now.
    pub(super) fn void(&mut self, now: Tick) {
        self.from = now;
    }

    /// True if nobody can have taken over what was this client's at this time.
    pub(super) fn holds(&self, at: Tick, now: Tick) -> bool {
        let last = if at >= self.since { at.max(self.last) } else { at };
        at >= self.from && now.duration_since(last) <= LONGEST_SILENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Tick {
        Tick::from_millis(seconds * 1_000)
    }

    #[test]
    fn what_was_cleared_is_good_for_as_long_as_the_signs_of_life_have_no_gap() {
        let mut tenure = Tenure::default();
        tenure.sign(at(100), at(100));
        assert!(tenure.holds(at(100), at(130)) && !tenure.holds(at(100), at(131)));
        for time in [115, 130, 145] {
            tenure.sign(at(time), at(time + 1));
        }
        assert!(tenure.holds(at(100), at(175)));
        // It was stopped, and says that it is alive: what was its own before may be another one's.
        tenure.sign(at(800), at(800));
        assert!(!tenure.holds(at(145), at(800)) && tenure.holds(at(800), at(801)));
    }

    #[test]
    fn what_was_cleared_before_the_machine_slept_is_void() {
        let mut tenure = Tenure::default();
        tenure.sign(at(100), at(100));
        tenure.void(at(101));
        assert!(!tenure.holds(at(100), at(101)));
        // Nobody knows on which side of that it was written down.
        tenure.sign(at(100), at(102));
        assert!(!tenure.holds(at(100), at(102)));
        tenure.sign(at(102), at(103));
        assert!(tenure.holds(at(102), at(104)));
    }

    #[test]
    fn a_sign_that_takes_too_long_to_arrive_has_come_too_late() {
        let mut tenure = Tenure::default();
        tenure.sign(at(100), at(100));
        // One after the other was begun in time, and none of them arrived.
        tenure.sign(at(115), at(175));
        tenure.sign(at(170), at(175));
        assert!(!tenure.holds(at(101), at(175)), "others may have taken it over at 160");
    }
}
