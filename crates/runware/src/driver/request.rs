//! What a task asks for, and the bytes that ask for it.

use bytes::Bytes;
use runware_types::{DeliveryMethod, Prepared};

use crate::keeping;

/// The request of a task that was submitted here.
pub(super) struct Request {
    /// What to send; `None` once it can never be sent again.
    bytes: Option<Box<Bytes>>,
    is_sync: bool,
    is_generation: bool,
    is_read_only: bool,
}

impl Request {
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

    /// True if doing it twice is the same as doing it once.
    pub(super) fn is_read_only(&self) -> bool {
        self.is_read_only
    }
}

impl From<&Prepared> for Request {
    fn from(prepared: &Prepared) -> Self {
        let task_type = prepared.task_type();
        Self {
            bytes: Some(Box::new(prepared.bytes().clone())),
            is_sync: prepared.delivery() != Some(&DeliveryMethod::Async),
            is_generation: task_type.is_generation(),
            is_read_only: keeping::is_read_only(task_type),
        }
    }
}
