//! A journal in memory, as slow and as broken as a test wants it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use runware::journal::{
    Begun, Claim, Claimed, Fact, Intent, Journal, JournalError, JournalErrorKind, Note, Part, Record, State,
    Ticket,
};
use runware::poll::Durations;
use runware::transport::testing::ManualClock;
use runware::transport::{Clock, async_trait};
use runware::types::TaskUuid;

use super::world::id;

/// Longer than any test.
pub(crate) const FOR_EVER: Duration = Duration::from_secs(100_000);

#[derive(Debug)]
pub(crate) struct Shelf {
    clock: ManualClock,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    rows: HashMap<TaskUuid, Row>,
    /// What was written, with the time in milliseconds at which it was durable.
    log: Vec<String>,
    groups: Vec<(&'static str, usize)>,
    begin_takes: Duration,
    record_takes: Duration,
    begin_fails: bool,
    /// Intents with more bytes than this do not fit.
    room: Option<usize>,
    record_fails: bool,
    begin_panics: bool,
    answers: VecDeque<Begun>,
    intents: Vec<Intent>,
    fenced: HashSet<TaskUuid>,
    durations: Option<Durations>,
    renewed: Vec<u64>,
    saved: usize,
}

#[derive(Clone, Debug)]
struct Row {
    ticket: Ticket,
    intent: Intent,
    state: State,
    is_accepted: bool,
    is_refused: bool,
    is_confirmed: bool,
    parts: Vec<Part>,
}

impl Shelf {
    pub(crate) fn new(clock: &ManualClock) -> Arc<Self> {
        Arc::new(Self { clock: clock.clone(), inner: Mutex::default() })
    }

    pub(crate) fn begin_takes(&self, time: Duration) {
        self.lock().begin_takes = time;
    }

    pub(crate) fn record_takes(&self, time: Duration) {
        self.lock().record_takes = time;
    }

    pub(crate) fn fail_begin(&self, fails: bool) {
        self.lock().begin_fails = fails;
    }

    /// Leaves room for an intent of so many bytes, but for no larger one.
    pub(crate) fn leave_room(&self, bytes: usize) {
        self.lock().room = Some(bytes);
    }

    pub(crate) fn fail_record(&self, fails: bool) {
        self.lock().record_fails = fails;
    }

    pub(crate) fn panic_in_begin(&self) {
        self.lock().begin_panics = true;
    }

    /// Answers the next intent with this.
    pub(crate) fn answer(&self, answer: Begun) {
        self.lock().answers.push_back(answer);
    }

    /// Gives a task to somebody else.
    pub(crate) fn fence(&self, task_uuid: TaskUuid) {
        self.lock().fenced.insert(task_uuid);
    }

    pub(crate) fn has_learned(&self, durations: Durations) {
        self.lock().durations = Some(durations);
    }

    pub(crate) fn learned(&self) -> (usize, Option<Durations>) {
        let inner = self.lock();
        (inner.saved, inner.durations.clone())
    }

    pub(crate) fn renewed(&self) -> Vec<u64> {
        self.lock().renewed.clone()
    }

    pub(crate) fn intents(&self) -> Vec<Intent> {
        self.lock().intents.clone()
    }

    /// The calls, and how many intents or notes each had.
    pub(crate) fn groups(&self) -> Vec<(&'static str, usize)> {
        self.lock().groups.clone()
    }

    /// What is durable, each with its time in milliseconds.
    pub(crate) fn log(&self) -> Vec<String> {
        self.lock().log.clone()
    }

    /// What is durable, without times.
    pub(crate) fn words(&self) -> Vec<String> {
        self.log().iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
    }

    pub(crate) fn parts(&self, task_uuid: TaskUuid) -> Vec<Part> {
        self.lock().rows[&task_uuid].parts.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    async fn take(&self, time: Duration) {
        if !time.is_zero() {
            self.clock.sleep_until(self.clock.now() + time).await;
        }
    }

    fn now(&self) -> u128 {
        self.clock.now().as_millis()
    }
}

impl Row {
    fn record(&self, ticket: Ticket) -> Record {
        Record {
            ticket,
            task_uuid: self.intent.task_uuid,
            task_type: self.intent.task_type.clone(),
            account: self.intent.account.clone(),
            request: Some(self.intent.request.clone()),
            hash: self.intent.hash,
            expected: self.intent.expected,
            age: Some(Duration::ZERO),
            is_accepted: self.is_accepted,
            state: self.state.clone(),
            parts: self.parts.clone(),
            is_counted: self.intent.reserve.as_ref().is_some_and(|reserve| reserve.price.is_some()),
            is_confirmed: self.is_confirmed,
        }
    }
}

fn full() -> JournalError {
    JournalError::new(JournalErrorKind::Full, "no room is left for /tmp/j")
}

pub(crate) fn name(task_uuid: TaskUuid) -> String {
    let names = ["a", "b", "c", "d", "e", "f"];
    names.into_iter().find(|name| id(name) == task_uuid).unwrap_or("?").to_owned()
}

#[async_trait]
impl Journal for Shelf {
    async fn begin(&self, intents: Vec<Intent>) -> Result<Vec<Begun>, JournalError> {
        let panics = std::mem::take(&mut self.lock().begin_panics);
        assert!(!panics, "on purpose");
        let takes = self.lock().begin_takes;
        self.take(takes).await;
        let now = self.now();
        let mut inner = self.lock();
        inner.groups.push(("begin", intents.len()));
        let has_room = |intent: &Intent| inner.room.is_none_or(|room| intent.request.len() <= room);
        if inner.begin_fails || !intents.iter().all(has_room) {
            return Err(full());
        }
        let mut begun = Vec::new();
        for intent in intents {
            inner.intents.push(intent.clone());
            if let Some(answer) = inner.answers.pop_front() {
                begun.push(answer);
                continue;
            }
            let known = inner.rows.get(&intent.task_uuid);
            let is_new = known.is_none_or(|row| row.is_refused && row.intent.hash == intent.hash);
            if is_new && intent.reserve.as_ref().is_some_and(|reserve| reserve.price.is_none()) {
                begun.push(Begun::Unpriced);
                continue;
            }
            inner.log.push(format!("{now} begun {}", name(intent.task_uuid)));
            let next = inner.rows.len() as u64 + 1;
            begun.push(match inner.rows.get_mut(&intent.task_uuid) {
                Some(row) if row.intent.hash != intent.hash => Begun::Reused,
                Some(row) if !row.is_refused => Begun::Known(Box::new(row.record(row.ticket))),
                Some(row) => {
                    (row.is_refused, row.intent) = (false, intent);
                    Begun::New(row.ticket)
                }
                None => {
                    let ticket = Ticket { id: next, epoch: 1 };
                    let row = Row {
                        ticket,
                        intent: intent.clone(),
                        state: State::Open,
                        is_accepted: false,
                        is_refused: false,
                        is_confirmed: false,
                        parts: Vec::new(),
                    };
                    inner.rows.insert(intent.task_uuid, row);
                    Begun::New(ticket)
                }
            });
        }
        Ok(begun)
    }

    async fn record(&self, notes: Vec<Note>) -> Result<Vec<Ticket>, JournalError> {
        let takes = self.lock().record_takes;
        self.take(takes).await;
        let now = self.now();
        let mut inner = self.lock();
        inner.groups.push(("record", notes.len()));
        if inner.record_fails {
            return Err(full());
        }
        let mut refused = Vec::new();
        for Note { ticket, fact } in notes {
            let Some(task_uuid) =
                inner.rows.values().find(|row| row.ticket == ticket).map(|row| row.intent.task_uuid)
            else {
                refused.push(ticket);
                continue;
            };
            if inner.fenced.contains(&task_uuid) {
                refused.push(ticket);
                continue;
            }
            let row = inner.rows.get_mut(&task_uuid).unwrap();
            let word = match fact {
                Fact::Accepted => {
                    row.is_accepted = true;
                    "accepted".to_owned()
                }
                Fact::Resending => "resending".to_owned(),
                Fact::Ended(part) => {
                    let word = format!("ended {} {:?}", part.ordinal, part.kind);
                    row.parts.push(part);
                    word
                }
                Fact::Settled { cost } => {
                    row.state = State::Settled;
                    format!("settled {}", cost.map_or("-".to_owned(), |cost| cost.to_string()))
                }
                Fact::Refused { .. } => {
                    row.is_refused = true;
                    "refused".to_owned()
                }
                Fact::Undecided { evidence } => {
                    row.state = State::Undecided { evidence };
                    "undecided".to_owned()
                }
                Fact::Confirmed => {
                    row.is_confirmed = true;
                    "confirmed".to_owned()
                }
                Fact::Released => "released".to_owned(),
                other => format!("{other:?}"),
            };
            inner.log.push(format!("{now} {word} {}", name(task_uuid)));
        }
        Ok(refused)
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, JournalError> {
        let inner = self.lock();
        let rows =
            inner.rows.values().filter(|row| claim.task_uuid.is_none_or(|id| id == row.intent.task_uuid));
        let rows = rows.filter(|row| !row.is_refused && !row.is_confirmed);
        let mut records: Vec<_> = rows.map(|row| row.record(row.ticket)).collect();
        records.sort_by_key(|record| record.ticket.id);
        Ok(Claimed::new(records, 0))
    }

    async fn renew(&self) -> Result<(), JournalError> {
        let now = u64::try_from(self.now()).unwrap();
        self.lock().renewed.push(now);
        Ok(())
    }

    async fn durations(&self) -> Result<Option<Durations>, JournalError> {
        Ok(self.lock().durations.clone())
    }

    async fn keep_durations(&self, durations: Durations) -> Result<(), JournalError> {
        let mut inner = self.lock();
        inner.saved += 1;
        inner.durations = Some(durations);
        Ok(())
    }
}
