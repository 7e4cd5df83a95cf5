//! What happens to the connection while a command waits.

use runware::Client;
use runware::transport::{Connection, ConnectionState};

use crate::output::Output;
use crate::output::sanitize;
use crate::stop::explain;

/// The changes of a client's connection, as long as there can be any.
#[derive(Debug)]
pub(crate) struct Changes(Option<Connection>);

impl Changes {
    pub(crate) fn of(client: &Client) -> Self {
        Self(Some(client.connection()))
    }

    /// The state after the next change. Where there is no connection that lasts, this waits for ever.
    pub(crate) async fn next(&mut self) -> ConnectionState {
        if let Some(connection) = &mut self.0
            && let Some(state) = connection.changed().await
        {
            return state;
        }
        self.0 = None;
        std::future::pending().await
    }
}

/// Says why there is no connection: to those who want to know what is made good by itself, and to all what is not.
pub(crate) fn tell(state: &ConnectionState, falls_back_on_http: bool, output: &mut Output) {
    match state {
        ConnectionState::Waiting { reason, .. } => {
            output.detail(&format!("no connection, trying again: {}", sanitize::line(&explain(reason))));
        }
        ConnectionState::Refused { reason, .. } => {
            let meanwhile = if falls_back_on_http { " Requests go over HTTP meanwhile." } else { "" };
            let reason = sanitize::line(&explain(reason));
            output.warn(&format!("No WebSocket connection for now: {reason}.{meanwhile}"));
        }
        _ => {}
    }
}
