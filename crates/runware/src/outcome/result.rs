//! The single results of a task, and its failures.

use std::fmt;

use runware_types::{ApiError, DecodeError, Item, Media};
use serde::de::DeserializeOwned;

use super::{Delivery, DeliveryId};

/// One result of a task, as the server sent it.
#[derive(Clone)]
pub struct TaskResult {
    pub(crate) index: u32,
    pub(crate) item: Item,
    /// What the journal has of it; `None` if it is not kept.
    pub(crate) delivery: Option<Delivery>,
}

impl TaskResult {
    /// The server's `resultIndex`, or else the position in order of arrival, from 0.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The item, with its exact bytes.
    pub fn item(&self) -> &Item {
        &self.item
    }

    /// The name of this hand-over, which is the same if the result is handed over again. `None` without a journal, or
    /// if another process looks after the task and may give it another name.
    ///
    /// It is certain of what is [durable](Self::is_durable). What is not has this name for as long as this process
    /// lives, and after a crash it may be the name of another result of the same task.
    pub fn delivery_id(&self) -> Option<DeliveryId> {
        self.delivery.map(|delivery| delivery.id)
    }

    /// True if it may have been handed over before, by a process that ended before the task was
    /// [confirmed](crate::Outcome::confirm), or if the task was confirmed already.
    pub fn is_redelivered(&self) -> bool {
        self.delivery.is_some_and(|delivery| delivery.is_redelivered)
    }

    /// True if the journal has it: it is handed over again until its task is [confirmed](crate::Outcome::confirm). False
    /// without a journal, where the journal could not be written, and where another process has taken the task over: that
    /// one may hand it over as well.
    pub fn is_durable(&self) -> bool {
        self.delivery.is_some_and(|delivery| delivery.is_durable)
    }

    /// Where the generated media is, if this result has any.
    pub fn media(&self) -> Option<Media<'_>> {
        self.item.media()
    }

    /// Decodes the item as a typed result, for example [`ImageResult`](crate::types::ImageResult).
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the item does not have the shape of `T`. The item itself stays usable: what was
    /// paid for is in [`TaskResult::item`], byte for byte.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        self.item.decode()
    }
}

/// One result that failed.
#[derive(Clone, Debug)]
pub struct TaskFailure {
    pub(crate) index: Option<u32>,
    pub(crate) error: ApiError,
}

impl TaskFailure {
    /// Which result failed, where the server says so.
    pub fn index(&self) -> Option<u32> {
        self.index
    }

    /// The server's error.
    pub fn error(&self) -> &ApiError {
        &self.error
    }
}

/// Shows what the journal has of it only where there is one.
impl fmt::Debug for TaskResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { index, item, delivery } = self;
        let mut shown = f.debug_struct("TaskResult");
        shown.field("index", index).field("item", item);
        if let Some(delivery) = delivery {
            shown.field("delivery", delivery);
        }
        shown.finish()
    }
}
