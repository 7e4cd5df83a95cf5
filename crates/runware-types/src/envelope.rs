//! A whole reply.

mod anomaly;
mod body;
mod decode;
mod entries;
mod fields;
mod shapes;
mod source;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;

use crate::{ApiError, DecodeError, Item, TaskUuid};

pub use anomaly::{Anomaly, AnomalyKind};
pub(crate) use fields::{Elements, Fields, says_nothing};
pub(crate) use source::Source;

/// A whole reply: what a server answers to a request, sends in a WebSocket frame or posts to a webhook.
///
/// Results and failures arrive side by side, and each carries the `taskUUID` it belongs to. The HTTP status decides
/// nothing here: a reply is read the same way under any.
///
/// ```
/// use runware_types::{Envelope, Phase};
///
/// let reply = Envelope::decode(br#"{
///     "data": [
///         {"taskType": "videoInference", "taskUUID": "24cd5dff-cb81-4db5-8506-b72a9425f9d1", "status": "processing"}
///     ],
///     "errors": [
///         {"code": "timeoutProvider", "message": "No answer.", "taskUUID": "24cd5dff-cb81-4db5-8506-b72a9425f9d1"}
///     ]
/// }"#.as_slice())?;
/// assert_eq!(reply.items[0].phase(), Phase::Running);
/// assert!(reply.errors[0].is_retryable());
/// assert_eq!(reply.items[0].task_uuid(), reply.errors[0].task_uuid());
/// # Ok::<(), runware_types::DecodeError>(())
/// ```
///
/// Source: Task Polling page; `docs/wire.md`, "Replies".
#[derive(Clone, PartialEq)]
pub struct Envelope {
    /// The entries of `data`, in the order they were sent.
    pub items: Vec<Item>,
    /// The entries of `errors`, or the error in whatever shape the reply had it.
    ///
    /// Failures that came as items stay there; see [`Item::failure`].
    pub errors: Vec<ApiError>,
    /// What was odd about the reply: the first 1,000 things. Further ones are dropped.
    pub anomalies: Vec<Anomaly>,
    raw: Bytes,
    has_data: bool,
    has_errors: bool,
}

/// How much a reply may ask of its reader.
///
/// ```
/// use runware_types::{DecodeErrorKind, Envelope, Limits};
///
/// let limits = Limits { max_bytes: 1000, ..Limits::default() };
/// let error = Envelope::decode_with(vec![b' '; 1001].into(), &limits).unwrap_err();
/// assert_eq!(error.kind(), DecodeErrorKind::TooLarge);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes a reply may have; 64 MiB unless set, and 4 GiB whatever is set.
    pub max_bytes: usize,
    /// The deepest that lists and objects may be nested, the reply itself included; 128 unless set.
    pub max_depth: usize,
    /// The most entries that `data` may have, and the most that `errors` may have; 100,000 unless set.
    pub max_items: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 64 * 1024 * 1024, max_depth: 128, max_items: 100_000 }
    }
}

impl Envelope {
    /// Reads a reply within the default [`Limits`].
    ///
    /// # Errors
    ///
    /// As for [`decode_with`](Self::decode_with).
    pub fn decode(body: impl Into<Bytes>) -> Result<Self, DecodeError> {
        Self::decode_with(body.into(), &Limits::default())
    }

    /// Reads a reply.
    ///
    /// Accepted are `data` as a list or a single object; `errors` and `error` as a list, an object or a text; a body
    /// that is itself an error, a list of errors or an item; and the old form `{"error": true, "errorId": …}`. Every
    /// part of the result shares the memory of `body`. A byte order mark is dropped. Invalid UTF-8 is replaced, for which
    /// the body is copied once. Offsets count in the text without the mark and after the replacement.
    ///
    /// Beside the body, reading takes up to 300 bytes for each entry, however short, and up to 800 in a body that is itself
    /// a list, so at most 80 MB for [`Limits::max_items`]; 16 bytes for each field of an item, and up to three times that
    /// while the list of them grows; and copies of the texts that an error has a method for. Errors of one list also copy
    /// what the object around them says of all, up to 256 bytes of each key, which can be 2 kB an error.
    ///
    /// # Errors
    ///
    /// The body is empty, exceeds a limit, is not JSON, or is JSON that cannot be a reply: `null`, a number, a text, a
    /// list without any error or item, an object that has keys but none of a reply's. `{}` and `{"data": []}` are
    /// replies; see [`is_blank`](Self::is_blank). Entries that cannot be read are no errors either: they are put into
    /// [`anomalies`](Self::anomalies), and the entries beside them are kept.
    pub fn decode_with(body: Bytes, limits: &Limits) -> Result<Self, DecodeError> {
        decode::decode(body, limits)
    }

    /// What the reply says of some tasks: the items and errors whose `taskUUID` is wanted, and nothing else.
    ///
    /// Entries without a readable `taskUUID` are left out, and so are the anomalies. [`raw`](Self::raw) stays whole.
    ///
    /// ```
    /// use runware_types::{Envelope, TaskUuid};
    ///
    /// let task: TaskUuid = "24cd5dff-cb81-4db5-8506-b72a9425f9d1".parse()?;
    /// let frame = Envelope::decode(br#"{
    ///     "data": [{"taskType": "videoInference", "taskUUID": "24cd5dff-cb81-4db5-8506-b72a9425f9d1"}],
    ///     "errors": [{"code": "serviceUnavailable"}]
    /// }"#.as_slice())?;
    /// let ours = frame.about(|named| named == task);
    /// assert_eq!((ours.items.len(), ours.errors.len()), (1, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn about(&self, is_wanted: impl Fn(TaskUuid) -> bool) -> Self {
        let items = self.items.iter().filter(|item| item.task_uuid().is_some_and(&is_wanted));
        let errors = self.errors.iter().filter(|error| error.task_uuid().is_some_and(&is_wanted));
        Self {
            items: items.cloned().collect(),
            errors: errors.cloned().collect(),
            anomalies: Vec::new(),
            raw: self.raw.clone(),
            has_data: self.has_data,
            has_errors: self.has_errors,
        }
    }

    /// The reply exactly as it came.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// Writes the reply as `{"data":[…],"errors":[…]}`, each entry exactly as it came.
    ///
    /// A list is written if the reply had that key, or if it has entries. A compact reply of this shape comes out byte
    /// for byte as it came in; other shapes come out in this one. What [`anomalies`](Self::anomalies) holds is left out.
    pub fn encode(&self) -> Bytes {
        let mut out = Vec::with_capacity(self.raw.len());
        let items = self.items.iter().map(|item| item.raw().as_bytes());
        let errors = self.errors.iter().map(|error| error.raw().as_bytes());
        out.push(b'{');
        if self.has_data || !self.items.is_empty() {
            encode_list(&mut out, "\"data\":[", items);
        }
        if self.has_errors || !self.errors.is_empty() {
            encode_list(&mut out, "\"errors\":[", errors);
        }
        out.push(b'}');
        out.into()
    }

    /// Whether the reply says nothing at all: no item, no error, and nothing unreadable in their place.
    ///
    /// Some servers acknowledge a submit, or report that they do not see a task yet, with `{}` or `{"data": []}`.
    pub fn is_blank(&self) -> bool {
        let unreadable = |anomaly: &Anomaly| {
            matches!(anomaly.kind, AnomalyKind::UnusableField | AnomalyKind::UnusableElement)
        };
        self.items.is_empty() && self.errors.is_empty() && !self.anomalies.iter().any(unreadable)
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("items", &self.items)
            .field("errors", &self.errors)
            .field("anomalies", &self.anomalies)
            .finish_non_exhaustive()
    }
}

fn encode_list<'a>(out: &mut Vec<u8>, key: &str, entries: impl Iterator<Item = &'a Bytes>) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.extend_from_slice(key.as_bytes());
    for (nth, entry) in entries.enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        out.extend_from_slice(entry);
    }
    out.push(b']');
}
