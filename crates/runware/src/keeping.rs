//! Where a client keeps its tasks, and under which names.

mod waits;

use std::sync::Arc;

use runware_transport::Clock;
use runware_types::{Prepared, TaskType};

pub(crate) use waits::{Wait, Waits};

use crate::care::Care;
use crate::journal::{Intent, Journal, Reserve};
use crate::{Budget, Error, SubmitOptions, TaskHandle};

/// The journal of a client, and what goes into each intent beside the task.
#[derive(Clone, Debug)]
pub(crate) struct Keeping {
    pub(crate) journal: Arc<dyn Journal>,
    /// The service that the client speaks to.
    pub(crate) scope: String,
    /// Tells this client's key from others, where there is one.
    pub(crate) account: Option<String>,
    pub(crate) budget: Option<Budget>,
    /// Which of its tasks this client looks after.
    pub(crate) care: Care,
    /// Whose time it is that a confirmation may take.
    pub(crate) clock: Arc<dyn Clock>,
    /// What waits to be confirmed.
    pub(crate) waits: Arc<Waits>,
}

impl Keeping {
    /// What is to be written down before this task is sent; `None` if it is of no matter whether it is sent twice.
    ///
    /// # Errors
    ///
    /// There is a budget, and nobody says what the task costs.
    pub(crate) fn intent(
        &self,
        prepared: &Prepared,
        options: SubmitOptions,
    ) -> Result<Option<Box<Intent>>, Error> {
        if is_read_only(prepared.task_type()) {
            return Ok(None);
        }
        let SubmitOptions { key, tags, price } = options;
        let reserve = match (&self.budget, price) {
            (Some(budget), Some(price)) if prepared.task_type().is_generation() => {
                Some(Reserve { budget: budget.name().to_owned(), cap: budget.cap(), price })
            }
            (Some(budget), None) if prepared.task_type().is_generation() => {
                return Err(Error::unpriced(TaskHandle::from(prepared), budget.name()));
            }
            _ => None,
        };
        let account = self.account.clone();
        let intent = Intent { account, key, tags, reserve, ..Intent::new(self.scope.clone(), prepared) };
        Ok(Some(Box::new(intent)))
    }
}

/// True of a task that makes nothing, and costs nothing: doing it twice is the same as doing it once.
pub(crate) fn is_read_only(task_type: &TaskType) -> bool {
    matches!(task_type, TaskType::ModelSearch | TaskType::AccountManagement)
}
