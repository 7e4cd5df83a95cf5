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
//! The same tasks go over a WebSocket at the same address; see [below](#websockets).
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
//! # WebSockets
//!
//! [`Emulator::ws_url`] takes WebSockets, and [`Emulator::connect`] makes a connection that stays inside the process, for
//! tests under a paused clock. Each text or binary message of a client is a list of tasks, and the first has to
//! authenticate; before that, tasks are answered with `missingApiKey`. The reply to it names the session, which a later
//! socket resumes by its `connectionSessionUUID`.
//!
//! * Acknowledgements, states, errors and pongs of one frame come in one frame, at once. Results of asynchronous tasks are
//!   not pushed: the client asks for them, on any socket or over HTTP.
//! * Results of synchronous tasks are pushed, a frame each, when they are ready. What is not ready within
//!   [`Choices::sync_window`] is given up with `requestTimeout`.
//! * What a lost socket could not deliver is kept for its session and comes on the next one. A frame that was written to
//!   a connection counts as delivered, whether or not it arrived.
//! * Errors come without an empty `data`. Those about a frame as a whole name no task.
//! * Control frames are answered; they carry no tasks and keep no socket from being idle. Neither compression nor
//!   subprotocols are agreed on.
//! * A client that does not read is not read from. Where 10,000 frames or 256 MiB wait on a socket, further tasks are
//!   refused with `noAvailableServer`.
//!
//! These are the [choices](SocketChoices) there:
//!
//! | question | field of [`Choices::socket`] | default |
//! |---|---|---|
//! | When is an idle socket closed, and with which code? | `idle_after`, `idle_code` | 120 seconds, 1000 |
//! | Which direction keeps it from being idle? | `idle_counts` | both |
//! | How long, and which frames, are kept for a session? | `replay_window`, `replay_scope` | 120 seconds, all answers |
//! | Do they come after the reply to the authentication, and once? | `replay_order`, `replay_twice` | after it, once |
//! | What of a session that is not known? | `unknown_session` | a new one |
//! | What of a second socket in a session? | `second_socket` | it takes over |
//! | Does the reply to the authentication name the session? | `names_session` | yes |
//! | What answers checks that see nothing? | `empty_checks` | `{"data":[]}` |
//! | Do synchronous results come in a frame each? | `sync_frames` | yes |
//! | Do the tasks of a frame share their answer? | `frame_per_task` | yes |
//! | Which shape has the error about a bad key? | `key_error` | that of today's documentation |
//! | Is the socket closed after it? | `close_after_refusal` | no |
//! | Is the `taskUUID` of a ping repeated? | [`Choices::echo_ping_uuid`] | no |
//! | Are messages text or binary? | `binary` | text |
//!
//! [Faults](Action) strike frames as they strike requests; upgrades, authentications and pings have
//! [kinds](RequestKind) of their own. [`Cuts`] cuts sockets every so many frames.
//!
//! ```
//! use std::time::Duration;
//! use runware_emulator::{Action, Answer, Cuts, Options, RequestKind, Rule};
//!
//! let options = Options::new()
//!     .fault(Rule::new(Action::Answer(Answer::empty(503))).kind(RequestKind::Upgrade).first(2))
//!     .fault(Rule::new(Action::TokenExpired).kind(RequestKind::Status).nth(3))
//!     .fault(Rule::new(Action::Close(1012)).when(|frame| frame.now > Duration::from_secs(60)).first(1))
//!     .cuts(Cuts::every(100).after_handling());
//! # let _ = options;
//! ```
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
