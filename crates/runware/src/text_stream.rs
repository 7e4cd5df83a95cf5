//! The answer of a language model, while it is being written.

mod beginning;
mod kept;
mod line;
mod request;
mod transcript;
mod whole;

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use runware_poll::Plan;
use runware_types::{CollectedText, Item, RawTask, TextDelta};

use crate::client::Shared;
use crate::outcome::Custody;
use crate::{DeliveryId, Error, SubmitOptions, TaskHandle};
use kept::{ONLY, facts_of};
use line::{Arrival, Line};
use request::Request;
use transcript::{Found, Stop, Transcript};

/// The text of one task, piece by piece; made by [`Client::stream_text`](crate::Client::stream_text).
///
/// Nothing is sent before the stream is asked for its first piece, so there is time to keep the
/// [handle](Self::handle). From then on the task is bought, whatever becomes of the stream: dropping it lets go of the
/// connection, and the server goes on and bills; a task cannot be cancelled remotely.
///
/// A stream that yields `None` without an error is complete. Everything else ends it with one error, and what had
/// arrived is in [`collected`](Self::collected) and in [`Error::partial_text`]. The request is sent once; it is offered
/// again, up to three times in all, only while it is certain that no byte of it left.
///
/// | what happened | [`ErrorKind`](crate::ErrorKind) |
/// |---|---|
/// | the server refused the task | `Rejected` |
/// | it could not be reached, or was too busy | `NotAccepted`: the same task can be streamed again |
/// | it has a task of this id already, or another process looks after one | `UuidReused` |
/// | the request may have arrived, and no answer came | `Unconfirmed` |
/// | the text stopped before its end: broken off, silent for the idle time-out, or at the deadline | `StreamCut` |
/// | the server reported that the task failed | `StreamFailed` |
/// | under a [budget](crate::ClientBuilder::budget) it has no price, or does not fit | `Unpriced`, `OverBudget` |
/// | the [journal](crate::journal) cannot keep it, another process took it over unsent, or it was given up | `Journal`, `TakenOver`, `Abandoned` |
/// | the client was closed | `Closed` |
///
/// The text of a task whose stream was lost may be had with [`Client::resume`](crate::Client::resume) or
/// [`Client::task_details`](crate::Client::task_details); the API does not document it, and a stream itself cannot be
/// taken up again.
///
/// ```no_run
/// # async fn example(client: runware::Client) -> Result<(), runware::Error> {
/// use runware::types::TextInference;
///
/// let mut stream = client.stream_text(TextInference::prompt("google:gemini@3.1-pro", "Why is the sky blue?"))?;
/// println!("streaming as {}", stream.handle().task_uuid());
/// while let Some(delta) = stream.next().await {
///     print!("{}", delta?.text);
/// }
/// println!("\n{:?}", stream.collected().finish_reason);
/// # Ok(()) }
/// ```
///
/// Source: `docs/wire.md`, "Streaming".
#[must_use = "nothing is sent before the stream is asked for its first piece"]
pub struct TextStream {
    handle: TaskHandle,
    transcript: Transcript,
    /// Never locked: the wrapper is what lets streams be shared between threads.
    line: Mutex<Line>,
    /// How it has ended, as long as that is being written down.
    verdict: Option<Result<(), Error>>,
    end: Option<Result<(), Error>>,
    custody: Custody,
}

impl TextStream {
    pub(crate) fn new(
        shared: &Arc<Shared>,
        plan: &Arc<Plan>,
        task: RawTask,
        options: SubmitOptions,
    ) -> Result<Self, Error> {
        let request = Request::new(shared, plan, task, options)?;
        let handle = request.handle.clone();
        Ok(Self {
            transcript: Transcript::new(handle.clone()),
            handle,
            line: Mutex::new(Line::Unopened(Box::new(request))),
            verdict: None,
            end: None,
            custody: Custody::default(),
        })
    }

    /// How long the server may be silent, before the first byte of its answer and between any two. Default: 60 s.
    ///
    /// What a server sends to keep the connection alive counts as a sign of life. The plan's deadline, 20 minutes by
    /// default, bounds the stream as a whole, from its first piece being asked for. Set it before that: it changes
    /// nothing about a stream that is under way.
    pub fn with_idle_timeout(self, idle: Duration) -> Self {
        let line = self.line.into_inner().unwrap_or_else(PoisonError::into_inner);
        Self { line: Mutex::new(line.with_idle(idle)), ..self }
    }

    /// The task's resume token, known before anything is sent.
    pub fn handle(&self) -> &TaskHandle {
        &self.handle
    }

    /// What all pieces so far amount to: text and thoughts, why the model stopped, usage and exact cost.
    ///
    /// Usage and cost come with the last pieces, and only for tasks that ask for them (`includeUsage`, `includeCost`).
    pub fn collected(&self) -> &CollectedText {
        &self.transcript.collected
    }

    /// The result that the whole text makes, in the shape that it has when it is not streamed; `None` unless the stream
    /// has ended well.
    ///
    /// Its `usage` and `cost` are written exactly as they came. The [journal](crate::journal) keeps the same object.
    pub fn item(&self) -> Option<Item> {
        matches!(self.end, Some(Ok(()))).then(|| self.transcript.item()).flatten()
    }

    /// The next piece, or `None` once the text is complete, or after an error.
    ///
    /// Some pieces have neither text nor thoughts, but say why the model stopped and what it cost. One that
    /// [is whole](TextDelta::is_whole) takes the place of the text so far: the answer of a server that does not stream.
    ///
    /// # Errors
    ///
    /// See [`TextStream`]; an error is the last thing that is yielded. A text and its thoughts of more than 16 MiB
    /// together are [cut](crate::ErrorKind::StreamCut).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no piece.
    pub async fn next(&mut self) -> Option<Result<TextDelta, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Waits for the whole text.
    ///
    /// # Errors
    ///
    /// As for [`TextStream::next`], also if the error was yielded before: a text that is not whole is never `Ok`.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the stream. Where the text so far matters, use [`TextStream::next`] and
    /// [`TextStream::collected`].
    pub async fn text(mut self) -> Result<CollectedText, Error> {
        while let Some(piece) = self.next().await {
            piece?;
        }
        match self.end.take() {
            Some(Err(error)) => Err(error),
            _ => Ok(self.transcript.collected),
        }
    }

    /// The name of this hand-over, which is the same if the whole text is handed over again; `None` without a journal, and
    /// unless the stream has ended well.
    pub fn delivery_id(&self) -> Option<DeliveryId> {
        let is_whole = matches!(self.end, Some(Ok(())));
        let task_uuid = self.handle.task_uuid();
        (is_whole && self.custody.is_kept()).then_some(DeliveryId { task_uuid, ordinal: ONLY })
    }

    /// True if the [journal](crate::journal) has the whole text, as it should once the stream has ended well.
    pub fn is_durable(&self) -> bool {
        self.custody.is_durable()
    }

    /// Says that the text is safe where it is needed: it is not handed over again.
    ///
    /// Without this, a text that is whole is handed over anew by each [`Client::recover`](crate::Client::recover). A
    /// stream that has not ended well, or of a client without a journal, is left as it is, and that is no error. After
    /// [`text`](Self::text), which takes the stream, [`Client::resume`](crate::Client::resume) gives an
    /// [outcome](crate::Outcome::confirm) to confirm.
    ///
    /// # Errors
    ///
    /// As for [`Outcome::confirm`](crate::Outcome::confirm).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves it open whether it is confirmed; confirm it again.
    pub async fn confirm(&self) -> Result<(), Error> {
        self.custody.confirm(&self.handle).await
    }

    /// Writes down how the stream ends, if it is kept, and ends it.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<TextDelta, Error>>> {
        let line = self.line.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.custody = ready!(line.poll_closed(context));
        let end = self.verdict.take().unwrap_or(Ok(()));
        Poll::Ready(self.finish(end))
    }

    /// Takes the next arrival to the transcript; returns the error that ended the stream instead.
    fn poll_arrival(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let line = self.line.get_mut().unwrap_or_else(PoisonError::into_inner);
        match ready!(line.poll(context, self.transcript.failed_at())) {
            Arrival::Head { status, retry_after } => self.transcript.begin(status, retry_after),
            Arrival::Bytes(bytes) => self.transcript.push(&bytes),
            Arrival::End => self.transcript.finish(Stop::Ended),
            Arrival::Fault(fault) => self.transcript.finish(Stop::Fault(fault)),
            Arrival::Closed => self.transcript.finish(Stop::Closed),
            Arrival::Refused(error) => return Poll::Ready(Err(error)),
        }
        Poll::Ready(Ok(()))
    }

    /// Ends the stream, and lets go of the connection and of the client.
    fn finish(&mut self, end: Result<(), Error>) -> Option<Result<TextDelta, Error>> {
        let error = end.as_ref().err().map(Error::kind);
        tracing::debug!(task_uuid = %self.handle.task_uuid(), ?error, "text stream ended");
        self.line = Mutex::new(Line::Over);
        self.end = Some(end.clone());
        end.err().map(Err)
    }
}

impl Stream for TextStream {
    type Item = Result<TextDelta, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.end.is_some() {
            return Poll::Ready(None);
        }
        if this.verdict.is_some() {
            return this.poll_end(context);
        }
        for _ in 0..ARRIVALS_AT_ONCE {
            match this.transcript.next() {
                Some(Found::Delta(delta)) => return Poll::Ready(Some(Ok(delta))),
                Some(Found::End(end)) => {
                    let line = this.line.get_mut().unwrap_or_else(PoisonError::into_inner);
                    let transcript = &this.transcript;
                    line.close(|| facts_of(&end, transcript.item(), transcript.collected.cost));
                    this.verdict = Some(end);
                    return this.poll_end(context);
                }
                None => {}
            }
            if let Err(error) = ready!(this.poll_arrival(context)) {
                return Poll::Ready(this.finish(Err(error)));
            }
        }
        // A server that says much and means nothing must not keep the executor to itself.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Arrivals without a piece of text in them that are taken in before others get their turn.
const ARRIVALS_AT_ONCE: usize = 64;

/// Shows how much has come, and nothing of it.
impl fmt::Debug for TextStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextStream")
            .field("handle", &self.handle)
            .field("text_bytes", &self.transcript.collected.text.len())
            .field("ended", &self.end.is_some())
            .finish_non_exhaustive()
    }
}
