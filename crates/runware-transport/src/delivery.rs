//! Whether a failed attempt may have reached the server.

use std::fmt;

/// Whether a failed attempt may have reached the server.
///
/// A submission costs money, so what may be done after a failure depends on this and on nothing else:
/// only after [`NotSent`](Self::NotSent) is it certain that sending again buys nothing twice.
///
/// A transport never guesses in the cheap direction. What it cannot prove to be unsent is
/// [`MaybeSent`](Self::MaybeSent).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// No byte of the tasks left this process: the server knows nothing of them.
    NotSent,
    /// The tasks, or a part of them, may have reached the server; what came of them is unknown.
    ///
    /// This is also the class of a reply whose body broke off: its status was received (and is kept in
    /// [`TransportError::status`](crate::TransportError::status)), but not what it says about each task.
    MaybeSent,
    /// The server, or something in front of it, answered; the answer is not one that can be used.
    ///
    /// [`TransportError::status`](crate::TransportError::status) holds the status it came with. A success
    /// status with an unusable body says nothing about the tasks: for a submission, treat it like
    /// [`MaybeSent`](Self::MaybeSent).
    Answered,
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "not sent",
            Self::MaybeSent => "maybe sent",
            Self::Answered => "answered",
        })
    }
}
