//! From lines to what they mean.

use alloc::borrow::ToOwned;
use alloc::collections::VecDeque;
use alloc::string::String;

use bytes::Bytes;

use super::{TextDelta, TextEvent, TextStreamEnd};
use crate::sse::Line;
use crate::{Envelope, Item, Limits, RawJson};

/// The data of the last event.
const END_MARK: &str = "[DONE]";

/// Reads the lines of one stream.
#[derive(Clone)]
pub(super) struct Reader {
    limits: Limits,
    /// Lines of JSON that is not complete yet.
    held: String,
    /// Whether these lines are no `data` lines, but JSON with nothing around it.
    held_is_bare: bool,
    /// What was read and not taken yet.
    pub(super) ready: VecDeque<TextEvent>,
    /// Whether the model has said why it stopped, or sent a whole result.
    is_complete: bool,
    /// Whether a failure was reported, and neither of these came after it.
    has_failed: bool,
    pub(super) is_over: bool,
}

impl Reader {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            held: String::new(),
            held_is_bare: false,
            ready: VecDeque::new(),
            is_complete: false,
            has_failed: false,
            is_over: false,
        }
    }

    /// How many bytes of earlier lines are kept.
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    pub(super) fn take(&mut self, line: Line<'_>) {
        match line {
            Line::Data(text) => self.take_text(&text, false),
            Line::Unknown(text) if self.is_bare_json(&text) => self.take_text(&text, true),
            Line::Unknown(text) => self.put_other(text.into_owned()),
            // JSON that is laid out over lines may have blank ones.
            Line::Blank if !self.held_is_bare => self.release(),
            Line::Blank | Line::Event(_) | Line::Id(_) | Line::Ignored => {}
        }
    }

    /// Takes the end of the body.
    pub(super) fn close(&mut self) {
        self.release();
        self.end(if self.is_complete { TextStreamEnd::Ended } else { TextStreamEnd::Cut });
    }

    fn is_bare_json(&self, text: &str) -> bool {
        (self.held_is_bare && !self.held.is_empty()) || text.trim_start().starts_with(['{', '['])
    }

    fn take_text(&mut self, text: &str, is_bare: bool) {
        if self.held_is_bare != is_bare {
            self.release();
            self.held_is_bare = is_bare;
        }
        if text.trim() == END_MARK {
            self.release();
            self.end(TextStreamEnd::Finished);
        } else if !self.held.is_empty() {
            self.held.push('\n');
            self.held.push_str(text);
        } else {
            match RawJson::parse(text.to_owned()) {
                Ok(json) => self.read(json),
                // The parser wants more, and the next lines may have it.
                Err(error) if error.offset() == Some(text.len()) => self.held.push_str(text),
                Err(_) => self.put_other(text.to_owned()),
            }
        }
    }

    /// Reads the lines that were held, as one value if they are one.
    fn release(&mut self) {
        let held = Bytes::from(core::mem::take(&mut self.held));
        match RawJson::parse(held.clone()) {
            Ok(json) => self.read(json),
            Err(_) => self.read_lines(core::str::from_utf8(&held).unwrap_or_default()),
        }
    }

    fn read_lines(&mut self, text: &str) {
        let mut unread = String::new();
        for line in text.split('\n') {
            match RawJson::parse(line.to_owned()) {
                Ok(json) => {
                    self.put_other(core::mem::take(&mut unread));
                    self.read(json);
                }
                Err(_) if unread.is_empty() => unread.push_str(line),
                Err(_) => {
                    unread.push('\n');
                    unread.push_str(line);
                }
            }
        }
        self.put_other(unread);
    }

    /// Reads one JSON value: a piece, failures, or a reply with any number of both.
    fn read(&mut self, json: RawJson) {
        let found_before = self.ready.len();
        let (items, errors) = match Envelope::decode_with(json.as_bytes().clone(), &self.limits) {
            Ok(reply) => (reply.items, reply.errors),
            Err(_) => Default::default(),
        };
        let is_item = items.iter().any(|item| *item.raw() == json);
        for item in &items {
            self.read_item(item);
        }
        // A piece need not name its task, and may report failures beside its text.
        if !is_item
            && TextDelta::is_in(&json)
            && let Ok(item) = Item::from_raw(json.clone())
        {
            self.put_delta(TextDelta::read(&item));
        }
        self.has_failed |= !errors.is_empty();
        self.ready.extend(errors.into_iter().map(TextEvent::Error));
        if self.ready.len() == found_before {
            self.put_other(json.as_str().to_owned());
        }
    }

    fn read_item(&mut self, item: &Item) {
        let failure = item.failure();
        if failure.is_none() || TextDelta::is_in(item.raw()) {
            self.put_delta(TextDelta::read(item));
        }
        if let Some(error) = failure {
            self.has_failed = true;
            self.ready.push_back(TextEvent::Error(error));
        }
    }

    fn put_delta(&mut self, delta: TextDelta) {
        if delta.is_whole || delta.finish_reason.is_some() {
            (self.is_complete, self.has_failed) = (true, false);
        }
        self.ready.push_back(TextEvent::Delta(delta));
    }

    /// White space is worth no event.
    fn put_other(&mut self, text: String) {
        if !text.trim().is_empty() {
            self.ready.push_back(TextEvent::Other(text));
        }
    }

    /// Ends the stream like this, unless its last word was a failure: the mark tells that nothing follows, and not that
    /// nothing is missing.
    fn end(&mut self, end: TextStreamEnd) {
        let end = if self.has_failed { TextStreamEnd::Failed } else { end };
        self.is_over = true;
        self.ready.push_back(TextEvent::End(end));
    }
}
