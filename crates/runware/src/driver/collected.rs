//! What has come of a task so far.

use runware_poll::{Change, Collector, Entry, Verdict};

use crate::outcome::Delivery;
use crate::reading::{self, Payload};
use crate::{TaskFailure, TaskResult};

/// The collector of a task, which has its room only once something has ended.
pub(super) struct Collected {
    expected: Option<u32>,
    collector: Option<Box<Collector<Payload>>>,
}

impl Collected {
    /// Nothing yet of a task of which so many results were asked for, if that is known.
    pub(super) fn new(expected: Option<u32>) -> Self {
        Self { expected, collector: None }
    }

    /// Takes in one snapshot, and returns what is new in it.
    pub(super) fn observe(&mut self, snapshot: Vec<Entry<Payload>>) -> Vec<Change<Payload>> {
        // A collector remembers nothing of what runs.
        if self.collector.is_none() && snapshot.iter().all(|entry| entry.verdict == Verdict::Running) {
            return Vec::new();
        }
        self.collector().observe(snapshot)
    }

    /// Nothing more will come.
    pub(super) fn settle(&mut self) {
        self.collector().settle();
    }

    /// True once the task is complete.
    pub(super) fn is_settled(&self) -> bool {
        self.collector.as_ref().is_some_and(|collector| collector.is_settled())
    }

    /// True as long as nothing has ended.
    pub(super) fn is_empty(&self) -> bool {
        self.entries().next().is_none()
    }

    /// Learns how many results were asked for, and judges by it what has come.
    pub(super) fn expect(&mut self, expected: u32) {
        self.expected = Some(expected);
        if let Some(collector) = &mut self.collector {
            collector.expect(expected);
        }
    }

    /// How many results and failures have come.
    pub(super) fn arrived(&self) -> u32 {
        let arrived = self.collector.as_ref().map_or(0, |collector| collector.arrived());
        u32::try_from(arrived).unwrap_or(u32::MAX)
    }

    /// The results and the failures; `delivery` says what the journal has of the n-th that came.
    pub(super) fn outcome(
        &self,
        delivery: impl Fn(u32) -> Option<Delivery>,
    ) -> (Vec<TaskResult>, Vec<TaskFailure>) {
        self.collector.as_deref().map(|collector| reading::collected(collector, delivery)).unwrap_or_default()
    }

    /// What has ended.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry<Payload>> {
        let collector = self.collector.iter();
        collector.flat_map(|collector| collector.results().into_iter().chain(collector.failures()))
    }

    fn collector(&mut self) -> &mut Collector<Payload> {
        self.collector.get_or_insert_with(|| Box::new(Collector::new(self.expected)))
    }
}
