//! From the bytes of a reply to the text in it, and to the verdict at its end: pure.

use std::time::Duration;

use runware_transport::{Delivery, ErrorKind, Reply, TransportError};
use runware_types::{
    ApiError, CollectedText, Envelope, Item, TextDelta, TextEvent, TextStreamDecoder, TextStreamEnd,
};

use super::whole::Whole;
use crate::exchange::Exchange;
use crate::reading::{self, Answer};
use crate::{Error, TaskHandle};

/// How long a text and its thoughts may be together, in bytes.
const LONGEST_TEXT: usize = 16 << 20;

/// A body that may be a plain reply is kept up to this size.
const LARGEST_REFUSAL: usize = 1 << 20;

/// One text on its way in.
pub(super) struct Transcript {
    pub(super) collected: CollectedText,
    whole: Whole,
    handle: TaskHandle,
    decoder: TextStreamDecoder,
    longest: usize,
    status: u16,
    retry_after: Option<Duration>,
    opening: Opening,
    /// The last failure that the server reported, unless the end of the text came after it.
    failure: Option<ApiError>,
    /// How many pieces have come.
    pieces: usize,
    stop: Stop,
}

/// The body so far, as long as it may be a plain reply in place of a stream.
enum Opening {
    /// Nothing came but white space and a byte order mark.
    Unseen,
    Reply(Vec<u8>),
    Stream,
}

/// Why no more bytes come.
pub(super) enum Stop {
    Ended,
    Fault(TransportError),
    Closed,
}

/// What was found in the bytes.
pub(super) enum Found {
    Delta(TextDelta),
    End(Result<(), Error>),
}

impl Transcript {
    pub(super) fn new(handle: TaskHandle) -> Self {
        Self {
            collected: CollectedText::default(),
            whole: Whole::default(),
            handle,
            decoder: TextStreamDecoder::new(),
            longest: LONGEST_TEXT,
            status: 200,
            retry_after: None,
            opening: Opening::Unseen,
            failure: None,
            pieces: 0,
            stop: Stop::Ended,
        }
    }

    /// Takes the head of the reply.
    pub(super) fn begin(&mut self, status: u16, retry_after: Option<Duration>) {
        (self.status, self.retry_after) = (status, retry_after);
        if !self.is_success() {
            self.opening = Opening::Reply(Vec::new());
        }
    }

    /// Takes the next bytes of the body.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.decoder.push(bytes);
        if matches!(self.opening, Opening::Unseen) {
            // A byte order mark is no white space, and its three bytes are the beginning of no reply.
            let first =
                bytes.iter().find(|byte| !byte.is_ascii_whitespace() && !b"\xEF\xBB\xBF".contains(byte));
            match first {
                Some(b'{' | b'[') => self.opening = Opening::Reply(Vec::new()),
                Some(_) => self.opening = Opening::Stream,
                None => {}
            }
        }
        if let Opening::Reply(body) = &mut self.opening {
            body.extend_from_slice(bytes);
            if body.len() > LARGEST_REFUSAL {
                self.opening = Opening::Stream;
            }
        }
    }

    /// Says that no more bytes come.
    pub(super) fn finish(&mut self, stop: Stop) {
        self.stop = stop;
        self.decoder.finish();
    }

    /// What the bytes say next; `None` if more are needed.
    pub(super) fn next(&mut self) -> Option<Found> {
        loop {
            match self.decoder.next_event() {
                Ok(Some(TextEvent::Delta(delta))) => return Some(self.add(delta)),
                Ok(Some(TextEvent::Error(error))) => self.failure = Some(error),
                Ok(Some(TextEvent::End(end))) => return Some(Found::End(self.verdict(end))),
                // Neither text nor failure; it hides nothing.
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(error) => return Some(Found::End(Err(self.too_large(error.to_string())))),
            }
        }
    }

    /// The result that the pieces so far make.
    pub(super) fn item(&self) -> Option<Item> {
        self.whole.item(self.handle.task_uuid(), &self.collected)
    }

    /// How many pieces have come, if the server reported a failure, and nothing has made it good.
    pub(super) fn failed_at(&self) -> Option<usize> {
        self.failure.as_ref().map(|_| self.pieces)
    }

    fn add(&mut self, delta: TextDelta) -> Found {
        let kept = match delta.is_whole {
            true => 0,
            false => self.collected.text.len() + self.collected.reasoning_content.len(),
        };
        if kept.saturating_add(delta.text.len() + delta.reasoning_content.len()) > self.longest {
            return Found::End(
                Err(self.too_large(format!("the text is larger than {} bytes", self.longest))),
            );
        }
        self.collected.add(&delta);
        self.whole.add(&delta);
        self.pieces += 1;
        if delta.is_whole || delta.finish_reason.is_some() {
            self.failure = None;
        }
        if !delta.text.is_empty() || !delta.reasoning_content.is_empty() {
            self.opening = Opening::Stream;
        }
        Found::Delta(delta)
    }

    fn verdict(&mut self, end: TextStreamEnd) -> Result<(), Error> {
        if end.is_complete() {
            return Ok(());
        }
        let handle = self.handle.clone();
        if let Some(error) = self.refused() {
            return Err(error);
        }
        Err(match (self.failure.take(), &self.stop) {
            (Some(error), _) if error.is_conflict() && self.collected == CollectedText::default() => {
                Error::exists_already(handle, Some(error))
            }
            (Some(error), _) => Error::stream_failed(handle, &self.collected, error, self.status),
            (None, Stop::Closed) => Error::closed_in_stream(handle, &self.collected),
            (None, Stop::Fault(fault)) => Error::stream_cut(handle, &self.collected, Some(fault)),
            (None, Stop::Ended) => Error::stream_cut(handle, &self.collected, None),
        })
    }

    /// The server's refusal, if that is what came in place of a stream.
    fn refused(&mut self) -> Option<Error> {
        let Opening::Reply(body) = &mut self.opening else { return None };
        let envelope = Envelope::decode(std::mem::take(body)).ok();
        let fault = match &self.stop {
            Stop::Closed => return None,
            Stop::Fault(fault) => Some(fault.clone()),
            Stop::Ended => None,
        };
        let exchange = match envelope {
            // A good answer without an error and without a text is none: the text is still to come.
            Some(envelope) if self.is_success() && envelope.errors.is_empty() && self.failure.is_none() => {
                return None;
            }
            Some(envelope) => {
                let mut reply = Reply::new(self.status, envelope);
                reply.retry_after = self.retry_after;
                Exchange { replies: vec![reply], fault }
            }
            None if self.is_success() => return None,
            None => {
                let message = format!("the reply with status {} is not an API envelope", self.status);
                let undecodable = TransportError::new(ErrorKind::Undecodable, Delivery::Answered, message);
                let mut fault = fault.unwrap_or(undecodable).with_status(self.status);
                if let Some(delay) = self.retry_after {
                    fault = fault.with_retry_after(delay);
                }
                Exchange { replies: Vec::new(), fault: Some(fault) }
            }
        };
        let asked = self.handle.task_uuid();
        let answer = reading::read_submission(&exchange, &[asked]).remove(&asked)?;
        let failure = self.failure.clone().map(|error| (error, self.status));
        Some(refusal(&self.handle, answer, failure))
    }

    fn too_large(&self, message: String) -> Error {
        let fault = TransportError::new(ErrorKind::TooLarge, Delivery::Answered, message);
        Error::stream_cut(self.handle.clone(), &self.collected, Some(&fault))
    }

    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// What an answer without a text means; `failure` is the error that came with it, and its status.
pub(super) fn refusal(handle: &TaskHandle, answer: Answer, failure: Option<(ApiError, u16)>) -> Error {
    let handle = handle.clone();
    match (answer, failure) {
        (Answer::Accepted { replayed: true, .. }, failure) => {
            Error::exists_already(handle, failure.map(|(error, _)| error))
        }
        (Answer::Refused(cause) | Answer::NotSent(cause), _) => Error::not_accepted(handle, &cause),
        (Answer::Doubtful(cause), _) => Error::unconfirmed_stream(handle, Some(&cause)),
        (Answer::Rejected { error: Some(error), status }, _) => Error::rejected(handle, error, status),
        (Answer::Rejected { error: None, status }, _) => Error::rejected_by_status(handle, status),
        (Answer::Failed(_) | Answer::Accepted { .. }, Some((error, status))) => {
            Error::stream_failed(handle, &CollectedText::default(), error, status)
        }
        (Answer::Failed(_) | Answer::Accepted { .. } | Answer::Weak | Answer::TooMany { .. }, _) => {
            Error::unconfirmed_stream(handle, None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runware_types::TaskUuid;

    fn transcript(longest: usize) -> Transcript {
        let handle = TaskHandle::new(TaskUuid::from_key("test", "transcript"));
        Transcript { longest, ..Transcript::new(handle) }
    }

    #[test]
    fn a_text_has_a_bound_and_what_is_within_stays() {
        for (body, fits) in [
            (r#"{"delta":{"text":"abc","reasoningContent":"de"}}"#, true),
            (r#"{"delta":{"text":"abc","reasoningContent":"def"}}"#, false),
            (r#"{"text":"abcdefg"}"#, true),
        ] {
            let mut transcript = transcript(7);
            transcript.begin(200, None);
            transcript.push(b"data: {\"delta\":{\"text\":\"12\"}}\n");
            assert!(matches!(transcript.next(), Some(Found::Delta(_))));
            transcript.push(format!("data: {body}\n").as_bytes());
            match transcript.next() {
                Some(Found::Delta(_)) => assert!(fits, "{body}"),
                Some(Found::End(Err(error))) => {
                    assert!(!fits, "{body}");
                    assert_eq!(error.kind(), crate::ErrorKind::StreamCut);
                    assert_eq!(error.partial_text().unwrap().text, "12");
                    assert!(error.to_string().contains("the text is larger than 7 bytes"), "{error}");
                }
                _ => panic!("{body}"),
            }
        }
    }
}
