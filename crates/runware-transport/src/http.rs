//! The transport over HTTP.

mod body;
mod builder;
mod failure;
mod intake;
mod pace;
mod stream;
mod upload;

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::{Either, select};
use reqwest::header::{CONTENT_ENCODING, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use runware_types::{Envelope, Limits};

use self::body::Shortfall;
use self::intake::Intake;
use self::pace::Halt;
use crate::attempt::{Facts, traced};
use crate::base_url::BaseUrl;
use crate::excerpt::excerpt;
use crate::retry_after::parse_retry_after;
use crate::scrub::scrub;
use crate::{
    ApiKey, Attempt, BodyLimits, Clock, Delivery, ErrorKind, Replies, Reply, StreamingReply, Transport,
    TransportError,
};

pub use self::builder::{DEFAULT_BASE_URL, HttpTransportBuilder};

/// With the value `1`, the server checks and prices what the request holds, and carries nothing out.
const DRY_RUN: HeaderName = HeaderName::from_static("x-runware-dry-run");

/// The API over HTTP: each attempt is one `POST`, and its reply is the answer to that.
///
/// Connections are kept for 30 s after their last use, at most eight of them, and shared by HTTP/2 where the
/// server offers it. TLS is always verified, with the platform's certificate store. A proxy is taken from the
/// environment (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` and their lower-case forms), but never for a loopback
/// address.
///
/// The API key travels in the `Authorization` header, to the origin of the base URL and nowhere else: redirects
/// are never followed.
///
/// # Limits
///
/// A connection must be made within 10 s. The attempt as a whole is bounded by its
/// [`timeout`](Attempt::timeout), and a reply's body by [`BodyLimits`]. A body that brings fewer than 20 bytes in
/// 20 s counts as stopped, which is a [time-out](TransportError::is_timeout).
///
/// # Delivery
///
/// | what happened | [`Delivery`] |
/// |---|---|
/// | wrong configuration, no connection, TLS refused, time ran out before the body was taken to be sent | `NotSent` |
/// | connection lost or time ran out after that, or within the reply's body | `MaybeSent` |
/// | redirect, reply too large, reply that is no envelope | `Answered` |
///
/// ```no_run
/// use std::time::Duration;
/// use runware_transport::{ApiKey, Attempt, Call, HttpTransport, Transport};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let transport = HttpTransport::builder(Some(ApiKey::new("abc123")?)).build()?;
/// let call = Call::new(None, r#"{"taskType":"ping","ping":true}"#);
/// let mut replies = transport.send(Attempt::new([call], Duration::from_secs(30))).await?;
/// while let Some(reply) = replies.next().await {
///     println!("{} items", reply?.envelope.items.len());
/// }
/// # Ok(())
/// # }
/// ```
pub struct HttpTransport {
    /// Empty once the transport is closed.
    client: RwLock<Option<reqwest::Client>>,
    base_url: BaseUrl,
    origin: String,
    headers: HeaderMap,
    key: Option<ApiKey>,
    limits: BodyLimits,
    clock: Arc<dyn Clock>,
}

impl HttpTransport {
    /// Starts setting a transport up, with the API key that goes into each request's header.
    ///
    /// Without a key nothing is added: for a server that asks for none, or for callers that put an
    /// authentication task in front of their calls.
    pub fn builder(key: Option<ApiKey>) -> HttpTransportBuilder {
        HttpTransportBuilder::new(key)
    }

    fn new(
        client: reqwest::Client,
        base_url: BaseUrl,
        headers: HeaderMap,
        key: Option<ApiKey>,
        limits: BodyLimits,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let origin = base_url.origin();
        Self { client: RwLock::new(Some(client)), base_url, origin, headers, key, limits, clock }
    }

    /// Where attempts go: scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        let facts = Facts { calls: attempt.calls.len(), ..Facts::default() };
        let exchange = self.exchange(attempt, self.headers.clone(), self.clock.now());
        let reply = traced(facts, &*self.clock, exchange, |reply| Some(reply.status)).await;
        reply.map(Replies::one)
    }

    /// Sends the one call of an attempt and hands its reply over as it comes: uncompressed, byte for byte but for the
    /// API key, which is blanked out where a server quotes it.
    ///
    /// `idle` bounds each silence: before the reply's head, connecting and sending included, and then before each of
    /// the next bytes, from when they are asked for. An answer that is no success, an HTML page and a compressed body
    /// are taken in whole and are as for [`send`](Transport::send): an envelope, or an error.
    ///
    /// # Errors
    ///
    /// As for [`send`](Transport::send). Of the body: a [time-out](TransportError::is_timeout) when it stands still for
    /// `idle` or does not end within the attempt's time-out, or
    /// [interrupted](TransportError::is_interrupted) when the connection breaks.
    ///
    /// # Cancel safety
    ///
    /// As for [`send`](Transport::send). Dropping the reply lets go of the connection; the task goes on at the server.
    async fn open_stream(&self, attempt: Attempt, idle: Duration) -> Result<StreamingReply, TransportError> {
        let facts = Facts { calls: attempt.calls.len(), is_streaming: true, ..Facts::default() };
        let exchange = self.stream(attempt, idle, self.clock.now());
        traced(facts, &*self.clock, exchange, |reply| Some(reply.status)).await
    }

    /// Sends the calls with the header `X-Runware-Dry-Run: 1`, which no other attempt carries, and otherwise as
    /// [`send`](Transport::send) does.
    ///
    /// That the server keeps to it is its own word: see `docs/wire.md`, "Dry runs".
    ///
    /// # Errors
    ///
    /// As for [`send`](Transport::send).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the attempt up. Nothing was to be bought by it.
    async fn dry_run(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        let facts = Facts { calls: attempt.calls.len(), is_dry_run: true, ..Facts::default() };
        let mut headers = self.headers.clone();
        headers.insert(DRY_RUN, HeaderValue::from_static("1"));
        let exchange = self.exchange(attempt, headers, self.clock.now());
        let reply = traced(facts, &*self.clock, exchange, |reply| Some(reply.status)).await;
        reply.map(Replies::one)
    }

    async fn close(&self) {
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("origin", &self.origin)
            .field("key", &self.key)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// What is known of a reply before its body.
struct Head {
    status: u16,
    retry_after: Option<Duration>,
}

impl HttpTransport {
    async fn exchange(
        &self,
        attempt: Attempt,
        headers: HeaderMap,
        started: Duration,
    ) -> Result<Reply, TransportError> {
        let client = self.client()?;
        if attempt.calls.is_empty() {
            return Err(TransportError::empty());
        }
        let deadline = started.saturating_add(attempt.timeout);
        let response = self.post(&client, headers, attempt.body(), deadline, attempt.timeout).await?;
        self.reply(response, deadline, attempt.timeout).await
    }

    /// Takes a reply in whose head has come.
    async fn reply(
        &self,
        response: reqwest::Response,
        deadline: Duration,
        timeout: Duration,
    ) -> Result<Reply, TransportError> {
        let head = Head::of(&response);
        let body = self.body(response, &head, deadline, timeout).await;
        body.map(|body| scrub(body, self.key.as_ref()))
            .and_then(|body| self.decode(&head, body))
            .map_err(|error| head.complete(error))
    }

    fn client(&self) -> Result<reqwest::Client, TransportError> {
        let client = self.client.read().unwrap_or_else(PoisonError::into_inner);
        client.clone().ok_or_else(TransportError::closed)
    }

    /// Sends the request and waits for the head of the reply.
    async fn post(
        &self,
        client: &reqwest::Client,
        headers: HeaderMap,
        body: Bytes,
        deadline: Duration,
        timeout: Duration,
    ) -> Result<reqwest::Response, TransportError> {
        let (upload, recall) = upload::upload(body);
        let request = client
            .post(self.base_url.url().clone())
            .headers(headers)
            .body(reqwest::Body::wrap(upload))
            .send();
        match select(pin!(request), self.clock.sleep_until(deadline)).await {
            Either::Left((Ok(response), _)) => Ok(response),
            Either::Left((Err(error), _)) => {
                Err(failure::no_reply(error, recall.recall(), &self.origin, self.key.as_ref()))
            }
            Either::Right(_) => {
                let delivery = recall.recall();
                let missing = if delivery == Delivery::NotSent { "connection to" } else { "reply from" };
                let message = format!("no {missing} {} within {timeout:?}", self.origin);
                Err(TransportError::new(ErrorKind::Timeout, delivery, message))
            }
        }
    }

    /// Takes the body of a reply in, unless the reply is a redirect.
    async fn body(
        &self,
        response: reqwest::Response,
        head: &Head,
        deadline: Duration,
        timeout: Duration,
    ) -> Result<Bytes, TransportError> {
        if response.status().is_redirection() {
            return Err(self.redirect(&response, head));
        }
        let encoding = response.headers().get(CONTENT_ENCODING).map(|value| value.as_bytes());
        let intake = Intake::new(encoding, self.limits)?;
        body::read(response, intake, &*self.clock, deadline).await.map_err(|shortfall| match shortfall {
            Shortfall::Refused(error) => error,
            Shortfall::Broken(error) => failure::broken_off(error, &self.origin, self.key.as_ref()),
            Shortfall::Halted(Halt::Stopped) => {
                late(format!("the reply from {} stopped moving", self.origin))
            }
            Shortfall::Halted(Halt::Late) => {
                late(format!("no whole reply from {} within {timeout:?}", self.origin))
            }
        })
    }

    fn decode(&self, head: &Head, body: Bytes) -> Result<Reply, TransportError> {
        let limits = Limits { max_bytes: self.limits.max_bytes, ..Limits::default() };
        match Envelope::decode_with(body.clone(), &limits) {
            Ok(envelope) => Ok(Reply { status: head.status, retry_after: head.retry_after, envelope }),
            Err(error) => {
                let text = excerpt(&body, self.key.as_ref());
                let message = match text.as_str() {
                    "" => format!("the reply with status {} is empty", head.status),
                    text => format!("the reply with status {} is not an API envelope: {text}", head.status),
                };
                let cause = excerpt(error.to_string().as_bytes(), self.key.as_ref());
                Err(TransportError::new(ErrorKind::Undecodable, Delivery::Answered, message)
                    .with_causes([cause]))
            }
        }
    }

    /// The refusal to follow a redirect, which names no more of its target than the origin: paths and queries
    /// may hold tokens.
    fn redirect(&self, response: &reqwest::Response, head: &Head) -> TransportError {
        let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let target = target
            .and_then(|target| self.base_url.url().join(target).ok())
            .filter(url::Url::has_host)
            .map_or("an unnamed place".to_owned(), |url| {
                excerpt(url.origin().ascii_serialization().as_bytes(), self.key.as_ref())
            });
        let message = format!(
            "{} redirects to {target} (status {}); redirects are not followed",
            self.origin, head.status
        );
        TransportError::new(ErrorKind::Redirect, Delivery::Answered, message)
    }
}

impl Head {
    fn of(response: &reqwest::Response) -> Self {
        let header = |name| response.headers().get(name).map(|value| value.as_bytes());
        let retry_after = header(RETRY_AFTER).and_then(|value| parse_retry_after(value, header(DATE)));
        Self { status: response.status().as_u16(), retry_after }
    }

    /// Adds what the head said to an error that came after it.
    fn complete(&self, error: TransportError) -> TransportError {
        let error = error.with_status(self.status);
        match self.retry_after {
            Some(delay) => error.with_retry_after(delay),
            None => error,
        }
    }
}

fn late(message: String) -> TransportError {
    TransportError::new(ErrorKind::Timeout, Delivery::MaybeSent, message)
}

#[cfg(test)]
mod tests;
