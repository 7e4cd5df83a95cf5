//! Tasks that make nothing: they ask about other tasks, or keep a connection.

use bytes::Bytes;

use super::{RawTask, TASK_UUID};
use crate::{TaskType, TaskUuid};

macro_rules! utility_task {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(RawTask);

        impl $name {
            /// Writes the task as one member of a request's array; see [`encode_request`](crate::encode_request).
            pub fn encode(&self) -> Bytes {
                self.0.write(None)
            }
        }

        impl From<$name> for RawTask {
            fn from(task: $name) -> Self {
                task.0
            }
        }
    };
}

utility_task! {
    /// Asks for the present state of an earlier task.
    ///
    /// ```
    /// use runware_types::{GetResponse, TaskUuid};
    ///
    /// let task = TaskUuid::parse_known("24cd5dff-cb81-4db5-8506-b72a9425f9d1")?;
    /// let text = br#"{"taskType":"getResponse","taskUUID":"24cd5dff-cb81-4db5-8506-b72a9425f9d1"}"#;
    /// assert_eq!(GetResponse::new(task).encode().as_ref(), text);
    /// # Ok::<(), runware_types::InvalidTaskUuid>(())
    /// ```
    ///
    /// Source: Task Polling page.
    GetResponse
}

impl GetResponse {
    /// Asks about the task with this id.
    pub fn new(task: TaskUuid) -> Self {
        Self(RawTask::new(TaskType::GetResponse).set(TASK_UUID, task))
    }
}

utility_task! {
    /// Asks for the stored request and response of an earlier task.
    ///
    /// Source: Task Details page.
    GetTaskDetails
}

impl GetTaskDetails {
    /// Asks about the task with this id.
    pub fn new(task: TaskUuid) -> Self {
        Self(RawTask::new(TaskType::GetTaskDetails).set(TASK_UUID, task))
    }
}

utility_task! {
    /// Presents the API key. `Debug` does not show it; `Serialize` and [`encode`](Self::encode) do.
    ///
    /// Source: `docs/wire.md`, "Task types".
    Authentication
}

impl Authentication {
    /// Presents this key.
    pub fn new(api_key: &str) -> Self {
        Self(RawTask::new(TaskType::Authentication).set("apiKey", api_key))
    }

    /// Takes up the session of an earlier WebSocket connection, by the id that its authentication was answered with.
    #[must_use]
    pub fn connection_session_uuid(self, session: &str) -> Self {
        Self(self.0.set("connectionSessionUUID", session))
    }
}

utility_task! {
    /// Keeps a WebSocket connection alive.
    ///
    /// Source: `docs/wire.md`, "Task types".
    Ping
}

impl Ping {
    /// Asks for a sign of life.
    pub fn new() -> Self {
        Self(RawTask::new(TaskType::Ping).set("ping", true))
    }
}

impl Default for Ping {
    fn default() -> Self {
        Self::new()
    }
}
