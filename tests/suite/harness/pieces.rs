//! Answers that come piece by piece, in virtual time.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use runware::transport::{Attempt, Clock as _, StreamingReply};
use runware_emulator::{Fate, Head};

use super::{Server, Wire};

impl Wire {
    /// Carries an attempt to the core of the emulator, which answers in pieces, each at its time. Nothing goes wrong.
    pub(super) async fn stream(&self, attempt: &Attempt) -> StreamingReply {
        let Server::Core(core) = &self.server else { unreachable!("a stream goes over HTTP") };
        self.note(attempt);
        let response =
            core.lock().unwrap().0.handle(self.clock.now(), &Head::bearer("test-key"), &attempt.body());
        assert_eq!(response.fate, Fate::Deliver);
        self.clock.sleep_until(response.ready_at).await;
        let pieces: Vec<(Duration, Bytes)> = match response.pieces {
            Some(pieces) => pieces.into_iter().map(|piece| (piece.at, piece.bytes)).collect(),
            None => vec![(response.ready_at, response.body)],
        };
        let clock = Arc::clone(&self.clock);
        let body = stream::iter(pieces).then(move |(at, bytes)| {
            let clock = Arc::clone(&clock);
            async move {
                clock.sleep_until(at).await;
                Ok(bytes)
            }
        });
        StreamingReply::new(response.status, None, body)
    }
}
