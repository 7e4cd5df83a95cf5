//! Real connections without real waits: clocks that are fast.

use runware::Client;
use runware_emulator::{Emulator, Options};

pub(crate) use runware_tests::haste::Haste;

/// An emulator with a fast clock.
pub(crate) async fn start(haste: Haste, options: Options) -> Emulator {
    Emulator::builder().options(options).clock(haste).start().await.unwrap()
}

/// A client with a fast clock that may take both ways.
pub(crate) fn client(haste: Haste, http_url: &str, ws_url: &str) -> Client {
    let builder = Client::builder().api_key("test-key").base_url(http_url).ws_base_url(ws_url);
    builder.clock(std::sync::Arc::new(haste)).seed(7).build().unwrap()
}
