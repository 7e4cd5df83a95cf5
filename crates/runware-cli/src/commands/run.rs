//! `runware run`: submit one task, wait for it, print its results.

use runware::SubmitOptions;
use runware::types::{DeliveryMethod, Prepared, RawTask};

use super::{advice, price, quote, stream};
use crate::args::keeping::NoteArgs;
use crate::args::{GlobalArgs, RunArgs};
use crate::exit::Exit;
use crate::ids::Ids;
use crate::keeping::Keeping;
use crate::output::Output;
use crate::output::event::Event;
use crate::session::Session;
use crate::stop::Stop;
use crate::watch::{Opened, watch};

pub(super) async fn run(args: &RunArgs, global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let task = args.task.task()?;
    if args.dry_run {
        let mut session = Session::open(global, output, Keeping::Unneeded).await?;
        return quote::of_one(task, &mut session).await;
    }
    let mut session = Session::open(global, output, Keeping::Required(args.budget.budget())).await?;
    let ended = tell(args, task, &mut session).await;
    session.close().await;
    ended
}

async fn tell(args: &RunArgs, task: RawTask, session: &mut Session<'_>) -> Result<Exit, Stop> {
    let task = named(session, task, &args.note);
    if args.stream {
        return stream::run(task, &args.note, session).await;
    }
    if task.delivery_method() == Some(DeliveryMethod::Stream) {
        return Err(Stop::rejected(
            "`deliveryMethod` is stream, which is printed with --stream; nothing was sent",
        ));
    }
    let ready = prepare(session, task, args.note.options())?;
    let ready = price::of_one(session, ready, args.note.price).await?;
    let opened = open(session, ready);
    let watched = watch(session, vec![opened]).await?;
    if session.emulator.is_some() && watched.tasks.iter().any(|task| task.results > 0) {
        session
            .output
            .note("(URLs lead into the emulator, which ends with this command; `runware emulate` stays)");
    }
    watched.sum_up(session)
}

/// A task whose id and bytes are fixed, and what there is to say about it.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) prepared: Prepared,
    pub(super) options: SubmitOptions,
}

/// Gives a task the id that belongs to the caller's own name for it, unless it brings one along.
pub(super) fn named(session: &Session<'_>, task: RawTask, note: &NoteArgs) -> RawTask {
    match (&note.key, task.field("taskUUID")) {
        (Some(key), None) => task.set("taskUUID", Ids::new(&session.service, None).of_key(key)),
        _ => task,
    }
}

/// Fixes the task's id and bytes, and tells of it before anything is sent.
pub(super) fn prepare(
    session: &mut Session<'_>,
    task: RawTask,
    options: SubmitOptions,
) -> Result<Ready, Stop> {
    advice::about_one(&task, session.output);
    let prepared = session.client.prepare(task)?;
    session.output.tell(&Event::of_prepared(&prepared))?;
    Ok(Ready { prepared, options })
}

/// Hands a task to the client, which sends it.
pub(super) fn open(session: &Session<'_>, ready: Ready) -> Opened {
    let Ready { prepared, options } = ready;
    Opened { task_uuid: prepared.uuid(), task: session.client.submit_prepared_with(prepared, options) }
}
