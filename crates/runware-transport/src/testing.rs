//! A transport that follows a script, and clocks that move when told to.
//!
//! With a [`ScriptedTransport`] and a [`ManualClock`], a program built on a [`Transport`](crate::Transport) runs without
//! network, without waiting and the same way each time:
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//! use runware_transport::testing::{ManualClock, ScriptedTransport, Step};
//! use runware_transport::{Attempt, Call, Delivery, Transport};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let clock = ManualClock::new();
//! let transport = ScriptedTransport::new(Arc::new(clock.clone()));
//! transport.push(Step::body(503, r#"{"errors":[{"code":"noAvailableServer"}]}"#));
//! transport.push(Step::hang());
//!
//! let call = Call::new(None, r#"{"taskType":"ping","ping":true}"#);
//! let attempt = Attempt::new([call], Duration::from_secs(30));
//!
//! // The first attempt is answered at once.
//! let reply = transport.send(attempt.clone()).await?.next().await.unwrap()?;
//! assert_eq!(reply.status, 503);
//!
//! // The second one hears nothing, until its time is over.
//! let (result, ()) = futures_util::future::join(transport.send(attempt), async {
//!     clock.advance(Duration::from_secs(30));
//! })
//! .await;
//! assert_eq!(result.unwrap_err().delivery(), Delivery::MaybeSent);
//!
//! // Both were written down.
//! assert_eq!(transport.attempts().len(), 2);
//! # Ok(())
//! # }
//! ```

mod body;
mod manual_clock;
mod paused_clock;
mod scripted;
mod step;

pub use manual_clock::ManualClock;
pub use paused_clock::PausedClock;
pub use scripted::{Recorded, ScriptedTransport};
pub use step::Step;

#[cfg(test)]
mod tests;
