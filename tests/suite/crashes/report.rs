//! What came of one case, or of many.

use std::collections::BTreeMap;
use std::fmt;

use super::effects::{Effect, States};
use super::trace::Trace;

#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) scenarios: usize,
    /// Of the undisturbed process, by their kinds.
    pub(super) effects: BTreeMap<Effect, usize>,
    /// What the world is after an end, without those that nothing tells apart.
    pub(super) states: usize,
    /// The ends of processes, each that leads to the same state counted.
    pub(super) crashes: usize,
    pub(super) delivered: usize,
    pub(super) lost: usize,
    pub(super) double_billed: usize,
    pub(super) redelivered: usize,
    pub(super) undecided: usize,
    /// The tasks that were sent before nobody was there, and again by somebody who came back.
    pub(super) resent: usize,
    /// The states after each end at each effect, if they were to be found out.
    pub(super) survey: Vec<States>,
    /// What was seen, if that was to be compared.
    pub(super) trace: Option<Trace>,
    /// What was wrong, in words.
    pub(super) complaints: Vec<String>,
}

impl Report {
    pub(super) fn add(&mut self, other: Self) {
        for (effect, count) in other.effects {
            *self.effects.entry(effect).or_default() += count;
        }
        self.crashes += other.crashes;
        self.delivered += other.delivered;
        self.lost += other.lost;
        self.double_billed += other.double_billed;
        self.redelivered += other.redelivered;
        self.undecided += other.undecided;
        self.resent += other.resent;
        self.complaints.extend(other.complaints);
    }

    pub(super) fn complain(&mut self, what: impl Into<String>) {
        self.complaints.push(what.into());
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scenarios, states, crashes, delivered, .. } = self;
        let effects: usize = self.effects.values().sum();
        let Self { lost, double_billed, redelivered, undecided, .. } = self;
        write!(f, "scenarios={scenarios} effects={effects} states={states} crashes={crashes} ")?;
        write!(f, "delivered={delivered} lost={lost} double_billed={double_billed} ")?;
        write!(f, "redelivered={redelivered} undecided={undecided}")?;
        self.effects.iter().try_for_each(|(effect, count)| write!(f, " {effect:?}={count}"))
    }
}
