//! The one task that does all the asking of a client.
//!
//! The driver owns the scheduler and every open task. It sleeps until something is due, sends what is due in
//! as few requests as it can, and hands every reply to the rules: [`submission`](crate::submission) for
//! tasks that are being sent, `runware-poll` for tasks that are being watched. It decides nothing itself.

mod admit;
mod answered;
mod archive;
mod asking;
pub(crate) mod awake;
mod collected;
mod disowned;
mod doubted;
mod entries;
mod entry;
mod figures;
mod inherited;
mod keep;
mod kept;
mod lanes;
mod ledger;
pub(crate) mod opening;
mod outbox;
mod publish;
mod purpose;
mod request;
mod restore;
mod settle;
pub(crate) mod setup;
mod submit;
pub(crate) mod tenure;
mod unclaimed;
mod verify;
mod watching;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use fastrand::Rng;
use runware_poll::{Durations, Quota, Scheduler, Tick};
use runware_transport::{Call, Clock, Delivery, ErrorKind, Transport, TransportError, Unclaimed};
use runware_types::TaskUuid;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::care::Ward;
use crate::exchange::Exchange;
use crate::journal::Note;
use crate::reading;
use crate::registry::Registry;
use crate::room::give_back;
use crate::stats::counters::{Counters, UnderWay};
use asking::Questions;
use awake::Awake;
use entries::Entries;
pub(crate) use keep::FLUSH_LIMIT;
use lanes::{Lane, Lanes};
pub(crate) use ledger::GRACE;
use ledger::Ledger;
use opening::Opening;
use outbox::Outbox;
use purpose::{Asked, Purpose};
use tenure::Tenure;
use unclaimed::{Beginning, BeginningListener, next_unclaimed};

/// How many commands are taken in before anything is sent: what was queued together travels together.
const COMMANDS_AT_ONCE: usize = 1_000;

/// What callers ask of the driver.
pub(crate) enum Command {
    /// Take care of a task: send it if it comes prepared, and watch it.
    Open(Opening),
    /// Nobody watches the task any more.
    Unwatch(TaskUuid),
    /// A text is being streamed that is kept.
    StreamBegun,
    /// It no longer is; the note is still to be written down, if there is one, before others may take the text up.
    StreamEnded(TaskUuid, Option<(Note, Ward)>),
    /// Say when everything that became known so far is in the journal.
    Recorded(oneshot::Sender<()>),
    /// Say what was learned of how long tasks take.
    Durations(oneshot::Sender<Durations>),
    /// End everything, then say so.
    Close(oneshot::Sender<()>),
}

pub(crate) struct Driver {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    registry: Arc<Registry>,
    counters: Arc<Counters>,
    inbox: mpsc::UnboundedReceiver<Command>,
    rng: Rng,
    entries: Entries,
    /// When to look next at tasks that the scheduler does not have: they are being sent or verified.
    agenda: BTreeSet<(Tick, TaskUuid)>,
    /// Decides when a request may be sent, and of which kind.
    lanes: Lanes,
    /// Tasks that are due to be sent.
    outbox: Outbox,
    /// Those whose reply carries the results: each travels alone.
    waiting_outbox: VecDeque<TaskUuid>,
    /// The tasks of all submissions under way, and when those end at the latest. Until then an attempt may still leave,
    /// also after its task has ended.
    leaving: HashMap<TaskUuid, Tick>,
    submit_quota: Quota,
    scheduler: Scheduler<TaskUuid>,
    /// What the archive is to be asked.
    questions: Questions,
    exchanges: JoinSet<Exchange>,
    /// What has come so far of answers that take as long as the work does.
    beginnings: (mpsc::Sender<Beginning>, mpsc::Receiver<Beginning>),
    /// Replies that no exchange waits for; none once there will be none.
    unclaimed: Option<Unclaimed>,
    purposes: HashMap<tokio::task::Id, (Purpose, UnderWay)>,
    learned: Arc<OnceLock<Durations>>,
    /// What is on its way to the journal.
    ledger: Ledger,
    /// Whether its tasks are still this client's.
    tenure: Tenure,
    awake: Awake,
}

impl Driver {
    /// Runs until the client is closed, or until nobody holds it or any of its tasks.
    pub(crate) async fn run(mut self) {
        let mut commands = Vec::new();
        self.ledger.load();
        let closing = 'open: loop {
            let wake = self.start_what_is_due();
            let next_wait = self.ledger.next_wait();
            let alarm = async {
                match wake {
                    Some(at) => self.clock.sleep_until(at.since_origin()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                received = self.inbox.recv_many(&mut commands, COMMANDS_AT_ONCE) => {
                    if received == 0 {
                        break None;
                    }
                    for command in commands.drain(..) {
                        if let Command::Close(done) = command {
                            break 'open Some(done);
                        }
                        self.obey(command);
                    }
                    give_back(&mut commands);
                }
                Some(done) = self.ledger.next() => self.take_done(done),
                // Before the exchanges, so that no beginning comes after its end.
                Some(beginning) = self.beginnings.1.recv() => self.take_beginning(&beginning),
                Some(joined) = self.exchanges.join_next_with_id() => self.conclude(joined),
                reply = next_unclaimed(&mut self.unclaimed) => {
                    let now = self.now();
                    self.take_unclaimed(&reply, now);
                }
                // It is taken in where the next sign of life is planned.
                () = next_wait => {}
                () = alarm => {}
            }
        };
        self.exchanges.shutdown().await;
        self.end_all();
        self.flush().await;
        self.transport.close().await;
        drop(self);
        if let Some(done) = closing {
            // An error means that the closing caller did not wait for the end.
            let _ = done.send(());
        }
    }

    fn obey(&mut self, command: Command) {
        let now = self.now();
        match command {
            Command::Open(opening) => self.open(opening, now),
            Command::Unwatch(task_uuid) => self.unwatch(task_uuid),
            Command::Recorded(waiting) => self.ledger.when_recorded(waiting),
            // An error means that nobody wants to know any more.
            Command::Durations(answer) => _ = answer.send(self.scheduler.durations().clone()),
            Command::StreamBegun => self.ledger.hold(now),
            Command::StreamEnded(task_uuid, last) => self.end_stream(task_uuid, last, now),
            Command::Close(_) => {}
        }
    }

    /// Starts every exchange that is due and may go, and says when to look again.
    fn start_what_is_due(&mut self) -> Option<Tick> {
        let now = self.now();
        self.notice_sleep(now);
        self.follow_agenda(now);
        let check_at = loop {
            while self.start_next(now) {}
            let check_at = self.look_after_watched(now);
            // That may have raised a question.
            if !self.start_next(now) {
                break check_at;
            }
        };
        self.lanes.rest(now);
        self.note_standing();
        let agenda_at = self.agenda.first().map(|(at, _)| *at);
        self.tell_overdue(now);
        self.save_durations();
        let keep_at = self.ledger.go_on(now);
        let tidy_at = self.registry.tidy(now);
        [check_at, self.lanes.closed_until(now), agenda_at, keep_at].into_iter().flatten().min().or(tidy_at)
    }

    /// Starts one exchange of the first lane that is open and has something to send.
    fn start_next(&mut self, now: Tick) -> bool {
        self.lanes.turns().into_iter().any(|lane| {
            self.lanes.is_open(lane, now)
                && match lane {
                    Lane::Submit => self.start_submission(now),
                    Lane::SubmitAndWait => self.start_wait(now),
                    Lane::Check => self.start_check(now),
                    Lane::Ask => self.start_question(now),
                }
        })
    }

    /// Looks at the tasks on the agenda whose time has come.
    fn follow_agenda(&mut self, now: Tick) {
        while let Some((at, task_uuid)) = self.agenda.first().copied() {
            if at > now {
                break;
            }
            self.agenda.pop_first();
            self.look_at(task_uuid, now);
        }
    }

    fn start(&mut self, purpose: Purpose, calls: Vec<Call>, timeout: Duration) {
        self.lanes.sent(purpose.lane(), purpose.asked().at);
        let transport = Arc::clone(&self.transport);
        let under_way = self.counters.begin(self.request(&purpose, calls.len()));
        if let Purpose::Submit(asked) | Purpose::SubmitAndWait(asked) = &purpose {
            self.leaving.extend(asked.task_uuids.iter().map(|task_uuid| (*task_uuid, asked.at + timeout)));
        }
        let started = match &purpose {
            Purpose::SubmitAndWait(asked) => {
                let listener = BeginningListener::new(asked.clone(), self.beginnings.0.clone());
                self.exchanges.spawn(async move {
                    Exchange::run_in_parts(&*transport, calls, timeout, &listener).await
                })
            }
            _ => self.exchanges.spawn(async move { Exchange::run(&*transport, calls, timeout).await }),
        };
        self.purposes.insert(started.id(), (purpose, under_way));
    }

    /// Takes in the end of an exchange.
    fn conclude(&mut self, joined: Result<(tokio::task::Id, Exchange), tokio::task::JoinError>) {
        let (id, exchange) = match joined {
            Ok(finished) => finished,
            Err(error) => {
                let fault = TransportError::new(
                    ErrorKind::Interrupted,
                    Delivery::MaybeSent,
                    "the transport panicked",
                );
                (error.id(), Exchange { replies: Vec::new(), fault: Some(fault) })
            }
        };
        let now = self.now();
        let Some((purpose, under_way)) = self.purposes.remove(&id) else { return };
        under_way.finish(&exchange);
        self.lanes.ended(purpose.lane(), purpose.asked().at, reading::read_load(&exchange), now);
        match purpose {
            Purpose::Submit(asked) | Purpose::SubmitAndWait(asked) => {
                self.take_submission(&exchange, &asked, now);
                self.take_leave(&exchange, &asked, now);
            }
            Purpose::Check(asked) => self.take_check(&exchange, &asked, now),
            Purpose::Question(asked) => self.take_question(&exchange, &asked, now),
            Purpose::Verify(asked) => self.take_verification(&exchange, &asked, now),
        }
    }

    fn now(&self) -> Tick {
        Tick::from_duration(self.clock.now())
    }
}

/// Nobody waits for a driver that is gone, whatever ended it.
impl Drop for Driver {
    fn drop(&mut self) {
        self.end_all();
        self.end_unanswered(Tick::MAX);
        self.tell_all();
        // Before the inbox goes, so that who is told that the driver has ended finds it there.
        let _ = self.learned.set(std::mem::take(self.scheduler.durations_mut()));
    }
}
