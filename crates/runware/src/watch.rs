//! What the driver has learned of one task, shared with everybody who watches it.
//!
//! The state only grows, so a watcher needs no queue: it remembers how much of the state it has seen and
//! reads on from there. A slow watcher may miss a progress figure, never a result.
//!
//! Most tasks of a client run and have brought nothing yet, so what they bring has its room only once it is there.

use std::slice;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::error::Cause;
use crate::task::events::{Cursor, Event};
use crate::{Error, Outcome, TaskFailure, TaskHandle, TaskResult};

/// One watched task.
#[derive(Debug)]
pub(crate) struct Watch {
    handle: TaskHandle,
    watchers: AtomicU32,
    polls: AtomicU32,
    state: Mutex<State>,
}

/// What is known of the task.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// `Some(replayed)` once the server is known to have the task.
    pub(crate) accepted: Option<bool>,
    pub(crate) progress: Option<u8>,
    findings: Option<Box<Findings>>,
    end: Option<Box<Result<Outcome, Error>>>,
    waiting: Waiting,
}

/// What became known of a task beside its progress.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) results: Vec<TaskResult>,
    pub(crate) failures: Vec<TaskFailure>,
    /// How many exchanges about the task have failed, and the last of them.
    pub(crate) faults: u64,
    pub(crate) last_fault: Option<Cause>,
}

/// What is known of a task before anything is.
static NOTHING: Findings = Findings::new();

/// Who waits for a change: seldom more than one.
#[derive(Debug, Default)]
enum Waiting {
    #[default]
    Nobody,
    One(Waker),
    Several(Vec<Waker>),
}

impl Watch {
    pub(crate) fn new(handle: TaskHandle) -> Self {
        Self { handle, watchers: AtomicU32::new(0), polls: AtomicU32::new(0), state: Mutex::default() }
    }

    pub(crate) fn handle(&self) -> &TaskHandle {
        &self.handle
    }

    /// Changes the state and wakes everybody who waits for a change.
    pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
        let waiting = {
            let mut state = self.lock();
            change(&mut state);
            std::mem::take(&mut state.waiting)
        };
        waiting.wake();
    }

    /// Reads the state now.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.lock())
    }

    /// Waits until `read` finds what it looks for.
    pub(crate) async fn until<T>(&self, mut read: impl FnMut(&State) -> Option<T>) -> T {
        std::future::poll_fn(|context| self.poll_until(context.waker(), &mut read)).await
    }

    /// The next event after `cursor`, or `None` after the last one.
    pub(crate) fn poll_event(
        &self,
        waker: &Waker,
        cursor: &mut Cursor,
    ) -> Poll<Option<Result<Event, Error>>> {
        self.poll_until(waker, &mut |state| cursor.advance(state))
    }

    /// Counts a status check.
    pub(crate) fn count_poll(&self) {
        self.polls.fetch_add(1, Ordering::Relaxed);
    }

    /// How many status checks were sent for the task.
    pub(crate) fn polls(&self) -> u32 {
        self.polls.load(Ordering::Relaxed)
    }

    /// True until the task has ended.
    pub(crate) fn is_open(&self) -> bool {
        self.read(|state| state.end().is_none())
    }

    pub(crate) fn add_watcher(&self) {
        self.watchers.fetch_add(1, Ordering::AcqRel);
    }

    /// Returns true if this was the last one.
    pub(crate) fn remove_watcher(&self) -> bool {
        self.watchers.fetch_sub(1, Ordering::AcqRel) == 1
    }

    pub(crate) fn is_watched(&self) -> bool {
        self.watchers.load(Ordering::Acquire) > 0
    }

    fn poll_until<T>(&self, waker: &Waker, read: &mut impl FnMut(&State) -> Option<T>) -> Poll<T> {
        let mut state = self.lock();
        if let Some(found) = read(&state) {
            return Poll::Ready(found);
        }
        state.waiting.add(waker);
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic while the lock is held leaves a state that is complete up to that change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub(crate) fn findings(&self) -> &Findings {
        self.findings.as_deref().unwrap_or(&NOTHING)
    }

    pub(crate) fn findings_mut(&mut self) -> &mut Findings {
        self.findings.get_or_insert_with(|| Box::new(Findings::new()))
    }

    /// How it ended, if it has.
    pub(crate) fn end(&self) -> Option<&Result<Outcome, Error>> {
        self.end.as_deref()
    }

    /// How it ended, for somebody who may confirm it.
    pub(crate) fn hand_over_end(&self) -> Option<Result<Outcome, Error>> {
        Some(match self.end()? {
            Ok(outcome) => Ok(outcome.hand_over()),
            Err(error) => Err(error.clone()),
        })
    }

    pub(crate) fn set_end(&mut self, end: Result<Outcome, Error>) {
        self.end = Some(Box::new(end));
    }
}

impl Findings {
    const fn new() -> Self {
        Self { results: Vec::new(), failures: Vec::new(), faults: 0, last_fault: None }
    }
}

impl Waiting {
    fn add(&mut self, waker: &Waker) {
        let known = match self {
            Self::Nobody => &[],
            Self::One(known) => slice::from_ref(known),
            Self::Several(known) => known.as_slice(),
        };
        if known.iter().any(|known| known.will_wake(waker)) {
            return;
        }
        *self = match std::mem::take(self) {
            Self::Nobody => Self::One(waker.clone()),
            Self::One(first) => Self::Several(vec![first, waker.clone()]),
            Self::Several(mut all) => {
                all.push(waker.clone());
                Self::Several(all)
            }
        };
    }

    fn wake(self) {
        match self {
            Self::Nobody => {}
            Self::One(waker) => waker.wake(),
            Self::Several(wakers) => wakers.into_iter().for_each(Waker::wake),
        }
    }
}
