//! Event streams: when a text model says what.

mod fault;

use std::time::Duration;

use runware_types::TaskUuid;

use super::Core;
use super::item::{Completion, FINISH_REASON, Writer};
use super::reply::Reply;
use super::response::{Fate, Piece, Response};
use super::store::Accepted;
use crate::choices::{Choices, StreamFailure, StreamResults, StreamUsage};
use crate::fault::Action;
use crate::json::{Object, array, quoted};
use crate::outcome::{Planned, failure_message};

impl Core {
    /// Makes the reply the event stream of a task that was just accepted.
    pub(super) fn answer_stream(&self, uuid: TaskUuid, task: &Accepted, reply: &mut Reply) {
        let marked = self.options.choices.stream_results == StreamResults::Marked;
        let writer = self.writer(uuid, task, marked);
        reply.stream = Some(Stream::of(&writer));
        reply.deliveries.extend((0..).zip(&task.outcome.results).map(|(index, _)| (uuid, index)));
        reply.accept();
    }
}

/// The events of one task, in the order of their times.
pub(super) struct Stream {
    events: Vec<Event>,
    /// Whether it never ends, because the task does not.
    is_open: bool,
    form: Form,
}

/// How events are written.
struct Form {
    task_type: &'static str,
    written_uuid: String,
    names_task: bool,
    failure: StreamFailure,
    failure_done: bool,
}

struct Event {
    at: Duration,
    content: Content,
}

enum Content {
    /// Members with values that are JSON already.
    Piece(Vec<(&'static str, String)>),
    /// The error code, and the index of the result where it is told.
    Failure(String, Option<u32>),
    Done,
}

impl Stream {
    fn of(writer: &Writer<'_>) -> Self {
        let Accepted { generation, written_uuid, accepted_at, outcome, .. } = writer.task;
        let choices = &writer.options.choices;
        let mut events: Vec<Event> =
            (0..).zip(&outcome.results).flat_map(|(index, planned)| result(writer, index, planned)).collect();
        events.sort_by_key(|event| event.at);
        let is_open = outcome.ends_at.is_none();
        let failed = outcome.results.iter().any(|planned| planned.failure.is_some());
        if !is_open && (choices.stream_failure_done || !failed) {
            let at = events.last().map_or(*accepted_at, |last| last.at);
            events.push(Event { at, content: Content::Done });
        }
        let form = Form {
            task_type: generation.name,
            written_uuid: written_uuid.clone(),
            names_task: choices.stream_names_task,
            failure: choices.stream_failure,
            failure_done: choices.stream_failure_done,
        };
        Self { events, is_open, form }
    }

    /// The response that the stream is under a fault, and whether it tells the outcome of the task.
    pub(super) fn respond(mut self, now: Duration, fault: Option<&Action>) -> (Response, bool) {
        let mut tells_outcome = true;
        let mut fate = None;
        if let Some(Action::Stream(fault)) = fault {
            (tells_outcome, fate) = self.suffer(now, fault);
        }
        let mut pieces = self.render(matches!(fault, Some(Action::EmptyErrors)));
        let mut starts_at = now;
        if let Some(fault) = fault {
            let until = if self.is_open { None } else { Some(pieces.last().map_or(now, |last| last.at)) };
            fate = fault::strike(fault, now, until, &mut pieces).or(fate);
            if let Action::Delay(time) = fault {
                starts_at = now.saturating_add(*time);
            }
        }
        let length = pieces.iter().map(|piece| piece.bytes.len()).sum();
        let fate = match fate {
            Some(Broken::Cut) => Fate::Truncate(length),
            Some(Broken::Silent) => Fate::Stall(length),
            None if self.is_open => Fate::Stall(length),
            None => Fate::Deliver,
        };
        (Response::stream(starts_at, pieces, fate), tells_outcome)
    }

    fn render(&self, always_errors: bool) -> Vec<Piece> {
        let mut is_named = false;
        let mut write = |event: &Event| {
            let data = match &event.content {
                Content::Piece(members) => {
                    let head =
                        if is_named && !self.form.names_task { Object::new() } else { self.form.head() };
                    is_named = true;
                    members
                        .iter()
                        .fold(head, |object, (name, value)| object.raw(name, value))
                        .with(always_errors.then_some("[]"), |object, none| object.raw("errors", none))
                        .end()
                }
                Content::Failure(code, index) => self.form.failure(code, *index),
                Content::Done => "[DONE]".to_owned(),
            };
            Piece { at: event.at, bytes: format!("data: {data}\n\n").into() }
        };
        self.events.iter().map(&mut write).collect()
    }
}

/// How a stream ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Broken {
    /// With its connection.
    Cut,
    /// Not at all: nothing more comes.
    Silent,
}

impl Form {
    fn head(&self) -> Object {
        Object::new().text("taskType", self.task_type).text("taskUUID", &self.written_uuid)
    }

    fn failure(&self, code: &str, index: Option<u32>) -> String {
        let error = Object::new()
            .text("code", code)
            .text("message", failure_message(code))
            .with(index, |object, index| object.number("resultIndex", index));
        let named =
            |object: Object| object.text("taskType", self.task_type).text("taskUUID", &self.written_uuid);
        match self.failure {
            StreamFailure::Errors => Object::new().raw("errors", &array(&[named(error).end()])).end(),
            StreamFailure::Error => named(Object::new().raw("error", &error.end())).end(),
        }
    }
}

/// The events of one result: its words, evenly over the time it takes, and its end. One that never ends says nothing;
/// one that fails breaks off half way.
fn result(writer: &Writer<'_>, index: u32, planned: &Planned) -> Vec<Event> {
    let Some(end) = planned.ready_at else { return Vec::new() };
    let choices = &writer.options.choices;
    let Completion { thoughts, text, usage } = writer.completion(index);
    let delta = |name: &'static str| move |word: &str| Object::new().text(name, word).end();
    let mut deltas: Vec<String> = Vec::new();
    deltas.extend(thoughts.iter().flat_map(|thoughts| words(thoughts)).map(delta("reasoningContent")));
    deltas.extend(words(&text).map(delta("text")));

    let start = writer.task.accepted_at;
    let steps = u32::try_from(deltas.len() + 1).unwrap_or(u32::MAX);
    let pause = end.saturating_sub(start) / steps;
    if planned.failure.is_some() {
        deltas.truncate(deltas.len() / 2);
    }
    let marked = |members: Vec<(&'static str, String)>| {
        let index = writer.with_index.then(|| ("resultIndex", index.to_string()));
        Content::Piece(index.into_iter().chain(members).collect())
    };
    let mut events: Vec<Event> = (1..)
        .zip(deltas)
        .map(|(step, delta)| Event {
            at: start.saturating_add(pause.saturating_mul(step)),
            content: marked(vec![("delta", delta)]),
        })
        .collect();
    let last = match &planned.failure {
        Some(code) => {
            vec![Content::Failure(code.clone(), Some(index).filter(|_| choices.index_on_failures))]
        }
        None => {
            let cost = writer.cost().map(|cost| ("cost", cost.to_string()));
            let figures = [("usage", usage)].into_iter().chain(cost).collect();
            ending(choices, figures).into_iter().map(marked).collect()
        }
    };
    events.extend(last.into_iter().map(|content| Event { at: end, content }));
    events
}

/// The members of the events that end a result.
fn ending(choices: &Choices, figures: Vec<(&'static str, String)>) -> Vec<Vec<(&'static str, String)>> {
    let nothing = || vec![("delta", "{}".to_owned())];
    let finish = [nothing(), vec![("finishReason", quoted(FINISH_REASON))]].concat();
    match choices.stream_usage {
        StreamUsage::WithFinish => vec![[finish, figures].concat()],
        StreamUsage::BeforeFinish => vec![[nothing(), figures].concat(), finish],
        StreamUsage::AfterFinish => vec![finish, [nothing(), figures].concat()],
    }
}

/// The words of a text, each with the space behind it.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(' ')
}
