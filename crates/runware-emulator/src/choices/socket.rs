//! What the documentation of the WebSocket leaves open.

use std::time::Duration;

/// What the emulator does on a WebSocket where the documentation leaves a choice.
///
/// Stands in [`Choices::socket`](crate::Choices::socket). What a ping is answered with is
/// [`Choices::echo_ping_uuid`](crate::Choices::echo_ping_uuid), there for HTTP too.
///
/// ```
/// use runware_emulator::{EmptyChecks, Options, ReplayOrder};
///
/// let options = Options::new().choose(|choices| {
///     choices.socket.replay_order = ReplayOrder::BeforeGreeting;
///     choices.socket.empty_checks = EmptyChecks::Silence;
/// });
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SocketChoices {
    /// How long a socket may be idle before it is closed; `None` for ever. Default: 120 seconds.
    pub idle_after: Option<Duration>,
    /// The close code of an idle socket. Default: 1000.
    pub idle_code: u16,
    /// Which frames keep a socket from being idle. Default: those of both directions.
    pub idle_counts: IdleCounts,
    /// How long frames that could not be delivered are kept for the session. Default: 120 seconds.
    pub replay_window: Duration,
    /// Which frames are kept. Default: all answers.
    pub replay_scope: ReplayScope,
    /// Whether what was kept comes before or after the reply to the authentication. Default: after it.
    pub replay_order: ReplayOrder,
    /// Whether each kept frame comes twice. Default: no.
    pub replay_twice: bool,
    /// What becomes of an authentication that asks for a session which is not known, or not any more. Default: it gets
    /// a new one.
    pub unknown_session: UnknownSession,
    /// What becomes of a socket when another one resumes its session. Default: it is closed.
    pub second_socket: SecondSocket,
    /// Whether the reply to the authentication names the session. Default: yes.
    pub names_session: bool,
    /// How checks are answered of which none has anything to say. Default: with `{"data":[]}`.
    pub empty_checks: EmptyChecks,
    /// Whether the results of a synchronous task come in a frame each. Default: they do, each when it is ready.
    pub sync_frames: SyncFrames,
    /// Whether each task of a frame is answered with a frame of its own. Default: no; one holds the acknowledgements,
    /// states and errors of all.
    pub frame_per_task: bool,
    /// The shape of the error about a key that is not accepted. Default: that of today's documentation.
    pub key_error: KeyError,
    /// The code with which a socket is closed after its key was refused. Default: it stays open.
    pub close_after_refusal: Option<u16>,
    /// Whether frames are sent as binary messages. Default: no, as text.
    pub binary: bool,
}

impl Default for SocketChoices {
    fn default() -> Self {
        Self {
            idle_after: Some(Duration::from_secs(120)),
            idle_code: 1000,
            idle_counts: IdleCounts::Both,
            replay_window: Duration::from_secs(120),
            replay_scope: ReplayScope::Answers,
            replay_order: ReplayOrder::AfterGreeting,
            replay_twice: false,
            unknown_session: UnknownSession::New,
            second_socket: SecondSocket::TakesOver,
            names_session: true,
            empty_checks: EmptyChecks::Frame,
            sync_frames: SyncFrames::Each,
            frame_per_task: false,
            key_error: KeyError::Current,
            close_after_refusal: None,
            binary: false,
        }
    }
}

/// Which frames keep a socket from being idle. Control frames never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdleCounts {
    /// Those of both directions.
    Both,
    /// Those of the client alone.
    Received,
}

/// Which frames are kept for a session when they cannot be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplayScope {
    /// All that answer tasks: acknowledgements, states, errors and results.
    Answers,
    /// The results of synchronous tasks.
    Results,
    /// None.
    Nothing,
}

/// Where kept frames come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplayOrder {
    /// After the reply to the authentication.
    AfterGreeting,
    /// Before it.
    BeforeGreeting,
}

/// What becomes of an authentication that asks for a session which is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownSession {
    /// It gets a new session.
    New,
    /// It is refused with `invalidConnectionSessionUUID`.
    Refuse,
}

/// What becomes of a socket when another one resumes its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecondSocket {
    /// It is closed with code 1000, and what it still had to say comes on the new one.
    TakesOver,
    /// Both go on; what the one can no longer deliver comes on the other.
    Shares,
}

/// How checks are answered of which none has anything to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmptyChecks {
    /// With `{"data":[]}`.
    Frame,
    /// Not at all.
    Silence,
}

/// In how many frames the results of a synchronous task come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyncFrames {
    /// One for each result, when it is ready.
    Each,
    /// One for all, when the last is ready.
    One,
}

/// The shape of the error about a key that is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// `{"errors":[{"code":"invalidApiKey",…}]}`.
    Current,
    /// `{"error":true,"errorId":19,…}`, as older clients knew it.
    Legacy,
}
