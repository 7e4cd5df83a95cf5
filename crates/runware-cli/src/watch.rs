//! The loop that all commands share which wait: the events of many tasks in, output and an exit code out.

pub(crate) mod confirming;
mod tracked;
pub(crate) mod unkept;

use std::time::Duration;

use futures_util::stream::{BoxStream, SelectAll, StreamExt as _};
use runware::transport::Clock as _;
use runware::types::{ErrorCategory, TaskUuid};
use runware::{Ending, Error, ErrorKind, Event as TaskEvent, Outcome, Status, TaskResult};

use self::confirming::{Confirming, LastCall};
pub(crate) use self::tracked::{Opened, Tracked, Watched, sum_up};
use crate::exit::{End, Exit};
use crate::output::event::Event;
use crate::output::human;
use crate::session::Session;
use crate::stop::Stop;

/// How often the progress line counts on.
const TICK: Duration = Duration::from_secs(1);

/// Tells everything about the tasks until each has ended or somebody interrupts.
///
/// # Errors
///
/// The output cannot be written. Whatever becomes of the tasks is no error here but part of the exit code.
pub(crate) async fn watch(session: &mut Session<'_>, opened: Vec<Opened>) -> Result<Watched, Stop> {
    let mut watch = Watch::new(session, &opened);
    let mut events: SelectAll<BoxStream<'_, _>> = SelectAll::new();
    for (index, Opened { task, .. }) in opened.into_iter().enumerate() {
        match task {
            Ok(task) => events.push(task.events().map(move |event| (index, event)).boxed()),
            Err(error) => watch.stopped(index, error)?,
        }
    }
    watch.follow(events).await?;
    let unnoted = watch.confirmed().await;
    let exit = watch.conclude(unnoted)?;
    Ok(Watched { exit, tasks: watch.tasks, held: None, elsewhere: None })
}

struct Watch<'s, 'o> {
    session: &'s mut Session<'o>,
    tasks: Vec<Tracked>,
    confirming: Confirming,
}

impl<'s, 'o> Watch<'s, 'o> {
    fn new(session: &'s mut Session<'o>, opened: &[Opened]) -> Self {
        let started = session.clock.now();
        let tracked = |opened: &Opened| Tracked {
            task_uuid: opened.task_uuid,
            task: opened.task.as_ref().ok().cloned(),
            origin: opened.origin.clone(),
            started,
            accepted: false,
            progress: None,
            results: 0,
            failures: 0,
            end: None,
        };
        let tasks = opened.iter().map(tracked).collect();
        Self { session, tasks, confirming: Confirming::default() }
    }

    async fn follow(
        &mut self,
        mut events: SelectAll<BoxStream<'_, (usize, Result<TaskEvent, Error>)>>,
    ) -> Result<(), Stop> {
        let mut interrupt = self.session.interrupt.clone();
        let clock = self.session.clock;
        let ticks = self.session.output.shows_progress();
        let mut tick = clock.now() + TICK;
        loop {
            tokio::select! {
                biased;
                () = interrupt.raised() => return Ok(()),
                event = self.session.attend(events.next()) => match event {
                    Some((index, event)) => self.take(index, event)?,
                    None => return Ok(()),
                },
                (task_uuid, confirmed) = self.confirming.next() => confirming::tell(task_uuid, confirmed, self.session),
                () = clock.sleep_until(tick), if ticks => {
                    tick = clock.now() + TICK;
                    let line = self.progress_line();
                    self.session.output.progress(&line);
                }
            }
        }
    }

    fn take(&mut self, index: usize, event: Result<TaskEvent, Error>) -> Result<(), Stop> {
        let is_one_of_many = self.tasks.len() > 1;
        let Some(task) = self.tasks.get_mut(index) else { return Ok(()) };
        let task_uuid = task.task_uuid;
        let event = match event {
            Ok(TaskEvent::Accepted { replayed, .. }) => {
                task.accepted = true;
                Event::Accepted { task_uuid, replayed, resume: None }
            }
            Ok(TaskEvent::Progress(progress)) => {
                task.progress = Some(progress);
                Event::Progress { task_uuid, progress }
            }
            Ok(TaskEvent::Result(result)) => {
                task.results += 1;
                if is_one_of_many {
                    self.session.output.note(&format!("{task_uuid} result {}:", result.index()));
                }
                Event::of_result(task_uuid, &result)
            }
            Ok(TaskEvent::Failure(failure)) => {
                task.failures += 1;
                Event::Failure { task_uuid, index: failure.index(), error: failure.error().into() }
            }
            Ok(TaskEvent::PollFault(cause)) => {
                let cause = crate::output::sanitize::line(&cause.to_string());
                self.session.output.note(&format!("{task_uuid} a fault, going on: {cause}"));
                return Ok(());
            }
            Ok(TaskEvent::Settled(outcome)) => return self.settled(index, &outcome),
            Ok(_) => return Ok(()),
            Err(error) => return self.stopped(index, error),
        };
        self.session.output.tell(&event)
    }

    /// A task has an outcome.
    fn settled(&mut self, index: usize, outcome: &Outcome) -> Result<(), Stop> {
        let Some(task) = self.tasks.get_mut(index) else { return Ok(()) };
        let status = outcome.status();
        let reason = match outcome.ending() {
            Ending::Interrupted { error, .. } => Some(error.clone()),
            _ => None,
        };
        let end = reason.clone().map_or(End::Status(status), End::Interrupted);
        let is_open = end.is_open();
        task.end = Some(end);
        let task_uuid = task.task_uuid;
        // What is not kept at all has no name for its deliveries, nor has what another process may name otherwise.
        let is_elsewhere = reason.as_ref().is_some_and(|error| error.kind() == ErrorKind::TakenOver);
        let is_lost =
            |result: &TaskResult| (result.delivery_id().is_some() || is_elsewhere) && !result.is_durable();
        let is_kept = !outcome.results().iter().any(is_lost);
        self.session.output.tell(&Event::Settled {
            task_uuid,
            status,
            results: outcome.results().len(),
            failures: outcome.failures().len(),
            polls: outcome.polls(),
            elapsed: outcome.elapsed(),
            durable: is_kept,
            resume: is_open.then(|| self.session.resume.command([task_uuid])),
        })?;
        if !is_kept {
            unkept::warn(task_uuid, reason.as_ref(), self.session);
        }
        if let (Ending::Settled, Some(_)) = (outcome.ending(), &self.session.kept) {
            // All of it is written and flushed by now.
            self.confirming.add(outcome.clone());
        }
        match outcome.ending() {
            Ending::Unknown { evidence, .. } => self.session.say_what_to_decide(task_uuid, evidence),
            Ending::StillRunning { accepted: false, .. } => {
                self.session
                    .output
                    .warn(&format!("The server has not confirmed {task_uuid}; it may not have it."));
            }
            _ => {}
        }
        Ok(())
    }

    /// An error ended the task.
    fn stopped(&mut self, index: usize, error: Error) -> Result<(), Stop> {
        let is_only = self.tasks.len() == 1;
        let now = self.session.clock.now();
        let Some(task) = self.tasks.get_mut(index) else { return Ok(()) };
        let task_uuid = task.task_uuid;
        let fault = task.origin.fault(&error);
        let end = End::Stopped(error);
        let (status, is_open) = (end.status(), end.is_open());
        task.end = Some(end);
        if !is_open {
            task.failures += 1;
            let failure = Event::Failure { task_uuid, index: None, error: fault };
            self.session.output.tell_of_stopped(&failure, is_only)?;
        }
        let settled = Event::Settled {
            task_uuid,
            status,
            results: task.results,
            failures: task.failures,
            polls: task.polls(),
            elapsed: now.saturating_sub(task.started),
            durable: true,
            resume: is_open.then(|| self.session.resume.command([task_uuid])),
        };
        // The failure was the news; that it ends the task goes without saying.
        self.session.output.tell_of_stopped(&settled, is_only || !is_open)
    }

    /// Waits until it is written down which tasks are delivered; returns of how many it is not, because a signal came.
    async fn confirmed(&mut self) -> usize {
        let mut last_call = LastCall::new(self.session);
        while self.confirming.len() > 0 {
            let next = last_call.unless_over(self.confirming.next()).await;
            let Some((task_uuid, confirmed)) = next else { return self.confirming.len() };
            confirming::tell(task_uuid, confirmed, self.session);
        }
        0
    }

    /// Says how everything ended: what is delivered and not noted, what is open, and what stopped the command.
    fn conclude(&mut self, unnoted: usize) -> Result<Exit, Stop> {
        let is_left = self.leave_open()?;
        let interrupted = is_left || unnoted > 0;
        let ends: Vec<End> = self.tasks.iter().filter_map(|task| task.end.clone()).collect();
        let exit = if interrupted { Exit::Interrupted } else { Exit::of_tasks(&ends) };
        let open: Vec<TaskUuid> = self
            .tasks
            .iter()
            .filter(|task| task.end.as_ref().is_some_and(End::is_open))
            .map(|task| task.task_uuid)
            .collect();
        let resume = (!open.is_empty()).then(|| match unnoted {
            0 => self.session.command(&open),
            // Of the commands to go on with, only this one also delivers again.
            _ => self.session.resume.collect(),
        });
        if unnoted > 0 {
            confirming::tell_interrupted(unnoted, open.len(), None, self.session)?;
        } else if is_left || Exit::of_stopped(&ends).is_some() {
            self.session.output.tell(&self.reason(is_left, resume.clone()))?;
        }
        if let Some(command) = resume {
            self.session.say_how_to_go_on(open.len(), &command);
        }
        Ok(exit)
    }

    /// Settles the tasks that an interruption leaves open; false if there are none.
    fn leave_open(&mut self) -> Result<bool, Stop> {
        let now = self.session.clock.now();
        let mut interrupted = false;
        for task in self.tasks.iter_mut().filter(|task| task.end.is_none()) {
            interrupted = true;
            // Of a task that the server has not confirmed nothing can be said.
            let status = if task.accepted { Status::StillRunning } else { Status::Unknown };
            task.end = Some(End::Status(status));
            self.session.output.tell(&Event::Settled {
                task_uuid: task.task_uuid,
                status,
                results: task.results,
                failures: task.failures,
                polls: task.polls(),
                elapsed: now.saturating_sub(task.started),
                durable: true,
                resume: Some(self.session.resume.command([task.task_uuid])),
            })?;
        }
        Ok(interrupted)
    }

    /// What stopped the command as a whole: an interruption, or the error of every task.
    fn reason(&self, interrupted: bool, resume: Option<String>) -> Event {
        let task_uuid = match self.tasks.as_slice() {
            [only] => Some(only.task_uuid),
            _ => None,
        };
        let first = self.tasks.iter().find_map(|task| Some((task.error()?, &task.origin)));
        let first = first.filter(|_| !interrupted);
        let (category, message) = match (first, self.tasks.len()) {
            (None, _) => {
                (ErrorCategory::Aborted, "interrupted; what the server has accepted goes on there".to_owned())
            }
            (Some((error, origin)), 1) => (error.category(), origin.advise(error)),
            (Some((error, origin)), all) => (
                error.category(),
                format!("all {all} tasks were stopped alike; the first: {}", origin.advise(error)),
            ),
        };
        Event::Error { task_uuid, category, message, resume }
    }

    fn progress_line(&self) -> String {
        let elapsed = self.session.clock.now().as_secs();
        let open: Vec<&Tracked> = self.tasks.iter().filter(|task| task.end.is_none()).collect();
        let known: Vec<u32> = open.iter().filter_map(|task| task.progress.map(u32::from)).collect();
        let percent = match u32::try_from(known.len()) {
            Ok(number) if number > 0 => format!(", {} %", known.iter().sum::<u32>() / number),
            _ => String::new(),
        };
        match self.tasks.len() {
            1 => format!("waiting{percent}, {elapsed} s"),
            all => {
                format!("waiting for {} of {}{percent}, {elapsed} s", open.len(), human::count(all, "task"))
            }
        }
    }
}
