//! What an attempt leaves in a trace: numbers and kinds, never a text of either side.

use tracing::{Instrument, field};

use crate::{Clock, TransportError};

/// What of an attempt is known before it is made.
#[derive(Default)]
pub(crate) struct Facts {
    /// How many calls it has.
    pub(crate) calls: usize,
    /// Whether its reply is read while it comes.
    pub(crate) is_streaming: bool,
    /// Whether nothing is to be carried out.
    pub(crate) is_dry_run: bool,
}

/// Makes an attempt within a span of its own, on which its outcome is noted; `status` gives that of a reply.
pub(crate) async fn traced<T>(
    facts: Facts,
    clock: &dyn Clock,
    attempt: impl Future<Output = Result<T, TransportError>>,
    status: impl FnOnce(&T) -> Option<u16>,
) -> Result<T, TransportError> {
    let span = tracing::debug_span!(
        "attempt",
        calls = facts.calls,
        streaming = facts.is_streaming.then_some(true),
        dry_run = facts.is_dry_run.then_some(true),
        status = field::Empty,
        error = field::Empty,
        elapsed_ms = field::Empty,
    );
    let started = clock.now();
    let result = attempt.instrument(span.clone()).await;
    let elapsed = clock.now().saturating_sub(started);
    span.record("elapsed_ms", u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
    match &result {
        Ok(reply) => {
            span.record("status", status(reply));
            tracing::debug!(parent: &span, "answered");
        }
        Err(error) => {
            span.record("status", error.status());
            span.record("error", field::debug((error.kind(), error.delivery())));
            tracing::debug!(parent: &span, "not answered");
        }
    }
    result
}
