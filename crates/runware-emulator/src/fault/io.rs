//! Faults of connections, below HTTP.

use std::time::Duration;

/// Which connections go wrong, when, and how.
///
/// Connections are numbered from 1 in the order in which they were accepted, whether they carry HTTP or a WebSocket;
/// [`Emulator::connections`](crate::Emulator::connections) is the number of the last one. A rule strikes them all,
/// unless it says [`nth`](Self::nth) or [`first`](Self::first); where several rules fit a connection, the one that was
/// added first strikes it. It strikes at once, unless it says [`after`](Self::after).
///
/// ```
/// use runware_emulator::{IoFault, IoRule, Options};
///
/// // The second connection is reset in place of its first reply.
/// let lost = IoRule::new(IoFault::Reset).nth(2).when_writing();
/// // The first three stop after 100 bytes, and stay open.
/// let stalled = IoRule::new(IoFault::Stall).first(3).after(100);
/// let options = Options::new().io_fault(lost).io_fault(stalled);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IoRule {
    pub(crate) fault: IoFault,
    pub(crate) after: u64,
    pub(crate) when_writing: bool,
    from: u64,
    until: u64,
}

impl IoRule {
    /// A rule that strikes every connection at once.
    pub fn new(fault: IoFault) -> Self {
        Self { fault, after: 0, when_writing: false, from: 1, until: u64::MAX }
    }

    /// Only the nth connection.
    pub fn nth(mut self, number: u64) -> Self {
        (self.from, self.until) = (number, number);
        self
    }

    /// Only the first `count` connections.
    pub fn first(mut self, count: u64) -> Self {
        (self.from, self.until) = (1, count);
        self
    }

    /// Strikes as soon as the server has written this many bytes, heads and frames included; of a connection that was
    /// open when the rule was added, bytes from then on count.
    pub fn after(mut self, bytes: u64) -> Self {
        self.after = bytes;
        self
    }

    /// Strikes later still: in place of the next byte that the server wants to write, so that the request before it is
    /// carried out.
    pub fn when_writing(mut self) -> Self {
        self.when_writing = true;
        self
    }

    pub(crate) fn fits(&self, number: u64) -> bool {
        (self.from..=self.until).contains(&number)
    }
}

/// What goes wrong with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IoFault {
    /// It is reset. A connection in memory knows no resets, and ends.
    Reset,
    /// The server's side ends in good order, and the server goes on reading, to no effect.
    Truncate,
    /// The server writes nothing more, and goes on reading.
    Stall,
    /// The server writes at most this many bytes at a time, this far apart by its clock; 0 bytes count as 1.
    Drip {
        /// How many bytes are written at a time.
        bytes: usize,
        /// The time between one write and the next.
        every: Duration,
    },
    /// The server neither reads nor writes nor ends the connection, as though the machine were gone.
    HalfOpen,
}
