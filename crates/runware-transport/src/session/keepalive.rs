//! Keeping a connection from being closed for its silence, and noticing one that is dead.

use std::time::Duration;

use bytes::Bytes;
use runware_types::{Ping, encode_request};

use super::settings::Settings;

/// When something last went over a connection, and what follows from it.
#[derive(Debug)]
pub(super) struct Keepalive {
    heard_at: Duration,
    sent_at: Duration,
    pinged_at: Option<Duration>,
    /// When the first of the pings was sent after which nothing came.
    unanswered_since: Option<Duration>,
    is_due: bool,
}

/// Pings do not follow each other more closely, whatever the settings say.
const SHORTEST_GAP: Duration = Duration::from_secs(1);

impl Keepalive {
    pub(super) fn new(now: Duration) -> Self {
        Self { heard_at: now, sent_at: now, pinged_at: None, unanswered_since: None, is_due: false }
    }

    pub(super) fn heard(&mut self, now: Duration) {
        self.heard_at = now;
        self.unanswered_since = None;
    }

    pub(super) fn sent(&mut self, now: Duration) {
        self.sent_at = now;
    }

    /// When the next ping falls due; `None` while one is, and is not sent.
    pub(super) fn ping_at(&self, settings: &Settings) -> Option<Duration> {
        let quiet_since = self.heard_at.min(self.sent_at).max(self.pinged_at.unwrap_or_default());
        (!self.is_due).then(|| quiet_since.saturating_add(settings.ping_after.max(SHORTEST_GAP)))
    }

    /// When the connection counts as dead unless something comes.
    pub(super) fn dead_at(&self, settings: &Settings) -> Option<Duration> {
        Some(self.unanswered_since?.saturating_add(settings.pong_timeout))
    }

    /// A ping is to be sent.
    pub(super) fn request_ping(&mut self) {
        self.is_due = true;
    }

    /// The ping that is to be sent, which counts as sent now.
    pub(super) fn take_ping(&mut self, now: Duration) -> Option<Bytes> {
        if !std::mem::take(&mut self.is_due) {
            return None;
        }
        self.pinged_at = Some(now);
        self.unanswered_since.get_or_insert(now);
        Some(encode_request([Ping::new().encode()]))
    }
}
