//! Where a client keeps its tasks, and under which names.

use std::sync::Arc;

use crate::Budget;
use crate::journal::Journal;

/// The journal of a client, and what goes into each intent beside the task.
#[derive(Clone, Debug)]
pub(crate) struct Keeping {
    pub(crate) journal: Arc<dyn Journal>,
    /// The service that the client speaks to.
    pub(crate) scope: String,
    /// Tells this client's key from others, where there is one.
    pub(crate) account: Option<String>,
    pub(crate) budget: Option<Budget>,
}
