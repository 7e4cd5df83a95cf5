//! Making a driver.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, OnceLock};

use fastrand::Rng;
use runware_poll::{Durations, Limits, Pacing, Quota, Scheduler};
use runware_transport::{Clock, Transport};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::asking::Questions;
use super::awake::Awake;
use super::entries::Entries;
use super::lanes::Lanes;
use super::ledger::Ledger;
use super::outbox::Outbox;
use super::tenure::Tenure;
use super::{Command, Driver};
use crate::keeping::Keeping;
use crate::registry::Registry;
use crate::stats::counters::Counters;

/// How many beginnings of answers wait to be taken in. When there are more, the exchanges wait.
const BEGINNINGS_WAITING: usize = 64;

/// What the driver is made of.
pub(crate) struct Setup {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) inbox: mpsc::UnboundedReceiver<Command>,
    pub(crate) batch_limit: usize,
    pub(crate) pacing: Pacing,
    pub(crate) seed: u64,
    /// What is known of how long tasks take.
    pub(crate) durations: Durations,
    /// Where that is left at the end.
    pub(crate) learned: Arc<OnceLock<Durations>>,
    /// Where tasks are kept, if they are.
    pub(crate) keeping: Option<Arc<Keeping>>,
}

impl Driver {
    pub(crate) fn new(setup: Setup) -> Self {
        let Setup {
            transport,
            clock,
            registry,
            counters,
            inbox,
            batch_limit,
            pacing,
            seed,
            durations,
            learned,
            keeping,
        } = setup;
        let limits = Limits { batch: batch_limit, ..Limits::default() };
        let unclaimed = transport.take_unclaimed();
        let awake = Awake::now(&*clock);
        Self {
            transport,
            clock,
            registry,
            counters,
            inbox,
            rng: Rng::with_seed(seed),
            entries: Entries::default(),
            agenda: BTreeSet::new(),
            lanes: Lanes::new(pacing),
            outbox: Outbox::new(batch_limit),
            waiting_outbox: VecDeque::new(),
            leaving: HashMap::new(),
            submit_quota: Quota::default(),
            scheduler: Scheduler::new(limits).with_durations(durations),
            questions: Questions::default(),
            exchanges: JoinSet::new(),
            beginnings: mpsc::channel(BEGINNINGS_WAITING),
            unclaimed,
            purposes: HashMap::new(),
            learned,
            ledger: Ledger::new(keeping),
            tenure: Tenure::default(),
            awake,
        }
    }
}
