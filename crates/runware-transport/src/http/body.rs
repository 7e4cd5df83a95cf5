//! Reading a reply's body, as long as it moves.

use std::time::Duration;

use bytes::Bytes;

use super::intake::Intake;
use super::pace::{Halt, Pace};
use crate::{Clock, TransportError};

/// Why a body could not be had.
pub(super) enum Shortfall {
    /// It came, and was refused.
    Refused(TransportError),
    /// The connection broke.
    Broken(reqwest::Error),
    /// It did not come in time.
    Halted(Halt),
}

/// The whole body, if it comes before the deadline and keeps moving.
pub(super) async fn read(
    mut response: reqwest::Response,
    mut intake: Intake,
    clock: &dyn Clock,
    deadline: Duration,
) -> Result<Bytes, Shortfall> {
    if let Some(length) = response.content_length() {
        intake.announce(length).map_err(Shortfall::Refused)?;
    }
    let mut pace = Pace::new(clock, deadline);
    loop {
        let chunk = pace.wait(response.chunk()).await.map_err(Shortfall::Halted)?;
        let Some(chunk) = chunk.map_err(Shortfall::Broken)? else { break };
        pace.note(chunk.len());
        intake.push(&chunk).map_err(Shortfall::Refused)?;
    }
    intake.finish().map_err(Shortfall::Refused)
}
