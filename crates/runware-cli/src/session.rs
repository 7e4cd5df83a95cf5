//! What a command needs that talks to a server: a client, the output, the time, and an ear for signals.

use std::collections::HashSet;
use std::error::Error as _;
use std::pin::pin;
use std::time::Duration;

use runware::Client;
use runware::poll::Plan;
use runware::transport::{Clock as _, TokioClock};
use runware::types::TaskUuid;
use runware_emulator::{Emulator, Options, StartError};

use crate::args::GlobalArgs;
use crate::config::Config;
use crate::config::journal::Place;
use crate::connection::{self, Changes};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::keeping::{Keeping, Kept};
use crate::output::{Output, sanitize};
use crate::resume::Resume;
use crate::stop::Stop;

pub(crate) struct Session<'o> {
    pub(crate) client: Client,
    pub(crate) output: &'o mut Output,
    pub(crate) interrupt: Interrupt,
    pub(crate) resume: Resume,
    /// How tasks are followed, and for how long.
    pub(crate) plan: Plan,
    /// Counts from the start of the command.
    pub(crate) clock: TokioClock,
    /// Where tasks are kept, if they are.
    pub(crate) kept: Option<Kept>,
    /// The server's name in the journal.
    pub(crate) service: String,
    /// Lives as long as the command.
    pub(crate) emulator: Option<Emulator>,
    connection: Changes,
    config: Config,
}

impl<'o> Session<'o> {
    /// Connects to what the flags and the environment say. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// There is no key, the flags make no sense, the journal cannot be opened and is needed, or somebody interrupts that.
    pub(crate) async fn open(
        global: &GlobalArgs,
        output: &'o mut Output,
        keeping: Keeping,
    ) -> Result<Self, Stop> {
        Self::with(global, output, keeping, Options::new(), Plan::new()).await
    }

    /// The same, with an emulator and a plan of the caller's.
    ///
    /// # Errors
    ///
    /// As for [`Session::open`].
    pub(crate) async fn with(
        global: &GlobalArgs,
        output: &'o mut Output,
        keeping: Keeping,
        options: Options,
        plan: Plan,
    ) -> Result<Self, Stop> {
        let clock = TokioClock::new();
        let mut interrupt = listen(Exit::Interrupted)?;
        let config = Config::read(global, output)?;
        let kept = keeping.open(config.place(), config.redacts(), output, &mut interrupt).await;
        let kept = kept.map_err(|stop| keeping.going_on(stop, &config.resume()))?;
        let emulator = match config.wants_emulator() {
            true => Some(Emulator::start(options).await.map_err(|error| not_started(&error))?),
            false => None,
        };
        let plan = config.plan(plan);
        let client = config.client(emulator.as_ref(), plan.clone(), kept.as_ref())?;
        Ok(Self {
            connection: Changes::of(&client),
            client,
            interrupt,
            resume: config.resume(),
            output,
            plan,
            clock,
            service: config.service(emulator.as_ref()),
            kept,
            emulator,
            config,
        })
    }

    /// The tasks that the journal has and that go on where they stood.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub(crate) fn known(&self) -> Result<HashSet<TaskUuid>, Stop> {
        self.kept.as_ref().map_or_else(|| Ok(HashSet::new()), |kept| kept.known(&self.service))
    }

    /// Ends the client where it keeps tasks, so that everything it knows of them is written down.
    pub(crate) async fn close(self) {
        if self.kept.is_some() {
            self.client.close().await;
        }
    }

    /// Where the journal of this command is.
    pub(crate) fn place(&self) -> &Place {
        self.config.place()
    }

    /// Checks that there is a way over HTTP for what this flag asks for.
    ///
    /// # Errors
    ///
    /// Wrong usage: there is none.
    pub(crate) fn check_http(&self, flag: &str) -> Result<(), Stop> {
        self.config.check_http(flag)
    }

    /// Waits for something that the client does, and tells meanwhile what becomes of the connection.
    pub(crate) async fn attend<T>(&mut self, wait: impl Future<Output = T>) -> T {
        let mut wait = pin!(wait);
        loop {
            tokio::select! {
                biased;
                output = &mut wait => return output,
                state = self.connection.next() => {
                    connection::tell(&state, self.config.falls_back_on_http(), self.output);
                }
            }
        }
    }

    /// How long the command has run.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.now()
    }

    /// Says that questions to a new emulator have one answer only.
    pub(crate) fn warn_of_empty_emulator(&mut self) {
        if self.emulator.is_some() {
            self.output.note(
                "(the emulator in this command starts empty: it has no earlier tasks; `runware emulate` keeps them)",
            );
        }
    }

    /// How to write commands for the server of this name in the journal.
    pub(crate) fn resume_at(&self, service: &str) -> Resume {
        self.config.resume_at(service)
    }

    /// The command that waits for these tasks.
    pub(crate) fn command(&self, tasks: &[TaskUuid]) -> String {
        match self.kept.is_some() && tasks.len() > FEW {
            true => self.resume.collect(),
            false => self.resume.command(tasks.iter().copied()),
        }
    }

    /// Says that nobody can tell whether a task ran, and what can be done about it.
    pub(crate) fn say_what_to_decide(&mut self, task_uuid: TaskUuid, evidence: &str) {
        let details = self.resume.details(task_uuid);
        let is_undecided = self.kept.as_ref().is_some_and(|kept| kept.is_undecided(&self.service, task_uuid));
        let decide = match is_undecided {
            false => {
                "Submit it again only with the same taskUUID: another one could buy it twice.".to_owned()
            }
            true => format!(
                "To send it again as it was, or to give it up:\n  {}\n  {}",
                self.resume.decide(task_uuid, "resubmit"),
                self.resume.decide(task_uuid, "abandon")
            ),
        };
        let evidence = sanitize::line(evidence);
        self.output
            .warn(&format!("{evidence}.\nIf the archive has it, this shows it:\n  {details}\n{decide}"));
    }

    /// Says which command waits for the tasks that this one leaves open.
    pub(crate) fn say_how_to_go_on(&mut self, tasks: usize, command: &str) {
        let them = if tasks == 1 { "it" } else { "them" };
        self.output.warn(&match self.resume.emulator_ends() {
            false => format!("To go on waiting for {them}:\n  {command}"),
            true => format!(
                "The emulator ends with this command, and its tasks with it. For a server that stays, run \
                 `runware emulate` in another terminal and give its addresses with --http-base-url and --ws-base-url; \
                 there this goes on waiting for {them}:\n  {command}"
            ),
        });
    }
}

/// How many ids a command line shows; with more, the one that waits for all is easier to paste.
const FEW: usize = 5;

/// Why there is no emulator.
pub(crate) fn not_started(error: &StartError) -> Stop {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    Stop::machine(format!("the emulator {error}{cause}"))
}

/// Listens for signals.
///
/// # Errors
///
/// The machine does not let it.
pub(crate) fn listen(exit: Exit) -> Result<Interrupt, Stop> {
    Interrupt::listen(exit).map_err(|error| Stop::machine(format!("signals cannot be heard: {error}")))
}
