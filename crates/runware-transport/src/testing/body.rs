//! The body of a streamed reply, as a script has it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::stream;

use super::step::{Script, ScriptEnd};
use crate::{Clock, Delivery, ErrorKind, TransportError};

/// A body that comes piece by piece, within the bounds that a transport promises.
pub(super) struct Body {
    clock: Arc<dyn Clock>,
    script: Script,
    idle: Duration,
    deadline: Duration,
    /// When the last piece came.
    since: Duration,
    _out: Out,
}

impl Body {
    pub(super) fn new(
        clock: Arc<dyn Clock>,
        script: Script,
        idle: Duration,
        deadline: Duration,
        bodies: Arc<AtomicUsize>,
    ) -> Self {
        bodies.fetch_add(1, Ordering::Relaxed);
        let since = clock.now();
        Self { clock, script, idle, deadline, since, _out: Out(bodies) }
    }

    pub(super) fn into_stream(self) -> impl Stream<Item = Result<Bytes, TransportError>> + Send {
        stream::unfold(Some(self), async |body| body?.advance().await)
    }

    async fn advance(mut self) -> Option<(Result<Bytes, TransportError>, Option<Self>)> {
        let piece = self.script.pieces.pop_front();
        let still = self.since.saturating_add(self.idle);
        let most = still.min(self.deadline);
        let at = match (&piece, &self.script.end) {
            (Some((pause, _)), _) => self.since.saturating_add(*pause),
            (None, ScriptEnd::Silent) => Duration::MAX,
            (None, _) => self.since,
        };
        if at > most {
            self.clock.sleep_until(most).await;
            let message = match self.deadline <= still {
                true => "no whole reply in time".to_owned(),
                false => format!("the reply stood still for {:?}", self.idle),
            };
            let error = TransportError::new(ErrorKind::Timeout, Delivery::MaybeSent, message);
            return Some((Err(error.with_status(200)), None));
        }
        self.clock.sleep_until(at).await;
        self.since = at;
        match (piece, &self.script.end) {
            (Some((_, bytes)), _) => Some((Ok(bytes), Some(self))),
            (None, ScriptEnd::Broken(error)) => Some((Err(error.clone()), None)),
            (None, _) => None,
        }
    }
}

/// Counts a body as out until it is dropped.
struct Out(Arc<AtomicUsize>);

impl Drop for Out {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
