//! Intents on their way to the journal: together, and apart where there is no room for all of them.

use std::collections::HashSet;
use std::sync::Arc;

use runware_poll::Tick;
use runware_types::{RequestHash, TaskUuid};

use super::leaving::take_ready;
use super::work::Sort;
use super::{Done, GROUP, Ledger};
use crate::journal::{Begun, Intent, Journal, JournalError, JournalErrorKind, Reserve};
use crate::room::give_back;

/// While more bytes of results than this wait to be recorded, nothing new is begun, and so nothing new is sent: what waits
/// for a disk that hangs is this and what those tasks bring that were begun before.
const MOST_WAITING: usize = 16 * 1024 * 1024;

/// An intent that is being begun.
#[derive(Debug)]
pub(in crate::driver) struct Expected {
    pub(in crate::driver) task_uuid: TaskUuid,
    pub(in crate::driver) hash: RequestHash,
    pub(in crate::driver) reserve: Option<Reserve>,
}

impl Ledger {
    /// Queues an intent, unless the same is on its way already.
    pub(in crate::driver) fn begin(&mut self, intent: Intent) {
        let (task_uuid, hash) = (intent.task_uuid, intent.hash);
        if self.debts.contains(&task_uuid) {
            self.repay();
        }
        if self.expected.insert(task_uuid, hash) != Some(hash) {
            self.intents.push_back(intent);
        }
    }

    /// The intents that are being begun, and since when; to be taken with their answers.
    pub(in crate::driver) fn take_beginning(&mut self) -> (Vec<Expected>, Tick) {
        let beginning = std::mem::take(&mut self.beginning);
        for Expected { task_uuid, hash, .. } in &beginning {
            if self.expected.get(task_uuid) == Some(hash) {
                self.expected.remove(task_uuid);
            }
        }
        give_back(&mut self.expected);
        (beginning, self.beginning_from)
    }

    /// The tasks whose intents are being begun.
    pub(in crate::driver) fn being_begun(&self) -> HashSet<TaskUuid> {
        self.beginning.iter().map(|expected| expected.task_uuid).collect()
    }

    /// Forgets the intents that are not being begun yet.
    pub(in crate::driver) fn forget_intents(&mut self) {
        for intent in self.intents.drain(..) {
            self.expected.remove(&intent.task_uuid);
        }
    }

    pub(super) fn start_begin(&mut self, now: Tick) {
        let Some(keeping) = &self.keeping else { return };
        let is_full = self.waiting_bytes > MOST_WAITING;
        if is_full || self.intents.is_empty() || self.work.is_under_way(Sort::Begin) {
            return;
        }
        let (leaving, debts, doubts) = (&self.leaving, &self.debts, &self.doubts);
        let ready = |Intent { task_uuid, .. }: &mut Intent| {
            !leaving.contains_key(task_uuid) && !debts.contains(task_uuid) && !doubts.is_looking(task_uuid)
        };
        let group: Vec<Intent> = take_ready(&mut self.intents, GROUP, ready);
        if group.is_empty() {
            return;
        }
        let expected = group.iter().map(|intent| Expected {
            task_uuid: intent.task_uuid,
            hash: intent.hash,
            reserve: intent.reserve.clone(),
        });
        self.beginning = expected.collect();
        self.beginning_from = now;
        let journal = Arc::clone(&keeping.journal);
        self.work.start(Sort::Begin, async move { Done::Begun(begin_what_fits(&*journal, group).await) });
    }
}

/// Begins intents in one group. If there is no room for that, it is divided until those that do not fit stand alone, so
/// that the others need not wait for room; after two that do not fit next to each other, there is none for the rest. There
/// is one answer for each, in order.
///
/// # Cancel safety
///
/// Some may have been begun.
async fn begin_what_fits(journal: &dyn Journal, intents: Vec<Intent>) -> Vec<Result<Begun, JournalError>> {
    let total = intents.len();
    let mut answers = Vec::with_capacity(total);
    let mut groups = vec![intents];
    let mut is_full = false;
    while let Some(mut group) = groups.pop() {
        let count = group.len();
        if count <= 1 {
            let begun = journal.begin(group).await;
            let was_full = std::mem::replace(&mut is_full, is_without_room(&begun));
            if was_full && is_full {
                answers.extend(each(begun, total - answers.len()));
                break;
            }
            answers.extend(each(begun, count));
            continue;
        }
        let begun = journal.begin(group.clone()).await;
        if is_without_room(&begun) {
            groups.push(group.split_off(count / 2));
            groups.push(group);
        } else {
            is_full = false;
            answers.extend(each(begun, count));
        }
    }
    answers
}

fn is_without_room(begun: &Result<Vec<Begun>, JournalError>) -> bool {
    begun.as_ref().is_err_and(|error| error.kind() == JournalErrorKind::Full)
}

/// One answer for each intent of a group. An implementation that gives fewer has begun none of the rest, for all that is
/// known.
fn each(
    begun: Result<Vec<Begun>, JournalError>,
    count: usize,
) -> impl Iterator<Item = Result<Begun, JournalError>> {
    let (begun, error) = match begun {
        Ok(begun) => (begun, too_few()),
        Err(error) => (Vec::new(), error),
    };
    begun.into_iter().map(Ok).chain(std::iter::repeat_with(move || Err(error.clone()))).take(count)
}

fn too_few() -> JournalError {
    JournalError::new(JournalErrorKind::Io, "the journal answered fewer intents than it was given")
}
