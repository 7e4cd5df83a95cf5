//! `runware run`: submit one task, wait for it, print its results.

use runware::types::{DeliveryMethod, Prepared, RawTask};

use super::{advice, quote, stream};
use crate::args::{GlobalArgs, RunArgs};
use crate::exit::Exit;
use crate::output::Output;
use crate::output::event::Event;
use crate::session::Session;
use crate::stop::Stop;
use crate::watch::{Opened, watch};

pub(super) async fn run(args: &RunArgs, global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let task = args.task.task()?;
    let mut session = Session::open(global, output).await?;
    if args.dry_run {
        return quote::of_one(task, &mut session).await;
    }
    if args.stream {
        return stream::run(task, &mut session).await;
    }
    if task.delivery_method() == Some(DeliveryMethod::Stream) {
        return Err(Stop::rejected(
            "`deliveryMethod` is stream, which is printed with --stream; nothing was sent",
        ));
    }
    let prepared = prepare(&mut session, task)?;
    let opened = open(&session, prepared);
    let watched = watch(&mut session, vec![opened]).await?;
    if session.emulator.is_some() && watched.tasks.iter().any(|task| task.results > 0) {
        session
            .output
            .note("(URLs lead into the emulator, which ends with this command; `runware emulate` stays)");
    }
    watched.sum_up(&mut session)
}

/// Fixes the task's id and bytes, and tells of it before anything is sent.
pub(super) fn prepare(session: &mut Session<'_>, task: RawTask) -> Result<Prepared, Stop> {
    advice::about_one(&task, session.output);
    let prepared = session.client.prepare(task)?;
    session.output.tell(&Event::of_prepared(&prepared))?;
    Ok(prepared)
}

/// Hands a task to the client, which sends it.
pub(super) fn open(session: &Session<'_>, prepared: Prepared) -> Opened {
    Opened { task_uuid: prepared.uuid(), task: session.client.submit_prepared(prepared) }
}
