//! Whose request an id belongs to, when the server knew the id before we ever sent it.

use runware_poll::Tick;
use runware_types::{RawTask, TaskDetails, TaskUuid};
use serde_json::Value;

use super::entry::{Entry, Verification};
use super::request::Request;
use super::{Asked, Driver};
use crate::Error;
use crate::exchange::Exchange;
use crate::reading::{self, ArchiveAnswer, Snapshot};

/// How often the archive is asked before the conflict is taken at its word.
const MAX_ATTEMPTS: u32 = 3;

impl Driver {
    /// Asks the archive whose request an id belongs to, for the n-th time.
    pub(super) fn start_verification(&mut self, task_uuid: TaskUuid, attempt: u32, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        entry.verification = Verification::UnderWay { attempt };
        self.questions.raise_owner(task_uuid, now);
    }

    pub(super) fn take_verification(&mut self, exchange: &Exchange, asked: &Asked, now: Tick) {
        for task_uuid in &asked.task_uuids {
            self.take_owner(exchange, *task_uuid, now);
        }
    }

    fn take_owner(&mut self, exchange: &Exchange, task_uuid: TaskUuid, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        let Verification::UnderWay { attempt } = entry.verification else { return };
        entry.verification = Verification::Idle;
        let handle = entry.watch.handle().clone();
        match reading::read_details(exchange, &[task_uuid]).remove(&task_uuid) {
            Some(ArchiveAnswer::Found(details)) => {
                if is_ours(entry, &details) {
                    self.accept(task_uuid, true, Snapshot::default(), now);
                } else {
                    self.end(task_uuid, Err(Error::uuid_reused(handle, "at the server")));
                }
            }
            Some(ArchiveAnswer::Fault(cause)) if attempt < MAX_ATTEMPTS => {
                self.lanes.hold(cause.retry_after().unwrap_or_default(), now);
                let at = now + entry.next_delay(&cause);
                entry.verification = Verification::Due { at, attempt: attempt + 1 };
                entry.report_fault(cause, &mut self.ledger);
            }
            // A conflict means accepted, unless something speaks against it. The archive does not keep
            // everything, and cannot always be asked.
            _ => self.accept(task_uuid, true, Snapshot::default(), now),
        }
        self.remind(task_uuid, now);
    }
}

/// True unless the archive shows that the id belongs to another request than ours.
pub(super) fn is_ours(entry: &Entry, details: &TaskDetails) -> bool {
    let task_uuid = entry.watch.handle().task_uuid();
    let ours = entry.prepared.as_ref().and_then(Request::bytes);
    ours.is_none_or(|ours| is_request(details, task_uuid, ours))
}

/// True unless the archived request contradicts ours.
///
/// The server may have added defaults, removed prompts, or written a number otherwise, so only fields
/// that both have can contradict.
fn is_request(details: &TaskDetails, task_uuid: TaskUuid, ours: &[u8]) -> bool {
    let (Some(theirs), Ok(ours)) = (details.task(task_uuid), RawTask::from_json(ours)) else { return true };
    let mut fields = ours.fields().filter(|(name, _)| *name != "taskUUID");
    // The number of results is what a task costs: where it is missing it is 1, and not removed.
    ours.task_type() == theirs.task_type()
        && ours.expected_results().ok() == theirs.expected_results().ok()
        && fields.all(|(name, ours)| {
            theirs.field(name).is_none_or(|theirs| match (ours.decode(), theirs.decode()) {
                (Ok(ours), Ok(theirs)) => is_same(&ours, &theirs),
                _ => true,
            })
        })
}

fn is_same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        // A server that keeps no prompts may show them as empty.
        (_, Value::Null) => true,
        (Value::String(_), Value::String(theirs)) if theirs.is_empty() => true,
        (Value::Number(ours), Value::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_same(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.iter().all(|(name, ours)| theirs.get(name).is_none_or(|theirs| is_same(ours, theirs)))
        }
        _ => ours == theirs,
    }
}
