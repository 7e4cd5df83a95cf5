//! One step of a script.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use runware_types::Envelope;

use crate::{Delivery, ErrorKind, Reply, TransportError};

/// What a [`ScriptedTransport`](super::ScriptedTransport) does with one attempt.
///
/// ```
/// use std::time::Duration;
/// use runware_transport::testing::Step;
/// use runware_transport::{Delivery, ErrorKind, TransportError};
///
/// let accepted = Step::body(200, r#"{"data":[]}"#).after(Duration::from_millis(80));
/// let lost = Step::error(TransportError::new(ErrorKind::Interrupted, Delivery::MaybeSent, "reset"));
///
/// // For `open_stream`: two pieces of a body, the second a second later, and then the connection breaks.
/// let second = Duration::from_secs(1);
/// let pieces = [(Duration::ZERO, "data: {\"delta\":"), (second, "{\"text\":\"a\"}}\n\n")];
/// let broken = Step::stream(pieces)
///     .breaking(TransportError::new(ErrorKind::Interrupted, Delivery::MaybeSent, "reset"));
/// ```
#[derive(Debug)]
pub struct Step {
    pub(super) delay: Duration,
    /// Between any two replies.
    pub(super) gap: Duration,
    pub(super) action: Action,
}

#[derive(Debug)]
pub(super) enum Action {
    Answer(Vec<Result<Reply, TransportError>>),
    Stream(Script),
    Fail(TransportError),
    Hang,
}

/// The body of a streamed reply.
#[derive(Debug)]
pub(super) struct Script {
    /// What comes, and how long after the piece before it.
    pub(super) pieces: VecDeque<(Duration, Bytes)>,
    pub(super) end: ScriptEnd,
}

#[derive(Debug)]
pub(super) enum ScriptEnd {
    InOrder,
    Broken(TransportError),
    Silent,
}

impl Step {
    /// Answers with a status and a body, as a server would.
    ///
    /// A body that is no envelope makes the attempt fail the way it does over HTTP:
    /// [undecodable](TransportError::is_undecodable), with its status.
    pub fn body(status: u16, body: impl Into<Bytes>) -> Self {
        match Envelope::decode(body.into()) {
            Ok(envelope) => Self::reply(Reply::new(status, envelope)),
            Err(error) => {
                let message = format!("the reply with status {status} is not an API envelope");
                let error = TransportError::new(ErrorKind::Undecodable, Delivery::Answered, message)
                    .with_causes([error.to_string()]);
                Self::error(error.with_status(status))
            }
        }
    }

    /// Answers with one reply.
    pub fn reply(reply: Reply) -> Self {
        Self::replies([Ok(reply)])
    }

    /// Answers with several replies one after the other, as over a connection that stays open.
    pub fn replies(replies: impl IntoIterator<Item = Result<Reply, TransportError>>) -> Self {
        Self {
            delay: Duration::ZERO,
            gap: Duration::ZERO,
            action: Action::Answer(replies.into_iter().collect()),
        }
    }

    /// Answers with status 200 and a body in pieces, each this long after the one before it.
    ///
    /// Only [`open_stream`](crate::Transport::open_stream) takes a reply in pieces; to
    /// [`send`](crate::Transport::send) this step is a configuration error. The other way round, a stream that meets a
    /// step with a whole body gets that in one piece.
    pub fn stream(pieces: impl IntoIterator<Item = (Duration, impl Into<Bytes>)>) -> Self {
        let pieces = pieces.into_iter().map(|(pause, bytes)| (pause, bytes.into())).collect();
        Self {
            delay: Duration::ZERO,
            gap: Duration::ZERO,
            action: Action::Stream(Script { pieces, end: ScriptEnd::InOrder }),
        }
    }

    /// Ends the body of a [`stream`](Self::stream) with an error. Other steps have no such end, and stay as they are.
    #[must_use]
    pub fn breaking(self, error: TransportError) -> Self {
        self.ending(ScriptEnd::Broken(error))
    }

    /// Lets the body of a [`stream`](Self::stream) stand still after its last piece. Other steps stay as they are.
    #[must_use]
    pub fn silent(self) -> Self {
        self.ending(ScriptEnd::Silent)
    }

    /// Fails.
    pub fn error(error: TransportError) -> Self {
        Self { delay: Duration::ZERO, gap: Duration::ZERO, action: Action::Fail(error) }
    }

    /// Takes the attempt and is not heard of again: it ends with its time-out, and may have been sent.
    pub fn hang() -> Self {
        Self { delay: Duration::ZERO, gap: Duration::ZERO, action: Action::Hang }
    }

    /// Lets time pass first. Default: none.
    ///
    /// An attempt whose time-out comes first ends with that.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Lets time pass between any two replies. Default: none.
    ///
    /// Replies that would come after the attempt's time-out do not come; it ends with that.
    #[must_use]
    pub fn apart(mut self, gap: Duration) -> Self {
        self.gap = gap;
        self
    }

    fn ending(mut self, end: ScriptEnd) -> Self {
        if let Action::Stream(script) = &mut self.action {
            script.end = end;
        }
        self
    }
}
