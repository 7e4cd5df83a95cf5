//! `runware collect`: finish what earlier commands left open; submits nothing new.

use crate::args::GlobalArgs;
use crate::config::journal::Place;
use crate::exit::Exit;
use crate::keeping::Keeping;
use crate::origin::Origin;
use crate::output::{Output, human};
use crate::session::Session;
use crate::stop::Stop;
use crate::watch::{Opened, Watched, watch};

pub(super) async fn run(global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    if Place::read(global)? == Place::Off {
        return Err(Stop::usage("--no-journal leaves nothing to collect: the open tasks are in the journal"));
    }
    let mut session = Session::open(global, output, Keeping::Searched).await?;
    let ended = collect(&mut session).await;
    session.close().await;
    ended
}

async fn collect(session: &mut Session<'_>) -> Result<Exit, Stop> {
    if session.kept.is_none() {
        session.output.note("there is no journal yet, so nothing is open");
        return finish(session, Vec::new(), 0).await;
    }
    let (client, mut interrupt) = (session.client.clone(), session.interrupt.clone());
    let recovered = tokio::select! {
        biased;
        () = interrupt.raised() => {
            return Err(Stop::interrupted().going_on_with(session.resume.collect()));
        }
        recovered = session.attend(client.recover()) => recovered?,
    };
    if recovered.held_elsewhere > 0 {
        let tasks = human::count(recovered.held_elsewhere, "task");
        session.output.warn(&format!("{tasks} more: another process looks after them, and delivers them"));
    }
    let opened: Vec<Opened> = recovered
        .tasks
        .into_iter()
        .map(|task| Opened {
            task_uuid: task.handle().task_uuid(),
            task: Ok(task),
            origin: Origin::default(),
        })
        .collect();
    if opened.is_empty() {
        let others = if recovered.held_elsewhere > 0 { " else" } else { "" };
        session.output.note(&format!("nothing{others} is open"));
    }
    finish(session, opened, recovered.held_elsewhere).await
}

async fn finish(session: &mut Session<'_>, opened: Vec<Opened>, held: usize) -> Result<Exit, Stop> {
    let watched = watch(session, opened).await?;
    Watched { held: Some(held), ..watched }.sum_up(session)
}
