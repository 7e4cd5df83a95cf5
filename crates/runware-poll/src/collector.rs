//! [`Collector`]: what the answers about one task add up to.

mod slots;

use std::collections::{BTreeSet, VecDeque};

use self::slots::Slots;

/// Folds the answers about one task into its results and failures.
///
/// Each answer is a *snapshot*: everything the server has to show of the task so far, in any order, items of
/// earlier answers included. The collector works out which of them are new, hands each out once, and knows
/// when the task is complete. Snapshots may come twice, late, and in any order.
///
/// **Which item is which.** An item is one that was collected before
///
/// 1. if both have the same id, or else, with an id missing on either side, the same index;
/// 2. else, if their ids and indices do not differ, both ended alike and their payloads are equal. Each
///    collected item stands for one of the snapshot, so two equal texts in one snapshot are two results;
/// 3. else, if neither has an id or index, by number: a snapshot does not shrink, so only as many items are
///    new as it has more than were collected, and the others are taken for those in order.
///
/// An id or index that shows up late is kept, and joins what turns out to be one item.
///
/// **Verdicts are final.** The first success or failure of an item stays. What contradicts it is counted by
/// [`anomalies`](Self::anomalies) and changes nothing. By number alone no success is taken for an item that
/// failed: it may have been paid for.
///
/// **Payloads** are compared with `==`. Let that compare what was produced, and leave out what differs from
/// answer to answer.
///
/// ```
/// use runware_poll::{Change, Collector, Entry, Verdict};
///
/// let entry = |index, verdict, payload| Entry { index: Some(index), id: None, verdict, payload };
/// let mut collector = Collector::new(Some(2));
///
/// let first = [entry(0, Verdict::Running, ""), entry(1, Verdict::Succeeded, "b.png")];
/// assert_eq!(collector.observe(first.clone()), [Change::Result(first[1].clone())]);
/// assert!(!collector.is_settled(), "one is still running");
///
/// let second = [entry(0, Verdict::Failed, "flagged"), entry(1, Verdict::Succeeded, "b.png")];
/// assert_eq!(collector.observe(second.clone()), [Change::Failure(second[0].clone())]);
/// assert!(collector.is_settled());
/// assert_eq!(collector.results(), [&second[1]]);
/// assert_eq!(collector.failures(), [&second[0]]);
/// ```
#[derive(Clone, Debug)]
pub struct Collector<T> {
    expected: Option<u32>,
    slots: Slots<T>,
    running: usize,
    settled: bool,
    anomalies: u64,
}

/// One item of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<T> {
    /// Its place among the results of the task.
    pub index: Option<u32>,
    /// The identifier of the result itself.
    pub id: Option<Box<str>>,
    /// How it stands.
    pub verdict: Verdict,
    /// What it brought.
    pub payload: T,
}

/// How an item stands.
// Complete: an item has ended or not, and if so, well or badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Not ended.
    Running,
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
}

/// Something new in an answer.
// Complete: what is new has ended, well or badly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<T> {
    /// A result that no answer before had.
    Result(Entry<T>),
    /// A failure that no answer before had.
    Failure(Entry<T>),
}

impl<T: Clone + PartialEq> Collector<T> {
    /// How many items of one task are kept: 100,000. Further ones are dropped, and counted as anomalies.
    pub const LIMIT: usize = 100_000;

    /// How many unmatched items a payload is compared with. Answers come in much the same order each time,
    /// so the first is nearly always the one; the bound is there for a server that means harm.
    const COMPARED: usize = 256;

    /// A collector for a task of which `expected` results were asked for.
    ///
    /// If that is not known, or zero, one is enough.
    pub const fn new(expected: Option<u32>) -> Self {
        Self { expected, slots: Slots::new(), running: 0, settled: false, anomalies: 0 }
    }

    /// Takes in one snapshot, and returns what is new in it, in its order.
    ///
    /// An empty snapshot is no information and changes nothing.
    pub fn observe(&mut self, snapshot: impl IntoIterator<Item = Entry<T>>) -> Vec<Change<T>> {
        let mut snapshot = snapshot.into_iter().peekable();
        if snapshot.peek().is_none() {
            return Vec::new();
        }
        let (mut open, mut unclaimed) = self.match_by_identity(snapshot);
        self.match_by_payload(&mut open, &mut unclaimed);
        self.match_by_number(&mut open, &unclaimed);
        let changes = open.into_iter().filter_map(|entry| self.collect(entry)).collect();
        self.settled |= self.running == 0 && self.slots.len() >= self.wanted();
        changes
    }

    /// The server gave a verdict for the whole task: nothing more will come.
    pub const fn settle(&mut self) {
        self.settled = true;
    }

    /// Whether the task is complete.
    ///
    /// It is once as many items as were expected have ended and the last snapshot showed none that runs, or
    /// after [`settle`](Self::settle). That stays so; further items are still taken in.
    pub const fn is_settled(&self) -> bool {
        self.settled
    }

    /// Learns how many results were asked for, and judges by it what has ended, as if nothing else ran.
    pub fn expect(&mut self, expected: u32) {
        self.expected = Some(expected);
        self.running = 0;
        self.settled = self.slots.len() > 0 && self.slots.len() >= self.wanted();
    }

    /// The results: by index if all have one, else as they arrived.
    pub fn results(&self) -> Vec<&Entry<T>> {
        self.numbered_results().into_iter().map(|(_, entry)| entry).collect()
    }

    /// The failures: by index if all have one, else as they arrived.
    pub fn failures(&self) -> Vec<&Entry<T>> {
        self.ended(Verdict::Failed).into_iter().map(|(_, entry)| entry).collect()
    }

    /// The [`results`](Self::results), each with its number: items are numbered from 0 as they arrive, failures among
    /// them, and keep their number.
    pub fn numbered_results(&self) -> Vec<(usize, &Entry<T>)> {
        self.ended(Verdict::Succeeded)
    }

    /// How many items have arrived: the number that the next one gets. What an observation brought has the last ones, in
    /// its order.
    pub const fn arrived(&self) -> usize {
        self.slots.arrived()
    }

    /// How many results were asked for, if known.
    pub const fn expected(&self) -> Option<u32> {
        self.expected
    }

    /// How many items of the last snapshot had not ended.
    pub const fn running(&self) -> usize {
        self.running
    }

    /// How many items contradicted an earlier verdict or identity, or exceeded [`LIMIT`](Self::LIMIT).
    ///
    /// An item that does so in several snapshots is counted in each.
    pub const fn anomalies(&self) -> u64 {
        self.anomalies
    }

    /// Counts what runs and settles what is known by id or index. Returns the other items that ended, and
    /// the slots that nothing in the snapshot stands for so far.
    fn match_by_identity(
        &mut self,
        snapshot: impl Iterator<Item = Entry<T>>,
    ) -> (Vec<Entry<T>>, VecDeque<usize>) {
        let (mut open, mut claimed) = (Vec::new(), BTreeSet::new());
        self.running = 0;
        for entry in snapshot {
            match (entry.verdict, self.slots.find(&entry)) {
                (Verdict::Running, None) => self.running += 1,
                // It ended before: an old answer, or a server that changed its mind.
                (Verdict::Running, Some(_)) => self.anomalies += 1,
                (_, None) => open.push(entry),
                (_, Some(slot)) => {
                    claimed.insert(self.agree(slot, &entry));
                }
            }
        }
        let unclaimed = self.slots.iter().map(|(slot, _)| slot).filter(|slot| !claimed.contains(slot));
        (open, unclaimed.collect())
    }

    fn match_by_payload(&mut self, open: &mut Vec<Entry<T>>, unclaimed: &mut VecDeque<usize>) {
        open.retain(|entry| {
            // An item before this one may have made its id or index known.
            let known = self.slots.find(entry).or_else(|| {
                let mut candidates = unclaimed.iter().take(Self::COMPARED);
                let position = candidates.position(|slot| self.slots.resembles(*slot, entry))?;
                unclaimed.remove(position)
            });
            if let Some(slot) = known {
                self.agree(slot, entry);
            }
            known.is_none()
        });
    }

    fn match_by_number(&mut self, open: &mut Vec<Entry<T>>, unclaimed: &VecDeque<usize>) {
        let unclaimed = unclaimed.iter().filter_map(|slot| self.slots.get(*slot));
        let verdicts = unclaimed.filter(|entry| entry.is_anonymous()).map(|entry| entry.verdict);
        let (good, bad): (Vec<_>, Vec<_>) = verdicts.partition(|verdict| *verdict == Verdict::Succeeded);
        let (mut good, mut bad) = (good.len(), bad.len());
        open.retain(|entry| {
            let alike = if entry.verdict == Verdict::Succeeded { &mut good } else { &mut bad };
            !(entry.is_anonymous() && take_one(alike))
        });
        // Not the other way round: where a failure is told only once, what succeeds later is another item.
        open.retain(|entry| {
            let contradicts = entry.verdict == Verdict::Failed && entry.is_anonymous() && take_one(&mut good);
            self.anomalies += u64::from(contradicts);
            !contradicts
        });
    }

    /// Takes in an item that matches nothing from earlier snapshots.
    fn collect(&mut self, entry: Entry<T>) -> Option<Change<T>> {
        if let Some(slot) = self.slots.find(&entry) {
            self.agree(slot, &entry);
            return None;
        }
        if self.slots.len() >= Self::LIMIT {
            self.anomalies += 1;
            return None;
        }
        let consistent = self.slots.insert(entry.clone());
        self.anomalies += u64::from(!consistent);
        Some(match entry.verdict {
            Verdict::Failed => Change::Failure(entry),
            _ => Change::Result(entry),
        })
    }

    /// Notes what `entry` reveals about the item in `slot`. Returns the slot which that is in now.
    fn agree(&mut self, slot: usize, entry: &Entry<T>) -> usize {
        let learned = self.slots.learn(slot, entry);
        let same_verdict = self.slots.get(learned.slot).is_none_or(|known| known.verdict == entry.verdict);
        self.anomalies += u64::from(!(learned.consistent && same_verdict));
        learned.slot
    }

    fn ended(&self, verdict: Verdict) -> Vec<(usize, &Entry<T>)> {
        let entries = self.slots.iter();
        let mut entries: Vec<_> = entries.filter(|(_, entry)| entry.verdict == verdict).collect();
        if entries.iter().all(|(_, entry)| entry.index.is_some()) {
            entries.sort_by_key(|(_, entry)| entry.index);
        }
        entries
    }

    fn wanted(&self) -> usize {
        usize::try_from(self.expected.unwrap_or(1)).unwrap_or(usize::MAX)
    }
}

impl<T> Entry<T> {
    fn is_anonymous(&self) -> bool {
        self.id.is_none() && self.index.is_none()
    }
}

fn take_one(left: &mut usize) -> bool {
    let taken = *left > 0;
    *left -= usize::from(taken);
    taken
}
