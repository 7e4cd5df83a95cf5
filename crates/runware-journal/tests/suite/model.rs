//! A journal and its owners against a model of them in memory, with whatever they may do in any order.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use runware::journal::{Begun, Claim, Fact, Journal, Note, Part, PartKind, Record, Reserve, State, Ticket};
use runware::types::Money;
use runware_journal::{Decided, Decision, Filter, SqliteJournal, Stage};

use crate::world::{Now, Place, SCOPE, block_on, intent, other_intent, part, uuid};

const OWNERS: usize = 3;
const TASKS: usize = 4;
const LEASE: u64 = 60;

/// In cents.
const CAP: i64 = 100;
const PRICE: i64 = 30;
const COST: i64 = 25;

#[derive(Clone, Debug)]
enum Op {
    Begin {
        who: usize,
        task: usize,
        is_other: bool,
        price: Price,
    },
    /// Facts about tasks for which a ticket was ever given out, by whoever got it.
    Record(Vec<(usize, Told)>),
    Claim {
        who: usize,
        task: Option<usize>,
    },
    Decide {
        who: usize,
        task: usize,
        decision: Decision,
    },
    Renew {
        who: usize,
    },
    Pass {
        seconds: u64,
    },
    /// The process ends, and another one takes its place.
    Restart {
        who: usize,
    },
    /// All of them end, and the machine is started anew.
    Reboot,
}

/// Whether a task counts against a budget, and whether its price is known then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Price {
    Uncounted,
    Given,
    Unknown,
}

#[derive(Clone, Debug)]
enum Told {
    Accepted,
    Resending,
    Ended { ordinal: u32, is_other: bool },
    Settled { cost: Option<i64> },
    Refused,
    Undecided,
    Confirmed,
    Released,
}

impl Told {
    fn fact(&self) -> Fact {
        match self {
            Self::Accepted => Fact::Accepted,
            Self::Resending => Fact::Resending,
            Self::Ended { ordinal, is_other } => Fact::Ended(ended(*ordinal, *is_other)),
            Self::Settled { cost } => Fact::Settled { cost: cost.map(cents) },
            Self::Refused => Fact::Refused { reason: "refused".to_owned() },
            Self::Undecided => Fact::Undecided { evidence: "undecided".to_owned() },
            Self::Confirmed => Fact::Confirmed,
            Self::Released => Fact::Released,
        }
    }
}

/// A part of this ordinal, or another one that claims to be it.
fn ended(ordinal: u32, is_other: bool) -> Part {
    if is_other { Part { ordinal, ..part(ordinal + 1) } } else { part(ordinal) }
}

fn cents(cents: i64) -> Money {
    format!("{cents}e-2").parse().unwrap()
}

/// One task, as it should be.
#[derive(Clone, Debug)]
struct Row {
    stage: Stage,
    is_accepted: bool,
    is_resubmitted: bool,
    /// Which process looks after it, of all that there ever were.
    owner: Option<usize>,
    ticket: Ticket,
    began: Moment,
    parts: BTreeMap<u32, Part>,
    is_budgeted: bool,
    reserved: Option<i64>,
    cost: Option<i64>,
}

/// Which start of the machine, and how many seconds after it.
type Moment = (usize, u64);

#[derive(Debug, Default)]
struct Model {
    now: Moment,
    rows: BTreeMap<usize, Row>,
    /// When each process that there ever was has last said that it is alive; `None` once it has ended.
    processes: Vec<Option<Moment>>,
    spent: i64,
    reserved: i64,
}

impl Model {
    fn start(&mut self) -> usize {
        self.processes.push(Some(self.now));
        self.processes.len() - 1
    }

    fn is_held(&self, row: &Row, by: usize) -> bool {
        let Some(owner) = row.owner.filter(|owner| *owner != by) else { return false };
        self.processes[owner].is_some_and(|renewed| self.now.1 - renewed.1 <= LEASE)
    }

    /// Whoever writes says that it is alive, at most every quarter of a lease.
    fn write(&mut self, by: usize) {
        if self.processes[by].is_some_and(|renewed| self.now.1 - renewed.1 >= LEASE / 4) {
            self.processes[by] = Some(self.now);
        }
    }

    fn reserve(&mut self) -> Result<(), i64> {
        let committed = self.spent + self.reserved;
        if committed + PRICE > CAP {
            return Err(committed);
        }
        self.reserved += PRICE;
        Ok(())
    }

    /// What `begin` should answer, if the ticket is that of the real one.
    fn begin(&mut self, by: usize, task: usize, is_other: bool, price: Price, real: &Begun) -> Begun {
        self.write(by);
        let known = self.rows.get(&task).cloned();
        let over_budget = |committed| Begun::OverBudget { committed: cents(committed) };
        let fresh = |ticket| Row {
            stage: Stage::Open,
            is_accepted: false,
            is_resubmitted: false,
            owner: Some(by),
            ticket,
            began: self.now,
            parts: BTreeMap::new(),
            is_budgeted: price == Price::Given,
            reserved: (price == Price::Given).then_some(PRICE),
            cost: None,
        };
        let new_ticket = |known: Option<&Row>| match real {
            Begun::New(ticket) if known.is_none_or(|row| is_newer(*ticket, row.ticket)) => *ticket,
            _ => Ticket { id: 0, epoch: 0 },
        };
        match known {
            // The requests of a task are the one that it was begun with, and another.
            None if is_other => unreachable!("the first request is never the other one"),
            None => {
                let row = fresh(new_ticket(None));
                if price == Price::Unknown {
                    return Begun::Unpriced;
                }
                if price == Price::Given
                    && let Err(committed) = self.reserve()
                {
                    return over_budget(committed);
                }
                self.rows.insert(task, row.clone());
                Begun::New(row.ticket)
            }
            Some(_) if is_other => Begun::Reused,
            Some(row) => match row.stage {
                Stage::Abandoned => Begun::Abandoned,
                Stage::Refused => {
                    let anew = fresh(new_ticket(Some(&row)));
                    if price == Price::Unknown {
                        return Begun::Unpriced;
                    }
                    if price == Price::Given
                        && let Err(committed) = self.reserve()
                    {
                        return over_budget(committed);
                    }
                    self.rows.insert(task, anew.clone());
                    Begun::New(anew.ticket)
                }
                Stage::Confirmed => Begun::Known(Box::new(self.show(task))),
                _ if self.is_held(&row, by) => Begun::Held,
                _ => {
                    if price == Price::Given && !row.is_budgeted && row.stage != Stage::Settled {
                        let reserved = self.reserve();
                        if let Err(committed) = reserved
                            && !row.is_accepted
                        {
                            return over_budget(committed);
                        }
                        if reserved.is_err() {
                            // It is bought already.
                            self.reserved += PRICE;
                        }
                        let row = self.rows.get_mut(&task).unwrap();
                        (row.is_budgeted, row.reserved) = (true, Some(PRICE));
                    }
                    let Begun::Known(record) = real else { return Begun::Reused };
                    Begun::Known(Box::new(self.take(by, task, record.ticket)))
                }
            },
        }
    }

    fn take(&mut self, by: usize, task: usize, ticket: Ticket) -> Record {
        let row = self.rows.get_mut(&task).unwrap();
        if row.owner != Some(by) {
            assert!(is_newer(ticket, row.ticket), "a task that changes hands has a new ticket");
            row.ticket = ticket;
        }
        row.owner = Some(by);
        self.show(task)
    }

    fn show(&self, task: usize) -> Record {
        let row = &self.rows[&task];
        let intent = intent(task);
        Record {
            ticket: row.ticket,
            task_uuid: uuid(task),
            task_type: intent.task_type,
            account: None,
            request: Some(intent.request),
            hash: intent.hash,
            expected: intent.expected,
            age: (row.began.0 == self.now.0).then(|| Duration::from_secs(self.now.1 - row.began.1)),
            is_accepted: row.is_accepted,
            state: match row.stage {
                Stage::Settled | Stage::Confirmed => State::Settled,
                Stage::Undecided => State::Undecided { evidence: "undecided".to_owned() },
                _ if row.is_resubmitted => State::Resubmitted,
                _ => State::Open,
            },
            parts: row.parts.values().cloned().collect(),
            is_counted: row.is_budgeted,
            is_confirmed: row.stage == Stage::Confirmed,
        }
    }

    /// Whether the ticket should hold.
    fn note(&mut self, by: usize, ticket: Ticket, told: &Told) -> bool {
        let Some(row) = self.rows.values_mut().find(|row| row.ticket == ticket) else { return false };
        let is_underway = matches!(row.stage, Stage::Open | Stage::Undecided);
        let is_settled = matches!(row.stage, Stage::Settled | Stage::Confirmed);
        match told {
            Told::Resending if !is_underway => return false,
            Told::Accepted if !is_underway => {}
            Told::Accepted | Told::Resending => {
                (row.stage, row.is_resubmitted, row.owner) = (Stage::Open, false, Some(by));
                row.is_accepted |= matches!(told, Told::Accepted);
            }
            Told::Ended { ordinal, is_other } => {
                row.parts.entry(*ordinal).or_insert_with(|| ended(*ordinal, *is_other));
                if !is_settled {
                    (row.stage, row.is_resubmitted, row.owner) = (Stage::Open, false, Some(by));
                    row.is_accepted = true;
                }
            }
            Told::Settled { cost } => {
                if let Some(cost) = cost.filter(|cost| *cost > 0 && row.cost.is_none()) {
                    row.cost = Some(cost);
                    if row.is_budgeted {
                        self.reserved -= row.reserved.take().unwrap_or_default();
                        self.spent += cost;
                    }
                }
                if !is_settled {
                    (row.stage, row.is_resubmitted, row.owner) = (Stage::Settled, false, Some(by));
                    row.is_accepted = true;
                }
            }
            Told::Refused => {
                row.owner = None;
                if is_underway && row.parts.is_empty() {
                    (row.stage, row.is_resubmitted) = (Stage::Refused, false);
                    self.reserved -= row.reserved.take().unwrap_or_default();
                }
            }
            Told::Undecided => {
                if is_underway {
                    (row.stage, row.is_resubmitted, row.owner) = (Stage::Undecided, false, None);
                }
            }
            Told::Confirmed => {
                if row.stage == Stage::Settled {
                    (row.stage, row.owner) = (Stage::Confirmed, None);
                }
            }
            Told::Released => row.owner = None,
        }
        true
    }

    fn decide(&mut self, by: usize, task: usize, decision: Decision) -> Decided {
        let now = self.now;
        let is_held = self.rows.get(&task).is_some_and(|row| self.is_held(row, by));
        let Some(row) = self.rows.get_mut(&task) else { return Decided::Unknown };
        if row.stage != Stage::Undecided {
            return Decided::NotUndecided(row.stage);
        }
        if is_held {
            return Decided::Held;
        }
        row.owner = None;
        // No ticket holds until it is claimed.
        row.ticket = Ticket { epoch: row.ticket.epoch + 1, ..row.ticket };
        match decision {
            Decision::Resubmit => {
                (row.stage, row.is_resubmitted, row.is_accepted) = (Stage::Open, true, false);
                row.began = now;
            }
            Decision::Abandon => row.stage = Stage::Abandoned,
        }
        Decided::Done(row.stage)
    }
}

fn is_newer(ticket: Ticket, than: Ticket) -> bool {
    ticket.id == than.id && ticket.epoch > than.epoch
}

/// The real thing beside the model.
struct Both {
    place: Place,
    journals: Vec<SqliteJournal>,
    model: Model,
    /// Which of the processes that there ever were is in each seat.
    seats: Vec<usize>,
    tickets: Vec<(usize, Ticket)>,
}

impl Both {
    fn new() -> Self {
        let mut both = Self {
            place: Place::in_memory(),
            journals: Vec::new(),
            model: Model { now: (0, 1000), ..Model::default() },
            seats: Vec::new(),
            tickets: Vec::new(),
        };
        for _ in 0..OWNERS {
            both.journals.push(both.place.open());
            both.seats.push(both.model.start());
        }
        both
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::Begin { who, task, is_other, price } => self.begin(who, task, is_other, price),
            Op::Record(notes) => self.record(&notes),
            Op::Claim { who, task } => self.claim(who, task),
            Op::Decide { who, task, decision } => {
                self.model.write(self.seats[who]);
                let decided = self.journals[who].decide(SCOPE, uuid(task), decision).unwrap();
                assert_eq!(decided, self.model.decide(self.seats[who], task, decision));
            }
            Op::Renew { who } => {
                block_on(self.journals[who].renew()).unwrap();
                self.model.processes[self.seats[who]] = Some(self.model.now);
            }
            Op::Pass { seconds } => {
                self.place.clock.advance(Duration::from_secs(seconds));
                self.model.now.1 += seconds;
            }
            Op::Restart { who } => {
                self.model.processes[self.seats[who]] = None;
                self.journals.remove(who);
                self.journals.insert(who, self.place.open());
                self.seats[who] = self.model.start();
            }
            Op::Reboot => {
                self.journals.clear();
                self.model.processes.iter_mut().for_each(|renewed| *renewed = None);
                self.model.now = (self.model.now.0 + 1, 5);
                self.place.clock.reboot(&self.model.now.0.to_string());
                for seat in &mut self.seats {
                    self.journals.push(self.place.open());
                    *seat = self.model.start();
                }
            }
        }
    }

    fn begin(&mut self, who: usize, task: usize, is_other: bool, price: Price) {
        let is_other = is_other && self.model.rows.contains_key(&task);
        let mut intent = if is_other { other_intent(task, "another") } else { intent(task) };
        intent.reserve = (price != Price::Uncounted).then(|| Reserve {
            budget: "spring".to_owned(),
            cap: cents(CAP),
            price: (price == Price::Given).then(|| cents(PRICE)),
        });
        let begun = self.journals[who].begin_now(intent);
        let expected = self.model.begin(self.seats[who], task, is_other, price, &begun);
        assert_eq!(begun, expected);
        match begun {
            Begun::New(ticket) => self.tickets.push((self.seats[who], ticket)),
            Begun::Known(record) => self.tickets.push((self.seats[who], record.ticket)),
            _ => {}
        }
    }

    fn record(&mut self, notes: &[(usize, Told)]) {
        for (which, told) in notes {
            let Some((process, ticket)) = self.tickets.get(which % self.tickets.len().max(1)) else { return };
            let Some(who) = self.seats.iter().position(|seat| seat == process) else { continue };
            self.model.write(*process);
            let note = Note { ticket: *ticket, fact: told.fact() };
            let refused = block_on(self.journals[who].record(vec![note])).unwrap();
            let holds = self.model.note(*process, *ticket, told);
            assert_eq!(refused, if holds { vec![] } else { vec![*ticket] }, "{told:?}");
        }
    }

    fn claim(&mut self, who: usize, task: Option<usize>) {
        let by = self.seats[who];
        self.model.write(by);
        let claim = task.map_or_else(|| Claim::all(SCOPE), |task| Claim::one(SCOPE, uuid(task)));
        let claimed = block_on(self.journals[who].claim(claim)).unwrap();
        let unfinished = self.model.rows.iter().filter(|(number, row)| {
            task.is_none_or(|task| task == **number)
                && matches!(row.stage, Stage::Open | Stage::Settled | Stage::Undecided)
        });
        let mut order: Vec<_> = unfinished.map(|(number, row)| (row.ticket.id, *number)).collect();
        order.sort_unstable();
        let mut records = claimed.tasks.into_iter();
        if let Some(task) = task
            && self.model.rows.get(&task).is_some_and(|row| row.stage == Stage::Confirmed)
        {
            assert_eq!(records.next(), Some(self.model.show(task)), "who asks for it is shown it");
        }
        let mut held = 0;
        for (_, number) in order {
            if self.model.is_held(&self.model.rows[&number], by) {
                held += 1;
                continue;
            }
            let record = records.next().expect("a task that is free was not taken");
            let expected = self.model.take(by, number, record.ticket);
            assert_eq!(record, expected);
            self.tickets.push((by, record.ticket));
        }
        assert_eq!(records.next(), None, "a task that is not free was taken");
        assert_eq!(claimed.held, held);
    }

    /// What the journal shows is what the model is.
    fn compare(&self) {
        for (who, journal) in self.journals.iter().enumerate() {
            let listed = journal.list(&Filter::new()).unwrap();
            assert_eq!(listed.len(), self.model.rows.len());
            for (task, row) in &self.model.rows {
                let listed = listed.iter().find(|listed| listed.task_uuid == uuid(*task)).unwrap();
                let of_kind = |kind| row.parts.values().filter(|part| part.kind == kind).count() as u32;
                assert_eq!(listed.stage, row.stage, "{listed:?}");
                assert_eq!(listed.is_accepted, row.is_accepted);
                assert_eq!(listed.results, of_kind(PartKind::Result));
                assert_eq!(listed.failures, of_kind(PartKind::Failure));
                assert_eq!(listed.cost, row.cost.map(cents));
                assert_eq!(listed.reserved, row.reserved.map(cents));
                let own = row.owner == Some(self.seats[who]);
                assert_eq!(listed.owner_alive, own || self.model.is_held(row, self.seats[who]));
                let kept = journal.kept(Some(SCOPE), uuid(*task)).unwrap().remove(0);
                assert_eq!(kept.parts, row.parts.values().cloned().collect::<Vec<_>>());
            }
        }
        let health = self.journals[0].check().unwrap();
        // Every task is in exactly one stage, and none is lost.
        for stage in Stage::ALL {
            let expected = self.model.rows.values().filter(|row| row.stage == stage).count();
            assert_eq!(health.counts.of(stage), expected as u64, "{stage}");
        }
        let budget = self.journals[0].budget("spring").unwrap();
        let (spent, reserved) = budget.map_or((cents(0), cents(0)), |spent| (spent.spent, spent.reserved));
        assert_eq!((spent, reserved), (cents(self.model.spent), cents(self.model.reserved)));
    }
}

fn told() -> impl Strategy<Value = Told> {
    prop_oneof![
        3 => Just(Told::Accepted),
        2 => Just(Told::Resending),
        4 => (0..3_u32, any::<bool>()).prop_map(|(ordinal, is_other)| Told::Ended { ordinal, is_other }),
        3 => prop::option::of(prop_oneof![Just(0), Just(COST)]).prop_map(|cost| Told::Settled { cost }),
        2 => Just(Told::Refused),
        3 => Just(Told::Undecided),
        3 => Just(Told::Confirmed),
        1 => Just(Told::Released),
    ]
}

fn price() -> impl Strategy<Value = Price> {
    prop_oneof![3 => Just(Price::Uncounted), 4 => Just(Price::Given), 1 => Just(Price::Unknown)]
}

fn op() -> impl Strategy<Value = Op> {
    let who = 0..OWNERS;
    let task = 0..TASKS;
    prop_oneof![
        6 => (who.clone(), task.clone(), prop::bool::weighted(0.1), price())
            .prop_map(|(who, task, is_other, price)| Op::Begin { who, task, is_other, price }),
        10 => vec((any::<prop::sample::Index>().prop_map(|index| index.index(1 << 20)), told()), 1..4)
            .prop_map(Op::Record),
        3 => (who.clone(), prop::option::of(task.clone())).prop_map(|(who, task)| Op::Claim { who, task }),
        2 => (who.clone(), task, prop_oneof![2 => Just(Decision::Resubmit), 1 => Just(Decision::Abandon)])
            .prop_map(|(who, task, decision)| Op::Decide { who, task, decision }),
        1 => who.clone().prop_map(|who| Op::Renew { who }),
        3 => prop_oneof![1..20_u64, 40..80_u64].prop_map(|seconds| Op::Pass { seconds }),
        1 => who.prop_map(|who| Op::Restart { who }),
        1 => Just(Op::Reboot),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_journal_is_what_its_model_is(ops in vec(op(), 1..60)) {
        let mut both = Both::new();
        for (done, op) in ops.into_iter().enumerate() {
            both.apply(op);
            if done % 8 == 7 {
                both.compare();
            }
        }
        both.compare();
    }
}
