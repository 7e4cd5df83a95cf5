//! Calls that wait for their turn, and who makes them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use runware::journal::{JournalError, JournalErrorKind};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::trouble::Trouble;
use crate::work::Work;
use crate::writer::{Known, Standing, Writer};

/// One call, whatever it answers.
pub(crate) trait Call: Send {
    /// About how much it does, in tasks.
    fn weight(&self) -> usize;

    /// Whether anybody waits for its answer, or it is to be made all the same.
    fn is_wanted(&self) -> bool;

    /// Makes it. It may be made again, if what it has done was undone.
    fn run(&mut self, work: &mut Work<'_>) -> Result<(), Trouble>;

    /// Says what came of it.
    fn answer(self: Box<Self>, outcome: Result<(), JournalError>);
}

/// What is written in one transaction at most, in tasks: others who share the journal wait for its end.
const MOST_TOGETHER: usize = 500;

/// Calls from everywhere, made together by one thread at a time: one sync of the disk serves all that came while the last
/// one was under way.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    writer: Mutex<Writer>,
    standing: Standing,
}

#[derive(Default)]
struct Queue {
    calls: VecDeque<Box<dyn Call>>,
    /// Whether somebody is making calls, and will look here again.
    is_drained: bool,
}

impl Calls {
    pub(crate) fn new(writer: Writer) -> Self {
        let standing = writer.standing();
        Self { shared: Arc::new(Shared { queue: Mutex::default(), writer: Mutex::new(writer), standing }) }
    }

    /// The same for all that share them, and for no others.
    pub(crate) fn identity(&self) -> usize {
        Arc::as_ptr(&self.shared).addr()
    }

    /// Has a call made on a thread that may block.
    ///
    /// # Cancel safety
    ///
    /// It may have been made or not. One that is not `lasting` is not made if it was dropped before its turn.
    pub(crate) async fn make<T: Send + 'static>(
        &self,
        weight: usize,
        is_lasting: bool,
        run: impl FnMut(&mut Work<'_>) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, JournalError> {
        let (call, answer) = Waiting::new(weight, is_lasting, run);
        let is_drained = {
            let mut queue = lock(&self.shared.queue);
            queue.calls.push_back(Box::new(call));
            std::mem::replace(&mut queue.is_drained, true)
        };
        if !is_drained {
            let drain = Drain { shared: Some(Arc::clone(&self.shared)) };
            match Handle::try_current() {
                // On such a thread nothing else waits for the disk, and the paused clock of a test stands still.
                Ok(runtime) => drop(runtime.spawn_blocking(move || drain.run())),
                Err(_) => drain.run(),
            }
        }
        answer.await.unwrap_or_else(|_| Err(abandoned()))
    }

    /// Makes a call on this thread.
    pub(crate) fn make_here<T: Send + 'static>(
        &self,
        run: impl FnMut(&mut Work<'_>) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, JournalError> {
        let (call, mut answer) = Waiting::new(1, true, run);
        lock(&self.shared.writer).run(vec![Box::new(call)]);
        answer.try_recv().unwrap_or_else(|_| Err(abandoned()))
    }

    /// How the writer stands. Nobody waits here, also while it waits itself.
    pub(crate) fn known(&self) -> Known {
        self.shared.standing.now()
    }

    /// Does something with the writer, once it is free.
    #[cfg(test)]
    pub(crate) fn ask<T>(&self, ask: impl FnOnce(&Writer) -> T) -> T {
        ask(&lock(&self.shared.writer))
    }
}

/// Makes calls until there are none.
///
/// If it is dropped before, as when its runtime ends, a thread of its own goes on: among those who wait are calls of other
/// runtimes.
struct Drain {
    shared: Option<Arc<Shared>>,
}

impl Drain {
    fn run(mut self) {
        let Some(shared) = &self.shared else { return };
        while let Some(calls) = next(shared) {
            lock(&shared.writer).run(calls);
        }
        self.shared = None;
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        let Some(shared) = self.shared.take() else { return };
        let thread = thread::Builder::new().name("runware-journal".to_owned());
        let successor = Arc::clone(&shared);
        if thread.spawn(move || Self { shared: Some(successor) }.run()).is_err() {
            // Those who wait are told.
            *lock(&shared.queue) = Queue::default();
        }
    }
}

/// The calls to be made together; `None` if there are none, and nobody looks after them any more.
fn next(shared: &Shared) -> Option<Vec<Box<dyn Call>>> {
    let mut queue = lock(&shared.queue);
    let (mut calls, mut weight) = (Vec::new(), 0);
    while let Some(call) = queue.calls.pop_front() {
        if !call.is_wanted() {
            continue;
        }
        weight += call.weight();
        if weight > MOST_TOGETHER && !calls.is_empty() {
            queue.calls.push_front(call);
            break;
        }
        calls.push(call);
    }
    queue.is_drained = !calls.is_empty();
    queue.is_drained.then_some(calls)
}

/// A call, and who waits for its answer.
struct Waiting<T, R> {
    weight: usize,
    is_lasting: bool,
    run: R,
    value: Option<T>,
    answer: oneshot::Sender<Result<T, JournalError>>,
}

impl<T, R> Waiting<T, R> {
    fn new(weight: usize, is_lasting: bool, run: R) -> (Self, oneshot::Receiver<Result<T, JournalError>>) {
        let (answer, receiver) = oneshot::channel();
        (Self { weight, is_lasting, run, value: None, answer }, receiver)
    }
}

impl<T: Send, R: FnMut(&mut Work<'_>) -> Result<T, Trouble> + Send> Call for Waiting<T, R> {
    fn weight(&self) -> usize {
        self.weight
    }

    fn is_wanted(&self) -> bool {
        self.is_lasting || !self.answer.is_closed()
    }

    fn run(&mut self, work: &mut Work<'_>) -> Result<(), Trouble> {
        self.value = Some((self.run)(work)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), JournalError>) {
        let Self { value, answer, .. } = *self;
        let outcome = outcome.and_then(|()| value.ok_or_else(abandoned));
        // Whoever waited may have gone.
        let _ = answer.send(outcome);
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls, is_drained } = self;
        f.debug_struct("Queue").field("calls", &calls.len()).field("is_drained", is_drained).finish()
    }
}

fn abandoned() -> JournalError {
    JournalError::new(
        JournalErrorKind::Io,
        "the thread that was to write the journal has ended before it did",
    )
}

/// What the lock guards is whole between any two calls, so that a panic in one of them spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
