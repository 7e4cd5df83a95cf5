//! `runware collect`: finish what earlier commands left open; submits nothing new.

use crate::args::GlobalArgs;
use crate::config::journal::Place;
use crate::exit::Exit;
use crate::keeping::Keeping;
use crate::origin::Origin;
use crate::output::{Output, human, sanitize};
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
    let Some(kept) = &session.kept else {
        session.output.note(match session.place() {
            Place::Passing => {
                "with --emulator there is a journal only where --journal or RUNWARE_JOURNAL names one; nothing was looked \
                 for"
            }
            _ => "there is no journal yet, so nothing is open",
        });
        return finish(session, Vec::new(), Left::default()).await;
    };
    let services = kept.elsewhere(&session.service)?;
    let (client, mut interrupt) = (session.client.clone(), session.interrupt.clone());
    let recovered = tokio::select! {
        biased;
        () = interrupt.raised() => {
            return Err(Stop::interrupted().going_on_with(session.resume.collect()));
        }
        recovered = session.attend(client.recover()) => recovered?,
    };
    let left = Left { held: recovered.held_elsewhere, elsewhere: services.values().sum() };
    if left.held > 0 {
        let tasks = human::count(left.held, "task");
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
        let others = if left.held > 0 { " else" } else { "" };
        session.output.note(&format!("nothing{others} is open for {}", session.service));
    }
    for (service, tasks) in services {
        let command = session.resume_at(&service).collect();
        let service = sanitize::line(&service);
        session.output.warn(&format!(
            "{} more for {service}, another server. To finish and deliver what is open there, with --http-base-url as it \
             was then:\n  {command}",
            human::count(tasks, "task")
        ));
    }
    finish(session, opened, left).await
}

/// How many tasks are left as they are.
#[derive(Clone, Copy, Debug, Default)]
struct Left {
    held: usize,
    elsewhere: usize,
}

async fn finish(session: &mut Session<'_>, opened: Vec<Opened>, left: Left) -> Result<Exit, Stop> {
    let Left { held, elsewhere } = left;
    // A server that is gone for good would keep every later collection from ending well: its tasks are told, and no more.
    let watched = watch(session, opened).await?;
    Watched { held: Some(held), elsewhere: Some(elsewhere), ..watched }.sum_up(session)
}
