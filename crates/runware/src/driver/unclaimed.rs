//! What comes without being waited for: the first results of a long answer, and replies that belong to no exchange.
//!
//! Both show a part of what there is. A part never makes a result out of another one's repetition, and it decides
//! nothing but what it shows: the whole answer, or the next status check, tells the rest.

use runware_poll::Tick;
use runware_transport::{Reply, Unclaimed};
use runware_types::TaskUuid;
use tokio::sync::mpsc;

use super::entry::Verification;
use super::{Asked, Driver};
use crate::exchange::Listener;
use crate::reading::{self, Part, Snapshot};

/// How many replies of one answer are handed over as they come; what comes after them is, at the end.
const REPLIES_AT_ONCE: usize = 64;

/// The first replies of an answer that is still coming in.
pub(super) struct Beginning {
    asked: Asked,
    replies: Vec<Reply>,
}

/// Passes on to the driver what an exchange hears.
pub(super) struct BeginningListener {
    asked: Asked,
    driver: mpsc::Sender<Beginning>,
}

impl BeginningListener {
    pub(super) fn new(asked: Asked, driver: mpsc::Sender<Beginning>) -> Self {
        Self { asked, driver }
    }
}

impl Listener for BeginningListener {
    async fn hear(&self, so_far: &[Reply]) {
        if so_far.len() <= REPLIES_AT_ONCE {
            let beginning = Beginning { asked: self.asked.clone(), replies: so_far.to_vec() };
            // An error means that the driver is ending.
            let _ = self.driver.send(beginning).await;
        }
    }
}

impl Driver {
    /// Takes in the beginning of an answer: its results are handed over now, and what it means is decided at its
    /// end.
    pub(super) fn take_beginning(&mut self, beginning: &Beginning) {
        let Beginning { asked, replies } = beginning;
        for task_uuid in &asked.task_uuids {
            if asked.entry(task_uuid, &mut self.entries).is_some() {
                let part = reading::read_part(replies, *task_uuid);
                self.show_part(*task_uuid, part.snapshot);
            }
        }
    }

    /// Takes in a reply that no exchange waits for.
    ///
    /// It concerns only the open tasks that its entries name. After a lost connection it may be what was paid for;
    /// it may as well be an answer that came too late, or about a task that was let go of.
    pub(super) fn take_unclaimed(&mut self, reply: &Reply, now: Tick) {
        let parts = reading::read_parts(reply, |task_uuid| self.entries.contains(&task_uuid));
        if parts.is_empty() {
            let items = reply.envelope.items.iter().find_map(|item| item.task_uuid());
            let first = items.or_else(|| reply.envelope.errors.iter().find_map(|error| error.task_uuid()));
            let task_uuid = first.map(tracing::field::display);
            tracing::debug!(target: "runware", task_uuid, is_used = false, "a reply that nobody waited for");
        }
        for (task_uuid, part) in parts {
            let is_used = self.take_stray(task_uuid, part, now);
            tracing::debug!(target: "runware", %task_uuid, is_used, "a reply that nobody waited for");
        }
    }

    /// Takes in what a stray reply shows of a task; returns whether that is of any use.
    fn take_stray(&mut self, task_uuid: TaskUuid, part: Part, now: Tick) -> bool {
        let Some(entry) = self.entries.get(&task_uuid) else { return false };
        // What was never sent from here cannot be what is answered: the id had an earlier life. And while it is being
        // asked whose the id is, this may be somebody else's.
        let was_never_sent = entry.prepared.is_some() && !entry.submission.may_exist();
        if was_never_sent || entry.verification != Verification::Idle {
            return false;
        }
        let Part { mut snapshot, is_conflict } = part;
        if snapshot.entries.is_empty() {
            return is_conflict && self.take_stray_conflict(task_uuid, now);
        }
        if entry.is_sync() && entry.submission.is_under_way() {
            // Its own answer is still to come, and says what this means.
            self.show_part(task_uuid, snapshot);
            return true;
        }
        if entry.is_utility() {
            snapshot.take_as_complete();
        }
        self.take_snapshot(task_uuid, snapshot, now);
        true
    }

    /// The server knows the id, as a reply says that is not the answer to its submission.
    pub(super) fn take_stray_conflict(&mut self, task_uuid: TaskUuid, now: Tick) -> bool {
        let Some(entry) = self.entries.get(&task_uuid) else { return false };
        if entry.submission.is_accepted() {
            return false;
        }
        if entry.submission.was_sent_before() {
            self.accept(task_uuid, true, Snapshot::default(), now);
            return true;
        }
        // The one attempt there was is what was answered: somebody may have used the id before. While it is under
        // way, its own answer says the same.
        let is_answered_late = entry.submission.is_watched();
        if is_answered_late {
            self.start_verification(task_uuid, 1, now);
        }
        is_answered_late
    }

    /// Hands the results of a part over, and leaves it to the whole answer what they mean.
    fn show_part(&mut self, task_uuid: TaskUuid, snapshot: Snapshot) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        if entry.is_utility() || !entry.submission.is_under_way() || snapshot.entries.is_empty() {
            return;
        }
        entry.report_accepted(false, &mut self.ledger);
        let progress = snapshot.progress;
        let changes = entry.collector.observe(snapshot.entries);
        if !changes.is_empty() || progress.is_some() {
            entry.publish(changes, progress, &mut self.ledger);
        }
    }
}

/// The next reply that nobody waits for. Never, once there will be none.
pub(super) async fn next_unclaimed(unclaimed: &mut Option<Unclaimed>) -> Reply {
    if let Some(replies) = unclaimed {
        if let Some(reply) = replies.next().await {
            return reply;
        }
        *unclaimed = None;
    }
    std::future::pending().await
}
