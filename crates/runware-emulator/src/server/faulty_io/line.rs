//! Which connections there are, and what befalls each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Waker};

use crate::fault::{IoFault, IoRule};

/// The rules, and the connections that are open.
pub(in crate::server) struct Lines(Mutex<Registry>);

struct Registry {
    rules: Vec<IoRule>,
    accepted: u64,
    open: BTreeMap<u64, Weak<Line>>,
}

impl Lines {
    pub(in crate::server) fn new(rules: Vec<IoRule>) -> Self {
        Self(Mutex::new(Registry { rules, accepted: 0, open: BTreeMap::new() }))
    }

    /// How many connections there were so far.
    pub(in crate::server) fn accepted(&self) -> u64 {
        self.registry().accepted
    }

    /// Adds a rule for connections to come and those that are open.
    pub(in crate::server) fn inject(&self, rule: IoRule) {
        let mut registry = self.registry();
        for (number, line) in &registry.open {
            if rule.fits(*number)
                && let Some(line) = line.upgrade()
            {
                line.set(Some(Armed::new(&rule)));
            }
        }
        registry.rules.push(rule);
    }

    /// Drops all rules, and lets connections go on that were struck.
    pub(in crate::server) fn heal(&self) {
        let mut registry = self.registry();
        registry.rules.clear();
        for line in registry.open.values().filter_map(Weak::upgrade) {
            line.set(None);
        }
    }

    /// Counts a new connection, which is open for as long as somebody holds it.
    pub(in crate::server) fn open(&self) -> Arc<Line> {
        let mut registry = self.registry();
        registry.open.retain(|_, line| line.strong_count() > 0);
        registry.accepted += 1;
        let number = registry.accepted;
        let armed = registry.rules.iter().find(|rule| rule.fits(number)).map(Armed::new);
        let line = Arc::new(Line(Mutex::new(State { armed, wakers: [None, None] })));
        registry.open.insert(number, Arc::downgrade(&line));
        line
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What befalls one connection.
pub(in crate::server) struct Line(Mutex<State>);

struct State {
    armed: Option<Armed>,
    /// Who waits for the connection, by [`Way`].
    wakers: [Option<Waker>; 2],
}

/// A fault that strikes, or is going to.
struct Armed {
    fault: IoFault,
    /// How many bytes are written before.
    left: u64,
    /// Whether it waits for one byte more.
    waits: bool,
}

impl Armed {
    fn new(rule: &IoRule) -> Self {
        Self { fault: rule.fault, left: rule.after, waits: rule.when_writing }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Read,
    Write,
}

/// What may be done with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// Anything.
    Free,
    /// Anything, but at most this many bytes may be written.
    Write(u64),
    /// What the fault leaves.
    Struck(IoFault),
}

impl Line {
    /// What may be done now. Whoever asks is woken when that changes for another reason than its own writing.
    pub(super) fn ask(&self, way: Way, cx: &Context<'_>) -> Leave {
        let mut state = self.state();
        let [reader, writer] = &mut state.wakers;
        let slot = if way == Way::Read { reader } else { writer };
        if !slot.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            *slot = Some(cx.waker().clone());
        }
        match &mut state.armed {
            None => Leave::Free,
            Some(Armed { left: left @ 1.., .. }) => Leave::Write(*left),
            Some(Armed { waits: true, .. }) if way == Way::Read => Leave::Free,
            Some(armed) => {
                armed.waits = false;
                Leave::Struck(armed.fault)
            }
        }
    }

    /// The fault that strikes already.
    pub(super) fn struck(&self) -> Option<IoFault> {
        let state = self.state();
        state.armed.as_ref().filter(|armed| armed.left == 0 && !armed.waits).map(|armed| armed.fault)
    }

    /// Counts bytes that were written, and wakes everybody when these were the last ones before the fault.
    pub(super) fn wrote(&self, bytes: usize) {
        let mut state = self.state();
        let Some(armed) = state.armed.as_mut().filter(|armed| armed.left > 0) else { return };
        armed.left = armed.left.saturating_sub(u64::try_from(bytes).unwrap_or(u64::MAX));
        if armed.left == 0 {
            state.wake();
        }
    }

    fn set(&self, armed: Option<Armed>) {
        let mut state = self.state();
        state.armed = armed;
        state.wake();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wake(&mut self) {
        for waker in self.wakers.iter_mut().filter_map(Option::take) {
            waker.wake();
        }
    }
}
