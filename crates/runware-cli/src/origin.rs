//! What the caller knows a task by, in what is said about it.

use runware::types::TaskUuid;
use runware::{Error, ErrorKind};

use crate::output::event::Fault;
use crate::stop::{advise, unasked};

/// Where a task comes from, as far as that tells it from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Its line in the file, counted from 1.
    pub(crate) line: Option<usize>,
    /// The caller's own name for it, from which its id is derived.
    pub(crate) key: Option<String>,
    /// How many questions about prices had no answer, where that of this task was not asked because of that.
    pub(crate) in_vain: Option<usize>,
}

impl Origin {
    /// The task in words; `None` where it is the only one.
    pub(crate) fn name(&self) -> Option<String> {
        let line = self.line?;
        Some(match &self.key {
            Some(key) => format!("line {line} (key {key:?})"),
            None => format!("line {line}"),
        })
    }

    /// Says that its name belongs to another request.
    pub(crate) fn reused(&self, task_uuid: TaskUuid) -> String {
        match &self.key {
            Some(key) => format!(
                "the key {key:?} was used before, for another request; give another key, or the request that it was used \
                 for"
            ),
            None => format!(
                "task {task_uuid} already exists in the journal with another request; use a new taskUUID for a new request"
            ),
        }
    }

    /// An error about the task in one line: which task, and what the command line can do about it.
    pub(crate) fn advise(&self, error: &Error) -> String {
        let text = match (&self.key, error.kind(), error.task_uuid()) {
            (Some(_), ErrorKind::UuidReused, Some(task_uuid)) => self.reused(task_uuid),
            _ => self.in_vain.map_or_else(|| advise(error), unasked),
        };
        match self.name() {
            Some(name) => format!("{name}: {text}"),
            None => text,
        }
    }

    /// The same as it is told of a task that has failed: what the server says of one that it was sent stays as it is.
    pub(crate) fn fault(&self, error: &Error) -> Fault {
        let fault = Fault::from(error);
        match error.api_error().is_some() && error.task_uuid().is_some() {
            true => fault,
            false => Fault { message: self.advise(error), ..fault },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runware::Client;
    use runware::types::RawTask;

    #[test]
    fn a_line_is_named_with_its_key() {
        let origin =
            |line, key: Option<&str>| Origin { line, key: key.map(ToOwned::to_owned), ..Origin::default() };
        assert_eq!(origin(Some(3), None).name().unwrap(), "line 3");
        assert_eq!(origin(Some(3), Some("a\u{1b}")).name().unwrap(), "line 3 (key \"a\\u{1b}\")");
        assert_eq!(origin(None, Some("a")).name(), None);
    }

    #[tokio::test]
    async fn what_is_said_begins_with_the_line() {
        let client = Client::builder().api_key("key").build().unwrap();
        let error = client.prepare(RawTask::new("imageInference").set("numberResults", "4")).unwrap_err();
        let origin = Origin { line: Some(3), ..Origin::default() };
        assert!(origin.fault(&error).message.starts_with("line 3: the task is not valid"));
        assert_eq!(Origin::default().advise(&error), advise(&error));
    }
}
