//! A reply under construction.

use std::time::Duration;

use runware_types::TaskUuid;

use super::error::ErrorBody;
use super::stream::Stream;
use crate::choices::MixedStatus;
use crate::json::{Object, array};

/// What the tasks of one request have had to say so far.
pub(super) struct Reply {
    data: Vec<String>,
    errors: Vec<String>,
    /// Whether any task was carried out.
    accepted: bool,
    /// The HTTP status that the first refused task asks for.
    refused: Option<u16>,
    /// Whether a synchronous task is not done when its time is up.
    timed_out: bool,
    /// When the reply can be sent.
    pub(super) ready_at: Duration,
    /// The results in it.
    pub(super) deliveries: Vec<(TaskUuid, u32)>,
    /// What goes into frames of its own; `None` where all goes into one body.
    pushes: Option<Vec<Push>>,
    /// Whether a task that asks for an event stream gets one, or its whole result like a synchronous task.
    pub(super) may_stream: bool,
    /// The event stream that the reply is, in place of the lists.
    pub(super) stream: Option<Stream>,
}

/// A part of a reply that is sent by itself.
pub(super) struct Push {
    pub(super) ready_at: Duration,
    pub(super) body: String,
    pub(super) deliveries: Vec<(TaskUuid, u32)>,
}

impl Reply {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            data: Vec::new(),
            errors: Vec::new(),
            accepted: false,
            refused: None,
            timed_out: false,
            ready_at: now,
            deliveries: Vec::new(),
            may_stream: true,
            stream: None,
            pushes: None,
        }
    }

    /// A reply in frames: what synchronous tasks make is sent by itself.
    pub(super) fn in_frames(now: Duration) -> Self {
        Self { pushes: Some(Vec::new()), ..Self::new(now) }
    }

    /// Where parts go that are sent by themselves; `None` where there are no such parts.
    pub(super) fn pushes(&mut self) -> Option<&mut Vec<Push>> {
        self.pushes.as_mut()
    }

    pub(super) fn take_pushes(&mut self) -> Vec<Push> {
        self.pushes.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Records that a task was carried out.
    pub(super) fn accept(&mut self) {
        self.accepted = true;
    }

    /// Adds the entry of a task that was carried out.
    pub(super) fn item(&mut self, item: String) {
        self.accept();
        self.data.push(item);
    }

    /// Adds the entries of a task that was carried out.
    pub(super) fn entries(&mut self, data: Vec<String>, errors: Vec<String>) {
        self.entries_with(200, data, errors);
    }

    /// Adds the entry of the authentication task, which says nothing about the tasks after it.
    pub(super) fn greeting(&mut self, item: String) {
        self.data.push(item);
    }

    /// Adds the error of a task that was refused.
    pub(super) fn refuse(&mut self, error: &ErrorBody, task: Option<&str>) {
        self.entries_with(error.status(), Vec::new(), vec![error.render(task)]);
    }

    /// Adds entries that come with an HTTP status of their own; 200 is as good as carried out.
    pub(super) fn entries_with(&mut self, status: u16, data: Vec<String>, errors: Vec<String>) {
        self.data.extend(data);
        self.errors.extend(errors);
        if status == 200 {
            self.accept();
        } else {
            self.refused.get_or_insert(status);
        }
    }

    /// Records that a synchronous task is still running when its time is up.
    pub(super) fn time_out(&mut self, error: &ErrorBody, task: &str) {
        self.timed_out = true;
        self.errors.push(error.render(Some(task)));
    }

    pub(super) fn wait_until(&mut self, at: Duration) {
        self.ready_at = self.ready_at.max(at);
    }

    pub(super) fn status(&self, rule: MixedStatus) -> u16 {
        match (self.refused, rule) {
            _ if self.timed_out => 504,
            (None, _) => 200,
            (Some(_), MixedStatus::AnyAccepted) if self.accepted => 200,
            (Some(status), _) => status,
        }
    }

    /// The body; `errors` stands in it where there are any, or where `always_errors` says so.
    pub(super) fn body(&self, always_errors: bool) -> String {
        let errors = Some(&self.errors).filter(|errors| always_errors || !errors.is_empty());
        Object::new()
            .raw("data", &array(&self.data))
            .with(errors, |object, errors| object.raw("errors", &array(errors)))
            .end()
    }
}

/// What a frame of a reply says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Entries(String),
    /// That there is nothing to say.
    Nothing(String),
}

impl Reply {
    /// What is sent at once, unless all of it comes later. Unlike over HTTP, an error stands without an empty `data`.
    pub(super) fn said(&self, always_errors: bool) -> Option<Said> {
        let silent = self.data.is_empty() && self.errors.is_empty();
        match silent {
            true if self.accepted => Some(Said::Nothing(self.body(always_errors))),
            true => None,
            false if self.data.is_empty() => Some(Said::Entries(envelope(&[], &self.errors))),
            false => Some(Said::Entries(self.body(always_errors))),
        }
    }
}

/// An envelope with only those of its two lists that are not empty.
pub(super) fn envelope(data: &[String], errors: &[String]) -> String {
    let filled = |list: &'static str, members: &[String], object: Object| {
        if members.is_empty() { object } else { object.raw(list, &array(members)) }
    };
    filled("errors", errors, filled("data", data, Object::new())).end()
}
