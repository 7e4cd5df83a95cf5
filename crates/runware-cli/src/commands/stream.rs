//! `runware run --stream`: the text of a language model while it is written.

use std::time::Duration;

use runware::transport::Clock as _;
use runware::types::{ErrorCategory, RawTask, TaskType, TaskUuid, TextDelta};
use runware::{Error, ErrorKind, Status, TextStream};

use super::run::Ready;
use super::{advice, price};
use crate::args::keeping::NoteArgs;
use crate::exit::{End, Exit, may_exist};
use crate::origin::Origin;
use crate::output::event::Event;
use crate::session::Session;
use crate::stop::{Stop, explain};
use crate::watch::confirming::{self, LastCall};
use crate::watch::{Opened, sum_up, unkept, watch};

/// How often the progress line counts on while nothing has come.
const TICK: Duration = Duration::from_secs(1);

pub(super) async fn run(
    (task, origin): (RawTask, Origin),
    note: &NoteArgs,
    session: &mut Session<'_>,
) -> Result<Exit, Stop> {
    check(&task)?;
    session.check_http("--stream")?;
    advice::about_one(&task, session.output);
    let (task_type, model) = (task.task_type().clone(), task.model());
    let prepared = session.client.prepare(task.clone())?;
    let task = if task.field("taskUUID").is_some() { task } else { task.set("taskUUID", prepared.uuid()) };
    let ready = Ready::new(prepared, note.options(), origin);
    let Ready { options, origin, .. } = price::of_one(session, ready, note.price).await?;
    // Nothing is sent before it is asked for its first piece.
    let stream = session.client.stream_text_with(task, options)?;
    let task_uuid = stream.handle().task_uuid();
    session.output.tell(&Event::Submitting { task_uuid, task_type, model })?;
    let started = session.clock.now();
    let telling = Telling { session, task_uuid, started, accepted: false };
    match telling.tell(stream).await? {
        Told::Ended(status, exit) => {
            sum_up(session, [status])?;
            Ok(exit)
        }
        // A conflict is an acceptance, here as everywhere.
        Told::ExistsAlready => {
            session.output.note(&format!("{task_uuid} was sent before; waiting for its whole text"));
            let opened = Opened { task_uuid, task: session.client.resume(task_uuid), origin };
            watch(session, vec![opened]).await?.sum_up(session)
        }
    }
}

/// Refuses what cannot be streamed, in the words of the command line.
fn check(task: &RawTask) -> Result<(), Stop> {
    match task.task_type() {
        TaskType::TextInference => Ok(()),
        other => Err(Stop::rejected(format!(
            "--stream is for texts, and this task is {other}; nothing was sent (texts have `messages`; \
             --task-type textInference says so where the keys do not)"
        ))),
    }
}

/// What came of telling a text.
enum Told {
    Ended(Status, Exit),
    /// The server has a task of this id already, and streams it to nobody a second time.
    ExistsAlready,
}

/// One text that is being told.
struct Telling<'s, 'o> {
    session: &'s mut Session<'o>,
    task_uuid: TaskUuid,
    started: Duration,
    accepted: bool,
}

impl Telling<'_, '_> {
    async fn tell(mut self, mut stream: TextStream) -> Result<Told, Stop> {
        let mut interrupt = self.session.interrupt.clone();
        let clock = self.session.clock;
        let mut tick = clock.now() + TICK;
        loop {
            let waits = !self.accepted && self.session.output.shows_progress();
            tokio::select! {
                biased;
                () = interrupt.raised() => return self.interrupted(),
                piece = stream.next() => match piece {
                    Some(Ok(delta)) => self.take(&delta)?,
                    None => {
                        let told = self.complete(&stream)?;
                        // All of it is written and flushed by now.
                        let confirmed = LastCall::new(self.session).unless_over(stream.confirm()).await;
                        if !is_kept(&stream) {
                            let error = confirmed.as_ref().and_then(|confirmed| confirmed.as_ref().err());
                            unkept::warn(self.task_uuid, error, self.session);
                        }
                        let Some(confirmed) = confirmed else { return self.unnoted() };
                        confirming::tell(self.task_uuid, confirmed, self.session);
                        return Ok(told);
                    }
                    Some(Err(error)) => return self.stopped(&error),
                },
                () = clock.sleep_until(tick), if waits => {
                    tick = clock.now() + TICK;
                    self.session.output.progress(&format!("waiting, {} s", clock.now().as_secs()));
                }
            }
        }
    }

    fn take(&mut self, delta: &TextDelta) -> Result<(), Stop> {
        self.accept()?;
        let output = &mut self.session.output;
        if output.is_json() {
            let (text, reasoning_content) = (delta.text.clone(), delta.reasoning_content.clone());
            if text.is_empty() && reasoning_content.is_empty() {
                return Ok(());
            }
            return output.tell(&Event::Delta { task_uuid: self.task_uuid, text, reasoning_content });
        }
        if delta.is_whole {
            // It takes the place of what is there.
            output.end_lines()?;
        }
        output.thought(&delta.reasoning_content)?;
        output.piece(&delta.text)
    }

    fn accept(&mut self) -> Result<(), Stop> {
        match std::mem::replace(&mut self.accepted, true) {
            true => Ok(()),
            false => self.session.output.tell(&Event::Accepted {
                task_uuid: self.task_uuid,
                replayed: false,
                resume: None,
            }),
        }
    }

    fn complete(&mut self, stream: &TextStream) -> Result<Told, Stop> {
        self.accept()?;
        let (task_uuid, index) = (self.task_uuid, 0);
        let output = &mut self.session.output;
        if output.is_json() {
            let item = stream.item().ok_or_else(|| Stop::machine("the text has no JSON").about(task_uuid))?;
            let delivery_id = stream.delivery_id();
            output.tell(&Event::Result { task_uuid, index, item, delivery_id, redelivered: false })?;
        } else {
            if stream.collected().text.is_empty() {
                output.line("")?;
            }
            output.end_lines()?;
        }
        let settled = self.settling(Status::Succeeded, 1, 0, is_kept(stream));
        self.session.output.tell(&settled)?;
        Ok(Told::Ended(Status::Succeeded, Exit::Delivered))
    }

    /// An error ended the stream.
    fn stopped(&mut self, error: &Error) -> Result<Told, Stop> {
        self.session.output.end_lines()?;
        if error.kind() == ErrorKind::UuidReused {
            return Ok(Told::ExistsAlready);
        }
        let end = End::Stopped(error.clone());
        if may_exist(error) && self.is_past_deadline() {
            self.left_open(Status::StillRunning)?;
            if !self.accepted {
                let warning = format!("The server has not confirmed {}; it may not have it.", self.task_uuid);
                self.session.output.warn(&warning);
            }
            self.say_how_to_go_on();
            return Ok(Told::Ended(Status::StillRunning, Exit::StillRunning));
        }
        let (status, exit) = (end.status(), Exit::of_error(error));
        // A task that fails is an outcome; everything else stopped the command.
        let is_outcome = error.kind() == ErrorKind::StreamFailed;
        if !end.is_open() {
            let failure = Event::Failure { task_uuid: self.task_uuid, index: None, error: error.into() };
            self.session.output.tell_of_stopped(&failure, !is_outcome)?;
        }
        let settled = self.settling(status, 0, usize::from(!end.is_open()), true);
        self.session.output.tell_of_stopped(&settled, !is_outcome)?;
        if !is_outcome {
            self.reason(error.category(), explain(error), end.is_open())?;
        }
        if end.is_open() {
            self.say_how_to_go_on();
        }
        Ok(Told::Ended(status, exit))
    }

    fn interrupted(&mut self) -> Result<Told, Stop> {
        self.session.output.end_lines()?;
        // Of a task that the server has not confirmed nothing can be said.
        let status = if self.accepted { Status::StillRunning } else { Status::Unknown };
        self.left_open(status)?;
        let message = "interrupted; the server goes on with what it has accepted".to_owned();
        self.reason(ErrorCategory::Aborted, message, true)?;
        self.say_how_to_go_on();
        Ok(Told::Ended(status, Exit::Interrupted))
    }

    /// A signal came after all of the text, and before the journal had it that it is delivered.
    fn unnoted(&mut self) -> Result<Told, Stop> {
        confirming::tell_interrupted(1, 0, Some(self.task_uuid), self.session)?;
        Ok(Told::Ended(Status::Succeeded, Exit::Interrupted))
    }

    fn is_past_deadline(&self) -> bool {
        self.session.clock.now() >= self.started.saturating_add(self.session.plan.deadline())
    }

    fn left_open(&mut self, status: Status) -> Result<(), Stop> {
        let settled = self.settling(status, 0, 0, true);
        self.session.output.tell(&settled)
    }

    fn settling(&self, status: Status, results: usize, failures: usize, durable: bool) -> Event {
        let is_open = End::Status(status).is_open();
        Event::Settled {
            task_uuid: self.task_uuid,
            status,
            results,
            failures,
            polls: 0,
            elapsed: self.session.clock.now().saturating_sub(self.started),
            durable,
            resume: is_open.then(|| self.command()),
        }
    }

    /// What stopped the command.
    fn reason(&mut self, category: ErrorCategory, message: String, is_open: bool) -> Result<(), Stop> {
        let resume = is_open.then(|| self.command());
        self.session.output.tell(&Event::Error { task_uuid: Some(self.task_uuid), category, message, resume })
    }

    fn say_how_to_go_on(&mut self) {
        let command = self.command();
        self.session.say_how_to_go_on(1, &command);
    }

    fn command(&self) -> String {
        self.session.resume.command([self.task_uuid])
    }
}

/// False if the journal should have the whole text and has not.
fn is_kept(stream: &TextStream) -> bool {
    // What is not kept at all has no name for its deliveries.
    stream.delivery_id().is_none() || stream.is_durable()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_are_streamed() {
        assert!(check(&RawTask::new("textInference")).is_ok());
        let stop = check(&RawTask::new("imageInference")).unwrap_err();
        assert_eq!(stop.exit().code(), 3);
        assert!(stop.message().contains("imageInference"), "{}", stop.message());
    }
}
