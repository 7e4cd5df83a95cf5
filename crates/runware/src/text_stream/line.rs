//! The way a text takes to us: the request, then the pieces of its reply.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use runware_poll::Tick;
use runware_transport::{Attempt, Delivery, Sleep, StreamingReply, TransportError};

use super::kept::{Kept, facts_of};
use super::request::Request;
use super::transcript::refusal;
use crate::client::Shared;
use crate::exchange::{self, Exchange};
use crate::journal::Fact;
use crate::outcome::Custody;
use crate::reading::{self, Answer};
use crate::stats::counters::{self, Sort};
use crate::submission::{Next, Submission};
use crate::{Error, TaskHandle};

/// How long a server may be silent after it reported a failure: what makes it good would follow at once.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// How far the way has been gone.
pub(super) enum Line {
    /// Nothing was sent.
    Unopened(Box<Request>),
    Opening(Opening),
    Open(Open),
    /// How it ended is being written down.
    Closing(Closing),
    Over,
}

type Opening = Pin<Box<dyn Future<Output = Result<Open, Error>> + Send>>;
type Closing = Pin<Box<dyn Future<Output = Custody> + Send>>;

/// A reply that is coming in.
pub(super) struct Open {
    reply: StreamingReply,
    request: Arc<Request>,
    /// Ready once the client is closed.
    closed: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// After a failure was reported, and so many pieces: when to stop waiting for more.
    give_up: Option<(usize, Sleep)>,
}

/// What comes.
pub(super) enum Arrival {
    /// The head of the reply.
    Head { status: u16, retry_after: Option<Duration> },
    /// The next bytes of its body.
    Bytes(Bytes),
    /// The end of the body.
    End,
    /// The rest of the body could not be had.
    Fault(TransportError),
    /// The client was closed.
    Closed,
    /// There was no reply, and why.
    Refused(Error),
}

impl Line {
    /// Sets the idle time-out of a request that was not sent yet.
    pub(super) fn with_idle(self, idle: Duration) -> Self {
        match self {
            Self::Unopened(mut request) => {
                request.idle = idle;
                Self::Unopened(request)
            }
            other => other,
        }
    }

    /// Waits for what comes next; after a reported failure, and so many pieces, only for a while.
    pub(super) fn poll(&mut self, context: &mut Context<'_>, failed_at: Option<usize>) -> Poll<Arrival> {
        loop {
            match self {
                Self::Unopened(_) => {
                    if let Self::Unopened(request) = std::mem::replace(self, Self::Over) {
                        *self = Self::Opening(Box::pin(open(Arc::from(request))));
                    }
                }
                Self::Opening(opening) => {
                    return opening.as_mut().poll(context).map(|opened| match opened {
                        Ok(open) => {
                            let (status, retry_after) = (open.reply.status, open.reply.retry_after);
                            *self = Self::Open(open);
                            Arrival::Head { status, retry_after }
                        }
                        Err(error) => {
                            *self = Self::Over;
                            Arrival::Refused(error)
                        }
                    });
                }
                Self::Open(open) => return open.poll(context, failed_at),
                Self::Closing(_) | Self::Over => return Poll::Ready(Arrival::End),
            }
        }
    }

    /// Lets go of the connection, and writes down how it ended if it is kept.
    pub(super) fn close(&mut self, facts: impl FnOnce() -> Vec<Fact>) {
        let line = std::mem::replace(self, Self::Over);
        if let Self::Open(open) = line
            && let Some(kept) = open.request.take_kept()
        {
            *self = Self::Closing(Box::pin(kept.end(facts())));
        }
    }

    /// Waits until it is written down how it ended.
    pub(super) fn poll_closed(&mut self, context: &mut Context<'_>) -> Poll<Custody> {
        let Self::Closing(closing) = self else { return Poll::Ready(Custody::default()) };
        closing.as_mut().poll(context)
    }
}

impl Open {
    fn poll(&mut self, context: &mut Context<'_>, failed_at: Option<usize>) -> Poll<Arrival> {
        if self.closed.as_mut().poll(context).is_ready() {
            return Poll::Ready(Arrival::Closed);
        }
        // Only another piece puts the end off: what keeps the connection alive makes nothing good.
        if self.give_up.as_ref().map(|(pieces, _)| *pieces) != failed_at {
            let clock = &self.request.shared.lookup.clock;
            let until = clock.now().saturating_add(AFTER_FAILURE);
            self.give_up = failed_at.map(|pieces| (pieces, clock.sleep_until(until)));
        }
        if let Some((_, give_up)) = &mut self.give_up
            && give_up.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Arrival::End);
        }
        if let Poll::Ready(arrived) = Pin::new(&mut self.reply).poll_next(context) {
            return Poll::Ready(match arrived {
                Some(Ok(bytes)) => Arrival::Bytes(bytes),
                Some(Err(fault)) => Arrival::Fault(fault),
                None => Arrival::End,
            });
        }
        Poll::Pending
    }
}

/// Opens the stream, once that is written down if the text is to be kept.
async fn open(request: Arc<Request>) -> Result<Open, Error> {
    let deadline = Tick::from_duration(request.shared.lookup.clock.now()) + request.plan.deadline();
    let kept = Kept::begin(&request, deadline).await?;
    request.set_kept(kept);
    let opened = send(Arc::clone(&request), deadline).await;
    if let Err(error) = &opened
        && let Some(kept) = request.take_kept()
    {
        kept.end(facts_of(&Err(error.clone()), None, None)).await;
    }
    opened
}

/// Sends the request, once: again only while it is certain that no byte of it left.
async fn send(request: Arc<Request>, deadline: Tick) -> Result<Open, Error> {
    let Request { handle, prepared, shared, plan, idle, was_sent, .. } = &*request;
    let lookup = &shared.lookup;
    let now = || Tick::from_duration(lookup.clock.now());
    let mut submission = Submission::new(now());
    let mut delays = plan.recovery().delays(lookup.seed ^ prepared.uuid().as_uuid().as_u64_pair().1);
    // Another stream, or a submission, may have sent the id just now.
    if let Some(free) = shared.registry.free_from(prepared.uuid()).filter(|free| *free > now()) {
        wait(&request, free).await?;
    }
    loop {
        if shared.commands.is_closed() {
            return Err(Error::closed_unsent(handle.clone()));
        }
        clear(&request).await?;
        let sent_at = now();
        submission.sent(sent_at);
        was_sent.store(true, Ordering::Relaxed);
        let is_retry = submission.is_repeated();
        let under_way =
            lookup.counters.begin(counters::Request { sort: Sort::Submission, tasks: 1, is_retry });
        let call = exchange::call(prepared.uuid(), prepared.bytes().clone());
        let attempt = Attempt::new([call], deadline.duration_since(sent_at));
        let opened = tokio::select! {
            biased;
            () = shared.commands.closed() => return Err(Error::closed(Some(handle.clone()))),
            opened = lookup.transport.open_stream(attempt, *idle) => opened,
        };
        let fault = match opened {
            Ok(reply) => {
                tracing::debug!(task_uuid = %prepared.uuid(), status = reply.status, "text stream opened");
                let commands = shared.commands.clone();
                let closed = Box::pin(async move { commands.closed().await });
                return Ok(Open { reply, closed, give_up: None, request: Arc::clone(&request) });
            }
            Err(fault) => fault,
        };
        if fault.delivery() == Delivery::NotSent {
            was_sent.store(false, Ordering::Relaxed);
        }
        let is_closed = fault.is_closed();
        let exchange = Exchange { replies: Vec::new(), fault: Some(fault) };
        under_way.finish(&exchange);
        if is_closed {
            return Err(Error::closed_unsent(handle.clone()));
        }
        let answer = answer_to(&exchange, handle);
        let Answer::NotSent(cause) = &answer else { return Err(refusal(handle, answer, None)) };
        let next = submission.not_sent(now(), delays.next().unwrap_or_default());
        let again = match next {
            Next::Resend(at) if at < deadline && !cause.is_permanent() => at,
            _ => return Err(refusal(handle, answer, None)),
        };
        wait(&request, again).await?;
    }
}

/// Makes sure that a text which is kept is still this client's to send.
async fn clear(request: &Request) -> Result<(), Error> {
    let Some(mut kept) = request.take_kept() else { return Ok(()) };
    let cleared = kept.clear().await;
    request.set_kept(Some(kept));
    cleared
}

/// Waits until it is time to send.
async fn wait(request: &Request, until: Tick) -> Result<(), Error> {
    let Shared { commands, lookup, .. } = &*request.shared;
    tokio::select! {
        biased;
        () = commands.closed() => Err(Error::closed_unsent(request.handle.clone())),
        () = lookup.clock.sleep_until(until.since_origin()) => Ok(()),
    }
}

/// What the failure to get a reply says of the task, by the rules for all submissions.
fn answer_to(exchange: &Exchange, handle: &TaskHandle) -> Answer {
    let asked = handle.task_uuid();
    reading::read_submission(exchange, &[asked]).remove(&asked).unwrap_or(Answer::Weak)
}
