//! One process: a client with a journal of its own opening, and somebody who wants results.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use runware::transport::testing::PausedClock;
use runware::transport::{Clock as _, Transport};
use runware::types::TaskUuid;
use runware::{Budget, Client, Ending, Error, Event, Outcome, SubmitOptions, Task, TaskFailure};
use runware_journal::{BootClock, Options, SqliteJournal};

use super::effects::{Effect, Fuse, Remains};
use super::numbered::{NumberedJournal, NumberedTransport, Witness};
use super::scenario::{LONG, PRICE, Scenario, Spec};
use crate::harness::Wire;

/// A process and its fuse.
pub(super) struct Process {
    pub(super) number: usize,
    pub(super) fuse: Arc<Fuse>,
    pub(super) journal: SqliteJournal,
    client: Client,
    transport: Arc<dyn Transport>,
    customer: Arc<Customer>,
    clock: Arc<Boot>,
}

/// The journal on a disk: in a folder that has to be made first.
const JOURNAL: &str = "kept/journal.db";

/// What becomes of results once they are handed over. It outlives the processes.
#[derive(Debug, Default)]
pub(super) struct Customer {
    log: Mutex<Vec<Delivery>>,
    failures: Mutex<Vec<(TaskUuid, Failed)>>,
    verdicts: Mutex<Vec<Verdict>>,
    confirmed: Mutex<HashSet<TaskUuid>>,
}

/// One result that was handed over.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Delivery {
    pub(super) process: usize,
    /// How often the task was resumed in this process before.
    pub(super) resumed: usize,
    pub(super) task: TaskUuid,
    pub(super) id: String,
    pub(super) is_redelivered: bool,
    pub(super) is_durable: bool,
    /// The result, or what it says if it is a streamed text.
    pub(super) item: String,
}

/// One result that came to nothing: its number, if it has one, and what the server calls it.
pub(super) type Failed = (Option<u32>, String);

/// What somebody who has watched a task was told of it in the end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Verdict {
    pub(super) task: TaskUuid,
    /// Whether the task was over, and not just the patience.
    pub(super) is_final: bool,
    pub(super) succeeded: usize,
    pub(super) failures: Vec<Failed>,
    /// The failures that were told one by one.
    pub(super) told: Vec<Failed>,
}

/// How a process ended, before it has closed its journal.
#[derive(Debug)]
pub(super) enum End {
    /// It was done; each task with how it ended.
    Done(Vec<(TaskUuid, Result<Ending, Error>)>),
    Dead(Remains),
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// It submits all tasks.
    Submit,
    /// It takes up what was left open.
    Recover,
}

impl Customer {
    pub(super) fn log(&self) -> Vec<Delivery> {
        self.log.lock().unwrap().clone()
    }

    /// Each failure as it was told, also by processes that have not lived to the end of its task.
    pub(super) fn failures(&self) -> Vec<(TaskUuid, Failed)> {
        self.failures.lock().unwrap().clone()
    }

    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        self.verdicts.lock().unwrap().clone()
    }

    /// The tasks that were confirmed, and nothing went wrong about that.
    pub(super) fn confirmed(&self) -> HashSet<TaskUuid> {
        self.confirmed.lock().unwrap().clone()
    }
}

/// The time since a start of the machine, in virtual time.
#[derive(Debug)]
pub(super) struct Boot {
    pub(super) number: usize,
    pub(super) clock: PausedClock,
}

impl BootClock for Boot {
    fn boot(&self) -> Option<String> {
        Some(format!("boot {}", self.number))
    }

    fn since_boot(&self) -> Duration {
        self.clock.now()
    }

    fn time_of_day(&self) -> SystemTime {
        // Off by years, and in the wrong direction: it decides nothing.
        let years = 365 * 24 * 60 * 60;
        SystemTime::UNIX_EPOCH + Duration::from_secs((50 - self.number as u64 % 50) * years)
    }
}

impl Process {
    /// Starts a process on a disk, and opens its journal. `None` if it dies of that.
    pub(super) fn start(
        number: usize,
        scenario: &Scenario,
        world: &World<'_>,
        (fuse, folder): (&Arc<Fuse>, &Path),
        boot: usize,
    ) -> Option<Self> {
        let clock = Arc::new(Boot { number: boot, clock: *world.wire.clock() });
        let of_boot: Arc<dyn BootClock> = Arc::clone(&clock) as _;
        let journal = Options::new().clock(of_boot).any_file_system(true).open(folder.join(JOURNAL)).unwrap();
        if scenario.has_opening {
            fuse.look()
        } else {
            fuse.overlook()
        }
        if fuse.remains().is_some() {
            return None;
        }
        let fuse = Arc::clone(fuse);
        let transport: Arc<dyn Transport> = Arc::new(NumberedTransport {
            inner: world.wire.transport(),
            journal: journal.clone(),
            fuse: Arc::clone(&fuse),
            witness: Arc::clone(world.witness),
        });
        let kept = NumberedJournal {
            journal: journal.clone(),
            fuse: Arc::clone(&fuse),
            witness: Arc::clone(world.witness),
        };
        let client = world.wire.client(|builder| {
            let builder = builder.transport(Arc::clone(&transport)).journal(Arc::new(kept)).scope("test");
            let builder = builder.plan(scenario.plan()).batch_limit(scenario.batch_limit);
            match scenario.cap() {
                Some(cap) => builder.budget(Budget::new(cap)),
                None => builder,
            }
        });
        Some(Self { number, fuse, journal, client, transport, customer: Arc::clone(world.customer), clock })
    }

    /// Lives until everything is done, or the fuse is.
    pub(super) async fn live(&self, scenario: &Scenario, works: &[Work]) -> End {
        tokio::select! {
            biased;
            remains = self.fuse.death() => {
                self.transport.close().await;
                End::Dead(remains)
            }
            ends = self.work(scenario, works) => End::Done(ends),
        }
    }

    /// Closes the journal.
    pub(super) async fn close(self, scenario: &Scenario) {
        let Self { fuse, journal, client, transport, clock, .. } = self;
        drop((journal, client, transport));
        // The clock is what the journal lets go of last, on whatever thread.
        while Arc::strong_count(&clock) > 1 {
            tokio::task::yield_now().await;
        }
        if scenario.has_opening { fuse.look() } else { fuse.overlook() }
    }

    async fn work(&self, scenario: &Scenario, works: &[Work]) -> Vec<(TaskUuid, Result<Ending, Error>)> {
        let mut ends = Vec::new();
        for work in works {
            let tasks = match work {
                Work::Submit if scenario.is_streamed => {
                    for spec in &scenario.tasks {
                        ends.push((spec.uuid, self.stream(spec).await));
                    }
                    continue;
                }
                Work::Submit => self.submit(scenario),
                Work::Recover => self.client.recover().await.unwrap().tasks,
            };
            let watched = tasks
                .into_iter()
                .map(async |task| (task.handle().task_uuid(), self.watch(scenario, task).await));
            ends.extend(join_all(watched).await);
        }
        self.client.close().await;
        ends
    }

    fn submit(&self, scenario: &Scenario) -> Vec<Task> {
        let tasks = scenario.tasks.iter().map(|spec| {
            let options = match scenario.budget {
                Some(_) => SubmitOptions::new().price(PRICE.parse().unwrap()),
                None => SubmitOptions::new(),
            };
            self.client.submit_prepared_with(spec.prepared(), options).unwrap()
        });
        tasks.collect()
    }

    /// Takes a text once it is whole.
    async fn stream(&self, spec: &Spec) -> Result<Ending, Error> {
        let mut stream = self.client.stream_text(spec.text())?;
        while let Some(piece) = stream.next().await {
            piece?;
        }
        let delivery = Delivery {
            process: self.number,
            resumed: 0,
            task: spec.uuid,
            // The name that it has when it comes again.
            id: format!("{}/0", spec.uuid),
            is_redelivered: false,
            is_durable: stream.is_durable(),
            item: stream.collected().text.clone(),
        };
        self.hand_over(delivery).await;
        stream.confirm().await?;
        self.customer.confirmed.lock().unwrap().insert(spec.uuid);
        Ok(Ending::Settled)
    }

    /// Takes each result as it comes, and says in the end that all of them are there. Patience has no end here: a
    /// deadline that passes is followed by another.
    async fn watch(&self, scenario: &Scenario, mut task: Task) -> Result<Ending, Error> {
        let patient = self.client.with_plan(runware::poll::Plan::new().with_deadline(LONG));
        for resumed in 0.. {
            let outcome = self.take_all(scenario, &task, resumed).await?;
            if !matches!(outcome.ending(), Ending::StillRunning { .. } | Ending::Interrupted { .. }) {
                outcome.confirm().await?;
                // Where nobody knows what became of a task, there is nothing to confirm.
                if matches!(outcome.ending(), Ending::Settled) {
                    self.customer.confirmed.lock().unwrap().insert(outcome.handle().task_uuid());
                }
                return Ok(outcome.ending().clone());
            }
            task = patient.resume(outcome.handle().clone())?;
        }
        unreachable!("nobody is that patient")
    }

    async fn take_all(&self, scenario: &Scenario, task: &Task, resumed: usize) -> Result<Outcome, Error> {
        let id = task.handle().task_uuid();
        let (mut events, mut told) = (task.events(), Vec::new());
        while let Some(event) = events.next().await {
            match event? {
                Event::Result(result) => {
                    let delivery = Delivery {
                        process: self.number,
                        resumed,
                        task: id,
                        id: result.delivery_id().map(|id| id.to_string()).unwrap_or_default(),
                        is_redelivered: result.is_redelivered(),
                        is_durable: result.is_durable(),
                        item: scenario.essence(result.item().raw()),
                    };
                    self.hand_over(delivery).await;
                }
                Event::Failure(failure) => {
                    told.push(failed(&failure));
                    self.customer.failures.lock().unwrap().push((id, failed(&failure)));
                }
                Event::Settled(outcome) => {
                    self.conclude(&outcome, told);
                    return Ok(outcome);
                }
                _ => {}
            }
        }
        unreachable!("the last event is the end")
    }

    fn conclude(&self, outcome: &Outcome, mut told: Vec<Failed>) {
        let mut failures: Vec<Failed> = outcome.failures().iter().map(failed).collect();
        failures.sort();
        told.sort();
        self.customer.verdicts.lock().unwrap().push(Verdict {
            task: outcome.handle().task_uuid(),
            is_final: matches!(outcome.ending(), Ending::Settled),
            succeeded: outcome.results().len(),
            failures,
            told,
        });
    }

    async fn hand_over(&self, delivery: Delivery) {
        let take = async { self.customer.log.lock().unwrap().push(delivery) };
        self.fuse.effect(Effect::HandOver, take).await;
    }
}

fn failed(failure: &TaskFailure) -> Failed {
    (failure.index(), failure.error().code().to_owned())
}

/// What all processes share.
pub(super) struct World<'a> {
    pub(super) wire: &'a Arc<Wire>,
    pub(super) witness: &'a Arc<Witness>,
    pub(super) customer: &'a Arc<Customer>,
}
