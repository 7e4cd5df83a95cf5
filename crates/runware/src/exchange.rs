//! One request and everything that comes back for it.

use std::time::Duration;

use bytes::Bytes;
use runware_transport::{Attempt, Call, Delivery, Reply, Transport, TransportError};
use runware_types::{GetResponse, GetTaskDetails, TaskUuid};

/// All that one request brought: its replies, and the fault that ended it early, if one did.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) replies: Vec<Reply>,
    pub(crate) fault: Option<TransportError>,
}

impl Exchange {
    /// Sends the calls as one request and gathers the replies.
    pub(crate) async fn run(transport: &dyn Transport, calls: Vec<Call>, timeout: Duration) -> Self {
        let mut exchange = Self { replies: Vec::new(), fault: None };
        match transport.send(Attempt::new(calls, timeout)).await {
            Ok(mut replies) => {
                while let Some(reply) = replies.next().await {
                    match reply {
                        Ok(reply) => exchange.replies.push(reply),
                        Err(fault) => exchange.fault = Some(fault),
                    }
                }
            }
            Err(fault) => exchange.fault = Some(fault),
        }
        exchange
    }

    /// True if it is certain that no byte of the request was sent.
    pub(crate) fn was_not_sent(&self) -> bool {
        self.fault.as_ref().is_some_and(|fault| fault.delivery() == Delivery::NotSent)
    }
}

/// The call that asks how a task stands.
pub(crate) fn status_call(task_uuid: TaskUuid) -> Call {
    call(task_uuid, GetResponse::new(task_uuid).encode())
}

/// The call that asks for a task's archived request and response.
pub(crate) fn details_call(task_uuid: TaskUuid) -> Call {
    call(task_uuid, GetTaskDetails::new(task_uuid).encode())
}

/// One element of a request.
pub(crate) fn call(task_uuid: TaskUuid, bytes: Bytes) -> Call {
    Call::new(Some(task_uuid), bytes)
}
