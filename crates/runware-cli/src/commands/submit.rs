//! `runware submit`: submit one task and return as soon as the server has it.

use runware::{Error, Task};

use crate::args::{GlobalArgs, TaskArgs};
use crate::commands::run::prepare;
use crate::exit::{End, Exit};
use crate::output::Output;
use crate::output::event::Event;
use crate::session::Session;
use crate::stop::{Stop, explain};

pub(super) async fn run(args: &TaskArgs, global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let task = args.task()?;
    let mut session = Session::open(global, output).await?;
    let prepared = prepare(&mut session, task)?;
    let task = session.client.submit_prepared(prepared)?;
    let mut interrupt = session.interrupt.clone();
    tokio::select! {
        biased;
        () = interrupt.raised() => interrupted(&mut session, &task),
        accepted = session.attend(task.accepted()) => match accepted {
            Ok(replayed) => accept(&mut session, &task, replayed),
            Err(error) => refuse(&mut session, &task, error),
        },
    }
}

fn accept(session: &mut Session<'_>, task: &Task, replayed: bool) -> Result<Exit, Stop> {
    let task_uuid = task.handle().task_uuid();
    session.output.tell(&Event::Accepted { task_uuid, replayed })?;
    session.output.data(&task_uuid.to_string())?;
    if session.resume.emulator_ends() {
        session
            .output
            .note("(the emulator ends with this command, and the task with it; `runware emulate` stays)");
    } else {
        session.output.note(&format!("To wait for it:\n  {}", session.resume.command([task_uuid])));
    }
    Ok(Exit::Delivered)
}

fn refuse(session: &mut Session<'_>, task: &Task, error: Error) -> Result<Exit, Stop> {
    let task_uuid = task.handle().task_uuid();
    let end = End::Stopped(error.clone());
    if !end.is_open() {
        let failure = Event::Failure { task_uuid, index: None, error: (&error).into() };
        session.output.tell_of_stopped(&failure, true)?;
        let (status, elapsed) = (end.status(), session.elapsed());
        let settled =
            Event::Settled { task_uuid, status, results: 0, failures: 1, polls: 0, elapsed, resume: None };
        session.output.tell_of_stopped(&settled, true)?;
    }
    let resume = end.is_open().then(|| session.resume.command([task_uuid]));
    session.output.tell(&Event::Error {
        task_uuid: Some(task_uuid),
        category: error.category(),
        message: explain(&error),
        resume: resume.clone(),
    })?;
    if let Some(command) = resume {
        session.say_how_to_go_on(1, &command);
    }
    Ok(Exit::of_error(&error))
}

fn interrupted(session: &mut Session<'_>, task: &Task) -> Result<Exit, Stop> {
    let task_uuid = task.handle().task_uuid();
    let command = session.resume.command([task_uuid]);
    let stop = Stop::interrupted();
    session.output.tell(&Event::Error {
        task_uuid: Some(task_uuid),
        category: stop.category(),
        message: "interrupted before the server confirmed the task, which it may have all the same"
            .to_owned(),
        resume: Some(command.clone()),
    })?;
    session.say_how_to_go_on(1, &command);
    Ok(stop.exit())
}
