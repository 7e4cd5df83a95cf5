//! One attempt on its way, and how far it is answered.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use runware_types::TaskUuid;

use super::call_kind::{CallKind, Company, Entry, Identity, Share};
use super::loss::unconnected;
use super::settings::Settings;
use crate::{Attempt, Call, Delivery, ErrorKind, TransportError};

/// One attempt on its way.
#[derive(Debug)]
pub(super) struct Exchange {
    /// The attempt, until it is sent.
    attempt: Option<Attempt>,
    nature: Nature,
    calls: Vec<OpenCall>,
    unanswered: usize,
    /// How many of those have some of their results.
    begun: usize,
    /// When the attempt's time is over.
    pub(super) deadline: Duration,
    /// Until when the rest of an answer is waited for, if some of it has come.
    linger_until: Option<Duration>,
    /// When it was sent, or when the last part of its answer came.
    moved_at: Duration,
    /// How many frames had come over the connection when it was sent.
    sent_after: Option<u64>,
    has_replies: bool,
}

/// What an exchange is, as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// Status checks only.
    Checks,
    /// Asynchronous submissions only.
    Submissions,
    /// Questions to the archive only.
    Questions,
    /// Anything else.
    Other,
}

#[derive(Debug)]
struct OpenCall {
    task_uuid: TaskUuid,
    kind: CallKind,
    is_answered: bool,
    results: u32,
    /// What the results are known by that can be told from others, so that one which comes twice counts once.
    seen: BTreeSet<u64>,
}

/// The longest that a slow server is waited for, for the rest of an answer to status checks.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The most that the results of a call are known by. Further ones are counted as they come.
const MAX_SEEN: usize = 2_048;

impl Exchange {
    /// An exchange for an attempt; `None` if a call has no id that its answer could be known by.
    pub(super) fn new(now: Duration, attempt: Attempt) -> Option<Self> {
        let calls: Vec<OpenCall> = attempt.calls.iter().map(OpenCall::new).collect::<Option<_>>()?;
        Some(Self {
            nature: Nature::of(&calls),
            unanswered: calls.len(),
            begun: 0,
            calls,
            deadline: now.saturating_add(attempt.timeout),
            attempt: Some(attempt),
            linger_until: None,
            moved_at: now,
            sent_after: None,
            has_replies: false,
        })
    }

    /// The tasks that its calls name, in order.
    pub(super) fn tasks(&self) -> impl Iterator<Item = TaskUuid> {
        self.calls.iter().map(|call| call.task_uuid)
    }

    /// What it is as a whole.
    pub(super) fn nature(&self) -> Nature {
        self.nature
    }

    /// Whether it holds a call that the server may go on with although nobody waits.
    pub(super) fn buys(&self) -> bool {
        self.calls.iter().any(|call| call.kind.is_purchase())
    }

    /// Whether it holds a call whose answer is short, and sought again by asking for the task.
    pub(super) fn submits(&self) -> bool {
        self.calls.iter().any(|call| call.kind == CallKind::Submission)
    }

    /// Whether the archive is asked about a task.
    pub(super) fn asks_archive(&self) -> bool {
        self.calls.iter().any(|call| call.kind == CallKind::Details)
    }

    pub(super) fn is_sent(&self) -> bool {
        self.sent_after.is_some()
    }

    /// How many frames had come over the connection when it was sent.
    pub(super) fn sent_after(&self) -> Option<u64> {
        self.sent_after
    }

    pub(super) fn is_complete(&self) -> bool {
        self.unanswered == 0
    }

    pub(super) fn has_replies(&self) -> bool {
        self.has_replies
    }

    /// Whether it is about checks that were sent and met with silence.
    pub(super) fn is_silent_check(&self) -> bool {
        self.nature == Nature::Checks && self.is_sent() && !self.has_replies
    }

    /// When it ends unless something happens before.
    pub(super) fn due(&self) -> Duration {
        self.linger_until.map_or(self.deadline, |until| until.min(self.deadline))
    }

    /// Hands the frame out. The tasks are let go of: they may be large, and are not sent twice.
    pub(super) fn send(&mut self, now: Duration, frames_before: u64) -> Option<Bytes> {
        let attempt = self.attempt.take()?;
        self.moved_at = now;
        self.sent_after = Some(frames_before);
        // What came before is no answer to this.
        self.has_replies = false;
        Some(attempt.body())
    }

    /// What one of the calls asks for, if it was sent and is not answered.
    pub(super) fn awaits(&self, call: usize) -> Option<CallKind> {
        let call = self.calls.get(call).filter(|call| !call.is_answered)?;
        self.is_sent().then_some(call.kind)
    }

    /// Takes an entry that names the task of one of the calls. Returns whether it concerns the call.
    pub(super) fn take(&mut self, call: usize, entry: Entry<'_>, company: Company) -> bool {
        let is_sent = self.is_sent();
        let Some(call) = self.calls.get_mut(call) else { return false };
        let Some(share) = call.kind.share(entry, is_sent, company) else { return false };
        let (was_open, had_begun) = (!call.is_answered, call.has_begun());
        call.take(share);
        self.unanswered -= usize::from(was_open && call.is_answered);
        self.begun = self.begun + usize::from(call.has_begun()) - usize::from(had_begun);
        self.has_replies = true;
        true
    }

    /// Sets how long to wait for the rest, after a frame that held something and not all.
    ///
    /// What was not sent has no rest that could come.
    pub(super) fn linger(&mut self, now: Duration, settings: &Settings) {
        if !self.is_sent() {
            return;
        }
        let pause = now.saturating_sub(std::mem::replace(&mut self.moved_at, now));
        let rest_within = match self.nature {
            // A server that answers one by one, and slowly, goes on so.
            Nature::Checks => settings.linger.max(pause.saturating_mul(2).min(LONGEST_PAUSE)),
            Nature::Submissions => settings.submit_linger,
            Nature::Questions | Nature::Other if self.begun == self.unanswered => settings.sync_linger,
            Nature::Questions | Nature::Other => return,
        };
        self.linger_until = Some(now.saturating_add(rest_within));
    }

    /// How it ends when its time is over, on a connection over which so many frames have come; or, where there is none,
    /// for this reason.
    pub(super) fn time_out(
        &self,
        frames: u64,
        reason: Option<&TransportError>,
    ) -> Result<(), TransportError> {
        let failure = |delivery, message| Err(TransportError::new(ErrorKind::Timeout, delivery, message));
        let Some(sent_after) = self.sent_after else {
            return Err(unconnected(reason));
        };
        if self.nature() == Nature::Checks && (self.has_replies || frames > sent_after) {
            // A server that speaks and says nothing of a task has nothing to say of it yet.
            return Ok(());
        }
        let (results, wanted) = self.results();
        if results > 0 {
            return failure(Delivery::MaybeSent, format!("only {results} of {wanted} results came in time"));
        }
        let (answered, all) = (self.calls.len() - self.unanswered, self.calls.len());
        if answered > 0 {
            return failure(
                Delivery::MaybeSent,
                format!("only {answered} of {all} tasks were answered in time"),
            );
        }
        failure(Delivery::MaybeSent, "no answer in time".to_owned())
    }

    /// How many results have come for the calls that want some, and how many are wanted.
    fn results(&self) -> (u64, u64) {
        let counts = self.calls.iter().filter_map(|call| match call.kind {
            CallKind::Results { wanted } => Some((u64::from(call.results), u64::from(wanted))),
            _ => None,
        });
        counts.fold((0, 0), |(results, wanted), (some, all)| (results + some, wanted + all))
    }
}

impl Nature {
    fn of(calls: &[OpenCall]) -> Self {
        let all = |kind| calls.iter().all(|call| call.kind == kind);
        if all(CallKind::Check) {
            Self::Checks
        } else if all(CallKind::Submission) {
            Self::Submissions
        } else if all(CallKind::Details) {
            Self::Questions
        } else {
            Self::Other
        }
    }
}

impl OpenCall {
    fn new(call: &Call) -> Option<Self> {
        let (task_uuid, kind) = (call.task_uuid?, CallKind::of(&call.bytes));
        Some(Self { task_uuid, kind, is_answered: false, results: 0, seen: BTreeSet::new() })
    }

    /// Whether some of its results have come, and not all.
    fn has_begun(&self) -> bool {
        !self.is_answered && self.results > 0
    }

    fn take(&mut self, share: Share) {
        if self.is_answered {
            return;
        }
        self.is_answered = match share {
            Share::Nothing => false,
            Share::Whole => true,
            Share::One(identity) => {
                if self.is_new(identity) {
                    self.results = self.results.saturating_add(1);
                }
                matches!(self.kind, CallKind::Results { wanted } if self.results >= wanted)
            }
        };
    }

    /// Whether nothing that it is known by was seen before.
    fn is_new(&mut self, identity: Identity) -> bool {
        let is_new = !identity.marks().any(|mark| self.seen.contains(&mark));
        for mark in identity.marks() {
            if self.seen.len() < MAX_SEEN {
                self.seen.insert(mark);
            }
        }
        is_new
    }
}
