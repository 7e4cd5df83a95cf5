//! `runware status`: one status check each, without waiting.

use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use runware::transport::Clock as _;
use runware::types::TaskUuid;
use runware::{Error, Status, StatusReport};

use crate::args::{GlobalArgs, UuidArgs};
use crate::commands::known_tasks;
use crate::exit::{End, Exit, may_exist};
use crate::keeping::Keeping;
use crate::output::event::Event;
use crate::output::{Output, human};
use crate::session::Session;
use crate::stop::{Stop, explain};

/// Checks under way at once.
const AT_ONCE: usize = 8;

pub(super) async fn run(args: &UuidArgs, global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let tasks = known_tasks(&args.uuids)?;
    let mut session = Session::open(global, output, Keeping::Unneeded).await?;
    session.warn_of_empty_emulator();
    let (client, resume) = (session.client.clone(), session.resume.command(tasks.iter().copied()));
    let clock = session.clock;
    let check = |task_uuid| {
        let client = client.clone();
        async move {
            let started = clock.now();
            let report = client.status(task_uuid).await;
            (task_uuid, report, clock.now().saturating_sub(started))
        }
    };
    // In the order in which they were asked for.
    let mut reports = stream::iter(tasks).map(check).buffered(AT_ONCE);
    let mut interrupt = session.interrupt.clone();
    let (mut ends, mut open) = (Vec::new(), Vec::new());
    loop {
        let next = tokio::select! {
            biased;
            () = interrupt.raised() => return Err(Stop::interrupted().going_on_with(resume)),
            next = session.attend(reports.next()) => next,
        };
        let Some((task_uuid, report, elapsed)) = next else { break };
        let end = match report {
            Ok(report) => tell(&mut session, task_uuid, &report, elapsed)?,
            Err(error) => tell_error(&mut session, task_uuid, error)?,
        };
        if end.is_open() {
            open.push(task_uuid);
        }
        ends.push(end);
    }
    if !open.is_empty() {
        let command = session.resume.command(open.iter().copied());
        session.say_how_to_go_on(open.len(), &command);
    }
    Ok(Exit::of_tasks(&ends))
}

fn tell(
    session: &mut Session<'_>,
    task_uuid: TaskUuid,
    report: &StatusReport,
    elapsed: Duration,
) -> Result<End, Stop> {
    let end = End::Status(standing(report));
    let (status, output) = (end.status(), &mut session.output);
    output.data(&line(task_uuid, status, report))?;
    for event in events(task_uuid, report) {
        output.tell(&event)?;
    }
    let settled = Event::Settled {
        task_uuid,
        status,
        results: report.results().len(),
        failures: report.failures().len(),
        polls: 1,
        elapsed,
        durable: true,
        resume: end.is_open().then(|| session.resume.command([task_uuid])),
    };
    // People have read it in the first line.
    output.tell_of_stopped(&settled, true)?;
    Ok(end)
}

fn tell_error(session: &mut Session<'_>, task_uuid: TaskUuid, error: Error) -> Result<End, Stop> {
    session.output.tell(&Event::Error {
        task_uuid: Some(task_uuid),
        category: error.category(),
        message: explain(&error),
        resume: may_exist(&error).then(|| session.resume.command([task_uuid])),
    })?;
    Ok(End::Stopped(error))
}

/// What one check shows, in the words of those that wait.
fn standing(report: &StatusReport) -> Status {
    match (report.results().is_empty(), report.failures().is_empty()) {
        _ if report.is_unknown() => Status::Unknown,
        _ if report.processing() > 0 => Status::StillRunning,
        (false, true) => Status::Succeeded,
        (false, false) => Status::Partial,
        (true, _) => Status::Failed,
    }
}

fn events(task_uuid: TaskUuid, report: &StatusReport) -> Vec<Event> {
    let progress = report.progress().map(|progress| Event::Progress { task_uuid, progress });
    let results = report.results().iter().map(|result| Event::Result {
        task_uuid,
        index: result.index(),
        item: result.item().clone(),
        // This is a look, not the delivery.
        delivery_id: None,
        redelivered: false,
    });
    let failures = report.failures().iter().map(|failure| Event::Failure {
        task_uuid,
        index: failure.index(),
        error: failure.error().into(),
    });
    progress.into_iter().chain(results).chain(failures).collect()
}

fn line(task_uuid: TaskUuid, status: Status, report: &StatusReport) -> String {
    let (results, failures) = (report.results().len(), report.failures().len());
    if status == Status::Unknown {
        return format!("{task_uuid} is not known to the server, or no longer");
    }
    let mut line = format!("{task_uuid} {}", human::standing(status, results, failures));
    if let Some(progress) = report.progress() {
        line.push_str(&format!(", {progress} %"));
    }
    if results > 0 {
        line.push_str(&format!(", {}", human::count(results, "result")));
    }
    line
}
