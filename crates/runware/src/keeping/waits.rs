//! How many outcomes of a client were handed over and wait to be confirmed.
//!
//! Their tasks are nobody else's as long as somebody works on what came of them, so their owner has to be known to be
//! alive, also after the last task has ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

/// How many outcomes wait to be confirmed.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    count: AtomicUsize,
    begun: Notify,
}

impl Waits {
    /// One more waits.
    pub(crate) fn begin(waits: &Arc<Self>) -> Wait {
        waits.count.fetch_add(1, Ordering::AcqRel);
        waits.begun.notify_one();
        Wait { waits: Arc::clone(waits), has_ended: AtomicBool::new(false) }
    }

    /// True if none waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    /// Returns when one more waits than before.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub(crate) async fn begun(&self) {
        self.begun.notified().await;
    }
}

/// An outcome that waits to be confirmed, until that is done or this is dropped.
#[derive(Debug)]
pub(crate) struct Wait {
    waits: Arc<Waits>,
    has_ended: AtomicBool,
}

impl Wait {
    /// It was confirmed.
    pub(crate) fn end(&self) {
        if !self.has_ended.swap(true, Ordering::AcqRel) {
            self.waits.count.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.end();
    }
}
