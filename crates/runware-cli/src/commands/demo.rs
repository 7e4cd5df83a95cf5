//! `runware demo`: the whole story in one command, offline.

use std::time::Duration;

use runware::Status;
use runware::poll::Plan;
use runware::types::{ImageInference, RawTask, TaskType, TextInference, VideoInference};
use runware_emulator::{Action, Options, RequestKind, Rule};

use crate::args::GlobalArgs;
use crate::args::keeping::NoteArgs;
use crate::commands::details;
use crate::commands::run::{open, prepare};
use crate::exit::Exit;
use crate::keeping::Keeping;
use crate::origin::Origin;
use crate::output::Output;
use crate::session::Session;
use crate::stop::Stop;
use crate::watch::{Tracked, Watched, watch};

pub(super) async fn run(global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    // The environment is meant for other commands.
    let transport = global.transport.clone().or(Some("ws".to_owned()));
    let no_journal = global.no_journal || global.journal.is_none();
    let global = GlobalArgs { emulator: true, transport, no_journal, ..global.clone() };
    let session = Session::with(&global, output, Keeping::Required(None), emulator(), Plan::new()).await?;
    Demo { session, tasks: Vec::new() }.tell().await
}

struct Demo<'o> {
    session: Session<'o>,
    tasks: Vec<Tracked>,
}

impl Demo<'_> {
    async fn tell(mut self) -> Result<Exit, Stop> {
        let is_told = self.four_together().await? && self.a_lost_reply().await?;
        if !is_told {
            return Watched { exit: Exit::Interrupted, tasks: self.tasks, held: None, elsewhere: None }
                .sum_up(&mut self.session);
        }
        self.the_archive().await?;
        self.the_bill()
    }

    /// False if somebody interrupted; so it is with every chapter that waits.
    async fn four_together(&mut self) -> Result<bool, Stop> {
        let (http, ws) = match &self.session.emulator {
            Some(emulator) => (emulator.http_url(), emulator.ws_url()),
            None => Default::default(),
        };
        self.say(&format!(
            "1. An emulator of the service runs inside this command, at {ws} and {http}: no key, no cost."
        ))?;
        self.say("\n2. Four tasks go out together, in one request. One of the three results of the second will fail.")?;
        self.watch(vec![
            ImageInference::new("runware:101@1", "a lighthouse at dawn").width(1024).height(1024).into(),
            ImageInference::new("emulator:partial@1", "a lighthouse in three moods").number_results(3).into(),
            VideoInference::new("klingai:5@3", "waves against a lighthouse").duration(5.0).into(),
            TextInference::prompt("openai:1@1", "Name a lighthouse.").number_results(3).into(),
        ])
        .await
    }

    async fn a_lost_reply(&mut self) -> Result<bool, Stop> {
        self.say("   The failure took nothing else along: what was paid for is here.")?;
        self.say("\n3. One more task, and the connection breaks before the server's answer arrives.")?;
        let task = ImageInference::new("runware:101@1", "a lighthouse in fog").into();
        let is_told = self.watch(vec![task]).await?;
        if is_told {
            self.say("   Nothing was sent twice: a status check found the task, and it was bought once.")?;
        }
        Ok(is_told)
    }

    async fn the_archive(&mut self) -> Result<(), Stop> {
        self.say("\n4. The server keeps what was asked and answered. Of the last task:")?;
        let Some(task_uuid) = self.tasks.last().map(|task| task.task_uuid) else { return Ok(()) };
        let found = self.session.client.task_details(task_uuid).await?;
        match found {
            Some(found) => details::show_all(&found, task_uuid, self.session.output),
            None => Err(Stop::machine("the demo did not go as planned: the archive does not have the task")),
        }
    }

    /// Compares what happened with the plan, and with the emulator's own books.
    fn the_bill(mut self) -> Result<Exit, Stop> {
        let stats = self.session.client.stats();
        let ledger = self.session.emulator.as_ref().map(|emulator| emulator.ledger()).unwrap_or_default();
        self.say(&format!(
            "\n5. {} tasks took {} {}, {:.1} a task; {} status checks travelled in them. \
             By the emulator's books {} results were billed, ${} in all.",
            self.tasks.len(),
            stats.requests,
            match ledger.sockets_opened() {
                0 => "requests".to_owned(),
                sockets => format!("messages over {sockets} WebSockets"),
            },
            stats.requests as f64 / self.tasks.len().max(1) as f64,
            stats.status_checks,
            ledger.billed(),
            ledger.charged(),
        ))?;
        self.say("\nNext: `runware run --help`, and `runware emulate` for a server that stays.")?;
        let as_planned = self.tasks.iter().map(outcome).eq(PLAN.iter().copied())
            && self.tasks.iter().all(|task| {
                ledger
                    .task(&task.task_uuid)
                    .is_some_and(|account| account.submitted == 1 && account.accepted == 1)
            });
        let exit = if as_planned { Exit::Delivered } else { Exit::Trouble };
        if !as_planned {
            self.session.output.warn("error: the demo did not go as planned");
        }
        Watched { exit, tasks: self.tasks, held: None, elsewhere: None }.sum_up(&mut self.session)
    }

    async fn watch(&mut self, tasks: Vec<RawTask>) -> Result<bool, Stop> {
        let mut ready = Vec::new();
        for task in tasks {
            ready.push(prepare(&mut self.session, (task, Origin::default()), &NoteArgs::default()).await?);
        }
        let opened = ready.into_iter().map(|task| open(&self.session, task)).collect();
        let watched = watch(&mut self.session, opened).await?;
        self.tasks.extend(watched.tasks);
        Ok(watched.exit != Exit::Interrupted)
    }

    /// The story is what people asked for; programs have the events.
    fn say(&mut self, text: &str) -> Result<(), Stop> {
        match self.session.output.is_json() {
            true => {
                self.session.output.warn(text);
                Ok(())
            }
            false => self.session.output.data(text),
        }
    }
}

/// How each task is meant to end, with its results and failures.
const PLAN: &[(Status, usize, usize)] = &[
    (Status::Succeeded, 1, 0),
    (Status::Partial, 2, 1),
    (Status::Succeeded, 1, 0),
    (Status::Succeeded, 3, 0),
    (Status::Succeeded, 1, 0),
];

fn outcome(task: &Tracked) -> (Status, usize, usize) {
    (task.status(), task.results, task.failures)
}

/// Tasks that are quick enough to watch, and one reply that gets lost.
fn emulator() -> Options {
    let quick = Duration::from_millis(700);
    let video = Duration::from_millis(3_500);
    Options::new()
        .duration(quick)
        .durations_of(TaskType::VideoInference, video..=video)
        .choose(|choices| choices.progress = true)
        .fault(Rule::new(Action::LoseReply).kind(RequestKind::Submit).nth(2))
}
