//! The Runware client: submit a task, and its result reaches you.
//!
//! Every call of the Runware API is a *task*. Long ones are queued, and their results are asked for until
//! they are ready. This crate does that so that a task is bought once, nothing that was paid for is lost,
//! and the server is asked as rarely as possible:
//!
//! * **Bought once.** A task's id and exact bytes are fixed before anything is sent. Whatever goes wrong,
//!   only the same bytes are sent under the same id, and the server's "I know this id" counts as accepted.
//! * **Nothing lost.** Results and failures of a task come back together in an [`Outcome`]. A deadline, a
//!   dropped future or a broken connection leaves a [`TaskHandle`] that can be resumed anywhere.
//! * **Asked together.** All tasks of a client share one scheduler; what is due travels in one request.
//!
//! ```no_run
//! use runware::Client;
//! use runware::types::ImageInference;
//!
//! # async fn example() -> Result<(), runware::Error> {
//! let client = Client::from_env()?;
//! let task = client.submit(
//!     ImageInference::new("runware:101@1", "a lighthouse at dawn").width(1024).height(1024),
//! )?;
//! println!("{}", task.handle().task_uuid());
//! let outcome = task.await?;
//! for result in outcome.results() {
//!     println!("{:?}", result.media());
//! }
//! for failure in outcome.failures() {
//!     eprintln!("{}", failure.error().message());
//! }
//! # Ok(()) }
//! ```
//!
//! The text of a language model can be had while it is being written: [`Client::stream_text`].
//!
//! # The way to the service
//!
//! By default a client keeps one WebSocket, and uses HTTP for what that cannot take ([`Protocol`]). Losing the
//! connection loses no task: what was on it is looked for over the next one, and only what cannot be seen is sent
//! again, under the same id. [`Client::connection`] shows how it stands.
//!
//! # Features
//!
//! * `http` (default): HTTP requests.
//! * `websocket` (default): the WebSocket.
//! * `metrics`: the figures of [`Stats`], told to the recorder of the `metrics` crate as they change.
//!
//! With neither, [`ClientBuilder::transport`] has to be given. The events of the `tracing` crate that a client emits, at
//! the level `debug` with the target `runware`, hold ids, kinds and numbers; never a key, a prompt or a result.
//!
//! The layers below are re-exported whole: [`types`] is the wire schema, [`poll`] the pure state machines,
//! [`transport`] the way to the server. Each is a crate of its own for those who need only that.

mod budget;
mod builder;
mod care;
#[cfg(any(test, feature = "websocket"))]
mod causes;
mod client;
mod driver;
mod entropy;
mod error;
mod exchange;
mod handle;
pub mod journal;
mod keeping;
mod kinds;
mod lookup;
mod outcome;
mod questions;
mod quote;
mod reading;
mod recovery;
mod registry;
mod room;
#[cfg(any(test, all(feature = "http", feature = "websocket")))]
mod route;
mod stats;
mod submission;
mod submit_options;
mod task;
mod text_stream;
mod watch;

pub use runware_poll as poll;
pub use runware_transport as transport;
pub use runware_types as types;

pub use budget::Budget;
pub use builder::{API_KEY_VARIABLE, ClientBuilder, Protocol};
pub use client::Client;
pub use error::{Cause, Error, ErrorKind};
pub use handle::TaskHandle;
pub use lookup::StatusReport;
pub use outcome::{DeliveryId, Ending, Outcome, Status, TaskFailure, TaskResult};
pub use quote::Quote;
pub use recovery::Recovered;
pub use stats::{LagBound, Stats};
pub use submit_options::SubmitOptions;
pub use task::{Event, Events, Task};
pub use text_stream::TextStream;

/// Everything that an application holds can move between threads and be shared by them.
const _: () = {
    const fn assert<T: Send + Sync + 'static>() {}
    assert::<Client>();
    assert::<ClientBuilder>();
    assert::<Task>();
    assert::<Events>();
    assert::<TextStream>();
    assert::<Outcome>();
    assert::<Error>();
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(all(doctest, feature = "http", feature = "websocket"))]
#[doc = include_str!("../../../docs/guides/connections.md")]
mod connections {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guides/streaming.md")]
mod streaming {}

#[cfg(all(doctest, any(feature = "http", feature = "websocket")))]
#[doc = include_str!("../../../docs/guides/recovery.md")]
mod recovery_guide {}
