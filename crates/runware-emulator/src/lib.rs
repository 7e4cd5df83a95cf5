//! The Runware API as a local server and as a library, for tests and first steps.
//!
//! It takes the tasks that the service takes, answers in the shapes that are documented, and makes nothing: results
//! appear after the time that results take, as small files of the right kind. No key is needed that is worth anything,
//! and nothing leaves the machine.
//!
//! As a server, for a client under test or for `curl`:
//!
//! ```
//! use std::time::Duration;
//! use runware_emulator::{Action, Emulator, Options, RequestKind, Rule};
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! # runtime.block_on(async {
//! let options = Options::new()
//!     .duration(Duration::from_millis(50))
//!     .fault(Rule::new(Action::LoseReply).kind(RequestKind::Submit).nth(1));
//! let emulator = Emulator::start(options).await?;
//!
//! // Point the client at `emulator.http_url()`, let it work, and ask what really happened:
//! let ledger = emulator.ledger();
//! assert_eq!((ledger.accepted(), ledger.billed()), (0, 0));
//! emulator.shutdown().await;
//! # Ok::<(), runware_emulator::StartError>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! As a library, without sockets and without a clock, it is [`Core`]: requests and times go in, replies come out. The
//! same options and the same requests give the same replies, byte for byte.
//!
//! # What it takes
//!
//! `POST /v1` with a list of tasks: the fourteen types that make something, `getResponse`, `getTaskDetails`,
//! `authentication`, `ping`, `accountManagement` (`getDetails`), `modelSearch`, `modelUpload`, `mediaStorage` and
//! `imageUpload`. Any key that is not empty will do, unless [`Options::api_keys`] says which. A request with the header
//! `X-Runware-Dry-Run: 1` is priced and not carried out. All replies carry `x-emulator: 1`.
//!
//! What the documentation leaves open is a [choice](Choices) with a plausible default. Parameters it does not know are
//! ignored. `deliveryMethod` is `sync`, `async` or, for texts, `stream`; where a task does not say, videos and trainings
//! are asynchronous and everything else is synchronous.
//!
//! # Streams
//!
//! A `textInference` with `"deliveryMethod":"stream"`, alone in its request, is answered with an event stream: its words
//! one by one over the time the task takes, then `finishReason`, `usage` and, with `includeCost`, `cost`, then `[DONE]`.
//! The task is accepted, archived and billed like any other, and goes on when the caller is gone; `getResponse` and
//! `getTaskDetails` show the whole text once it is done. A task that fails says half of its words and then why; one that
//! never ends says nothing. What is open about streams is a [choice](Choices::stream_results) as well, and
//! [`StreamFault`] names what can go wrong with one. In [`Core`] a stream is the [`pieces`](Response::pieces) of a
//! response.
//!
//! # Models that do a trick
//!
//! Any model will do, and the tasks of these do something special without any set-up. [`Options::script`] makes others.
//!
//! | model | its tasks |
//! |---|---|
//! | `emulator:fast@1` | are done at once |
//! | `emulator:partial@1` | fail in their second result, if they have one |
//! | `emulator:fail@1` | fail in all results |
//! | `emulator:stuck@1` | never end |
//! | `emulator:refuse@1` | are refused as invalid: 400, `invalidModel` |
//! | `emulator:poor@1` | are refused for want of money: 402, `insufficientCredits` |
//! | `emulator:busy@1` | are refused for want of capacity: 503, `noAvailableServer` |
//! | `emulator:six-seconds@1` | are refused when their `duration` is a number other than 6 |
//! | `emulator:think@1` | come with `reasoningContent`, if they make a text |
//!
//! # Faults
//!
//! A [`Rule`] strikes requests: an answer that owes nothing to the request, a reply that is lost, late, cut or changed, a
//! stream that breaks off. An [`IoRule`] strikes connections, below HTTP and whatever they carry: a reset, an orderly end,
//! silence or a trickle of bytes after so many bytes, or a peer that is just gone. Both are part of the [`Options`] or
//! added on the way, with [`Emulator::inject`] and [`Emulator::inject_io`].
//!
//! # Files
//!
//! The URLs of results lead to the emulator: `/files/image/UUID.png` (or `jpg`, `webp`, `svg`), `/files/video/UUID.mp4`
//! (`webm`), `/files/audio/UUID.mp3` (`wav`), `/files/model/UUID.glb`. The format is what `outputFormat` asks for, where
//! it is one of these. A PNG differs from id to id; the others have the same bytes always.
//!
//! # Limits
//!
//! Request bodies end at 100 MiB, tasks at 1,000 results. The last 200,000 tasks are remembered, and 1 GiB of the
//! requests they came in; the task that ended first is forgotten first, by `getResponse`, by `getTaskDetails` and by the
//! [`Ledger`]'s accounts, whose totals stay. [`Options`] has a setting for each.
//!
//! The server listens on a loopback address unless [told otherwise](EmulatorBuilder::allow_remote), and refuses requests
//! that a web page may have sent.

mod catalogue;
mod chance;
mod choices;
mod core;
mod fault;
mod files;
mod json;
mod ledger;
mod options;
mod outcome;
mod script;
mod server;

pub use self::choices::{
    ArchivedKey, Choices, Duplicate, EmptyChecks, FailureForm, IdleCounts, KeyError, KeyFrom, MixedStatus,
    Order, Pending, ReplayOrder, ReplayScope, ResultIndex, SecondSocket, SocketChoices, StreamFailure,
    StreamResults, StreamUsage, SyncFrames, UnknownSession, UnknownTask,
};
pub use self::core::{Core, Fate, Head, Outgoing, Piece, Response, SocketId};
pub use self::fault::{
    Action, Answer, CheckError, Cuts, Glance, IoFault, IoRule, RequestKind, Rewrite, Rule, StreamFault,
};
pub use self::ledger::{Account, Ledger, ResultAccount, Submission};
pub use self::options::Options;
pub use self::script::Script;
pub use self::server::{Clock, Dialer, Emulator, EmulatorBuilder, Sleep, StartError};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
