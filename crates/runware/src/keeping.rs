//! Where a client keeps its tasks, and under which names.

mod waits;

use std::sync::Arc;

use runware_transport::Clock;
use runware_types::{Prepared, TaskType};

pub(crate) use waits::{Wait, Waits};

use crate::care::Care;
use crate::journal::{Intent, Journal, Reserve};
use crate::{Budget, SubmitOptions};

/// The journal of a client, and what goes into each intent beside the task.
#[derive(Clone, Debug)]
pub(crate) struct Keeping {
    pub(crate) journal: Arc<dyn Journal>,
    /// The service that the client speaks to.
    pub(crate) scope: String,
    /// Tells this client's key from others, where there is one.
    pub(crate) account: Option<String>,
    pub(crate) budget: Option<Budget>,
    /// What earlier processes have begun is not sent from here.
    pub(crate) looks_only: bool,
    /// Which of its tasks this client looks after.
    pub(crate) care: Care,
    /// Whose time it is that a confirmation may take.
    pub(crate) clock: Arc<dyn Clock>,
    /// What waits to be confirmed.
    pub(crate) waits: Arc<Waits>,
}

impl Keeping {
    /// What is to be written down before this task is sent; `None` if it is of no matter whether it is sent twice.
    pub(crate) fn intent(&self, prepared: &Prepared, options: SubmitOptions) -> Option<Box<Intent>> {
        if is_read_only(prepared.task_type()) {
            return None;
        }
        let SubmitOptions { key, tags, price } = options;
        let budget = self.budget_for(prepared.task_type());
        let reserve =
            budget.map(|budget| Reserve { budget: budget.name().to_owned(), cap: budget.cap(), price });
        let account = self.account.clone();
        let intent = Intent { account, key, tags, reserve, ..Intent::new(self.scope.clone(), prepared) };
        Some(Box::new(intent))
    }

    /// The budget that such a task counts against, if there is one and it may cost something.
    pub(crate) fn budget_for(&self, task_type: &TaskType) -> Option<&Budget> {
        self.budget.as_ref().filter(|_| task_type.may_cost())
    }
}

/// True of a task that makes nothing, and costs nothing: doing it twice is the same as doing it once.
pub(crate) fn is_read_only(task_type: &TaskType) -> bool {
    matches!(task_type, TaskType::ModelSearch | TaskType::AccountManagement)
}
