//! `runware wait`: wait for tasks that were submitted before; submits nothing.

use runware::types::TaskUuid;

use crate::args::{GlobalArgs, UuidArgs};
use crate::commands::known_tasks;
use crate::exit::Exit;
use crate::keeping::Keeping;
use crate::origin::Origin;
use crate::output::Output;
use crate::session::Session;
use crate::stop::Stop;
use crate::watch::{Opened, watch};

pub(super) async fn run(args: &UuidArgs, global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let tasks = known_tasks(&args.uuids)?;
    let mut session = Session::open(global, output, Keeping::Welcome(tasks.clone())).await?;
    session.warn_of_empty_emulator();
    let ended = wait(tasks, &mut session).await;
    session.close().await;
    ended
}

async fn wait(tasks: Vec<TaskUuid>, session: &mut Session<'_>) -> Result<Exit, Stop> {
    let open =
        |task_uuid| Opened { task_uuid, task: session.client.resume(task_uuid), origin: Origin::default() };
    let opened = tasks.into_iter().map(open).collect();
    watch(session, opened).await?.sum_up(session)
}
