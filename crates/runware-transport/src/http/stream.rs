//! Replies that are handed over while they come.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::future::{Either, select};
use futures_util::stream;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};

use super::{Head, HttpTransport, failure, late};
use crate::scrub::Scrubber;
use crate::{ApiKey, Attempt, Clock, Delivery, ErrorKind, StreamingReply, TransportError};

impl HttpTransport {
    /// Sends the one call and waits for what there is to hand over.
    pub(super) async fn stream(
        &self,
        attempt: Attempt,
        idle: Duration,
        started: Duration,
    ) -> Result<StreamingReply, TransportError> {
        let client = self.client()?;
        if attempt.calls.len() != 1 {
            return Err(TransportError::new(
                ErrorKind::Configuration,
                Delivery::NotSent,
                "`calls` has not exactly one call; a stream is the answer to one",
            ));
        }
        let mut headers = self.headers.clone();
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"));
        // A compressor may keep events until it has enough of them.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let (timeout, first) = (attempt.timeout, idle.min(attempt.timeout));
        let until = started.saturating_add(first);
        let response = self.post(&client, headers, attempt.body(), until, first).await?;
        let deadline = started.saturating_add(timeout);
        if !is_stream(&response) {
            let reply = self.reply(response, deadline, timeout).await?;
            let body = stream::iter([Ok(reply.envelope.raw().clone())]);
            return Ok(StreamingReply::new(reply.status, reply.retry_after, body));
        }
        let Head { status, retry_after } = Head::of(&response);
        let body = Body {
            response,
            clock: Arc::clone(&self.clock),
            scrubber: Scrubber::new(self.key.clone()),
            key: self.key.clone(),
            origin: self.origin.clone(),
            deadline,
            timeout,
            idle,
            end: None,
        };
        Ok(StreamingReply::new(status, retry_after, body.into_stream()))
    }
}

/// Whether a reply may be handed over as it comes. Servers name streams differently, or not at all; only what can be
/// none is told apart.
fn is_stream(response: &reqwest::Response) -> bool {
    let header = |name| response.headers().get(name).map_or(&b""[..], |value| value.as_bytes().trim_ascii());
    let encoding = header(CONTENT_ENCODING);
    let is_plain = encoding.is_empty() || encoding.eq_ignore_ascii_case(b"identity");
    let is_page = header(CONTENT_TYPE).get(..9).is_some_and(|kind| kind.eq_ignore_ascii_case(b"text/html"));
    response.status().is_success() && is_plain && !is_page
}

/// The body of a reply on its way in.
struct Body {
    response: reqwest::Response,
    clock: Arc<dyn Clock>,
    scrubber: Scrubber,
    key: Option<ApiKey>,
    origin: String,
    deadline: Duration,
    timeout: Duration,
    idle: Duration,
    /// How it ended, while the last bytes are handed over.
    end: Option<Result<(), TransportError>>,
}

impl Body {
    fn into_stream(self) -> impl Stream<Item = Result<Bytes, TransportError>> + Send {
        // What has ended is dropped at once, and its connection with it.
        stream::unfold(Some(self), async |body| body?.advance().await)
    }

    /// The next bytes, and the rest if there may be more.
    async fn advance(mut self) -> Option<(Result<Bytes, TransportError>, Option<Self>)> {
        let mut since = self.clock.now();
        loop {
            let ended = match self.end.take() {
                Some(end) => return end.err().map(|error| (Err(error), None)),
                None => match self.wait(since).await {
                    Ok(Some(chunk)) => {
                        if !chunk.is_empty() {
                            since = self.clock.now();
                        }
                        let chunk = self.scrubber.push(chunk);
                        if chunk.is_empty() {
                            continue;
                        }
                        return Some((Ok(chunk), Some(self)));
                    }
                    Ok(None) => Ok(()),
                    Err(error) => Err(error.with_status(self.response.status().as_u16())),
                },
            };
            self.end = Some(ended);
            let rest = self.scrubber.finish();
            if !rest.is_empty() {
                return Some((Ok(rest), Some(self)));
            }
        }
    }

    /// Waits for the next chunk, after a silence that began at `since`.
    async fn wait(&mut self, since: Duration) -> Result<Option<Bytes>, TransportError> {
        if self.clock.now() >= self.deadline {
            return Err(self.not_ended());
        }
        let still = since.saturating_add(self.idle);
        let alarm = self.clock.sleep_until(still.min(self.deadline));
        let arrived = match select(pin!(self.response.chunk()), alarm).await {
            Either::Left((arrived, _)) => Some(arrived),
            Either::Right(_) => None,
        };
        match arrived {
            Some(Ok(chunk)) => Ok(chunk),
            Some(Err(error)) => Err(failure::broken_off(error, &self.origin, self.key.as_ref())),
            None if self.deadline <= still => Err(self.not_ended()),
            None => Err(late(format!("the reply from {} stood still for {:?}", self.origin, self.idle))),
        }
    }

    fn not_ended(&self) -> TransportError {
        late(format!("no whole reply from {} within {:?}", self.origin, self.timeout))
    }
}
