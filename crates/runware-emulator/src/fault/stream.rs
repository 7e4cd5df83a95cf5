//! Faults of event streams.

use std::time::Duration;

/// What goes wrong with an event stream; see [`Action::Stream`](crate::Action::Stream).
///
/// Events are counted as they are sent, the last one, `[DONE]`, included. The task is carried out and billed whatever
/// becomes of its stream.
///
/// ```
/// use runware_emulator::{Action, Options, Rule, StreamFault};
///
/// // The second stream breaks off after three words.
/// let rule = Rule::new(Action::Stream(StreamFault::Cut(3))).nth(2);
/// let options = Options::new().fault(rule);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamFault {
    /// After this many events the connection closes in the middle of the body.
    Cut(usize),
    /// After this many events the body ends, as though it were complete.
    End(usize),
    /// After this many events nothing more comes; the connection stays open.
    Stall(usize),
    /// After this many events comes an error with this code, written as
    /// [`Choices::stream_failure`](crate::Choices::stream_failure) says, and the body ends.
    Fail(usize, String),
    /// Everything comes but the event with `finishReason`, and `usage` and `cost` where they stand in it.
    NoFinish,
    /// Everything comes but `[DONE]`.
    NoDone,
    /// Everything comes in pieces of at most `bytes` bytes, at least `pause` after one another.
    Split {
        /// The length of a piece; 0 counts as 1.
        bytes: usize,
        /// The time between two pieces.
        pause: Duration,
    },
    /// A comment line comes this often, from the beginning up to the end; at most 10,000 of them.
    Comments(Duration),
    /// The reply is no stream: it is the JSON of a synchronous task, and comes when the task is over.
    Whole,
}
