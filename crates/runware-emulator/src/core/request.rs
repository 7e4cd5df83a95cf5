//! The request body: a list of task objects, read without losing a byte.

use std::collections::BTreeMap;

use runware_types::TaskUuid;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Version;

use super::error::ErrorBody;
use crate::catalogue::Generation;
use crate::choices::Choices;
use crate::fault::RequestKind;

/// A readable request body.
pub(super) struct Request<'a> {
    /// The whole list as it was sent.
    text: &'a str,
    pub(super) tasks: Vec<Task<'a>>,
}

impl<'a> Request<'a> {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// It is not a list of one or more JSON values; the error names no task.
    pub(super) fn read(body: &'a [u8], choices: &Choices) -> Result<Self, ErrorBody> {
        let text = std::str::from_utf8(body).map_err(|_| not_json("it is not UTF-8"))?.trim_ascii();
        let values: Vec<&'a RawValue> = if text.starts_with('{') && choices.bare_object {
            vec![serde_json::from_str(text).map_err(|error| not_json(&error.to_string()))?]
        } else {
            let whole: &'a RawValue =
                serde_json::from_str(text).map_err(|error| not_json(&error.to_string()))?;
            serde_json::from_str(whole.get()).map_err(|_| {
                ErrorBody::new("invalidRequestArray", "The request body must be an array of task objects.")
            })?
        };
        if values.is_empty() {
            return Err(ErrorBody::new("invalidRequestEmpty", "The request body holds no task."));
        }
        Ok(Self { text, tasks: values.into_iter().map(Task::read).collect() })
    }

    pub(super) fn kind(&self) -> RequestKind {
        let kind = |task: &Task<'_>| match task.name() {
            Some("getResponse") => RequestKind::Status,
            Some("getTaskDetails") => RequestKind::Details,
            Some(name) if Generation::named(name).is_some() => RequestKind::Submit,
            _ => RequestKind::Other,
        };
        self.tasks.iter().map(kind).min().unwrap_or(RequestKind::Other)
    }

    /// What a frame is for: like a request, and where it carries no tasks, an authentication or pings.
    pub(super) fn frame_kind(&self) -> RequestKind {
        let is = |name: &str| self.tasks.iter().all(|task| task.name() == Some(name));
        if self.authentication().is_some() && self.work().all(|task| task.name() == Some("ping")) {
            RequestKind::Authenticate
        } else if is("ping") {
            RequestKind::Ping
        } else {
            self.kind()
        }
    }

    /// The authentication task, which stands first or nowhere.
    pub(super) fn authentication(&self) -> Option<&Task<'a>> {
        self.tasks.first().filter(|task| task.is_authentication())
    }

    /// The tasks after the authentication task.
    pub(super) fn work(&self) -> impl Iterator<Item = &Task<'a>> {
        self.tasks.iter().skip(usize::from(self.authentication().is_some()))
    }

    /// The list as it was sent, byte for byte, without the authentication task.
    pub(super) fn without_authentication(&self) -> String {
        if self.authentication().is_none() {
            return self.as_sent();
        }
        let start = self.work().next().and_then(|task| offset(self.text, task.text));
        format!("[{}", start.and_then(|start| self.text.get(start..)).unwrap_or("]"))
    }

    /// The list as it was sent, byte for byte; a bare object becomes a list of one.
    pub(super) fn as_sent(&self) -> String {
        if self.text.starts_with('{') { format!("[{}]", self.text) } else { self.text.to_owned() }
    }
}

/// Where `part`, a slice of `whole`, begins.
fn offset(whole: &str, part: &str) -> Option<usize> {
    (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)
}

fn not_json(reason: &str) -> ErrorBody {
    ErrorBody::new("invalidRequestJson", format!("The request body is not valid JSON: {reason}."))
}

/// One member of the list.
pub(super) struct Task<'a> {
    /// The object as it was sent.
    pub(super) text: &'a str,
    /// Its members; `None` where it is no object.
    members: Option<BTreeMap<String, &'a RawValue>>,
    name: Option<String>,
}

/// A member that is there but has a value of another kind than asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wrong;

impl<'a> Task<'a> {
    fn read(value: &'a RawValue) -> Self {
        let text = value.get();
        let mut task = Self { text, members: serde_json::from_str(text).ok(), name: None };
        task.name = task.member("taskType").unwrap_or_default();
        task
    }

    pub(super) fn is_object(&self) -> bool {
        self.members.is_some()
    }

    /// The `taskType`, where it is a string.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(super) fn is_authentication(&self) -> bool {
        self.name() == Some("authentication")
    }

    /// Whether it asks for an event stream and can have one.
    pub(super) fn wants_stream(&self) -> bool {
        self.name().and_then(Generation::named).is_some_and(Generation::streams)
            && self.member::<String>("deliveryMethod").ok().flatten().as_deref() == Some("stream")
    }

    /// The value of a member; `null` counts as absent.
    pub(super) fn member<T: Deserialize<'a>>(&self, key: &str) -> Result<Option<T>, Wrong> {
        match self.raw(key) {
            Some(value) => serde_json::from_str(value).map(Some).map_err(|_| Wrong),
            None => Ok(None),
        }
    }

    /// The text of a member's value; `null` counts as absent.
    pub(super) fn raw(&self, key: &str) -> Option<&'a str> {
        let value = self.members.as_ref()?.get(key)?.get();
        (value != "null").then_some(value)
    }

    /// The `taskUUID` as it was written, where it is a string.
    pub(super) fn written_uuid(&self) -> Option<String> {
        self.member("taskUUID").ok().flatten()
    }

    /// The `taskUUID`, as it was written and as it reads.
    pub(super) fn uuid(&self, strict: bool) -> Result<(String, TaskUuid), ErrorBody> {
        let invalid = || {
            ErrorBody::new(
                "invalidTaskUUID",
                "Invalid value for 'taskUUID' parameter. It must be a UUID v4 string.",
            )
            .parameter("taskUUID", "string")
        };
        let written: String = self.member("taskUUID").map_err(|Wrong| invalid())?.ok_or_else(|| {
            ErrorBody::new("missingTaskUUID", "The 'taskUUID' parameter is required.")
                .parameter("taskUUID", "string")
        })?;
        let uuid = TaskUuid::parse_echo(&written)
            .filter(|uuid| !strict || uuid.as_uuid().get_version() == Some(Version::Random))
            .filter(|uuid| !uuid.as_uuid().is_nil())
            .ok_or_else(invalid)?;
        Ok((written, uuid))
    }
}
