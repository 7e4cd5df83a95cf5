//! What is on its way to the journal, and what waits for it.
//!
//! Two queues lead there. *Intents* gather while a group of them is being begun, and go together with the next one; their
//! tasks are sent once they are durable. *Publications* are what became known of tasks: their facts are recorded in
//! groups too, one group at a time, and the watches are told afterwards, in the same order. Neither waits for the other,
//! and the rest of the driver for none of them.
//!
//! A client without a journal has an empty one: nothing is queued then, and watches are told at once.

mod beginning;
mod claiming;
mod doubted;
mod late;
mod leaving;
mod owed;
mod publication;
mod telling;
mod work;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use runware_poll::{Durations, Tick};
use runware_types::{RequestHash, TaskUuid};
use tokio::sync::oneshot;

pub(super) use beginning::Expected;
pub(super) use doubted::Doubt;
pub(super) use publication::{Found, News, Numbers, Publication, Tell, note_custody};
pub(super) use work::Done;

use crate::care::Ward;
use crate::journal::{Fact, Intent, Note, RENEW_EVERY};
use crate::keeping::Keeping;
use crate::room::give_back;
use doubted::Doubts;
use owed::Debts;
use telling::Unfinished;
use work::{Sort, Work};

/// How long after a task's deadline the journal is waited for with what there is to tell.
pub(crate) const GRACE: Duration = Duration::from_millis(200);

/// How many intents or publications go in one group at most.
const GROUP: usize = 4_096;

/// After so many tasks that have settled, what was learned of their durations is kept.
const SAVE_EVERY: u32 = 100;

#[derive(Debug)]
pub(super) struct Ledger {
    keeping: Option<Arc<Keeping>>,
    intents: VecDeque<Intent>,
    /// Those that are being begun, in order.
    beginning: Vec<Expected>,
    beginning_from: Tick,
    /// The tasks whose intents are queued or being begun.
    expected: HashMap<TaskUuid, RequestHash>,
    /// The tasks that are to be taken over, if they can be.
    claims: VecDeque<(TaskUuid, Ward)>,
    /// Those that are being taken over.
    claiming: HashMap<TaskUuid, Ward>,
    /// The tasks that are no longer looked after, and of which something is still to be recorded. Nobody in this process
    /// takes them up before that: what the journal has of them is not all.
    leaving: HashMap<TaskUuid, Ward>,
    /// What could not be recorded of others.
    debts: Debts,
    /// What could not be begun, and may have been.
    doubts: Doubts,
    /// Who waits until so many publications have been recorded.
    waiting: Vec<(u64, oneshot::Sender<()>)>,
    /// How many publications were queued, and how many have been recorded or refused.
    queued: u64,
    done: u64,
    publications: VecDeque<Publication>,
    /// Those whose facts are being recorded, in order.
    recording: Vec<Publication>,
    /// How many bytes of results are in both.
    waiting_bytes: usize,
    /// The tasks about which something waits, or could not be recorded.
    unfinished: HashMap<TaskUuid, Unfinished>,
    /// Nothing has to be told before this, whatever the journal does; `None` if nothing waits.
    tell_by: Option<Tick>,
    work: Work,
    /// How many tasks belong to this client and are looked after.
    tickets: usize,
    renew_at: Option<Tick>,
    unsaved: u32,
}

impl Ledger {
    pub(super) fn new(keeping: Option<Arc<Keeping>>) -> Self {
        Self {
            keeping,
            intents: VecDeque::new(),
            beginning: Vec::new(),
            beginning_from: Tick::ZERO,
            expected: HashMap::new(),
            claims: VecDeque::new(),
            claiming: HashMap::new(),
            leaving: HashMap::new(),
            debts: Debts::default(),
            doubts: Doubts::default(),
            waiting: Vec::new(),
            queued: 0,
            done: 0,
            publications: VecDeque::new(),
            recording: Vec::new(),
            waiting_bytes: 0,
            unfinished: HashMap::new(),
            tell_by: None,
            work: Work::default(),
            tickets: 0,
            renew_at: None,
            unsaved: 0,
        }
    }

    pub(super) fn keeping(&self) -> Option<&Arc<Keeping>> {
        self.keeping.as_ref()
    }

    /// A task belongs to this client.
    pub(super) fn hold(&mut self, now: Tick) {
        self.tickets += 1;
        self.renew_at.get_or_insert(now + RENEW_EVERY);
    }

    /// A task is no longer looked after.
    pub(super) fn let_go(&mut self) {
        self.tickets = self.tickets.saturating_sub(1);
    }

    /// Returns once there is more to be alive for: an outcome that waits to be confirmed.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub(super) fn next_wait(&self) -> impl Future<Output = ()> + use<> {
        let waits = self.keeping.as_ref().map(|keeping| Arc::clone(&keeping.waits));
        async move {
            match waits {
                Some(waits) => waits.begun().await,
                None => std::future::pending().await,
            }
        }
    }

    /// True if this client has something that nobody else is to take over.
    fn has_tasks(&self) -> bool {
        let is_waited_for = |keeping: &Arc<Keeping>| !keeping.waits.is_empty();
        self.tickets > 0
            || !self.debts.is_empty()
            || !self.doubts.is_empty()
            || self.keeping.as_ref().is_some_and(is_waited_for)
    }

    /// A task has settled: something may have been learned.
    pub(super) fn learned(&mut self) {
        self.unsaved = self.unsaved.saturating_add(1);
    }

    /// True if what was learned is to be kept now.
    pub(super) fn is_to_be_saved(&self) -> bool {
        self.unsaved >= SAVE_EVERY && !self.work.is_under_way(Sort::Save)
    }

    /// True if something was learned that is not kept.
    pub(super) fn has_unsaved(&self) -> bool {
        self.unsaved > 0
    }

    /// Starts what is to be written and read, and says when to look again.
    pub(super) fn go_on(&mut self, now: Tick) -> Option<Tick> {
        self.start_begin(now);
        self.start_claims();
        self.start_record();
        self.start_renewal(now);
        self.start_repaying();
        self.start_looking(now);
        [self.tell_by, self.renew_at].into_iter().flatten().min()
    }

    /// The next call of the journal that has ended; `None` if none is under way.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Option<Done> {
        self.work.next().await
    }

    /// True if nothing waits to be written.
    pub(super) fn is_idle(&self) -> bool {
        self.work.is_idle()
            && self.intents.is_empty()
            && self.publications.is_empty()
            && self.debts.is_idle()
            && self.doubts.is_idle()
    }

    /// Reads what is kept of how long tasks take.
    pub(super) fn load(&mut self) {
        if let Some(keeping) = &self.keeping {
            let journal = Arc::clone(&keeping.journal);
            self.work.start(Sort::Load, async move { Done::Loaded(journal.durations().await) });
        }
    }

    /// Keeps what was learned of how long tasks take.
    pub(super) fn save(&mut self, durations: Durations) {
        if let Some(keeping) = &self.keeping {
            self.unsaved = 0;
            let journal = Arc::clone(&keeping.journal);
            self.work.start(Sort::Save, async move { Done::Saved(journal.keep_durations(durations).await) });
        }
    }

    fn start_record(&mut self) {
        let Some(keeping) = &self.keeping else { return };
        if self.publications.is_empty() || self.work.is_under_way(Sort::Record) {
            return;
        }
        self.recording = self.publications.drain(..self.publications.len().min(GROUP)).collect();
        give_back(&mut self.publications);
        let mut notes = Vec::new();
        for Publication { task_uuid, ticket, facts, tell, .. } in &mut self.recording {
            // What could not be recorded before goes first, so that nothing settles without its parts.
            let is_worth_it = !facts.is_empty() || matches!(tell, Some(Tell::End(..)));
            if let Some(task) = self.unfinished.get_mut(task_uuid).filter(|_| is_worth_it) {
                let lost = std::mem::take(&mut task.lost);
                self.waiting_bytes += lost.iter().map(|part| part.raw.as_str().len()).sum::<usize>();
                facts.splice(0..0, lost.into_iter().map(Fact::Ended));
            }
            notes.extend(facts.iter().map(|fact| Note { ticket: *ticket, fact: fact.clone() }));
        }
        let journal = Arc::clone(&keeping.journal);
        self.work.start(Sort::Record, async move {
            match notes.is_empty() {
                true => Done::Recorded(Ok(Vec::new())),
                false => Done::Recorded(journal.record(notes).await),
            }
        });
    }

    fn start_renewal(&mut self, now: Tick) {
        let Some(keeping) = &self.keeping else { return };
        let Some(at) = self.renew_at else {
            self.renew_at = self.has_tasks().then(|| now + RENEW_EVERY);
            return;
        };
        if now < at {
            return;
        }
        self.renew_at = self.has_tasks().then(|| now + RENEW_EVERY);
        if self.renew_at.is_none() {
            return;
        }
        // By now it may be possible.
        self.debts.try_again();
        self.doubts.try_again();
        // One that takes so long is not helped by another one.
        if !self.work.is_under_way(Sort::Renew) {
            let journal = Arc::clone(&keeping.journal);
            self.work.start(Sort::Renew, async move { Done::Renewed(journal.renew().await.map(|()| now)) });
        }
    }
}
