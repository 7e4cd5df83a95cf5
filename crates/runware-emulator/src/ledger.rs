//! What really happened: the ground truth that a client is measured against.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use runware_types::{Money, RequestHash, TaskType, TaskUuid};

use crate::catalogue::Price;
use crate::fault::RequestKind;
use crate::outcome::Outcome;

/// How many submissions of one task are kept in full; later ones are only counted.
const KEPT_SUBMISSIONS: usize = 100;

/// What really happened: requests, tasks, bills and deliveries.
///
/// Requests that a fault kept from being carried out count as requests, and as nothing else. On a WebSocket each frame
/// that carries tasks, or that cannot be read, is a request; upgrades, authentications and pings are counted apart.
///
/// ```
/// use std::time::Duration;
/// use runware_emulator::{Core, Head, Options};
/// use runware_types::TaskUuid;
///
/// let mut core = Core::new(Options::new().duration(Duration::from_secs(2)));
/// let body = br#"[{"taskType":"imageInference","taskUUID":"a770f077-f413-47de-9dac-be0b26a35da6",
///     "model":"runware:101@1","positivePrompt":"a cat","deliveryMethod":"async"}]"#;
/// core.handle(Duration::ZERO, &Head::bearer("key"), body);
/// core.advance(Duration::from_secs(2));
///
/// let uuid = "a770f077-f413-47de-9dac-be0b26a35da6".parse::<TaskUuid>()?;
/// let account = core.ledger().task(&uuid).ok_or("no such task")?;
/// assert_eq!((account.billed, account.charged.to_string()), (1, "0.0013".to_owned()));
/// assert_eq!(account.results[0].first_delivered_at, None, "nobody asked for it yet");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    requests: BTreeMap<RequestKind, u64>,
    pace: Pace,
    sockets: SocketCounts,
    tasks: BTreeMap<&'static str, u64>,
    accepted: u64,
    billed: u64,
    charged: Money,
    accounts: HashMap<TaskUuid, Account>,
}

/// How many requests come within a second.
#[derive(Clone, Debug, Default)]
struct Pace {
    /// The second that was counted last, and its requests.
    second: u64,
    requests: u64,
    most: u64,
}

/// What happened on WebSockets.
#[derive(Clone, Debug, Default)]
struct SocketCounts {
    upgrades: u64,
    opened: u64,
    closed: u64,
    frames: BTreeMap<RequestKind, u64>,
    authentications: u64,
    replays: u64,
}

/// What happened to one task.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Account {
    /// When it was accepted, the last time; `None` where it was refused.
    pub accepted_at: Option<Duration>,
    /// How often it was accepted. More than once only where an id was free again.
    pub accepted: u64,
    /// How often it was submitted.
    pub submitted: u64,
    /// The first 100 submissions.
    pub submissions: Vec<Submission>,
    /// How many results were billed.
    pub billed: u64,
    /// What was charged for them.
    pub charged: Money,
    /// What the last acceptance made of it, by index.
    pub results: Vec<ResultAccount>,
    /// How many `getResponse` asked for it.
    pub checks: u64,
    /// How many `getTaskDetails` asked for it.
    pub details: u64,
}

/// One submission of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Submission {
    /// When it came.
    pub at: Duration,
    /// The hash of the task object's bytes.
    pub hash: RequestHash,
}

/// What happened to one result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResultAccount {
    /// When it ends; `None` for never.
    pub ready_at: Option<Duration>,
    /// Whether it has ended by now.
    pub ended: bool,
    /// Whether it ends well.
    pub succeeds: bool,
    /// In how many replies it was delivered, its failure included. Replies that a fault kept back do not count; one that
    /// waits for its time over HTTP counts from the start, even if the caller is gone when the time has come. A frame
    /// counts when it is handed to a socket that is open.
    pub delivered: u64,
    /// When it was delivered first.
    pub first_delivered_at: Option<Duration>,
}

impl Ledger {
    /// How many requests came: over HTTP, or as frames.
    pub fn requests(&self) -> u64 {
        self.requests.values().sum()
    }

    /// How many requests of a kind came.
    pub fn requests_of(&self, kind: RequestKind) -> u64 {
        self.requests.get(&kind).copied().unwrap_or_default()
    }

    /// The most requests that came within one second. Seconds are counted from the origin of time: what comes half in one
    /// and half in the next counts for each by half.
    pub fn requests_in_busiest_second(&self) -> u64 {
        self.pace.most
    }

    /// How often a WebSocket was asked for, with or without success.
    pub fn upgrades(&self) -> u64 {
        self.sockets.upgrades
    }

    /// How many WebSockets were opened.
    pub fn sockets_opened(&self) -> u64 {
        self.sockets.opened
    }

    /// How many WebSockets are open now.
    pub fn sockets_open(&self) -> u64 {
        self.sockets.opened.saturating_sub(self.sockets.closed)
    }

    /// How many frames came, of all kinds.
    pub fn frames(&self) -> u64 {
        self.sockets.frames.values().sum()
    }

    /// How many frames of a kind came.
    pub fn frames_of(&self, kind: RequestKind) -> u64 {
        self.sockets.frames.get(&kind).copied().unwrap_or_default()
    }

    /// How many authentications of WebSockets succeeded.
    pub fn authentications(&self) -> u64 {
        self.sockets.authentications
    }

    /// How many frames were sent on a later socket than the one they were meant for.
    pub fn replays(&self) -> u64 {
        self.sockets.replays
    }

    /// How many task objects of a type came, in requests that were carried out.
    pub fn tasks_of(&self, task_type: &TaskType) -> u64 {
        self.tasks.get(task_type.as_str()).copied().unwrap_or_default()
    }

    /// How many `getResponse` tasks came, in requests that were carried out.
    pub fn status_checks(&self) -> u64 {
        self.tasks_of(&TaskType::GetResponse)
    }

    /// How many tasks were accepted.
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    /// How many results were billed.
    pub fn billed(&self) -> u64 {
        self.billed
    }

    /// What was charged in all.
    pub fn charged(&self) -> Money {
        self.charged
    }

    /// What happened to a task, unless it was never submitted or is forgotten
    /// ([`Options::max_tasks`](crate::Options::max_tasks)).
    pub fn task(&self, task: &TaskUuid) -> Option<&Account> {
        self.accounts.get(task)
    }

    /// What happened to each task, in no order.
    pub fn tasks(&self) -> impl Iterator<Item = (&TaskUuid, &Account)> {
        self.accounts.iter()
    }

    pub(crate) fn count_request(&mut self, at: Duration, kind: RequestKind) -> u64 {
        self.pace.count(at);
        *self.requests.entry(kind).or_default() += 1;
        self.requests()
    }

    pub(crate) fn count_upgrade(&mut self) {
        self.sockets.upgrades += 1;
    }

    pub(crate) fn opened_socket(&mut self) {
        self.sockets.opened += 1;
    }

    pub(crate) fn closed_socket(&mut self) {
        self.sockets.closed += 1;
    }

    pub(crate) fn count_frame(&mut self, kind: RequestKind) {
        *self.sockets.frames.entry(kind).or_default() += 1;
    }

    pub(crate) fn authenticated(&mut self) {
        self.sockets.authentications += 1;
    }

    pub(crate) fn replayed(&mut self) {
        self.sockets.replays += 1;
    }

    /// Counts a task object; a type the emulator does not know is not counted, for its name may be anything.
    pub(crate) fn count_task(&mut self, task_type: &'static str) {
        *self.tasks.entry(task_type).or_default() += 1;
    }

    pub(crate) fn submitted(&mut self, task: TaskUuid, at: Duration, bytes: &[u8]) {
        let account = self.accounts.entry(task).or_default();
        account.submitted += 1;
        if account.submissions.len() < KEPT_SUBMISSIONS {
            account.submissions.push(Submission { at, hash: RequestHash::of(bytes) });
        }
    }

    pub(crate) fn accepted_task(&mut self, task: TaskUuid, at: Duration, outcome: &Outcome) {
        self.accepted += 1;
        let account = self.accounts.entry(task).or_default();
        account.accepted += 1;
        account.accepted_at = Some(at);
        account.results = outcome
            .results
            .iter()
            .map(|planned| ResultAccount {
                ready_at: planned.ready_at,
                ended: false,
                succeeds: planned.failure.is_none(),
                delivered: 0,
                first_delivered_at: None,
            })
            .collect();
    }

    /// Bills a result that has ended, where it ended well.
    pub(crate) fn ended(&mut self, task: TaskUuid, index: u32, price: Price) {
        let Some(account) = self.accounts.get_mut(&task) else { return };
        let Some(result) = account.results.get_mut(index as usize) else { return };
        result.ended = true;
        if result.succeeds {
            account.billed += 1;
            account.charged += price.money();
            self.billed += 1;
            self.charged += price.money();
        }
    }

    pub(crate) fn delivered(&mut self, task: TaskUuid, index: u32, at: Duration) {
        let account = self.accounts.get_mut(&task);
        if let Some(result) = account.and_then(|account| account.results.get_mut(index as usize)) {
            result.delivered += 1;
            result.first_delivered_at.get_or_insert(at);
        }
    }

    pub(crate) fn checked(&mut self, task: TaskUuid) {
        if let Some(account) = self.accounts.get_mut(&task) {
            account.checks += 1;
        }
    }

    pub(crate) fn looked_up(&mut self, task: TaskUuid) {
        if let Some(account) = self.accounts.get_mut(&task) {
            account.details += 1;
        }
    }

    pub(crate) fn forget(&mut self, task: TaskUuid) {
        self.accounts.remove(&task);
    }
}

impl Pace {
    fn count(&mut self, at: Duration) {
        if at.as_secs() != self.second {
            (self.second, self.requests) = (at.as_secs(), 0);
        }
        self.requests += 1;
        self.most = self.most.max(self.requests);
    }
}
