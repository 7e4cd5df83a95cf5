//! A client built on another implementation of the protocol than the emulator.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use runware_emulator::Emulator;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_websockets::{ClientBuilder, CloseCode, Message, WebSocketStream};

pub(crate) const U: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";
pub(crate) const V: &str = "b7db282d-2943-4f12-992f-77df3ad3ec71";

pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// A client and its socket. Each wait for a frame is bounded.
pub(crate) struct Peer(pub(crate) WebSocketStream<Box<dyn Io>>);

impl Peer {
    pub(crate) async fn over_tcp(emulator: &Emulator) -> Self {
        let stream = TcpStream::connect(emulator.address()).await.unwrap();
        Self::upgrade(emulator, Box::new(stream)).await
    }

    pub(crate) async fn inside(emulator: &Emulator) -> Self {
        Self::upgrade(emulator, Box::new(emulator.connect())).await
    }

    async fn upgrade(emulator: &Emulator, stream: Box<dyn Io>) -> Self {
        let builder = ClientBuilder::new().uri(&emulator.ws_url()).unwrap();
        Self(builder.connect_on(stream).await.unwrap().0)
    }

    pub(crate) async fn authenticated(mut self) -> Self {
        self.authenticate(None).await;
        self
    }

    /// Frames and bytes that break the rules are sent below this.
    pub(crate) fn connection(&mut self) -> &mut Box<dyn Io> {
        self.0.get_mut()
    }

    /// Authenticates, and returns the session.
    pub(crate) async fn authenticate(&mut self, session: Option<&str>) -> String {
        let mut task = json!({"taskType": "authentication", "apiKey": "key"});
        if let Some(session) = session {
            task["connectionSessionUUID"] = session.into();
        }
        self.send(json!([task])).await;
        let greeting = self.receive().await;
        greeting["data"][0]["connectionSessionUUID"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn send(&mut self, tasks: Value) {
        self.0.send(Message::text(tasks.to_string())).await.unwrap();
    }

    /// The next message, as JSON.
    pub(crate) async fn receive(&mut self) -> Value {
        let message = bounded(self.0.next()).await.expect("a message").expect("a readable message");
        serde_json::from_str(message.as_text().expect("a text")).unwrap()
    }

    /// The code of the close frame that comes next.
    pub(crate) async fn close_code(&mut self) -> CloseCode {
        let message = bounded(self.0.next()).await.expect("a message").expect("a readable message");
        message.as_close().expect("a close frame").0
    }

    /// Whether the connection ends without a close frame.
    pub(crate) async fn is_cut(&mut self) -> bool {
        !matches!(bounded(self.0.next()).await, Some(Ok(_)))
    }

    /// The bytes that come until the connection ends, or until nothing has come for a minute.
    pub(crate) async fn raw(self) -> (Vec<u8>, bool) {
        let mut connection = self.0.into_inner();
        let mut bytes = Vec::new();
        let ended = within(Duration::from_secs(60), connection.read_to_end(&mut bytes)).await.is_some();
        (bytes, ended)
    }

    /// Whether nothing comes for a minute.
    pub(crate) async fn is_silent(&mut self) -> bool {
        within(Duration::from_secs(60), self.0.next()).await.is_none()
    }
}

pub(crate) fn image(uuid: &str) -> Value {
    json!({"taskType": "imageInference", "taskUUID": uuid, "model": "m", "positivePrompt": "a cat"})
}

pub(crate) fn video(uuid: &str) -> Value {
    json!({"taskType": "videoInference", "taskUUID": uuid, "model": "m", "positivePrompt": "waves"})
}

pub(crate) fn check(uuid: &str) -> Value {
    json!({"taskType": "getResponse", "taskUUID": uuid})
}

/// Waits five minutes at most, longer than anything takes here; a paused clock makes them short.
pub(crate) async fn bounded<T>(future: impl Future<Output = T>) -> T {
    within(Duration::from_secs(300), future).await.expect("within five minutes")
}

#[expect(clippy::disallowed_methods, reason = "the time of tests is the runtime's")]
pub(crate) async fn within<T>(time: Duration, future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(time, future).await.ok()
}

#[expect(clippy::disallowed_methods, reason = "the time of tests is the runtime's, and it is paused")]
pub(crate) async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

#[expect(clippy::disallowed_methods, reason = "the time of tests is the runtime's")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
