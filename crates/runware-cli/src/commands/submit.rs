//! `runware submit`: submit one task and return as soon as the server has it.

use runware::{Error, Task};

use crate::args::{GlobalArgs, SubmitArgs};
use crate::commands::run::{Ready, named, open, prepare};
use crate::exit::{End, Exit};
use crate::keeping::Keeping;
use crate::origin::Origin;
use crate::output::Output;
use crate::output::event::Event;
use crate::session::Session;
use crate::stop::Stop;
use crate::watch::Opened;

pub(super) async fn run(args: &SubmitArgs, global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let task = args.task.task()?;
    let mut session = Session::open(global, output, Keeping::Required(args.budget.budget())).await?;
    let task = named(&session, task, &args.note);
    let ended = match prepare(&mut session, task, &args.note).await {
        Ok(ready) => submit(ready, &mut session).await,
        Err(stop) => Err(stop),
    };
    session.close().await;
    ended
}

async fn submit(ready: Ready, session: &mut Session<'_>) -> Result<Exit, Stop> {
    let Opened { task, origin, .. } = open(session, ready);
    let task = task?;
    let mut interrupt = session.interrupt.clone();
    tokio::select! {
        biased;
        () = interrupt.raised() => interrupted(session, &task),
        accepted = session.attend(task.accepted()) => match accepted {
            Ok(replayed) => accept(session, &task, replayed),
            Err(error) => refuse(session, &task, &origin, &error),
        },
    }
}

fn accept(session: &mut Session<'_>, task: &Task, replayed: bool) -> Result<Exit, Stop> {
    let task_uuid = task.handle().task_uuid();
    let resume = (!session.resume.emulator_ends()).then(|| session.resume.command([task_uuid]));
    session.output.tell(&Event::Accepted { task_uuid, replayed, resume: resume.clone() })?;
    session.output.data(&task_uuid.to_string())?;
    match resume {
        Some(command) => session.output.hint(&format!("To wait for it:\n  {command}")),
        None => session
            .output
            .note("(the emulator ends with this command, and the task with it; `runware emulate` stays)"),
    }
    Ok(Exit::Delivered)
}

fn refuse(session: &mut Session<'_>, task: &Task, origin: &Origin, error: &Error) -> Result<Exit, Stop> {
    let task_uuid = task.handle().task_uuid();
    let end = End::Stopped(error.clone());
    if !end.is_open() {
        let failure = Event::Failure { task_uuid, index: None, error: origin.fault(error) };
        session.output.tell_of_stopped(&failure, true)?;
        let (status, elapsed) = (end.status(), session.elapsed());
        let settled = Event::Settled {
            task_uuid,
            status,
            results: 0,
            failures: 1,
            polls: 0,
            elapsed,
            durable: true,
            resume: None,
        };
        session.output.tell_of_stopped(&settled, true)?;
    }
    let resume = end.is_open().then(|| session.resume.command([task_uuid]));
    session.output.tell(&Event::Error {
        task_uuid: Some(task_uuid),
        category: error.category(),
        message: origin.advise(error),
        resume: resume.clone(),
    })?;
    if let Some(command) = resume {
        session.say_how_to_go_on(1, &command);
    }
    Ok(Exit::of_error(error))
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
