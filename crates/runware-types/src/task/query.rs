//! Questions about earlier tasks.

use super::{RawTask, TASK_UUID};
use crate::spec::Kind;
use crate::{TaskType, TaskUuid};

task! {
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
    GetResponse: "getResponse" [OWN]
}

untracked! { GetResponse }

impl GetResponse {
    /// Asks about the task with this id.
    pub fn new(task: TaskUuid) -> Self {
        Self(RawTask::new(TaskType::GetResponse).set(TASK_UUID, task))
    }
}

fields! { write GetResponse::OWN {
    /// The id of the task that is asked about.
    _ => "taskUUID": Kind::Uuid, required;
} }

task! {
    /// Asks for the stored request and response of an earlier task.
    ///
    /// Source: Task Details page.
    GetTaskDetails: "getTaskDetails" [OWN]
}

untracked! { GetTaskDetails }

impl GetTaskDetails {
    /// Asks about the task with this id.
    pub fn new(task: TaskUuid) -> Self {
        Self(RawTask::new(TaskType::GetTaskDetails).set(TASK_UUID, task))
    }
}

fields! { write GetTaskDetails::OWN {
    /// The id of the task that is asked about.
    _ => "taskUUID": Kind::Uuid, required;
} }
