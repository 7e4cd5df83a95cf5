//! The resume token of a task.

use runware_types::{Prepared, RequestHash, TaskType, TaskUuid};
use serde::{Deserialize, Serialize};

use crate::journal::Record;

/// What it takes to find a task again: small, serialisable, without secrets.
///
/// A handle exists before its task is sent. Keep it anywhere, and [`Client::resume`](crate::Client::resume)
/// picks the task up in any process that has a key of the same organisation.
///
/// ```
/// use runware::TaskHandle;
///
/// let text = r#"{"taskUUID":"a770f077-f413-47de-9dac-be0b26a35da6","expected":2}"#;
/// let handle: TaskHandle = serde_json::from_str(text)?;
/// assert_eq!(handle.expected(), Some(2));
/// assert_eq!(serde_json::to_string(&handle)?, text);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskHandle {
    #[serde(rename = "taskUUID")]
    task_uuid: TaskUuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    task_type: Option<TaskType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expected: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_hash: Option<RequestHash>,
}

impl TaskHandle {
    /// A handle for a task of which only the id is known.
    ///
    /// Without the number of expected results, the task counts as settled once something has ended and
    /// nothing is processing any more.
    pub fn new(task_uuid: TaskUuid) -> Self {
        Self { task_uuid, task_type: None, expected: None, request_hash: None }
    }

    /// The same handle, with the number of results that the task was asked for.
    #[must_use]
    pub fn with_expected(self, expected: u32) -> Self {
        Self { expected: Some(expected), ..self }
    }

    /// The task's id, which is also its idempotency key.
    pub fn task_uuid(&self) -> TaskUuid {
        self.task_uuid
    }

    /// The same, to find something by it.
    pub(crate) fn id(&self) -> &TaskUuid {
        &self.task_uuid
    }

    /// What kind of task it is, where known.
    pub fn task_type(&self) -> Option<&TaskType> {
        self.task_type.as_ref()
    }

    /// How many results were asked for, where known.
    pub fn expected(&self) -> Option<u32> {
        self.expected
    }

    /// The SHA-256 of the request's exact bytes, where known.
    pub fn request_hash(&self) -> Option<RequestHash> {
        self.request_hash
    }
}

impl From<&Prepared> for TaskHandle {
    fn from(prepared: &Prepared) -> Self {
        Self {
            task_uuid: prepared.uuid(),
            task_type: Some(prepared.task_type().clone()),
            expected: Some(prepared.expected()),
            request_hash: Some(prepared.hash()),
        }
    }
}

impl From<&Record> for TaskHandle {
    fn from(record: &Record) -> Self {
        Self {
            task_uuid: record.task_uuid,
            task_type: Some(record.task_type.clone()),
            expected: Some(record.expected),
            request_hash: Some(record.hash),
        }
    }
}

impl From<TaskUuid> for TaskHandle {
    fn from(task_uuid: TaskUuid) -> Self {
        Self::new(task_uuid)
    }
}
