//! The rules for sending one task: pure, without I/O and without a clock.
//!
//! A task is bought with the same id and the same bytes however often it is sent.
//! What may be sent again, and when, depends on what is known of the last attempt:
//!
//! ```text
//!            sent            accepted, conflict, or seen by a status check
//!   Due ───────────▶ UnderWay ─────────────────────────────────────────────▶ Accepted
//!    ▲                │    │ may have been sent                                  ▲
//!    │ not sent,      │    └──────────▶ Doubtful ─────────────────────────────────┘
//!    │ or refused     │                    │ the archive misses it twice, 5 s apart
//!    └────────────────┘◀───────────────────┘
//! ```
//!
//! A lasting connection that is lost with the attempt on it leaves a doubt that can be resolved at once, because
//! the next connection can be asked:
//!
//! ```text
//!   UnderWay ── the connection was lost ──▶ Doubtful ── a look that began 1 s later, answered well, ──▶ Due
//!                                                       does not show it
//! ```
//!
//! An attempt that never left, after one that is in doubt, goes back to the doubt that it came from:
//!
//! ```text
//!   Doubtful ── a look, or the archive ──▶ Due ── sent ──▶ UnderWay ── not sent ──▶ Doubtful
//! ```
//!
//! Whatever permitted it, an attempt after one in doubt leaves within an hour of the first one, or not at all: what has
//! waited for the journal or its turn until then goes back to its doubt.
//!
//! A task of an earlier process, which may have been sent until that process ended, is in doubt from the start:
//!
//! ```text
//!   restored ──▶ Doubtful ── the archive misses it twice, 5 s apart, within an hour of its intent ──▶ Due
//! ```
//!
//! In all, a task is offered three times, and six times where all that ever happened to it was that it was lost with
//! its connections. After that, and for every other kind of doubt, only the archive's word counts (docs/decisions/0012-a-lost-socket.md).
//! An attempt that the archive or somebody's decision has permitted, and that the server certainly did not take, is not counted: it leaves
//! things as they were, and the same bytes may go again until the hour is over.

use std::time::Duration;

use runware_poll::Tick;

/// Two sends of one id are never closer than this: a very quick duplicate may race the server's
/// registration of the first.
pub(crate) const RESEND_GAP: Duration = Duration::from_secs(1);

/// An id is not sent again later than this after its first send: how long the server remembers an id is
/// not documented, and a forgotten one would be bought anew.
pub(crate) const RESEND_WINDOW: Duration = Duration::from_secs(3600);

/// How often a task is offered to a server that does not take it.
pub(crate) const MAX_ATTEMPTS: u8 = 3;

/// How often a task is sent that is lost with its connection each time. Where a connection does not last, three in a row
/// are no rarity among many tasks; and a task that ends each connection it comes over must not do so for ever.
pub(crate) const MAX_ATTEMPTS_LOST: u8 = 6;

/// The archive's "not found" counts again only after this long.
pub(crate) const ABSENCE_GAP: Duration = Duration::from_secs(5);

/// How far the sending of one task has got.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    state: State,
    attempts: u8,
    /// Some attempt may have reached the server though no answer says so: what is known of the last such.
    doubt: Option<Doubt>,
    /// The server or its connection asked for this much time.
    not_before: Tick,
    /// True while every attempt that the server may have received was lost with its connection.
    was_only_lost: bool,
    /// True while the archive has denied every attempt that the server may have received, or somebody has decided that
    /// they do not count.
    was_denied: bool,
    sends: Sends,
    /// The sends before the attempt that is under way, to go back to if that never left.
    sends_before: Sends,
    /// How much older the first of these sends is than the clock says: an earlier process may have sent it so long before,
    /// and the machine may have slept since.
    lead: Seconds,
}

/// Whole seconds, of a time that need not be known exactly: there is one in each task.
#[derive(Clone, Copy, Debug, Default)]
struct Seconds(u32);

/// When the server may have received it.
#[derive(Clone, Copy, Debug, Default)]
struct Sends {
    /// Or when somebody has decided that it is to be sent again, since earlier ones do not count then.
    first: Option<Tick>,
    last: Option<Tick>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Due {
        at: Tick,
    },
    UnderWay,
    /// With when the archive did not have it, and whether it said so or answered without a word about the task.
    Doubtful {
        missed: Option<Tick>,
        denied: bool,
        resend: bool,
        disconnected: bool,
    },
    Accepted {
        missed: Option<Tick>,
        denied: bool,
        resend: bool,
    },
}

/// Why it is not known whether an attempt arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    /// The connection was lost with it.
    Lost,
    /// It is not one of ours: it may still leave, and this one is held back until that is known.
    Held,
    /// Somebody has decided that it is to be sent again.
    Overruled,
    Other,
}

/// What to do about an attempt that the server did not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Send the same bytes again at this time.
    Resend(Tick),
    /// Stop: it was offered often enough.
    GiveUp,
}

/// What the archive's "not found" means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// Not yet proof: keep asking.
    Inconclusive,
    /// It never arrived: send the same bytes again at this time.
    Resend(Tick),
    /// It may have run, and sending it again is not safe: somebody has to decide.
    Undecided,
}

impl Submission {
    /// A task that is to be sent now.
    pub(crate) fn new(now: Tick) -> Self {
        Self::with_state(State::Due { at: now })
    }

    /// A task that somebody has sent before.
    pub(crate) fn resumed() -> Self {
        Self::with_state(State::Accepted { missed: None, denied: false, resend: false })
    }

    /// A task that an earlier process began to send so long ago, and may have sent until just now.
    ///
    /// With `resend` it may be sent again once nothing can be found of it: never, if nobody knows how old it is.
    pub(crate) fn restored(now: Tick, age: Option<Duration>, resend: bool) -> Self {
        let resend = resend && age.is_some();
        let state = State::Doubtful { missed: None, denied: false, resend, disconnected: false };
        Self {
            attempts: 1,
            doubt: Some(Doubt::Other),
            was_only_lost: false,
            sends: Sends { first: Some(now), last: Some(now) },
            lead: Seconds::at_least(age.unwrap_or_default()),
            ..Self::with_state(state)
        }
    }

    /// A task of which nobody knows what became, and of which somebody has decided that it is to be sent again: within an
    /// hour of that, as if the archive had denied it.
    pub(crate) fn decided(now: Tick) -> Self {
        Self {
            doubt: Some(Doubt::Overruled),
            was_only_lost: false,
            was_denied: true,
            sends: Sends { first: Some(now), last: None },
            ..Self::new(now)
        }
    }

    /// It is not to be sent before this.
    pub(crate) fn postpone(&mut self, until: Tick) {
        if let State::Due { at } = &mut self.state {
            *at = until.max(*at);
        }
    }

    /// It is not to be sent before it is released, nor before this: another attempt may still leave, of which nothing
    /// is known here.
    pub(crate) fn hold(&mut self, until: Tick) {
        // What is known of its own attempts stays known.
        self.doubt.get_or_insert(Doubt::Held);
        self.postpone(until);
    }

    /// The other attempt has left by now, or never will.
    pub(crate) fn release(&mut self, now: Tick, never_left: bool) {
        if self.due().is_none() {
            return;
        }
        let at = if never_left { self.not_before_gap(now) } else { now + RESEND_GAP };
        self.state = State::Due { at };
        if !never_left {
            self.doubt_anew();
        } else if self.doubt == Some(Doubt::Held) {
            self.doubt = None;
        }
    }

    /// When it is to be sent next.
    pub(crate) fn due(&self) -> Option<Tick> {
        match self.state {
            State::Due { at } => Some(at),
            _ => None,
        }
    }

    /// True while an attempt waits for its answer.
    pub(crate) fn is_under_way(&self) -> bool {
        self.state == State::UnderWay
    }

    /// True once the server is known to have it.
    pub(crate) fn is_accepted(&self) -> bool {
        matches!(self.state, State::Accepted { .. })
    }

    /// False once it will never be sent again, whatever comes.
    pub(crate) fn may_be_sent(&self) -> bool {
        !matches!(self.state, State::Accepted { resend: false, .. })
    }

    /// True if status checks are what tells how it stands: it was accepted, or may have been.
    pub(crate) fn is_watched(&self) -> bool {
        matches!(self.state, State::Accepted { .. } | State::Doubtful { .. })
    }

    /// True if the server may have received it.
    pub(crate) fn may_exist(&self) -> bool {
        self.sends.first.is_some() || self.is_in_doubt() || self.is_accepted()
    }

    /// True if an earlier attempt of ours may be what the server remembers.
    pub(crate) fn was_sent_before(&self) -> bool {
        self.sends_before.first.is_some() && self.doubt != Some(Doubt::Overruled)
    }

    /// True if it may be that the server has it, whatever the last attempt came to.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.doubt.is_some()
    }

    /// When it was sent last.
    pub(crate) fn last_sent(&self) -> Option<Tick> {
        self.sends.last
    }

    /// When it was first sent, of the sends that the server may have received.
    pub(crate) fn first_sent(&self) -> Option<Tick> {
        self.sends.first
    }

    /// True if an attempt before the last one came to nothing.
    pub(crate) fn is_repeated(&self) -> bool {
        self.attempts > 1
    }

    /// True if it is due so late that it is not to be sent: whatever has permitted that, the server may have forgotten an
    /// earlier attempt by now.
    pub(crate) fn is_overdue(&self, now: Tick) -> bool {
        let is_over = self.age(now).is_some_and(|time| time >= RESEND_WINDOW);
        self.due().is_some() && self.is_in_doubt() && is_over
    }

    /// The machine slept for so long, which the clock has not counted.
    pub(crate) fn sleep_through(&mut self, time: Duration) {
        if self.sends.first.is_some() {
            self.lead = Seconds::at_least(self.lead.as_duration().saturating_add(time));
        }
    }

    /// An attempt is under way.
    pub(crate) fn sent(&mut self, now: Tick) {
        if self.sends.first.is_none() {
            self.lead = Seconds::default();
        }
        self.attempts = self.attempts.saturating_add(1);
        self.state = State::UnderWay;
        self.sends_before = self.sends;
        self.sends = Sends { first: self.sends.first.or(Some(now)), last: Some(now) };
    }

    /// The attempt never reached the server, nor did one before it.
    ///
    /// The first time it is sent again at once, later after `delay`.
    pub(crate) fn not_sent(&mut self, now: Tick, delay: Duration) -> Next {
        self.sends = self.sends_before;
        self.offer_again(if self.attempts == 1 { now } else { now + delay })
    }

    /// The attempt never reached the server, and an earlier one may have: nothing but time was lost. What is to be found
    /// of the earlier one is looked for again, and what that permits is done at `not_before` at the soonest.
    pub(crate) fn never_left(&mut self, not_before: Tick) {
        self.attempts = self.attempts.saturating_sub(1);
        self.sends = self.sends_before;
        self.not_before = not_before;
        let disconnected = self.doubt == Some(Doubt::Lost);
        self.state = State::Doubtful { missed: None, denied: false, resend: true, disconnected };
    }

    /// The server did not take it; `certainly` if it was the API that said so, and not something before it.
    pub(crate) fn refused(&mut self, now: Tick, delay: Duration, certainly: bool) -> Next {
        self.was_only_lost = false;
        if certainly {
            self.sends.first = self.sends_before.first;
            if self.was_denied {
                // Nothing is known to have arrived, and nothing has now: what the archive permits it permits once more.
                self.attempts = self.attempts.saturating_sub(1);
            }
        } else {
            self.doubt_anew();
        }
        self.arrived_by(now);
        let at = now + delay;
        match self.was_denied && !self.is_in_resend_window(at) {
            true => Next::GiveUp,
            false => self.offer_again(at),
        }
    }

    /// The server refused the request that it was in, not the task: it goes again in a smaller one. Unless that is
    /// certain, the task may have been taken all the same.
    pub(crate) fn regroup(&mut self, now: Tick, certainly: bool) {
        if certainly {
            self.sends.first = self.sends_before.first;
        } else {
            self.doubt_anew();
        }
        self.attempts = self.attempts.saturating_sub(1);
        self.arrived_by(now);
        self.state = State::Due { at: self.not_before_gap(now) };
    }

    /// The attempt may have reached the server; nobody knows. With `resend` it may be sent again once
    /// nothing can be found of it.
    pub(crate) fn maybe_sent(&mut self, resend: bool) {
        self.doubt_anew();
        self.state = State::Doubtful { missed: None, denied: false, resend, disconnected: false };
    }

    /// The connection was lost with the attempt on it: it may be sent again once a look does not show it.
    pub(crate) fn disconnected(&mut self, now: Tick) {
        self.doubt = Some(Doubt::Lost);
        self.was_denied = false;
        self.arrived_by(now);
        self.state = State::Doubtful { missed: None, denied: false, resend: true, disconnected: true };
    }

    /// A status check that was started at `asked` was answered well, and does not show it. Returns when the same
    /// bytes are to be sent again, if that is enough to send them.
    pub(crate) fn unseen(&mut self, asked: Tick, now: Tick) -> Option<Tick> {
        let State::Doubtful { resend: true, disconnected: true, .. } = self.state else { return None };
        let last = self.sends.last?;
        let most = if self.was_only_lost { MAX_ATTEMPTS_LOST } else { MAX_ATTEMPTS };
        if asked < last + RESEND_GAP || self.attempts >= most || !self.is_in_resend_window(now) {
            return None;
        }
        let at = self.not_before_gap(now.max(self.not_before));
        self.state = State::Due { at };
        Some(at)
    }

    /// The server has it: it said so, or a status check shows it.
    pub(crate) fn accepted(&mut self) {
        self.state = State::Accepted { missed: None, denied: false, resend: false };
    }

    /// The server answered without naming it. That counts as accepted until nothing can be found of it;
    /// with `resend` it may be sent again then.
    pub(crate) fn acknowledged_weakly(&mut self, resend: bool) {
        self.doubt_anew();
        self.state = State::Accepted { missed: None, denied: false, resend };
    }

    /// The archive does not have the task; `denied` if it said so, and was not just silent about it.
    pub(crate) fn absent(&mut self, now: Tick, denied: bool) -> Absence {
        let in_time = self.attempts < MAX_ATTEMPTS && self.is_in_resend_window(now);
        let (missed, was_denied, resend) = match &mut self.state {
            State::Doubtful { missed, denied, resend, .. } | State::Accepted { missed, denied, resend } => {
                (missed, denied, *resend)
            }
            _ => return Absence::Inconclusive,
        };
        let may_resend = resend && in_time && denied;
        match *missed {
            Some(at) if now.duration_since(at) < ABSENCE_GAP => Absence::Inconclusive,
            Some(_) if may_resend && *was_denied => {
                let at = self.not_before_gap(now.max(self.not_before));
                self.state = State::Due { at };
                self.was_denied = true;
                Absence::Resend(at)
            }
            Some(_) if !may_resend => Absence::Undecided,
            _ => {
                (*missed, *was_denied) = (Some(now), denied);
                Absence::Inconclusive
            }
        }
    }

    fn with_state(state: State) -> Self {
        Self {
            state,
            attempts: 0,
            doubt: None,
            not_before: Tick::ZERO,
            was_only_lost: true,
            was_denied: false,
            sends: Sends::default(),
            sends_before: Sends::default(),
            lead: Seconds::default(),
        }
    }

    /// An attempt may have arrived, and nothing is known of it.
    fn doubt_anew(&mut self) {
        self.doubt = Some(Doubt::Other);
        self.was_only_lost = false;
        self.was_denied = false;
    }

    fn offer_again(&mut self, at: Tick) -> Next {
        if self.attempts >= MAX_ATTEMPTS {
            return Next::GiveUp;
        }
        let at = self.not_before_gap(at);
        self.state = State::Due { at };
        Next::Resend(at)
    }

    /// The attempt may have waited for its connection: all that is known of when it left is that it has left by now.
    fn arrived_by(&mut self, now: Tick) {
        self.sends.last = Some(now);
    }

    fn not_before_gap(&self, at: Tick) -> Tick {
        self.sends.last.map_or(at, |last| at.max(last + RESEND_GAP))
    }

    fn is_in_resend_window(&self, now: Tick) -> bool {
        self.age(now).is_some_and(|time| time < RESEND_WINDOW)
    }

    /// How long ago the server may have received it first, or somebody has decided that it is to be sent again.
    fn age(&self, now: Tick) -> Option<Duration> {
        let first = self.sends.first?;
        Some(self.lead.as_duration().saturating_add(now.duration_since(first)))
    }
}

impl Seconds {
    /// No less than this.
    fn at_least(time: Duration) -> Self {
        let begun = u64::from(time.subsec_nanos() > 0);
        Self(u32::try_from(time.as_secs().saturating_add(begun)).unwrap_or(u32::MAX))
    }

    fn as_duration(self) -> Duration {
        Duration::from_secs(self.0.into())
    }
}

#[cfg(test)]
mod tests;
