//! The stored request and response of an earlier task.

use alloc::vec::Vec;
use serde_json::value::RawValue;

use crate::envelope::Elements;
use crate::{DecodeError, DecodeErrorKind, Envelope, InvalidTask, Item, RawJson, RawTask, TaskUuid};

#[cfg(test)]
mod tests;

/// The stored request and response of an earlier task: the answer to [`GetTaskDetails`](crate::GetTaskDetails).
///
/// Both are kept byte for byte and can be read as tasks and as a reply. `Debug` is short and shows no API key, which
/// the stored request of a client that authenticates in the body may hold; [`request`](Self::request) holds it in full.
///
/// ```
/// use runware_types::{Envelope, TaskDetails, TaskType};
///
/// let reply = Envelope::decode(br#"{"data": [{
///     "taskType": "getTaskDetails",
///     "taskUUID": "a770f077-f413-47de-9dac-be0b26a35da6",
///     "request": [{"taskType": "imageInference", "taskUUID": "a770f077-f413-47de-9dac-be0b26a35da6", "width": 1024}],
///     "response": {"data": [{"taskType": "imageInference", "imageURL": "https://im.runware.ai/i.jpg"}]}
/// }]}"#.as_slice())?;
/// let details = TaskDetails::from_item(&reply.items[0])?;
/// assert_eq!(details.tasks()?[0].task_type(), &TaskType::ImageInference);
/// assert!(details.envelope()?.items[0].has_output());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Task Details page.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskDetails {
    task_uuid: Option<TaskUuid>,
    request: RawJson,
    response: RawJson,
}

impl TaskDetails {
    /// Reads the details that an item carries.
    ///
    /// # Errors
    ///
    /// The item has neither a `request` nor a `response`, and so is no answer to `getTaskDetails`. One of them missing
    /// is no error: the service does not keep the requests of every account.
    pub fn from_item(item: &Item) -> Result<Self, DecodeError> {
        let (request, response) = (item.raw().field("request"), item.raw().field("response"));
        if request.is_none() && response.is_none() {
            let detail = "expected a `request` and a `response`, as getTaskDetails answers";
            return Err(DecodeError::new(DecodeErrorKind::Type, None, detail));
        }
        let null = RawJson::parse("null")?;
        Ok(Self {
            task_uuid: item.task_uuid(),
            request: request.unwrap_or_else(|| null.clone()),
            response: response.unwrap_or(null),
        })
    }

    /// The `taskUUID` of the task that was asked about.
    pub fn task_uuid(&self) -> Option<TaskUuid> {
        self.task_uuid
    }

    /// The original request: the array of tasks exactly as it was sent, or `null` if it is not there.
    pub fn request(&self) -> &RawJson {
        &self.request
    }

    /// The original reply exactly as it was sent, or `null` if it is not there.
    pub fn response(&self) -> &RawJson {
        &self.response
    }

    /// The tasks of the original request, in order; none if the request is not there.
    ///
    /// # Errors
    ///
    /// The request, or an element of it, is no task. [`task`](Self::task) finds the tasks beside such an element.
    pub fn tasks(&self) -> Result<Vec<RawTask>, InvalidTask> {
        self.requested().into_iter().map(read_task).collect()
    }

    /// The task with this id in the original request.
    pub fn task(&self, uuid: TaskUuid) -> Option<RawTask> {
        let mut tasks = self.requested().into_iter().filter_map(|task| read_task(task).ok());
        tasks.find(|task| task.field("taskUUID").and_then(|id| id.decode().ok()) == Some(uuid))
    }

    /// The original reply: what became of the task when it was first answered.
    ///
    /// # Errors
    ///
    /// As for [`Envelope::decode`]; also if the response is not there.
    pub fn envelope(&self) -> Result<Envelope, DecodeError> {
        Envelope::decode(self.response.as_bytes().clone())
    }

    /// The elements of the request; a request that is no array is its own only element.
    fn requested(&self) -> Vec<&RawValue> {
        let text = self.request.as_str();
        match Elements::read(text, usize::MAX) {
            Ok(elements) => elements.values,
            Err(_) => serde_json::from_str(text)
                .ok()
                .filter(|only: &&RawValue| only.get() != "null")
                .into_iter()
                .collect(),
        }
    }
}

fn read_task(task: &RawValue) -> Result<RawTask, InvalidTask> {
    RawTask::from_json(task.get().as_bytes())
}
