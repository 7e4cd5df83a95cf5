//! One attempt in, its replies out: the API behind an object-safe trait.
//!
//! A [`Transport`] sends an [`Attempt`] and hands back the [`Replies`] to it. That is all it does, and what lies
//! above it can rely on that:
//!
//! * One attempt is sent at most once. There is **no retry, no polling, no followed redirect** here; whoever calls
//!   decides about those, because only the caller knows whether a task may be sent twice.
//! * A failure says whether the tasks may have reached the server: [`Delivery`].
//! * Any answer that can be read is a [`Reply`], whatever its status, with the body's bytes kept inside.
//! * Time, memory and waiting are bounded, and time comes from a [`Clock`] that tests can move.
//! * The API key is an [`ApiKey`]: no log, error or `Debug` output shows it.
//!
//! It does not promise that replies speak of each task sent, that they come in order, or that a failed attempt
//! had no effect.
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//! use runware_transport::{Attempt, Call, Delivery, Transport, TransportError};
//!
//! async fn ping(transport: &dyn Transport) -> Result<(), TransportError> {
//!     let task = r#"{"taskType":"ping","ping":true}"#;
//!     let attempt = Attempt::new([Call::new(None, task)], Duration::from_secs(30));
//!     match transport.send(attempt).await {
//!         Ok(mut replies) => {
//!             while let Some(reply) = replies.next().await {
//!                 println!("{:?}", reply?.envelope);
//!             }
//!         }
//!         Err(error) if error.delivery() == Delivery::NotSent => println!("nothing was sent: {error}"),
//!         Err(error) => println!("the server may have it: {error}"),
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Features
//!
//! * `http` (default): `HttpTransport`, over HTTP/1.1 and HTTP/2 with TLS.
//! * `websocket` (default): `WebSocketTransport`, over one connection that lasts.
//! * `testing`: the module `testing`, with a transport that follows a script, a clock that is moved by hand and one that
//!   only a paused runtime moves.

mod attempt;
#[cfg(any(feature = "http", feature = "websocket"))]
mod base_url;
#[cfg(any(feature = "http", feature = "websocket"))]
mod body_limits;
mod clock;
mod connection;
mod delivery;
mod error;
mod excerpt;
#[cfg(feature = "http")]
mod http;
mod reply;
#[cfg(any(feature = "http", feature = "websocket"))]
mod retry_after;
#[cfg(any(feature = "http", feature = "websocket"))]
mod scrub;
mod secret;
pub mod session;
mod streaming;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(any(feature = "http", feature = "websocket"))]
mod tls;
mod transport;
mod unclaimed;
#[cfg(any(feature = "http", feature = "websocket"))]
mod user_agent;
#[cfg(feature = "websocket")]
mod websocket;

pub use async_trait::async_trait;

pub use attempt::{Attempt, Call};
#[cfg(any(feature = "http", feature = "websocket"))]
pub use body_limits::BodyLimits;
pub use clock::{Clock, Sleep, TokioClock};
pub use connection::{Connection, ConnectionReporter, ConnectionState};
pub use delivery::Delivery;
pub use error::{ErrorKind, TransportError};
#[cfg(feature = "http")]
pub use http::{DEFAULT_BASE_URL, HttpTransport, HttpTransportBuilder};
pub use reply::{Replies, Reply};
#[cfg(any(feature = "http", feature = "websocket"))]
pub use retry_after::parse_retry_after;
pub use secret::{ApiKey, InvalidApiKey};
pub use streaming::StreamingReply;
pub use transport::Transport;
pub use unclaimed::Unclaimed;
#[cfg(feature = "websocket")]
pub use websocket::{Connector, DEFAULT_WS_BASE_URL, Io, WebSocketTransport, WebSocketTransportBuilder};

#[cfg(all(doctest, feature = "http"))]
#[doc = include_str!("../README.md")]
mod readme {}
