//! A journal in memory, which outlives the processes that write it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use runware::journal::{
    Begun, Claim, Claimed, Fact, Intent, Journal, JournalError, Note, Part, Record, State, Ticket,
};
use runware::poll::Durations;
use runware::transport::async_trait;
use runware::types::TaskUuid;

use crate::awkward::Awkward;

/// What is kept, whoever keeps it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    rows: Vec<Row>,
    owners: u64,
    dead: Vec<u64>,
    now: Duration,
    boot: u64,
    calls: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) intent: Intent,
    pub(crate) stage: Stage,
    pub(crate) is_accepted: bool,
    pub(crate) parts: BTreeMap<u32, Part>,
    pub(crate) evidence: String,
    pub(crate) resent: u32,
    begun_at: Duration,
    boot: u64,
    owner: Option<u64>,
    epoch: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Open,
    Cleared,
    Settled,
    Confirmed,
    Refused,
    Undecided,
    #[allow(dead_code, reason = "not every test binary needs it")]
    Abandoned,
}

/// One process's hold of what is kept.
#[derive(Debug)]
pub(crate) struct MemoryJournal {
    disk: Disk,
    owner: u64,
    death: Death,
    pub(crate) awkward: Awkward,
}

/// When a process dies: at which of its effects, and whether that still happens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Death(Arc<Mutex<Option<(u32, bool)>>>);

impl Death {
    /// Before the n-th effect from now (from 0), or just after it, before anybody hears of it.
    pub(crate) fn at(effect: u32, happens: bool) -> Self {
        Self(Arc::new(Mutex::new(Some((effect, happens)))))
    }

    /// Whether an effect happens, and whether its process hears of it.
    pub(crate) fn strike(&self) -> (bool, bool) {
        match &mut *self.0.lock().unwrap() {
            None => (true, true),
            Some((0, happens)) => (std::mem::take(happens), false),
            Some((left, _)) => {
                *left -= 1;
                (true, true)
            }
        }
    }

    pub(crate) fn has_struck(&self) -> bool {
        matches!(*self.0.lock().unwrap(), Some((0, false)))
    }
}

impl Disk {
    /// What a new process has of it.
    pub(crate) fn open(&self) -> Arc<MemoryJournal> {
        self.open_until(Death::default())
    }

    /// The same, of a process that dies.
    pub(crate) fn open_until(&self, death: Death) -> Arc<MemoryJournal> {
        self.open_as(death, Awkward::default())
    }

    /// The same, where nobody can tell whether what is begun is kept.
    pub(crate) fn open_unsure(&self) -> Arc<MemoryJournal> {
        self.open_as(Death::default(), Awkward { is_unsure: true, ..Awkward::default() })
    }

    fn open_as(&self, death: Death, awkward: Awkward) -> Arc<MemoryJournal> {
        let mut kept = self.lock();
        kept.owners += 1;
        Arc::new(MemoryJournal { disk: self.clone(), owner: kept.owners, death, awkward })
    }

    /// The process of this journal is gone.
    pub(crate) fn kill(&self, journal: &MemoryJournal) {
        self.lock().dead.push(journal.owner);
    }

    /// Every process so far is gone.
    pub(crate) fn kill_all(&self) {
        let mut kept = self.lock();
        kept.dead = (0..=kept.owners).collect();
    }

    /// Time passes for everything that is there.
    pub(crate) fn age(&self, time: Duration) {
        self.lock().now += time;
    }

    /// The machine is started anew: nobody knows how old anything is.
    pub(crate) fn reboot(&self) {
        self.lock().boot += 1;
    }

    pub(crate) fn rows(&self) -> Vec<Row> {
        self.lock().rows.clone()
    }

    pub(crate) fn row(&self, task_uuid: TaskUuid) -> Row {
        self.rows().into_iter().find(|row| row.intent.task_uuid == task_uuid).unwrap()
    }

    /// Changes what is there of a task.
    pub(crate) fn change(&self, task_uuid: TaskUuid, change: impl FnOnce(&mut Row)) {
        let mut kept = self.lock();
        change(kept.rows.iter_mut().find(|row| row.intent.task_uuid == task_uuid).unwrap());
    }

    /// A task that an earlier process has begun, so long ago.
    pub(crate) fn put(&self, intent: Intent, age: Duration) {
        let mut kept = self.lock();
        kept.now = kept.now.max(age);
        let row = kept.new_row(intent, None);
        let begun_at = kept.now - age;
        kept.rows.push(Row { begun_at, ..row });
    }

    /// The server is known to have the task that was put last.
    pub(crate) fn accept_last(&self) {
        if let Some(row) = self.lock().rows.last_mut() {
            row.is_accepted = true;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap()
    }
}

impl Kept {
    fn new_row(&self, intent: Intent, owner: Option<u64>) -> Row {
        Row {
            intent,
            stage: Stage::Open,
            is_accepted: false,
            parts: BTreeMap::new(),
            evidence: String::new(),
            resent: 0,
            begun_at: self.now,
            boot: self.boot,
            owner,
            epoch: 1,
        }
    }

    /// Whether somebody other than `owner` looks after the row.
    fn is_held(&self, row: &Row, owner: u64) -> bool {
        row.owner.is_some_and(|other| other != owner && !self.dead.contains(&other))
    }

    fn take(&mut self, number: usize, owner: u64) -> Record {
        let (now, boot) = (self.now, self.boot);
        let row = &mut self.rows[number];
        if row.owner != Some(owner) {
            (row.owner, row.epoch) = (Some(owner), row.epoch + 1);
        }
        let Row { intent, stage, is_accepted, parts, evidence, begun_at, epoch, .. } = row.clone();
        Record {
            ticket: Ticket { id: number as u64, epoch },
            task_uuid: intent.task_uuid,
            task_type: intent.task_type,
            account: intent.account,
            request: Some(intent.request).filter(|request| !request.is_empty()),
            hash: intent.hash,
            expected: intent.expected,
            age: (row.boot == boot).then(|| now - begun_at),
            is_accepted,
            state: match stage {
                Stage::Cleared => State::Resubmitted,
                Stage::Settled | Stage::Confirmed => State::Settled,
                Stage::Undecided => State::Undecided { evidence },
                _ => State::Open,
            },
            parts: parts.into_values().collect(),
            is_counted: intent.reserve.is_some_and(|reserve| reserve.price.is_some()),
            is_confirmed: stage == Stage::Confirmed,
        }
    }

    fn begin(&mut self, intent: Intent, owner: u64) -> Begun {
        let same = |row: &Row| row.intent.scope == intent.scope && row.intent.task_uuid == intent.task_uuid;
        let price = intent.reserve.as_ref().map(|reserve| reserve.price);
        let Some(number) = self.rows.iter().position(same) else {
            if price == Some(None) {
                return Begun::Unpriced;
            }
            let row = self.new_row(intent, Some(owner));
            self.rows.push(row);
            return Begun::New(Ticket { id: self.rows.len() as u64 - 1, epoch: 1 });
        };
        let row = &self.rows[number];
        match row.stage {
            _ if row.intent.hash != intent.hash => Begun::Reused,
            Stage::Abandoned => Begun::Abandoned,
            Stage::Refused if price == Some(None) => Begun::Unpriced,
            Stage::Refused => {
                let epoch = row.epoch + 1;
                self.rows[number] = Row { epoch, ..self.new_row(intent, Some(owner)) };
                Begun::New(Ticket { id: number as u64, epoch })
            }
            _ if self.is_held(row, owner) => Begun::Held,
            _ => {
                if price.flatten().is_some() {
                    self.rows[number].intent.reserve = intent.reserve;
                }
                Begun::Known(Box::new(self.take(number, owner)))
            }
        }
    }

    fn note(&mut self, note: Note) {
        let row = &mut self.rows[note.ticket.id as usize];
        match note.fact {
            Fact::Accepted => row.is_accepted = true,
            Fact::Resending => (row.stage, row.resent) = (Stage::Open, row.resent + 1),
            Fact::Ended(part) => {
                row.is_accepted = true;
                let known = row.parts.insert(part.ordinal, part.clone());
                assert!(known.is_none_or(|known| known == part), "a part changed: {part:?}");
            }
            Fact::Settled { .. } => row.stage = Stage::Settled,
            Fact::Refused { reason } => (row.stage, row.evidence) = (Stage::Refused, reason),
            Fact::Undecided { evidence } => {
                (row.stage, row.evidence, row.owner) = (Stage::Undecided, evidence, None);
            }
            Fact::Confirmed => {
                assert!(matches!(row.stage, Stage::Settled | Stage::Confirmed), "{row:?}");
                row.stage = Stage::Confirmed;
            }
            Fact::Released => row.owner = None,
            other => panic!("{other:?}"),
        }
    }
}

impl MemoryJournal {
    /// Does something, unless the process dies of it.
    async fn effect<T>(&self, name: &'static str, act: impl FnOnce(&mut Kept) -> T) -> T {
        let (happens, is_heard) = self.death.strike();
        let done = happens.then(|| {
            let mut kept = self.disk.lock();
            kept.calls.push(name);
            act(&mut kept)
        });
        match done.filter(|_| is_heard) {
            Some(done) => done,
            None => std::future::pending().await,
        }
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn begin(&self, intents: Vec<Intent>) -> Result<Vec<Begun>, JournalError> {
        let begin =
            |kept: &mut Kept| intents.into_iter().map(|intent| kept.begin(intent, self.owner)).collect();
        let begun = self.effect("begin", begin).await;
        self.awkward.begun.pass().await;
        self.awkward.told(begun)
    }

    async fn record(&self, notes: Vec<Note>) -> Result<Vec<Ticket>, JournalError> {
        let record = |kept: &mut Kept| {
            let holds = |note: &Note| kept.rows[note.ticket.id as usize].epoch == note.ticket.epoch;
            let (valid, void): (Vec<_>, Vec<_>) = notes.into_iter().partition(holds);
            valid.into_iter().for_each(|note| kept.note(note));
            void.into_iter().map(|note| note.ticket).collect()
        };
        Ok(self.effect("record", record).await)
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, JournalError> {
        let take = |kept: &mut Kept| {
            let wanted = |row: &Row| {
                row.intent.scope == claim.scope
                    && claim.task_uuid.is_none_or(|only| only == row.intent.task_uuid)
                    && !matches!(row.stage, Stage::Confirmed | Stage::Refused | Stage::Abandoned)
            };
            let wanted: Vec<usize> =
                (0..kept.rows.len()).filter(|number| wanted(&kept.rows[*number])).collect();
            let (held, free): (Vec<usize>, Vec<usize>) =
                wanted.into_iter().partition(|number| kept.is_held(&kept.rows[*number], self.owner));
            Claimed::new(free.into_iter().map(|number| kept.take(number, self.owner)).collect(), held.len())
        };
        let claimed = self.effect("claim", take).await;
        self.awkward.claimed.pass().await;
        Ok(claimed)
    }

    async fn renew(&self) -> Result<(), JournalError> {
        Ok(())
    }

    async fn durations(&self) -> Result<Option<Durations>, JournalError> {
        Ok(None)
    }

    async fn keep_durations(&self, _: Durations) -> Result<(), JournalError> {
        Ok(())
    }
}
