//! What faults do to event streams.

use std::time::Duration;

use bytes::Bytes;

use super::{Broken, Content, Event, Stream};
use crate::core::response::Piece;
use crate::fault::{Action, StreamFault};

/// How many comment lines a stream gets at the most.
const MAX_COMMENTS: u32 = 10_000;

impl Stream {
    /// Does to the events what the fault says; whether they still tell the outcome of the task, and how they break off.
    pub(super) fn suffer(&mut self, now: Duration, fault: &StreamFault) -> (bool, Option<Broken>) {
        match fault {
            StreamFault::Cut(count) => (self.keep(*count), Some(Broken::Cut)),
            StreamFault::Stall(count) => (self.keep(*count), Some(Broken::Silent)),
            StreamFault::End(count) => {
                let whole = self.keep(*count);
                self.is_open &= whole;
                (whole, None)
            }
            StreamFault::Fail(count, code) => (self.fail(now, *count, code), None),
            StreamFault::NoFinish => {
                self.events.retain(|event| !event.finishes());
                (true, None)
            }
            StreamFault::NoDone => {
                self.events.retain(|event| !matches!(event.content, Content::Done));
                (true, None)
            }
            StreamFault::Split { .. } | StreamFault::Comments(_) | StreamFault::Whole => (true, None),
        }
    }

    /// Drops the events after the first `count`; whether there were none.
    fn keep(&mut self, count: usize) -> bool {
        let whole = count >= self.events.len();
        self.events.truncate(count);
        whole
    }

    /// Puts a failure in the place of the events after the first `count`, at the time of the first of them.
    fn fail(&mut self, now: Duration, count: usize, code: &str) -> bool {
        let at = self.events.get(count).or(self.events.last()).map_or(now, |event| event.at);
        self.keep(count);
        self.is_open = false;
        self.events.push(Event { at, content: Content::Failure(code.to_owned(), None) });
        if self.form.failure_done {
            self.events.push(Event { at, content: Content::Done });
        }
        false
    }
}

impl Event {
    fn finishes(&self) -> bool {
        matches!(&self.content, Content::Piece(members) if members.iter().any(|(name, _)| *name == "finishReason"))
    }
}

/// Does to the written events what the fault says, and says how they break off. `until` is when they end, if they do.
pub(super) fn strike(
    fault: &Action,
    now: Duration,
    until: Option<Duration>,
    pieces: &mut Vec<Piece>,
) -> Option<Broken> {
    match fault {
        Action::Truncate(bytes) => {
            trim(pieces, *bytes);
            return Some(Broken::Cut);
        }
        Action::Stall(bytes) => {
            trim(pieces, *bytes);
            return Some(Broken::Silent);
        }
        Action::Delay(time) => {
            for piece in pieces {
                piece.at = piece.at.saturating_add(*time);
            }
        }
        Action::Rewrite(edit) => {
            for piece in pieces {
                piece.bytes = edit.apply(std::mem::take(&mut piece.bytes));
            }
        }
        Action::Stream(StreamFault::Comments(every)) => comment(pieces, now, until, *every),
        Action::Stream(StreamFault::Split { bytes, pause }) => split(pieces, *bytes, *pause),
        _ => {}
    }
    None
}

/// Keeps the first `left` bytes.
fn trim(pieces: &mut Vec<Piece>, mut left: usize) {
    for piece in pieces.iter_mut() {
        piece.bytes.truncate(left);
        left -= piece.bytes.len();
    }
    pieces.retain(|piece| !piece.bytes.is_empty());
}

/// Puts comments between the pieces; one that is due together with a piece goes first.
fn comment(pieces: &mut Vec<Piece>, now: Duration, until: Option<Duration>, every: Duration) {
    let times = (0..MAX_COMMENTS)
        .map(|number| now.saturating_add(every.saturating_mul(number)))
        .take_while(|at| until.is_none_or(|until| *at <= until));
    let comments = times.map(|at| Piece { at, bytes: Bytes::from_static(b": keep-alive\n\n") });
    let mut all: Vec<Piece> = comments.chain(pieces.drain(..)).collect();
    all.sort_by_key(|piece| piece.at);
    *pieces = all;
}

/// Sends every `length` bytes by themselves, with a pause between one piece and the next.
fn split(pieces: &mut Vec<Piece>, length: usize, pause: Duration) {
    let mut free_at = Duration::ZERO;
    let mut all = Vec::new();
    for Piece { at, mut bytes } in pieces.drain(..) {
        while !bytes.is_empty() {
            let part = bytes.split_to(length.clamp(1, bytes.len()));
            let at = at.max(free_at);
            free_at = at.saturating_add(pause);
            all.push(Piece { at, bytes: part });
        }
    }
    *pieces = all;
}
