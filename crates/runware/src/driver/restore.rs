//! Going on with a task as the journal has it.

use runware_poll::Tick;
use runware_types::TaskUuid;

use super::Driver;
use crate::journal::Record;

impl Driver {
    /// The task of an entry whose intent was under way is known: it goes on where it stood.
    pub(super) fn take_known_task(&mut self, task_uuid: TaskUuid, record: Record, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        if let Some(kept) = &mut entry.kept {
            kept.ticket = Some(record.ticket);
            kept.is_accepted = record.is_accepted;
        }
        self.ledger.hold(now);
        // The submission is in doubt from here on: it is looked for before anything is sent.
        if let Some(entry) = self.entries.get_mut(&task_uuid) {
            entry.submission.maybe_sent(false);
        }
        self.remind(task_uuid, now);
        self.begin_watching(task_uuid, now);
    }
}
