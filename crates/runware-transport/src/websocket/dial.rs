//! From an address to a socket: connecting and the upgrade.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use http::header::{DATE, RETRY_AFTER, USER_AGENT};
use http::{HeaderValue, Uri};
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::Connector;
use super::meter::Metered;
use super::socket::Socket;
use crate::excerpt::excerpt;
use crate::{ApiKey, Clock, Delivery, ErrorKind, TransportError, parse_retry_after};

/// How long connecting and the upgrade may take together.
const TIMEOUT: Duration = Duration::from_secs(10);
const WRITE_BUFFER: usize = 128 << 10;

/// A socket that is being made.
pub(super) type Dialling = Pin<Box<dyn Future<Output = Result<Box<Socket>, TransportError>> + Send>>;

/// Makes sockets to one address.
pub(super) struct Dialler {
    pub(super) connector: Arc<dyn Connector>,
    pub(super) uri: Uri,
    /// What can be shown of the address.
    pub(super) origin: String,
    pub(super) user_agent: HeaderValue,
    /// To keep it out of errors. It is not sent with the upgrade.
    pub(super) key: Option<ApiKey>,
    pub(super) max_message_bytes: usize,
    pub(super) clock: Arc<dyn Clock>,
}

impl Dialler {
    pub(super) fn dial(self: &Arc<Self>) -> Dialling {
        let dialler = Arc::clone(self);
        Box::pin(async move {
            let alarm = dialler.clock.sleep_until(dialler.clock.now().saturating_add(TIMEOUT));
            match select(pin!(dialler.open()), alarm).await {
                Either::Left((result, _)) => result,
                Either::Right(_) => {
                    let message = format!("no connection to {} within {TIMEOUT:?}", dialler.origin);
                    Err(TransportError::new(ErrorKind::Timeout, Delivery::NotSent, message))
                }
            }
        })
    }

    async fn open(&self) -> Result<Box<Socket>, TransportError> {
        let stream = self.connector.connect().await.map_err(|error| self.no_connection(error))?;
        let stream = Metered::new(stream, self.max_message_bytes);
        let request = self.request().map_err(|error| self.no_upgrade(error))?;
        let (stream, _) = client_async_with_config(request, stream, Some(self.config()))
            .await
            .map_err(|error| self.no_upgrade(error))?;
        Ok(Box::new(Socket::new(stream)))
    }

    /// The upgrade (docs/wire.md, handshake). It offers neither compression nor a subprotocol, and holds no key.
    fn request(&self) -> Result<Request, Error> {
        let mut request = self.uri.clone().into_client_request()?;
        request.headers_mut().insert(USER_AGENT, self.user_agent.clone());
        Ok(request)
    }

    fn config(&self) -> WebSocketConfig {
        WebSocketConfig::default()
            .max_message_size(Some(self.max_message_bytes))
            .max_frame_size(Some(self.max_message_bytes))
            // Only answers to control frames pass through these; messages are written below.
            .write_buffer_size(0)
            .max_write_buffer_size(WRITE_BUFFER)
    }

    fn no_connection(&self, error: io::Error) -> TransportError {
        let own = error.get_ref().and_then(|inner| inner.downcast_ref::<TransportError>());
        own.cloned().unwrap_or_else(|| self.failure(ErrorKind::Connect, "no connection to", &error))
    }

    fn no_upgrade(&self, error: Error) -> TransportError {
        match error {
            Error::Http(response) => self.refusal(&response),
            Error::Io(error) => {
                self.failure(ErrorKind::Connect, "the connection broke off on the way to", &error)
            }
            error => self.failure(ErrorKind::Connect, "no WebSocket is spoken by", &error),
        }
    }

    /// Any answer to the upgrade but "switching protocols".
    fn refusal(&self, response: &Response) -> TransportError {
        let status = response.status();
        let kind = if status.is_redirection() { ErrorKind::Redirect } else { ErrorKind::Connect };
        let message = match kind {
            ErrorKind::Redirect => "redirects to another place, which is not followed",
            _ => "refuses the connection",
        };
        let message = format!("{} {message} (status {})", self.origin, status.as_u16());
        let mut error = TransportError::new(kind, Delivery::NotSent, message).with_status(status.as_u16());
        let body = excerpt(response.body().as_deref().unwrap_or_default(), self.key.as_ref());
        if !body.is_empty() {
            error = error.with_causes([body]);
        }
        let header = |name| response.headers().get(name).map(|value| value.as_bytes());
        match header(RETRY_AFTER).and_then(|value| parse_retry_after(value, header(DATE))) {
            Some(delay) => error.with_retry_after(delay),
            None => error,
        }
    }

    fn failure(&self, kind: ErrorKind, message: &str, cause: &dyn std::error::Error) -> TransportError {
        let cause = excerpt(cause.to_string().as_bytes(), self.key.as_ref());
        let message = format!("{message} {}", self.origin);
        TransportError::new(kind, Delivery::NotSent, message).with_causes([cause])
    }
}
