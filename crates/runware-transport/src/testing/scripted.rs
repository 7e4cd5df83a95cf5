//! A transport that follows a script.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_core::Stream;
use tokio::sync::mpsc;

use super::body::Body;
use super::step::{Action, Step};
use crate::{
    Attempt, Clock, Delivery, ErrorKind, Replies, Reply, StreamingReply, Transport, TransportError, Unclaimed,
};

/// As many replies that nobody waits for are kept as a real transport keeps.
const UNCLAIMED_KEPT: usize = 64;

/// A transport that plays [`Step`]s and writes down every attempt.
///
/// Each attempt takes the next step of the queue; when the queue is empty, it asks the function set with
/// [`answer_with`](Self::answer_with). With neither, the attempt fails with a configuration error that says so.
///
/// It keeps the promises of [`Transport`]: an attempt ends by its time-out, measured by the clock given. Clones
/// are the same transport, so that a test can keep one and give the other away.
#[derive(Clone)]
pub struct ScriptedTransport {
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
    /// How many bodies are out.
    bodies: Arc<AtomicUsize>,
}

/// An attempt that was made, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recorded {
    /// When, by the transport's clock.
    pub at: Duration,
    /// What was to be sent.
    pub attempt: Attempt,
    /// Whether it was [to be priced only](Transport::dry_run).
    pub is_dry_run: bool,
}

type Answer = Box<dyn FnMut(&Attempt) -> Step + Send>;

struct State {
    steps: VecDeque<Step>,
    answer: Option<Answer>,
    attempts: Vec<Recorded>,
    /// Where replies that nobody waits for go; none once it is closed.
    stray: Option<mpsc::Sender<Reply>>,
    unclaimed: Option<mpsc::Receiver<Reply>>,
    closed: bool,
}

impl Default for State {
    fn default() -> Self {
        let (stray, unclaimed) = mpsc::channel(UNCLAIMED_KEPT);
        Self {
            steps: VecDeque::new(),
            answer: None,
            attempts: Vec::new(),
            stray: Some(stray),
            unclaimed: Some(unclaimed),
            closed: false,
        }
    }
}

impl ScriptedTransport {
    /// A transport with an empty script.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Arc::default(), bodies: Arc::default() }
    }

    /// Adds a step to the end of the queue.
    pub fn push(&self, step: Step) {
        self.lock().steps.push_back(step);
    }

    /// Sets the function that answers when the queue is empty.
    ///
    /// It must not use this transport.
    pub fn answer_with(&self, answer: impl FnMut(&Attempt) -> Step + Send + 'static) {
        self.lock().answer = Some(Box::new(answer));
    }

    /// Hands over a reply that no attempt waits for, as a lasting connection may; see [`Transport::take_unclaimed`].
    ///
    /// At most 64 are kept; further ones, and those after [`close`](Transport::close), are dropped.
    pub fn push_unclaimed(&self, reply: Reply) {
        if let Some(stray) = &self.lock().stray {
            // Full means dropped, as a real transport would.
            let _ = stray.try_send(reply);
        }
    }

    /// The attempts so far, first to last, whether or not they were answered.
    pub fn attempts(&self) -> Vec<Recorded> {
        self.lock().attempts.clone()
    }

    /// How many bodies of [`Step::stream`] were handed out and not dropped yet.
    pub fn open_bodies(&self) -> usize {
        self.bodies.load(Ordering::Relaxed)
    }

    /// How many steps of the queue have not been played.
    pub fn steps_left(&self) -> usize {
        self.lock().steps.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_step(&self, attempt: &Attempt, is_dry_run: bool) -> Step {
        let mut state = self.lock();
        if state.closed {
            return Step::error(TransportError::closed());
        }
        let recorded = Recorded { at: self.clock.now(), attempt: attempt.clone(), is_dry_run };
        state.attempts.push(recorded);
        let number = state.attempts.len();
        let State { steps, answer, .. } = &mut *state;
        if let Some(step) = steps.pop_front() {
            return step;
        }
        match answer {
            Some(answer) => answer(attempt),
            None => Step::error(TransportError::new(
                ErrorKind::Configuration,
                Delivery::NotSent,
                format!("the script has no step for attempt {number}"),
            )),
        }
    }

    /// Plays the next step to an attempt whose replies come whole.
    async fn play(&self, attempt: Attempt, is_dry_run: bool) -> Result<Replies, TransportError> {
        let started = self.clock.now();
        let step = self.next_step(&attempt, is_dry_run);
        let action = if step.delay > attempt.timeout { Action::Hang } else { step.action };
        let takes = if matches!(action, Action::Hang) { attempt.timeout } else { step.delay };
        self.clock.sleep_until(started.saturating_add(takes)).await;
        match action {
            Action::Answer(replies) if step.gap.is_zero() => {
                Ok(Replies::new(futures_util::stream::iter(replies)))
            }
            Action::Answer(replies) => {
                let ends_at = started.saturating_add(attempt.timeout);
                Ok(Replies::new(spaced(Arc::clone(&self.clock), replies, step.gap, ends_at)))
            }
            Action::Stream(_) => Err(TransportError::new(
                ErrorKind::Configuration,
                Delivery::NotSent,
                "the step is a stream, and was met by `send`",
            )),
            Action::Fail(error) => Err(error),
            Action::Hang => Err(silence(attempt.timeout)),
        }
    }
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn send(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        self.play(attempt, false).await
    }

    /// Plays the next step as [`send`](Transport::send) does, and writes down that it was a dry run.
    async fn dry_run(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        self.play(attempt, true).await
    }

    async fn open_stream(&self, attempt: Attempt, idle: Duration) -> Result<StreamingReply, TransportError> {
        let started = self.clock.now();
        let step = self.next_step(&attempt, false);
        let most = idle.min(attempt.timeout);
        let action = if step.delay > most { Action::Hang } else { step.action };
        let takes = if matches!(action, Action::Hang) { most } else { step.delay };
        self.clock.sleep_until(started.saturating_add(takes)).await;
        match action {
            Action::Answer(replies) => {
                let status = replies.iter().flatten().map(|reply| reply.status).next().unwrap_or(200);
                let retry_after = replies.iter().flatten().find_map(|reply| reply.retry_after);
                let body = replies.into_iter().map(|reply| reply.map(|reply| reply.envelope.raw().clone()));
                Ok(StreamingReply::new(status, retry_after, futures_util::stream::iter(body)))
            }
            Action::Stream(script) => {
                let deadline = started.saturating_add(attempt.timeout);
                let body =
                    Body::new(Arc::clone(&self.clock), script, idle, deadline, Arc::clone(&self.bodies));
                Ok(StreamingReply::new(200, None, body.into_stream()))
            }
            Action::Fail(error) => Err(error),
            Action::Hang => Err(silence(most)),
        }
    }

    fn take_unclaimed(&self) -> Option<Unclaimed> {
        self.lock().unclaimed.take().map(Unclaimed::received)
    }

    async fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.stray = None;
    }
}

/// The replies one after the other with a gap between any two, and a time-out if that comes first.
fn spaced(
    clock: Arc<dyn Clock>,
    replies: Vec<Result<Reply, TransportError>>,
    gap: Duration,
    ends_at: Duration,
) -> impl Stream<Item = Result<Reply, TransportError>> + Send {
    let script = (clock, replies.into_iter(), Duration::ZERO);
    futures_util::stream::unfold(script, move |(clock, mut replies, wait)| async move {
        let reply = replies.next()?;
        let due = clock.now().saturating_add(wait);
        clock.sleep_until(due.min(ends_at)).await;
        if due > ends_at {
            let message = "the rest of the replies did not come in time";
            let error = TransportError::new(ErrorKind::Timeout, Delivery::MaybeSent, message);
            return Some((Err(error), (clock, Vec::new().into_iter(), gap)));
        }
        Some((reply, (clock, replies, gap)))
    })
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("ScriptedTransport")
            .field("steps_left", &state.steps.len())
            .field("attempts", &state.attempts.len())
            .finish_non_exhaustive()
    }
}

fn silence(waited: Duration) -> TransportError {
    TransportError::new(ErrorKind::Timeout, Delivery::MaybeSent, format!("no reply within {waited:?}"))
}
