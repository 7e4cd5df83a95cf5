//! The open exchanges, by everything they are looked up by.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use runware_types::TaskUuid;

use super::call_kind::{Company, Entry};
use super::event::ExchangeId;
use super::exchange::{Exchange, Nature};

/// The open exchanges.
///
/// Each is found by its id, by the tasks it names and by when it is due, in `O(log n)` time for `n` of them. Trees, so
/// that everything happens in the same order in every run.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    exchanges: BTreeMap<ExchangeId, Exchange>,
    /// Which call of which exchange names a task.
    waiters: BTreeSet<(TaskUuid, ExchangeId, usize)>,
    agenda: BTreeSet<(Duration, ExchangeId)>,
    /// Not sent yet.
    queue: BTreeSet<ExchangeId>,
    /// Sent, and no entry has come for any of its tasks.
    silent_checks: BTreeSet<ExchangeId>,
    silent_submissions: BTreeSet<ExchangeId>,
    /// Those of both that hold several calls, and such questions to the archive.
    silent_batches: BTreeSet<ExchangeId>,
    opened: u64,
    /// Whether a check was last met with silence, and not with the word that there is no such task.
    pub(super) checks_meet_silence: bool,
}

impl Ledger {
    pub(super) fn len(&self) -> usize {
        self.exchanges.len()
    }

    pub(super) fn insert(&mut self, exchange: Exchange) -> ExchangeId {
        self.opened = self.opened.saturating_add(1);
        let id = ExchangeId(self.opened);
        self.agenda.insert((exchange.due(), id));
        self.waiters.extend(exchange.tasks().enumerate().map(|(call, task)| (task, id, call)));
        self.queue.insert(id);
        self.exchanges.insert(id, exchange);
        id
    }

    pub(super) fn remove(&mut self, id: ExchangeId) -> Option<Exchange> {
        let exchange = self.exchanges.remove(&id)?;
        self.agenda.remove(&(exchange.due(), id));
        for (call, task) in exchange.tasks().enumerate() {
            self.waiters.remove(&(task, id, call));
        }
        self.queue.remove(&id);
        self.note_heard(id);
        Some(exchange)
    }

    /// Changes an exchange, and notes what that means for where it is listed.
    pub(super) fn update<T>(&mut self, id: ExchangeId, change: impl FnOnce(&mut Exchange) -> T) -> Option<T> {
        let exchange = self.exchanges.get_mut(&id)?;
        let due = exchange.due();
        let result = change(exchange);
        if exchange.due() != due {
            self.agenda.remove(&(due, id));
            self.agenda.insert((exchange.due(), id));
        }
        if exchange.has_replies() {
            self.note_heard(id);
        }
        Some(result)
    }

    /// Takes an exchange off the lists of those for which nothing has come.
    fn note_heard(&mut self, id: ExchangeId) {
        for list in [&mut self.silent_checks, &mut self.silent_submissions, &mut self.silent_batches] {
            list.remove(&id);
        }
    }

    /// What waits for an answer about a task, of what was sent.
    pub(super) fn company(&self, task: TaskUuid) -> Company {
        let mut company = Company::of_a_server(self.checks_meet_silence);
        for (_, id, call) in self.waiters_of(task) {
            if let Some(kind) = self.exchanges.get(id).and_then(|exchange| exchange.awaits(*call)) {
                company.add(kind);
            }
        }
        company
    }

    fn waiters_of(&self, task: TaskUuid) -> impl Iterator<Item = &(TaskUuid, ExchangeId, usize)> {
        self.waiters.range((task, ExchangeId(0), 0)..=(task, ExchangeId(u64::MAX), usize::MAX))
    }

    /// Shows an entry to all exchanges that wait for its task, in the company that they were in before the frame.
    /// Returns those that it concerns.
    pub(super) fn offer(&mut self, task: TaskUuid, entry: Entry<'_>, company: Company) -> Vec<ExchangeId> {
        let mut concerned: Vec<ExchangeId> = Vec::new();
        let (first, last) = ((task, ExchangeId(0), 0), (task, ExchangeId(u64::MAX), usize::MAX));
        for (_, id, call) in self.waiters.range(first..=last) {
            let Some(exchange) = self.exchanges.get_mut(id) else { continue };
            // The calls of one exchange stand side by side.
            if exchange.take(*call, entry, company) && concerned.last() != Some(id) {
                concerned.push(*id);
            }
        }
        concerned
    }

    /// The first exchange that waits to be sent.
    pub(super) fn next_queued(&self) -> Option<(ExchangeId, &Exchange)> {
        let id = *self.queue.first()?;
        Some((id, self.exchanges.get(&id)?))
    }

    /// Whether any exchange waits to be sent.
    pub(super) fn is_waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Hands out the frame of an exchange, which from now on counts as sent.
    pub(super) fn send(&mut self, id: ExchangeId, now: Duration, frames_before: u64) -> Option<Bytes> {
        self.queue.remove(&id);
        let exchange = self.exchanges.get_mut(&id)?;
        let frame = exchange.send(now, frames_before);
        if !exchange.has_replies() {
            let nature = exchange.nature();
            match nature {
                Nature::Checks => _ = self.silent_checks.insert(id),
                Nature::Submissions => _ = self.silent_submissions.insert(id),
                Nature::Questions | Nature::Other => {}
            }
            if nature != Nature::Other && exchange.tasks().nth(1).is_some() {
                self.silent_batches.insert(id);
            }
        }
        frame
    }

    /// How many frames had come when an exchange was sent; `None` if it was not.
    pub(super) fn sent_after(&self, id: ExchangeId) -> Option<u64> {
        self.exchanges.get(&id)?.sent_after()
    }

    /// The exchange that a blank frame answers: the one that waits longest of those which such an answer is known for.
    ///
    /// While the archive is asked, that may be what was answered, and acknowledges no submission.
    pub(super) fn next_silent(&self) -> Option<ExchangeId> {
        let submission = || {
            let asks_archive =
                self.exchanges.values().any(|exchange| exchange.is_sent() && exchange.asks_archive());
            self.silent_submissions.first().filter(|_| !asks_archive)
        };
        self.silent_checks.first().or_else(submission).copied()
    }

    /// The exchange that the refusal of a whole request answers: the one that waits longest of those with several calls.
    pub(super) fn next_silent_batch(&self) -> Option<ExchangeId> {
        self.silent_batches.first().copied()
    }

    /// The submission of which nothing was heard, if there is nothing else that was sent.
    pub(super) fn only_silent_submission(&self) -> Option<ExchangeId> {
        self.silent_submissions.first().copied().filter(|_| self.sent_count() == 1)
    }

    /// Whether a check was sent of which nothing was heard.
    pub(super) fn has_silent_check(&self) -> bool {
        !self.silent_checks.is_empty()
    }

    /// The moment at which the next exchange is due, and that exchange.
    pub(super) fn next_due(&self) -> Option<(Duration, ExchangeId)> {
        self.agenda.first().copied()
    }

    /// The exchanges that wait to be sent, in order.
    pub(super) fn queued(&self) -> Vec<ExchangeId> {
        self.queue.iter().copied().collect()
    }

    /// The exchanges that were sent, in order.
    pub(super) fn sent(&self) -> Vec<ExchangeId> {
        self.exchanges.iter().filter(|(_, exchange)| exchange.is_sent()).map(|(id, _)| *id).collect()
    }

    /// Whether any that was sent names more than one task.
    pub(super) fn holds_sent_batch(&self) -> bool {
        self.exchanges.values().any(|exchange| exchange.is_sent() && exchange.tasks().nth(1).is_some())
    }

    /// How many exchanges were sent and are not over.
    pub(super) fn sent_count(&self) -> usize {
        self.exchanges.len().saturating_sub(self.queue.len())
    }
}
