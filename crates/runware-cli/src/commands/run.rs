//! `runware run`: submit one task, wait for it, print its results.

use runware::SubmitOptions;
use runware::types::{DeliveryMethod, Prepared, RawTask};

use super::{advice, price, quote, stream};
use crate::args::keeping::NoteArgs;
use crate::args::{GlobalArgs, RunArgs};
use crate::exit::Exit;
use crate::ids::Ids;
use crate::keeping::Keeping;
use crate::origin::Origin;
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
    let (task, origin) = named(session, task, &args.note);
    if args.stream {
        refuse_reused(session, &task, &origin)?;
        return stream::run((task, origin), &args.note, session).await;
    }
    if task.delivery_method() == Some(DeliveryMethod::Stream) {
        return Err(Stop::rejected(
            "`deliveryMethod` is stream, which is printed with --stream; nothing was sent",
        ));
    }
    let ready = prepare(session, (task, origin), &args.note).await?;
    let opened = open(session, ready);
    let watched = watch(session, vec![opened]).await?;
    if session.emulator.is_some() && watched.tasks.iter().any(|task| task.results > 0) {
        session
            .output
            .note("(URLs lead into the emulator, which ends with this command; `runware emulate` stays)");
    }
    watched.sum_up(session)
}

/// Refuses to stream a task of whose id the journal has another request: the stream itself only learns that there is
/// one, and its text would be that of the other.
fn refuse_reused(session: &Session<'_>, task: &RawTask, origin: &Origin) -> Result<(), Stop> {
    let (Some(kept), Some(_)) = (&session.kept, task.field("taskUUID")) else { return Ok(()) };
    // What is wrong with a task is told by the stream.
    let Ok(task_uuid) = session.client.prepare(task.clone()).map(|prepared| prepared.uuid()) else {
        return Ok(());
    };
    let Ok(streamed) = task.clone().default_delivery(DeliveryMethod::Stream).prepare(task_uuid) else {
        return Ok(());
    };
    match kept.has_another(&session.service, &streamed)? {
        true => {
            Err(Stop::rejected(format!("{}; nothing was sent", origin.reused(task_uuid))).about(task_uuid))
        }
        false => Ok(()),
    }
}

/// A task whose id and bytes are fixed, and what there is to say about it.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) prepared: Prepared,
    pub(super) options: SubmitOptions,
    pub(super) origin: Origin,
    /// Why it is not to be sent.
    pub(super) obstacle: Option<Obstacle>,
}

/// Why a task is not to be sent, though it could be.
#[derive(Clone, Debug)]
pub(super) enum Obstacle {
    /// There is a budget, and nobody knows what it costs; the client refuses it.
    Unpriced,
    /// The server said that it would not take it, or did not say what it costs, since there was no answer.
    Stopped(quote::Unknown),
}

impl Ready {
    pub(super) fn new(prepared: Prepared, options: SubmitOptions, origin: Origin) -> Self {
        Self { prepared, options, origin, obstacle: None }
    }

    pub(super) fn is_unpriced(&self) -> bool {
        matches!(self.obstacle, Some(Obstacle::Unpriced))
    }
}

/// Gives a task the id that belongs to the caller's own name for it, unless it brings one along.
pub(super) fn named(session: &Session<'_>, task: RawTask, note: &NoteArgs) -> (RawTask, Origin) {
    match (&note.key, task.field("taskUUID")) {
        (Some(key), None) => {
            let task = task.set("taskUUID", Ids::new(&session.service, None).of_key(key));
            (task, Origin { key: Some(key.clone()), ..Origin::default() })
        }
        _ => (task, Origin::default()),
    }
}

/// Fixes the task's id and bytes, finds out what it costs where that matters, and tells of it before anything is sent.
pub(super) async fn prepare(
    session: &mut Session<'_>,
    (task, origin): (RawTask, Origin),
    note: &NoteArgs,
) -> Result<Ready, Stop> {
    advice::about_one(&task, session.output);
    let ready = Ready::new(session.client.prepare(task)?, note.options(), origin);
    let ready = price::of_one(session, ready, note.price).await?;
    session.output.tell(&Event::of_prepared(&ready.prepared))?;
    Ok(ready)
}

/// Hands a task to the client, which sends it, unless something is in its way.
pub(super) fn open(session: &Session<'_>, ready: Ready) -> Opened {
    let Ready { prepared, options, origin, obstacle } = ready;
    let task_uuid = prepared.uuid();
    let (task, in_vain) = match obstacle {
        Some(Obstacle::Stopped(quote::Unknown { error, in_vain })) => (Err(error), in_vain),
        Some(Obstacle::Unpriced) | None => (session.client.submit_prepared_with(prepared, options), None),
    };
    Opened { task_uuid, task, origin: Origin { in_vain, ..origin } }
}
