//! How often a request leaves, across all layers.

use std::time::Duration;

use runware::types::TaskUuid;
use runware_emulator::{Account, Ledger, RequestKind};

use super::judge::Report;
use super::recorder::{Log, Sent};
use super::story::Story;
use crate::harness::Way;

/// How often one and the same request leaves.
const MOST: usize = 3;
/// How often an asynchronous generation leaves of which each attempt before was lost with its socket
/// (docs/decisions/0012-a-lost-socket.md).
const MOST_LOST: usize = 6;

impl Report {
    /// No layer below the driver repeats anything: each attempt of the driver arrives once, over a socket once at most.
    pub(super) fn judge_arrivals(&mut self, way: Way, log: &Log, ledger: &Ledger) {
        for kind in [RequestKind::Submit, RequestKind::Status, RequestKind::Details] {
            let sent = log.sent.iter().filter(|sent| sent.kind == kind && !sent.refused).count() as u64;
            let arrived = ledger.requests_of(kind);
            // What is lost with its socket may have been read by then, or not.
            let may_be_lost = way == Way::WebSocket;
            if arrived > sent || (arrived < sent && !may_be_lost) {
                self.complaints
                    .push(format!("{arrived} requests arrived of {sent} that were sent, {kind:?}"));
            }
        }
    }

    /// Nor is a question about one task repeated within other requests. What follows a look that failed is the driver's
    /// next, which [`judge_requests`](Self::judge_requests) holds apart.
    pub(super) fn judge_questions(&mut self, story: &Story, account: &Account, log: &Log) {
        for (kind, answered) in
            [(RequestKind::Status, account.checks), (RequestKind::Details, account.details)]
        {
            let asked = attempts(log, kind, story.course.uuid).count() as u64;
            if answered > asked {
                self.complain(story, format!("{answered} answered of {asked} that were asked, {kind:?}"));
            }
        }
    }

    /// The bytes of a submission leave three times at most; an asynchronous one that was lost with each of its sockets,
    /// six times.
    pub(super) fn judge_attempts(&mut self, way: Way, story: &Story, log: &Log) {
        let attempts: Vec<_> = attempts(log, RequestKind::Submit, story.course.uuid).collect();
        for (from, until) in story.submissions() {
            let mine: Vec<_> =
                attempts.iter().copied().filter(|sent| (from..until).contains(&sent.at)).collect();
            // In a smaller request it is another request: the server would not have the one before, whoever is in it.
            let apart = mine.windows(2).filter(|pair| pair[1].calls.len() < pair[0].calls.len()).count();
            let (left, lost) = (mine.len() - apart, mine.iter().rev().skip(1).all(|sent| sent.disconnected));
            let is_lost = way == Way::WebSocket && lost && !story.course.is_sync;
            let most = if is_lost { MOST_LOST } else { MOST };
            if left > most {
                self.complain(story, format!("left {left} times: {mine:#?}"));
            }
        }
    }
}

/// The attempts of a kind with a task in them that left.
fn attempts(log: &Log, kind: RequestKind, uuid: TaskUuid) -> impl Iterator<Item = &Sent> {
    let left = log.sent.iter().filter(move |sent| sent.kind == kind && !sent.refused);
    left.filter(move |sent| sent.calls.iter().any(|(task, _)| *task == uuid))
}

impl Story {
    /// From when until when each submission of the task by its caller may have been sent.
    fn submissions(&self) -> Vec<(Duration, Duration)> {
        let again = self.waits.windows(2).filter_map(|pair| {
            let is_again = matches!(&pair[0].end, Some(Err(error)) if error.is_safe_to_resubmit());
            is_again.then_some(pair[1].from)
        });
        let starts: Vec<_> = std::iter::once(self.waits[0].from).chain(again).collect();
        let ends = starts.iter().skip(1).copied().chain([Duration::MAX]);
        starts.iter().copied().zip(ends).collect()
    }
}
