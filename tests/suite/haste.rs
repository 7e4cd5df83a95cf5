//! Real connections without real waits: clocks that are fast.

use std::time::Duration;

use runware::Client;
use runware::transport::{Clock, Sleep, TokioClock};
use runware_emulator::{Emulator, Options};

/// A clock that goes so many times as fast as the runtime's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Haste {
    clock: TokioClock,
    times: u32,
}

impl Haste {
    pub(crate) fn new(times: u32) -> Self {
        Self { clock: TokioClock::new(), times }
    }
}

impl Clock for Haste {
    fn now(&self) -> Duration {
        self.clock.now() * self.times
    }

    fn sleep_until(&self, at: Duration) -> Sleep {
        // Rounded up: whoever wakes up too soon would not sleep again.
        self.clock.sleep_until(at / self.times + Duration::from_nanos(1))
    }
}

impl runware_emulator::Clock for Haste {
    fn now(&self) -> Duration {
        Clock::now(self)
    }

    fn sleep_until(&self, at: Duration) -> runware_emulator::Sleep {
        Clock::sleep_until(self, at)
    }
}

/// An emulator with a fast clock.
pub(crate) async fn start(haste: Haste, options: Options) -> Emulator {
    Emulator::builder().options(options).clock(haste).start().await.unwrap()
}

/// A client with a fast clock that may take both ways.
pub(crate) fn client(haste: Haste, http_url: &str, ws_url: &str) -> Client {
    let builder = Client::builder().api_key("test-key").base_url(http_url).ws_base_url(ws_url);
    builder.clock(std::sync::Arc::new(haste)).seed(7).build().unwrap()
}
