//! Which part of a frame is whose.

use std::collections::BTreeMap;

use runware_types::{Envelope, Item, TaskType, TaskUuid};

use super::auth::{self, Complaints};
use super::call_kind::{Company, Entry, is_absence};
use super::event::ExchangeId;
use super::ledger::Ledger;

/// A frame, entry by entry.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// What concerns each exchange.
    pub(super) replies: BTreeMap<ExchangeId, Envelope>,
    /// What names tasks and concerns no exchange.
    pub(super) unclaimed: Option<Envelope>,
    /// The good answer to an authentication, with the session it names.
    pub(super) authenticated: Option<Option<String>>,
    /// The errors that name no task.
    pub(super) complaints: Complaints,
    /// How many entries were of no use.
    pub(super) odd: usize,
    /// What waited for each task before the frame came: what one entry of it answers, another one may answer, too.
    companies: BTreeMap<TaskUuid, Company>,
    /// Whether a check is told that there is no such task.
    denies_check: bool,
}

/// Shows each entry to all exchanges that wait for its task, whatever the entries beside it say.
///
/// This takes time in proportion to the entries and to those who wait for their tasks.
///
/// That an authentication has expired may be said of a task, too. It is news if it answers what was sent since the last
/// one began, after `renewed_after` frames.
pub(super) fn sort(frame: &Envelope, ledger: &mut Ledger, renewed_after: u64) -> Sorted {
    let mut sorted = Sorted { odd: frame.anomalies.len(), ..Sorted::default() };
    // Copied for everyone who gets a part, and as small as the frame allows.
    let nothing = frame.about(|_| false);
    for item in &frame.items {
        sorted.take_item(item, &nothing, ledger);
    }
    for error in &frame.errors {
        let entry = Entry::Error(error);
        let concerned = sorted.hand_out(entry, &nothing, ledger);
        if !concerned.is_empty() {
            sorted.denies_check |= is_absence(error) && !sorted.asks_archive(entry);
            let is_news =
                |id: &ExchangeId| ledger.sent_after(*id).is_some_and(|after| after >= renewed_after);
            if auth::is_expiry(error) && concerned.iter().any(is_news) {
                sorted.complaints.add_named_expiry();
            }
            continue;
        }
        let is_about_auth = error.task_type() == Some(&TaskType::Authentication);
        if error.task_uuid_text().is_none() || is_about_auth {
            sorted.complaints.add(error);
        } else {
            sorted.leave(entry, &nothing);
        }
    }
    ledger.checks_meet_silence &= !sorted.denies_check;
    sorted
}

impl Sorted {
    fn take_item(&mut self, item: &Item, nothing: &Envelope, ledger: &mut Ledger) {
        let entry = Entry::Item(item);
        match (item.task_type(), item.failure()) {
            (Some(TaskType::Ping), _) => {}
            (Some(TaskType::Authentication), None) => self.authenticated = Some(auth::session_of(item)),
            (Some(TaskType::Authentication), Some(failure)) => self.complaints.add(&failure),
            _ if !self.hand_out(entry, nothing, ledger).is_empty() => {}
            (_, Some(failure)) if item.task_uuid_text().is_none() => self.complaints.add(&failure),
            _ => self.leave(entry, nothing),
        }
    }

    /// Returns the exchanges that the entry concerns.
    fn hand_out(&mut self, entry: Entry<'_>, nothing: &Envelope, ledger: &mut Ledger) -> Vec<ExchangeId> {
        let Some(task) = entry.task_uuid() else { return Vec::new() };
        let company = *self.companies.entry(task).or_insert_with(|| ledger.company(task));
        let concerned = ledger.offer(task, entry, company);
        for id in &concerned {
            add(self.replies.entry(*id).or_insert_with(|| nothing.clone()), entry);
        }
        concerned
    }

    /// Whether the archive was asked about the task of an entry before the frame came.
    fn asks_archive(&self, entry: Entry<'_>) -> bool {
        let company = entry.task_uuid().and_then(|task| self.companies.get(&task));
        company.is_some_and(|company| company.has_details())
    }

    fn leave(&mut self, entry: Entry<'_>, nothing: &Envelope) {
        if entry.task_uuid().is_some() {
            add(self.unclaimed.get_or_insert_with(|| nothing.clone()), entry);
        } else {
            self.odd = self.odd.saturating_add(1);
        }
    }
}

fn add(envelope: &mut Envelope, entry: Entry<'_>) {
    match entry {
        Entry::Item(item) => envelope.items.push(item.clone()),
        Entry::Error(error) => envelope.errors.push(error.clone()),
    }
}
