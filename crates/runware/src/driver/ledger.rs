//! What is on its way to the journal, and what waits for it.
//!
//! Two queues lead there. *Intents* gather while a group of them is being begun, and go together with the next one; their
//! tasks are sent once they are durable. *Publications* are what became known of tasks: their facts are recorded in
//! groups too, one group at a time, and the watches are told afterwards, in the same order. Neither waits for the other,
//! and the rest of the driver for none of them.
//!
//! A client without a journal has an empty one: nothing is queued then, and watches are told at once.

mod publication;
mod work;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use runware_poll::{Durations, Tick};
use runware_types::{RequestHash, TaskUuid};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

pub(super) use publication::{Found, News, Numbers, Publication, Tell, note_custody};
pub(super) use work::Done;

use crate::care::Ward;
use crate::journal::{Claim, Fact, Intent, Note, Part, RENEW_EVERY, Reserve, Ticket};
use crate::keeping::Keeping;
use crate::room::give_back;
use work::{Sort, Work};

/// How long after a task's deadline the journal is waited for with what there is to tell.
pub(crate) const GRACE: Duration = Duration::from_millis(200);

/// How many intents or publications go in one group at most.
const GROUP: usize = 4_096;

/// How many tasks are taken over together at most.
const CLAIMS: usize = 256;

/// After so many tasks that have settled, what was learned of their durations is kept.
const SAVE_EVERY: u32 = 100;

#[derive(Debug)]
pub(super) struct Ledger {
    keeping: Option<Arc<Keeping>>,
    intents: VecDeque<Intent>,
    /// Those that are being begun, in order.
    beginning: Vec<Expected>,
    /// The tasks whose intents are queued or being begun.
    expected: HashMap<TaskUuid, RequestHash>,
    /// The tasks that are to be taken over, if they can be.
    claims: VecDeque<(TaskUuid, Ward)>,
    /// Those that are being taken over.
    claiming: HashMap<TaskUuid, Ward>,
    /// The tasks that are no longer looked after, and of which something is still to be recorded. Nobody in this process
    /// takes them up before that: what the journal has of them is not all.
    leaving: HashMap<TaskUuid, Ward>,
    /// Who waits until so many publications have been recorded.
    waiting: Vec<(u64, oneshot::Sender<()>)>,
    /// How many publications were queued, and how many have been recorded or refused.
    queued: u64,
    done: u64,
    publications: VecDeque<Publication>,
    /// Those whose facts are being recorded, in order.
    recording: Vec<Publication>,
    /// The tasks about which something waits, or could not be recorded.
    unfinished: HashMap<TaskUuid, Unfinished>,
    /// Nothing has to be told before this, whatever the journal does; `None` if nothing waits.
    tell_by: Option<Tick>,
    work: Work,
    /// How many tasks belong to this client.
    tickets: usize,
    renew_at: Option<Tick>,
    unsaved: u32,
}

/// An intent that is being begun.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) task_uuid: TaskUuid,
    pub(super) hash: RequestHash,
    pub(super) reserve: Option<Reserve>,
}

/// What is not done yet about a task.
#[derive(Debug, Default)]
struct Unfinished {
    /// How many publications its watch waits for.
    untold: usize,
    /// One of them is its end.
    is_ending: bool,
    /// Parts that could not be recorded. They are once more before anything else is of their task.
    lost: Vec<Part>,
}

impl Ledger {
    pub(super) fn new(keeping: Option<Arc<Keeping>>) -> Self {
        Self {
            keeping,
            intents: VecDeque::new(),
            beginning: Vec::new(),
            expected: HashMap::new(),
            claims: VecDeque::new(),
            claiming: HashMap::new(),
            leaving: HashMap::new(),
            waiting: Vec::new(),
            queued: 0,
            done: 0,
            publications: VecDeque::new(),
            recording: Vec::new(),
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

    /// Queues an intent, unless the same is on its way already.
    pub(super) fn begin(&mut self, intent: Intent) {
        let (task_uuid, hash) = (intent.task_uuid, intent.hash);
        if self.expected.insert(task_uuid, hash) != Some(hash) {
            self.intents.push_back(intent);
        }
    }

    /// The intents that are being begun; to be taken with their answers.
    pub(super) fn take_beginning(&mut self) -> Vec<Expected> {
        let beginning = std::mem::take(&mut self.beginning);
        for Expected { task_uuid, hash, .. } in &beginning {
            if self.expected.get(task_uuid) == Some(hash) {
                self.expected.remove(task_uuid);
            }
        }
        give_back(&mut self.expected);
        beginning
    }

    /// Queues the taking over of a task.
    pub(super) fn claim(&mut self, task_uuid: TaskUuid, ward: Ward) {
        self.claims.push_back((task_uuid, ward));
    }

    /// The tasks that are being taken over; to be taken with the answers.
    pub(super) fn take_claiming(&mut self) -> HashMap<TaskUuid, Ward> {
        std::mem::take(&mut self.claiming)
    }

    /// Forgets the intents that are not being begun yet.
    pub(super) fn forget_intents(&mut self) {
        for intent in self.intents.drain(..) {
            self.expected.remove(&intent.task_uuid);
        }
    }

    /// True if what a watch is to be told of this task has to wait for what it is told before.
    pub(super) fn is_behind(&self, task_uuid: TaskUuid) -> bool {
        self.unfinished.get(&task_uuid).is_some_and(|task| task.untold > 0)
    }

    /// True if the end of the task is known and waits to be told.
    pub(super) fn is_ending(&self, task_uuid: TaskUuid) -> bool {
        self.unfinished.get(&task_uuid).is_some_and(|task| task.is_ending)
    }

    /// Queues what became known of a task.
    pub(super) fn publish(&mut self, publication: Publication) {
        if let Some(tell @ (Tell::Watch(..) | Tell::End(..))) = &publication.tell {
            let task = self.unfinished.entry(publication.task_uuid).or_default();
            task.untold += 1;
            task.is_ending |= matches!(tell, Tell::End(..));
            self.tell_by = Some(self.tell_by.map_or(publication.by, |by| by.min(publication.by)));
        }
        self.queued += 1;
        self.publications.push_back(publication);
    }

    /// A task leaves; what was queued about it last is to be recorded before anybody in this process takes it up.
    pub(super) fn leave(&mut self, task_uuid: TaskUuid, ward: Ward) {
        self.leaving.insert(task_uuid, ward);
    }

    /// True if something is still to be recorded of a task that is no longer looked after.
    pub(super) fn is_leaving(&self, task_uuid: TaskUuid) -> bool {
        self.leaving.contains_key(&task_uuid)
    }

    /// Says when everything that is queued by now has been recorded, or could not be.
    pub(super) fn when_recorded(&mut self, waiting: oneshot::Sender<()>) {
        self.waiting.push((self.queued, waiting));
        self.note_done(0);
    }

    fn note_done(&mut self, publications: usize) {
        self.done += publications as u64;
        for (_, waiting) in self.waiting.extract_if(.., |(queued, _)| *queued <= self.done) {
            // An error means that nobody waits any more.
            let _ = waiting.send(());
        }
    }

    /// A publication is told; returns the numbers of the task's parts that the journal does not have.
    pub(super) fn told(&mut self, task_uuid: TaskUuid, is_end: bool) -> Vec<u32> {
        let Some(task) = self.unfinished.get_mut(&task_uuid) else { return Vec::new() };
        task.untold = task.untold.saturating_sub(1);
        let lost = task.lost.iter().map(|part| part.ordinal).collect();
        if is_end {
            self.leaving.remove(&task_uuid);
            task.is_ending = false;
            task.lost = Vec::new();
        }
        if task.untold == 0 && task.lost.is_empty() {
            self.unfinished.remove(&task_uuid);
            give_back(&mut self.unfinished);
        }
        lost
    }

    /// Nobody watches the task any more, and what could not be recorded of it is of no use.
    pub(super) fn forget(&mut self, task_uuid: TaskUuid) {
        if let Some(task) = self.unfinished.get_mut(&task_uuid) {
            task.lost = Vec::new();
            if task.untold == 0 {
                self.unfinished.remove(&task_uuid);
            }
        }
    }

    /// The publications whose facts are being recorded; to be taken with the answer. Of those that are not durable, the
    /// parts are kept for the next time.
    pub(super) fn take_recording(&mut self, is_durable: bool) -> Vec<Publication> {
        let recording = std::mem::take(&mut self.recording);
        self.note_done(recording.len());
        for Publication { task_uuid, facts, tell, .. } in &recording {
            if tell.is_none() && facts.contains(&Fact::Released) {
                self.leaving.remove(task_uuid);
            }
            if is_durable {
                if let Some(task) = self.unfinished.get_mut(task_uuid).filter(|_| !facts.is_empty()) {
                    task.lost = Vec::new();
                }
                continue;
            }
            // Of a task that has ended, as everybody was told, there is nothing more to come.
            let Some(task) = self.unfinished.get_mut(task_uuid) else { continue };
            for fact in facts {
                if let Fact::Ended(part) = fact {
                    task.lost.push(part.clone());
                }
            }
        }
        recording
    }

    /// Takes out what is queued about tasks of these tickets, which no longer hold.
    pub(super) fn take_refused(&mut self, refused: &HashSet<Ticket>) -> VecDeque<Publication> {
        let queued = std::mem::take(&mut self.publications);
        let (taken, held): (VecDeque<Publication>, _) =
            queued.into_iter().partition(|queued| refused.contains(&queued.ticket));
        self.publications = held;
        self.note_done(taken.len());
        taken.iter().for_each(|queued| _ = self.leaving.remove(&queued.task_uuid));
        taken
    }

    /// Takes what is to be told by now, whatever the journal does. The facts stay queued.
    pub(super) fn take_overdue(&mut self, now: Tick) -> Vec<(TaskUuid, Ticket, Tell)> {
        let mut overdue = Vec::new();
        if self.tell_by.is_none_or(|by| now < by) {
            return overdue;
        }
        self.tell_by = None;
        for waiting in self.recording.iter_mut().chain(&mut self.publications) {
            match &waiting.tell {
                // The task is not sent before the journal knows of it.
                None | Some(Tell::Clear) => {}
                Some(_) if waiting.by <= now => {
                    let Publication { task_uuid, ticket, .. } = *waiting;
                    overdue.extend(waiting.tell.take().map(|tell| (task_uuid, ticket, tell)));
                }
                Some(_) => self.tell_by = Some(self.tell_by.map_or(waiting.by, |by| by.min(waiting.by))),
            }
        }
        overdue
    }

    /// A task belongs to this client.
    pub(super) fn hold(&mut self, now: Tick) {
        self.tickets += 1;
        self.renew_at.get_or_insert(now + RENEW_EVERY);
    }

    /// A task is no longer looked after.
    pub(super) fn let_go(&mut self) {
        self.tickets = self.tickets.saturating_sub(1);
        if self.tickets == 0 {
            self.renew_at = None;
        }
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
        self.start_begin();
        self.start_claims();
        self.start_record();
        self.start_renewal(now);
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

    /// True if nothing waits for the journal.
    pub(super) fn is_idle(&self) -> bool {
        self.work.is_idle() && self.intents.is_empty() && self.publications.is_empty()
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

    fn start_begin(&mut self) {
        let Some(keeping) = &self.keeping else { return };
        if self.intents.is_empty() || self.work.is_under_way(Sort::Begin) {
            return;
        }
        let ready = |intent: &mut Intent| !self.leaving.contains_key(&intent.task_uuid);
        let group: Vec<Intent> = take_ready(&mut self.intents, GROUP, ready);
        if group.is_empty() {
            return;
        }
        let expected = group.iter().map(|intent| Expected {
            task_uuid: intent.task_uuid,
            hash: intent.hash,
            reserve: intent.reserve.clone(),
        });
        self.beginning = expected.collect();
        let journal = Arc::clone(&keeping.journal);
        self.work.start(Sort::Begin, async move { Done::Begun(journal.begin(group).await) });
    }

    fn start_claims(&mut self) {
        let Some(keeping) = &self.keeping else { return };
        if self.claims.is_empty() || self.work.is_under_way(Sort::Claim) {
            return;
        }
        let ready = |(task_uuid, _): &mut (TaskUuid, Ward)| !self.leaving.contains_key(task_uuid);
        let group = take_ready(&mut self.claims, CLAIMS, ready);
        if group.is_empty() {
            return;
        }
        let mut calls = JoinSet::new();
        for (task_uuid, ward) in group {
            let keeping = Arc::clone(keeping);
            self.claiming.insert(task_uuid, ward);
            calls.spawn(async move {
                let claim = Claim::one(keeping.scope.clone(), task_uuid);
                (task_uuid, keeping.journal.claim(claim).await)
            });
        }
        self.work.start(Sort::Claim, async move {
            let mut answers = Vec::with_capacity(calls.len());
            while let Some(answer) = calls.join_next().await {
                // One that panicked has no answer.
                answers.extend(answer.ok());
            }
            Done::Claimed(answers)
        });
    }

    fn start_record(&mut self) {
        let Some(keeping) = &self.keeping else { return };
        if self.publications.is_empty() || self.work.is_under_way(Sort::Record) {
            return;
        }
        self.recording = self.publications.drain(..self.publications.len().min(GROUP)).collect();
        give_back(&mut self.publications);
        let mut notes = Vec::new();
        for Publication { task_uuid, ticket, facts, .. } in &mut self.recording {
            // What could not be recorded before goes first, so that nothing settles without its parts.
            if let Some(task) = self.unfinished.get_mut(task_uuid).filter(|_| !facts.is_empty()) {
                let lost = std::mem::take(&mut task.lost);
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
        if self.renew_at.is_none_or(|at| now < at) {
            return;
        }
        self.renew_at = Some(now + RENEW_EVERY);
        // One that takes so long is not helped by another one.
        if !self.work.is_under_way(Sort::Renew) {
            let journal = Arc::clone(&keeping.journal);
            self.work.start(Sort::Renew, async move { Done::Renewed(journal.renew().await) });
        }
    }
}

/// Takes the first of those that are ready, at most so many.
fn take_ready<T>(queue: &mut VecDeque<T>, most: usize, mut is_ready: impl FnMut(&mut T) -> bool) -> Vec<T> {
    let mut taken = Vec::new();
    let mut kept = VecDeque::new();
    while taken.len() < most
        && let Some(mut next) = queue.pop_front()
    {
        match is_ready(&mut next) {
            true => taken.push(next),
            false => kept.push_back(next),
        }
    }
    kept.into_iter().rev().for_each(|next| queue.push_front(next));
    give_back(queue);
    taken
}
