//! What a task asks for, and the bytes that ask for it.

use bytes::Bytes;
use runware_types::{DeliveryMethod, Prepared, RawTask, RequestHash, TaskType};

use crate::journal::Record;
use crate::keeping;

/// The request of a task that was submitted here.
pub(super) struct Request {
    /// What to send; `None` once it can never be sent again.
    bytes: Option<Box<Bytes>>,
    is_sync: bool,
    is_generation: bool,
    is_read_only: bool,
    is_streamed: bool,
}

impl Request {
    /// The request that the journal has of a task, byte for byte; `None` if it keeps none, or not what was written.
    pub(super) fn of_record(record: &Record) -> Option<Self> {
        let bytes = record.request.as_ref()?;
        let task = RawTask::from_json(bytes).ok().filter(|task| {
            RequestHash::of(bytes) == record.hash
                && task.task_uuid().and_then(Result::ok) == Some(record.task_uuid)
        });
        if task.is_none() {
            let task_uuid = record.task_uuid;
            tracing::warn!(target: "runware", %task_uuid, "the journal has another request than was written; it is not sent");
        }
        task.map(|task| Self::new(bytes, task.task_type(), task.delivery_method().as_ref()))
    }

    fn new(bytes: &Bytes, task_type: &TaskType, delivery: Option<&DeliveryMethod>) -> Self {
        Self {
            bytes: Some(Box::new(bytes.clone())),
            is_sync: delivery != Some(&DeliveryMethod::Async),
            is_generation: task_type.is_generation(),
            is_streamed: delivery == Some(&DeliveryMethod::Stream),
            is_read_only: keeping::is_read_only(task_type),
        }
    }

    /// The exact bytes, as long as it may have to be sent.
    pub(super) fn bytes(&self) -> Option<&Bytes> {
        self.bytes.as_deref()
    }

    /// It will never be sent again.
    pub(super) fn let_go(&mut self) {
        self.bytes = None;
    }

    /// True if the reply to the submission carries the results.
    pub(super) fn is_sync(&self) -> bool {
        self.is_sync
    }

    /// True if the service makes something for it, and bills it.
    pub(super) fn is_generation(&self) -> bool {
        self.is_generation
    }

    /// True if an attempt that may have arrived can be repeated, and the answer be read: what a repeated upload does is not
    /// documented, and a text can only be streamed to somebody who reads it.
    pub(super) fn is_repeatable(&self) -> bool {
        (self.is_generation || !self.is_sync) && !self.is_streamed
    }

    /// True if doing it twice is the same as doing it once.
    pub(super) fn is_read_only(&self) -> bool {
        self.is_read_only
    }
}

impl From<&Prepared> for Request {
    fn from(prepared: &Prepared) -> Self {
        Self::new(prepared.bytes(), prepared.task_type(), prepared.delivery())
    }
}
