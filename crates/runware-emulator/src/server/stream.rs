//! Bodies that come piece by piece.

use std::io;
use std::sync::Arc;
use std::vec;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use tokio::select;
use tokio::task::yield_now;

use super::Shared;
use crate::core::{Fate, Piece};

/// A body whose pieces are sent each at its time, and then as `fate` says. The end of the server breaks it off.
pub(super) fn body(shared: Arc<Shared>, pieces: Vec<Piece>, fate: Fate) -> Body {
    let schedule = Schedule { shared, pieces: pieces.into_iter(), fate };
    Body::from_stream(stream::unfold(Some(schedule), |schedule| async { schedule?.step().await }))
}

struct Schedule {
    shared: Arc<Shared>,
    pieces: vec::IntoIter<Piece>,
    fate: Fate,
}

type Step = Option<(io::Result<Bytes>, Option<Schedule>)>;

impl Schedule {
    async fn step(mut self) -> Step {
        // Lets what was sent so far go out by itself.
        yield_now().await;
        let Some(Piece { at, bytes }) = self.pieces.next() else {
            return match self.fate {
                Fate::Deliver => None,
                Fate::Stall(_) | Fate::Hang => {
                    self.shared.stopped().await;
                    broken_off()
                }
                Fate::Truncate(_) | Fate::Cut | Fate::Reset => broken_off(),
            };
        };
        select! {
            biased;
            () = self.shared.stopped() => broken_off(),
            () = self.shared.clock.sleep_until(at) => Some((Ok(bytes), Some(self))),
        }
    }
}

/// Makes hyper drop the connection.
fn broken_off() -> Step {
    let error = io::Error::other("the stream breaks off here, as a fault or the end of the server demands");
    Some((Err(error), None))
}
