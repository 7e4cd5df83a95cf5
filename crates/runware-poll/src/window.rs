//! [`Window`]: when to look next.

use crate::tick::Tick;

/// When the next look is allowed, and when it is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) earliest: Tick,
    pub(crate) due: Tick,
}

impl Window {
    pub(crate) const fn at(moment: Tick) -> Self {
        Self { earliest: moment, due: moment }
    }

    /// The same window with nothing of it before `moment`.
    pub(crate) fn not_before(self, moment: Tick) -> Self {
        Self { earliest: self.earliest.max(moment), due: self.due.max(moment) }
    }
}
