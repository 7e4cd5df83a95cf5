//! Ctrl-C and requests to end.

use std::io;
use std::thread;
use std::time::Duration;

use runware::transport::{Clock as _, TokioClock};
use tokio::sync::watch;

use crate::exit::Exit;
use crate::stop::Stop;

/// How long a command may take to say its last words. A terminal that takes no output must not keep it alive.
const LAST_WORDS: Duration = Duration::from_millis(1_500);

/// Whether somebody asked this process to end.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt {
    raised: watch::Receiver<bool>,
}

impl Interrupt {
    /// Listens from now on. After a signal the process ends by itself: with `exit`, after a while or at the second
    /// signal.
    ///
    /// # Errors
    ///
    /// The signal handlers cannot be installed.
    pub(crate) fn listen(exit: Exit) -> io::Result<Self> {
        // A thread of its own hears signals even while the command is stuck in a write.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut signals = {
            let _inside = runtime.enter();
            Signals::install()?
        };
        let (raise, raised) = watch::channel(false);
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(async {
                signals.next().await;
                raise.send_replace(true);
                let clock = TokioClock::new();
                tokio::select! {
                    () = signals.next() => {}
                    () = clock.sleep_until(LAST_WORDS) => {}
                }
            });
            std::process::exit(exit.code().into());
        })?;
        Ok(Self { raised })
    }

    /// One that has heard a signal already.
    #[cfg(test)]
    pub(crate) fn heard() -> Self {
        // What was sent last stays there when the sender is gone.
        Self { raised: watch::channel(true).1 }
    }

    /// Does something with the journal, which may be locked or large, unless somebody asks meanwhile: before what, is told.
    ///
    /// # Errors
    ///
    /// Somebody asks, or the work panicked.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves a thread that goes on with it, until the process ends.
    pub(crate) async fn unless_raised<T: Send + 'static>(
        &mut self,
        before: &str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Stop> {
        let done = tokio::task::spawn_blocking(work);
        tokio::select! {
            biased;
            () = self.raised() => Err(Stop::interrupted_before(before)),
            done = done => done.map_err(|_| Stop::machine("the journal panicked")),
        }
    }

    /// Waits until somebody asks.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no signal.
    pub(crate) async fn raised(&mut self) {
        if self.raised.wait_for(|raised| *raised).await.is_err() {
            // Nobody listens any more, so nothing will ever be heard.
            std::future::pending().await
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn install() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn install() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn what_a_signal_came_before_is_told_while_the_work_is_stuck() {
        let (free, stuck) = mpsc::channel::<()>();
        let work = move || stuck.recv();
        let stop = Interrupt::heard().unless_raised("the end of it", work).await.unwrap_err();
        assert_eq!((stop.exit(), stop.message()), (Exit::Interrupted, "interrupted before the end of it"));
        drop(free);
    }
}
