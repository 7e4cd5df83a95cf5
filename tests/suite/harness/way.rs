//! Over which transport the client of a test talks.

use std::cell::Cell;
use std::future::Future;

/// The transport between client and emulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The emulator's core behind a transport that behaves as over HTTP.
    Http,
    /// The WebSocket transport, over a pipe in memory.
    WebSocket,
}

thread_local! {
    static CHOSEN: Cell<Way> = const { Cell::new(Way::Http) };
}

impl Way {
    /// The way of the test that runs on this thread.
    pub(crate) fn chosen() -> Self {
        CHOSEN.get()
    }

    /// What is so over one transport, and otherwise over the other.
    pub(crate) fn pick<T>(http: T, websocket: T) -> T {
        match Self::chosen() {
            Self::Http => http,
            Self::WebSocket => websocket,
        }
    }
}

/// Runs a test over one transport. Its runtime must not leave the thread.
pub(crate) async fn over<T>(way: Way, test: impl Future<Output = T>) -> T {
    CHOSEN.set(way);
    let result = test.await;
    CHOSEN.set(Way::Http);
    result
}

/// Makes two tests of each function, one for each transport, on a paused clock.
macro_rules! over_each_transport {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::harness::{Way, over};

            #[tokio::test(start_paused = true)]
            async fn over_http() {
                over(Way::Http, super::$name()).await;
            }

            #[tokio::test(start_paused = true)]
            async fn over_websocket() {
                over(Way::WebSocket, super::$name()).await;
            }
        }
    )+};
}
pub(crate) use over_each_transport;

/// Makes two tests of each function, one for each transport, over real connections.
macro_rules! over_each_connection {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::harness::{Way, over};

            #[tokio::test]
            async fn over_http() {
                over(Way::Http, super::$name()).await;
            }

            #[tokio::test]
            async fn over_websocket() {
                over(Way::WebSocket, super::$name()).await;
            }
        }
    )+};
}
pub(crate) use over_each_connection;
